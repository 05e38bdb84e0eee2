/* SPDX-License-Identifier: BSD-2-Clause */
/* Memberships as bars over time, a row for each host and group: EXCLUDE filled, INCLUDE hatched, a mark for every
 * packet about it, a dashed tail from the last frame to where the membership expires. Data rates below each other. */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Names stand above what they name, so that a narrow screen shows both. */
enum { LEFT = 16, PLOT = 1130, RIGHT = 130, TOP = 34, ROW = 46, BAR = 14, RATE_ROW = 76, NAME = 15, TICKS = 5 };

struct axis {
        const struct report *r;
        struct text *t;
        int64_t from_ns, to_ns;
};

static int place(const struct axis *a, int64_t ns)
{
        double share = (double)(ns - a->from_ns) / (double)(a->to_ns - a->from_ns);
        return LEFT + (int)(PLOT * (share < 0 ? 0 : share > 1 ? 1 : share));
}

/* Steps of 1, 2 or 5 times a power of ten. */
static double tick_step(double span)
{
        double step = 0.001;

        for (int i = 0; step * TICKS < span; i++)
                step *= i % 3 == 1 ? 2.5 : 2;
        return step;
}

static void draw_axis(const struct axis *a, int height)
{
        double span = (double)(a->to_ns - a->from_ns) / 1e9, step = tick_step(span);
        char said[32];

        for (int i = 0; i * step <= span; i++) {
                int x = LEFT + (int)(PLOT * i * step / span);
                snprintf(said, sizeof said, "%g s", i * step);
                svg_line(a->t, "grid", x, TOP - 8, x, height - 8);
                svg_text(a->t, "time", SVG_MIDDLE, x, TOP - 14, said);
        }
}

static struct axis axis_of(const struct report *r, struct text *t, bool tails)
{
        struct axis a = {r, t, r->first_ns, r->last_ns};
        int64_t span = a.to_ns - a.from_ns;

        if (span < INT64_C(1000000))
                a.to_ns = a.from_ns + (span = INT64_C(1000000));
        if (tails) /* room for what is to come: not all of it, where it is long */
                a.to_ns += span / 5;
        return a;
}

static bool same_row(const struct report_span *m, const struct report_span *n)
{
        return addr_equal(&m->group, &n->group) && addr_equal(&m->host, &n->host) && m->vlan == n->vlan
               && !memcmp(m->host_mac, n->host_mac, sizeof m->host_mac) && !strcmp(m->interface, n->interface);
}

static void name_row(const struct axis *a, const struct report_span *m, int y)
{
        char host[ADDR_TEXT], group[ADDR_TEXT];
        struct text t = {0};

        span_host(m, host);
        text_add_format(&t, "%s in %s", host, addr_format(&m->group, group));
        if (m->vlan)
                text_add_format(&t, "  vlan %u", m->vlan);
        svg_text(a->t, "strong", SVG_START, LEFT, y - NAME, text_string(&t));
        text_free(&t);
}

static void draw_tail(const struct axis *a, const struct report_span *m, int y)
{
        int from = place(a, a->r->last_ns), to = place(a, m->expires_ns);
        char said[48];

        if (m->to_ns != INT64_MAX || m->expires_ns <= a->r->last_ns)
                return;
        svg_box(a->t, "tail", from, y - BAR / 2, to > from ? to - from : 1, BAR);
        snprintf(said, sizeof said, "%s%.0f s left", m->expires_ns > a->to_ns ? "→ " : "",
                 (double)(m->expires_ns - a->r->last_ns) / 1e9);
        svg_text(a->t, "dim", SVG_START, LEFT + PLOT + 8, y + 4, said);
}

static void draw_span(const struct axis *a, const struct report_span *m, int y)
{
        bool open = m->to_ns == INT64_MAX;
        int from = place(a, m->from_ns), to = place(a, open ? a->r->last_ns : m->to_ns);
        char link[32], name[256], host[ADDR_TEXT], group[ADDR_TEXT], until[48];

        span_host(m, host);
        if (open)
                snprintf(until, sizeof until, "the last frame");
        else
                snprintf(until, sizeof until, "%.3f s (%s)", report_seconds(a->r, m->to_ns), change_event_name(m->end));
        snprintf(name, sizeof name, "%s in %s, %s of %u sources, from %.3f s until %s", host,
                 addr_format(&m->group, group), filter_mode_name(m->mode), m->sources,
                 report_seconds(a->r, m->from_ns), until);
        snprintf(link, sizeof link, "#p%" PRIu64, m->frame);
        svg_link(a->t, report_step(a->r, m->frame) ? link : "#packets", name);
        svg_box(a->t, filter_mode_name(m->mode), from, y - BAR / 2, to > from + 2 ? to - from : 2, BAR);
        if (m->sources)
                svg_text(a->t, "over", SVG_START, from + 6, y + 4, m->mode == MODE_INCLUDE ? "from named sources"
                                                                                           : "but named sources");
        svg_link_end(a->t);
        if (!open && m->end == CHANGE_EXPIRED)
                svg_cross(a->t, "expiry", to, y);
        draw_tail(a, m, y);
}

