/* SPDX-License-Identifier: BSD-2-Clause */
/* The grammar of send: every form of a spec, every complaint, and how large reports and queries are split. */
#include "igmpscope/craft.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS = 16 };

/* Words as a shell would give them: blanks divide, but not between quotes. */
static int split(char *line, char **words)
{
        int n = 0;

        for (char *p = line; *p; n++) {
                char end = ' ';
                if (*p == '\'') {
                        end = '\'';
                        p++;
                }
                words[n] = p;
                p += strcspn(p, end == ' ' ? " " : "'");
                if (*p)
                        *p++ = 0;
                p += strspn(p, " ");
        }
        return n;
}

static int parse(struct spec *s, int ip, const char *line, struct error *err)
{
        char text[512], *words[WORDS];

        snprintf(text, sizeof text, "%s", line);
        return spec_parse(s, ip, words, split(text, words), err);
}

static void show_list(struct text *t, const struct sources *list)
{
        char buf[ADDR_TEXT];

        for (uint16_t i = 0; i < list->n; i++) {
                struct addr a = source_at(list, i);
                text_add_format(t, " %s", addr_format(&a, buf));
        }
}

/* A packet in the grammar's own words. */
static void show(struct text *t, const struct craft *c)
{
        struct packet p = {.gmp = c->gmp};
        char buf[ADDR_TEXT];
        struct record r;

        if (!c->gmp.row) {
                text_add_format(t, "udp %s:%u", addr_format(&c->dst, buf), c->dst_port);
                return;
        }
        text_add_format(t, "%s v%d%s%s", c->gmp.row->name, c->gmp.row->version, c->gmp.group.len ? " " : "",
                        addr_format(&c->gmp.group, buf));
        show_list(t, &c->gmp.sources);
        p.gmp.bytes = c->gmp.records;
        for (size_t at = 0; c->gmp.records.n && record_next(&p, &at, &r);) {
                text_add_format(t, " %s(%s%s", record_name(r.type), addr_format(&r.group, buf), r.sources.n ? ";" : "");
                show_list(t, &r.sources);
                text_add_char(t, ')');
        }
}

/* All packets of a spec, "|" between. */
static const char *packets(struct text *t, const struct spec *s, size_t mtu)
{
        struct spec_walk *w = malloc(sizeof *w);
        struct craft c = {0};
        struct error err;

        text_clear(t);
        assert_non_null(w);
        assert_int_equal(spec_start(w, s, mtu, &err), 0);
        spec_defaults(s, &c);
        while (spec_next(w, &c)) {
                text_add(t, t->n ? " | " : "");
                show(t, &c);
        }
        if (w->omitted)
                text_add_format(t, " omitted %d", (int)w->omitted);
        free(w);
        return text_string(t);
}

