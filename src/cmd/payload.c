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

int payload_read(const char *data, int size, struct bytes *payload, struct error *err)
{
        uint8_t *p = calloc(1, ROOM);
        size_t n = strlen(data), want;

        if (!p)
                return error_set(err, "out of memory");
        *payload = (struct bytes){p, 0};
        if (data[0] == '@') {
                if (read_file(data + 1, p, &n, err) < 0)
                        return -1;
        } else {
                if (n >= ROOM)
                        return error_set(err, "-d: %zu bytes are more than a UDP datagram carries", n);
                memcpy(p, data, n);
        }
        want = size < 0 ? n : (size_t)size;
        if (want > n && !n)
                return error_set(err, "--size %zu: there is no data to repeat", want);
        for (size_t i = n; i < want; i++)
                p[i] = p[i - n];
        payload->n = want;
        return 0;
}
