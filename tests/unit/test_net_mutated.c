/* SPDX-License-Identifier: BSD-2-Clause */
/* The reader over pcaps/ with octets changed, cut out and doubled: it ends, each frame lies within what was read, and
 * no more comes out than went in. The sanitizers watch the rest. ROUNDS in the environment: more of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "../../src/net/reader.h"

enum { FILE_MAX = 20000 };

static uint32_t seed = 1;

static uint32_t noise(uint32_t below)
{
        seed = seed * 1664525 + 1013904223;
        return below ? (seed >> 8) % below : 0;
}

/* Some damage of some sort; n may shrink or grow within cap. */
static size_t mutate(uint8_t *p, size_t n, size_t cap)
{
        static const uint8_t odd[] = {0, 1, 4, 0x7f, 0x80, 0xff};
        size_t at, len;

        for (uint32_t times = 1 + noise(4); times && n > 8; times--) {
                at = noise((uint32_t)n - 4);
                len = 1 + noise(64);
                switch (noise(4)) {
                case 0: p[at] = (uint8_t)noise(256); break;
                case 1: memset(p + at, odd[noise(sizeof odd)], 1 + noise(4)); break;
                case 2: /* cut out */
                        len = len < n - at ? len : n - at;
                        memmove(p + at, p + at + len, n - at - len);
                        n -= len;
                        break;
                default: /* doubled */
                        len = len < n - at ? len : n - at;
                        if (n + len > cap)
                                break;
                        memmove(p + at + len, p + at, n - at);
                        n += len;
                        break;
                }
        }
        return n;
}

static void read_all(const uint8_t *p, size_t n, size_t most)
{
        uint8_t *copy = malloc(n ? n : 1);
        struct reader r = {0};
        struct error err = {0};
        struct frame f;
        uint64_t octets = 0;
        unsigned sum = 0;

        assert_non_null(copy);
        memcpy(copy, p, n);
        source_over(&r.source, (struct bytes){copy, n}, "mutated");
        if (reader_open(&r, &err) == 0)
                while (reader_next(&r, &f, &err) == CAPTURE_FRAME) {
                        assert_int_equal(f.caplen, f.data.n);
                        for (size_t i = 0; i < f.data.n; i++)
                                sum += f.data.p[i];
                        octets += f.caplen + 16;
                }
        assert_true(octets <= most + (sum == 0)); /* sum: so that the octets are read */
        reader_close(&r);
        free(copy);
}

static size_t pack(const uint8_t *p, size_t n, uint8_t *out, size_t cap)
{
        z_stream z = {.next_in = (Bytef *)(uintptr_t)p, .avail_in = (uInt)n};

        z.next_out = out;
        z.avail_out = (uInt)cap;
        assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
        assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
        deflateEnd(&z);
        return cap - z.avail_out;
}

static void mutate_file(const uint8_t *p, size_t n, int rounds)
{
        static uint8_t work[2 * FILE_MAX], packed[2 * FILE_MAX];
        size_t n_packed = pack(p, n, packed, sizeof packed), m;

        for (int i = 0; i < rounds; i++) {
                memcpy(work, p, n);
                m = mutate(work, n, sizeof work);
                read_all(work, m, m);
                memcpy(work, packed, n_packed);
                m = mutate(work, n_packed, sizeof work);
                read_all(work, m, 1100 * m); /* deflate's best */
        }
}

static void test_mutated(void **state)
{
        const char *more = getenv("ROUNDS");
        int rounds = more ? atoi(more) : 20, files = 0;
        static uint8_t octets[FILE_MAX];
        DIR *d = opendir("pcaps");
        char name[512];

        (void)state;
        if (!d)
                skip();
        for (const struct dirent *e; (e = readdir(d));) {
                FILE *f;
                size_t n;
                snprintf(name, sizeof name, "pcaps/%s", e->d_name);
                if (!strstr(e->d_name, ".pcap") || !(f = fopen(name, "rb")))
                        continue;
                n = fread(octets, 1, sizeof octets, f);
                fclose(f);
                mutate_file(octets, n, rounds);
                files++;
        }
        closedir(d);
        assert_true(files > 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_mutated)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
