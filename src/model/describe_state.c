/* SPDX-License-Identifier: BSD-2-Clause */
/* Members and groups through the writer. */
#include "describe.h"

/* ---- member ---- */

static void describe_member_schema(struct writer *w)
{
        member_describe(&(struct member){0}, 0, w);
}

const struct kind kind_member = {"member", describe_member_schema};

/* Dead by the older formula of the Group Membership Interval (RFC 3376 §8.4), alive by the newer
 * (RFC 9776 §8.4). */
static bool is_grey(const struct member *m, int64_t now_ns)
{
        return m->grey_ns && m->grey_ns <= now_ns;
}

static void member_columns(const struct member *m, int64_t now_ns, struct writer *w)
{
        struct text t = {0};

        if (!writer_columns(w))
                return;
        link_column(w, 8, m->interface, m->vlan, m->n_vlan);
        addr_column(w, STYLE_GROUP, &m->group);
        addr_column(w, STYLE_HOST, &m->host);
        filter_words(&t, &m->filter);
        if (m->partial)
                text_add(&t, " or more");
        put_column(w, STYLE_PLAIN, 28, "%s", text_string(&t));
        version_column(w, &m->group, m->version);
        put_column(w, STYLE_DIM, 0, "for %.1f s, %.1f s left", seconds(now_ns - m->since_ns),
                   seconds(m->expires_ns - now_ns));
        if (m->presumed || m->stale || m->anonymous || is_grey(m, now_ns))
                put_column(w, STYLE_WARN, 0, "%s%s%s%s", m->presumed ? "presumed " : "",
                           m->stale ? "stale " : "", m->anonymous ? "anonymous " : "",
                           is_grey(m, now_ns) ? "grey " : "");
        text_free(&t);
}

static void member_fields(const struct member *m, int64_t now_ns, struct writer *w)
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
        put_str(w, "timers", origin_name(m->parameters.qi_from));
        put_flag(w, "grey", is_grey(m, now_ns));
        put_flag(w, "presumed", m->presumed);
        put_flag(w, "stale", m->stale);
        put_flag(w, "partial", m->partial);
        put_flag(w, "anonymous", m->anonymous);
}

void member_describe(const struct member *m, int64_t now_ns, struct writer *w)
{
        writer_open(w, &kind_member);
        member_columns(m, now_ns, w);
        member_fields(m, now_ns, w);
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
        for (uint32_t i = 0; i < g->n && i < SOURCES_SHOWN; i++) {
                text_add_format(&t, "%s%s", t.n ? ", " : "", addr_format(&g->sources[i], buf));
                if (g->source_expires_ns[i])
                        text_add_format(&t, " %.1f s", seconds(g->source_expires_ns[i] - now_ns));
                else
                        text_add(&t, " not");
        }
        if (g->n > SOURCES_SHOWN)
                text_add_format(&t, ", and %u more", g->n - SOURCES_SHOWN);
        link_column(w, 8, g->interface, g->vlan, g->n_vlan);
        addr_column(w, STYLE_GROUP, &g->group);
        put_column(w, STYLE_PLAIN, 7, "%s", filter_mode_name(g->mode));
        if (g->mode == MODE_EXCLUDE)
                put_column(w, STYLE_PLAIN, -7, "%.1f s", seconds(g->group_expires_ns - now_ns));
        else
                put_column(w, STYLE_PLAIN, -7, "-");
        version_column(w, &g->group, g->version);
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
        put_uint(w, "hosts", g->hosts);
        put_str(w, "timers", origin_name(g->parameters.qi_from));
}

void group_describe(const struct group_state *g, int64_t now_ns, struct writer *w)
{
        writer_open(w, &kind_group);
        group_columns(g, now_ns, w);
        group_fields(g, now_ns, w);
        writer_close(w);
}
