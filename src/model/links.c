/* SPDX-License-Identifier: BSD-2-Clause */
/* Links: an interface and a stack of VLANs, numbered as they are first seen. Priority tags (VLAN
 * 0, IEEE 802.1Q §6.9) name no VLAN. There are at most LINKS_MAX, for whoever sends random tags. */
#include "tracker.h"

#include <stdlib.h>
#include <string.h>

static uint64_t name_hash(const struct tracker *t, const struct link *l, const char *name)
{
        size_t length = name ? strlen(name) : 0;
        uint64_t words[4] = {l->interface_id | (uint64_t)l->n_vlan << 32};

        memcpy(&words[2], l->vlan, sizeof l->vlan);
        for (size_t i = 0; i < length; i += 8) {
                uint64_t part = 0;
                memcpy(&part, name + i, length - i < 8 ? length - i : 8);
                words[1] = sip_words(t->options.seed, (uint64_t[]){words[1], part}, 2);
        }
        return sip_words(t->options.seed, words, 4);
}

static uint64_t link_hash(const struct tracker *t, uint32_t i)
{
        const struct link *l = link_item(t, i);
        return name_hash(t, l, l->interface);
}

/* What names the packet's link; the interface is borrowed. */
static void link_key(const struct packet *p, struct link *key)
{
        *key = (struct link){.interface_id = p->frame->interface_id};
        for (uint8_t i = 0; i < p->n_vlan; i++)
                if (p->vlan[i])
                        key->vlan[key->n_vlan++] = p->vlan[i];
}

static bool link_equal(const struct link *a, const struct packet *p, const struct link *key)
{
        const char *name = p->frame->interface;

        return a->interface_id == key->interface_id && a->n_vlan == key->n_vlan
               && !memcmp(a->vlan, key->vlan, sizeof a->vlan) && !a->interface == !name
               && (!name || !strcmp(a->interface, name));
}

/* The quick way for one packet after another of the same link; VLAN 0 takes the other one. */
static bool link_is_last(const struct link *l, const struct packet *p)
{
        const char *name = p->frame->interface;

        return l->interface_id == p->frame->interface_id && l->n_vlan == p->n_vlan
               && !memcmp(l->vlan, p->vlan, sizeof *l->vlan * l->n_vlan)
               && (name && l->interface ? !strcmp(name, l->interface) : !name && !l->interface);
}

static uint32_t link_add(struct tracker *t, const struct packet *p, const struct link *key)
{
        uint32_t i = table_room(&t->link_table, link_hash, t) ? pool_take(&t->links) : NONE;
        struct link *l;

        if (i == NONE)
                return NONE;
        l = link_item(t, i);
        *l = *key;
        l->interface = p->frame->interface ? strdup(p->frame->interface) : NULL;
        if (p->frame->interface && !l->interface) {
                pool_give(&t->links, i);
                return NONE;
        }
        side_init(t, &l->side[SIDE_IGMP]);
        side_init(t, &l->side[SIDE_MLD]);
        table_add(&t->link_table, link_hash(t, i), i);
        return i;
}

uint32_t link_of(struct tracker *t, const struct packet *p, bool add)
{
        struct link key;
        struct seek seek;
        uint32_t i;

        if (t->last_link != NONE && link_is_last(link_item(t, t->last_link), p))
                return t->last_link;
        link_key(p, &key);
        seek = seek_of(name_hash(t, &key, p->frame->interface));
        while ((i = table_next(&t->link_table, &seek)) != NONE)
                if (link_equal(link_item(t, i), p, &key))
                        return t->last_link = i;
        return add ? t->last_link = link_add(t, p, &key) : NONE;
}

int link_compare(const struct tracker *t, uint32_t a, uint32_t b)
{
        const struct link *x = link_item(t, a), *y = link_item(t, b);
        int c = a == b ? 0 : strcmp(x->interface ? x->interface : "", y->interface ? y->interface : "");

        if (a == b || c)
                return c;
        if (x->interface_id != y->interface_id)
                return x->interface_id < y->interface_id ? -1 : 1;
        for (unsigned i = 0; i < VLAN_MAX; i++)
                if (x->vlan[i] != y->vlan[i])
                        return x->vlan[i] < y->vlan[i] ? -1 : 1;
        return 0;
}
