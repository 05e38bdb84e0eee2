/* SPDX-License-Identifier: BSD-2-Clause */
/* Just enough rtnetlink: build a message, send it, understand the answer (rtnetlink(7), netlink(7)). The
 * kernel's own words about a refusal (extended acknowledgement) end up in the error text. */
#include "internal.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static size_t aligned(size_t n)
{
        return (n + 3) & ~(size_t)3;
}

static void append(struct netlink_message *m, const void *p, size_t size)
{
        if (m->n + aligned(size) > sizeof m->p) {
                m->n = sizeof m->p + 1; /* latches: netlink_ask refuses it */
                return;
        }
        memset(m->p + m->n, 0, aligned(size));
        if (size)
                memcpy(m->p + m->n, p, size);
        m->n += aligned(size);
}

void netlink_begin(struct netlink_message *m, int type, int flags, const void *fixed, size_t size)
{
        struct nlmsghdr h = {.nlmsg_type = (uint16_t)type, .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags)};

        m->n = 0;
        append(m, &h, sizeof h);
        append(m, fixed, size);
}

void netlink_put(struct netlink_message *m, int type, const void *value, size_t size)
{
        struct nlattr a = {.nla_len = (uint16_t)(sizeof a + size), .nla_type = (uint16_t)type};

        append(m, &a, sizeof a);
        append(m, value, size);
}

void netlink_put_u8(struct netlink_message *m, int type, uint8_t v)
{
        netlink_put(m, type, &v, sizeof v);
}

void netlink_put_u32(struct netlink_message *m, int type, uint32_t v)
{
        netlink_put(m, type, &v, sizeof v);
}

void netlink_put_text(struct netlink_message *m, int type, const char *s)
{
        netlink_put(m, type, s, strlen(s) + 1);
}

size_t netlink_nest(struct netlink_message *m, int type)
{
        size_t at = m->n;
        netlink_put(m, type, NULL, 0);
        return at;
}

void netlink_nest_end(struct netlink_message *m, size_t nest)
{
        uint16_t n = (uint16_t)(m->n - nest);
        if (m->n <= sizeof m->p)
                memcpy(m->p + nest, &n, sizeof n); /* nla_len comes first */
}

int netlink_open(struct error *err)
{
        int one = 1, fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
        struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
        struct timeval patience = {.tv_sec = 5};

        if (fd < 0)
                return error_system(err, errno, NULL, "netlink socket");
        setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof one);
        setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof one);
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (!connect(fd, (struct sockaddr *)&kernel, sizeof kernel))
                return fd;
        error_system(err, errno, NULL, "netlink socket");
        close(fd);
        return -1;
}

/* The kernel's sentence in an acknowledgement; "" if it said none. */
static void kernel_words(struct bytes ack, char *words, size_t cap)
{
        size_t skip = sizeof(struct nlmsghdr) + sizeof(struct nlmsgerr);
        struct bytes list = {ack.p + skip, ack.n > skip ? ack.n - skip : 0};
        struct attribute a;

        words[0] = '\0';
        while (attribute_next(&list, &a)) {
                size_t n = a.value.n < cap - 1 ? a.value.n : cap - 1;
                if (a.type != NLMSGERR_ATTR_MSG)
                        continue;
                memcpy(words, a.value.p, n);
                words[n] = '\0';
        }
}

int netlink_ask(int fd, struct netlink_message *m, struct error *err, const char *what, const char *on)
{
        struct nlmsghdr h;
        struct nlmsgerr answer;
        uint8_t in[4096];
        char words[256];
        ssize_t n;

        if (m->n > sizeof m->p)
                return error_set(err, "%s %s: too long a request", what, on);
        memcpy(&h, m->p, sizeof h);
        h.nlmsg_len = (uint32_t)m->n;
        if (!(h.nlmsg_flags & NLM_F_DUMP))
                h.nlmsg_flags |= NLM_F_ACK;
        memcpy(m->p, &h, sizeof h);
        if (send(fd, m->p, m->n, 0) < 0)
                return error_system(err, errno, NULL, "%s %s", what, on);
        if (h.nlmsg_flags & NLM_F_DUMP)
                return 0;
        do
                n = recv(fd, in, sizeof in, 0);
        while (n < 0 && errno == EINTR);
        if (n < (ssize_t)(sizeof h + sizeof answer))
                return error_system(err, n < 0 ? errno : EPROTO, NULL, "%s %s: no answer", what, on);
        memcpy(&answer, in + sizeof h, sizeof answer);
        if (!answer.error)
                return 0;
        kernel_words((struct bytes){in, (size_t)n}, words, sizeof words);
        return error_system(err, -answer.error, words[0] ? words : NULL, "%s %s", what, on);
}

int netlink_next(int fd, struct netlink_dump *d, uint16_t *type, struct bytes *body, struct error *err)
{
        struct nlmsghdr h;

        if (d->rest.n < sizeof h) {
                ssize_t n;
                do
                        n = recv(fd, d->p, sizeof d->p, 0);
                while (n < 0 && errno == EINTR);
                if (n < (ssize_t)sizeof h)
                        return error_system(err, n < 0 ? errno : EPROTO, NULL, "netlink answer");
                d->rest = (struct bytes){d->p, (size_t)n};
        }
        memcpy(&h, d->rest.p, sizeof h);
        if (h.nlmsg_len < sizeof h || h.nlmsg_len > d->rest.n)
                return error_set(err, "netlink answer: cut short");
        *type = h.nlmsg_type;
        *body = (struct bytes){d->rest.p + sizeof h, h.nlmsg_len - sizeof h};
        size_t whole = aligned(h.nlmsg_len) < d->rest.n ? aligned(h.nlmsg_len) : d->rest.n;
        d->rest = (struct bytes){d->rest.p + whole, d->rest.n - whole};
        if (h.nlmsg_type == NLMSG_ERROR) {
                struct nlmsgerr e = {0};
                memcpy(&e, body->p, body->n < sizeof e ? body->n : sizeof e);
                return error_system(err, -e.error, NULL, "netlink answer");
        }
        return h.nlmsg_type != NLMSG_DONE;
}

bool attribute_next(struct bytes *list, struct attribute *a)
{
        struct nlattr h;

        if (list->n < sizeof h)
                return false;
        memcpy(&h, list->p, sizeof h);
        if (h.nla_len < sizeof h || h.nla_len > list->n)
                return false;
        *a = (struct attribute){(uint16_t)(h.nla_type & NLA_TYPE_MASK), {list->p + sizeof h, h.nla_len - sizeof h}};
        size_t whole = aligned(h.nla_len) < list->n ? aligned(h.nla_len) : list->n;
        *list = (struct bytes){list->p + whole, list->n - whole};
        return true;
}
