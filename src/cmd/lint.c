/* SPDX-License-Identifier: BSD-2-Clause */
/* lint: conformance findings, and nothing else. Exit status 1 if there is one. */
#include "igmpscope/cmd.h"

#include <inttypes.h>

#include "igmpscope/model.h"

struct lint {
        struct settings common; /* first */
        struct linter_options lint;
        struct clock clock;
        int severity;
        const char *prefix;
};

static uint64_t take(struct lint *s, struct linter *l, struct writer *w)
{
        struct finding f;
        uint64_t n = 0;

        for (; linter_next(l, &f); n++) {
                writer_open(w, &kind_finding);
                clock_column(&s->clock, w, f.time_ns);
                if (f.frame)
                        put_column(w, STYLE_DIM, 10, "frame %" PRIu64, f.frame);
                else
                        put_column(w, STYLE_DIM, 10, "%s", "");
                finding_columns(&f, w);
                finding_fields(&f, w);
                writer_close(w);
        }
        return n;
}

static void follow(struct tracker *t, const struct packet *p)
{
        struct record rec;
        struct change c;

        tracker_packet(t, p);
        for (size_t at = 0; record_next(p, &at, &rec);)
                while (tracker_apply(t, p, &rec, &c))
                        ;
}

static int loop(struct lint *s, struct stream *st, struct tracker *t, struct linter *l, struct output *o, uint64_t *n,
                struct error *err)
{
        struct packet p;
        struct change c;
        int r;

        while ((r = stream_next(st, &p, err)) > 0) {
                while (tracker_expire(t, st->now_ns, &c))
                        ;
                linter_time(l, st->now_ns);
                *n += take(s, l, &o->writer);
                if (stream_lost(st))
                        linter_gap(l);
                if (r == CAPTURE_FRAME) {
                        linter_packet(l, &p);
                        *n += take(s, l, &o->writer);
                        follow(t, &p);
                }
                if ((st->live ? output_flush(o, err) : output_ready(o, err)) < 0)
                        return -1;
        }
        linter_end(l);
        *n += take(s, l, &o->writer);
        return r;
}

static int judge(struct lint *s, struct stream *st, struct output *o, struct error *err)
{
        struct tracker_options tracking;
        struct tracker *t;
        struct linter *l = NULL;
        uint64_t n = 0;
        int r = -1;

        tracking_options(&s->common, &tracking);
        s->lint.severity = (enum severity)s->severity;
        random_seed(s->lint.seed);
        if (s->prefix && !prefix_parse(s->prefix, &s->lint.prefix, &s->lint.prefix_len))
                return error_set(err, "--prefix %s: needs the link's network, as in 192.0.2.0/24", s->prefix);
        t = tracker_new(&tracking);
        if (!t)
                return error_set(err, "out of memory");
        if (linter_new(&l, &s->lint, t, err) == 0)
                r = loop(s, st, t, l, o, &n, err);
        linter_free(l);
        tracker_free(t);
        return r < 0 ? -1 : n ? EXIT_NOT_HELD : EXIT_HELD;
}

static int run(void *settings, struct error *err)
{
        struct lint *s = settings;
        struct stream st = {0};
        struct output o = {0};
        struct error later;
        int r;

        if (output_open(&o, &s->common, err) < 0 || stream_open(&st, &s->common, err) < 0)
                return -1;
        r = judge(s, &st, &o, err);
        if (output_close(&o, r < 0 ? &later : err) < 0 && !o.broken_pipe)
                r = -1;
        stream_close(&st);
        return r;
}

#define AT(field) offsetof(struct lint, field)

static const struct option_row own[] = {
        {0, "packets", NULL, "only rules that need one packet",
         OPTION_FLAG, AT(lint.packets), 0, 0, NULL},
        {0, "sequences", NULL, "only rules that need several",
         OPTION_FLAG, AT(lint.sequences), 0, 0, NULL},
        {0, "all", NULL, "rules that are judged only where asked for, too",
         OPTION_FLAG, AT(lint.all), 0, 0, NULL},
        {0, "only", "RULE,…", "only these rules (`igmpscope list rules`)",
         OPTION_TEXT, AT(lint.only), 0, 0, NULL},
        {0, "skip", "RULE,…", "all but these", OPTION_TEXT, AT(lint.skip), 0, 0, NULL},
        {0, "prefix", "NETWORK", "the link's IPv4 network: sources outside it are told (igmp-src-subnet)",
         OPTION_TEXT, AT(prefix), 0, 0, NULL},
        {0, "time", "STYLE", "the time column: clock (the default), date, epoch, delta, relative, none",
         OPTION_WORD, AT(clock.style), 0, 0, CLOCK_STYLES},
        {0, "severity", "LEVEL", "this severity and above: notice (the default), should or must",
         OPTION_WORD, AT(severity), 0, 0, "notice|should|must"},
        {0},
};

static const struct option_row *const options[] = {
        options_capture, own, options_tracking, options_limits, options_output, NULL,
};

const struct verb verb_lint = {
        .name = "lint",
        .arguments = "-i IFACE | -r FILE [FILTER]",
        .summary = "conformance findings, each with its rule, document and section; exit status 1 if there is one",
        .text = "  igmpscope lint -r capture.pcapng                     everything worth saying\n"
                "  igmpscope lint -r capture.pcapng --severity must     only what the documents forbid\n"
                "  igmpscope lint -i eth0 -W 300 --sequences            five minutes of a live segment\n"
                "\n`igmpscope list rules` names the rules, `igmpscope explain RULE` says one in full.\n",
        .options = options,
        .size = sizeof(struct lint),
        .run = run,
};
