/* SPDX-License-Identifier: BSD-2-Clause */
/* One record of a host against what it said before: answers (RFC 9776 §5.2), state changes and their retransmission
 * (§5.1), lists. */
#include "sequence.h"

#include <stdlib.h>

#define URI_NS SECOND           /* Unsolicited Report Interval, RFC 9776 §8.11 */
#define LATE_NS (10 * SECOND)   /* a copy that comes later is a change of its own */
#define BURST_NS (100 * MILLISECOND)
#define AT_ONCE_NS (2 * MILLISECOND)

enum { FILTER_MAX = 4096 };

/* ---- lists ---- */

/* The same for the same set, in whatever order. */
static uint64_t sources_hash(const struct sources *s)
{
        uint64_t sum = s->n;

        for (uint16_t i = 0; i < s->n; i++) {
                const uint8_t *p = s->p + (size_t)i * s->len;
                uint64_t h = 0xcbf29ce484222325;
                for (uint8_t k = 0; k < s->len; k++)
                        h = (h ^ p[k]) * 0x100000001b3;
                sum += h ^ h >> 31;
        }
        return sum;
}

static int by_addr(const void *a, const void *b)
{
        return addr_compare(a, b);
}

static const struct addr *filter_find(const struct filter *f, const struct addr *a)
{
        return f->n ? bsearch(a, f->sources, f->n, sizeof *a, by_addr) : NULL;
}

bool filter_has(const struct filter *f, const struct addr *a)
{
        return filter_find(f, a);
}

/* Whether the sources name every one of the filter's. */
static bool covers(const struct sources *s, const struct filter *f)
{
        uint64_t named[FILTER_MAX / 64] = {0};
        uint32_t n = 0;

        if (f->n > FILTER_MAX || s->n < f->n)
                return false;
        for (uint16_t i = 0; i < s->n; i++) {
                const struct addr a = source_at(s, i), *at = filter_find(f, &a);
                const size_t bit = at ? (size_t)(at - f->sources) : 0;
                if (!at || named[bit / 64] >> bit % 64 & 1)
                        continue;
                named[bit / 64] |= UINT64_C(1) << bit % 64;
                n++;
        }
        return n == f->n;
}

/* The first of the sources that is not in the filter. */
static bool source_outside(const struct sources *s, const struct filter *f, struct addr *which)
{
        for (uint16_t i = 0; i < s->n; i++) {
                *which = source_at(s, i);
                if (!filter_has(f, which))
                        return true;
        }
        return false;
}

bool listener_member(const struct linter *l, const struct listener *li, const struct packet *on, struct member *m)
{
        const struct key *k = &li->station->entry.key;
        return l->tracker && tracker_member_of(l->tracker, on, &k->addr, k->mac, &li->channel->group, m);
}

/* ---- answers ---- */

static void immediate(struct linter *l, struct listener *li, const struct subject *q)
{
        struct station *s = li->station;
        const struct lan *lan = s->lan;
        const int64_t delay = l->sequence.now_ns - lan->general_ns;
        const struct about a = about_packet(lan, q);

        if (l->sequence.now_ns > lan->until_ns || s->answered_ns == lan->general_ns || !lan->general_mrt_ms)
                return;
        s->answered_ns = lan->general_ns;
        s->fast = delay < AT_ONCE_NS ? s->fast + 1 : 0;
        if (s->fast == 3)
                say(l, S_IMMEDIATE, &a, "a random delay up to the max response time",
                    "three answers in a row within 2 ms of the query");
}

static void unsolicited(struct linter *l, struct listener *li, const struct subject *q, const struct record *r)
{
        const struct sequence *s = &l->sequence;
        const struct lan *lan = li->channel->lan;
        const int64_t before = lan->qri_ns + slack(lan->qri_ns); /* a query from before the capture may still wait */
        const struct about a = about_packet(lan, q);
        char group[ADDR_TEXT];

        if (window_open(l, li->channel) || (lan->general_ns == NEVER && s->now_ns - s->start_ns <= before)
            || router_is(lan, &q->p->src)) /* what a querier asks itself need not be on the wire */
                return;
        say(l, S_UNSOLICITED, &a, "a state change record, or a query before", "%s for %s without a query",
            record_name(r->type), addr_format(&r->group, group));
}

