/* SPDX-License-Identifier: BSD-2-Clause */
/* Response windows (RFC 9776 §5.2, RFC 9777 §6.2): who has to answer, and who has not when one closes. Listeners
 * that answer for themselves stand in lists by their last report, so that a window that closes looks at the silent
 * ones only; one that was told is left alone until it reports again. */
#include "sequence.h"

enum { SOURCE_WINDOW_MAX = 256 }; /* listeners that a group-and-source query is matched with */

/* A kernel's timers may be late by an eighth (Linux: the wheel's levels), and by a tick or two. */
static int64_t answer_slack(int64_t mrt)
{
        return mrt / 8 + 100 * MILLISECOND;
}

/* ---- who listens ---- */

void listener_reported(struct linter *l, struct listener *li, bool newest)
{
        struct channel *c = li->channel;

        if (!li->live && !c->live++)
                channel_joined(l, c);
        li->live = true;
        li->due = false;
        li->last_ns = l->sequence.now_ns;
        chain_append(&c->lan->listeners, &li->all);
        if (newest)
                c->newest_ns = li->last_ns;
        if (newest && !li->station->anonymous) {
                chain_append(&c->lan->awake, &li->awake);
                chain_append(&c->awake, &li->channel_awake);
        } else {
                chain_drop(&li->awake);
                chain_drop(&li->channel_awake);
        }
}

void listener_left(struct linter *l, struct listener *li)
{
        if (li->live && !--li->channel->live)
                channel_left(l, li->channel);
        li->live = li->due = false;
        chain_drop(&li->all);
        chain_drop(&li->awake);
        chain_drop(&li->channel_awake);
        alarm_stop(l, &li->repeat);
}

void listeners_expire(struct linter *l, struct lan *lan)
{
        while (!chain_empty(&lan->listeners)) {
                struct listener *li = CHAIN_ITEM(lan->listeners.next, struct listener, all);
                if (within(l->sequence.now_ns, li->last_ns, gmi_ns(lan)))
                        return;
                listener_left(l, li);
        }
}

bool window_open(const struct linter *l, const struct channel *c)
{
        const int64_t now = l->sequence.now_ns;
        return now <= c->lan->until_ns || now <= c->until_ns[SPECIFIC_GROUP] || now <= c->until_ns[SPECIFIC_SOURCES];
}

/* ---- when a window closes ---- */

/* An older report may silence members of the newest version, but for SSM (RFC 9776 §7.2.2). A querier may not hear
 * itself. */
static void unanswered(struct linter *l, struct listener *li, struct about *a, int64_t asked_ns, const struct addr *by)
{
        const struct channel *c = li->channel;
        char group[ADDR_TEXT];

        chain_drop(&li->awake);
        chain_drop(&li->channel_awake);
        if (!within(asked_ns, li->last_ns, gmi_ns(c->lan)) || addr_equal(&li->station->entry.key.addr, by))
                return;
        a->host = &li->station->entry.key.addr;
        addr_format(&c->group, group);
        if (c->old_ns > asked_ns) {
                a->mild = true; /* nobody can know whether it knows SSM */
                if (addr_is_ssm(&c->group))
                        say(l, S_SSM_SUPPRESSED, a, "its own report", "silence about %s after an older report", group);
                a->mild = false;
                return;
        }
        say(l, S_WITHIN_MAX_RESP, a, "a report within the max response time", "no report for %s in %.1f s", group,
            seconds(a->time_ns - asked_ns));
        if (c->newest_ns > asked_ns)
                say(l, S_NO_SUPPRESSION, a, "its own report", "silence about %s while another host answered", group);
}

/* A host that heard an older query speaks the older version, which is silent at times. */
static bool excused(const struct linter *l, const struct lan *lan, int64_t asked_ns)
{
        return lost_since(l, lan, asked_ns) || last_older(lan) >= asked_ns
                || within(asked_ns, last_older(lan), 400 * SECOND);
}

