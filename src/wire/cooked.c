/* SPDX-License-Identifier: BSD-2-Clause */
/* Link headers of captures on "any" and on loopbacks: Linux cooked (SLL, SLL2), BSD null and loop. */
#include "igmpscope/wire.h"

#include <string.h>

#include "decode.h"

enum { ARPHRD_NETLINK = 824, ARPHRD_80211_RADIOTAP = 803, ARPHRD_FRAD = 770 };

/* The protocol field is an EtherType but for some hardware types (LINKTYPE_LINUX_SLL); for GRE it is GRE's
 * protocol type, whose values are EtherTypes too. */
static void cooked(struct decode *d, uint16_t hardware, uint16_t ethertype, uint16_t n, const uint8_t *address)
{
        if (d->c.bad || hardware == ARPHRD_NETLINK || hardware == ARPHRD_FRAD)
                return;
        if (n == 6)
                memcpy(d->p->eth_src, address, 6);
        if (hardware == ARPHRD_80211_RADIOTAP)
                d->next = LAYER_RADIOTAP;
        else if (ethertype == 4) /* LINUX_SLL_P_802_2 */
                d->next = LAYER_LLC;
        else if (ethertype >= 0x600)
                decode_ethertype(d, ethertype);
}

void parse_sll(struct decode *d)
{
        uint16_t hardware, n, ethertype;
        struct bytes address;

        cursor_u16(&d->c); /* packet type */
        hardware = cursor_u16(&d->c);
        n = cursor_u16(&d->c);
        address = cursor_take(&d->c, 8);
        ethertype = cursor_u16(&d->c);
        cooked(d, hardware, ethertype, n, address.p);
}

void parse_sll2(struct decode *d)
{
        uint16_t hardware, ethertype;
        struct bytes address;
        uint8_t n;

        ethertype = cursor_u16(&d->c);
        cursor_u16(&d->c); /* reserved */
        cursor_u32(&d->c); /* interface index */
        hardware = cursor_u16(&d->c);
        cursor_u8(&d->c); /* packet type */
        n = cursor_u8(&d->c);
        address = cursor_take(&d->c, 8);
        cooked(d, hardware, ethertype, n, address.p);
}

/* An address family of the capturing machine, in its byte order (null) or network order (loop): families are
 * small, so that the order shows. AF_INET is 2 everywhere; AF_INET6 is 10, 24, 28 or 30. */
void parse_loopback(struct decode *d)
{
        uint32_t family = cursor_u32(&d->c);

        if (family > 0xffff)
                family = __builtin_bswap32(family);
        if (family == 2 || family == 10 || family == 24 || family == 28 || family == 30)
                d->next = LAYER_IP;
}
