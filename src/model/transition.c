/* SPDX-License-Identifier: BSD-2-Clause */
/* The router's state machine as tables: records (RFC 9776 §6.4.1, §6.4.2; RFC 9777 §7.4.1, §7.4.2), and
 * what older hosts change about them (RFC 9776 §7.3.2; RFC 9777 §8.3.2).
 *
 * X are the sources whose timers run (in INCLUDE mode: all), Y the excluded ones; a source of the record
 * is "named". So "(B)=GMI" reads: named X and new ones get gmi; "Delete (X-A)": other X are dropped;
 * "(B-A)=0": new ones become Y; "Send Q(G,A*B)": a querier asks about named X, before the record changes
 * anything. An observer sends nothing, and lowers timers only when it sees the query (§6.6.1). */
#include "tracker.h"

#define CURRENT "RFC 9776 §6.4.1, RFC 9777 §7.4.1"
#define CHANGE "RFC 9776 §6.4.2, RFC 9777 §7.4.2"

enum {
        keep = PART_KEEP, gmi = PART_GMI, zero = PART_ZERO, group = PART_GROUP, drop = PART_DROP,
        in_x = 1 << NAMED_X, new = 1 << NAMED_NEW, out_x = 1 << OTHER_X,
        IN = MODE_INCLUDE, EX = MODE_EXCLUDE,
};

static const struct transition rows[][7] = {
        /*               named               other        group     ask
         *               X     Y     new     X     Y      timer then sources     group */
        [IN][IS_IN] = {{gmi,  keep, gmi,   keep, keep}, keep, IN, 0,           false, CURRENT,
                       "(B)=GMI"},
        [IN][IS_EX] = {{keep, keep, zero,  drop, keep}, gmi,  EX, 0,           false, CURRENT,
                       "(B-A)=0 Delete (A-B) Group Timer=GMI"},
        [EX][IS_IN] = {{gmi,  gmi,  gmi,   keep, keep}, keep, EX, 0,           false, CURRENT,
                       "(A)=GMI"},
        [EX][IS_EX] = {{keep, keep, gmi,   drop, drop}, gmi,  EX, 0,           false, CURRENT,
                       "(A-X-Y)=GMI Delete (X-A) Delete (Y-A) Group Timer=GMI"},
        [IN][ALLOW] = {{gmi,  keep, gmi,   keep, keep}, keep, IN, 0,           false, CHANGE,
                       "(B)=GMI"},
        [IN][BLOCK] = {{keep, keep, keep,  keep, keep}, keep, IN, in_x,        false, CHANGE,
                       "Send Q(G,A*B)"},
        [IN][TO_EX] = {{keep, keep, zero,  drop, keep}, gmi,  EX, in_x,        false, CHANGE,
                       "(B-A)=0 Delete (A-B) Send Q(G,A*B) Group Timer=GMI"},
        [IN][TO_IN] = {{gmi,  keep, gmi,   keep, keep}, keep, IN, out_x,       false, CHANGE,
                       "(B)=GMI Send Q(G,A-B)"},
        [EX][ALLOW] = {{gmi,  gmi,  gmi,   keep, keep}, keep, EX, 0,           false, CHANGE,
                       "(A)=GMI"},
        [EX][BLOCK] = {{keep, keep, group, keep, keep}, keep, EX, in_x | new,  false, CHANGE,
                       "(A-X-Y)=Group Timer Send Q(G,A-Y)"},
        [EX][TO_EX] = {{keep, keep, group, drop, drop}, gmi,  EX, in_x | new,  false, CHANGE,
                       "(A-X-Y)=Group Timer Delete (X-A) Delete (Y-A) Send Q(G,A-Y) Group Timer=GMI"},
        [EX][TO_IN] = {{gmi,  gmi,  gmi,   keep, keep}, keep, EX, out_x,       true,  CHANGE,
                       "(A)=GMI Send Q(G,X-A) Send Q(G)"},
};

const struct transition *transition_of(enum filter_mode mode, uint8_t record)
{
        return record >= IS_IN && record <= BLOCK ? &rows[mode][record] : NULL;
}

/* What a record means while older hosts are present. A leave is TO_IN({}), an older report
 * IS_EX({}). MLDv1 counts as the version before: IGMPv2. A leave in version 3 mode is not
 * defined; TO_IN({}) does no harm. */
#define OLDER "RFC 9776 §7.3.2, RFC 9777 §8.3.2"

static const struct compatibility older[] = {
        [IS_IN] = {{AS_IS, AS_IS, AS_IS}, OLDER},
        [IS_EX] = {{AS_IS, AS_IS, AS_IS}, OLDER},
        [ALLOW] = {{AS_IS, AS_IS, AS_IS}, OLDER},
        [BLOCK] = {{AS_IS, IGNORED, IGNORED}, OLDER},
        [TO_EX] = {{AS_IS, WITHOUT_LIST, WITHOUT_LIST}, OLDER},
        [TO_IN] = {{AS_IS, AS_IS, IGNORED}, OLDER},
};

enum treatment treatment_of(uint8_t record, enum compat mode)
{
        return older[record].in[mode];
}
