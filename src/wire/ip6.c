/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv6 and its extension headers (RFC 8200 §4), AH (RFC 4302) included. Of the options Router Alert
 * (RFC 2711) matters here. Headers behind a fragment header are read in the first fragment or the whole only. */
#include "igmpscope/wire.h"

#include "decode.h"

void parse_ip6(struct decode *d)
{
        struct packet *p = d->p;
        const uint8_t *at = d->c.at;
        struct bytes head = cursor_take(&d->c, 40);
        struct cursor c = cursor_over(head);
        uint32_t first;
        uint16_t length;
        uint8_t next;

        decode_ip_start(d);
        if (!head.n)
                return;
        first = cursor_u32(&c);
        length = cursor_u16(&c);
        next = cursor_u8(&c);
        if (first >> 28 != 6) {
                decode_flaw(d, FLAW_IP_VERSION);
                decode_stop(d, LAYER_IP6, at, "the IP version is not 6");
                return;
        }
        p->ip_version = 6;
        p->tos = (uint8_t)(first >> 20);
        p->ttl = cursor_u8(&c);
        decode_addr(&c, 16, &p->src);
        decode_addr(&c, 16, &p->dst);
        decode_ip_narrow(d, length);
        p->ip = (struct bytes){at, (size_t)(d->c.end - at)};
        decode_ip_payload(d, next);
}

/* Next header and length in units of 8 octets beyond the first 8 (AH: 4, beyond the first 2); gives the rest. */
static struct cursor extension(struct decode *d, unsigned unit, unsigned extra, uint8_t *next)
{
        uint32_t length;

        *next = cursor_u8(&d->c);
        length = (cursor_u8(&d->c) + extra) * unit;
        return cursor_over(cursor_take(&d->c, length - 2));
}

void parse_hopopts(struct decode *d)
{
        struct packet *p = d->p;
        uint8_t next;
        struct cursor rest = extension(d, 8, 1, &next);

        if (d->c.bad)
                return;
        if (p->headers[p->n_headers - 2].layer != LAYER_IP6) {
                p->hbh_not_first = true;
                decode_flaw(d, FLAW_HBH_ORDER);
        }
        decode_options(d, cursor_rest(&rest), true);
        decode_ip_payload(d, next);
}

static void skip(struct decode *d, unsigned unit, unsigned extra)
{
        uint8_t next;

        extension(d, unit, extra, &next);
        if (!d->c.bad)
                decode_ip_payload(d, next);
}

/* With segments left the checksums behind it cover the last address of the way (RFC 8200 §8.1): the list's
 * last for types 0 and 2, its first for segment routing (RFC 8754 §2). */
void parse_routing(struct decode *d)
{
        uint8_t next, type, left;
        struct cursor rest = extension(d, 8, 1, &next);

        if (d->c.bad)
                return;
        type = cursor_u8(&rest);
        left = cursor_u8(&rest);
        cursor_u32(&rest); /* reserved; or last entry, flags and tag */
        if (left && cursor_left(&rest) >= 16 && (type == 0 || type == 2))
                d->p->final_dst = rest.end - 16;
        else if (left && cursor_left(&rest) >= 16 && type == 4)
                d->p->final_dst = rest.at;
        decode_ip_payload(d, next);
}

void parse_dstopts(struct decode *d)
{
        skip(d, 8, 1);
}

void parse_ah(struct decode *d)
{
        skip(d, 4, 2);
}

void parse_fragment(struct decode *d)
{
        struct packet *p = d->p;
        uint8_t next = cursor_u8(&d->c);
        uint16_t offset;

        cursor_u8(&d->c); /* reserved */
        offset = cursor_u16(&d->c);
        p->fragment_id = cursor_u32(&d->c);
        if (d->c.bad)
                return;
        p->fragment_offset = offset & 0xfff8;
        p->mf = offset & 1;
        p->fragment = p->mf || p->fragment_offset;
        decode_ip_payload(d, next);
}
