/* SPDX-License-Identifier: BSD-2-Clause */
/* Chapter: which sockets a datagram reaches: IP_MULTICAST_ALL, bind, SO_REUSEADDR, SO_REUSEPORT, connect. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "bench.h"

enum { TEXT = 512 };
#define G1 "239.1.1.1"
#define G2 "239.1.1.2"

static int reuse(struct bench *b, const char *host, int option)
{
        int fd = bench_udp(b, host, AF_INET), on = 1;

        if (fd >= 0 && option)
                setsockopt(fd, SOL_SOCKET, option, &on, sizeof on);
        return fd;
}

/* Three sockets on one port in b: one joined G1, one joined G2, one joined nothing. */
static int act_all(struct bench *b)
{
        int one = receiver(b, "b", G1), two = receiver(b, "b", G2), none = receiver(b, "b", NULL);
        int fd = bench_udp(b, "a", AF_INET);
        char text[TEXT];

        if (one < 0 || two < 0 || none < 0 || fd < 0)
                return -1;
        observe(b, "default", "%d", b->spoil == SPOIL_VALUES ? -2 : get_int(one, IPPROTO_IP, IP_MULTICAST_ALL));
        send_to(b, fd, G1, BENCH_PORT, "g1");
        send_to(b, fd, G2, BENCH_PORT, "g2");
        observe(b, "bystander", "%s", received(b, none, 300, text, sizeof text));
        observe(b, "one", "%s", received(b, one, 300, text, sizeof text));
        received(b, two, 100, text, sizeof text);
        set_int(b, one, IPPROTO_IP, IP_MULTICAST_ALL, 0);
        set_int(b, two, IPPROTO_IP, IP_MULTICAST_ALL, 0);
        set_int(b, none, IPPROTO_IP, IP_MULTICAST_ALL, 0);
        send_to(b, fd, G1, BENCH_PORT, "g1");
        send_to(b, fd, G2, BENCH_PORT, "g2");
        observe(b, "off: one", "%s", received(b, one, 300, text, sizeof text));
        observe(b, "off: two", "%s", received(b, two, 300, text, sizeof text));
        observe(b, "off: bystander", "%s", received(b, none, 200, text, sizeof text));
        bench_close(b, one);
        bench_close(b, two);
        send_to(b, fd, "10.1.0.2", BENCH_PORT, "unicast");
        observe(b, "off: unicast", "%s", received(b, none, 300, text, sizeof text));
        return 0;
}

static int act_bind(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET), member = receiver(b, "b", G1);
        int group = reuse(b, "b", SO_REUSEADDR), own = reuse(b, "b", SO_REUSEADDR), alone = bench_udp(b, "b", AF_INET);
        char text[TEXT];

        if (fd < 0 || member < 0 || group < 0 || own < 0 || alone < 0)
                return -1;
        join(b, member, G2);
        observe(b, "bind group", "%s", bind_to(b, group, G1, BENCH_PORT));
        bind_to(b, own, "10.1.0.2", BENCH_PORT);
        join(b, own, G1);
        send_to(b, fd, G1, BENCH_PORT, "g1");
        send_to(b, fd, G2, BENCH_PORT, "g2");
        send_to(b, fd, "10.1.0.2", BENCH_PORT, "unicast");
        observe(b, "bound to group", "%s", received(b, group, 300, text, sizeof text));
        observe(b, "bound to own address", "%s", received(b, own, 300, text, sizeof text));
        observe(b, "bind foreign group", "%s", bind_to(b, alone, "239.9.9.9", BENCH_PORT + 1));
        return 0;
}

static int act_connect(struct bench *b)
{
        int server = receiver(b, "b", G1), client = bench_udp(b, "a", AF_INET), taker = receiver(b, "a", G1);
        struct endpoint peer = {.port = BENCH_PORT};
        struct sockaddr_storage ss;
        char text[TEXT], data[64];
        socklen_t n;
        ssize_t got;

        if (server < 0 || client < 0 || taker < 0)
                return -1;
        addr_parse(G1, &peer.addr);
        n = endpoint_write(&peer, &ss);
        if (connect(client, (struct sockaddr *)&ss, n) < 0)
                return error_set(b->err, "connect to a group failed");
        if (send(client, "ping", 4, 0) < 0)
                return error_set(b->err, "send to a connected group failed");
        n = sizeof ss;
        got = recvfrom(server, data, sizeof data, 0, (struct sockaddr *)&ss, &n);
        if (got > 0 && sendto(server, data, (size_t)got, 0, (struct sockaddr *)&ss, n) == got)
                observe(b, "server", "%s", b->spoil == SPOIL_DROP ? "spoilt" : "echoed");
        observe(b, "client", "%s", received(b, client, 300, text, sizeof text));
        return 0;
}

