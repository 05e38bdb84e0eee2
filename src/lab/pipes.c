/* SPDX-License-Identifier: BSD-2-Clause */
/* What programs write, as lines: read as soon as they are written, so that they carry the right time, and kept until
 * they are asked for. A full buffer makes the program wait. */
#include "internal.h"

#include <string.h>
#include <unistd.h>

static void mark_line(struct line_pipe *l, size_t end)
{
        l->line[l->lines].end = end;
        l->line[l->lines++].time_ns = time_now_ns();
        l->p[end] = '\0';
}

/* What was given away makes room. */
static void compact(struct line_pipe *l)
{
        if (l->first < l->lines)
                return;
        memmove(l->p, l->p + l->at, l->n - l->at);
        l->n -= l->at;
        l->at = l->first = l->lines = 0;
}

static size_t last_end(const struct line_pipe *l)
{
        return l->lines ? l->line[l->lines - 1].end + 1 : l->at;
}

static void mark_lines(struct line_pipe *l)
{
        char *end;

        while (l->lines < PIPE_LINES - 1 && (end = memchr(l->p + last_end(l), '\n', l->n - last_end(l))))
                mark_line(l, (size_t)(end - l->p));
}

void pipe_read(struct line_pipe *l, bool ended)
{
        bool over = l->fd < 0, dry = false;
        ssize_t n;

        compact(l);
        mark_lines(l);
        while (!over && !dry && l->n < PIPE_BYTES && l->lines < PIPE_LINES - 1) {
                n = read(l->fd, l->p + l->n, PIPE_BYTES - l->n);
                over = n == 0 || (n < 0 && ended);
                dry = n < 0;
                l->n += n > 0 ? (size_t)n : 0;
                mark_lines(l);
        }
        if (over && l->fd >= 0) {
                close(l->fd);
                l->fd = -1;
        }
        /* a last line without newline, or one too long for the buffer */
        if ((over || l->n == PIPE_BYTES) && !l->lines && l->n > l->at)
                mark_line(l, l->n++);
}

bool pipe_line(const struct line_pipe *l, int64_t *time_ns)
{
        if (l->first == l->lines)
                return false;
        *time_ns = l->line[l->first].time_ns;
        return true;
}

const char *pipe_take(struct line_pipe *l)
{
        const char *line = l->p + l->at;

        l->at = l->line[l->first++].end + 1;
        return line;
}
