/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of expectations: every verb and clause is read, every mistake is named with file, line and word. */
#include "igmpscope/expect.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/model/expectation.h"

/* How many of the lines can't be read; *bad says why. */
static size_t read_lines(const char *lines, size_t *count, struct text *bad)
{
        struct expectations *e;
        size_t wrong;

        assert_int_equal(expectations_new(&e, &(struct tracker_options){0}, NULL), 0);
        wrong = expectations_read(e, "x.expect", (struct bytes){(const uint8_t *)lines, strlen(lines)}, bad);
        *count = expectations_count(e);
        expectations_free(e);
        return wrong;
}

static void every_line_of_the_contract(void **state)
{
        static const char lines[] =
                "join 239.1.1.1 by 192.0.2.10 version 3 within 0..1          # a host begins to listen\n"
                "join 10.9.8.7,232.1.1.1 by 192.0.2.10                       # source-specific\n"
                "leave 239.1.1.1 by 192.0.2.10 after join within 2..4        # counted from the join above\n"
                "report 239.1.1.1 record to_ex count 2                       # messages\n"
                "query general by 192.0.2.1 version 3 count 1..3\n"
                "data 239.1.1.1:9999 from 192.0.2.20 ttl 1 count 1..\n"
                "echo 239.1.1.1:9999 from 192.0.2.20 by 192.0.2.10 within 0..0.5     # request to the group\n"
                "member 239.1.1.1 at 3.5 hosts 192.0.2.10 192.0.2.11         # exactly these\n"
                "querier 192.0.2.1 at 5\n"
                "not join 239.9.9.9\n"
                "not finding severity must\n"
                "finding igmp-ttl-one count 1\n";
        struct text bad = {0};
        size_t n;

        (void)state;
        assert_int_equal(read_lines(lines, &n, &bad), 0);
        assert_string_equal(text_string(&bad), "");
        assert_int_equal(n, 12);
        text_free(&bad);
}

static void lines_that_are_fine(void **state)
{
        static const char *const lines[] = {
                "", "   ", "# only a comment", "\tjoin\t239.1.1.1\r", "join", "join by 192.0.2.10", "not join",
                "join 239.1.1.1+3", "join 10.0.0.1,232.1.1.1+2%eth0", "join ff3e::1 by fe80::1",
                "join 239.1.1.1 within 5", "join 239.1.1.1 within ..5", "join 239.1.1.1 within 5..", "join 239.1.1.1 within 300ms..2s",
                "join 239.1.1.1 count 0", "join 239.1.1.1 count ..3", "join 239.1.1.1 on eth0 vlan 10..20",
                "join 239.1.1.1 version 2..3", "expire 239.1.1.1 by 192.0.2.10 within 260..", "report record block ttl 2..",
                "report 10.0.0.1,232.1.1.1 record allow", "query", "query 239.1.1.1", "query 10.0.0.1,232.1.1.1",
                "query 232.1.1.1 10.0.0.1 10.0.0.2 by 192.0.2.1", "data [ff02::fb]:5353 from fe80::1", "data 239.1.1.1",
                "data 10.0.0.1,232.1.1.1:5000", "echo [ff3e::1]:9999", "not echo 239.1.1.1:9999",
                "member 239.1.1.1", "member 239.1.1.1 hosts none", "member 239.1.1.1 hosts", "member 239.1.1.1 hosts at 3",
                "member 239.1.1.1+4 by 192.0.2.1", "not member 239.1.1.1 at 1511450944.5", "querier", "querier none", "not querier at 5",
                "querier fe80::1 version 2 on eth0", "finding", "finding severity notice after query", "finding igmp-checksum within 2",
                "report 239.1.1.1 after query general within 0..10", "data 239.1.1.1 after leave of 192.0.2.10 within ..0.5",
                "data 239.1.1.1 after join 239.1.1.2 of 192.0.2.10", "data 239.1.1.1 after data of 10.0.0.1",
                "join 239.1.1.1 after echo 239.1.1.2:9999", "leave 239.1.1.1 after report count 2..3",
        };
        size_t n;

        (void)state;
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
                struct text bad = {0};
                assert_int_equal(read_lines(lines[i], &n, &bad), 0);
                assert_string_equal(text_string(&bad), "");
                assert_int_equal(n, i >= 3);
                text_free(&bad);
        }
}

