/* SPDX-License-Identifier: BSD-2-Clause */
/* Fields of IPv4, IPv6, their options and extension headers, ICMPv6 and UDP. Keys are Wireshark's. */
#include "igmpscope/wire.h"

#include <inttypes.h>
#include <stdio.h>

#include "layout.h"

#define END {0, 0, NULL, NULL, NULL}

static void show_words(char value[SPAN_VALUE], const struct shown *x)
{
        snprintf(value, SPAN_VALUE, "%" PRIu64 " (%" PRIu64 " octets)", x->v, x->v * 4);
}

static void show_eights(char value[SPAN_VALUE], const struct shown *x)
{
        snprintf(value, SPAN_VALUE, "%" PRIu64 " (%" PRIu64 " octets)", x->v, x->v * 8);
}

static void show_extension(char value[SPAN_VALUE], const struct shown *x)
{
        snprintf(value, SPAN_VALUE, "%" PRIu64 " (%" PRIu64 " octets)", x->v, x->v * 8 + 8);
}

static void show_ah(char value[SPAN_VALUE], const struct shown *x)
{
        snprintf(value, SPAN_VALUE, "%" PRIu64 " (%" PRIu64 " octets)", x->v, x->v * 4 + 8);
}

static void show_ip_checksum(char value[SPAN_VALUE], const struct shown *x)
{
        const struct packet *p = x->packet;
        bool inner = x->b.p >= p->ip.p && x->b.p < p->ip.p + p->ip.n;

        snprintf(value, SPAN_VALUE, inner ? "0x%04" PRIx64 " (%s)" : "0x%04" PRIx64, x->v,
                 checksum_name(p->ip_checksum));
}

static void show_udp_checksum(char value[SPAN_VALUE], const struct shown *x)
{
        const struct packet *p = x->packet;

        snprintf(value, SPAN_VALUE, p->has_udp ? "0x%04" PRIx64 " (%s)" : "0x%04" PRIx64, x->v,
                 checksum_name(p->udp_checksum));
}

static const struct part ip[] = {
        {0, 4, "Version", "ip.version", show_dec},
        {4, 4, "Header length", "ip.hdr_len", show_words},
        {8, 6, "DSCP", "ip.dsfield.dscp", show_dec},
        {14, 2, "ECN", "ip.dsfield.ecn", show_dec},
        {16, 16, "Total length", "ip.len", show_dec},
        {32, 16, "Identification", "ip.id", show_hex},
        {48, 1, "Reserved bit", "ip.flags.rb", show_flag},
        {49, 1, "Don't fragment", "ip.flags.df", show_flag},
        {50, 1, "More fragments", "ip.flags.mf", show_flag},
        {51, 13, "Fragment offset", "ip.frag_offset", show_eights},
        {64, 8, "Time to live", "ip.ttl", show_dec},
        {72, 8, "Protocol", "ip.proto", show_protocol},
        {80, 16, "Header checksum", "ip.checksum", show_ip_checksum},
        {96, 32, "Source", "ip.src", show_group},
        {128, 32, "Destination", "ip.dst", show_group},
        END,
};
static const struct part ip6[] = {
        {0, 4, "Version", "ipv6.version", show_dec},
        {4, 6, "DSCP", "ipv6.tclass.dscp", show_dec},
        {10, 2, "ECN", "ipv6.tclass.ecn", show_dec},
        {12, 20, "Flow label", "ipv6.flow", show_hex},
        {32, 16, "Payload length", "ipv6.plen", show_dec},
        {48, 8, "Next header", "ipv6.nxt", show_protocol},
        {56, 8, "Hop limit", "ipv6.hlim", show_dec},
        {64, 128, "Source", "ipv6.src", show_group},
        {192, 128, "Destination", "ipv6.dst", show_group},
        END,
};
static const struct part hopopts[] = {
        {0, 8, "Next header", "ipv6.hopopts.nxt", show_protocol},
        {8, 8, "Length", "ipv6.hopopts.len", show_extension},
        END,
};
static const struct part dstopts[] = {
        {0, 8, "Next header", "ipv6.dstopts.nxt", show_protocol},
        {8, 8, "Length", "ipv6.dstopts.len", show_extension},
        END,
};
static const struct part routing[] = {
        {0, 8, "Next header", "ipv6.routing.nxt", show_protocol},
        {8, 8, "Length", "ipv6.routing.len", show_extension},
        {16, 8, "Type", "ipv6.routing.type", show_dec},
        {24, 8, "Segments left", "ipv6.routing.segleft", show_dec},
        {32, 0, "Data", NULL, show_octets},
        END,
};
static const struct part fragment[] = {
        {0, 8, "Next header", "ipv6.fraghdr.nxt", show_protocol},
        {8, 8, "Reserved", "ipv6.fraghdr.reserved_octet", show_hex},
        {16, 13, "Offset", "ipv6.fraghdr.offset", show_eights},
        {29, 2, "Reserved bits", "ipv6.fraghdr.reserved_bits", show_hex},
        {31, 1, "More fragments", "ipv6.fraghdr.more", show_flag},
        {32, 32, "Identification", "ipv6.fraghdr.ident", show_hex},
        END,
};
static const struct part ah[] = {
        {0, 8, "Next header", "ah.next_header", show_protocol},
        {8, 8, "Length", "ah.length", show_ah},
        {16, 16, "Reserved", "ah.reserved", show_hex},
        {32, 32, "SPI", "ah.spi", show_hex},
        {64, 32, "Sequence number", "ah.sequence", show_dec},
        {96, 0, "ICV", "ah.icv", show_octets},
        END,
};
static const struct part icmp6[] = {
        {0, 8, "Type", "icmpv6.type", show_dec},
        {8, 8, "Code", "icmpv6.code", show_dec},
        {16, 16, "Checksum", "icmpv6.checksum", show_hex},
        END,
};
static const struct part udp[] = {
        {0, 16, "Source port", "udp.srcport", show_dec},
        {16, 16, "Destination port", "udp.dstport", show_dec},
        {32, 16, "Length", "udp.length", show_dec},
        {48, 16, "Checksum", "udp.checksum", show_udp_checksum},
        END,
};
static const struct part payload[] = {
        {0, 0, "Payload", "udp.payload", show_text},
        END,
};
static const struct part pad4[] = {
        {0, 0, "End of options or no operation", "ip.opt.type", show_octets},
        END,
};
static const struct part pad6[] = {
        {0, 0, "Pad1", "ipv6.opt.pad1", show_octets},
        END,
};
static const struct part option4[] = {
        {0, 8, "Type", "ip.opt.type", show_dec},
        {8, 8, "Length", "ip.opt.len", show_dec},
        {16, 0, "Data", NULL, show_octets},
        END,
};
static const struct part alert4[] = {
        {0, 8, "Type", "ip.opt.type", show_dec},
        {8, 8, "Length", "ip.opt.len", show_dec},
        {16, 0, "Value", "ip.opt.ra", show_dec},
        END,
};
static const struct part option6[] = {
        {0, 8, "Type", "ipv6.opt.type", show_dec},
        {8, 8, "Length", "ipv6.opt.length", show_dec},
        {16, 0, "Data", NULL, show_octets},
        END,
};
static const struct part alert6[] = {
        {0, 8, "Type", "ipv6.opt.type", show_dec},
        {8, 8, "Length", "ipv6.opt.length", show_dec},
        {16, 0, "Value", "ipv6.opt.router_alert", show_dec},
        END,
};

