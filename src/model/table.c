/* SPDX-License-Identifier: BSD-2-Clause */
/* From a key's hash to the number of its item, at five to eight octets an item. A bucket is one cache line: fifteen
 * slots and a count of the keys that found it full and went on to the next; a search ends where that count is 0, so
 * that removing needs no marks and years of joins and leaves cost nothing. The hash is keyed (SipHash-1-3): who does
 * not know the key can't choose addresses that meet. */
#include "tracker.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 15, PAST = 15, START = 4 };

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

uint64_t hash_words(const uint64_t seed[2], const uint64_t *words, size_t n)
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

uint64_t key_hash(const struct tracker *t, uint32_t owner, const uint8_t *addr, uint8_t len, const uint8_t *mac)
{
        uint8_t key[32] = {0};
        uint64_t words[4];

        memcpy(key, &owner, 4);
        if (mac)
                memcpy(key + 4, mac, 6);
        memcpy(key + (len == 4 ? 12 : 16), addr, len);
        memcpy(words, key, sizeof words);
        return hash_words(t->options.seed, words, len == 4 ? 2 : 4);
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

/* The high half of the hash chooses the bucket, the low half makes the tag. */
static size_t home(const struct table *t, uint64_t hash)
{
        return (size_t)((hash >> 32) * t->n_buckets >> 32);
}

static uint32_t tag(const struct table *t, uint64_t hash)
{
        return (uint32_t)hash << t->bits;
}

uint32_t table_next(struct table *t, struct probe *p)
{
        uint32_t want = tag(t, p->hash), mask = (UINT32_C(1) << t->bits) - 1;

        if (!t->n)
                return NONE;
        if (!p->step) {
                p->bucket = home(t, p->hash);
                p->step = 1;
        }
        for (;;) {
                const uint32_t *b = t->buckets[p->bucket];
                while (p->slot < SLOTS) {
                        uint32_t s = b[p->slot++];
                        if (!((s ^ want) & ~mask) && (s & mask)) {
                                t->probes++;
                                return (s & mask) - 1;
                        }
                }
                if (!b[PAST] || p->step++ >= t->n_buckets)
                        return NONE;
                p->slot = 0;
                p->bucket = p->bucket + 1 < t->n_buckets ? p->bucket + 1 : 0;
        }
}

void table_add(struct table *t, uint64_t hash, uint32_t i)
{
        size_t at = home(t, hash);

        for (;;) {
                uint32_t *b = t->buckets[at];
                for (unsigned k = 0; k < SLOTS; k++) {
                        if (b[k])
                                continue;
                        b[k] = tag(t, hash) | (i + 1);
                        t->n++;
                        return;
                }
                b[PAST]++;
                at = at + 1 < t->n_buckets ? at + 1 : 0;
        }
}

void table_remove(struct table *t, uint64_t hash, uint32_t i)
{
        uint32_t slot = tag(t, hash) | (i + 1);
        size_t at = home(t, hash);

        for (size_t step = 0; step < t->n_buckets; step++) {
                uint32_t *b = t->buckets[at];
                for (unsigned k = 0; k < SLOTS; k++) {
                        if (b[k] != slot)
                                continue;
                        b[k] = 0;
                        t->n--;
                        return;
                }
                b[PAST]--;
                at = at + 1 < t->n_buckets ? at + 1 : 0;
        }
}

uint32_t table_walk(const struct table *t, size_t *at)
{
        while (*at < t->n_buckets * SLOTS) {
                uint32_t s = t->buckets[*at / SLOTS][*at % SLOTS];
                ++*at;
                if (s)
                        return (s & ((UINT32_C(1) << t->bits) - 1)) - 1;
        }
        return NONE;
}

/* One more key fits: at nine tenths it grows by half. */
bool table_room(struct table *t, uint64_t (*hash_of)(const struct tracker *, uint32_t), const struct tracker *k)
{
        struct table old = *t;
        uint32_t i;
        size_t want = t->n_buckets + t->n_buckets / 2;

        if ((t->n + 1) * 10 <= t->n_buckets * SLOTS * 9)
                return true;
        if (want < START)
                want = START;
        t->buckets = aligned_alloc(sizeof *t->buckets, want * sizeof *t->buckets);
        if (!t->buckets) {
                *t = old;
                return false;
        }
        memset(t->buckets, 0, want * sizeof *t->buckets);
        t->n_buckets = want;
        t->n = 0;
        for (size_t at = 0; (i = table_walk(&old, &at)) != NONE;)
                table_add(t, hash_of(k, i), i);
        free(old.buckets);
        return true;
}
