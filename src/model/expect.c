/* SPDX-License-Identifier: BSD-2-Clause */
/* All the expectations of a run: reads them, feeds each with what is seen, looks at the state at their moments, and
 * says when nothing can change any more. */
#include "igmpscope/expect.h"

#include <stdlib.h>
#include <string.h>

#include "expectation.h"

enum { LATE_NS = 200000000 }; /* live: what was on the wire at the end of a window has arrived so much later */

struct expectations {
        struct expectation *list;
        size_t n, cap, groups;
        struct tracker_options options;
        struct flow flow;
        int64_t start_ns, now_ns, end_ns; /* end: INT64_MAX as long as it is not there */
        int64_t due_ns;                   /* the next moment that a line looks at */
        bool started, open;
        struct text expected, seen; /* of the last verdict */
        uint64_t near[MISSES_MAX];
};

int expectations_new(struct expectations **e, const struct tracker_options *o, struct error *err)
{
        *e = calloc(1, sizeof **e);
        if (!*e)
                return error_set(err, "out of memory");
        (*e)->options = *o;
        (*e)->end_ns = INT64_MAX;
        return 0;
}

void expectations_free(struct expectations *e)
{
        if (!e)
                return;
        for (size_t i = 0; i < e->n; i++)
                expectation_free(&e->list[i]);
        free(e->list);
        if (e->open)
                flow_close(&e->flow);
        text_free(&e->expected);
        text_free(&e->seen);
        free(e);
}

/* ---- reading ---- */

static bool grow(struct expectations *e)
{
        size_t cap = e->cap ? 2 * e->cap : 16;
        struct expectation *list;

        if (e->n < e->cap)
                return true;
        list = realloc(e->list, cap * sizeof *list);
        if (!list)
                return false;
        e->list = list;
        e->cap = cap;
        return true;
}

/* Takes the expectation in, or says why not. */
static const char *keep(struct expectations *e, struct expectation *one)
{
        if (e->n == EXPECTATIONS_MAX)
                return "too many expectations";
        if (e->groups + one->n_tallies > EXPECTATION_GROUPS_MAX)
                return "too many groups in all";
        one->tallies = calloc(one->n_tallies, sizeof *one->tallies);
        if (!one->tallies || !grow(e))
                return "out of memory";
        e->groups += one->n_tallies;
        e->list[e->n++] = *one;
        return NULL;
}

static bool read_line(struct expectations *e, const char *name, size_t number, struct bytes line, struct text *bad)
{
        struct expectation one = {0};
        const char *why = NULL;
        char *copy = strndup((const char *)line.p, line.n);
        bool fine;

        if (!copy || strlen(copy) != line.n)
                why = copy ? "not text; is it a capture? those go behind -r" : "out of memory";
        fine = !why && expectation_parse(&one, name, number, copy, bad) == 0;
        if (fine && one.claim)
                why = keep(e, &one);
        if (why && bad)
                text_add_format(bad, "%s:%zu: %s\n", name, number, why);
        fine = fine && !why;
        if (!fine || !one.claim)
                expectation_free(&one);
        free(copy);
        return fine;
}

size_t expectations_read(struct expectations *e, const char *name, struct bytes lines, struct text *bad)
{
        size_t wrong = 0;

        for (size_t number = 1; lines.n; number++) {
                const uint8_t *end = memchr(lines.p, '\n', lines.n);
                size_t n = end ? (size_t)(end - lines.p) : lines.n;
                struct text *tell = wrong < EXPECTATIONS_BAD_SHOWN ? bad : NULL;
                wrong += !read_line(e, name, number, (struct bytes){lines.p, n}, tell);
                n += end != NULL;
                lines = (struct bytes){lines.p + n, lines.n - n};
        }
        return wrong;
}

size_t expectations_count(const struct expectations *e)
{
        return e->n;
}

/* ---- seeing ---- */

