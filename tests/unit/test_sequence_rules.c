/* SPDX-License-Identifier: BSD-2-Clause */
/* Each rule that needs history: a capture that breaks it, with all that is found there, and one that keeps it. */
#include "../../src/model/rule.h"

#include "sequence_play.h"

static const struct {
        const char *rule;
        bool mld;
        const char *breaks, *found, *keeps;
} rows[] = {
        {"v1-query-rate", false, "0 r1 q1\n30 r1 q1\n60 r1 q1\n90 r1 q1\n120 r1 q1", "v1-query-rate@90",
         "0 r1 q1\n10 r1 q1\n20 r1 q1\n80 r1 q1\n140 r1 q1"},
        {"v2-leave-in-v1", false,
         "0 r1 q2\n3 a v2 G\n50 r1 q1\n52 a v1 G\n80 a leave G\n90 end", "v2-leave-in-v1@80",
         "0 r1 q2\n3 a v2 G\n80 a leave G\n80.01 r1 q2 G mrt=1\n81.01 r1 q2 G mrt=1\n90 end"},
        {"report-within-max-resp", true,
         "0 r1 q3\n5 a is_ex G\n125 r1 q3\n150 end", "report-within-max-resp@135",
         "0 r1 q3\n5 a is_ex G\n125 r1 q3\n134 a is_ex G\n200 end"},
        {"report-within-max-resp", false, /* of a group-specific query, and of a group-and-source one */
         "0 r1 q3\n5 a is_ex G\n6 b is_ex G\n7 c is_in G2 S1 S2\n8 d is_in G2 S3\n30 a to_in G\n30.01 r1 q3 G mrt=1\n"
         "30.6 a to_in G\n31.01 r1 q3 G mrt=1\n40 c block G2 S1\n40.01 r1 q3 G2 S1 mrt=1\n40.6 c block G2 S1\n"
         "41.01 r1 q3 G2 S1 mrt=1\n60 c block G2 S2\n60.01 r1 q3 G2 S2 S3 mrt=1\n60.6 c block G2 S2\n"
         "61.01 r1 q3 G2 S2 mrt=1\n100 end",
         "report-within-max-resp@31.01 gssq-sources@60.01 report-within-max-resp@61.01",
         "0 r1 q3\n5 a is_ex G\n6 b is_ex G\n30 a to_in G\n30.01 r1 q3 G mrt=1\n30.5 b is_ex G\n30.6 a to_in G\n"
         "31.01 r1 q3 G mrt=1 s\n31.3 b is_ex G\n100 end"},
        {"response-immediate", false,
         "0 r1 q3\n0.001 a is_ex G\n125 r1 q3\n125.001 a is_ex G\n250 r1 q3\n250.0015 a is_ex G\n300 end",
         "response-immediate@250.0015",
         "0 r1 q3\n0.001 a is_ex G\n125 r1 q3\n125.1 a is_ex G\n250 r1 q3\n250.001 a is_ex G\n300 end"},
        {"v3-state-change-retransmit", true,
         "0 r1 q3 qrv=3\n10 a to_ex G\n10.5 a to_ex G\n50 end", "v3-state-change-retransmit@12",
         "0 r1 q3 qrv=3\n10 a to_ex G\n10.9 a to_ex G\n11.8 a to_ex G\n50 end"},
        {"v3-state-change-retransmit", false, /* of a list; merged and contrary changes owe nothing */
         "0 r1 q3\n3 a is_in G S1\n20 a allow G S2\n30 end", "v3-state-change-retransmit@21",
         "0 r1 q3\n3 a is_in G S1\n20 a allow G S2 + block G S1\n20.3 a allow G S3 S2 + block G S1\n"
         "20.8 a allow G S2 S3 + block G S1\n22 r1 q2\n23 a v2 G\n40 end"},
        {"v3-retransmit-interval", false,
         "0 r1 q3 qrv=3\n10 a to_ex G\n10.3 a to_ex G\n11.8 a to_ex G\n50 end", "v3-retransmit-interval@11.8",
         "0 r1 q3 qrv=3\n10 a to_ex G\n10.3 a to_ex G\n11.3 a to_ex G\n50 end"},
        {"v2-join-repeat", false, "0 r1 q2\n20 a v2 G\n60 end", "v2-join-repeat@30", "0 r1 q2\n20 a v2 G\n28 a v2 G\n60 end"},
        {"v2-join-repeat", true, "0 r1 q2\n20 a v2 G\n60 end", "v2-join-repeat@30",
         "0 r1 q2\n20 a v2 G\n28 b v2 G\n50 b leave G\n50.1 r1 q2 G mrt=1\n50.9 a v2 G\n60 end"},
        {"v2-suppression-missing", true, "0 r1 q2\n3 a v2 G\n6 b v2 G\n100 end", "v2-suppression-missing@6",
         "0 r1 q2\n3 a v2 G\n3.04 b v2 G\n6 c v2 G2\n125 r1 q2\n126 a v2 G\n128 d v2 G\n200 end"},
        {"v3-no-suppression", false,
         "0 r1 q3\n5 a is_ex G\n6 b is_ex G\n125 r1 q3\n128 a is_ex G\n150 end",
         "report-within-max-resp@135 v3-no-suppression@135",
         "0 r1 q3\n5 a is_ex G\n6 b is_ex G\n125 r1 q3\n128 c v2 G\n150 end"},
        {"ssm-suppressed", false,
         "0 r1 q3\n5 a is_in SSM S1\n125 r1 q3\n128 b v2 SSM\n150 end", "ssm-older-report@128 ssm-suppressed@135",
         "0 r1 q3\n5 a is_in SSM S1\n125 r1 q3\n128 b v2 SSM\n130 a is_in SSM S1\n150 end"},
        {"compat-v3-with-older-querier", true,
         "0 r1 q3\n5 a is_ex G\n125 r1 q2\n126.5 a is_ex G\n130 a v2 G\n150 end",
         "compat-v3-with-older-querier@126.5",
         "0 r1 q2\n3 a v2 G\n62 r1 q2\n62.5 a is_ex G\n187 r1 q2\n188 a v2 G\n400 end\n450 a to_ex G\n450.3 a to_ex G\n"
         "460 end"},
        {"compat-older-without-querier", true,
         "0 r1 q3\n5 a is_ex G\n100 r1 q2\n101 a v2 G\n225 r1 q3\n226 a v2 G\n350 r1 q3\n351 a v2 G\n475 r1 q3\n"
         "476 a v2 G\n600 r1 q3\n601 a v2 G\n620 end",
         "compat-older-without-querier@601",
         "0 r1 q3\n5 a is_ex G\n20 end"},
        {"v2-report-with-v1-querier", false,
         "0 r1 q1\n3 a v1 G\n60 a v2 G\n61 a v2 G\n90 end",
         "v2-report-with-v1-querier@60 v2-report-with-v1-querier@61",
         "0 r1 q1\n0.5 a v2 G\n60 a v1 G\n500 a v2 G\n505 a v2 G\n510 end"},
        {"v3-unsolicited-current-state", true,
         "0 r1 q3\n3 a is_ex G\n30 a is_ex G\n40 end", "v3-unsolicited-current-state@30",
         "3 a is_ex G\n9 b is_ex G\n20 r1 q3\n30.9 a is_ex G\n30.9 b is_ex G\n31 r1 q3 G mrt=2\n33.1 a is_ex G\n"
         "33.1 b is_ex G\n40 end"},
        {"v3-gssq-response", true,
         "0 r1 q3\n3 a is_in G S1 S2\n30 a block G S2\n30.01 r1 q3 G mrt=1 S2\n30.6 a is_in G S1\n30.7 a block G S2\n"
         "31.01 r1 q3 G mrt=1 S2\n60 end", "v3-gssq-response@30.6",
         "0 r1 q3\n3 a is_in G S1 S2\n30 a block G S2\n30.01 r1 q3 G mrt=1 S1 S2\n30.6 a is_in G S1\n30.7 a block G S2\n"
         "31.01 r1 q3 G mrt=1 S2\n60 end"},
        {"v3-split-exclude", true,
         "0 r1 q3\n3 a is_ex G S1 S2\n3.05 a is_ex G S3\n60 end", "v3-split-exclude@3.05",
         "0 r1 q3\n3 a is_ex G S1 S2\n3.05 a is_ex G2 S3\n3.2 a is_ex G S1\n60 end"},
        {"v3-change-inconsistent", false,
         "0 r1 q3\n3 a is_in G S1\n30 a block G S2\n30.5 a block G S2\n60 end", "v3-change-inconsistent@30",
         "0 r1 q3\n3 a is_in G S1\n30 a allow G S2\n30.5 a allow G S2\n40 a block G S2\n40.1 r1 q3 G S2 mrt=1\n"
         "40.6 a block G S2\n41.1 r1 q3 G S2 mrt=1\n60 end"},
        {"v3-change-inconsistent", true,
         "0 r1 q3\n3 a is_in G S1\n4 b is_ex G S2\n30 a to_in G S1\n30.5 a to_in G S1\n40 b allow G S3\n40.5 b allow G S3\n"
         "60 end",
         "v3-change-inconsistent@30 lmq-missing@31 v3-change-inconsistent@40",
         "0 r1 q3\n4 b is_ex G S2\n40 b allow G S2\n40.5 b allow G S2\n60 end"},
        {"v2-leave-without-join", false,
         "0 r1 q2\n125 r1 q2\n127 a v2 G\n250 r1 q2\n252 a v2 G\n300 b v2 G2\n302 b v2 G2\n310 b leave G3\n320 end",
         "v2-leave-without-join@310",
         "0 r1 q2\n125 r1 q2\n127 a v2 G\n250 r1 q2\n252 a v2 G\n300 b v2 G2\n302 b v2 G2\n310 b leave G\n"
         "310.1 r1 q2 G mrt=1\n310.5 a v2 G\n320 end"},
        {"v2-leave-in-v3-group", false,
         "0 r1 q3\n3 a is_ex G\n125 r1 q3\n127 a is_ex G\n250 r1 q3\n252 a is_ex G\n300 b v2 G2\n301 b v2 G2\n"
         "310 b leave G\n310.1 r1 q3 G mrt=1\n310.5 a is_ex G\n311.1 r1 q3 G mrt=1 s\n311.5 a is_ex G\n320 end",
         "v2-leave-in-v3-group@310",
         "0 r1 q3\n3 a is_ex G\n3.3 b v2 G\n30 b leave G\n30.1 r1 q3 G mrt=1\n30.5 a is_ex G\n31.1 r1 q3 G mrt=1 s\n"
         "31.5 a is_ex G\n60 end"},
        {"mld-rereport-after-ll", true,
         "0 r1 q3\n5 a? to_ex G\n5.5 a? to_ex G2\n8 a to_ex G\n8.4 a to_ex G\n100 end",
         "mld-src-unspecified@5 mld-src-unspecified@5.5 mld-rereport-after-ll@18",
         "0 r1 q3\n5 a? to_ex G\n5.5 a? to_ex G2\n6 a? to_in G2\n8 a to_ex G\n8.4 a to_ex G\n100 end"},
        {"mld-unspecified-after-ll", true,
         "0 r1 q3\n5 a is_ex G\n60 a? is_ex G\n100 end", "mld-src-unspecified@60 mld-unspecified-after-ll@60",
         "0 r1 q3\n5 a is_ex G\n60 b? is_ex G\n100 end"},
        {"querier-election", true,
         "0 r1 q3\n0.5 r2 q3\n125 r1 q3\n125.5 r2 q3\n130 end", "querier-election@125.5",
         "0 r1 q3\n0.5 r2 q3\n125 r1 q3\n130 r0 q3\n379 r2 q3\n410.25 r2 q3\n420 end"},
        {"nonquerier-specific-query", true,
         "0 r1 q3\n0.5 r2 q3\n3 a is_ex G\n30 a to_in G\n30.01 r2 q3 G mrt=1\n30.02 r1 q3 G mrt=1\n30.6 a to_in G\n"
         "31.02 r1 q3 G mrt=1\n60 end",
         "nonquerier-specific-query@30.01",
         /* begun as the querier, ended after a lower one was heard */
         "0 r2 q3\n3 a is_ex G\n30 a to_in G\n30.01 r2 q3 G mrt=1\n30.3 r1 q3\n30.6 a to_in G\n31.01 r2 q3 G mrt=1\n60 end"},
        {"querier-takeover-late", false,
         "0 r1 q3\n0.5 r2 q3\n125 r1 q3\n470 r2 q3\n501.25 r2 q3\n510 end", "querier-takeover-late@470",
         "0 r1 q3\n0.5 r2 q3\n125 r1 q3\n390 r2 q3\n421.25 r2 q3\n450 end"},
        {"querier-silent", true,
         "0 r1 q3\n3 a is_ex G\n125 r1 q3\n128 a is_ex G\n420 end", "querier-silent@380",
         "0 r1 q3\n125 r1 q3\n420 end"},
        {"no-querier", false, "0 a to_ex G\n0.5 a to_ex G\n300 end", "no-querier@260",
         "0 a to_ex G\n0.5 a to_ex G\n200 r0 q3\n300 end"},
        {"querier-version-mix", true,
         "0 r1 q3\n60 r2 q2\n125 r1 q3\n130 end", "querier-version-mix@125",
         "0 r1 q2\n60 r2 q2\n125 r1 q2\n130 end"},
        {"querier-spoof-version", false, "0 r1 q3\n60 r0 q2\n70 end", "igmp-query-src-zero@60 querier-spoof-version@60",
         "0 r1 q2\n60 r0 q2\n70 r0 q3\n80 end"},
        {"querier-params-consistent", true,
         "0 r1 q3\n50 r2 q3 mrt=5\n60 end", "querier-params-consistent@50", "0 r1 q3\n50 r2 q3\n60 r0 q3 mrt=5\n60 end"},
        {"query-interval-vs-qqic", true,
         "0 r1 q3\n60 r1 q3\n120 r1 q3\n180 r1 q3\n240 r1 q3\n250 end", "query-interval-vs-qqic@180",
         "0 r1 q3\n31.25 r1 q3\n156.25 r1 q3\n281.25 r1 q3\n531.25 r1 q3\n656.25 r1 q3\n781.25 r1 q3"},
        {"query-interval-jitter", false,
         "0 r1 q3\n125 r1 q3\n250 r1 q3\n375 r1 q3\n430 r1 q3\n440 end", "query-interval-jitter@430",
         "0 r1 q3\n125 r1 q3\n250 r1 q3\n375 r1 q3\n625 r1 q3\n765 r1 q3\n800 end"},
        {"startup-queries", false,
         "0 a to_ex G\n0.5 a to_ex G\n10 r0 q3\n13 a is_ex G\n300 r1 q3\n425 r1 q3\n500 end", "igmp-query-src-zero@10 startup-queries@331.25",
         "0 r1 q3\n125 r1 q3\n250 r1 q3\n300 r2 q3\n320 r1 q3\n445 r1 q3\n500 end"},
        {"lmq-missing", true,
         "0 r1 q3\n3 a is_ex G\n30 a to_in G\n30.5 a to_in G\n60 end", "lmq-missing@31",
         "0 r1 q3\n3 a is_ex G\n30 a to_in G\n30.5 a to_in G\n30.9 r1 q3 G mrt=1\n31.9 r1 q3 G mrt=1\n60 end"},
        {"lmq-missing", false, /* of a source; a change that stops none owes none */
         "0 r1 q3\n3 a is_in G S1 S2\n30 a block G S1\n30.5 a block G S1\n60 end", "lmq-missing@31",
         "0 r1 q3\n3 a is_in G S1 S2\n30 a to_ex G S3\n30.5 a to_ex G S3\n60 end"},
        {"lmq-count", true,
         "0 r1 q3 qrv=3\n3 a is_ex G\n30 a to_in G\n30.1 r1 q3 G mrt=1 qrv=3\n30.5 a to_in G\n31.1 r1 q3 G mrt=1 qrv=3\n"
         "31.4 a to_in G\n60 end",
         "lmq-count@32.1",
         "0 r1 q3 qrv=3\n3 a is_ex G\n30 a to_in G\n30.1 r1 q3 G mrt=1 qrv=3\n30.5 a to_in G\n31.1 r1 q3 G mrt=1 qrv=3\n"
         "31.4 a to_in G\n32.1 r1 q3 G mrt=1 qrv=3\n60 end"},
        {"lmq-interval", true,
         "0 r1 q2\n3 a v2 G\n30 a leave G\n30.01 r1 q2 G mrt=1\n30.31 r1 q2 G mrt=1\n60 end", "lmq-interval@30.31",
         "0 r1 q2\n3 a v2 G\n4 b v2 G2\n30 a leave G\n30.01 r1 q2 G mrt=1\n31.2 r1 q2 G mrt=1\n60 end"},
        {"lmq-max-resp", true,
         "0 r1 q2\n3 a v2 G\n30 a leave G\n30.01 r1 q2 G mrt=10\n40.01 r1 q2 G mrt=10\n90 end", "lmq-max-resp@30.01",
         "0 r1 q2\n3 a v2 G\n30 a leave G\n30.01 r1 q2 G mrt=2\n32.01 r1 q2 G mrt=2\n90 end"},
        {"gsq-s-flag", true,
         "0 r1 q3\n3 a is_ex G\n30 a to_in G\n30.1 r1 q3 G mrt=1 s\n30.5 a to_in G\n31.1 r1 q3 G mrt=1 s\n60 end",
         "gsq-s-flag@30.1 gsq-s-flag@31.1",
         "0 r1 q3\n3 a is_ex G\n30 a to_in G\n30.1 r1 q3 G mrt=1\n30.5 a to_in G\n31.1 r1 q3 G mrt=1\n60 end"},
        {"gssq-s-flag", false,
         "0 r1 q3\n3 a is_in G S1 S2\n4 b is_in G S1\n30 a block G S1 S2\n30.1 r1 q3 G mrt=1 S1 S2\n30.4 b is_in G S1\n"
         "30.6 a block G S1 S2\n31.1 r1 q3 G mrt=1 S1 S2\n31.5 b is_in G S1\n60 end",
         "gssq-s-flag@31.1",
         "0 r1 q3\n3 a is_in G S1 S2\n4 b is_in G S1\n30 a block G S1 S2\n30.1 r1 q3 G mrt=1 S1 S2\n30.4 b is_in G S1\n"
         "30.6 a block G S1 S2\n31.1 r1 q3 G mrt=1 s S1\n31.1 r1 q3 G mrt=1 S2\n31.5 b is_in G S1\n60 end"},
        {"gssq-without-state-change", true,
         "0 r1 q3\n3 a is_in G S1\n30 r1 q3 G mrt=1 S1\n30.5 a is_in G S1\n31 r1 q3 G mrt=1 s S1\n31.5 a is_in G S1\n60 end",
         "gssq-without-state-change@30",
         "0 r1 q3\n0.5 a is_in G S1\n2 r1 q3 G mrt=1 S1\n2.5 a is_in G S1\n60 end"},
        {"gssq-sources", false,
         "0 r1 q3\n3 a is_in G S1 S2\n30 a block G S1\n30.1 r1 q3 G mrt=1 S1 S2\n30.4 a is_in G S2\n30.6 a block G S1\n"
         "31.1 r1 q3 G mrt=1 S1\n60 end",
         "gssq-sources@30.1",
         "0 r1 q3\n3 a is_in G S1 S2\n30 a block G S1\n30.1 r1 q3 G mrt=1 S1\n30.6 a block G S1\n31.1 r1 q3 G mrt=1 S1\n60 end"},
        {"gsq-without-leave", true,
         "0 r1 q3\n3 a is_ex G\n30 r1 q3 G mrt=1\n30.5 a is_ex G\n60 end", "gsq-without-leave@30",
         "0 r1 q3\n0.5 a is_ex G\n2.9 r1 q3 G mrt=1\n3.2 a is_ex G\n60 end"},
        {"router-joins-v3-routers", false,
         "0 r1 q3\n3 r1 is_ex 224.0.0.13\n125 r1 q3\n127 r1 is_ex 224.0.0.13\n250 r1 q3\n253 r1 is_ex 224.0.0.13\n375 r1 q3\n"
         "377 r1 is_ex 224.0.0.13\n380 end",
         "group-local-control@3 group-local-control@127 group-local-control@253 router-joins-v3-routers@375 "
         "group-local-control@377",
         "0 r1 q3\n3 r1 is_ex 224.0.0.22 + is_ex 224.0.0.13\n125 r1 q3\n127 r1 is_ex 224.0.0.22 + is_ex 224.0.0.13\n250 r1 q3\n253 r1 is_ex 224.0.0.22 + is_ex 224.0.0.13\n"
         "375 r1 q3\n376 r1 is_ex 224.0.0.22 + is_ex 224.0.0.13\n380 end"},
        {"traffic-after-leave", false,
         "0 r1 q2\n3 a v2 G\n10 data S1 G via=r1\n30 a leave G\n30.01 r1 q2 G mrt=1\n31.01 r1 q2 G mrt=1\n31.9 data S1 G via=r1\n"
         "33 data S1 G via=r1\n34 data S1 G via=r1\n35 data S1 G via=r1\n60 end",
         "traffic-after-leave@34",
         "0 r1 q2\n3 a v2 G\n10 data S1 G via=r1\n30 a leave G\n30.01 r1 q2 G mrt=1\n31.01 r1 q2 G mrt=1\n31.9 data S1 G via=r1\n"
         "40 data S9 G\n41 data S9 G\n60 end"},
        {"data-without-member", true,
         "0 r1 q3\n3 a is_ex G\n5 data S1 G2\n20 data S1 G2\n21 data S1 G2\n22 data S1 G\n30 end", "data-without-member@20",
         "0 r1 q3\n3 a is_ex G\n5 data S1 G2\n20 data S1 G\n30 data S1 ff02::fb\n40 end"},
        {"member-without-data", false,
         "0 r1 q3\n3 a is_ex G\n4 a is_ex G2\n20 data S1 G2\n80 end", "member-without-data@63",
         "0 r1 q3\n3 a is_ex G\n4 a is_ex G2\n20 data S1 G\n30 data S1 G2\n80 end"},
        {"data-ttl-one", false,
         "0 r1 q3\n3 a is_ex G\n20 data S1 G ttl=1\n21 data S1 G ttl=1\n30 end", "data-ttl-one@20",
         "0 r1 q3\n3 a is_ex G\n20 data S1 G ttl=2\n21 data S1 224.0.0.251 ttl=1\n30 end"},
        {"group-mac-collision", false,
         "0 r1 q3\n3 a is_ex 239.1.2.3\n4 a is_ex 239.129.2.3\n20 data S1 239.1.2.3\n21 data S1 239.129.2.3\n30 end",
         "group-mac-collision@21",
         "0 r1 q3\n3 a is_ex 239.1.2.3\n4 a is_ex 239.129.2.3\n20 end"},
};

