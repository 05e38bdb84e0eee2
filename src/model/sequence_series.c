/* SPDX-License-Identifier: BSD-2-Clause */
/* Specific queries: series of Q(G) and of Q(G,S), who sends them, why, how many, how far apart, and their S flag
 * (RFC 9776 §6.6.3, RFC 2236 §3). Retransmissions merge with what follows, so more than were owed is normal. */
#include "sequence.h"

#define SPLIT_NS (50 * MILLISECOND) /* two messages of one transmission: S set and S clear */
#define MERGE_NS (50 * MILLISECOND) /* a leave this close before a query may have caused it, or not */

/* How long a series goes on after its last query: well past the interval, so that one that is late is late. */
static int64_t patience(const struct series *s)
{
        const int64_t mrt = s->mrt_ms * MILLISECOND;
        return 6 * (mrt > SECOND / 2 ? mrt : SECOND / 2);
}

static const char *kind_words(unsigned kind)
{
        return kind == SPECIFIC_GROUP ? "group-specific" : "group-and-source";
}

static bool running(const struct linter *l, const struct series *s, const struct router *r)
{
        return s->count && s->router == r && within(l->sequence.now_ns, s->last_ns, patience(s));
}

static void too_few(struct linter *l, const struct channel *c, const struct series *s, const struct alarm *alarm)
{
        const struct about a = {.lan = c->lan, .host = &s->router->entry.key.addr, .frame = s->frame,
                                .time_ns = alarm->said_ns};
        char group[ADDR_TEXT];

        if (!lost_since(l, c->lan, s->first_ns))
                say(l, S_LMQ_COUNT, &a, "as many as the robustness variable",
                    "%u quer%s for %s after a leave", s->count,
                    s->count == 1 ? "y" : "ies", addr_format(&c->group, group));
}

static void ring_group(struct linter *l, struct alarm *a)
{
        const struct channel *c = ALARM_ITEM(a, struct channel, series[SPECIFIC_GROUP].alarm);
        too_few(l, c, &c->series[SPECIFIC_GROUP], a);
}

static void ring_sources(struct linter *l, struct alarm *a)
{
        const struct channel *c = ALARM_ITEM(a, struct channel, series[SPECIFIC_SOURCES].alarm);
        too_few(l, c, &c->series[SPECIFIC_SOURCES], a);
}

/* After each query: the next is due an interval later, unless it was the last one owed. */
static void await_next(struct linter *l, struct channel *c, struct series *s, unsigned kind)
{
        const int64_t mrt = s->mrt_ms * MILLISECOND;

        if (!s->after_leave || s->count >= c->lan->rv)
                alarm_stop(l, &s->alarm);
        else
                alarm_set(l, &s->alarm, s->last_ns + mrt, patience(s) - mrt,
                          kind == SPECIFIC_GROUP ? ring_group : ring_sources);
}

/* ---- the first of a series ---- */

static void without_cause(struct linter *l, const struct channel *c, const struct subject *q, unsigned kind,
                          int64_t before)
{
        const struct about a = about_packet(c->lan, q);
        const int64_t since = l->sequence.now_ns - before;
        char group[ADDR_TEXT];

        if (l->sequence.start_ns >= since || lost_since(l, c->lan, since))
                return;
        addr_format(&c->group, group);
        if (kind == SPECIFIC_GROUP)
                say(l, S_GSQ_WITHOUT_LEAVE, &a, "a leave, done or to_in before",
                    "a query for %s that nobody left", group);
        else
                say(l, S_GSSQ_WITHOUT_CHANGE, &a, "a state change before",
                    "a group-and-source query for %s after none", group);
}

static void first_s_flag(struct linter *l, const struct channel *c, const struct subject *q, unsigned kind)
{
        const struct about a = about_packet(c->lan, q);
        char group[ADDR_TEXT];

        if (q->class & MSG_QUERY3 && q->g->s)
                say(l, kind == SPECIFIC_GROUP ? S_GSQ_S : S_GSSQ_S, &a, "s 0 in the first of a series",
                    "s 1 in the first %s query for %s", kind_words(kind), addr_format(&c->group, group));
}

