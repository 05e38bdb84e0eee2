/* SPDX-License-Identifier: BSD-2-Clause */
/* One expectation and one sighting: counts what fits, keeps the first that did and the nearest that did not. */
#include "igmpscope/expect.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "expectation.h"

/* How long after what its window counts from a sighting came. */
struct elapsed {
        bool counts; /* false: what `after` names has not been */
        int64_t ns, off_ns; /* off_ns: outside the window */
};

static const struct anchor *anchor_before(const struct anchors *a, uint64_t frame)
{
        const struct anchor *last = a->now.frame == frame && frame ? &a->before : &a->now;

        return last->seen ? last : NULL;
}

/* The latest event that `after` names, in an earlier frame. */
static const struct anchor *anchor_of(const struct expectation *e, const struct sighting *s, size_t index)
{
        const struct anchor *one = anchor_before(&e->tallies[index].after, s->frame);
        const struct anchor *any = anchor_before(&e->after_any, s->frame);

        if (!one || !any)
                return one ? one : any;
        return one->time_ns > any->time_ns ? one : any;
}

static struct elapsed elapsed_of(const struct expectation *e, const struct sighting *s, size_t index, int64_t start_ns)
{
        const struct anchor *from = e->after.verb ? anchor_of(e, s, index) : NULL;
        struct elapsed t = {.counts = from || !e->after.verb};

        t.ns = s->what == SIGHT_ECHO ? s->since_ns : s->time_ns - (from ? from->time_ns : start_ns);
        if (t.ns < 0)
                t.ns = 0;
        if (t.ns < e->within.lo)
                t.off_ns = e->within.lo - t.ns;
        else if (t.ns > e->within.hi)
                t.off_ns = t.ns - e->within.hi;
        return t;
}

static void anchor_note(struct expectation *e, const struct sighting *s)
{
        struct anchors *a = &e->after_any;
        size_t index;
        uint32_t off;

        if (selector_distance(&e->after, s, &off))
                return;
        if (e->after.each && s->group.len && selector_group(&e->after, &s->group, &index))
                a = &e->tallies[index].after;
        if (a->now.frame != s->frame || !s->frame)
                a->before = a->now;
        a->now = (struct anchor){true, s->time_ns, s->frame};
}

static void begin(struct glimpse *g, const struct sighting *s, int64_t start_ns, struct phrase *w)
{
        *g = (struct glimpse){.frame = s->frame};
        *w = (struct phrase){0};
        if (s->frame)
                phrase_add(w, "frame %" PRIu64 " ", s->frame);
        phrase_add(w, "at %.3f s, ", (double)(s->time_ns - start_ns) / 1e9);
        sighting_phrase(s, w);
}

static void hit(struct expectation *e, struct tally *t, const struct sighting *s, int64_t start_ns)
{
        struct phrase w;

        if (e->want.verb->once && t->last_frame == s->frame)
                return;
        t->last_frame = s->frame;
        t->count++;
        e->total++;
        if (s->frame && e->n_frames < FRAMES_MAX && (!e->n_frames || e->frames[e->n_frames - 1] != s->frame))
                e->frames[e->n_frames++] = s->frame;
        if (e->n_hits == HITS_MAX)
                return;
        begin(&e->hits[e->n_hits], s, start_ns, &w);
        memcpy(e->hits[e->n_hits++].words, w.text, sizeof w.text);
}

static void reason(struct phrase *all, const char *one)
{
        if (*one)
                phrase_add(all, "%s%s", all->n ? ", " : " (", one);
}

/* (version 2, 0.500 s after the join) */
static void reasons(const struct expectation *e, const struct sighting *s, uint32_t off, const struct elapsed *t,
                    struct phrase *w)
{
        const char *event = e->after.verb ? e->after.verb->word : "request";
        struct phrase all = {0}, one;

        for (int i = 0; i < PART_END; i++) {
                one = (struct phrase){0};
                if (off >> i & 1 && part_rows[i].say)
                        part_rows[i].say(s, &one);
                reason(&all, one.text);
        }
        one = (struct phrase){0};
        if (!t->counts)
                phrase_add(&one, "no %s before it", event);
        else if (t->off_ns && e->after.verb)
                phrase_add(&one, "%.3f s after the %s", (double)t->ns / 1e9, event);
        reason(&all, one.text);
        phrase_add(w, "%s%s", all.text, all.n ? ")" : "");
}

static bool nearer(unsigned distance, int64_t off_ns, const struct glimpse *g)
{
        return distance != g->distance ? distance < g->distance : off_ns < g->off_ns;
}

/* Nearest first; of one frame only the nearest. */
static void miss(struct expectation *e, const struct sighting *s, unsigned distance, uint32_t off,
                 const struct elapsed *t, int64_t start_ns)
{
        uint32_t at = 0, last;
        struct phrase w;

        for (; at < e->n_misses && !nearer(distance, t->off_ns, &e->misses[at]); at++) {
                bool same = e->misses[at].frame == s->frame && s->frame;
                if (same && distance == e->misses[at].distance)
                        break; /* what is concluded from a message stands for it */
                if (same)
                        return;
        }
        if (at == MISSES_MAX)
                return;
        for (last = at; last < e->n_misses && (e->misses[last].frame != s->frame || !s->frame); last++)
                ;
        if (last == e->n_misses && e->n_misses < MISSES_MAX)
                e->n_misses++;
        if (last == MISSES_MAX)
                last--;
        memmove(&e->misses[at + 1], &e->misses[at], (last - at) * sizeof *e->misses);
        begin(&e->misses[at], s, start_ns, &w);
        reasons(e, s, off, t, &w);
        e->misses[at].distance = distance;
        e->misses[at].off_ns = t->off_ns;
        memcpy(e->misses[at].words, w.text, sizeof w.text);
}

void expectation_see(struct expectation *e, const struct sighting *s, int64_t start_ns)
{
        struct elapsed t = {.counts = true};
        unsigned distance;
        uint32_t off;
        size_t index;

        if (!e->want.verb->is)
                return;
        distance = selector_distance(&e->want, s, &off);
        if (distance < WEIGHT_FAR) {
                if (selector_group(&e->want, &s->group, &index))
                        t = elapsed_of(e, s, index, start_ns);
                if (!t.counts || t.off_ns)
                        distance += WEIGHT_WITHIN;
                if (!distance)
                        hit(e, &e->tallies[index], s, start_ns);
                else
                        miss(e, s, distance, off, &t, start_ns);
        }
        if (e->after.verb)
                anchor_note(e, s);
}

bool expectation_enough(const struct expectation *e)
{
        for (size_t i = 0; i < e->n_tallies; i++)
                if (!range_holds(&e->count, (int64_t)e->tallies[i].count))
                        return false;
        return true;
}

void expectation_free(struct expectation *e)
{
        free(e->id);
        free(e->claim);
        free(e->want.list);
        free(e->tallies);
        *e = (struct expectation){0};
}
