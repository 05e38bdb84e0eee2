/* SPDX-License-Identifier: BSD-2-Clause */
/* Data and control together: data that nobody asked for or that goes on after the last leave, members without data,
 * a TTL that can't cross the next router, groups that share an Ethernet address; how long a join and a leave took.
 * Speaks only where there is multicast UDP on the link. */
#include "sequence.h"

#include <string.h>

#define SETTLE_NS (60 * SECOND)  /* a joined group should have had data by then */
#define FLOWING_NS SECOND        /* data as fresh as that flowed before the join */
#define UNKNOWN_NS (270 * SECOND) /* without a querier: who is still silent is no member */

/* Groups that routers never forward, and those that IANA has named for themselves: discovery and the like. */
static bool is_special(const struct addr *g)
{
        if (g->len == 4 ? !memcmp(g->b, "\xe0\0\0", 3) : (g->b[1] & 15) <= 2)
                return true;
        return group_name(g);
}

static struct about about_data(const struct lan *lan, const struct packet *p)
{
        return (struct about){.lan = lan, .host = &p->src, .frame = p->frame->number, .time_ns = p->frame->time_ns};
}

/* ---- joins and leaves ---- */

static void no_data(struct linter *l, struct alarm *alarm)
{
        struct channel *c = ALARM_ITEM(alarm, struct channel, data);
        const struct about a = {.lan = c->lan, .time_ns = alarm->said_ns};
        char group[ADDR_TEXT];

        if (c->live && c->lan->data_ns != NEVER && c->data_ns < c->joined_ns && !c->data_told
            && !lost_since(l, c->lan, c->joined_ns))
                say(l, S_DATA_MISSING, &a, "data for a group with members", "none for %s in %.0f s",
                    addr_format(&c->group, group), seconds(SETTLE_NS));
        c->data_told = true;
}

static void same_mac(struct linter *l, struct channel *c, const struct about *a)
{
        struct key k = {.of = c->lan, .kind = ITEM_FRAME_ADDRESS};
        struct frame_address *used;
        char group[ADDR_TEXT], other[ADDR_TEXT], mac[MAC_TEXT];

        addr_group_mac(&c->group, k.mac);
        used = book_find(l, &k, true);
        if (used && !used->channel) {
                c->entry.holds++;
                used->channel = c;
        }
        if (!used || used->channel == c || used->told || (used->channel->data_ns == NEVER && c->data_ns == NEVER))
                return;
        used->told = true;
        say(l, S_DATA_MAC, a, "groups that differ in their last 23 bits (IPv6: 32): hosts and switches see one",
            "%s and %s share %s", addr_format(&used->channel->group, other), addr_format(&c->group, group),
            mac_format(k.mac, mac));
}

void channel_joined(struct linter *l, struct channel *c)
{
        const struct about a = {.lan = c->lan, .time_ns = l->sequence.now_ns};

        c->joined_ns = l->sequence.now_ns;
        c->left_ns = c->unwanted_ns = NEVER;
        c->unwanted_told = false;
        if (is_special(&c->group))
                return;
        if (!c->data_told)
                alarm_set(l, &c->data, l->sequence.now_ns + SETTLE_NS, 0, no_data);
        same_mac(l, c, &a);
}

void channel_left(struct linter *l, struct channel *c)
{
        c->left_ns = l->sequence.now_ns;
        alarm_stop(l, &c->data);
}

/* ---- a datagram ---- */

static bool is_wanted(const struct linter *l, const struct channel *c, const struct packet *p)
{
        struct group_state g;
        return c->live || (l->tracker && tracker_group(l->tracker, p, &c->group, &g));
}

/* Whether members would be known: a query's window has closed, or the capture is long enough without one. */
static bool is_known(const struct linter *l, const struct lan *lan)
{
        return lan->heard_ns != NEVER
                || (lan->general_ns == NEVER && l->sequence.now_ns - l->sequence.start_ns > UNKNOWN_NS);
}

/* Its frame comes from a router that queries here. */
static bool is_forwarded(const struct lan *lan, const struct packet *p)
{
        for (unsigned i = 0; i < lan->n_routers && p->has_eth && !p->n_encap; i++)
                if (!memcmp(lan->routers[i]->mac, p->eth_src, 6) && !addr_equal(&lan->routers[i]->entry.key.addr,
                        &p->src))
                        return true;
        return false;
}

