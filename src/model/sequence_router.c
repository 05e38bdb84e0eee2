/* SPDX-License-Identifier: BSD-2-Clause */
/* Routers: general queries, who may send them (RFC 9776 §6.6.2, RFC 9777 §7.6.2), how often and with which
 * parameters (§8), and what a link without them means. */
#include "sequence.h"

#include <stdlib.h>
#include <string.h>

#define NO_QUERIER_NS (260 * SECOND)
#define V1_RATE_NS (60 * SECOND) /* RFC 1112 App. I */

static struct router *router_of(struct linter *l, struct lan *lan, const struct packet *p)
{
        const struct key k = {.of = lan, .addr = p->src, .kind = ITEM_ROUTER};
        struct router *r = book_find(l, &k, lan->n_routers < ROUTERS_MAX);

        if (r && !r->lan) {
                r->lan = lan;
                lan->routers[lan->n_routers++] = r;
        }
        if (r)
                memcpy(r->mac, p->eth_src, sizeof r->mac);
        return r;
}

/* MLDv2 compares the low 64 bits; link-local addresses have no others. */
int router_compare(const struct router *a, const struct router *b)
{
        const struct addr *x = &a->entry.key.addr, *y = &b->entry.key.addr;
        return x->len == 16 ? memcmp(x->b + 8, y->b + 8, 8) : addr_compare(x, y);
}

bool router_is(const struct lan *lan, const struct addr *a)
{
        for (unsigned i = 0; i < lan->n_routers; i++)
                if (addr_equal(&lan->routers[i]->entry.key.addr, a))
                        return true;
        return false;
}

struct router *router_elected(const struct linter *l, const struct lan *lan)
{
        struct router *best = NULL;

        for (unsigned i = 0; i < lan->n_routers; i++) {
                struct router *r = lan->routers[i];
                if (within(l->sequence.now_ns, r->general_ns, oqpi_ns(lan)) && (!best || router_compare(r, best) < 0))
                        best = r;
        }
        return best;
}

/* ---- elections ---- */

static void election(struct linter *l, struct lan *lan, struct router *r, const struct subject *q)
{
        const int64_t now = l->sequence.now_ns, limit = oqpi_ns(lan);
        const struct router *lower = NULL;
        struct about a = about_packet(lan, q);
        char address[ADDR_TEXT];

        for (unsigned i = 0; i < lan->n_routers; i++) {
                const struct router *o = lan->routers[i];
                if (o != r && router_compare(o, r) < 0 && within(now, o->general_ns, limit - slack(limit))
                    && r->first_ns < o->general_ns && now - o->general_ns > 50 * MILLISECOND
                    && (!lower || o->general_ns > lower->general_ns))
                        lower = o;
        }
        if (lower)
                say(l, S_ELECTION, &a, "silence: the lower address is the querier",
                    "a general query %.1f s after that of %s", seconds(now - lower->general_ns),
                    addr_format(&lower->entry.key.addr, address));
}

static void version_mix(struct linter *l, struct lan *lan, const struct router *r, const struct subject *q,
                        uint8_t version)
{
        const struct router *older = NULL;
        struct about a = about_packet(lan, q);
        char address[ADDR_TEXT];

        for (unsigned i = 0; i < lan->n_routers; i++) {
                const struct router *o = lan->routers[i];
                if (o != r && within(l->sequence.now_ns, o->general_ns, oqpi_ns(lan)) && o->version < version
                    && (!older || o->version < older->version))
                        older = o;
        }
        if (older)
                say(l, S_VERSION_MIX, &a, "the lowest version present",
                    "a version %u query on a link where %s sends version %u", version,
                    addr_format(&older->entry.key.addr, address), older->version);
}

static void spoof(struct linter *l, struct lan *lan, const struct subject *q, uint8_t version)
{
        const struct about a = about_packet(lan, q);

        for (unsigned i = 0; i < lan->n_routers && version < 3 && q->family == FAMILY_IGMP; i++) {
                const struct router *o = lan->routers[i];
                if (o->version != 3 || !within(l->sequence.now_ns, o->general_ns, oqpi_ns(lan)))
                        continue;
                say(l, S_SPOOF_VERSION, &a, "no query, or one of version 3",
                    "an IGMPv%u query from 0.0.0.0 on a link with an IGMPv3 querier", version);
                return;
        }
}

