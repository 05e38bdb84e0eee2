/* SPDX-License-Identifier: BSD-2-Clause */
/* From a key's hash to the number of its item, at five to eight octets an item. A bucket is one
 * cache line: fifteen slots and a count of the keys that found it full and went on to the next;
 * a search ends where that count is 0, so that removing needs no marks, and years of joins and
 * leaves cost nothing. */
#include "store.h"

#include <stdlib.h>
#include <string.h>

enum { START = 4, HUGE_PAGE = 2 << 20, HUGE_FROM = 65536 }; /* buckets */

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next_key(uint64_t *state)
{
        uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        return z ^ z >> 31;
}

void hash_key_init(struct hash_key *k, const uint64_t seed[2])
{
        uint64_t high = seed[0], low = ~seed[1];

        for (unsigned i = 0; i <= HASH_WORDS; i++) {
                k->high[i] = next_key(&high);
                k->low[i] = next_key(&low);
        }
}

#define ROTATE(x, n) ((x) << (n) | (x) >> (64 - (n)))

static inline void sip_round(uint64_t v[4])
{
        v[0] += v[1];
        v[1] = ROTATE(v[1], 13) ^ v[0];
        v[0] = ROTATE(v[0], 32);
        v[2] += v[3];
        v[3] = ROTATE(v[3], 16) ^ v[2];
        v[0] += v[3];
        v[3] = ROTATE(v[3], 21) ^ v[0];
        v[2] += v[1];
        v[1] = ROTATE(v[1], 17) ^ v[2];
        v[2] = ROTATE(v[2], 32);
}

