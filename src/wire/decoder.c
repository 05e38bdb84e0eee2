/* SPDX-License-Identifier: BSD-2-Clause */
/* The decoder: one packet's decode with a memory. */
#include "igmpscope/wire.h"

#include <stdlib.h>

#include "decode.h"

struct decoder *decoder_new(void)
{
        struct decoder *d = calloc(1, sizeof *d);

        return d;
}

void decoder_free(struct decoder *d)
{
        free(d);
}

void decoder_decode(struct decoder *d, const struct frame *f, struct packet *p)
{
        decode_frame(f, p, d);
}
