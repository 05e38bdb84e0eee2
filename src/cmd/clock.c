/* SPDX-License-Identifier: BSD-2-Clause */
/* The time column: as tcpdump's -t family, by name. */
#include "igmpscope/cmd.h"

#include <stdio.h>
#include <time.h>

static void put_difference(struct writer *w, int64_t ns)
{
        struct text t = {0};

        text_add_time(&t, ns);
        put_column(w, STYLE_TIME, -14, "%s", text_string(&t));
        text_free(&t);
}

static void put_wall_clock(struct writer *w, int64_t ns, bool date)
{
        time_t s = (time_t)(ns / 1000000000);
        char text[64];
        struct tm tm;

        if (!localtime_r(&s, &tm)
            || !(date ? strftime(text, sizeof text, "%F %T", &tm) : strftime(text, sizeof text, "%T", &tm)))
                snprintf(text, sizeof text, "?");
        put_column(w, STYLE_TIME, 0, "%s.%06d", text, (int)(ns % 1000000000 / 1000));
}

void clock_column(struct clock *c, struct writer *w, int64_t ns)
{
        if (!writer_columns(w))
                return;
        if (!c->first_ns)
                c->first_ns = c->last_ns = ns;
        switch (c->style) {
        case CLOCK_TIME: put_wall_clock(w, ns, false); break;
        case CLOCK_DATE: put_wall_clock(w, ns, true); break;
        case CLOCK_EPOCH: put_difference(w, ns); break;
        case CLOCK_DELTA: put_difference(w, ns - c->last_ns); break;
        case CLOCK_RELATIVE: put_difference(w, ns - c->first_ns); break;
        case CLOCK_NONE: break;
        }
        c->last_ns = ns;
}