static void every_form_of_a_spec(void **state)
{
        static const struct { int ip; const char *words, *packets; } rows[] = {
                {0, "udp 239.1.1.1:9999", "udp 239.1.1.1:9999"},
                {0, "udp 239.1.1.1+3:9", "udp 239.1.1.1:9 | udp 239.1.1.2:9 | udp 239.1.1.3:9"},
                {6, "udp [ff1e::1]:9999", "udp ff1e::1:9999"},
                {0, "udp 10.0.0.1,232.1.1.1:9", "udp 232.1.1.1:9"},
                {0, "igmp report v3 'to_ex(239.1.1.1)' 'allow(232.1.1.1; 10.0.0.1 10.0.0.2)'",
                 "report v3 to_ex(239.1.1.1) allow(232.1.1.1; 10.0.0.1 10.0.0.2)"},
                {0, "igmp report 'is_in(232.1.1.1;10.0.0.1,10.0.0.2)is_ex( 239.1.1.1 )'",
                 "report v3 is_in(232.1.1.1; 10.0.0.1 10.0.0.2) is_ex(239.1.1.1)"},
                {0, "igmp report 'TO_IN(239.1.1.1)' 'block_old_sources(239.1.1.2;10.0.0.1+2)' '9(239.1.1.3)'",
                 "report v3 to_in(239.1.1.1) block(239.1.1.2; 10.0.0.1 10.0.0.2) unknown(239.1.1.3)"},
                {0, "igmp report 239.1.1.1 10.0.0.1,232.1.1.1", "report v3 to_ex(239.1.1.1) allow(232.1.1.1; 10.0.0.1)"},
                {0, "igmp report 'to_ex(239.1.1.255+3)'", "report v3 to_ex(239.1.1.255) to_ex(239.1.2.0) to_ex(239.1.2.1)"},
                {0, "igmp report v3 empty", "report v3"},
                {0, "igmp report v2 239.1.1.1", "report v2 239.1.1.1"},
                {4, "igmp report v1 239.1.1.1+2", "report v1 239.1.1.1 | report v1 239.1.1.2"},
                {0, "igmp leave 239.1.1.1", "leave v2 239.1.1.1"},
                {0, "igmp leave v2 239.1.1.1", "leave v2 239.1.1.1"},
                {0, "igmp query", "query v3"},
                {0, "igmp query v1", "query v1"},
                {0, "igmp query v2 239.1.1.1", "query v2 239.1.1.1"},
                {0, "igmp query v3 239.1.1.1", "query v3 239.1.1.1"},
                {0, "igmp query 232.1.1.1 10.0.0.1 10.0.0.3+2", "query v3 232.1.1.1 10.0.0.1 10.0.0.3 10.0.0.4"},
                {0, "igmp query 232.1.1.1+2 10.0.0.1", "query v3 232.1.1.1 10.0.0.1 | query v3 232.1.1.2 10.0.0.1"},
                {0, "mld query", "query v2"},
                {0, "mld query v1 ff1e::1", "query v1 ff1e::1"},
                {0, "mld query ff1e::1 2001:db8::1", "query v2 ff1e::1 2001:db8::1"},
                {0, "mld report v1 ff1e::1", "report v1 ff1e::1"},
                {0, "mld done ff1e::1", "done v1 ff1e::1"},
                {0, "mld leave ff1e::1", "done v1 ff1e::1"},
                {0, "mld report v2 'allow(ff1e::1; 2001:db8::1)' 'to_ex(ff0e::2)'",
                 "report v2 allow(ff1e::1; 2001:db8::1) to_ex(ff0e::2)"},
                {0, "query", "query v3"},
                {6, "query", "query v2"},
                {0, "report 'to_ex(ff0e::2)'", "report v2 to_ex(ff0e::2)"},
                {0, "report v1 239.1.1.1", "report v1 239.1.1.1"},
                {0, "mrd advertisement", "router_advertisement v0"},
                {6, "mrd solicitation", "router_solicitation v0"},
                {0, "igmp router_termination", "router_termination v0"},
        };
        struct text t = {0};

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct error err = {{0}};
                struct spec s;
                if (parse(&s, rows[i].ip, rows[i].words, &err) < 0)
                        fail_msg("%s: %s", rows[i].words, err.text);
                if (strcmp(packets(&t, &s, 1500), rows[i].packets))
                        fail_msg("%s: gives %s", rows[i].words, text_string(&t));
                spec_free(&s);
        }
        text_free(&t);
}

