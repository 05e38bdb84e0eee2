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
