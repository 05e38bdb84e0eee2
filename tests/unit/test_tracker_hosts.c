/* SPDX-License-Identifier: BSD-2-Clause */
/* Explicit tracking: a host's own filter after each record, answers to group-and-source queries, older hosts behind
 * suppression, silence. */
#include "tracker_test.h"

/* From a state (made by the first lines) and a record: the filter after. */
static void test_filter(void **state)
{
        static const struct { const char *before, *record, *after; } rows[] = {
                {NULL, "is_in a", "in{a} v3 until 280"},
                {NULL, "is_ex a", "ex{a} v3 until 280"},
                {NULL, "to_in a", "in{a} v3 until 280"},
                {NULL, "to_ex a", "ex{a} v3 until 280"},
                {NULL, "allow a", "in{a} v3 until 280 partial"},
                {NULL, "block a", NULL},
                {NULL, "is_in", NULL},
                {NULL, "to_in", NULL},
                {"is_in a,b", "is_in b,c", "in{b,c} v3 until 280"},
                {"is_in a,b", "is_in", NULL},
                {"is_in a,b", "is_ex b", "ex{b} v3 until 280"},
                {"is_in a,b", "to_in c", "in{c} v3 until 280"},
                {"is_in a,b", "to_in", NULL},
                {"is_in a,b", "to_ex", "ex{} v3 until 280"},
                {"is_in a,b", "allow b,c", "in{a,b,c} v3 until 280"},
                {"is_in a,b", "block b,c", "in{a} v3 until 280"},
                {"is_in a,b", "block a,b", NULL},
                {"is_ex a,b", "is_in b,c", "in{b,c} v3 until 280"},
                {"is_ex a,b", "is_ex b", "ex{b} v3 until 280"},
                {"is_ex a,b", "to_in c", "in{c} v3 until 280"},
                {"is_ex a,b", "to_in", NULL},
                {"is_ex a,b", "to_ex", "ex{} v3 until 280"},
                {"is_ex a,b", "allow b,c", "ex{a} v3 until 280"},
                {"is_ex a,b", "block b,c", "ex{a,b,c} v3 until 280"},
                {"is_ex", "block d,c,d", "ex{c,d} v3 until 280"},
                {"allow a", "allow b", "in{a,b} v3 until 280 partial"},
                {"allow a", "is_in a,b", "in{a,b} v3 until 280"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct stage s = stage_new(NULL);
                char line[128], want[128] = "";
                if (rows[i].before) {
                        snprintf(line, sizeof line, "1 h1 %.5s " G4 "%s", rows[i].before, rows[i].before + 5);
                        stage_line(&s, line);
                }
                snprintf(line, sizeof line, "10 h1 %.5s " G4 "%s", rows[i].record, rows[i].record + 5);
                stage_line(&s, line);
                if (rows[i].after)
                        snprintf(want, sizeof want, G4 " h1 %s", rows[i].after);
                expect_text(members_at(&s, 10), want, rows[i].record);
                stage_free(&s);
        }
}

/* IS_IN while only a Q(G,S) can have asked tells nothing about the mode (RFC 9776 §5.2). */
static void test_answer_to_sources(void **state)
{
        (void)state;
        play(NULL, LINES("1 h1 is_ex " G4 " a", "2 h2 is_in " G4 " a,b", "20 r1 q3 " G4 " 1 2 125 a,b,c",
                         "20.5 h1 is_in " G4 " b", /* c is excluded now, a still is */
                         "20.6 h2 is_in " G4 " a,b",
                         "@20.6 members " G4 " h1 ex{a,c} v3 until 290.5; " G4 " h2 in{a,b} v3 until 290.6",
                         "30 r1 q3 " G4 " 1 2 125 a", "30.5 h2 is_in " G4 " a",
                         "@30.5 members " G4 " h1 ex{a,c} v3 until 290.5; " G4 " h2 in{a,b} v3 until 300.5",
                         "40 r1 q3 " G4 " 1 2 125 b,d", "40.5 h2 is_in " G4 " d",
                         "@40.5 members " G4 " h1 ex{a,c} v3 until 290.5; " G4 " h2 in{a,d} v3 until 310.5",
                         "@42 members " G4 " h1 ex{a,c} v3 until 290.5 stale; " G4 " h2 in{a,d} v3 until 310.5"));
        /* any other open window makes it a whole answer */
        play(NULL, LINES("1 h1 is_ex " G4 " a", "20 r1 q3 - 10 2 125", "21 r1 q3 " G4 " 1 2 125 b", "21.5 h1 is_in " G4 " b",
                         "@21.5 members " G4 " h1 in{b} v3 until 291.5"));
        play(NULL, LINES("1 h1 is_ex " G4 " a", "20 r1 q3 " G4 " 1 2 125", "20.5 r1 q3 " G4 " 1 2 125 b", "20.9 h1 is_in " G4 " b",
                         "@20.9 members " G4 " h1 in{b} v3 until 290.9"));
        /* unless the host has answered that already */
        play(NULL, LINES("1 h1 is_ex " G4 " a", "20 r1 q3 - 10 2 125", "20.5 h1 is_ex " G4 " a", "21 r1 q3 " G4 " 1 2 125 b,c",
                         "21.5 h1 is_in " G4 " b", "@21.5 members " G4 " h1 ex{a,c} v3 until 291.5"));
        /* windows close: max resp time and 10 % */
        play(NULL, LINES("1 h1 is_ex " G4 " a", "20 r1 q3 " G4 " 1 2 125 b", "21.1 h1 is_in " G4 " b",
                         "@21.1 members " G4 " h1 ex{a} v3 until 291.1", "21.2 h1 is_in " G4 " b",
                         "@21.2 members " G4 " h1 in{b} v3 until 291.2"));
        /* an unknown host wants at least this */
        play(NULL, LINES("1 h1 is_ex " G4 " a", "20 r1 q3 " G4 " 1 2 125 b", "20.5 h2 is_in " G4 " b",
                         "@20.5 members " G4 " h1 ex{a} v3 until 271; " G4 " h2 in{b} v3 until 290.5 partial"));
}

static void test_presumed(void **state)
{
        (void)state;
        play(NULL, LINES("1 h1 report2 " G4, "2 h2 report2 " G4, "200 h2 report2 " G4,
                         "@270.999 members " G4 " h1 ex{} v2 until 271; " G4 " h2 ex{} v2 until 470",
                         "@271 members " G4 " h1 ex{} v2 until 470 presumed; " G4 " h2 ex{} v2 until 470",
                         "300 h1 report2 " G4, "@300 members " G4 " h1 ex{} v2 until 570; " G4 " h2 ex{} v2 until 470",
                         "@500 members " G4 " h1 ex{} v2 until 570; " G4 " h2 ex{} v2 until 570 presumed",
                         "@570 members ",
                         "@570 changes 1 h1 joined " G4 " in{}->ex{} report; 2 h2 joined " G4 " in{}->ex{} report; "
                         "570 h1 expired " G4 " ex{}->in{} timer; 570 h2 expired " G4 " ex{}->in{} timer"));
}

/* A version 3 host answers for itself: it is gone although the group lives. */
static void test_v3_host_expires(void **state)
{
        (void)state;
        play(NULL, LINES("1 h1 is_ex " G4, "2 h2 is_ex " G4, "200 h2 is_ex " G4,
                         "@271 members " G4 " h2 ex{} v3 until 470",
                         "@271 changes 1 h1 joined " G4 " in{}->ex{} is_ex; 2 h2 joined " G4 " in{}->ex{} is_ex; "
                         "271 h1 expired " G4 " ex{}->in{} timer"));
}

static void test_group_takes_hosts_along(void **state)
{
        (void)state;
        play(NULL, LINES("1 h3 is_ex " G4, "2 h1 is_ex " G4, "3 h2 is_in " G4 " a", "30 r1 q3 " G4 " 1 2 125",
                         "@32 members " G4 " h1 ex{} v3 until 272 stale; " G4 " h2 in{a} v3 until 273 stale; "
                         G4 " h3 ex{} v3 until 271 stale", /* the group lives, for h2: who knows whether a report was lost */
                         "@32 groups " G4 " include {a:241} v3"));
        play(NULL, LINES("1 h3 is_ex " G4, "2 h1 is_ex " G4, "3 0h2 is_ex " G4, "30 r1 q3 " G4 " 1 2 125",
                         "@31 changes 1 h3 joined " G4 " in{}->ex{} is_ex; 2 h1 joined " G4 " in{}->ex{} is_ex; "
                         "3 0.0.0.0 joined " G4 " in{}->ex{} is_ex",
                         "@32 changes 32 0.0.0.0 expired " G4 " ex{}->in{} timer; 32 h1 expired " G4 " ex{}->in{} timer; "
                         "32 h3 expired " G4 " ex{}->in{} timer", "@32 groups ", "@32 members "));
}

static void test_stale(void **state)
{
        (void)state;
        play(NULL, LINES("0 r1 q3 - 10 2 125", "1 h1 is_ex " G4, "2 h2 is_ex " G4, "125 r1 q3 - 10 2 125", "130 h2 is_ex " G4,
                         "@135 members " G4 " h1 ex{} v3 until 271; " G4 " h2 ex{} v3 until 400",
                         "@136 members " G4 " h1 ex{} v3 until 271 stale; " G4 " h2 ex{} v3 until 400",
                         "137 h1 is_ex " G4, "@137 members " G4 " h1 ex{} v3 until 407; " G4 " h2 ex{} v3 until 400",
                         "140 r1 q3 " G4 " 1 2 125", "140.2 h2 is_ex " G4,
                         "@141.1 members " G4 " h1 ex{} v3 until 407 stale; " G4 " h2 ex{} v3 until 410.2"));
        /* older hosts may stay silent */
        play(NULL, LINES("0 r1 q2 - 10", "1 h1 report2 " G4, "125 r1 q2 - 10", "@136 members " G4 " h1 ex{} v2 until 271"));
}

/* Hosts are told apart by address and MAC. */
static void test_identity(void **state)
{
        struct stage s = stage_new(NULL);
        struct craft c;
        struct tracker_stats stats;

        (void)state;
        for (uint8_t i = 0; i < 3; i++) {
                craft_from(&c, "h1", 4);
                c.eth_src[5] = i;
                c.gmp.row = row_named(FAMILY_IGMP, MESSAGE_REPORT, 2);
                assert_true(addr_parse(G4, &c.gmp.group));
                stage_send(&s, 1, &c);
        }
        tracker_stats(s.t, &stats);
        assert_int_equal(stats.memberships, 3);
        stage_free(&s);
}

static void test_dropped_packets(void **state)
{
        struct stage s = stage_new(NULL);

        (void)state;
        s.bad_checksum = 1;
        stage_line(&s, "1 h1 is_ex " G4);
        stage_line(&s, "1 h1 is_ex " G6);
        stage_line(&s, "1 r1 q3 - 10 2 125");
        expect_text(members_at(&s, 1), "", "wrong checksums");
        expect_text(queriers_at(&s, 1), "", "wrong checksums");
        stage_free(&s);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_filter), cmocka_unit_test(test_answer_to_sources), cmocka_unit_test(test_presumed),
                cmocka_unit_test(test_v3_host_expires), cmocka_unit_test(test_group_takes_hosts_along),
                cmocka_unit_test(test_stale), cmocka_unit_test(test_identity), cmocka_unit_test(test_dropped_packets),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
