/* SPDX-License-Identifier: BSD-2-Clause */
/* A first draft of expectations from a good capture: who asked, joined, left, sent and echoed, in windows with slack,
 * to edit and keep. What it writes holds for the capture that it comes from. */
#include "igmpscope/expect.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "expectation.h"

enum { ROWS_MAX = 4096, BUCKETS = 1024, SOURCES_MAX = 8 };

/* In the order in which they are written. */
enum act { ACT_QUERY, ACT_JOIN, ACT_LEAVE, ACT_DATA, ACT_ECHO, ACT_FINDING, ACT_END };

struct key {
        enum act act;
        uint16_t port;
        struct addr by, from, group, source;
        const struct rule *rule;
};
struct row {
        struct key key;
        uint64_t n, frame;
        int64_t first_ns, longest_ns;
        struct range version, ttl;
        uint32_t next; /* in its bucket, 1 and more */
};
struct draft {
        struct flow flow;
        struct row *rows;
        uint32_t n, buckets[BUCKETS];
        uint64_t frames, left_out;
        int64_t start_ns, end_ns;
        bool must;
};

struct draft *draft_new(const struct tracker_options *o, struct error *err)
{
        struct draft *d = calloc(1, sizeof *d);

        if (d)
                d->rows = calloc(ROWS_MAX, sizeof *d->rows);
        if (d && d->rows && flow_open(&d->flow, o, true, err) == 0)
                return d;
        if (!d || !d->rows)
                error_set(err, "out of memory");
        draft_free(d);
        return NULL;
}

void draft_free(struct draft *d)
{
        if (!d)
                return;
        flow_close(&d->flow);
        free(d->rows);
        free(d);
}

/* ---- noting ---- */

static uint32_t hash_addr(uint32_t hash, const struct addr *a) /* FNV-1a */
{
        for (uint8_t i = 0; i < a->len; i++)
                hash = (hash ^ a->b[i]) * 16777619u;
        return hash;
}

static uint32_t *bucket_of(struct draft *d, const struct key *k)
{
        uint32_t hash = hash_addr(hash_addr(2166136261u ^ k->act ^ k->port, &k->group), &k->by);

        return &d->buckets[hash_addr(hash_addr(hash, &k->from), &k->source) % BUCKETS];
}

static bool key_equal(const struct key *a, const struct key *b)
{
        return a->act == b->act && a->port == b->port && a->rule == b->rule && addr_equal(&a->by, &b->by)
               && addr_equal(&a->from, &b->from) && addr_equal(&a->group, &b->group)
               && addr_equal(&a->source, &b->source);
}

static struct row *row_find(struct draft *d, const struct key *k)
{
        for (uint32_t i = *bucket_of(d, k); i; i = d->rows[i - 1].next)
                if (key_equal(&d->rows[i - 1].key, k))
                        return &d->rows[i - 1];
        return NULL;
}

static struct row *row_add(struct draft *d, const struct key *k, const struct sighting *s)
{
        uint32_t *bucket = bucket_of(d, k);
        struct row *r;

        if (d->n == ROWS_MAX) {
                d->left_out++;
                return NULL;
        }
        r = &d->rows[d->n++];
        *r = (struct row){.key = *k, .frame = s->frame, .first_ns = s->time_ns, .next = *bucket,
                          .version = {s->version, s->version}, .ttl = {s->ttl, s->ttl}};
        *bucket = d->n;
        return r;
}

static void widen(struct range *r, int64_t v)
{
        r->lo = v < r->lo ? v : r->lo;
        r->hi = v > r->hi ? v : r->hi;
}

static void note_key(struct draft *d, const struct key *k, const struct sighting *s)
{
        struct row *r = row_find(d, k);

        if (!r)
                r = row_add(d, k, s);
        if (!r)
                return;
        r->n++;
        widen(&r->version, s->version);
        widen(&r->ttl, s->ttl);
        if (s->since_ns > r->longest_ns)
                r->longest_ns = s->since_ns;
}

static struct key key_of(enum act act, const struct sighting *s)
{
        return (struct key){.act = act, .port = s->port, .by = s->by, .from = s->from, .group = s->group};
}