static void takeover(struct linter *l, struct lan *lan, const struct router *r, const struct subject *q)
{
        const struct router *before = lan->general_by;
        const int64_t now = l->sequence.now_ns, limit = oqpi_ns(lan);
        const struct about a = about_packet(lan, q);
        char address[ADDR_TEXT];

        if (!before || before == r || lost_since(l, lan, before->general_ns) || r->first_ns >= before->general_ns
            || now - before->general_ns <= limit + slack(limit))
                return;
        say(l, S_TAKEOVER_LATE, &a, "a takeover after the Other Querier Present Interval",
            "the first query %.0f s after the last of %s", seconds(now - before->general_ns),
            addr_format(&before->entry.key.addr, address));
}

/* ---- parameters ---- */

static void parameters(struct linter *l, struct lan *lan, const struct router *r, const struct subject *q,
                       uint8_t version)
{
        const struct gmp *g = q->g;
        const struct router *with = r->general_ns != NEVER ? r : lan->general_by;
        const bool newest = q->class & MSG_QUERY3;
        struct about a = about_packet(lan, q);
        bool same;

        if (!with || (with != r && !within(l->sequence.now_ns, with->general_ns, oqpi_ns(lan))))
                return;
        same = g->max_resp_ms == with->mrt_ms;
        if (newest && with->version == version)
                same = same && g->qrv == with->qrv && g->qqic == with->qqic;
        if (same)
                return;
        if (newest && with->version == version)
                say(l, S_PARAMS, &a, with == r ? "those of its query before" : "those of the other router",
                    "qrv %u, interval %u s, max resp %.1f s; before: %u, %u s, %.1f s", g->qrv, g->qqi_s,
                    g->max_resp_ms / 1e3, with->qrv, with->qqi_s, with->mrt_ms / 1e3);
        else
                say(l, S_PARAMS, &a, with == r ? "that of its query before" : "that of the other router",
                    "max resp %.1f s; before: %.1f s", g->max_resp_ms / 1e3, with->mrt_ms / 1e3);
}

/* ---- intervals ---- */

static int64_t median(const struct router *r)
{
        const int64_t *v = r->intervals;
        const int64_t low = v[0] < v[1] ? v[0] : v[1], high = v[0] < v[1] ? v[1] : v[0];

        return v[2] < low ? low : v[2] > high ? high : v[2];
}

/* k intervals, k at least 2: queries between were lost. */
static bool is_multiple(int64_t span, int64_t interval)
{
        const int64_t k = interval > 0 ? (span + interval / 2) / interval : 0;
        return k >= 2 && llabs(span - k * interval) <= slack(interval);
}

/* 0 for its first. */
static int64_t since_general(const struct linter *l, const struct router *r)
{
        return r->generals ? l->sequence.now_ns - r->general_ns : 0;
}

static int64_t interval_of(const struct router *r)
{
        return (r->qqi_s ? r->qqi_s : 125) * SECOND;
}

static bool is_startup(const struct lan *lan, const struct router *r, int64_t span)
{
        const int64_t quarter = interval_of(r) / 4;
        return r->generals <= lan->rv && llabs(span - quarter) <= slack(quarter) + SECOND;
}

static void interval(struct linter *l, struct lan *lan, struct router *r, const struct subject *q)
{
        const int64_t span = since_general(l, r), want = interval_of(r);
        const struct about a = about_packet(lan, q);
        int64_t m;

        if (!r->generals || is_startup(lan, r, span) || (lan->general_by != r && span > oqpi_ns(lan)))
                return;
        if (is_multiple(span, want)) {
                lan->gap_ns = l->sequence.now_ns;
                return;
        }
        m = median(r);
        if (r->n_intervals == INTERVALS && llabs(span - m) > m / 5 && !is_multiple(span, m))
                say(l, S_JITTER, &a, "a steady interval", "%.1f s since the query before; the usual is %.1f s",
                    seconds(span), seconds(m));
        memmove(r->intervals + 1, r->intervals, (INTERVALS - 1) * sizeof *r->intervals);
        r->intervals[0] = span;
        if (r->n_intervals < INTERVALS)
                r->n_intervals++;
        m = median(r);
        if (r->n_intervals < INTERVALS || llabs(m - want) <= want / 10 + SECOND)
                r->interval_told = false;
        else if (r->qqi_s && !r->interval_told) {
                r->interval_told = true;
                say(l, S_INTERVAL, &a, "the interval that the queries carry", "a query every %.1f s, which say %u s",
                    seconds(m), r->qqi_s);
        }
}

