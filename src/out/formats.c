/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of formats. */
#include "igmpscope/out.h"

#include <string.h>

static const struct format *const formats[] = {
#define X(name) &format_##name,
        FORMATS(X)
#undef X
};

const struct format *format_at(size_t i)
{
        return i < sizeof formats / sizeof *formats ? formats[i] : NULL;
}

const struct format *format_find(const char *name)
{
        const struct format *f;

        for (size_t i = 0; (f = format_at(i)); i++)
                if (!strcmp(f->name, name))
                        return f;
        return NULL;
}

void scalar_add(struct text *t, const struct field *f)
{
        char buf[ADDR_TEXT];

        switch (f->type) {
        case FIELD_UINT: text_add_uint(t, f->v.u); break;
        case FIELD_INT: text_add_format(t, "%lld", (long long)f->v.i); break;
        case FIELD_REAL: text_add_format(t, "%.*f", f->decimals, f->v.real); break;
        case FIELD_BOOL: text_add(t, f->v.flag ? "true" : "false"); break;
        case FIELD_STR: text_add(t, f->v.str); break;
        case FIELD_BYTES: text_add_escaped(t, f->v.bytes); break;
        case FIELD_ADDR: text_add(t, addr_format(f->v.addr, buf)); break;
        case FIELD_MAC: text_add(t, mac_format(f->v.mac, buf)); break;
        case FIELD_TIME: text_add_time(t, f->v.i); break;
        case FIELD_BEGIN:
        case FIELD_END:
        case FIELD_LIST:
        case FIELD_LIST_END: break;
        }
}
