/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the grammar share: a reader over the words, and how it complains. */
#ifndef IGMPSCOPE_WIRE_GRAMMAR_H
#define IGMPSCOPE_WIRE_GRAMMAR_H

#include "igmpscope/craft.h"

struct grammar {
        struct spec *spec;
        uint8_t length;     /* of an address: 4 or 16 */
        const char *family; /* as people say it */
        char context[128];  /* what an error begins with: the message, or the record */
        const char *at;     /* what is left to read */
        struct error *err;
};

/* The next word up to a blank, comma or one of `ends`; n 0 if none is left before those. */
struct bytes grammar_word(struct grammar *g, const char *ends);
/* "'WORD' is …" behind the context; gives -1. */
int grammar_fail(const struct grammar *g, struct bytes word, const char *is);
int grammar_range(const struct grammar *g, struct bytes word, struct addr_range *r);
/* The addresses of a word, or of all words up to one of `ends`, into spec.sources. */
int grammar_source(struct grammar *g, struct bytes word);
int grammar_sources(struct grammar *g, const char *ends);
int grammar_records(struct grammar *g);

static inline bool spec_newest(const struct spec *s) /* IGMPv3 or MLDv2: with records, sources, QRV */
{
        return s->row && s->row->version >= (s->row->family == FAMILY_MLD ? 2 : 3);
}

#endif
