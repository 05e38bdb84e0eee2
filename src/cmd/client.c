/* SPDX-License-Identifier: BSD-2-Clause */
/* client: sends datagrams to groups and waits for their echoes. Several servers may answer one request: all that
 * come are shown. An echo that does not come is status 1. */
#include "igmpscope/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "request.h"

enum { BATCH = 16, BURST = 32 };

#define AT(field) offsetof(struct client_settings, field)

static const struct option_row options_client[] = {
        {'d', "data", "DATA",
         "what to send (default data); @FILE: what is in FILE, @-: what comes on stdin; '' is an empty datagram, which "
         "ends a server that runs with --on-empty stop", OPTION_TEXT, AT(data), 0, 0, NULL},
        {0, "size", "BYTES", "repeat the data up to so many bytes", OPTION_INT, AT(size), 0, ECHO_ROOM, NULL},
        {'c', "count", "N", "so many requests to each group (default 1; 0: until interrupted)", OPTION_UINT, AT(count),
         0, 0, NULL},
        {'I', "interval", "SECONDS", "from one request to the next (default 1; 0: as soon as an echo came)",
         OPTION_SECONDS, AT(interval_ns), 0, 0, NULL},
        {'W', "wait", "SECONDS", "wait so long for the echo of each request (default 5; 0: for ever)", OPTION_SECONDS,
         AT(wait_ns), 0, 0, NULL},
        {0, "gather", "SECONDS", "after the first echo wait so long for those of other servers (default 0.2)",
         OPTION_SECONDS, AT(gather_ns), 0, 0, NULL},
        {0, "netns", "NAME|PID", "act inside that network namespace", OPTION_TEXT, AT(echo.common.netns), 0, 0, NULL},
        {0},
};

static void defaults(void *settings)
{
        struct client_settings *s = settings;

        echo_defaults(settings);
        s->echo.ttl = 1;
        s->data = "data";
        s->size = -1;
        s->count = 1;
        s->interval_ns = 1000000000;
        s->wait_ns = 5000000000;
        s->gather_ns = 200000000;
}

/* ---- where to ---- */

static int add_targets(struct client *c, const struct group_spec *g, struct error *err)
{
        int indexes[ECHO_INTERFACES];
        struct target *p;
        char text[ADDR_TEXT];
        size_t n;

        if (!g->port)
                return error_set(err, "%s: nothing can be sent to port 0; name one with :PORT or -p",
                                 addr_format(&g->group, text));
        if (g->source.len)
                return error_set(err, "%s: only who listens names a source; leave it out",
                                 addr_format(&g->source, text));
        if (echo_interfaces(&c->set->echo, g, indexes, &n, err) < 0)
                return -1;
        p = realloc(c->targets, (c->n_targets + n * g->count) * sizeof *p);
        if (!p)
                return error_set(err, "out of memory for %u groups", g->count);
        c->targets = p;
        for (size_t i = 0; i < n; i++)
                for (uint32_t k = 0; k < g->count; k++)
                        p[c->n_targets++] = (struct target){{addr_plus(&g->group, k), g->port, 0}, indexes[i]};
        return 0;
}

static int make_targets(struct client *c, struct error *err)
{
        struct group_spec *specs;
        size_t n;
        int r = echo_specs(&c->set->echo, &specs, &n, err);

        for (size_t i = 0; i < n && !r; i++)
                r = add_targets(c, &specs[i], err);
        free(specs);
        return r;
}

/* ---- the loop ---- */

/* A send that fails at once is the environment's trouble; later on it is one that failed. */
static int send_next(struct client *c, uint64_t number, struct error *err)
{
        struct echo_event e = echo_event("failed");

        if (request_send(c, number, err) == 0)
                return 0;
        if (!c->sent)
                return -1;
        c->failed++;
        e.n[N_REQUEST] = (int64_t)number;
        e.why = err->text;
        voice_say(&c->voice, SAY_ERROR, &e, "%s", err->text);
        return 0;
}

