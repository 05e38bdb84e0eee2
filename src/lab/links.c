/* SPDX-License-Identifier: BSD-2-Clause */
/* What a topology is built of: veth pairs, bridges, addresses, routes. One rtnetlink request each, on a socket
 * of the namespace in question. */
#include "internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { NEW = NLM_F_CREATE | NLM_F_EXCL };

static void begin_link(struct netlink_message *m, int flags, unsigned index)
{
        struct ifinfomsg fixed = {.ifi_index = (int)index};
        netlink_begin(m, RTM_NEWLINK, flags, &fixed, sizeof fixed);
}

static void put_side(struct netlink_message *m, const struct link_side *s)
{
        netlink_put_text(m, IFLA_IFNAME, s->name);
        netlink_put(m, IFLA_ADDRESS, s->mac, 6);
        netlink_put_u32(m, IFLA_NET_NS_FD, (uint32_t)s->netns);
}

int link_pair(int fd, const struct link_side side[2], struct error *err)
{
        struct ifinfomsg fixed = {0};
        struct netlink_message m, peer;
        size_t info, data;

        begin_link(&m, NEW, 0);
        put_side(&m, &side[0]);
        info = netlink_nest(&m, IFLA_LINKINFO);
        netlink_put_text(&m, IFLA_INFO_KIND, "veth");
        data = netlink_nest(&m, IFLA_INFO_DATA);
        /* the peer's attributes follow an ifinfomsg of its own */
        netlink_begin(&peer, 0, 0, &fixed, sizeof fixed);
        put_side(&peer, &side[1]);
        netlink_put(&m, VETH_INFO_PEER, peer.p + sizeof(struct nlmsghdr), peer.n - sizeof(struct nlmsghdr));
        netlink_nest_end(&m, data);
        netlink_nest_end(&m, info);
        return netlink_ask(fd, &m, err, "make the link", side[0].name);
}

int link_bridge(int fd, const char *name, const uint8_t mac[6], struct error *err)
{
        struct netlink_message m;
        size_t info, data;

        begin_link(&m, NEW, 0);
        netlink_put_text(&m, IFLA_IFNAME, name);
        netlink_put(&m, IFLA_ADDRESS, mac, 6);
        info = netlink_nest(&m, IFLA_LINKINFO);
        netlink_put_text(&m, IFLA_INFO_KIND, "bridge");
        data = netlink_nest(&m, IFLA_INFO_DATA);
        netlink_put_u32(&m, IFLA_BR_FORWARD_DELAY, 0);
        netlink_put_u32(&m, IFLA_BR_STP_STATE, 0);
        netlink_put_u8(&m, IFLA_BR_MCAST_SNOOPING, 1);
        netlink_nest_end(&m, data);
        netlink_nest_end(&m, info);
        return netlink_ask(fd, &m, err, "make the bridge", name);
}

/* One option a request: several at once take effect in the kernel's order, in which the querier starts
 * with the response time of before. */
int link_bridge_option(int fd, const char *bridge, const struct bridge_option *o, struct error *err)
{
        struct netlink_message m;
        size_t info, data;
        uint8_t u8 = (uint8_t)o->value;
        uint32_t u32 = (uint32_t)o->value;

        begin_link(&m, 0, link_index(fd, bridge));
        info = netlink_nest(&m, IFLA_LINKINFO);
        netlink_put_text(&m, IFLA_INFO_KIND, "bridge");
        data = netlink_nest(&m, IFLA_INFO_DATA);
        if (o->size == 1)
                netlink_put(&m, o->attribute, &u8, sizeof u8);
        else if (o->size == 4)
                netlink_put(&m, o->attribute, &u32, sizeof u32);
        else
                netlink_put(&m, o->attribute, &o->value, sizeof o->value);
        netlink_nest_end(&m, data);
        netlink_nest_end(&m, info);
        return netlink_ask(fd, &m, err, o->name, bridge);
}

int link_enslave(int fd, const char *name, const char *bridge, struct error *err)
{
        struct netlink_message m;

        begin_link(&m, 0, link_index(fd, name));
        netlink_put_u32(&m, IFLA_MASTER, link_index(fd, bridge));
        return netlink_ask(fd, &m, err, "plug into the bridge:", name);
}

/* A port behind which a router stands gets all multicast (RFC 4541 §2.1.2); ours sends no queries by which the
 * bridge would learn that. */
