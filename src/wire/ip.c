/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv4 (RFC 791) with its options, of which Router Alert (RFC 2113) matters here, and what every IP header
 * leads to. Lengths are the header's: what follows the datagram in the frame is padding. */
#include "igmpscope/wire.h"

#include "decode.h"

uint64_t sum_pseudo(const struct packet *p, uint8_t protocol, uint32_t length)
{
        const uint8_t *s = p->src.b, *t = p->dst.b;
        uint64_t sum;

        if (p->src.len == 4)
                return (uint64_t)(s[0] + s[2] + t[0] + t[2]) * 256 + s[1] + s[3] + t[1] + t[3] + length + protocol;
        sum = sum_add(0, (struct bytes){s, p->src.len});
        return sum_add(sum, (struct bytes){p->final_dst ? p->final_dst : p->dst.b, p->dst.len}) + length + protocol;
}

/* RFC 791 §3.1: type, length of all, data; 0 ends the list, 1 is padding. RFC 8200 §4.2: type, length of the
 * data, data; 0 is padding. */
bool option_next(struct cursor *c, bool v6, struct option *o)
{
        while (cursor_left(c)) {
                o->at = c->at;
                o->type = cursor_u8(c);
                if (!o->type && !v6)
                        return false;
                if (o->type < (v6 ? 1 : 2))
                        continue;
                o->length = cursor_u8(c);
                o->data = cursor_take(c, v6 ? o->length : o->length < 2 ? SIZE_MAX : o->length - 2u);
                return !c->bad;
        }
        return false;
}

void decode_options(struct decode *d, struct bytes list, bool v6)
{
        struct packet *p = d->p;
        struct cursor c = cursor_over(list);
        struct option o;

        while (option_next(&c, v6, &o)) {
                struct cursor data = cursor_over(o.data);

                if (o.type != (v6 ? 5 : 148))
                        continue;
                if (!p->n_router_alert++) {
                        p->router_alert_len = o.length;
                        p->router_alert_value = cursor_u16(&data);
                }
        }
        if (c.bad)
                decode_flaw(d, v6 ? FLAW_EXT_HEADER : FLAW_IP_OPTIONS);
}

static enum checksum header_checksum(struct decode *d, const uint8_t *at, uint16_t value)
{
        if (sum_fold(sum_add(0, (struct bytes){at, (size_t)(d->c.at - at)})) == 0xffff)
                return CHECKSUM_GOOD;
        if (d->p->frame->direction == FRAME_OUT && !value) /* the interface was to fill it in */
                return CHECKSUM_UNVERIFIED;
        decode_flaw(d, FLAW_IP_CHECKSUM);
        return CHECKSUM_BAD;
}

void decode_ip_start(struct decode *d)
{
        struct packet *p = d->p;

        p->ip_version = 0; /* as long as the header is not whole */
        p->final_dst = NULL;
        p->ip = p->ip_payload = (struct bytes){0};
        p->df = p->mf = p->fragment = p->hbh_not_first = false;
        p->n_router_alert = p->router_alert_len = 0;
        p->ip_id = p->fragment_offset = p->router_alert_value = 0;
        p->fragment_id = 0;
        p->ip_checksum = CHECKSUM_ABSENT;
}

/* The datagram ends n octets from c on. Where it can't, all that is missing counts as not captured, so that no
 * checksum is called bad. */
void decode_ip_narrow(struct decode *d, uint32_t n)
{
        if (decode_narrow(d, n))
                return;
        decode_flaw(d, FLAW_IP_LENGTH_LONG);
        d->missing = n - (uint32_t)cursor_left(&d->c);
}

