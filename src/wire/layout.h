/* SPDX-License-Identifier: BSD-2-Clause */
/* Layout, inside: a header is one group of fields or several, one behind the other; a group is a row of parts.
 * Tables: layout_link.c, layout_ip.c, layout_gmp.c; values in words: layout_show.c. */
#ifndef IGMPSCOPE_WIRE_LAYOUT_H
#define IGMPSCOPE_WIRE_LAYOUT_H

#include "decode.h"

/* What a value is shown from. */
struct shown {
        const struct packet *packet;
        struct bytes b; /* whole octets that it touches */
        uint64_t v;     /* up to 64 bits of it, host order */
        uint32_t bits;
};

struct part {
        uint16_t bit, bits; /* from the group's start; bits 0: whole octets up to the group's end */
        const char *name, *key;
        void (*show)(char value[SPAN_VALUE], const struct shown *x);
};

struct group {
        const char *title;        /* a heading before the parts, or NULL */
        const struct part *parts; /* ends with name NULL; NULL: none */
        uint32_t length;          /* octets */
        uint8_t depth;            /* of the heading, or else of the parts */
        uint32_t sources, aux;    /* record or query head: what follows it */
        bool record;
};

struct shape {
        const char *title;
        const struct part *parts;
        /* The group at l->at beyond the first; h is the header. False: there is none. */
        bool (*more)(const struct layout *l, const struct header *h, struct group *g);
        uint32_t fixed; /* octets of the first group, 0: all */
};
/* NULL: a layer without fields. */
const struct shape *shape_link(enum layer l, uint32_t length);
const struct shape *shape_ip(enum layer l);
const struct shape *shape_gmp(const struct packet *p);

/* The header's octets from l->at on. */
struct cursor layout_rest(const struct layout *l, const struct header *h);

void show_dec(char value[SPAN_VALUE], const struct shown *x);
void show_hex(char value[SPAN_VALUE], const struct shown *x);
void show_little(char value[SPAN_VALUE], const struct shown *x); /* little endian */
void show_flag(char value[SPAN_VALUE], const struct shown *x);
void show_addr(char value[SPAN_VALUE], const struct shown *x);
void show_group(char value[SPAN_VALUE], const struct shown *x); /* an address, by name too */
void show_mac(char value[SPAN_VALUE], const struct shown *x);
void show_octets(char value[SPAN_VALUE], const struct shown *x);
void show_text(char value[SPAN_VALUE], const struct shown *x);
void show_protocol(char value[SPAN_VALUE], const struct shown *x);
void show_ethertype(char value[SPAN_VALUE], const struct shown *x);

/* Names of numbers (title.c); NULL: none. */
const char *protocol_name(uint32_t protocol);
const char *ethertype_name(uint32_t ethertype);

#endif
