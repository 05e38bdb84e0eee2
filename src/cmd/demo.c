/* SPDX-License-Identifier: BSD-2-Clause */
/* lab demo: the whole of multicast once, on real kernels: join, query, data, echo, leave. Four acts, each over when
 * its evidence has been seen (or after its limit), then what was asked, what the kernels say and what the wire says. */
#include "demo.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
        OBSERVE_NS = 5 * 1000 * 1000,   /* between two looks at the kernels' tables */
        READING_NS = 800 * 1000 * 1000, /* for a person to read what an act is about */
};

const char demo_group[] = "224.3.29.71";

static int64_t since(int64_t from_ns)
{
        return time_now_ns() - from_ns;
}

/* This program, with another verb. */
static int spawn(struct demo *d, const char *host, char *const arguments[], struct lab_process **p, struct error *err)
{
        char path[4096], *argv[16] = {lab_program(path, sizeof path)};

        for (int i = 0; arguments[i]; i++)
                argv[i + 1] = arguments[i];
        return lab_spawn(d->lab, host, arguments[0], argv, p, err);
}

/* ---- the acts ---- */

static int joins_begin(struct demo *d, struct error *err)
{
        static char *const arguments[] = {"server", "--json", "224.3.29.71:9999", NULL};
        return spawn(d, "a", arguments, &d->server, err);
}

static bool joins_over(const struct demo *d)
{
        return d->facts.to_ex.n >= 2 || !lab_running(d->server);
}

static int query_begin(struct demo *d, struct error *err)
{
        demo_say(d, time_now_ns(), "switch",
                 "begins to ask in IGMPv3: again after 1.25 s, then every 5 s; answers within 1 s");
        return lab_querier(d->lab, "sw", 3, err);
}

/* Two queries: by the second one the switch has heard all answers to the first and begins to filter. */
static bool query_over(const struct demo *d)
{
        const struct demo_facts *f = &d->facts;
        return f->general.n >= 2 && f->is_ex.n >= 2 && f->is_ex.last_ns > f->general.last_ns;
}

static int data_begin(struct demo *d, struct error *err)
{
        static char *const arguments[] = {"client", "--json", "-t", "1", "-c", "3", "-I", "0.2", "224.3.29.71:9999",
                                          NULL};
        return spawn(d, "b", arguments, &d->client, err);
}

static bool data_over(const struct demo *d)
{
        return d->facts.client_ended;
}

static void data_end(struct demo *d)
{
        demo_note(d, "switch", "its port to c has carried %u of these %u datagrams", d->facts.quiet_requests,
                  d->facts.requests.n);
}

static int leaves_begin(struct demo *d, struct error *err)
{
        (void)err;
        demo_say(d, time_now_ns(), "lab", "SIGINT to the server: as Ctrl-C does");
        lab_kill(d->server, SIGINT);
        return 0;
}

static bool leaves_over(const struct demo *d)
{
        return d->facts.to_in.n >= 2 && d->facts.table.to_ns && since(d->facts.table.to_ns) > INT64_C(100000000);
}

static const struct act {
        const char *title, *text;
        int (*begin)(struct demo *d, struct error *err);
        bool (*over)(const struct demo *d);
        void (*end)(struct demo *d); /* or NULL */
        int limit_ms;
} acts[] = {
        {"a joins the group",
         "A program asks its kernel to listen. The kernel says so to the network, in a report to all routers and "
         "switches, and once more within a second in case the first is lost.",
         joins_begin, joins_over, NULL, 2500},
        {"the switch asks who listens",
         "Reports get lost and hosts are switched off: so a querier keeps asking. Each host waits a random moment "
         "before it answers, that not all speak at once. Who stays silent will be forgotten.",
         query_begin, query_over, NULL, 4500},
        {"b sends, a answers",
         "One datagram to the group reaches all who joined. Its TTL of 1 keeps it on this link. The switch has learnt "
         "from the reports that only a listens: c gets nothing. The echo goes to b alone: watch the addresses.",
         data_begin, data_over, data_end, 8000},
        {"a leaves",
         "The kernel tells the network, twice again. The switch asks for this group once more, in case another host "
         "behind the same port listens; nobody answers, and it forgets the group.",
         leaves_begin, leaves_over, NULL, 5000},
};

/* What happens within the next moment. */
static int watch(struct demo *d, struct error *err)
{
        struct lab_event e;
        int r = lab_next(d->lab, time_now_ns() - LAB_SETTLE_NS + OBSERVE_NS, &e, err);

        demo_notes(d, r > 0 ? e.time_ns : time_now_ns() - LAB_SETTLE_NS);
        if (r < 0 || (r > 0 && demo_take(d, &e, err)) || demo_observe(d, err))
                return -1;
        return output_flush(&d->out, err);
}