/* Only a Q(G,S) waits for this host's answer: it wants IS_IN with some of its sources. */
static void source_answer(struct linter *l, struct listener *li, const struct subject *q, const struct record *r)
{
        const struct channel *c = li->channel;
        const int64_t now = l->sequence.now_ns;
        const int64_t *asked = c->asked_ns, *until = c->until_ns;
        const struct about a = about_packet(c->lan, q);
        struct addr source = {0};
        char text[ADDR_TEXT], group[ADDR_TEXT];
        uint16_t i = 0;

        if (now > until[SPECIFIC_SOURCES] || li->last_ns > asked[SPECIFIC_SOURCES] || c->asked_sources.full)
                return;
        if ((now <= c->lan->until_ns && li->last_ns <= c->lan->general_ns)
            || (now <= until[SPECIFIC_GROUP] && li->last_ns <= asked[SPECIFIC_GROUP]))
                return;
        for (; r->type == IS_IN && i < r->sources.n; i++) {
                source = source_at(&r->sources, i);
                if (!list_has(&c->asked_sources, &source))
                        break;
        }
        addr_format(&c->group, group);
        if (r->type == IS_EX)
                say(l, S_GSSQ_RESPONSE, &a, "is_in with the queried sources that it wants",
                    "is_ex for %s in answer to a group-and-source query", group);
        else if (i < r->sources.n)
                say(l, S_GSSQ_RESPONSE, &a, "queried sources only", "%s, which was not asked for, in an answer for %s",
                    addr_format(&source, text), group);
}

/* ---- state changes ---- */

static bool is_change(const struct record *r)
{
        return !r->implied && r->type >= TO_IN;
}

static const struct pending *pending_same(const struct listener *li, const struct record *r)
{
        const struct pending *p = &li->pending[r->type == BLOCK];
        return p->type == r->type && p->list == sources_hash(&r->sources) ? p : NULL;
}

bool record_repeats(const struct linter *l, const struct listener *li, const struct record *r)
{
        const struct pending *p = is_change(r) ? pending_same(li, r) : NULL;
        return p && l->sequence.now_ns - p->last_ns <= (p->owed ? LATE_NS : URI_NS + slack(URI_NS));
}

static void not_retransmitted(struct linter *l, struct alarm *alarm, const struct listener *li, const struct pending *p)
{
        const struct lan *lan = li->channel->lan;
        const struct about a = {.lan = lan, .host = &li->station->entry.key.addr, .frame = p->frame,
                                .time_ns = alarm->said_ns};
        char group[ADDR_TEXT];

        if (p->owed && !lost_since(l, lan, p->began_ns) && last_older(lan) < p->began_ns)
                say(l, S_RETRANSMIT, &a, "as many copies as the robustness variable, within 1 s each",
                    "%s for %s, %u of %u copies", record_name(p->type), addr_format(&li->channel->group, group),
                    p->copies - p->owed, p->copies);
}

static void ring_first(struct linter *l, struct alarm *a)
{
        const struct listener *li = ALARM_ITEM(a, struct listener, pending[0].alarm);
        not_retransmitted(l, a, li, &li->pending[0]);
}

static void ring_block(struct linter *l, struct alarm *a)
{
        const struct listener *li = ALARM_ITEM(a, struct listener, pending[1].alarm);
        not_retransmitted(l, a, li, &li->pending[1]);
}

static void pending_stop(struct linter *l, struct pending *p)
{
        p->owed = 0;
        alarm_stop(l, &p->alarm);
}

/* A copy seen first may be the last one of a change from before the capture. */
static void pending_begin(struct linter *l, struct listener *li, const struct subject *q, const struct record *r)
{
        const struct lan *lan = li->channel->lan;
        const int64_t now = l->sequence.now_ns, span = (lan->rv - 1) * URI_NS;
        const unsigned which = r->type == BLOCK;
        struct pending *p = &li->pending[which], *other = &li->pending[!which];

        pending_stop(l, p);
        p->type = r->type;
        p->list = sources_hash(&r->sources);
        p->began_ns = p->last_ns = now;
        p->frame = q->p->frame->number;
        p->copies = lan->rv;
        if (now - l->sequence.start_ns > span + slack(span) && lan->rv > 1) {
                p->owed = lan->rv - 1;
                alarm_set(l, &p->alarm, now + span, slack(span), which ? ring_block : ring_first);
        }
        if (other->last_ns != now) /* merged into this one, or contrary to it */
                pending_stop(l, other);
}

