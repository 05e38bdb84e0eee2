/* SPDX-License-Identifier: BSD-2-Clause */
/* The grammar of `send`: words that a person types, to the packets that they stand for.
 *
 *     igmp report v3 'to_ex(239.1.1.1) allow(232.1.1.1; 10.0.0.1 10.0.0.2)'
 *     mld query v2 ff3e::8000:1 2001:db8::1+3
 *     udp 239.1.1.1+8:9999
 *
 * A message is a row of message_at; without a version the newest one. A record is TYPE(GROUP; SOURCE …), TYPE one of
 * is_in is_ex to_in to_ex allow block or a number; GROUP alone is to_ex(GROUP), SOURCE,GROUP is allow(GROUP; SOURCE).
 * ADDRESS+N stands for N addresses from there on. */
#ifndef IGMPSCOPE_CRAFT_H
#define IGMPSCOPE_CRAFT_H

#include "igmpscope/base.h"
#include "igmpscope/wire.h"

struct addr_range {
        struct addr first; /* len 0: none */
        uint32_t n;
};
enum { RANGE_MAX = 1 << 20 };

struct spec_record {
        uint8_t type;
        struct addr_range group; /* n records alike */
        uint32_t source, n;      /* its sources: n of spec.sources from there on */
};

struct spec {
        const struct message *row; /* NULL: a UDP datagram */
        struct addr_range group;   /* queries, older messages, UDP: one packet for each; len 0: a general query */
        struct addr source;        /* UDP: of SOURCE,GROUP */
        uint16_t port;             /* UDP: of GROUP:PORT */
        bool has_port;
        struct addr *sources;
        uint32_t n_sources;
        struct spec_record *records;
        uint32_t n_records;
        uint8_t aux_words;      /* in every record; RFC 9776 §4.2.6 wants none */
        uint16_t more_declared; /* sources or records claimed beyond those that are there */
};

/* Reads the words after `send` up to n. ip: 4 or 6 where the person said so, else 0; without "igmp" or "mld" in front
 * it decides, or the addresses do. 0, or -1 with err naming the word and what was expected; free with spec_free. */
int spec_parse(struct spec *s, int ip, char *const *words, int n, struct error *err);
void spec_free(struct spec *s);

/* Puts the message and the values that its document gives for a start into c: max resp time 10 s, of specific
 * queries 1 s (RFC 9776 §8.3, §8.8), QRV 2, QQI 125 s; of a datagram its port and source. */
void spec_defaults(const struct spec *s, struct craft *c);

/* The packets of a spec, one a call. Reports and queries that do not fit an IP packet of mtu octets are split as
 * RFC 9776 §4.2.17 says: an EXCLUDE list is cut (`omitted` counts), any other goes on in the next message. */
struct spec_walk {
        const struct spec *spec;
        size_t room; /* for records or sources */
        uint32_t record, group, source; /* where the next packet begins */
        bool ended;
        uint64_t omitted;
        uint8_t octets[65536];
};
int spec_start(struct spec_walk *w, const struct spec *s, size_t mtu, struct error *err);
bool spec_next(struct spec_walk *w, struct craft *c); /* c's views live until the next call */

/* Named faults: what to break, on purpose. */
struct fault {
        const char *name, *argument; /* argument NULL: takes no number */
        const char *summary;         /* what it does to the packet */
        const char *rules;           /* ids of the rules that find it, blanks between */
        const char *lacks;           /* why it can't be done to this packet, for the error */
        /* false: it has no meaning for this packet */
        bool (*apply)(struct spec *s, struct craft *c, uint32_t value);
};
const struct fault *fault_at(size_t i); /* NULL past the end */
/* list: "ttl,checksum,truncate=4". said: NULL, or gets a line on each. */
int faults_apply(const char *list, struct spec *s, struct craft *c, struct text *said, struct error *err);

#endif
