/* SPDX-License-Identifier: BSD-2-Clause */
/* Compressed savefiles, known by their magic: gzip (RFC 1952, members in a row) and zstd (RFC 8878,
 * frames in a row) as a source that stands upon a source. Data cut short gives all it holds, and
 * says so. */
#include "igmpscope/net.h"

#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>

#include "reader.h"

struct unpack {
        struct source in;
        const char *kind;
        z_stream gzip;
        ZSTD_DStream *zstd;
        bool between; /* members, frames: where an end is no cut */
        bool failed;
        /* takes from in, gives octets to p, says how many; sets failed where the data is damaged */
        ssize_t (*step)(struct unpack *u, uint8_t *p, size_t n);
};

static ssize_t step_gzip(struct unpack *u, uint8_t *p, size_t n)
{
        z_stream *z = &u->gzip;
        int rc;

        if (u->between)
                inflateReset(z);
        z->next_in = u->in.at;
        z->avail_in = (uInt)(u->in.end - u->in.at);
        z->next_out = p;
        z->avail_out = (uInt)n;
        rc = inflate(z, Z_NO_FLUSH);
        u->in.at = z->next_in;
        u->between = rc == Z_STREAM_END;
        u->failed = rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR;
        return (ssize_t)(n - z->avail_out);
}

static ssize_t step_zstd(struct unpack *u, uint8_t *p, size_t n)
{
        ZSTD_inBuffer in = {u->in.at, (size_t)(u->in.end - u->in.at), 0};
        ZSTD_outBuffer out = {p, n, 0};
        size_t rc = ZSTD_decompressStream(u->zstd, &out, &in);

        u->in.at += in.pos;
        u->between = rc == 0;
        u->failed = ZSTD_isError(rc);
        return (ssize_t)out.pos;
}

static ssize_t damaged(const struct unpack *u, struct error *err)
{
        error_set(err, "%s: its %s data is damaged near octet %llu of the file", u->in.name,
                  u->kind, (unsigned long long)source_offset(&u->in));
        return FILL_ERROR;
}

static ssize_t fill_unpacked(struct source *s, uint8_t *p, size_t n, struct error *err)
{
        struct unpack *u = s->own;

        while (!u->failed) {
                int have = source_have(&u->in, 1, err); /* both leave an octet while they hold more */
                ssize_t got;
                if (have == CAPTURE_END) {
                        s->cut = !u->between;
                        return FILL_END;
                }
                if (have != CAPTURE_FRAME)
                        return have == CAPTURE_IDLE ? FILL_WAIT : FILL_ERROR;
                if (u->between && *u->in.at == 0) /* padding, which gzip(1) takes as the end, too */
                        return FILL_END;
                got = u->step(u, p, n);
                if (got > 0)
                        return got;
        }
        return damaged(u, err);
}

static void close_unpack(struct source *s)
{
        struct unpack *u = s->own;

        if (u->step == step_gzip)
                inflateEnd(&u->gzip);
        ZSTD_freeDStream(u->zstd);
        source_close(&u->in);
        free(u);
}

static const struct {
        uint8_t n, magic[4];
        const char *kind;
        ssize_t (*step)(struct unpack *u, uint8_t *p, size_t n);
} packings[] = {
        {3, {0x1f, 0x8b, 0x08}, "gzip", step_gzip},
        {4, {0x28, 0xb5, 0x2f, 0xfd}, "zstd", step_zstd},
};

static bool begin(struct unpack *u)
{
        if (u->step == step_gzip)
                return inflateInit2(&u->gzip, 15 + 16) == Z_OK;
        u->zstd = ZSTD_createDStream();
        return u->zstd != NULL;
}

/* At least n octets, waiting for a pipe as long as it takes; fewer at the end of it. */
static int await(struct source *s, size_t n, struct error *err)
{
        int have;

        while ((have = source_have(s, n, err)) == CAPTURE_IDLE)
                ;
        return have == CAPTURE_ERROR ? -1 : 0;
}

int source_unpack(struct source *s, struct error *err)
{
        struct unpack *u;

        if (await(s, 4, err) < 0)
                return -1;
        for (size_t i = 0; i < sizeof packings / sizeof *packings; i++) {
                if ((size_t)(s->end - s->at) < packings[i].n ||
                    memcmp(s->at, packings[i].magic, packings[i].n))
                        continue;
                u = calloc(1, sizeof *u);
                if (!u)
                        return error_set(err, "%s: no memory", s->name);
                *u = (struct unpack){.in = *s, .kind = packings[i].kind, .step = packings[i].step};
                *s = (struct source){
                        .fill = fill_unpacked, .done = close_unpack, .own = u, .fd = -1,
                        .wait_ms = s->wait_ms, .name = s->name,
                };
                if (!begin(u))
                        return error_set(err, "%s: no memory to unpack %s", s->name, u->kind);
                return 0;
        }
        return 0;
}
