/* SPDX-License-Identifier: BSD-2-Clause */
/* The layout names every octet of a frame once, in order, whatever is wrong with it. */
#include "wire_test.h"

#include "vectors.h"

/* Fields that are no headings tile the frame bit by bit; headings begin where their first field does. */
static void check_tiles(const struct packet *p, uint32_t total_bits)
{
        struct layout l = layout_of(p);
        struct span s;
        uint32_t at = 0;

        while (layout_next(&l, &s)) {
                assert_non_null(s.name);
                assert_true(memchr(s.value, 0, sizeof s.value));
                assert_int_equal(s.offset * 8 + s.shift, at);
                if (!s.heading)
                        at += s.bits;
        }
        assert_int_equal(at, total_bits);
}

static void vectors_tile(void **state)
{
        (void)state;
        for (size_t i = 0; i < VECTORS; i++) {
                struct test_frame t = frame_from(LINK_RAW, vectors[i].hex);
                struct packet p;

                packet_decode(&t.frame, &p);
                if (!p.fragment)
                        check_tiles(&p, t.frame.caplen * 8);
                frame_free(&t);
        }
}

/* NULL value: any. */
static void check_span(struct layout *l, uint32_t offset, uint32_t bits, const char *key, const char *value)
{
        struct span s;

        do
                assert_true(layout_next(l, &s));
        while (s.heading);
        assert_int_equal(s.offset, offset);
        assert_int_equal(s.bits, bits);
        assert_string_equal(s.key ? s.key : "", key);
        if (value)
                assert_string_equal(s.value, value);
}

static void ethernet_query(void **state)
{
        struct test_frame t = frame_from(LINK_ETHERNET,
                "01005e000001 020000000010 8100 a00a 0800"
                "46c00028 00004000 0102420d c0000201 e0000001 94040000"
                "118a3b61 00000000 0a9c0001 c6336401 00000000");
        struct packet p;
        struct layout l;

        (void)state;
        packet_decode(&t.frame, &p);
        check_tiles(&p, t.frame.caplen * 8);
        l = layout_of(&p);
        check_span(&l, 0, 48, "eth.dst", "01:00:5e:00:00:01");
        check_span(&l, 6, 48, "eth.src", NULL);
        check_span(&l, 12, 16, "eth.type", "0x8100 (802.1Q)");
        check_span(&l, 14, 3, "vlan.priority", "5");
        check_span(&l, 14, 1, "vlan.dei", "not set");
        check_span(&l, 14, 12, "vlan.id", "10");
        check_span(&l, 16, 16, "vlan.etype", "0x0800 (IPv4)");
        check_span(&l, 18, 4, "ip.version", "4");
        check_span(&l, 18, 4, "ip.hdr_len", "6 (24 octets)");
        check_span(&l, 19, 6, "ip.dsfield.dscp", "48");
        check_span(&l, 19, 2, "ip.dsfield.ecn", "0");
        check_span(&l, 20, 16, "ip.len", "40");
        check_span(&l, 22, 16, "ip.id", "0x0000");
        check_span(&l, 24, 1, "ip.flags.rb", "not set");
        check_span(&l, 24, 1, "ip.flags.df", "set");
        check_span(&l, 24, 1, "ip.flags.mf", "not set");
        check_span(&l, 24, 13, "ip.frag_offset", "0 (0 octets)");
        check_span(&l, 26, 8, "ip.ttl", "1");
        check_span(&l, 27, 8, "ip.proto", "2 (IGMP)");
        check_span(&l, 28, 16, "ip.checksum", "0x420d (good)");
        check_span(&l, 30, 32, "ip.src", "192.0.2.1");
        check_span(&l, 34, 32, "ip.dst", "224.0.0.1 (all systems)");
        check_span(&l, 38, 8, "ip.opt.type", "148");
        check_span(&l, 39, 8, "ip.opt.len", "4");
        check_span(&l, 40, 16, "ip.opt.ra", "0");
        check_span(&l, 42, 8, "igmp.type", "0x11 (IGMPv3 query)");
        check_span(&l, 43, 8, "igmp.max_resp", "138 (20.8 s)");
        check_span(&l, 44, 16, "igmp.checksum", NULL);
        check_span(&l, 46, 32, "igmp.maddr", "0.0.0.0");
        check_span(&l, 50, 4, "", "0x0");
        check_span(&l, 50, 1, "igmp.s", "set");
        check_span(&l, 50, 3, "igmp.qrv", "2");
        check_span(&l, 51, 8, "igmp.qqic", "156 (448 s)");
        check_span(&l, 52, 16, "igmp.num_src", "1");
        check_span(&l, 54, 32, "igmp.saddr", "198.51.100.1");
        check_span(&l, 58, 32, "eth.padding", "00000000");
        frame_free(&t);
}

/* Octets of a broken option list, of records that are not whole, of a message nobody knows: named all the same. */
static void broken_ones(void **state)
{
        static const char *const frames[] = {
                "46c00020 00004000 01020000 c0000201 e0000001 94080000 1600 0000 ef010101", /* option too long */
                "47c00024 00004000 01020000 c0000201 e0000001 01010101 00 000000 1600 0000 ef010101", /* padding */
                "45c00020 00004000 01020000 c0000201 e0000016 2200 0000 0000 0003 0400 0001", /* half a record */
                "45c0001c 00004000 01020000 c0000201 e0000016 9900 0000 0102 0304", /* unknown type */
                "45c00024 00004000 01110000 c0000201 e0000016 1388 1388 0010 0000 64617461 01025c7f", /* UDP */
        };

        (void)state;
        for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
                struct test_frame t = frame_from(LINK_RAW, frames[i]);
                struct packet p;

                packet_decode(&t.frame, &p);
                check_tiles(&p, t.frame.caplen * 8);
                frame_free(&t);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(vectors_tile),
                cmocka_unit_test(ethernet_query),
                cmocka_unit_test(broken_ones),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
