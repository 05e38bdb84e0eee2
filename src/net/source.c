/* SPDX-License-Identifier: BSD-2-Clause */
/* Octets from a file, a pipe or memory, in large blocks and without a copy per record: a record
 * that straddles two blocks is moved to the buffer's start. The buffer grows only to the largest
 * record asked for whole. */
#include "igmpscope/net.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reader.h"

void source_over(struct source *s, struct bytes b, const char *name)
{
        *s = (struct source){
                .start = b.p, .at = b.p, .end = b.n ? b.p + b.n : b.p, .ended = true, .fd = -1,
                .wait_ms = -1, .name = name,
        };
}

/* Waits for a pipe, so that a signal and the caller's own clock are heard. */
static bool wait_for(const struct source *s)
{
        struct pollfd p = {.fd = s->fd, .events = POLLIN};

        return !stop_signal && poll(&p, 1, s->wait_ms) > 0;
}

static ssize_t fill_descriptor(struct source *s, uint8_t *p, size_t n, struct error *err)
{
        ssize_t got;

        if (s->wait_ms >= 0 && !wait_for(s))
                return FILL_WAIT;
        got = read(s->fd, p, n);
        if (got >= 0)
                return got;
        if (errno == EINTR || errno == EAGAIN)
                return FILL_WAIT;
        error_system(err, errno, NULL, "%s: reading at octet %llu", s->name,
                     (unsigned long long)(s->base));
        return FILL_ERROR;
}

static void close_descriptor(struct source *s)
{
        if (s->fd > STDIN_FILENO)
                close(s->fd);
}

int source_open(struct source *s, const char *file, int wait_ms, struct error *err)
{
        bool input = strcmp(file, "-") == 0;
        struct stat st;

        *s = (struct source){.fill = fill_descriptor, .done = close_descriptor, .wait_ms = wait_ms,
                             .name = input ? "standard input" : file};
        s->fd = input ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
        if (s->fd < 0)
                return error_system(err, errno, NULL, "%s", file);
        if (input && isatty(s->fd))
                return error_set(err, "standard input is a terminal: pipe a capture into -r -");
        if (fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode))
                s->wait_ms = -1;
        return 0;
}

void source_close(struct source *s)
{
        if (s->done)
                s->done(s);
        free(s->room);
        *s = (struct source){.fd = -1};
}

/* Moves what is left to the start of a buffer that holds n and more. */
static bool make_room(struct source *s, size_t n)
{
        size_t left = (size_t)(s->end - s->at), cap = n > SOURCE_ROOM ? n : SOURCE_ROOM;
        uint8_t *room = s->cap >= n ? s->room : malloc(cap);

        if (!room)
                return false;
        if (left)
                memmove(room, s->at, left);
        if (room != s->room) {
                free(s->room);
                s->room = room;
                s->cap = cap;
        }
        s->base = source_offset(s);
        s->start = s->at = room;
        s->end = room + left;
        return true;
}

int source_more(struct source *s, size_t n, struct error *err)
{
        if (s->ended)
                return CAPTURE_END;
        if (!make_room(s, n)) {
                error_set(err, "%s: no memory for %zu octets", s->name, n);
                return CAPTURE_ERROR;
        }
        while ((size_t)(s->end - s->at) < n) {
                size_t there = (size_t)(s->end - s->start);
                ssize_t got = s->fill(s, s->room + there, s->cap - there, err);
                if (got == FILL_ERROR)
                        return CAPTURE_ERROR;
                if (got == FILL_WAIT)
                        return stop_signal ? CAPTURE_END : CAPTURE_IDLE;
                s->ended = got == FILL_END;
                if (s->ended)
                        return CAPTURE_END;
                s->end += got;
        }
        return CAPTURE_FRAME;
}
