/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames from values: the inverse of the decode, with deliberate faults where asked for. What a message wants
 * (destination, Router Alert, TTL, ToS): RFC 9776 §4, RFC 9777 §5, RFC 2236 §2, RFC 1112 App. I, RFC 4286 §2. */
#include "igmpscope/wire.h"

#include <string.h>

#include "decode.h"

void craft_init(struct craft *c)
{
        *c = (struct craft){.ttl = -1, .tos = -1, .router_alert = -1, .ip_id = -1, .df = -1, .checksum = -1};
}

static struct addr local(uint8_t length, uint8_t last4, uint8_t last6)
{
        struct addr a = {.len = length};

        if (length == 4)
                return addr_v4(0xe0000000u | last4);
        a.b[0] = 0xff;
        a.b[1] = 2;
        a.b[15] = last6;
        return a;
}

/* Where a message belongs that does not go to the group it is about, by its JSON name. */
static const struct {
        const char *name;
        uint8_t last4, last6;
} homes[] = {
        {"query", 1, 1},
        {"leave", 2, 2},
        {"done", 2, 2},
        {"report", 22, 0x16},
        {"router_advertisement", 106, 0x6a},
        {"router_solicitation", 2, 2},
        {"router_termination", 106, 0x6a},
        {"rgmp_hello", 25, 0},
        {"rgmp_bye", 25, 0},
        {"rgmp_join", 25, 0},
        {"rgmp_leave", 25, 0},
};

static struct addr destination(const struct craft *c)
{
        const struct gmp *g = &c->gmp;
        uint8_t length = g->family == FAMILY_MLD ? 16 : 4;

        if (c->dst.len || !g->row || c->udp)
                return c->dst;
        if (g->row->kind == MESSAGE_QUERY && g->group.len && !addr_is_unspecified(&g->group))
                return g->group;
        if (g->row->kind == MESSAGE_REPORT && !gmp_newest(g))
                return g->group;
        for (size_t i = 0; i < sizeof homes / sizeof *homes; i++)
                if (!strcmp(homes[i].name, g->row->name))
                        return local(length, homes[i].last4, homes[i].last6);
        return c->dst;
}

static uint16_t checksum(const struct packer *k, size_t at, uint64_t sum, bool bad)
{
        uint16_t v = (uint16_t)~sum_fold(sum_add(sum, (struct bytes){k->p + at, k->n - at}));

        return bad ? v ^ 0x1111 : v;
}

/* The message or datagram from `at` on ends: what is to be left out goes, and its checksum is put in. sum: of the
 * pseudo-header but for the length, 0 if there is none. zero: what stands for a sum of 0. */
static void finish(const struct craft *c, struct packer *k, size_t at, size_t where, uint64_t sum, uint16_t zero)
{
        uint16_t v;

        k->n = c->cut < k->n - at ? k->n - c->cut : at;
        if (k->bad || k->n < at + where + 2)
                return;
        pack_at_u16(k, at + where, 0);
        v = checksum(k, at, sum ? sum + k->n - at : 0, c->bad_checksum);
        v = v ? v : zero;
        pack_at_u16(k, at + where, c->checksum < 0 ? v : (uint16_t)c->checksum);
}

static int message(const struct craft *c, uint64_t sum, struct packer *k)
{
        struct gmp g = c->gmp;
        size_t at = k->n;

        if (g.row && !g.row->build)
                return -1;
        if (!g.row) {
                pack_bytes(k, g.bytes);
        } else {
                g.family = g.row->family;
                g.group.len = gmp_address_length(&g);
                if (!g.declared)
                        g.declared = g.row->kind == MESSAGE_QUERY ? g.sources.n : g.n_records;
                if (g.row->kind == MESSAGE_QUERY && !g.code && g.row->code_min)
                        g.code = 100;
                pack_u8(k, g.row->type);
                pack_u8(k, g.code);
                pack_u16(k, 0);
                g.row->build(&g, k);
        }
        finish(c, k, at, 2, sum, 0);
        return 0;
}

static int datagram(const struct craft *c, uint64_t sum, struct packer *k)
{
        size_t at = k->n;

        pack_u16(k, c->src_port);
        pack_u16(k, c->dst_port);
        pack_u16(k, (uint16_t)(8 + c->udp->n));
        pack_u16(k, 0);
        pack_bytes(k, *c->udp);
        finish(c, k, at, 6, sum, 0xffff);
        return 0;
}

static int payload(const struct craft *c, const struct packet *ends, struct packer *k)
{
        if (c->udp)
                return datagram(c, sum_pseudo(ends, 17, 0), k);
        return message(c, ends->dst.len == 16 ? sum_pseudo(ends, 58, 0) : 0, k);
}

