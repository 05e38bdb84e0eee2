/* SPDX-License-Identifier: BSD-2-Clause */
/* trace: runs a program as it is and sets side by side what it asked for, what the kernel says and what the wire says,
 * with a verdict on each request. In a host of the laboratory, or here, where only the program itself sends. */
#include "trace.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igmpscope/lab.h"

enum { LINGER_MS = 1200, QUERY_WAIT_MS = 4000, TROUBLES = 4 };

struct trace_settings {
        struct settings common; /* first */
        bool lab, own_status;
        int querier; /* index into the option's words */
        const char *host;
};

struct run {
        struct trace_settings *s;
        struct trace t;
        struct lab *lab;
        struct capture *capture;
        struct decoder *decoder;
        struct tracer *tracer;
        int troubles; /* of the capture */
};

/* ---- before the program ---- */

/* A version-2 host is one that has heard a version-2 query. */
static void await_querier(struct run *r)
{
        const struct addr all = addr_v4(0xe0000001);
        struct kernel_group g[8];

        for (int i = 0; i < QUERY_WAIT_MS / 50 && !stop_signal; i++) {
                for (size_t k = memberships_of(getpid(), &all, g, sizeof g / sizeof *g); k-- > 0;)
                        if (g[k].version == 2)
                                return;
                poll_or_stop(NULL, 0, INT64_C(50000000));
        }
        note(&r->s->common, "the switch's IGMPv2 query has not come: the program begins without it");
}

static int open_lab(struct run *r, struct error *err)
{
        static const int versions[] = {3, 2, QUERIER_OFF};
        const struct lab_options o = {.querier = versions[r->s->querier]};
        const struct topology *t = topology_find("lan", err);

        if (!t || lab_open(&r->lab, t, &o, err) || lab_enter(r->lab, r->s->host, err))
                return -1;
        r->s->common.capture.interface = lab_end(r->lab, r->s->host, NULL)->interface;
        if (o.querier == 2)
                await_querier(r);
        return 0;
}

static int open_capture(struct run *r, struct error *err)
{
        struct capture_options o = r->s->common.capture;
        struct interface i;
        const bool asked = o.interface;

        o.interface = asked ? o.interface : "any";
        o.link = -1;
        o.timeout_ms = -1; /* a stopped thread waits for us: only poll may wait */
        if (asked && strcmp(o.interface, "any") != 0 && interface_find(o.interface, &i, err) < 0)
                return -1;
        snprintf(r->t.where, sizeof r->t.where, "%s", asked && strcmp(o.interface, "any") != 0 ? i.name : "any");
        r->decoder = decoder_new();
        if (!r->decoder || local_addresses_read(&r->t.own, err) < 0)
                return -1;
        r->t.captured = capture_open(&r->capture, &o, err) == 0;
        if (!r->t.captured && asked)
                return -1;
        if (!r->t.captured)
                note(&r->s->common, "the wire's column stays empty: %s", err->text);
        return 0;
}

static int launch(struct run *r, char **argv, struct error *err)
{
        pid_t child;

        if (tracer_open(&r->tracer, err) < 0)
                return -1;
        child = r->lab ? lab_fork(r->lab, r->s->host, err) : fork();
        if (!child)
                tracer_become(r->tracer, argv);
        if (child < 0)
                return r->lab ? -1 : error_system(err, errno, NULL, "trace: fork");
        r->t.begin_ns = time_now_ns();
        return tracer_attach(r->tracer, child, err);
}

/* ---- while it runs ---- */

static int take_call(struct run *r, const struct traced_call *c, struct error *err)
{
        struct trace *t = &r->t;

        if (c->done) {
                for (size_t i = t->n; i-- > 0;) {
                        if (t->p[i].done || t->p[i].call.thread != c->thread || t->p[i].implied)
                                continue;
                        request_end(&t->p[i], c);
                        break;
                }
                return 0;
        }
        struct request *more = realloc(t->p, (t->n + 1) * sizeof *more);
        if (!more)
                return error_set(err, "out of memory");
        t->p = more;
        t->n += request_begin(&more[t->n], c);
        return 0;
}

