/* SPDX-License-Identifier: BSD-2-Clause */
/* Link types and Ethernet. To add a link type: a row here and, if it begins with a header that we don't know,
 * a word in LAYERS with its parser. Numbers: https://www.tcpdump.org/linktypes.html */
#include "igmpscope/wire.h"

#include <string.h>

#include "decode.h"

static const struct link_type links[] = {
        {1, "ethernet", "Ethernet, with any stack of VLAN tags", LAYER_ETHERNET},
        {0, "null", "BSD loopback", LAYER_LOOPBACK},
        {108, "loop", "OpenBSD loopback", LAYER_LOOPBACK},
        {9, "ppp", "PPP", LAYER_PPP},
        {50, "ppp-hdlc", "PPP in HDLC-like framing (RFC 1662)", LAYER_PPP},
        {12, "raw", "IPv4 or IPv6, as 101", LAYER_IP},
        {14, "raw", "IPv4 or IPv6, as 101", LAYER_IP},
        {101, "raw", "IPv4 or IPv6 with nothing before", LAYER_IP},
        {228, "raw-ipv4", "IPv4 with nothing before", LAYER_IP},
        {229, "raw-ipv6", "IPv6 with nothing before", LAYER_IP6},
        {113, "linux-sll", "Linux cooked capture, version 1", LAYER_SLL},
        {276, "linux-sll2", "Linux cooked capture, version 2", LAYER_SLL2},
        {105, "ieee-802-11", "IEEE 802.11", LAYER_WLAN},
        {127, "ieee-802-11-radiotap", "IEEE 802.11 behind a radiotap header", LAYER_RADIOTAP},
        {119, "ieee-802-11-prism", "IEEE 802.11 behind a Prism header", LAYER_PRISM},
        {163, "ieee-802-11-avs", "IEEE 802.11 behind an AVS header", LAYER_PRISM},
};

const struct link_type *link_at(size_t i)
{
        return i < sizeof links / sizeof *links ? &links[i] : NULL;
}

const struct link_type *link_find(int link)
{
        for (size_t i = 0; i < sizeof links / sizeof *links; i++)
                if (links[i].link == link)
                        return &links[i];
        return NULL;
}

static const struct {
        uint16_t ethertype;
        uint8_t next;
} ethertypes[] = {
        {0x0800, LAYER_IP},    {0x86dd, LAYER_IP6},    {0x8100, LAYER_VLAN}, {0x88a8, LAYER_VLAN},
        {0x9100, LAYER_VLAN},  {0x8864, LAYER_PPPOE},  {0x8847, LAYER_MPLS}, {0x8848, LAYER_MPLS},
        {0x6558, LAYER_ETHERNET}, {0x880b, LAYER_PPP},
};

void decode_ethertype(struct decode *d, uint16_t ethertype)
{
        d->p->ethertype = ethertype;
        if (ethertype < 0x600) { /* IEEE 802.3 §3.2.6: a length, then LLC */
                if (decode_narrow(d, ethertype))
                        d->next = LAYER_LLC;
                return;
        }
        for (size_t i = 0; i < sizeof ethertypes / sizeof *ethertypes; i++) {
                if (ethertypes[i].ethertype != ethertype)
                        continue;
                d->next = ethertypes[i].next;
                return;
        }
}

void parse_ethernet(struct decode *d)
{
        struct packet *p = d->p;
        struct bytes head = cursor_take(&d->c, 14);
        struct cursor c = cursor_over(head);

        if (!head.n)
                return;
        p->has_eth = p->eth_ip = true;
        memcpy(p->eth_dst, cursor_take(&c, 6).p, 6);
        memcpy(p->eth_src, cursor_take(&c, 6).p, 6);
        decode_ethertype(d, cursor_u16(&c));
}

/* IEEE 802.1Q-2022 §9.6: PCP, DEI, VID. Tags past VLAN_MAX are passed over and flagged. */
void parse_vlan(struct decode *d)
{
        struct packet *p = d->p;
        uint16_t tci = cursor_u16(&d->c);
        uint16_t ethertype = cursor_u16(&d->c);

        if (d->c.bad)
                return;
        if (p->n_vlan < VLAN_MAX)
                p->vlan[p->n_vlan++] = tci & 0xfff;
        else
                decode_flaw(d, FLAW_DEPTH);
        decode_ethertype(d, ethertype);
}

/* LLC with SNAP (RFC 1042); other protocols over LLC are none of ours. */
void parse_llc(struct decode *d)
{
        uint32_t sap_and_control, oui_and_type;

        if (decode_left(d) < 8)
                return;
        sap_and_control = cursor_u32(&d->c);
        oui_and_type = cursor_u32(&d->c);
        if (!d->c.bad && sap_and_control == 0xaaaa0300 && !(oui_and_type >> 16) && (oui_and_type & 0xffff) >= 0x600)
                decode_ethertype(d, (uint16_t)oui_and_type);
}
