/* SPDX-License-Identifier: BSD-2-Clause */
/* Hosts: which version they speak while which querier is present (RFC 9776 §7.2, RFC 2236 §4 and §6), and the reports
 * and leaves of older versions: repeated, suppressed, expected. */
#include "sequence.h"

#include <string.h>

#define GRACE_NS SECOND              /* a report may have been under way when the older query came */
#define V1_QUERIER_NS (400 * SECOND) /* RFC 2236 §8.11; RFC 9776 §8.12 gives less */
#define REPEAT_NS (10 * SECOND)      /* RFC 2236 §8.10, RFC 2710 §7.10 */

static struct station *station_of(struct linter *l, struct lan *lan, const struct packet *p)
{
        struct key k = {.of = lan, .addr = p->src, .kind = ITEM_STATION};
        struct station *s;

        memcpy(k.mac, p->eth_src, sizeof k.mac);
        s = book_find(l, &k, true);
        if (s && !s->lan) {
                s->lan = lan;
                s->anonymous = addr_is_unspecified(&p->src);
        }
        return s;
}

struct about about_packet(const struct lan *lan, const struct subject *q)
{
        return (struct about){.lan = lan, .host = &q->p->src, .frame = q->p->frame->number,
                              .time_ns = q->p->frame->time_ns};
}

/* ---- the version that a host speaks ---- */

int64_t last_older(const struct lan *lan)
{
        return lan->older_ns[1] > lan->older_ns[2] ? lan->older_ns[1] : lan->older_ns[2];
}

/* A host that was not seen before the query may not have heard it. */
static bool unsure(const struct station *s, int64_t query_ns)
{
        return s->first_ns >= query_ns;
}

static void new_version_seen(struct linter *l, struct station *s, const struct subject *q)
{
        const struct lan *lan = s->lan;
        const int64_t older = last_older(lan), now = l->sequence.now_ns;
        struct about a = about_packet(lan, q);

        s->newest_ns = now;
        s->old_told = false;
        if (!within(now, older, ohpi_ns(lan)) || now - older <= GRACE_NS)
                return;
        a.mild = unsure(s, older) || lan->older_proxy;
        say(l, S_COMPAT_NEW, &a, "reports of the older version until its querier has been silent for long",
            "a report of the newest version %.1f s after an older query", seconds(now - older));
}

static void old_version_seen(struct linter *l, struct station *s, const struct subject *q)
{
        const struct lan *lan = s->lan;
        const int64_t now = l->sequence.now_ns, older = last_older(lan), v1 = lan->older_ns[1];
        const int64_t since = older == NEVER ? l->sequence.start_ns : older;
        struct about a = about_packet(lan, q);

        if (s->newest_ns != NEVER && now - since > V1_QUERIER_NS && !s->old_told) {
                s->old_told = true;
                say(l, S_COMPAT_OLD, &a, "the newest version, which it has used before",
                    "an older report, %s for %.0f s", "no older query", seconds(now - since));
        }
        if (q->family == FAMILY_MLD || !within(now, v1, V1_QUERIER_NS) || now - v1 <= GRACE_NS)
                return;
        a.mild = unsure(s, v1);
        if (q->class & MSG_REPORT2)
                say(l, S_V2_WITH_V1_QUERIER, &a, "IGMPv1 reports until 400 s after the IGMPv1 query",
                    "an IGMPv2 report %.1f s after an IGMPv1 query", seconds(now - v1));
        if (q->class & MSG_LEAVE)
                say(l, S_LEAVE_IN_V1, &a, "no leave while an IGMPv1 querier is present",
                    "a leave %.1f s after an IGMPv1 query", seconds(now - v1));
}

/* ---- older reports ---- */

static void not_repeated(struct linter *l, struct alarm *a)
{
        struct listener *li = ALARM_ITEM(a, struct listener, repeat);
        const struct about about = {.lan = li->channel->lan, .host = &li->station->entry.key.addr,
                                    .frame = li->joined_frame, .time_ns = a->said_ns};
        char group[ADDR_TEXT];

        if (!lost_since(l, li->channel->lan, li->joined_ns) && li->channel->old_ns == li->joined_ns)
                say(l, S_JOIN_REPEAT, &about, "a second report within 10 s",
                    "one report for %s, not in answer to a query", addr_format(&li->channel->group, group));
}

