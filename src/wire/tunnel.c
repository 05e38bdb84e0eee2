/* SPDX-License-Identifier: BSD-2-Clause */
/* Tunnels with a header of their own: GRE (RFC 2784, RFC 2890, PPTP's of RFC 2637) with ERSPAN in it, and over UDP
 * VXLAN (RFC 7348), Geneve (RFC 8926), GTP-U (3GPP TS 29.281 §5) and Teredo (RFC 4380 §5.1.1). */
#include "igmpscope/wire.h"

#include "decode.h"

void parse_gre(struct decode *d)
{
        uint16_t flags = cursor_u16(&d->c), protocol = cursor_u16(&d->c);

        if (flags & 0x8000)
                cursor_u32(&d->c); /* checksum, reserved */
        if (flags & 0x2000)
                cursor_u32(&d->c); /* key */
        if (flags & 0x1000)
                cursor_u32(&d->c); /* sequence number */
        if ((flags & 7) == 1 && flags & 0x80)
                cursor_u32(&d->c); /* acknowledgment number */
        if (d->c.bad || flags & 0x4000 || (flags & 7) > 1 || !decode_encap(d, ENCAP_GRE))
                return;
        if (protocol == 0x22eb || (protocol == 0x88be && flags & 0x1000))
                d->next = LAYER_ERSPAN;
        else if (protocol == 0x88be) /* type I has no header */
                d->next = LAYER_ETHERNET;
        else if (protocol >= 0x600)
                decode_ethertype(d, protocol);
}

/* Type II: 8 octets; type III: 12, and 8 more if its O bit is set. Version 1 and 2 in the first half octet. */
void parse_erspan(struct decode *d)
{
        uint32_t first = cursor_u32(&d->c);

        cursor_u32(&d->c);
        if (first >> 28 == 2 && cursor_u32(&d->c) & 1)
                cursor_take(&d->c, 8);
        if (!d->c.bad && decode_encap(d, ENCAP_ERSPAN))
                d->next = LAYER_ETHERNET;
}

void parse_vxlan(struct decode *d)
{
        cursor_take(&d->c, 8); /* flags, VXLAN network identifier */
        if (!d->c.bad && decode_encap(d, ENCAP_VXLAN))
                d->next = LAYER_ETHERNET;
}

void parse_geneve(struct decode *d)
{
        uint16_t flags = cursor_u16(&d->c), protocol = cursor_u16(&d->c);

        cursor_u32(&d->c); /* virtual network identifier */
        cursor_take(&d->c, (flags >> 8 & 63) * 4u);
        if (!d->c.bad && decode_encap(d, ENCAP_GENEVE))
                decode_ethertype(d, protocol);
}

void parse_gtpu(struct decode *d)
{
        uint8_t flags = cursor_u8(&d->c), next = 0, words;
        uint16_t length;

        cursor_u8(&d->c); /* message type: 255, G-PDU */
        length = cursor_u16(&d->c);
        cursor_u32(&d->c); /* tunnel endpoint */
        if (d->c.bad || !decode_narrow(d, length))
                return;
        if (flags & 7) { /* sequence and N-PDU number, next extension's type */
                cursor_take(&d->c, 3);
                next = cursor_u8(&d->c);
        }
        while (flags & 4 && next && !d->c.bad) {
                words = cursor_u8(&d->c);
                cursor_take(&d->c, words ? words * 4u - 2 : SIZE_MAX);
                next = cursor_u8(&d->c);
        }
        if (!d->c.bad && decode_encap(d, ENCAP_GTPU))
                d->next = LAYER_IP;
}

/* Before the IPv6 packet may stand an authentication and an origin indication, in this order. */
void parse_teredo(struct decode *d)
{
        struct cursor peek = decode_peek(d);
        uint16_t first = cursor_u16(&peek);
        uint8_t id, value;

        if (first == 1) {
                cursor_u16(&d->c);
                id = cursor_u8(&d->c);
                value = cursor_u8(&d->c);
                cursor_take(&d->c, id + value + 9u);
                peek = decode_peek(d);
                first = cursor_u16(&peek);
        }
        if (!first && !peek.bad)
                cursor_take(&d->c, 8);
        if (!d->c.bad && decode_encap(d, ENCAP_TEREDO))
                d->next = LAYER_IP6;
}

static bool is_vxlan(struct cursor c)
{
        return cursor_u32(&c) == 0x08000000 && !(cursor_u32(&c) & 0xff) && cursor_left(&c) >= 14;
}

static bool is_geneve(struct cursor c)
{
        uint16_t flags = cursor_u16(&c), protocol = cursor_u16(&c);

        return !(flags & 0xc03f) && !(cursor_u32(&c) & 0xff) && !c.bad
                && (protocol == 0x6558 || protocol == 0x0800 || protocol == 0x86dd);
}

static bool is_gtpu(struct cursor c)
{
        return (cursor_u16(&c) & 0xf0ff) == 0x30ff && cursor_u16(&c) && cursor_u32(&c) && !c.bad;
}

static bool is_teredo(struct cursor c)
{
        uint16_t first = cursor_u16(&c);

        return !c.bad && (first >> 12 == 6 || first < 2) && cursor_left(&c) >= 38;
}

static const struct {
        uint16_t port;
        bool source_too;
        uint8_t layer;
        bool (*is)(struct cursor c);
} tunnels[] = {
        {4789, false, LAYER_VXLAN, is_vxlan},
        {8472, false, LAYER_VXLAN, is_vxlan}, /* Linux's default for years */
        {6081, false, LAYER_GENEVE, is_geneve},
        {2152, false, LAYER_GTPU, is_gtpu},
        {3544, true, LAYER_TEREDO, is_teredo},
};

enum layer tunnel_of(uint16_t src_port, uint16_t dst_port, struct bytes payload)
{
        for (size_t i = 0; i < sizeof tunnels / sizeof *tunnels; i++) {
                if (tunnels[i].port != dst_port && !(tunnels[i].source_too && tunnels[i].port == src_port))
                        continue;
                if (tunnels[i].is(cursor_over(payload)))
                        return tunnels[i].layer;
        }
        return LAYER_NONE;
}
