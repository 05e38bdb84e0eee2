/* SPDX-License-Identifier: BSD-2-Clause */
/* Chapter: IPv6 and MLD (ipv6(7), RFC 3493, RFC 3810, RFC 9777, RFC 2710). */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bench.h"

enum { TEXT = 768, REPEAT_MS = 1150 };
#define GROUP "ff0e::101"

/* IPv6 sends by IPV6_MULTICAST_IF: without a default route that is how a group gets its way. */
static int sender(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET6), index = (int)ifindex(b, "a", "eth0");

        if (fd >= 0)
                setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof index);
        return fd;
}

static int member(struct bench *b, const char *host)
{
        int fd = receiver(b, host, "ff0e::ffff");

        if (fd >= 0)
                join_on(b, fd, host, "eth0", GROUP);
        return fd;
}

static int act_options(struct bench *b)
{
        int fd = sender(b), own = member(b, "a"), other = member(b, "b");
        uint8_t octet = 3;
        char text[TEXT];

        if (fd < 0 || own < 0 || other < 0)
                return -1;
        observe(b, "hops", "%d", b->spoil == SPOIL_VALUES ? -2 : get_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS));
        observe(b, "hops 256", "%s", set_int(b, fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 256));
        observe(b, "hops -2", "%s", outcome(b, setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &(int){-2},
                sizeof(int))));
        observe(b, "hops octet", "%s", outcome(b, setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &octet, 1)));
        set_int(b, fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 7);
        set_int(b, fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, -1);
        observe(b, "hops -1", "%d", get_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS));
        observe(b, "loop", "%d", b->spoil == SPOIL_VALUES ? -2 : get_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP));
        observe(b, "loop 2", "%s", outcome(b, setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &(int){2},
                sizeof(int))));
        watch_for(b, 50);
        send_to(b, fd, GROUP, BENCH_PORT, "on");
        observe(b, "loop on", "%s", received(b, own, 250, text, sizeof text));
        received(b, other, 100, text, sizeof text);
        set_int(b, fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, b->spoil == SPOIL_VALUES ? 1 : 0);
        send_to(b, fd, GROUP, BENCH_PORT, "off");
        observe(b, "loop off", "%s", received(b, own, 200, text, sizeof text));
        observe(b, "loop off: other host", "%s", received(b, other, 200, text, sizeof text));
        return 0;
}

static int act_errors(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET6), joined = 0;
        char group[ADDR_TEXT];

        if (fd < 0)
                return -1;
        observe(b, "first", "%s", join_on(b, fd, "a", "eth0", GROUP));
        observe(b, "twice", "%s", join_on(b, fd, "a", "eth0", GROUP));
        observe(b, "leave unknown", "%s", leave_on(b, fd, "a", "eth0", "ff0e::999"));
        observe(b, "unicast", "%s", join_on(b, fd, "a", "eth0", "2001:db8::1"));
        observe(b, "unknown interface", "%s", outcome(b, setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP,
                &(struct ipv6_mreq){.ipv6mr_multiaddr.s6_addr = {0xff, 0x0e, [15] = 7}, .ipv6mr_interface = 4711},
                sizeof(struct ipv6_mreq))));
        for (int i = 0; i < 60; i++) {
                snprintf(group, sizeof group, "ff0e::2:%x", i + 1);
                joined += !strcmp(join_on(b, fd, "a", "eth0", group), "ok");
        }
        observe(b, "sixty", "%d", joined);
        return 0;
}

static void tell(struct bench *b, size_t from, const char *key)
{
        char text[TEXT];

        watch_for(b, REPEAT_MS);
        observe_since(b, from, key, "%s", story(b, from, "a", 'g', text, sizeof text));
}

