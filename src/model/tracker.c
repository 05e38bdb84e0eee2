/* SPDX-License-Identifier: BSD-2-Clause */
/* The tracker: a packet's query or records in, the group's state by RFC 9776 §6 and each host's
 * own beside it, and what has changed for a host out. Time is that of the packets and never goes
 * back. */
#include "tracker.h"

#include <stdlib.h>
#include <string.h>

enum { MEMBERSHIPS = 16777216, MEMBERSHIPS_MAX = 1 << 28 };

#define SIZE(type, len) ((offsetof(type, addr) + (len) + 7) & ~7U)

static const uint32_t sizes[ITEM_COUNT] = {
        [ITEM_HOST4] = SIZE(struct host, 4), [ITEM_HOST6] = SIZE(struct host, 16),
        [ITEM_SOURCE4] = SIZE(struct source, 4), [ITEM_SOURCE6] = SIZE(struct source, 16),
        [ITEM_GROUP] = sizeof(struct group), [ITEM_QUERIER] = sizeof(struct heard),
};

struct tracker *tracker_new(const struct tracker_options *o)
{
        struct tracker *t = calloc(1, sizeof *t);
        uint32_t max;

        if (!t)
                return NULL;
        t->options = *o;
        hash_key_init(&t->key, o->seed);
        if (!t->options.max_memberships)
                t->options.max_memberships = MEMBERSHIPS;
        if (t->options.max_memberships > MEMBERSHIPS_MAX)
                t->options.max_memberships = MEMBERSHIPS_MAX;
        max = (uint32_t)t->options.max_memberships;
        for (enum item k = 0; k < ITEM_COUNT; k++) {
                t->pools[k] = (struct pool){
                        .size = sizes[k], .bits = k == ITEM_GROUP ? 6 : 8, .free = NONE, .max = max,
                                .memory = o->memory,
                };
                table_init(&t->tables[k], max);
                t->tables[k].memory = o->memory;
                t->tables[k].items = &t->pools[k];
        }
        t->links = (struct pool){.size = sizeof(struct link), .bits = 4, .free = NONE, .max = LINKS_MAX};
        t->pools[ITEM_QUERIER].max = LINKS_MAX;
        t->pools[ITEM_QUERIER].bits = 4;
        table_init(&t->link_table, LINKS_MAX);
        lists_init(&t->lists, max < NONE / 4 ? 4 * max : NONE);
        wheel_init(&t->wheel);
        t->now_ns = INT64_MIN;
        t->last_link = t->draining = t->changed = NONE;
        t->b = calloc(3, SCRATCH);
        t->from = calloc(3 * LIST_MAX, sizeof *t->from);
        if (!t->b || !t->from) {
                tracker_free(t);
                return NULL;
        }
        t->c = t->b + SCRATCH;
        t->d = t->c + SCRATCH;
        t->to = t->from + LIST_MAX;
        t->read = t->to + LIST_MAX;
        return t;
}

void tracker_free(struct tracker *t)
{
        if (!t)
                return;
        for (uint32_t i = 0; i < t->links.used; i++)
                free(link_item(t, i)->interface);
        for (enum item k = 0; k < ITEM_COUNT; k++) {
                pool_free(&t->pools[k]);
                table_free(&t->tables[k]);
        }
        pool_free(&t->links);
        table_free(&t->link_table);
        lists_free(&t->lists);
        free(t->wheel.heap);
        free(t->b);
        free(t->from);
        free(t->sources_read);
        free(t->sources_ns);
        free(t->order.groups.p);
        free(t->order.sources.p);
        free(t->order.queriers.p);
        free(t->order.hosts.p);
        free(t->drain.p);
        free(t);
}

void tracker_refuse(struct tracker *t)
{
        t->refused++;
}

/* Whether the tracker uses the packet, and as what. */
static enum disposition use_of(const struct tracker *t, const struct packet *p)
{
        enum disposition d = packet_disposition(p)->disposition;

        return d == DISPOSITION_SNOOPING ? (t->options.snooping ? DISPOSITION_USE : DISPOSITION_DROP) : d;
}

