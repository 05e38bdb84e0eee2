/* SPDX-License-Identifier: BSD-2-Clause */
/* What the model believes, through the writer: changes, members, groups, queriers, verdicts. Field names are
 * interface.md's; the columns are for people. */
#include "igmpscope/model.h"

enum { SHOWN = 3, WORDS = 256 }; /* sources that a line for people names */

const char *filter_mode_name(enum filter_mode m)
{
        return m == MODE_EXCLUDE ? "exclude" : "include";
}

const char *change_event_name(enum change_event e)
{
        static const char *const names[] = {"joined", "left", "expired", "changed"};
        return names[e];
}

const char *result_name(enum result r)
{
        static const char *const names[] = {"holds", "deviates", "skipped"};
        return names[r];
}

static double seconds(int64_t ns)
{
        return (double)ns / 1e9;
}

/* ---- parts that several kinds share ---- */

static void put_sources(struct writer *w, const struct addr *sources, uint32_t n)
{
        put_list(w, "sources");
        for (uint32_t i = 0; i < n; i++)
                put_addr(w, NULL, &sources[i]);
        put_list_end(w);
}

static void put_filter(struct writer *w, const char *name, const struct filter *f)
{
        put_begin(w, name);
        put_str(w, "mode", filter_mode_name(f->mode));
        put_sources(w, f->sources, f->n);
        put_end(w);
}

static void put_link(struct writer *w, const char *interface, const uint16_t *vlan, uint8_t n)
{
        put_str(w, "interface", interface);
        if (!n && !w->schema)
                return;
        put_list(w, "vlan");
        for (uint8_t i = 0; i < n; i++)
                put_uint(w, NULL, vlan[i]);
        put_list_end(w);
}

static void put_flag(struct writer *w, const char *name, bool v)
{
        if (v || w->schema)
                put_bool(w, name, v);
}

static void put_mac_if(struct writer *w, bool has, const uint8_t mac[6])
{
        if (has || w->schema)
                put_mac(w, "mac", mac);
}

/* "{10.0.0.1, 10.0.0.2, and 7 more}" */
static void set_words(struct text *t, const struct addr *sources, uint32_t n)
{
        char buf[ADDR_TEXT];

        text_add_char(t, '{');
        for (uint32_t i = 0; i < n && i < SHOWN; i++)
                text_add_format(t, "%s%s", i ? ", " : "", addr_format(&sources[i], buf));
        if (n > SHOWN)
                text_add_format(t, ", and %u more", n - SHOWN);
        text_add_char(t, '}');
}

static void filter_words(struct text *t, const struct filter *f)
{
        if (f->mode == MODE_EXCLUDE && !f->n) {
                text_add(t, "from any source");
                return;
        }
        text_add(t, f->mode == MODE_EXCLUDE ? "from any source but " : "from ");
        set_words(t, f->sources, f->n);
}

static void link_column(struct writer *w, int width, const char *interface, const uint16_t *vlan, uint8_t n)
{
        struct text t = {0};

        text_add(&t, interface ? interface : "-");
        for (uint8_t i = 0; i < n; i++)
                text_add_format(&t, ".%u", vlan[i]);
        put_column(w, STYLE_DIM, width, "%s", text_string(&t));
        text_free(&t);
}

static void addr_column(struct writer *w, enum style style, const struct addr *a)
{
        char buf[ADDR_TEXT];
        put_column(w, style, a->len == 16 ? 25 : 15, "%s", addr_format(a, buf));
}

/* ---- change ---- */

static void describe_change_schema(struct writer *w)
{
        change_describe(&(struct change){.why = ""}, w);
}

const struct kind kind_change = {"change", describe_change_schema};

void change_columns(const struct change *c, struct writer *w)
{
        static const struct { char sign; enum style style; } looks[] = {
                [CHANGE_JOINED] = {'+', STYLE_JOIN}, [CHANGE_LEFT] = {'-', STYLE_LEAVE},
                [CHANGE_EXPIRED] = {'x', STYLE_LEAVE}, [CHANGE_CHANGED] = {'~', STYLE_JOIN},
        };
        struct text t = {0};

        if (!writer_columns(w))
                return;
        put_column(w, looks[c->event].style, 0, "%c", looks[c->event].sign);
        addr_column(w, STYLE_HOST, &c->host);
        put_column(w, looks[c->event].style, 7, "%s", change_event_name(c->event));
        addr_column(w, STYLE_GROUP, &c->group);
        if (c->event == CHANGE_CHANGED) {
                text_add(&t, "was ");
                filter_words(&t, &c->from);
                text_add(&t, ", now ");
        }
        if (c->event == CHANGE_CHANGED || c->event == CHANGE_JOINED)
                filter_words(&t, &c->to);
        put_column(w, STYLE_PLAIN, 0, "%s%s%s)", text_string(&t), t.n ? " (" : "(", c->why);
        link_column(w, 0, c->interface, c->vlan, c->n_vlan);
        text_free(&t);
}

