/* SPDX-License-Identifier: BSD-2-Clause */
/* server: a multicast UDP echo server on kernel sockets. Joins, says what the kernel made of it, sends every
 * datagram back to its sender, and on every way out leaves, says so and counts. */
#include "igmpscope/cmd.h"

#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "listen.h"

enum { BATCH = 32, ROUNDS = 16 };
enum on_empty { EMPTY_STOP, EMPTY_ECHO, EMPTY_IGNORE };

struct server_settings {
        struct echo_settings echo;
        int all, on_empty, max_datagram;
        bool answer_servers;
        struct option_list allow;
        uint64_t rate_limit;
};

struct server {
        const struct server_settings *set;
        struct echo_voice voice;
        struct listeners listeners;
        struct guard guard;
        struct batch batch;
        enum refusal judged[BATCH];
        struct pollfd *polled;
        struct text data;
        uint64_t received, echoed, bytes_received, bytes_sent, empty, truncated, failed, refused, dropped;
        bool done, short_of_count;
};

#define AT(field) offsetof(struct server_settings, field)

static const struct option_row options_server[] = {
        {0, "on-empty", "stop|echo|ignore", "what an empty datagram does: stop ends the server (the default), echo "
         "sends an empty one back, ignore does nothing", OPTION_WORD, AT(on_empty), 0, 0, "stop|echo|ignore"},
        {0, "max-datagram", "BYTES", "take so many bytes of a datagram; of a longer one the rest is cut off, which is "
         "said (default: all)", OPTION_INT, AT(max_datagram), 1, ECHO_ROOM, NULL},
        {0, "all", "on|off", "IP_MULTICAST_ALL: hear also the groups that other programs on this host have joined "
         "(default off: only what is joined here, and unicast)", OPTION_ONOFF, AT(all), 0, 0, NULL},
        {0, "allow", "CIDR", "answer only senders in that network; may be given several times", OPTION_MANY,
         AT(allow), 0, 0, NULL},
        {0, "rate-limit", "N", "at most N answers to one sender in a second", OPTION_UINT, AT(rate_limit), 1, 0,
         NULL},
        {0, "answer-servers", NULL, "answer also what comes from the server's own port on another host", OPTION_FLAG,
         AT(answer_servers), 0, 0, NULL},
        {0},
};

static void defaults(void *settings)
{
        struct server_settings *s = settings;

        echo_defaults(settings);
        s->all = -1;
        s->max_datagram = ECHO_ROOM;
}

/* ---- what is said of a datagram ---- */

static struct echo_event peer_event(const char *name, const struct datagram *d)
{
        struct echo_event e = echo_event(name);

        e.address = d->from.addr;
        e.n[N_PORT] = d->from.port;
        return e;
}

static struct echo_event datagram_event(const char *name, const struct datagram *d, char interface[IF_NAMESIZE])
{
        struct echo_event e = peer_event(name, d);

        if (addr_is_multicast(&d->to))
                e.group = d->to;
        if (d->ifindex && if_indextoname((unsigned)d->ifindex, interface))
                e.interface = interface;
        e.n[N_TTL] = d->ttl;
        return e;
}

static void say_received(struct server *s, const struct datagram *d)
{
        char from[ENDPOINT_TEXT], to[ADDR_TEXT], interface[IF_NAMESIZE], more[128] = "";
        struct echo_event e = datagram_event("received", d, interface);

        endpoint_format(&d->from, from);
        e.n[N_LENGTH] = (int64_t)d->length;
        e.data = d->data;
        if (s->set->echo.common.verbose)
                snprintf(more, sizeof more, ", to: %s on %s, ttl %d", addr_format(&d->to, to),
                         e.interface ? e.interface : "?", d->ttl);
        if (!d->length)
                voice_say(&s->voice, SAY_DATA, &e, "no data from %s%s", from, more);
        else
                voice_say(&s->voice, SAY_DATA, &e, "recv: %s, from: %s%s",
                          data_format(&s->voice, d->data, &s->data), from, more);
        if (d->length <= d->data.n)
                return;
        e = peer_event("truncated", d);
        e.n[N_LENGTH] = (int64_t)d->length;
        e.n[N_TRUNCATED] = (int64_t)d->data.n;
        voice_say(&s->voice, SAY_DATA, &e, "truncated: of its %zu bytes the first %zu were taken (--max-datagram)",
                  d->length, d->data.n);
}

