/* SPDX-License-Identifier: BSD-2-Clause */
/* Items by key, least recently used first out; lists; alarms in order of their time. At most max_items of some
 * 400 octets each: what there is no room for is not judged. */
#include "sequence.h"

#include <stdlib.h>
#include <string.h>

#include "tracker.h"

#define JUMP_NS (3600 * SECOND) /* nobody says anything for so long: captures put together */
#define KEEP_NS (3600 * SECOND) /* longer than any window but those of absurd parameters */

static const size_t sizes[ITEM_KINDS] = {
        [ITEM_LAN] = sizeof(struct lan), [ITEM_STATION] = sizeof(struct station),
        [ITEM_CHANNEL] = sizeof(struct channel), [ITEM_LISTENER] = sizeof(struct listener),
        [ITEM_ROUTER] = sizeof(struct router), [ITEM_NODE] = sizeof(struct node),
        [ITEM_FLOW] = sizeof(struct flow), [ITEM_FRAME_ADDRESS] = sizeof(struct frame_address),
};

/* ---- lists ---- */

void chain_init(struct chain *c)
{
        c->prev = c->next = c;
}

void chain_drop(struct chain *c)
{
        c->prev->next = c->next;
        c->next->prev = c->prev;
        chain_init(c);
}

void chain_append(struct chain *list, struct chain *c)
{
        chain_drop(c);
        c->prev = list->prev;
        c->next = list;
        list->prev->next = c;
        list->prev = c;
}

/* ---- alarms: a binary heap ---- */

static bool before(const struct alarm *a, const struct alarm *b)
{
        return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->order < b->order;
}

static void put_at(struct sequence *s, size_t i, struct alarm *a)
{
        s->alarms[i] = a;
        a->at = i + 1;
}

static void settle(struct sequence *s, struct alarm *a, size_t i)
{
        size_t child;

        for (; i && before(a, s->alarms[(i - 1) / 2]); i = (i - 1) / 2)
                put_at(s, i, s->alarms[(i - 1) / 2]);
        for (; (child = 2 * i + 1) < s->n_alarms; i = child) {
                if (child + 1 < s->n_alarms && before(s->alarms[child + 1], s->alarms[child]))
                        child++;
                if (!before(s->alarms[child], a))
                        break;
                put_at(s, i, s->alarms[child]);
        }
        put_at(s, i, a);
}

void alarm_set(struct linter *l, struct alarm *a, int64_t said_ns, int64_t slack_ns, alarm_ring *ring)
{
        struct sequence *s = &l->sequence;

        alarm_stop(l, a);
        if (s->n_alarms == s->cap_alarms) {
                const size_t cap = s->cap_alarms ? 2 * s->cap_alarms : 64;
                struct alarm **more = realloc(s->alarms, cap * sizeof(struct alarm *));
                if (!more)
                        return;
                s->alarms = more;
                s->cap_alarms = cap;
        }
        a->said_ns = said_ns;
        a->due_ns = said_ns + slack_ns;
        a->order = s->order++;
        a->ring = ring;
        settle(s, a, s->n_alarms++);
}

void alarm_stop(struct linter *l, struct alarm *a)
{
        struct sequence *s = &l->sequence;
        const size_t i = a->at - 1;
        struct alarm *last;

        if (!a->at)
                return;
        a->at = 0;
        last = s->alarms[--s->n_alarms];
        if (last != a)
                settle(s, last, i);
}

void sequence_end(struct linter *l)
{
        struct sequence *s = &l->sequence;

        while (s->n_alarms) {
                struct alarm *a = s->alarms[0];
                alarm_stop(l, a);
                if (a->said_ns <= s->now_ns)
                        a->ring(l, a);
        }
}

void sequence_time(struct linter *l, int64_t now_ns)
{
        struct sequence *s = &l->sequence;

        if (!s->started) {
                s->started = true;
                s->start_ns = s->now_ns = now_ns;
        }
        if (now_ns - s->now_ns > JUMP_NS) { /* what comes is another capture: watching begins anew */
                linter_gap(l);
                s->start_ns = now_ns;
        }
        while (s->n_alarms && s->alarms[0]->due_ns <= now_ns) {
                struct alarm *a = s->alarms[0];
                alarm_stop(l, a);
                if (a->due_ns > s->now_ns)
                        s->now_ns = a->due_ns;
                a->ring(l, a);
        }
        if (now_ns > s->now_ns)
                s->now_ns = now_ns;
}

