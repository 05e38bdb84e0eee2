/* SPDX-License-Identifier: BSD-2-Clause */
/* Timers: a wheel of 512 ticks of half a second and a heap for the tick at hand. A timer that is put
 * off stays in its slot until that comes (so a refreshed membership costs nothing here), and is
 * then moved on; one that is brought forward moves at once. What is due comes out in exact order
 * of time, so the same packets give the same output. */
#include "tracker.h"

#include <stdlib.h>
#include <string.h>

#define LIST_MARK (UINT32_C(7) << ITEM_BITS) /* prev of a list's first: the mark and the list */
#define IN_HEAP (NONE - 1)                   /* prev of what is in the heap; next is its place there */

static int64_t tick_of(int64_t ns)
{
        return ns >> TICK_BITS;
}

void wheel_init(struct wheel *w)
{
        memset(w->heads, 0xff, sizeof w->heads);
        w->tick = INT64_MIN >> TICK_BITS;
}

/* ---- the heap ---- */

static void heap_put(struct tracker *t, size_t i, uint32_t ref)
{
        struct timer *m = timer_of(t, ref);

        t->wheel.heap[i] = ref;
        m->prev = IN_HEAP;
        m->next = (uint32_t)i;
}

static void heap_up(struct tracker *t, size_t i, uint32_t ref)
{
        const uint32_t *heap = t->wheel.heap;

        for (; i && item_before(t, ref, heap[(i - 1) / 2]); i = (i - 1) / 2)
                heap_put(t, i, heap[(i - 1) / 2]);
        heap_put(t, i, ref);
}

static void heap_down(struct tracker *t, size_t i, uint32_t ref)
{
        const uint32_t *heap = t->wheel.heap;
        size_t n = t->wheel.n_heap;

        for (size_t k; (k = 2 * i + 1) < n; i = k) {
                if (k + 1 < n && item_before(t, heap[k + 1], heap[k]))
                        k++;
                if (!item_before(t, heap[k], ref))
                        break;
                heap_put(t, i, heap[k]);
        }
        heap_put(t, i, ref);
}

static bool heap_reserve(struct wheel *w, size_t more)
{
        size_t cap = w->heap_cap ? w->heap_cap : 256;
        uint32_t *p;

        while (cap < w->n_heap + more)
                cap *= 2;
        if (cap == w->heap_cap)
                return true;
        p = realloc(w->heap, cap * sizeof *p);
        if (!p)
                return false;
        w->heap = p;
        w->heap_cap = cap;
        return true;
}

static void heap_remove(struct tracker *t, size_t i)
{
        struct wheel *w = &t->wheel;
        uint32_t last = w->heap[--w->n_heap];

        if (i == w->n_heap)
                return;
        if (i && item_before(t, last, w->heap[(i - 1) / 2]))
                heap_up(t, i, last);
        else
                heap_down(t, i, last);
}

/* ---- the slots ---- */

static uint32_t *head_of(struct wheel *w, uint32_t list)
{
        return &w->heads[list / WHEEL_LISTS][list % WHEEL_LISTS];
}

static void slot_add(struct tracker *t, uint32_t ref, int64_t tick)
{
        struct wheel *w = &t->wheel;
        struct timer *m = timer_of(t, ref);
        uint32_t slot, list;

        if (tick - w->tick >= WHEEL_SLOTS)
                tick = w->tick + WHEEL_SLOTS - 1;
        slot = (uint32_t)tick & (WHEEL_SLOTS - 1);
        list = slot * WHEEL_LISTS + ref % WHEEL_LISTS;
        m->next = *head_of(w, list);
        m->prev = LIST_MARK | list;
        if (m->next != NONE)
                timer_of(t, m->next)->prev = ref;
        *head_of(w, list) = ref;
        w->occupied[slot / 64] |= UINT64_C(1) << slot % 64;
}