/* The moment that a line looks at: `at`, or the end. */
static int64_t due_of(const struct expectations *e, const struct expectation *one)
{
        const int64_t year_1973 = INT64_C(100000000) * 1000000000; /* times above are no seconds from the start */

        if (!(one->want.given & PART(AT)))
                return e->end_ns;
        return one->at_ns > year_1973 ? one->at_ns : e->start_ns + one->at_ns;
}

static bool wants(const struct expectations *e, enum sight what)
{
        for (size_t i = 0; i < e->n; i++)
                if (e->list[i].want.verb->sights >> what & 1)
                        return true;
        return false;
}

/* The next moment that a line looks at. */
static void next_due(struct expectations *e)
{
        e->due_ns = INT64_MAX;
        for (size_t i = 0; i < e->n; i++) {
                const struct expectation *one = &e->list[i];
                if (one->want.verb->state && !one->judged && due_of(e, one) < e->due_ns)
                        e->due_ns = due_of(e, one);
        }
}

static void start(struct expectations *e, int64_t ns)
{
        e->started = true;
        e->start_ns = e->now_ns = ns;
        next_due(e);
}

int expectations_begin(struct expectations *e, int64_t start_ns, struct error *err)
{
        e->open = true;
        if (flow_open(&e->flow, &e->options, wants(e, SIGHT_FINDING), err) < 0)
                return -1;
        if (start_ns)
                start(e, start_ns);
        return 0;
}

/* What only timers conclude after the end is no event: nobody saw it. */
static void see(struct expectations *e)
{
        struct sighting s;

        while (flow_next(&e->flow, &s))
                for (size_t i = 0; i < e->n && e->end_ns == INT64_MAX; i++)
                        expectation_see(&e->list[i], &s, e->start_ns);
}

/* Looks at the state at the next moment. */
static void look(struct expectations *e)
{
        for (size_t i = 0; i < e->n; i++) {
                struct expectation *one = &e->list[i];
                if (!one->want.verb->state || one->judged || due_of(e, one) > e->due_ns)
                        continue;
                one->judged = true;
                one->holds = one->want.verb->state(one, e->flow.tracker);
        }
        next_due(e);
}

static void look_before(struct expectations *e, int64_t now_ns)
{
        while (e->due_ns < now_ns) {
                flow_time(&e->flow, e->due_ns);
                see(e);
                look(e);
        }
}

static void pass(struct expectations *e, int64_t now_ns)
{
        look_before(e, now_ns);
        if (now_ns > e->now_ns)
                e->now_ns = now_ns;
}

void expectations_packet(struct expectations *e, const struct packet *p)
{
        if (!e->started)
                start(e, p->frame->time_ns);
        pass(e, p->frame->time_ns);
        flow_packet(&e->flow, p);
        see(e);
}

void expectations_time(struct expectations *e, int64_t now_ns)
{
        if (!e->started)
                return;
        pass(e, now_ns);
        flow_time(&e->flow, now_ns);
        see(e);
}

void expectations_finish(struct expectations *e)
{
        e->end_ns = e->now_ns;
        next_due(e);
        look_before(e, INT64_MAX);
}

/* ---- live: when is it over ---- */

enum fate { FATE_SETTLED, FATE_WAITS, FATE_OPEN }; /* open: as it should be so far, and only the end decides */

/* Its window ends at some time. That of an echo counts from each request. */
static bool bounded(const struct expectation *one)
{
        return one->within.hi != INT64_MAX && !(one->want.verb->sights & SIGHT(ECHO));
}

/* When the line's window closes; INT64_MAX: never, or not known yet. */
static int64_t closes(const struct expectations *e, const struct expectation *one)
{
        int64_t from = e->start_ns;

        if (!bounded(one))
                return INT64_MAX;
        for (size_t i = 0; one->after.verb && i < one->n_tallies; i++) {
                const struct anchor *a = &one->tallies[i].after.now, *any = &one->after_any.now;
                if (!a->seen && !any->seen)
                        return INT64_MAX;
                if (a->seen && a->time_ns > from)
                        from = a->time_ns;
                if (any->seen && any->time_ns > from)
                        from = any->time_ns;
        }
        return from + one->within.hi + LATE_NS;
}

