/* SPDX-License-Identifier: BSD-2-Clause */
/* Records as people write them: TYPE(GROUP[+N]; SOURCE[+N] SOURCE …), one after the other. A group alone joins it,
 * SOURCE,GROUP joins it for that source. Types: RFC 9776 §4.2.13, with the long names of the RFC as well. */
#include "igmpscope/craft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "grammar.h"

static const struct { const char *word; uint8_t type; } types[] = {
        {"is_in", IS_IN}, {"is_ex", IS_EX}, {"to_in", TO_IN}, {"to_ex", TO_EX}, {"allow", ALLOW}, {"block", BLOCK},
        {"mode_is_include", IS_IN}, {"mode_is_exclude", IS_EX}, {"change_to_include_mode", TO_IN},
        {"change_to_exclude_mode", TO_EX}, {"allow_new_sources", ALLOW}, {"block_old_sources", BLOCK},
};

static int take_type(const struct grammar *g, struct bytes word, uint8_t *type)
{
        char text[32];
        uint64_t n;

        snprintf(text, sizeof text, "%.*s", (int)(word.n < sizeof text ? word.n : 0), (const char *)word.p);
        for (size_t i = 0; i < sizeof types / sizeof *types; i++)
                if (!strcasecmp(types[i].word, text)) {
                        *type = types[i].type;
                        return 0;
                }
        if (!parse_uint(text, 255, &n))
                return grammar_fail(g, word, "is not a record type; they are is_in, is_ex, to_in, to_ex, allow, block, "
                                    "or a number up to 255");
        *type = (uint8_t)n;
        return 0;
}

static struct spec_record *add_record(struct grammar *g)
{
        struct spec *s = g->spec;

        if (!(s->n_records & (s->n_records - 1))) {
                size_t room = s->n_records ? s->n_records * 2u : 1;
                struct spec_record *p = realloc(s->records, room * sizeof *p);
                if (!p) {
                        error_set(g->err, "%s: out of memory", g->context);
                        return NULL;
                }
                s->records = p;
        }
        s->records[s->n_records] = (struct spec_record){.source = s->n_sources};
        return &s->records[s->n_records++];
}

static int close_record(struct grammar *g)
{
        struct bytes more;

        g->at += strspn(g->at, " ,\t\n");
        if (*g->at == ')') {
                g->at++;
                return 0;
        }
        if (!*g->at)
                return error_set(g->err, "%s: the ')' is missing", g->context);
        more = grammar_word(g, ";()");
        if (!more.n)
                more = (struct bytes){(const uint8_t *)g->at, 1};
        return grammar_fail(g, more, "stands where ';' or ')' is expected, as in allow(GROUP; SOURCE SOURCE)");
}

/* Behind "TYPE(". */
static int take_inside(struct grammar *g, struct spec_record *r)
{
        struct bytes word = grammar_word(g, ";()");

        if (!word.n)
                return error_set(g->err, "%s: a group is missing, as in to_ex(%s)", g->context,
                                 g->length == 4 ? "239.1.1.1" : "ff1e::1");
        if (grammar_range(g, word, &r->group) < 0)
                return -1;
        g->at += strspn(g->at, " \t\n");
        if (*g->at == ';') {
                g->at++;
                if (grammar_sources(g, ";()") < 0)
                        return -1;
        }
        return close_record(g);
}

/* Without a type: GROUP or SOURCE,GROUP. */
static int take_bare(struct grammar *g, struct spec_record *r, struct bytes word)
{
        if (*g->at != ',') {
                r->type = TO_EX;
                return grammar_range(g, word, &r->group);
        }
        r->type = ALLOW;
        return grammar_source(g, word) < 0 ? -1 : grammar_range(g, grammar_word(g, ";()"), &r->group);
}

/* The record's own text, up to its ')', begins what an error says. */
static void set_context(struct grammar *g, const char *record)
{
        size_t n = strcspn(record, ")");

        n += record[n] == ')';
        while (n && record[n - 1] == ' ')
                n--;
        snprintf(g->context, sizeof g->context, "%.*s%s", n > 90 ? 88 : (int)n, record, n > 90 ? "…" : "");
}

static int take_record(struct grammar *g, struct spec_record *r)
{
        const char *record = g->at;
        struct bytes word = grammar_word(g, ";()");

        if (*g->at == '(') {
                set_context(g, record);
                if (take_type(g, word, &r->type) < 0)
                        return -1;
                g->at++;
                return take_inside(g, r);
        }
        if (!word.n || *g->at == ')' || *g->at == ';')
                return error_set(g->err, "%s: '%c' is out of place; a record is TYPE(GROUP; SOURCE SOURCE)", g->context,
                                 *g->at);
        return take_bare(g, r, word);
}

int grammar_records(struct grammar *g)
{
        struct spec_record *r;
        char message[sizeof g->context];

        snprintf(message, sizeof message, "%s", g->context);
        if (!strcmp(g->at, "empty"))
                return 0;
        if (!*g->at)
                return error_set(g->err, "%s: a record is missing, as in 'to_ex(%s)'; `empty` is a report without any",
                                 g->context, g->length == 4 ? "239.1.1.1" : "ff1e::1");
        for (; *g->at; g->at += strspn(g->at, " \t\n")) {
                r = add_record(g);
                if (!r)
                        return -1;
                snprintf(g->context, sizeof g->context, "%s", message);
                if (take_record(g, r) < 0)
                        return -1;
                r->n = g->spec->n_sources - r->source;
        }
        return 0;
}
