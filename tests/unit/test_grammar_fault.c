/* SPDX-License-Identifier: BSD-2-Clause */
/* Each named fault, on every message that it can be done to: the linter finds that fault and no other, and without
 * the fault it finds nothing. */
#include "igmpscope/craft.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "igmpscope/model.h"

static uint8_t octets[2048];
static struct spec_walk walk;

static int parse(struct spec *s, const char *line, struct error *err)
{
        char text[128], *words[8];
        int n = 0;

        snprintf(text, sizeof text, "%s", line);
        for (char *p = strtok(text, " "); p; p = strtok(NULL, " "))
                words[n++] = p;
        return spec_parse(s, 0, words, n, err);
}

static void sender(const struct spec *s, struct craft *c)
{
        uint8_t length = s->row ? s->row->family == FAMILY_MLD ? 16 : 4 : s->group.first.len;

        craft_init(c);
        addr_parse(length == 4 ? "192.0.2.1" : "fe80::1", &c->src);
        c->eth = true;
        memcpy(c->eth_src, (uint8_t[]){2, 0, 0, 0, 0, 1}, 6);
        spec_defaults(s, c);
        addr_parse(length == 4 ? "192.0.2.1" : "fe80::1", &c->src);
}

/* The rules that the packet breaks, blanks between. */
static void findings(const struct craft *c, struct text *t)
{
        struct linter_options o = {.packets = true};
        struct tracker *tracker = tracker_new(&(struct tracker_options){0});
        struct packer k = packer_into(octets, sizeof octets);
        struct frame f = {.number = 1, .link = 1};
        struct error err = {{0}};
        struct finding found;
        struct linter *l;
        struct packet p;

        assert_int_equal(craft_build(c, &k), 0);
        f.caplen = f.len = (uint32_t)k.n;
        f.data = (struct bytes){octets, k.n};
        packet_decode(&f, &p);
        assert_non_null(tracker);
        assert_int_equal(linter_new(&l, &o, tracker, &err), 0);
        linter_packet(l, &p);
        text_clear(t);
        while (linter_next(l, &found))
                text_add_format(t, t->n ? " %s" : "%s", found.rule->id);
        linter_free(l);
        tracker_free(tracker);
}

static void lint_with(const char *words, const char *bad, struct text *t)
{
        struct error err = {{0}};
        struct craft c;
        struct spec s;

        if (parse(&s, words, &err) < 0)
                fail_msg("%s: %s", words, err.text);
        sender(&s, &c);
        if (faults_apply(bad, &s, &c, NULL, &err) < 0)
                fail_msg("%s: %s", words, err.text);
        assert_int_equal(spec_start(&walk, &s, 1500, &err), 0);
        assert_true(spec_next(&walk, &c));
        findings(&c, t);
        spec_free(&s);
}

static const struct { const char *words, *bad, *rules; } rows[] = {
        {"igmp query v3", "ttl", "igmp-ttl-one"},
        {"igmp report v1 239.1.1.1", "ttl", "igmp-ttl-one"},
        {"mld report ff0e::1", "ttl", "mld-hop-limit-one"},
        {"igmp leave 239.1.1.1", "ra", "igmp-router-alert"},
        {"mld query", "ra", "mld-router-alert"},
        {"igmp report 239.1.1.1", "checksum", "igmp-checksum"},
        {"mld report ff0e::1", "checksum", "mld-checksum"},
        {"igmp report 239.1.1.1", "ip-checksum", "igmp-ip-header-checksum"},
        {"igmp query", "dst", "igmp-general-query-dst"},
        {"igmp query v2 239.1.1.1", "dst", "igmp-specific-query-dst"},
        {"igmp report v2 239.1.1.1", "dst", "v12-report-dst"},
        {"igmp leave 239.1.1.1", "dst", "v2-leave-dst"},
        {"igmp report 239.1.1.1", "dst", "v3-report-dst"},
        {"mld query", "dst", "mld-general-query-dst"},
        {"mld query v1 ff0e::1", "dst", "mld-specific-query-dst"},
        {"mld report v1 ff0e::1", "dst", "mld1-report-dst"},
        {"mld done ff0e::1", "dst", "mld1-done-dst"},
        {"mld report ff0e::1", "dst", "mld2-report-dst"},
        {"igmp report 239.1.1.1", "src", "igmp-src-valid"},
        {"mld report ff0e::1", "src", "mld-src-link-local"},
        {"mld query", "src", "mld-query-src"},
        {"igmp query 239.1.1.1 10.0.0.1", "count", "v3-query-sources-truncated"},
        {"igmp report 239.1.1.1", "count", "v3-report-truncated"},
        {"mld query ff0e::1 2001:db8::1", "count", "mld2-query-sources-truncated"},
        {"mld report ff0e::1", "count", "mld2-report-truncated"},
        {"igmp query v2", "length", "igmp-query-length"},
        {"igmp report v2 239.1.1.1", "length", "v12-extra-octets"},
        {"igmp query v3", "length", "v3-query-trailing-data"},
        {"igmp report v3 239.1.1.1", "length", "v3-report-trailing-data"},
        {"mld query v1", "length", "mld-query-length"},
        {"mld done ff0e::1", "length", "mld1-extra-octets"},
        {"mld query v2", "length", "mld2-query-trailing-data"},
        {"mld report ff0e::1", "length", "mld2-report-trailing-data"},
        {"igmp report 239.1.1.1", "aux", "v3-record-aux-data"},
        {"mld report ff0e::1", "aux", "mld2-record-aux-data"},
        {"igmp report v2 239.1.1.1", "truncate=1", "igmp-min-length"},
        {"igmp query v3", "truncate=1", "igmp-query-length"},
        {"igmp query 239.1.1.1 10.0.0.1", "truncate=1", "v3-query-sources-truncated"},
        {"igmp report 239.1.1.1", "truncate=4", "v3-report-truncated"},
        {"mld done ff0e::1", "truncate=1", "mld-min-length"},
        {"mld query v2", "truncate=1", "mld-query-length"},
        {"mld query ff0e::1 2001:db8::1", "truncate=16", "mld2-query-sources-truncated"},
        {"mld report ff0e::1", "truncate=1", "mld2-report-truncated"},
        {"igmp query", "mac", "igmp-dst-mac"},
        {"mld query", "mac", "mld-dst-mac"},
        {"igmp report 239.1.1.1", "ttl,ra,mac", "igmp-ttl-one igmp-router-alert igmp-dst-mac"},
};

