/* SPDX-License-Identifier: BSD-2-Clause */
/* watch: packets, what the tracker makes of them, and what is wrong with them, as they come. */
#include "igmpscope/cmd.h"

#include <string.h>

#include "igmpscope/model.h"

enum { SHOW_PACKETS = 1, SHOW_CHANGES = 2, SHOW_FINDINGS = 4, SHOW_QUERIERS = 8 };

struct watch {
        struct settings common; /* first */
        struct clock clock;
        struct savefile_options save;
        int64_t rotate_ns;
        uint64_t rotate_mb;
        const char *show_words;
        int severity;
        bool all, hex, link;
        /* while it runs */
        unsigned show;
        struct stream stream;
        struct output out;
        struct tracker *tracker;
        struct linter *linter; /* NULL: nobody wants findings */
        struct savefile *savefile;
};

static int parse_show(struct watch *s, struct error *err)
{
        static const struct { const char *name; unsigned bit; } words[] = {
                {"packets", SHOW_PACKETS}, {"changes", SHOW_CHANGES}, {"findings", SHOW_FINDINGS},
                {"queriers", SHOW_QUERIERS},
        };
        const char *p = s->show_words;

        s->show = p ? 0 : SHOW_PACKETS | SHOW_CHANGES | SHOW_FINDINGS | SHOW_QUERIERS;
        while (p && *p) {
                size_t n = strcspn(p, ","), i = 0;
                while (i < sizeof words / sizeof *words && (!n || strncmp(words[i].name, p, n)))
                        i++;
                if (i == sizeof words / sizeof *words)
                        return error_set(err, "--show %s: takes packets, changes, findings, queriers, "
                                         "with commas between", s->show_words);
                s->show |= words[i].bit;
                p += n + (p[n] == ',');
        }
        return 0;
}

static void show_change(struct watch *s, const struct change *c)
{
        struct writer *w = &s->out.writer;

        if (!(s->show & SHOW_CHANGES))
                return;
        writer_open(w, &kind_change);
        clock_column(&s->clock, w, c->time_ns);
        change_columns(c, w);
        change_fields(c, w);
        writer_close(w);
}

/* What the tracker has to say beside the changes: who is the querier now, and that there was no room. */
static void show_news(struct watch *s)
{
        struct writer *w = &s->out.writer;
        struct querier_change q;
        struct tracker_notice n;

        while (querier_change_next(s->tracker, &q)) {
                if (!(s->show & SHOW_QUERIERS))
                        continue;
                writer_open(w, &kind_querier_change);
                clock_column(&s->clock, w, q.time_ns);
                querier_change_columns(&q, w);
                querier_change_fields(&q, w);
                writer_close(w);
        }
        while (tracker_notice_next(s->tracker, &n)) {
                writer_open(w, &kind_notice);
                clock_column(&s->clock, w, n.time_ns);
                notice_columns(&n, w);
                notice_fields(&n, w);
                writer_close(w);
        }
}

static void show_findings(struct watch *s, struct text *comment)
{
        struct writer *w = &s->out.writer;
        struct finding f;

        while (s->linter && linter_next(s->linter, &f)) {
                if (comment && f.frame == s->stream.frame.number)
                        text_add_format(comment, "%s%s: %s, expected %s (%s)", comment->n ? "\n" : "", f.rule->id,
                                        f.seen, f.expected, f.rule->cite);
                if (!(s->show & SHOW_FINDINGS))
                        continue;
                writer_open(w, &kind_finding);
                clock_column(&s->clock, w, f.time_ns);
                finding_columns(&f, w);
                finding_fields(&f, w);
                writer_close(w);
        }
}

static void link_column(const struct packet *p, struct writer *w)
{
        char src[MAC_TEXT], dst[MAC_TEXT];

        if (p->has_eth)
                put_column(w, STYLE_DIM, 0, "%s > %s", mac_format(p->eth_src, src), mac_format(p->eth_dst, dst));
}

static void show_packet(struct watch *s, const struct packet *p)
{
        struct writer *w = &s->out.writer;
        bool tree = writer_columns(w) && (w->detail || s->hex);

        writer_open(w, &kind_packet);
        clock_column(&s->clock, w, p->frame->time_ns);
        if (s->link)
                link_column(p, w);
        packet_columns(p, w);
        if (!tree)
                packet_fields(p, w);
        writer_close(w);
        if (tree)
                tree_add(w->out, p, s->hex);
        stream_taken(&s->stream);
}

static void time_passes(struct watch *s)
{
        struct change c;

        while (tracker_expire(s->tracker, s->stream.now_ns, &c)) {
                show_news(s); /* who fell silent before that */
                show_change(s, &c);
        }
        show_news(s);
        if (s->linter)
                linter_time(s->linter, s->stream.now_ns);
        show_findings(s, NULL);
}

static int take_packet(struct watch *s, const struct packet *p, struct error *err)
{
        struct text comment = {0};
        struct record rec;
        struct change c;
        int r = 0;

        if ((s->show & SHOW_PACKETS) && (s->all || packet_relevant(p) || p->stop.layer != LAYER_NONE))
                show_packet(s, p);
        if (s->linter)
                linter_packet(s->linter, p);
        show_findings(s, s->savefile ? &comment : NULL);
        tracker_packet(s->tracker, p);
        for (size_t at = 0; record_next(p, &at, &rec);)
                while (tracker_apply(s->tracker, p, &rec, &c))
                        show_change(s, &c);
        show_news(s);
        if (s->savefile)
                r = savefile_write(s->savefile, &s->stream.frame, comment.n ? text_string(&comment) : NULL, err);
        text_free(&comment);
        return r;
}

