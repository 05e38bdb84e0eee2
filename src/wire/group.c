/* SPDX-License-Identifier: BSD-2-Clause */
/* Well-known groups by name, and how far a group reaches: IANA's registries "IPv4 Multicast Address Space" and
 * "IPv6 Multicast Address Space", RFC 2365, RFC 5771, RFC 6034, RFC 7346. */
#include "igmpscope/wire.h"

#define V4(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))

static const struct {
        uint32_t group;
        const char *name;
} groups4[] = {
        {V4(224, 0, 0, 1), "all systems"},
        {V4(224, 0, 0, 2), "all routers"},
        {V4(224, 0, 0, 4), "DVMRP routers"},
        {V4(224, 0, 0, 5), "OSPF routers"},
        {V4(224, 0, 0, 6), "OSPF designated routers"},
        {V4(224, 0, 0, 9), "RIPv2 routers"},
        {V4(224, 0, 0, 10), "EIGRP routers"},
        {V4(224, 0, 0, 11), "mobile agents"},
        {V4(224, 0, 0, 12), "DHCP servers and relays"},
        {V4(224, 0, 0, 13), "PIM routers"},
        {V4(224, 0, 0, 14), "RSVP encapsulation"},
        {V4(224, 0, 0, 15), "CBT routers"},
        {V4(224, 0, 0, 18), "VRRP"},
        {V4(224, 0, 0, 19), "IS-IS level 1"},
        {V4(224, 0, 0, 20), "IS-IS level 2"},
        {V4(224, 0, 0, 21), "IS-IS"},
        {V4(224, 0, 0, 22), "IGMPv3 routers"},
        {V4(224, 0, 0, 24), "OSPF traffic engineering"},
        {V4(224, 0, 0, 25), "RGMP"},
        {V4(224, 0, 0, 102), "HSRPv2"},
        {V4(224, 0, 0, 106), "all snoopers"},
        {V4(224, 0, 0, 107), "PTP peer delay"},
        {V4(224, 0, 0, 109), "MANET routers"},
        {V4(224, 0, 0, 111), "Babel"},
        {V4(224, 0, 0, 113), "AllJoyn"},
        {V4(224, 0, 0, 251), "mDNS"},
        {V4(224, 0, 0, 252), "LLMNR"},
        {V4(224, 0, 0, 253), "Teredo"},
        {V4(224, 0, 1, 1), "NTP"},
        {V4(224, 0, 1, 22), "SLP"},
        {V4(224, 0, 1, 24), "WINS"},
        {V4(224, 0, 1, 35), "SLP directory agents"},
        {V4(224, 0, 1, 39), "Cisco RP announce"},
        {V4(224, 0, 1, 40), "Cisco RP discovery"},
        {V4(224, 0, 1, 41), "H.323 gatekeepers"},
        {V4(224, 0, 1, 60), "HP device discovery"},
        {V4(224, 0, 1, 75), "SIP servers"},
        {V4(224, 0, 1, 84), "Jini announcement"},
        {V4(224, 0, 1, 85), "Jini request"},
        {V4(224, 0, 1, 129), "PTP"},
        {V4(224, 0, 1, 130), "PTP alternate 1"},
        {V4(224, 0, 1, 131), "PTP alternate 2"},
        {V4(224, 0, 1, 132), "PTP alternate 3"},
        {V4(224, 0, 1, 187), "CoAP nodes"},
        {V4(224, 0, 23, 12), "KNXnet/IP"},
        {V4(224, 2, 127, 254), "SAP"},
        {V4(239, 255, 255, 250), "SSDP"},
        {V4(239, 255, 255, 253), "SLP, local scope"},
        {V4(239, 255, 255, 255), "SAP, local scope"},
};

