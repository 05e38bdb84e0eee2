/* SPDX-License-Identifier: BSD-2-Clause */
/* Chapter: IP_MULTICAST_LOOP and IP_MULTICAST_IF: who on the host gets a copy, and which way a datagram leaves. */
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "bench.h"

enum { TEXT = 512 };
#define GROUP "239.1.1.1"

/* a sends, is a member itself (own), and so is b. */
static int act_loop(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET), own = receiver(b, "a", GROUP), other = receiver(b, "b", GROUP);
        char text[TEXT];
        size_t from;

        if (fd < 0 || own < 0 || other < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        watch_for(b, 50);
        observe(b, "default", "%d", b->spoil == SPOIL_VALUES ? -2 : get_int(fd, IPPROTO_IP, IP_MULTICAST_LOOP));
        send_to(b, fd, GROUP, BENCH_PORT, "looped");
        observe(b, "on: own member", "%s", received(b, own, 200, text, sizeof text));
        received(b, other, 200, text, sizeof text);
        set_int(b, fd, IPPROTO_IP, IP_MULTICAST_LOOP, b->spoil == SPOIL_VALUES ? 1 : 0);
        from = mark(b);
        send_to(b, fd, GROUP, BENCH_PORT, "not looped");
        observe(b, "off: own member", "%s", received(b, own, 200, text, sizeof text));
        observe(b, "off: other host", "%s", received(b, other, 200, text, sizeof text));
        watch_until(b, from, 1, 500);
        observe_since(b, from, "off: wire", "%s", story(b, from, "a", 'u', text, sizeof text));
        set_int(b, fd, IPPROTO_IP, IP_MULTICAST_LOOP, 1);
        set_int(b, own, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
        send_to(b, fd, GROUP, BENCH_PORT, "again");
        observe(b, "off at the receiver", "%s", received(b, own, 200, text, sizeof text));
        leave(b, own, GROUP);
        send_to(b, fd, GROUP, BENCH_PORT, "left");
        observe(b, "no member", "%s", received(b, own, 150, text, sizeof text));
        return 0;
}

static int act_values(struct bench *b)
{
        static const int values[] = {2, -1, 256};
        int fd = bench_udp(b, "a", AF_INET);
        char key[16];

        if (fd < 0)
                return -1;
        for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
                int value = b->spoil == SPOIL_VALUES ? 0 : values[i];
                setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &value, sizeof value);
                snprintf(key, sizeof key, "%d", values[i]);
                observe(b, key, "%d", get_int(fd, IPPROTO_IP, IP_MULTICAST_LOOP));
        }
        observe(b, "all 2", "%s", set_int(b, fd, IPPROTO_IP, IP_MULTICAST_ALL, 2));
        return 0;
}

/* Captured on the sender's own interface: is the copy that goes to its own member seen there? */
static int act_capture(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET), own = receiver(b, "a", GROUP);
        char text[TEXT];
        size_t from;

        if (fd < 0 || own < 0 || witness(b, "a", "eth0") < 0 || witness(b, "a", "lo") < 0)
                return -1;
        watch_for(b, 50);
        from = mark(b);
        send_to(b, fd, GROUP, BENCH_PORT, "copy");
        observe(b, "member", "%s", received(b, own, 200, text, sizeof text));
        watch_for(b, 200);
        observe_since(b, from, "frames", "%zu", count_of(b, from, "a", 'u'));
        return 0;
}

static struct ip_mreqn request(struct bench *b, const char *interface, const char *address)
{
        struct ip_mreqn r = {.imr_ifindex = interface ? (int)ifindex(b, "a", interface) : 0};
        struct addr a;

        if (address && addr_parse(address, &a))
                memcpy(&r.imr_address, a.b, 4);
        if (b->spoil == SPOIL_VALUES)
                r.imr_ifindex = (int)ifindex(b, "a", "eth0");
        return r;
}

static const char *set_if(struct bench *b, int fd, struct ip_mreqn r)
{
        return outcome(b, setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &r, sizeof r));
}