static bool found_there(const char *told, const char *rule)
{
        char word[80];

        snprintf(word, sizeof word, "%s@", rule);
        return !strncmp(told, word, strlen(word)) || (snprintf(word, sizeof word, " %s@", rule), strstr(told, word));
}

static void every_rule_is_broken_and_kept(void **state)
{
        unsigned wrong = 0;

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct play broken = {.mld = rows[i].mld}, kept = {.mld = rows[i].mld};
                if (getenv("PLAY_VERBOSE"))
                        print_message("%s\n", rows[i].rule);
                if (strcmp(play(&broken, rows[i].breaks), rows[i].found))
                        print_message("%s: found '%s', expected '%s'\n", rows[i].rule, broken.told, rows[i].found), wrong++;
                if (found_there(play(&kept, rows[i].keeps), rows[i].rule))
                        print_message("%s is not kept: '%s'\n", rows[i].rule, kept.told), wrong++;
        }
        assert_int_equal(wrong, 0);
}

/* One that has no row above has no test. */
static void every_sequence_rule_has_a_row(void **state)
{
        const struct rule *r;
        unsigned missing = 0, n = 0;

        (void)state;
        for (size_t i = 0; (r = rule_at(i)); i++) {
                size_t k = 0;
                if (!rule_is_sequence(r) || rule_is_opt_in(r))
                        continue;
                n++;
                while (k < sizeof rows / sizeof *rows && strcmp(rows[k].rule, r->id))
                        k++;
                if (k == sizeof rows / sizeof *rows)
                        print_message("no case breaks %s\n", r->id), missing++;
        }
        assert_int_equal(missing, 0);
        assert_int_equal(n, 44 - 1 + 4);
}

