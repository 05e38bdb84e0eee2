/* SPDX-License-Identifier: BSD-2-Clause */
/* Fragments. */
#include "igmpscope/wire.h"

#include "decode.h"

void decode_fragment(struct decode *d)
{
        decode_stop(d, LAYER_FRAGMENT, NULL, "a fragment: its message is read when the last part is there");
}
