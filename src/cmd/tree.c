/* SPDX-License-Identifier: BSD-2-Clause */
/* A packet's fields below each other, in the order of their octets; with hex, the octets before each. */
#include "igmpscope/cmd.h"

enum { HEX_OCTETS = 8, NAME_WIDTH = 34 };

/* Offset and octets of the span; long ones are cut: the whole stands in the capture. */
static void put_octets(struct text *t, const struct packet *p, const struct span *s)
{
        struct bytes all = p->data;
        uint32_t n = (s->shift + s->bits + 7) / 8, i;

        text_add_format(t, "  %04x  ", s->offset);
        for (i = 0; i < HEX_OCTETS; i++) {
                bool in = i < n && s->offset + i < all.n;
                if (in && i == HEX_OCTETS - 1 && n > HEX_OCTETS)
                        text_add(t, ".. ");
                else if (in)
                        text_add_format(t, "%02x ", all.p[s->offset + i]);
                else
                        text_add(t, "   ");
        }
}

void tree_field(struct text *t, const struct packet *p, const struct span *s, bool hex)
{
        if (hex && s->depth)
                put_octets(t, p, s);
        else if (hex)
                text_add_format(t, "%*s", 8 + 3 * HEX_OCTETS, "");
        if (*s->value)
                text_add_format(t, "%*s%-*s %s\n", 2 + 2 * s->depth, "", NAME_WIDTH - 2 * s->depth, s->name, s->value);
        else
                text_add_format(t, "%*s%s\n", 2 + 2 * s->depth, "", s->name);
}

void tree_add(struct text *t, const struct packet *p, bool hex)
{
        struct layout l = layout_of(p);
        struct span s;

        while (layout_next(&l, &s))
                tree_field(t, p, &s, hex);
}
