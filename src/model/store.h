/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the tracker keeps things: pools of items known by number, tables that find them by a
 * keyed hash, sorted sets of addresses. Nothing here knows what the items are. */
#ifndef IGMPSCOPE_MODEL_STORE_H
#define IGMPSCOPE_MODEL_STORE_H

#include "igmpscope/base.h"

#define NONE UINT32_MAX

/* ---- pool.c: items of one size, numbered, in blocks that never move ---- */
struct pool {
        uint8_t **blocks;
        uint32_t size; /* octets of an item; a multiple of 8 */
        uint32_t bits; /* a block is 1 << bits items */
        size_t n_blocks, cap_blocks;
        void (*memory)(void *p, size_t n); /* told of large pieces; or NULL */
        uint32_t used; /* numbers ever given */
        uint32_t free; /* first of those given back, chained through their first four octets */
        uint32_t live, max;
};

uint32_t pool_take(struct pool *p); /* zeroed; NONE: full, or no memory */
void pool_give(struct pool *p, uint32_t i);
void pool_free(struct pool *p);
size_t pool_bytes(const struct pool *p);
static inline void *pool_at(const struct pool *p, uint32_t i)
{
        return p->blocks[i >> p->bits] + (size_t)(i & ((1U << p->bits) - 1)) * p->size;
}

/* ---- table.c: from a keyed hash to the number of an item ---- */
enum { TABLE_SLOTS = 15 };
struct bucket { /* one cache line */
        uint32_t slots[TABLE_SLOTS]; /* a tag and a number + 1; 0: free */
        uint32_t past;               /* keys that found it full and went on to the next */
};
struct table {
        struct bucket *buckets;
        size_t n_buckets, n;
        unsigned bits;   /* of a number; the rest of the slot is the tag */
        uint64_t probes; /* slots with our tag that a search looked at */
        void (*memory)(void *p, size_t n);
        const struct pool *items; /* where the keys are, if in a pool; or NULL */
};
struct seek {
        uint64_t hash;
        const struct bucket *at; /* NULL: not begun */
        size_t steps;
        unsigned found; /* bits of the slots in it that are still to be told */
};

void table_init(struct table *t, uint32_t max);
void table_free(struct table *t);
size_t table_bytes(const struct table *t);
/* Candidates for a hash, one a call, NONE at the end; the caller compares keys. */
uint32_t table_next(struct table *t, struct seek *s);
static inline struct seek seek_of(uint64_t hash) { return (struct seek){.hash = hash}; }
static inline struct bucket *table_home(const struct table *t, uint64_t hash)
{
        return &t->buckets[(hash >> 32) * t->n_buckets >> 32];
}
/* Begins a search, for those who can use the wait: a guess at the number (tags may lie), and
 * nothing is looked at but the bucket; for that, table_hint sends beforehand. The table must not
 * change until table_next goes on. */
uint32_t table_start(const struct table *t, struct seek *s);
static inline void table_hint(const struct table *t, uint64_t hash)
{
        if (t->n)
                __builtin_prefetch(table_home(t, hash));
}
void table_add(struct table *t, uint64_t hash, uint32_t i); /* room was made before */
void table_remove(struct table *t, uint64_t hash, uint32_t i);
uint32_t table_walk(const struct table *t, size_t *at); /* all of them, in no order; at starts at 0 */
struct tracker;
bool table_room(struct table *t, uint64_t (*hash_of)(const struct tracker *, uint32_t),
                const struct tracker *k);

/* For keys of any length, SipHash-1-3. */
uint64_t sip_words(const uint64_t seed[2], const uint64_t *words, size_t n);

/* For short ones: multilinear, strongly universal (Lemire and Kaser, "Strongly universal string
 * hashing is fast", 2014): who does not know the key can't choose addresses that meet more often
 * than by chance. */
enum { HASH_WORDS = 11 };
struct hash_key {
        uint64_t high[HASH_WORDS + 1], low[HASH_WORDS + 1];
};
void hash_key_init(struct hash_key *k, const uint64_t seed[2]);
/* n: at most HASH_WORDS */
static inline uint64_t hash_words(const struct hash_key *k, const uint32_t *words, unsigned n)
{
        uint64_t high = k->high[HASH_WORDS], low = k->low[HASH_WORDS];

        for (unsigned i = 0; i < n; i++) {
                high += k->high[i] * words[i];
                low += k->low[i] * words[i];
        }
        return (high & ~(uint64_t)UINT32_MAX) | low >> 32;
}

/* ---- sets.c: sorted source lists and where they are kept ---- */
enum { LIST_MAX = 4096 };     /* sources that we keep of one host */
enum { SCRATCH = 2 * 65536 }; /* octets of a list at work */
enum { ONLY_A = 1, ONLY_B = 2, BOTH = 4, UNION = 7 };

struct set {
        const uint8_t *p; /* sorted, no doubles */
        uint32_t n;
};

struct set set_sorted(uint8_t *p, uint32_t n, uint8_t len); /* in place */
/* What is only in a, only in b, in both: as `take` says, into out unless it is all of a or of b. */
struct set set_merge(struct set a, struct set b, uint8_t len, unsigned take, uint8_t *out);
bool set_equal(struct set a, struct set b, uint8_t len);

/* Lists that do not fit into their owner: units of 16 octets, in runs of a power of two. */
struct lists {
        uint8_t **blocks;
        uint32_t n_blocks, used, max; /* units */
        uint32_t free[16];            /* by size class; chained through their first four octets */
};
void lists_init(struct lists *l, uint32_t max);
uint32_t lists_take(struct lists *l, size_t octets); /* NONE: full */
void lists_give(struct lists *l, uint32_t at, size_t octets);
uint8_t *lists_at(const struct lists *l, uint32_t at);
size_t lists_bytes(const struct lists *l);
void lists_free(struct lists *l);

#endif
