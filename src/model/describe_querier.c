/* SPDX-License-Identifier: BSD-2-Clause */
/* Queriers, and who took over from whom, through the writer. */
#include "describe.h"

#include <string.h>

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
        version_column(w, &q->address, q->version);
        put_column(w, q->elected ? STYLE_GOOD : STYLE_DIM, 7, "%s",
                   q->elected ? "elected" : addr_is_unspecified(&q->address) ? "proxy" : "-");
        if (q->interval_s)
                put_column(w, STYLE_PLAIN, 0, "says every %u s", q->interval_s);
        if (q->measured_interval_s > 0)
                put_column(w, STYLE_PLAIN, 0, "measured %.1f s", q->measured_interval_s);
        if (q->qrv)
                put_column(w, STYLE_PLAIN, 0, "robustness %u", q->qrv);
        put_column(w, STYLE_DIM, 0, "%llu %s", (unsigned long long)q->queries,
                   q->queries == 1 ? "query" : "queries");
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

/* ---- the elected one changes: the same kind of line, with what happened ---- */

static void describe_change_schema(struct writer *w)
{
        querier_change_describe(&(struct querier_change){.why = ""}, w);
}

const struct kind kind_querier_change = {"querier", describe_change_schema};

void querier_change_columns(const struct querier_change *c, struct writer *w)
{
        char from[ADDR_TEXT], to[ADDR_TEXT];

        if (!writer_columns(w))
                return;
        addr_format(&c->from, from);
        addr_format(&c->to, to);
        put_column(w, STYLE_QUERY, 0, "?");
        addr_column(w, STYLE_HOST, c->to.len ? &c->to : &c->from);
        if (!c->to.len)
                put_column(w, STYLE_WARN, 0, "fell silent: no querier is left");
        else if (!c->from.len)
                put_column(w, STYLE_QUERY, 0, "is the querier");
        else if (!strcmp(c->why, "silent"))
                put_column(w, STYLE_QUERY, 0, "takes over as querier: %s fell silent", from);
        else
                put_column(w, STYLE_QUERY, 0, "takes over as querier: its address is lower than %s", from);
        link_column(w, 0, c->interface, c->vlan, c->n_vlan);
}

void querier_change_fields(const struct querier_change *c, struct writer *w)
{
        if (c->frame || w->schema)
                put_uint(w, "frame", c->frame);
        put_time(w, "time", c->time_ns);
        put_link(w, c->interface, c->vlan, c->n_vlan);
        put_addr(w, "address", c->to.len ? &c->to : &c->from);
        if (c->version || w->schema)
                put_uint(w, "version", c->version);
        put_bool(w, "elected", c->to.len);
        if (c->to.len || w->schema)
                put_addr(w, "before", &c->from);
        put_str(w, "why", c->why);
}

void querier_change_describe(const struct querier_change *c, struct writer *w)
{
        writer_open(w, &kind_querier_change);
        querier_change_columns(c, w);
        querier_change_fields(c, w);
        writer_close(w);
}
