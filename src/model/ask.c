/* SPDX-License-Identifier: BSD-2-Clause */
/* What an elected querier sends about a record: the last columns of RFC 9776 §6.4.2, with §7.3.1
 * and §7.3.2 (a version 1 querier, and older hosts, make leaves void). We send nothing; rules
 * want to know what was due. */
#include "tracker.h"

#include <stdlib.h>
#include <string.h>

static int by_addr(const void *a, const void *b)
{
        return addr_compare(a, b);
}

/* The parts of the record's own sources, then those of the group that it leaves out. */
static uint32_t collect(struct tracker *t, uint32_t group, uint8_t parts, const struct sources *named,
                        struct addr *out)
{
        uint8_t side = group_at(t, group)->side, len = side_len(side);
        uint32_t n = 0;

        t->mark++;
        for (uint16_t k = 0; k < named->n; k++) {
                const uint8_t *addr = named->p + (size_t)k * named->len;
                uint32_t i = source_find(t, group, side, addr);
                struct source *s = i == NONE ? NULL : source_item_at(t, side, i);
                enum part part = !s ? NAMED_NEW : timer_on(&s->timer) ? NAMED_X : NAMED_Y;
                if (s && s->mark == t->mark)
                        continue;
                if (s)
                        s->mark = t->mark;
                if (parts >> part & 1)
                        out[n++] = addr_of(addr, len);
        }
        if (!(parts >> OTHER_X & 1))
                return n;
        for (uint32_t i = group_at(t, group)->sources; i != NONE; i = source_item_at(t, side, i)->next) {
                const struct source *s = source_item_at(t, side, i);
                if (s->mark != t->mark && timer_on(&s->timer))
                        out[n++] = addr_of(s->addr, len);
        }
        return n;
}

static bool leave_is_void(const struct tracker *t, const struct group *g, const struct record *r)
{
        const struct side *s = side_at(t, g->link, g->side);
        const struct heard *q = s->elected == NONE ? NULL : pool_at(&t->pools[ITEM_QUERIER], s->elected);

        return r->implied && r->type == TO_IN && g->side == SIDE_IGMP && q && q->version == 1;
}

bool tracker_asks(struct tracker *t, const struct packet *p, const struct record *r, struct asks *a)
{
        uint32_t link = link_of(t, p, false);
        uint32_t i = link == NONE ? NONE : group_find(t, link, side_of_len(r->group.len), &r->group);
        const struct group *g = i == NONE ? NULL : group_at(t, i);
        const struct transition *row = g ? transition_of(g->mode, r->type) : NULL;
        enum treatment how = row ? treatment_of(r->type, group_compat(t, g)) : IGNORED;
        struct sources named = r->sources;
        uint32_t n = 0, kept = 0;

        *a = (struct asks){0};
        if (how == IGNORED || leave_is_void(t, g, r))
                return false;
        named.n = how == WITHOUT_LIST ? 0 : named.n;
        if (!sources_reserve(t, g->n_sources + named.n))
                return false;
        if (row->ask)
                n = collect(t, i, row->ask, &named, t->sources_read);
        if (n)
                qsort(t->sources_read, n, sizeof *t->sources_read, by_addr);
        for (uint32_t k = 0; k < n; k++) /* a new source may be named twice */
                if (!kept || !addr_equal(&t->sources_read[kept - 1], &t->sources_read[k]))
                        t->sources_read[kept++] = t->sources_read[k];
        *a = (struct asks){row->ask_group, t->sources_read, kept, row->cite};
        return a->group || a->n;
}
