/* SPDX-License-Identifier: BSD-2-Clause */
/* The filter of live capture where none is asked for. pcap-filter's `igmp` misses tagged frames,
 * its `icmp6` misses MLD behind the hop-by-hop header, its `vlan` shifts all that stands after it;
 * so this one looks at fixed offsets, plain and behind one and two tags, and lets through whatever
 * may carry IGMP, MLD or UDP further in: fragments, tunnels, IPv6 extension headers, MPLS, PPPoE, a
 * third tag. Linux hides the outer tag of incoming frames from filters: such a frame looks as if it
 * had one less. */
#include "igmpscope/net.h"

#include "capture.h"

/* Where a link type has the Ethernet type and the network header; type -1: it has only the latter,
 * and a version. tags: behind how many to look; whatever has more is taken. Cooked frames are taken
 * with the first: Linux has the header that follows it now here, now there. */
static const struct {
        int link, type, net, tags;
} links[] = {
        {LINK_ETHERNET, 12, 14, 2}, {LINK_SLL, 14, 16, 0}, {LINK_SLL2, 0, 20, 0},
        {LINK_RAW, -1, 0, 0}, {228, -1, 0, 0}, {229, -1, 0, 0}, /* IPv4, IPv6 */
        {0, -1, 4, 0}, {108, -1, 4, 0}, /* null, loop */
};

/* IGMP, UDP, IPIP, 6in4, GRE, PIM. The protocol also stands in fragments after the first. */
static const int protocols[] = {2, 17, 4, 41, 47, 103, -1};
/* Hop-by-hop, routing, fragment, AH, destination options (whatever is behind them), UDP, 4in6,
 * 6in6, GRE, PIM. */
static const int next_headers[] = {0, 43, 44, 51, 60, 17, 4, 41, 47, 103, -1};
/* MLD and router discovery without the hop-by-hop header that they must have. */
static const int icmp6_types[] = {130, 131, 132, 143, 151, 152, 153, -1};

static void one_of(struct text *t, int at, const int *values)
{
        for (; *values >= 0; values++)
                text_add_format(t, "link[%d]=%d%s", at, *values, values[1] >= 0 ? " or " : "");
}

static void network(struct text *t, int type, int net)
{
        if (type < 0)
                text_add_format(t, "(link[%d]&0xf0=0x40 and ", net);
        else
                text_add_format(t, "(link[%d:2]=0x800 and ", type);
        text_add(t, "(");
        one_of(t, net + 9, protocols);
        if (type < 0)
                text_add_format(t, ")) or (link[%d]&0xf0=0x60 and ", net);
        else
                text_add_format(t, ")) or (link[%d:2]=0x86dd and ", type);
        text_add(t, "(");
        one_of(t, net + 6, next_headers);
        text_add_format(t, " or (link[%d]=58 and (", net + 6);
        one_of(t, net + 40, icmp6_types);
        text_add(t, "))))");
        if (type >= 0) /* PPPoE sessions, MPLS */
                text_add_format(t, " or link[%d:2]=0x8864 or link[%d:2]=0x8847 or link[%d:2]=0x8848",
                                type, type, type);
}

/* 802.1Q, 802.1ad, and their forerunner. */
static void tag(struct text *t, int type)
{
        text_add_format(t, "(link[%d:2]=0x8100 or link[%d:2]=0x88a8 or link[%d:2]=0x9100)", type,
                        type, type);
}

static void ether(struct text *t, int type, int net, int tags)
{
        for (int i = 0; i < tags; i++) {
                network(t, type, net);
                text_add(t, " or (");
                tag(t, type);
                text_add(t, " and (");
                type = net + 2;
                net += 4;
        }
        network(t, type, net);
        text_add(t, " or ");
        tag(t, type);
        for (int i = 0; i < tags; i++)
                text_add(t, "))");
}

void filter_default(int link, struct text *t)
{
        for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
                if (links[i].link != link)
                        continue;
                if (links[i].type < 0)
                        network(t, -1, links[i].net);
                else
                        ether(t, links[i].type, links[i].net, links[i].tags);
        }
}