static void meet(struct tracker *t, const struct packet *p)
{
        t->at.packet = p;
        t->at.frame = p->frame->number;
        t->at.use = use_of(t, p);
        t->at.link = NONE;
        t->at.given = false;
        if (t->at.use != DISPOSITION_USE && t->at.use != DISPOSITION_PROXY)
                return;
        if (p->frame->time_ns > t->now_ns)
                t->now_ns = p->frame->time_ns;
        t->epoch++;
        if (t->draining != NONE)
                tracker_drain(t);
        t->at.link = link_of(t, p, true);
        if (t->at.link == NONE)
                tracker_refuse(t);
}

void tracker_packet(struct tracker *t, const struct packet *p)
{
        meet(t, p);
        if (t->at.link != NONE && p->gmp.row->kind == MESSAGE_QUERY)
                querier_packet(t, t->at.link, p, t->at.use == DISPOSITION_PROXY);
}

/* ---- records ---- */

/* A change is given once; the call that asks for more of the same record is told that there is
 * none. */
static bool given_already(struct tracker *t, const struct record *r)
{
        bool same = t->at.given && t->at.offset == r->offset;

        t->at.given = false;
        t->at.offset = r->offset;
        return same;
}

/* RFC 4604 §3, RFC 4607 §5.2, RFC 9776 §6.4: an SSM-aware router uses neither EXCLUDE nor older
 * messages there. */
static bool wanted(const struct tracker *t, const struct record *r)
{
        if (r->type < IS_IN || r->type > BLOCK || !addr_is_multicast(&r->group))
                return false;
        if (t->options.ssm_off || !addr_is_ssm(&r->group))
                return true;
        return !r->implied && r->type != IS_EX && r->type != TO_EX;
}

/* RFC 9776 §7.3.2: an older report says that an older host is there, for the Older Host Present
 * Interval. */
static void older_host(const struct tracker *t, struct group *g, const struct packet *p)
{
        int64_t until_ns = later(t->now_ns, side_at(t, g->link, g->side)->now.ohpi_ms);

        if (p->gmp.row->kind == MESSAGE_LEAVE)
                return;
        if (g->side == SIDE_IGMP && p->gmp.row->version == 1)
                g->v1_until_ns = until_ns;
        else
                g->v2_until_ns = until_ns;
}

/* The group after the record (before it, i; either is NONE where there is none). */
static uint32_t apply_to_group(struct tracker *t, uint32_t i, uint32_t link, uint8_t side,
                               const struct packet *p, const struct record *r)
{
        const bool starts = r->type == IS_EX || r->type == TO_EX || (r->type != BLOCK && r->sources.n);
        struct sources named = r->sources;
        const struct group *g;
        enum treatment how;

        if (i == NONE)
                i = starts ? group_add(t, link, side, &r->group) : NONE;
        if (i == NONE)
                return NONE;
        if (r->implied)
                older_host(t, group_at(t, i), p);
        how = treatment_of(r->type, group_compat(t, group_at(t, i)));
        if (how == WITHOUT_LIST)
                named.n = 0;
        if (how != IGNORED)
                group_transition(t, i, transition_of(group_at(t, i)->mode, r->type), &named);
        g = group_at(t, i);
        if (g->mode != MODE_INCLUDE || g->n_sources || g->hosts != NONE)
                return i;
        group_end(t, i); /* the bound left no room for its sources */
        return NONE;
}

bool tracker_apply(struct tracker *t, const struct packet *p, const struct record *r, struct change *c)
{
        uint8_t side = side_of_packet(p);
        struct host_key key;
        struct seek seek;
        uint32_t group;

        if (t->at.packet != p || t->at.frame != p->frame->number)
                meet(t, p); /* nobody has called tracker_packet */
        if (given_already(t, r) || t->at.use != DISPOSITION_USE || t->at.link == NONE || !wanted(t, r))
                return false;
        t->epoch++;
        /* what is far away is sent for before it is needed */
        key = host_key(t, t->at.link, &p->src, p->eth_src, &r->group);
        table_hint(&t->tables[host_item(side)], key.seek.hash);
        seek = seek_of(key_hash(t, t->at.link, r->group.b, r->group.len));
        group_hint(t, &seek);
        host_hint(t, side, &key.seek);
        group = group_seek(t, t->at.link, side, &r->group, &seek);
        group = apply_to_group(t, group, t->at.link, side, p, r);
        if (group == NONE)
                return false;
        t->at.given = host_record(t, group, &key, p, r, c);
        if (t->options.fast_leave && t->at.given && c->event != CHANGE_JOINED)
                fast_leave(t, group);
        return t->at.given;
}
