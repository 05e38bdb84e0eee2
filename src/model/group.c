/* SPDX-License-Identifier: BSD-2-Clause */
/* The router-side state of groups and their sources: finding, adding and ending them, and doing
 * to them what the tables of transition.c say. */
#include "tracker.h"

#include <string.h>

int64_t later(int64_t ns, int64_t ms)
{
        return ns > INT64_MAX - ms * NS_PER_MS ? INT64_MAX : ns + ms * NS_PER_MS;
}

/* ---- groups ---- */

static uint64_t group_hash(const struct tracker *t, uint32_t i)
{
        const struct group *g = group_at(t, i);
        return key_hash(t, g->link, g->addr, side_len(g->side));
}

uint32_t group_seek(struct tracker *t, uint32_t link, uint8_t side, const struct addr *a,
                    struct seek *s)
{
        uint32_t i;

        while ((i = table_next(&t->tables[ITEM_GROUP], s)) != NONE) {
                const struct group *g = group_at(t, i);
                if (g->link == link && g->side == side && addr_same(g->addr, a->b, a->len))
                        break;
        }
        return i;
}

uint32_t group_find(struct tracker *t, uint32_t link, uint8_t side, const struct addr *a)
{
        struct seek s = seek_of(key_hash(t, link, a->b, a->len));

        return group_seek(t, link, side, a, &s);
}

uint32_t group_add(struct tracker *t, uint32_t link, uint8_t side, const struct addr *a)
{
        struct table *table = &t->tables[ITEM_GROUP];
        uint32_t i = table_room(table, group_hash, t) ? pool_take(&t->pools[ITEM_GROUP]) : NONE;
        struct group *g;

        if (i == NONE) {
                tracker_refuse(t);
                return NONE;
        }
        g = group_at(t, i);
        *g = (struct group){
                .timer.prev = NONE, .asked = NONE, .link = link, .hosts = NONE, .sources = NONE,
                .mode = MODE_INCLUDE, .side = side, .v1_until_ns = INT64_MIN,
                .v2_until_ns = INT64_MIN, .query_ns = INT64_MIN, .query_until_ns = INT64_MIN,
                .sources_ns = INT64_MIN, .sources_until_ns = INT64_MIN,
        };
        memcpy(g->addr, a->b, a->len);
        table_add(table, group_hash(t, i), i);
        return i;
}

void group_end(struct tracker *t, uint32_t i)
{
        struct group *g = group_at(t, i);

        while (g->sources != NONE)
                source_drop(t, i, g->sources);
        group_asked(t, g, (struct set){NULL, 0});
        timer_stop(t, item_ref(ITEM_GROUP, i));
        table_remove(&t->tables[ITEM_GROUP], group_hash(t, i), i);
        pool_give(&t->pools[ITEM_GROUP], i);
}

enum compat group_compat(const struct tracker *t, const struct group *g)
{
        if (g->v1_until_ns > t->now_ns)
                return COMPAT_V1;
        return g->v2_until_ns > t->now_ns ? COMPAT_V2 : COMPAT_V3;
}

/* Remembers the sources of a Q(G,S). */
void group_asked(struct tracker *t, struct group *g, struct set s)
{
        size_t len = side_len(g->side);
        uint32_t at = s.n ? lists_take(&t->lists, s.n * len) : NONE;

        if (at != NONE)
                memcpy(lists_at(&t->lists, at), s.p, s.n * len);
        if (g->asked != NONE)
                lists_give(&t->lists, g->asked, g->n_asked * len);
        g->asked = at;
        g->n_asked = at == NONE ? 0 : s.n;
}

/* ---- sources ---- */

static uint64_t source_hash(const struct tracker *t, const struct source *s, uint8_t side)
{
        return key_hash(t, s->group, s->addr, side_len(side));
}

static uint64_t source_hash4(const struct tracker *t, uint32_t i)
{
        return source_hash(t, pool_at(&t->pools[ITEM_SOURCE4], i), SIDE_IGMP);
}

static uint64_t source_hash6(const struct tracker *t, uint32_t i)
{
        return source_hash(t, pool_at(&t->pools[ITEM_SOURCE6], i), SIDE_MLD);
}

uint32_t source_find(struct tracker *t, uint32_t group, uint8_t side, const uint8_t *addr)
{
        struct seek seek = seek_of(key_hash(t, group, addr, side_len(side)));
        uint32_t i;

        while ((i = table_next(&t->tables[source_item(side)], &seek)) != NONE) {
                const struct source *s = source_item_at(t, side, i);
                if (s->group == group && addr_same(s->addr, addr, side_len(side)))
                        break;
        }
        return i;
}

