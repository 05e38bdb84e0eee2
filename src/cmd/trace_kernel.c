/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's word on a traced call: its tables before and after, the socket's options read back through a copy of
 * the descriptor, and the settings and interface that decide over what must follow. */
#include "trace.h"

#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PLACES = 32 };

bool request_joins(const struct request *r)
{
        const enum option_effect e = r->asked.effect;
        return r->call.type == CALL_OPTION && (e == EFFECT_JOIN || e == EFFECT_UNBLOCK || e == EFFECT_FILTER);
}

bool request_leaves(const struct request *r)
{
        return r->call.type == CALL_OPTION && (r->asked.effect == EFFECT_LEAVE || r->asked.effect == EFFECT_BLOCK);
}

bool request_sends(const struct request *r)
{
        return r->call.type == CALL_SEND;
}

const struct addr *request_group(const struct request *r)
{
        return r->call.type == CALL_OPTION ? &r->asked.group : &r->call.to.addr;
}

static int get_number(int fd, int level, int option)
{
        int v = -1;
        socklen_t n = sizeof v;

        return getsockopt(fd, level, option, &v, &n) ? -1 : n == 1 ? *(unsigned char *)&v : v;
}

/* Datagram and raw sockets of IP only: a TCP server's SO_REUSEADDR is none of our business. */
static bool look_at_socket(struct request *r, int fd)
{
        int type = get_number(fd, SOL_SOCKET, SO_TYPE);

        r->family = get_number(fd, SOL_SOCKET, SO_DOMAIN);
        r->ttl = socket_get(fd, SOCKET_TTL);
        r->loop = socket_get(fd, SOCKET_LOOP);
        return (r->family == AF_INET || r->family == AF_INET6) && (type == SOCK_DGRAM || type == SOCK_RAW);
}

bool request_begin(struct request *r, const struct traced_call *c)
{
        struct kernel_group g[PLACES];
        bool ours;
        int fd;

        *r = (struct request){.call = *c, .readback = -1};
        if (c->type == CALL_OPTION)
                asked_read(&c->option, &r->asked);
        if ((c->type == CALL_OPTION && !r->asked.name)
            || (c->type == CALL_CONNECT && !addr_is_multicast(&c->to.addr)))
                return false;
        fd = tracer_socket(c->thread, c->fd);
        ours = fd < 0 || look_at_socket(r, fd);
        if (fd >= 0)
                close(fd);
        if (ours && (request_joins(r) || request_leaves(r))) {
                size_t n = memberships_of(c->thread, &r->asked.group, g, PLACES);
                for (size_t i = 0; i < n; i++) /* kept until the end tells which interface it is */
                        r->users_before += g[i].users;
        }
        return ours;
}

/* Which interface's membership has changed? Else the one that was named, or the first there is. */
static void look_at_membership(struct request *r)
{
        struct kernel_group g[PLACES];
        size_t n = memberships_of(r->call.thread, &r->asked.group, g, PLACES);
        struct interface i;
        int total = 0, named = r->asked.ifindex, index = 0;
        char address[ADDR_TEXT];
        struct route route;

        for (size_t k = 0; k < n; k++)
                total += g[k].users;
        if (!named && r->asked.address.len && interface_find(addr_format(&r->asked.address, address), &i, NULL) == 0)
                named = i.index;
        if (!named && route_lookup(&r->asked.group, 0, &route, NULL) == 0)
                named = route.ifindex;
        for (size_t k = n; k-- > 0;)
                if (g[k].ifindex == named || !r->kernel.ifindex)
                        r->kernel = g[k];
        index = r->kernel.ifindex ? r->kernel.ifindex : named;
        r->users_before -= total - r->kernel.users; /* of the other interfaces, unchanged */
        if (interface_by_index(index, &i, NULL) == 0) {
                r->flags = i.flags;
                r->kernel.ifindex = index;
                snprintf(r->kernel.interface, sizeof r->kernel.interface, "%.15s", i.name);
        }
}

/* Where a datagram leaves: IP_MULTICAST_IF, or else routing. */
static void look_at_way(struct request *r, int fd)
{
        struct in_addr source = {0};
        socklen_t n = sizeof source;
        struct interface i = {.index = 0};
        struct route route;
        struct addr address;
        char text[ADDR_TEXT];

        if (r->family == AF_INET6)
                i.index = get_number(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF);
        else if (getsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &source, &n) == 0 && source.s_addr) {
                address = addr_of((const uint8_t *)&source.s_addr, 4);
                interface_find(addr_format(&address, text), &i, NULL);
        }
        if (i.index <= 0 && route_lookup(&r->call.to.addr, 0, &route, NULL) == 0)
                i.index = route.ifindex;
        if (interface_by_index(i.index, &i, NULL) < 0)
                return;
        r->flags = i.flags;
        r->kernel.ifindex = i.index;
        snprintf(r->kernel.interface, sizeof r->kernel.interface, "%.15s", i.name);
}

void request_end(struct request *r, const struct traced_call *c)
{
        char path[96];
        int fd = tracer_socket(c->thread, c->fd);

        r->done = true;
        r->call.error = c->error;
        if (r->call.type == CALL_OPTION && r->asked.number && fd >= 0)
                r->readback = get_number(fd, r->call.option.level, r->call.option.option);
        if (request_joins(r) || request_leaves(r))
                look_at_membership(r);
        if (request_sends(r) && fd >= 0)
                look_at_way(r, fd);
        if (fd >= 0)
                close(fd);
        r->limit_memberships = system_limit("/proc/sys/net/ipv4/igmp_max_memberships");
        r->limit_sources = system_limit("/proc/sys/net/ipv4/igmp_max_msf");
        r->link_local_reports = system_limit("/proc/sys/net/ipv4/igmp_link_local_mcast_reports");
        snprintf(path, sizeof path, "/proc/sys/net/ipv4/conf/%s/force_igmp_version", r->kernel.interface);
        r->forced = system_limit("/proc/sys/net/ipv4/conf/all/force_igmp_version");
        if (r->forced <= 0)
                r->forced = system_limit(path);
}
