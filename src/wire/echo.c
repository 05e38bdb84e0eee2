/* SPDX-License-Identifier: BSD-2-Clause */
/* Echo over multicast: a datagram to a group is a request; a unicast datagram from the group's port back to the
 * requester with the same payload answers it. Of requests alike the last is meant. A set holds four requests, and
 * a table of marks saves the hash of payloads that nobody can be waiting for. */
#include "igmpscope/wire.h"

#include <stdlib.h>
#include <string.h>

#include "decode.h"

enum { WAYS = 4, SETS = ECHO_REQUESTS_MAX / WAYS, MARKS = 4096 };

struct request {
        uint64_t hash, frame;
        int64_t time_ns;
        struct addr src;
        uint16_t src_port, port, length;
};

struct echoes {
        struct request sets[SETS][WAYS];
        uint8_t next[SETS];
        bool marks[MARKS];
};

struct echoes *echoes_new(void)
{
        return calloc(1, sizeof(struct echoes));
}

void echoes_free(struct echoes *e)
{
        free(e);
}

#define ODD UINT64_C(0x9e3779b97f4a7c15)

static inline uint64_t stir(uint64_t lane, uint64_t word)
{
        lane = (lane ^ word) * ODD;
        return lane ^ lane >> 32;
}

/* Four lanes, so that a long payload does not wait for each product. */
static uint64_t mix(uint64_t h, struct bytes b)
{
        uint64_t l0 = h, l1 = ODD, l2 = ~h, l3 = ODD * ODD, word[4];

        for (; b.n >= sizeof word; b.p += sizeof word, b.n -= sizeof word) {
                memcpy(word, b.p, sizeof word);
                l0 = stir(l0, word[0]);
                l1 = stir(l1, word[1]);
                l2 = stir(l2, word[2]);
                l3 = stir(l3, word[3]);
        }
        memset(word, 0, sizeof word);
        if (b.n)
                memcpy(word, b.p, b.n);
        h = stir(stir(l0, word[0]), stir(l1, word[1]));
        return stir(stir(h, stir(l2, word[2])), stir(l3, word[3]));
}

/* The requester and the group's port. */
static uint64_t ends(const struct addr *a, uint16_t port, uint16_t group_port)
{
        return mix((uint64_t)port << 16 | group_port, (struct bytes){a->b, sizeof a->b});
}

static void remember(struct echoes *e, const struct packet *p, uint64_t base)
{
        uint64_t hash = mix(base, p->payload);
        size_t set = hash % SETS;

        e->marks[base % MARKS] = true;
        e->sets[set][e->next[set]] = (struct request){
                .hash = hash, .frame = p->frame->number, .time_ns = p->frame->time_ns, .src = p->src,
                .src_port = p->src_port, .port = p->dst_port, .length = p->udp_length,
        };
        e->next[set] = (uint8_t)((e->next[set] + 1) % WAYS);
}

static bool answers(const struct packet *p, const struct request *r, uint64_t hash)
{
        int64_t age = p->frame->time_ns - r->time_ns;

        return r->hash == hash && r->length == p->udp_length && r->src_port == p->dst_port && r->port == p->src_port
                && age >= 0 && age <= ECHO_NS && addr_equal(&r->src, &p->dst);
}

void echo_match(struct echoes *e, struct packet *p)
{
        uint64_t base, hash;
        const struct request *r, *found = NULL;

        if (!p->has_udp)
                return;
        if (addr_is_multicast(&p->dst)) {
                p->echo = ECHO_REQUEST;
                remember(e, p, ends(&p->src, p->src_port, p->dst_port));
                return;
        }
        base = ends(&p->dst, p->dst_port, p->src_port);
        if (!e->marks[base % MARKS])
                return;
        hash = mix(base, p->payload);
        for (r = e->sets[hash % SETS]; r < e->sets[hash % SETS] + WAYS; r++)
                if (answers(p, r, hash) && (!found || r->time_ns >= found->time_ns))
                        found = r;
        if (!found)
                return;
        p->echo = ECHO_REPLY;
        p->echo_of = found->frame;
        p->echo_ns = p->frame->time_ns - found->time_ns;
}