/* Sends what is due; *next_ns is when to look again. */
static int send_due(struct client *c, uint64_t *number, int64_t *due_ns, int64_t *next_ns, struct error *err)
{
        const uint64_t total = c->set->count * c->n_targets;
        int64_t now = time_monotonic_ns();

        *next_ns = INT64_MAX;
        for (int burst = 0; (!total || *number < total) && !stop_signal; burst++) {
                const bool begins = *number % c->n_targets == 0;
                if (!requests_room(c) || (begins && *number && !c->set->interval_ns && requests_unanswered(c)))
                        return 0; /* an answer or a settled request comes first */
                if ((begins && now < *due_ns) || burst == BURST) {
                        *next_ns = begins && now < *due_ns ? *due_ns : now;
                        return 0;
                }
                if (begins)
                        *due_ns = (*due_ns + c->set->interval_ns > now ? *due_ns : now) + c->set->interval_ns;
                if (send_next(c, ++*number, err) < 0)
                        return -1;
        }
        return 0;
}

static int ask(struct client *c, struct error *err)
{
        const uint64_t total = c->set->count * c->n_targets;
        uint64_t number = 0;
        int64_t due_ns = time_monotonic_ns(), next_ns;

        while (!stop_signal) {
                if (send_due(c, &number, &due_ns, &next_ns, err) < 0)
                        return -1;
                if (total && number == total && !requests_unsettled(c))
                        return 0;
                if (requests_wait(c, next_ns, err) < 0)
                        return -1;
        }
        return 0;
}

/* ---- what came of it ---- */

static void put_rtt(struct echo_event *e, const struct rtt *r)
{
        e->n[N_RECEIVED] = (int64_t)r->n;
        if (!r->n)
                return;
        e->rtt_min_ms = r->min;
        e->rtt_avg_ms = r->sum / (double)r->n;
        e->rtt_max_ms = r->max;
}

static void say_peer(struct client *c, const struct peer *p)
{
        struct echo_event e = echo_event("peer");
        char at[ENDPOINT_TEXT];

        e.address = p->at.addr;
        e.n[N_PORT] = p->at.port;
        put_rtt(&e, &p->rtt);
        voice_say(&c->voice, c->n_peers > 1 ? SAY_STATE : SAY_DETAIL, &e,
                  "  %s: %llu echoes, rtt min/avg/max %.3f/%.3f/%.3f ms", endpoint_format(&p->at, at),
                  (unsigned long long)p->rtt.n, e.rtt_min_ms, e.rtt_avg_ms, e.rtt_max_ms);
}

/* What a person may look at next. */
static void say_advice(struct client *c)
{
        const struct target *t = &c->targets[0];
        char to[ENDPOINT_TEXT];

        if (!c->answered && !c->payload.n)
                voice_say(&c->voice, SAY_STATE, NULL, "an empty datagram is echoed by `server --on-empty echo` only");
        else if (!c->answered && c->lost)
                voice_say(&c->voice, SAY_STATE, NULL,
                          "nobody answered: is a server there (`igmpscope server '%s'`)? %s Is the interface the right "
                          "one (-i)?", endpoint_format(&t->to, to),
                          c->set->echo.ttl < 1    ? "TTL 0 is to stay on this host (-t)."
                          : c->set->echo.ttl == 1 ? "On this link? TTL 1 passes no router (-t)."
                                                  : "Do the routers on the way forward it?");
        else if (c->first_lost && c->lost == 1)
                voice_say(&c->voice, SAY_STATE, NULL,
                          "only the first request was lost, as happens while a join, ARP or snooping is new");
}

