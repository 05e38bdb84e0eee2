/* SPDX-License-Identifier: BSD-2-Clause */
/* What runs out, in order of its time: hosts' own entries, sources (RFC 9776 §6.3), groups
 * (§6.5), queriers (§6.6.2). At one instant hosts go first, then sources, then groups: the RFC
 * does not say, but a source that was given the group's timer must not outlive it. */
#include "tracker.h"

#include <string.h>

static int compare_groups(const struct tracker *t, uint32_t a, uint32_t b)
{
        const struct group *x = group_at(t, a), *y = group_at(t, b);
        int c = link_compare(t, x->link, y->link);

        if (!c)
                c = (int)x->side - (int)y->side;
        return c ? c : memcmp(x->addr, y->addr, side_len(x->side));
}

int group_compare(const struct tracker *t, uint32_t a, uint32_t b)
{
        return a == b ? 0 : compare_groups(t, a, b);
}

int host_compare(const struct tracker *t, uint8_t side, uint32_t a, uint32_t b)
{
        const struct host *x = host_at(t, side, a), *y = host_at(t, side, b);
        int c = group_compare(t, x->group, y->group);

        if (!c)
                c = memcmp(x->addr, y->addr, side_len(side));
        return c ? c : memcmp(x->mac, y->mac, sizeof x->mac);
}

static int source_compare(const struct tracker *t, uint8_t side, uint32_t a, uint32_t b)
{
        const struct source *x = source_item_at(t, side, a), *y = source_item_at(t, side, b);
        int c = group_compare(t, x->group, y->group);

        return c ? c : memcmp(x->addr, y->addr, side_len(side));
}

static int querier_compare(const struct tracker *t, uint32_t a, uint32_t b)
{
        const struct pool *p = &t->pools[ITEM_QUERIER];
        const struct heard *x = pool_at(p, a), *y = pool_at(p, b);
        int c = link_compare(t, x->link, y->link);

        return c ? c : addr_compare(&x->address, &y->address);
}

bool item_before(const struct tracker *t, uint32_t a, uint32_t b)
{
        uint32_t i = ref_index(a), k = ref_index(b);
        int64_t x = timer_of(t, a)->at_ns;
        int64_t y = timer_of(t, b)->at_ns;

        if (x != y)
                return x < y;
        if (ref_item(a) != ref_item(b))
                return ref_item(a) < ref_item(b);
        switch (ref_item(a)) {
        case ITEM_HOST4: return host_compare(t, SIDE_IGMP, i, k) < 0;
        case ITEM_HOST6: return host_compare(t, SIDE_MLD, i, k) < 0;
        case ITEM_SOURCE4: return source_compare(t, SIDE_IGMP, i, k) < 0;
        case ITEM_SOURCE6: return source_compare(t, SIDE_MLD, i, k) < 0;
        case ITEM_GROUP: return group_compare(t, i, k) < 0;
        case ITEM_QUERIER: return querier_compare(t, i, k) < 0;
        case ITEM_COUNT: break;
        }
        return false;
}

static void host_gone(struct tracker *t, uint8_t side, uint32_t i, int64_t ns, struct change *c)
{
        const struct host *h = host_at(t, side, i);

        change_of_host(t, side, i, c);
        c->time_ns = ns;
        c->event = CHANGE_EXPIRED;
        c->why = "timer";
        c->after_ns = ns - host_refreshed(h);
        if (c->after_ns == h->life_ms * NS_PER_MS) {
                c->formula = t->options.gmi == 3376 ? "RV*QI + QRI" : "RV*QI + 2*QRI";
                c->timers = link_item(t, group_at(t, h->group)->link)->side[side].now.qi_from;
        }
        host_drop(t, side, i);
}

/* A group that ends takes its hosts along, in order. */
static void begin_drain(struct tracker *t, uint32_t group, int64_t ns)
{
        order_hosts(t, group, &t->drain);
        t->draining = group;
        t->draining_ns = ns;
        t->drained = 0;
}

static bool drain(struct tracker *t, struct change *c)
{
        const struct group *g = group_at(t, t->draining);
        uint8_t side = g->side;
        uint32_t i;

        if (g->hosts != NONE) { /* no memory for the order: as they come */
                i = t->drained < t->drain.n ? t->drain.p[t->drained++] : g->hosts;
                host_gone(t, side, i, t->draining_ns, c);
                return true;
        }
        group_end(t, t->draining);
        t->draining = NONE;
        return false;
}

/* For a caller that applies records before it has taken all that ran out. */
void tracker_drain(struct tracker *t)
{
        struct change unseen;

        while (t->draining != NONE)
                drain(t, &unseen);
}

/* An older host may have been suppressed by another's report (RFC 2236 §3): it stays, presumed,
 * with its group. */
static bool host_out(struct tracker *t, uint8_t side, uint32_t i, struct change *c)
{
        struct host *h = host_at(t, side, i);

        if (h->older) {
                h->presumed = true;
                return false;
        }
        host_gone(t, side, i, h->timer.at_ns, c);
        return true;
}

static void source_out(struct tracker *t, uint8_t side, uint32_t i)
{
        const struct source *s = source_item_at(t, side, i);
        uint32_t group = s->group;
        int64_t ns = s->timer.at_ns;

        if (group_source_out(t, group, i))
                begin_drain(t, group, ns);
}

static bool item_out(struct tracker *t, uint32_t ref, struct change *c)
{
        uint32_t i = ref_index(ref);

        switch (ref_item(ref)) {
        case ITEM_HOST4:
                return host_out(t, SIDE_IGMP, i, c);
        case ITEM_HOST6:
                return host_out(t, SIDE_MLD, i, c);
        case ITEM_SOURCE4:
                source_out(t, SIDE_IGMP, i);
                break;
        case ITEM_SOURCE6:
                source_out(t, SIDE_MLD, i);
                break;
        case ITEM_GROUP:
                if (group_timer_out(t, i))
                        begin_drain(t, i, group_at(t, i)->timer.at_ns);
                break;
        case ITEM_QUERIER:
                querier_out(t, i);
                break;
        case ITEM_COUNT:
                break;
        }
        return false;
}

bool tracker_expire(struct tracker *t, int64_t now_ns, struct change *c)
{
        uint32_t ref;

        for (;;) {
                if (t->draining != NONE) {
                        t->epoch++;
                        if (drain(t, c))
                                return true;
                        continue;
                }
                ref = wheel_due(t, now_ns);
                if (ref == NONE)
                        break;
                t->epoch++;
                if (item_out(t, ref, c))
                        return true;
        }
        if (now_ns > t->now_ns)
                t->now_ns = now_ns;
        return false;
}
