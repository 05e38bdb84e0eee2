/* SPDX-License-Identifier: BSD-2-Clause */
/* How the demonstration speaks: one stream of acts, packets and what the programs say, folded to the screen's width,
 * and bars for who believed in the membership when. To programs the same as values. */
#include "demo.h"

#include <stdio.h>
#include <string.h>

enum { TIME_WIDTH = 7, INDENT = TIME_WIDTH + 2, BAR_LABEL = 22, BAR_MAX = 60 };

static bool for_people(const struct demo *d)
{
        return writer_columns(&d->out.writer);
}

/* ---- lines ---- */

static void time_column(struct demo *d, int64_t time_ns)
{
        put_column(&d->out.writer, STYLE_TIME, -TIME_WIDTH, "%.3f", (double)(time_ns - d->start_ns) / 1e9);
}

static void plain(struct demo *d, enum style style, int indent, const char *text)
{
        static const struct kind kind = {"text", NULL};
        struct writer *w = &d->out.writer;
        size_t from = d->out.text.n;

        writer_open(w, &kind);
        put_column(w, style, 0, "%*s%s", indent, "", text);
        writer_close(w);
        demo_fold(d, from, indent);
}

void demo_heading(struct demo *d, const char *title, const char *text)
{
        text_add_char(&d->out.text, '\n');
        plain(d, STYLE_GROUP, 0, title);
        if (text)
                plain(d, STYLE_DIM, 2, text);
        text_add_char(&d->out.text, '\n');
}

void demo_phase(struct demo *d, int number, const char *title, const char *text)
{
        static const struct kind kind = {"phase", NULL};
        struct writer *w = &d->out.writer;
        char heading[128];

        snprintf(heading, sizeof heading, "%d  %s", number, title);
        if (for_people(d)) {
                demo_heading(d, heading, text);
                return;
        }
        writer_open(w, &kind);
        put_uint(w, "number", (uint64_t)number);
        put_time(w, "time", time_now_ns());
        put_str(w, "title", title);
        put_str(w, "text", text);
        writer_close(w);
}

void demo_picture(struct demo *d)
{
        if (!for_people(d))
                return;
        demo_heading(d, "The laboratory",
                     "Three hosts and a switch, each in a network namespace made a moment ago: nothing here "
                     "reaches your network. Times are seconds; packets are those at the switch's port to a.");
        text_add(&d->out.text, lab_topology(d->lab)->picture);
}

static enum style style_of(const char *who)
{
        if (!strcmp(who, "server"))
                return STYLE_WARN;
        return strcmp(who, "client") ? STYLE_QUERY : STYLE_LEAVE;
}

/* [server (4)] ready: who says it in colour, then what. Programs read the values that server and client write. */
void demo_say(struct demo *d, int64_t time_ns, const char *who, const char *text)
{
        static const struct kind kind = {"line", NULL};
        struct writer *w = &d->out.writer;
        size_t from = d->out.text.n, n = strcspn(text, "]");
        bool tagged = *text == '[' && text[n];

        if (!for_people(d))
                return;
        writer_open(w, &kind);
        time_column(d, time_ns);
        if (tagged)
                put_column(w, style_of(who), 0, "%.*s", (int)n + 1, text);
        else
                put_column(w, style_of(who), 0, "[%s]", who);
        put_column(w, STYLE_PLAIN, 0, "%s", tagged ? text + n + 1 + (text[n + 1] == ' ') : text);
        writer_close(w);
        demo_fold(d, from, INDENT + 2);
}

void demo_packet(struct demo *d, const struct packet *p, const char *remark)
{
        struct writer *w = &d->out.writer;
        struct frame unnamed = *p->frame; /* all packets are from one port: its name would only take room */
        struct packet copy = *p;
        size_t from = d->out.text.n;

        unnamed.interface = NULL;
        copy.frame = &unnamed;
        writer_open(w, &kind_packet);
        time_column(d, p->frame->time_ns);
        packet_columns(&copy, w);
        if (*remark)
                put_column(w, STYLE_DIM, 0, "← %s", remark);
        packet_fields(p, w);
        writer_close(w);
        if (for_people(d))
                demo_fold(d, from, INDENT + 2);
}

void demo_change(struct demo *d, const struct change *c)
{
        struct writer *w = &d->out.writer;
        struct change unnamed = *c;
        size_t from = d->out.text.n;

        unnamed.interface = NULL;
        writer_open(w, &kind_change);
        time_column(d, c->time_ns);
        change_columns(&unnamed, w);
        change_fields(c, w);
        writer_close(w);
        if (for_people(d))
                demo_fold(d, from, INDENT + 2);
}

/* ---- the timeline ---- */

struct scale {
        int64_t from_ns, to_ns;
        unsigned columns;
};

