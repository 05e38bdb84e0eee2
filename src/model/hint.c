/* SPDX-License-Identifier: BSD-2-Clause */
/* A word to the memory: with millions of memberships each report waits for a bucket, an item, a
 * bucket and an item that are in no cache. Told some packets ahead, those waits pass side by
 * side. Nothing changes but speed. */
#include "tracker.h"

enum { AHEAD = 32 };

struct want {
        struct seek group, host;
        uint8_t side;
};

void host_hint(const struct tracker *t, uint8_t side, struct seek *s)
{
        uint32_t i = table_start(&t->tables[host_item(side)], s);

        if (i == NONE)
                return;
        __builtin_prefetch(&host_at(t, side, i)->timer.at_ns, 1);
        __builtin_prefetch(host_at(t, side, i)->addr, 1);
}

void group_hint(const struct tracker *t, struct seek *s)
{
        uint32_t i = table_start(&t->tables[ITEM_GROUP], s);

        if (i == NONE)
                return;
        __builtin_prefetch(group_at(t, i), 1);
        __builtin_prefetch(&group_at(t, i)->v2_until_ns, 1);
}

static size_t collect(struct tracker *t, const struct packet *p, size_t n, struct want *w)
{
        struct record r;
        size_t k = 0;

        for (size_t i = 0; i < n; i++) {
                uint32_t link = p[i].gmp.family == FAMILY_NONE ? NONE : link_of(t, &p[i], false);
                for (size_t at = 0; link != NONE && k < AHEAD && record_next(&p[i], &at, &r); k++) {
                        w[k].side = side_of_len(r.group.len);
                        w[k].group = seek_of(key_hash(t, link, r.group.b, r.group.len));
                        w[k].host = host_key(t, link, &p[i].src, p[i].eth_src, &r.group).seek;
                        table_hint(&t->tables[ITEM_GROUP], w[k].group.hash);
                        table_hint(&t->tables[host_item(w[k].side)], w[k].host.hash);
                }
        }
        return k;
}

void tracker_hint(struct tracker *t, const struct packet *p, size_t n)
{
        struct want w[AHEAD];
        size_t k = collect(t, p, n, w);

        for (size_t i = 0; i < k; i++) {
                group_hint(t, &w[i].group);
                host_hint(t, w[i].side, &w[i].host);
        }
}
