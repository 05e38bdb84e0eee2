/* SPDX-License-Identifier: BSD-2-Clause */
/* Datagrams in batches: recvmmsg(2) takes all that wait with one call, sendmmsg(2) answers them with another.
 * Control messages tell destination, interface, TTL and drops (ip(7), ipv6(7), socket(7)). */
#include "igmpscope/net.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum { CONTROL = 256 };

struct batch_memory {
        unsigned size;
        size_t room; /* octets a datagram */
        uint8_t *data;
        struct mmsghdr *in, *out;
        struct iovec *in_iov, *out_iov;
        struct sockaddr_storage *from, *to;
        uint8_t (*control)[CONTROL];
        unsigned *which; /* out[i] answers at[which[i]] */
};

int batch_open(struct batch *b, unsigned size, size_t max_datagram, struct error *err)
{
        struct batch_memory *m = calloc(1, sizeof *m);

        *b = (struct batch){.at = calloc(size, sizeof *b->at), .memory = m};
        if (m) {
                *m = (struct batch_memory){
                        .size = size, .room = max_datagram, .data = calloc(size, max_datagram ? max_datagram : 1),
                        .in = calloc(size, sizeof *m->in), .out = calloc(size, sizeof *m->out),
                        .in_iov = calloc(size, sizeof *m->in_iov), .out_iov = calloc(size, sizeof *m->out_iov),
                        .from = calloc(size, sizeof *m->from), .to = calloc(size, sizeof *m->to),
                        .control = calloc(2 * size, sizeof *m->control), .which = calloc(size, sizeof *m->which),
                };
        }
        if (m && b->at && m->data && m->in && m->out && m->in_iov && m->out_iov && m->from && m->to && m->control
            && m->which)
                return 0;
        batch_close(b);
        return error_set(err, "out of memory for %u datagrams of %zu octets", size, max_datagram);
}

void batch_close(struct batch *b)
{
        struct batch_memory *m = b->memory;

        if (m) {
                free(m->data);
                free(m->in);
                free(m->out);
                free(m->in_iov);
                free(m->out_iov);
                free(m->from);
                free(m->to);
                free(m->control);
                free(m->which);
        }
        free(m);
        free(b->at);
        *b = (struct batch){0};
}

static void take_info4(struct datagram *d, const void *p)
{
        struct in_pktinfo i;

        memcpy(&i, p, sizeof i);
        d->to = addr_of((const uint8_t *)&i.ipi_addr, 4);
        d->local = addr_of((const uint8_t *)&i.ipi_spec_dst, 4);
        d->ifindex = i.ipi_ifindex;
}

static void take_info6(struct datagram *d, const void *p)
{
        struct in6_pktinfo i;

        memcpy(&i, p, sizeof i);
        d->to = addr_of(i.ipi6_addr.s6_addr, 16);
        d->ifindex = (int)i.ipi6_ifindex;
        if (!addr_is_multicast(&d->to))
                d->local = d->to;
}

static void take_control(struct datagram *d, const struct cmsghdr *c)
{
        const void *p = CMSG_DATA(c);

        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
                take_info4(d, p);
        else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
                take_info6(d, p);
        else if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL)
                 || (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT))
                memcpy(&d->ttl, p, sizeof d->ttl);
        else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
                memcpy(&d->drops, p, sizeof d->drops);
}

static void prepare(struct batch_memory *m, unsigned i)
{
        m->in_iov[i] = (struct iovec){m->data + i * m->room, m->room};
        m->in[i].msg_hdr = (struct msghdr){
                .msg_name = &m->from[i], .msg_namelen = sizeof m->from[i], .msg_iov = &m->in_iov[i], .msg_iovlen = 1,
                .msg_control = m->control[i], .msg_controllen = CONTROL,
        };
}

static void take(struct datagram *d, struct batch_memory *m, unsigned i)
{
        struct msghdr *h = &m->in[i].msg_hdr;

        *d = (struct datagram){.from = endpoint_read(&m->from[i]), .ttl = -1, .length = m->in[i].msg_len};
        d->data = (struct bytes){m->in_iov[i].iov_base, d->length < m->room ? d->length : m->room};
        for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c))
                take_control(d, c);
}

int batch_receive(struct batch *b, int fd, unsigned limit, struct error *err)
{
        struct batch_memory *m = b->memory;
        unsigned want = limit < m->size ? limit : m->size;
        int n;

        b->n = 0;
        for (unsigned i = 0; i < want; i++)
                prepare(m, i);
        n = recvmmsg(fd, m->in, want, MSG_DONTWAIT | MSG_TRUNC, NULL); /* MSG_TRUNC: the length that came */
        if (n < 0)
                return errno == EAGAIN || errno == EINTR ? 0 : error_system(err, errno, NULL, "receive");
        b->n = (unsigned)n;
        for (unsigned i = 0; i < b->n; i++)
                take(&b->at[i], m, i);
        return 0;
}