static void say_answer(struct server *s, const struct datagram *d, enum refusal judged)
{
        char to[ENDPOINT_TEXT];
        const char *name = d->answer && !d->error ? "sent" : d->answer ? "failed" : "refused";
        struct echo_event e = peer_event(name, d);
        struct error err;

        endpoint_format(&d->from, to);
        if (d->answer && !d->error) {
                e.n[N_LENGTH] = (int64_t)d->data.n;
                voice_say(&s->voice, SAY_DATA, &e, "sent: %s, to: %s", data_format(&s->voice, d->data, &s->data), to);
        } else if (d->answer) {
                error_system(&err, d->error, datagram_hint(d->error, &d->from), "could not answer %s", to);
                e.why = strerror(d->error);
                voice_say(&s->voice, SAY_ERROR, &e, "%s", err.text);
        } else if (judged) {
                e.why = refusal_name(judged);
                voice_say(&s->voice, SAY_DATA, &e, "not answered: %s: %s", to, refusal_text(judged));
        }
}

static void say_dropped(struct server *s, struct listener *k, const struct datagram *d)
{
        struct echo_event e = echo_event("dropped");
        const uint32_t more = d->drops - k->drops;

        k->drops = d->drops;
        e.n[N_DROPPED] = more;
        voice_say(&s->voice, SAY_DATA, &e, "lost: the kernel dropped %u here: the receive buffer was full (-R)",
                  more);
}

static void ending(struct server *s, const char *why)
{
        struct echo_event e = echo_event("ending");

        e.why = why;
        voice_say(&s->voice, SAY_STATE, &e, "%s: the server ends", why);
        s->done = true;
}

/* ---- the loop ---- */

/* Counts and judges; gives how many of the batch are dealt with: none behind the empty one that ends the server. */
static unsigned judge(struct server *s, int64_t now_ns)
{
        struct batch *b = &s->batch;

        guard_refresh(&s->guard, now_ns);
        for (unsigned i = 0; i < b->n; i++) {
                struct datagram *d = &b->at[i];
                const bool fit = (s->judged[i] = guard_judge(&s->guard, &d->from, now_ns)) == ANSWERED;
                s->received++;
                s->bytes_received += d->length;
                s->truncated += d->length > d->data.n;
                s->empty += !d->length;
                s->refused += !fit;
                d->answer = fit && (d->length || s->set->on_empty == EMPTY_ECHO);
                if (fit && !d->length && s->set->on_empty == EMPTY_STOP)
                        return i + 1;
        }
        return b->n;
}

static void count_answer(struct server *s, const struct datagram *d)
{
        if (!d->answer)
                return;
        s->failed += d->error != 0;
        s->echoed += !d->error;
        s->bytes_sent += d->error ? 0 : d->data.n;
}

static void handle(struct server *s, struct listener *k)
{
        const unsigned n = judge(s, time_monotonic_ns());
        const bool heard = voice_hears(&s->voice, SAY_DATA);

        s->batch.n = n;
        batch_echo(&s->batch, k->fd);
        for (unsigned i = 0; i < n; i++) {
                const struct datagram *d = &s->batch.at[i];
                count_answer(s, d);
                if (d->drops != k->drops)
                        say_dropped(s, k, d);
                if (heard)
                        say_received(s, d);
                if (heard || d->error)
                        say_answer(s, d, s->judged[i]);
                if (!d->length && !s->judged[i] && s->set->on_empty == EMPTY_STOP)
                        ending(s, "an empty datagram (--on-empty stop)");
        }
}

