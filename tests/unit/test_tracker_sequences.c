/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole conversations, and what the router holds and the hosts want at every step of them. */
#include "tracker_test.h"

static void test_v2_join_leave(void **state)
{
        (void)state;
        play(NULL, LINES("0 r1 q2 - 10", "5 h1 report2 " G4,
                         "@5 groups " G4 " exclude 270 {} v2",
                         "@5 members " G4 " h1 ex{} v2 until 275",
                         "@29 groups " G4 " exclude 246 {} v2",
                         "30 h1 leave " G4,
                         "@30 groups " G4 " exclude 245 {} v2", /* a leave alone changes no timer */
                         "30.01 r1 q2 " G4 " 1",
                         "@30.01 groups " G4 " exclude 2 {} v2",
                         "31.01 r1 q2 " G4 " 1",
                         "@32.009 groups " G4 " exclude 0.001 {} v2",
                         "@32.01 groups ",
                         "@33 changes 5 h1 joined " G4 " in{}->ex{} report; 30 h1 left " G4 " ex{}->in{} leave"));
}

static void test_v2_leave_answered(void **state)
{
        (void)state;
        play(NULL, LINES("0 r1 q2 - 10", "5 h1 report2 " G4, "6 h2 report2 " G4, "30 h1 leave " G4,
                         "30.01 r1 q2 " G4 " 1", "30.41 h2 report2 " G4,
                         "@30.41 groups " G4 " exclude 270 {} v2",
                         "@100 members " G4 " h2 ex{} v2 until 300.41"));
}

static void test_v2_leave_v1_host(void **state)
{
        (void)state;
        play(NULL, LINES("0 r1 q2 - 10", "5 h1 report2 " G4, "6 h2 report1 " G4,
                         "@6 groups " G4 " exclude 270 {} v1",
                         "30 h1 leave " G4,
                         "@30 groups " G4 " exclude 246 {} v1",
                         "@265.999 groups " G4 " exclude 10.001 {} v1", /* older host present: 260 s */
                         "@266 groups " G4 " exclude 10 {} v3",
                         "@276 groups "));
}

static void test_v1_expiry(void **state)
{
        (void)state;
        play(NULL, LINES("0 r1 q1 - 10", "5 h1 report1 " G4,
                         "@274.999 groups " G4 " exclude 0.001 {} v3", "@275 groups ",
                         "@275 changes 5 h1 joined " G4 " in{}->ex{} report; 275 h1 expired " G4 " ex{}->in{} timer"));
        play(&(struct tracker_options){.gmi = 3376},
             LINES("0 r1 q1 - 10", "5 h1 report1 " G4,
                   "@264.999 groups " G4 " exclude 0.001 {} v1", "@265 groups ", "@265 members "));
}

static void test_v3_ssm_leave(void **state)
{
        (void)state;
        play(NULL, LINES("0 r1 q3 - 10 2 125", "1 h1 allow 232.1.1.1 a", "1.5 h1 allow 232.1.1.1 a",
                         "@1.5 groups 232.1.1.1 include {a:270} v3",
                         "20 h1 block 232.1.1.1 a",
                         "@20 groups 232.1.1.1 include {a:251.5} v3",
                         "20.01 r1 q3 232.1.1.1 1 2 125 a",
                         "@20.01 groups 232.1.1.1 include {a:2} v3",
                         "21.01 r1 q3 232.1.1.1 1 2 125 a",
                         "@22.009 groups 232.1.1.1 include {a:0.001} v3",
                         "@22.01 groups ",
                         "@23 changes 1 h1 joined 232.1.1.1 in{}->in{a} allow; 20 h1 left 232.1.1.1 in{a}->in{} block"));
}

static void test_v3_include_exclude(void **state)
{
        (void)state;
        play(NULL, LINES("0 r1 q3 - 10 2 125", "1 h1 allow " G4 " a",
                         "10 h2 to_ex " G4 " b",
                         "@10 groups " G4 " exclude 270 {b:0} v3", /* A-B is deleted: h1's source with it */
                         "@10 members " G4 " h1 in{a} v3 until 271 partial; " G4 " h2 ex{b} v3 until 280",
                         "125 r1 q3 - 10 2 125", "126 h1 is_in " G4 " a",
                         "@126 groups " G4 " exclude 154 {a:270 b:0} v3",
                         "127 h2 is_ex " G4 " b",
                         "@127 groups " G4 " exclude 270 {b:0} v3",
                         "128 h3 allow " G4 " a", /* all have been asked: it was no member before */
                         "@128 members " G4 " h1 in{a} v3 until 396; " G4 " h2 ex{b} v3 until 397; "
                         G4 " h3 in{a} v3 until 398"));
}