static void say_statistics(struct client *c)
{
        const struct count rows[] = {
                {N_SENT, c->sent, NULL}, {N_ANSWERED, c->answered, NULL}, {N_LOST, c->lost, NULL},
                {N_FAILED, c->failed, "not sent"}, {N_DUPLICATES, c->duplicates, "duplicates"},
                {N_UNEXPECTED, c->unexpected, "unexpected"},
        };
        struct echo_event e = echo_event("statistics");
        const uint64_t done = c->answered + c->lost;
        struct text more = {0};

        put_rtt(&e, &c->rtt);
        if (c->n_peers > 1)
                text_add_format(&more, ", %llu echoes from %zu servers", (unsigned long long)c->rtt.n, c->n_peers);
        counts_put(rows, sizeof rows / sizeof *rows, &e, &more);
        if (c->rtt.n)
                text_add_format(&more, ", rtt min/avg/max %.3f/%.3f/%.3f ms", e.rtt_min_ms, e.rtt_avg_ms,
                                e.rtt_max_ms);
        voice_say(&c->voice, SAY_STATE, &e, "statistics: %llu sent, %llu answered, %llu lost (%.3g%%)%s",
                  (unsigned long long)c->sent, (unsigned long long)c->answered, (unsigned long long)c->lost,
                  done ? 100.0 * (double)c->lost / (double)done : 0.0, text_string(&more));
        text_free(&more);
        for (size_t i = 0; i < c->n_peers; i++)
                say_peer(c, &c->peers[i]);
}

static int finish(struct client *c, int r, struct error *err)
{
        struct echo_event e = echo_event("error");
        int status;

        e.why = err->text;
        if (r < 0 && !c->voice.out.failed)
                voice_say(&c->voice, SAY_ERROR, &e, NULL);
        requests_close(c);
        if (c->sent) {
                say_advice(c);
                say_statistics(c);
        }
        status = c->answered && !c->lost && !c->failed ? EXIT_HELD : EXIT_NOT_HELD;
        if (c->voice.out.broken_pipe)
                r = 0;
        if (voice_close(&c->voice, r < 0 ? NULL : err) < 0)
                r = -1;
        batch_close(&c->batch);
        text_free(&c->shown);
        free(c->targets);
        free((void *)(uintptr_t)c->payload.p);
        return r < 0 ? -1 : status;
}

static int run(void *settings, struct error *err)
{
        const struct client_settings *set = settings;
        struct client *c = calloc(1, sizeof *c);
        int r;

        if (!c)
                return error_set(err, "out of memory");
        c->set = set;
        stop_on_signals();
        r = voice_open(&c->voice, &set->echo, "client", err);
        if (!r)
                r = payload_read(c->set->data, c->set->size, &c->payload, err);
        if (!r)
                r = make_targets(c, err);
        if (!r)
                r = batch_open(&c->batch, BATCH, ECHO_ROOM, err);
        if (!r)
                r = ask(c, err);
        r = finish(c, r, err);
        free(c);
        return r;
}

static const struct option_row *const options[] = {options_client, options_echo, options_output, NULL};

const struct verb verb_client = {
        .name = "client",
        .arguments = "[GROUP[:PORT]]…",
        .summary = "sends a datagram to the group, waits for the echo, and measures the round-trip time",
        .text =
                "A group is GROUP, GROUP:PORT, [V6GROUP]:PORT, GROUP+N (N groups from GROUP on) or GROUP%IFACE.\n"
                "Without one it is " ECHO_GROUP ":9999. After the first echo --gather leaves time for those of other\n"
                "servers: all are shown. Status 1: an echo did not come.\n\n"
                "  igmpscope client                              'data' to 224.3.29.71:9999, TTL 1\n"
                "  igmpscope client -i eth1 -t 8 -c 3 239.1.1.1:5000\n"
                "  igmpscope client --size 65507 -W 1            as much as fits\n"
                "  igmpscope client -c 0 -I 0.1 -q               until Ctrl-C; only the statistics\n\n"
                "Lines go to stderr: -q leaves out those of single datagrams, -qq all but errors, -v adds interface\n"
                "and TTL, -vv all of long data. --json writes values to stdout.\n",
        .options = options,
        .size = sizeof(struct client_settings),
        .defaults = defaults,
        .run = run,
};