/* Who may have the port, and who gets what. */
static int act_reuse(struct bench *b)
{
        int a1 = reuse(b, "b", 0), a2 = reuse(b, "b", 0);
        int r1 = reuse(b, "b", SO_REUSEADDR), r2 = reuse(b, "b", SO_REUSEADDR), r3 = reuse(b, "b", SO_REUSEADDR);
        int p1 = reuse(b, "b", SO_REUSEPORT), p2 = reuse(b, "b", SO_REUSEPORT), mixed = reuse(b, "b", SO_REUSEADDR);
        int fd = bench_udp(b, "a", AF_INET);
        char t1[TEXT], t2[TEXT], t3[TEXT];

        if (a1 < 0 || a2 < 0 || r1 < 0 || r2 < 0 || r3 < 0 || p1 < 0 || p2 < 0 || mixed < 0 || fd < 0)
                return -1;
        bind_to(b, a1, NULL, 7001);
        observe(b, "without", "%s", bind_to(b, a2, NULL, 7001));
        bind_to(b, r1, NULL, BENCH_PORT);
        observe(b, "reuseaddr", "%s", bind_to(b, r2, NULL, BENCH_PORT));
        bind_to(b, r3, NULL, BENCH_PORT);
        join(b, r1, G1);
        join(b, r2, G1);
        join(b, r3, G1);
        send_to(b, fd, G1, BENCH_PORT, "x");
        observe(b, "each", "%s %s %s", received(b, r1, 300, t1, sizeof t1), received(b, r2, 300, t2, sizeof t2),
                received(b, r3, 300, t3, sizeof t3));
        send_to(b, fd, "10.1.0.2", BENCH_PORT, "u");
        observe(b, "unicast", "%s %s %s", received(b, r1, 100, t1, sizeof t1), received(b, r2, 100, t2, sizeof t2),
                received(b, r3, 300, t3, sizeof t3));
        bind_to(b, p1, NULL, 7002);
        observe(b, "reuseport", "%s", bind_to(b, p2, NULL, 7002));
        observe(b, "mixed", "%s", bind_to(b, mixed, NULL, 7002));
        join(b, p1, G2);
        join(b, p2, G2);
        send_to(b, fd, G2, 7002, "y");
        observe(b, "reuseport: each", "%s %s", received(b, p1, 300, t1, sizeof t1), received(b, p2, 300, t2,
                sizeof t2));
        return 0;
}

static int act_ports(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET), unbound = bench_udp(b, "a", AF_INET), late = reuse(b, "a", 0);
        int later = reuse(b, "a", SO_REUSEADDR), wild = bench_udp(b, "a", AF_INET), on = 1;
        struct sockaddr_in a = {0};
        socklen_t n = sizeof a;

        if (fd < 0 || unbound < 0 || late < 0 || later < 0 || wild < 0)
                return -1;
        bind_to(b, fd, NULL, 0);
        getsockname(fd, (struct sockaddr *)&a, &n);
        observe(b, "port 0", "%u", b->spoil == SPOIL_VALUES ? 1 : ntohs(a.sin_port));
        send_to(b, unbound, "10.1.0.2", 7, "x");
        n = sizeof a;
        getsockname(unbound, (struct sockaddr *)&a, &n);
        observe(b, "first send", "%u", b->spoil == SPOIL_VALUES ? 1 : ntohs(a.sin_port));
        bind_to(b, late, NULL, 7003);
        setsockopt(late, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        observe(b, "after bind", "%s", bind_to(b, later, NULL, 7003));
        bind_to(b, wild, NULL, 7004);
        observe(b, "specific beside any", "%s", bind_to(b, bench_udp(b, "a", AF_INET), "10.1.0.1", 7004));
        bind_to(b, bench_udp(b, "a", AF_INET), "10.1.0.1", 7005);
        observe(b, "two specific", "%s", bind_to(b, bench_udp(b, "a", AF_INET), "127.0.0.1", 7005));
        return 0;
}