static void v1_rate(struct linter *l, struct lan *lan, struct router *r, const struct subject *q)
{
        const int64_t span = since_general(l, r);
        const struct about a = about_packet(lan, q);

        if (!(q->class & MSG_QUERY1) || r->generals < 3 || span >= V1_RATE_NS - slack(V1_RATE_NS)) {
                r->rate_told = false;
                return;
        }
        if (!r->rate_told)
                say(l, S_V1_QUERY_RATE, &a, "one a minute at most", "IGMPv1 queries %.1f s apart", seconds(span));
        r->rate_told = true;
}

/* ---- startup ---- */

static void startup_missed(struct linter *l, struct alarm *alarm)
{
        struct router *r = ALARM_ITEM(alarm, struct router, startup);
        const struct about a = {.lan = r->lan, .host = &r->entry.key.addr, .frame = r->startup_frame,
                                .time_ns = alarm->said_ns};

        if (!lost_since(l, r->lan, r->startup_ns))
                say(l, S_STARTUP, &a, "as many as the robustness variable, a quarter of the interval apart",
                    "%u general quer%s at its start", r->startup_count, r->startup_count == 1 ? "y" : "ies");
}

/* The start is visible where the router was not heard for long, or took over from one that fell silent. */
static bool starts(const struct linter *l, const struct lan *lan, const struct router *r)
{
        const int64_t now = l->sequence.now_ns, limit = oqpi_ns(lan);

        if (r->generals == 0 && r->first_ns == now)
                return now - l->sequence.start_ns > 2 * interval_of(r);
        return lan->general_by && lan->general_by != r && now - lan->general_by->general_ns >= limit - slack(limit);
}

static void startup(struct linter *l, struct lan *lan, struct router *r, const struct subject *q, bool started)
{
        const unsigned want = r->qrv ? r->qrv : 2;
        const int64_t quarter = interval_of(r) / 4, now = l->sequence.now_ns;

        for (unsigned i = 0; i < lan->n_routers; i++) /* who hears a lower address stops */
                if (router_compare(lan->routers[i], r) > 0)
                        alarm_stop(l, &lan->routers[i]->startup);
        if (started) {
                r->startup_count = 0;
                r->startup_ns = now;
                r->startup_frame = q->p->frame->number;
        } else if (!r->startup.at) {
                return;
        }
        if (++r->startup_count < want)
                alarm_set(l, &r->startup, now + quarter, slack(quarter), startup_missed);
        else
                alarm_stop(l, &r->startup);
}

/* ---- silence ---- */

static void still_silent(struct linter *l, struct alarm *alarm)
{
        struct lan *lan = ALARM_ITEM(alarm, struct lan, silent);
        const struct about a = {.lan = lan, .host = &lan->general_by->entry.key.addr, .frame = lan->general_frame,
                                .time_ns = alarm->said_ns};

        if (lan->had_members && !lost_since(l, lan, lan->general_ns))
                say(l, S_SILENT, &a, "general queries while there are members", "none for %.0f s",
                    seconds(alarm->said_ns - lan->general_ns));
}

/* Who listens is asked when a query was due, what came of it after the slack. */
static void falls_silent(struct linter *l, struct alarm *alarm)
{
        struct lan *lan = ALARM_ITEM(alarm, struct lan, silent);

        listeners_expire(l, lan);
        lan->had_members = !chain_empty(&lan->listeners);
        alarm_set(l, alarm, alarm->said_ns, slack(oqpi_ns(lan)), still_silent);
}

static void none_heard(struct linter *l, struct alarm *alarm)
{
        const struct lan *lan = ALARM_ITEM(alarm, struct lan, querier);
        const struct about a = {.lan = lan, .frame = lan->first_report_frame, .time_ns = alarm->said_ns};

        if (lost_since(l, lan, lan->first_report_ns))
                return;
        say(l, S_NO_QUERIER, &a, "general queries", "reports, and no query in %.0f s",
            seconds(alarm->said_ns - l->sequence.start_ns));
}

void querier_awaited(struct linter *l, struct lan *lan)
{
        const int64_t due = l->sequence.start_ns + NO_QUERIER_NS, now = l->sequence.now_ns;

        if (lan->general_ns == NEVER && !lan->queried)
                alarm_set(l, &lan->querier, due > now ? due : now, slack(NO_QUERIER_NS), none_heard);
}