static bool too_often(const struct expectation *one)
{
        for (size_t i = 0; i < one->n_tallies; i++)
                if ((int64_t)one->tallies[i].count > one->count.hi)
                        return true;
        return false;
}

static enum fate fate_of(const struct expectations *e, const struct expectation *one, int64_t now_ns)
{
        bool enough = expectation_enough(one);

        if (one->want.verb->state)
                return one->judged ? FATE_SETTLED : one->want.given & PART(AT) ? FATE_WAITS : FATE_OPEN;
        if ((enough && one->count.hi == INT64_MAX) || too_often(one) || now_ns > closes(e, one))
                return FATE_SETTLED;
        return enough && !bounded(one) ? FATE_OPEN : FATE_WAITS;
}

/* The end of the last window that is known beforehand, or INT64_MIN. */
static int64_t last_window(const struct expectations *e)
{
        int64_t known = INT64_MIN, more = 0;

        for (size_t i = 0; i < e->n; i++) {
                const struct expectation *one = &e->list[i];
                int64_t due = one->want.verb->state ? due_of(e, one) : INT64_MAX;
                if (bounded(one) && !one->after.verb)
                        due = e->start_ns + one->within.hi;
                else if (bounded(one) && one->within.hi > more)
                        more = one->within.hi;
                if (due != INT64_MAX && due > known)
                        known = due;
        }
        return known == INT64_MIN ? known : known + more + LATE_NS;
}

bool expectations_over(const struct expectations *e, int64_t now_ns, bool deadline)
{
        int64_t last = last_window(e);
        bool waits = false, open = false;

        for (size_t i = 0; i < e->n && !waits; i++) {
                enum fate fate = fate_of(e, &e->list[i], now_ns);
                waits = fate == FATE_WAITS;
                open = open || fate == FATE_OPEN;
        }
        if (!waits && !open)
                return true;
        if (deadline)
                return false;
        return last != INT64_MIN ? now_ns > last : !waits;
}

const char *expectations_endless(const struct expectations *e)
{
        for (size_t i = 0; i < e->n; i++)
                if (fate_of(e, &e->list[i], e->start_ns) != FATE_OPEN)
                        return NULL;
        return e->n ? e->list[0].id : NULL;
}

/* ---- verdicts ---- */

static enum result result_of(const struct expectations *e, const struct expectation *one)
{
        bool holds = one->want.verb->state ? one->holds : expectation_enough(one);

        if (!holds)
                return RESULT_DEVIATES;
        return e->started ? RESULT_HOLDS : RESULT_SKIPPED; /* what holds without a frame says nothing */
}

/* Where nothing fitted, the evidence is what was nearest. */
static void near_frames(struct expectations *e, const struct expectation *one, struct verdict *v)
{
        v->frames = e->near;
        for (uint32_t i = 0; i < one->n_misses; i++)
                if (one->misses[i].frame)
                        e->near[v->n_frames++] = one->misses[i].frame;
}

bool expectations_next(struct expectations *e, size_t *i, struct verdict *v)
{
        const struct expectation *one;
        static const char empty[] = "the capture has no frames";

        if (*i >= e->n)
                return false;
        one = &e->list[(*i)++];
        text_clear(&e->expected);
        text_clear(&e->seen);
        expectation_expected(one, &e->expected);
        expectation_seen(one, e->start_ns, e->now_ns, &e->seen);
        *v = (struct verdict){
                .id = one->id, .claim = one->claim, .result = result_of(e, one),
                .expected = text_string(&e->expected), .seen = text_string(&e->seen),
                .frames = one->frames, .n_frames = one->n_frames,
        };
        if (v->result == RESULT_DEVIATES && !one->n_frames)
                near_frames(e, one, v);
        if (v->result == RESULT_SKIPPED)
                v->reason = empty;
        return true;
}