static void general_closes(struct linter *l, struct alarm *alarm)
{
        struct lan *lan = ALARM_ITEM(alarm, struct lan, asked);
        struct about a = {.lan = lan, .frame = lan->asked_frame, .time_ns = alarm->said_ns};

        if (lan->heard_ns == NEVER || lost_since(l, lan, lan->heard_ns))
                lan->heard_ns = l->sequence.now_ns;
        while (!excused(l, lan, lan->asked_ns) && !chain_empty(&lan->awake)) {
                struct listener *li = CHAIN_ITEM(lan->awake.next, struct listener, awake);
                if (li->last_ns > lan->asked_ns)
                        return;
                unanswered(l, li, &a, lan->asked_ns, &lan->asked_by);
        }
}

static void specific_closes(struct linter *l, struct alarm *alarm)
{
        struct channel *c = ALARM_ITEM(alarm, struct channel, asked);
        struct about a = {.lan = c->lan, .frame = c->window_frame, .time_ns = alarm->said_ns};
        unsigned left = SOURCE_WINDOW_MAX;

        if (excused(l, c->lan, c->window_ns))
                return;
        for (struct chain *at = c->awake.next, *next; at != &c->awake; at = next) {
                struct listener *li = CHAIN_ITEM(at, struct listener, channel_awake);
                next = at->next;
                if (li->last_ns > c->window_ns || (c->window_sources && !left--))
                        return;
                if (!c->window_sources || li->due)
                        unanswered(l, li, &a, c->window_ns, &c->window_by);
        }
}

/* ---- when it opens ---- */

static int64_t max_resp(const struct subject *q)
{
        return q->g->max_resp_ms * MILLISECOND;
}

/* One at a time is judged: a host that has an answer pending sends it no later for another query. */
void general_asked(struct linter *l, struct lan *lan, const struct subject *q)
{
        const int64_t now = l->sequence.now_ns, mrt = max_resp(q), until = now + mrt + answer_slack(mrt);

        if (until > lan->until_ns)
                lan->until_ns = until;
        lan->general_ns = now;
        lan->general_frame = q->p->frame->number;
        lan->general_mrt_ms = q->g->max_resp_ms;
        if (lan->asked.at)
                return;
        lan->asked_ns = now;
        lan->asked_frame = lan->general_frame;
        lan->asked_by = q->p->src;
        alarm_set(l, &lan->asked, now + mrt, answer_slack(mrt), general_closes);
}

/* INCLUDE(A) owes an answer for A*S, EXCLUDE(A) for S-A: nothing is sent where that is empty. */
static bool owes(const struct filter *f, const struct source_list *s)
{
        for (unsigned i = 0; i < s->n; i++)
                if (filter_has(f, &s->a[i]) == (f->mode == MODE_INCLUDE))
                        return true;
        return false;
}

static void mark_due(struct linter *l, struct channel *c, const struct packet *p)
{
        unsigned left = SOURCE_WINDOW_MAX;

        for (struct chain *at = c->awake.next; at != &c->awake && left; at = at->next, left--) {
                struct listener *li = CHAIN_ITEM(at, struct listener, channel_awake);
                struct member m;
                li->due = !c->asked_sources.full && listener_member(l, li, p, &m) && !m.partial
                        && owes(&m.filter, &c->asked_sources);
        }
}

void specific_asked(struct linter *l, struct channel *c, const struct subject *q, unsigned kind)
{
        const int64_t now = l->sequence.now_ns, mrt = max_resp(q);

        c->asked_ns[kind] = now;
        c->until_ns[kind] = now + mrt + answer_slack(mrt);
        if (kind == SPECIFIC_SOURCES) {
                list_clear(&c->asked_sources);
                for (uint16_t i = 0; i < q->g->sources.n && !c->asked_sources.full; i++) {
                        const struct addr a = source_at(&q->g->sources, i);
                        list_add(&c->asked_sources, &a);
                }
        }
        if (c->asked.at)
                return;
        c->window_ns = now;
        c->window_frame = q->p->frame->number;
        c->window_sources = kind == SPECIFIC_SOURCES;
        if (c->window_sources)
                mark_due(l, c, q->p);
        c->window_by = q->p->src;
        alarm_set(l, &c->asked, now + mrt, answer_slack(mrt), specific_closes);
}