static unsigned column_of(const struct scale *s, int64_t ns)
{
        int64_t at = (ns - s->from_ns) * (int64_t)s->columns / (s->to_ns - s->from_ns);
        return at < 0 ? 0 : at > (int64_t)s->columns ? s->columns : (unsigned)at;
}

/* A label each second, or each few where there is no room. */
static void axis(struct demo *d, const struct scale *s)
{
        const char *const label = "seconds";
        char line[BAR_MAX + 16];
        int every = 1, n = 0;
        unsigned at;

        while (column_of(s, s->from_ns + every * INT64_C(1000000000)) < 6)
                every++;
        memset(line, ' ', sizeof line);
        for (int i = 0; (at = column_of(s, s->from_ns + i * INT64_C(1000000000))) < s->columns; i += every)
                n = (int)at + snprintf(line + at, sizeof line - at, "%d", i), line[n] = ' ';
        line[n] = '\0';
        demo_cells(d, (const char *const[]){label, line}, (const int[]){BAR_LABEL, BAR_MAX + 8},
                   (const enum style[]){STYLE_DIM, STYLE_DIM}, 2);
}

static void bar(struct demo *d, const struct scale *s, const char *label, const struct presence *p)
{
        int64_t from_ns = p->from_ns ? p->from_ns : s->to_ns, to_ns = p->to_ns ? p->to_ns : s->to_ns;
        unsigned from = column_of(s, from_ns), to = column_of(s, to_ns);
        struct text line = {0};
        char span[64] = "never";

        for (unsigned i = 0; i < s->columns; i++)
                text_add(&line, i >= from && (i < to || i == from) ? "█" : "·");
        if (p->from_ns)
                snprintf(span, sizeof span, "%.2f to %.2f", (double)(from_ns - s->from_ns) / 1e9,
                         (double)(to_ns - s->from_ns) / 1e9);
        demo_cells(d, (const char *const[]){label, text_string(&line), span},
                   (const int[]){BAR_LABEL, (int)s->columns, 16},
                   (const enum style[]){STYLE_PLAIN, STYLE_JOIN, STYLE_DIM}, 3);
        text_free(&line);
}

static void put_presence(struct demo *d, const char *who, const struct presence *p)
{
        static const struct kind kind = {"presence", NULL};
        struct writer *w = &d->out.writer;

        writer_open(w, &kind);
        put_str(w, "who", who);
        put_str(w, "group", demo_group);
        if (p->from_ns)
                put_time(w, "from", p->from_ns);
        if (p->to_ns)
                put_time(w, "to", p->to_ns);
        writer_close(w);
}

void demo_timeline(struct demo *d)
{
        const struct demo_facts *f = &d->facts;
        const struct {
                const char *label, *who;
                const struct presence *p;
        } bars[] = {
                {"a's kernel", "host", &f->kernel},
                {"reports on the wire", "wire", &f->wire},
                {"the switch's table", "switch", &f->table},
        };
        struct scale s = {d->start_ns, time_now_ns(), d->width < 104 ? 36 : BAR_MAX};

        if (for_people(d)) {
                demo_heading(d, "Who held 224.3.29.71 to be joined, and when",
                             "The host knows first; the network learns it from the reports, and forgets it last.");
                axis(d, &s);
        }
        for (size_t i = 0; i < sizeof bars / sizeof *bars; i++) {
                if (for_people(d))
                        bar(d, &s, bars[i].label, bars[i].p);
                else
                        put_presence(d, bars[i].who, bars[i].p);
        }
}

/* ---- the end ---- */

static void put_summary(struct demo *d)
{
        static const struct kind kind = {"summary", NULL};
        struct writer *w = &d->out.writer;

        writer_open(w, &kind);
        put_uint(w, "verdicts", demo_verdict_count);
        put_uint(w, "deviations", d->deviations);
        put_uint(w, "frames", d->stats.frames);
        put_uint(w, "bytes", d->stats.bytes);
        put_uint(w, "igmp", d->facts.messages.n);
        put_uint(w, "udp", d->facts.requests.n + d->facts.echoes.n);
        put_uint(w, "dropped_kernel", d->stats.dropped_kernel);
        put_uint(w, "dropped_interface", d->stats.dropped_interface);
        writer_close(w);
}

void demo_summary(struct demo *d)
{
        const char *file = d->set->write;
        char line[256];

        if (!for_people(d)) {
                put_summary(d);
                return;
        }
        snprintf(line, sizeof line, "%zu of %zu hold, %u deviate. %llu packets captured, %llu lost.",
                 demo_verdict_count - d->deviations, demo_verdict_count, d->deviations,
                 (unsigned long long)d->stats.frames, (unsigned long long)d->stats.dropped_kernel);
        text_add_char(&d->out.text, '\n');
        plain(d, d->deviations ? STYLE_BAD : STYLE_GOOD, 0, line);
        if (file && strcmp(file, "-") != 0)
                text_add_format(&d->out.text, "Open them in Wireshark, or:\n  igmpscope watch -r %s -v\n", file);
}
