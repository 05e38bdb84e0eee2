/* SPDX-License-Identifier: BSD-2-Clause */
/* report: a capture as a page to look at, as a picture, or as text: the same loop as watch, kept instead of shown. */
#include "igmpscope/cmd.h"

#include <stdlib.h>
#include <string.h>

#include "igmpscope/model.h"
#include "report.h"

struct report_settings {
        struct settings common; /* first */
        int severity;
        struct stream stream;
        struct output out;
        struct tracker *tracker;
        struct linter *linter;
        struct report *report;
};

enum shape { SHAPE_HTML, SHAPE_SVG, SHAPE_TEXT };

static bool ends_with(const char *s, const char *end)
{
        size_t n = strlen(s), m = strlen(end);
        return n >= m && !strcmp(s + n - m, end);
}

/* What -T says, or else the name of the file. */
static int shape_of(const struct settings *s, struct error *err)
{
        static const struct { const char *word; enum shape shape; } words[] = {
                {"html", SHAPE_HTML}, {"svg", SHAPE_SVG}, {"text", SHAPE_TEXT},
        };
        static const struct { const char *end; enum shape shape; } ends[] = {
                {".html", SHAPE_HTML}, {".htm", SHAPE_HTML}, {".svg", SHAPE_SVG}, {".txt", SHAPE_TEXT},
        };

        if (s->json)
                return error_set(err, "a report is html, svg or text; for JSON: igmpscope watch --json");
        if (s->format) {
                for (size_t i = 0; i < sizeof words / sizeof *words; i++)
                        if (!strcmp(s->format, words[i].word))
                                return (int)words[i].shape;
                return error_set(err, "-T %s: a report is html, svg or text", s->format);
        }
        if (!s->output || !strcmp(s->output, "-") || !strncmp(s->output, "/dev/", 5))
                return SHAPE_TEXT;
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
                if (ends_with(s->output, ends[i].end))
                        return (int)ends[i].shape;
        return error_set(err, "-o %s: name it .html, .svg or .txt, or say which with -T", s->output);
}

static bool take_findings(struct report_settings *s, uint64_t frame)
{
        struct finding f;
        bool flagged = false;

        while (linter_next(s->linter, &f)) {
                report_finding(s->report, &f);
                flagged |= f.frame == frame;
        }
        return flagged;
}

static void time_passes(struct report_settings *s)
{
        struct change c;

        while (tracker_expire(s->tracker, s->stream.now_ns, &c))
                report_change(s->report, &c);
        linter_time(s->linter, s->stream.now_ns);
        take_findings(s, 0);
}

static void take_packet(struct report_settings *s, const struct packet *p)
{
        struct report *r = s->report;
        struct record rec;
        struct change c;
        bool flagged;
        int event = -1;

        r->frames++;
        linter_packet(s->linter, p);
        flagged = take_findings(s, p->frame->number);
        tracker_packet(s->tracker, p);
        for (size_t at = 0; record_next(p, &at, &rec);)
                while (tracker_apply(s->tracker, p, &rec, &c)) {
                        report_change(r, &c);
                        event = event < 0 || c.event == CHANGE_JOINED ? (int)c.event : event;
                }
        if (!packet_relevant(p) && p->stop.layer == LAYER_NONE)
                return;
        report_packet(r, p, event, flagged);
        stream_taken(&s->stream);
}

static int read_all(struct report_settings *s, struct error *err)
{
        struct packet p;
        int r;

        while ((r = stream_next(&s->stream, &p, err)) > 0) {
                s->report->first_ns = s->stream.first_ns;
                time_passes(s);
                if (stream_lost(&s->stream))
                        linter_gap(s->linter);
                if (r == CAPTURE_FRAME)
                        take_packet(s, &p);
        }
        linter_end(s->linter);
        take_findings(s, 0);
        report_finish(s->report, s->tracker, s->stream.now_ns);
        return r;
}

/* Without its folders: a page is passed on, and where it was made is nobody's business. */
static const char *file_name(const char *path)
{
        const char *slash = strrchr(path, '/');
        return slash ? slash + 1 : path;
}

static int open_all(struct report_settings *s, struct error *err)
{
        struct tracker_options tracking;
        struct linter_options lint = {.severity = (enum severity)s->severity};

        if (stream_open(&s->stream, &s->common, err) < 0)
                return -1;
        tracking_options(&s->common, &tracking);
        s->tracker = tracker_new(&tracking);
        s->report = calloc(1, sizeof *s->report);
        if (!s->tracker || !s->report)
                return error_set(err, "out of memory");
        if (report_init(s->report, err) < 0)
                return -1;
        s->report->name = file_name(capture_name(s->stream.capture));
        return linter_new(&s->linter, &lint, s->tracker, err);
}

static void draw(const struct report_settings *s, enum shape shape, struct text *t)
{
        switch (shape) {
        case SHAPE_HTML: report_page(s->report, t); break;
        case SHAPE_SVG: report_ladder(s->report, t, true); break;
        case SHAPE_TEXT: report_text(s->report, t); break;
        }
}

/* The file is opened when there is something to put in it: a capture that can't be read leaves an old page alone. */
static int write_out(struct report_settings *s, enum shape shape, struct error *err)
{
        s->common.format = NULL;
        if (output_open(&s->out, &s->common, err) < 0)
                return -1;
        draw(s, shape, &s->out.text);
        return output_close(&s->out, err);
}

static int run(void *settings, struct error *err)
{
        struct report_settings *s = settings;
        int shape = shape_of(&s->common, err), r = shape < 0 ? -1 : open_all(s, err);

        if (r == 0)
                r = read_all(s, err);
        if (r == 0)
                r = write_out(s, (enum shape)shape, err);
        linter_free(s->linter);
        tracker_free(s->tracker);
        if (s->report)
                report_free(s->report);
        free(s->report);
        stream_close(&s->stream);
        return r;
}

static void defaults(void *settings)
{
        struct report_settings *s = settings;
        s->severity = SEVERITY_SHOULD;
}

static const struct option_row own[] = {
        {0, "severity", "LEVEL", "findings of this severity and above: notice, should (the default) or must",
         OPTION_WORD, offsetof(struct report_settings, severity), 0, 0, "notice|should|must"},
        {0},
};

static const struct option_row *const options[] = {
        options_capture, own, options_tracking, options_limits, options_output, NULL,
};

const struct verb verb_report = {
        .name = "report",
        .arguments = "-r FILE -o FILE.html|FILE.svg [FILTER]",
        .summary = "a capture as one page to look at: ladder, memberships over time, queriers, data, findings, "
                   "packets",
        .text = "  igmpscope report -r capture.pcapng -o capture.html   a page that holds all it shows; open it "
                "in a browser\n"
                "  igmpscope report -r capture.pcapng -o ladder.svg     the ladder alone, for a slide\n"
                "  igmpscope report -r capture.pcapng                   the ladder in the terminal\n"
                "\nA page is bounded, however long the capture: it keeps the first 2,000 packets that matter, "
                "folds data that\n"
                "goes on and on, and says what it left out. Trailing words are a pcap-filter(7) expression.\n",
        .options = options,
        .size = sizeof(struct report_settings),
        .defaults = defaults,
        .run = run,
};
