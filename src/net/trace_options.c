/* SPDX-License-Identifier: BSD-2-Clause */
/* The socket options that decide over multicast, a row each: ip(7), ipv6(7), socket(7), RFC 3678; and their arguments
 * in words. What a row does not know stands as octets. */
#include "igmpscope/trace.h"

#include <linux/in.h> /* struct ip_msfilter, and its options, before the C library's */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#ifndef IPPROTO_IPV6
#define IPPROTO_IPV6 41
#endif
/* linux/in6.h and netinet/in.h exclude each other; these numbers are the kernel's interface and stay. */
enum {
        V6_MULTICAST_IF = 17, V6_MULTICAST_HOPS = 18, V6_MULTICAST_LOOP = 19, V6_JOIN_GROUP = 20, V6_LEAVE_GROUP = 21,
        V6_V6ONLY = 26, V6_MULTICAST_ALL = 29, V6_RECVPKTINFO = 49,
};

enum shape { NUMBER, TEXT, MREQ, MREQ_SOURCE, INTERFACE4, MREQ6, GROUP, GROUP_SOURCE, FILTER4, FILTER };

static const struct row {
        int level, option;
        const char *name;
        enum shape shape;
        enum option_effect effect;
} rows[] = {
        {IPPROTO_IP, IP_ADD_MEMBERSHIP, "IP_ADD_MEMBERSHIP", MREQ, EFFECT_JOIN},
        {IPPROTO_IP, IP_DROP_MEMBERSHIP, "IP_DROP_MEMBERSHIP", MREQ, EFFECT_LEAVE},
        {IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, "IP_ADD_SOURCE_MEMBERSHIP", MREQ_SOURCE, EFFECT_JOIN},
        {IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP, "IP_DROP_SOURCE_MEMBERSHIP", MREQ_SOURCE, EFFECT_LEAVE},
        {IPPROTO_IP, IP_BLOCK_SOURCE, "IP_BLOCK_SOURCE", MREQ_SOURCE, EFFECT_BLOCK},
        {IPPROTO_IP, IP_UNBLOCK_SOURCE, "IP_UNBLOCK_SOURCE", MREQ_SOURCE, EFFECT_UNBLOCK},
        {IPPROTO_IP, IP_MSFILTER, "IP_MSFILTER", FILTER4, EFFECT_FILTER},
        {IPPROTO_IP, IP_MULTICAST_IF, "IP_MULTICAST_IF", INTERFACE4, EFFECT_SET},
        {IPPROTO_IP, IP_MULTICAST_TTL, "IP_MULTICAST_TTL", NUMBER, EFFECT_SET},
        {IPPROTO_IP, IP_MULTICAST_LOOP, "IP_MULTICAST_LOOP", NUMBER, EFFECT_SET},
        {IPPROTO_IP, IP_MULTICAST_ALL, "IP_MULTICAST_ALL", NUMBER, EFFECT_SET},
        {IPPROTO_IP, IP_TTL, "IP_TTL", NUMBER, EFFECT_SET},
        {IPPROTO_IP, IP_TOS, "IP_TOS", NUMBER, EFFECT_SET},
        {IPPROTO_IP, IP_PKTINFO, "IP_PKTINFO", NUMBER, EFFECT_SET},
        {IPPROTO_IP, IP_RECVTTL, "IP_RECVTTL", NUMBER, EFFECT_SET},
        {IPPROTO_IP, MCAST_JOIN_GROUP, "MCAST_JOIN_GROUP", GROUP, EFFECT_JOIN},
        {IPPROTO_IP, MCAST_LEAVE_GROUP, "MCAST_LEAVE_GROUP", GROUP, EFFECT_LEAVE},
        {IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, "MCAST_JOIN_SOURCE_GROUP", GROUP_SOURCE, EFFECT_JOIN},
        {IPPROTO_IP, MCAST_LEAVE_SOURCE_GROUP, "MCAST_LEAVE_SOURCE_GROUP", GROUP_SOURCE, EFFECT_LEAVE},
        {IPPROTO_IP, MCAST_BLOCK_SOURCE, "MCAST_BLOCK_SOURCE", GROUP_SOURCE, EFFECT_BLOCK},
        {IPPROTO_IP, MCAST_UNBLOCK_SOURCE, "MCAST_UNBLOCK_SOURCE", GROUP_SOURCE, EFFECT_UNBLOCK},
        {IPPROTO_IP, MCAST_MSFILTER, "MCAST_MSFILTER", FILTER, EFFECT_FILTER},
        {IPPROTO_IPV6, V6_JOIN_GROUP, "IPV6_JOIN_GROUP", MREQ6, EFFECT_JOIN},
        {IPPROTO_IPV6, V6_LEAVE_GROUP, "IPV6_LEAVE_GROUP", MREQ6, EFFECT_LEAVE},
        {IPPROTO_IPV6, V6_MULTICAST_IF, "IPV6_MULTICAST_IF", NUMBER, EFFECT_SET},
        {IPPROTO_IPV6, V6_MULTICAST_HOPS, "IPV6_MULTICAST_HOPS", NUMBER, EFFECT_SET},
        {IPPROTO_IPV6, V6_MULTICAST_LOOP, "IPV6_MULTICAST_LOOP", NUMBER, EFFECT_SET},
        {IPPROTO_IPV6, V6_MULTICAST_ALL, "IPV6_MULTICAST_ALL", NUMBER, EFFECT_SET},
        {IPPROTO_IPV6, V6_V6ONLY, "IPV6_V6ONLY", NUMBER, EFFECT_SET},
        {IPPROTO_IPV6, V6_RECVPKTINFO, "IPV6_RECVPKTINFO", NUMBER, EFFECT_SET},
        {IPPROTO_IPV6, MCAST_JOIN_GROUP, "MCAST_JOIN_GROUP", GROUP, EFFECT_JOIN},
        {IPPROTO_IPV6, MCAST_LEAVE_GROUP, "MCAST_LEAVE_GROUP", GROUP, EFFECT_LEAVE},
        {IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP, "MCAST_JOIN_SOURCE_GROUP", GROUP_SOURCE, EFFECT_JOIN},
        {IPPROTO_IPV6, MCAST_LEAVE_SOURCE_GROUP, "MCAST_LEAVE_SOURCE_GROUP", GROUP_SOURCE, EFFECT_LEAVE},
        {IPPROTO_IPV6, MCAST_BLOCK_SOURCE, "MCAST_BLOCK_SOURCE", GROUP_SOURCE, EFFECT_BLOCK},
        {IPPROTO_IPV6, MCAST_UNBLOCK_SOURCE, "MCAST_UNBLOCK_SOURCE", GROUP_SOURCE, EFFECT_UNBLOCK},
        {IPPROTO_IPV6, MCAST_MSFILTER, "MCAST_MSFILTER", FILTER, EFFECT_FILTER},
        {SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR", NUMBER, EFFECT_SET},
        {SOL_SOCKET, SO_REUSEPORT, "SO_REUSEPORT", NUMBER, EFFECT_SET},
        {SOL_SOCKET, SO_RCVBUF, "SO_RCVBUF", NUMBER, EFFECT_SET},
        {SOL_SOCKET, SO_SNDBUF, "SO_SNDBUF", NUMBER, EFFECT_SET},
        {SOL_SOCKET, SO_RCVBUFFORCE, "SO_RCVBUFFORCE", NUMBER, EFFECT_SET},
        {SOL_SOCKET, SO_SNDBUFFORCE, "SO_SNDBUFFORCE", NUMBER, EFFECT_SET},
        {SOL_SOCKET, SO_BROADCAST, "SO_BROADCAST", NUMBER, EFFECT_SET},
        {SOL_SOCKET, SO_RXQ_OVFL, "SO_RXQ_OVFL", NUMBER, EFFECT_SET},
        {SOL_SOCKET, SO_BINDTODEVICE, "SO_BINDTODEVICE", TEXT, EFFECT_SET},
};

static struct addr take4(struct cursor *c)
{
        return addr_of(cursor_take(c, 4).p, 4);
}

static int take_int(struct cursor *c) /* in this machine's order */
{
        struct bytes b = cursor_take(c, sizeof(int));
        int v = 0;

        if (b.n)
                memcpy(&v, b.p, sizeof v);
        return v;
}

static struct addr take_storage(struct cursor *c)
{
        struct bytes b = cursor_take(c, sizeof(struct sockaddr_storage));
        struct sockaddr_storage ss = {0};

        if (b.n)
                memcpy(&ss, b.p, sizeof ss);
        return endpoint_read(&ss).addr;
}

/* An int; but one octet is enough for IP_MULTICAST_TTL and IP_MULTICAST_LOOP. */
static void number(struct cursor *c, struct asked *a)
{
        int v = cursor_left(c) < sizeof v ? cursor_u8(c) : take_int(c);

        a->number = true;
        snprintf(a->text, sizeof a->text, "%d", v);
}

static void read_shape(enum shape shape, struct cursor *c, struct asked *a)
{
        size_t n = cursor_left(c);

        switch (shape) {
        case NUMBER: number(c, a); break;
        case TEXT: snprintf(a->text, sizeof a->text, "%.*s", (int)n, (const char *)c->at); break;
        case MREQ: /* struct ip_mreq or ip_mreqn */
                a->group = take4(c);
                a->address = take4(c);
                a->ifindex = n >= 12 ? take_int(c) : 0;
                break;
        case MREQ_SOURCE: /* multiaddr, interface, source: Linux's order */
                a->group = take4(c);
                a->address = take4(c);
                a->source = take4(c);
                break;
        case INTERFACE4: /* struct in_addr, ip_mreq or ip_mreqn */
                if (n >= 8)
                        take4(c);
                a->address = take4(c);
                a->ifindex = n >= 12 ? take_int(c) : 0;
                break;
        case MREQ6:
                a->group = addr_of(cursor_take(c, 16).p, 16);
                a->ifindex = take_int(c);
                break;
        case GROUP:
        case GROUP_SOURCE: /* struct group_source_req: padded to the sockaddr_storage's alignment */
        case FILTER:
                a->ifindex = take_int(c);
                cursor_take(c, sizeof(long) - sizeof(int));
                a->group = take_storage(c);
                if (shape == GROUP_SOURCE)
                        a->source = take_storage(c);
                break;
        case FILTER4:
                a->group = take4(c);
                a->address = take4(c);
                break;
        }
        if (addr_is_unspecified(&a->address))
                a->address = (struct addr){0};
}

/* "10.0.0.1,232.1.1.1 on eth0": the index is named by who shows it, in the right namespace. */
static void say_membership(struct asked *a)
{
        char group[ADDR_TEXT], source[ADDR_TEXT], address[ADDR_TEXT], number_text[16];

        snprintf(number_text, sizeof number_text, "%d", a->ifindex);
        snprintf(a->text, sizeof a->text, "%s%s%s%s%s", addr_format(&a->source, source), a->source.len ? "," : "",
                 addr_format(&a->group, group), a->ifindex || a->address.len ? " on " : "",
                 a->ifindex ? number_text : addr_format(&a->address, address));
}

void asked_read(const struct traced_option *o, struct asked *a)
{
        struct cursor c = cursor_over((struct bytes){o->value, o->n});

        *a = (struct asked){.name = NULL};
        for (const struct row *r = rows; r < rows + sizeof rows / sizeof *rows; r++) {
                if (r->level != o->level || r->option != o->option)
                        continue;
                a->name = r->name;
                a->effect = r->effect;
                read_shape(r->shape, &c, a);
                if (c.bad) /* shorter than the kernel wants: it will say EINVAL */
                        *a = (struct asked){.name = r->name, .text = "too short"};
                else if (r->shape != NUMBER && r->shape != TEXT)
                        say_membership(a);
                return;
        }
}
