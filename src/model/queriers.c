/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading what is known of queriers: all of them in order, the elected one of a link, and who
 * took over from whom. */
#include "tracker.h"

#include <stdlib.h>
#include <string.h>

static int by_querier(const void *a, const void *b, void *with)
{
        const struct tracker *t = with;
        const struct heard *x = pool_at(&t->pools[ITEM_QUERIER], *(const uint32_t *)a);
        const struct heard *y = pool_at(&t->pools[ITEM_QUERIER], *(const uint32_t *)b);
        int c = link_compare(t, x->link, y->link);

        return c ? c : addr_compare(&x->address, &y->address);
}

static void read_querier(const struct tracker *t, uint32_t i, struct querier *q)
{
        const struct heard *h = pool_at(&t->pools[ITEM_QUERIER], i);
        const struct link *l = link_item(t, h->link);

        *q = (struct querier){
                .interface = l->interface, .vlan = l->vlan, .n_vlan = l->n_vlan, .version = h->version,
                .address = h->address, .has_mac = mac_known(h->mac),
                .elected = l->side[h->side].elected == i,
                .interval_s = h->interval_s, .qrv = h->qrv, .max_resp_ms = h->max_resp_ms,
                .measured_interval_s = (double)querier_median(h) / 1e9, .first_ns = h->first_ns,
                .last_ns = h->last_ns, .queries = h->queries,
        };
        memcpy(q->mac, h->mac, sizeof q->mac);
}

bool querier_next(struct tracker *t, size_t *at, struct querier *q)
{
        uint32_t n = t->pools[ITEM_QUERIER].used; /* none is ever given back */
        struct numbers *l = &t->order.queriers;

        if (!*at || l->n != n) {
                if (!numbers_reserve(l, n))
                        return false;
                for (uint32_t i = 0; i < n; i++)
                        l->p[l->n++] = i;
                if (n > 1)
                        qsort_r(l->p, n, sizeof *l->p, by_querier, t);
        }
        if (*at >= n)
                return false;
        read_querier(t, l->p[(*at)++], q);
        return true;
}

static struct side *side_of(struct tracker *t, const struct packet *p)
{
        uint32_t link = link_of(t, p, false);

        return link == NONE ? NULL : &link_item(t, link)->side[side_of_packet(p)];
}

bool tracker_querier(struct tracker *t, const struct packet *p, struct querier *q)
{
        const struct side *s = side_of(t, p);

        if (!s || s->elected == NONE)
                return false;
        read_querier(t, s->elected, q);
        return true;
}

struct parameters tracker_parameters(struct tracker *t, const struct packet *p)
{
        const struct side *known = side_of(t, p);
        struct side none;

        side_init(t, &none);
        return known ? known->now : none.now;
}

bool querier_change_next(struct tracker *t, struct querier_change *c)
{
        while (t->changed != NONE) {
                const struct link *l = link_item(t, t->changed / 2);
                struct side *s = &link_item(t, t->changed / 2)->side[t->changed % 2];
                const struct addr before = s->announced;

                t->changed = s->next_changed;
                s->changed = false;
                *c = (struct querier_change){
                        .frame = s->changed_frame, .time_ns = s->changed_ns,
                        .interface = l->interface, .vlan = l->vlan, .n_vlan = l->n_vlan,
                        .from = before, .why = s->changed_why,
                };
                if (s->elected != NONE) {
                        const struct heard *h = pool_at(&t->pools[ITEM_QUERIER], s->elected);
                        c->to = h->address;
                        c->version = h->version;
                }
                s->announced = c->to;
                if (!addr_equal(&before, &c->to))
                        return true;
        }
        return false;
}
