/* SPDX-License-Identifier: BSD-2-Clause */
/* Queriers: election by address and its end by silence, and what the timers learn from whom. */
#include "tracker_test.h"

static void test_election(void **state)
{
        (void)state;
        play(NULL, LINES("0 r5 q3 - 10 2 125", "0.5 r2 q3 - 10 2 125", "1 r7 q3 - 10 2 125",
                         "@1 elections 0 none->r5 heard; 0.5 r5->r2 lower",
                         "@1 queriers r2 v3 elected says 125 measured 0 qrv 2 1 queries; "
                         "r5 v3 says 125 measured 0 qrv 2 1 queries; r7 v3 says 125 measured 0 qrv 2 1 queries"));
}

/* Other Querier Present Interval: 2 * 125 + 10 / 2 = 255 s. */
static void test_takeover(void **state)
{
        (void)state;
        play(NULL, LINES("0 r1 q3 - 10 2 125", "125 r1 q3 - 10 2 125", "@379.999 elections 0 none->r1 heard",
                         "@380 elections 380 r1->none silent", "380 r2 q3 - 10 2 125",
                         "@380 elections 380 none->r2 heard", "@634.999 elections ", "@635 elections 635 r2->none silent"));
        /* another one that was still there takes over at once */
        play(NULL, LINES("0 r1 q3 - 10 2 125", "200 r2 q3 - 5 3 60", "@255 elections 0 none->r1 heard; 255 r1->r2 silent",
                         "@255 parameters rv 3 learned qi 60 learned qri 5 learned gmi 190 oqpi 182.5 ohpi 185"));
}

static void test_zero_is_no_candidate(void **state)
{
        (void)state;
        play(NULL, LINES("0 0r1 q2 - 10", "@0 elections ",
                         "@0 parameters rv 2 assumed qi 125 assumed qri 10 proxy gmi 270 oqpi 255 ohpi 260",
                         "1 r2 q3 - 10 2 125", "2 0r1 q3 - 20 3 60", "@2 elections 1 none->r2 heard",
                         "@2 parameters rv 2 learned qi 125 learned qri 10 learned gmi 270 oqpi 255 ohpi 260"));
        play(NULL, LINES("0 0r1 q2 :: 10 2 125", "@0 queriers "));
}

/* MLDv2 compares the low 64 bits; here they are all that differs. */
static void test_mld_election(void **state)
{
        (void)state;
        play(NULL, LINES("0 r5 q2 :: 10 2 125", "1 r2 q2 :: 10 2 125", "2 r3 q1 :: 10",
                         "@2 elections 0 none->r5 heard; 1 r5->r2 lower"));
}

static void test_specific_queries_elect_nobody(void **state)
{
        (void)state;
        play(NULL, LINES("0 r5 q3 - 10 2 125", "1 r2 q3 " G4 " 1 2 125", "@1 elections 0 none->r5 heard",
                         "@1 queriers r2 v3 says 0 measured 0 qrv 2 1 queries; r5 v3 elected says 125 measured 0 qrv 2 1 queries"));
}

static void test_parameters(void **state)
{
        (void)state;
        play(NULL, LINES("0 h1 is_ex " G4,
                         "@0 parameters rv 2 assumed qi 125 assumed qri 10 assumed gmi 270 oqpi 255 ohpi 260",
                         "1 r1 q3 - 5 3 60",
                         "@1 parameters rv 3 learned qi 60 learned qri 5 learned gmi 190 oqpi 182.5 ohpi 185",
                         "@1 groups " G4 " exclude 269 {} v3", /* running timers stay */
                         "2 h1 is_ex " G4, "@2 groups " G4 " exclude 190 {} v3",
                         "3 r1 q3 " G4 " 1 2 125", /* a specific query teaches no response interval */
                         "@3 parameters rv 3 learned qi 60 learned qri 5 learned gmi 190 oqpi 182.5 ohpi 185",
                         "4 r1 q3 - 10 0 0", /* nothing said: the defaults */
                         "@4 parameters rv 2 assumed qi 125 assumed qri 10 learned gmi 270 oqpi 255 ohpi 260"));
}

