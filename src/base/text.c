/* SPDX-License-Identifier: BSD-2-Clause */
/* Text that grows, error sentences, and the numbers that people type. */
#include "igmpscope/base.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int error_set(struct error *err, const char *format, ...)
{
        va_list ap;

        if (!err)
                return -1;
        va_start(ap, format);
        vsnprintf(err->text, sizeof err->text, format, ap);
        va_end(ap);
        return -1;
}

int error_system(struct error *err, int errnum, const char *hint, const char *format, ...)
{
        char what[512];
        va_list ap;

        va_start(ap, format);
        vsnprintf(what, sizeof what, format, ap);
        va_end(ap);
        return error_set(err, hint ? "%s: %s (%s)" : "%s: %s", what, strerror(errnum), hint);
}

bool text_reserve(struct text *t, size_t more)
{
        size_t want = t->n + more + 1, cap = t->cap ? t->cap : 256;
        char *p;

        if (t->failed || want < more)
                return false;
        if (want <= t->cap)
                return true;
        while (cap < want)
                cap *= 2;
        p = realloc(t->p, cap);
        if (!p) {
                t->failed = true;
                return false;
        }
        t->p = p;
        t->cap = cap;
        return true;
}

void text_add_n(struct text *t, const char *s, size_t n)
{
        if (!n || !text_reserve(t, n))
                return;
        memcpy(t->p + t->n, s, n);
        t->n += n;
}

void text_add(struct text *t, const char *s)
{
        text_add_n(t, s, strlen(s));
}

void text_add_char(struct text *t, char c)
{
        text_add_n(t, &c, 1);
}

void text_add_uint(struct text *t, uint64_t v)
{
        char digits[20];
        size_t i = sizeof digits;

        do
                digits[--i] = (char)('0' + v % 10);
        while (v /= 10);
        text_add_n(t, digits + i, sizeof digits - i);
}

void text_add_format(struct text *t, const char *format, ...)
{
        va_list ap;

        va_start(ap, format);
        text_add_list(t, format, ap);
        va_end(ap);
}

void text_add_list(struct text *t, const char *format, va_list ap)
{
        va_list again;
        int n;

        va_copy(again, ap);
        n = vsnprintf(NULL, 0, format, again);
        va_end(again);
        if (n <= 0 || !text_reserve(t, (size_t)n) || !t->p)
                return;
        vsnprintf(t->p + t->n, (size_t)n + 1, format, ap);
        t->n += (size_t)n;
}

void text_add_time(struct text *t, int64_t ns)
{
        uint64_t v = ns < 0 ? -(uint64_t)ns : (uint64_t)ns, part = v % 1000000000;
        char digits[10] = ".000000000";

        for (int i = 9; i > 0; i--, part /= 10)
                digits[i] = (char)('0' + part % 10);
        if (ns < 0)
                text_add_char(t, '-');
        text_add_uint(t, v / 1000000000);
        text_add_n(t, digits, sizeof digits);
}

void text_add_escaped(struct text *t, struct bytes b)
{
        static const char hex[] = "0123456789abcdef";

        for (size_t i = 0; i < b.n; i++) {
                uint8_t c = b.p[i];
                if (c >= 0x20 && c < 0x7f && c != '\\' && c != '\'') {
                        text_add_char(t, (char)c);
                        continue;
                }
                const char *named = c == '\n' ? "\\n" : c == '\t' ? "\\t" : c == '\r' ? "\\r" : c == '\\' ? "\\\\"
                                  : c == '\'' ? "\\'" : NULL;
                const char out[] = {'\\', 'x', hex[c >> 4], hex[c & 15]};
                text_add_n(t, named ? named : out, named ? 2 : 4);
        }
}

void text_clear(struct text *t)
{
        t->n = 0;
}

const char *text_string(struct text *t)
{
        if (!t->p)
                text_reserve(t, 0);
        if (!t->p)
                return "";
        t->p[t->n] = 0;
        return t->p;
}

void text_free(struct text *t)
{
        free(t->p);
        *t = (struct text){0};
}

bool parse_uint(const char *text, uint64_t max, uint64_t *v)
{
        char *end;

        if (*text < '0' || *text > '9')
                return false;
        errno = 0;
        *v = strtoull(text, &end, text[0] == '0' && (text[1] | 32) == 'x' ? 16 : 10);
        return !errno && !*end && *v <= max;
}

bool parse_seconds(const char *text, int64_t *ns)
{
        static const struct { const char *name; double ns; } units[] = {
                {"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}, {"m", 60e9}, {"min", 60e9}, {"h", 3600e9},
        };
        char *end;
        double v;

        if ((*text < '0' || *text > '9') && *text != '.')
                return false;
        v = strtod(text, &end);
        for (size_t i = 0; end != text && i < sizeof units / sizeof *units; i++) {
                if (strcmp(end, units[i].name) || v * units[i].ns > 9e18)
                        continue;
                *ns = (int64_t)(v * units[i].ns + 0.5);
                return true;
        }
        return false;
}
