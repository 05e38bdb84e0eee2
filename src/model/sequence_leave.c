/* SPDX-License-Identifier: BSD-2-Clause */
/* What a leave or a change makes the querier do (RFC 9776 §6.4.2; the tracker knows what it would ask), and what ends
 * that. The queries themselves are judged in sequence_series.c. */
#include "sequence.h"

#define LEAVE_NS SECOND         /* a query is expected within it */
#define MERGED_NS (10 * SECOND) /* what leaves that follow each other ask for comes in one series */

static bool is_leave(const struct record *r)
{
        return r->type == TO_IN;
}

static bool is_change(const struct record *r)
{
        return r->type == TO_IN || r->type == BLOCK || (r->type == TO_EX && !r->implied);
}

static void no_query(struct linter *l, struct alarm *alarm)
{
        struct channel *c = ALARM_ITEM(alarm, struct channel, owed);
        const struct router *r = router_elected(l, c->lan);
        const struct about a = {.lan = c->lan, .host = r ? &r->entry.key.addr : NULL, .frame = c->owed_frame,
                                .time_ns = alarm->said_ns};
        char group[ADDR_TEXT], host[ADDR_TEXT];

        if (r && !lost_since(l, c->lan, c->owed_ns))
                say(l, S_LMQ_MISSING, &a, "specific queries from the querier within 1 s", "none after %s left %s",
                    addr_format(&c->owed_host, host), addr_format(&c->group, group));
}

/* li: the sender's, or NULL if it was never heard to report the group. */
static void ask(struct linter *l, struct channel *c, const struct listener *li, const struct subject *q,
                const struct record *r)
{
        const int64_t now = l->sequence.now_ns;
        struct asks asks;

        if (!router_elected(l, c->lan) || (r->implied && addr_is_ssm(&c->group)) || !l->tracker
            || !tracker_asks(l->tracker, q->p, r, &asks))
                return;
        if (!within(now, c->owed_ns, MERGED_NS)) {
                c->owed_ns = now;
                list_clear(&c->owed_sources);
        }
        for (uint32_t i = 0; i < asks.n && !c->owed_sources.full; i++)
                list_add(&c->owed_sources, &asks.sources[i]);
        if (c->owed.at || (li && record_repeats(l, li, r)))
                return;
        c->owed_ns = now;
        c->owed_frame = q->p->frame->number;
        c->owed_host = q->p->src;
        alarm_set(l, &c->owed, now + LEAVE_NS, slack(LEAVE_NS), no_query);
}

void leave_judge(struct linter *l, struct channel *c, const struct listener *li, const struct subject *q,
                 const struct record *r)
{
        const int64_t now = l->sequence.now_ns;

        if (!is_change(r))
                return;
        ask(l, c, li, q, r);
        c->change_ns = now;
        c->series[SPECIFIC_SOURCES].again = true;
        c->series[SPECIFIC_SOURCES].again_ns = now;
        if (!is_leave(r))
                return;
        c->leave_ns = now;
        c->series[SPECIFIC_GROUP].again = true;
        c->series[SPECIFIC_GROUP].again_ns = now;
}

/* A report that sets timers anew: an older querier need not go on asking (RFC 2236 §3), a newer one says so with S. */
void channel_refreshed(struct linter *l, struct channel *c, const struct record *r)
{
        struct series *s = &c->series[SPECIFIC_GROUP];

        if (r->type == IS_EX || r->type == TO_EX) {
                c->refreshed = true;
                if (s->older)
                        alarm_stop(l, &s->alarm);
        }
        for (uint16_t i = 0; i < r->sources.n && (r->type == IS_IN || r->type == TO_IN || r->type == ALLOW); i++) {
                const struct addr a = source_at(&r->sources, i);
                if (list_has(&c->series_sources, &a))
                        list_add(&c->fresh_sources, &a);
        }
}

void leave_answered(struct linter *l, struct channel *c)
{
        alarm_stop(l, &c->owed);
}
