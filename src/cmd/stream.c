/* SPDX-License-Identifier: BSD-2-Clause */
/* What -i and -r give a verb: decoded packets one after the other, until the file, the count, the deadline or
 * a signal ends them; and at the end what was read, dropped and broken. */
#include "igmpscope/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "igmpscope/model.h"

static int link_number(const char *name, struct error *err)
{
        const struct link_type *l;
        uint64_t number;

        for (size_t i = 0; (l = link_at(i)); i++)
                if (!strcmp(l->name, name))
                        return l->link;
        if (parse_uint(name, INT32_MAX, &number))
                return (int)number;
        return error_set(err, "no link type '%s'; `igmpscope list links` names them", name);
}

static int capture_settings(const struct settings *s, struct capture_options *o, struct text *filter,
                            struct error *err)
{
        *o = s->capture;
        if (!o->interface == !o->file)
                return error_set(err, "needs one of -i IFACE (to capture) and -r FILE (to read); see "
                                      "`igmpscope help %s`", s->verb->name);
        if (s->link_name && (o->link = link_number(s->link_name, err)) < 0)
                return -1;
        for (int i = s->filter_from; i < s->n_words; i++)
                text_add_format(filter, filter->n ? " %s" : "%s", s->words[i]);
        if (filter->n)
                o->filter = text_string(filter);
        o->promiscuous = !s->no_promiscuous;
        o->direction = (enum frame_direction)s->direction;
        return 0;
}

/* What the capture has to tell so far. */
static void warn(const struct stream *st)
{
        const char *warning;

        while (st->capture && (warning = capture_warning(st->capture)))
                note(st->settings, "%s", warning);
}

int stream_open(struct stream *st, const struct settings *s, struct error *err)
{
        struct capture_options o;
        struct text filter = {0};

        *st = (struct stream){.settings = s};
        if (capture_settings(s, &o, &filter, err) == 0 && capture_open(&st->capture, &o, err) == 0) {
                st->live = o.interface != NULL;
                st->decoder = decoder_new();
                if (!st->decoder)
                        error_set(err, "out of memory");
        }
        text_free(&filter);
        if (!st->decoder) {
                stream_close(st);
                return -1;
        }
        stop_on_signals();
        if (s->deadline_ns)
                st->deadline = time_monotonic_ns() + s->deadline_ns;
        if (st->live)
                note(s, "listening on %s", capture_name(st->capture));
        warn(st);
        return 0;
}

static void count(struct stream *st, const struct packet *p)
{
        st->sums.igmp += p->gmp.family == FAMILY_IGMP;
        st->sums.mld += p->gmp.family == FAMILY_MLD;
        st->sums.udp += p->has_udp;
        st->sums.malformed += p->stop.layer != LAYER_NONE || p->flaws;
}

static bool over(const struct stream *st)
{
        return stop_signal || (st->deadline && time_monotonic_ns() >= st->deadline)
               || (st->settings->count && st->taken >= st->settings->count);
}

int stream_next(struct stream *st, struct packet *p, struct error *err)
{
        int r;

        if (over(st))
                return CAPTURE_END;
        r = capture_next(st->capture, &st->frame, err);
        if (r == CAPTURE_IDLE && st->live) /* a slow pipe keeps its packets' time */
                st->now_ns = time_now_ns();
        if (r != CAPTURE_FRAME)
                return r;
        if (!st->first_ns)
                st->first_ns = st->frame.time_ns;
        if (st->frame.time_ns > st->now_ns || st->live)
                st->now_ns = st->frame.time_ns;
        decoder_decode(st->decoder, &st->frame, p);
        count(st, p);
        return r;
}

void stream_taken(struct stream *st)
{
        st->taken++;
}

/* Asking the kernel costs a call: once in a second of the packets' time is enough. */
bool stream_lost(struct stream *st)
{
        const uint64_t before = st->lost;
        struct capture_stats c;

        if (st->live && st->now_ns - st->asked_ns < INT64_C(1000000000))
                return false;
        capture_stats(st->capture, &c);
        st->asked_ns = st->now_ns;
        st->lost = c.dropped_kernel + c.dropped_interface;
        return st->lost > before;
}

static void summary_fields(const struct stream *st, const struct capture_stats *c, struct writer *w)
{
        put_uint(w, "frames", c->frames);
        put_uint(w, "bytes", c->bytes);
        put_uint(w, "igmp", st->sums.igmp);
        put_uint(w, "mld", st->sums.mld);
        put_uint(w, "udp", st->sums.udp);
        put_uint(w, "malformed", st->sums.malformed);
        put_uint(w, "dropped_kernel", c->dropped_kernel);
        put_uint(w, "dropped_interface", c->dropped_interface);
}

static void summary_schema(struct writer *w)
{
        summary_fields(&(struct stream){0}, &(struct capture_stats){0}, w);
}

void stream_summary(struct stream *st, struct writer *w)
{
        static const struct kind kind = {"summary", summary_schema};
        struct capture_stats c;

        capture_stats(st->capture, &c);
        if (writer_columns(w)) {
                note(st->settings, "%" PRIu64 " frames, %" PRIu64 " IGMP, %" PRIu64 " MLD, %" PRIu64 " UDP, %" PRIu64
                     " malformed; dropped: %" PRIu64 " by the kernel, %" PRIu64 " by the interface", c.frames,
                     st->sums.igmp, st->sums.mld, st->sums.udp, st->sums.malformed, c.dropped_kernel,
                     c.dropped_interface);
                return;
        }
        writer_open(w, &kind);
        summary_fields(st, &c, w);
        writer_close(w);
}

void stream_close(struct stream *st)
{
        warn(st);
        decoder_free(st->decoder);
        capture_close(st->capture);
        *st = (struct stream){0};
}

void random_seed(uint64_t seed[2])
{
        if (getrandom(seed, 2 * sizeof *seed, GRND_NONBLOCK) != (ssize_t)(2 * sizeof *seed))
                seed[0] = seed[1] = (uint64_t)time_monotonic_ns(); /* a machine that has just started */
}

void tracking_options(const struct settings *s, struct tracker_options *o)
{
        *o = (struct tracker_options){
                .gmi = s->tracking.rfc3376 ? 3376 : 9776,
                .ssm_off = !s->tracking.ssm_strict,
                .fast_leave = s->tracking.fast_leave,
                .max_memberships = s->tracking.max_memberships,
        };
        random_seed(o->seed);
}