static void every_complaint_names_the_word(void **state)
{
        static const struct { int ip; const char *words, *says; } rows[] = {
                {0, "", "what? as in `send udp"},
                {0, "joun 239.1.1.1", "'joun' is nothing to send; begin with udp, igmp, mld or mrd"},
                {6, "igmp query", "igmp is of IPv4, and -6 asks for IPv6"},
                {4, "mld query", "mld is of IPv6, and -4 asks for IPv4"},
                {0, "udp", "udp: where to?"},
                {0, "udp 239.1.1.1:9 239.1.1.2:9", "'239.1.1.2:9' is too much"},
                {0, "udp 239.1.1.1:99999", "port '99999'"},
                {0, "udp 239.1.1.1%eth0:9", "the interface is named by -i eth0"},
                {0, "igmp", "igmp: which message?"},
                {0, "igmp joun", "igmp: 'joun' is not a message; there are: query, report, leave, router_advertisement"},
                {0, "mld joun", "mld: 'joun' is not a message; there are: query, report, done"},
                {0, "igmp report v4 239.1.1.1", "igmp report: 'v4' is not a version of it; it has v3 and older"},
                {0, "igmp leave v3 239.1.1.1", "it has v2 only (in later ones a host leaves by a report: igmp report 'to_in(GROUP)')"},
                {0, "igmp leave v0 239.1.1.1", "'v0' is not a version of it"},
                {0, "igmp leave v99 239.1.1.1", "'v99' is not a version of it"},
                {0, "igmp report v2", "igmp report: a group is missing, as in `igmp report 239.1.1.1`"},
                {0, "mld done", "mld done: a group is missing, as in `mld done ff1e::1`"},
                {0, "igmp report v2 239.1.1.x", "igmp report: '239.1.1.x' is not an address"},
                {0, "igmp report v2 239.1.1.1 239.1.1.2", "'239.1.1.2' is too much: one group"},
                {0, "igmp query v2 239.1.1.1 10.0.0.1", "'10.0.0.1' is too much: only a v3 query has sources"},
                {0, "mld query v1 ff1e::1 2001:db8::1", "is too much: only a v2 query has sources"},
                {0, "igmp query ff1e::1", "igmp query: 'ff1e::1' is an IPv6 address; igmp is for IPv4, mld for IPv6"},
                {0, "mld report v1 239.1.1.1", "'239.1.1.1' is an IPv4 address; mld is for IPv6, igmp for IPv4"},
                {0, "mrd solicitation 239.1.1.1", "'239.1.1.1' is too much: this message has no fields"},
                {0, "igmp report v3", "igmp report: a record is missing, as in 'to_ex(239.1.1.1)'"},
                {0, "mld report", "mld report: a record is missing, as in 'to_ex(ff1e::1)'"},
                {0, "igmp report 'allow(232.1.1.1; 10.0.0.x)'", "allow(232.1.1.1; 10.0.0.x): '10.0.0.x' is not an address"},
                {0, "igmp report 'to_ex(239.1.1.1) to_ex(239.1.1)'", "to_ex(239.1.1): '239.1.1' is not an address"},
                {0, "igmp report 'joins(239.1.1.1)'", "joins(239.1.1.1): 'joins' is not a record type; they are is_in, is_ex,"},
                {0, "igmp report '256(239.1.1.1)'", "'256' is not a record type"},
                {0, "igmp report '(239.1.1.1)'", "'' is not a record type"},
                {0, "igmp report 'to_ex()'", "to_ex(): a group is missing, as in to_ex(239.1.1.1)"},
                {0, "mld report 'to_ex()'", "as in to_ex(ff1e::1)"},
                {0, "igmp report 'to_ex(239.1.1.1'", "to_ex(239.1.1.1: the ')' is missing"},
                {0, "igmp report 'to_ex(239.1.1.1 10.0.0.1)'", "'10.0.0.1' stands where ';' or ')' is expected"},
                {0, "igmp report 'to_ex(239.1.1.1;10.0.0.1;)'", "';' stands where"},
                {0, "igmp report ')'", "igmp report: ')' is out of place"},
                {0, "igmp report 'to_ex(239.1.1.1))'", "igmp report: ')' is out of place"},
                {0, "igmp report 239.1.1.x", "igmp report: '239.1.1.x' is not an address"},
                {0, "igmp report 'to_ex(239.1.1.1+0)'", "'239.1.1.1+0' counts from 1 to"},
                {0, "igmp report 'to_ex(239.1.1.1+x)'", "'239.1.1.1+x' counts from 1 to"},
                {0, "igmp report 'to_ex(239.1.1.1+1048577)'", "counts from 1 to 1048576"},
                {0, "igmp report 'allow(232.1.1.1;10.0.0.1+1048576 10.0.0.1)'", "more than 1048576 sources are too many"},
                {0, "igmp report 'to_ex(1111111111222222222233333333334444444444555555555566666666667777777777)'",
                 "is not an address"},
                {0, "igmp report 'to_ex(ff1e::1)'", "to_ex(ff1e::1): 'ff1e::1' is an IPv6 address"},
                {0, "igmp report ff1e::1,239.1.1.1", "'ff1e::1' is an IPv6 address"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct error err = {{0}};
                struct spec s;
                if (parse(&s, rows[i].ip, rows[i].words, &err) == 0)
                        fail_msg("%s: is taken", rows[i].words);
                if (!strstr(err.text, rows[i].says))
                        fail_msg("%s: says %s", rows[i].words, err.text);
                assert_null(s.sources);
                assert_null(s.records);
        }
}

/* RFC 9776 §4.2.17: all but EXCLUDE lists go on in a message of their own; those are cut. */
static void large_reports_are_split(void **state)
{
        static const struct { size_t mtu; const char *words, *packets; } rows[] = {
                /* 24 IP + 8 message; a record is 8 and 4 for each source */
                {48, "igmp report 239.1.1.1+5", "report v3 to_ex(239.1.1.1) to_ex(239.1.1.2) | "
                 "report v3 to_ex(239.1.1.3) to_ex(239.1.1.4) | report v3 to_ex(239.1.1.5)"},
                {44, "igmp report 'allow(232.1.1.1;10.0.0.1)' 239.1.1.1", "report v3 allow(232.1.1.1; 10.0.0.1) | "
                 "report v3 to_ex(239.1.1.1)"},
                {48, "igmp report 239.1.1.1 'allow(232.1.1.1;10.0.0.1+3)' 239.1.1.2", "report v3 to_ex(239.1.1.1) | "
                 "report v3 allow(232.1.1.1; 10.0.0.1 10.0.0.2) | report v3 allow(232.1.1.1; 10.0.0.3) | "
                 "report v3 to_ex(239.1.1.2)"},
                {48, "igmp report 'is_ex(239.1.1.1;10.0.0.1+3)' 239.1.1.2",
                 "report v3 is_ex(239.1.1.1; 10.0.0.1 10.0.0.2) | report v3 to_ex(239.1.1.2) omitted 1"},
                {44, "igmp report 'to_ex(239.1.1.1+2;10.0.0.1+3)'", "report v3 to_ex(239.1.1.1; 10.0.0.1) | "
                 "report v3 to_ex(239.1.1.2; 10.0.0.1) omitted 4"},
                {96, "mld report ff1e::1 'block(ff3e::2;2001:db8::1+2)'", "report v2 to_ex(ff1e::1) | "
                 "report v2 block(ff3e::2; 2001:db8::1) | report v2 block(ff3e::2; 2001:db8::2)"},
                {48, "igmp query 232.1.1.1+2 10.0.0.1+4", "query v3 232.1.1.1 10.0.0.1 10.0.0.2 10.0.0.3 | "
                 "query v3 232.1.1.1 10.0.0.4 | query v3 232.1.1.2 10.0.0.1 10.0.0.2 10.0.0.3 | "
                 "query v3 232.1.1.2 10.0.0.4"},
        };
        struct text t = {0};

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct error err = {{0}};
                struct spec s;
                if (parse(&s, 0, rows[i].words, &err) < 0)
                        fail_msg("%s: %s", rows[i].words, err.text);
                if (strcmp(packets(&t, &s, rows[i].mtu), rows[i].packets))
                        fail_msg("%s at %zu: gives %s", rows[i].words, rows[i].mtu, text_string(&t));
                spec_free(&s);
        }
        text_free(&t);
}

static void an_mtu_without_room_is_refused(void **state)
{
        static struct spec_walk w;
        struct error err;
        struct spec s;

        (void)state;
        assert_int_equal(parse(&s, 0, "igmp report 239.1.1.1", &err), 0);
        assert_int_equal(spec_start(&w, &s, 44, &err), 0);
        assert_int_equal(spec_start(&w, &s, 43, &err), -1);
        assert_string_equal(err.text, "an MTU of 43 has no room for a record with a source; 44 would do");
        s.aux_words = 1;
        assert_int_equal(spec_start(&w, &s, 47, &err), -1);
        spec_free(&s);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_form_of_a_spec), cmocka_unit_test(every_complaint_names_the_word),
                cmocka_unit_test(large_reports_are_split), cmocka_unit_test(an_mtu_without_room_is_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
