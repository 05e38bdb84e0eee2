/* SPDX-License-Identifier: BSD-2-Clause */
/* 48 steps of the router's state machine: state, record, state after, what a querier asks. Timers in seconds;
 * GMI is 270; a timer of 0 in EXCLUDE mode is the exclude list. */
#ifndef TESTS_UNIT_TRANSITIONS_H
#define TESTS_UNIT_TRANSITIONS_H

static const struct step {
        const char *before, *record, *after, *asks;
} steps[] = {
        {"include {a:100 b:101 c:102}", "is_in", "include {a:100 b:101 c:102}", ""},
        {"include {a:100 b:101 c:102}", "is_in b,c,d", "include {a:100 b:270 c:270 d:270}", ""},
        {"include {a:100 b:101 c:102}", "is_in d,e", "include {a:100 b:101 c:102 d:270 e:270}", ""},
        {"exclude 50 {a:100 b:101 c:0 d:0}", "is_in", "exclude 50 {a:100 b:101 c:0 d:0}", ""},
        {"exclude 50 {a:100 b:101 c:0 d:0}", "is_in b,c,e", "exclude 50 {a:100 b:270 c:270 d:0 e:270}", ""},
        {"exclude 50 {a:100 b:101 c:0 d:0}", "is_in e,f", "exclude 50 {a:100 b:101 c:0 d:0 e:270 f:270}", ""},
        {"exclude 50 {}", "is_in", "exclude 50 {}", ""},
        {"exclude 50 {}", "is_in a", "exclude 50 {a:270}", ""},
        {"include {a:100 b:101 c:102}", "is_ex", "exclude 270 {}", ""},
        {"include {a:100 b:101 c:102}", "is_ex b,c,d", "exclude 270 {b:101 c:102 d:0}", ""},
        {"include {a:100 b:101 c:102}", "is_ex d,e", "exclude 270 {d:0 e:0}", ""},
        {"exclude 50 {a:100 b:101 c:0 d:0}", "is_ex", "exclude 270 {}", ""},
        {"exclude 50 {a:100 b:101 c:0 d:0}", "is_ex b,c,e", "exclude 270 {b:101 c:0 e:270}", ""},
        {"exclude 50 {a:100 b:101 c:0 d:0}", "is_ex e,f", "exclude 270 {e:270 f:270}", ""},
        {"exclude 50 {}", "is_ex", "exclude 270 {}", ""},
        {"exclude 50 {}", "is_ex a", "exclude 270 {a:270}", ""},
        {"include {a:100 b:101 c:102}", "to_in", "include {a:100 b:101 c:102}", "Q(G,S) a,b,c"},
        {"include {a:100 b:101 c:102}", "to_in b,c,d", "include {a:100 b:270 c:270 d:270}", "Q(G,S) a"},
        {"include {a:100 b:101 c:102}", "to_in d,e", "include {a:100 b:101 c:102 d:270 e:270}", "Q(G,S) a,b,c"},
        {"exclude 50 {a:100 b:101 c:0 d:0}", "to_in", "exclude 50 {a:100 b:101 c:0 d:0}", "Q(G,S) a,b;Q(G)"},
        {"exclude 50 {a:100 b:101 c:0 d:0}", "to_in b,c,e", "exclude 50 {a:100 b:270 c:270 d:0 e:270}", "Q(G,S) a;Q(G)"},
        {"exclude 50 {a:100 b:101 c:0 d:0}", "to_in e,f", "exclude 50 {a:100 b:101 c:0 d:0 e:270 f:270}", "Q(G,S) a,b;Q(G)"},
        {"exclude 50 {}", "to_in", "exclude 50 {}", "Q(G)"},
        {"exclude 50 {}", "to_in a", "exclude 50 {a:270}", "Q(G)"},
        {"include {a:100 b:101 c:102}", "to_ex", "exclude 270 {}", ""},
        {"include {a:100 b:101 c:102}", "to_ex b,c,d", "exclude 270 {b:101 c:102 d:0}", "Q(G,S) b,c"},
        {"include {a:100 b:101 c:102}", "to_ex d,e", "exclude 270 {d:0 e:0}", ""},
        {"exclude 50 {a:100 b:101 c:0 d:0}", "to_ex", "exclude 270 {}", ""},
        {"exclude 50 {a:100 b:101 c:0 d:0}", "to_ex b,c,e", "exclude 270 {b:101 c:0 e:50}", "Q(G,S) b,e"},
        {"exclude 50 {a:100 b:101 c:0 d:0}", "to_ex e,f", "exclude 270 {e:50 f:50}", "Q(G,S) e,f"},
        {"exclude 50 {}", "to_ex", "exclude 270 {}", ""},
        {"exclude 50 {}", "to_ex a", "exclude 270 {a:50}", "Q(G,S) a"},
        {"include {a:100 b:101 c:102}", "allow", "include {a:100 b:101 c:102}", ""},
        {"include {a:100 b:101 c:102}", "allow b,c,d", "include {a:100 b:270 c:270 d:270}", ""},
        {"include {a:100 b:101 c:102}", "allow d,e", "include {a:100 b:101 c:102 d:270 e:270}", ""},
        {"exclude 50 {a:100 b:101 c:0 d:0}", "allow", "exclude 50 {a:100 b:101 c:0 d:0}", ""},
        {"exclude 50 {a:100 b:101 c:0 d:0}", "allow b,c,e", "exclude 50 {a:100 b:270 c:270 d:0 e:270}", ""},
        {"exclude 50 {a:100 b:101 c:0 d:0}", "allow e,f", "exclude 50 {a:100 b:101 c:0 d:0 e:270 f:270}", ""},
        {"exclude 50 {}", "allow", "exclude 50 {}", ""},
        {"exclude 50 {}", "allow a", "exclude 50 {a:270}", ""},
        {"include {a:100 b:101 c:102}", "block", "include {a:100 b:101 c:102}", ""},
        {"include {a:100 b:101 c:102}", "block b,c,d", "include {a:100 b:101 c:102}", "Q(G,S) b,c"},
        {"include {a:100 b:101 c:102}", "block d,e", "include {a:100 b:101 c:102}", ""},
        {"exclude 50 {a:100 b:101 c:0 d:0}", "block", "exclude 50 {a:100 b:101 c:0 d:0}", ""},
        {"exclude 50 {a:100 b:101 c:0 d:0}", "block b,c,e", "exclude 50 {a:100 b:101 c:0 d:0 e:50}", "Q(G,S) b,e"},
        {"exclude 50 {a:100 b:101 c:0 d:0}", "block e,f", "exclude 50 {a:100 b:101 c:0 d:0 e:50 f:50}", "Q(G,S) e,f"},
        {"exclude 50 {}", "block", "exclude 50 {}", ""},
        {"exclude 50 {}", "block a", "exclude 50 {a:50}", "Q(G,S) a"},
};

#endif