static void ip4(struct decode *d)
{
        struct packet *p = d->p;
        const uint8_t *at = d->c.at;
        struct bytes head = cursor_take(&d->c, 20), list;
        struct cursor c = cursor_over(head);
        uint8_t header, protocol;
        uint16_t total, id, fragment, checksum;

        if (!head.n)
                return;
        header = (uint8_t)((cursor_u8(&c) & 15) * 4);
        p->tos = cursor_u8(&c);
        total = cursor_u16(&c);
        id = cursor_u16(&c);
        fragment = cursor_u16(&c);
        p->ttl = cursor_u8(&c);
        protocol = cursor_u8(&c);
        checksum = cursor_u16(&c);
        decode_addr(&c, 4, &p->src);
        decode_addr(&c, 4, &p->dst);
        p->ip_version = 4;
        if (header < 20 || total < header) {
                decode_flaw(d, FLAW_IP_LENGTH_SHORT);
                decode_stop(d, LAYER_IP, at, "the header's length or the datagram's is less than the header's own");
                return;
        }
        decode_ip_narrow(d, total - 20u);
        p->ip = (struct bytes){at, (size_t)(d->c.end - at)};
        list = cursor_take(&d->c, header - 20u);
        if (list.n)
                decode_options(d, list, false);
        p->ip_checksum = d->c.bad ? CHECKSUM_UNVERIFIED : header_checksum(d, at, checksum);
        p->df = fragment >> 14 & 1;
        p->mf = fragment >> 13 & 1;
        p->fragment_offset = (uint16_t)((fragment & 0x1fff) * 8);
        p->fragment = fragment & 0x3fff;
        p->fragment_id = p->ip_id = id;
        if (!d->c.bad)
                decode_ip_payload(d, protocol);
}

void parse_ip(struct decode *d)
{
        struct packet *p = d->p;
        struct cursor peek = decode_peek(d);
        uint8_t version = cursor_u8(&peek) >> 4;

        if (version == 6) {
                p->headers[p->n_headers - 1].layer = LAYER_IP6;
                if (p->ethertype == 0x0800 && p->eth_ip)
                        decode_flaw(d, FLAW_IP_VERSION);
                parse_ip6(d);
        } else if (version == 4) {
                decode_ip_start(d);
                ip4(d);
        } else if (peek.bad) {
                cursor_u8(&d->c);
        } else {
                decode_flaw(d, FLAW_IP_VERSION);
                decode_stop(d, LAYER_IP, NULL, "the IP version is neither 4 nor 6");
        }
}

/* Protocol numbers (IANA) that we can read, behind IPv4 and behind IPv6; encap: 1 more than the enum's value. */
static const struct {
        uint8_t next, encap;
} protocols4[256] = {
        [2] = {LAYER_IGMP, 0},
        [4] = {LAYER_IP, 1 + ENCAP_IPIP},
        [17] = {LAYER_UDP, 0},
        [41] = {LAYER_IP6, 1 + ENCAP_6IN4},
        [47] = {LAYER_GRE, 0},
        [51] = {LAYER_AH, 0},
        [137] = {LAYER_MPLS, 0},
}, protocols6[256] = {
        [0] = {LAYER_HOPOPTS, 0},
        [4] = {LAYER_IP, 1 + ENCAP_4IN6},
        [17] = {LAYER_UDP, 0},
        [41] = {LAYER_IP6, 1 + ENCAP_6IN6},
        [43] = {LAYER_ROUTING, 0},
        [44] = {LAYER_FRAGMENT, 0},
        [47] = {LAYER_GRE, 0},
        [51] = {LAYER_AH, 0},
        [58] = {LAYER_ICMP6, 0},
        [60] = {LAYER_DSTOPTS, 0},
        [137] = {LAYER_MPLS, 0},
};

void decode_protocol(struct decode *d, uint8_t protocol)
{
        bool v6 = d->p->ip_version == 6;
        uint8_t encap = v6 ? protocols6[protocol].encap : protocols4[protocol].encap;

        if (!encap || decode_encap(d, (enum encap)(encap - 1)))
                d->next = v6 ? protocols6[protocol].next : protocols4[protocol].next;
}

void decode_ip_payload(struct decode *d, uint8_t protocol)
{
        struct packet *p = d->p;

        p->protocol = protocol;
        p->ip_header_len = (uint16_t)(d->c.at - p->ip.p);
        p->ip_payload_len = decode_left(d);
        p->ip_payload = cursor_rest(&d->c);
        if (p->fragment)
                decode_fragment(d);
        else
                decode_protocol(d, protocol);
}
