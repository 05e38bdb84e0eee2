/* SPDX-License-Identifier: BSD-2-Clause */
/* Words to a message: [igmp|mld|mrd] KIND [vN] and what the kind wants: nothing, a group, a group with sources, or
 * records (grammar_record.c); or udp [SOURCE,]GROUP[+N][:PORT]. The kinds are the rows of message.c that have a
 * builder. */
#include "igmpscope/craft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grammar.h"

int grammar_fail(const struct grammar *g, struct bytes word, const char *is)
{
        return error_set(g->err, "%s: '%.*s' %s", g->context, word.n > 60 ? 60 : (int)word.n, (const char *)word.p, is);
}

struct bytes grammar_word(struct grammar *g, const char *ends)
{
        char stop[16];
        struct bytes word;

        snprintf(stop, sizeof stop, " ,\t\n%s", ends);
        g->at += strspn(g->at, " ,\t\n");
        word = (struct bytes){(const uint8_t *)g->at, strcspn(g->at, stop)};
        g->at += word.n;
        return word;
}

int grammar_range(const struct grammar *g, struct bytes word, struct addr_range *r)
{
        char text[64], *plus, wrong[96];
        uint64_t n = 1;

        if (word.n >= sizeof text)
                return grammar_fail(g, word, "is not an address");
        memcpy(text, word.p, word.n);
        text[word.n] = 0;
        plus = strchr(text, '+');
        if (plus) {
                *plus++ = 0;
                snprintf(wrong, sizeof wrong, "counts from 1 to %d: ADDRESS+N is N addresses from there on", RANGE_MAX);
                if (!parse_uint(plus, RANGE_MAX, &n) || !n)
                        return grammar_fail(g, word, wrong);
        }
        if (!addr_parse(text, &r->first))
                return grammar_fail(g, word, "is not an address");
        if (r->first.len != g->length) {
                snprintf(wrong, sizeof wrong, "is an IPv%d address; %s", r->first.len == 4 ? 4 : 6,
                         g->length == 4 ? "igmp is for IPv4, mld for IPv6" : "mld is for IPv6, igmp for IPv4");
                return grammar_fail(g, word, wrong);
        }
        r->n = (uint32_t)n;
        return 0;
}

/* Room is doubled: at powers of two there is none left. */
static int add_source(struct grammar *g, const struct addr *a)
{
        struct spec *s = g->spec;

        if (!(s->n_sources & (s->n_sources - 1))) {
                size_t room = s->n_sources ? s->n_sources * 2u : 1;
                struct addr *p = room > RANGE_MAX ? NULL : realloc(s->sources, room * sizeof *p);
                if (!p)
                        return error_set(g->err, "%s: more than %u sources are too many", g->context, s->n_sources);
                s->sources = p;
        }
        s->sources[s->n_sources++] = *a;
        return 0;
}

int grammar_source(struct grammar *g, struct bytes word)
{
        struct addr_range r;

        if (grammar_range(g, word, &r) < 0)
                return -1;
        for (uint32_t i = 0; i < r.n; i++) {
                struct addr a = addr_plus(&r.first, i);
                if (add_source(g, &a) < 0)
                        return -1;
        }
        return 0;
}

int grammar_sources(struct grammar *g, const char *ends)
{
        struct bytes word;

        while ((word = grammar_word(g, ends)).n)
                if (grammar_source(g, word) < 0)
                        return -1;
        return 0;
}

static bool is_named(const struct message *m, const char *kind)
{
        if (!m->build || (!m->version && m->min > 8)) /* a query of no version is nothing to ask for */
                return false;
        if (m->kind == MESSAGE_LEAVE && (!strcmp(kind, "leave") || !strcmp(kind, "done")))
                return true;
        return !strcmp(m->name, kind);
}

/* version 0: the newest. */
static const struct message *row_find(enum family f, const char *kind, unsigned version)
{
        const struct message *m, *best = NULL;

        for (size_t i = 0; (m = message_at(i)); i++)
                if (m->family == f && is_named(m, kind) && (!version || m->version == version)
                    && (!best || m->version > best->version))
                        best = m;
        return best;
}

static int fail_kind(const struct grammar *g, enum family f, const char *kind)
{
        struct text names = {0};
        const struct message *m;

        for (size_t i = 0; (m = message_at(i)); i++)
                if (m->family == f && row_find(f, m->name, 0) && (!names.n || !strstr(text_string(&names), m->name)))
                        text_add_format(&names, names.n ? ", %s" : "%s", m->name);
        error_set(g->err, "%s: '%s' is not a message; there are: %s", g->family, kind, text_string(&names));
        text_free(&names);
        return -1;
}

static int fail_version(const struct grammar *g, enum family f, const char *kind, const char *word)
{
        const struct message *newest = row_find(f, kind, 0);

        if (newest->kind == MESSAGE_LEAVE)
                return error_set(g->err, "%s %s: '%s' is not a version of it; it has v%d only (in later ones a host "
                                 "leaves by a report: %s report 'to_in(GROUP)')", g->family, kind, word,
                                 newest->version, g->family);
        return error_set(g->err, "%s %s: '%s' is not a version of it; it has v%d%s", g->family, kind, word,
                         newest->version, row_find(f, kind, 1) ? " and older" : "");
}

static bool is_version(const char *word)
{
        return word[0] == 'v' && word[1] >= '0' && word[1] <= '9';
}

