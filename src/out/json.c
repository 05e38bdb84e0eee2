/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON Lines (RFC 8259, one object a line): kind first, addresses and times as strings. */
#include "igmpscope/out.h"

#include <math.h>
#include <string.h>

size_t utf8_length(struct bytes b)
{
        uint8_t c = b.p[0];
        size_t n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;

        if (!n || n > b.n)
                return 0;
        for (size_t i = 1; i < n; i++)
                if ((b.p[i] & 0xc0) != 0x80)
                        return 0;
        if ((c == 0xe0 && b.p[1] < 0xa0) || (c == 0xed && b.p[1] > 0x9f) || (c == 0xf0 && b.p[1] < 0x90)
            || (c == 0xf4 && b.p[1] > 0x8f))
                return 0;
        return n;
}

static void ascii(struct text *t, uint8_t c)
{
        static const char names[] = "btnvfr"; /* 0x08 to 0x0d; \v is not JSON's */

        if (c == '"' || c == '\\') {
                text_add_char(t, '\\');
                text_add_char(t, (char)c);
        } else if (c >= 8 && c <= 13 && c != 11) {
                text_add_char(t, '\\');
                text_add_char(t, names[c - 8]);
        } else if (c < 0x20 || c == 0x7f) {
                text_add_format(t, "\\u%04x", c);
        } else {
                text_add_char(t, (char)c);
        }
}

void json_string(struct text *t, struct bytes b)
{
        text_add_char(t, '"');
        for (size_t i = 0; i < b.n;) {
                size_t n = utf8_length((struct bytes){b.p + i, b.n - i});
                if (n == 1)
                        ascii(t, b.p[i]);
                else if (n)
                        text_add_n(t, (const char *)b.p + i, n);
                else
                        text_add(t, "\\ufffd");
                i += n ? n : 1;
        }
        text_add_char(t, '"');
}

static void quoted(struct text *t, const char *s)
{
        json_string(t, (struct bytes){(const uint8_t *)s, strlen(s)});
}

static void plain(struct text *t, const char *s) /* known to need no escapes */
{
        text_add_char(t, '"');
        text_add(t, s);
        text_add_char(t, '"');
}

static void value(struct text *t, const struct field *f)
{
        char buf[ADDR_TEXT];

        switch (f->type) {
        case FIELD_UINT: text_add_uint(t, f->v.u); break;
        case FIELD_INT: text_add_format(t, "%lld", (long long)f->v.i); break;
        case FIELD_REAL:
                if (isfinite(f->v.real))
                        text_add_format(t, "%.*f", f->decimals, f->v.real);
                else
                        text_add(t, "null");
                break;
        case FIELD_BOOL: text_add(t, f->v.flag ? "true" : "false"); break;
        case FIELD_STR: quoted(t, f->v.str); break;
        case FIELD_BYTES: json_string(t, f->v.bytes); break;
        case FIELD_ADDR: plain(t, addr_format(f->v.addr, buf)); break;
        case FIELD_MAC: plain(t, mac_format(f->v.mac, buf)); break;
        case FIELD_TIME:
                text_add_char(t, '"');
                text_add_time(t, f->v.i);
                text_add_char(t, '"');
                break;
        case FIELD_BEGIN:
        case FIELD_END:
        case FIELD_LIST:
        case FIELD_LIST_END: break;
        }
}

static void open_value(struct writer *w, const struct kind *kind)
{
        text_add(w->out, "{\"kind\":");
        plain(w->out, kind->name);
        w->first &= ~UINT64_C(1);
}

static void name(struct writer *w, const char *s)
{
        uint64_t here = UINT64_C(1) << w->depth;

        if (!(w->first & here))
                text_add_char(w->out, ',');
        w->first &= ~here;
        if (w->lists & here)
                return;
        plain(w->out, s);
        text_add_char(w->out, ':');
}

static void nest(struct writer *w, bool list)
{
        uint64_t here;

        text_add_char(w->out, list ? '[' : '{');
        w->depth++;
        here = UINT64_C(1) << w->depth;
        w->first |= here;
        w->lists = list ? w->lists | here : w->lists & ~here;
}

static void put_field(struct writer *w, const struct field *f)
{
        if (f->type == FIELD_END || f->type == FIELD_LIST_END) {
                text_add_char(w->out, f->type == FIELD_END ? '}' : ']');
                w->depth--;
                return;
        }
        name(w, f->name);
        if (f->type == FIELD_BEGIN || f->type == FIELD_LIST)
                nest(w, f->type == FIELD_LIST);
        else
                value(w->out, f);
}

static void close_value(struct writer *w)
{
        text_add(w->out, "}\n");
}

const struct format format_json = {
        .name = "json",
        .summary = "one object a line (JSON Lines, UTF-8)",
        .open = open_value,
        .put = put_field,
        .close = close_value,
};
