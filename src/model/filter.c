/* SPDX-License-Identifier: BSD-2-Clause */
/* What one host listens to after a record: RFC 9776 §5.1 and §5.2 (RFC 9777 §6.1, §6.3) read
 * backwards. A is its list so far, B the record's, S what the group-and-source query asked that
 * it answers. Where the capture has not shown the host's mode yet, what is known is a part: "at
 * least this". */
#include "tracker.h"

enum {
        A = ONLY_A | BOTH, B = ONLY_B | BOTH, A_AND_B = UNION, A_LESS_B = ONLY_A,
        none = MODE_NONE, in = MODE_INCLUDE, ex = MODE_EXCLUDE,
};

/* first: on A with S, before `take` on the outcome with B */
struct row {
        uint8_t first, take, then;
        bool partial; /* from here on; else what tells all ends it, and what adds or takes keeps it */
        const char *cite;
};

static const struct row rows[][7] = {
        /*              first     take      then part */
        [none][IS_IN] = {A,       B,        in,  false, "RFC 9776 §5.2"},
        [none][IS_EX] = {A,       B,        ex,  false, "RFC 9776 §5.2"},
        [none][TO_IN] = {A,       B,        in,  false, "RFC 9776 §5.1"},
        [none][TO_EX] = {A,       B,        ex,  false, "RFC 9776 §5.1"},
        [none][ALLOW] = {A,       A_AND_B,  in,  true,  "RFC 9776 §5.1: INCLUDE(B), at least"},
        [none][BLOCK] = {A,       A_LESS_B, in,  true,  "RFC 9776 §5.1: unknown, without B"},
        [in][IS_IN]   = {A,       B,        in,  false, "RFC 9776 §5.2"},
        [in][IS_EX]   = {A,       B,        ex,  false, "RFC 9776 §5.2"},
        [in][TO_IN]   = {A,       B,        in,  false, "RFC 9776 §5.1"},
        [in][TO_EX]   = {A,       B,        ex,  false, "RFC 9776 §5.1"},
        [in][ALLOW]   = {A,       A_AND_B,  in,  false, "RFC 9776 §5.1: ALLOW(B-A)"},
        [in][BLOCK]   = {A,       A_LESS_B, in,  false, "RFC 9776 §5.1: BLOCK(A-B)"},
        [ex][IS_IN]   = {A,       B,        in,  false, "RFC 9776 §5.2"},
        [ex][IS_EX]   = {A,       B,        ex,  false, "RFC 9776 §5.2"},
        [ex][TO_IN]   = {A,       B,        in,  false, "RFC 9776 §5.1"},
        [ex][TO_EX]   = {A,       B,        ex,  false, "RFC 9776 §5.1"},
        [ex][ALLOW]   = {A,       A_LESS_B, ex,  false, "RFC 9776 §5.1: ALLOW(A-B)"},
        [ex][BLOCK]   = {A,       A_AND_B,  ex,  false, "RFC 9776 §5.1: BLOCK(B-A)"},
};

/* IS_IN where only a group-and-source query can have asked: INCLUDE(A) answers A*S, EXCLUDE(A)
 * answers S-A, and neither tells the mode. */
static const struct row answers[] = {
        [none] = {A,        A_AND_B,  in, true,  "RFC 9776 §5.2(3): it wants B"},
        [in]   = {A_LESS_B, A_AND_B,  in, false, "RFC 9776 §5.2(3): (A-S)+B"},
        [ex]   = {A_AND_B,  A_LESS_B, ex, false, "RFC 9776 §5.2(3): (A-B)+(S-B)"},
};

struct view filter_after(struct tracker *t, struct view v, uint8_t record, struct set named,
                         const struct set *asked, uint8_t len)
{
        const struct row *row = asked && record == IS_IN ? &answers[v.mode] : &rows[v.mode][record];
        bool adds = record == ALLOW || record == BLOCK || (asked && record == IS_IN);

        if (asked && row->first != A)
                v.set = set_merge(v.set, *asked, len, row->first, t->d);
        v.set = set_merge(v.set, named, len, row->take, t->c);
        v.mode = row->then;
        v.partial = row->partial || (adds && v.partial);
        return v;
}