static int act_buffers(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET), least = b->spoil == SPOIL_VALUES ? 70000 : 1;
        long rmem = system_limit("/proc/sys/net/core/rmem_max"), wmem = system_limit("/proc/sys/net/core/wmem_max");

        if (fd < 0)
                return -1;
        set_int(b, fd, SOL_SOCKET, SO_RCVBUF, 65536);
        observe(b, "receive 65536", "%d", get_int(fd, SOL_SOCKET, SO_RCVBUF));
        set_int(b, fd, SOL_SOCKET, SO_SNDBUF, 65536);
        observe(b, "send 65536", "%d", get_int(fd, SOL_SOCKET, SO_SNDBUF));
        set_int(b, fd, SOL_SOCKET, SO_RCVBUF, b->spoil == SPOIL_VALUES ? 5 : 1 << 30);
        observe(b, "receive most", "%s", get_int(fd, SOL_SOCKET, SO_RCVBUF) == 2 * rmem ? "twice rmem_max" : "other");
        set_int(b, fd, SOL_SOCKET, SO_SNDBUF, b->spoil == SPOIL_VALUES ? 5 : 1 << 30);
        observe(b, "send most", "%s", get_int(fd, SOL_SOCKET, SO_SNDBUF) == 2 * wmem ? "twice wmem_max" : "other");
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
        observe(b, "receive least", "%d", get_int(fd, SOL_SOCKET, SO_RCVBUF));
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &least, sizeof least);
        observe(b, "send least", "%d", get_int(fd, SOL_SOCKET, SO_SNDBUF));
        observe(b, "somaxconn", "%s", sysctl_value(b, "a",
                "net/core/somaxconn") == SOMAXCONN + (b->spoil == SPOIL_VALUES)
                ? "equal" : "different");
        if (lab_set(b->lab, "a", "net/core/somaxconn", "128", b->err) == 0)
                observe(b, "somaxconn set", "%s", sysctl_value(b, "a",
                        "net/core/somaxconn") == (b->spoil == SPOIL_VALUES
                        ? 0 : SOMAXCONN) ? "equal" : "different");
        return 0;
}

const struct experiment experiments_deliver[] = {
        {"all", "pair", {0}, NULL, act_all},
        {"bind", "pair", {0}, NULL, act_bind},
        {"connect", "pair", {0}, NULL, act_connect},
        {"reuse", "pair", {0}, NULL, act_reuse},
        {"ports", "pair", {0}, NULL, act_ports},
        {"buffers", "pair", {0}, NULL, act_buffers},
        {0},
};

#define ALL "ip(7) / IP_MULTICAST_ALL(2const)"

