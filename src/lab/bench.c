/* SPDX-License-Identifier: BSD-2-Clause */
/* The bench: notes of an experiment, and sockets in the hosts of its laboratory. */
#include "bench.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { FRAMES_NOTED = 32 };

struct bench *bench_new(struct error *err)
{
        struct bench *b = calloc(1, sizeof *b);

        if (b)
                b->decoder = decoder_new();
        if (!b || !b->decoder) {
                error_set(err, "out of memory");
                free(b);
                return NULL;
        }
        b->err = err;
        return b;
}

void bench_free(struct bench *b)
{
        for (int i = 0; i < b->n_fds; i++)
                close(b->fds[i]);
        lab_close(b->lab);
        decoder_free(b->decoder);
        text_free(&b->notes);
        free(b->seen);
        free(b);
}

/* ---- noting ---- */

static void note_line(struct bench *b, size_t from, const char *key, const char *text)
{
        text_add_format(&b->notes, "%s\t", key);
        for (size_t i = from, n = 0; i < b->n_seen && n < FRAMES_NOTED; i++, n++)
                text_add_format(&b->notes, n ? " %llu" : "%llu", (unsigned long long)b->seen[i].frame);
        text_add_format(&b->notes, "\t%s\n", text);
}

void observe(struct bench *b, const char *key, const char *format, ...)
{
        char text[1024];
        va_list ap;

        va_start(ap, format);
        vsnprintf(text, sizeof text, format, ap);
        va_end(ap);
        note_line(b, b->n_seen, key, text);
}

void observe_since(struct bench *b, size_t from, const char *key, const char *format, ...)
{
        char text[1024];
        va_list ap;

        va_start(ap, format);
        vsnprintf(text, sizeof text, format, ap);
        va_end(ap);
        note_line(b, from, key, text);
}

/* ---- sockets ---- */

int bench_socket(struct bench *b, const char *host, int family, int type, int protocol)
{
        int fd;

        if (lab_enter(b->lab, host, b->err) < 0)
                return -1;
        fd = socket(family, type | SOCK_CLOEXEC, protocol);
        if (fd < 0)
                error_system(b->err, errno, NULL, "socket in host %s", host);
        lab_leave(b->lab);
        if (fd >= 0 && b->n_fds == BENCH_SOCKETS) {
                close(fd);
                return error_set(b->err, "more than %d sockets in one experiment", BENCH_SOCKETS);
        }
        if (fd >= 0) {
                setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_sec = 1}, sizeof(struct timeval));
                b->fds[b->n_fds++] = fd;
        }
        return fd;
}

int bench_udp(struct bench *b, const char *host, int family)
{
        return bench_socket(b, host, family, SOCK_DGRAM, 0);
}

void bench_close(struct bench *b, int fd)
{
        for (int i = 0; i < b->n_fds; i++)
                if (b->fds[i] == fd)
                        b->fds[i] = b->fds[--b->n_fds];
        close(fd);
}

const char *outcome(const struct bench *b, int r)
{
        const char *name = r < 0 ? strerrorname_np(errno) : "ok";

        if (b->spoil == SPOIL_RESULTS)
                return r < 0 ? "ok" : "EIO";
        return name ? name : "an unknown error";
}

const char *set_int(struct bench *b, int fd, int level, int option, int value)
{
        if (b->spoil == SPOIL_VALUES)
                value = value == 1 ? 0 : value + 1;
        return outcome(b, setsockopt(fd, level, option, &value, sizeof value));
}

int get_int(int fd, int level, int option)
{
        int value = 0;
        socklen_t n = sizeof value;

        return getsockopt(fd, level, option, &value, &n) < 0 ? -errno : value;
}

/* A spoilt experiment joins the next group. */
static struct addr group_of(const struct bench *b, const char *text)
{
        struct addr a;

        addr_parse(text, &a);
        return b->spoil == SPOIL_VALUES ? addr_plus(&a, 1) : a;
}

static const char *member(struct bench *b, int fd, int option4, int option6, unsigned index, const char *group)
{
        struct addr g = group_of(b, group);
        struct ip_mreqn four = {.imr_ifindex = (int)index};
        struct ipv6_mreq six = {.ipv6mr_interface = index};

        memcpy(&four.imr_multiaddr, g.b, 4);
        memcpy(&six.ipv6mr_multiaddr, g.b, 16);
        return outcome(b, g.len == 16 ? setsockopt(fd, IPPROTO_IPV6, option6, &six, sizeof six)
                                      : setsockopt(fd, IPPROTO_IP, option4, &four, sizeof four));
}

const char *join(struct bench *b, int fd, const char *group)
{
        return member(b, fd, IP_ADD_MEMBERSHIP, IPV6_JOIN_GROUP, 0, group);
}

const char *join_on(struct bench *b, int fd, const char *host, const char *interface, const char *group)
{
        return member(b, fd, IP_ADD_MEMBERSHIP, IPV6_JOIN_GROUP, ifindex(b, host, interface), group);
}