static void long_response(struct linter *l, const struct channel *c, const struct subject *q)
{
        const struct lan *lan = c->lan;
        const struct about a = about_packet(lan, q);

        if (lan->general_ns != NEVER && q->g->max_resp_ms >= lan->general_mrt_ms)
                say(l, S_LMQ_MAX_RESP, &a, "less than a general query's",
                    "max resp %.1f s; a general query has %.1f s", q->g->max_resp_ms / 1e3, lan->general_mrt_ms / 1e3);
}

static void begin(struct linter *l, struct channel *c, struct router *r, const struct subject *q, unsigned kind,
                  bool elected)
{
        struct series *s = &c->series[kind];
        const int64_t now = l->sequence.now_ns, lmqt = c->lan->rv * q->g->max_resp_ms * MILLISECOND;
        const int64_t cause = kind == SPECIFIC_GROUP ? c->leave_ns : c->change_ns;

        alarm_stop(l, &s->alarm);
        s->router = r;
        s->first_ns = s->before_ns = s->last_ns = now;
        s->frame = q->p->frame->number;
        s->mrt_ms = q->g->max_resp_ms;
        s->count = 1;
        s->was_elected = elected;
        s->older = !(q->class & MSG_QUERY3);
        s->after_leave = elected && within(now, cause, lmqt + SECOND);
        s->again = false;
        if (kind == SPECIFIC_GROUP)
                c->refreshed = false;
        else
                list_clear(&c->series_sources), list_clear(&c->fresh_sources);
        if (!within(now, cause, lmqt + SECOND))
                without_cause(l, c, q, kind, lmqt + SECOND);
        if (s->after_leave)
                first_s_flag(l, c, q, kind);
        if (elected && kind == SPECIFIC_GROUP)
                long_response(l, c, q);
        await_next(l, c, s, kind);
}

/* ---- the next ones ---- */

static void group_s_flag(struct linter *l, const struct channel *c, const struct subject *q)
{
        const struct about a = about_packet(c->lan, q);
        char group[ADDR_TEXT];

        addr_format(&c->group, group);
        if (c->refreshed && !q->g->s)
                say(l, S_GSQ_S, &a, "s 1: the group was reported since the query before",
                    "s 0 in a retransmitted query for %s", group);
        else if (!c->refreshed && q->g->s)
                say(l, S_GSQ_S, &a, "s 0: nobody has reported the group since", "s 1 in a retransmitted query for %s",
                    group);
}

static void source_s_flag(struct linter *l, const struct channel *c, const struct subject *q)
{
        const struct about a = about_packet(c->lan, q);
        char text[ADDR_TEXT];

        for (uint16_t i = 0; i < q->g->sources.n; i++) {
                const struct addr source = source_at(&q->g->sources, i);
                const bool fresh = list_has(&c->fresh_sources, &source);
                if (fresh == q->g->s || !list_has(&c->series_sources, &source) || c->series_sources.full)
                        continue;
                say(l, S_GSSQ_S, &a, fresh ? "s 1 for sources reported since" : "s 0 for sources not reported since",
                    "s %d with %s", q->g->s, addr_format(&source, text));
                return;
        }
}

static bool is_on_time(int64_t gap, int64_t want)
{
        const int64_t off = gap > want ? gap - want : want - gap;
        return off <= want / 4 + 50 * MILLISECOND;
}