static void test_v3_exclude_to_include(void **state)
{
        (void)state;
        play(NULL, LINES("0 r1 q3 - 10 2 125", "1 h2 to_ex " G4 " b", "2 h1 is_in " G4 " a",
                         "@2 groups " G4 " exclude 269 {a:270 b:0} v3",
                         "30 h2 to_in " G4, "30.01 r1 q3 " G4 " 1 2 125", "31.01 r1 q3 " G4 " 1 2 125",
                         "@32 groups " G4 " exclude 0.01 {a:240 b:0} v3",
                         "@32.01 groups " G4 " include {a:239.99} v3",
                         "@272 groups ",
                         "@272 changes 1 h2 joined " G4 " in{}->ex{b} to_ex; 2 h1 joined " G4 " in{}->in{a} is_in; "
                         "30 h2 left " G4 " ex{b}->in{} to_in; 272 h1 expired " G4 " in{a}->in{} timer"));
}

static void test_gsq_s_flag(void **state)
{
        (void)state;
        play(NULL, LINES("0 r1 q3 - 10 2 125", "1 h1 is_ex " G4, "2 h2 is_ex " G4, "30 h1 to_in " G4,
                         "30.01 r1 q3 " G4 " 1 2 125",
                         "@30.01 groups " G4 " exclude 2 {} v3",
                         "30.5 h2 is_ex " G4,
                         "@30.5 groups " G4 " exclude 270 {} v3",
                         "31.01 r1 q3 " G4 " 1 2 125 S",
                         "@31.01 groups " G4 " exclude 269.49 {} v3",
                         "32 r1 q3 " G4 " 1 2 125", /* and without it, lower again */
                         "@32 groups " G4 " exclude 2 {} v3"));
}

static void test_gssq_s_flag(void **state)
{
        (void)state;
        play(NULL, LINES("0 r1 q3 - 10 2 125", "1 h1 is_in " G4 " a,b",
                         "10 r1 q3 " G4 " 1 2 125 S a",
                         "@10 groups " G4 " include {a:261 b:261} v3",
                         "11 r1 q3 " G4 " 1.5 3 125 b,c", /* robustness of this query, its own response time */
                         "@11 groups " G4 " include {a:260 b:4.5} v3",
                         "@15.5 groups " G4 " include {a:255.5} v3"));
}

static void test_v2_report_suppresses_v3_list(void **state)
{
        (void)state;
        play(NULL, LINES("0 r1 q3 - 10 2 125", "1 h1 to_ex " G4 " a", "2 h3 allow " G4 " c",
                         "@2 groups " G4 " exclude 269 {a:0 c:270} v3",
                         "10 h2 report2 " G4,
                         "@10 groups " G4 " exclude 270 {} v2", /* IS_EX({}) takes both lists away */
                         "20 h1 to_ex " G4 " b",
                         "@20 groups " G4 " exclude 270 {} v2",
                         "21 h1 block " G4 " d",
                         "@21 groups " G4 " exclude 269 {} v2",
                         "22 h3 allow " G4 " c",
                         "@22 groups " G4 " exclude 268 {c:270} v2",
                         "23 h1 is_ex " G4 " e", /* only TO_EX loses its list */
                         "@23 groups " G4 " exclude 270 {e:270} v2",
                         "24 h3 to_in " G4 " f",
                         "@24 groups " G4 " exclude 269 {e:269 f:270} v2",
                         "@269.999 groups " G4 " exclude 23.001 {e:23.001 f:24.001} v2",
                         "@270 groups " G4 " exclude 23 {e:23 f:24} v3"));
}

static void test_v1_mode(void **state)
{
        (void)state;
        play(NULL, LINES("1 h1 report1 " G4, "2 h2 to_ex " G4 " a",
                         "@2 groups " G4 " exclude 270 {} v1",
                         "3 h2 block " G4 " a", "4 h2 to_in " G4 " b",
                         "@4 groups " G4 " exclude 268 {} v1",
                         "5 h2 is_in " G4 " b",
                         "@5 groups " G4 " exclude 267 {b:270} v1"));
}

static void test_mld_join_leave(void **state)
{
        (void)state;
        play(NULL, LINES("0 r1 q2 :: 10 2 125", "5 h1 to_ex " G6, "5.5 h1 to_ex " G6,
                         "@5.5 groups " G6 " exclude 270 {} v2",
                         "30 h1 to_in " G6, "30.01 r1 q2 " G6 " 1 2 125", "31.01 r1 q2 " G6 " 1 2 125",
                         "@32 groups " G6 " exclude 0.01 {} v2", "@32.01 groups ",
                         "@32.01 changes 5 h1 joined " G6 " in{}->ex{} to_ex; 30 h1 left " G6 " ex{}->in{} to_in"));
}

static void test_mld1_done(void **state)
{
        (void)state;
        play(NULL, LINES("0 r1 q1 :: 10", "5 h1 report1 " G6,
                         "@5 groups " G6 " exclude 270 {} v1", "@5 members " G6 " h1 ex{} v1 until 275",
                         "30 h1 done " G6, "@30 groups " G6 " exclude 245 {} v1",
                         "30.01 r1 q1 " G6 " 1", "31.01 r1 q1 " G6 " 1", "@32 groups " G6 " exclude 0.01 {} v1",
                         "@32.01 groups "));
}