/* ---- what an item begins as, holds, and lets go ---- */

static void lan_begin(struct lan *lan)
{
        lan->rv = 2;
        lan->qi_ns = 125 * SECOND;
        lan->qri_ns = 10 * SECOND;
        lan->data_ns = lan->heard_ns = lan->general_ns = lan->until_ns = NEVER;
        lan->gap_ns = lan->asked_ns = lan->first_report_ns = NEVER;
        for (int i = 0; i < 3; i++)
                lan->older_ns[i] = NEVER;
        chain_init(&lan->listeners);
        chain_init(&lan->awake);
}

static void channel_begin(struct channel *c)
{
        c->v1_ns = c->old_ns = c->old_window_ns = c->old_first_ns = NEVER;
        c->joined_ns = c->left_ns = c->data_ns = c->unwanted_ns = NEVER;
        c->newest_ns = c->window_ns = c->leave_ns = c->change_ns = c->owed_ns = NEVER;
        for (int i = 0; i < SPECIFICS; i++)
                c->asked_ns[i] = c->until_ns[i] = c->series[i].first_ns = c->series[i].last_ns = NEVER;
        chain_init(&c->awake);
}

static void listener_begin(struct listener *li)
{
        li->last_ns = li->change_ns = li->exclude_ns = li->joined_ns = NEVER;
        chain_init(&li->all);
        chain_init(&li->awake);
        chain_init(&li->channel_awake);
}

void sequence_start(struct linter *l)
{
        l->sequence.gap_ns = NEVER;
        chain_init(&l->sequence.flows);
}

static void item_begin(struct linter *l, struct entry *e)
{
        struct router *r = (struct router *)e;
        struct station *s = (struct station *)e;
        struct flow *f = (struct flow *)e;

        switch ((enum item_kind)e->key.kind) {
        case ITEM_LAN:
                lan_begin((struct lan *)e);
                break;
        case ITEM_CHANNEL:
                channel_begin((struct channel *)e);
                break;
        case ITEM_LISTENER:
                listener_begin((struct listener *)e);
                break;
        case ITEM_ROUTER:
                r->first_ns = l->sequence.now_ns;
                r->general_ns = r->startup_ns = NEVER;
                break;
        case ITEM_STATION:
                s->first_ns = l->sequence.now_ns;
                s->newest_ns = s->answered_ns = NEVER;
                break;
        case ITEM_NODE:
                ((struct node *)e)->link_local_ns = NEVER;
                break;
        case ITEM_FLOW:
                f->join_ns = f->leave_ns = NEVER;
                chain_init(&f->all);
                break;
        case ITEM_FRAME_ADDRESS:
        case ITEM_KINDS:
                break;
        }
}

/* Alarms and lists let go of it; those it points to are no longer held by it. */
static void item_end(struct linter *l, struct entry *e)
{
        struct channel *c = (struct channel *)e;
        struct listener *li = (struct listener *)e;
        struct node *n = (struct node *)e;
        struct flow *f = (struct flow *)e;
        struct frame_address *a = (struct frame_address *)e;

        switch ((enum item_kind)e->key.kind) {
        case ITEM_CHANNEL:
                alarm_stop(l, &c->asked);
                alarm_stop(l, &c->owed);
                alarm_stop(l, &c->data);
                alarm_stop(l, &c->series[SPECIFIC_GROUP].alarm);
                alarm_stop(l, &c->series[SPECIFIC_SOURCES].alarm);
                if (c->old_by)
                        c->old_by->entry.holds--;
                break;
        case ITEM_LISTENER:
                listener_left(l, li);
                alarm_stop(l, &li->pending[0].alarm);
                alarm_stop(l, &li->pending[1].alarm);
                alarm_stop(l, &li->repeat);
                li->station->entry.holds--;
                li->channel->entry.holds--;
                break;
        case ITEM_NODE:
                alarm_stop(l, &n->alarm);
                while (n->n_pending)
                        n->pending[--n->n_pending].channel->entry.holds--;
                break;
        case ITEM_FLOW:
                if (l->sequence.reading == &f->all)
                        l->sequence.reading = f->all.prev;
                chain_drop(&f->all);
                if (f->channel)
                        f->channel->entry.holds--;
                break;
        case ITEM_FRAME_ADDRESS:
                if (a->channel)
                        a->channel->entry.holds--;
                break;
        case ITEM_LAN:
        case ITEM_STATION:
        case ITEM_ROUTER:
        case ITEM_KINDS:
                break;
        }
}

