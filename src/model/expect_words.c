/* SPDX-License-Identifier: BSD-2-Clause */
/* What a line expected and what came instead, in words. */
#include "igmpscope/expect.h"

#include <inttypes.h>

#include "expectation.h"

static double seconds(int64_t ns)
{
        return (double)ns / 1e9;
}

static void how_often(int64_t n, const char *never, struct text *t)
{
        if (n > 1)
                text_add_format(t, "%" PRId64 " times", n);
        else
                text_add(t, n ? "once" : never);
}

static void times(const struct range *r, struct text *t)
{
        if (r->hi == r->lo) {
                how_often(r->lo, "none", t);
        } else if (r->hi == INT64_MAX) {
                text_add(t, "at least ");
                how_often(r->lo, "0 times", t);
        } else {
                if (r->lo)
                        text_add_format(t, "%" PRId64 " to ", r->lo);
                else
                        text_add(t, "at most ");
                how_often(r->hi, "", t);
        }
}

static void window(const struct expectation *e, struct text *t)
{
        const struct range *r = &e->within;

        if (e->want.given & PART(WITHIN)) {
                text_add(t, ", ");
                if (r->hi == INT64_MAX)
                        text_add_format(t, "from %g s on", seconds(r->lo));
                else if (r->lo)
                        text_add_format(t, "%g to %g s", seconds(r->lo), seconds(r->hi));
                else
                        text_add_format(t, "within %g s", seconds(r->hi));
        } else if (e->after.verb) {
                text_add(t, ",");
        }
        if (e->after.verb)
                text_add_format(t, " after the %s before it", e->after.verb->word);
        else if (e->want.given & PART(WITHIN) && e->want.verb->sights & SIGHT(ECHO))
                text_add(t, " after the request");
}

static void moment(const struct expectation *e, struct text *t)
{
        if (e->want.given & PART(AT))
                text_add_format(t, " at %.10g s", seconds(e->at_ns));
        else
                text_add(t, " at the end");
}

static void state_expected(const struct expectation *e, struct text *t)
{
        const struct selector *w = &e->want;
        char buf[ADDR_TEXT];
        bool querier = w->verb->about == ABOUT_QUERIER;

        if (w->given & PART(BY))
                text_add_format(t, "%s%s %s", e->negative ? "not " : "", querier ? "querier" : "host",
                                addr_format(&w->by, buf));
        else if (querier)
                text_add(t, e->negative ? "no querier" : "a querier");
        else if (e->negative || (w->given & PART(HOSTS) && !w->n_list))
                text_add(t, "nobody");
        else
                text_add(t, w->n_list ? "hosts" : "somebody");
        for (uint8_t i = 0; i < w->n_list; i++)
                text_add_format(t, " %s", addr_format(&w->list[i], buf));
        moment(e, t);
}

void expectation_expected(const struct expectation *e, struct text *t)
{
        if (e->n_tallies > 1)
                text_add_format(t, "each of %zu groups ", e->n_tallies);
        if (e->want.verb->state) {
                state_expected(e, t);
                return;
        }
        times(&e->count, t);
        window(e, t);
}

static void glimpses(const struct glimpse *g, uint32_t n, struct text *t)
{
        for (uint32_t i = 0; i < n; i++)
                text_add_format(t, "%s%s", i ? "; " : "", g[i].words);
}

/* GROUP+N: the first group that is not right stands for all. */
static const struct tally *group_seen(const struct expectation *e, struct text *t)
{
        const struct tally *first = NULL;
        size_t wrong = 0;
        struct addr group;
        char buf[ADDR_TEXT];

        for (size_t i = 0; i < e->n_tallies; i++) {
                if (range_holds(&e->count, (int64_t)e->tallies[i].count))
                        continue;
                if (!wrong++)
                        first = &e->tallies[i];
        }
        if (e->n_tallies == 1 || !e->total)
                return first;
        text_add_format(t, "%zu of %zu groups as expected; ", e->n_tallies - wrong, e->n_tallies);
        if (!first)
                return NULL;
        group = addr_plus(&e->want.group.group, (uint32_t)(first - e->tallies));
        text_add_format(t, "%s ", addr_format(&group, buf));
        how_often((int64_t)first->count, "not seen", t);
        text_add(t, "; in all ");
        return first;
}

void expectation_seen(const struct expectation *e, int64_t start_ns, int64_t end_ns, struct text *t)
{
        const struct tally *wrong;

        if (e->want.verb->state) {
                text_add(t, e->state.text);
                return;
        }
        wrong = group_seen(e, t);
        how_often((int64_t)e->total, "not seen", t);
        if (e->n_hits) {
                text_add(t, ": ");
                glimpses(e->hits, e->n_hits, t);
        }
        if (e->total > e->n_hits)
                text_add_format(t, "; and %" PRIu64 " more", e->total - e->n_hits);
        if (!wrong || (int64_t)wrong->count >= e->count.lo)
                return;
        text_add(t, e->n_misses ? "; nearest: " : e->n_hits ? "" : ", nor anything like it");
        glimpses(e->misses, e->n_misses, t);
        if (e->within.hi != INT64_MAX && !e->after.verb && e->within.hi > end_ns - start_ns
            && !(e->want.verb->sights & SIGHT(ECHO)))
                text_add_format(t, "; the capture ends at %.3f s", seconds(end_ns - start_ns));
}