static uint64_t wanted(const struct server *s)
{
        const uint64_t count = s->set->echo.common.count;
        return !count ? BATCH : count - s->received;
}

/* Takes what waits on one socket, for some rounds, so that the others get their turn. */
static int drain(struct server *s, struct listener *k, struct error *err)
{
        for (int round = 0; round < ROUNDS && !s->done && !stop_signal; round++) {
                const uint64_t want = wanted(s);
                if (batch_receive(&s->batch, k->fd, want < BATCH ? (unsigned)want : BATCH, err) < 0)
                        return -1;
                if (!s->batch.n)
                        return 0;
                handle(s, k);
                if (!wanted(s) && !s->done)
                        ending(s, "as many datagrams as -c asks for");
                if (voice_flush(&s->voice, err) < 0)
                        return -1;
        }
        return 0;
}

static void look_at_the_clock(struct server *s, int64_t end_ns)
{
        if (!s->set->echo.common.deadline_ns || s->done || time_monotonic_ns() < end_ns)
                return;
        ending(s, "the time of -W is over");
        s->short_of_count = s->set->echo.common.count != 0;
}

static int serve(struct server *s, struct error *err)
{
        struct listeners *l = &s->listeners;
        const int64_t deadline = s->set->echo.common.deadline_ns, end_ns = time_monotonic_ns() + deadline;

        while (!s->done && !stop_signal) {
                int64_t left = deadline ? end_ns - time_monotonic_ns() : -1;
                poll_or_stop(s->polled, l->n, deadline && left < 0 ? 0 : left);
                for (size_t i = 0; i < l->n && !s->done; i++)
                        if (s->polled[i].revents && drain(s, &l->at[i], err) < 0)
                                return -1;
                look_at_the_clock(s, end_ns);
        }
        if (stop_signal && !s->done)
                ending(s, stop_signal == SIGINT ? "SIGINT" : stop_signal == SIGHUP ? "SIGHUP" : "SIGTERM");
        return 0;
}

/* ---- beginning and end ---- */

static int prepare(struct server *s, struct error *err)
{
        const struct server_settings *set = s->set;
        struct listeners *l = &s->listeners;
        struct echo_event e = echo_event("ready");

        for (int i = 0; i < set->allow.n; i++)
                if (guard_allow(&s->guard, set->allow.values[i], err) < 0)
                        return -1;
        s->guard.rate = set->rate_limit;
        s->guard.answer_servers = set->answer_servers;
        if (batch_open(&s->batch, BATCH, (size_t)set->max_datagram, err) < 0
            || listeners_open(l, &set->echo, err) < 0)
                return -1;
        s->polled = calloc(l->n + 1, sizeof *s->polled);
        if (!s->polled)
                return error_set(err, "out of memory for %zu sockets", l->n);
        for (size_t i = 0; i < l->n; i++) {
                s->polled[i] = (struct pollfd){l->at[i].silent ? -1 : l->at[i].fd, POLLIN, 0};
                if (guard_port(&s->guard, l->at[i].port, err) < 0)
                        return -1;
        }
        e.n[N_PID] = s->voice.pid;
        e.n[N_PORT] = l->n ? l->at[0].port : -1;
        e.n[N_GROUPS] = (int64_t)l->n_joined;
        if (!stop_signal)
                voice_say(&s->voice, SAY_STATE, &e, "ready");
        return voice_flush(&s->voice, err);
}

static void count_drops(struct server *s)
{
        for (size_t i = 0; i < s->listeners.n; i++)
                s->dropped += socket_drops(s->listeners.at[i].fd);
}

