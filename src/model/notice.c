/* SPDX-License-Identifier: BSD-2-Clause */
/* The bound that leaves no room is never silent: it is told at once, and again as it grows. */
#include "tracker.h"

bool tracker_notice_next(struct tracker *t, struct tracker_notice *n)
{
        if (t->refused < t->refused_next || !t->refused)
                return false;
        while (t->refused_next <= t->refused)
                t->refused_next = t->refused_next ? 10 * t->refused_next : 1;
        *n = (struct tracker_notice){t->at.frame, t->now_ns, t->refused, t->options.max_memberships};
        return true;
}

static void describe_schema(struct writer *w)
{
        notice_describe(&(struct tracker_notice){0}, w);
}

const struct kind kind_notice = {"notice", describe_schema};

void notice_columns(const struct tracker_notice *n, struct writer *w)
{
        unsigned long long refused = n->refused, max = n->max_memberships;

        put_column(w, STYLE_BAD, 0,
                   "!  no room for %llu more: the bound is --max-memberships %llu", refused, max);
}

void notice_fields(const struct tracker_notice *n, struct writer *w)
{
        if (n->frame || w->schema)
                put_uint(w, "frame", n->frame);
        put_time(w, "time", n->time_ns);
        put_uint(w, "refused", n->refused);
        put_uint(w, "max_memberships", n->max_memberships);
        put_str(w, "text", "memberships, groups or sources that the bound left no room for");
}

void notice_describe(const struct tracker_notice *n, struct writer *w)
{
        writer_open(w, &kind_notice);
        notice_columns(n, w);
        notice_fields(n, w);
        writer_close(w);
}
