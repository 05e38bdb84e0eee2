/* SPDX-License-Identifier: BSD-2-Clause */
/* Output formats: one word here and src/out/NAME.c. */
#ifndef IGMPSCOPE_OUT_H
#define IGMPSCOPE_OUT_H

#include "igmpscope/writer.h"

#define FORMATS(X) X(text) X(json) X(csv)

#define X(name) extern const struct format format_##name;
FORMATS(X)
#undef X

const struct format *format_at(size_t i); /* NULL past the end */
const struct format *format_find(const char *name);

/* The length of the well-formed UTF-8 sequence that b begins with (RFC 3629 §4), 0 if there is none. */
size_t utf8_length(struct bytes b);

/* A JSON string, quotes included; octets that are not UTF-8 become U+FFFD (RFC 8259 §7, §8.1). */
void json_string(struct text *t, struct bytes b);

#endif