static void unwanted(struct linter *l, struct channel *c, const struct packet *p)
{
        const struct about a = about_data(c->lan, p);
        const int64_t now = l->sequence.now_ns, lmqt = c->lan->rv * SECOND;
        char group[ADDR_TEXT];

        if (is_wanted(l, c, p)) {
                c->unwanted_ns = NEVER;
                c->unwanted_told = false;
                return;
        }
        if (c->unwanted_ns == NEVER)
                c->unwanted_ns = now;
        if (c->unwanted_told || !is_known(l, c->lan))
                return;
        addr_format(&c->group, group);
        if (c->joined_ns == NEVER) {
                c->unwanted_told = true;
                say(l, S_DATA_UNWANTED, &a, "a member of the group", "data for %s, which nobody has joined", group);
        } else if (now - c->unwanted_ns > slack(lmqt) && is_forwarded(c->lan, p) && c->left_ns != NEVER) {
                c->unwanted_told = true;
                say(l, S_TRAFFIC_AFTER_LEAVE, &a, "silence, once the last member is gone",
                    "data for %s %.1f s after the last leave", group, seconds(now - c->left_ns));
        }
}

static void count(const struct linter *l, struct flow *f, const struct packet *p)
{
        const struct channel *c = f->channel;
        const int64_t now = l->sequence.now_ns;
        const bool fresh = c->joined_ns != NEVER && (!f->packets || f->last_ns < c->joined_ns);

        if (c->live && fresh && (!f->packets || c->joined_ns - f->last_ns > FLOWING_NS)) {
                f->join_ns = now - c->joined_ns;
                f->leave_ns = NEVER;
        }
        if (!c->live && c->left_ns != NEVER)
                f->leave_ns = now - c->left_ns;
        if (!f->packets)
                f->first_ns = now;
        f->last_ns = now;
        f->packets++;
        f->bytes += p->udp_length > 8 ? p->udp_length - 8U : 0;
        f->ttl = p->ttl;
}

static void first_packet(struct linter *l, struct flow *f, const struct packet *p)
{
        struct channel *c = f->channel;
        const struct about a = about_data(c->lan, p);
        char group[ADDR_TEXT];

        if (is_special(&c->group))
                return;
        if (p->ttl == 1)
                say(l, S_DATA_TTL, &a, "a higher one, if it shall leave the link", "%s 1 to %s",
                    c->group.len == 4 ? "ttl" : "hop limit", addr_format(&c->group, group));
        same_mac(l, c, &a);
}

void sequence_data(struct linter *l, const struct packet *p)
{
        struct lan *lan = lan_of(l, p, p->dst.len == 4 ? FAMILY_IGMP : FAMILY_MLD);
        struct channel *c = lan ? channel_of(l, lan, &p->dst, true) : NULL;
        const struct key k = {.of = c, .addr = p->src, .kind = ITEM_FLOW};
        struct flow *f;

        if (!c)
                return;
        listeners_expire(l, lan);
        c->entry.holds++;
        f = book_find(l, &k, true);
        c->entry.holds--;
        lan->data_ns = c->data_ns = l->sequence.now_ns;
        if (!is_special(&c->group))
                unwanted(l, c, p);
        if (!f)
                return;
        if (!f->channel) {
                f->channel = c;
                c->entry.holds++;
                chain_append(&l->sequence.flows, &f->all);
        }
        if (!f->packets)
                first_packet(l, f, p);
        count(l, f, p);
}

/* ---- reading ---- */

bool data_next(struct linter *l, size_t *at, struct data_flow *out)
{
        struct sequence *s = &l->sequence;
        struct chain *next;
        const struct flow *f;
        const struct lan *lan;

        if (!*at || !s->reading)
                s->reading = &s->flows;
        next = s->reading->next;
        if (next == &s->flows)
                return false;
        s->reading = next;
        ++*at;
        f = CHAIN_ITEM(next, struct flow, all);
        lan = f->channel->lan;
        *out = (struct data_flow){
                .interface = lan->interface, .vlan = lan->vlan, .n_vlan = lan->n_vlan, .group = f->channel->group,
                .source = f->entry.key.addr, .packets = f->packets, .bytes = f->bytes, .first_ns = f->first_ns,
                .last_ns = f->last_ns, .join_latency_ns = f->join_ns == NEVER ? -1 : f->join_ns,
                .leave_latency_ns = f->leave_ns == NEVER ? -1 : f->leave_ns, .members = f->channel->live,
                .ttl = f->ttl,
        };
        return true;
}
