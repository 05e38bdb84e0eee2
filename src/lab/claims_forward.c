/* SPDX-License-Identifier: BSD-2-Clause */
/* Chapter: routers and switches: what crosses a router, what a snooping switch passes on (RFC 1812 §5.3.1, RFC 5771,
 * RFC 4541), with the kernel's own forwarding and bridge. */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bench.h"

enum { TEXT = 512, SETTLE_MS = 2300 };
#define GROUP "239.1.1.1"

/* a sends with a TTL; what the member in d, behind the router, gets. */
static int through(struct bench *b, int fd, int taker, const char *group, int ttl, const char *key)
{
        char text[TEXT];

        set_int(b, fd, IPPROTO_IP, IP_MULTICAST_TTL, ttl);
        send_to(b, fd, group, BENCH_PORT, "x");
        observe(b, key, "%s", received(b, taker, 250, text, sizeof text));
        return 0;
}

static int act_router(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET), taker = receiver(b, "d", GROUP), local = receiver(b, "d", "224.0.0.100");
        int scoped = receiver(b, "d", "239.255.1.1");

        if (fd < 0 || taker < 0 || local < 0 || scoped < 0)
                return -1;
        set_int(b, local, IPPROTO_IP, IP_MULTICAST_ALL, 0);
        watch_for(b, SETTLE_MS);
        through(b, fd, taker, GROUP, 2, "ttl 2");
        through(b, fd, local, "224.0.0.100", 255, "link-local");
        through(b, fd, scoped, "239.255.1.1", 5, "scoped");
        observe(b, "ip_forward", "%s", lab_set(b->lab, "r", "net/ipv4/ip_forward", "0", b->err) == 0 ? "off" : "stays");
        through(b, fd, taker, GROUP, 5, "ip_forward 0");
        return 0;
}

static int act_threshold(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET), taker = receiver(b, "d", GROUP);

        if (fd < 0 || taker < 0)
                return -1;
        watch_for(b, SETTLE_MS);
        through(b, fd, taker, GROUP, 15, "15");
        through(b, fd, taker, GROUP, 16, "16");
        through(b, fd, taker, GROUP, 17, "17");
        return 0;
}

/* A switch with a querier: a member on b, nobody on c. */
static int act_snooping(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET), member = receiver(b, "b", GROUP);
        char text[TEXT];
        size_t from;

        if (fd < 0 || member < 0 || witness(b, "c", "eth0") < 0)
                return -1;
        from = mark(b);
        watch_for(b, SETTLE_MS);
        observe_since(b, from, "reports at a host", "%s", count_of(b, from, "10.1.0.2", 'g') ? "seen" : "none");
        observe_since(b, from, "querier", "%s", count_of(b, from, "0.0.0.0", 'g') ? "0.0.0.0" : "another address");
        from = mark(b);
        send_to(b, fd, GROUP, BENCH_PORT, "joined");
        observe(b, "member", "%s", received(b, member, 250, text, sizeof text));
        send_to(b, fd, "224.0.0.100", BENCH_PORT, "local");
        watch_for(b, 150);
        observe_since(b, from, "at c", "%s", story(b, from, "a", 'u', text, sizeof text));
        from = mark(b);
        send_to(b, fd, "239.9.9.9", BENCH_PORT, "unregistered");
        send_to(b, fd, "224.0.0.100", BENCH_PORT, "control");
        watch_for(b, 150);
        observe_since(b, from, "unregistered", "%s", story(b, from, "a", 'u', text, sizeof text));
        return 0;
}

static int act_no_querier(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET), member = receiver(b, "b", GROUP);
        char text[TEXT];
        size_t from;

        if (fd < 0 || member < 0 || witness(b, "c", "eth0") < 0)
                return -1;
        watch_for(b, SETTLE_MS);
        from = mark(b);
        send_to(b, fd, GROUP, BENCH_PORT, "x");
        received(b, member, 250, text, sizeof text);
        observe_since(b, from, "at c", "%s", story(b, from, "a", 'u', text, sizeof text));
        return 0;
}

