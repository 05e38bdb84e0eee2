/* SPDX-License-Identifier: BSD-2-Clause */
/* Where packets go and when: out of the interface at their time, or into a file or onto the screen with the times that
 * they would have had. One bad packet does not end the rest; what failed is counted and the last reason told. */
#include "igmpscope/cmd.h"

#include <inttypes.h>
#include <string.h>

#include "send.h"

int sink_open(struct sink *k, const struct send *s, struct error *err)
{
        const struct settings *c = &s->common;
        bool sends = !s->dry_run && !s->save.file, show = s->dry_run || c->verbose;

        *k = (struct sink){.send = s, .show = show, .clock.style = s->dry_run ? CLOCK_EPOCH : CLOCK_TIME};
        if (s->dry_run && s->save.file)
                return error_set(err, "--dry-run writes no file: one of -w FILE and --dry-run");
        if (show && s->save.file && !strcmp(s->save.file, "-") && (!c->output || !strcmp(c->output, "-")))
                return error_set(err, "-v and -w - would both write to stdout; -o FILE takes the text");
        if (sends && !s->interface.index)
                return error_set(err, "where to? -i IFACE sends there, -w FILE writes a capture, --dry-run only shows; "
                                 "nothing goes out of an interface that is not named");
        if (output_open(&k->out, c, err) < 0)
                return -1;
        if (sends && injector_open(&k->injector, s->interface.name, s->layer == SEND_RAW, err) < 0)
                return -1;
        if (s->save.file && savefile_open(&k->savefile, &s->save, err) < 0)
                return -1;
        k->decoder = decoder_new();
        if (!k->decoder)
                return error_set(err, "out of memory");
        stop_on_signals();
        k->begin_ns = time_monotonic_ns();
        k->start_ns = s->start_ns >= 0 ? s->start_ns : s->dry_run ? 0 : time_now_ns();
        return 0;
}

bool sink_over(const struct sink *k, int64_t offset_ns)
{
        const struct settings *c = &k->send->common;

        if (stop_signal || k->gone || (c->count && k->n >= c->count))
                return true;
        if (!c->deadline_ns)
                return false;
        return offset_ns >= c->deadline_ns || (k->injector && time_monotonic_ns() - k->begin_ns >= c->deadline_ns);
}

/* Until the monotonic time comes, however often the wait ends early; false if a signal ends it for good. */
static bool wait_until(int64_t due)
{
        int64_t left;

        while (!stop_signal && (left = due - time_monotonic_ns()) > 0)
                poll_or_stop(NULL, 0, left);
        return !stop_signal;
}

static void show(struct sink *k, const struct frame *f)
{
        struct writer *w = &k->out.writer;
        struct packet p;

        decoder_decode(k->decoder, f, &p);
        writer_open(w, &kind_packet);
        clock_column(&k->clock, w, f->time_ns);
        packet_columns(&p, w);
        packet_fields(&p, w);
        writer_close(w);
}

static int write_frame(struct sink *k, const struct frame *f, const char *comment, struct error *err)
{
        int r = k->savefile ? savefile_write(k->savefile, f, comment, err) : 0;

        if (r == SAVEFILE_GONE)
                k->gone = true;
        if (r < 0)
                return -1;
        if (k->show)
                show(k, f);
        if (k->injector ? output_flush(&k->out, err) : output_ready(&k->out, err))
                return -1;
        return 0;
}

int sink_put(struct sink *k, struct bytes packet, int link, int64_t offset_ns, const char *comment, struct error *err)
{
        struct frame f = {
                .number = k->n + 1,
                .time_ns = k->start_ns + offset_ns,
                .interface = k->send->interface.index ? k->send->interface.name : NULL,
                .link = link,
                .caplen = (uint32_t)packet.n,
                .len = (uint32_t)packet.n,
                .data = packet,
        };

        if (k->injector) {
                if (!wait_until(k->begin_ns + offset_ns))
                        return 0;
                f.time_ns = time_now_ns();
        }
        k->n++;
        if (k->injector && injector_send(k->injector, packet, &k->why) < 0) {
                k->failed++;
                return 0;
        }
        k->octets += packet.n;
        return write_frame(k, &f, comment, err);
}

/* "sent 9 packets, 540 bytes, in 0.8 s; 1 more could not be sent: …" */
static void tell(const struct sink *k, int64_t took_ns)
{
        const struct send *s = k->send;
        uint64_t n = k->n - k->failed;
        const char *plural = n == 1 ? "" : "s";

        if (s->dry_run)
                note(&s->common, "%" PRIu64 " packet%s, %" PRIu64 " bytes; nothing was sent", n, plural, k->octets);
        else if (s->save.file)
                note(&s->common, "wrote %" PRIu64 " packet%s, %" PRIu64 " bytes, to %s; nothing was sent", n, plural,
                     k->octets, strcmp(s->save.file, "-") ? s->save.file : "stdout");
        else
                note(&s->common, "sent %" PRIu64 " packet%s, %" PRIu64 " bytes, in %.3f s, on %s", n, plural, k->octets,
                     (double)took_ns / 1e9, s->interface.name);
        if (k->failed && n)
                note(&s->common, "%" PRIu64 " could not be sent, the last one because: %s", k->failed, k->why.text);
}

int sink_close(struct sink *k, struct error *err)
{
        int r = k->failed ? EXIT_NOT_HELD : EXIT_HELD;
        int64_t took_ns = time_monotonic_ns() - k->begin_ns;

        injector_close(k->injector);
        decoder_free(k->decoder);
        if (savefile_close(k->savefile, err) < 0)
                r = -1;
        if (output_close(&k->out, err) < 0)
                r = -1;
        if (k->failed && k->failed == k->n) {
                *err = k->why;
                return -1;
        }
        if (k->begin_ns && !k->gone)
                tell(k, took_ns);
        return r;
}