static void test_mld_dad(void **state)
{
        const char *const *lines = LINES("5 0h1 to_ex " G6, "@5 groups ", "@5 members ", "6 h1 to_ex " G6,
                                         "@6 members " G6 " h1 ex{} v2 until 276");
        const char *const *snooping = LINES("5 0h1 to_ex " G6, "@5 members " G6 " :: ex{} v2 until 275 anonymous");

        (void)state;
        play(NULL, lines);
        play(&(struct tracker_options){.snooping = true}, snooping);
}

static void test_ssm_range(void **state)
{
        const char *const *lines = LINES("1 h1 to_ex 232.1.1.1", "1 h1 report2 232.1.1.1", "1 h2 to_ex ff3e::8000:1",
                                         "2 h1 allow 232.1.1.1 a", "2 h2 allow ff3e::8000:1 a", "3 h1 leave 232.1.1.1",
                                         "@3 groups 232.1.1.1 include {a:269} v3; ff3e::8000:1 include {a:269} v2",
                                         "@3 members 232.1.1.1 h1 in{a} v3 until 272 partial; ff3e::8000:1 h2 in{a} v2 until 272 partial");
        const char *const *used = LINES("1 h1 to_ex 232.1.1.1", "@1 groups 232.1.1.1 exclude 270 {} v3");

        (void)state;
        play(NULL, lines);
        play(&(struct tracker_options){.ssm_off = true}, used);
}

static void test_anonymous(void **state)
{
        (void)state;
        play(NULL, LINES("1 0h1 is_ex " G4, "2 0h2 is_ex " G4, "3 h1 is_ex " G4,
                         "@3 members " G4 " 0.0.0.0 ex{} v3 until 271 anonymous; "
                         G4 " 0.0.0.0 ex{} v3 until 272 anonymous; " G4 " h1 ex{} v3 until 273"));
}

static void test_records_of_one_report(void **state)
{
        (void)state;
        play(NULL, LINES("1 h1 allow " G4 " a,b", "2 h1 allow " G4 " c,d block " G4 " a to_ex 239.1.1.1 is_in 239.2.2.2 a",
                         "@2 members " G4 " h1 in{b,c,d} v3 until 272 partial; 239.1.1.1 h1 ex{} v3 until 272; "
                         "239.2.2.2 h1 in{a} v3 until 272",
                         "@2 changes 1 h1 joined " G4 " in{}->in{a,b} allow; 2 h1 changed " G4 " in{a,b}->in{a,b,c,d} allow; "
                         "2 h1 changed " G4 " in{a,b,c,d}->in{b,c,d} block; 2 h1 joined 239.1.1.1 in{}->ex{} to_ex; "
                         "2 h1 joined 239.2.2.2 in{}->in{a} is_in"));
}

static void test_fast_leave(void **state)
{
        const struct tracker_options fast = {.fast_leave = true};

        (void)state;
        play(&fast, LINES("1 h1 is_ex " G4, "2 h2 is_ex " G4, "3 h1 to_in " G4, "@3 groups " G4 " exclude 269 {} v3",
                          "4 h2 to_in " G4, "@4 groups "));
        play(&fast, LINES("1 h1 is_in " G4 " a,b", "2 h2 is_in " G4 " b,c", "3 h1 block " G4 " a,b",
                          "@3 groups " G4 " include {b:269 c:269} v3", "4 h2 to_in " G4 " c",
                          "@4 groups " G4 " include {c:270} v3"));
        play(&fast, LINES("1 h1 is_ex " G4 " d", "2 h2 is_in " G4 " a", "3 h1 to_in " G4,
                          "@3 groups " G4 " include {a:269} v3"));
        play(&fast, LINES("1 h1 report2 " G4, "2 h1 leave " G4, "@2 groups " G4 " exclude 269 {} v2"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_v2_join_leave), cmocka_unit_test(test_v2_leave_answered),
                cmocka_unit_test(test_v2_leave_v1_host), cmocka_unit_test(test_v1_expiry),
                cmocka_unit_test(test_v3_ssm_leave), cmocka_unit_test(test_v3_include_exclude),
                cmocka_unit_test(test_v3_exclude_to_include), cmocka_unit_test(test_gsq_s_flag),
                cmocka_unit_test(test_gssq_s_flag), cmocka_unit_test(test_v2_report_suppresses_v3_list),
                cmocka_unit_test(test_v1_mode), cmocka_unit_test(test_mld_join_leave),
                cmocka_unit_test(test_mld1_done), cmocka_unit_test(test_mld_dad), cmocka_unit_test(test_ssm_range),
                cmocka_unit_test(test_anonymous), cmocka_unit_test(test_records_of_one_report),
                cmocka_unit_test(test_fast_leave),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
