/* SPDX-License-Identifier: BSD-2-Clause */
/* One way to ask for the next frame: from our own reader of savefiles, or from libpcap live. */
#include "igmpscope/net.h"

#include <stdlib.h>
#include <string.h>

#include "capture.h"

static int open_file(struct capture *c, const struct capture_options *o, struct error *err)
{
        if (source_open(&c->reader.source, o->file, o->timeout_ms ? o->timeout_ms : 10, err) < 0 ||
            reader_open(&c->reader, err) < 0)
                return -1;
        c->direction = o->direction;
        if (!o->filter || o->everything)
                return 0;
        filter_warning(o->filter, c->reader.link, false, &c->warning);
        return filter_open(&c->filter, o->filter, c->reader.link, err);
}

int capture_open(struct capture **out, const struct capture_options *o, struct error *err)
{
        struct capture *c;

        *out = NULL;
        if (!o->file == !o->interface)
                return error_set(err, o->file ? "-i and -r together: capture live or read a file"
                                              : "name an interface with -i or a file with -r");
        c = calloc(1, sizeof *c);
        if (!c)
                return error_set(err, "no memory");
        c->reader.source.fd = -1;
        c->name = strdup(o->file ? o->file : o->interface);
        c->asked = o->filter && !o->everything ? strdup(o->filter) : NULL;
        if (!c->name)
                error_set(err, "no memory");
        if (!c->name || (o->file ? open_file(c, o, err) : live_open(c, o, err)) < 0) {
                capture_close(c);
                return -1;
        }
        *out = c;
        return 0;
}

/* 1 wanted, 0 not, -1 an error. */
static int wanted(struct capture *c, struct frame *f, struct error *err)
{
        if (is_cooked(f))
                cooked_place(&c->cooked, f);
        if (c->direction != FRAME_UNKNOWN && f->direction != FRAME_UNKNOWN &&
            f->direction != c->direction)
                return 0;
        return c->filter ? filter_accepts(c->filter, f, err) : 1;
}

static int next_of_file(struct capture *c, struct frame *f, struct error *err)
{
        int have, take;

        while ((have = reader_next(&c->reader, f, err)) == CAPTURE_FRAME) {
                take = wanted(c, f, err);
                if (take)
                        return take < 0 ? CAPTURE_ERROR : have;
        }
        return have;
}

int capture_next(struct capture *c, struct frame *f, struct error *err)
{
        int have = c->live ? live_next(c, f, err) : next_of_file(c, f, err);

        if (have == CAPTURE_FRAME) {
                c->stats.frames++;
                c->stats.bytes += f->len;
        }
        return have;
}

void capture_stats(struct capture *c, struct capture_stats *s)
{
        *s = c->stats;
        if (c->live)
                live_drops(c, s);
        else
                reader_drops(&c->reader, s);
}

int capture_fd(const struct capture *c)
{
        return c->live ? live_fd(c) : -1;
}

const char *capture_name(const struct capture *c)
{
        return c->name;
}

const char *capture_filter(const struct capture *c)
{
        return c->asked;
}

const char *capture_warning(struct capture *c)
{
        if (c->warning.n && !c->told) {
                c->told = true;
                return text_string(&c->warning);
        }
        if (c->reader.warning.n && !c->told_end) {
                c->told_end = true;
                return text_string(&c->reader.warning);
        }
        return NULL;
}

void capture_close(struct capture *c)
{
        if (!c)
                return;
        live_close(c);
        reader_close(&c->reader);
        filter_close(c->filter);
        text_free(&c->warning);
        free(c->name);
        free(c->asked);
        free(c);
}
