/* SPDX-License-Identifier: BSD-2-Clause */
/* Memberships over time: explicit tracking of each host, per interface and VLAN. */
#include "igmpscope/model.h"

#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 4096 };

#define GMI_NS INT64_C(270000000000)

struct entry {
        char *interface;
        uint16_t vlan[VLAN_MAX];
        uint8_t n_vlan, version, mac[6];
        bool has_mac, older;
        struct addr group, host;
        struct filter filter;
        struct addr *sources;
        int64_t since_ns, refreshed_ns, expires_ns;
};

struct tracker {
        struct tracker_options options;
        struct entry *entries;
        size_t n, cap;
        int64_t now_ns;
        bool given; /* the record's one change is out */
        struct addr *from, *to;
        uint32_t n_from, n_to;
        struct entry gone;
};

struct tracker *tracker_new(const struct tracker_options *o)
{
        struct tracker *t = calloc(1, sizeof *t);

        if (!t)
                return NULL;
        t->options = *o;
        t->from = calloc(2 * LIST_MAX, sizeof *t->from);
        t->to = calloc(2 * LIST_MAX, sizeof *t->to);
        if (!t->from || !t->to) {
                tracker_free(t);
                return NULL;
        }
        return t;
}

static void entry_clear(struct entry *e)
{
        free(e->interface);
        free(e->sources);
        *e = (struct entry){0};
}

void tracker_free(struct tracker *t)
{
        if (!t)
                return;
        for (size_t i = 0; i < t->n; i++)
                entry_clear(&t->entries[i]);
        entry_clear(&t->gone);
        free(t->entries);
        free(t->from);
        free(t->to);
        free(t);
}

void tracker_packet(struct tracker *t, const struct packet *p)
{
        if (p->frame->time_ns > t->now_ns)
                t->now_ns = p->frame->time_ns;
        t->given = false;
}

static int names_compare(const char *a, const char *b)
{
        return strcmp(a ? a : "", b ? b : "");
}

static int entry_compare(const struct entry *a, const struct entry *b)
{
        int c = names_compare(a->interface, b->interface);

        if (!c)
                c = (int)a->n_vlan - (int)b->n_vlan;
        for (uint8_t i = 0; !c && i < a->n_vlan; i++)
                c = (int)a->vlan[i] - (int)b->vlan[i];
        if (!c)
                c = addr_compare(&a->group, &b->group);
        if (!c)
                c = addr_compare(&a->host, &b->host);
        return c ? c : memcmp(a->mac, b->mac, 6);
}

/* Entries stay sorted; where a new one belongs, or the one there. */
static size_t place(const struct tracker *t, const struct entry *key, bool *found)
{
        size_t low = 0, high = t->n;

        while (low < high) {
                size_t mid = low + (high - low) / 2;
                int c = entry_compare(&t->entries[mid], key);
                if (!c) {
                        *found = true;
                        return mid;
                }
                if (c < 0)
                        low = mid + 1;
                else
                        high = mid;
        }
        *found = false;
        return low;
}

static struct entry *entry_add(struct tracker *t, size_t at, const struct entry *key)
{
        if (t->n == t->cap) {
                size_t cap = t->cap ? 2 * t->cap : 64;
                struct entry *e = realloc(t->entries, cap * sizeof *e);
                if (!e)
                        return NULL;
                t->entries = e;
                t->cap = cap;
        }
        memmove(&t->entries[at + 1], &t->entries[at], (t->n - at) * sizeof *t->entries);
        t->n++;
        t->entries[at] = *key;
        t->entries[at].interface = key->interface ? strdup(key->interface) : NULL;
        return &t->entries[at];
}

static int by_addr(const void *a, const void *b)
{
        return addr_compare(a, b);
}

static bool has(const struct addr *s, uint32_t n, const struct addr *a)
{
        return n && bsearch(a, s, n, sizeof *s, by_addr);
}

