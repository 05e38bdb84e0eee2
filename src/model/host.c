/* SPDX-License-Identifier: BSD-2-Clause */
/* Explicit tracking: what each host of a group has asked for itself, known by its address and
 * MAC. The group's own state comes from group.c alone; the two may differ, and both are shown. */
#include "tracker.h"

#include <string.h>

static uint64_t hash_of(const struct tracker *t, const struct host *h)
{
        const struct group *g = group_at(t, h->group);
        return host_hash(t, g->link, g->addr, h->addr, side_len(g->side), h->mac);
}

static uint64_t hash_of4(const struct tracker *t, uint32_t i)
{
        return hash_of(t, host_at(t, SIDE_IGMP, i));
}

static uint64_t hash_of6(const struct tracker *t, uint32_t i)
{
        return hash_of(t, host_at(t, SIDE_MLD, i));
}

struct host_key host_key(const struct tracker *t, uint32_t link, const struct addr *host,
                         const uint8_t mac[6], const struct addr *group)
{
        uint64_t hash = host_hash(t, link, group->b, host->b, group->len, mac);

        return (struct host_key){host, mac, seek_of(hash)};
}

uint32_t host_find(struct tracker *t, uint32_t group, uint8_t side, struct host_key *k)
{
        uint32_t i;

        while ((i = table_next(&t->tables[host_item(side)], &k->seek)) != NONE) {
                const struct host *h = host_at(t, side, i);
                if (h->group == group && addr_same(h->addr, k->addr->b, side_len(side))
                    && !memcmp(h->mac, k->mac, 6))
                        break;
        }
        return i;
}

uint32_t host_add(struct tracker *t, uint32_t group, uint8_t side, const struct host_key *k)
{
        struct table *table = &t->tables[host_item(side)];
        uint32_t i = NONE;
        struct group *g = group_at(t, group);
        struct host *h;

        if (t->pools[ITEM_HOST4].live + t->pools[ITEM_HOST6].live < t->options.max_memberships
            && table_room(table, side == SIDE_IGMP ? hash_of4 : hash_of6, t))
                i = pool_take(&t->pools[host_item(side)]);
        if (i == NONE) {
                tracker_refuse(t);
                return NONE;
        }
        h = host_at(t, side, i);
        h->timer.prev = NONE;
        h->since_ns = t->now_ns;
        h->group = group;
        h->prev = NONE;
        h->next = g->hosts;
        memcpy(h->mac, k->mac, 6);
        memcpy(h->addr, k->addr->b, side_len(side));
        if (g->hosts != NONE)
                host_at(t, side, g->hosts)->prev = i;
        g->hosts = i;
        g->n_hosts++;
        table_add(table, k->seek.hash, i);
        return i;
}

void host_drop(struct tracker *t, uint8_t side, uint32_t i)
{
        enum item kind = host_item(side);
        struct host *h = host_at(t, side, i);
        struct group *g = group_at(t, h->group);

        timer_stop(t, item_ref(kind, i));
        host_keep(t, side, i, (struct view){0});
        if (h->next != NONE)
                host_at(t, side, h->next)->prev = h->prev;
        if (h->prev != NONE)
                host_at(t, side, h->prev)->next = h->next;
        else
                g->hosts = h->next;
        g->n_hosts--;
        table_remove(&t->tables[kind], hash_of(t, h), i);
        pool_give(&t->pools[kind], i);
}

/* ---- its list: none, one address (IPv4: in place), or many with their number before them ---- */

static size_t list_octets(const struct tracker *t, const struct host *h, uint8_t len)
{
        uint32_t n;

        if (h->shape == LIST_ONE)
                return len;
        memcpy(&n, lists_at(&t->lists, h->list), sizeof n);
        return sizeof n + (size_t)n * len;
}

static bool in_place(const struct host *h, uint8_t side)
{
        return h->shape == LIST_NONE || (h->shape == LIST_ONE && side == SIDE_IGMP);
}

struct view host_view(const struct tracker *t, uint8_t side, uint32_t i)
{
        const struct host *h = host_at(t, side, i);
        struct view v = {.mode = h->mode, .partial = h->partial};

        if (h->shape == LIST_NONE)
                return v;
        if (in_place(h, side)) {
                v.set = (struct set){(const uint8_t *)&h->list, 1};
                return v;
        }
        v.set.p = lists_at(&t->lists, h->list);
        v.set.n = 1;
        if (h->shape == LIST_MANY) {
                memcpy(&v.set.n, v.set.p, sizeof v.set.n);
                v.set.p += sizeof v.set.n;
        }
        return v;
}

bool host_keep(struct tracker *t, uint8_t side, uint32_t i, struct view v)
{
        struct host *h = host_at(t, side, i);
        struct group *g = group_at(t, h->group);
        uint8_t len = side_len(side), *p;
        uint8_t shape = v.set.n > 1 ? LIST_MANY : v.set.n ? LIST_ONE : LIST_NONE;
        bool outside = shape == LIST_MANY || (shape == LIST_ONE && side == SIDE_MLD);
        size_t n = (size_t)v.set.n * len, before = shape == LIST_MANY ? sizeof v.set.n : 0;
        uint32_t at = v.set.n > LIST_MAX ? NONE : outside ? lists_take(&t->lists, before + n) : 0;

        if (at == NONE)
                return false;
        if (outside) {
                p = lists_at(&t->lists, at);
                memcpy(p, &v.set.n, before);
                memcpy(p + before, v.set.p, n);
        } else if (n) {
                memcpy(&at, v.set.p, n);
        }
        if (!in_place(h, side))
                lists_give(&t->lists, h->list, list_octets(t, h, len));
        g->n_exclude -= h->mode == MODE_EXCLUDE;
        g->n_exclude += v.mode == MODE_EXCLUDE;
        h->list = at;
        h->shape = shape;
        h->mode = v.mode & 3U;
        h->partial = v.partial;
        return true;
}
