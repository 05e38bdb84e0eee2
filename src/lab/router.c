/* SPDX-License-Identifier: BSD-2-Clause */
/* A multicast router made of the kernel's own forwarding (linux/mroute.h, mroute6.h): a child in the router's
 * namespace answers each "no route for (S,G)" upcall with a route from the interface it came in at to all others.
 * It keeps no memberships: enough to see what a TTL does. Ending the child takes all routes away. */
#include "internal.h"

#include <errno.h>
#include <linux/icmpv6.h>
#include <linux/mroute.h>
#include <linux/mroute6.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROUTER_INTERFACES = 8 };

struct forwarding {
        int fd4, fd6, n, threshold;
        unsigned indexes[ROUTER_INTERFACES];
};

static int open4(struct forwarding *f)
{
        int one = 1;

        f->fd4 = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_IGMP);
        if (f->fd4 < 0 || setsockopt(f->fd4, IPPROTO_IP, MRT_INIT, &one, sizeof one))
                return -1;
        for (int i = 0; i < f->n; i++) {
                struct vifctl v = {.vifc_vifi = (vifi_t)i, .vifc_flags = VIFF_USE_IFINDEX,
                                   .vifc_threshold = (unsigned char)f->threshold,
                                   .vifc_lcl_ifindex = (int)f->indexes[i]};
                if (setsockopt(f->fd4, IPPROTO_IP, MRT_ADD_VIF, &v, sizeof v))
                        return -1;
        }
        return 0;
}

static int open6(struct forwarding *f)
{
        int one = 1;

        f->fd6 = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6);
        if (f->fd6 < 0 || setsockopt(f->fd6, IPPROTO_IPV6, MRT6_INIT, &one, sizeof one))
                return -1;
        for (int i = 0; i < f->n; i++) {
                struct mif6ctl m = {.mif6c_mifi = (mifi_t)i, .vifc_threshold = (unsigned char)f->threshold,
                                    .mif6c_pifi = (uint16_t)f->indexes[i]};
                if (setsockopt(f->fd6, IPPROTO_IPV6, MRT6_ADD_MIF, &m, sizeof m))
                        return -1;
        }
        return 0;
}

/* An upcall looks like an IP packet whose protocol is 0. The kernel keeps up to four datagrams for the route. */
static void answer4(const struct forwarding *f)
{
        struct igmpmsg m;
        struct mfcctl route = {0};

        if (recv(f->fd4, &m, sizeof m, 0) < (ssize_t)sizeof m || m.im_mbz || m.im_msgtype != IGMPMSG_NOCACHE)
                return;
        route.mfcc_origin = m.im_src;
        route.mfcc_mcastgrp = m.im_dst;
        route.mfcc_parent = m.im_vif;
        memset(route.mfcc_ttls, 255, sizeof route.mfcc_ttls);
        for (int i = 0; i < f->n; i++)
                if (i != m.im_vif)
                        route.mfcc_ttls[i] = (unsigned char)f->threshold;
        setsockopt(f->fd4, IPPROTO_IP, MRT_ADD_MFC, &route, sizeof route);
}

static void answer6(const struct forwarding *f)
{
        struct mrt6msg m;
        struct mf6cctl route = {.mf6cc_origin = {.sin6_family = AF_INET6}, .mf6cc_mcastgrp = {.sin6_family = AF_INET6}};

        if (recv(f->fd6, &m, sizeof m, 0) < (ssize_t)sizeof m || m.im6_mbz || m.im6_msgtype != MRT6MSG_NOCACHE)
                return;
        route.mf6cc_origin.sin6_addr = m.im6_src;
        route.mf6cc_mcastgrp.sin6_addr = m.im6_dst;
        route.mf6cc_parent = m.im6_mif;
        for (int i = 0; i < f->n; i++) /* IF_SET and its kin, without their mix of signs */
                if (i != m.im6_mif)
                        route.mf6cc_ifset.ifs_bits[0] |= 1U << i;
        setsockopt(f->fd6, IPPROTO_IPV6, MRT6_ADD_MFC, &route, sizeof route);
}

static _Noreturn void forward(const struct forwarding *f)
{
        struct pollfd p[2] = {{f->fd4, POLLIN, 0}, {f->fd6, POLLIN, 0}};

        signal(SIGINT, SIG_IGN); /* Ctrl-C is for whoever opened the laboratory */
        signal(SIGTERM, SIG_DFL);
        for (;;) {
                if (poll(p, 2, -1) < 0 && errno != EINTR)
                        _exit(1);
                if (p[0].revents)
                        answer4(f);
                if (p[1].revents)
                        answer6(f);
        }
}

static int open_sockets(struct lab *lab, struct forwarding *f, struct error *err)
{
        const char *hint;

        for (size_t i = 0; i < 2 * lab->n_links && f->n < ROUTER_INTERFACES; i++) {
                const struct lab_end *e = &lab->links[i / 2].end[i % 2];
                if (!strcmp(e->host, lab->topology->router))
                        f->indexes[f->n++] = link_index(lab_find(lab, e->host, NULL)->rtnl, e->interface);
        }
        if (lab_enter(lab, lab->topology->router, err))
                return -1;
        if (!open4(f) && (!lab->options.ipv6 || !open6(f)))
                return 0;
        hint = errno == ENOPROTOOPT ? "the kernel lacks CONFIG_IP_MROUTE or CONFIG_IPV6_MROUTE" : NULL;
        return error_system(err, errno, hint, "laboratory: forward multicast on %s", lab->topology->router);
}

static void router_stop(struct lab *lab)
{
        if (lab->router > 0) {
                kill(lab->router, SIGKILL);
                process_wait(lab->router);
        }
        lab->router = 0;
}

int lab_forward(struct lab *lab, int threshold, struct error *err)
{
        struct forwarding f = {.fd4 = -1, .fd6 = -1, .threshold = threshold};
        int r;

        if (!lab->topology->router)
                return error_set(err, "topology %s has no router", lab->topology->name);
        if (threshold < 0 || threshold > 254)
                return error_set(err, "threshold %d: 0 to 254", threshold);
        router_stop(lab);
        if (!threshold)
                return 0;
        r = open_sockets(lab, &f, err);
        lab_leave(lab);
        if (!r) {
                lab->router = lab_fork(lab, lab->topology->router, err);
                if (!lab->router)
                        forward(&f);
                r = lab->router < 0 ? -1 : 0;
        }
        if (f.fd4 >= 0)
                close(f.fd4);
        if (f.fd6 >= 0)
                close(f.fd6);
        return r;
}
