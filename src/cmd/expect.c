/* SPDX-License-Identifier: BSD-2-Clause */
/* expect: what a capture is to show, line by line, judged; or, with --from, a first draft of such lines.
 * All lines are read before anything is captured. docs/expect.md is the language. */
#include "igmpscope/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "igmpscope/expect.h"

enum { FILE_MAX = 16 << 20 };

struct expect {
        struct settings common; /* first */
        struct option_list lines;
        const char *from;
        /* while it runs */
        struct expectations *expectations;
        struct stream stream;
        struct output out;
        struct verdicts verdicts;
};

/* ---- reading the lines ---- */

static int slurp(const char *name, struct text *t, struct error *err)
{
        FILE *f = strcmp(name, "-") ? fopen(name, "re") : stdin;
        char piece[4096];
        size_t n;
        int r = 0;

        if (!f)
                return error_system(err, errno, NULL, "read %s", name);
        while ((n = fread(piece, 1, sizeof piece, f)) && t->n < FILE_MAX)
                text_add_n(t, piece, n);
        if (ferror(f))
                r = error_system(err, errno, NULL, "read %s", name);
        else if (t->n >= FILE_MAX)
                r = error_set(err, "%s: too long for expectations; is it a capture? those go behind -r", name);
        else if (t->failed)
                r = error_set(err, "out of memory");
        if (f != stdin)
                fclose(f);
        return r;
}

/* How many lines could not be read, or -1. */
static int read_file(struct expect *s, const char *name, struct text *bad, struct error *err)
{
        struct text t = {0};
        size_t wrong = 0;
        int r = slurp(name, &t, err);

        if (r == 0)
                wrong = expectations_read(s->expectations, name, (struct bytes){(const uint8_t *)t.p, t.n}, bad);
        text_free(&t);
        return r < 0 ? -1 : (int)wrong;
}

/* All -e together are one text, a line each. */
static size_t read_options(struct expect *s, struct text *bad)
{
        struct text t = {0};
        size_t wrong;

        for (int i = 0; i < s->lines.n; i++)
                text_add_format(&t, "%s\n", s->lines.values[i]);
        wrong = expectations_read(s->expectations, "-e", (struct bytes){(const uint8_t *)t.p, t.n}, bad);
        text_free(&t);
        return wrong;
}

static void complain(const struct settings *s, struct text *bad, size_t wrong)
{
        size_t shown = wrong < EXPECTATIONS_BAD_SHOWN ? wrong : EXPECTATIONS_BAD_SHOWN;
        char *line = bad->n ? bad->p : NULL, *end;

        text_string(bad);
        for (; line && (end = strchr(line, '\n')); line = end + 1)
                fprintf(stderr, "igmpscope %s: %.*s\n", s->verb->name, (int)(end - line), line);
        if (wrong > shown)
                fprintf(stderr, "igmpscope %s: and %zu more lines that can't be read\n", s->verb->name, wrong - shown);
}

static bool both_from_stdin(const struct settings *c)
{
        for (int i = 0; i < c->filter_from; i++)
                if (!strcmp(c->words[i], "-") && c->capture.file && !strcmp(c->capture.file, "-"))
                        return true;
        return false;
}

/* 0; EXIT_TROUBLE once all that can't be read is on stderr; -1 with err. */
static int read_all(struct expect *s, struct error *err)
{
        struct settings *c = &s->common;
        struct text bad = {0};
        size_t wrong = 0;
        int r = 0;

        c->filter_from = c->has_dashes ? c->dashes : c->n_words;
        if (both_from_stdin(c))
                return error_set(err, "- twice: expectations and capture can't both come from stdin");
        for (int i = 0; i < c->filter_from && r >= 0; i++) {
                r = read_file(s, c->words[i], &bad, err);
                wrong += r > 0 ? (size_t)r : 0;
        }
        wrong += read_options(s, &bad);
        complain(c, &bad, wrong);
        text_free(&bad);
        if (r < 0)
                return -1;
        if (wrong)
                return EXIT_TROUBLE;
        if (expectations_count(s->expectations))
                return 0;
        return error_set(err, "no expectations; name a file of them, or give one with -e 'join 239.1.1.1'; "
                         "--from CAPTURE drafts some");
}

/* ---- judging ---- */

static int open_all(struct expect *s, struct error *err)
{
        const char *endless = NULL;
        size_t n = expectations_count(s->expectations);

        if (s->common.capture.interface && !s->common.deadline_ns)
                endless = expectations_endless(s->expectations);
        if (endless)
                return error_set(err, "%s: would never be decided, nor would any other; say how long to listen with "
                                 "-W SECONDS", endless);
        if (output_open(&s->out, &s->common, err) < 0
            || verdicts_open(&s->verdicts, &s->common, &s->out, "expect", n, err) < 0
            || stream_open(&s->stream, &s->common, err) < 0
            || expectations_begin(s->expectations, s->stream.live ? time_now_ns() : 0, err) < 0)
                return -1;
        return 0;
}