static void place(struct tracker *t, uint32_t ref)
{
        struct wheel *w = &t->wheel;
        int64_t tick = tick_of(timer_of(t, ref)->at_ns);

        if (!w->n++)
                w->tick = tick_of(t->now_ns);
        if (tick <= w->tick && heap_reserve(w, 1))
                heap_up(t, w->n_heap++, ref);
        else
                slot_add(t, ref, tick > w->tick ? tick : w->tick + 1);
}

static void unlink_slot(struct tracker *t, const struct timer *m)
{
        if (m->next != NONE)
                timer_of(t, m->next)->prev = m->prev;
        if (m->prev >> ITEM_BITS != 7)
                timer_of(t, m->prev)->next = m->next;
        else
                *head_of(&t->wheel, m->prev & ~LIST_MARK) = m->next;
}

void timer_stop(struct tracker *t, uint32_t ref)
{
        struct timer *m = timer_of(t, ref);

        if (!timer_on(m))
                return;
        if (m->prev == IN_HEAP)
                heap_remove(t, m->next);
        else
                unlink_slot(t, m);
        m->prev = NONE;
        t->wheel.n--;
}

void timer_set(struct tracker *t, uint32_t ref, int64_t at_ns)
{
        struct timer *m = timer_of(t, ref);
        bool stays = timer_on(m) && m->prev != IN_HEAP && at_ns >= m->at_ns;

        if (!stays)
                timer_stop(t, ref);
        m->at_ns = at_ns;
        if (!stays)
                place(t, ref);
}

/* The next tick after the current one that has items, or INT64_MAX. */
static int64_t next_tick(const struct wheel *w)
{
        for (int64_t i = 1; i < WHEEL_SLOTS;) {
                unsigned slot = (unsigned)(w->tick + i) & (WHEEL_SLOTS - 1);
                uint64_t word = w->occupied[slot / 64] >> slot % 64;
                if (word)
                        return w->tick + i + __builtin_ctzll(word);
                i += 64 - slot % 64;
        }
        return INT64_MAX;
}

/* An item whose slot has come: it is due, or was put off and moves on. */
static void come(struct tracker *t, uint32_t ref, int64_t tick)
{
        struct wheel *w = &t->wheel;
        int64_t due = tick_of(timer_of(t, ref)->at_ns);

        if (due <= tick && heap_reserve(w, 1))
                heap_up(t, w->n_heap++, ref);
        else
                slot_add(t, ref, due > tick ? due : tick + 1); /* without memory, a tick late */
}

/* Makes `tick` the current one. While an item is at hand the next ones of the other lists are fetched. */
static void enter(struct tracker *t, int64_t tick)
{
        struct wheel *w = &t->wheel;
        uint32_t slot = (uint32_t)tick & (WHEEL_SLOTS - 1), at[WHEEL_LISTS];
        bool more = true;

        memcpy(at, w->heads[slot], sizeof at);
        memset(w->heads[slot], 0xff, sizeof w->heads[slot]);
        w->occupied[slot / 64] &= ~(UINT64_C(1) << slot % 64);
        w->tick = tick;
        while (more) {
                more = false;
                for (unsigned i = 0; i < WHEEL_LISTS; i++) {
                        uint32_t ref = at[i];
                        if (ref == NONE)
                                continue;
                        at[i] = timer_of(t, ref)->next;
                        if (at[i] != NONE)
                                __builtin_prefetch(timer_of(t, at[i]), 1);
                        more = true;
                        come(t, ref, tick);
                }
        }
}

uint32_t wheel_due(struct tracker *t, int64_t now_ns)
{
        struct wheel *w = &t->wheel;

        while (w->n) {
                int64_t tick;
                if (w->n_heap) {
                        uint32_t ref = w->heap[0];
                        if (timer_of(t, ref)->at_ns > now_ns)
                                return NONE;
                        timer_stop(t, ref);
                        return ref;
                }
                if (tick_of(now_ns) <= w->tick)
                        return NONE;
                tick = next_tick(w);
                if (tick > tick_of(now_ns)) {
                        w->tick = tick_of(now_ns);
                        return NONE;
                }
                enter(t, tick);
        }
        return NONE;
}
