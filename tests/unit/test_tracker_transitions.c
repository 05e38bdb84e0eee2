/* SPDX-License-Identifier: BSD-2-Clause */
/* Every row of RFC 9776 §6.4 with every kind of overlap between the state and the record, IPv4 and IPv6: the state
 * after, its timers, and what a querier would ask. */
#include "tracker_test.h"

#include "transitions.h"

/* Brings the group into the state before: INCLUDE at 170 s, EXCLUDE at 220 s. */
static double prepare(struct stage *s, const char *before, const char *group)
{
        static const struct { const char *start, *names; } include[] = {
                {"0 h1 allow", "a"}, {"1 h1 allow", "b"}, {"2 h1 allow", "c"},
        }, exclude[] = {{"0 h1 is_ex", "c,d"}, {"50 h2 allow", "a"}, {"51 h2 allow", "b"}};
        bool in = !strncmp(before, "include", 7), empty = !strcmp(before, "exclude 50 {}");
        char line[128];

        for (int i = 0; i < 3 && !empty; i++) {
                snprintf(line, sizeof line, "%s %s %s", in ? include[i].start : exclude[i].start, group,
                         in ? include[i].names : exclude[i].names);
                stage_line(s, line);
        }
        snprintf(line, sizeof line, "0 h1 is_ex %s", group);
        if (empty)
                stage_line(s, line);
        return in ? 170 : 220;
}

static struct text asks_of(struct stage *s, const char *type, const char *group, const char *names)
{
        uint8_t len = strchr(group, ':') ? 16 : 4, octets[512];
        struct packer k = packer_into(octets, sizeof octets);
        struct addr sources[26], g;
        uint16_t n = sources_named(names, len, sources);
        struct frame f = {.interface = "eth0"};
        struct packet p = {.frame = &f, .src = address_named("h1", len)};
        struct record r = {.sources = {octets, n, len}};
        struct text t = {0};
        struct asks a;

        for (r.type = IS_IN; strcmp(record_name(r.type), type); r.type++)
                ;
        assert_true(addr_parse(group, &g));
        r.group = g;
        for (uint16_t i = 0; i < n; i++)
                pack_bytes(&k, (struct bytes){sources[i].b, len});
        if (tracker_asks(s->t, &p, &r, &a)) {
                for (uint32_t i = 0; i < a.n; i++) {
                        text_add(&t, i ? "," : "Q(G,S) ");
                        add_source(&t, &a.sources[i]);
                }
                if (a.group)
                        text_add(&t, a.n ? ";Q(G)" : "Q(G)");
        }
        text_string(&t);
        return t;
}

static void check(const struct step *step, const char *group)
{
        struct stage s = stage_new(NULL);
        double at = prepare(&s, step->before, group);
        char line[128], want[128], type[16] = "", names[32] = "";

        snprintf(want, sizeof want, "%s %s v%d", group, step->before, strchr(group, ':') ? 2 : 3);
        expect_text(groups_at(&s, at), want, "before");
        assert_true(sscanf(step->record, "%15s %31s", type, names) >= 1);
        expect_text(asks_of(&s, type, group, names), step->asks, step->record);
        snprintf(line, sizeof line, "%g h3 %s %s %s", at, type, group, names);
        stage_line(&s, line);
        snprintf(want, sizeof want, "%s %s v%d", group, step->after, strchr(group, ':') ? 2 : 3);
        expect_text(groups_at(&s, at), want, step->record);
        stage_free(&s);
}

static void test_ipv4(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
                check(&steps[i], G4);
}

static void test_ipv6(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
                check(&steps[i], G6);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_ipv4), cmocka_unit_test(test_ipv6)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
