/* SPDX-License-Identifier: BSD-2-Clause */
/* A line of expectations: [not] VERB [SUBJECT] [CLAUSE…], words apart by blanks, # begins a comment. Clauses come in
 * any order, each once. What can't be read is said with file, line and word. */
#include "igmpscope/expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expectation.h"

enum { LINE_WORDS = 128 };

struct line {
        const char *name;
        size_t number;
        struct text *bad; /* NULL: enough has been said */
        const char *words[LINE_WORDS];
        size_t n, at;
};

static int line_bad(struct line *l, const char *word, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

const char *line_peek(const struct line *l)
{
        return l->at < l->n ? l->words[l->at] : NULL;
}

const char *line_take(struct line *l)
{
        return l->at < l->n ? l->words[l->at++] : NULL;
}

static int line_bad(struct line *l, const char *word, const char *format, ...)
{
        char why[512];
        va_list ap;

        if (!l->bad)
                return -1;
        va_start(ap, format);
        vsnprintf(why, sizeof why, format, ap);
        va_end(ap);
        text_add_format(l->bad, "%s:%zu: '", l->name, l->number);
        text_add_escaped(l->bad, (struct bytes){(const uint8_t *)word, strlen(word)});
        text_add_format(l->bad, "': %s\n", why);
        return -1;
}

static enum part clause_find(const char *word)
{
        int i = PART_BY;

        while (word && i < PART_END && strcmp(part_rows[i].word, word))
                i++;
        return word ? (enum part)i : PART_END;
}

bool clause_word(const char *word)
{
        return clause_find(word) != PART_END;
}

/* "by, version, within": the clauses of a set, in words. */
static const char *clause_names(uint32_t parts, char *buf, size_t size)
{
        size_t n = 0;

        snprintf(buf, size, "nothing more");
        for (int i = PART_BY; i < PART_END; i++)
                if (parts >> i & 1 && n < size)
                        n += (size_t)snprintf(buf + n, size - n, "%s%s", n ? ", " : "", part_rows[i].word);
        return buf;
}

/* ---- subjects ---- */

static bool like_address(const char *word)
{
        return word && ((*word >= '0' && *word <= '9') || strpbrk(word, ":,@%"));
}

static int subject_group(struct line *l, struct selector *w)
{
        struct error err;
        const char *word = line_peek(l);

        if (!like_address(word))
                return 0;
        line_take(l);
        if (group_spec_parse(word, &w->group, &err) < 0) {
                if (l->bad)
                        text_add_format(l->bad, "%s:%zu: %s\n", l->name, l->number, err.text);
                return -1;
        }
        if (w->group.has_port && w->verb->about != ABOUT_FLOW)
                return line_bad(l, word, "%s takes a group without a port", w->verb->word);
        w->given |= PART(GROUP) | (w->group.source.len ? PART(SOURCE) : 0) | (w->group.has_port ? PART(PORT) : 0);
        if (*w->group.interface) {
                snprintf(w->on, sizeof w->on, "%s", w->group.interface);
                w->given |= PART(ON);
        }
        return 0;
}

static int subject_query(struct line *l, struct selector *w)
{
        struct addr a;

        if (line_peek(l) && !strcmp(line_peek(l), "general")) {
                line_take(l);
                w->given |= PART(GENERAL);
                return 0;
        }
        if (subject_group(l, w) < 0)
                return -1;
        while (w->list && w->given & PART(GROUP) && line_peek(l) && addr_parse(line_peek(l), &a)) {
                if (w->n_list == HOSTS_MAX)
                        return line_bad(l, line_peek(l), "more than %d sources", HOSTS_MAX);
                w->list[w->n_list++] = a;
                w->given |= PART(ASKED);
                line_take(l);
        }
        return 0;
}

static int subject_querier(struct line *l, struct expectation *e)
{
        const char *word = line_peek(l);

        if (word && !strcmp(word, "none")) {
                if (e->negative)
                        return line_bad(l, word, "`not querier` says it already");
                e->negative = true;
                line_take(l);
        } else if (like_address(word)) {
                line_take(l);
                if (!addr_parse(word, &e->want.by) || addr_is_multicast(&e->want.by))
                        return line_bad(l, word, "not an address of a querier");
                e->want.given |= PART(BY);
        }
        return 0;
}

static int subject_rule(struct line *l, struct selector *w)
{
        const char *word = line_peek(l);

        if (!word || clause_word(word))
                return 0;
        w->rule = rule_find(word);
        if (!w->rule)
                return line_bad(l, word, "no such rule; `igmpscope list rules` names them");
        w->given |= PART(RULE);
        line_take(l);
        return 0;
}

static int subject(struct line *l, struct expectation *e, struct selector *w)
{
        switch (w->verb->about) {
        case ABOUT_GROUP:
        case ABOUT_FLOW: return subject_group(l, w);
        case ABOUT_QUERY: return subject_query(l, w);
        case ABOUT_QUERIER: return subject_querier(l, e);
        case ABOUT_RULE: return subject_rule(l, w);
        }
        return -1;
}

/* ---- after EVENT [SUBJECT] [of ADDRESS] ---- */

bool line_event(struct line *l, struct expectation *e)
{
        const char *word = line_take(l);
        struct selector *a = &e->after;
        bool sender;

        a->verb = word ? verb_row_find(word) : NULL;
        if (!a->verb || !a->verb->event) {
                a->verb = NULL;
                return false;
        }
        a->given = a->verb->always;
        if (subject(l, e, a) < 0)
                return false;
        if (!line_peek(l) || strcmp(line_peek(l), "of"))
                return true;
        line_take(l);
        word = line_take(l);
        sender = a->verb->role == ROLE_SENDER;
        a->given |= sender ? PART(FROM) : PART(BY);
        return word && addr_parse(word, sender ? &a->from : &a->by);
}

/* What the event does not say for itself is the same as in the line: group, place, host or sender. */
static void inherit(struct expectation *e)
{
        const struct selector *w = &e->want;
        struct selector *a = &e->after;
        uint32_t same = (PART(ON) | PART(VLAN)) & w->given & ~a->given;
        enum role role = a->verb->role == w->verb->role ? a->verb->role : ROLE_NONE;

        if (!(a->given & (PART(GROUP) | PART(GENERAL))) && w->given & PART(GROUP)) {
                a->group = w->group;
                a->each = true;
                a->given |= PART(GROUP);
                same |= w->given & ((role == ROLE_HOST ? PART(SOURCE) : 0) | (role == ROLE_SENDER ? PART(PORT) : 0));
        }
        if (!(a->given & (PART(BY) | PART(FROM))))
                same |= w->given & (role == ROLE_HOST ? PART(BY) : role == ROLE_SENDER ? PART(FROM) : 0);
        if (same & PART(ON))
                memcpy(a->on, w->on, sizeof a->on);
        if (same & PART(VLAN))
                a->vlan = w->vlan;
        if (same & PART(BY))
                a->by = w->by;
        if (same & PART(FROM))
                a->from = w->from;
        a->given |= same;
}

/* ---- the line ---- */

static int one_clause(struct line *l, struct expectation *e)
{
        const char *word = line_take(l);
        enum part part = clause_find(word);
        struct selector *w = &e->want;
        uint32_t denied = e->negative ? PART(COUNT) | PART(HOSTS) : 0;
        size_t at = l->at;
        char names[192];

        if (part == PART_END || !(w->verb->parts >> part & 1))
                return line_bad(l, word, "not a word of %s; expected %s", w->verb->word,
                                clause_names(w->verb->parts & ~w->given & ~denied, names, sizeof names));
        if (denied >> part & 1)
                return line_bad(l, word, "not together with `not`");
        if (w->given >> part & 1)
                return line_bad(l, word, "given twice");
        w->given |= UINT32_C(1) << part;
        if (part_rows[part].parse(l, e))
                return 0;
        if (l->at == at)
                return line_bad(l, word, "needs %s", part_rows[part].value);
        return line_bad(l, l->words[l->at - 1], "%s needs %s", word, part_rows[part].value);
}

/* An address of the other family than the line's group can't have to do with it. */
static int family(struct line *l, const struct selector *w, const struct addr *a)
{
        char buf[ADDR_TEXT];
        int version = a->len == 4 ? 4 : 6;

        if (!a->len || !(w->given & PART(GROUP)) || a->len == w->group.group.len)
                return 0;
        return line_bad(l, addr_format(a, buf), "IPv%d, and the group is IPv%d", version, 10 - version);
}

static int check(struct line *l, const struct expectation *e)
{
        const struct selector *w = &e->want;

        if (w->verb->needs & ~w->given)
                return line_bad(l, w->verb->word, "needs a group");
        if (w->given & PART(HOSTS) && w->given & PART(BY))
                return line_bad(l, "by", "not together with hosts, which names them all");
        for (uint8_t i = 0; i < w->n_list; i++)
                if (family(l, w, &w->list[i]) < 0)
                        return -1;
        return family(l, w, &w->by) < 0 ? -1 : family(l, w, &w->from);
}

static int whole(struct line *l, struct expectation *e)
{
        const char *word = line_take(l);
        struct selector *w = &e->want;
        char names[192];
        size_t n = 0;

        e->negative = !strcmp(word, "not");
        if (e->negative)
                word = line_take(l);
        w->verb = word ? verb_row_find(word) : NULL;
        if (!w->verb) {
                for (size_t i = 0; verb_row_at(i) && n < sizeof names; i++)
                        n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", i ? ", " : "", verb_row_at(i)->word);
                return line_bad(l, word ? word : "not", "no expectation; expected %s", names);
        }
        w->given = w->verb->always;
        if (subject(l, e, w) < 0)
                return -1;
        while (line_peek(l))
                if (one_clause(l, e) < 0)
                        return -1;
        if (e->after.verb)
                inherit(e);
        return check(l, e);
}

static int split(struct line *l, char *text)
{
        static const char blanks[] = " \t\r\v\f";
        char *more;

        for (char *word = strtok_r(text, blanks, &more); word; word = strtok_r(NULL, blanks, &more)) {
                if (l->n == LINE_WORDS)
                        return line_bad(l, word, "more than %d words in a line", LINE_WORDS);
                l->words[l->n++] = word;
        }
        return 0;
}

/* The line without its comment and the blanks around. */
static char *claim_of(const char *line)
{
        size_t n;

        line += strspn(line, " \t\r");
        n = strcspn(line, "#");
        while (n && strchr(" \t\r", line[n - 1]))
                n--;
        return n ? strndup(line, n) : NULL;
}

int expectation_parse(struct expectation *e, const char *name, size_t number, const char *line, struct text *bad)
{
        struct line l = {.name = name, .number = number, .bad = bad};
        char *text;
        int r = -1;

        *e = (struct expectation){.count = {1, INT64_MAX}, .within = {0, INT64_MAX}};
        e->claim = claim_of(line);
        if (!e->claim)
                return 0;
        text = strdup(e->claim);
        e->want.list = calloc(HOSTS_MAX, sizeof *e->want.list);
        if (text && e->want.list && asprintf(&e->id, "%s:%zu", name, number) >= 0)
                r = split(&l, text) < 0 ? -1 : whole(&l, e);
        else
                line_bad(&l, e->claim, "out of memory");
        free(text);
        if (e->negative)
                e->count = (struct range){0, 0};
        e->n_tallies = e->want.given & PART(GROUP) ? e->want.group.count : 1;
        return r;
}