static uint32_t record_sources(const struct record *r, struct addr *out)
{
        uint32_t n = 0, kept = 0;

        for (uint16_t i = 0; i < r->sources.n && n < LIST_MAX; i++)
                out[n++] = source_at(&r->sources, i);
        qsort(out, n, sizeof *out, by_addr);
        for (uint32_t i = 0; i < n; i++)
                if (!kept || !addr_equal(&out[kept - 1], &out[i]))
                        out[kept++] = out[i];
        return kept;
}

/* to := to with (or without) those of the entry's list. */
static void combine(struct tracker *t, const struct entry *e, bool add)
{
        uint32_t n = 0;

        if (add) {
                for (uint32_t i = 0; i < e->filter.n; i++)
                        if (!has(t->to, t->n_to, &e->sources[i]))
                                t->from[n++] = e->sources[i];
                for (uint32_t i = 0; i < t->n_to; i++)
                        t->from[n++] = t->to[i];
        } else {
                for (uint32_t i = 0; i < e->filter.n; i++)
                        if (!has(t->to, t->n_to, &e->sources[i]))
                                t->from[n++] = e->sources[i];
        }
        qsort(t->from, n, sizeof *t->from, by_addr);
        if (n > LIST_MAX)
                n = LIST_MAX;
        memcpy(t->to, t->from, n * sizeof *t->to);
        t->n_to = n;
}

/* The filter of a host after a record: rules of RFC 9776 §5.1 read backwards. */
static enum filter_mode filter_after(struct tracker *t, const struct entry *e, const struct record *r)
{
        bool exclude = e->filter.mode == MODE_EXCLUDE;

        t->n_to = record_sources(r, t->to);
        switch (r->type) {
        case IS_EX:
        case TO_EX:
                return MODE_EXCLUDE;
        case IS_IN:
        case TO_IN:
                return MODE_INCLUDE;
        case ALLOW:
                combine(t, e, !exclude);
                break;
        case BLOCK:
                combine(t, e, exclude);
                break;
        }
        return exclude ? MODE_EXCLUDE : MODE_INCLUDE;
}

static void change_of(const struct entry *e, struct change *c)
{
        *c = (struct change){
                .time_ns = e->expires_ns, .interface = e->interface, .vlan = e->vlan, .n_vlan = e->n_vlan,
                .has_mac = e->has_mac, .host = e->host, .group = e->group, .from = e->filter,
                .to = {.mode = MODE_INCLUDE},
        };
        memcpy(c->mac, e->mac, 6);
}

/* Moves the entry out, so that a change may look at it. */
static void entry_remove(struct tracker *t, size_t at)
{
        entry_clear(&t->gone);
        t->gone = t->entries[at];
        t->n--;
        memmove(&t->entries[at], &t->entries[at + 1], (t->n - at) * sizeof *t->entries);
}

static bool ignored(const struct tracker *t, const struct packet *p, const struct record *r)
{
        const enum disposition d = packet_disposition(p)->disposition;

        if (d != DISPOSITION_USE && !(d == DISPOSITION_SNOOPING && t->options.snooping))
                return true;
        if (!addr_is_multicast(&r->group) || r->type < IS_IN || r->type > BLOCK)
                return true;
        return !t->options.ssm_off && addr_is_ssm(&r->group) && (r->implied || r->type == IS_EX || r->type == TO_EX);
}

static struct entry entry_key(const struct packet *p, const struct record *r)
{
        struct entry k = {.n_vlan = p->n_vlan, .group = r->group, .host = p->src, .has_mac = p->has_eth};

        memcpy(k.vlan, p->vlan, sizeof *k.vlan * p->n_vlan);
        if (p->has_eth)
                memcpy(k.mac, p->eth_src, 6);
        return k;
}

