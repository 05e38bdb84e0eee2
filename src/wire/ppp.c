/* SPDX-License-Identifier: BSD-2-Clause */
/* PPP (RFC 1661, RFC 1662, Cisco HDLC beside it), PPPoE (RFC 2516) and MPLS (RFC 3032, RFC 4385). */
#include "igmpscope/wire.h"

#include "decode.h"

/* The protocol field may be one octet long: an odd one (RFC 1661 §6.5). */
static void protocol(struct decode *d)
{
        uint16_t v = cursor_u8(&d->c);

        if (!(v & 1))
                v = (uint16_t)(v << 8 | cursor_u8(&d->c));
        if (d->c.bad)
                return;
        switch (v) {
        case 0x0021: d->next = LAYER_IP; break;
        case 0x0057: d->next = LAYER_IP6; break;
        case 0x0281:
        case 0x0283: d->next = LAYER_MPLS; break;
        default: break;
        }
}

void parse_ppp(struct decode *d)
{
        struct packet *p = d->p;
        struct cursor peek = decode_peek(d);
        uint16_t start = cursor_u16(&peek);

        if (p->n_headers > 1 && !decode_encap(d, ENCAP_PPP))
                return;
        if (start == 0x0f00 || start == 0x8f00) { /* Cisco HDLC: address, control, EtherType */
                cursor_u16(&d->c);
                decode_ethertype(d, cursor_u16(&d->c));
                return;
        }
        if (start == 0xff03)
                cursor_u16(&d->c);
        protocol(d);
}

void parse_pppoe(struct decode *d)
{
        uint16_t version_and_code = cursor_u16(&d->c);
        uint16_t length;

        cursor_u16(&d->c); /* session */
        length = cursor_u16(&d->c);
        if (d->c.bad || version_and_code != 0x1100 || !decode_encap(d, ENCAP_PPPOE))
                return;
        if (decode_narrow(d, length)) {
                protocol(d);
                return;
        }
        decode_flaw(d, FLAW_HEADER);
        decode_stop(d, LAYER_PPPOE, NULL, "the PPPoE length is more than the frame holds");
}

/* The whole label stack is one header. What follows says itself what it is by its first half octet: IP's version,
 * or 0 for the control word of an Ethernet pseudowire (RFC 4385 §3). */
void parse_mpls(struct decode *d)
{
        uint32_t entry;
        struct cursor peek;
        uint8_t first;

        do
                entry = cursor_u32(&d->c);
        while (!d->c.bad && !(entry & 0x100));
        if (d->c.bad || !decode_encap(d, ENCAP_MPLS))
                return;
        peek = decode_peek(d);
        first = cursor_u8(&peek) >> 4;
        if (first == 4 || first == 6) {
                d->next = first == 4 ? LAYER_IP : LAYER_IP6;
        } else if (!first && !peek.bad) {
                cursor_u32(&d->c);
                d->next = LAYER_ETHERNET;
        }
}
