/* SPDX-License-Identifier: BSD-2-Clause */
/* The linter's inside, for the files that judge over time (sequence_*.c). */
#ifndef IGMPSCOPE_MODEL_LINT_H
#define IGMPSCOPE_MODEL_LINT_H

#include "rule.h"

enum { CLASS_RULES = 64 };

/* What the rules that need history remember: sequence.h says what the items are. */
struct sequence {
        bool on[64]; /* by enum sequence_rule */
        bool any, started;
        int64_t start_ns, now_ns, gap_ns;
        struct entry **buckets, *oldest, *newest;
        size_t n_buckets, n_items;
        uint64_t refused; /* items that there was no room for */
        struct alarm **alarms;
        size_t n_alarms, cap_alarms;
        uint64_t order;
        struct chain { struct chain *prev, *next; } flows;
        struct chain *reading; /* where data_next stands */
};

struct linter {
        struct linter_options options;
        struct tracker *tracker;
        struct {
                const struct rule *rules[CLASS_RULES];
                size_t n;
        } classes[2][MSG_CLASSES]; /* what is judged, by family and message class */
        struct finding *queue;
        size_t head, n, cap; /* of the queue: head is the next to be taken */
        uint64_t lost;       /* findings that there was no room for */
        struct sequence sequence;
        struct sortee items[ITEMS_MAX];
};

/* A copy goes into the queue if its severity is asked for. */
void linter_add(struct linter *l, const struct finding *f);

/* sequence*.c */
void sequence_packet(struct linter *l, const struct subject *q);
void sequence_time(struct linter *l, int64_t now_ns);
void sequence_data(struct linter *l, const struct packet *p); /* a multicast datagram */
void sequence_start(struct linter *l);
void sequence_end(struct linter *l);
void book_free(struct linter *l);

#endif
