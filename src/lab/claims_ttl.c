/* SPDX-License-Identifier: BSD-2-Clause */
/* Chapter: IP_MULTICAST_TTL and what a TTL does (ip(7), RFC 1112 §6.1, RFC 1812 §5.3.1). Beside every kernel socket
 * stands a crafted datagram with the same TTL. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "bench.h"

enum { TEXT = 512 };

static const char *ttl_text(const struct sighting *s, char text[16])
{
        if (s)
                snprintf(text, 16, "%u", s->ttl);
        else
                snprintf(text, 16, "no frame");
        return text;
}

/* Options alone: what is accepted, what is read back. */
static int act_option(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET), tcp = bench_socket(b, "a", AF_INET, SOCK_STREAM, 0);
        uint8_t octet = 0xff;

        if (fd < 0 || tcp < 0)
                return -1;
        observe(b, "default", "%d", b->spoil == SPOIL_VALUES ? -2 : get_int(fd, IPPROTO_IP, IP_MULTICAST_TTL));
        observe(b, "0", "%s", set_int(b, fd, IPPROTO_IP, IP_MULTICAST_TTL, 0));
        set_int(b, fd, IPPROTO_IP, IP_MULTICAST_TTL, 255);
        observe(b, "255", "%d", get_int(fd, IPPROTO_IP, IP_MULTICAST_TTL));
        set_int(b, fd, IPPROTO_IP, IP_MULTICAST_TTL, 7);
        observe(b, "256", "%s", set_int(b, fd, IPPROTO_IP, IP_MULTICAST_TTL, 256));
        observe(b, "kept", "%d", get_int(fd, IPPROTO_IP, IP_MULTICAST_TTL));
        set_int(b, fd, IPPROTO_IP, IP_MULTICAST_TTL, -1);
        observe(b, "-1", "%d", get_int(fd, IPPROTO_IP, IP_MULTICAST_TTL));
        setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &octet, b->spoil == SPOIL_VALUES ? 0 : (socklen_t)sizeof octet);
        observe(b, "octet", "%d", get_int(fd, IPPROTO_IP, IP_MULTICAST_TTL));
        observe(b, "unicast 0", "%s", set_int(b, fd, IPPROTO_IP, IP_TTL, 0));
        observe(b, "tcp", "%s", set_int(b, tcp, IPPROTO_IP, IP_MULTICAST_TTL, 3));
        return 0;
}