static int play(struct demo *d, const struct act *a, struct error *err)
{
        int64_t begin_ns = time_now_ns();

        while (since(begin_ns) < d->pause_ns && !stop_signal)
                if (watch(d, err))
                        return -1;
        begin_ns = time_now_ns();
        if (a == acts)
                d->start_ns = begin_ns;
        if (a->begin(d, err))
                return -1;
        while (!a->over(d) && since(begin_ns) < a->limit_ms * INT64_C(1000000) && !stop_signal)
                if (watch(d, err))
                        return -1;
        if (a->end)
                a->end(d);
        demo_notes(d, INT64_MAX);
        return 0;
}

static int play_all(struct demo *d, struct error *err)
{
        int number = 0;

        demo_picture(d);
        for (const struct act *a = acts; a < acts + sizeof acts / sizeof *acts; a++) {
                demo_phase(d, ++number, a->title, a->text);
                if (output_flush(&d->out, err) || play(d, a, err))
                        return -1;
                if (stop_signal)
                        return 0;
        }
        return 0;
}

/* ---- its stage ---- */

static int open_captures(struct demo *d, struct error *err)
{
        const struct capture_options o = {.link = -1, .promiscuous = true};

        return lab_capture(d->lab, "sw", "to-a", &o, &d->port, err) ||
               lab_capture(d->lab, "sw", "to-c", &o, &d->quiet, err);
}

static unsigned screen_width(const struct output *o)
{
        struct winsize w;
        const char *columns = getenv("COLUMNS");
        uint64_t n = 0;

        if (!ioctl(o->fd, TIOCGWINSZ, &w) && w.ws_col)
                n = w.ws_col;
        else if (!columns || !parse_uint(columns, 1000, &n))
                n = 120;
        return n < 60 ? 60 : (unsigned)n;
}

static int set_up(struct demo *d, struct error *err)
{
        const struct savefile_options save = {.file = d->set->write};
        const struct linter_options lint = {.severity = SEVERITY_SHOULD};
        const struct tracker_options track = {.gmi = 9776};
        const struct lab_options lab = {.querier = QUERIER_OFF, .response_interval_ms = DEMO_RESPONSE_MS,
                                        .last_member_ms = 500};

        stop_on_signals();
        d->width = screen_width(&d->out);
        d->pause_ns = isatty(d->out.fd) ? READING_NS : 0;
        d->facts.answered_ns = d->facts.slowest_echo_ns = -1;
        d->facts.client_ttl = d->facts.received = d->facts.sent = d->facts.answers = -1;
        d->decoder = decoder_new();
        d->tracker = tracker_new(&track);
        if (!d->decoder || !d->tracker)
                return error_set(err, "out of memory");
        if (linter_new(&d->linter, &lint, d->tracker, err) || (save.file && savefile_open(&d->save, &save, err)))
                return -1;
        if (lab_open(&d->lab, topology_find("lan", NULL), &lab, err) || open_captures(d, err))
                return -1;
        d->start_ns = time_now_ns();
        return 0;
}

static void tear_down(struct demo *d)
{
        lab_close(d->lab);
        linter_free(d->linter);
        tracker_free(d->tracker);
        decoder_free(d->decoder);
}

static void close_with_verdicts(struct demo *d)
{
        capture_stats(d->port, &d->stats);
        demo_timeline(d);
        demo_verdicts(d);
        demo_summary(d);
}

int demo_run(const struct lab_settings *s, struct error *err)
{
        struct demo d = {.set = s};
        struct error later = {{0}};
        int r = output_open(&d.out, &s->common, err);

        if (r)
                return -1;
        r = set_up(&d, err) || play_all(&d, err) ? -1 : 0;
        if (!r && stop_signal)
                note(&s->common, "interrupted: no verdict on half a demonstration");
        else if (!r)
                close_with_verdicts(&d);
        if (d.save)
                savefile_drops(d.save, &d.stats);
        if (savefile_close(d.save, r ? &later : err) && !r)
                r = -1;
        if (output_close(&d.out, r ? &later : err) && !r)
                r = -1;
        tear_down(&d);
        if (d.out.broken_pipe)
                return EXIT_HELD;
        return r ? -1 : d.deviations || stop_signal ? EXIT_NOT_HELD : EXIT_HELD;
}
