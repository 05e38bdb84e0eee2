/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames by libnet's builders, as far as they reach: Ethernet, one 802.1Q tag, IPv4 with its options, IPv6, UDP,
 * IGMPv1 and v2. It knows no group records, hop-by-hop header or MLD: those octets come from craft_build and are
 * libnet's payload. */
#include "igmpscope/net.h"

#include <libnet.h>
#include <stdlib.h>

enum { FORGE_MAX = 66000, LINK_ETHERNET = 1, LINK_RAW = 101, ETHERTYPE_4 = 0x0800, ETHERTYPE_6 = 0x86dd };

struct forge {
        libnet_t *net;
        uint8_t ours[FORGE_MAX];
};

int forge_open(struct forge **f, struct error *err)
{
        char why[LIBNET_ERRBUF_SIZE] = "";

        *f = calloc(1, sizeof **f);
        if (!*f)
                return error_set(err, "out of memory");
        (*f)->net = libnet_init(LIBNET_NONE, NULL, why);
        if ((*f)->net)
                return 0;
        free(*f);
        *f = NULL;
        return error_set(err, "libnet can't begin: %s", why);
}

void forge_close(struct forge *f)
{
        if (!f)
                return;
        libnet_destroy(f->net);
        free(f);
}

/* What libnet can't be told: values that are wrong, and more than one tag. */
static bool reaches(const struct craft *c)
{
        bool sound = !c->bad_checksum && !c->bad_ip_checksum && c->checksum < 0 && !c->cut;

        return sound && (c->gmp.row || c->udp) && (!c->n_vlan || (c->n_vlan == 1 && c->vlan[0] < 4096));
}

static uint32_t word(const struct addr *a)
{
        uint32_t v;
        memcpy(&v, a->b, sizeof v);
        return v;
}

static bool put_udp(libnet_t *l, const struct packet *p)
{
        return libnet_build_udp(p->src_port, p->dst_port, p->udp_length, 0, p->payload.n ? p->payload.p : NULL,
                                (uint32_t)p->payload.n, l, 0) >= 0;
}

static bool put_igmp(libnet_t *l, const struct packet *p)
{
        const struct bytes *b = &p->gmp.bytes;

        return libnet_build_igmp(p->gmp.type, p->gmp.code, 0, word(&p->gmp.group), b->n > 8 ? b->p + 8 : NULL,
                                 b->n > 8 ? (uint32_t)b->n - 8 : 0, l, 0) >= 0;
}

/* The part behind the IP header. False with none put: the IP header takes it as its payload. */
static bool put_body(libnet_t *l, const struct packet *p)
{
        const struct message *m = p->gmp.row;

        if (p->has_udp && (p->ip_version == 4 || p->ip_header_len == 40))
                return put_udp(l, p);
        return m && m->family == FAMILY_IGMP && m->version && m->version < 3 && put_igmp(l, p);
}

static bool put_ip4(libnet_t *l, const struct packet *p, struct bytes body)
{
        uint32_t options = p->ip_header_len - 20u;

        if (options && libnet_build_ipv4_options(p->ip.p + 20, options, l, 0) < 0)
                return false;
        return libnet_build_ipv4((uint16_t)p->ip.n, p->tos, p->ip_id, p->df ? IP_DF : 0, p->ttl, p->protocol, 0,
                                 word(&p->src), word(&p->dst), body.p, (uint32_t)body.n, l, 0) >= 0;
}

static bool put_ip6(libnet_t *l, const struct packet *p, struct bytes body)
{
        struct libnet_in6_addr src, dst;

        memcpy(&src, p->src.b, sizeof src);
        memcpy(&dst, p->dst.b, sizeof dst);
        return libnet_build_ipv6(p->tos, 0, (uint16_t)(p->ip.n - 40), p->ip.p[6], p->ttl, src, dst, body.p,
                                 (uint32_t)body.n, l, 0) >= 0;
}

static bool put_link(libnet_t *l, const struct packet *p)
{
        uint16_t type = p->ip_version == 6 ? ETHERTYPE_6 : ETHERTYPE_4;

        if (!p->n_vlan)
                return libnet_build_ethernet(p->eth_dst, p->eth_src, type, NULL, 0, l, 0) >= 0;
        return libnet_build_802_1q(p->eth_dst, p->eth_src, ETHERTYPE_VLAN, 0, 0, p->vlan[0], type, NULL, 0, l, 0) >= 0;
}

static bool put_all(libnet_t *l, const struct packet *p)
{
        size_t head = p->ip_version == 6 ? 40 : p->ip_header_len;
        struct bytes body = {NULL, 0};

        if (!put_body(l, p))
                body = (struct bytes){p->ip.p + head, p->ip.n - head};
        if (!(p->ip_version == 6 ? put_ip6 : put_ip4)(l, p, body))
                return false;
        return !p->has_eth || put_link(l, p);
}

/* libnet_adv_cull_packet wants a context that may send; joining the pieces needs none. */
int forge_build(struct forge *f, const struct craft *c, struct packer *k, struct error *err)
{
        struct packer ours = packer_into(f->ours, sizeof f->ours);
        struct frame frame = {.number = 1, .link = c->eth ? LINK_ETHERNET : LINK_RAW};
        struct packet p;
        uint8_t *made;
        uint32_t n;

        if (craft_build(c, &ours) < 0)
                return error_set(err, "this packet can't be built: longer than 65,535 octets, or its source and "
                                 "destination are of different families");
        frame.data = (struct bytes){ours.p, ours.n};
        frame.caplen = frame.len = (uint32_t)ours.n;
        packet_decode(&frame, &p);
        if (!reaches(c) || !p.ip_version) {
                pack_bytes(k, frame.data);
                return 0;
        }
        libnet_clear_packet(f->net);
        if (!put_all(f->net, &p) || libnet_pblock_coalesce(f->net, &made, &n) < 0)
                return error_set(err, "libnet can't build this packet: %s", libnet_geterror(f->net));
        pack_bytes(k, (struct bytes){made, n});
        libnet_adv_free_packet(f->net, made);
        return k->bad ? error_set(err, "this packet is longer than there is room for") : 0;
}
