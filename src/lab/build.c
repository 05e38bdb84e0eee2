/* SPDX-License-Identifier: BSD-2-Clause */
/* Builds a topology: a namespace for each host and switch, a veth pair for each cable, addresses that follow from
 * the drawing (10.NET.0.NUMBER, fdNET::NUMBER, 02:00:00:00:NET:NUMBER), the switches' querier and the router. */
#include "internal.h"

#include <assert.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static int add_host(struct lab *lab, const char *name, bool is_switch, bool is_router, struct error *err)
{
        struct lab_host *h = &lab->hosts[lab->n_hosts];
        bool ipv6 = lab->options.ipv6;

        snprintf(h->name, sizeof h->name, "%s", name);
        h->is_switch = is_switch;
        h->rtnl = -1;
        h->netns = namespace_new(err);
        if (h->netns < 0)
                return -1;
        lab->n_hosts++; /* from here on lab_close closes it */
        if (namespace_settings(ipv6, is_router, err))
                return -1;
        /* a switch keeps quiet about its own 224.0.0.106 (RFC 4286), and has IPv6 on its bridge only */
        if (is_switch && (sysctl_write("net/ipv4/igmp_link_local_mcast_reports", "0", false, err) ||
                          (ipv6 && sysctl_write("net/ipv6/conf/default/disable_ipv6", "1", true, err))))
                return -1;
        h->rtnl = netlink_open(err);
        return h->rtnl < 0 ? -1 : link_up(h->rtnl, "lo", true, err);
}

static const struct topology_segment *segment_of(const struct topology *t, const char *name)
{
        assert(name);
        for (size_t i = 0; i < TOPOLOGY_SEGMENTS && t->segments[i].name; i++)
                if (!strcmp(t->segments[i].name, name))
                        return &t->segments[i];
        return NULL;
}

static void mac_of(uint8_t mac[6], uint8_t side, uint8_t net, uint8_t number)
{
        const uint8_t octets[6] = {2, 0, 0, side, net, number};
        memcpy(mac, octets, sizeof octets);
}

static struct addr address4(uint8_t net, uint8_t number)
{
        return addr_of((uint8_t[]){10, net, 0, number}, 4);
}

static struct addr address6(uint8_t net, uint8_t number)
{
        return addr_of((uint8_t[16]){0xfd, net, [15] = number}, 16);
}

static int give_addresses(struct lab *lab, int rtnl, const char *name, uint8_t net, uint8_t number,
                          struct error *err)
{
        struct addr a4 = address4(net, number), a6 = address6(net, number);

        if (link_address(rtnl, name, &a4, 24, err))
                return -1;
        return lab->options.ipv6 ? link_address(rtnl, name, &a6, 64, err) : 0;
}

static int make_bridge(struct lab *lab, const struct topology_segment *s, struct error *err)
{
        static const struct bridge_option ifaddr = {IFLA_BR_MCAST_QUERY_USE_IFADDR, 1, 1,
                                                    "let the querier use its address:"};
        const struct lab_host *h = lab_find(lab, s->name, err);
        uint8_t mac[6];

        mac_of(mac, 2, s->net, s->number);
        if (!h || link_bridge(h->rtnl, "br0", mac, err))
                return -1;
        if (lab->options.ipv6 && (namespace_enter(h->netns, err) ||
                                  sysctl_write("net/ipv6/conf/br0/disable_ipv6", "0", true, err)))
                return -1;
        if (s->number && (give_addresses(lab, h->rtnl, "br0", s->net, s->number, err) ||
                          link_bridge_option(h->rtnl, "br0", &ifaddr, err)))
                return -1;
        return link_up(h->rtnl, "br0", true, err);
}

/* One end of a cable: a switch's port goes into its bridge, a host's interface gets addresses. */
static int connect_end(struct lab *lab, struct lab_end *e, uint8_t net, uint8_t number,
                       struct error *err)
{
        const struct lab_host *h = lab_find(lab, e->host, err);

        if (!h || link_checksums_in_software(h->rtnl, e->interface, err))
                return -1;
        if (h->is_switch)
                return link_up(h->rtnl, e->interface, true, err) ||
                       link_enslave(h->rtnl, e->interface, "br0", err) ? -1 : 0;
        e->addr4 = address4(net, number);
        if (lab->options.ipv6)
                e->addr6 = address6(net, number);
        if (give_addresses(lab, h->rtnl, e->interface, net, number, err))
                return -1;
        return link_up(h->rtnl, e->interface, true, err);
}

static int make_link(struct lab *lab, const struct topology_end *from, const struct topology_end *to,
                     const struct topology_segment *s, struct error *err)
{
        struct lab_link *l = &lab->links[lab->n_links];
        struct link_side side[2];

        l->segment = s->name;
        for (int i = 0; i < 2; i++) {
                const struct topology_end *e = i ? to : from;
                const struct lab_host *h = lab_find(lab, e->host, err);
                if (!h)
                        return -1;
                l->end[i].host = h->name;
                snprintf(l->end[i].interface, sizeof l->end[i].interface, "%s", e->interface);
                mac_of(l->end[i].mac, s->is_switch ? (uint8_t)i : 0, s->net, e->number);
                side[i] = (struct link_side){h->netns, l->end[i].interface, l->end[i].mac};
        }
        if (link_pair(lab->hosts[0].rtnl, side, err))
                return -1;
        lab->n_links++;
        return connect_end(lab, &l->end[0], s->net, from->number, err) ||
               connect_end(lab, &l->end[1], s->net, to->number, err) ? -1 : 0;
}