/* KIND [vN]: gives how many words it took, or -1. */
static int take_kind(struct grammar *g, enum family f, const char *prefix, char *const *words, int n)
{
        char kind[32];
        uint64_t version = 0;
        bool given = n > 1 && is_version(words[1]);

        if (!n)
                return error_set(g->err, "%s: which message? query, report, leave …, as in `send igmp query`",
                                 g->family);
        snprintf(kind, sizeof kind, "%s%s", prefix, words[0]);
        if (!row_find(f, kind, 0))
                return fail_kind(g, f, kind);
        if (given && !parse_uint(words[1] + 1, 9, &version))
                version = 9;
        g->spec->row = given && !version ? NULL : row_find(f, kind, (unsigned)version);
        if (!g->spec->row) {
                fail_version(g, f, kind, words[1]);
                return -1;
        }
        snprintf(g->context, sizeof g->context, "%s %s", g->family, kind);
        return 1 + given;
}

static int take_group(struct grammar *g, bool wanted)
{
        struct bytes word = grammar_word(g, "");

        if (!word.n)
                return wanted ? error_set(g->err, "%s: a group is missing, as in `%s %s`", g->context, g->context,
                                          g->length == 4 ? "239.1.1.1" : "ff1e::1") : 0;
        return grammar_range(g, word, &g->spec->group);
}

static int take_rest(struct grammar *g)
{
        const struct message *m = g->spec->row;
        bool membership = m->kind == MESSAGE_REPORT || m->kind == MESSAGE_LEAVE;
        struct bytes word;

        if (m->kind == MESSAGE_REPORT && spec_newest(g->spec))
                return grammar_records(g);
        if ((m->kind != MESSAGE_OTHER || m->dst) && take_group(g, membership) < 0)
                return -1;
        if (m->kind == MESSAGE_QUERY && spec_newest(g->spec))
                return grammar_sources(g, "");
        word = grammar_word(g, "");
        if (!word.n)
                return 0;
        if (m->kind == MESSAGE_QUERY)
                return grammar_fail(g, word, g->length == 4 ? "is too much: only a v3 query has sources"
                                                            : "is too much: only a v2 query has sources");
        return grammar_fail(g, word, g->spec->group.n ? "is too much: one group, or GROUP+N for N of them"
                                                      : "is too much: this message has no fields of the kind");
}

static int parse_udp(struct spec *s, char *const *words, int n, struct error *err)
{
        struct group_spec u;

        if (!n)
                return error_set(err, "udp: where to? as in `send udp 239.1.1.1:9999`");
        if (n > 1)
                return error_set(err, "udp: one GROUP:PORT, and '%s' is too much (GROUP+N:PORT for N groups, -d for "
                                 "the payload)", words[1]);
        if (group_spec_parse(words[0], &u, err) < 0)
                return -1;
        if (u.interface[0])
                return error_set(err, "%s: the interface is named by -i %s", words[0], u.interface);
        s->group = (struct addr_range){u.group, u.count};
        s->source = u.source;
        s->port = u.port;
        s->has_port = u.has_port;
        return 0;
}

static int parse_message(struct grammar *g, enum family f, const char *prefix, char *const *words, int n)
{
        struct text rest = {0};
        int r;

        g->family = f == FAMILY_MLD ? "mld" : "igmp";
        g->length = f == FAMILY_MLD ? 16 : 4;
        r = take_kind(g, f, prefix, words, n);
        if (r < 0)
                return -1;
        for (int i = r; i < n; i++)
                text_add_format(&rest, i > r ? " %s" : "%s", words[i]);
        g->at = text_string(&rest);
        r = take_rest(g);
        text_free(&rest);
        return r;
}

/* The words that a spec may begin with; a message's kind may stand there as well. */
static const struct opening { const char *word, *prefix; int ip; } openings[] = {
        {"udp", "", 0}, {"igmp", "", 4}, {"mld", "", 6}, {"mrd", "router_", 0}, {NULL, "", 0},
};

static const struct opening *opening_find(const char *word)
{
        const struct opening *o = openings;

        while (o->word && strcmp(o->word, word) != 0)
                o++;
        return o->word || row_find(FAMILY_IGMP, word, 0) || row_find(FAMILY_MLD, word, 0) ? o : NULL;
}

/* 4 or 6, as the addresses look. */
static int looks(char *const *words, int n)
{
        for (int i = 0; i < n; i++)
                if (strchr(words[i], ':'))
                        return 6;
        return 4;
}

int spec_parse(struct spec *s, int ip, char *const *words, int n, struct error *err)
{
        const struct opening *o = n ? opening_find(words[0]) : NULL;
        struct grammar g = {.spec = s, .err = err};
        int used, r;

        *s = (struct spec){0};
        if (!n)
                return error_set(err, "what? as in `send udp 239.1.1.1:9999` or `send igmp report 'to_ex(239.1.1.1)'`");
        if (!o)
                return error_set(err, "'%s' is nothing to send; begin with udp, igmp, mld or mrd, as in `send igmp "
                                 "report 'to_ex(239.1.1.1)'`", words[0]);
        used = o->word != NULL;
        if (o->ip && ip && o->ip != ip)
                return error_set(err, "%s is of IPv%d, and -%d asks for IPv%d", o->word, o->ip, ip, ip);
        if (o == openings) {
                r = parse_udp(s, words + 1, n - 1, err);
        } else {
                ip = o->ip ? o->ip : ip ? ip : looks(words + used, n - used);
                r = parse_message(&g, ip == 6 ? FAMILY_MLD : FAMILY_IGMP, o->prefix, words + used, n - used);
        }
        if (r < 0)
                spec_free(s);
        return r;
}

void spec_free(struct spec *s)
{
        free(s->sources);
        free(s->records);
        *s = (struct spec){0};
}
