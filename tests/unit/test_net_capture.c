/* SPDX-License-Identifier: BSD-2-Clause */
/* capture_open on savefiles: compressed, piped, filtered, damaged; each file of pcaps/ to its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "igmpscope/net.h"

enum { FRAMES = 3000, FRAME = 200, SIZE = 24 + FRAMES * (16 + FRAME) };

static uint8_t plain[SIZE], packed[SIZE + 65536];
static char path[] = "/tmp/igmpscope-capture-XXXXXX";

static void le32(struct packer *k, uint32_t v)
{
        pack_u32(k, __builtin_bswap32(v));
}

/* A pcap file of frames that do not compress well: more than one block of the reader even when
 * packed. */
static int make_capture(void **state)
{
        struct packer k = packer_into(plain, sizeof plain);
        uint32_t noise = 1;
        int fd = mkstemp(path);

        (void)state;
        if (fd < 0)
                return -1;
        close(fd);
        pack_u32(&k, 0xd4c3b2a1);
        pack_u32(&k, 0x02000400);
        pack_zeros(&k, 8);
        le32(&k, 262144);
        le32(&k, 1);
        for (uint32_t i = 0; i < FRAMES; i++) {
                le32(&k, i);
                le32(&k, 0);
                le32(&k, FRAME);
                le32(&k, FRAME);
                pack_zeros(&k, 12);
                pack_u16(&k, i % 3 ? 0x0800 : 0x0806);
                for (uint32_t j = 14; j < FRAME; j++, noise = noise * 1664525 + 1013904223)
                        pack_u8(&k, (uint8_t)(noise >> 24));
        }
        return k.bad || k.n != SIZE;
}

static int remove_capture(void **state)
{
        (void)state;
        return unlink(path);
}

static void put(const uint8_t *p, size_t n)
{
        FILE *f = fopen(path, "wb");

        assert_non_null(f);
        assert_int_equal(fwrite(p, 1, n, f), n);
        assert_int_equal(fclose(f), 0);
}

static size_t gzip(const uint8_t *p, size_t n, uint8_t *out, size_t cap)
{
        z_stream z = {.next_in = (Bytef *)(uintptr_t)p,
                      .avail_in = (uInt)n,
                      .next_out = out,
                      .avail_out = (uInt)cap};

        assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
        assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
        deflateEnd(&z);
        return cap - z.avail_out;
}

/* Reads the file; the frames before the end, how it ended, and the warning. */
static int drain(const struct capture_options *o, bool sound, uint64_t *frames,
                 struct text *warning, struct error *err)
{
        struct capture *c;
        struct frame f;
        const char *w;
        int rc;

        *frames = 0;
        assert_int_equal(capture_open(&c, o, err), 0);
        while ((rc = capture_next(c, &f, err)) == CAPTURE_FRAME || rc == CAPTURE_IDLE)
                if (rc == CAPTURE_FRAME) {
                        if (sound)
                                assert_memory_equal(
                                        f.data.p, plain + 24 + 16 + *frames * (16 + FRAME), FRAME);
                        (*frames)++;
                }
        text_clear(warning);
        while ((w = capture_warning(c)))
                text_add(warning, w);
        capture_close(c);
        return rc;
}

static void expect(uint64_t frames, int end, const char *warning)
{
        struct capture_options o = {.file = path, .link = -1};
        struct text t = {0};
        struct error err = {0};
        uint64_t n;
        int rc = drain(&o, true, &n, &t, &err);

        if (n != frames || rc != end ||
            !strstr(warning ? text_string(&t) : err.text, warning ? warning : ""))
                fail_msg("%llu frames, end %d, '%s', '%s'", (unsigned long long)n, rc,
                         text_string(&t), err.text);
        if (!warning)
                assert_int_equal(t.n, 0);
        text_free(&t);
}

static void test_plain(void **state)
{
        (void)state;
        put(plain, SIZE);
        expect(FRAMES, CAPTURE_END, NULL);
}

static void test_gzip(void **state)
{
        size_t n = gzip(plain, SIZE, packed, sizeof packed);

        (void)state;
        put(packed, n);
        expect(FRAMES, CAPTURE_END, NULL);
        memset(packed + n, 0, 512); /* padding */
        put(packed, n + 512);
        expect(FRAMES, CAPTURE_END, NULL);
        n = gzip(plain, 1000, packed, sizeof packed); /* two members, the cut within a record */
        n += gzip(plain + 1000, SIZE - 1000, packed + n, sizeof packed - n);
        put(packed, n);
        expect(FRAMES, CAPTURE_END, NULL);
}

