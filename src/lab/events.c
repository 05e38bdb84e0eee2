/* SPDX-License-Identifier: BSD-2-Clause */
/* All that happens in a laboratory as one stream in order of time. Captures hand frames over in blocks, programs
 * write when they are scheduled: nothing is given before every source has had SETTLE_NS to show something older. */
#include "internal.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

enum { SETTLE_NS = 30 * 1000 * 1000, NAP_MS = 10 };

int lab_capture(struct lab *lab, const char *host, const char *interface, const struct capture_options *o,
                struct capture **c, struct error *err)
{
        struct capture_options options = *o;
        struct lab_source *s = &lab->sources[lab->n_sources];
        int r;

        if (lab->n_sources == LAB_HOSTS)
                return error_set(err, "laboratory: more than %d captures", LAB_HOSTS);
        if (lab_enter(lab, host, err))
                return -1;
        options.interface = interface;
        r = capture_open(&s->capture, &options, err);
        lab_leave(lab);
        if (r)
                return -1;
        s->whole = false;
        lab->n_sources++;
        *c = s->capture;
        return 0;
}

/* Whether something of this time may be given: older than what was found so far. */
static bool older(int64_t *best, int64_t time_ns)
{
        if (*best <= time_ns)
                return false;
        *best = time_ns;
        return true;
}

static int fill(struct lab *lab, struct error *err)
{
        for (size_t i = 0; i < lab->n_sources; i++) {
                struct lab_source *s = &lab->sources[i];
                int r = s->whole ? CAPTURE_FRAME : capture_next(s->capture, &s->frame, err);
                if (r == CAPTURE_ERROR)
                        return -1;
                s->whole = r == CAPTURE_FRAME;
        }
        for (struct lab_process *p = lab->processes; p; p = p->next)
                process_read(p);
        return 0;
}

static bool oldest(struct lab *lab, struct lab_event *e, int64_t *best)
{
        *best = INT64_MAX;
        for (size_t i = 0; i < lab->n_sources; i++)
                if (lab->sources[i].whole && older(best, lab->sources[i].frame.time_ns))
                        *e = (struct lab_event){.type = LAB_FRAME, .capture = lab->sources[i].capture,
                                                .frame = lab->sources[i].frame};
        for (struct lab_process *p = lab->processes; p; p = p->next) {
                bool silent = !p->pipes[0].whole && !p->pipes[1].whole;
                for (int i = 0; i < 2; i++)
                        if (p->pipes[i].whole && older(best, p->pipes[i].time_ns))
                                *e = (struct lab_event){.type = LAB_LINE, .process = p, .error = i,
                                                        .line = p->pipes[i].p};
                if (silent && p->status >= 0 && !p->told && older(best, p->ended_ns))
                        *e = (struct lab_event){.type = LAB_EXIT, .process = p};
        }
        e->time_ns = *best;
        return *best != INT64_MAX;
}

static void take(struct lab *lab, const struct lab_event *e)
{
        if (e->type == LAB_LINE)
                e->process->pipes[e->error].whole = false;
        if (e->type == LAB_EXIT)
                e->process->told = true;
        for (size_t i = 0; e->type == LAB_FRAME && i < lab->n_sources; i++)
                if (lab->sources[i].capture == e->capture)
                        lab->sources[i].whole = false;
}

int lab_next(struct lab *lab, int64_t deadline_ns, struct lab_event *e, struct error *err)
{
        int64_t best, now;

        for (;;) {
                if (fill(lab, err))
                        return -1;
                now = time_now_ns();
                if (oldest(lab, e, &best) && best <= now - SETTLE_NS) {
                        take(lab, e);
                        return 1;
                }
                /* nothing older than the deadline can come any more */
                if (stop_signal || now - SETTLE_NS >= deadline_ns)
                        return 0;
                poll(NULL, 0, lab->n_sources ? 1 : NAP_MS); /* capture_next itself waits */
        }
}
