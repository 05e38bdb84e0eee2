/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux cooked frames (LINKTYPE_LINUX_SLL and _SLL2) say themselves which way they went, and the
 * second version which interface they are from: that becomes the frame's direction and interface
 * where the source said neither. */
#include "igmpscope/net.h"

#include <net/if.h>
#include <stdio.h>

#include "capture.h"

enum { SLL_OUTGOING = 4, SLL_HEADER = 16, SLL2_HEADER = 20 };

/* The row of an interface number; NULL where there are too many. */
static const struct seen *row_of(struct cooked *k, uint32_t index)
{
        struct seen *s = k->seen;

        for (size_t i = 0; i < k->n_seen; i++, s++)
                if (s->index == index)
                        return s;
        if (k->n_seen == SEEN_MAX)
                return NULL;
        s->index = index;
        /* a file's numbers are those of another machine */
        if (!k->live || !if_indextoname(index, s->name))
                snprintf(s->name, sizeof s->name, "if%u", index);
        k->n_seen++;
        return s;
}

void cooked_place(struct cooked *k, struct frame *f)
{
        const uint8_t *p = f->data.p;
        bool second = f->link == LINK_SLL2;
        const struct seen *s;

        if (f->caplen < (second ? SLL2_HEADER : SLL_HEADER))
                return;
        if (f->direction == FRAME_UNKNOWN)
                f->direction = p[second ? 10 : 1] == SLL_OUTGOING ? FRAME_OUT : FRAME_IN;
        if (!second || f->interface)
                return;
        s = row_of(k, get32(p + 4, true));
        f->interface = s ? s->name : NULL;
        f->interface_id = s ? (uint32_t)(s - k->seen) : SEEN_MAX;
}
