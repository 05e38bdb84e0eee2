/* SPDX-License-Identifier: BSD-2-Clause */
/* Chapter: the way of a datagram: lengths, fragments, addresses, checksums, MAC addresses (udp(7), RFC 768, RFC 1112
 * §6.4 and §7.2, RFC 1122). Crafted frames stand beside what sockets send. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bench.h"

enum { TEXT = 512 };
#define GROUP "239.1.1.1"

static int act_lengths(struct bench *b)
{
        static char big[65508];
        int fd = bench_udp(b, "a", AF_INET), taker = receiver(b, "b", GROUP), mtu = IP_PMTUDISC_DO;
        struct msghdr m = {0};
        struct iovec v;
        char text[TEXT], data[1024];
        size_t from;
        ssize_t n;

        if (fd < 0 || taker < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        send_to(b, fd, GROUP, BENCH_PORT, "");
        n = recv(taker, data, sizeof data, 0);
        observe(b, "empty", "%zd", b->spoil == SPOIL_DROP ? -1 : n);
        memset(big, 'x', sizeof big - 1);
        big[1400] = 0;
        send_to(b, fd, GROUP, BENCH_PORT, big);
        v = (struct iovec){data, sizeof data};
        m = (struct msghdr){.msg_iov = &v, .msg_iovlen = 1};
        n = recvmsg(taker, &m, 0);
        observe(b, "1024 of 1400", "%zd %s", b->spoil == SPOIL_DROP ? -1 : n, m.msg_flags & MSG_TRUNC ? "MSG_TRUNC"
                : "whole");
        observe(b, "the rest", "%s", received(b, taker, 50, text, sizeof text));
        memset(big, 'x', sizeof big - 1);
        big[1473] = 0;
        from = mark(b);
        observe(b, "1473", "%s", send_to(b, fd, GROUP, BENCH_PORT, big));
        watch_for(b, 150);
        observe_since(b, from, "fragments", "%zu", count_of(b, from, "a", 'u'));
        received(b, taker, 20, text, sizeof text);
        setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &mtu, b->spoil == SPOIL_VALUES ? 0 : (socklen_t)sizeof mtu);
        observe(b, "1473 do", "%s", send_to(b, fd, GROUP, BENCH_PORT, big));
        mtu = IP_PMTUDISC_DONT;
        setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &mtu, sizeof mtu);
        memset(big, 'x', sizeof big - 1);
        big[65507] = 0;
        observe(b, "65507", "%s", send_to(b, fd, GROUP, BENCH_PORT, big));
        n = sendto(fd, "", 0, 0, NULL, 0);
        observe(b, "no destination", "%s", outcome(b, (int)n));
        return 0;
}

static void datagram(struct craft *c, struct bench *b, const struct bytes *payload)
{
        const struct lab_end *end = lab_end(b->lab, "a", NULL);

        craft_init(c);
        c->udp = payload;
        c->src_port = 7777;
        c->dst_port = BENCH_PORT;
        addr_parse(GROUP, &c->dst);
        c->src = end->addr4;
        c->eth = true;
        memcpy(c->eth_src, end->mac, 6);
}

/* One crafted frame; what the member in b gets of it. */
static int deliver(struct bench *b, int taker, struct craft *c, const char *key)
{
        char text[TEXT];

        if (inject(b, "a", "eth0", c) < 0)
                return -1;
        observe(b, key, "%s", received(b, taker, 120, text, sizeof text));
        return 0;
}

static int act_crafted(struct bench *b)
{
        static const struct bytes payload = {(const uint8_t *)"x", 1};
        static const struct { const char *key, *src; } sources[] = {
                {"from a group", "224.0.0.5"}, {"from 0.0.0.0", "0.0.0.0"}, {"from 127.0.0.1", "127.0.0.1"},
                {"from 255.255.255.255", "255.255.255.255"}, {"from its own address", "10.1.0.2"},
                {"from elsewhere", "192.0.2.9"},
        };
        static const int ttls[] = {0, 1, 2, 64, 255};
        int taker = receiver(b, "b", GROUP);
        struct craft c;
        char key[32];

        if (taker < 0)
                return -1;
        watch_for(b, 30);
        for (size_t i = 0; i < sizeof ttls / sizeof *ttls; i++) {
                datagram(&c, b, &payload);
                c.ttl = ttls[i];
                snprintf(key, sizeof key, "ttl %d", ttls[i]);
                if (deliver(b, taker, &c, key) < 0)
                        return -1;
        }
        for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
                datagram(&c, b, &payload);
                addr_parse(sources[i].src, &c.src);
                if (deliver(b, taker, &c, sources[i].key) < 0)
                        return -1;
        }
        datagram(&c, b, &payload);
        c.bad_checksum = true;
        if (deliver(b, taker, &c, "bad udp checksum") < 0)
                return -1;
        datagram(&c, b, &payload);
        c.bad_ip_checksum = true;
        if (deliver(b, taker, &c, "bad ip checksum") < 0)
                return -1;
        datagram(&c, b, &payload);
        addr_parse("239.129.1.1", &c.dst); /* the same MAC address */
        if (deliver(b, taker, &c, "colliding group") < 0)
                return -1;
        datagram(&c, b, &payload);
        c.eth_dst_set = true;
        memset(c.eth_dst, 0xff, 6);
        if (deliver(b, taker, &c, "broadcast frame") < 0)
                return -1;
        memcpy(c.eth_dst, lab_end(b->lab, "b", NULL)->mac, 6);
        if (deliver(b, taker, &c, "own unicast frame") < 0)
                return -1;
        c.eth_dst[5] ^= 0x55;
        return deliver(b, taker, &c, "foreign unicast frame");
}

