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

void pipe_read(struct line_pipe *l, bool ended)
{
        ssize_t n = -1;

        compact(l);
        while (l->fd >= 0 && l->n < PIPE_BYTES && l->lines < PIPE_LINES - 1) {
                n = read(l->fd, l->p + l->n, PIPE_BYTES - l->n);
                if (n <= 0)
                        break;
                l->n += (size_t)n;
                for (char *c; l->lines < PIPE_LINES - 1 && (c = memchr(l->p + last_end(l), '\n', l->n - last_end(l)));)
                        mark_line(l, (size_t)(c - l->p));
        }
        if (l->fd < 0 || (n > 0 && l->n < PIPE_BYTES) || (n < 0 && !ended && l->n < PIPE_BYTES))
                return;
        if (l->n > last_end(l)) /* a last line without newline, or one that is too long */
                mark_line(l, l->n++);
        if (n == 0 || ended) {
                close(l->fd);
                l->fd = -1;
        }
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