static void say_statistics(struct server *s)
{
        const struct count rows[] = {
                {N_RECEIVED, s->received, NULL}, {N_ECHOED, s->echoed, NULL},
                {N_BYTES_RECEIVED, s->bytes_received, NULL}, {N_BYTES_SENT, s->bytes_sent, NULL},
                {N_EMPTY, s->empty, "empty"}, {N_TRUNCATED, s->truncated, "truncated"},
                {N_REFUSED, s->refused, "not answered"}, {N_FAILED, s->failed, "not sent"},
                {N_DROPPED, s->dropped, NULL},
        };
        struct echo_event e = echo_event("statistics");
        struct text more = {0};

        counts_put(rows, sizeof rows / sizeof *rows, &e, &more);
        voice_say(&s->voice, SAY_STATE, &e,
                  "statistics: %llu received (%llu bytes), %llu echoed (%llu bytes)%s, %llu dropped by the kernel",
                  (unsigned long long)s->received, (unsigned long long)s->bytes_received,
                  (unsigned long long)s->echoed, (unsigned long long)s->bytes_sent, text_string(&more),
                  (unsigned long long)s->dropped);
        text_free(&more);
}

static int finish(struct server *s, int r, struct error *err)
{
        struct echo_event e = echo_event("error");
        const bool opened = s->listeners.n;

        e.why = err->text;
        if (r < 0 && !s->voice.out.failed)
                voice_say(&s->voice, SAY_DATA, &e, NULL);
        listeners_leave(&s->listeners);
        count_drops(s);
        listeners_close(&s->listeners);
        if (opened)
                say_statistics(s);
        batch_close(&s->batch);
        guard_free(&s->guard);
        free(s->polled);
        text_free(&s->data);
        if (s->voice.out.broken_pipe)
                r = 0; /* who read it has enough */
        if (voice_close(&s->voice, r < 0 ? NULL : err) < 0)
                r = -1;
        return r < 0 ? -1 : s->short_of_count ? EXIT_NOT_HELD : EXIT_HELD;
}

static int run(void *settings, struct error *err)
{
        const struct server_settings *set = settings;
        struct server *s = calloc(1, sizeof *s);
        int r;

        if (!s)
                return error_set(err, "out of memory");
        s->set = set;
        s->listeners.voice = &s->voice;
        s->listeners.all = set->all > 0;
        stop_on_signals();
        r = voice_open(&s->voice, &set->echo, "server", err);
        if (!r)
                r = prepare(s, err);
        if (!r)
                r = serve(s, err);
        r = finish(s, r, err);
        free(s);
        return r;
}

static const struct option_row *const options[] = {options_echo, options_server, options_limits, options_output,
                                                   NULL};

const struct verb verb_server = {
        .name = "server",
        .arguments = "[GROUP[:PORT]]…",
        .summary = "multicast UDP echo server on kernel sockets: joins, and sends every datagram back to its sender",
        .text =
                "A group is GROUP, GROUP:PORT, [V6GROUP]:PORT, SOURCE,GROUP:PORT (source-specific), GROUP+N (N groups\n"
                "from GROUP on) or GROUP%IFACE. Without one it is " ECHO_GROUP ":9999. Port 0 takes one that is free.\n"
                "An empty datagram, SIGINT, SIGTERM, -c or -W ends it: it leaves its groups and prints its counts.\n\n"
                "  igmpscope server                             the group 224.3.29.71, port 9999\n"
                "  igmpscope server -i eth1 239.1.1.1+25:5000   25 groups on eth1\n"
                "  igmpscope server 10.0.0.1,232.1.1.1:5000     from 10.0.0.1 only\n"
                "  igmpscope server -6 -i eth1 '[ff15::1]:5000' IPv6\n\n"
                "Lines go to stderr: -q leaves out those of single datagrams, -qq all but errors, -v adds group,\n"
                "interface and TTL, -vv all of long data. --json writes values to stdout. An answer is never longer\n"
                "than the datagram, and never goes to a group, a broadcast address, itself or another server's port.\n",
        .options = options,
        .size = sizeof(struct server_settings),
        .defaults = defaults,
        .run = run,
};