int link_router_port(int fd, const char *name, struct error *err)
{
        struct ifinfomsg fixed = {.ifi_family = AF_BRIDGE, .ifi_index = (int)link_index(fd, name)};
        struct netlink_message m;
        size_t info;

        netlink_begin(&m, RTM_SETLINK, 0, &fixed, sizeof fixed); /* a port's settings: RTM_NEWLINK passes them over */
        info = netlink_nest(&m, IFLA_PROTINFO | NLA_F_NESTED);
        netlink_put_u8(&m, IFLA_BRPORT_MULTICAST_ROUTER, 2);
        netlink_nest_end(&m, info);
        return netlink_ask(fd, &m, err, "mark as router port:", name);
}

int link_up(int fd, const char *name, bool up, struct error *err)
{
        struct ifinfomsg fixed = {.ifi_index = (int)link_index(fd, name), .ifi_flags = up ? IFF_UP : 0,
                                  .ifi_change = IFF_UP};
        struct netlink_message m;

        netlink_begin(&m, RTM_NEWLINK, 0, &fixed, sizeof fixed);
        return netlink_ask(fd, &m, err, up ? "bring up" : "take down", name);
}

int link_address(int fd, const char *name, const struct addr *a, int prefix, struct error *err)
{
        struct ifaddrmsg fixed = {.ifa_family = a->len == 4 ? AF_INET : AF_INET6, .ifa_prefixlen = (uint8_t)prefix,
                                  .ifa_index = link_index(fd, name)};
        struct netlink_message m;

        netlink_begin(&m, RTM_NEWADDR, NEW, &fixed, sizeof fixed);
        netlink_put(&m, IFA_LOCAL, a->b, a->len);
        netlink_put(&m, IFA_ADDRESS, a->b, a->len);
        return netlink_ask(fd, &m, err, "give an address to", name);
}

int link_default_route(int fd, const char *name, const struct addr *via, int family, struct error *err)
{
        struct rtmsg fixed = {.rtm_family = (uint8_t)family, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_STATIC,
                              .rtm_scope = via->len ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK, .rtm_type = RTN_UNICAST};
        struct netlink_message m;

        netlink_begin(&m, RTM_NEWROUTE, NEW, &fixed, sizeof fixed);
        netlink_put_u32(&m, RTA_OIF, link_index(fd, name));
        if (via->len)
                netlink_put(&m, RTA_GATEWAY, via->b, via->len);
        return netlink_ask(fd, &m, err, "default route through", name);
}

/* An ioctl on any socket acts in the namespace that the socket belongs to. */
static struct ifreq request(const char *name)
{
        struct ifreq r = {0};
        strncpy(r.ifr_name, name, sizeof r.ifr_name - 1);
        return r;
}

unsigned link_index(int fd, const char *name)
{
        struct ifreq r = request(name);
        return ioctl(fd, SIOCGIFINDEX, &r) ? 0 : (unsigned)r.ifr_ifindex;
}

/* With checksum offload, which veth pretends to have, every captured datagram would look corrupt. */
int link_checksums_in_software(int fd, const char *name, struct error *err)
{
        struct ifreq r = request(name);
        struct ethtool_value off = {.cmd = ETHTOOL_STXCSUM};

        r.ifr_data = (char *)&off;
        return ioctl(fd, SIOCETHTOOL, &r) ? error_system(err, errno, NULL, "checksum offload off on %s", name) : 0;
}

static bool forwards(struct bytes info)
{
        struct attribute a, state;

        while (attribute_next(&info, &a))
                while (a.type == IFLA_INFO_SLAVE_DATA && attribute_next(&a.value, &state))
                        if (state.type == IFLA_BRPORT_STATE && state.value.n)
                                return state.value.p[0] == BR_STATE_FORWARDING;
        return true; /* no port of a bridge */
}

static bool ready(struct bytes body)
{
        bool carrier = false, forwarding = true;
        struct attribute a;
        size_t skip = sizeof(struct ifinfomsg);

        body = (struct bytes){body.p + skip, body.n > skip ? body.n - skip : 0};
        while (attribute_next(&body, &a)) {
                if (a.type == IFLA_CARRIER && a.value.n)
                        carrier = a.value.p[0];
                if (a.type == IFLA_LINKINFO)
                        forwarding = forwards(a.value);
        }
        return carrier && forwarding;
}

int link_all_ready(int fd, struct error *err)
{
        struct ifinfomsg fixed = {0};
        struct netlink_dump dump = {.rest = {NULL, 0}};
        struct netlink_message m;
        struct bytes body;
        uint16_t type;
        int r, all = 1;

        netlink_begin(&m, RTM_GETLINK, NLM_F_DUMP, &fixed, sizeof fixed);
        if (netlink_ask(fd, &m, err, "look at", "the links"))
                return -1;
        while ((r = netlink_next(fd, &dump, &type, &body, err)) > 0)
                all = all && (type != RTM_NEWLINK || ready(body));
        return r < 0 ? -1 : all;
}