static void each_fault_is_found(void **state)
{
        struct text t = {0};

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                lint_with(rows[i].words, rows[i].bad, &t);
                if (strcmp(text_string(&t), rows[i].rules))
                        fail_msg("%s --bad %s: finds %s", rows[i].words, rows[i].bad, text_string(&t));
                lint_with(rows[i].words, "", &t);
                if (t.n)
                        fail_msg("%s without a fault: finds %s", rows[i].words, text_string(&t));
        }
        text_free(&t);
}

static bool shown(const char *fault, const char *rule)
{
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
                if (!strncmp(rows[i].bad, fault, strlen(fault)) && !strcmp(rows[i].rules, rule))
                        return true;
        return false;
}

/* What the table of faults claims is what was seen above, and all of it. */
static void the_table_names_the_rules(void **state)
{
        const struct fault *f;

        (void)state;
        for (size_t i = 0; (f = fault_at(i)); i++) {
                char rules[512];
                snprintf(rules, sizeof rules, "%s", f->rules);
                for (char *id = strtok(rules, " "); id; id = strtok(NULL, " ")) {
                        if (!rule_find(id))
                                fail_msg("%s: there is no rule %s", f->name, id);
                        if (!shown(f->name, id))
                                fail_msg("%s: no packet shows %s", f->name, id);
                }
                for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
                        if (!strncmp(rows[r].bad, f->name, strlen(f->name)) && !strchr(rows[r].bad, ',')
                            && !strstr(f->rules, rows[r].rules))
                                fail_msg("%s: does not name %s", f->name, rows[r].rules);
        }
}

static void faults_without_meaning_are_refused(void **state)
{
        static const struct { const char *words, *bad, *says; } wrong[] = {
                {"igmp query", "tll", "--bad tll: no such fault; `igmpscope list faults` names them"},
                {"igmp query", "ttl,x", "--bad x: no such fault"},
                {"igmp query", "ttl=3", "--bad ttl=3: ttl takes no number"},
                {"igmp query", "truncate", "--bad truncate: needs a number, as in truncate=4"},
                {"igmp query", "truncate=x", "--bad truncate=x: needs a number"},
                {"igmp query", "truncate=0", "can't be done to this packet: N is to be 1 or more"},
                {"igmp query", "truncate=70000", "needs a number"},
                {"udp 239.1.1.1:9", "ttl", "a datagram may have any TTL"},
                {"igmp report v1 239.1.1.1", "ra", "it has no Router Alert"},
                {"mld query", "ip-checksum", "IPv6 has no header checksum"},
                {"udp [ff0e::1]:9", "ip-checksum", "IPv6 has no header checksum"},
                {"udp [ff0e::1]:9", "src", "may come from any address"},
                {"udp 239.1.1.1:9", "dst", "group is its destination"},
                {"igmp report v2 239.1.1.1", "count", "only IGMPv3 and MLDv2 count"},
                {"udp 239.1.1.1:9", "length", "only a query, report or leave"},
                {"igmp query", "aux", "it has no records"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
                struct error err = {{0}};
                struct craft c;
                struct spec s;
                assert_int_equal(parse(&s, wrong[i].words, &err), 0);
                sender(&s, &c);
                assert_int_equal(faults_apply(wrong[i].bad, &s, &c, NULL, &err), -1);
                if (!strstr(err.text, wrong[i].says))
                        fail_msg("%s --bad %s: says %s", wrong[i].words, wrong[i].bad, err.text);
                spec_free(&s);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_fault_is_found), cmocka_unit_test(the_table_names_the_rules),
                cmocka_unit_test(faults_without_meaning_are_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
