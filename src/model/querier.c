/* SPDX-License-Identifier: BSD-2-Clause */
/* Queriers: who is heard, who is elected (RFC 9776 §6.6.2, RFC 9777 §7.6.2), and the timers'
 * parameters learned from the elected one (RFC 9776 §8, RFC 9777 §9). Before the first query the
 * defaults hold and are said to be assumed. */
#include "tracker.h"

#include <string.h>

enum { RV = 2, QI_MS = 125000, QRI_MS = 10000 }; /* RFC 9776 §8.1 to §8.3 */

const char *origin_name(enum origin o)
{
        static const char *const names[] = {"assumed", "learned", "measured", "proxy"};
        return names[o];
}

static void derive(const struct tracker *t, struct parameters *p)
{
        uint32_t most = p->rv * p->qi_ms;

        p->gmi_ms = most + (t->options.gmi == 3376 ? 1 : 2) * p->qri_ms; /* RFC 3376 §8.4; RFC 9776 §8.4 */
        p->oqpi_ms = most + p->qri_ms / 2;                               /* §8.5 */
        p->ohpi_ms = most + p->qri_ms;                                   /* §8.13 */
}

void side_init(const struct tracker *t, struct side *s)
{
        *s = (struct side){
                .now = {.rv = RV, .qi_ms = QI_MS, .qri_ms = QRI_MS}, .asked_ns = INT64_MIN,
                .asked_until_ns = INT64_MIN, .unanswered_ns = INT64_MIN, .queriers = NONE, .elected = NONE,
        };
        derive(t, &s->now);
}

static struct heard *heard_at(const struct tracker *t, uint32_t i)
{
        return pool_at(&t->pools[ITEM_QUERIER], i);
}

/* ---- intervals ---- */

int64_t querier_median(const struct heard *q)
{
        int64_t a = q->intervals[0], b = q->intervals[1], c = q->intervals[2];

        if (q->n_intervals < 3)
                return q->n_intervals ? q->intervals[q->n_intervals - 1] : 0;
        return a > b ? (b > c ? b : a < c ? a : c) : (a > c ? a : b < c ? b : c);
}

/* Startup queries come four times as fast (RFC 9776 §8.6): one interval three times as long
 * shows that those before were such. A multiple of the usual one is a gap in the capture, unless
 * it comes again and again. */
static void take_interval(struct heard *q, int64_t ns)
{
        int64_t usual = querier_median(q), times = usual ? (ns + usual / 2) / usual : 0, off;

        if (ns <= 0)
                return;
        off = ns - times * usual;
        if (q->n_intervals == 3 && times >= 2 && off < usual / 10 && -off < usual / 10 && ++q->n_gaps < 3)
                return;
        if (q->n_intervals < 3 && times >= 3)
                q->n_intervals = 0;
        q->n_gaps = 0;
        if (q->n_intervals == 3)
                memmove(q->intervals, q->intervals + 1, 2 * sizeof *q->intervals);
        else
                q->n_intervals++;
        q->intervals[q->n_intervals - 1] = ns;
}

/* ---- election ---- */

static void adopt(const struct tracker *t, struct side *s, const struct heard *q, enum origin learned)
{
        struct parameters *p = &s->now;
        bool measured = !q->interval_s && q->n_intervals == 3;

        p->rv = q->qrv ? q->qrv : RV;
        p->rv_from = q->qrv ? learned : ORIGIN_ASSUMED;
        p->qi_ms = q->interval_s ? q->interval_s * 1000
                 : measured ? (uint32_t)(querier_median(q) / NS_PER_MS) : QI_MS;
        p->qi_from = q->interval_s ? learned : measured ? ORIGIN_MEASURED : ORIGIN_ASSUMED;
        p->qri_ms = q->max_resp_ms;
        p->qri_from = learned;
        derive(t, p);
}

/* MLDv2 compares the low 64 bits (RFC 9777 §7.6.2); what is equal there falls back to the whole. */
static bool lower(const struct heard *a, const struct heard *b)
{
        int c = 0;

        if (a->side == SIDE_MLD && a->version == 2 && b->version == 2)
                c = memcmp(a->address.b + 8, b->address.b + 8, 8);
        return (c ? c : addr_compare(&a->address, &b->address)) < 0;
}