static int act_mac(struct bench *b)
{
        static const char *const groups[] = {"239.1.2.3", "224.1.2.3", "239.129.2.3"};
        int fd = bench_udp(b, "a", AF_INET);
        char text[TEXT] = "", mac[MAC_TEXT];
        size_t from = mark(b), n = 0;

        if (fd < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        for (size_t i = 0; i < 3; i++)
                send_to(b, fd, groups[i], BENCH_PORT, "x");
        watch_until(b, from, 3, 500);
        for (size_t i = 0; i < 3 && nth(b, from, "a", 'u', i); i++)
                n += (size_t)snprintf(text + n, sizeof text - n, n ? " %s" : "%s", mac_format(nth(b, from, "a", 'u',
                        i)->dst_mac, mac));
        observe_since(b, from, "macs", "%s", text);
        return 0;
}

/* No ICMP error ever answers multicast: a member without a listener, TTL 1 at a router. */
static int act_errors(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET), member = bench_udp(b, "b", AF_INET), error = 0, on = 1;
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
        socklen_t n = sizeof error;
        struct addr peer;

        if (fd < 0 || member < 0)
                return -1;
        join(b, member, GROUP);
        setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
        watch_for(b, 30);
        send_to(b, fd, GROUP, 9, "x");
        watch_for(b, 150);
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n);
        observe(b, "multicast", "%s", b->spoil == SPOIL_RESULTS ? "spoilt" : error ? "an error" : "no error");
        addr_parse("10.1.0.2", &peer);
        memcpy(&to.sin_addr, peer.b, 4);
        if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0 && send(fd, "x", 1, 0) == 1)
                watch_for(b, 150);
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n);
        observe(b, "unicast", "%s", b->spoil == SPOIL_RESULTS ? "spoilt" : error == ECONNREFUSED ? "ECONNREFUSED"
                : "no error");
        return 0;
}

static int act_echo(struct bench *b)
{
        int server = receiver(b, "b", GROUP), client = bench_udp(b, "a", AF_INET);
        struct sockaddr_storage from;
        socklen_t n = sizeof from;
        char data[64], text[ENDPOINT_TEXT];
        struct endpoint e;
        ssize_t got;

        if (server < 0 || client < 0)
                return -1;
        watch_for(b, 30);
        send_to(b, client, GROUP, BENCH_PORT, "ping");
        got = recvfrom(server, data, sizeof data, 0, (struct sockaddr *)&from, &n);
        if (got > 0 && sendto(server, data, (size_t)got, 0, (struct sockaddr *)&from, n) < 0)
                return error_set(b->err, "the echo could not be sent");
        n = sizeof from;
        got = recvfrom(client, data, sizeof data, 0, (struct sockaddr *)&from, &n);
        e = endpoint_read(&from);
        observe(b, "from", "%s", got < 0 || b->spoil == SPOIL_DROP ? "nobody" : endpoint_format(&e, text));
        observe(b, "data", "%.*s", got < 0 || b->spoil == SPOIL_DROP ? 0 : (int)got, data);
        return 0;
}

const struct experiment experiments_data[] = {
        {"data-lengths", "pair", {0}, NULL, act_lengths},
        {"data-crafted", "pair", {0}, NULL, act_crafted},
        {"data-mac", "pair", {0}, NULL, act_mac},
        {"data-errors", "pair", {0}, NULL, act_errors},
        {"data-echo", "pair", {0}, NULL, act_echo},
        {0},
};

#define R1112 "RFC 1112 §7.2"

