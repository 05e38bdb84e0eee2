/* SPDX-License-Identifier: BSD-2-Clause */
/* The linter's inside, for the files that judge over time (sequence_*.c). */
#ifndef IGMPSCOPE_MODEL_LINT_H
#define IGMPSCOPE_MODEL_LINT_H

#include "rule.h"

enum { CLASS_RULES = 64 };

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
        struct item items[ITEMS_MAX];
};

/* A copy goes into the queue if its severity is asked for. */
void linter_add(struct linter *l, const struct finding *f);

#endif
