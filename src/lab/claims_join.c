/* SPDX-License-Identifier: BSD-2-Clause */
/* Chapter: what joining and leaving say to the program (ip(7), RFC 1112 §4, RFC 3678 §4.1.3). */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

enum { TEXT = 512 };
#define GROUP "239.1.2.3"

/* Exactly this address, whatever else is spoilt. */
static const char *join_exactly(struct bench *b, int fd, const char *group)
{
        struct ip_mreqn r = {0};
        struct addr a;

        addr_parse(group, &a);
        memcpy(&r.imr_multiaddr, a.b, 4);
        r.imr_ifindex = (int)ifindex(b, "a", "eth0");
        return outcome(b, setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &r, sizeof r));
}

static int act_range(struct bench *b)
{
        static const char *const addresses[] = {"223.255.255.255", "224.0.0.0", "239.255.255.255", "240.0.0.0",
                "10.1.0.2",
                                                "0.0.0.0", "255.255.255.255"};
        int fd = bench_udp(b, "a", AF_INET);
        size_t from;
        char text[TEXT];

        if (fd < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        watch_for(b, 50);
        from = mark(b);
        for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
                observe(b, addresses[i], "%s", join_exactly(b, fd, addresses[i]));
        watch_for(b, 1200);
        story(b, from, "a", 'g', text, sizeof text);
        observe_since(b, from, "224.0.0.0 reported", "%s", strstr(text, "to_ex(224.0.0.0)") ? "reported" : "silent");
        return 0;
}

static int act_twice(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET), ssm = bench_udp(b, "a", AF_INET);
        struct ip_mreq by_address = {0};
        struct ip_mreqn back = {0};
        socklen_t n = sizeof back;
        struct addr a;
        int r;

        if (fd < 0 || ssm < 0)
                return -1;
        addr_parse(GROUP, &a);
        memcpy(&by_address.imr_multiaddr, a.b, 4);
        addr_parse("10.1.0.1", &a);
        memcpy(&by_address.imr_interface, a.b, 4);
        observe(b, "first", "%s", join(b, fd, GROUP));
        observe(b, "second", "%s", join(b, fd, GROUP));
        r = setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &by_address, sizeof by_address);
        observe(b, "spelled otherwise", "%s", b->spoil == SPOIL_VALUES ? "spoilt" : outcome(b, r));
        r = getsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &back, &n);
        observe(b, "getsockopt", "%s", outcome(b, r));
        observe(b, "leave", "%s", leave(b, fd, GROUP));
        observe(b, "leave again", "%s", leave(b, fd, GROUP));
        observe(b, "leave unicast", "%s", leave(b, fd, "10.1.0.2"));
        join_source(b, ssm, "10.1.0.2", GROUP);
        observe(b, "after a source", "%s", join(b, ssm, GROUP));
        observe(b, "unknown interface", "%s", outcome(b, setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP,
                &(struct ip_mreqn){by_address.imr_multiaddr, {0}, 4711}, sizeof(struct ip_mreqn))));
        observe(b, "short argument", "%s", outcome(b, setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &by_address, 7)));
        return 0;
}

static int run_ip(struct bench *b, const char *host, const char *words)
{
        struct lab_process *p;
        struct lab_event e;
        char copy[256], *argv[24];
        int n = 0;

        snprintf(copy, sizeof copy, "ip %s", words);
        for (char *save, *w = strtok_r(copy, " ", &save); w && n < 23; w = strtok_r(NULL, " ", &save))
                argv[n++] = w;
        argv[n] = NULL;
        if (lab_spawn(b->lab, host, "ip", argv, &p, b->err) < 0)
                return -1;
        while (lab_running(p))
                if (lab_next(b->lab, time_now_ns() + 200000000, &e, b->err) < 0)
                        return -1;
        return lab_status(p) == 0 ? 0 : error_set(b->err, "ip %s: status %d", words, lab_status(p));
}

static int act_route(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET), later = bench_udp(b, "a", AF_INET);

        if (fd < 0 || later < 0)
                return -1;
        join(b, fd, GROUP);
        if (run_ip(b, "a", "route del default") < 0)
                return -1;
        observe(b, "join without route", "%s", join(b, later, "239.1.2.9"));
        observe(b, "join by interface", "%s", join_on(b, later, "a", "eth0", "239.1.2.9"));
        observe(b, "leave without route", "%s", leave(b, fd, GROUP));
        observe(b, "leave by interface", "%s", leave_on(b, fd, "a", "eth0", GROUP));
        observe(b, "send without route", "%s", send_to(b, later, "239.1.2.9", BENCH_PORT, "x"));
        return 0;
}

