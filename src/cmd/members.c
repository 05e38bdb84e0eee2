/* SPDX-License-Identifier: BSD-2-Clause */
/* members: who is joined to what, at the end of a capture or at a moment in it. */
#include "igmpscope/cmd.h"

#include <stdlib.h>

#include "igmpscope/model.h"

struct members {
        struct settings common; /* first */
        const char *at;
        bool groups, queriers;
};

enum { EPOCH_FROM = 100000000 }; /* --at above this is an epoch time (interface.md) */

static int parse_at(const struct members *m, int64_t *ns, struct error *err)
{
        *ns = INT64_MAX;
        if (!m->at)
                return 0;
        if (!parse_seconds(m->at, ns))
                return error_set(err, "--at %s: needs seconds from the first frame (3.5) or an epoch time", m->at);
        return 0;
}

static void take_packet(struct tracker *t, const struct packet *p)
{
        struct record rec;
        struct change c;

        tracker_packet(t, p);
        for (size_t at = 0; record_next(p, &at, &rec);)
                while (tracker_apply(t, p, &rec, &c))
                        ;
}

static void expire(struct tracker *t, int64_t now)
{
        struct change c;

        while (tracker_expire(t, now, &c))
                ;
}

/* Reads up to and with `until` (as --at says); *now is the moment that the answer is for. */
static int read_all(struct stream *st, struct tracker *t, int64_t at, int64_t *now, struct error *err)
{
        struct packet p;
        int64_t until = at;
        bool fixed = at == INT64_MAX || at > (int64_t)EPOCH_FROM * 1000000000;
        int r;

        while ((r = stream_next(st, &p, err)) > 0) {
                if (!fixed && st->first_ns) {
                        until = st->first_ns + at;
                        fixed = true;
                }
                if (r == CAPTURE_FRAME && st->frame.time_ns > until)
                        break;
                expire(t, st->now_ns);
                if (r == CAPTURE_FRAME)
                        take_packet(t, &p);
        }
        *now = at == INT64_MAX ? st->now_ns : until;
        expire(t, *now);
        return r < 0 ? -1 : 0;
}

static uint64_t show(const struct members *m, struct tracker *t, int64_t now, struct writer *w)
{
        struct group_state g;
        struct querier q;
        struct member one;
        uint64_t n = 0;

        if (m->queriers)
                for (size_t i = 0; querier_next(t, &i, &q); n++)
                        querier_describe(&q, w);
        if (m->groups)
                for (size_t i = 0; group_next(t, &i, &g); n++)
                        group_describe(&g, now, w);
        if (!m->queriers && !m->groups)
                for (size_t i = 0; member_next(t, &i, &one); n++)
                        member_describe(&one, now, w);
        return n;
}

static int answer(struct members *m, struct stream *st, struct output *o, struct error *err)
{
        struct tracker_options tracking;
        struct tracker_notice full;
        struct tracker *t;
        int64_t at, now = 0;
        int r;

        if (parse_at(m, &at, err) < 0)
                return -1;
        tracking_options(&m->common, &tracking);
        t = tracker_new(&tracking);
        if (!t)
                return error_set(err, "out of memory");
        r = read_all(st, t, at, &now, err);
        if (!show(m, t, now, &o->writer) && r == 0)
                note(&m->common, "nobody is joined to anything, as far as %s shows", capture_name(st->capture));
        if (tracker_notice_next(t, &full))
                note(&m->common, "no room for %llu more: the bound is %llu memberships (--max-memberships)",
                     (unsigned long long)full.refused, (unsigned long long)full.max_memberships);
        tracker_free(t);
        return r;
}

static int run(void *settings, struct error *err)
{
        struct members *m = settings;
        struct stream st = {0};
        struct output o = {0};
        struct error later;
        int r;

        if (output_open(&o, &m->common, err) < 0 || stream_open(&st, &m->common, err) < 0)
                return -1;
        r = answer(m, &st, &o, err);
        if (output_close(&o, r < 0 ? &later : err) < 0)
                r = -1;
        stream_close(&st);
        return r;
}

#define AT(field) offsetof(struct members, field)

static const struct option_row own[] = {
        {0, "at", "TIME", "as it was then: seconds from the first frame, or an epoch time (default: at the last frame)",
         OPTION_TEXT, AT(at), 0, 0, NULL},
        {0, "groups", NULL, "the router's view: mode, sources and timers of each group (RFC 9776 §6.2)",
         OPTION_FLAG, AT(groups), 0, 0, NULL},
        {0, "queriers", NULL, "the queriers: version, who is elected, intervals",
         OPTION_FLAG, AT(queriers), 0, 0, NULL},
        {0},
};

static const struct option_row *const options[] = {
        options_capture, own, options_tracking, options_limits, options_output, NULL,
};

const struct verb verb_members = {
        .name = "members",
        .arguments = "-i IFACE | -r FILE [--at TIME] [FILTER]",
        .summary = "who is joined to what, since when and until when",
        .text = "  igmpscope members -r capture.pcapng               each host's own memberships, at the last frame\n"
                "  igmpscope members -r capture.pcapng --at 3.5      3.5 s after the first frame\n"
                "  igmpscope members -r capture.pcapng --groups      what a router on that link holds\n"
                "  igmpscope members -i eth0 -W 130                  listen for 130 s, then say\n",
        .options = options,
        .size = sizeof(struct members),
        .run = run,
};