/* Every packet of that host about that group, on its bar. */
static void draw_marks(const struct axis *a, const struct report_span *m, int y)
{
        for (size_t i = 0, n = 0; i < a->r->n_steps && n < 20; i++) {
                const struct step *s = &a->r->steps[i];
                char link[32], name[64];
                bool about = false;
                for (int g = 0; g < a->r->n_groups; g++)
                        about |= (s->groups >> g & 1) && addr_equal(&a->r->groups[g], &m->group);
                if (!about || !s->frame || s->kind == STEP_DATA || s->kind == STEP_QUERY
                    || !addr_equal(&s->src, &m->host))
                        continue;
                snprintf(link, sizeof link, "#p%" PRIu64, s->frame);
                snprintf(name, sizeof name, "frame %" PRIu64 ": %s", s->frame, step_words[s->kind].name);
                svg_link(a->t, link, name);
                if (s->kind == STEP_LEAVE)
                        svg_cross(a->t, "leave", place(a, s->time_ns), y);
                else
                        svg_dot(a->t, "tick", place(a, s->time_ns), y, 3);
                svg_link_end(a->t);
                n++;
        }
}

void report_timeline(const struct report *r, struct text *t)
{
        struct axis a = axis_of(r, t, true);
        int rows = 0, y = TOP - BAR, height;

        for (size_t i = 0; i < r->n_spans; i++)
                rows += !i || !same_row(&r->spans[i], &r->spans[i - 1]);
        height = TOP + rows * ROW + 12;
        svg_open(t, LEFT + PLOT + RIGHT, height, "Memberships over time: a bar for each host and group", false);
        text_add(t, "<defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
                    "patternTransform=\"rotate(45)\"><line class=\"hatch\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\"/>"
                    "</pattern></defs>");
        for (int i = 0; i < rows; i += 2)
                svg_box(t, "stripe", 0, TOP + i * ROW, LEFT + PLOT + RIGHT, ROW);
        draw_axis(&a, height);
        for (size_t i = 0; i < r->n_spans; i++) {
                bool first = !i || !same_row(&r->spans[i], &r->spans[i - 1]);
                bool last = i + 1 == r->n_spans || !same_row(&r->spans[i], &r->spans[i + 1]);
                y += first ? ROW : 0;
                if (first)
                        name_row(&a, &r->spans[i], y);
                draw_span(&a, &r->spans[i], y);
                if (last)
                        draw_marks(&a, &r->spans[i], y);
        }
        svg_line(t, "axis", place(&a, r->last_ns), TOP - 8, place(&a, r->last_ns), height - 8);
        svg_close(t);
}

static void draw_rate(const struct axis *a, int group, int y)
{
        const struct rates *q = &a->r->rates;
        uint64_t peak = 1, packets = 0, octets = 0;
        char name[ADDR_TEXT], said[96];

        for (int i = 0; i < q->used; i++) {
                peak = q->octets[group][i] > peak ? q->octets[group][i] : peak;
                packets += q->packets[group][i];
                octets += q->octets[group][i];
        }
        if (!packets)
                return;
        report_group_name(a->r, (uint8_t)group, name);
        snprintf(said, sizeof said, "%s: %" PRIu64 " packets, %" PRIu64 " bytes", name, packets, octets);
        svg_text(a->t, "strong", SVG_START, LEFT, y - 52, said);
        for (int i = 0; i < q->used; i++) {
                int x = place(a, q->start_ns + i * q->width_ns), end = place(a, q->start_ns + (i + 1) * q->width_ns);
                int h = (int)(40.0 * (double)q->octets[group][i] / (double)peak);
                if (q->packets[group][i])
                        svg_box(a->t, "rate", x, y - (h > 1 ? h : 2), end - x > 2 ? end - x - 1 : 2, h > 1 ? h : 2);
        }
        svg_line(a->t, "axis", LEFT, y, LEFT + PLOT, y);
        snprintf(said, sizeof said, "peak %.0f B/s", (double)peak * 1e9 / (double)q->width_ns);
        svg_text(a->t, "dim", SVG_START, LEFT + PLOT + 8, y - 4, said);
}

static bool has_data(const struct rates *q, int group)
{
        for (int i = 0; i < q->used; i++)
                if (q->packets[group][i])
                        return true;
        return false;
}

void report_rates(const struct report *r, struct text *t)
{
        struct axis a = axis_of(r, t, false);
        int rows = 0, y = TOP, height;

        for (int g = 0; g <= REPORT_GROUPS; g++)
                rows += has_data(&r->rates, g);
        height = TOP + rows * RATE_ROW + 14;
        svg_open(t, LEFT + PLOT + RIGHT, height, "Data to each group over time, in bytes of UDP payload", false);
        draw_axis(&a, height);
        for (int g = 0; g <= REPORT_GROUPS; g++)
                if (has_data(&r->rates, g))
                        draw_rate(&a, g, y += RATE_ROW);
        svg_close(t);
}