static void elect(struct tracker *t, uint32_t link, uint8_t side, uint64_t frame, int64_t ns,
                  const char *why)
{
        struct side *s = side_at(t, link, side);
        uint32_t best = NONE;

        for (uint32_t i = s->queriers; i != NONE; i = heard_at(t, i)->next) {
                const struct heard *q = heard_at(t, i);
                if (timer_on(&q->timer) && (best == NONE || lower(q, heard_at(t, best))))
                        best = i;
        }
        if (best == s->elected)
                return;
        s->elected = best;
        if (best != NONE)
                adopt(t, s, heard_at(t, best), ORIGIN_LEARNED);
        s->changed_frame = frame;
        s->changed_ns = ns;
        s->changed_why = why;
        if (s->changed)
                return;
        s->changed = true;
        s->next_changed = NONE;
        if (t->changed == NONE)
                t->changed = link * 2 + side;
        else
                side_at(t, t->changed_last / 2, t->changed_last % 2)->next_changed = link * 2 + side;
        t->changed_last = link * 2 + side;
}

void querier_out(struct tracker *t, uint32_t i)
{
        const struct heard *q = heard_at(t, i);
        elect(t, q->link, q->side, 0, q->timer.at_ns, "silent");
}

/* ---- who is heard ---- */

/* The place of a new one: where there are too many, that of the one not heard the longest. */
static uint32_t make_place(struct tracker *t, struct side *s)
{
        uint32_t oldest = NONE, i;

        if (s->n_queriers < QUERIERS_MAX) {
                i = pool_take(&t->pools[ITEM_QUERIER]);
                if (i == NONE)
                        return NONE;
                s->n_queriers++;
                heard_at(t, i)->next = s->queriers;
                s->queriers = i;
                return i;
        }
        for (i = s->queriers; i != NONE; i = heard_at(t, i)->next) {
                int64_t last_ns = heard_at(t, i)->last_ns;
                if (i != s->elected && (oldest == NONE || last_ns < heard_at(t, oldest)->last_ns))
                        oldest = i;
        }
        timer_stop(t, item_ref(ITEM_QUERIER, oldest));
        return oldest;
}

static uint32_t heard_from(struct tracker *t, uint32_t link, uint8_t side, const struct addr *a)
{
        struct side *s = side_at(t, link, side);
        uint32_t i = s->queriers, next;

        while (i != NONE && !addr_equal(&heard_at(t, i)->address, a))
                i = heard_at(t, i)->next;
        if (i != NONE)
                return i;
        i = make_place(t, s);
        if (i == NONE) {
                tracker_refuse(t);
                return NONE;
        }
        next = heard_at(t, i)->next;
        *heard_at(t, i) = (struct heard){
                .timer.prev = NONE, .first_ns = t->now_ns, .general_ns = INT64_MIN, .link = link,
                .next = next, .side = side, .address = *a,
        };
        return i;
}

/* ---- queries ---- */

int64_t response_until(int64_t now_ns, uint32_t max_resp_ms)
{
        return later(now_ns, (int64_t)max_resp_ms + (max_resp_ms > 500 ? max_resp_ms / 10 : 50));
}

static void general(struct tracker *t, uint32_t i, const struct packet *p, bool proxy)
{
        struct heard *q = heard_at(t, i);
        struct side *s = side_at(t, q->link, q->side);

        if (q->general_ns != INT64_MIN)
                take_interval(q, t->now_ns - q->general_ns);
        q->general_ns = t->now_ns;
        q->interval_s = p->gmp.qqi_s;
        q->max_resp_ms = p->gmp.max_resp_ms;
        if (s->asked_until_ns <= t->now_ns)
                s->unanswered_ns = s->asked_ns;
        s->asked_ns = t->now_ns;
        s->asked_until_ns = response_until(t->now_ns, q->max_resp_ms);
        if (proxy) {
                if (s->elected == NONE)
                        adopt(t, s, q, ORIGIN_PROXY);
                return;
        }
        if (s->elected == i)
                adopt(t, s, q, ORIGIN_LEARNED);
        timer_set(t, item_ref(ITEM_QUERIER, i), later(t->now_ns, s->now.oqpi_ms));
        elect(t, q->link, q->side, p->frame->number, p->frame->time_ns,
              s->elected == NONE ? "heard" : "lower");
        /* until when is what the elected one says, who may be another now */
        timer_set(t, item_ref(ITEM_QUERIER, i), later(t->now_ns, s->now.oqpi_ms));
}

void querier_packet(struct tracker *t, uint32_t link, const struct packet *p, bool proxy)
{
        uint8_t side = side_of_packet(p);
        /* IGMPv1's group field means nothing (RFC 1112 App. I) */
        bool v1 = side == SIDE_IGMP && p->gmp.row->version == 1;
        uint32_t i = heard_from(t, link, side, &p->src);
        struct heard *q;

        if (i == NONE)
                return;
        q = heard_at(t, i);
        q->queries++;
        q->last_ns = t->now_ns;
        q->version = p->gmp.row->version;
        q->qrv = p->gmp.qrv;
        memcpy(q->mac, p->eth_src, sizeof q->mac);
        if (v1 || addr_is_unspecified(&p->gmp.group))
                general(t, i, p, proxy);
        else
                group_queried(t, link, side, p);
}
