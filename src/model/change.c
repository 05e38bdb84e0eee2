/* SPDX-License-Identifier: BSD-2-Clause */
/* A change through the writer: who joined, left, expired or changed, and why. */
#include "describe.h"

const char *change_event_name(enum change_event e)
{
        static const char *const names[] = {"joined", "left", "expired", "changed"};
        return names[e];
}

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
        text_add_format(&t, t.n ? " (%s" : "(%s", c->why);
        if (c->formula)
                text_add_format(&t, ": %.0f s = %s, %s", seconds(c->after_ns), c->formula,
                                origin_name(c->timers));
        put_column(w, STYLE_PLAIN, 0, "%s)", text_string(&t));
        if (c->interface || c->n_vlan)
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
        if (c->event != CHANGE_EXPIRED && !w->schema)
                return;
        put_real(w, "after_s", seconds(c->after_ns), 3);
        put_str(w, "formula", c->formula);
        put_str(w, "timers", c->formula ? origin_name(c->timers) : NULL);
}

void change_describe(const struct change *c, struct writer *w)
{
        writer_open(w, &kind_change);
        change_columns(c, w);
        change_fields(c, w);
        writer_close(w);
}
