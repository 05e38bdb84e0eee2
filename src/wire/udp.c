/* SPDX-License-Identifier: BSD-2-Clause */
/* UDP (RFC 768; over IPv6 RFC 8200 §8.1 and RFC 6936), up to its payload or a tunnel in it. */
#include "igmpscope/wire.h"

#include "decode.h"

/* Offload leaves the folded sum of the pseudo-header alone in the field: that is no error of the wire, which
 * the frame had not reached yet, or (between namespaces) never will. */
static enum checksum verify(struct decode *d, struct bytes datagram, uint16_t value)
{
        struct packet *p = d->p;
        uint64_t pseudo = sum_pseudo(p, 17, p->udp_length);

        if (!value && p->ip_version == 4)
                return CHECKSUM_ABSENT;
        if (datagram.n < p->udp_length)
                return CHECKSUM_UNVERIFIED;
        if (value && sum_fold(sum_add(pseudo, datagram)) == 0xffff)
                return CHECKSUM_GOOD;
        return sum_fold(pseudo) == value ? CHECKSUM_UNVERIFIED : CHECKSUM_BAD;
}

void parse_udp(struct decode *d)
{
        struct packet *p = d->p;
        const uint8_t *at = d->c.at;
        struct bytes head = cursor_take(&d->c, 8);
        struct cursor c = cursor_over(head);
        uint16_t checksum;
        enum layer tunnel;

        if (!head.n)
                return;
        p->src_port = cursor_u16(&c);
        p->dst_port = cursor_u16(&c);
        p->udp_length = cursor_u16(&c);
        checksum = cursor_u16(&c);
        p->has_udp = true;
        if (p->udp_length < 8 || !decode_narrow(d, p->udp_length - 8u)) {
                p->udp_checksum = CHECKSUM_UNVERIFIED;
                p->payload = cursor_rest(&d->c);
                decode_flaw(d, FLAW_UDP_LENGTH);
                decode_stop(d, LAYER_UDP, at + 4, flaw_text(FLAW_UDP_LENGTH));
                return;
        }
        p->payload = cursor_rest(&d->c);
        tunnel = tunnel_of(p->src_port, p->dst_port, p->payload);
        p->udp_checksum = verify(d, (struct bytes){at, (size_t)(d->c.end - at)}, checksum);
        if (p->udp_checksum == CHECKSUM_BAD && !checksum && tunnel) /* RFC 6936: tunnels may do without */
                p->udp_checksum = CHECKSUM_ABSENT;
        if (p->udp_checksum == CHECKSUM_BAD)
                decode_flaw(d, FLAW_UDP_CHECKSUM);
        d->next = tunnel;
}
