/* SPDX-License-Identifier: BSD-2-Clause */
/* Joining and leaving groups on kernel sockets: IP_ADD_MEMBERSHIP, IPV6_JOIN_GROUP, and MCAST_JOIN_SOURCE_GROUP
 * (RFC 3678 §5) for a source; and asking the kernel where a socket is a member. */
#include "igmpscope/net.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int ask_source(int fd, const struct membership *m, bool join)
{
        struct group_source_req r = {.gsr_interface = (uint32_t)m->ifindex};
        int level = m->group.len == 4 ? IPPROTO_IP : IPPROTO_IPV6;

        endpoint_write(&(struct endpoint){.addr = m->group}, &r.gsr_group);
        endpoint_write(&(struct endpoint){.addr = m->source}, &r.gsr_source);
        return setsockopt(fd, level, join ? MCAST_JOIN_SOURCE_GROUP : MCAST_LEAVE_SOURCE_GROUP, &r, sizeof r);
}

static int ask(int fd, const struct membership *m, bool join)
{
        struct ip_mreqn r4 = {.imr_ifindex = m->ifindex};
        struct ipv6_mreq r6 = {.ipv6mr_interface = (unsigned)m->ifindex};

        if (m->source.len)
                return ask_source(fd, m, join);
        if (m->group.len == 4) {
                memcpy(&r4.imr_multiaddr, m->group.b, sizeof r4.imr_multiaddr);
                return setsockopt(fd, IPPROTO_IP, join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &r4, sizeof r4);
        }
        memcpy(&r6.ipv6mr_multiaddr, m->group.b, sizeof r6.ipv6mr_multiaddr);
        return setsockopt(fd, IPPROTO_IPV6, join ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP, &r6, sizeof r6);
}

static const char *full_hint(const struct membership *m, char *buf, size_t n)
{
        long limit;

        if (m->group.len != 4)
                return "the socket has no room left for memberships: `sysctl -w net.core.optmem_max=N`";
        if (m->source.len) {
                limit = system_limit("/proc/sys/net/ipv4/igmp_max_msf");
                snprintf(buf, n,
                         "a socket may name %ld sources a group: `sysctl -w net.ipv4.igmp_max_msf=N`, and %ld groups: "
                         "net.ipv4.igmp_max_memberships",
                         limit, system_limit("/proc/sys/net/ipv4/igmp_max_memberships"));
                return buf;
        }
        limit = system_limit("/proc/sys/net/ipv4/igmp_max_memberships");
        snprintf(buf, n, "a socket may join %ld groups: `sysctl -w net.ipv4.igmp_max_memberships=N`", limit);
        return buf;
}

static const char *join_hint(int errnum, const struct membership *m, char *buf, size_t n)
{
        switch (errnum) {
        case ENODEV:
                if (m->ifindex)
                        return "the interface is gone";
                return m->group.len == 4 ? "no interface has a route to it; name one with -i, or add a route, "
                                           "`ip route add 224.0.0.0/4 dev IFACE`"
                                         : "no interface has a route to it; name one with -i";
        case ENOBUFS:
        case ENOMEM: return full_hint(m, buf, n);
        case EADDRINUSE: return "this socket has joined it already";
        case EADDRNOTAVAIL: return m->source.len ? "this socket has joined it from that source already" : NULL;
        case EINVAL: return addr_is_multicast(&m->group) ? NULL : "not a multicast group";
        default: return NULL;
        }
}

static const char *describe(const struct membership *m, char *buf, size_t n)
{
        char group[ADDR_TEXT], source[ADDR_TEXT], name[IF_NAMESIZE + 4] = "";

        if (m->ifindex && if_indextoname((unsigned)m->ifindex, name + 4))
                memcpy(name, " on ", 4);
        snprintf(buf, n, "%s%s%s%s", addr_format(&m->source, source), m->source.len ? "," : "",
                 addr_format(&m->group, group), name);
        return buf;
}

int membership_join(int fd, const struct membership *m, struct error *err)
{
        char what[2 * ADDR_TEXT + 32], hint[256];
        int code;

        if (ask(fd, m, true) == 0)
                return 0;
        code = errno;
        error_system(err, code, join_hint(code, m, hint, sizeof hint), "join %s", describe(m, what, sizeof what));
        errno = code;
        return -1;
}

