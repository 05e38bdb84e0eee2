/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets as a report keeps them: who, to whom, which groups, a sentence, its decoded tree. Data of one flow that
 * goes on and on is one step that counts. */
#include "report.h"

#include <stdlib.h>
#include <string.h>

const struct step_word step_words[STEP_KINDS] = {
        [STEP_JOIN] = {"join", "joins"},       [STEP_LEAVE] = {"leave", "leaves"},
        [STEP_CHANGE] = {"change", "changes"}, [STEP_ANSWER] = {"answer", "answers and repeats"},
        [STEP_QUERY] = {"query", "queries"},   [STEP_DATA] = {"data", "data"},
        [STEP_ECHO] = {"echo", "echoes"},      [STEP_EXPIRY] = {"expiry", "expiries"},
        [STEP_OTHER] = {"other", "others"},
};

int report_init(struct report *r, struct error *err)
{
        *r = (struct report){0};
        r->steps = calloc(REPORT_STEPS + REPORT_FLAGGED, sizeof *r->steps);
        r->spans = calloc(REPORT_SPANS, sizeof *r->spans);
        r->findings = calloc(REPORT_FINDINGS, sizeof *r->findings);
        if (r->steps && r->spans && r->findings)
                return 0;
        report_free(r);
        return error_set(err, "out of memory");
}

void report_free(struct report *r)
{
        free(r->steps);
        free(r->spans);
        free(r->findings);
        text_free(&r->pool);
        *r = (struct report){0};
}

static bool nameless(const struct addr *a)
{
        return !a->len || addr_is_unspecified(a);
}

uint8_t report_host_column(struct report *r, const struct addr *a, const uint8_t *mac)
{
        struct report_host *h;

        if (nameless(a) && !mac)
                return REPORT_NONE;
        for (int i = 0; i < r->n_hosts; i++) {
                h = &r->hosts[i];
                if (nameless(a) ? nameless(&h->addr) && !memcmp(h->mac, mac, 6) : addr_equal(&h->addr, a))
                        return (uint8_t)i;
        }
        if (r->n_hosts == REPORT_HOSTS) {
                r->more_hosts = true;
                return REPORT_HOSTS;
        }
        h = &r->hosts[r->n_hosts];
        h->addr = *a;
        if (mac)
                memcpy(h->mac, mac, 6);
        return (uint8_t)r->n_hosts++;
}

uint8_t report_group_column(struct report *r, const struct addr *g)
{
        for (int i = 0; i < r->n_groups; i++)
                if (addr_equal(&r->groups[i], g))
                        return (uint8_t)i;
        if (r->n_groups == REPORT_GROUPS) {
                r->more_groups = true;
                return REPORT_GROUPS;
        }
        r->groups[r->n_groups] = *g;
        return (uint8_t)r->n_groups++;
}

double report_seconds(const struct report *r, int64_t ns)
{
        return (double)(ns - r->first_ns) / 1e9;
}

static size_t pool_end(struct report *r, size_t from)
{
        text_add_char(&r->pool, '\0');
        return r->pool.failed ? SIZE_MAX : from;
}

static size_t keep_words(struct report *r, const struct packet *p)
{
        size_t from = r->pool.n;

        packet_words(p, &r->pool);
        if (r->pool.n - from > REPORT_WORDS) {
                r->pool.n = from + REPORT_WORDS;
                while (r->pool.n > from && ((uint8_t)r->pool.p[r->pool.n] & 0xc0) == 0x80) /* whole characters */
                        r->pool.n--;
                text_add(&r->pool, "…");
        }
        return pool_end(r, from);
}