/* A join or leave of each source that the filter gained or lost; of none, where it is about all. */
static void note_filter(struct draft *d, enum act act, const struct sighting *s, const struct filter *with,
                        const struct filter *without)
{
        bool some = with->mode == MODE_INCLUDE && with->n && with->n <= SOURCES_MAX;
        struct key k = key_of(act, s);

        if (!some && s->change->event != CHANGE_CHANGED)
                note_key(d, &k, s);
        for (uint32_t i = 0; some && i < with->n; i++) {
                k.source = with->sources[i];
                if (filter_gains(without, with, &k.source))
                        note_key(d, &k, s);
        }
}

static void note_change(struct draft *d, const struct sighting *s)
{
        const struct change *c = s->change;

        if (c->event == CHANGE_JOINED || c->event == CHANGE_CHANGED)
                note_filter(d, ACT_JOIN, s, &c->to, &c->from);
        if (c->event == CHANGE_LEFT || c->event == CHANGE_CHANGED)
                note_filter(d, ACT_LEAVE, s, &c->from, &c->to);
}

static void note_finding(struct draft *d, const struct sighting *s)
{
        struct key k = key_of(ACT_FINDING, s);

        if (s->finding->severity < SEVERITY_MUST)
                return;
        d->must = true;
        k.rule = s->finding->rule;
        note_key(d, &k, s);
}

static void note_message(struct draft *d, enum act act, const struct sighting *s)
{
        struct key k = key_of(act, s);

        if (!s->broken)
                note_key(d, &k, s);
}

void draft_packet(struct draft *d, const struct packet *p)
{
        struct sighting s;

        if (!d->frames++)
                d->start_ns = d->end_ns = p->frame->time_ns;
        if (p->frame->time_ns > d->end_ns)
                d->end_ns = p->frame->time_ns;
        flow_packet(&d->flow, p);
        while (flow_next(&d->flow, &s)) {
                switch (s.what) {
                case SIGHT_CHANGE: note_change(d, &s); break;
                case SIGHT_FINDING: note_finding(d, &s); break;
                case SIGHT_QUERY: note_message(d, ACT_QUERY, &s); break;
                case SIGHT_DATA: note_message(d, ACT_DATA, &s); break;
                case SIGHT_ECHO: note_message(d, ACT_ECHO, &s); break;
                case SIGHT_REPORT:
                case SIGHT_ANSWER: break;
                }
        }
}

/* ---- writing ---- */

static void seconds(struct text *t, double v)
{
        text_add_format(t, "%.1f", v);
        if (t->n > 2 && !memcmp(t->p + t->n - 2, ".0", 2))
                t->n -= 2;
}

/* Half a second or a tenth of it to either side, to half seconds. */
static void window(struct text *t, int64_t ns)
{
        double at = ns > 0 ? (double)ns / 1e9 : 0, slack = at > 5 ? at / 10 : 0.5;
        double lo = floor((at - slack) * 2) / 2;

        text_add(t, " within ");
        seconds(t, lo > 0 ? lo : 0);
        text_add(t, "..");
        seconds(t, ceil((at + slack) * 2) / 2);
}

static void address(struct text *t, const char *before, const struct addr *a)
{
        char buf[ADDR_TEXT];

        text_add(t, before);
        text_add(t, addr_format(a, buf));
}

static void flow_group(struct text *t, const struct key *k)
{
        bool v6 = k->group.len == 16;

        address(t, v6 ? " [" : " ", &k->group);
        text_add_format(t, v6 ? "]:%d" : ":%d", k->port);
        address(t, " from ", &k->from);
}

static void write_query(struct draft *d, const struct row *r, struct text *t)
{
        (void)d;
        if (r->key.group.len)
                address(t, " ", &r->key.group);
        else
                text_add(t, " general");
        address(t, " by ", &r->key.by);
        if (r->version.lo == r->version.hi)
                text_add_format(t, " version %" PRId64, r->version.lo);
        if (r->key.group.len)
                return;
        text_add_format(t, " count %" PRIu64 "..%" PRIu64, r->n > 1 ? r->n - 1 : 1, r->n + 1);
}

static bool other_join(const struct row *r, const struct row *leave)
{
        return r->key.act == ACT_JOIN && addr_equal(&r->key.group, &leave->key.group)
               && addr_equal(&r->key.by, &leave->key.by) && !addr_equal(&r->key.source, &leave->key.source);
}

