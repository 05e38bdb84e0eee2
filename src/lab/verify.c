/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs experiments side by side, each in a child process with a laboratory of its own, and judges the claims by
 * what they noted. A child writes "key TAB frames TAB text" lines; then "done", or "cannot" and why. */
#include "igmpscope/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum { PARALLEL = 8, LIMIT_S = 60, FRAMES_MAX = 64 };

enum state { WAITING, RUNNING, OVER };

struct run {
        const struct experiment *experiment;
        enum state state;
        pid_t pid;
        int fd;
        int64_t deadline;
        struct text notes;
        char evidence[256];
};

struct verify {
        struct verify_options options;
        struct run *runs;
        size_t n_runs, at;
        struct text seen, reason;
        uint64_t frames[FRAMES_MAX];
};

static struct run *run_of(struct verify *v, const struct experiment *e)
{
        for (size_t i = 0; i < v->n_runs; i++)
                if (v->runs[i].experiment == e)
                        return &v->runs[i];
        return NULL;
}

int verify_open(struct verify **out, const struct verify_options *o, struct error *err)
{
        struct verify *v = calloc(1, sizeof *v);

        *out = v;
        if (!v || !(v->runs = calloc(o->n + 1, sizeof *v->runs)))
                return error_set(err, "out of memory");
        v->options = *o;
        if (!v->options.parallel)
                v->options.parallel = PARALLEL;
        for (size_t i = 0; i < o->n; i++) {
                const struct experiment *e = experiment_find(o->claims[i]->experiment);
                if (!e)
                        return error_set(err, "%s: no experiment %s", o->claims[i]->id, o->claims[i]->experiment);
                if (!run_of(v, e))
                        v->runs[v->n_runs++] = (struct run){.experiment = e, .fd = -1};
        }
        return 0;
}

/* ---- in the child ---- */

static int act(const struct verify *v, const struct run *r, struct bench *b)
{
        const struct topology *t = topology_find(r->experiment->topology, b->err);
        struct savefile_options save = {.file = r->evidence};
        int result;

        if (!t || lab_open(&b->lab, t, &r->experiment->options, b->err) < 0)
                return -1;
        if (*r->evidence && savefile_open(&b->evidence, &save, b->err) < 0)
                return -1;
        b->spoil = v->options.spoil;
        result = watch_for(b, 50) < 0 ? -1 : r->experiment->act(b); /* links that are new take a moment */
        if (savefile_close(b->evidence, result < 0 ? NULL : b->err) < 0)
                result = -1;
        return result;
}

_Noreturn static void child(const struct verify *v, const struct run *r, int fd)
{
        struct error err = {{0}};
        struct bench *b = bench_new(&err);
        const char *text;
        size_t n, done = 0;

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (!b)
                _exit(1);
        if (act(v, r, b) < 0)
                text_add_format(&b->notes, "cannot\t\t%s\n", *err.text ? err.text : "it gave no reason");
        else
                text_add(&b->notes, "done\t\t\n");
        text = text_string(&b->notes);
        n = b->notes.n;
        while (done < n) {
                ssize_t wrote = write(fd, text + done, n - done);
                if (wrote < 0 && errno != EINTR)
                        break;
                done += wrote > 0 ? (size_t)wrote : 0;
        }
        close(fd);
        bench_free(b);
        _exit(0);
}

/* ---- in the parent ---- */

static int start(struct verify *v, struct run *r, struct error *err)
{
        int fds[2];

        if (v->options.directory)
                snprintf(r->evidence, sizeof r->evidence, "%s/%s.pcapng", v->options.directory, r->experiment->name);
        if (pipe2(fds, O_CLOEXEC) < 0)
                return error_system(err, errno, NULL, "experiment %s", r->experiment->name);
        r->pid = fork();
        if (r->pid == 0) {
                close(fds[0]);
                child(v, r, fds[1]);
        }
        close(fds[1]);
        r->fd = fds[0];
        r->state = RUNNING;
        r->deadline = time_monotonic_ns() + (int64_t)LIMIT_S * 1000000000;
        return r->pid < 0 ? error_system(err, errno, NULL, "experiment %s", r->experiment->name) : 0;
}

static void finish(struct run *r)
{
        if (r->state != RUNNING)
                return;
        kill(r->pid, SIGKILL); /* it is done, or late; its laboratory goes with it */
        waitpid(r->pid, NULL, 0);
        close(r->fd);
        r->fd = -1;
        r->state = OVER;
}

