/* SPDX-License-Identifier: BSD-2-Clause */
/* The savefile reader over captures made here: every format, byte order, resolution and block, cut
 * at every octet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/net/reader.h"

/* A file that is being written, in either byte order. */
struct made {
        struct packer k;
        bool big;
        uint8_t octets[8192];
};

static void begin(struct made *m, bool big)
{
        m->big = big;
        m->k = packer_into(m->octets, sizeof m->octets);
}

static void u16(struct made *m, uint16_t v)
{
        pack_u16(&m->k, m->big ? v : __builtin_bswap16(v));
}

static void u32(struct made *m, uint32_t v)
{
        pack_u32(&m->k, m->big ? v : __builtin_bswap32(v));
}

static void u64(struct made *m, uint64_t v)
{
        u32(m, (uint32_t)(m->big ? v >> 32 : v));
        u32(m, (uint32_t)(m->big ? v : v >> 32));
}

static void raw(struct made *m, const char *p, size_t n)
{
        pack_bytes(&m->k, (struct bytes){(const uint8_t *)p, n});
        pack_zeros(&m->k, -n & 3);
}

static void option(struct made *m, uint16_t code, const char *p, size_t n)
{
        u16(m, code);
        u16(m, (uint16_t)n);
        raw(m, p, n);
}

static size_t block(struct made *m, uint32_t type)
{
        size_t at = m->k.n;

        u32(m, type);
        u32(m, 0);
        return at;
}

static void block_end(struct made *m, size_t at)
{
        u32(m, (uint32_t)(m->k.n + 4 - at));
        memcpy(m->octets + at + 4, m->octets + m->k.n - 4, 4);
}

static void section(struct made *m)
{
        size_t at = block(m, 0x0a0d0d0a);

        u32(m, 0x1a2b3c4d);
        u16(m, 1);
        u16(m, 0);
        u64(m, UINT64_MAX);
        option(m, 4, "a test", 6);
        u32(m, 0);
        block_end(m, at);
}

/* resolution -1: none given; offset 0 likewise. */
static void interface(struct made *m, uint16_t link, uint32_t snaplen, const char *name,
                      int resolution, int64_t offset)
{
        size_t at = block(m, 1);
        const char r = (char)resolution;

        u16(m, link);
        u16(m, 0);
        u32(m, snaplen);
        if (name)
                option(m, 2, name, strlen(name));
        if (resolution >= 0)
                option(m, 9, &r, 1);
        if (offset) {
                u16(m, 14);
                u16(m, 8);
                u64(m, (uint64_t)offset);
        }
        u32(m, 0);
        block_end(m, at);
}

static void enhanced(struct made *m, uint32_t id, uint64_t ticks, const char *data, uint32_t len)
{
        size_t at = block(m, 6), n = strlen(data);

        u32(m, id);
        u32(m, (uint32_t)(ticks >> 32));
        u32(m, (uint32_t)ticks);
        u32(m, (uint32_t)n);
        u32(m, len);
        raw(m, data, n);
        block_end(m, at);
}

static struct bytes made(const struct made *m)
{
        assert_false(m->k.bad);
        return (struct bytes){m->octets, m->k.n};
}

/* A heap copy of exactly its size, so that a read past the end is seen. */
struct opened {
        struct reader r;
        uint8_t *copy;
        struct error err;
        int rc;
};

static void open_over(struct opened *o, struct bytes b)
{
        *o = (struct opened){.copy = malloc(b.n ? b.n : 1)};
        assert_non_null(o->copy);
        if (b.n)
                memcpy(o->copy, b.p, b.n);
        source_over(&o->r.source, (struct bytes){o->copy, b.n}, "x");
        o->rc = reader_open(&o->r, &o->err);
}

static void shut(struct opened *o)
{
        reader_close(&o->r);
        free(o->copy);
}

static void expect_frame(struct opened *o, int64_t ns, int link, const char *data, uint32_t len,
                         struct frame *f)
{
        static uint64_t last;
        int rc = reader_next(&o->r, f, &o->err);

        if (rc != CAPTURE_FRAME)
                fail_msg("no frame but %d: %s", rc, o->err.text);
        last = f->number == 1 ? 1 : last + 1;
        assert_int_equal(f->number, last);
        assert_int_equal(f->time_ns, ns);
        assert_int_equal(f->link, link);
        assert_int_equal(f->len, len);
        assert_int_equal(f->caplen, strlen(data));
        assert_int_equal(f->data.n, f->caplen);
        assert_memory_equal(f->data.p, data, f->caplen);
}

static void expect_end(struct opened *o)
{
        struct frame f;

        assert_int_equal(reader_next(&o->r, &f, &o->err), CAPTURE_END);
        assert_int_equal(o->r.warning.n, 0);
}