/* Series that run into each other: a query may be on time for one that began before the last query. */
static void go_on(struct linter *l, struct channel *c, const struct subject *q, unsigned kind)
{
        struct series *s = &c->series[kind];
        const int64_t now = l->sequence.now_ns, gap = now - s->last_ns, want = q->g->max_resp_ms * MILLISECOND;
        const bool on_time = is_on_time(gap, want);
        const bool merged = !on_time && s->count > 1 && is_on_time(now - s->before_ns, want);
        const struct about a = about_packet(c->lan, q);

        if (!on_time && !merged && !s->again && s->was_elected && q->g->max_resp_ms < c->lan->general_mrt_ms)
                say(l, S_LMQ_INTERVAL, &a, "the max response time between them",
                    "%s queries %.2f s apart, max resp %.1f s", kind_words(kind), seconds(gap), seconds(want));
        if (q->class & MSG_QUERY3 && !merged && (!s->again || (on_time && now - s->again_ns > MERGE_NS))) {
                if (kind == SPECIFIC_GROUP)
                        group_s_flag(l, c, q);
                else
                        source_s_flag(l, c, q);
        }
        s->count++;
        s->before_ns = s->last_ns;
        s->last_ns = now;
        s->frame = q->p->frame->number;
        s->mrt_ms = q->g->max_resp_ms;
        s->again = false;
        await_next(l, c, s, kind);
}

/* What a query leaves behind: with S clear, timers are lowered again. */
static void take_note(struct channel *c, const struct subject *q, unsigned kind)
{
        if (kind == SPECIFIC_GROUP && !q->g->s)
                c->refreshed = false;
        for (uint16_t i = 0; kind == SPECIFIC_SOURCES && i < q->g->sources.n; i++) {
                const struct addr a = source_at(&q->g->sources, i);
                list_add(&c->series_sources, &a);
                if (!q->g->s)
                        list_drop(&c->fresh_sources, &a);
        }
}

/* ---- any of them ---- */

static void by_another(struct linter *l, const struct channel *c, const struct router *r, const struct router *elected,
                       const struct subject *q)
{
        const struct about a = about_packet(c->lan, q);
        char address[ADDR_TEXT], group[ADDR_TEXT];

        if (elected && elected != r && router_compare(elected, r) < 0)
                say(l, S_NONQUERIER_SPECIFIC, &a, "specific queries from the querier only",
                    "a query for %s; the querier is %s", addr_format(&c->group, group),
                    addr_format(&elected->entry.key.addr, address));
}

static void not_asked_for(struct linter *l, const struct channel *c, const struct subject *q)
{
        const struct about a = about_packet(c->lan, q);
        char text[ADDR_TEXT];

        if (!within(l->sequence.now_ns, c->owed_ns, 10 * SECOND) || c->owed_sources.full || !c->owed_sources.n)
                return;
        for (uint16_t i = 0; i < q->g->sources.n; i++) {
                const struct addr source = source_at(&q->g->sources, i);
                if (list_has(&c->owed_sources, &source))
                        continue;
                say(l, S_GSSQ_SOURCES, &a, "sources that a host asked to stop", "%s, which none did",
                    addr_format(&source, text));
                return;
        }
}

void specific_seen(struct linter *l, struct lan *lan, struct router *r, const struct subject *q)
{
        const unsigned kind = q->g->sources.n ? SPECIFIC_SOURCES : SPECIFIC_GROUP;
        const struct router *elected = router_elected(l, lan);
        struct channel *c = channel_of(l, lan, &q->g->group, true);
        struct series *s;
        bool goes_on;

        if (!c)
                return;
        specific_asked(l, c, q, kind);
        if (!r)
                return;
        s = &c->series[kind];
        goes_on = running(l, s, r);
        if (!goes_on || !s->was_elected)
                by_another(l, c, r, elected, q);
        if (!elected || elected == r || router_compare(r, elected) < 0)
                leave_answered(l, c);
        if (kind == SPECIFIC_SOURCES)
                not_asked_for(l, c, q);
        if (!goes_on)
                begin(l, c, r, q, kind, !elected || elected == r);
        else if (l->sequence.now_ns - s->last_ns > SPLIT_NS)
                go_on(l, c, q, kind);
        take_note(c, q, kind);
}