/* The one join that a leave ends, where there is no doubt about it, or NULL. */
static const struct row *joined(struct draft *d, const struct row *leave)
{
        struct key k = leave->key;
        const struct row *join;

        k.act = ACT_JOIN;
        join = row_find(d, &k);
        if (!join || join->n > 1 || join->frame >= leave->frame || join->first_ns > leave->first_ns)
                return NULL;
        for (uint32_t i = 0; i < d->n; i++)
                if (other_join(&d->rows[i], leave))
                        return NULL;
        return join;
}

static void write_change(struct draft *d, const struct row *r, struct text *t)
{
        const struct row *join = r->key.act == ACT_LEAVE ? joined(d, r) : NULL;

        text_add_char(t, ' ');
        if (r->key.source.len) {
                address(t, "", &r->key.source);
                text_add_char(t, ',');
        }
        address(t, "", &r->key.group);
        address(t, " by ", &r->key.by);
        if (r->version.lo == r->version.hi && r->version.lo)
                text_add_format(t, " version %" PRId64, r->version.lo);
        if (r->n > 1)
                text_add_format(t, " count %" PRIu64 "..", r->n);
        else if (join)
                text_add(t, " after join");
        if (r->n == 1)
                window(t, r->first_ns - (join ? join->first_ns : d->start_ns));
}

static void write_data(struct draft *d, const struct row *r, struct text *t)
{
        (void)d;
        flow_group(t, &r->key);
        if (r->ttl.lo == r->ttl.hi)
                text_add_format(t, " ttl %" PRId64, r->ttl.lo);
        text_add_format(t, " count %" PRIu64 "..", (r->n + 1) / 2);
}

static void write_echo(struct draft *d, const struct row *r, struct text *t)
{
        (void)d;
        flow_group(t, &r->key);
        address(t, " by ", &r->key.by);
        window(t, r->longest_ns);
        text_add_format(t, " count %" PRIu64 "..", (r->n + 1) / 2);
}

static void write_finding(struct draft *d, const struct row *r, struct text *t)
{
        (void)d;
        text_add_format(t, " %s count %" PRIu64, r->key.rule->id, r->n);
}

static const struct {
        const char *word, *heading;
        void (*write)(struct draft *d, const struct row *r, struct text *t);
} acts[] = {
        [ACT_QUERY] = {"query", "who asks", write_query},
        [ACT_JOIN] = {"join", "who begins to listen", write_change},
        [ACT_LEAVE] = {"leave", "who says that it no longer listens", write_change},
        [ACT_DATA] = {"data", "who sends; half of what was there is enough", write_data},
        [ACT_ECHO] = {"echo", "who answers", write_echo},
        [ACT_FINDING] = {"finding", "what is wrong in this capture: keep only what is meant to be", write_finding},
};

static void write_act(struct draft *d, enum act act, struct text *t)
{
        bool any = false;

        for (uint32_t i = 0; i < d->n; i++) {
                const struct row *r = &d->rows[i];
                if (r->key.act != act)
                        continue;
                if (!any)
                        text_add_format(t, "\n# %s\n", acts[act].heading);
                any = true;
                text_add(t, acts[act].word);
                acts[act].write(d, r, t);
                text_add_char(t, '\n');
        }
}

static void write_queriers(struct draft *d, struct text *t)
{
        struct querier q;

        for (size_t at = 0; querier_next(d->flow.tracker, &at, &q);) {
                if (!q.elected)
                        continue;
                address(t, "querier ", &q.address);
                text_add_format(t, " version %d\n", q.version);
        }
}

void draft_write(struct draft *d, const char *name, struct text *t)
{
        text_add(t, "# A draft from ");
        text_add_escaped(t, (struct bytes){(const uint8_t *)name, strlen(name)});
        text_add_format(t, ": %" PRIu64 " frames in ", d->frames);
        seconds(t, (double)(d->end_ns - d->start_ns) / 1e9);
        text_add(t, " s. Times have slack: tighten what matters, drop what does not.\n");
        for (int act = 0; act < ACT_END; act++) {
                write_act(d, (enum act)act, t);
                if (act == ACT_QUERY)
                        write_queriers(d, t);
        }
        if (!d->must)
                text_add(t, "\n# and nothing that the documents forbid\nnot finding severity must\n");
        if (d->left_out)
                text_add_format(t, "\n# %" PRIu64 " more were left out: a draft has at most %d lines\n",
                                d->left_out, ROWS_MAX);
}