static const char *sent_by(struct bench *b, int fd, const char *data, char *text, size_t size)
{
        size_t from = mark(b);

        send_to(b, fd, GROUP, BENCH_PORT, data);
        watch_until(b, from, 1, 400);
        if (b->n_seen == from)
                snprintf(text, size, "nothing");
        else
                snprintf(text, size, "eth%d", b->seen[from].link);
        return text;
}

/* a has eth0 (10.1.0.1, which the default route prefers) and eth1 (10.2.0.1). */
static int act_interface(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET);
        struct in_addr back = {0};
        socklen_t n = sizeof back;
        char text[TEXT], host[ADDR_TEXT];
        struct addr src;

        if (fd < 0 || witness(b, "b", "eth0") < 0 || witness(b, "c", "eth0") < 0)
                return -1;
        watch_for(b, 50);
        observe(b, "set eth1", "%s", set_if(b, fd, request(b, "eth1", NULL)));
        observe_since(b, mark(b), "by eth1", "%s", sent_by(b, fd, "one", text, sizeof text));
        getsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &back, &n);
        src = addr_of((const uint8_t *)&back, 4);
        observe(b, "read back by index", "%s", b->spoil == SPOIL_VALUES ? "spoilt" : addr_format(&src, host));
        observe(b, "unknown address", "%s", set_if(b, fd, (struct ip_mreqn){.imr_address.s_addr = htonl(0x0a090909)}));
        observe(b, "unknown index", "%s", set_if(b, fd, (struct ip_mreqn){.imr_ifindex = 4711}));
        set_if(b, fd, request(b, NULL, "10.2.0.1"));
        observe_since(b, mark(b), "by address", "%s", sent_by(b, fd, "two", text, sizeof text));
        set_if(b, fd, request(b, "eth1", "10.1.0.1"));
        sent_by(b, fd, "three", text, sizeof text);
        observe(b, "index and other address", "%s by %s", text,
                b->n_seen ? addr_format(&b->seen[b->n_seen - 1].src, host) : "nobody");
        return 0;
}

/* Joins with INADDR_ANY on a host with two interfaces: one of them, never all. */
static int act_any(struct bench *b)
{
        int fd = receiver(b, "a", GROUP), from_b = bench_udp(b, "b", AF_INET), from_c = bench_udp(b, "c", AF_INET);
        char text[TEXT];
        size_t from = mark(b), interfaces = 0;

        if (fd < 0 || from_b < 0 || from_c < 0 || witness(b, "b", "eth0") < 0 || witness(b, "c", "eth0") < 0)
                return -1;
        join(b, fd, "239.1.1.2");
        watch_for(b, 1200);
        for (int link = 0; link < 2; link++) {
                bool any = false;
                for (size_t i = from; i < b->n_seen; i++)
                        any = any || (b->seen[i].gmp && b->seen[i].link == link);
                interfaces += any;
        }
        observe_since(b, from, "interfaces", "%zu", interfaces);
        send_to(b, from_b, "239.1.1.2", BENCH_PORT, "by eth0");
        send_to(b, from_c, "239.1.1.2", BENCH_PORT, "by eth1");
        observe(b, "delivered", "%s", received(b, fd, 300, text, sizeof text));
        send_to(b, from_c, "10.2.0.1", BENCH_PORT, "unicast by eth1");
        observe(b, "unicast", "%s", received(b, fd, 300, text, sizeof text));
        return 0;
}

const struct experiment experiments_loop[] = {
        {"loop", "pair", {0}, NULL, act_loop},
        {"loop-values", "pair", {0}, NULL, act_values},
        {"loop-capture", "pair", {0}, NULL, act_capture},
        {"interface", "multihomed", {0}, NULL, act_interface},
        {"interface-any", "multihomed", {0}, NULL, act_any},
        {0},
};

#define LOOP "ip(7) / IP_MULTICAST_LOOP(2const)"
#define IF "ip(7) / IP_MULTICAST_IF(2const)"

