/* SPDX-License-Identifier: BSD-2-Clause */
/* Pools: items of one size in blocks that never move, known by number. Taking and giving back
 * are O(1) and an item costs nothing but itself. */
#include "store.h"

#include <stdlib.h>
#include <string.h>

enum { RUNS_FROM = 4096, RUN_BLOCKS = 2048, /* blocks */ HUGE_PAGE = 2 << 20 };

/* Blocks come one by one at first, later in runs that huge pages fit into. */
static size_t run_at(const struct pool *p, size_t block)
{
        size_t octets = (size_t)p->size << p->bits;

        return block < RUNS_FROM || octets * RUN_BLOCKS % HUGE_PAGE ? 1 : RUN_BLOCKS;
}

static uint8_t *new_run(const struct pool *p, size_t blocks)
{
        size_t octets = blocks * ((size_t)p->size << p->bits);
        uint8_t *run = blocks == 1 ? malloc(octets) : aligned_alloc(HUGE_PAGE, octets);

        if (run && blocks > 1 && p->memory)
                p->memory(run, octets);
        return run;
}

static bool add_blocks(struct pool *p)
{
        uint8_t **blocks = p->blocks, *run;
        size_t n = run_at(p, p->n_blocks);

        if (p->n_blocks + n > p->cap_blocks) {
                size_t cap = n == 1 && p->cap_blocks ? 2 * p->cap_blocks : p->cap_blocks + 16 * n;
                blocks = realloc(blocks, cap * sizeof *blocks);
                if (!blocks)
                        return false;
                p->blocks = blocks;
                p->cap_blocks = cap;
        }
        run = new_run(p, n);
        if (!run)
                return false;
        for (size_t i = 0; i < n; i++)
                blocks[p->n_blocks++] = run + i * ((size_t)p->size << p->bits);
        return true;
}

uint32_t pool_take(struct pool *p)
{
        uint32_t i = p->free;

        if (p->live >= p->max)
                return NONE;
        if (i != NONE)
                memcpy(&p->free, pool_at(p, i), sizeof p->free);
        else if (p->used >> p->bits < p->n_blocks || add_blocks(p))
                i = p->used++;
        else
                return NONE;
        p->live++;
        memset(pool_at(p, i), 0, p->size);
        return i;
}

void pool_give(struct pool *p, uint32_t i)
{
        memcpy(pool_at(p, i), &p->free, sizeof p->free);
        p->free = i;
        p->live--;
}

void pool_free(struct pool *p)
{
        for (size_t i = 0; i < p->n_blocks; i += run_at(p, i))
                free(p->blocks[i]);
        free(p->blocks);
        p->blocks = NULL;
        p->n_blocks = p->cap_blocks = 0;
}

size_t pool_bytes(const struct pool *p)
{
        return p->cap_blocks * sizeof *p->blocks + p->n_blocks * ((size_t)p->size << p->bits);
}