/* ff0S::GROUP; scope 0: of any scope. */
static const struct {
        uint8_t scope;
        uint32_t group;
        const char *name;
} groups6[] = {
        {1, 0x1, "all nodes, this interface"},
        {1, 0x2, "all routers, this interface"},
        {2, 0x1, "all nodes"},
        {2, 0x2, "all routers"},
        {2, 0x4, "DVMRP routers"},
        {2, 0x5, "OSPF routers"},
        {2, 0x6, "OSPF designated routers"},
        {2, 0x9, "RIPng routers"},
        {2, 0xa, "EIGRP routers"},
        {2, 0xb, "mobile agents"},
        {2, 0xd, "PIM routers"},
        {2, 0xe, "RSVP encapsulation"},
        {2, 0x12, "VRRP"},
        {2, 0x16, "MLDv2 routers"},
        {2, 0x1a, "RPL nodes"},
        {2, 0x6a, "all snoopers"},
        {2, 0x6b, "PTP peer delay"},
        {2, 0x6d, "MANET routers"},
        {2, 0x10002, "DHCPv6 servers and relays"},
        {2, 0x10003, "LLMNR"},
        {2, 0x10006, "Babel"},
        {5, 0x2, "all routers of the site"},
        {5, 0x10003, "DHCPv6 servers"},
        {0, 0xc, "SSDP"},
        {0, 0xfb, "mDNS"},
        {0, 0xfd, "CoAP nodes"},
        {0, 0x101, "NTP"},
        {0, 0x116, "SLP"},
        {0, 0x181, "PTP"},
};

static const char *name6(const struct addr *a)
{
        struct cursor low = cursor_over((struct bytes){a->b + 12, 4});
        uint32_t group = cursor_u32(&low);

        for (int i = 2; i < 11; i++)
                if (a->b[i])
                        return NULL;
        if (a->b[1] == 2 && a->b[11] == 1 && a->b[12] == 0xff) /* RFC 4291 §2.7.1 */
                return "solicited node";
        for (size_t i = 0; i < sizeof groups6 / sizeof *groups6 && !a->b[11] && a->b[1] < 16; i++)
                if (groups6[i].group == group && (!groups6[i].scope || groups6[i].scope == a->b[1]))
                        return groups6[i].name;
        return NULL;
}

const char *group_name(const struct addr *group)
{
        struct cursor c = cursor_over((struct bytes){group->b, 4});
        uint32_t v = cursor_u32(&c);

        if (group->len == 16 && group->b[0] == 0xff)
                return name6(group);
        for (size_t i = 0; i < sizeof groups4 / sizeof *groups4 && group->len == 4; i++)
                if (groups4[i].group == v)
                        return groups4[i].name;
        return NULL;
}

/* The first range that holds the address. */
static const struct {
        uint32_t net;
        int bits;
        const char *scope;
} scopes4[] = {
        {V4(224, 0, 0, 0), 24, "link-local"},
        {V4(224, 0, 1, 0), 24, "internetwork control"},
        {V4(232, 0, 0, 0), 8, "SSM"},
        {V4(233, 252, 0, 0), 24, "documentation"},
        {V4(233, 0, 0, 0), 8, "GLOP"},
        {V4(234, 0, 0, 0), 8, "unicast-prefix-based"},
        {V4(239, 255, 0, 0), 16, "local"},
        {V4(239, 192, 0, 0), 14, "organization-local"},
        {V4(239, 0, 0, 0), 8, "administratively scoped"},
        {V4(224, 0, 0, 0), 4, "global"},
};

const char *group_scope(const struct addr *group)
{
        static const char *const scopes6[16] = {
                [0] = "reserved", [1] = "interface-local", [2] = "link-local", [3] = "realm-local",
                [4] = "admin-local", [5] = "site-local", [8] = "organization-local", [14] = "global",
                [15] = "reserved",
        };
        struct cursor c = cursor_over((struct bytes){group->b, 4});
        uint32_t v = cursor_u32(&c);
        const char *scope;

        if (!addr_is_multicast(group))
                return "not multicast";
        if (addr_is_ssm(group))
                return "SSM";
        if (group->len == 16)
                return (scope = scopes6[group->b[1] & 15]) ? scope : "unassigned";
        for (size_t i = 0; i < sizeof scopes4 / sizeof *scopes4; i++)
                if ((v ^ scopes4[i].net) >> (32 - scopes4[i].bits) == 0)
                        return scopes4[i].scope;
        return "global";
}