/* What the querier does after a leave, seen at the leaver. */
static int leave_queries(struct bench *b)
{
        int member = receiver(b, "b", GROUP);
        const struct sighting *s;
        char text[TEXT];
        size_t from;

        if (member < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        watch_for(b, SETTLE_MS);
        from = mark(b);
        leave(b, member, GROUP);
        watch_for(b, 1500);
        story(b, from, "!b", 'g', text, sizeof text);
        observe_since(b, from, "specific query", "%s", strstr(text, "(239.1.1.1") ? "asked" : "not asked");
        s = NULL;
        for (size_t i = from; i < b->n_seen && !s; i++)
                if (strstr(b->seen[i].story, "query") && strstr(b->seen[i].story, GROUP))
                        s = &b->seen[i];
        observe_since(b, from, "to", "%s", s ? addr_format(&s->dst, text) : "nobody");
        return 0;
}

const struct experiment experiments_forward[] = {
        {"forward", "routed", {.query_interval_ms = 1000}, NULL, act_router},
        {"forward-threshold", "routed", {.query_interval_ms = 1000, .threshold = 16}, NULL, act_threshold},
        {"snooping", "lan", {.query_interval_ms = 1000}, NULL, act_snooping},
        {"snooping-no-querier", "lan", {.querier = QUERIER_OFF}, NULL, act_no_querier},
        {"snooping-leave-3", "lan", {.query_interval_ms = 1000, .last_member_ms = 300}, NULL, leave_queries},
        {"snooping-leave-2", "lan", {.query_interval_ms = 1000, .last_member_ms = 300, .querier = 2}, NULL,
                leave_queries},
        {0},
};

#define PLAIN "udp(239.1.1.1:9999 ttl 1 'x')"

const struct claim claims_forward[] = {
        {"fwd-1", "forward,ttl",
         "a router forwards a group's data to a member behind it",
         "RFC 1812 §5.3.1", "forward", "ttl 2", "x", NULL},
        {"fwd-2-15", "forward,ttl",
         "an interface with threshold 16 does not pass TTL 15",
         "mrouted(8)", "forward-threshold", "15", "nothing", NULL},
        {"fwd-2-16", "forward,ttl",
         "nor TTL 16: it must be greater",
         "mrouted(8)", "forward-threshold", "16", "nothing", NULL},
        {"fwd-2-17", "forward,ttl",
         "it passes TTL 17",
         "mrouted(8)", "forward-threshold", "17", "x", NULL},
        {"fwd-3", "forward",
         "224.0.0.0/24 is never forwarded, whatever the TTL",
         "RFC 5771 §4", "forward", "link-local", "nothing", NULL},
        {"fwd-4", "forward",
         "239.255/16 is not forwarded beyond its local scope",
         "RFC 2365 §6.1", "forward", "scoped", "nothing",
         "a boundary has to be configured: without one it is forwarded like any other group"},
        {"fwd-7", "forward,sysctl",
         "multicast forwarding needs ip_forward=1",
         "common advice", "forward", "ip_forward 0", "nothing",
         "mc_forwarding is a switch of its own, set by the routing program; ip_forward does not matter"},
        {"snp-2", "snooping",
         "behind a snooping switch the member gets the data",
         "RFC 4541 §2.1.2", "snooping", "member", "joined", NULL},
        {"snp-2-others", "snooping,wire",
         "other hosts do not; 224.0.0.0/24 goes to all ports",
         "RFC 4541 §2.1.2", "snooping", "at c", "udp(224.0.0.100:9999 ttl 1 'local')", NULL},
        {"snp-2-unknown", "snooping,wire",
         "data for a group that nobody joined goes to router ports only (the control is seen)",
         "RFC 4541 §2.1.2", "snooping", "unregistered", "udp(224.0.0.100:9999 ttl 1 'control')", NULL},
        {"snp-3", "snooping,report,wire",
         "reports are passed on to router ports only",
         "RFC 4541 §2.1.1", "snooping", "reports at a host", "none",
         "the kernel's bridge floods IGMPv3 reports to every port"},
        {"snp-5", "snooping,query",
         "a switch's querier without an address asks from 0.0.0.0",
         "RFC 4541 §2.1.1", "snooping", "querier", "0.0.0.0", NULL},
        {"snp-1", "snooping,wire",
         "a snooping switch holds back data from hosts that did not join, querier or not",
         "common belief", "snooping-no-querier", "at c", "nothing",
         "without a querier nothing keeps memberships alive, so the bridge floods: " PLAIN " reaches everybody"},
        {"snp-4", "snooping,query,wire",
         "after an IGMPv3 leave the querier asks for the group",
         "RFC 9776/3376 §6.4.2", "snooping-leave-3", "specific query", "asked", NULL},
        {"snp-4-to", "snooping,query,wire",
         "the query goes to the group",
         "RFC 9776/3376 §4.1.12", "snooping-leave-3", "to", "239.1.1.1", NULL},
        {"snp-4-v2", "snooping,query,wire,version",
         "after an IGMPv2 leave the querier asks for the group",
         "RFC 2236 §3", "snooping-leave-2", "specific query", "asked", NULL},
        {"snp-4-v2-to", "snooping,query,wire,version",
         "that query goes to the group",
         "RFC 2236 §3, §9", "snooping-leave-2", "to", "239.1.1.1", "the kernel's bridge sends it to 224.0.0.1"},
        {0},
};
