/* SPDX-License-Identifier: BSD-2-Clause */
/* The field writer's front: typed puts over one format's four functions. */
#include "igmpscope/writer.h"

#include <stdio.h>

void writer_init(struct writer *w, const struct format *format, struct text *out)
{
        *w = (struct writer){.format = format, .out = out};
}

void writer_open(struct writer *w, const struct kind *kind)
{
        if (!w->values && w->format->head && !w->schema)
                w->format->head(w);
        w->values++;
        w->kind = kind;
        w->depth = 0;
        w->columns = 0;
        w->first = ~UINT64_C(0);
        w->lists = 0;
        w->format->open(w, kind);
}

void writer_close(struct writer *w)
{
        w->format->close(w);
}

void writer_finish(struct writer *w)
{
        if (w->format && w->format->tail) /* none: it never began */
                w->format->tail(w);
        text_free(&w->side);
}

static void put(struct writer *w, const struct field *f)
{
        w->format->put(w, f);
}

void put_begin(struct writer *w, const char *name)
{
        put(w, &(struct field){name, FIELD_BEGIN, 0, {0}});
}

void put_end(struct writer *w)
{
        put(w, &(struct field){NULL, FIELD_END, 0, {0}});
}

void put_list(struct writer *w, const char *name)
{
        put(w, &(struct field){name, FIELD_LIST, 0, {0}});
}

void put_list_end(struct writer *w)
{
        put(w, &(struct field){NULL, FIELD_LIST_END, 0, {0}});
}

void put_uint(struct writer *w, const char *name, uint64_t v)
{
        put(w, &(struct field){name, FIELD_UINT, 0, {.u = v}});
}

void put_int(struct writer *w, const char *name, int64_t v)
{
        put(w, &(struct field){name, FIELD_INT, 0, {.i = v}});
}

void put_real(struct writer *w, const char *name, double v, int decimals)
{
        put(w, &(struct field){name, FIELD_REAL, decimals, {.real = v}});
}

void put_bool(struct writer *w, const char *name, bool v)
{
        put(w, &(struct field){name, FIELD_BOOL, 0, {.flag = v}});
}

void put_str(struct writer *w, const char *name, const char *v)
{
        if (v || w->schema)
                put(w, &(struct field){name, FIELD_STR, 0, {.str = v ? v : ""}});
}

void put_bytes(struct writer *w, const char *name, struct bytes v)
{
        put(w, &(struct field){name, FIELD_BYTES, 0, {.bytes = v}});
}

void put_addr(struct writer *w, const char *name, const struct addr *v)
{
        if (v->len || w->schema)
                put(w, &(struct field){name, FIELD_ADDR, 0, {.addr = v}});
}

void put_mac(struct writer *w, const char *name, const uint8_t v[6])
{
        put(w, &(struct field){name, FIELD_MAC, 0, {.mac = v}});
}

void put_time(struct writer *w, const char *name, int64_t ns)
{
        put(w, &(struct field){name, FIELD_TIME, 0, {.i = ns}});
}

bool writer_columns(const struct writer *w)
{
        return w->format->column && !w->schema;
}

void put_column(struct writer *w, enum style style, int width, const char *format, ...)
{
        char text[1024];
        va_list ap;

        if (!writer_columns(w))
                return;
        va_start(ap, format);
        vsnprintf(text, sizeof text, format, ap);
        va_end(ap);
        w->format->column(w, style, width, text);
        w->columns++;
}
