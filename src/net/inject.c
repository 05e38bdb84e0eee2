/* SPDX-License-Identifier: BSD-2-Clause */
/* Sends ready-made frames (libnet's advanced link layer) or IP packets (its raw sockets, IPv4 and
 * IPv6). The octets go out as they are, but for what the kernel fills into a raw IPv4 header:
 * raw(7). */
#include "igmpscope/net.h"

#include <errno.h>
#include <libnet.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "permitted.h"

enum { ETHERNET = 14 };

struct injector {
        libnet_t *link, *ip4, *ip6; /* those that are in use */
        struct interface interface;
        bool raw;
};

/* A packet socket that only sends: nothing is to queue up in it unread. */
static void deafen(int fd)
{
        struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);
        struct sock_fprog program = {1, &none};

        setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

static libnet_t *start(const struct injector *j, int kind, struct error *err)
{
        const char *name = j->interface.name;
        char why[LIBNET_ERRBUF_SIZE] = "";
        libnet_t *l = libnet_init(kind, name, why);

        if (!l) {
                why[strcspn(why, "\n")] = 0;
                if (geteuid())
                        not_permitted(name, "sending crafted packets", err);
                else
                        error_set(err, "%s: sending crafted packets: %s", name, why);
                return NULL;
        }
        if (kind == LIBNET_LINK_ADV) {
                deafen(libnet_getfd(l));
        } else if (setsockopt(libnet_getfd(l), SOL_SOCKET, SO_BINDTODEVICE, name,
                              (socklen_t)strlen(name)) < 0) {
                error_system(err, errno, NULL, "%s: bind a raw socket to it", name);
                libnet_destroy(l);
                return NULL;
        }
        return l;
}

int injector_open(struct injector **out, const char *interface, bool raw_ip, struct error *err)
{
        struct injector *j = calloc(1, sizeof *j);
        libnet_t **first;

        *out = NULL;
        if (!j)
                return error_set(err, "no memory");
        j->raw = raw_ip;
        first = raw_ip ? &j->ip4 : &j->link;
        if (interface_find(interface, &j->interface, err) < 0 ||
            !(*first = start(j, raw_ip ? LIBNET_RAW4_ADV : LIBNET_LINK_ADV, err))) {
                injector_close(j);
                return -1;
        }
        *out = j;
        return 0;
}

static int refused(const struct injector *j, size_t n, int why, struct error *err)
{
        static const struct {
                int why;
                const char *hint;
        } hints[] = {
                {ENETDOWN, "the interface is down: ip link set NAME up"},
                {ENXIO, "the interface is gone"},
                {ENODEV, "the interface is gone"},
                {EMSGSIZE, "larger than its MTU allows"},
                {ENOBUFS, "its queue is full: send more slowly"},
                {ENETUNREACH,
                 "no route: raw IP needs one; the link layer (without raw IP) needs none"},
                {EINVAL, "the kernel finds the header wrong; the link layer takes any octets"},
        };
        const char *hint = NULL;

        for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
                if (hints[i].why == why)
                        hint = hints[i].hint;
        return error_system(err, why, hint, "%s: sending %zu octets", j->interface.name, n);
}

static int send_ip(struct injector *j, struct bytes b, struct error *err)
{
        bool six = b.p[0] >> 4 == 6;

        if (six && !j->ip6 && !(j->ip6 = start(j, LIBNET_RAW6_ADV, err)))
                return -2;
        return six ? libnet_write_raw_ipv6(j->ip6, b.p, (uint32_t)b.n)
                   : libnet_adv_write_raw_ipv4(j->ip4, b.p, (uint32_t)b.n);
}

int injector_send(struct injector *j, struct bytes b, struct error *err)
{
        int rc;

        if (b.n < (j->raw ? 20 : ETHERNET))
                return error_set(err, "%s: %zu octets are no %s", j->interface.name, b.n,
                                 j->raw ? "IP packet" : "frame");
        errno = 0;
        rc = j->raw ? send_ip(j, b, err) : libnet_adv_write_link(j->link, b.p, (uint32_t)b.n);
        if (rc == -2)
                return -1;
        return rc == (int)b.n ? 0 : refused(j, b.n, errno ? errno : EIO, err);
}

void injector_close(struct injector *j)
{
        if (!j)
                return;
        if (j->link)
                libnet_destroy(j->link);
        if (j->ip4)
                libnet_destroy(j->ip4);
        if (j->ip6)
                libnet_destroy(j->ip6);
        free(j);
}
