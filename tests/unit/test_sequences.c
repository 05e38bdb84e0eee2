/* SPDX-License-Identifier: BSD-2-Clause */
/* The worked sequences: all findings of each, at the time at which they can first be said. */
#include "sequence_play.h"

static const struct {
        const char *name;
        bool mld;
        const char *script, *expected;
} rows[] = {
        {"v2-join-leave", false,
         "0 r1 q2\n" "3 a v2 G\n" "30 a leave G\n" "30.01 r1 q2 G mrt=1\n" "31.01 r1 q2 G mrt=1\n" "125 r1 q2\n250 end",
         ""},
        {"v2-leave-answered", false,
         "0 r1 q2\n" "3 a v2 G\n" "30 a leave G\n" "30.01 r1 q2 G mrt=1\n" "30.41 b v2 G\n" "125 r1 q2\n" "128 b v2 G\n"
         "250 end",
         ""},
        {"v2-leave-one-query", false,
         "0 r1 q2\n" "3 a v2 G\n" "30 a leave G\n" "30.01 r1 q2 G mrt=1\n" "125 r1 q2\n",
         "lmq-count@31.01"},
        {"v2-leave-unqueried", false,
         "0 r1 q2\n" "3 a v2 G\n" "29 a leave G\n" "125 r1 q2\n",
         "lmq-missing@30"},
        {"v2-lmq-interval", false,
         "0 r1 q2\n" "3 a v2 G\n" "30 a leave G\n" "30.01 r1 q2 G mrt=1\n" "35.01 r1 q2 G mrt=1\n" "125 r1 q2\n",
         "lmq-interval@35.01"},
        {"v2-leave-v1-host", false,
         "0 r1 q2\n" "3 a v2 G\n" "125 r1 q2\n" "128 b v1 G\n" "150 a leave G\n" "250 r1 q2\n" "253 b v1 G\n" "300 end",
         ""},
        {"v1-expiry", false, "0 r1 q1\n" "5 a v1 G\n" "125 r1 q1\n" "250 r1 q1\n" "375 r1 q1\n" "500 r1 q1\n", ""},
        {"election-ok", false,
         "0 r2 q3\n" "0.5 r1 q3\n" "31.75 r1 q3\n" "156.75 r1 q3\n" "281.75 r1 q3\n" "406.75 r1 q3\n", ""},
        {"election-violated", false,
         "0 r1 q3\n" "0.5 r2 q3\n" "125 r1 q3\n" "125.5 r2 q3\n" "250 r1 q3\n" "250.5 r2 q3\n",
         "querier-election@125.5 querier-election@250.5"},
        {"querier-takeover", false, "0 r1 q3\n" "0.5 r2 q3\n" "125 r1 q3\n" "380 r2 q3\n" "411.25 r2 q3\n" "536.25 r2 q3\n", ""},
        {"mixed-versions", false, "0 r1 q3\n" "60 r2 q2\n" "125 r1 q3\n" "185 r2 q2\n",
         "querier-version-mix@125 querier-election@185"},
        {"query-interval-off", false, "0 r1 q3\n" "60 r1 q3\n" "120 r1 q3\n" "180 r1 q3\n" "240 r1 q3\n",
         "query-interval-vs-qqic@180"},
        {"v3-join-retransmit", false, "0 r1 q3\n" "10 a to_ex G\n" "10.6 a to_ex G\n" "125 r1 q3\n" "128 a is_ex G\n" "200 end",
         ""},
        {"v3-join-no-retransmit", false, "0 r1 q3\n" "10 a to_ex G\n" "125 r1 q3\n" "128 a is_ex G\n",
         "v3-state-change-retransmit@11"},
        {"v3-late-response", false, "0 r1 q3\n" "5 a is_ex G\n" "125 r1 q3\n" "139 a is_ex G\n" "200 end",
         "report-within-max-resp@135 v3-unsolicited-current-state@139"},
        {"v3-ssm-leave", false,
         "0 r1 q3\n" "10 a allow SSM S1\n" "10.5 a allow SSM S1\n" "30 a block SSM S1\n" "30.01 r1 q3 SSM mrt=1 S1\n"
         "30.6 a block SSM S1\n" "31.01 r1 q3 SSM mrt=1 S1\n" "125 r1 q3\n" "200 end",
         ""},
        {"v3-include-exclude", false,
         "0 r1 q3\n" "10 a allow G S1\n" "10.5 a allow G S1\n" "20 b to_ex G S2\n" "20.7 b to_ex G S2\n" "125 r1 q3\n"
         "127 a is_in G S1\n" "130 b is_ex G S2\n" "200 end",
         ""},
        {"v3-exclude-to-include", false,
         "0 r1 q3\n" "10 a allow G S1\n" "10.5 a allow G S1\n" "20 b to_ex G S2\n" "20.7 b to_ex G S2\n" "40 r1 q3 mrt=10\n"
         "42 a is_in G S1\n" "43 b is_ex G S2\n" "60 b to_in G\n" "60.01 r1 q3 G mrt=1\n" "60.01 r1 q3 G mrt=1 S1\n"
         "60.4 a is_in G S1\n" "60.8 b to_in G\n" "61.01 r1 q3 G mrt=1\n" "61.01 r1 q3 G mrt=1 s S1\n" "61.3 a is_in G S1\n"
         "165 r1 q3\n" "170 a is_in G S1\n" "200 end",
         ""},
        {"v3-in-v2-querier", false,
         "0 r1 q2\n" "0.6 a is_ex G\n" "125 r1 q2\n" "128 a is_ex G\n" "250 r1 q2\n" "255 a is_ex G\n" "300 end",
         "compat-v3-with-older-querier@128 compat-v3-with-older-querier@255"},
        {"gssq-after-current-state", false,
         "0 r1 q3\n" "5 a is_in G S1 S2\n" "125 r1 q3\n" "130 a is_in G S1\n" "140.01 r1 q3 G mrt=2 S1\n" "141.5 a is_ex G\n"
         "200 end",
         "gssq-without-state-change@140.01 v3-gssq-response@141.5"},
        {"gsq-s-flag", false,
         "0 r1 q3\n" "3 a is_ex G\n" "4 b is_ex G\n" "30 a to_in G\n" "30.01 r1 q3 G mrt=1\n" "30.4 b is_ex G\n"
         "30.7 a to_in G\n" "31.01 r1 q3 G mrt=1 s\n" "31.4 b is_ex G\n" "125 r1 q3\n" "126 b is_ex G\n" "200 end",
         ""},
        {"gsq-s-flag-missing", false,
         "0 r1 q3\n" "3 a is_ex G\n" "4 b is_ex G\n" "30 a to_in G\n" "30.01 r1 q3 G mrt=1\n" "30.4 b is_ex G\n"
         "30.7 a to_in G\n" "31.01 r1 q3 G mrt=1\n" "31.4 b is_ex G\n" "125 r1 q3\n" "126 b is_ex G\n" "200 end",
         "gsq-s-flag@31.01"},
        {"v2-report-suppresses-v3-list", false,
         "0 r1 q3\n" "3 a v2 G\n" "20 b to_ex G S1\n" "20.5 b to_ex G S1\n" "40 b block G S2\n" "40.6 b block G S2\n"
         "125 r1 q3\n" "127 a v2 G\n" "130 b is_ex G S1 S2\n" "200 end",
         ""},
        {"mld-join-leave", true,
         "0 r1 q3\n" "10 a to_ex G\n" "10.7 a to_ex G\n" "30 a to_in G\n" "30.01 r1 q3 G mrt=1\n" "30.5 a to_in G\n"
         "31.01 r1 q3 G mrt=1\n" "125 r1 q3\n" "200 end",
         ""},
        {"mld1-done", true,
         "0 r1 q2\n" "3 a v2 G\n" "30 a leave G\n" "30.01 r1 q2 G mrt=1\n" "31.01 r1 q2 G mrt=1\n" "125 r1 q2\n" "200 end",
         ""},
        {"mld-dad", true,
         "0 r1 q3\n" "5 a? to_ex G\n" "5.5 a? to_ex G\n" "8 a to_ex G\n" "8.4 a to_ex G\n" "125 r1 q3\n" "128 a is_ex G\n"
         "200 end",
         "mld-src-unspecified@5 mld-src-unspecified@5.5"},
        {"mld-dad-no-rereport", true,
         "0 r1 q3\n" "5 a? to_ex G\n" "5.5 a? to_ex G\n" "8 a to_ex G2\n" "8.4 a to_ex G2\n" "125 r1 q3\n" "128 a is_ex G2\n"
         "200 end",
         "mld-src-unspecified@5 mld-src-unspecified@5.5 mld-rereport-after-ll@18"},
        {"v2-no-suppression", false, "0 r1 q2\n" "3 a v2 G\n" "6 b v2 G\n" "100 end", "v2-suppression-missing@6"},
        {"v2-report-with-v1-querier", false, "0 r1 q1\n" "60 a v2 G\n" "62 a v2 G\n" "100 end",
         "v2-report-with-v1-querier@60 v2-report-with-v1-querier@62"},
        {"startup-ok", false, "0 a to_ex G\n" "0.5 a to_ex G\n" "300 r1 q3\n" "331.25 r1 q3\n" "456.25 r1 q3\n", "no-querier@260"},
        {"startup-missing", false, "0 a to_ex G\n" "0.5 a to_ex G\n" "300 r1 q3\n" "425 r1 q3\n" "500 end",
         "no-querier@260 startup-queries@331.25"},
        {"params-differ", false, "0 r1 q3\n" "125 r1 q3 qrv=3 qqi=60\n" "185 r1 q3 qrv=3 qqi=60\n",
         "querier-params-consistent@125"},
        {"spoofed-v2-query", false, "0 r1 q3\n" "60 r0 q2\n" "125 r1 q3\n", "igmp-query-src-zero@60 querier-spoof-version@60"},
        {"split-exclude", false, "0 r1 q3\n" "5 a is_ex G S1 S2\n" "5.001 a is_ex G S3\n" "100 end", "v3-split-exclude@5.001"},
        {"lmq-long-max-resp", false,
         "0 r1 q2\n" "3 a v2 G\n" "4.9 end\n" "30 a leave G\n" "30.01 r1 q2 G mrt=10\n" "40.01 r1 q2 G mrt=10\n" "125 r1 q2\n",
         "lmq-max-resp@30.01"},
        {"back-to-v2", false,
         "0 r1 q3\n" "5 a is_ex G\n" "125 r1 q3\n" "130 a is_ex G\n" "250 r1 q3\n" "255 a is_ex G\n" "375 r1 q3\n"
         "380 a is_ex G\n" "500 r1 q3\n" "505 a v2 G\n" "600 end",
         "compat-older-without-querier@505"},
        {"mld-unspecified-later", true,
         "0 r1 q3\n" "5 a is_ex G\n" "60 a? is_ex G\n" "125 r1 q3\n" "128 a is_ex G\n" "200 end",
         "mld-src-unspecified@60 mld-unspecified-after-ll@60"},
        {"gsq-by-nonquerier", false,
         "0 r1 q2\n" "0.5 r2 q2\n" "3 a v2 G\n" "30 a leave G\n" "30.01 r2 q2 G mrt=1\n" "31.01 r2 q2 G mrt=1\n" "125 r1 q2\n",
         "nonquerier-specific-query@30.01 lmq-missing@31 nonquerier-specific-query@31.01"},
};

static void worked_sequences(void **state)
{
        unsigned wrong = 0;

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct play y = {.mld = rows[i].mld};
                if (getenv("PLAY_VERBOSE"))
                        print_message("%s\n", rows[i].name);
                if (strcmp(play(&y, rows[i].script), rows[i].expected))
                        print_message("%s: found '%s', expected '%s'\n", rows[i].name, y.told, rows[i].expected), wrong++;
        }
        assert_int_equal(wrong, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(worked_sequences),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
