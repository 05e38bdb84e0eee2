/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of addresses as sorted octets, and the store for those that do not fit into their owner.
 * Every set operation that RFC 9776 writes with + - * is one merge that takes what is only here,
 * only there, or in both. */
#include "store.h"

#include <stdlib.h>
#include <string.h>

enum { UNIT = 16, BLOCK_UNITS = 8192, CLASSES = 16 };

static int compare4(const void *a, const void *b)
{
        return memcmp(a, b, 4);
}

static int compare16(const void *a, const void *b)
{
        return memcmp(a, b, 16);
}

struct set set_sorted(uint8_t *p, uint32_t n, uint8_t len)
{
        uint32_t kept = n ? 1 : 0;
        bool sorted = true;

        for (uint32_t i = 1; sorted && i < n; i++)
                sorted = memcmp(p + (size_t)(i - 1) * len, p + (size_t)i * len, len) < 0;
        if (sorted)
                return (struct set){p, n};
        qsort(p, n, len, len == 4 ? compare4 : compare16);
        for (uint32_t i = 1; i < n; i++) {
                const uint8_t *one = p + (size_t)i * len;
                if (!memcmp(p + (size_t)(kept - 1) * len, one, len))
                        continue;
                memmove(p + (size_t)kept * len, one, len);
                kept++;
        }
        return (struct set){p, kept};
}

struct set set_merge(struct set a, struct set b, uint8_t len, unsigned take, uint8_t *out)
{
        uint32_t i = 0, k = 0, n = 0;

        if (!a.n)
                return take & ONLY_B ? b : a;
        if (!b.n && take & ONLY_A)
                return a;
        while (i < a.n || k < b.n) {
                const uint8_t *x = a.p + (size_t)i * len, *y = b.p + (size_t)k * len;
                int c = i == a.n ? 1 : k == b.n ? -1 : memcmp(x, y, len);
                if (take & (c < 0 ? ONLY_A : c > 0 ? ONLY_B : BOTH))
                        memcpy(out + (size_t)n++ * len, c > 0 ? y : x, len);
                i += c <= 0;
                k += c >= 0;
        }
        return (struct set){out, n};
}

bool set_equal(struct set a, struct set b, uint8_t len)
{
        return a.n == b.n && (!a.n || !memcmp(a.p, b.p, (size_t)a.n * len));
}

static unsigned class_of(size_t octets)
{
        unsigned c = 0;

        while ((size_t)UNIT << c < octets)
                c++;
        return c;
}

uint8_t *lists_at(const struct lists *l, uint32_t at)
{
        return l->blocks[at / BLOCK_UNITS] + (size_t)(at % BLOCK_UNITS) * UNIT;
}

static bool lists_grow(struct lists *l)
{
        uint8_t **blocks = realloc(l->blocks, (l->n_blocks + 1) * sizeof *blocks);

        if (!blocks)
                return false;
        l->blocks = blocks;
        blocks[l->n_blocks] = malloc((size_t)BLOCK_UNITS * UNIT);
        if (!blocks[l->n_blocks])
                return false;
        l->n_blocks++;
        return true;
}

static void give(struct lists *l, uint32_t at, unsigned c)
{
        memcpy(lists_at(l, at), &l->free[c], sizeof *l->free);
        l->free[c] = at;
}

static bool run_fits(uint32_t at, unsigned c, uint32_t until)
{
        uint32_t units = UINT32_C(1) << c;

        return !(at & (units - 1)) && at + units <= until;
}

/* What is left of a block where the next run does not fit goes to the free lists. */
static void spare(struct lists *l, uint32_t until)
{
        while (l->used < until) {
                unsigned c = 0;
                while (c + 1 < CLASSES && run_fits(l->used, c + 1, until))
                        c++;
                give(l, l->used, c);
                l->used += UINT32_C(1) << c;
        }
}

/* A run of the class from the free lists, cut from a larger one where it must be. */
static uint32_t reuse(struct lists *l, unsigned c)
{
        unsigned k = c;
        uint32_t at;

        while (k < CLASSES && l->free[k] == NONE)
                k++;
        if (k == CLASSES)
                return NONE;
        at = l->free[k];
        memcpy(&l->free[k], lists_at(l, at), sizeof *l->free);
        while (k-- > c)
                give(l, at + (UINT32_C(1) << k), k);
        return at;
}

uint32_t lists_take(struct lists *l, size_t octets)
{
        unsigned c = class_of(octets);
        uint32_t units = UINT32_C(1) << c, at = reuse(l, c);

        if (at != NONE)
                return at;
        if (l->used % BLOCK_UNITS + units > BLOCK_UNITS)
                spare(l, l->n_blocks * BLOCK_UNITS);
        if (l->used == l->n_blocks * BLOCK_UNITS && (l->used >= l->max || !lists_grow(l)))
                return NONE;
        at = l->used;
        l->used += units;
        return at;
}

void lists_give(struct lists *l, uint32_t at, size_t octets)
{
        give(l, at, class_of(octets));
}

void lists_init(struct lists *l, uint32_t max)
{
        *l = (struct lists){.max = max};
        memset(l->free, 0xff, sizeof l->free);
}

size_t lists_bytes(const struct lists *l)
{
        return l->n_blocks * (sizeof *l->blocks + (size_t)BLOCK_UNITS * UNIT);
}

void lists_free(struct lists *l)
{
        for (uint32_t i = 0; i < l->n_blocks; i++)
                free(l->blocks[i]);
        free(l->blocks);
        *l = (struct lists){0};
}
