/* SPDX-License-Identifier: BSD-2-Clause */
/* Timers of millions of items: one wheel for all. */
#ifndef IGMPSCOPE_MODEL_WHEEL_H
#define IGMPSCOPE_MODEL_WHEEL_H

#include "store.h"

struct tracker;

enum item { ITEM_HOST4, ITEM_HOST6, ITEM_SOURCE4, ITEM_SOURCE6, ITEM_GROUP, ITEM_QUERIER, ITEM_COUNT };
enum { ITEM_BITS = 29 };
/* 512 ticks of 0.54 s: 275 s. Each tick has eight lists, walked side by side: one would wait for memory
 * at every item. */
enum { WHEEL_SLOTS = 512, WHEEL_LISTS = 8, TICK_BITS = 29 };

/* Part of an item: where, timer_of knows. prev is NONE while it is off. */
struct timer {
        uint32_t next, prev;
        int64_t at_ns;
};
struct wheel {
        uint32_t heads[WHEEL_SLOTS][WHEEL_LISTS];
        uint64_t occupied[WHEEL_SLOTS / 64]; /* what may have items */
        int64_t tick;  /* the current one: its items are in the heap */
        uint64_t n;    /* running timers */
        uint32_t *heap; /* by item_before */
        size_t n_heap, heap_cap;
};

static inline uint32_t item_ref(enum item kind, uint32_t i) { return (uint32_t)kind << ITEM_BITS | i; }
static inline enum item ref_item(uint32_t ref) { return (enum item)(ref >> ITEM_BITS); }
static inline uint32_t ref_index(uint32_t ref) { return ref & ((UINT32_C(1) << ITEM_BITS) - 1); }
static inline bool timer_on(const struct timer *m) { return m->prev != NONE; }

void wheel_init(struct wheel *w);
void timer_set(struct tracker *t, uint32_t ref, int64_t at_ns);
void timer_stop(struct tracker *t, uint32_t ref); /* at_ns stays */
/* The first at or before now, stopped; or NONE. */
uint32_t wheel_due(struct tracker *t, int64_t now_ns);
/* expire.c: the order of what runs out together */
bool item_before(const struct tracker *t, uint32_t a, uint32_t b);

#endif