/* One group for an option or for padding before it; a broken list is one group of octets. */
static bool options(const struct layout *l, const struct header *h, struct group *g)
{
        struct cursor c = layout_rest(l, h), here = c;
        bool v6 = h->layer != LAYER_IP, alert;
        struct option o;

        *g = (struct group){.parts = v6 ? pad6 : pad4, .length = (uint32_t)cursor_left(&c), .depth = 1};
        if (!option_next(&c, v6, &o))
                return g->length;
        if (o.at > here.at) { /* padding was passed over */
                g->length = (uint32_t)(o.at - here.at);
                return true;
        }
        alert = o.type == (v6 ? 5 : 148);
        g->title = alert ? "Option: Router Alert" : v6 && o.type == 1 ? "Option: PadN" : "Option";
        g->parts = alert ? (v6 ? alert6 : alert4) : v6 ? option6 : option4;
        g->length = (uint32_t)(c.at - here.at);
        return true;
}

static bool udp_payload(const struct layout *l, const struct header *h, struct group *g)
{
        (void)h;
        *g = (struct group){.parts = payload, .length = (uint32_t)l->packet->payload.n, .depth = 1};
        return l->at == 8 && l->packet->has_udp && g->length;
}

static const struct shape shapes[LAYER_COUNT] = {
        [LAYER_IP] = {"IPv4", ip, options, 20},
        [LAYER_IP6] = {"IPv6", ip6, NULL, 40},
        [LAYER_HOPOPTS] = {"Hop-by-hop options", hopopts, options, 2},
        [LAYER_DSTOPTS] = {"Destination options", dstopts, options, 2},
        [LAYER_ROUTING] = {"Routing header", routing, NULL, 0},
        [LAYER_FRAGMENT] = {"Fragment header", fragment, NULL, 0},
        [LAYER_AH] = {"Authentication header", ah, NULL, 0},
        [LAYER_ICMP6] = {"ICMPv6", icmp6, NULL, 4},
        [LAYER_UDP] = {"UDP", udp, udp_payload, 8},
};

const struct shape *shape_ip(enum layer l)
{
        return shapes[l].title ? &shapes[l] : NULL;
}
