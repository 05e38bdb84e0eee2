/* SPDX-License-Identifier: BSD-2-Clause */
/* UDP sockets and their options, of both families by one table; every refusal is told with what to do next. */
#include "igmpscope/net.h"

#include <errno.h>
#include <linux/in6.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
        struct {
                int level, option;
                const char *name;
        } of[2]; /* IPv4, IPv6 */
} settings[] = {
        [SOCKET_REUSE] = {{{SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR"}, {SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR"}}},
        [SOCKET_TTL] = {{{IPPROTO_IP, IP_MULTICAST_TTL, "IP_MULTICAST_TTL"},
                         {IPPROTO_IPV6, IPV6_MULTICAST_HOPS, "IPV6_MULTICAST_HOPS"}}},
        [SOCKET_LOOP] = {{{IPPROTO_IP, IP_MULTICAST_LOOP, "IP_MULTICAST_LOOP"},
                          {IPPROTO_IPV6, IPV6_MULTICAST_LOOP, "IPV6_MULTICAST_LOOP"}}},
        [SOCKET_ALL] = {{{IPPROTO_IP, IP_MULTICAST_ALL, "IP_MULTICAST_ALL"},
                         {IPPROTO_IPV6, IPV6_MULTICAST_ALL, "IPV6_MULTICAST_ALL"}}},
        [SOCKET_PKTINFO] = {{{IPPROTO_IP, IP_PKTINFO, "IP_PKTINFO"},
                             {IPPROTO_IPV6, IPV6_RECVPKTINFO, "IPV6_RECVPKTINFO"}}},
        [SOCKET_RECVTTL] = {{{IPPROTO_IP, IP_RECVTTL, "IP_RECVTTL"},
                             {IPPROTO_IPV6, IPV6_RECVHOPLIMIT, "IPV6_RECVHOPLIMIT"}}},
        [SOCKET_RXQ_OVFL] = {{{SOL_SOCKET, SO_RXQ_OVFL, "SO_RXQ_OVFL"}, {SOL_SOCKET, SO_RXQ_OVFL, "SO_RXQ_OVFL"}}},
};

static int family_of(int fd)
{
        int family = 0;
        socklen_t n = sizeof family;

        return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &n) ? AF_UNSPEC : family;
}

int udp_socket(int family, struct error *err)
{
        int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;

        if (fd < 0)
                return error_system(err, errno,
                                    errno == EAFNOSUPPORT ? "this kernel has no such family"
                                    : errno == EMFILE     ? "`ulimit -n` allows more; many groups need fewer sockets "
                                                            "with a larger net.ipv4.igmp_max_memberships"
                                                          : NULL,
                                    "open an %s UDP socket", family == AF_INET6 ? "IPv6" : "IPv4");
        if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on)) {
                error_system(err, errno, NULL, "IPV6_V6ONLY");
                close(fd);
                return -1;
        }
        return fd;
}

static const char *bind_hint(int errnum, char *buf, size_t n, unsigned port)
{
        switch (errnum) {
        case EADDRINUSE:
                snprintf(buf, n,
                         "another program holds the port without SO_REUSEADDR: `ss -ulnp sport = :%u` shows it; "
                         "name another with :PORT or -p",
                         port);
                return buf;
        case EACCES: return "a port below net.ipv4.ip_unprivileged_port_start needs root; another with :PORT or -p";
        case EADDRNOTAVAIL: return "not an address of this host";
        default: return NULL;
        }
}

int socket_bind(int fd, const struct endpoint *e, struct error *err)
{
        struct endpoint at = *e;
        struct sockaddr_storage ss;
        char text[ENDPOINT_TEXT], hint[192];
        socklen_t n;

        if (!at.addr.len)
                at.addr.len = family_of(fd) == AF_INET6 ? 16 : 4;
        n = endpoint_write(&at, &ss);
        if (bind(fd, (struct sockaddr *)&ss, n) == 0)
                return 0;
        return error_system(err, errno, bind_hint(errno, hint, sizeof hint, at.port), "bind to %s",
                            endpoint_format(&at, text));
}

int socket_port(int fd)
{
        struct sockaddr_storage ss = {0};
        socklen_t n = sizeof ss;

        return getsockname(fd, (struct sockaddr *)&ss, &n) ? -1 : endpoint_read(&ss).port;
}

const char *socket_setting_name(enum socket_setting what, int family)
{
        return settings[what].of[family == AF_INET6].name;
}

int socket_set(int fd, enum socket_setting what, int value, struct error *err)
{
        bool six = family_of(fd) == AF_INET6;
        const char *hint = what == SOCKET_TTL ? "a TTL is 0 to 255" : NULL;

        if (setsockopt(fd, settings[what].of[six].level, settings[what].of[six].option, &value, sizeof value) == 0)
                return 0;
        return error_system(err, errno, hint, "set %s to %d", settings[what].of[six].name, value);
}

int socket_get(int fd, enum socket_setting what)
{
        bool six = family_of(fd) == AF_INET6;
        int value = 0;
        socklen_t n = sizeof value;

        return getsockopt(fd, settings[what].of[six].level, settings[what].of[six].option, &value, &n) ? -1 : value;
}

int socket_set_interface(int fd, int ifindex, struct error *err)
{
        struct ip_mreqn m = {.imr_ifindex = ifindex};
        bool six = family_of(fd) == AF_INET6;
        int r = six ? setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &ifindex, sizeof ifindex)
                    : setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &m, sizeof m);

        if (r == 0)
                return 0;
        return error_system(err, errno, errno == EADDRNOTAVAIL || errno == ENODEV ? "the interface is gone" : NULL,
                            "set %s to index %d", six ? "IPV6_MULTICAST_IF" : "IP_MULTICAST_IF", ifindex);
}

int socket_buffer(int fd, int option, int bytes, struct error *err)
{
        const char *name = option == SO_RCVBUF ? "SO_RCVBUF" : "SO_SNDBUF";
        int granted = 0;
        socklen_t n = sizeof granted;

        if (bytes && setsockopt(fd, SOL_SOCKET, option, &bytes, sizeof bytes))
                return error_system(err, errno, NULL, "set %s to %d", name, bytes);
        if (getsockopt(fd, SOL_SOCKET, option, &granted, &n))
                return error_system(err, errno, NULL, "read %s", name);
        return granted;
}

uint32_t socket_drops(int fd)
{
        uint32_t m[SK_MEMINFO_VARS] = {0};
        socklen_t n = sizeof m;

        return getsockopt(fd, SOL_SOCKET, SO_MEMINFO, m, &n) ? 0 : m[SK_MEMINFO_DROPS];
}

long system_limit(const char *proc_path)
{
        FILE *f = fopen(proc_path, "re");
        char text[64], *end;
        long v = -1;

        if (!f)
                return -1;
        if (fgets(text, sizeof text, f)) {
                v = strtol(text, &end, 10);
                v = end == text ? -1 : v;
        }
        fclose(f);
        return v;
}