const struct claim claims_data[] = {
        {"data-1", "data,reference",
         "an empty datagram is delivered: 0 octets, which ends the reference server",
         "udp(7)", "data-lengths", "empty", "0", NULL},
        {"data-2", "data,reference",
         "a receive of 1,024 octets cuts a longer datagram, and MSG_TRUNC says so",
         "udp(7), recv(2)", "data-lengths", "1024 of 1400", "1024 MSG_TRUNC", NULL},
        {"data-2-rest", "data,reference",
         "the rest is lost",
         "udp(7)", "data-lengths", "the rest", "nothing", NULL},
        {"data-3", "data",
         "a datagram that does not fit the MTU gives EMSGSIZE: path MTU discovery is on",
         "udp(7)", "data-lengths", "1473", "EMSGSIZE",
         "multicast is fragmented instead, unless IP_PMTUDISC_DO is set"},
        {"data-3-do", "data",
         "with IP_PMTUDISC_DO it does",
         "ip(7) IP_MTU_DISCOVER", "data-lengths", "1473 do", "EMSGSIZE", NULL},
        {"data-4", "data,wire",
         "1,473 octets go in two fragments",
         "RFC 791 §2.3", "data-lengths", "fragments", "2", NULL},
        {"data-3-most", "data",
         "65,507 octets are the most that a datagram carries",
         "RFC 768, RFC 791", "data-lengths", "65507", "ok", NULL},
        {"data-10-dest", "data",
         "sending without a destination: EDESTADDRREQ",
         "send(2)", "data-lengths", "no destination", "EDESTADDRREQ", NULL},
        {"data-9-0", "data,ttl,craft",
         "an incoming datagram with TTL 0 is discarded",
         "RFC 1122 §3.2.1.7 (must not be sent)", "data-crafted", "ttl 0", "nothing",
         "hosts need not check it, and Linux delivers it"},
        {"data-9-1", "data,ttl,craft",
         "an incoming datagram with TTL 1 is delivered",
         R1112, "data-crafted", "ttl 1", "x", NULL},
        {"data-9-2", "data,ttl,craft",
         "with TTL 2 too",
         R1112, "data-crafted", "ttl 2", "x", NULL},
        {"data-9-64", "data,ttl,craft",
         "with TTL 64 too",
         R1112, "data-crafted", "ttl 64", "x", NULL},
        {"data-9-255", "data,ttl,craft",
         "with TTL 255 too",
         R1112, "data-crafted", "ttl 255", "x", NULL},
        {"data-12", "data,craft",
         "a datagram from a group address is quietly discarded",
         R1112, "data-crafted", "from a group", "nothing", NULL},
        {"data-12-zero", "data,craft",
         "one from 0.0.0.0 too",
         "RFC 1122 §3.2.1.3", "data-crafted", "from 0.0.0.0", "nothing", NULL},
        {"data-12-loop", "data,craft",
         "one from 127.0.0.1 too",
         "RFC 1122 §3.2.1.3", "data-crafted", "from 127.0.0.1", "nothing", NULL},
        {"data-12-all", "data,craft",
         "one from 255.255.255.255 too",
         "RFC 1122 §3.2.1.3", "data-crafted", "from 255.255.255.255", "nothing", NULL},
        {"data-12-own", "data,craft",
         "one from the host's own address too",
         "RFC 1122 §3.2.1.3", "data-crafted", "from its own address", "nothing", NULL},
        {"data-12-else", "data,craft",
         "one from another subnet is delivered (rp_filter off)",
         R1112, "data-crafted", "from elsewhere", "x", NULL},
        {"data-10", "data,craft,checksum",
         "a datagram with a wrong UDP checksum is discarded",
         "RFC 768, RFC 1122 §4.1.3.4", "data-crafted", "bad udp checksum", "nothing", NULL},
        {"data-11", "data,craft,checksum",
         "a datagram with a wrong IP header checksum is discarded",
         "RFC 1122 §3.2.1.2", "data-crafted", "bad ip checksum", "nothing", NULL},
        {"data-7", "data,craft,mac",
         "a group with the same MAC address reaches the card and not the program",
         "RFC 1112 §6.4", "data-crafted", "colliding group", "nothing", NULL},
        {"data-8", "data,craft,mac",
         "a group's datagram in a broadcast frame is discarded",
         "RFC 1122 §3.3.6", "data-crafted", "broadcast frame", "nothing",
         "IP does not look at the frame's address again: it is delivered"},
        {"data-8-own", "data,craft,mac",
         "in a frame to the host's own address it is delivered",
         "RFC 1112 §6.4 (silent)", "data-crafted", "own unicast frame", "x", NULL},
        {"data-8-foreign", "data,craft,mac",
         "in a frame to another host's address it is not",
         "RFC 1122 §2.4", "data-crafted", "foreign unicast frame", "nothing", NULL},
        {"data-6", "data,mac,wire",
         "the MAC address is 01:00:5e and the group's low 23 bits, so 32 groups share one",
         "RFC 1112 §6.4", "data-mac", "macs", "01:00:5e:01:02:03 01:00:5e:01:02:03 01:00:5e:01:02:03", NULL},
        {"data-14", "data",
         "no ICMP error answers a multicast datagram: a member without a listener is silent",
         "RFC 1122 §3.2.2; " R1112, "data-errors", "multicast", "no error", NULL},
        {"data-14-unicast", "data",
         "a unicast datagram to a closed port is answered by port unreachable",
         "RFC 1122 §4.1.3.1", "data-errors", "unicast", "ECONNREFUSED", NULL},
        {"data-5", "data,reference",
         "a server bound to all addresses answers from its unicast address",
         "reference program", "data-echo", "from", "10.1.0.2:9999", NULL},
        {"data-5-echo", "data,reference",
         "and sends back the same octets",
         "reference program", "data-echo", "data", "ping", NULL},
        {0},
};