static void pcap_file(struct made *m, bool big, uint32_t magic, uint16_t minor, uint32_t link)
{
        begin(m, big);
        u32(m, magic);
        u16(m, 2);
        u16(m, minor);
        u64(m, 0);
        u32(m, 65535);
        u32(m, link);
}

static void record(struct made *m, uint32_t s, uint32_t part, uint32_t first, uint32_t second,
                   const char *more, size_t n_more, const char *data)
{
        u32(m, s);
        u32(m, part);
        u32(m, first);
        u32(m, second);
        raw(m, more, n_more);
        pack_bytes(&m->k, (struct bytes){(const uint8_t *)data, strlen(data)});
}

static void test_pcap_variants(void **state)
{
        static const struct {
                uint32_t magic, ns;
                size_t more;
        } variants[] = {{0xa1b2c3d4, 1000, 0}, {0xa1b23c4d, 1, 0}, {0xa1b2cd34, 1000, 8}};
        struct made m;
        struct opened o;
        struct frame f;

        (void)state;
        for (size_t i = 0; i < 6; i++) {
                /* with bits for a frame check sequence */
                pcap_file(&m, i & 1, variants[i / 2].magic, 4, 0x30000001);
                record(&m, 0xfffffff0, 999999, 5, 9, "12345678", variants[i / 2].more, "hello");
                record(&m, 1, 2, 0, 0, "12345678", variants[i / 2].more, "");
                record(&m, 7, 8, 1, 1, "12345678", variants[i / 2].more, "x");
                open_over(&o, made(&m));
                assert_int_equal(o.rc, 0);
                expect_frame(&o, 0xfffffff0 * 1000000000ll + 999999 * variants[i / 2].ns, 1,
                             "hello", 9, &f);
                assert_null(f.interface);
                expect_frame(&o, 1000000000ll + 2 * variants[i / 2].ns, 1, "", 0, &f);
                expect_frame(&o, 7000000000ll + 8 * variants[i / 2].ns, 1, "x", 1, &f);
                expect_end(&o);
                shut(&o);
        }
}

static void test_pcap_old_versions(void **state)
{
        struct made m;
        struct opened o;
        struct frame f;

        (void)state;
        /* 2: swapped; 3: swapped if the first is larger */
        for (uint16_t minor = 2; minor < 4; minor++) {
                pcap_file(&m, false, 0xa1b2c3d4, minor, 101);
                record(&m, 1, 0, 9, 5, "", 0, "hello");
                if (minor == 3)
                        record(&m, 1, 0, 5, 9, "", 0, "hello");
                open_over(&o, made(&m));
                expect_frame(&o, 1000000000, 101, "hello", 9, &f);
                if (minor == 3)
                        expect_frame(&o, 1000000000, 101, "hello", 9, &f);
                expect_end(&o);
                shut(&o);
        }
}

/* Two sections of different byte order, with interfaces that have their own link types, clocks and
 * names. */
static void make_pcapng(struct made *m, bool big)
{
        size_t at;

        begin(m, big);
        section(m);
        interface(m, 1, 0, "eth0", 9, 0);
        interface(m, 276, 64, NULL, -1, 0);
        enhanced(m, 0, 1511450944460144000, "nano", 60);
        enhanced(m, 1, 1511450944460144, "micro", 5);
        at = block(m, 0x0bad); /* of a custom sort */
        raw(m, "whatever", 8);
        block_end(m, at);
        at = block(m, 2); /* the old packet block: 3 dropped */
        u16(m, 1);
        u16(m, 3);
        u32(m, 0);
        u32(m, 7);
        u32(m, 3);
        u32(m, 4);
        raw(m, "old", 3);
        block_end(m, at);
        at = block(m, 3); /* simple: interface 0, no time */
        u32(m, 6);
        raw(m, "simple", 6);
        block_end(m, at);
        m->big = !big;
        section(m);
        interface(m, 101, 4, "tun0", 0x80 | 4, -100);
        at = block(m, 6);
        u32(m, 0);
        u32(m, 0);
        u32(m, 101 * 16 + 8); /* 101.5 seconds in sixteenths */
        u32(m, 4);
        u32(m, 4);
        raw(m, "with", 4);
        option(m, 1, "a comment", 9);
        option(m, 2, m->big ? "\0\0\0\2" : "\2\0\0\0", 4); /* outbound */
        u16(m, 4);
        u16(m, 8);
        u64(m, 5); /* dropped */
        u32(m, 0);
        block_end(m, at);
        at = block(m, 3);
        u32(m, 1000);
        raw(m, "snap", 4);
        block_end(m, at);
}