static void test_zstd(void **state)
{
        size_t n = ZSTD_compress(packed, sizeof packed, plain, SIZE, 1);

        (void)state;
        put(packed, n);
        expect(FRAMES, CAPTURE_END, NULL);
        n = ZSTD_compress(packed, sizeof packed, plain, 1000, 1);
        n += ZSTD_compress(packed + n, sizeof packed - n, plain + 1000, SIZE - 1000, 1);
        put(packed, n);
        expect(FRAMES, CAPTURE_END, NULL);
}

/* Much comes of the last few octets: more than one filling. 2,427 frames end 80 octets after the second one does,
 * within the last block of zstd's, whose input is all taken by then. */
static void test_packed_small(void **state)
{
        struct capture_options o = {.file = path, .link = -1};
        uint8_t *smooth = malloc(SIZE);
        struct text t = {0};
        struct error err = {0};
        uint64_t frames;
        size_t n;

        (void)state;
        assert_non_null(smooth);
        memcpy(smooth, plain, SIZE);
        for (size_t i = 0; i < FRAMES; i++)
                memset(smooth + 24 + i * (16 + FRAME) + 16, 0, FRAME);
        for (int i = 0; i < 4; i++) {
                size_t count = i / 2 ? 2427 : FRAMES, size = 24 + count * (16 + FRAME);
                n = i % 2 ? ZSTD_compress(packed, sizeof packed, smooth, size, 1)
                          : gzip(smooth, size, packed, sizeof packed);
                assert_true(n < SIZE / 10);
                put(packed, n);
                assert_int_equal(drain(&o, false, &frames, &t, &err), CAPTURE_END);
                assert_int_equal(frames, count);
                assert_int_equal(t.n, 0);
        }
        text_free(&t);
        free(smooth);
}

/* A stored block, so that where the cut falls is known: octet n of the file is octet n - 15 of the
 * capture. */
