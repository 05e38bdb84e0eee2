/* SPDX-License-Identifier: BSD-2-Clause */
/* What to call a packet in two or three words, also where it is none that we read. */
#include "igmpscope/wire.h"

#include <stdio.h>

#include "layout.h"

static const struct named {
        uint32_t number;
        const char *name;
} protocols[] = {
        {0, "hop-by-hop options"}, {1, "ICMP"}, {2, "IGMP"}, {4, "IPv4"}, {6, "TCP"}, {17, "UDP"}, {41, "IPv6"},
        {43, "routing header"}, {44, "fragment header"}, {47, "GRE"}, {50, "ESP"}, {51, "AH"}, {58, "ICMPv6"},
        {59, "no next header"}, {60, "destination options"}, {88, "EIGRP"}, {89, "OSPF"}, {103, "PIM"},
        {112, "VRRP"}, {113, "PGM"}, {132, "SCTP"},
}, ethertypes[] = {
        {0x0800, "IPv4"}, {0x86dd, "IPv6"}, {0x8100, "802.1Q"}, {0x88a8, "802.1ad"}, {0x9100, "QinQ"},
        {0x8847, "MPLS"}, {0x8864, "PPPoE"}, {0x6558, "Ethernet"}, {0x0806, "ARP"},
        {0x8863, "PPPoE discovery"}, {0x888e, "EAPOL"}, {0x88cc, "LLDP"}, {0x88e5, "MACsec"}, {0x88f7, "PTP"},
}, pim_types[] = { /* RFC 9739's registry, PIM version 2 */
        {0, "PIM hello"}, {1, "PIM register"}, {2, "PIM register-stop"}, {3, "PIM join/prune"}, {4, "PIM bootstrap"},
        {5, "PIM assert"}, {6, "PIM graft"}, {7, "PIM graft-ack"}, {8, "PIM candidate-RP"}, {9, "PIM state refresh"},
        {10, "PIM DF election"},
};

static const char *find(const struct named *list, size_t n, uint32_t number)
{
        for (size_t i = 0; i < n; i++)
                if (list[i].number == number)
                        return list[i].name;
        return NULL;
}
#define FIND(list, number) find(list, sizeof(list) / sizeof *(list), number)

const char *protocol_name(uint32_t protocol)
{
        return FIND(protocols, protocol);
}

const char *ethertype_name(uint32_t ethertype)
{
        return FIND(ethertypes, ethertype);
}

static const char *protocol_title(const struct packet *p)
{
        struct cursor c = cursor_over(p->ip_payload);
        uint8_t first = cursor_u8(&c);

        if (p->protocol == 103 && first >> 4 == 2 && !p->fragment)
                return FIND(pim_types, first & 15);
        return FIND(protocols, p->protocol);
}

const char *packet_title(const struct packet *p, char buf[32])
{
        const char *name;
        enum layer last;

        if (p->gmp.family && p->gmp.row)
                return p->gmp.row->title;
        if (p->gmp.family)
                return p->gmp.family == FAMILY_MLD ? "MLD" : "IGMP";
        last = (enum layer)(p->n_headers ? p->headers[p->n_headers - 1].layer : LAYER_LINK);
        name = p->ip_version ? protocol_title(p) : FIND(ethertypes, p->ethertype);
        snprintf(buf, 32, p->fragment ? "%s fragment" : "%s", name ? name : "");
        if (!name && p->ip_version)
                snprintf(buf, 32, p->fragment ? "protocol %u fragment" : "protocol %u", p->protocol);
        else if (!name && p->ethertype >= 0x600)
                snprintf(buf, 32, "EtherType 0x%04x", p->ethertype);
        else if (!name)
                snprintf(buf, 32, "%s frame", layer_name(last));
        return buf;
}