static void test_pcapng(void **state)
{
        struct capture_stats st = {0};
        struct made m;
        struct opened o;
        struct frame f;

        (void)state;
        for (int big = 0; big < 2; big++) {
                make_pcapng(&m, big);
                open_over(&o, made(&m));
                assert_int_equal(o.rc, 0);
                expect_frame(&o, 1511450944460144000, 1, "nano", 60, &f);
                assert_string_equal(f.interface, "eth0");
                assert_int_equal(f.interface_id, 0);
                assert_int_equal(f.direction, FRAME_UNKNOWN);
                expect_frame(&o, 1511450944460144000, 276, "micro", 5, &f);
                assert_null(f.interface);
                assert_int_equal(f.interface_id, 1);
                expect_frame(&o, 7000, 276, "old", 4, &f);
                expect_frame(&o, 0, 1, "simple", 6, &f);
                expect_frame(&o, 1500000000, 101, "with", 4, &f);
                assert_string_equal(f.interface, "tun0");
                assert_int_equal(f.interface_id, 2);
                assert_int_equal(f.direction, FRAME_OUT);
                expect_frame(&o, 0, 101, "snap", 1000, &f);
                expect_end(&o);
                st = (struct capture_stats){0};
                reader_drops(&o.r, &st);
                assert_int_equal(st.dropped_kernel, 8);
                shut(&o);
        }
}

static void test_statistics(void **state)
{
        struct capture_stats st = {0};
        struct made m;
        struct opened o;
        size_t at;

        (void)state;
        begin(&m, false);
        section(&m);
        interface(&m, 1, 0, NULL, -1, 0);
        for (uint64_t round = 1; round < 3; round++) { /* the last one holds */
                at = block(&m, 5);
                u32(&m, 0);
                u64(&m, 0);
                for (uint16_t code = 5; code < 8; code = (uint16_t)(code + 2)) {
                        u16(&m, code);
                        u16(&m, 8);
                        u64(&m, code * round);
                }
                block_end(&m, at);
        }
        open_over(&o, made(&m));
        expect_end(&o);
        reader_drops(&o.r, &st);
        assert_int_equal(st.dropped_interface, 10);
        assert_int_equal(st.dropped_kernel, 14);
        shut(&o);
}

static void test_resolutions(void **state)
{
        static const struct {
                int resolution;
                uint64_t ticks;
                int64_t offset, ns;
        } rows[] = {
                {0, 5, 0, 5000000000},
                {3, 1234, 0, 1234000000},
                {6, 1, 0, 1000},
                {9, 1, 0, 1},
                {12, 1999, 0, 1},
                {18, 9000000000000000000ull, 0, 9000000000},
                {0x80, 3, 0, 3000000000},
                {0x80 | 10, 1536, 0, 1500000000},
                {0x80 | 32, 0x180000000, 0, 1500000000},
                {0x80 | 63, 1ull << 62, 0, 500000000},
                {0, UINT64_MAX, 0, INT64_MAX},
                {6, 1000000, 10, 11000000000},
                {6, 1, INT64_MAX, INT64_MAX},
                {19, UINT64_MAX, 0, 1844674407},
        };
        struct made m;
        struct opened o;
        struct frame f;

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                begin(&m, false);
                section(&m);
                interface(&m, 1, 0, NULL, rows[i].resolution, rows[i].offset);
                enhanced(&m, 0, rows[i].ticks, "t", 1);
                open_over(&o, made(&m));
                expect_frame(&o, rows[i].ns, 1, "t", 1, &f);
                shut(&o);
        }
        for (int bad = 20; bad < 256; bad += 0x80 + 44 - 20 + 40) { /* 20, 212: more than 64 bits */
                begin(&m, false);
                section(&m);
                interface(&m, 1, 0, NULL, bad, 0);
                open_over(&o, made(&m));
                assert_int_equal(reader_next(&o.r, &f, &o.err), CAPTURE_ERROR);
                shut(&o);
        }
}

/* Cut at every octet: the whole packets before the cut, then the end; a warning unless the cut is
 * between records. */
static void cut_everywhere(struct bytes whole, const size_t *ends, size_t n_ends, size_t header)
{
        struct opened o;
        struct frame f;

        for (size_t n = 0; n <= whole.n; n++) {
                size_t frames = 0, expected = 0;
                int rc;
                open_over(&o, (struct bytes){whole.p, n});
                assert_int_equal(o.rc, n < header ? -1 : 0);
                if (n < header)
                        assert_true(strlen(o.err.text) > 10);
                while (n >= header && (rc = reader_next(&o.r, &f, &o.err)) == CAPTURE_FRAME)
                        frames++;
                for (size_t i = 0; i < n_ends; i++)
                        expected += ends[i] <= n;
                assert_int_equal(frames, expected);
                if (n >= header)
                        assert_int_equal(rc, CAPTURE_END);
                if (n == whole.n)
                        assert_int_equal(o.r.warning.n, 0);
                else if (n > header && o.r.source.at != o.r.source.end)
                        assert_non_null(strstr(text_string(&o.r.warning),
                                               "x: cut short: the last record, at octet "));
                shut(&o);
        }
}