static int act_limit(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET), other = bench_udp(b, "a", AF_INET), joined = 0;
        long limit = sysctl_value(b, "a", "net/ipv4/igmp_max_memberships");
        char group[ADDR_TEXT];

        if (fd < 0 || other < 0)
                return -1;
        for (int i = 1; i <= limit + (b->spoil == SPOIL_VALUES ? 0 : 1); i++) {
                snprintf(group, sizeof group, "239.2.0.%d", i);
                const char *r = join_on(b, fd, "a", "eth0", group);
                joined += !strcmp(r, "ok");
                observe(b, i > limit ? "one more" : "within", "%s", r);
        }
        observe(b, "joined", "%s", joined == limit ? "the limit" : "another number");
        observe(b, "another socket", "%s", join_on(b, other, "a", "eth0", "239.2.0.201"));
        if (lab_set(b->lab, "a", "net/ipv4/igmp_max_memberships", "100", b->err) == 0)
                observe(b, "raised", "%s", join_on(b, fd, "a", "eth0", "239.2.0.202"));
        return 0;
}

/* Copies of a descriptor are one membership; the leave comes with the last. */
static int act_copies(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET), copy;
        char text[TEXT];
        size_t from;

        if (fd < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        join(b, fd, GROUP);
        watch_for(b, 1150);
        copy = dup(fd);
        from = mark(b);
        bench_close(b, fd);
        watch_for(b, 300);
        observe_since(b, from, "first close", "%s", story(b, from, "a", 'g', text, sizeof text));
        observe(b, "still there", "%s", proc_igmp(b, "a", GROUP, text, sizeof text));
        from = mark(b);
        close(copy);
        watch_for(b, 1150);
        observe_since(b, from, "last close", "%s", story(b, from, "a", 'g', text, sizeof text));
        return 0;
}

static int act_down(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET);
        char text[TEXT];
        size_t from;

        if (fd < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        if (run_ip(b, "a", "link set eth0 multicast off") < 0)
                return -1;
        from = mark(b);
        observe(b, "no MULTICAST flag", "%s", join_on(b, fd, "a", "eth0", "239.1.2.4"));
        watch_for(b, 1150);
        observe_since(b, from, "no MULTICAST flag: wire", "%s", story(b, from, "a", 'g', text, sizeof text));
        return 0;
}

static int act_mixed(struct bench *b)
{
        int six = bench_udp(b, "a", AF_INET6);

        if (six < 0)
                return -1;
        observe(b, "v4 option on v6 socket", "%s", join_on(b, six, "a", "eth0", GROUP));
        observe(b, "mapped", "%s", join_on(b, six, "a", "eth0", "::ffff:239.1.2.3"));
        return 0;
}

const struct experiment experiments_join[] = {
        {"join-range", "pair", {0}, NULL, act_range},
        {"join-twice", "pair", {0}, NULL, act_twice},
        {"join-route", "pair", {0}, NULL, act_route},
        {"join-limit", "pair", {0}, NULL, act_limit},
        {"join-copies", "pair", {0}, NULL, act_copies},
        {"join-down", "pair", {0}, NULL, act_down},
        {"join-mixed", "pair", {.ipv6 = true}, NULL, act_mixed},
        {0},
};

#define ADD "ip(7) / IP_ADD_MEMBERSHIP(2const)"
#define DROP "ip(7) / IP_DROP_MEMBERSHIP(2const)"
#define R3678 "RFC 3678 §4.1.3"