/* A sweep on one cable: what the header says. */
static int act_wire(struct bench *b)
{
        static const int sweep[] = {2, 3, 255};
        int fd = bench_udp(b, "a", AF_INET), to = bench_udp(b, "b", AF_INET);
        char key[32], text[16];
        size_t from;

        if (fd < 0 || to < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        bind_to(b, to, NULL, BENCH_PORT);
        from = mark(b);
        send_to(b, fd, "239.1.1.1", BENCH_PORT, "default");
        watch_until(b, from, 1, 1000);
        observe_since(b, from, "default", "%s", ttl_text(nth(b, from, "a", 'u', 0), text));
        for (size_t i = 0; i < sizeof sweep / sizeof *sweep; i++) {
                from = mark(b);
                set_int(b, fd, IPPROTO_IP, IP_MULTICAST_TTL, sweep[i]);
                send_to(b, fd, "239.1.1.1", BENCH_PORT, "sweep");
                watch_until(b, from, 1, 1000);
                snprintf(key, sizeof key, "%d", sweep[i]);
                observe_since(b, from, key, "%s", ttl_text(nth(b, from, "a", 'u', 0), text));
        }
        from = mark(b);
        set_int(b, fd, IPPROTO_IP, IP_MULTICAST_TTL, 7);
        set_int(b, fd, IPPROTO_IP, IP_TTL, 33);
        send_to(b, fd, "10.1.0.2", BENCH_PORT, "unicast");
        send_to(b, fd, "239.1.1.1", BENCH_PORT, "multicast");
        watch_until(b, from, 2, 1000);
        observe_since(b, from, "unicast", "%s", ttl_text(nth(b, from, "a", 'u', 0), text));
        observe_since(b, from, "multicast", "%s", ttl_text(nth(b, from, "a", 'u', 1), text));
        return 0;
}

static void craft_udp(struct craft *c, const struct bytes *payload, struct bench *b, int ttl)
{
        const struct lab_end *a = lab_end(b->lab, "a", NULL);

        craft_init(c);
        c->udp = payload;
        c->src_port = c->dst_port = BENCH_PORT;
        addr_parse("239.1.1.1", &c->dst);
        c->src = a->addr4;
        c->ttl = ttl;
        c->eth = true;
        memcpy(c->eth_src, a->mac, 6);
}

/* TTL 0: the socket's datagram stays inside, a crafted one leaves; a later datagram proves that the witness saw. */
static int act_zero(struct bench *b)
{
        static const struct bytes crafted = {(const uint8_t *)"crafted", 7};
        int fd = bench_udp(b, "a", AF_INET), own = receiver(b, "a", "239.1.1.1");
        char text[TEXT];
        struct craft c;
        size_t from;

        if (fd < 0 || own < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        set_int(b, fd, IPPROTO_IP, IP_MULTICAST_TTL, 0);
        watch_for(b, 100);
        from = mark(b);
        observe(b, "sendto", "%s", send_to(b, fd, "239.1.1.1", BENCH_PORT, "zero"));
        observe(b, "own member", "%s", received(b, own, 300, text, sizeof text));
        set_int(b, fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
        send_to(b, fd, "239.1.1.1", BENCH_PORT, "zero, no loop");
        observe(b, "no loop", "%s", received(b, own, 100, text, sizeof text));
        set_int(b, fd, IPPROTO_IP, IP_MULTICAST_TTL, 1);
        send_to(b, fd, "239.1.1.1", BENCH_PORT, "control");
        watch_for(b, 300);
        observe_since(b, from, "wire", "%s", story(b, from, "a", 'u', text, sizeof text));
        set_int(b, fd, IPPROTO_IP, IP_MULTICAST_TTL, 0);
        leave(b, own, "239.1.1.1");
        watch_for(b, 50);
        from = mark(b);
        send_to(b, fd, "239.1.1.1", BENCH_PORT, "no member");
        watch_until(b, from, 3, 300);
        observe_since(b, from, "no member", "%s", story(b, from, "a", 'u', text, sizeof text));
        craft_udp(&c, &crafted, b, 0);
        from = mark(b);
        if (inject(b, "a", "eth0", &c) < 0)
                return -1;
        watch_until(b, from, 1, 1000);
        observe_since(b, from, "crafted", "%s", story(b, from, "a", 'u', text, sizeof text));
        return 0;
}

/* Two segments and a router: what crosses. */
static int act_router(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET), far = receiver(b, "d", "239.1.1.1");
        char text[TEXT], key[32];
        size_t from = mark(b);

        if (fd < 0 || far < 0 || witness(b, "d", "eth0") < 0)
                return -1;
        watch_for(b, 1500); /* until the switches know the member and the router */
        for (int ttl = 1; ttl <= 3; ttl++) {
                from = mark(b);
                set_int(b, fd, IPPROTO_IP, IP_MULTICAST_TTL, ttl);
                send_to(b, fd, "239.1.1.1", BENCH_PORT, "through");
                snprintf(key, sizeof key, "ttl %d", ttl);
                received(b, far, 500, text, sizeof text);
                watch_for(b, 100);
                observe_since(b, from, key, "%s", text);
        }
        observe_since(b, from, "behind", "%u", nth(b, from, "a", 'u', 0) ? nth(b, from, "a", 'u', 0)->ttl : 0);
        return 0;
}

const struct experiment experiments_ttl[] = {
        {"ttl-option", "pair", {0}, NULL, act_option},
        {"ttl-wire", "pair", {0}, NULL, act_wire},
        {"ttl-zero", "pair", {0}, NULL, act_zero},
        {"ttl-router", "routed", {0}, NULL, act_router},
        {0},
};

#define TTL "ip(7) / IP_MULTICAST_TTL(2const)"

const struct claim claims_ttl[] = {
        {"ttl-1", "ttl,reference",
         "IP_MULTICAST_TTL is 1 unless it is set",
         TTL, "ttl-option", "default", "1", NULL},
        {"ttl-1-wire", "ttl,reference",
         "a datagram to a group leaves with TTL 1 unless the option says otherwise",
         "RFC 1112 §6.1; " TTL, "ttl-wire", "default", "1", NULL},
        {"ttl-1-router", "ttl,forward",
         "with TTL 1 it does not get past the first router",
         "RFC 1112 §6.1; RFC 1812 §5.3.1", "ttl-router", "ttl 1", "nothing", NULL},
        {"ttl-2", "ttl",
         "the option's value stands in the IP header: 2",
         TTL, "ttl-wire", "2", "2", NULL},
        {"ttl-2-3", "ttl",
         "the option's value stands in the IP header: 3",
         TTL, "ttl-wire", "3", "3", NULL},
        {"ttl-2-255", "ttl",
         "the option's value stands in the IP header: 255",
         TTL, "ttl-wire", "255", "255", NULL},
        {"ttl-2-router", "ttl,forward",
         "with TTL 2 it crosses one router",
         "RFC 1812 §5.3.1", "ttl-router", "ttl 2", "through", NULL},
        {"ttl-13", "ttl,forward,reference",
         "each router takes one from the TTL, so that nothing circulates for ever",
         "RFC 1812 §5.3.1", "ttl-router", "behind", "2", NULL},
        {"ttl-3", "ttl,wire",
         "TTL 0 stays on the host: no frame leaves (the datagram after it, with TTL 1, does)",
         "RFC 1112 §6.1", "ttl-zero", "wire", "udp(239.1.1.1:9999 ttl 1 'control')", NULL},
        {"ttl-3-stranger", "ttl,wire",
         "TTL 0 stays on the host whether or not the host is a member",
         "RFC 1112 §6.1", "ttl-zero", "no member", "nothing",
         "Linux holds it back only where the sending host is a member: else it leaves, with TTL 0"},
        {"ttl-3-local", "ttl,loop",
         "TTL 0 still reaches members on the host itself",
         "RFC 1112 §6.1", "ttl-zero", "own member", "zero", NULL},
        {"ttl-3-sendto", "ttl",
         "sending with TTL 0 is no error",
         "sendto(2)", "ttl-zero", "sendto", "ok", NULL},
        {"ttl-3-crafted", "ttl,craft",
         "the limit is the sending host's: a crafted frame with TTL 0 does cross the link",
         "RFC 1112 §6.1 (control group)", "ttl-zero", "crafted", "udp(239.1.1.1:9999 ttl 0 'crafted')", NULL},
        {"ttl-4", "ttl,loop",
         "with TTL 0 and IP_MULTICAST_LOOP off a datagram reaches nobody",
         TTL, "ttl-zero", "no loop", "nothing", NULL},
        {"ttl-5", "ttl",
         "256 is out of range and refused",
         TTL, "ttl-option", "256", "EINVAL", NULL},
        {"ttl-5-kept", "ttl",
         "a refused value leaves the old one",
         TTL, "ttl-option", "kept", "7", NULL},
        {"ttl-5-zero", "ttl",
         "0 is in range",
         TTL, "ttl-option", "0", "ok", NULL},
        {"ttl-5-255", "ttl",
         "255 is in range and reads back",
         TTL, "ttl-option", "255", "255", NULL},
        {"ttl-6", "ttl",
         "-1 sets the default again",
         TTL, "ttl-option", "-1", "1", NULL},
        {"ttl-7", "ttl",
         "the argument is an integer: one octet is too short for it",
         TTL, "ttl-option", "octet", "1", "Linux takes a single octet as well, and 0xff in it is 255, not -1"},
        {"ttl-8", "ttl",
         "IP_TTL is used for every packet sent from the socket: multicast too",
         "ip(7) IP_TTL", "ttl-wire", "multicast", "33",
         "multicast goes by IP_MULTICAST_TTL alone; the sentence holds for unicast only"},
        {"ttl-8-unicast", "ttl",
         "unicast goes by IP_TTL",
         "ip(7) IP_TTL", "ttl-wire", "unicast", "33", NULL},
        {"ttl-11", "ttl",
         "IP_TTL 0 is refused: 1 is the least for unicast",
         "ip(7) IP_TTL", "ttl-option", "unicast 0", "EINVAL", NULL},
        {"ttl-12", "ttl",
         "the option belongs to datagram sockets: on a stream socket it is refused",
         TTL, "ttl-option", "tcp", "EINVAL", NULL},
        {0},
};