uint64_t sip_words(const uint64_t seed[2], const uint64_t *words, size_t n)
{
        uint64_t v[4] = {seed[0] ^ UINT64_C(0x736f6d6570736575), seed[1] ^ UINT64_C(0x646f72616e646f6d),
                         seed[0] ^ UINT64_C(0x6c7967656e657261), seed[1] ^ UINT64_C(0x7465646279746573)};

        for (size_t i = 0; i <= n; i++) {
                uint64_t m = i < n ? words[i] : (uint64_t)(n * 8) << 56;
                v[3] ^= m;
                sip_round(v);
                v[0] ^= m;
        }
        v[2] ^= 0xff;
        sip_round(v);
        sip_round(v);
        sip_round(v);
        return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void table_init(struct table *t, uint32_t max)
{
        *t = (struct table){.bits = 1};
        while (t->bits < 31 && max >> t->bits) /* numbers from 1 to max */
                t->bits++;
}

void table_free(struct table *t)
{
        free(t->buckets);
        t->buckets = NULL;
        t->n_buckets = 0;
}

size_t table_bytes(const struct table *t)
{
        return t->n_buckets * sizeof *t->buckets;
}

static uint32_t tag(const struct table *t, uint64_t hash)
{
        return (uint32_t)hash << t->bits;
}

typedef uint32_t lanes __attribute__((vector_size(16), may_alias));

/* Bits of the slots that carry the tag (a free one may), four at a time. */
static unsigned matches(const struct bucket *b, uint32_t want, unsigned bits)
{
        static const lanes weights[4] = {
                {1, 2, 4, 8}, {16, 32, 64, 128}, {256, 512, 1024, 2048},
                {4096, 8192, 16384, 0}, /* past is no slot */
        };
        const lanes *four = (const lanes *)b->slots;
        lanes found = {0};

        for (unsigned i = 0; i < 4; i++)
                found |= (lanes)((four[i] ^ want) >> bits == 0) & weights[i];
        return found[0] | found[1] | found[2] | found[3];
}

static struct bucket *after(const struct table *t, const struct bucket *b)
{
        size_t i = (size_t)(b - t->buckets) + 1;

        return &t->buckets[i < t->n_buckets ? i : 0];
}

uint32_t table_start(const struct table *t, struct seek *s)
{
        uint32_t mask = (UINT32_C(1) << t->bits) - 1;

        if (!t->n)
                return NONE;
        s->at = table_home(t, s->hash);
        s->found = matches(s->at, tag(t, s->hash), t->bits);
        if (!s->found)
                return NONE;
        return (s->at->slots[__builtin_ctz(s->found)] & mask) - 1; /* a free slot gives NONE too */
}

uint32_t table_next(struct table *t, struct seek *s)
{
        uint32_t mask = (UINT32_C(1) << t->bits) - 1;

        if (!s->at)
                table_start(t, s);
        if (!s->at)
                return NONE;
        for (;;) {
                while (s->found) {
                        uint32_t i = s->at->slots[__builtin_ctz(s->found)] & mask;
                        s->found &= s->found - 1;
                        t->probes += i != 0;
                        if (i)
                                return i - 1;
                }
                if (!s->at->past || ++s->steps >= t->n_buckets)
                        return NONE;
                s->at = after(t, s->at);
                s->found = matches(s->at, tag(t, s->hash), t->bits);
        }
}

static unsigned slot_of(const struct bucket *b, uint32_t slot)
{
        unsigned i = 0;

        while (i < TABLE_SLOTS && b->slots[i] != slot)
                i++;
        return i;
}

void table_add(struct table *t, uint64_t hash, uint32_t i)
{
        struct bucket *b = table_home(t, hash);
        unsigned k;

        while ((k = slot_of(b, 0)) == TABLE_SLOTS) {
                b->past++;
                b = after(t, b);
        }
        b->slots[k] = tag(t, hash) | (i + 1);
        t->n++;
}

void table_remove(struct table *t, uint64_t hash, uint32_t i)
{
        struct bucket *b = table_home(t, hash);
        uint32_t slot = tag(t, hash) | (i + 1);
        unsigned k;

        while ((k = slot_of(b, slot)) == TABLE_SLOTS) {
                b->past--;
                b = after(t, b);
        }
        b->slots[k] = 0;
        t->n--;
}

uint32_t table_walk(const struct table *t, size_t *at)
{
        while (*at < t->n_buckets * TABLE_SLOTS) {
                uint32_t s = t->buckets[*at / TABLE_SLOTS].slots[*at % TABLE_SLOTS];
                ++*at;
                if (s)
                        return (s & ((UINT32_C(1) << t->bits) - 1)) - 1;
        }
        return NONE;
}

/* Some items at a time, so that the waits for their keys pass side by side. */
static void rehash(struct table *t, const struct table *old,
                   uint64_t (*hash_of)(const struct tracker *, uint32_t), const struct tracker *k)
{
        uint32_t batch[64];
        size_t at = 0, n;

        do {
                for (n = 0; n < 64 && (batch[n] = table_walk(old, &at)) != NONE; n++) {
                        if (!t->items)
                                continue;
                        __builtin_prefetch(pool_at(t->items, batch[n]));
                        __builtin_prefetch((uint8_t *)pool_at(t->items, batch[n]) + t->items->size - 1);
                }
                for (size_t i = 0; i < n; i++)
                        table_add(t, hash_of(k, batch[i]), batch[i]);
        } while (n == 64);
}

/* One more key fits: at nine tenths it grows by a quarter. */
bool table_room(struct table *t, uint64_t (*hash_of)(const struct tracker *, uint32_t),
                const struct tracker *k)
{
        struct table old = *t;
        size_t want = t->n_buckets + t->n_buckets / 4, align;

        if ((t->n + 1) * 10 <= t->n_buckets * TABLE_SLOTS * 9)
                return true;
        if (want < START)
                want = START;
        align = want < HUGE_FROM ? sizeof *t->buckets : HUGE_PAGE;
        t->buckets = aligned_alloc(align, (want * sizeof *t->buckets + align - 1) & ~(align - 1));
        if (!t->buckets) {
                *t = old;
                return false;
        }
        if (want >= HUGE_FROM && t->memory)
                t->memory(t->buckets, want * sizeof *t->buckets);
        memset(t->buckets, 0, want * sizeof *t->buckets);
        t->n_buckets = want;
        t->n = 0;
        rehash(t, &old, hash_of, k);
        free(old.buckets);
        return true;
}
