/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines that fit the screen: folded at a gap between columns or at a blank, colours not counted; and cells of a table,
 * each folded within its own width. */
#include "demo.h"

#include <string.h>

/* Octets of the character, or of the colour sequence, at s; *width: the columns it takes. */
static size_t glyph(const char *s, const char *end, unsigned *width)
{
        const char *p = s + 1;

        *width = 0;
        if (*s == '\033') {
                while (p < end && *p != 'm')
                        p++;
                return (size_t)(p - s) + (p < end);
        }
        *width = 1;
        while (p < end && (*p & 0xc0) == 0x80)
                p++;
        return (size_t)(p - s);
}

/* Where to cut a line that is too wide: the last gap between columns if there is one in its right part, else the
 * last blank. NULL: it fits, or has none. */
static const char *cut(const char *s, const char *end, unsigned width, unsigned from)
{
        const char *gap = NULL, *blank = NULL;
        unsigned at = 0, w;

        for (const char *p = s; p < end; p += glyph(p, end, &w), at += w) {
                if (at >= width)
                        return gap ? gap : blank;
                if (*p != ' ' || at <= from)
                        continue;
                blank = p;
                if (p + 1 < end && p[1] == ' ' && at > width / 3)
                        gap = p;
                glyph(p, end, &w);
        }
        return NULL;
}

void demo_fold(struct demo *d, size_t from, int indent)
{
        struct text *t = &d->out.text, line = {0};
        const char *s, *end, *at;
        unsigned first = (unsigned)indent;

        if (!d->width || t->n <= from)
                return;
        text_add_n(&line, t->p + from, t->n - from);
        s = text_string(&line);
        end = strchr(s, '\n'); /* with -v fields follow, in lines of their own */
        if (!end)
                end = s + line.n;
        t->n = from;
        while ((at = cut(s, end, d->width - (unsigned)(s > line.p ? indent : 0), first))) {
                text_add_n(t, s, (size_t)(at - s));
                while (t->n && t->p[t->n - 1] == ' ')
                        t->n--;
                text_add_format(t, "\n%*s", indent, "");
                for (s = at; s < end && *s == ' '; s++)
                        ;
                first = 0;
        }
        text_add(t, s);
        text_free(&line);
}

/* Octets of s that fit a cell: to the last blank within its width, or all that fit. */
static size_t piece(const char *s, int width)
{
        size_t n = strlen(s), blank = 0;
        unsigned at = 0, w;
        const char *p = s, *end = s + n;

        while (p < end && at < (unsigned)width) {
                if (*p == ' ')
                        blank = (size_t)(p - s);
                p += glyph(p, end, &w);
                at += w;
        }
        if (p == end || *p == ' ')
                return (size_t)(p - s);
        return blank ? blank : (size_t)(p - s);
}

void demo_cells(struct demo *d, const char *const cells[], const int widths[], const enum style styles[], int n)
{
        static const struct kind kind = {"row", NULL};
        struct writer *w = &d->out.writer;
        const char *at[8];
        bool more = true;

        for (int i = 0; i < n; i++)
                at[i] = cells[i];
        while (more) {
                more = false;
                writer_open(w, &kind);
                for (int i = 0; i < n; i++) {
                        size_t len = piece(at[i], widths[i]);
                        put_column(w, len ? styles[i] : STYLE_PLAIN, widths[i], "%.*s", (int)len, at[i]);
                        at[i] += len + strspn(at[i] + len, " ");
                        more = more || *at[i];
                }
                writer_close(w);
        }
}