const char *leave(struct bench *b, int fd, const char *group)
{
        return member(b, fd, IP_DROP_MEMBERSHIP, IPV6_LEAVE_GROUP, 0, group);
}

const char *leave_on(struct bench *b, int fd, const char *host, const char *interface, const char *group)
{
        return member(b, fd, IP_DROP_MEMBERSHIP, IPV6_LEAVE_GROUP, ifindex(b, host, interface), group);
}

/* RFC 3678 §5's options serve both families. */
static const char *source_member(struct bench *b, int fd, int option, const char *source, const char *group)
{
        struct addr g = group_of(b, group), s;
        struct group_source_req r = {0};

        addr_parse(source, &s);
        endpoint_write(&(struct endpoint){.addr = g}, &r.gsr_group);
        endpoint_write(&(struct endpoint){.addr = s}, &r.gsr_source);
        return outcome(b, setsockopt(fd, g.len == 16 ? IPPROTO_IPV6 : IPPROTO_IP, option, &r, sizeof r));
}

const char *join_source(struct bench *b, int fd, const char *source, const char *group)
{
        return source_member(b, fd, MCAST_JOIN_SOURCE_GROUP, source, group);
}

const char *leave_source(struct bench *b, int fd, const char *source, const char *group)
{
        return source_member(b, fd, MCAST_LEAVE_SOURCE_GROUP, source, group);
}

const char *block_source(struct bench *b, int fd, const char *source, const char *group, bool block)
{
        return source_member(b, fd, block ? MCAST_BLOCK_SOURCE : MCAST_UNBLOCK_SOURCE, source, group);
}

const char *bind_to(struct bench *b, int fd, const char *address, uint16_t port)
{
        struct endpoint to = {.addr = {.len = 4}, .port = port};
        struct sockaddr_storage ss;
        socklen_t n;

        if (address)
                addr_parse(address, &to.addr);
        else if (get_int(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET6)
                to.addr.len = 16;
        n = endpoint_write(&to, &ss);
        return outcome(b, bind(fd, (struct sockaddr *)&ss, n));
}

const char *send_to(struct bench *b, int fd, const char *address, uint16_t port, const char *data)
{
        struct endpoint to = {.port = port};
        struct sockaddr_storage ss;
        socklen_t n;

        addr_parse(address, &to.addr);
        n = endpoint_write(&to, &ss);
        return outcome(b, (int)sendto(fd, data, strlen(data), 0, (struct sockaddr *)&ss, n));
}

int receiver(struct bench *b, const char *host, const char *group)
{
        struct addr a = {.len = 4};
        int fd, on = 1;

        if (group)
                addr_parse(group, &a);
        fd = bench_udp(b, host, a.len == 16 ? AF_INET6 : AF_INET);
        if (fd < 0)
                return -1;
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        bind_to(b, fd, NULL, BENCH_PORT);
        if (group)
                join(b, fd, group);
        return fd;
}

const char *received(struct bench *b, int fd, int ms, char *text, size_t size)
{
        struct pollfd p = {.fd = fd, .events = POLLIN};
        size_t n = 0;
        char data[2048];

        snprintf(text, size, "nothing");
        while (poll(&p, 1, ms) > 0) {
                ssize_t got = recv(fd, data, sizeof data - 1, MSG_DONTWAIT);
                if (got < 0)
                        break;
                data[got] = 0;
                n += (size_t)snprintf(text + n, size - n, n ? ", %s" : "%s", data);
                if (n >= size)
                        break;
                ms = 30;
        }
        watch_for(b, 40); /* what the wire showed of it comes before the next mark */
        if (b->spoil == SPOIL_DROP)
                snprintf(text, size, "nothing");
        if (b->spoil == SPOIL_FORGE && !strcmp(text, "nothing"))
                snprintf(text, size, "forged");
        return text;
}

unsigned ifindex(struct bench *b, const char *host, const char *interface)
{
        unsigned index = 0;

        if (lab_enter(b->lab, host, b->err) == 0) {
                index = if_nametoindex(interface);
                lab_leave(b->lab);
        }
        return index;
}

/* ---- the kernel's own word ---- */

const char *proc_igmp(struct bench *b, const char *host, const char *group, char *text, size_t size)
{
        struct kernel_member m[256];
        struct addr want;
        int n;

        addr_parse(group, &want);
        n = lab_memberships(b->lab, host, want.len == 16 ? AF_INET6 : AF_INET, m, 256, b->err);
        snprintf(text, size, "not there");
        for (int i = 0; i < n && i < 256; i++)
                if (addr_equal(&m[i].group, &want))
                        snprintf(text, size, "%s users %u", group, m[i].users);
        if (b->spoil == SPOIL_DROP)
                snprintf(text, size, "dropped");
        return text;
}

long sysctl_value(struct bench *b, const char *host, const char *name)
{
        char path[256];
        long v = -1;

        snprintf(path, sizeof path, "/proc/sys/%s", name);
        if (lab_enter(b->lab, host, b->err) == 0) {
                v = system_limit(path);
                lab_leave(b->lab);
        }
        return v;
}