/* ---- the book ---- */

static uint32_t hash_of(const struct linter *l, const struct key *k)
{
        uint64_t words[sizeof *k / 8];

        memcpy(words, k, sizeof words);
        return (uint32_t)sip_words(l->options.seed, words, sizeof words / sizeof *words);
}

static void unlink_use(struct sequence *s, struct entry *e)
{
        if (e->newer)
                e->newer->older = e->older;
        else if (s->newest == e)
                s->newest = e->older;
        if (e->older)
                e->older->newer = e->newer;
        else if (s->oldest == e)
                s->oldest = e->newer;
}

static void use(struct sequence *s, struct entry *e)
{
        unlink_use(s, e);
        e->older = s->newest;
        e->newer = NULL;
        if (s->newest)
                s->newest->newer = e;
        else
                s->oldest = e;
        s->newest = e;
        e->used_ns = s->now_ns;
}

static void forget(struct linter *l, struct entry *e)
{
        struct sequence *s = &l->sequence;
        struct entry **at = &s->buckets[e->hash & (s->n_buckets - 1)];

        item_end(l, e);
        while (*at != e)
                at = &(*at)->next;
        *at = e->next;
        unlink_use(s, e);
        s->n_items--;
        free(e);
}

/* Two at most, so that no packet pays for many. One that others point to is used through them. */
static void forget_old(struct linter *l)
{
        struct sequence *s = &l->sequence;
        struct entry *e = s->oldest, *next;

        for (int i = 0; i < 2 && e; i++, e = next) {
                next = e->newer;
                if (s->n_items < l->options.max_items && s->now_ns - e->used_ns < KEEP_NS)
                        return;
                if (e->holds || e->key.kind == ITEM_LAN || e->key.kind == ITEM_ROUTER)
                        use(s, e);
                else
                        forget(l, e);
        }
}

static bool grow(struct sequence *s)
{
        const size_t n = s->n_buckets ? 2 * s->n_buckets : 64;
        struct entry **b = calloc(n, sizeof(struct entry *));

        if (!b)
                return s->n_buckets != 0;
        for (size_t i = 0; i < s->n_buckets; i++)
                for (struct entry *e = s->buckets[i], *next; e; e = next) {
                        next = e->next;
                        e->next = b[e->hash & (n - 1)];
                        b[e->hash & (n - 1)] = e;
                }
        free(s->buckets);
        s->buckets = b;
        s->n_buckets = n;
        return true;
}

static struct entry *add_item(struct linter *l, const struct key *k, uint32_t hash)
{
        struct sequence *s = &l->sequence;
        struct entry *e;

        forget_old(l);
        if (s->n_items >= l->options.max_items || (s->n_items >= s->n_buckets && !grow(s)) || !(e = calloc(1,
                sizes[k->kind]))) {
                s->refused++;
                return NULL;
        }
        e->key = *k;
        e->hash = hash;
        e->next = s->buckets[hash & (s->n_buckets - 1)];
        s->buckets[hash & (s->n_buckets - 1)] = e;
        s->n_items++;
        use(s, e);
        item_begin(l, e);
        return e;
}

void *book_find(struct linter *l, const struct key *k, bool add)
{
        struct sequence *s = &l->sequence;
        const uint32_t hash = hash_of(l, k);
        struct entry *e = s->n_buckets ? s->buckets[hash & (s->n_buckets - 1)] : NULL;

        while (e && (e->hash != hash || memcmp(&e->key, k, sizeof *k) != 0))
                e = e->next;
        if (e)
                use(s, e);
        return e || !add ? e : add_item(l, k, hash);
}

void book_free(struct linter *l)
{
        struct sequence *s = &l->sequence;

        for (struct entry *e = s->oldest, *next; e; e = next) {
                next = e->newer;
                free(e);
        }
        free(s->buckets);
        free(s->alarms);
}