/* Judged only where asked for: the user says that the port is a host's. */
static void flooded_reports_are_told_where_asked_for(void **state)
{
        const char *script = "0 r1 q3\n3 a is_ex G\n4 b is_ex G\n125 r1 q3\n126 a is_ex G\n127 b is_ex G\n150 end";
        struct play quiet = {0}, asked = {.options = {.only = "report-flooded"}}, all = {.options = {.all = true}};

        (void)state;
        assert_string_equal(play(&quiet, script), "");
        assert_string_equal(play(&asked, script), "report-flooded@3 report-flooded@4");
        assert_string_equal(play(&all, script), "report-flooded@3 report-flooded@4");
}

/* Loss closes windows without a finding: told by the capture, or by a querier that misses whole intervals. */
static void gaps_close_windows(void **state)
{
        struct play told = {0}, missed = {0}, heard = {0}, jump = {0};

        (void)state;
        assert_string_equal(play(&told, "0 r1 q3\n5 a is_ex G\n125 r1 q3\n126 gap\n150 end"), "");
        assert_string_equal(play(&missed, "0 r1 q3 qqi=5 mrt=1\n5 r1 q3 qqi=5 mrt=1\n8 a v2 G\n15 r1 q3 qqi=5 mrt=1\n"
                                          "20 r1 q3 qqi=5 mrt=1\n25 r1 q3 qqi=5 mrt=1"),
                            "");
        assert_string_equal(play(&heard, "0 r1 q3 qqi=5 mrt=1\n5 r1 q3 qqi=5 mrt=1\n8 a v2 G\n10 r1 q3 qqi=5 mrt=1\n"
                                         "15 r1 q3 qqi=5 mrt=1\n20 r1 q3 qqi=5 mrt=1"),
                            "v2-join-repeat@18");
        assert_string_equal(play(&jump, "0 a to_ex G\n5000 b to_ex G\n5000.5 b to_ex G\n5100 end"), "");
}