static int router_alerts(const struct craft *c)
{
        const struct message *m = c->gmp.row;

        if (c->router_alert >= 0)
                return c->router_alert;
        return !c->udp && !(m && m->family == FAMILY_IGMP && m->version == 1);
}

static int ip4(const struct craft *c, const struct packet *ends, struct packer *k)
{
        size_t at = k->n, body;
        int alerts = router_alerts(c);
        bool old = c->udp || (c->gmp.row && c->gmp.row->version == 1);
        bool df = c->df < 0 ? !c->udp : c->df;

        pack_u8(k, (uint8_t)(0x45 + alerts));
        pack_u8(k, (uint8_t)(c->tos >= 0 ? c->tos : old ? 0 : 0xc0));
        pack_u16(k, 0); /* total length */
        pack_u16(k, (uint16_t)(c->ip_id < 0 ? 0 : c->ip_id));
        pack_u16(k, df ? 0x4000 : 0);
        pack_u8(k, (uint8_t)(c->ttl < 0 ? 1 : c->ttl));
        pack_u8(k, c->udp ? 17 : 2);
        pack_u16(k, 0); /* checksum */
        pack_bytes(k, (struct bytes){ends->src.b, 4});
        pack_bytes(k, (struct bytes){ends->dst.b, 4});
        for (int i = 0; i < alerts; i++) { /* RFC 2113 §2.1 */
                pack_u16(k, 0x9404);
                pack_u16(k, c->router_alert_value);
        }
        body = k->n;
        if (payload(c, ends, k) || k->n - at > 65535 || alerts > 10)
                return -1;
        pack_at_u16(k, at + 2, (uint16_t)(k->n - at));
        if (!k->bad) {
                struct packer head = {.p = k->p, .n = body, .cap = k->cap};
                pack_at_u16(k, at + 10, checksum(&head, at, 0, c->bad_ip_checksum));
        }
        return 0;
}

/* RFC 2711 §2.1, padded with PadN (RFC 8200 §4.2) to a multiple of eight. */
static void hop_by_hop(const struct craft *c, int alerts, struct packer *k)
{
        size_t at = k->n;

        pack_u8(k, 58);
        pack_u8(k, (uint8_t)((2 + 4 * alerts + 7) / 8 - 1));
        for (int i = 0; i < alerts; i++) {
                pack_u16(k, 0x0502);
                pack_u16(k, c->router_alert_value);
        }
        if ((k->n - at) % 8) {
                uint8_t pad = (uint8_t)(8 - (k->n - at) % 8 - 2);
                pack_u8(k, 1);
                pack_u8(k, pad);
                pack_zeros(k, pad);
        }
}

static int ip6(const struct craft *c, const struct packet *ends, struct packer *k)
{
        size_t body;
        int alerts = router_alerts(c);

        pack_u32(k, 6u << 28 | (uint32_t)(c->tos < 0 ? 0 : c->tos & 255) << 20);
        pack_u16(k, 0); /* payload length */
        pack_u8(k, alerts ? 0 : c->udp ? 17 : 58);
        pack_u8(k, (uint8_t)(c->ttl < 0 ? 1 : c->ttl));
        pack_bytes(k, (struct bytes){ends->src.b, 16});
        pack_bytes(k, (struct bytes){ends->dst.b, 16});
        body = k->n;
        if (alerts)
                hop_by_hop(c, alerts, k);
        if (payload(c, ends, k) || k->n - body > 65535 || alerts > 500)
                return -1;
        pack_at_u16(k, body - 36, (uint16_t)(k->n - body));
        return 0;
}

static void ethernet(const struct craft *c, const struct addr *dst, struct packer *k)
{
        uint8_t mac[6];

        memcpy(mac, c->eth_dst, 6);
        if (!c->eth_dst_set && addr_is_multicast(dst))
                addr_group_mac(dst, mac);
        pack_bytes(k, (struct bytes){mac, 6});
        pack_bytes(k, (struct bytes){c->eth_src, 6});
        for (uint8_t i = 0; i < c->n_vlan && i < VLAN_MAX; i++) {
                pack_u16(k, i + 1 < c->n_vlan ? 0x88a8 : 0x8100);
                pack_u16(k, c->vlan[i]);
        }
        pack_u16(k, dst->len == 16 ? 0x86dd : 0x0800);
}

int craft_build(const struct craft *c, struct packer *k)
{
        struct packet ends = {.src = c->src, .dst = destination(c)}; /* for the pseudo-header */

        if (!ends.dst.len || (ends.src.len && ends.src.len != ends.dst.len))
                return -1;
        ends.src.len = ends.dst.len;
        if (c->eth)
                ethernet(c, &ends.dst, k);
        if ((ends.dst.len == 16 ? ip6 : ip4)(c, &ends, k))
                return -1;
        return k->bad ? -1 : 0;
}
