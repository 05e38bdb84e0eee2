/* SPDX-License-Identifier: BSD-2-Clause */
/* The verbs of the expectation language, a row each: what it looks at, which clauses it takes; and what was seen, in
 * words. Add a row, a line in docs/expect.md and a test. */
#include "igmpscope/expect.h"

#include <stdio.h>
#include <string.h>

#include "expectation.h"

static bool event_is(const struct sighting *s, enum change_event event)
{
        return s->what == SIGHT_CHANGE && s->change->event == event;
}

/* With a source, a change of the filter may be the join or leave of that one. */
static bool is_join(const struct selector *w, const struct sighting *s)
{
        return event_is(s, CHANGE_JOINED)
               || (w->given & PART(SOURCE) && event_is(s, CHANGE_CHANGED)
                   && filter_gains(&s->change->from, &s->change->to, &w->group.source));
}

static bool is_leave(const struct selector *w, const struct sighting *s)
{
        return event_is(s, CHANGE_LEFT)
               || (w->given & PART(SOURCE) && event_is(s, CHANGE_CHANGED)
                   && filter_gains(&s->change->to, &s->change->from, &w->group.source));
}

static bool is_expiry(const struct selector *w, const struct sighting *s)
{
        (void)w;
        return event_is(s, CHANGE_EXPIRED);
}

/* A Leave or Done is no report, except where to_in, which it stands for, is asked for. */
static bool is_report(const struct selector *w, const struct sighting *s)
{
        return !s->leave || (w->given & PART(RECORD) && w->record == TO_IN);
}

static bool is_echo(const struct selector *w, const struct sighting *s)
{
        (void)w;
        return s->what == SIGHT_ECHO;
}

/* Another rule's finding may be what came instead; a mere notice is not. */
static bool is_finding(const struct selector *w, const struct sighting *s)
{
        return !(w->given & PART(RULE)) || w->rule == s->finding->rule || s->finding->severity > SEVERITY_NOTICE;
}

static bool is_that(const struct selector *w, const struct sighting *s)
{
        (void)w;
        (void)s;
        return true;
}

#define WHERE (PART(ON) | PART(VLAN))
#define WHEN (PART(WITHIN) | PART(AFTER) | PART(COUNT))

static const struct verb_row rows[] = {
        {.word = "join", .about = ABOUT_GROUP, .parts = PART(BY) | PART(VERSION) | WHEN | WHERE,
         .sights = SIGHT(CHANGE) | SIGHT(REPORT), .is = is_join, .role = ROLE_HOST, .event = true},
        {.word = "leave", .about = ABOUT_GROUP, .parts = PART(BY) | PART(VERSION) | WHEN | WHERE,
         .sights = SIGHT(CHANGE) | SIGHT(REPORT), .is = is_leave, .role = ROLE_HOST, .event = true},
        {.word = "expire", .about = ABOUT_GROUP, .parts = PART(BY) | WHEN | WHERE,
         .sights = SIGHT(CHANGE), .is = is_expiry, .role = ROLE_HOST, .event = true},
        {.word = "report", .about = ABOUT_GROUP,
         .parts = PART(BY) | PART(VERSION) | PART(RECORD) | PART(TTL) | WHEN | WHERE, .always = PART(INTACT),
         .sights = SIGHT(REPORT), .is = is_report, .role = ROLE_HOST, .event = true, .once = true},
        {.word = "query", .about = ABOUT_QUERY, .parts = PART(BY) | PART(VERSION) | PART(TTL) | WHEN | WHERE,
         .always = PART(INTACT), .sights = SIGHT(QUERY), .is = is_that, .event = true},
        {.word = "data", .about = ABOUT_FLOW, .parts = PART(FROM) | PART(TTL) | WHEN | WHERE,
         .sights = SIGHT(DATA), .is = is_that, .role = ROLE_SENDER, .event = true},
        {.word = "echo", .about = ABOUT_FLOW,
         .parts = PART(FROM) | PART(BY) | PART(TTL) | PART(WITHIN) | PART(COUNT) | WHERE,
         .sights = SIGHT(ECHO) | SIGHT(DATA) | SIGHT(ANSWER), .is = is_echo, .role = ROLE_SENDER, .event = true},
        {.word = "member", .about = ABOUT_GROUP, .parts = PART(AT) | PART(HOSTS) | PART(BY) | PART(VERSION) | WHERE,
         .needs = PART(GROUP), .state = state_members},
        {.word = "querier", .about = ABOUT_QUERIER, .parts = PART(AT) | PART(VERSION) | WHERE,
         .state = state_querier},
        {.word = "finding", .about = ABOUT_RULE, .parts = PART(SEVERITY) | WHEN,
         .sights = SIGHT(FINDING), .is = is_finding},
};

