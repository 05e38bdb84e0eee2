/* SPDX-License-Identifier: BSD-2-Clause */
/* Our own reader of savefiles: octets from a descriptor, a decompressor or memory, and the records
 * in them. Private to src/net, its tests and fuzzers. Nothing but the descriptor's fill touches the
 * kernel. All functions here that give an int give CAPTURE_ERROR, _END, _FRAME (there it is) or
 * _IDLE (not yet). */
#ifndef NET_READER_H
#define NET_READER_H

#include <sys/types.h>

#include "igmpscope/net.h"

enum {
        SOURCE_ROOM = 256 * 1024, /* read ahead; grows to the largest block that must be whole */
        PACKET_MAX = 262144,      /* the largest snapshot length of any tool; libpcap's limit too */
        BLOCK_MAX = 1024 * 1024,  /* a pcapng block that is looked into: options and all */
        INTERFACES_MAX = 16384,   /* in one file, all sections together */
};

enum { FILL_END = 0, FILL_ERROR = -1, FILL_WAIT = -2 };

/* Octets in order. What is between at and end is there and contiguous. */
struct source {
        const uint8_t *at, *end, *start; /* start: of the buffer */
        uint64_t base;                   /* offset of start in the stream */
        uint8_t *room;                   /* own buffer; NULL over memory */
        size_t cap;
        /* octets, or FILL_… */
        ssize_t (*fill)(struct source *s, uint8_t *p, size_t n, struct error *err);
        void (*done)(struct source *s);
        void *own;        /* of the decompressor */
        int fd, wait_ms;  /* for a pipe; -1: a regular file, nothing to wait for */
        bool ended, cut;  /* cut: compressed data ended in its midst */
        const char *name; /* for messages */
};

void source_over(struct source *s, struct bytes b, const char *name);
/* "-": standard input. */
int source_open(struct source *s, const char *file, int wait_ms, struct error *err);
int source_unpack(struct source *s, struct error *err); /* gzip and zstd by their magic; 0 or -1 */
void source_close(struct source *s);
int source_more(struct source *s, size_t n, struct error *err);

/* n octets at s->at, n at most BLOCK_MAX. Views of earlier octets end here unless it says
 * CAPTURE_FRAME at once. */
static inline int source_have(struct source *s, size_t n, struct error *err)
{
        return (size_t)(s->end - s->at) >= n ? CAPTURE_FRAME : source_more(s, n, err);
}

static inline uint64_t source_offset(const struct source *s)
{
        return s->base + (uint64_t)(s->at - s->start);
}

/* Fields of headers known to be whole, in either order: the two loops over records run through
 * these. */
static inline uint16_t get16(const uint8_t *p, bool big)
{
        return (uint16_t)(big ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}

static inline uint32_t get32(const uint8_t *p, bool big)
{
        return big ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
                   : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

struct reader_interface {
        char name[64];         /* "": the file does not say */
        int link;
        uint32_t snaplen;      /* 0: no limit */
        uint64_t per_s;        /* ticks of its clock in a second */
        uint64_t ns_per_tick;  /* where that is a whole number, else 0 */
        int64_t offset_s;
        uint64_t dropped;      /* told packet by packet */
        uint64_t dropped_kernel, dropped_interface; /* told by statistics blocks, */
        bool counted;          /* which then are what holds */
};

struct reader {
        struct source source;
        int (*next)(struct reader *r, struct frame *f, struct error *err);
        uint64_t number;
        bool big;
        struct text warning; /* what a person should be told at the end */
        int link;            /* the file's; pcapng: of its first interface, -1: not known yet */
        /* classic pcap */
        uint32_t header;     /* octets before each packet */
        uint32_t ns_per_tick;
        uint16_t minor;
        /* pcapng */
        struct reader_interface *interfaces; /* of all sections */
        size_t n_interfaces, cap_interfaces, first; /* first: of this section */
        uint64_t skip;       /* octets of a block that nobody asks for */
};

/* r->source must be open. Takes the file's header. 0 or -1; close in either case. */
int reader_open(struct reader *r, struct error *err);
int reader_next(struct reader *r, struct frame *f, struct error *err);
void reader_drops(const struct reader *r, struct capture_stats *s);
void reader_close(struct reader *r);

/* The formats: is this its beginning? Then the rest of its header. */
int pcap_begin(struct reader *r, struct error *err);
int pcapng_begin(struct reader *r, struct error *err);
/* How a record that is not whole ends the reading: got is what source_have said. */
int reader_cut(struct reader *r, int got);
/* Refuses what can't be: "x.pcap: octet 40: …", after `packets` good ones. */
int reader_refuse(struct reader *r, struct error *err, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

#endif