static uint32_t source_add(struct tracker *t, uint32_t group, uint8_t side, const uint8_t *addr)
{
        struct table *table = &t->tables[source_item(side)];
        uint32_t i = table_room(table, side == SIDE_IGMP ? source_hash4 : source_hash6, t)
                     ? pool_take(&t->pools[source_item(side)]) : NONE;
        struct group *g = group_at(t, group);
        struct source *s;

        if (i == NONE) {
                tracker_refuse(t);
                return NONE;
        }
        s = source_item_at(t, side, i);
        s->timer.prev = NONE;
        s->group = group;
        s->prev = NONE;
        s->next = g->sources;
        memcpy(s->addr, addr, side_len(side));
        if (g->sources != NONE)
                source_item_at(t, side, g->sources)->prev = i;
        g->sources = i;
        g->n_sources++;
        table_add(table, source_hash(t, s, side), i);
        return i;
}

void source_drop(struct tracker *t, uint32_t group, uint32_t i)
{
        struct group *g = group_at(t, group);
        enum item kind = source_item(g->side);
        struct source *s = pool_at(&t->pools[kind], i);

        timer_stop(t, item_ref(kind, i));
        if (s->next != NONE)
                source_item_at(t, g->side, s->next)->prev = s->prev;
        if (s->prev != NONE)
                source_item_at(t, g->side, s->prev)->next = s->next;
        else
                g->sources = s->next;
        g->n_sources--;
        table_remove(&t->tables[kind], source_hash(t, s, g->side), i);
        pool_give(&t->pools[kind], i);
}

static void act(struct tracker *t, uint32_t group, uint32_t i, enum part_action action, int64_t gmi_ns,
                int64_t group_ns)
{
        struct group *g = group_at(t, group);
        uint32_t ref = item_ref(source_item(g->side), i);

        switch (action) {
        case PART_KEEP:
                break;
        case PART_GMI:
                timer_set(t, ref, gmi_ns);
                break;
        case PART_GROUP:
                timer_set(t, ref, group_ns);
                break;
        case PART_ZERO:
                timer_stop(t, ref);
                source_item_at(t, g->side, i)->timer.at_ns = 0;
                break;
        case PART_DROP:
                source_drop(t, group, i);
                break;
        }
}

/* The sources that a record names, each once. */
static void act_named(struct tracker *t, uint32_t group, const struct transition *row,
                      const struct sources *named, int64_t gmi_ns, int64_t group_ns)
{
        uint8_t side = group_at(t, group)->side;

        for (uint16_t k = 0; k < named->n; k++) {
                const uint8_t *addr = named->p + (size_t)k * named->len;
                uint32_t i = source_find(t, group, side, addr);
                enum part part = NAMED_NEW;
                if (i != NONE && source_item_at(t, side, i)->mark == t->mark)
                        continue;
                if (i != NONE)
                        part = timer_on(&source_item_at(t, side, i)->timer) ? NAMED_X : NAMED_Y;
                else if (row->part[NAMED_NEW] != PART_KEEP)
                        i = source_add(t, group, side, addr);
                if (i == NONE)
                        continue;
                source_item_at(t, side, i)->mark = t->mark;
                act(t, group, i, row->part[part], gmi_ns, group_ns);
        }
}

/* And those that it does not. */
static void act_other(struct tracker *t, uint32_t group, const struct transition *row)
{
        uint8_t side = group_at(t, group)->side;
        uint32_t next;

        for (uint32_t i = group_at(t, group)->sources; i != NONE; i = next) {
                const struct source *s = source_item_at(t, side, i);
                next = s->next;
                if (s->mark != t->mark)
                        act(t, group, i, row->part[timer_on(&s->timer) ? OTHER_X : OTHER_Y], 0, 0);
        }
}

/* Does a row to a group. An INCLUDE group that is left without sources is the caller's to end. */
void group_transition(struct tracker *t, uint32_t i, const struct transition *row,
                      const struct sources *named)
{
        struct group *g = group_at(t, i);
        const struct parameters *now = &side_at(t, g->link, g->side)->now;
        int64_t gmi_ns = later(t->now_ns, now->gmi_ms);

        t->mark++;
        act_named(t, i, row, named, gmi_ns, g->timer.at_ns);
        if (row->part[OTHER_X] == PART_DROP)
                act_other(t, i, row);
        if (row->timer == PART_GMI)
                timer_set(t, item_ref(ITEM_GROUP, i), gmi_ns);
        g->mode = row->then;
}

/* RFC 9776 §6.3, §6.5: true when nothing is left of the group. */
bool group_source_out(struct tracker *t, uint32_t group, uint32_t i)
{
        struct group *g = group_at(t, group);

        if (g->mode == MODE_EXCLUDE) { /* X to Y */
                source_item_at(t, g->side, i)->timer.at_ns = 0;
                return false;
        }
        source_drop(t, group, i);
        return !g->n_sources;
}

bool group_timer_out(struct tracker *t, uint32_t i)
{
        struct group *g = group_at(t, i);
        uint32_t next;

        g->mode = MODE_INCLUDE;
        for (uint32_t k = g->sources; k != NONE; k = next) {
                const struct source *s = source_item_at(t, g->side, k);
                next = s->next;
                if (!timer_on(&s->timer))
                        source_drop(t, i, k);
        }
        return !g->n_sources;
}