/* A host that joins in the window does not answer: once a window has closed before, who is new has joined. */
static void suppression(struct linter *l, const struct listener *li, const struct subject *q)
{
        struct station *s = li->station;
        struct channel *c = li->channel;
        const bool joins = !li->live && c->lan->heard_ns != NEVER;
        const int64_t now = l->sequence.now_ns;
        const int64_t general = now <= c->lan->until_ns ? c->lan->general_ns : NEVER;
        const int64_t specific = now <= c->until_ns[SPECIFIC_GROUP] ? c->asked_ns[SPECIFIC_GROUP] : NEVER;
        const int64_t window = general > specific ? general : specific;
        const struct about a = about_packet(c->lan, q);
        char other[ADDR_TEXT];

        if (window == NEVER)
                return;
        if (c->old_window_ns != window || !c->old_by) {
                if (c->old_by)
                        c->old_by->entry.holds--;
                s->entry.holds++;
                c->old_by = s;
                c->old_window_ns = window;
                c->old_first_ns = now;
        } else if (!joins && c->old_by != s && now - c->old_first_ns > 50 * MILLISECOND) {
                say(l, S_SUPPRESSION_MISSING, &a, "silence: one report is enough",
                    "a report %.2f s after that of %s", seconds(now - c->old_first_ns),
                    addr_format(&c->old_by->entry.key.addr, other));
        }
}

static void old_report(struct linter *l, struct listener *li, const struct subject *q)
{
        const struct sequence *seq = &l->sequence;
        struct channel *c = li->channel;
        const bool unsolicited = !window_open(l, c)
                && (c->lan->general_ns != NEVER || seq->now_ns - seq->start_ns > REPEAT_NS + slack(REPEAT_NS));

        suppression(l, li, q);
        if (!li->live && !c->live && unsolicited) {
                li->joined_ns = seq->now_ns;
                li->joined_frame = q->p->frame->number;
                alarm_set(l, &li->repeat, seq->now_ns + REPEAT_NS, slack(REPEAT_NS), not_repeated);
        }
        c->old_ns = seq->now_ns;
        if (q->class & MSG_REPORT1)
                c->v1_ns = seq->now_ns;
}

static void leave_seen(struct linter *l, struct lan *lan, struct station *s, struct channel *c, const struct subject *q)
{
        const struct sequence *seq = &l->sequence;
        const bool watched = seq->now_ns - seq->start_ns > gmi_ns(lan);
        const struct about a = about_packet(lan, q);
        char group[ADDR_TEXT];

        addr_format(&q->g->group, group);
        if (watched && s->first_ns < seq->now_ns && (!c || !c->live))
                say(l, S_LEAVE_WITHOUT_JOIN, &a, "a report by it before",
                    "a leave of %s, which nobody has reported", group);
        if (q->family == FAMILY_IGMP && c && c->live && (c->old_ns != NEVER || watched)
            && !within(seq->now_ns, c->old_ns, ohpi_ns(lan)))
                say(l, S_LEAVE_IN_V3_GROUP, &a, "a TO_IN record, or IGMPv2 reports before",
                    "a leave of %s, which has IGMPv3 members only", group);
}

/* ---- a report or leave ---- */

static void flooded(struct linter *l, struct station *s, const struct subject *q)
{
        const struct about a = about_packet(s->lan, q);

        if (s->flooded_told || q->p->frame->direction == FRAME_OUT)
                return;
        s->flooded_told = true;
        say(l, S_FLOODED, &a, "none at a host's port", "a report of another host");
}

static void record_seen(struct linter *l, struct station *s, const struct subject *q, const struct record *r)
{
        struct lan *lan = s->lan;
        struct channel *c = channel_of(l, lan, &r->group, !(q->class & MSG_LEAVE));
        struct listener *li;

        if (q->class & MSG_LEAVE)
                leave_seen(l, lan, s, c, q);
        li = c ? listener_of(l, s, c, !(q->class & MSG_LEAVE)) : NULL;
        if (li && q->class & MSG_OLD_REPORTS)
                old_report(l, li, q);
        if (c) {
                leave_judge(l, c, li, q, r);
                channel_refreshed(l, c, r);
        }
        if (li)
                record_judge(l, li, q, r);
}

void report_seen(struct linter *l, struct lan *lan, const struct subject *q)
{
        struct station *s = station_of(l, lan, q->p);
        struct record r;

        if (!s)
                return;
        if (lan->first_report_ns == NEVER || lost_since(l, lan, lan->first_report_ns)) {
                lan->first_report_ns = l->sequence.now_ns;
                lan->first_report_frame = q->p->frame->number;
                querier_awaited(l, lan);
        }
        flooded(l, s, q);
        if (q->family == FAMILY_MLD)
                link_local_seen(l, lan, q);
        if (q->class & MSG_REPORT3)
                new_version_seen(l, s, q);
        else
                old_version_seen(l, s, q);
        s->entry.holds++;
        for (size_t at = 0; record_next(q->p, &at, &r); )
                if (addr_is_multicast(&r.group) && r.type >= IS_IN && r.type <= BLOCK)
                        record_seen(l, s, q, &r);
        s->entry.holds--;
}
