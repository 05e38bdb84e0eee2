/* SPDX-License-Identifier: BSD-2-Clause */
/* The ladder: hosts on the left, who asks next to them, groups on the right, time downwards, an arrow a packet.
 * Kinds differ in their lines (joins solid, leaves dashed with a cross, answers dotted, queries thick), not only in
 * colour. */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LEFT = 86, TOP = 58, ROW = 28, GAP = 26, NARROW = 104, LETTER = 7 };

struct ladder {
        const struct report *r;
        struct text *t;
        int host_x[REPORT_HOSTS + 1], group_x[REPORT_GROUPS + 1], first_x, last_x, width, height;
        bool whole;
};

static int column_width(const char *name)
{
        int n = (int)strlen(name) * LETTER + 18;
        return n > NARROW ? n : NARROW;
}

/* Gives its columns places from x on, hosts or who asks. */
static int place_hosts(struct ladder *l, int x, bool queriers)
{
        char name[ADDR_TEXT];

        for (int i = 0; i < l->r->n_hosts; i++) {
                if (l->r->hosts[i].querier != queriers)
                        continue;
                report_host_name(l->r, (uint8_t)i, name);
                l->host_x[i] = x + column_width(name) / 2;
                x += column_width(name);
        }
        return x;
}

static void place(struct ladder *l)
{
        const struct report *r = l->r;
        char name[ADDR_TEXT];
        int x = place_hosts(l, LEFT, false);

        if (r->more_hosts) {
                l->host_x[REPORT_HOSTS] = x + NARROW / 2;
                x += NARROW;
        }
        x = place_hosts(l, x, true) + GAP;
        for (int i = 0; i < r->n_groups + r->more_groups; i++) {
                report_group_name(r, (uint8_t)i, name);
                l->group_x[i] = x + column_width(name) / 2;
                x += column_width(name);
        }
        l->last_x = x;
        l->width = x + GAP;
}

static void head(struct ladder *l, int x, const char *name, const char *what)
{
        int w = column_width(name) - 10;

        svg_line(l->t, "life", x, TOP - 8, x, l->height - 8);
        svg_box(l->t, "head", x - w / 2, 8, w, 40);
        svg_text(l->t, "strong", SVG_MIDDLE, x, 25, name);
        svg_text(l->t, "dim", SVG_MIDDLE, x, 41, what);
}

static void heads(struct ladder *l)
{
        const struct report *r = l->r;
        char name[ADDR_TEXT];

        svg_text(l->t, "time", SVG_END, LEFT - 16, 41, "seconds");
        for (int i = 0; i < r->n_hosts; i++) {
                report_host_name(r, (uint8_t)i, name);
                head(l, l->host_x[i], name, r->hosts[i].querier ? "asks (querier)" : "host");
        }
        if (r->more_hosts)
                head(l, l->host_x[REPORT_HOSTS], "other hosts", "");
        for (int i = 0; i < r->n_groups + r->more_groups; i++) {
                const char *known = i < r->n_groups ? group_name(&r->groups[i]) : NULL;
                report_group_name(r, (uint8_t)i, name);
                head(l, l->group_x[i], name, known && strlen(known) < 16 ? known : "group");
        }
}

/* The farthest of the step's groups from x, or x. */
static int end_of(const struct ladder *l, const struct step *s, int x)
{
        int far = x;

        for (int g = 0; g <= REPORT_GROUPS; g++)
                if (s->groups >> g & 1)
                        far = l->group_x[g] > far ? l->group_x[g] : far;
        return far;
}

/* The whole sentence where there is room for it, else what kind it is. */
static void label(struct ladder *l, const struct step *s, int x1, int x2, int y)
{
        const char *words = s->words == SIZE_MAX ? "" : l->r->pool.p + s->words;
        int room = x2 > x1 ? x2 - x1 : x1 - x2;
        struct text w = {0};

        if (s->kind == STEP_QUERY)
                text_add(&w, "who listens to it?");
        else if (*words && (int)strlen(words) * LETTER < room)
                text_add(&w, words);
        else
                text_add(&w, step_words[s->kind].name);
        if (s->folded)
                text_add_format(&w, " × %" PRIu64, s->folded + 1);
        svg_text(l->t, "over", SVG_START, (x1 < x2 ? x1 : x2) + 12, y - 5, text_string(&w));
        text_free(&w);
}

/* A general query goes to all: an arrow to either side, a dot at each host. */
static void draw_general(struct ladder *l, int x, int y)
{
        const struct report *r = l->r;
        int left = x, right = x;

        for (int i = 0; i < r->n_hosts; i++) {
                left = l->host_x[i] < left ? l->host_x[i] : left;
                right = l->host_x[i] > right ? l->host_x[i] : right;
        }
        if (left < x)
                svg_arrow(l->t, "query", x, left, y);
        if (right > x)
                svg_arrow(l->t, "query", x, right, y);
        for (int i = 0; i < r->n_hosts; i++)
                if (l->host_x[i] != x)
                        svg_dot(l->t, "query", l->host_x[i], y, 3);
        svg_text(l->t, "over", SVG_END, x - 12, y - 5, "who listens?");
}

