/* SPDX-License-Identifier: BSD-2-Clause */
/* All that happens in a laboratory as one stream in order of time. Captures hand frames over in blocks, programs
 * write when they are scheduled: nothing is given before every source has had LAB_SETTLE_NS to show something older. */
#include "internal.h"

#include <poll.h>

enum { NAP_NS = 10 * 1000 * 1000 };

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
        options.timeout_ms = -1; /* lab_next waits for all of them at once */
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

/* Which comes first, and of when it is; INT64_MAX: nothing is there. */
static int64_t oldest(struct lab *lab, struct lab_event *e)
{
        int64_t best = INT64_MAX, t;

        for (size_t i = 0; i < lab->n_sources; i++)
                if (lab->sources[i].whole && older(&best, lab->sources[i].frame.time_ns))
                        *e = (struct lab_event){.type = LAB_FRAME, .capture = lab->sources[i].capture,
                                                .frame = lab->sources[i].frame};
        for (struct lab_process *p = lab->processes; p; p = p->next) {
                bool line[2] = {pipe_line(&p->pipes[0], &t), pipe_line(&p->pipes[1], &t)};
                for (int i = 0; i < 2; i++)
                        if (line[i] && pipe_line(&p->pipes[i], &t) && older(&best, t))
                                *e = (struct lab_event){.type = LAB_LINE, .process = p, .error = i};
                if (!line[0] && !line[1] && p->status >= 0 && !p->told && older(&best, p->ended_ns))
                        *e = (struct lab_event){.type = LAB_EXIT, .process = p};
        }
        e->time_ns = best;
        return best;
}

static void take(struct lab *lab, struct lab_event *e)
{
        if (e->type == LAB_LINE)
                e->line = pipe_take(&e->process->pipes[e->error]);
        if (e->type == LAB_EXIT)
                e->process->told = true;
        for (size_t i = 0; e->type == LAB_FRAME && i < lab->n_sources; i++)
                if (lab->sources[i].capture == e->capture)
                        lab->sources[i].whole = false;
}

/* Until a source from which nothing is in hand has something, wait_ns have passed, or a signal asks to stop. */
static void doze(const struct lab *lab, int64_t wait_ns)
{
        struct pollfd fds[64];
        size_t n = 0, max = sizeof fds / sizeof *fds;

        for (size_t i = 0; i < lab->n_sources && n < max; i++)
                if (!lab->sources[i].whole)
                        fds[n++] = (struct pollfd){.fd = capture_fd(lab->sources[i].capture), .events = POLLIN};
        for (const struct lab_process *p = lab->processes; p; p = p->next)
                for (int i = 0; i < 2 && n < max; i++)
                        if (p->pipes[i].fd >= 0)
                                fds[n++] = (struct pollfd){.fd = p->pipes[i].fd, .events = POLLIN};
        poll_or_stop(fds, n, wait_ns < NAP_NS ? wait_ns : NAP_NS);
}

int lab_next(struct lab *lab, int64_t deadline_ns, struct lab_event *e, struct error *err)
{
        int64_t best, settled;

        for (;;) {
                if (fill(lab, err))
                        return -1;
                best = oldest(lab, e);
                settled = time_now_ns() - LAB_SETTLE_NS;
                if (best <= settled) {
                        take(lab, e);
                        return 1;
                }
                /* nothing older than the deadline can come any more */
                if (stop_signal || settled >= deadline_ns)
                        return 0;
                if (best > deadline_ns)
                        best = deadline_ns;
                doze(lab, best - settled);
        }
}