static int act_wire(struct bench *b)
{
        static const struct sighting none;
        int fd = bench_udp(b, "a", AF_INET6), second = bench_udp(b, "a", AF_INET6);
        const struct sighting *s;
        char text[TEXT];
        size_t from;

        if (fd < 0 || second < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        watch_for(b, 1500); /* the hosts' own groups settle first */
        from = mark(b);
        join_on(b, fd, "a", "eth0", GROUP);
        tell(b, from, "join");
        s = nth(b, from, "a", 'g', 0);
        if (!s)
                s = &none;
        observe_since(b, from, "header", "hop limit %u %s", s->ttl, s->router_alert ? "ra" : "no ra");
        observe_since(b, from, "to", "%s", addr_format(&s->dst, text));
        observe_since(b, from, "source", "%s", addr_is_link_local(&s->src) ? "link-local" : "other");
        from = mark(b);
        join_on(b, second, "a", "eth0", GROUP);
        tell(b, from, "second socket");
        from = mark(b);
        bench_close(b, second);
        leave_on(b, fd, "a", "eth0", GROUP);
        tell(b, from, "leave");
        from = mark(b);
        join_on(b, fd, "a", "eth0", "ff01::101");
        join_on(b, fd, "a", "eth0", "ff02::fb"); /* the control */
        tell(b, from, "never reported");
        return 0;
}

static int act_v1(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET6);
        const struct sighting *s;
        char text[TEXT];
        size_t from;

        if (fd < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        watch_for(b, 1500);
        if (lab_set(b->lab, "a", "net/ipv6/conf/eth0/force_mld_version", b->spoil == SPOIL_VALUES ? "2" : "1",
                b->err) < 0 ||
            lab_set(b->lab, "a", "net/ipv6/conf/eth0/mldv1_unsolicited_report_interval", "300", b->err) < 0)
                return -1;
        from = mark(b);
        join_on(b, fd, "a", "eth0", GROUP);
        watch_for(b, 700);
        observe_since(b, from, "join", "%s", story(b, from, "a", 'g', text, sizeof text));
        s = nth(b, from, "a", 'g', 0);
        observe_since(b, from, "to", "%s", s ? addr_format(&s->dst, text) : "nobody");
        from = mark(b);
        leave_on(b, fd, "a", "eth0", GROUP);
        watch_for(b, 400);
        observe_since(b, from, "leave", "%s", story(b, from, "a", 'g', text, sizeof text));
        s = nth(b, from, "a", 'g', 0);
        observe_since(b, from, "leave to", "%s", s ? addr_format(&s->dst, text) : "nobody");
        return 0;
}

static int ask(struct bench *b, const struct craft *c, const char *key)
{
        char text[TEXT];
        size_t from = mark(b);

        if (inject(b, "b", "eth0", c) < 0)
                return -1;
        watch_for(b, 500);
        story(b, from, "a", 'g', text, sizeof text);
        observe_since(b, from, key, "%s", strstr(text, "is_ex(" GROUP ")") ? "answered" : text);
        return 0;
}

static void query(struct craft *c, struct bench *b)
{
        const struct lab_end *end = lab_end(b->lab, "b", NULL);
        const struct message *row;

        craft_init(c);
        for (size_t i = 0; (row = message_at(i)); i++)
                if (row->family == FAMILY_MLD && row->kind == MESSAGE_QUERY && row->version == 2)
                        break;
        c->gmp.row = row;
        c->gmp.family = FAMILY_MLD;
        c->gmp.type = 130;
        c->gmp.group = (struct addr){.len = 16};
        c->gmp.max_resp_code = 300;
        c->gmp.flags = 2;
        c->gmp.qqic = 125;
        addr_parse("fe80::42", &c->src);
        c->eth = true;
        memcpy(c->eth_src, end->mac, 6);
}

static int act_ignored(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET6);
        struct craft c;

        if (fd < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        join_on(b, fd, "a", "eth0", GROUP);
        watch_for(b, 2000);
        query(&c, b);
        c.ttl = 64;
        if (ask(b, &c, "hop limit 64") < 0)
                return -1;
        query(&c, b);
        c.router_alert = 0;
        if (ask(b, &c, "no router alert") < 0)
                return -1;
        query(&c, b);
        addr_parse("fd01::3", &c.src);
        if (ask(b, &c, "global source") < 0)
                return -1;
        query(&c, b);
        c.src = (struct addr){.len = 16};
        if (ask(b, &c, "unspecified source") < 0)
                return -1;
        query(&c, b);
        c.bad_checksum = true;
        if (ask(b, &c, "bad checksum") < 0)
                return -1;
        query(&c, b);
        return ask(b, &c, "control");
}

const struct experiment experiments_ipv6[] = {
        {"ipv6-options", "pair", {.ipv6 = true}, "ipv6", act_options},
        {"ipv6-errors", "pair", {.ipv6 = true}, "ipv6", act_errors},
        {"ipv6-wire", "pair", {.ipv6 = true}, "ipv6", act_wire},
        {"ipv6-v1", "pair", {.ipv6 = true}, "ipv6", act_v1},
        {"ipv6-ignored", "pair", {.ipv6 = true}, "ipv6", act_ignored},
        {0},
};

#define V6 "ipv6(7)"
#define TWICE_EX "to_ex(ff0e::101), to_ex(ff0e::101)"

const struct claim claims_ipv6[] = {
        {"v6-1", "ipv6,ttl",
         "IPV6_MULTICAST_HOPS is 1 unless it is set",
         "RFC 3493 §5.2; " V6, "ipv6-options", "hops", "1", NULL},
        {"v6-1-256", "ipv6,ttl",
         "256 is refused",
         "RFC 3493 §5.2", "ipv6-options", "hops 256", "EINVAL", NULL},
        {"v6-1-minus", "ipv6,ttl",
         "-2 is refused",
         "RFC 3493 §5.2", "ipv6-options", "hops -2", "EINVAL", NULL},
        {"v6-1-default", "ipv6,ttl",
         "-1 sets the default again",
         "RFC 3493 §5.2", "ipv6-options", "hops -1", "1", NULL},
        {"v6-1-octet", "ipv6,ttl",
         "an argument of one octet is refused (IPv4 takes it)",
         V6, "ipv6-options", "hops octet", "EINVAL", NULL},
        {"v6-2", "ipv6,loop",
         "IPV6_MULTICAST_LOOP is on unless it is set",
         "RFC 3493 §5.2", "ipv6-options", "loop", "1", NULL},
        {"v6-2-value", "ipv6,loop",
         "it is a boolean: 2 is refused",
         "RFC 3493 §5.2", "ipv6-options", "loop 2", "EINVAL", NULL},
        {"v6-2-on", "ipv6,loop",
         "on: a member on the sending host gets its copy",
         V6, "ipv6-options", "loop on", "on", NULL},
        {"v6-2-off", "ipv6,loop",
         "off: it hides what the socket itself sent, and nothing else: other sockets on the host see it",
         V6, "ipv6-options", "loop off", "off", "the sender's option hides it from all sockets on the host"},
        {"v6-2-other", "ipv6,loop",
         "off: other hosts get it",
         V6, "ipv6-options", "loop off: other host", "off", NULL},
        {"v6-13-ok", "ipv6,membership",
         "IPV6_JOIN_GROUP joins",
         V6, "ipv6-errors", "first", "ok", NULL},
        {"v6-13", "ipv6,membership",
         "joining again: EADDRINUSE",
         "RFC 3678 §5.1.2", "ipv6-errors", "twice", "EADDRINUSE", NULL},
        {"v6-13-leave", "ipv6,membership",
         "leaving what is not joined: EADDRNOTAVAIL",
         "RFC 3678 §5.1.2", "ipv6-errors", "leave unknown", "EADDRNOTAVAIL", NULL},
        {"v6-13-unicast", "ipv6,membership",
         "a unicast address is refused",
         V6, "ipv6-errors", "unicast", "EINVAL", NULL},
        {"v6-13-index", "ipv6,membership",
         "an interface that does not exist: ENODEV",
         V6, "ipv6-errors", "unknown interface", "ENODEV", NULL},
        {"v6-9", "ipv6,membership",
         "no limit like igmp_max_memberships: sixty joins on one socket succeed",
         V6, "ipv6-errors", "sixty", "60", NULL},
        {"v6-3", "ipv6,membership,report,wire",
         "a join is an MLDv2 report TO_EX, sent twice",
         "RFC 9777/3810 §6.1", "ipv6-wire", "join", TWICE_EX, NULL},
        {"v6-3-header", "ipv6,report,wire",
         "with hop limit 1 and a Router Alert",
         "RFC 9777/3810 §5", "ipv6-wire", "header", "hop limit 1 ra", NULL},
        {"v6-3-to", "ipv6,report,wire",
         "to ff02::16",
         "RFC 9777 §5.2.15 (RFC 3810 §5.2.14)", "ipv6-wire", "to", "ff02::16", NULL},
        {"v6-3-source", "ipv6,report,wire",
         "from a link-local address",
         "RFC 9777 §5.2.14 (RFC 3810 §5.2.13)", "ipv6-wire", "source", "link-local", NULL},
        {"v6-4-second", "ipv6,report,wire",
         "a second socket's join sends nothing",
         "RFC 9777/3810 §6.1", "ipv6-wire", "second socket", "nothing", NULL},
        {"v6-4", "ipv6,report,wire",
         "the last leave is TO_IN, sent twice",
         "RFC 9777/3810 §6.1", "ipv6-wire", "leave", "to_in(ff0e::101), to_in(ff0e::101)", NULL},
        {"v6-5", "ipv6,report,wire",
         "interface-local groups are never reported (ff02::fb, joined with one, is)",
         "RFC 9777/3810 §6", "ipv6-wire", "never reported", "to_ex(ff02::fb), to_ex(ff02::fb)", NULL},
        {"v6-7", "ipv6,version,report,wire",
         "forced to MLDv1 a join is a report, repeated",
         "RFC 2710 §4; networking/ip-sysctl", "ipv6-v1", "join", "report1(ff0e::101), report1(ff0e::101)",
         NULL},
        {"v6-7-to", "ipv6,version,report,wire",
         "sent to the group",
         "RFC 2710 §4, §8", "ipv6-v1", "to", "ff0e::101", NULL},
        {"v6-7-done", "ipv6,version,report,wire",
         "a leave is a Done",
         "RFC 2710 §4", "ipv6-v1", "leave", "done1(ff0e::101)", NULL},
        {"v6-7-done-to", "ipv6,version,report,wire",
         "sent to ff02::2",
         "RFC 2710 §4, §8", "ipv6-v1", "leave to", "ff02::2", NULL},
        {"v6-8", "ipv6,query,craft,wire",
         "a query with a hop limit other than 1 is ignored",
         "RFC 9777/3810 §6.2", "ipv6-ignored", "hop limit 64", "nothing", NULL},
        {"v6-8-ra", "ipv6,query,craft,wire",
         "a query without Router Alert is ignored",
         "RFC 9777/3810 §6.2", "ipv6-ignored", "no router alert", "nothing", NULL},
        {"v6-8-global", "ipv6,query,craft,wire",
         "a query from a global address is ignored",
         "RFC 9777/3810 §5.1.14", "ipv6-ignored", "global source", "nothing", NULL},
        {"v6-8-none", "ipv6,query,craft,wire",
         "a query from :: is ignored",
         "RFC 9777/3810 §5.1.14; RFC 3590 §4", "ipv6-ignored", "unspecified source", "nothing", NULL},
        {"v6-8-checksum", "ipv6,query,craft,checksum,wire",
         "a query with a wrong checksum is ignored",
         "RFC 9777/3810 §5.1.2", "ipv6-ignored", "bad checksum", "nothing", NULL},
        {"v6-8-control", "ipv6,query,wire",
         "the right query after all the wrong ones is answered",
         "RFC 9777/3810 §6.2", "ipv6-ignored", "control", "answered", NULL},
        {0},
};