/* ---- a query ---- */

static uint8_t version_of(const struct subject *q)
{
        const uint8_t newest = q->family == FAMILY_MLD ? 2 : 3;
        return q->class & MSG_QUERY1 ? 1 : q->class & MSG_QUERY2 ? newest - 1 : newest;
}

static bool reports(struct linter *l, struct station *s, const struct addr *group)
{
        struct channel *c = channel_of(l, s->lan, group, false);
        const struct listener *li = c ? listener_of(l, s, c, false) : NULL;

        return li && li->live;
}

/* A switch that queries is no router: one that speaks PIM is, and if its reports are on the wire this one should be. */
static void router_joins(struct linter *l, struct lan *lan, struct router *r, const struct subject *q)
{
        static const struct addr v4 = {4, {224, 0, 0, 22}}, v6 = {16, {0xff, 2, [15] = 0x16}};
        static const struct addr pim4 = {4, {224, 0, 0, 13}}, pim6 = {16, {0xff, 2, [15] = 0x0d}};
        const struct addr *group = q->family == FAMILY_MLD ? &v6 : &v4;
        const struct addr *pim = q->family == FAMILY_MLD ? &pim6 : &pim4;
        struct key k = {.of = lan, .addr = q->p->src, .kind = ITEM_STATION};
        const struct about a = about_packet(lan, q);
        struct station *s;
        char text[ADDR_TEXT];

        memcpy(k.mac, q->p->eth_src, sizeof k.mac);
        s = r->joins_told || r->generals < 3 || !(q->class & MSG_QUERY3) ? NULL : book_find(l, &k, false);
        if (!s || !within(l->sequence.now_ns, s->newest_ns, gmi_ns(lan)) || s->first_ns > r->general_ns)
                return;
        if (!reports(l, s, pim) || reports(l, s, group))
                return;
        r->joins_told = true;
        say(l, S_ROUTER_JOINS, &a, "a report for it among its others",
            "no report for %s by a querier that reports PIM's group", addr_format(group, text));
}

static void adopt(struct lan *lan, const struct router *r, const struct gmp *g)
{
        const bool measured = r && !r->qqi_s && r->n_intervals == INTERVALS;

        lan->rv = g->qrv ? g->qrv : 2;
        lan->qi_ns = measured ? median(r) : (g->qqi_s ? g->qqi_s : 125) * SECOND;
        lan->qri_ns = g->max_resp_ms * MILLISECOND;
}

static void general_seen(struct linter *l, struct lan *lan, struct router *r, const struct subject *q)
{
        const uint8_t version = version_of(q);
        const bool started = starts(l, lan, r);

        election(l, lan, r, q);
        version_mix(l, lan, r, q, version);
        takeover(l, lan, r, q);
        parameters(l, lan, r, q, version);
        v1_rate(l, lan, r, q);
        r->version = version;
        r->qrv = q->g->qrv;
        r->qqic = q->g->qqic;
        r->qqi_s = q->g->qqi_s;
        r->mrt_ms = q->g->max_resp_ms;
        interval(l, lan, r, q);
        router_joins(l, lan, r, q);
        startup(l, lan, r, q, started);
        r->general_ns = l->sequence.now_ns;
        r->generals++;
        lan->general_by = r;
        if (router_elected(l, lan) == r)
                adopt(lan, r, q->g);
        alarm_set(l, &lan->silent, l->sequence.now_ns + oqpi_ns(lan), 0, falls_silent);
}

void query_seen(struct linter *l, struct lan *lan, const struct subject *q)
{
        const bool proxy = addr_is_unspecified(&q->p->src);
        const bool general = subject_general(q) || q->class & MSG_QUERY1;
        struct router *r = proxy ? NULL : router_of(l, lan, q->p);
        const uint8_t version = version_of(q);

        lan->queried = true;
        alarm_stop(l, &lan->querier);
        if (!general) {
                specific_seen(l, lan, r, q);
                return;
        }
        if (r)
                general_seen(l, lan, r, q);
        else if (proxy)
                spoof(l, lan, q, version);
        if (!router_elected(l, lan))
                adopt(lan, NULL, q->g);
        if (version < (q->family == FAMILY_MLD ? 2 : 3)) {
                lan->older_proxy = proxy;
                lan->older_ns[version == 1 && q->family == FAMILY_IGMP ? 1 : 2] = l->sequence.now_ns;
        }
        general_asked(l, lan, q);
}
