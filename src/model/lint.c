/* SPDX-License-Identifier: BSD-2-Clause */
/* The linter: which rules are judged, each packet given to those that apply to its message, and the findings in
 * the order in which they can be said. */
#include "lint.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUE_MAX = 1 << 18, ITEMS_KEPT = 1 << 19 }; /* findings that wait to be taken; items of the book */

/* Whether id is one of a comma-separated list. */
static bool listed(const char *list, const char *id)
{
        const size_t n = strlen(id);

        for (const char *at = list; at; at = strchr(at, ','), at = at ? at + 1 : NULL)
                if (!strncmp(at, id, n) && (at[n] == ',' || !at[n]))
                        return true;
        return false;
}

/* Every word of the list names a rule. */
static int check_list(const char *list, struct error *err)
{
        for (const char *at = list; at && *at; ) {
                const size_t n = strcspn(at, ",");
                char id[64];

                snprintf(id, sizeof id, "%.*s", (int)n, at);
                if (n >= sizeof id || !rule_find(id))
                        return error_set(err, "no rule '%.*s'; `igmpscope list rules` names them", (int)n, at);
                at += n + (at[n] == ',');
        }
        return 0;
}

static bool judged(const struct linter_options *o, const struct rule *r)
{
        const bool both = o->packets == o->sequences;

        if (o->only && !listed(o->only, r->id))
                return false;
        if (o->skip && listed(o->skip, r->id))
                return false;
        if (!both && rule_is_sequence(r) != o->sequences)
                return false;
        if (rule_is_opt_in(r) && !o->all && !o->only && !(r->check == check_source_subnet && o->prefix.len))
                return false;
        return r->severity >= o->severity;
}

static void add_to_classes(struct linter *l, const struct rule *r)
{
        for (enum family f = FAMILY_IGMP; f <= FAMILY_MLD; f++)
                for (unsigned c = 0; c < MSG_CLASSES && (!r->family || r->family == f); c++) {
                        if (!(r->messages >> c & 1))
                                continue;
                        assert(l->classes[f == FAMILY_MLD][c].n < CLASS_RULES);
                        l->classes[f == FAMILY_MLD][c].rules[l->classes[f == FAMILY_MLD][c].n++] = r;
                }
}

int linter_new(struct linter **out, const struct linter_options *o, struct tracker *t, struct error *err)
{
        const struct rule *r;
        struct linter *l;

        *out = NULL;
        if (check_list(o->only, err) < 0 || check_list(o->skip, err) < 0)
                return -1;
        l = calloc(1, sizeof *l);
        if (!l)
                return error_set(err, "no memory for the rules");
        l->options = *o;
        if (!o->max_items)
                l->options.max_items = ITEMS_KEPT;
        l->tracker = t;
        sequence_start(l);
        for (size_t i = 0; (r = rule_at(i)); i++)
                if (judged(o, r) && rule_is_sequence(r))
                        l->sequence.any = l->sequence.on[r - rules_sequence.rows] = true;
                else if (judged(o, r))
                        add_to_classes(l, r);
        *out = l;
        return 0;
}

void linter_free(struct linter *l)
{
        if (!l)
                return;
        book_free(l);
        free(l->queue);
        free(l);
}

/* ---- findings that wait ---- */

static bool make_room(struct linter *l)
{
        const size_t cap = l->cap ? 2 * l->cap : 16;
        struct finding *q;

        if (l->n < l->cap)
                return true;
        if (cap > QUEUE_MAX)
                return false;
        q = realloc(l->queue, cap * sizeof *q);
        if (!q)
                return false;
        l->queue = q;
        l->cap = cap;
        return true;
}

void linter_add(struct linter *l, const struct finding *f)
{
        if (f->severity < l->options.severity)
                return;
        if (make_room(l))
                l->queue[l->n++] = *f;
        else
                l->lost++;
}

bool linter_next(struct linter *l, struct finding *f)
{
        if (l->head == l->n) {
                l->head = l->n = 0;
                return false;
        }
        *f = l->queue[l->head++];
        return true;
}

uint64_t linter_lost(const struct linter *l)
{
        return l->lost;
}

/* ---- packets ---- */

static void judge(struct linter *l, const struct subject *q, const struct rule *r)
{
        const struct frame *frame = q->p->frame;
        struct finding f = {.rule = r, .frame = frame->number, .time_ns = frame->time_ns, .severity = r->severity};

        if (!r->check(q, &f))
                return;
        f.host = q->p->src;
        snprintf(f.interface, sizeof f.interface, "%s", frame->interface ? frame->interface : "");
        linter_add(l, &f);
}

void linter_packet(struct linter *l, const struct packet *p)
{
        struct subject q = {.options = &l->options, .items = l->items};
        unsigned class = 0;

        linter_time(l, p->frame->time_ns);
        if (p->has_udp && l->sequence.any && addr_is_multicast(&p->dst))
                sequence_data(l, p);
        if (!subject_packet(&q, p))
                return;
        while (q.class >> class > 1)
                class++;
        for (size_t i = 0; i < l->classes[subject_mld(&q)][class].n; i++)
                judge(l, &q, l->classes[subject_mld(&q)][class].rules[i]);
        if (l->sequence.any)
                sequence_packet(l, &q);
}

void linter_time(struct linter *l, int64_t now_ns)
{
        sequence_time(l, now_ns);
}

void linter_end(struct linter *l)
{
        sequence_end(l);
}