static size_t keep_tree(struct report *r, const struct packet *p, bool flagged)
{
        struct layout l = layout_of(p);
        size_t from = r->pool.n;
        unsigned lines = 0, more = 0;
        struct span s;

        if (r->tree_octets > (flagged ? REPORT_TREES + REPORT_TREES / 4 : REPORT_TREES)) {
                r->left_trees++;
                return SIZE_MAX;
        }
        while (layout_next(&l, &s)) {
                if (lines++ < REPORT_TREE_LINES)
                        text_add_format(&r->pool, "%*s%s%s%s\n", 2 * s.depth, "", s.name, *s.value ? ": " : "",
                                        s.value);
                else
                        more++;
        }
        if (more)
                text_add_format(&r->pool, "(%u more fields)\n", more);
        r->tree_octets += r->pool.n - from;
        return pool_end(r, from);
}

static struct step *new_step(struct report *r, bool flagged)
{
        if (r->n_steps - r->n_flagged >= REPORT_STEPS && (!flagged || r->n_flagged >= REPORT_FLAGGED)) {
                r->left_steps++;
                return NULL;
        }
        r->n_flagged += r->n_steps - r->n_flagged >= REPORT_STEPS;
        return &r->steps[r->n_steps++];
}

/* Data of a flow that was shown a few times in a row already: where the rest of it is counted. */
static struct step *folds_into(struct report *r, const struct packet *p)
{
        struct step *last = NULL;
        int seen = 0, back = 24;

        for (size_t i = r->n_steps; i-- > 0 && back-- > 0 && r->steps[i].kind == STEP_DATA;) {
                struct step *s = &r->steps[i];
                if (!addr_equal(&s->src, &p->src) || !addr_equal(&s->dst, &p->dst) || s->port != p->dst_port)
                        continue;
                last = last ? last : s;
                seen++;
        }
        return last && (seen >= REPORT_FLOW_SHOWN || last->folded) ? last : NULL;
}

/* A report that changes nothing: an answer, or a repetition; of a leave it is one more leave. */
static enum step_kind kind_of_report(const struct packet *p)
{
        struct record rec;
        size_t at = 0;

        if (!record_next(p, &at, &rec))
                return STEP_OTHER;
        return (rec.type == TO_IN && !rec.sources.n) || rec.type == BLOCK ? STEP_LEAVE : STEP_ANSWER;
}

static enum step_kind kind_of(const struct packet *p, int event)
{
        static const uint8_t of_event[] = {
                [CHANGE_JOINED] = STEP_JOIN, [CHANGE_LEFT] = STEP_LEAVE, [CHANGE_EXPIRED] = STEP_OTHER,
                [CHANGE_CHANGED] = STEP_CHANGE,
        };

        if (event >= 0)
                return of_event[event];
        if (p->gmp.row && p->gmp.row->kind == MESSAGE_QUERY)
                return STEP_QUERY;
        if (p->gmp.row && p->gmp.row->kind == MESSAGE_REPORT)
                return kind_of_report(p);
        if (p->gmp.row && p->gmp.row->kind == MESSAGE_LEAVE)
                return STEP_LEAVE;
        if (p->has_udp && p->echo == ECHO_REPLY)
                return STEP_ECHO;
        return p->has_udp ? STEP_DATA : STEP_OTHER;
}

static void find_columns(struct report *r, struct step *s, const struct packet *p)
{
        bool query = s->kind == STEP_QUERY;
        struct record rec;

        s->from = report_host_column(r, &p->src, p->has_eth ? p->eth_src : NULL);
        s->to = REPORT_NONE;
        s->general = query && nameless(&p->gmp.group);
        if (query && s->from < REPORT_HOSTS)
                r->hosts[s->from].querier = true;
        if (query && !s->general)
                s->groups |= 1U << report_group_column(r, &p->gmp.group);
        for (size_t at = 0; record_next(p, &at, &rec);)
                s->groups |= 1U << report_group_column(r, &rec.group);
        if (s->kind != STEP_DATA && s->kind != STEP_ECHO)
                return;
        if (addr_is_multicast(&p->dst))
                s->groups |= 1U << report_group_column(r, &p->dst);
        else
                s->to = report_host_column(r, &p->dst, NULL);
}