bool tracker_apply(struct tracker *t, const struct packet *p, const struct record *r, struct change *c)
{
        struct entry key = entry_key(p, r), *e;
        enum filter_mode mode;
        struct text name = {0};
        bool found, same;
        size_t at;

        if (t->given || ignored(t, p, r)) {
                t->given = false;
                return false;
        }
        if (p->frame->interface) {
                text_add(&name, p->frame->interface);
                text_string(&name);
                key.interface = name.p;
        }
        at = place(t, &key, &found);
        mode = filter_after(t, found ? &t->entries[at] : &key, r);
        if (!found && mode == MODE_INCLUDE && !t->n_to) {
                text_free(&name);
                return false;
        }
        e = found ? &t->entries[at] : entry_add(t, at, &key);
        text_free(&name);
        if (!e)
                return false;
        e->older = r->implied;
        e->version = p->gmp.row->version;
        e->refreshed_ns = t->now_ns;
        e->expires_ns = t->now_ns + GMI_NS;
        if (!found)
                e->since_ns = t->now_ns;
        same = found && mode == e->filter.mode && t->n_to == e->filter.n;
        for (uint32_t i = 0; same && i < t->n_to; i++)
                same = addr_equal(&t->to[i], &e->sources[i]);
        if (same)
                return false;
        change_of(e, c);
        c->frame = p->frame->number;
        c->time_ns = p->frame->time_ns;
        c->why = r->implied ? p->gmp.row->name : record_name(r->type);
        c->from.mode = c->from.mode == MODE_EXCLUDE ? MODE_EXCLUDE : MODE_INCLUDE;
        if (c->from.n)
                memcpy(t->from, e->sources, e->filter.n * sizeof *t->from);
        c->from.sources = t->from;
        c->to = (struct filter){mode, t->to, t->n_to};
        c->event = !found ? CHANGE_JOINED : mode == MODE_INCLUDE && !t->n_to ? CHANGE_LEFT : CHANGE_CHANGED;
        t->given = true;
        free(e->sources);
        e->sources = t->n_to ? malloc(t->n_to * sizeof *e->sources) : NULL;
        if (e->sources)
                memcpy(e->sources, t->to, t->n_to * sizeof *e->sources);
        e->filter = (struct filter){mode, e->sources, e->sources ? t->n_to : 0};
        if (c->event != CHANGE_LEFT)
                return true;
        entry_remove(t, at);
        c->interface = t->gone.interface;
        c->vlan = t->gone.vlan;
        return true;
}

bool tracker_expire(struct tracker *t, int64_t now_ns, struct change *c)
{
        size_t first = SIZE_MAX;

        for (size_t i = 0; i < t->n; i++)
                if (t->entries[i].expires_ns <= now_ns
                    && (first == SIZE_MAX || t->entries[i].expires_ns < t->entries[first].expires_ns))
                        first = i;
        if (first == SIZE_MAX)
                return false;
        entry_remove(t, first);
        change_of(&t->gone, c);
        c->event = CHANGE_EXPIRED;
        c->why = "timer";
        return true;
}

bool member_next(struct tracker *t, size_t *at, struct member *m)
{
        const struct entry *e;

        if (*at >= t->n)
                return false;
        e = &t->entries[(*at)++];
        *m = (struct member){
                .interface = e->interface, .vlan = e->vlan, .n_vlan = e->n_vlan, .version = e->version,
                .has_mac = e->has_mac, .anonymous = addr_is_unspecified(&e->host), .group = e->group,
                .host = e->host, .filter = e->filter, .since_ns = e->since_ns, .refreshed_ns = e->refreshed_ns,
                .expires_ns = e->expires_ns,
        };
        memcpy(m->mac, e->mac, 6);
        return true;
}

bool group_next(struct tracker *t, size_t *at, struct group_state *g)
{
        (void)t, (void)at, (void)g;
        return false;
}

bool querier_next(struct tracker *t, size_t *at, struct querier *q)
{
        (void)t, (void)at, (void)q;
        return false;
}
