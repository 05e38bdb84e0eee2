/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a verb's output goes. Text collects in memory and is written in large pieces; a broken pipe ends the
 * verb quietly, a full disk with its reason. */
#include "igmpscope/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igmpscope/out.h"

static bool wants_color(const struct settings *s, int fd)
{
        const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

        if (s->color != COLOR_AUTO)
                return s->color == COLOR_ALWAYS;
        return isatty(fd) && !(no && *no) && !(term && !strcmp(term, "dumb"));
}

int output_open(struct output *o, const struct settings *s, struct error *err)
{
        const char *name = s->json ? "json" : s->format ? s->format : "text";
        const struct format *f = format_find(name);

        *o = (struct output){.fd = STDOUT_FILENO, .name = "stdout"};
        if (!f)
                return error_set(err, "no format '%s'; `igmpscope list formats` names them", name);
        if (s->output && strcmp(s->output, "-")) {
                o->name = s->output;
                o->fd = open(s->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
                if (o->fd < 0)
                        return error_system(err, errno, NULL, "write %s", s->output);
        }
        writer_init(&o->writer, f, &o->text);
        o->writer.detail = s->verbose;
        o->writer.numeric = s->numeric;
        o->writer.color = wants_color(s, o->fd);
        return 0;
}

int output_flush(struct output *o, struct error *err)
{
        size_t done = 0;

        while (done < o->text.n && !o->failed) {
                ssize_t n = write(o->fd, o->text.p + done, o->text.n - done);
                if (n >= 0) {
                        done += (size_t)n;
                } else if (errno != EINTR) {
                        o->failed = true;
                        o->broken_pipe = errno == EPIPE;
                        error_system(err, errno,
                                     errno == ENOSPC ? "free some room, or name another file with -o" : NULL,
                                     "write %s", o->name);
                }
        }
        text_clear(&o->text);
        if (o->text.failed)
                return error_set(err, "out of memory while writing %s", o->name);
        return o->failed ? -1 : 0;
}

int output_ready(struct output *o, struct error *err)
{
        return o->text.n < 65536 ? 0 : output_flush(o, err);
}

int output_close(struct output *o, struct error *err)
{
        int r;

        if (!o->writer.format) /* was never opened */
                return 0;
        writer_finish(&o->writer);
        r = output_flush(o, err);
        text_free(&o->text);
        if (o->fd > STDERR_FILENO && close(o->fd) && !r)
                r = error_system(err, errno, NULL, "write %s", o->name);
        return o->broken_pipe ? 0 : r;
}

void note(const struct settings *s, const char *format, ...)
{
        va_list ap;

        if (s->quiet)
                return;
        va_start(ap, format);
        fputs("igmpscope: ", stderr);
        vfprintf(stderr, format, ap);
        fputc('\n', stderr);
        va_end(ap);
}
