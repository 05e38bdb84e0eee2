/* SPDX-License-Identifier: BSD-2-Clause */
/* What specific queries do: Q(G) and Q(G,S) lower timers unless the S flag says that another
 * router must not (RFC 9776 §6.6.1, RFC 9777 §7.6.1; version 2 and MLDv1 queries have no such
 * flag), and open the window in which members answer. The Last Member Query Time is that of this
 * query: robustness times its own Max Resp Time, as RFC 2236 §3 and RFC 2710 §4 have it for
 * routers that are not the querier. */
#include "tracker.h"

#include <string.h>

static void bring_forward(struct tracker *t, uint32_t ref, int64_t at_ns)
{
        const struct timer *m = timer_of(t, ref);

        if (timer_on(m) && m->at_ns > at_ns)
                timer_set(t, ref, at_ns);
}

static void query_sources(struct tracker *t, uint32_t group, const struct packet *p, int64_t lmqt_ns)
{
        struct group *g = group_at(t, group);
        const struct sources *named = &p->gmp.sources;
        struct set s, before = {NULL, 0};

        for (uint16_t k = 0; !p->gmp.s && k < named->n; k++) {
                uint32_t i = source_find(t, group, g->side, named->p + (size_t)k * named->len);
                if (i != NONE)
                        bring_forward(t, item_ref(source_item(g->side), i), lmqt_ns);
        }
        memcpy(t->b, named->p, (size_t)named->n * named->len);
        s = set_sorted(t->b, named->n, named->len);
        if (g->sources_until_ns >= t->now_ns && g->n_asked) /* one answer may serve both (§5.2) */
                before = (struct set){lists_at(&t->lists, g->asked), g->n_asked};
        if (before.n + s.n <= LIST_MAX)
                s = set_merge(before, s, named->len, UNION, t->c);
        g->sources_ns = t->now_ns;
        g->sources_until_ns = response_until(t->now_ns, p->gmp.max_resp_ms);
        group_asked(t, g, s);
}

void group_queried(struct tracker *t, uint32_t link, uint8_t side, const struct packet *p)
{
        uint32_t i = group_find(t, link, side, &p->gmp.group);
        uint32_t rv = p->gmp.qrv ? p->gmp.qrv : side_at(t, link, side)->now.rv;
        int64_t lmqt_ns = later(t->now_ns, (int64_t)rv * p->gmp.max_resp_ms);
        struct group *g;

        if (i == NONE)
                return;
        if (p->gmp.sources.n) {
                query_sources(t, i, p, lmqt_ns);
                return;
        }
        g = group_at(t, i);
        g->query_ns = t->now_ns;
        g->query_until_ns = response_until(t->now_ns, p->gmp.max_resp_ms);
        if (!p->gmp.s && g->mode == MODE_EXCLUDE)
                bring_forward(t, item_ref(ITEM_GROUP, i), lmqt_ns);
}
