/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules that need one packet: worked packets with their complete lists of findings, then the cases they leave out;
 * every rule is broken by one packet at least and kept by another of the same message. */
#include "../../src/model/rule.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rule_packets.h"

enum { RULES_MAX = 256, DLT_ETHERNET = 1, DLT_RAW_IP = 101 };

static bool broken[RULES_MAX], kept[RULES_MAX];

static size_t from_hex(const char *hex, uint8_t *out)
{
        size_t n = 0;

        for (; hex[2 * n]; n++) {
                char two[3] = {hex[2 * n], hex[2 * n + 1], 0};
                out[n] = (uint8_t)strtoul(two, NULL, 16);
        }
        return n;
}

static int by_name(const void *a, const void *b)
{
        return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All findings of one packet, sorted, with blanks between. */
static void findings_of(struct linter *l, const struct packet *p, char *out, size_t cap)
{
        const char *ids[RULES_MAX];
        struct finding f;
        size_t n = 0;

        linter_packet(l, p);
        while (linter_next(l, &f)) {
                assert_int_equal(f.frame, 7);
                assert_true(f.seen[0] && f.expected[0]);
                ids[n++] = f.rule->id;
        }
        qsort(ids, n, sizeof *ids, by_name);
        *out = 0;
        for (size_t i = 0; i < n; i++)
                snprintf(out + strlen(out), cap - strlen(out), "%s%s", i ? " " : "", ids[i]);
}

static bool among(const char *words, const char *id)
{
        const char *at = strstr(words, id);
        const size_t n = strlen(id);

        for (; at; at = strstr(at + 1, id))
                if ((at == words || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
                        return true;
        return false;
}

static void note_coverage(const struct packet *p, const char *found)
{
        const struct rule *r;
        struct subject q = {0};

        if (!subject_packet(&q, p))
                return;
        for (size_t i = 0; (r = rule_at(i)); i++) {
                if (among(found, r->id))
                        broken[i] = true;
                else if ((r->messages | MSG_GOOD) & q.class && (!r->family || r->family == q.family))
                        kept[i] = true;
        }
}

static void judge(const struct linter_options *o, int link, const char *name, const char *hex, size_t padding,
                  const char *expected)
{
        uint8_t raw[2048] = {0};
        struct frame frame = {.number = 7, .time_ns = 1000000000, .interface = "eth0", .link = link};
        struct packet p;
        struct linter *l;
        char got[2048];
        size_t n = from_hex(hex, raw);

        frame.data = (struct bytes){raw, n < padding ? padding : n};
        frame.caplen = frame.len = (uint32_t)frame.data.n;
        packet_decode(&frame, &p);
        assert_int_equal(linter_new(&l, o, NULL, NULL), 0);
        findings_of(l, &p, got, sizeof got);
        linter_free(l);
        if (strcmp(got, expected))
                fail_msg("%s: found '%s', expected '%s'", name, got, expected);
        note_coverage(&p, got);
}

static void worked_packets_give_their_findings(void **state)
{
        const struct linter_options o = {.packets = true};
        char hex[4096];

        (void)state;
        for (size_t i = 0; i < sizeof worked_raw / sizeof *worked_raw; i++) {
                const struct worked_packet *w = &worked_raw[i];
                judge(&o, DLT_RAW_IP, w->name, w->hex, 0, w->rules);
                /* the same behind a cooked header, and padded: nothing changes */
                snprintf(hex, sizeof hex, "%s%s%s", "00000001000602000000000100", w->hex[0] == '4' ? "000800" : "0086dd",
                         w->hex);
                judge(&o, 113, w->name, hex, 76, w->rules);
        }
        for (size_t i = 0; i < sizeof worked_ethernet / sizeof *worked_ethernet; i++)
                judge(&o, DLT_ETHERNET, worked_ethernet[i].name, worked_ethernet[i].hex, 0, worked_ethernet[i].rules);
}

/* What the capture cut off is neither good nor bad: a shorter capture never finds more. */
static void cut_packets_give_nothing_new(void **state)
{
        const struct linter_options o = {.packets = true};
        struct linter *l;

        (void)state;
        assert_int_equal(linter_new(&l, &o, NULL, NULL), 0);
        for (size_t i = 0; i < sizeof worked_raw / sizeof *worked_raw; i++) {
                uint8_t raw[2048];
                const size_t n = from_hex(worked_raw[i].hex, raw);

                for (size_t cut = 0; cut < n; cut++) {
                        uint8_t *copy = malloc(cut + 1); /* so that a read past the end shows */
                        struct frame frame = {.number = 7, .link = DLT_RAW_IP, .caplen = (uint32_t)cut, .len = (uint32_t)n};
                        struct finding f;
                        struct packet p;

                        memcpy(copy, raw, cut);
                        frame.data = (struct bytes){copy, cut};
                        packet_decode(&frame, &p);
                        linter_packet(l, &p);
                        while (linter_next(l, &f))
                                if (!among(worked_raw[i].rules, f.rule->id))
                                        fail_msg("%s cut to %zu octets: %s, seen %s", worked_raw[i].name, cut, f.rule->id,
                                                 f.seen);
                        free(copy);
                }
        }
        linter_free(l);
}

static void prefix_turns_on_the_subnet_rule(void **state)
{
        const char *report = "46c00020000040000102380fc000020ae9fc00019404000016000002e9fc0001"; /* from 192.0.2.10 */
        struct linter_options o = {.packets = true, .only = "igmp-src-subnet"};

        (void)state;
        judge(&o, DLT_RAW_IP, "asked for, no prefix", report, 0, "");
        o = (struct linter_options){.prefix = addr_v4(0xc0000200), .prefix_len = 24, .skip = "igmp-ip-header-checksum"};
        judge(&o, DLT_RAW_IP, "inside", report, 0, "");
        o.prefix_len = 29;
        judge(&o, DLT_RAW_IP, "outside", report, 0, "igmp-src-subnet");
}

static void selection(void **state)
{
        const char *bad = "46c00020000040004002f90fc000020ae9fc00019404000116640002e9fc0001"; /* ttl, value, code, sum */
        struct error err;
        struct linter *l;

        (void)state;
        judge(&(struct linter_options){0}, DLT_RAW_IP, "all", bad, 0,
              "igmp-checksum igmp-ip-header-checksum igmp-router-alert-value igmp-ttl-one v12-code-zero");
        judge(&(struct linter_options){.only = "igmp-ttl-one,v12-code-zero"}, DLT_RAW_IP, "only", bad, 0,
              "igmp-ttl-one v12-code-zero");
        judge(&(struct linter_options){.skip = "igmp-ttl-one,igmp-checksum"}, DLT_RAW_IP, "skip", bad, 0,
              "igmp-ip-header-checksum igmp-router-alert-value v12-code-zero");
        judge(&(struct linter_options){.severity = SEVERITY_MUST}, DLT_RAW_IP, "must", bad, 0,
              "igmp-checksum igmp-ip-header-checksum igmp-ttl-one");
        judge(&(struct linter_options){.sequences = true}, DLT_RAW_IP, "sequences", bad, 0, "");
        assert_int_equal(linter_new(&l, &(struct linter_options){.only = "igmp-ttl"}, NULL, &err), -1);
        assert_non_null(strstr(err.text, "no rule 'igmp-ttl'"));
        assert_null(l);
}

/* Each id once, each row complete; the catalogue has 112 rules of this sort. */
static void the_catalogue_is_whole(void **state)
{
        const struct rule *r;
        unsigned packets = 0;

        (void)state;
        for (size_t i = 0; (r = rule_at(i)); i++) {
                assert_ptr_equal(rule_find(r->id), r);
                assert_true(r->text[0] && r->cite[0]);
                assert_true(r->severity != SEVERITY_MUST || r->basis != BASIS_DERIVED);
                packets += !rule_is_sequence(r);
        }
        assert_int_equal(packets, 112);
        assert_null(rule_find("no-such-rule"));
}

/* Every rule is broken by a case above and kept by another; rules that say what a message is have only the one. */
static void every_rule_is_broken_and_kept(void **state)
{
        const struct rule *r;
        unsigned missing = 0;

        (void)state;
        for (size_t i = 0; (r = rule_at(i)); i++) {
                if (rule_is_sequence(r))
                        continue;
                if (!broken[i])
                        print_message("no packet breaks %s\n", r->id), missing++;
                if (!kept[i])
                        print_message("no packet keeps %s\n", r->id), missing++;
        }
        assert_int_equal(missing, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(worked_packets_give_their_findings),
                cmocka_unit_test(cut_packets_give_nothing_new),
                cmocka_unit_test(prefix_turns_on_the_subnet_rule),
                cmocka_unit_test(selection),
                cmocka_unit_test(the_catalogue_is_whole),
                cmocka_unit_test(every_rule_is_broken_and_kept),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
