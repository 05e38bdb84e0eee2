/* SPDX-License-Identifier: BSD-2-Clause */
/* Pools: items of one size in blocks that never move, known by number. Taking and giving back are O(1) and an item
 * costs nothing but itself. */
#include "tracker.h"

#include <stdlib.h>
#include <string.h>

static bool add_block(struct pool *p)
{
        uint8_t **blocks = p->blocks;

        if (!(p->n_blocks & (p->n_blocks - 1))) { /* the directory is full at powers of two */
                blocks = realloc(blocks, (p->n_blocks ? 2 * p->n_blocks : 1) * sizeof *blocks);
                if (!blocks)
                        return false;
                p->blocks = blocks;
        }
        blocks[p->n_blocks] = malloc((size_t)p->size * BLOCK_ITEMS);
        if (!blocks[p->n_blocks])
                return false;
        p->n_blocks++;
        return true;
}

uint32_t pool_take(struct pool *p)
{
        uint32_t i = p->free;

        if (p->live >= p->max)
                return NONE;
        if (i != NONE)
                memcpy(&p->free, pool_at(p, i), sizeof p->free);
        else if (p->used >> BLOCK_BITS < p->n_blocks || add_block(p))
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
        for (size_t i = 0; i < p->n_blocks; i++)
                free(p->blocks[i]);
        free(p->blocks);
        p->blocks = NULL;
        p->n_blocks = 0;
}

size_t pool_bytes(const struct pool *p)
{
        return p->n_blocks * (sizeof *p->blocks + (size_t)p->size * BLOCK_ITEMS);
}