/* An interface that goes down is part of the story: it is told, and looked at again, but not for ever. */
static void take_frames(struct run *r)
{
        struct frame f;
        struct packet p;
        struct error err;
        int got = CAPTURE_IDLE;

        while (r->capture && (got = capture_next(r->capture, &f, &err)) == CAPTURE_FRAME) {
                decoder_decode(r->decoder, &f, &p);
                trace_take(&r->t, &p);
        }
        if (got != CAPTURE_ERROR)
                return;
        note(&r->s->common, "%s", err.text);
        if (++r->troubles < TROUBLES)
                return;
        capture_close(r->capture);
        r->capture = NULL;
}

static void pass_signal(struct run *r, int *passed)
{
        if (!stop_signal || *passed == stop_signal)
                return;
        *passed = stop_signal;
        if (stop_signal != SIGINT || !isatty(STDIN_FILENO)) /* Ctrl-C has reached the program already */
                tracer_signal(r->tracer, stop_signal);
        stop_signal = 0;
}

/* The calls first, as a thread waits for us; frames keep their time. */
static int follow(struct run *r, struct error *err)
{
        struct pollfd fds[2] = {{.fd = tracer_fd(r->tracer), .events = POLLIN}, {.fd = -1, .events = POLLIN}};
        struct traced_call *call;
        int passed = 0, got;

        while ((got = tracer_next(r->tracer, &call)) != TRACER_END) {
                if (got == TRACER_CALL) {
                        if (take_call(r, call, err) < 0)
                                return -1;
                        continue;
                }
                take_frames(r);
                fds[1].fd = r->capture ? capture_fd(r->capture) : -1;
                poll_or_stop(fds, 2, INT64_C(200000000));
                pass_signal(r, &passed);
        }
        return 0;
}

/* When all has been seen that can be expected: reports are sent again within a second, and the end of the program
 * leaves what it had joined. */
static bool settled(const struct trace *t)
{
        for (size_t i = 0; i < t->n; i++)
                if (request_awaits(&t->p[i]) || request_joins(&t->p[i]) || request_leaves(&t->p[i]))
                        return false;
        return true;
}

static void linger(struct run *r)
{
        const int64_t until = time_monotonic_ns() + LINGER_MS * INT64_C(1000000);

        do {
                take_frames(r);
                if (r->capture && !settled(&r->t))
                        poll_or_stop(&(struct pollfd){.fd = capture_fd(r->capture), .events = POLLIN}, 1,
                                     INT64_C(50000000));
        } while (r->capture && !settled(&r->t) && time_monotonic_ns() < until && !stop_signal);
        take_frames(r);
}

/* ---- after it ---- */

static int show(struct run *r, struct output *o, struct error *err)
{
        size_t sums[4] = {0};
        char why[320];

        for (size_t i = 0; i < r->t.n; i++)
                sums[request_judge(&r->t.p[i], &r->t, why, sizeof why)]++;
        trace_show(&r->t, &o->writer);
        if (output_flush(o, err) < 0)
                return -1;
        note(&r->s->common, "%zu socket calls of interest, %zu on the wire, %zu rightly silent, %zu not on the wire; "
             "the program ended with status %d", r->t.n, sums[OUTCOME_WIRE], sums[OUTCOME_SILENT], sums[OUTCOME_NOT],
             tracer_status(r->tracer));
        if (r->s->own_status)
                return tracer_status(r->tracer);
        return sums[OUTCOME_NOT] ? EXIT_NOT_HELD : EXIT_HELD;
}

static int trace(struct run *r, char **argv, struct output *o, struct error *err)
{
        if ((r->s->lab && open_lab(r, err) < 0) || open_capture(r, err) < 0 || launch(r, argv, err) < 0
            || follow(r, err) < 0)
                return -1;
        linger(r);
        return show(r, o, err);
}