int membership_leave(int fd, const struct membership *m, struct error *err)
{
        static const char gone[] = "the kernel has no such membership on this socket";
        char what[2 * ADDR_TEXT + 32];

        if (ask(fd, m, false) == 0)
                return 0;
        return error_system(err, errno, errno == EADDRNOTAVAIL ? gone : NULL, "leave %s",
                            describe(m, what, sizeof what));
}

/* Only a member may read its filter, so that success tells (group, interface) is one of fd's own. */
static bool is_member(int fd, const struct addr *group, int ifindex)
{
        struct group_filter f = {.gf_interface = (uint32_t)ifindex};
        socklen_t n = sizeof f;

        endpoint_write(&(struct endpoint){.addr = *group}, &f.gf_group);
        return getsockopt(fd, group->len == 4 ? IPPROTO_IP : IPPROTO_IPV6, MCAST_MSFILTER, &f, &n) == 0;
}

int membership_interface(int fd, const struct addr *group, int hint)
{
        struct if_nameindex *names;
        int found = 0;

        if (hint && is_member(fd, group, hint))
                return hint;
        names = if_nameindex();
        for (const struct if_nameindex *at = names; at && at->if_index && !found; at++)
                if (is_member(fd, group, (int)at->if_index))
                        found = (int)at->if_index;
        if_freenameindex(names);
        return found;
}

/* One membership that the kernel tells of. */
struct entry {
        struct addr group;
        int ifindex, users, version;
        char name[IF_NAMESIZE];
};

static FILE *list_open(uint8_t len)
{
        return fopen(len == 16 ? "/proc/thread-self/net/igmp6" : "/proc/thread-self/net/igmp", "re");
}

/* "INDEX DEVICE …" heads a device's block; its groups follow, each in the host's octet order. */
static bool next4(FILE *f, struct entry *e)
{
        char line[256];
        uint32_t group;

        while (fgets(line, sizeof line, f)) {
                if (line[0] != '\t')
                        sscanf(line, "%d %15[^: \t] : %*d V%d", &e->ifindex, e->name, &e->version);
                else if (sscanf(line, " %x %d", &group, &e->users) == 2) {
                        memcpy(e->group.b, &group, sizeof group);
                        e->group.len = 4;
                        return true;
                }
        }
        return false;
}

static bool next6(FILE *f, struct entry *e)
{
        char line[256], group[33];

        while (fgets(line, sizeof line, f)) {
                if (sscanf(line, "%d %15s %32s %d", &e->ifindex, e->name, group, &e->users) != 4 || strlen(group) != 32)
                        continue;
                for (int i = 0; i < 16; i++)
                        sscanf(group + 2 * i, "%2hhx", &e->group.b[i]);
                e->group.len = 16;
                return true;
        }
        return false;
}

static bool list_next(FILE *f, uint8_t len, struct entry *e)
{
        return len == 16 ? next6(f, e) : next4(f, e);
}

int membership_users(const struct addr *group, int ifindex)
{
        FILE *f = list_open(group->len);
        struct entry e = {.users = 0};
        int users = 0;

        while (f && !users && list_next(f, group->len, &e))
                if (e.ifindex == ifindex && addr_equal(&e.group, group))
                        users = e.users;
        if (f)
                fclose(f);
        return users;
}

size_t memberships_known(const struct addr *first, size_t n, int ifindex)
{
        const struct addr last = addr_plus(first, (uint32_t)n - 1);
        FILE *f = list_open(first->len);
        struct entry e = {.users = 0};
        size_t known = 0;

        while (f && list_next(f, first->len, &e))
                known += e.ifindex == ifindex && e.users > 0 && addr_compare(&e.group, first) >= 0
                         && addr_compare(&e.group, &last) <= 0;
        if (f)
                fclose(f);
        return known;
}

size_t memberships_of(pid_t thread, const struct addr *group, struct kernel_group *g, size_t max)
{
        struct entry e = {.users = 0};
        char path[64];
        size_t n = 0;
        FILE *f;

        snprintf(path, sizeof path, "/proc/%d/net/%s", thread, group->len == 16 ? "igmp6" : "igmp");
        f = fopen(path, "re");
        while (f && n < max && list_next(f, group->len, &e)) {
                if (!addr_equal(&e.group, group))
                        continue;
                g[n] = (struct kernel_group){.ifindex = e.ifindex, .users = e.users, .version = e.version};
                snprintf(g[n++].interface, sizeof g->interface, "%s", e.name);
        }
        if (f)
                fclose(f);
        return n;
}