static int loop(struct expect *s, struct error *err)
{
        struct expectations *e = s->expectations;
        bool deadline = s->common.deadline_ns;
        struct packet p;
        int r;

        while ((r = stream_next(&s->stream, &p, err)) > 0) {
                if (r == CAPTURE_FRAME)
                        expectations_packet(e, &p);
                else
                        expectations_time(e, s->stream.now_ns);
                if (r == CAPTURE_FRAME && packet_relevant(&p))
                        stream_taken(&s->stream);
                if (s->stream.live && expectations_over(e, s->stream.now_ns, deadline))
                        return 0;
        }
        return r;
}

static void verdicts(struct expect *s)
{
        struct verdict v;
        int width = 0;

        for (size_t i = 0; expectations_next(s->expectations, &i, &v);)
                width = (int)strlen(v.id) > width ? (int)strlen(v.id) : width;
        s->verdicts.width = width;
        for (size_t i = 0; expectations_next(s->expectations, &i, &v);)
                verdicts_put(&s->verdicts, &v);
}

static int judge(struct expect *s, struct error *err)
{
        struct error later;
        int r = open_all(s, err), closed = -1;

        if (r == 0)
                r = loop(s, err);
        if (r == 0) {
                if (s->stream.live)
                        expectations_time(s->expectations, time_now_ns());
                expectations_finish(s->expectations);
                verdicts(s);
                r = closed = verdicts_close(&s->verdicts, err);
        }
        if (closed < 0)
                verdicts_abandon(&s->verdicts);
        if (output_close(&s->out, r < 0 ? &later : err) < 0 && r >= 0)
                r = -1;
        stream_close(&s->stream);
        return r;
}

/* ---- a draft ---- */

static int draft_all(struct stream *st, struct draft *d, struct error *err)
{
        struct packet p;
        int r;

        while ((r = stream_next(st, &p, err)) > 0)
                if (r == CAPTURE_FRAME)
                        draft_packet(d, &p);
        return r;
}

static int draft(struct expect *s, struct error *err)
{
        struct tracker_options tracking;
        struct error later;
        struct draft *d = NULL;
        int r = -1;

        if (s->common.capture.file || s->common.capture.interface)
                return error_set(err, "--from names the capture itself: no -r or -i beside it");
        if (s->lines.n || (s->common.has_dashes ? s->common.dashes : s->common.n_words))
                return error_set(err, "--from drafts expectations: it takes none beside it");
        s->common.capture.file = s->from;
        s->common.filter_from = 0;
        tracking_options(&s->common, &tracking);
        if (output_open(&s->out, &s->common, err) == 0 && stream_open(&s->stream, &s->common, err) == 0
            && (d = draft_new(&tracking, err)))
                r = draft_all(&s->stream, d, err);
        if (r == 0)
                draft_write(d, s->from, &s->out.text);
        if (output_close(&s->out, r < 0 ? &later : err) < 0 && r >= 0)
                r = -1;
        draft_free(d);
        stream_close(&s->stream);
        return r;
}

static int run(void *settings, struct error *err)
{
        struct expect *s = settings;
        struct tracker_options tracking;
        int r;

        if (s->from)
                return draft(s, err);
        tracking_options(&s->common, &tracking);
        if (expectations_new(&s->expectations, &tracking, err) < 0)
                return -1;
        r = read_all(s, err);
        if (r == 0)
                r = judge(s, err);
        expectations_free(s->expectations);
        return r;
}

#define AT(field) offsetof(struct expect, field)

static const struct option_row own[] = {
        {'e', "line", "LINE", "an expectation; may be given several times", OPTION_MANY, AT(lines), 0, 0, NULL},
        {0, "from", "CAPTURE", "write a first draft of expectations that this capture meets", OPTION_TEXT, AT(from), 0,
         0, NULL},
        {0},
};

static const struct option_row *const options[] = {
        own, options_verdict, options_capture, options_tracking, options_limits, options_output, NULL,
};

const struct verb verb_expect = {
        .name = "expect",
        .arguments = "FILE… -i IFACE | -r FILE [-- FILTER]",
        .summary = "judges expectations: joins, leaves, reports, queries, data, echoes, members, findings; for CI",
        .text = "  igmpscope expect --from good.pcapng >ci.expect         a first draft, to edit and keep\n"
                "  igmpscope expect ci.expect -r run.pcapng                ok, or FAILED and what came instead\n"
                "  igmpscope expect ci.expect -i eth0 -W 10 --junit o.xml  live, for at most ten seconds\n"
                "  igmpscope expect -r run.pcap -e 'join 239.1.1.1 within 0..1' -e 'not finding severity must'\n"
                "\nLines: [not] VERB [SUBJECT] [CLAUSE…]. Verbs: join, leave, expire, report, query, data, echo,\n"
                "member, querier, finding. Clauses: by, from, version, record, ttl, severity, on, vlan, within,\n"
                "after, count, at, hosts. docs/expect.md has them all. FILE may be - for stdin. Live, it ends once\n"
                "all is decided, or after the last window, or after -W.\n",
        .options = options,
        .size = sizeof(struct expect),
        .run = run,
};
