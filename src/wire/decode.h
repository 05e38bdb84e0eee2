/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parsers of headers share. A decode is one loop (packet.c): the parser of `next` reads its header
 * from c, moves c past it, narrows c where the header says how long its payload is, and names what follows. */
#ifndef IGMPSCOPE_WIRE_DECODE_H
#define IGMPSCOPE_WIRE_DECODE_H

#include <string.h>

#include "igmpscope/wire.h"

struct decode {
        struct packet *p;
        struct cursor c;
        uint32_t missing; /* octets beyond c's end that were on the wire and not captured */
        enum layer next;
        struct decoder *memory; /* NULL: fragments stay fragments */
        bool wlan_pad;          /* radiotap: the 802.11 header is padded to a multiple of four */
};

#define X(ID, word) void parse_##word(struct decode *d);
LAYERS(X)
#undef X

/* The next address; a as it was if there is none. Written in place: a copy of 17 octets just written waits. */
static inline void decode_addr(struct cursor *c, uint8_t length, struct addr *a)
{
        struct bytes b = cursor_take(c, length);

        if (!b.n)
                return;
        a->len = length;
        memset(a->b, 0, sizeof a->b);
        if (length == 4)
                memcpy(a->b, b.p, 4);
        else
                memcpy(a->b, b.p, 16);
}

/* A second cursor at c. Not a copy of the struct, which would wait for its parts just written. */
static inline struct cursor decode_peek(const struct decode *d)
{
        return cursor_over(cursor_rest(&d->c));
}

/* Octets left at c on the wire, captured or not. */
static inline uint32_t decode_left(const struct decode *d)
{
        return (uint32_t)cursor_left(&d->c) + d->missing;
}

static inline void decode_flaw(struct decode *d, enum flaw f)
{
        d->p->flaws |= UINT64_C(1) << f;
}

/* The payload is n octets long. False, and c as it was, if there can't be so many. */
bool decode_narrow(struct decode *d, uint32_t n);
/* Here ends what can be read. The first reason stays. at: NULL means c. */
void decode_stop(struct decode *d, enum layer l, const uint8_t *at, const char *reason);
/* A header promised more octets than there are: cut by the capture, or (f) a lie. */
void decode_short(struct decode *d, enum layer l, const uint8_t *at, enum flaw f, const char *reason);
/* Into a tunnel: what we knew of the outer UDP is forgotten. False: too deep, and the decode ends. */
bool decode_encap(struct decode *d, enum encap e);
/* next, by the number that a header gives; unknown ones end the decode. */
void decode_ethertype(struct decode *d, uint16_t ethertype);
void decode_protocol(struct decode *d, uint8_t protocol);
/* The IP header is read: is it a fragment, and what is behind it? */
void decode_ip_payload(struct decode *d, uint8_t protocol);
void decode_ip_start(struct decode *d);
void decode_ip_narrow(struct decode *d, uint32_t n);
/* Options of IPv4 or of a hop-by-hop header: false at their end, or with c bad. Router Alert is taken note of. */
struct option {
        const uint8_t *at;
        uint8_t type, length; /* as it stands there */
        struct bytes data;
};
bool option_next(struct cursor *c, bool v6, struct option *o);
void decode_options(struct decode *d, struct bytes list, bool v6);
/* What holds a fragment of a datagram: keeps it, and goes on where that makes the datagram whole. */
void decode_fragment(struct decode *d);

void decode_frame(const struct frame *f, struct packet *p, struct decoder *memory);

/* Sum of the pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1). */
uint64_t sum_pseudo(const struct packet *p, uint8_t protocol, uint32_t length);

/* Which tunnel a UDP datagram to or from these ports holds, by the shape of its payload; LAYER_NONE: none. */
enum layer tunnel_of(uint16_t src_port, uint16_t dst_port, struct bytes payload);

/* Group management messages: the table is message.c, what IGMP and MLD share gmp.c. dst tells RGMP apart. */
const struct message *message_find(const struct gmp *g, const struct addr *dst);
bool message_known(enum family f, uint8_t type);
uint64_t parse_query(struct gmp *g, struct cursor *c);
uint64_t parse_old(struct gmp *g, struct cursor *c);
uint64_t parse_report(struct gmp *g, struct cursor *c);
void build_query(const struct gmp *g, struct packer *k);
void build_old(const struct gmp *g, struct packer *k);
void build_report(const struct gmp *g, struct packer *k);

static inline uint8_t gmp_address_length(const struct gmp *g)
{
        return g->family == FAMILY_MLD ? 16 : 4;
}

static inline bool gmp_newest(const struct gmp *g) /* IGMPv3 or MLDv2 */
{
        return g->row && g->row->version >= (g->family == FAMILY_MLD ? 2 : 3);
}

/* One record; false with c bad if it is not whole. */
bool record_read(struct cursor *c, uint8_t address_length, struct record *r);

/* The meaning in words; names: well-known groups by name too. */
void words_add(struct text *t, const struct packet *p, bool names);
const char *packet_title(const struct packet *p, char buf[32]);

/* Reassembly (fragment.c) and echo requests (echo.c). */
struct fragments;
struct echoes;

struct decoder {
        struct fragments *fragments;
        struct echoes *echoes;
};

struct fragments *fragments_new(void);
void fragments_free(struct fragments *f);
void fragments_release(struct fragments *f); /* what the last packet held */
struct echoes *echoes_new(void);
void echoes_free(struct echoes *e);
void echo_match(struct echoes *e, struct packet *p);

#endif