/* The answer leaves from the address that was asked, or that the kernel would answer from (DATA-5). */
static void source_from(struct msghdr *h, const struct datagram *d, uint8_t *control)
{
        struct in_pktinfo i4 = {0};
        struct in6_pktinfo i6 = {0};
        bool six = d->local.len == 16;
        struct cmsghdr *c;

        if (!d->local.len || addr_is_unspecified(&d->local))
                return;
        memcpy(&i4.ipi_spec_dst, d->local.b, sizeof i4.ipi_spec_dst);
        memcpy(&i6.ipi6_addr, d->local.b, sizeof i6.ipi6_addr);
        memset(control, 0, CONTROL);
        h->msg_control = control;
        h->msg_controllen = six ? CMSG_SPACE(sizeof i6) : CMSG_SPACE(sizeof i4);
        c = CMSG_FIRSTHDR(h);
        c->cmsg_level = six ? IPPROTO_IPV6 : IPPROTO_IP;
        c->cmsg_type = six ? IPV6_PKTINFO : IP_PKTINFO;
        c->cmsg_len = six ? CMSG_LEN(sizeof i6) : CMSG_LEN(sizeof i4);
        memcpy(CMSG_DATA(c), six ? (void *)&i6 : (void *)&i4, six ? sizeof i6 : sizeof i4);
}

static void address_answer(struct batch *b, unsigned i, unsigned slot)
{
        struct batch_memory *m = b->memory;
        struct msghdr *h = &m->out[slot].msg_hdr;
        const struct datagram *d = &b->at[i];

        m->which[slot] = i;
        m->out_iov[slot] = (struct iovec){m->in_iov[i].iov_base, d->data.n};
        *h = (struct msghdr){.msg_name = &m->to[slot], .msg_iov = &m->out_iov[slot], .msg_iovlen = 1};
        h->msg_namelen = endpoint_write(&d->from, &m->to[slot]);
        source_from(h, d, m->control[m->size + slot]);
}

void batch_echo(struct batch *b, int fd)
{
        struct batch_memory *m = b->memory;
        unsigned want = 0, done = 0;

        for (unsigned i = 0; i < b->n; i++)
                if (b->at[i].answer)
                        address_answer(b, i, want++);
        while (done < want) {
                int n = sendmmsg(fd, m->out + done, want - done, 0);
                if (n > 0)
                        done += (unsigned)n;
                else if (errno != EINTR || stop_signal)
                        b->at[m->which[done++]].error = errno;
        }
}

const char *datagram_hint(int errnum, const struct endpoint *to)
{
        const bool six = to->addr.len == 16;

        switch (errnum) {
        case ENETUNREACH:
        case EHOSTUNREACH:
                if (!addr_is_multicast(&to->addr))
                        return "no route to it: `ip route get` tells";
                return six ? "no route to the group: name an interface with -i, or add a route, "
                             "`ip -6 route add multicast ff00::/8 dev IFACE table local`"
                           : "no route to the group: name an interface with -i, or add a route, "
                             "`ip route add 224.0.0.0/4 dev IFACE`";
        case EMSGSIZE:
                return six ? "a UDP datagram over IPv6 carries at most 65527 bytes"
                           : "a UDP datagram over IPv4 carries at most 65507 bytes";
        case EPERM: return "a firewall of this host refuses it: `nft list ruleset`, `iptables -L OUTPUT`";
        case EACCES: return "a prohibit route or a broadcast address: `ip route get` tells";
        case ENETDOWN: return "the interface is down: `ip link set IFACE up`";
        case ENODEV:
        case ENXIO: return "the interface is gone";
        case EINVAL: return to->port ? "it cannot be sent to from here; name the interface with -i" : "no such port";
        case EADDRNOTAVAIL: return six ? "no usable IPv6 address on the interface yet: `ip -6 addr` tells" : NULL;
        case ENOBUFS: return "the interface's queue is full; send more slowly (-I)";
        case EAGAIN: return "the send buffer is full; a larger one with -S, or send more slowly (-I)";
        default: return NULL;
        }
}

int datagram_send(int fd, const struct endpoint *to, struct bytes data, struct error *err)
{
        struct sockaddr_storage ss;
        socklen_t n = endpoint_write(to, &ss);
        char text[ENDPOINT_TEXT];
        int code;

        if (sendto(fd, data.p, data.n, 0, (struct sockaddr *)&ss, n) >= 0)
                return 0;
        code = errno;
        error_system(err, code, datagram_hint(code, to), "send %zu bytes to %s", data.n, endpoint_format(to, text));
        errno = code;
        return -1;
}