/* What is open at the end of the capture gives nothing. */
static void open_windows_give_nothing(void **state)
{
        struct play x = {0}, y = {0}, z = {0};

        (void)state;
        assert_string_equal(play(&y, "0 r1 q3\n5 a is_ex G\n125 r1 q3\n134.9 b is_ex G"), "");
        assert_string_equal(play(&z, "0 r1 q2\n3 a v2 G\n30 a leave G\n30.9 b v2 G2"), "");
        assert_string_equal(play(&x, "0 r1 q2\n3 a v2 G\n30 a leave G\n30.01 r1 q2 G mrt=1\n31.5 end"), "lmq-count@31.01");
}

/* Whether a host heard what was said before it spoke first is not known. */
static void a_host_not_seen_before_gets_a_notice(void **state)
{
        struct play y = {0}, z = {0};

        (void)state;
        play(&y, "0 r1 q1\n60 a v2 G\n61 a v2 G");
        assert_int_equal(y.n, 2);
        assert_int_equal(y.findings[0].severity, SEVERITY_NOTICE);
        play(&z, "0 r1 q2\n3 a v2 G\n125 r1 q1\n150 a v2 G2\n151 a v2 G2");
        assert_int_equal(z.findings[0].severity, SEVERITY_MUST);
}

static void flows_tell_their_latencies(void **state)
{
        struct play y = {0};
        struct tracker_options t = {0};
        struct data_flow f;
        char copy[64];
        size_t at = 0;

        (void)state;
        y.tracker = tracker_new(&t);
        assert_int_equal(linter_new(&y.linter, &y.options, y.tracker, NULL), 0);
        const char *const lines[] = {
                "0 r1 q2", "3 a v2 G", "4.9 data S2 G2", "5.25 data S1 G", "6 data S1 G", "6.1 data S2 G2", "7 a v2 G2",
                "7.01 data S2 G2", "30 a leave G", "30.01 r1 q2 G mrt=1", "31.01 r1 q2 G mrt=1", "32.5 data S1 G ttl=3",
        };
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
                snprintf(copy, sizeof copy, "%s", lines[i]);
                play_line(&y, copy);
        }
        assert_true(data_next(y.linter, &at, &f));
        assert_int_equal(f.packets, 3);
        assert_int_equal(f.join_latency_ns, -1); /* it flowed before */
        assert_int_equal(f.members, 1);
        assert_true(data_next(y.linter, &at, &f));
        assert_int_equal(f.packets, 3);
        assert_int_equal(f.bytes, 12);
        assert_int_equal(f.join_latency_ns, 2250000000);
        assert_int_equal(f.leave_latency_ns, 2500000000);
        assert_int_equal(f.members, 0);
        assert_int_equal(f.ttl, 3);
        assert_false(data_next(y.linter, &at, &f));
        linter_free(y.linter);
        tracker_free(y.tracker);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_rule_is_broken_and_kept),
                cmocka_unit_test(every_sequence_rule_has_a_row),
                cmocka_unit_test(flooded_reports_are_told_where_asked_for),
                cmocka_unit_test(gaps_close_windows),
                cmocka_unit_test(open_windows_give_nothing),
                cmocka_unit_test(a_host_not_seen_before_gets_a_notice),
                cmocka_unit_test(flows_tell_their_latencies),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