static void pending_copy(struct linter *l, struct listener *li, const struct subject *q, const struct record *r)
{
        struct pending *p = &li->pending[r->type == BLOCK];
        const int64_t now = l->sequence.now_ns, gap = now - p->last_ns;
        const struct about a = about_packet(li->channel->lan, q);
        char group[ADDR_TEXT];

        p->last_ns = now;
        if (!gap || !p->owed)
                return;
        if (!--p->owed)
                alarm_stop(l, &p->alarm);
        if (gap > URI_NS + slack(URI_NS) && !lost_since(l, li->channel->lan, now - gap))
                say(l, S_RETRANSMIT_INTERVAL, &a, "a copy within 1 s of the one before", "%s for %s again after %.2f s",
                    record_name(r->type), addr_format(&r->group, group), seconds(gap));
}

/* Judged where the host's list is known and no other change is under way. */
static void inconsistent(struct linter *l, struct listener *li, const struct subject *q, const struct record *r)
{
        const struct lan *lan = li->channel->lan;
        const int64_t busy = lan->rv * (URI_NS + slack(URI_NS));
        const struct about a = about_packet(lan, q);
        char group[ADDR_TEXT], text[ADDR_TEXT];
        struct addr source = {0};
        struct member m;
        bool include, strange;

        if (within(l->sequence.now_ns, li->change_ns, busy) || !listener_member(l, li, q->p, &m) || m.partial)
                return;
        addr_format(&r->group, group);
        include = m.filter.mode == MODE_INCLUDE;
        strange = source_outside(&r->sources, &m.filter, &source);
        if (r->type == TO_IN && include)
                say(l, S_INCONSISTENT, &a, "allow and block records: it is in include mode", "to_in for %s", group);
        else if (r->type == BLOCK && include && strange)
                say(l, S_INCONSISTENT, &a, "block of sources that it has asked for", "block of %s for %s",
                    addr_format(&source, text), group);
        else if (r->type == ALLOW && !include && strange)
                say(l, S_INCONSISTENT, &a, "allow of sources that it has excluded", "allow of %s for %s",
                    addr_format(&source, text), group);
}

static void split(struct linter *l, struct listener *li, const struct subject *q, const struct record *r)
{
        const int64_t now = l->sequence.now_ns;
        const uint64_t list = sources_hash(&r->sources);
        const struct about a = about_packet(li->channel->lan, q);
        char group[ADDR_TEXT];

        if (!r->sources.n)
                return;
        if (within(now, li->exclude_ns, BURST_NS) && li->exclude_list != list)
                say(l, S_SPLIT_EXCLUDE, &a, "one list, cut where it does not fit",
                    "another exclude list for %s after %.3f s", addr_format(&r->group, group),
                    seconds(now - li->exclude_ns));
        li->exclude_ns = now;
        li->exclude_list = list;
}

/* ---- what it leaves behind ---- */

/* Whether the host is no member any more; asked before the tracker knows of the record. */
static bool ends(const struct linter *l, const struct listener *li, const struct subject *q, const struct record *r)
{
        struct member m;

        if (r->type == TO_IN || r->type == IS_IN)
                return !r->sources.n;
        if (r->type != BLOCK)
                return r->type == ALLOW && !r->sources.n && !li->live;
        if (!listener_member(l, li, q->p, &m))
                return true;
        return m.filter.mode == MODE_INCLUDE && covers(&r->sources, &m.filter);
}

void record_judge(struct linter *l, struct listener *li, const struct subject *q, const struct record *r)
{
        const bool ended = ends(l, li, q, r);

        if (!r->implied && (r->type == IS_IN || r->type == IS_EX)) {
                immediate(l, li, q);
                unsolicited(l, li, q, r);
                source_answer(l, li, q, r);
        }
        if (!r->implied && (r->type == IS_EX || r->type == TO_EX))
                split(l, li, q, r);
        if (is_change(r)) {
                inconsistent(l, li, q, r);
                if (record_repeats(l, li, r))
                        pending_copy(l, li, q, r);
                else
                        pending_begin(l, li, q, r);
                li->change_ns = l->sequence.now_ns;
        }
        if (ended)
                listener_left(l, li);
        else
                listener_reported(l, li, !r->implied);
}