void report_packet(struct report *r, const struct packet *p, int event, bool flagged)
{
        enum step_kind kind = kind_of(p, event);
        struct step *s;

        r->relevant++;
        if (kind == STEP_DATA && addr_is_multicast(&p->dst))
                rates_add(&r->rates, p->frame->time_ns, report_group_column(r, &p->dst),
                          p->udp_length >= 8 ? p->udp_length - 8U : 0);
        s = kind == STEP_DATA && !flagged ? folds_into(r, p) : NULL;
        if (s) {
                s->folded++;
                s->last_frame = p->frame->number;
                s->last_ns = p->frame->time_ns;
                return;
        }
        s = new_step(r, flagged);
        if (!s)
                return;
        *s = (struct step){.frame = p->frame->number, .time_ns = p->frame->time_ns, .src = p->src, .dst = p->dst,
                           .port = p->dst_port, .kind = (uint8_t)kind};
        find_columns(r, s, p);
        s->words = keep_words(r, p);
        s->tree = keep_tree(r, p, flagged);
}

/* ---- changes ---- */
static bool same_membership(const struct report_span *m, const struct change *c)
{
        return addr_equal(&m->group, &c->group) && addr_equal(&m->host, &c->host)
               && (!nameless(&c->host) || !memcmp(m->host_mac, c->mac, 6))
               && m->vlan == (c->n_vlan ? c->vlan[0] : 0)
               && !strncmp(m->interface, c->interface ? c->interface : "", sizeof m->interface - 1);
}

static struct report_span *open_span(struct report *r, const struct change *c)
{
        for (size_t i = r->n_spans; i-- > 0;)
                if (r->spans[i].to_ns == INT64_MAX && same_membership(&r->spans[i], c))
                        return &r->spans[i];
        return NULL;
}

static void expiry_step(struct report *r, const struct change *c)
{
        struct step *s = new_step(r, false);
        char host[ADDR_TEXT], group[ADDR_TEXT];
        size_t from = r->pool.n;

        if (!s)
                return;
        *s = (struct step){.time_ns = c->time_ns, .kind = STEP_EXPIRY, .src = c->host, .dst = c->group,
                           .to = REPORT_NONE, .tree = SIZE_MAX};
        s->from = report_host_column(r, &c->host, c->has_mac ? c->mac : NULL);
        s->groups = 1U << report_group_column(r, &c->group);
        text_add_format(&r->pool, "no word of %s from %s for %.1f s: expired", addr_format(&c->group, group),
                        addr_format(&c->host, host), (double)c->after_ns / 1e9);
        s->words = pool_end(r, from);
}

void report_change(struct report *r, const struct change *c)
{
        struct report_span *m = open_span(r, c);

        if (m) {
                m->to_ns = c->time_ns;
                m->end_frame = c->frame;
                m->end = c->event;
        }
        if (c->event == CHANGE_EXPIRED)
                expiry_step(r, c);
        if (c->event == CHANGE_LEFT || c->event == CHANGE_EXPIRED)
                return;
        if (r->n_spans == REPORT_SPANS) {
                r->left_spans++;
                return;
        }
        m = &r->spans[r->n_spans++];
        *m = (struct report_span){.host = c->host, .group = c->group, .mode = c->to.mode, .sources = c->to.n,
                                 .frame = c->frame, .from_ns = c->time_ns, .to_ns = INT64_MAX,
                                 .vlan = c->n_vlan ? c->vlan[0] : 0};
        memcpy(m->host_mac, c->mac, 6);
        strncpy(m->interface, c->interface ? c->interface : "", sizeof m->interface - 1);
}

void report_finding(struct report *r, const struct finding *f)
{
        r->by_severity[f->severity]++;
        if (r->n_findings < REPORT_FINDINGS)
                r->findings[r->n_findings++] = *f;
        else
                r->left_findings++;
}