static int loop(struct watch *s, struct error *err)
{
        struct packet p;
        int r;

        while ((r = stream_next(&s->stream, &p, err)) > 0) {
                time_passes(s);
                if (s->linter && stream_lost(&s->stream))
                        linter_gap(s->linter);
                r = r == CAPTURE_FRAME ? take_packet(s, &p, err) : 0;
                if (r)
                        return r == SAVEFILE_GONE ? 0 : -1;
                r = s->stream.live ? output_flush(&s->out, err) : output_ready(&s->out, err);
                if (r < 0)
                        return -1;
        }
        if (s->linter)
                linter_end(s->linter);
        show_findings(s, NULL);
        return r;
}

static int open_all(struct watch *s, struct error *err)
{
        struct tracker_options tracking;
        struct linter_options lint = {.severity = (enum severity)s->severity};

        if (s->save.file && strcmp(s->save.file, "-") == 0 && !s->common.output)
                s->common.output = "/dev/null"; /* standard output carries the capture, and nothing else */
        s->common.capture.everything = s->all && !s->common.n_words;
        if (parse_show(s, err) < 0 || output_open(&s->out, &s->common, err) < 0)
                return -1;
        if (stream_open(&s->stream, &s->common, err) < 0)
                return -1;
        tracking_options(&s->common, &tracking);
        s->tracker = tracker_new(&tracking);
        if (!s->tracker)
                return error_set(err, "out of memory");
        random_seed(lint.seed);
        if ((s->show & SHOW_FINDINGS || s->save.file) && linter_new(&s->linter, &lint, s->tracker, err) < 0)
                return -1;
        s->save.rotate_ns = s->rotate_ns;
        s->save.rotate_bytes = s->rotate_mb * 1000000;
        s->save.filter = capture_filter(s->stream.capture);
        return s->save.file ? savefile_open(&s->savefile, &s->save, err) : 0;
}

/* What was lost belongs into the file. */
static int save_close(struct watch *s, struct error *err)
{
        struct capture_stats lost;
        int r;

        if (s->savefile && s->stream.capture) {
                capture_stats(s->stream.capture, &lost);
                savefile_drops(s->savefile, &lost);
        }
        r = savefile_close(s->savefile, err);
        return r == SAVEFILE_GONE ? 0 : r;
}

static int run(void *settings, struct error *err)
{
        struct watch *s = settings;
        struct error later = {{0}};
        int r = open_all(s, err);

        if (r == 0) {
                r = loop(s, err);
                stream_summary(&s->stream, &s->out.writer);
        }
        if (output_close(&s->out, r < 0 ? &later : err) < 0 && r >= 0)
                r = -1;
        if (s->out.broken_pipe)
                r = 0;
        if (save_close(s, r < 0 ? &later : err) < 0 && r >= 0)
                r = -1;
        linter_free(s->linter);
        tracker_free(s->tracker);
        stream_close(&s->stream);
        return r;
}

static void defaults(void *settings)
{
        struct watch *s = settings;
        s->severity = SEVERITY_SHOULD;
}

#define AT(field) offsetof(struct watch, field)

static const struct option_row own[] = {
        {'w', "write", "FILE",
         "write what was captured there too, findings as packet comments; - is stdout",
         OPTION_TEXT, AT(save.file), 0, 0, NULL},
        {0, "pcap", NULL, "write classic pcap instead of pcapng (no comments)",
         OPTION_FLAG, AT(save.pcap), 0, 0, NULL},
        {'C', "rotate-size", "MB", "begin a new file after so many megabytes",
         OPTION_UINT, AT(rotate_mb), 1, 0, NULL},
        {'G', "rotate-time", "SECONDS", "begin a new file after so long",
         OPTION_SECONDS, AT(rotate_ns), 0, 0, NULL},
        {'U', "flush", NULL, "write each packet at once", OPTION_FLAG, AT(save.flush), 0, 0, NULL},
        {0, "show", "WHAT", "packets, changes, findings, queriers, with commas between (default: all of them)",
         OPTION_TEXT, AT(show_words), 0, 0, NULL},
        {0, "severity", "LEVEL",
         "findings of this severity and above: notice, should (the default) or must",
         OPTION_WORD, AT(severity), 0, 0, "notice|should|must"},
        {'a', "all", NULL, "show every packet, not only IGMP, MLD and multicast UDP",
         OPTION_FLAG, AT(all), 0, 0, NULL},
        {'x', "hex", NULL, "every field with its octets",
         OPTION_FLAG, AT(hex), 0, 0, NULL},
        {'e', "link-header", NULL, "the Ethernet addresses too",
         OPTION_FLAG, AT(link), 0, 0, NULL},
        {0, "time", "STYLE", "the time column: clock (the default), date, epoch, delta, relative, none",
         OPTION_WORD, AT(clock.style), 0, 0, CLOCK_STYLES},
        {0},
};

static const struct option_row *const options[] = {
        options_capture, own, options_tracking, options_limits, options_output, NULL,
};

const struct verb verb_watch = {
        .name = "watch",
        .arguments = "-i IFACE | -r FILE [FILTER]",
        .summary = "decodes IGMP, MLD and multicast UDP, live or from a file: packets, changes of membership, findings",
        .text = "  igmpscope watch -i eth0                          joins, leaves, queries, data, as they come\n"
                "  igmpscope watch -r capture.pcapng --json | jq .  one object a line\n"
                "  igmpscope watch -i eth0 -w save.pcapng           keep it for Wireshark, findings as comments\n"
                "  igmpscope watch -r capture.pcap --show changes   who joined and left, and nothing else\n"
                "\nTrailing words are a pcap-filter(7) expression. Without one nothing that matters is lost: IGMP and\n"
                "MLD behind VLAN tags and hop-by-hop headers come through.\n",
        .options = options,
        .size = sizeof(struct watch),
        .defaults = defaults,
        .run = run,
};