const struct claim claims_join[] = {
        {"join-1", "membership,reference",
         "class D begins at 224.0.0.0: 223.255.255.255 is refused",
         "RFC 1112 §4; " ADD, "join-range", "223.255.255.255", "EINVAL", NULL},
        {"join-1-first", "membership,reference",
         "224.0.0.0 is in class D",
         "RFC 1112 §4", "join-range", "224.0.0.0", "ok", NULL},
        {"join-1-last", "membership,reference",
         "class D ends at 239.255.255.255",
         "RFC 1112 §4", "join-range", "239.255.255.255", "ok", NULL},
        {"join-1-after", "membership,reference",
         "240.0.0.0 is refused",
         "RFC 1112 §4; " ADD, "join-range", "240.0.0.0", "EINVAL", NULL},
        {"join-1-unicast", "membership",
         "a unicast address is refused",
         ADD, "join-range", "10.1.0.2", "EINVAL", NULL},
        {"join-1-zero", "membership",
         "0.0.0.0 is refused",
         ADD, "join-range", "0.0.0.0", "EINVAL", NULL},
        {"join-1-broadcast", "membership",
         "255.255.255.255 is refused",
         ADD, "join-range", "255.255.255.255", "EINVAL", NULL},
        {"join-2", "membership",
         "224.0.0.0 is guaranteed not to be assigned: nobody reports it",
         "RFC 1112 §4", "join-range", "224.0.0.0 reported", "silent",
         "Linux joins it and reports it like any other group"},
        {"join-3", "membership",
         "IP_ADD_MEMBERSHIP can't be read: ENOPROTOOPT",
         "ip(7), ERRORS", "join-twice", "getsockopt", "ENOPROTOOPT", NULL},
        {"join-3-3678", "membership",
         "IP_ADD_MEMBERSHIP can't be read: EOPNOTSUPP",
         R3678, "join-twice", "getsockopt", "EOPNOTSUPP", "Linux gives ENOPROTOOPT, as its own page says"},
        {"join-6-first", "membership,reference",
         "a join succeeds",
         ADD, "join-twice", "first", "ok", NULL},
        {"join-6", "membership",
         "joining the same group again is refused",
         R3678, "join-twice", "second", "EADDRINUSE", NULL},
        {"join-6-spelled", "membership",
         "however the interface is spelled",
         R3678, "join-twice", "spelled otherwise", "EADDRINUSE", NULL},
        {"join-6-source", "membership,ssm",
         "and when the first join was for a source",
         R3678, "join-twice", "after a source", "EADDRINUSE|EINVAL", NULL},
        {"join-7-ok", "membership,reference",
         "IP_DROP_MEMBERSHIP leaves",
         DROP, "join-twice", "leave", "ok", NULL},
        {"join-7", "membership",
         "leaving what is not joined: EADDRNOTAVAIL",
         R3678, "join-twice", "leave again", "EADDRNOTAVAIL", NULL},
        {"join-7-unicast", "membership",
         "leaving a unicast address: EINVAL, as for joining",
         DROP, "join-twice", "leave unicast", "EINVAL", "Linux only says that it is not joined: EADDRNOTAVAIL"},
        {"join-5", "membership",
         "an interface that does not exist: ENODEV",
         ADD, "join-twice", "unknown interface", "ENODEV", NULL},
        {"join-9", "membership",
         "an argument shorter than ip_mreq is refused",
         ADD, "join-twice", "short argument", "EINVAL", NULL},
        {"join-4", "membership,interface",
         "a join on any interface needs a route to the group: ENODEV without one",
         "Linux, ip_mc_find_dev", "join-route", "join without route", "ENODEV", NULL},
        {"join-4-interface", "membership,interface",
         "a join that names the interface needs no route",
         ADD, "join-route", "join by interface", "ok", NULL},
        {"join-8", "membership,interface,reference",
         "IP_DROP_MEMBERSHIP undoes the IP_ADD_MEMBERSHIP with the same argument",
         "reference program", "join-route", "leave without route", "ok",
         "INADDR_ANY is looked up anew: after a change of routes it names no interface, or another; close() "
         "always leaves"},
        {"join-8-index", "membership,interface",
         "naming the interface by index always works",
         DROP, "join-route", "leave by interface", "ok", NULL},
        {"if-2", "interface",
         "sending to a group without a route: ENETUNREACH",
         "RFC 1122 §3.3.1", "join-route", "send without route", "ENETUNREACH|ENETDOWN", NULL},
        {"join-10", "membership",
         "igmp_max_memberships is the most groups that the host can join",
         "networking/ip-sysctl", "join-limit", "another socket", "ENOBUFS",
         "it is the limit of one socket, not of the host"},
        {"join-10-limit", "membership",
         "one join more than igmp_max_memberships: ENOBUFS",
         "networking/ip-sysctl", "join-limit", "one more", "ENOBUFS", NULL},
        {"join-10-within", "membership",
         "as many joins as igmp_max_memberships succeed",
         "networking/ip-sysctl", "join-limit", "joined", "the limit", NULL},
        {"join-10-raised", "membership",
         "a raised igmp_max_memberships acts at once",
         "networking/ip-sysctl", "join-limit", "raised", "ok", NULL},
        {"join-14", "membership,wire",
         "a duplicated descriptor holds the membership: no leave at the first close",
         "close(2)", "join-copies", "first close", "nothing", NULL},
        {"join-14-proc", "membership",
         "the kernel still has it",
         "close(2)", "join-copies", "still there", "239.1.2.3 users 1", NULL},
        {"join-14-last", "membership,wire",
         "the last close leaves",
         "close(2)", "join-copies", "last close", "to_in(239.1.2.3), to_in(239.1.2.3)", NULL},
        {"join-13", "membership,interface",
         "an interface without the MULTICAST flag can't be joined on",
         "netdevice(7) IFF_MULTICAST", "join-down", "no MULTICAST flag", "ENODEV|EOPNOTSUPP|EINVAL",
         "Linux joins there all the same"},
        {"join-13-wire", "membership,interface,wire",
         "and nothing is sent on it",
         "netdevice(7) IFF_MULTICAST", "join-down", "no MULTICAST flag: wire", "nothing",
         "Linux reports there all the same"},
        {"join-16", "membership,ipv6",
         "IP_ADD_MEMBERSHIP belongs to IPv4 sockets",
         ADD, "join-mixed", "v4 option on v6 socket", "ENOPROTOOPT|EINVAL|EOPNOTSUPP",
         "Linux accepts it on an IPv6 socket, which takes IPv4 traffic too"},
        {"join-16-mapped", "membership,ipv6",
         "IPV6_JOIN_GROUP of an IPv4-mapped group is refused",
         "ipv6(7)", "join-mixed", "mapped", "EINVAL", NULL},
        {0},
};
