/* SPDX-License-Identifier: BSD-2-Clause */
/* The decoder: one frame's decode with a memory of fragments and of echo requests. */
#include "igmpscope/wire.h"

#include <stdlib.h>

#include "decode.h"

struct decoder *decoder_new(void)
{
        struct decoder *d = calloc(1, sizeof *d);

        if (!d)
                return NULL;
        d->fragments = fragments_new();
        d->echoes = echoes_new();
        if (d->fragments && d->echoes)
                return d;
        decoder_free(d);
        return NULL;
}

void decoder_free(struct decoder *d)
{
        if (!d)
                return;
        fragments_free(d->fragments);
        echoes_free(d->echoes);
        free(d);
}

void decoder_decode(struct decoder *d, const struct frame *f, struct packet *p)
{
        fragments_release(d->fragments);
        decode_frame(f, p, d);
        echo_match(d->echoes, p);
}
