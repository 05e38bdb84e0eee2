/* SPDX-License-Identifier: BSD-2-Clause */
/* What -d and --size say a datagram is to carry. */
#include "igmpscope/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = PAYLOAD_MAX + 1 };

static int read_file(const char *name, uint8_t *p, size_t *n, struct error *err)
{
        FILE *f = strcmp(name, "-") ? fopen(name, "re") : stdin;
        int r = 0;

        if (!f)
                return error_system(err, errno, NULL, "-d @%s", name);
        *n = fread(p, 1, ROOM, f);
        if (ferror(f))
                r = error_system(err, errno, NULL, "-d @%s", name);
        else if (*n == ROOM)
                r = error_set(err, "-d @%s: more than a UDP datagram carries (65507 bytes over IPv4)", name);
        if (f != stdin)
                fclose(f);
        return r;
}

static int fill(const char *data, int size, uint8_t *p, size_t *n, struct error *err)
{
        size_t have = strlen(data), want;

        if (data[0] == '@') {
                if (read_file(data + 1, p, &have, err) < 0)
                        return -1;
        } else {
                if (have >= ROOM)
                        return error_set(err, "-d: %zu bytes are more than a UDP datagram carries", have);
                memcpy(p, data, have);
        }
        want = size < 0 ? have : (size_t)size;
        if (want > have && !have)
                return error_set(err, "--size %zu: there is no data to repeat", want);
        for (size_t i = have; i < want; i++)
                p[i] = p[i - have];
        *n = want;
        return 0;
}

int payload_read(const char *data, int size, struct bytes *payload, struct error *err)
{
        uint8_t *p = calloc(1, ROOM);

        *payload = (struct bytes){p, 0};
        return p ? fill(data, size, p, &payload->n, err) : error_set(err, "out of memory");
}