static void test_gmi_3376(void **state)
{
        (void)state;
        play(&(struct tracker_options){.gmi = 3376},
             LINES("0 h1 is_ex " G4, "@259.999 groups " G4 " exclude 0.001 {} v3", "@260 groups ",
                   "@260 changes 0 h1 joined " G4 " in{}->ex{} is_ex; 260 h1 expired " G4 " ex{}->in{} timer"));
}

/* Version 2 says no interval: three of them do, not those of the startup, not one that spans a gap. */
static void test_measured(void **state)
{
        (void)state;
        play(NULL, LINES("0 r1 q2 - 10", "15 r1 q2 - 10", "75 r1 q2 - 10", "135 r1 q2 - 10",
                         "@135 parameters rv 2 assumed qi 125 assumed qri 10 learned gmi 270 oqpi 255 ohpi 260",
                         "195 r1 q2 - 10",
                         "@195 parameters rv 2 assumed qi 60 measured qri 10 learned gmi 140 oqpi 125 ohpi 130",
                         "255.5 r1 q2 - 10", "375.5 r1 q2 - 10", /* 120 s: one was lost */
                         "@375.5 queriers r1 v2 elected says 0 measured 60 qrv 0 7 queries",
                         "435.5 r1 q2 - 10",
                         "@435.5 parameters rv 2 assumed qi 60 measured qri 10 learned gmi 140 oqpi 125 ohpi 130"));
        /* a doubled interval that stays is no gap */
        play(NULL, LINES("0 r1 q2 - 10", "10 r1 q2 - 10", "20 r1 q2 - 10", "30 r1 q2 - 10", "50 r1 q2 - 10",
                         "70 r1 q2 - 10", "90 r1 q2 - 10", "110 r1 q2 - 10", "130 r1 q2 - 10", "150 r1 q2 - 10",
                         "@150 queriers r1 v2 elected says 0 measured 20 qrv 0 10 queries"));
}

static void test_links_apart(void **state)
{
        struct stage s = stage_new(NULL);
        struct querier q;
        size_t at = 0;

        (void)state;
        stage_line(&s, "0 r2 q3 - 10 2 125");
        s.vlan = 10;
        stage_line(&s, "1 r5 q3 - 10 2 125");
        stage_line(&s, "1 h1 is_ex " G4);
        s.interface = "eth1";
        stage_line(&s, "2 r1 q3 - 10 2 125");
        stage_line(&s, "2 h1 is_ex " G4);
        s.interface = "eth0";
        s.vlan = 0;
        stage_line(&s, "2 h1 is_ex " G4);
        expect_text(taken(&s, 2, &s.elections), "0 none->r2 heard; 1 none->r5 heard; 2 none->r1 heard", "three links");
        while (querier_next(s.t, &at, &q))
                assert_true(q.elected);
        assert_int_equal(at, 3);
        expect_text(groups_at(&s, 2), G4 " exclude 270 {} v3; " G4 " exclude 269 {} v3; " G4 " exclude 270 {} v3", "in order");
        stage_free(&s);
}

/* Whoever sends queries from many addresses gets no more than a place for each of the last ones. */
static void test_many_queriers(void **state)
{
        struct stage s = stage_new(NULL);
        struct tracker_stats stats;
        struct craft c;

        (void)state;
        stage_line(&s, "0 r1 q3 - 10 2 125");
        for (unsigned i = 0; i < 1000; i++) {
                craft_from(&c, "r2", 4);
                c.src = addr_v4(0x0a000000u + i * 7919);
                c.gmp.row = row_named(FAMILY_IGMP, MESSAGE_QUERY, 3);
                c.gmp.group = (struct addr){.len = 4};
                stage_send(&s, 1 + i * 0.001, &c);
        }
        tracker_stats(s.t, &stats);
        assert_int_equal(stats.queriers, 64);
        stage_free(&s);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_election), cmocka_unit_test(test_takeover),
                cmocka_unit_test(test_zero_is_no_candidate), cmocka_unit_test(test_mld_election),
                cmocka_unit_test(test_specific_queries_elect_nobody), cmocka_unit_test(test_parameters),
                cmocka_unit_test(test_gmi_3376), cmocka_unit_test(test_measured), cmocka_unit_test(test_links_apart),
                cmocka_unit_test(test_many_queriers),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