static void mistakes_name_file_line_and_word(void **state)
{
        static const struct { const char *line, *says; } rows[] = {
                {"jion 239.1.1.1", "'jion': no expectation; expected join, leave, expire, report, query, data, echo, "
                                   "member, querier, finding"},
                {"not", "'not': no expectation"},
                {"join 239.1.1.1 withn 0..1", "'withn': not a word of join; expected by, version, on, vlan, within, after, count"},
                {"join 239.1.1.1 by 1.2.3.4 version 3 on a vlan 1 within 1 after query count 1 more", "'more': not a word of join; "
                                                                                           "expected nothing more"},
                {"not join 239.1.1.1 foo", "'foo': not a word of join; expected by, version, on, vlan, within, after\n"},
                {"join 239.1.1", "239.1.1: '239.1.1' is neither an IPv4 nor an IPv6 address"},
                {"join 192.0.2.1", "192.0.2.1 is not a multicast group"},
                {"join 239.1.1.1:99", "'239.1.1.1:99': join takes a group without a port"},
                {"join 239.1.1.1 by", "'by': needs an address"},
                {"join 239.1.1.1 by x", "'x': by needs an address"},
                {"join 239.1.1.1 by fe80::1", "'fe80::1': IPv6, and the group is IPv4"},
                {"data ff02::1 from 192.0.2.1", "'192.0.2.1': IPv4, and the group is IPv6"},
                {"join 239.1.1.1 by 192.0.2.1 by 192.0.2.2", "'by': given twice"},
                {"join 239.1.1.1%eth0 on eth1", "'on': given twice"},
                {"join 239.1.1.1 on averyveryverylongnameofaninterface", "on needs the name of an interface"},
                {"join 239.1.1.1 version 4", "'4': version needs 1, 2 or 3"},
                {"join 239.1.1.1 ttl 1", "'ttl': not a word of join"},
                {"report ttl 256", "'256': ttl needs"},
                {"report vlan 4096", "'4096': vlan needs"},
                {"report record to_xx", "'to_xx': record needs is_in, is_ex, to_in, to_ex, allow or block"},
                {"join within 4..2", "'4..2': within needs seconds"},
                {"join within -1", "'-1': within needs seconds"},
                {"join within ..", "'..': within needs seconds"},
                {"join within 1..x", "'1..x': within needs seconds"},
                {"join count 1.5", "'1.5': count needs"},
                {"join count -1", "'-1': count needs"},
                {"not join count 2", "'count': not together with `not`"},
                {"not member 239.1.1.1 hosts 192.0.2.1", "'hosts': not together with `not`"},
                {"join after", "'after': needs an event"},
                {"join after member", "'member': after needs an event"},
                {"join after join of x", "'x': after needs an event"},
                {"echo after join", "'after': not a word of echo"},
                {"member at 5", "'member': needs a group"},
                {"member 239.1.1.1 at x", "'x': at needs seconds"},
                {"member 239.1.1.1 hosts 192.0.2.300", "'192.0.2.300': hosts needs addresses"},
                {"member 239.1.1.1 hosts fe80::1", "'fe80::1': IPv6, and the group is IPv4"},
                {"member 239.1.1.1 by 192.0.2.1 hosts 192.0.2.1", "'by': not together with hosts"},
                {"querier 239.1.1.1", "'239.1.1.1': not an address of a querier"},
                {"not querier none", "'none': `not querier` says it already"},
                {"querier count 1", "'count': not a word of querier; expected version, on, vlan, at"},
                {"finding igmp-foo", "'igmp-foo': no such rule; `igmpscope list rules` names them"},
                {"finding severity grave", "'grave': severity needs notice, should or must"},
                {"join \x1b[31m", "'\\x1b[31m': not a word of join"},
        };
        size_t n;

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                char lines[256];
                struct text bad = {0};

                snprintf(lines, sizeof lines, "\njoin 239.1.1.1\n%s\n", rows[i].line);
                assert_int_equal(read_lines(lines, &n, &bad), 1);
                assert_int_equal(n, 1);
                assert_ptr_equal(strstr(text_string(&bad), "x.expect:3: "), bad.p);
                if (!strstr(bad.p, rows[i].says))
                        fail_msg("%s: says %s", rows[i].line, bad.p);
                text_free(&bad);
        }
}

