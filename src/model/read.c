/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the state in order: by interface, VLAN, group, host. The order is made when it is
 * asked for: once for the groups, and for the hosts of one group at a time. */
#include "tracker.h"

#include <stdlib.h>
#include <string.h>

enum { HALF = sizeof(size_t) * 4 }; /* bits of *at: the group's place above, the host's below */

struct sorting {
        const struct tracker *t;
        uint8_t side;
};

bool numbers_reserve(struct numbers *l, size_t n)
{
        uint32_t *p = n > l->cap ? realloc(l->p, n * sizeof *p) : l->p;

        l->n = 0;
        if (n > l->cap && !p)
                return false;
        l->cap = n > l->cap ? n : l->cap;
        l->p = p;
        return true;
}

static int by_group(const void *a, const void *b, void *with)
{
        const struct sorting *s = with;
        return group_compare(s->t, *(const uint32_t *)a, *(const uint32_t *)b);
}

static int by_host(const void *a, const void *b, void *with)
{
        const struct sorting *s = with;
        return host_compare(s->t, s->side, *(const uint32_t *)a, *(const uint32_t *)b);
}

static void sort(struct numbers *l, int (*compare)(const void *, const void *, void *),
                 struct sorting *with)
{
        if (l->n > 1)
                qsort_r(l->p, l->n, sizeof *l->p, compare, with);
}

void order_hosts(const struct tracker *t, uint32_t group, struct numbers *l)
{
        const struct group *g = group_at(t, group);
        struct sorting s = {t, g->side};

        if (!numbers_reserve(l, g->n_hosts))
                return;
        for (uint32_t i = g->hosts; i != NONE; i = host_at(t, g->side, i)->next)
                l->p[l->n++] = i;
        sort(l, by_host, &s);
}

static void order_groups(struct tracker *t)
{
        struct table *table = &t->tables[ITEM_GROUP];
        struct numbers *l = &t->order.groups;
        struct sorting s = {t, 0};
        uint32_t i;

        if (t->order.epoch == t->epoch && l->n)
                return;
        t->order.epoch = t->epoch;
        t->order.group = NONE;
        if (!numbers_reserve(l, table->n))
                return;
        for (size_t at = 0; (i = table_walk(table, &at)) != NONE;)
                l->p[l->n++] = i;
        sort(l, by_group, &s);
}

/* ---- hosts ---- */

/* Whether the host should have answered a query whose window has closed since it was last heard. */
static bool is_stale(struct tracker *t, const struct group *g, const struct host *h, struct view v)
{
        const struct side *s = side_at(t, g->link, g->side);
        int64_t heard_ns = host_refreshed(h), now_ns = t->now_ns;
        unsigned owed = v.mode == MODE_EXCLUDE ? ONLY_B : BOTH; /* what of a Q(G,S) it answers */
        struct set asked;

        if (h->older)
                return false;
        if (heard_ns < (s->asked_until_ns <= now_ns ? s->asked_ns : s->unanswered_ns))
                return true;
        if (g->query_until_ns <= now_ns && heard_ns < g->query_ns)
                return true;
        if (g->asked == NONE || g->sources_until_ns > now_ns || heard_ns >= g->sources_ns)
                return false;
        asked = (struct set){lists_at(&t->lists, g->asked), g->n_asked};
        return set_merge(v.set, asked, side_len(g->side), owed, t->c).n;
}

static void read_member(struct tracker *t, uint32_t group, uint32_t i, struct member *m)
{
        const struct group *g = group_at(t, group);
        const struct host *h = host_at(t, g->side, i);
        const struct link *l = link_item(t, g->link);
        struct view v = host_view(t, g->side, i);
        uint8_t len = side_len(g->side);

        *m = (struct member){
                .interface = l->interface, .vlan = l->vlan, .n_vlan = l->n_vlan, .version = h->version,
                .has_mac = mac_known(h->mac), .presumed = h->presumed, .partial = h->partial,
                .stale = is_stale(t, g, h, v), .group = addr_of(g->addr, len),
                .host = addr_of(h->addr, len), .filter = filter_of(v, len, t->read),
                .since_ns = h->since_ns, .refreshed_ns = host_refreshed(h),
                .expires_ns = h->presumed && g->mode == MODE_EXCLUDE ? g->timer.at_ns : h->timer.at_ns,
                .parameters = l->side[g->side].now,
        };
        if (t->options.gmi != 3376)
                m->grey_ns = m->expires_ns - m->parameters.qri_ms * NS_PER_MS;
        m->anonymous = addr_is_unspecified(&m->host);
        memcpy(m->mac, h->mac, sizeof m->mac);
}

bool member_next(struct tracker *t, size_t *at, struct member *m)
{
        size_t place = *at >> HALF, host = *at & (((size_t)1 << HALF) - 1);

        order_groups(t);
        for (; place < t->order.groups.n; place++, host = 0) {
                uint32_t group = t->order.groups.p[place];
                if (t->order.group != group) {
                        order_hosts(t, group, &t->order.hosts);
                        t->order.group = group;
                }
                if (host >= t->order.hosts.n)
                        continue;
                read_member(t, group, t->order.hosts.p[host], m);
                *at = place << HALF | (host + 1);
                return true;
        }
        *at = place << HALF;
        return false;
}