const struct claim claims_loop[] = {
        {"loop-1", "loop,reference",
         "IP_MULTICAST_LOOP is on unless it is set",
         "RFC 1112 §6.1", "loop", "default", "1", NULL},
        {"loop-1-member", "loop,reference",
         "a member on the sending host gets its copy",
         LOOP, "loop", "on: own member", "looped", NULL},
        {"loop-2", "loop,reference",
         "off: members on the sending host get nothing",
         LOOP, "loop", "off: own member", "nothing", NULL},
        {"loop-2-wire", "loop,reference",
         "off: the datagram leaves all the same",
         LOOP, "loop", "off: wire", "udp(239.1.1.1:9999 ttl 1 'not looped')", NULL},
        {"loop-2-others", "loop",
         "off: members on other hosts still get it",
         LOOP, "loop", "off: other host", "not looped", NULL},
        {"loop-3", "loop",
         "it is the sender's option: off at the receiver changes nothing",
         LOOP, "loop", "off at the receiver", "again", NULL},
        {"loop-4", "loop",
         "a copy only goes to hosts that are members",
         "RFC 1112 §6.1", "loop", "no member", "nothing", NULL},
        {"loop-5", "loop",
         "a boolean: 2 reads back as 1",
         LOOP, "loop-values", "2", "1", NULL},
        {"loop-5-minus", "loop",
         "a boolean: -1 reads back as 1",
         LOOP, "loop-values", "-1", "1", NULL},
        {"loop-5-256", "loop",
         "a boolean: 256 reads back as 1",
         LOOP, "loop-values", "256", "1", NULL},
        {"loop-5-all", "loop,all",
         "IP_MULTICAST_ALL is a boolean too: 2 is accepted",
         "ip(7) IP_MULTICAST_ALL", "loop-values", "all 2", "ok",
         "Linux takes 0 and 1 only and refuses the rest with EINVAL"},
        {"loop-6", "loop,capture",
         "the copy is a packet like any other: a capture on the host sees two",
         LOOP, "loop-capture", "frames", "2",
         "the copy is never captured, neither on the interface nor on lo: only the frame that leaves is"},
        {"loop-6-member", "loop,capture",
         "the member got the copy that no capture shows",
         LOOP, "loop-capture", "member", "copy", NULL},
        {"if-1", "interface",
         "IP_MULTICAST_IF chooses the interface against the route",
         IF, "interface", "by eth1", "eth1", NULL},
        {"if-1-address", "interface",
         "an interface is named by its address too",
         IF, "interface", "by address", "eth1", NULL},
        {"if-3", "interface",
         "an unknown address is refused",
         IF, "interface", "unknown address", "EADDRNOTAVAIL", NULL},
        {"if-3-index", "interface",
         "an unknown index is refused",
         IF, "interface", "unknown index", "EADDRNOTAVAIL|ENODEV", NULL},
        {"if-4", "interface",
         "getsockopt tells the interface's address",
         IF, "interface", "read back by index", "10.2.0.1",
         "an interface set by index reads back as 0.0.0.0: the index can't be read"},
        {"if-5", "interface",
         "with an index and another interface's address, the source is that of the interface used",
         IF, "interface", "index and other address", "eth1 by 10.2.0.1",
         "Linux sends by the index, with the address given as source: one interface's address on another's "
         "link"},
        {"if-6", "interface,membership,reference",
         "a join on any interface is a join on one: routing chooses it",
         "RFC 1112 §7.1; ip(7) IP_ADD_MEMBERSHIP", "interface-any", "interfaces", "1", NULL},
        {"if-6-any", "interface,membership",
         "ifindex 0 means any interface: data by both is delivered",
         "ip(7) IP_ADD_MEMBERSHIP", "interface-any", "delivered", "by eth0, by eth1",
         "\"any\" means that the system chooses one; what arrives by the other is quietly dropped (RFC 1112 "
         "§7.2)"},
        {"if-7", "interface,bind,reference",
         "a socket bound to all interfaces takes unicast by each",
         "ip(7) INADDR_ANY", "interface-any", "unicast", "unicast by eth1", NULL},
        {0},
};