static void test_packed_and_cut(void **state)
{
        z_stream z = {.next_in = plain,
                      .avail_in = 24 + 10 * 216,
                      .next_out = packed,
                      .avail_out = sizeof packed};

        (void)state;
        assert_int_equal(deflateInit2(&z, 0, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
        assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
        deflateEnd(&z);
        put(packed, 15 + 24 + 5 * 216 + 100);
        expect(5, CAPTURE_END,
               "cut short: the last record, at octet 1104, has only 100 octets; the 5 whole "
               "packets before it are");
        put(packed, 15 + 24 + 5 * 216);
        expect(5, CAPTURE_END,
               "cut short: its compressed data ends in the midst, at octet 1104 of the capture; "
               "the 5 whole");
        put(packed, 15 + 24 + 10 * 216 + 3); /* within the check sum */
        expect(10, CAPTURE_END, "compressed data ends in the midst");
}

static void test_packed_and_damaged(void **state)
{
        struct capture_options o = {.file = path, .link = -1};
        struct text t = {0};
        struct error err = {0};
        uint64_t frames;
        size_t n;

        (void)state;
        for (int zstd = 0; zstd < 2; zstd++) {
                n = zstd ? ZSTD_compress(packed, sizeof packed, plain, SIZE, 1)
                         : gzip(plain, SIZE, packed, sizeof packed);
                memset(packed + n - 200, 0xff, 190);
                put(packed, n);
                assert_int_equal(drain(&o, false, &frames, &t, &err), CAPTURE_ERROR);
                assert_true(frames > FRAMES / 2 && frames < FRAMES);
                assert_non_null(strstr(err.text, "damaged"));
                /* and where all of the capture is there: a wrong sum, something else behind */
                n = zstd ? ZSTD_compress(packed, sizeof packed, plain, SIZE, 1)
                         : gzip(plain, SIZE, packed, sizeof packed);
                packed[n - 8] ^= !zstd;
                memcpy(packed + n, "noise", 6);
                put(packed, n + 6);
                assert_int_equal(drain(&o, true, &frames, &t, &err), CAPTURE_ERROR);
                assert_int_equal(frames, FRAMES);
                assert_non_null(strstr(err.text, zstd ? "its zstd data is damaged near octet"
                                                      : "its gzip data is damaged near octet"));
        }
        text_free(&t);
}

/* Numbers stay those of the file; two of three frames are IPv4. */
static void test_filter(void **state)
{
        struct capture_options o = {.file = path, .filter = "ip", .link = -1};
        struct capture *c;
        struct error err = {0};
        struct frame f;

        (void)state;
        put(plain, SIZE);
        assert_int_equal(capture_open(&c, &o, &err), 0);
        assert_int_equal(capture_next(c, &f, &err), CAPTURE_FRAME);
        assert_int_equal(f.number, 2);
        for (int i = 1; i < FRAMES * 2 / 3; i++)
                assert_int_equal(capture_next(c, &f, &err), CAPTURE_FRAME);
        assert_int_equal(f.number, FRAMES);
        assert_int_equal(capture_next(c, &f, &err), CAPTURE_END);
        capture_close(c);
        o.filter = "ip and nonsense";
        assert_int_equal(capture_open(&c, &o, &err), -1);
        assert_non_null(strstr(err.text, "filter 'ip and nonsense': "));
}

/* What has come is given; where nothing more has, it says so; the rest follows. */
static void test_pipe(void **state)
{
        struct capture_options o = {.link = -1, .timeout_ms = 1};
        struct capture *c;
        struct error err = {0};
        struct frame f;
        char name[32];
        int fds[2];

        (void)state;
        assert_int_equal(pipe(fds), 0);
        snprintf(name, sizeof name, "/dev/fd/%d", fds[0]);
        o.file = name;
        assert_int_equal(write(fds[1], plain, 24 + 216 + 20), 24 + 216 + 20);
        assert_int_equal(capture_open(&c, &o, &err), 0);
        assert_int_equal(capture_next(c, &f, &err), CAPTURE_FRAME);
        assert_int_equal(capture_next(c, &f, &err), CAPTURE_IDLE);
        assert_int_equal(write(fds[1], plain + 24 + 216 + 20, 196), 196);
        close(fds[1]);
        assert_int_equal(capture_next(c, &f, &err), CAPTURE_FRAME);
        assert_memory_equal(f.data.p, plain + 24 + 216 + 16, FRAME);
        assert_int_equal(capture_next(c, &f, &err), CAPTURE_END);
        assert_null(capture_warning(c));
        capture_close(c);
        close(fds[0]);
}

static void test_no_such_file(void **state)
{
        struct capture_options o = {.file = "/tmp/there/is/no/such.pcap", .link = -1};
        struct capture *c;
        struct error err = {0};

        (void)state;
        assert_int_equal(capture_open(&c, &o, &err), -1);
        assert_string_equal(err.text, "/tmp/there/is/no/such.pcap: No such file or directory");
        o.file = "/tmp";
        assert_int_equal(capture_open(&c, &o, &err), -1);
        assert_non_null(strstr(err.text, "Is a directory"));
}

static void test_pcaps(void **state)
{
        DIR *d = opendir("pcaps");
        struct error err = {0};
        struct capture *c;
        struct frame f;
        char name[512];
        int rc, files = 0;

        (void)state;
        if (!d)
                skip();
        for (const struct dirent *e; (e = readdir(d));) {
                struct capture_options o = {.file = name, .link = -1};
                if (!strstr(e->d_name, ".pcap"))
                        continue;
                snprintf(name, sizeof name, "pcaps/%s", e->d_name);
                if (capture_open(&c, &o, &err) < 0)
                        fail_msg("%s", err.text);
                while ((rc = capture_next(c, &f, &err)) == CAPTURE_FRAME)
                        assert_true(f.caplen == f.data.n);
                if (rc != CAPTURE_END)
                        fail_msg("%s", err.text);
                capture_close(c);
                files++;
        }
        closedir(d);
        assert_true(files > 0);
}

/* A signal ends the wait of a pipe. */
static void test_signal(void **state)
{
        struct capture_options o = {.link = -1, .timeout_ms = 1};
        struct capture *c;
        struct error err = {0};
        struct frame f;
        char name[32];
        int fds[2];

        (void)state;
        assert_int_equal(pipe(fds), 0);
        snprintf(name, sizeof name, "/dev/fd/%d", fds[0]);
        o.file = name;
        assert_int_equal(write(fds[1], plain, 30), 30);
        assert_int_equal(capture_open(&c, &o, &err), 0);
        stop_on_signals();
        raise(SIGTERM);
        assert_int_equal(stop_signal, SIGTERM);
        assert_int_equal(capture_next(c, &f, &err), CAPTURE_END);
        assert_null(capture_warning(c));
        stop_signal = 0;
        capture_close(c);
        close(fds[0]);
        close(fds[1]);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_plain),
                cmocka_unit_test(test_gzip),
                cmocka_unit_test(test_zstd),
                cmocka_unit_test(test_packed_small),
                cmocka_unit_test(test_packed_and_cut),
                cmocka_unit_test(test_packed_and_damaged),
                cmocka_unit_test(test_filter),
                cmocka_unit_test(test_pipe),
                cmocka_unit_test(test_no_such_file),
                cmocka_unit_test(test_pcaps),
                cmocka_unit_test(test_signal),
        };

        return cmocka_run_group_tests(tests, make_capture, remove_capture);
}
