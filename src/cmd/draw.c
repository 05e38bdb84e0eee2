/* SPDX-License-Identifier: BSD-2-Clause */
/* A layer's fields drawn as RFCs draw headers: 32 bits a row, two columns a bit, the name over the value. */
#include "igmpscope/cmd.h"

#include <stdio.h>
#include <string.h>

enum { BITS = 32, LINE = 2 * BITS + 1 };

struct drawing {
        struct text *out;
        char name[LINE + 1], value[LINE + 1], under[LINE + 1];
        unsigned bit; /* in the row */
};

static void fresh_row(struct drawing *d)
{
        memset(d->name, ' ', LINE);
        memset(d->value, ' ', LINE);
        for (int i = 0; i < LINE; i++)
                d->under[i] = i % 2 ? '-' : '+';
        d->name[0] = d->value[0] = '|';
        d->name[LINE] = d->value[LINE] = d->under[LINE] = 0;
        d->bit = 0;
}

static void ruler(struct text *t)
{
        text_add(t, "     0                   1                   2                   3\n    ");
        for (int i = 0; i < BITS; i++)
                text_add_format(t, " %d", i % 10);
        text_add(t, "\n    ");
        for (int i = 0; i < LINE; i++)
                text_add_char(t, i % 2 ? '-' : '+');
        text_add_char(t, '\n');
}

/* Centred if it fits, else its beginning; only ASCII stands in a drawing. */
static void centre(char *line, unsigned from, unsigned width, const char *text)
{
        size_t n = strlen(text);
        unsigned lead = n < width ? (width - (unsigned)n) / 2 : 0;

        if (n > width)
                n = width;
        for (size_t i = 0; i < n; i++)
                line[from + lead + i] = (text[i] >= 0x20 && text[i] < 0x7f) ? text[i] : '?';
}

static void end_row(struct drawing *d)
{
        text_add_format(d->out, "    %.*s\n    %.*s\n    %.*s\n", (int)(2 * d->bit + 1), d->name, (int)(2 * d->bit + 1),
                        d->value, (int)(2 * d->bit + 1), d->under);
        fresh_row(d);
}

static void cell(struct drawing *d, const struct span *s)
{
        uint32_t left = s->bits;
        bool first = true;
        char value[sizeof s->value];

        snprintf(value, sizeof value, "%s", s->value);
        if (s->bits < 32) /* "100 (10.0 s)" is for the list below; here the number */
                value[strcspn(value, " ")] = 0;
        while (left) {
                unsigned n = left < BITS - d->bit ? (unsigned)left : BITS - d->bit;
                unsigned from = 2 * d->bit + 1, width = 2 * n - 1;
                if (first) {
                        centre(d->name, from, width, s->name);
                        centre(d->value, from, width, value);
                }
                d->bit += n;
                left -= n;
                d->name[2 * d->bit] = d->value[2 * d->bit] = '|';
                if (left) /* goes on in the next row: no line between */
                        memset(d->under + from, ' ', width);
                if (d->bit == BITS)
                        end_row(d);
                first = false;
        }
}

/* The spans after *l's heading, up to the next heading, whole octets in order. */
void draw_layer(struct text *t, struct layout l)
{
        struct drawing d = {.out = t};
        struct span s;
        uint64_t at = 0;
        bool any = false;

        fresh_row(&d);
        while (layout_next(&l, &s) && s.depth) {
                uint64_t bit = (uint64_t)s.offset * 8 + s.shift;
                if (!s.bits || (any && bit < at)) /* an inner part of what is drawn already */
                        continue;
                if (!any)
                        ruler(t);
                any = true;
                at = bit + s.bits;
                cell(&d, &s);
        }
        if (d.bit)
                end_row(&d);
}
