/* SPDX-License-Identifier: BSD-2-Clause */
/* Text into HTML and SVG. A page shows what strangers sent, so this is a boundary: markup comes from templates in
 * our own code, and all else passes markup_escape. Both syntaxes are kept at once (XML 1.0 §2.2, §2.4). */
#include "igmpscope/out.h"

#include <assert.h>
#include <string.h>

static uint32_t code_point(const uint8_t *p, size_t n)
{
        uint32_t c = n == 1 ? p[0] : p[0] & (0x7fU >> n);

        for (size_t i = 1; i < n; i++)
                c = c << 6 | (p[i] & 0x3f);
        return c;
}

/* Not what XML leaves out, and not what makes a text look like another (the bidirectional controls). */
static bool is_shown(uint32_t c)
{
        static const struct { uint32_t first, last; } hidden[] = {
                {0x0, 0x8}, {0xb, 0x1f}, {0x7f, 0x9f}, {0x200e, 0x200f}, {0x202a, 0x202e}, {0x2066, 0x2069},
                {0xfffe, 0xffff},
        };

        for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
                if (c >= hidden[i].first && c <= hidden[i].last)
                        return false;
        return true;
}

static const char *reference(uint8_t c)
{
        switch (c) {
        case '&': return "&amp;";
        case '<': return "&lt;";
        case '>': return "&gt;";
        case '"': return "&quot;";
        case '\'': return "&#39;";
        case '`': return "&#96;";
        default: return NULL;
        }
}

void markup_escape(struct text *t, struct bytes b)
{
        while (b.n) {
                const char *named = reference(*b.p);
                size_t n = utf8_length(b);
                if (named)
                        text_add(t, named);
                else if (n && is_shown(code_point(b.p, n)))
                        text_add_n(t, (const char *)b.p, n);
                else
                        text_add(t, "\xef\xbf\xbd");
                n = n ? n : 1;
                b = (struct bytes){b.p + n, b.n - n};
        }
}

/* What stands behind a %: gives the character after it. */
static const char *put_value(struct text *t, const char *p, va_list *ap)
{
        int decimals = 6;
        int wide = 0; /* how many l; a z is one */
        const char *s;

        if (*p == '.') {
                decimals = p[1] - '0';
                p += 2;
        }
        for (; *p == 'l' || *p == 'z'; p++)
                wide++;
        switch (*p) {
        case '%': text_add_char(t, '%'); break;
        case 's':
                s = va_arg(*ap, const char *);
                markup_escape(t, (struct bytes){(const uint8_t *)s, s ? strlen(s) : 0});
                break;
        case 'd': text_add_format(t, "%ld", wide ? va_arg(*ap, long) : va_arg(*ap, int)); break;
        case 'u':
                text_add_uint(t, wide > 1 ? va_arg(*ap, unsigned long long)
                                 : wide   ? va_arg(*ap, unsigned long) : va_arg(*ap, unsigned));
                break;
        case 'f': text_add_format(t, "%.*f", decimals, va_arg(*ap, double)); break;
        default: assert(false); /* no such thing in a template */
        }
        return p + 1;
}

void markup_add(struct text *t, const char *template, ...)
{
        va_list ap;

        va_start(ap, template);
        while (*template) {
                size_t n = strcspn(template, "%");
                text_add_n(t, template, n);
                template += n;
                if (*template)
                        template = put_value(t, template + 1, &ap);
        }
        va_end(ap);
}
