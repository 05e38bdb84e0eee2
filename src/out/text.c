/* SPDX-License-Identifier: BSD-2-Clause */
/* Text for people: one aligned line a value from its columns; with detail, every field below it. */
#include "igmpscope/out.h"

#include <string.h>

static const char *const colors[] = {
        [STYLE_PLAIN] = "", [STYLE_DIM] = "\033[2m", [STYLE_TIME] = "\033[2m", [STYLE_HOST] = "\033[36m",
        [STYLE_GROUP] = "\033[1m", [STYLE_JOIN] = "\033[32m", [STYLE_LEAVE] = "\033[35m",
        [STYLE_QUERY] = "\033[34m", [STYLE_DATA] = "", [STYLE_GOOD] = "\033[32m", [STYLE_BAD] = "\033[1;31m",
        [STYLE_WARN] = "\033[33m",
};

/* Columns on a screen: UTF-8 continuation octets take none. */
static int screen_width(const char *s)
{
        int n = 0;
        for (; *s; s++)
                n += (*s & 0xc0) != 0x80;
        return n;
}

static void pad(struct text *t, int n)
{
        while (n-- > 0)
                text_add_char(t, ' ');
}

static void open_value(struct writer *w, const struct kind *kind)
{
        (void)kind;
        text_clear(&w->side);
}

static void column(struct writer *w, enum style style, int width, const char *s)
{
        int missing = (width < 0 ? -width : width) - screen_width(s);
        const char *on = w->color ? colors[style] : "";

        if (w->columns)
                text_add(w->out, "  ");
        if (width < 0)
                pad(w->out, missing);
        text_add(w->out, on);
        text_add(w->out, s);
        if (*on)
                text_add(w->out, "\033[0m");
        if (width > 0)
                pad(w->out, missing);
}

static void value(struct text *t, const struct field *f)
{
        if (f->type == FIELD_STR)
                text_add_escaped(t, (struct bytes){(const uint8_t *)f->v.str, strlen(f->v.str)});
        else if (f->type == FIELD_BOOL)
                text_add(t, f->v.flag ? "yes" : "no");
        else
                scalar_add(t, f);
}

/* With detail: `name value` pairs collect in side, objects in braces, and follow the line. */
static void put_field(struct writer *w, const struct field *f)
{
        uint64_t here = UINT64_C(1) << w->depth;

        if (w->detail < 1 && w->columns)
                return;
        if (f->type == FIELD_END || f->type == FIELD_LIST_END) {
                text_add_char(&w->side, f->type == FIELD_END ? '}' : ']');
                w->depth--;
                return;
        }
        if (!(w->first & here))
                text_add(&w->side, w->depth ? ", " : "\n    ");
        else if (!w->depth)
                text_add(&w->side, "    ");
        w->first &= ~here;
        if (f->name)
                text_add_format(&w->side, w->depth ? "%s " : "%-12s ", f->name);
        if (f->type == FIELD_BEGIN || f->type == FIELD_LIST) {
                text_add_char(&w->side, f->type == FIELD_BEGIN ? '{' : '[');
                w->depth++;
                w->first |= UINT64_C(1) << w->depth;
        } else {
                value(&w->side, f);
        }
}

static void close_value(struct writer *w)
{
        while (w->out->n && w->out->p[w->out->n - 1] == ' ')
                w->out->n--;
        if (!w->columns)
                text_add(w->out, w->kind->name);
        text_add_char(w->out, '\n');
        if (!w->side.n)
                return;
        text_add_n(w->out, w->side.p, w->side.n);
        text_add_char(w->out, '\n');
}

const struct format format_text = {
        .name = "text",
        .summary = "a line to read for each value; -v adds every field",
        .open = open_value,
        .put = put_field,
        .column = column,
        .close = close_value,
};