static void all_bad_lines_are_counted_and_the_first_shown(void **state)
{
        struct text lines = {0}, bad = {0};
        size_t n, shown = 0;

        (void)state;
        for (int i = 0; i < 100; i++)
                text_add(&lines, i % 2 ? "join 239.1.1.1\n" : "nonsense\n");
        assert_int_equal(read_lines(text_string(&lines), &n, &bad), 50);
        for (const char *p = text_string(&bad); (p = strchr(p, '\n')); p++)
                shown++;
        assert_int_equal(shown, EXPECTATIONS_BAD_SHOWN);
        assert_int_equal(n, 50);
        text_free(&lines);
        text_free(&bad);
}

static void what_is_too_much(void **state)
{
        struct text lines = {0}, bad = {0};
        size_t n;

        (void)state;
        for (int i = 0; i < EXPECTATIONS_MAX + 1; i++)
                text_add(&lines, "join 239.1.1.1\n");
        assert_int_equal(read_lines(text_string(&lines), &n, &bad), 1);
        assert_int_equal(n, EXPECTATIONS_MAX);
        assert_string_equal(text_string(&bad), "x.expect:10001: too many expectations\n");
        text_clear(&bad);
        text_clear(&lines);
        for (int i = 0; i < 5; i++)
                text_add(&lines, "join 239.0.0.0+65536\n");
        assert_int_equal(read_lines(text_string(&lines), &n, &bad), 1);
        assert_string_equal(text_string(&bad), "x.expect:5: too many groups in all\n");
        text_clear(&bad);
        text_clear(&lines);
        text_add(&lines, "member 239.1.1.1 hosts");
        for (int i = 0; i < 65; i++)
                text_add_format(&lines, " 192.0.2.%d", i);
        assert_int_equal(read_lines(text_string(&lines), &n, &bad), 1);
        assert_string_equal(text_string(&bad), "x.expect:1: '192.0.2.64': hosts needs addresses, at most 64, or `none`\n");
        text_clear(&bad);
        text_clear(&lines);
        for (int i = 0; i < 200; i++)
                text_add(&lines, "join ");
        assert_int_equal(read_lines(text_string(&lines), &n, &bad), 1);
        assert_string_equal(text_string(&bad), "x.expect:1: 'join': more than 128 words in a line\n");
        text_free(&lines);
        text_free(&bad);
}

static void what_is_no_text(void **state)
{
        struct expectations *e;
        struct text bad = {0};
        static const uint8_t octets[] = "join 239.1.1.1\n\xd4\xc3\xb2\xa1\0\0\0\n\0";

        (void)state;
        assert_int_equal(expectations_new(&e, &(struct tracker_options){0}, NULL), 0);
        assert_int_equal(expectations_read(e, "x", (struct bytes){octets, sizeof octets}, &bad), 2);
        assert_string_equal(text_string(&bad), "x:2: not text; is it a capture? those go behind -r\n"
                                               "x:3: not text; is it a capture? those go behind -r\n");
        expectations_free(e);
        text_free(&bad);
}

/* Each verb's row and each clause's row stands in some line above; the tables are complete and agree. */
static void tables_agree(void **state)
{
        uint32_t used = 0;

        (void)state;
        for (size_t i = 0; verb_row_at(i); i++) {
                const struct verb_row *v = verb_row_at(i);
                assert_ptr_equal(verb_row_find(v->word), v);
                assert_true(!v->is != !v->state);
                assert_true(!v->is == !v->sights);
                used |= v->parts;
        }
        for (int i = 0; i < PART_END; i++) {
                assert_int_equal(!part_rows[i].word, i < PART_BY);
                assert_int_equal(!part_rows[i].parse, i < PART_BY);
                if (i >= PART_BY)
                        assert_true(used >> i & 1);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_line_of_the_contract),
                cmocka_unit_test(lines_that_are_fine),
                cmocka_unit_test(mistakes_name_file_line_and_word),
                cmocka_unit_test(all_bad_lines_are_counted_and_the_first_shown),
                cmocka_unit_test(what_is_too_much),
                cmocka_unit_test(what_is_no_text),
                cmocka_unit_test(tables_agree),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