static int plug(struct lab *lab, const struct topology_end *e, struct error *err)
{
        const struct topology_segment *s = segment_of(lab->topology, e->segment);
        struct topology_end port = {.host = s->name, .number = e->number};
        const struct lab_host *h = lab_find(lab, s->name, err);
        char name[16]; /* of the port */

        snprintf(name, sizeof name, "to-%s", e->host);
        port.interface = name;
        if (!h || make_link(lab, e, &port, s, err))
                return -1;
        if (lab->topology->router && !strcmp(e->host, lab->topology->router))
                return link_router_port(h->rtnl, name, err);
        return 0;
}

/* All hosts as drawn, then the switches, then those that the caller wants besides. */
static int make_hosts(struct lab *lab, struct error *err)
{
        const struct topology *t = lab->topology;

        for (size_t i = 0; i < TOPOLOGY_ENDS && t->ends[i].host; i++) {
                const char *name = t->ends[i].host;
                if (lab_find(lab, name, NULL) || segment_of(t, name))
                        continue;
                if (add_host(lab, name, false, t->router && !strcmp(name, t->router), err))
                        return -1;
        }
        for (size_t i = 0; i < TOPOLOGY_SEGMENTS && t->segments[i].name; i++)
                if (t->segments[i].is_switch && (add_host(lab, t->segments[i].name, true, false, err) ||
                                                 make_bridge(lab, &t->segments[i], err)))
                        return -1;
        return 0;
}

static int make_cables(struct lab *lab, struct error *err)
{
        const struct topology *t = lab->topology;

        for (size_t i = 0; i < TOPOLOGY_ENDS && t->ends[i].host; i++) {
                const struct topology_end *e = &t->ends[i], *other = e + 1;
                const struct topology_segment *s = segment_of(t, e->segment);
                if (s->is_switch) {
                        if (plug(lab, e, err))
                                return -1;
                        continue;
                }
                while (other < t->ends + TOPOLOGY_ENDS && other->host && strcmp(other->segment, e->segment) != 0)
                        other++;
                if (other < t->ends + TOPOLOGY_ENDS && other->host && make_link(lab, e, other, s, err))
                        return -1;
        }
        return 0;
}

/* d, e, … z, then h27, h28, … */
static int make_more_hosts(struct lab *lab, struct error *err)
{
        const struct topology *t = lab->topology;
        int there = 0;

        for (size_t i = 0; i < TOPOLOGY_ENDS && t->ends[i].host; i++)
                there += t->grows && !strcmp(t->ends[i].segment, t->grows);
        for (int n = there + 1; n <= lab->options.hosts; n++) {
                char name[16];
                struct topology_end e = {name, "eth0", t->grows, (uint8_t)n};
                if (n <= 26)
                        snprintf(name, sizeof name, "%c", 'a' + n - 1);
                else
                        snprintf(name, sizeof name, "h%d", n);
                if (add_host(lab, name, false, false, err) || plug(lab, &e, err))
                        return -1;
        }
        return 0;
}

static const struct lab_end *router_end(const struct lab *lab, const char *segment)
{
        for (size_t i = 0; lab->topology->router && i < lab->n_links; i++)
                if (!strcmp(lab->links[i].segment, segment) &&
                    !strcmp(lab->links[i].end[0].host, lab->topology->router))
                        return &lab->links[i].end[0];
        return NULL;
}

static int make_routes(struct lab *lab, struct error *err)
{
        for (size_t i = 0; i < lab->n_links; i++) {
                for (int k = 0; k < 2; k++) {
                        const struct lab_end *e = &lab->links[i].end[k], *r = router_end(lab, lab->links[i].segment);
                        const struct lab_host *h = lab_find(lab, e->host, err);
                        bool through = r && r->host != e->host;
                        struct addr none = {0};
                        if (!h || h->is_switch || lab_end(lab, e->host, NULL) != e)
                                continue;
                        if (link_default_route(h->rtnl, e->interface, through ? &r->addr4 : &none, AF_INET, err))
                                return -1;
                        if (lab->options.ipv6 &&
                            link_default_route(h->rtnl, e->interface, through ? &r->addr6 : &none, AF_INET6, err))
                                return -1;
                }
        }
        return 0;
}

/* The kernel tells the two ends of a cable, and the bridge a port is in, by a deferred job. */
static int wait_for_carrier(struct lab *lab, struct error *err)
{
        int64_t deadline = time_monotonic_ns() + INT64_C(3000000000);
        int r;

        for (size_t i = 0; i < lab->n_hosts; i += (size_t)r) {
                r = link_all_ready(lab->hosts[i].rtnl, err);
                if (r < 0)
                        return -1;
                if (!r && time_monotonic_ns() > deadline)
                        return error_set(err, "laboratory: the links of %s do not come up in 3 s", lab->hosts[i].name);
                if (!r)
                        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        }
        return 0;
}

int lab_build(struct lab *lab, struct error *err)
{
        const struct topology *t = lab->topology;
        int version = lab->options.querier;

        if (version == QUERIER_DEFAULT)
                version = t->querier ? 3 : QUERIER_OFF;
        if (make_hosts(lab, err) || make_cables(lab, err) || make_more_hosts(lab, err) || make_routes(lab, err) ||
            wait_for_carrier(lab, err))
                return -1;
        for (size_t i = 0; version > 0 && i < lab->n_hosts; i++)
                if (lab->hosts[i].is_switch && lab_querier(lab, lab->hosts[i].name, version, err))
                        return -1;
        return t->router ? lab_forward(lab, lab->options.threshold ? lab->options.threshold : 1, err) : 0;
}