static void read_notes(struct run *r)
{
        char block[4096];
        ssize_t n = read(r->fd, block, sizeof block);

        if (n > 0)
                text_add_n(&r->notes, block, (size_t)n);
        else if (n == 0 || errno != EINTR)
                finish(r);
}

/* Starts what may start, then waits a little for whoever says something first. */
static int pump(struct verify *v, struct error *err)
{
        struct pollfd fds[64];
        struct run *who[64];
        int n = 0;

        for (size_t i = 0; i < v->n_runs; i++)
                n += v->runs[i].state == RUNNING;
        for (size_t i = 0; i < v->n_runs && n < v->options.parallel && n < 64; i++) {
                if (v->runs[i].state != WAITING)
                        continue;
                if (start(v, &v->runs[i], err) < 0)
                        return -1;
                n++;
        }
        n = 0;
        for (size_t i = 0; i < v->n_runs && n < 64; i++) {
                struct run *r = &v->runs[i];
                if (r->state == RUNNING && time_monotonic_ns() > r->deadline) {
                        text_add_format(&r->notes, "cannot\t\tit took more than %d s\n", LIMIT_S);
                        finish(r);
                }
                if (r->state != RUNNING)
                        continue;
                fds[n] = (struct pollfd){.fd = r->fd, .events = POLLIN};
                who[n++] = r;
        }
        if (poll(fds, (nfds_t)n, 100) > 0)
                for (int i = 0; i < n; i++)
                        if (fds[i].revents)
                                read_notes(who[i]);
        return stop_signal ? error_set(err, "stopped by signal %d", stop_signal) : 0;
}

/* The line that begins with key: its two other cells. */
static bool find_note(struct text *notes, const char *key, const char **frames, const char **text, size_t *n)
{
        size_t len = strlen(key);

        for (const char *line = text_string(notes); *line; line += strcspn(line, "\n"), line += *line == '\n') {
                const char *tab;
                if (strncmp(line, key, len) != 0 || line[len] != '\t')
                        continue;
                *frames = line + len + 1;
                tab = *frames + strcspn(*frames, "\t\n");
                *text = tab + (*tab == '\t');
                *n = strcspn(*text, "\n");
                return true;
        }
        return false;
}

static uint32_t parse_frames(struct verify *v, const char *p)
{
        uint32_t n = 0;

        while (n < FRAMES_MAX && *p >= '0' && *p <= '9') {
                v->frames[n++] = strtoull(p, NULL, 10);
                p += strcspn(p, " \t\n");
                p += *p == ' ';
        }
        return n;
}

static void judge(struct verify *v, const struct claim *c, struct run *r, struct verdict *one)
{
        const char *frames, *text;
        size_t n;

        *one = (struct verdict){.id = c->id, .claim = c->text, .cite = c->cite, .expected = c->expected,
                                .evidence = *r->evidence ? r->evidence : NULL, .frames = v->frames};
        text_clear(&v->seen);
        text_clear(&v->reason);
        if (find_note(&r->notes, c->key, &frames, &text, &n)) {
                text_add_n(&v->seen, text, n);
                one->n_frames = parse_frames(v, frames);
                one->seen = text_string(&v->seen);
                one->result = verify_matches(c->expected, one->seen) ? RESULT_HOLDS : RESULT_DEVIATES;
                one->reason = one->result == RESULT_DEVIATES ? c->lesson : NULL;
                return;
        }
        if (find_note(&r->notes, "cannot", &frames, &text, &n))
                text_add_n(&v->reason, text, n);
        else
                text_add_format(&v->reason, "experiment %s ended before it noted '%s'", r->experiment->name, c->key);
        one->result = RESULT_SKIPPED;
        one->reason = text_string(&v->reason);
}

int verify_next(struct verify *v, struct verdict *one, const struct claim **claim, struct error *err)
{
        struct run *r;

        if (v->at >= v->options.n)
                return 0;
        *claim = v->options.claims[v->at];
        r = run_of(v, experiment_find((*claim)->experiment));
        while (r->state != OVER)
                if (pump(v, err) < 0)
                        return -1;
        judge(v, *claim, r, one);
        v->at++;
        return 1;
}

void verify_close(struct verify *v)
{
        if (!v)
                return;
        for (size_t i = 0; i < v->n_runs; i++) {
                finish(&v->runs[i]);
                text_free(&v->runs[i].notes);
        }
        text_free(&v->seen);
        text_free(&v->reason);
        free(v->runs);
        free(v);
}