const struct verb_row *verb_row_at(size_t i)
{
        return i < sizeof rows / sizeof *rows ? &rows[i] : NULL;
}

const struct verb_row *verb_row_find(const char *word)
{
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
                if (!strcmp(rows[i].word, word))
                        return &rows[i];
        return NULL;
}

/* ---- what was seen ---- */

void phrase_add(struct phrase *w, const char *format, ...)
{
        va_list ap;
        int n;

        va_start(ap, format);
        n = vsnprintf(w->text + w->n, sizeof w->text - w->n, format, ap);
        va_end(ap);
        if (n > 0)
                w->n = w->n + (size_t)n < sizeof w->text ? w->n + (size_t)n : sizeof w->text - 1;
}

static void filter_words(const struct filter *f, struct phrase *w)
{
        char buf[ADDR_TEXT];

        if (f->n)
                phrase_add(w, f->mode == MODE_INCLUDE ? " from" : " from all but");
        for (uint32_t i = 0; i < f->n && i < 4; i++)
                phrase_add(w, "%s %s", i ? "," : "", addr_format(&f->sources[i], buf));
        if (f->n > 4)
                phrase_add(w, " and %u more", f->n - 4);
}

static void change_words(const struct change *c, const char *host, const char *group, struct phrase *w)
{
        static const char *const acts[] = {
                [CHANGE_JOINED] = "joined", [CHANGE_LEFT] = "left", [CHANGE_EXPIRED] = "expired in",
                [CHANGE_CHANGED] = "now listens to",
        };

        phrase_add(w, "%s %s %s", host, acts[c->event], group);
        filter_words(c->event == CHANGE_LEFT || c->event == CHANGE_EXPIRED ? &c->from : &c->to, w);
}

static void finding_words(const struct finding *f, struct phrase *w)
{
        phrase_add(w, "%s (%s): %s", f->rule->id, severity_name(f->severity), f->seen);
}

void sighting_phrase(const struct sighting *s, struct phrase *w)
{
        char by[ADDR_TEXT], from[ADDR_TEXT], group[ADDR_TEXT];

        addr_format(&s->by, by);
        addr_format(&s->from, from);
        addr_format(&s->group, group);
        switch (s->what) {
        case SIGHT_CHANGE: change_words(s->change, by, group, w); break;
        case SIGHT_FINDING: finding_words(s->finding, w); break;
        case SIGHT_REPORT:
                if (s->leave)
                        phrase_add(w, "%s sent a leave for %s", by, group);
                else
                        phrase_add(w, "%s reported %s %s", by, group, record_name(s->record));
                break;
        case SIGHT_QUERY: phrase_add(w, s->group.len ? "%s queried %s" : "%s sent a general query", by, group); break;
        case SIGHT_DATA: phrase_add(w, "%s sent %u octets to %s port %d", from, s->length, group, s->port); break;
        case SIGHT_ANSWER:
                phrase_add(w, "%s answered %s's request to %s port %d with another payload", by, from, group, s->port);
                break;
        case SIGHT_ECHO:
                phrase_add(w, "%s echoed %s's request to %s port %d after %.6f s", by, from, group, s->port,
                          (double)s->since_ns / 1e9);
                break;
        }
}