static void test_cut_pcap(void **state)
{
        const size_t ends[] = {24 + 16 + 5, 24 + 16 + 5 + 16 + 2};
        struct made m;

        (void)state;
        pcap_file(&m, true, 0xa1b23c4d, 4, 1);
        record(&m, 1, 0, 5, 5, "", 0, "hello");
        record(&m, 2, 0, 2, 2, "", 0, "hi");
        cut_everywhere(made(&m), ends, 2, 24);
}

static void test_cut_pcapng(void **state)
{
        size_t ends[2];
        struct made m;

        (void)state;
        begin(&m, false);
        section(&m);
        interface(&m, 1, 0, "eth0", 9, 0);
        enhanced(&m, 0, 1, "hello", 5);
        ends[0] = m.k.n;
        ends[1] = block(&m, 0x4242);
        raw(&m, "passed over", 11);
        block_end(&m, ends[1]);
        enhanced(&m, 0, 1, "hello", 5);
        ends[1] = m.k.n;
        cut_everywhere(made(&m), ends, 2, 28);
}

/* Damage is refused, with the place, after the packets before it. */
static void test_damage(void **state)
{
        static const struct {
                size_t at; /* from the second packet's block on */
                uint32_t value;
                const char *says;
        } rows[] = {
                {4, 8, "a block of type 6 that says it is 8 octets long"},
                {4, 38, "a block of type 6 that says it is 38 octets long"},
                {4, 0xfffffff0, "a block of 4294967280 octets"},
                {8, 1, "a packet of interface 1, where the section describes 1"},
                {20, 100, "a packet of 100 octets in a block that has 8"},
                {20, 262145, "a packet of 262145 octets, over the limit"},
                {36, 1, "a block whose two lengths differ: 40 and 1"},
        };
        struct made m;
        struct opened o;
        struct frame f;
        char place[64];

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                size_t at, end;
                begin(&m, false);
                section(&m);
                interface(&m, 1, 0, NULL, -1, 0);
                enhanced(&m, 0, 1, "hello", 5);
                at = m.k.n;
                enhanced(&m, 0, 1, "hello", 5);
                end = m.k.n;
                m.k.n = at + rows[i].at;
                u32(&m, rows[i].value);
                m.k.n = end;
                open_over(&o, made(&m));
                expect_frame(&o, 1000, 1, "hello", 5, &f);
                assert_int_equal(reader_next(&o.r, &f, &o.err), CAPTURE_ERROR);
                snprintf(place, sizeof place, "x: damaged at octet %zu, after 1 packet: ", at);
                if (strncmp(o.err.text, place, strlen(place)) != 0 ||
                    !strstr(o.err.text, rows[i].says))
                        fail_msg("%s", o.err.text);
                shut(&o);
        }
}

static void test_not_a_capture(void **state)
{
        static const struct {
                const char *octets;
                size_t n;
                const char *says;
        } rows[] = {
                {"", 0, "x: empty"},
                {"#!/bin/sh\necho", 14,
                 "x: not a capture file (starts with 23 21 2f 62 69 6e 2f 73 '#!/bin/s')"},
                {"BZh91AY", 7, "bzip2"},
                {"\x7f"
                 "ELF",
                 4, "a program"},
                {"\xa1\xb2\xc3\xd4", 4, "cut short in its header: 4 of 24 octets"},
                {"\xa1\xb2\xc3\xd4\0\3\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24,
                 "pcap version 3.4; known is 2"},
                {"\x0a\x0d\x0d\x0a", 4, "cut short in its header: 4 of at least 28"},
        };
        struct opened o;

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                open_over(&o, (struct bytes){(const uint8_t *)rows[i].octets, rows[i].n});
                assert_int_equal(o.rc, -1);
                if (!strstr(o.err.text, rows[i].says))
                        fail_msg("%zu: %s", i, o.err.text);
                shut(&o);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_pcap_variants),
                cmocka_unit_test(test_pcap_old_versions),
                cmocka_unit_test(test_pcapng),
                cmocka_unit_test(test_statistics),
                cmocka_unit_test(test_resolutions),
                cmocka_unit_test(test_cut_pcap),
                cmocka_unit_test(test_cut_pcapng),
                cmocka_unit_test(test_damage),
                cmocka_unit_test(test_not_a_capture),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