void change_fields(const struct change *c, struct writer *w)
{
        if (c->frame || w->schema)
                put_uint(w, "frame", c->frame);
        put_time(w, "time", c->time_ns);
        put_link(w, c->interface, c->vlan, c->n_vlan);
        put_addr(w, "host", &c->host);
        put_mac_if(w, c->has_mac, c->mac);
        put_addr(w, "group", &c->group);
        put_filter(w, "from", &c->from);
        put_filter(w, "to", &c->to);
        put_str(w, "event", change_event_name(c->event));
        put_str(w, "why", c->why);
}

void change_describe(const struct change *c, struct writer *w)
{
        writer_open(w, &kind_change);
        change_columns(c, w);
        change_fields(c, w);
        writer_close(w);
}

/* ---- member ---- */

static void describe_member_schema(struct writer *w)
{
        member_describe(&(struct member){0}, 0, w);
}

const struct kind kind_member = {"member", describe_member_schema};

static void member_columns(const struct member *m, int64_t now_ns, struct writer *w)
{
        struct text t = {0};

        if (!writer_columns(w))
                return;
        link_column(w, 8, m->interface, m->vlan, m->n_vlan);
        addr_column(w, STYLE_GROUP, &m->group);
        addr_column(w, STYLE_HOST, &m->host);
        filter_words(&t, &m->filter);
        put_column(w, STYLE_PLAIN, 28, "%s", text_string(&t));
        put_column(w, STYLE_PLAIN, 6, "%s%u", m->group.len == 4 ? "IGMPv" : "MLDv", m->version);
        put_column(w, STYLE_DIM, 0, "for %.1f s, until %s%.1f s", seconds(now_ns - m->since_ns),
                   m->expires_ns < now_ns ? "" : "+", seconds(m->expires_ns - now_ns));
        if (m->presumed || m->stale || m->partial || m->anonymous)
                put_column(w, STYLE_WARN, 0, "%s%s%s%s", m->presumed ? "presumed " : "", m->stale ? "stale " : "",
                           m->partial ? "partial " : "", m->anonymous ? "anonymous " : "");
        text_free(&t);
}

static void member_fields(const struct member *m, struct writer *w)
{
        put_link(w, m->interface, m->vlan, m->n_vlan);
        put_addr(w, "group", &m->group);
        put_addr(w, "host", &m->host);
        put_mac_if(w, m->has_mac, m->mac);
        put_str(w, "mode", filter_mode_name(m->filter.mode));
        put_sources(w, m->filter.sources, m->filter.n);
        put_uint(w, "version", m->version);
        put_time(w, "since", m->since_ns);
        put_time(w, "refreshed", m->refreshed_ns);
        put_time(w, "expires", m->expires_ns);
        put_flag(w, "presumed", m->presumed);
        put_flag(w, "stale", m->stale);
        put_flag(w, "partial", m->partial);
        put_flag(w, "anonymous", m->anonymous);
}

void member_describe(const struct member *m, int64_t now_ns, struct writer *w)
{
        writer_open(w, &kind_member);
        member_columns(m, now_ns, w);
        member_fields(m, w);
        writer_close(w);
}

/* ---- group ---- */

static void describe_group_schema(struct writer *w)
{
        group_describe(&(struct group_state){.mode = MODE_EXCLUDE}, 0, w);
}

const struct kind kind_group = {"group", describe_group_schema};

static void group_columns(const struct group_state *g, int64_t now_ns, struct writer *w)
{
        struct text t = {0};
        char buf[ADDR_TEXT];

        if (!writer_columns(w))
                return;
        for (uint32_t i = 0; i < g->n && i < SHOWN; i++) {
                text_add_format(&t, "%s%s", t.n ? ", " : "", addr_format(&g->sources[i], buf));
                if (g->source_expires_ns[i])
                        text_add_format(&t, " %.1f s", seconds(g->source_expires_ns[i] - now_ns));
                else
                        text_add(&t, " not");
        }
        if (g->n > SHOWN)
                text_add_format(&t, ", and %u more", g->n - SHOWN);
        link_column(w, 8, g->interface, g->vlan, g->n_vlan);
        addr_column(w, STYLE_GROUP, &g->group);
        put_column(w, STYLE_PLAIN, 7, "%s", filter_mode_name(g->mode));
        if (g->mode == MODE_EXCLUDE)
                put_column(w, STYLE_PLAIN, -7, "%.1f s", seconds(g->group_expires_ns - now_ns));
        else
                put_column(w, STYLE_PLAIN, -7, "-");
        put_column(w, STYLE_PLAIN, 6, "%s%u", g->group.len == 4 ? "IGMPv" : "MLDv", g->version);
        put_column(w, STYLE_PLAIN, 0, "{%s}", text_string(&t));
        text_free(&t);
}

