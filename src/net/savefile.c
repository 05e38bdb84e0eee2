/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes captures to files. Whole records collect in a buffer; where a disk is full, the file is
 * cut back to its last whole record, so that it stays a valid capture. Rotates by size and by the
 * frames' own time. */
#include "igmpscope/net.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "savefile.h"

/* "demo.pcapng", or with rotation "demo_00001.pcapng". */
static char *path_of(const struct savefile *s)
{
        const char *base = strrchr(s->file, '/'), *dot = strrchr(base ? base : s->file, '.');
        size_t stem = dot ? (size_t)(dot - s->file) : strlen(s->file);
        char *path;

        if (!s->part)
                return strdup(s->file);
        if (asprintf(&path, "%.*s_%05u%s", (int)stem, s->file, s->part, s->file + stem) < 0)
                return NULL;
        return path;
}

static int part_open(struct savefile *s, struct error *err)
{
        struct stat st;

        free(s->path);
        s->path = path_of(s);
        if (!s->path)
                return error_set(err, "no memory");
        s->fd = STDOUT_FILENO;
        if (strcmp(s->file, "-") != 0)
                s->fd = open(s->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (s->fd < 0)
                return error_system(err, errno, NULL, "%s", s->path);
        s->regular = s->fd != STDOUT_FILENO && fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode);
        s->k = packer_into(s->buffer, sizeof s->buffer);
        s->written = s->packets = 0;
        s->format->head(s);
        return 0;
}

static void forget_interfaces(struct savefile *s)
{
        for (size_t i = 0; i < s->n_interfaces; i++)
                free(s->interfaces[i].name);
        free(s->interfaces);
        s->interfaces = NULL;
        s->n_interfaces = 0;
}

static int check(const struct savefile_options *o, struct error *err)
{
        if (strcmp(o->file, "-") != 0)
                return 0;
        if (o->rotate_bytes || o->rotate_ns)
                return error_set(err, "-w -: standard output can't be rotated; name a file");
        if (isatty(STDOUT_FILENO))
                return error_set(err, "-w -: standard output is a terminal, and a capture is no text: "
                                 "send it to a file or a pipe");
        return 0;
}

int savefile_open(struct savefile **out, const struct savefile_options *o, struct error *err)
{
        struct savefile *s;

        *out = NULL;
        if (check(o, err) < 0)
                return -1;
        s = calloc(1, sizeof *s);
        if (!s)
                return error_set(err, "no memory");
        s->fd = -1;
        s->format = o->pcap ? &save_pcap : &save_pcapng;
        s->rotate_bytes = o->rotate_bytes;
        s->rotate_ns = o->rotate_ns;
        s->part = o->rotate_bytes || o->rotate_ns;
        s->flush = o->flush;
        s->file = strdup(o->file);
        s->filter = o->filter ? strdup(o->filter) : NULL;
        if (!s->file || (o->filter && !s->filter))
                error_set(err, "no memory");
        else if (part_open(s, err) == 0) {
                *out = s;
                return 0;
        }
        s->failed = true;
        savefile_close(s, NULL);
        return -1;
}

/* Octets of the buffer's whole records within its first n. */
static size_t whole(const struct savefile *s, size_t n)
{
        size_t at = 0, size;

        while (at + s->format->smallest <= n) {
                size = s->format->measure(s->buffer + at, s->written + at == 0);
                if (size > n - at)
                        break;
                at += size;
        }
        return at;
}

/* n octets of the buffer went out, and then no more. */
static int full(struct savefile *s, size_t n, int why, struct error *err)
{
        unsigned long long keeps = s->written + whole(s, n);
        char hint[160] = "what came after is lost";

        s->failed = true;
        if (s->regular && ftruncate(s->fd, (off_t)keeps) == 0)
                snprintf(hint, sizeof hint, "the file was cut back to its last whole record, at octet "
                         "%llu, and can be read; what came after is lost", keeps);
        error_system(err, why, hint, "%s: writing at octet %llu", s->path,
                     (unsigned long long)s->written + n);
        return why == EPIPE ? SAVEFILE_GONE : -1;
}

static int flush(struct savefile *s, struct error *err)
{
        size_t done = 0;

        while (done < s->k.n) {
                ssize_t n = write(s->fd, s->buffer + done, s->k.n - done);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return full(s, done, n ? errno : ENOSPC, err);
                done += (size_t)n;
        }
        s->written += done;
        s->k.n = 0;
        return 0;
}

static int part_close(struct savefile *s, struct error *err)
{
        int fd = s->fd, rc = 0;

        if (!s->failed && fd >= 0) {
                s->format->tail(s);
                rc = flush(s, err);
        }
        s->fd = -1;
        /* close is where a network file system says that it is full */
        if (fd > STDOUT_FILENO && close(fd) < 0 && !rc && !s->failed)
                rc = error_system(err, errno, NULL, "%s", s->path);
        forget_interfaces(s);
        return rc;
}

static bool rotation_due(const struct savefile *s, const struct frame *f)
{
        if (!s->part || !s->packets)
                return false;
        return (s->rotate_bytes && s->written + s->k.n + f->caplen + 64 > s->rotate_bytes) ||
               (s->rotate_ns && f->time_ns - s->began_ns >= s->rotate_ns);
}

static int rotate(struct savefile *s, struct error *err)
{
        int rc = part_close(s, err);

        if (rc)
                return rc;
        s->part++;
        rc = part_open(s, err);
        s->failed = rc != 0;
        return rc;
}

int savefile_write(struct savefile *s, const struct frame *f, const char *comment,
                   struct error *err)
{
        int rc = 0;

        if (s->failed)
                return error_set(err, "%s: nothing more is written to it after it failed", s->path);
        if (f->caplen > SAVE_PACKET_MAX)
                return error_set(err, "%s: a frame of %u octets, more than %d", s->path, f->caplen,
                                 SAVE_PACKET_MAX);
        if (rotation_due(s, f))
                rc = rotate(s, err);
        else if (s->k.cap - s->k.n < f->caplen + 4 * (size_t)SAVE_TEXT_MAX) /* comment, filter, … */
                rc = flush(s, err);
        if (!rc)
                rc = s->format->packet(s, f, comment, err);
        if (rc)
                return rc;
        if (!s->packets++)
                s->began_ns = f->time_ns;
        s->last_ns = f->time_ns;
        return s->flush ? flush(s, err) : 0;
}

void savefile_drops(struct savefile *s, const struct capture_stats *stats)
{
        s->counted = true;
        s->stats = *stats;
}

int savefile_close(struct savefile *s, struct error *err)
{
        int rc;

        if (!s)
                return 0;
        rc = part_close(s, err);
        free(s->path);
        free(s->file);
        free(s->filter);
        free(s);
        return rc;
}
