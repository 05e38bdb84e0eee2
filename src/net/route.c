/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel's routing says of a destination (rtnetlink(7), RTM_GETROUTE): asked twice, once for where the
 * datagram leaves, once (RTM_F_FIB_MATCH) for the entry of the table that decided. */
#include "igmpscope/net.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#ifndef RTM_F_FIB_MATCH
#define RTM_F_FIB_MATCH 0x2000
#endif

struct answer {
        struct rtmsg rt;
        struct addr dst, source, gateway;
        uint32_t oif, table;
};

static size_t put_attribute(uint8_t *p, unsigned short type, const void *data, size_t n)
{
        struct rtattr a = {.rta_len = (unsigned short)RTA_LENGTH(n), .rta_type = type};

        memcpy(p, &a, sizeof a);
        memcpy(p + RTA_LENGTH(0), data, n);
        return RTA_SPACE(n);
}

static int ask(int fd, const struct addr *to, int ifindex, unsigned flags)
{
        uint8_t m[128] = {0};
        size_t n = NLMSG_SPACE(sizeof(struct rtmsg));
        struct rtmsg rt = {.rtm_family = (unsigned char)addr_family(to),
                           .rtm_dst_len = (unsigned char)(to->len * 8),
                           .rtm_flags = flags};
        struct nlmsghdr h = {.nlmsg_type = RTM_GETROUTE, .nlmsg_flags = NLM_F_REQUEST, .nlmsg_seq = 1};

        n += put_attribute(m + n, RTA_DST, to->b, to->len);
        if (ifindex)
                n += put_attribute(m + n, RTA_OIF, &ifindex, sizeof ifindex);
        h.nlmsg_len = (uint32_t)n;
        memcpy(m, &h, sizeof h);
        memcpy(m + NLMSG_HDRLEN, &rt, sizeof rt);
        return send(fd, m, n, 0) == (ssize_t)n ? 0 : errno;
}

static void take_attribute(struct answer *a, unsigned type, const uint8_t *p, size_t n)
{
        struct addr address = n == 4 || n == 16 ? addr_of(p, (uint8_t)n) : (struct addr){0};

        if (type == RTA_DST)
                a->dst = address;
        else if (type == RTA_PREFSRC)
                a->source = address;
        else if (type == RTA_GATEWAY)
                a->gateway = address;
        else if (type == RTA_OIF && n == sizeof a->oif)
                memcpy(&a->oif, p, n);
        else if (type == RTA_TABLE && n == sizeof a->table)
                memcpy(&a->table, p, n);
}

static void take_attributes(struct answer *a, const uint8_t *p, size_t n)
{
        struct rtattr at;

        while (n >= sizeof at) {
                memcpy(&at, p, sizeof at);
                if (at.rta_len < sizeof at || at.rta_len > n)
                        return;
                take_attribute(a, at.rta_type, p + RTA_LENGTH(0), at.rta_len - RTA_LENGTH(0));
                if (RTA_ALIGN(at.rta_len) >= n)
                        return;
                p += RTA_ALIGN(at.rta_len);
                n -= RTA_ALIGN(at.rta_len);
        }
}

/* The kernel's answer to ask; 0 or an errno. */
static int hear(int fd, struct answer *a)
{
        uint8_t m[4096];
        struct nlmsghdr h;
        int code;
        ssize_t n = recv(fd, m, sizeof m, 0);

        *a = (struct answer){.oif = 0};
        if (n < (ssize_t)sizeof h)
                return n < 0 ? errno : EBADMSG;
        memcpy(&h, m, sizeof h);
        if (h.nlmsg_type == NLMSG_ERROR && n >= (ssize_t)(NLMSG_HDRLEN + sizeof code)) {
                memcpy(&code, m + NLMSG_HDRLEN, sizeof code);
                return -code;
        }
        if (h.nlmsg_type != RTM_NEWROUTE || n < (ssize_t)NLMSG_SPACE(sizeof a->rt))
                return EBADMSG;
        memcpy(&a->rt, m + NLMSG_HDRLEN, sizeof a->rt);
        take_attributes(a, m + NLMSG_SPACE(sizeof a->rt), (size_t)n - NLMSG_SPACE(sizeof a->rt));
        if (a->rt.rtm_type == RTN_UNREACHABLE || a->rt.rtm_type == RTN_BLACKHOLE || a->rt.rtm_type == RTN_PROHIBIT)
                return a->rt.rtm_type == RTN_PROHIBIT ? EACCES : ENETUNREACH;
        return 0;
}

static void explain(struct route *r, const struct answer *a)
{
        char to[ADDR_TEXT], via[ADDR_TEXT];
        struct text t = {0};

        if (a->rt.rtm_dst_len)
                text_add_format(&t, "%s/%u", addr_format(&a->dst, to), a->rt.rtm_dst_len);
        else
                text_add(&t, "default");
        if (a->gateway.len)
                text_add_format(&t, " via %s", addr_format(&a->gateway, via));
        if (a->table == RT_TABLE_LOCAL)
                text_add(&t, " table local");
        else if (a->table && a->table != RT_TABLE_MAIN)
                text_add_format(&t, " table %u", a->table);
        snprintf(r->why, sizeof r->why, "%s", text_string(&t));
        text_free(&t);
}

int route_lookup(const struct addr *to, int ifindex, struct route *r, struct error *err)
{
        static const char hint[] = "add one, `ip route add 224.0.0.0/4 dev IFACE`, or name an interface with -i";
        static const char hint6[] =
                "add one, `ip -6 route add multicast ff00::/8 dev IFACE table local`, or name an interface with -i";
        struct timeval limit = {.tv_sec = 2};
        int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), code = fd < 0 ? errno : 0;
        char text[ADDR_TEXT];
        struct answer a = {.oif = 0};

        *r = (struct route){0};
        if (!code)
                setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        if (!code && !(code = ask(fd, to, ifindex, 0)) && !(code = hear(fd, &a))) {
                r->ifindex = (int)a.oif;
                r->source = a.source;
                if (!ask(fd, to, ifindex, RTM_F_FIB_MATCH | RTM_F_LOOKUP_TABLE) && !hear(fd, &a))
                        explain(r, &a);
        }
        if (fd >= 0)
                close(fd);
        if (!code)
                return 0;
        return error_system(err, code, code != ENETUNREACH ? NULL : to->len == 4 ? hint : hint6, "route to %s",
                            addr_format(to, text));
}