const struct claim claims_deliver[] = {
        {"all-1-default", "all",
         "IP_MULTICAST_ALL is 1 unless it is set",
         ALL, "all", "default", "1", NULL},
        {"all-1", "all",
         "a socket bound to the port on all addresses gets every group joined on the system",
         ALL, "all", "bystander", "g1, g2", NULL},
        {"all-3", "all",
         "a socket that joined one group gets the others' groups too",
         ALL, "all", "one", "g1, g2", NULL},
        {"all-2", "all",
         "0: only what the socket itself joined",
         ALL, "all", "off: one", "g1", NULL},
        {"all-2-two", "all",
         "0: only what the socket itself joined (the other one)",
         ALL, "all", "off: two", "g2", NULL},
        {"all-2-none", "all",
         "0: a socket that joined nothing gets no multicast",
         ALL, "all", "off: bystander", "nothing", NULL},
        {"all-2-unicast", "all",
         "0: unicast is not affected",
         ALL, "all", "off: unicast", "unicast", NULL},
        {"all-5", "all,bind",
         "bound to a group's address a socket gets that group and nothing else",
         "udp(7)", "bind", "bound to group", "g1", NULL},
        {"all-6", "all,bind",
         "binding to a group that the host has not joined is allowed",
         "bind(2), ip(7)", "bind", "bind foreign group", "ok", NULL},
        {"all-7", "all,bind",
         "bound to the host's own unicast address a joined socket gets its group too",
         "ip(7) IP_ADD_MEMBERSHIP", "bind", "bound to own address", "g1, unicast",
         "the destination of a group's datagram is the group: a socket bound to another address does not match"},
        {"all-9-server", "all,connect,reference",
         "an echo server answers a client that connected to the group",
         "udp(7)", "connect", "server", "echoed", NULL},
        {"all-9", "all,connect",
         "a client connected to the group gets the echo",
         "udp(7) connect", "connect", "client", "ping",
         "connect() takes only what comes from the group; the echo comes from the server's own address"},
        {"bind-1", "reuse,bind,reference",
         "a UDP port in use can't be bound again",
         "bind(2)", "reuse", "without", "EADDRINUSE", NULL},
        {"bind-1-reuse", "reuse,bind,reference",
         "with SO_REUSEADDR on both it can",
         "socket(7) SO_REUSEADDR", "reuse", "reuseaddr", "ok", NULL},
        {"bind-2", "reuse,bind",
         "each of the sockets on the port gets each multicast datagram",
         "socket(7) SO_REUSEADDR", "reuse", "each", "x x x", NULL},
        {"bind-3", "reuse,bind",
         "unicast reaches one of them: the last that bound",
         "socket(7) SO_REUSEADDR", "reuse", "unicast", "nothing nothing u", NULL},
        {"bind-4", "reuse,bind,reference",
         "SO_REUSEADDR must be set before bind",
         "reference program", "ports", "after bind", "EADDRINUSE",
         "on the first socket it counts after bind as well: it is looked at when the second one binds"},
        {"bind-6", "reuse,bind",
         "SO_REUSEPORT lets several sockets bind",
         "socket(7) SO_REUSEPORT", "reuse", "reuseport", "ok", NULL},
        {"bind-6-each", "reuse,bind",
         "SO_REUSEPORT spreads datagrams: each goes to one socket",
         "socket(7) SO_REUSEPORT", "reuse", "reuseport: each", "y nothing|nothing y",
         "that is unicast; a multicast datagram goes to all of them"},
        {"bind-7", "reuse,bind",
         "a SO_REUSEADDR socket and a SO_REUSEPORT one do not share a port",
         "socket(7)", "reuse", "mixed", "EADDRINUSE", NULL},
        {"bind-8", "bind,reference",
         "the wildcard conflicts with a specific address on the same port",
         "bind(2)", "ports", "specific beside any", "EADDRINUSE", NULL},
        {"bind-8-two", "bind",
         "two specific addresses share a port without any option",
         "bind(2)", "ports", "two specific", "ok", NULL},
        {"bind-9", "bind,reference",
         "port 0 is an unused port from ip_local_port_range",
         "ip(7) ip_local_port_range", "ports", "port 0", "1024..65535", NULL},
        {"bind-10", "bind",
         "an unbound socket gets a port when it first sends",
         "udp(7)", "ports", "first send", "1024..65535", NULL},
        {"buf-1", "buffers,reference",
         "SO_RCVBUF is doubled",
         "socket(7) SO_RCVBUF", "buffers", "receive 65536", "131072", NULL},
        {"buf-1-send", "buffers,reference",
         "SO_SNDBUF is doubled",
         "socket(7) SO_SNDBUF", "buffers", "send 65536", "131072", NULL},
        {"buf-1-rmem", "buffers,reference",
         "SO_RCVBUF is limited by net.core.rmem_max, then doubled",
         "socket(7) SO_RCVBUF", "buffers", "receive most", "twice rmem_max", NULL},
        {"buf-1-wmem", "buffers,reference",
         "SO_SNDBUF is limited by net.core.wmem_max, then doubled",
         "socket(7) SO_SNDBUF", "buffers", "send most", "twice wmem_max", NULL},
        {"buf-2", "buffers",
         "the least (doubled) SO_RCVBUF is 256",
         "socket(7) SO_RCVBUF", "buffers", "receive least", "256",
         "the page is old: today's kernels give one small packet's true size, 2,304 octets on 64 bits"},
        {"buf-2-send", "buffers",
         "the least (doubled) SO_SNDBUF is 2048",
         "socket(7) SO_SNDBUF", "buffers", "send least", "2048",
         "the page is old: today's kernels give twice as much, 4,608 octets on 64 bits"},
        {"buf-5", "buffers,reference",
         "SOMAXCONN equals /proc/sys/net/core/somaxconn",
         "listen(2)", "buffers", "somaxconn", "equal", NULL},
        {"buf-5-set", "buffers,reference",
         "SOMAXCONN equals /proc/sys/net/core/somaxconn whatever it is set to",
         "reference program", "buffers", "somaxconn set", "equal",
         "SOMAXCONN is a constant of the compiled program; the file can be changed"},
        {0},
};