bool tracker_member_of(struct tracker *t, const struct packet *p, const struct addr *host,
                       const uint8_t mac[6], const struct addr *group, struct member *m)
{
        uint8_t side = side_of_len(group->len);
        uint32_t link = link_of(t, p, false), g, i;
        struct host_key key;

        if (link == NONE)
                return false;
        g = group_find(t, link, side, group);
        key = host_key(t, link, host, mac, group);
        i = g == NONE ? NONE : host_find(t, g, side, &key);
        if (i != NONE)
                read_member(t, g, i, m);
        return i != NONE;
}

bool tracker_member(struct tracker *t, const struct packet *p, const struct addr *group, struct member *m)
{
        return tracker_member_of(t, p, &p->src, p->eth_src, group, m);
}

/* ---- groups ---- */

static int by_source(const void *a, const void *b, void *with)
{
        const struct sorting *s = with;
        return memcmp(source_item_at(s->t, s->side, *(const uint32_t *)a)->addr,
                      source_item_at(s->t, s->side, *(const uint32_t *)b)->addr, side_len(s->side));
}

bool sources_reserve(struct tracker *t, uint32_t n)
{
        struct addr *read;
        int64_t *ns;

        if (!numbers_reserve(&t->order.sources, n))
                return false;
        if (n <= t->sources_cap)
                return true;
        read = realloc(t->sources_read, n * sizeof *read);
        if (!read)
                return false;
        t->sources_read = read;
        ns = realloc(t->sources_ns, n * sizeof *ns);
        if (!ns)
                return false;
        t->sources_ns = ns;
        t->sources_cap = n;
        return true;
}

static bool read_sources(struct tracker *t, const struct group *g)
{
        struct numbers *l = &t->order.sources;
        struct sorting s = {t, g->side};

        if (!sources_reserve(t, g->n_sources))
                return false;
        for (uint32_t k = g->sources; k != NONE; k = source_item_at(t, g->side, k)->next)
                l->p[l->n++] = k;
        sort(l, by_source, &s);
        for (size_t k = 0; k < l->n; k++) {
                const struct source *one = source_item_at(t, g->side, l->p[k]);
                t->sources_read[k] = addr_of(one->addr, side_len(g->side));
                t->sources_ns[k] = timer_on(&one->timer) ? one->timer.at_ns : 0;
        }
        return true;
}

static bool read_group(struct tracker *t, uint32_t i, struct group_state *out)
{
        static const uint8_t versions[2][3] = {{3, 2, 1}, {2, 1, 1}};
        const struct group *g = group_at(t, i);
        const struct link *l = link_item(t, g->link);

        if (!read_sources(t, g))
                return false;
        *out = (struct group_state){
                .interface = l->interface, .vlan = l->vlan, .n_vlan = l->n_vlan,
                .version = versions[g->side][group_compat(t, g)],
                .group = addr_of(g->addr, side_len(g->side)), .mode = g->mode,
                .sources = t->sources_read, .source_expires_ns = t->sources_ns, .n = g->n_sources,
                .group_expires_ns = g->timer.at_ns, .hosts = g->n_hosts,
                .parameters = l->side[g->side].now,
        };
        return true;
}

bool group_next(struct tracker *t, size_t *at, struct group_state *g)
{
        order_groups(t);
        return *at < t->order.groups.n && read_group(t, t->order.groups.p[(*at)++], g);
}

bool tracker_group(struct tracker *t, const struct packet *p, const struct addr *group, struct group_state *g)
{
        uint32_t link = link_of(t, p, false);
        uint32_t i = link == NONE ? NONE : group_find(t, link, side_of_len(group->len), group);

        return i != NONE && read_group(t, i, g);
}

/* ---- what the tracker itself takes ---- */

void tracker_stats(const struct tracker *t, struct tracker_stats *s)
{
        *s = (struct tracker_stats){
                .memberships = (uint64_t)t->pools[ITEM_HOST4].live + t->pools[ITEM_HOST6].live,
                .groups = t->pools[ITEM_GROUP].live,
                .sources = (uint64_t)t->pools[ITEM_SOURCE4].live + t->pools[ITEM_SOURCE6].live,
                .queriers = t->pools[ITEM_QUERIER].live, .links = t->links.live, .refused = t->refused,
                .bytes = sizeof *t + pool_bytes(&t->links) + table_bytes(&t->link_table)
                       + lists_bytes(&t->lists),
        };
        for (enum item k = 0; k < ITEM_COUNT; k++) {
                s->bytes += pool_bytes(&t->pools[k]) + table_bytes(&t->tables[k]);
                s->probes += t->tables[k].probes;
        }
}