static void group_fields(const struct group_state *g, int64_t now_ns, struct writer *w)
{
        put_link(w, g->interface, g->vlan, g->n_vlan);
        put_addr(w, "group", &g->group);
        put_str(w, "mode", filter_mode_name(g->mode));
        put_list(w, "sources");
        for (uint32_t i = 0; i < g->n; i++) {
                int64_t left = g->source_expires_ns[i] ? g->source_expires_ns[i] - now_ns : 0;
                put_begin(w, NULL);
                put_addr(w, "address", &g->sources[i]);
                put_real(w, "remaining_s", seconds(left), 3);
                put_end(w);
        }
        put_list_end(w);
        if (g->mode == MODE_EXCLUDE)
                put_real(w, "remaining_s", seconds(g->group_expires_ns - now_ns), 3);
        put_uint(w, "version", g->version);
}

void group_describe(const struct group_state *g, int64_t now_ns, struct writer *w)
{
        writer_open(w, &kind_group);
        group_columns(g, now_ns, w);
        group_fields(g, now_ns, w);
        writer_close(w);
}

/* ---- querier ---- */

static void describe_querier_schema(struct writer *w)
{
        querier_describe(&(struct querier){0}, w);
}

const struct kind kind_querier = {"querier", describe_querier_schema};

static void querier_columns(const struct querier *q, struct writer *w)
{
        if (!writer_columns(w))
                return;
        link_column(w, 8, q->interface, q->vlan, q->n_vlan);
        addr_column(w, STYLE_HOST, &q->address);
        put_column(w, STYLE_QUERY, 6, "%s%u", q->address.len == 4 ? "IGMPv" : "MLDv", q->version);
        put_column(w, q->elected ? STYLE_GOOD : STYLE_DIM, 7, "%s", q->elected ? "elected" : "silent");
        if (q->interval_s)
                put_column(w, STYLE_PLAIN, 0, "says every %u s", q->interval_s);
        if (q->measured_interval_s > 0)
                put_column(w, STYLE_PLAIN, 0, "measured %.1f s", q->measured_interval_s);
        if (q->qrv)
                put_column(w, STYLE_PLAIN, 0, "robustness %u", q->qrv);
        put_column(w, STYLE_DIM, 0, "%llu queries", (unsigned long long)q->queries);
}

static void querier_fields(const struct querier *q, struct writer *w)
{
        put_link(w, q->interface, q->vlan, q->n_vlan);
        put_addr(w, "address", &q->address);
        put_mac_if(w, q->has_mac, q->mac);
        put_uint(w, "version", q->version);
        put_bool(w, "elected", q->elected);
        if (q->interval_s || w->schema)
                put_uint(w, "interval_s", q->interval_s);
        if (q->measured_interval_s > 0 || w->schema)
                put_real(w, "measured_interval_s", q->measured_interval_s, 3);
        if (q->qrv || w->schema)
                put_uint(w, "qrv", q->qrv);
        put_uint(w, "max_resp_ms", q->max_resp_ms);
        put_uint(w, "queries", q->queries);
        put_time(w, "first", q->first_ns);
        put_time(w, "last", q->last_ns);
}

void querier_describe(const struct querier *q, struct writer *w)
{
        writer_open(w, &kind_querier);
        querier_columns(q, w);
        querier_fields(q, w);
        writer_close(w);
}

/* ---- verdict ---- */

static void describe_verdict_schema(struct writer *w)
{
        verdict_describe(&(struct verdict){.id = "", .claim = "", .cite = ""}, w);
}

const struct kind kind_verdict = {"verdict", describe_verdict_schema};

static void verdict_columns(const struct verdict *v, struct writer *w)
{
        static const struct { const char *word; enum style style; } looks[] = {
                [RESULT_HOLDS] = {"holds", STYLE_GOOD}, [RESULT_DEVIATES] = {"DEVIATES", STYLE_BAD},
                [RESULT_SKIPPED] = {"skipped", STYLE_DIM},
        };

        put_column(w, looks[v->result].style, 8, "%s", looks[v->result].word);
        put_column(w, STYLE_PLAIN, 28, "%s", v->id);
        put_column(w, STYLE_PLAIN, 0, "%s", v->claim);
        if (v->result == RESULT_SKIPPED && v->reason)
                put_column(w, STYLE_WARN, 0, "%s", v->reason);
        if (v->result == RESULT_DEVIATES)
                put_column(w, STYLE_WARN, 0, "expected %s, seen %s", v->expected ? v->expected : "-",
                           v->seen ? v->seen : "nothing");
        if (v->cite)
                put_column(w, STYLE_DIM, 0, "[%s]", v->cite);
}

void verdict_describe(const struct verdict *v, struct writer *w)
{
        writer_open(w, &kind_verdict);
        verdict_columns(v, w);
        put_str(w, "id", v->id);
        put_str(w, "result", result_name(v->result));
        put_str(w, "claim", v->claim);
        put_str(w, "cite", v->cite);
        put_str(w, "expected", v->expected);
        put_str(w, "seen", v->seen);
        put_str(w, "reason", v->reason);
        put_str(w, "evidence", v->evidence);
        if (v->n_frames || w->schema) {
                put_list(w, "frames");
                for (uint32_t i = 0; i < v->n_frames; i++)
                        put_uint(w, NULL, v->frames[i]);
                put_list_end(w);
        }
        writer_close(w);
}