static void draw_arrow(struct ladder *l, const struct step *s, int x, int y)
{
        const char *class = step_words[s->kind].name;
        int far = end_of(l, s, x);

        if (s->to != REPORT_NONE && far == x)
                far = l->host_x[s->to];
        if (s->general) {
                draw_general(l, x, y);
        } else if (far != x) {
                svg_arrow(l->t, class, x, far, y);
                for (int g = 0; g <= REPORT_GROUPS; g++)
                        if ((s->groups >> g & 1) && l->group_x[g] != far)
                                svg_dot(l->t, class, l->group_x[g], y, 4);
                label(l, s, x, far, y);
        }
        if (s->kind == STEP_LEAVE || s->kind == STEP_EXPIRY)
                svg_cross(l->t, class, far + (far == x ? 0 : 7), y);
        svg_dot(l->t, class, x, y, s->kind == STEP_DATA ? 3 : 4);
}

static void mark(struct ladder *l, uint8_t flagged, int y)
{
        if (flagged)
                markup_add(l->t, "<path class=\"%s\" d=\"M10 %dl7 12h-14z\"/>", severity_name(flagged - 1), y - 7);
}

static void draw_step(struct ladder *l, const struct step *s, int y)
{
        int x = s->from == REPORT_NONE ? LEFT : l->host_x[s->from];
        char to[32], name[160], when[32], host[ADDR_TEXT];

        report_host_name(l->r, s->from, host);
        snprintf(to, sizeof to, "#p%" PRIu64, s->frame);
        snprintf(name, sizeof name, "frame %" PRIu64 " at %.3f s: %s %.80s", s->frame,
                 report_seconds(l->r, s->time_ns), host, s->words == SIZE_MAX ? "" : l->r->pool.p + s->words);
        snprintf(when, sizeof when, "%.3f", report_seconds(l->r, s->time_ns));
        if (s->frame && !l->whole)
                svg_link(l->t, to, name);
        else
                text_add(l->t, "<g>");
        svg_box(l->t, "hit", 0, y - ROW / 2, l->width, ROW);
        mark(l, s->flagged, y);
        svg_text(l->t, "time", SVG_END, LEFT - 16, y + 4, when);
        draw_arrow(l, s, x, y);
        text_add(l->t, s->frame && !l->whole ? "</a>\n" : "</g>\n");
}

/* A pause that is long beside the whole is said, as the picture has no scale. */
static bool pauses(const struct report *r, size_t i)
{
        int64_t gap = i ? r->steps[i].time_ns - r->steps[i - 1].time_ns : 0;
        return gap > INT64_C(5000000000) && gap > (r->last_ns - r->first_ns) / 20;
}

static void pause(struct ladder *l, size_t i, int y)
{
        const struct report *r = l->r;
        char said[48];

        snprintf(said, sizeof said, "%.0f s pass", (double)(r->steps[i].time_ns - r->steps[i - 1].time_ns) / 1e9);
        svg_line(l->t, "grid", LEFT, y, l->last_x, y);
        svg_text(l->t, "over dim", SVG_MIDDLE, (LEFT + l->last_x) / 2, y + 4, said);
}

void report_ladder(const struct report *r, struct text *t, bool whole)
{
        struct ladder l = {.r = r, .t = t, .whole = whole};
        size_t n = r->n_steps < REPORT_LADDER ? r->n_steps : REPORT_LADDER, rows = 0;
        int y = TOP + ROW / 2;
        struct text end = {0};

        for (size_t i = 0; i < n; i++)
                rows += 1U + pauses(r, i);
        place(&l);
        l.height = TOP + (int)rows * ROW + (n < r->n_steps || r->left_steps ? 44 : 16);
        svg_open(t, l.width, l.height, "Ladder: who sent what about which group, in order of time", whole);
        heads(&l);
        for (size_t i = 0; i < n; i++, y += ROW) {
                if (pauses(r, i)) {
                        pause(&l, i, y);
                        y += ROW;
                }
                draw_step(&l, &r->steps[i], y);
        }
        if (n < r->n_steps || r->left_steps) {
                text_add_format(&end, "%zu more packets and expiries are not drawn",
                                (size_t)r->left_steps + r->n_steps - n);
                svg_text(t, "strong", SVG_START, LEFT, y + 8, text_string(&end));
        }
        text_free(&end);
        svg_close(t);
}