static int check_words(const struct trace_settings *s, struct error *err)
{
        const struct settings *c = &s->common;

        if (c->has_dashes && c->dashes > 0)
                return error_set(err, "'%s': only options stand before --; what follows is the program", c->words[0]);
        if (s->lab && c->capture.interface)
                return error_set(err, "--lab or -i, not both: the laboratory has its own interface");
        return c->n_words ? 0 : error_set(err, "which program? igmpscope trace -- COMMAND");
}

/* stdout is the program's. */
static int open_output(struct output *o, const struct settings *c, struct error *err)
{
        if (output_open(o, c, err) < 0)
                return -1;
        if (c->output)
                return 0;
        o->fd = STDERR_FILENO;
        o->name = "stderr";
        o->writer.color = c->color == COLOR_ALWAYS || (o->writer.color && isatty(o->fd));
        return 0;
}

static int run(void *settings, struct error *err)
{
        struct trace_settings *s = settings;
        struct settings *c = &s->common;
        struct run r = {.s = s};
        struct output o;
        int status;
        char **argv;

        if (check_words(s, err) < 0)
                return -1;
        argv = calloc((size_t)c->n_words + 1, sizeof *argv);
        if (!argv)
                return error_set(err, "out of memory");
        memcpy(argv, c->words, (size_t)c->n_words * sizeof *argv);
        if (open_output(&o, c, err) < 0) {
                free(argv);
                return -1;
        }
        stop_on_signals();
        status = trace(&r, argv, &o, err);
        if (output_close(&o, status < 0 ? NULL : err) < 0)
                status = -1;
        tracer_close(r.tracer);
        capture_close(r.capture);
        decoder_free(r.decoder);
        local_addresses_free(&r.t.own);
        if (r.lab)
                lab_leave(r.lab);
        lab_close(r.lab);
        free(r.t.p);
        free(argv);
        return status;
}

static void defaults(void *settings)
{
        ((struct trace_settings *)settings)->host = "a";
}

#define AT(field) offsetof(struct trace_settings, field)

static const struct option_row own[] = {
        {0, "lab", NULL, "run it in a laboratory host, on a snooping switch that asks",
         OPTION_FLAG, AT(lab), 0, 0, NULL},
        {0, "querier", "v3|v2|none", "with --lab: the IGMP version in which the switch asks (default v3)",
         OPTION_WORD, AT(querier), 0, 0, "v3|v2|none"},
        {0, "host", "HOST", "with --lab: on host a (the default), b or c", OPTION_TEXT, AT(host), 0, 0, NULL},
        {'i', "interface", "IFACE", "what to call the wire (default: any)",
         OPTION_TEXT, AT(common.capture.interface), 0, 0, NULL},
        {0, "status", NULL, "end with the program's own exit status", OPTION_FLAG, AT(own_status), 0, 0, NULL},
        {0, "netns", "NAME|PID", "run it inside that network namespace", OPTION_TEXT, AT(common.netns), 0, 0, NULL},
        {0},
};

static const struct option_row *const options[] = {own, options_output, NULL};

const struct verb verb_trace = {
        .name = "trace",
        .arguments = "[--lab | -i IFACE] -- COMMAND…",
        .summary = "runs any program: what it asked for, what the kernel says, what the wire says, with verdicts",
        .text = "  igmpscope trace --lab -- python3 receiver.py            in a laboratory, without root\n"
                "  igmpscope trace --lab --querier v2 -- ./receiver        where an older querier is present\n"
                "  sudo igmpscope trace -i eth0 -- vlc udp://@239.1.1.1    here\n"
                "  igmpscope trace --lab --status --json -o t.jsonl -- ./t for scripts\n"
                "\nThe table goes to stderr, or to -o FILE, once the program and its children have ended. Exit\n"
                "status 1 if a request did not reach the wire that should have. Watched are bind, connect,\n"
                "setsockopt and sends that name a group; set-user-ID programs run without that right. Without\n"
                "the right to capture, the wire's column stays empty.\n",
        .options = options,
        .size = sizeof(struct trace_settings),
        .defaults = defaults,
        .run = run,
};
