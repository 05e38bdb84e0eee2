/* SPDX-License-Identifier: BSD-2-Clause */
/* What experiments act with. Every call works in a host of the bench's laboratory; sockets close with the bench.
 * What goes over a witnessed link is decoded into sightings, and a story is their short form:
 *
 *     to_ex(239.1.1.1), to_ex(239.1.1.1)                 a join and its repetition
 *     allow(232.1.1.1; 10.0.0.1 10.0.0.2)                sources sorted
 *     report2(239.1.1.1), leave2(239.1.1.1)              IGMPv2
 *     query3(239.1.1.1 s), query3()                      queries; s: the S flag
 *     udp(239.1.1.1:9999 ttl 1 'hello')                  data
 */
#ifndef IGMPSCOPE_LAB_BENCH_H
#define IGMPSCOPE_LAB_BENCH_H

#include "igmpscope/verify.h"

enum { BENCH_SOCKETS = 512, BENCH_PORT = 9999 };

struct sighting {
        int64_t time_ns;
        uint64_t frame;   /* in the evidence */
        uint8_t link;     /* which witness */
        bool gmp, udp;
        struct addr src, dst;
        uint8_t ttl, tos, version, type;
        uint16_t ip_id, src_port, dst_port, length; /* length: of the UDP payload */
        bool router_alert, df, fragment;
        uint8_t src_mac[6], dst_mac[6];
        char story[232];
};

struct bench {
        struct lab *lab;
        struct error *err;
        struct text notes; /* the observations, for the judge */
        enum spoil spoil;
        int fds[BENCH_SOCKETS], n_fds;
        struct capture *witness[8];
        int n_witness;
        struct decoder *decoder;
        struct savefile *evidence;
        uint64_t frames;
        struct sighting *seen;
        size_t n_seen, room;
};

struct bench *bench_new(struct error *err);
void bench_free(struct bench *b);

/* ---- noting ---- */
void observe(struct bench *b, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same, with the sightings from mark on as evidence. */
void observe_since(struct bench *b, size_t mark, const char *key, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

/* ---- sockets: -1 with err only where the experiment can't go on ---- */
int bench_udp(struct bench *b, const char *host, int family);
int bench_socket(struct bench *b, const char *host, int family, int type, int protocol);
void bench_close(struct bench *b, int fd);
const char *outcome(const struct bench *b, int r); /* "ok", or errno's name: "EINVAL"; call it right after */
const char *set_int(struct bench *b, int fd, int level, int option, int value); /* its outcome */
int get_int(int fd, int level, int option); /* the value, or minus errno */
const char *join(struct bench *b, int fd, const char *group); /* any interface: INADDR_ANY */
const char *join_on(struct bench *b, int fd, const char *host, const char *interface, const char *group);
const char *leave(struct bench *b, int fd, const char *group);
const char *leave_on(struct bench *b, int fd, const char *host, const char *interface, const char *group);
const char *join_source(struct bench *b, int fd, const char *source, const char *group);
const char *leave_source(struct bench *b, int fd, const char *source, const char *group);
const char *block_source(struct bench *b, int fd, const char *source, const char *group, bool block);
const char *bind_to(struct bench *b, int fd, const char *address, uint16_t port); /* NULL: any */
const char *send_to(struct bench *b, int fd, const char *address, uint16_t port, const char *data);
int receiver(struct bench *b, const char *host, const char *group); /* bound to BENCH_PORT, joined if group */
/* What waits at a socket after at most ms: "hello, hello2", or "nothing". */
const char *received(struct bench *b, int fd, int ms, char *text, size_t size);
unsigned ifindex(struct bench *b, const char *host, const char *interface);

/* ---- the wire ---- */
int witness(struct bench *b, const char *host, const char *interface); /* before acting; -1: err */
size_t mark(const struct bench *b); /* sightings so far */
int watch_for(struct bench *b, int ms); /* lets ms pass, noting what goes over the wire */
int watch_until(struct bench *b, size_t from, size_t n, int ms); /* or until n sightings of IGMP, MLD or UDP */
/* The story from mark on, of what src sent (NULL: anybody; "!a": all but a); "nothing" if there is none. what:
 * 'g' IGMP and MLD, 'u' UDP, 'a' both. Lives in text. */
const char *story(const struct bench *b, size_t from, const char *src, char what, char *text, size_t size);
size_t count_of(const struct bench *b, size_t from, const char *src, char what);
const struct sighting *nth(const struct bench *b, size_t from, const char *src, char what, size_t n); /* or NULL */

/* ---- crafting: libnet's control group; the same words as `igmpscope send` ---- */
int inject(struct bench *b, const char *host, const char *interface, const struct craft *c);

/* ---- asking (ask.c) ---- */
/* An IGMP query from b: version 1, 2 or 3, group NULL for a general one, max response in tenths of a second. */
void query_of(struct craft *c, struct bench *b, int version, const char *group, uint8_t max_resp);
/* Sends it and notes under key what a says within ms. */
int ask_and_tell(struct bench *b, const struct craft *c, int ms, const char *key);
/* A socket of a's that joined the group, its reports over and a witness at b; or -1. */
int member_of(struct bench *b, const char *group);

/* ---- the kernel's own word ---- */
/* "239.1.1.1 users 2", or "not there" */
const char *proc_igmp(struct bench *b, const char *host, const char *group, char *text, size_t size);
long sysctl_value(struct bench *b, const char *host, const char *name);

#endif
