/* SPDX-License-Identifier: BSD-2-Clause */
/* IP: lengths that lie, options and extension headers of all sorts, what checksums cover. */
#include "wire_test.h"

static struct packet decoded(struct test_frame *t)
{
        struct packet p;

        packet_decode(&t->frame, &p);
        return p;
}

#define REST "00000000 01020000 c0000201 e0000016"

/* flaw FLAW_COUNT: none. records: whole ones; sources: of the query. */
static void lengths_that_lie(void **state)
{
        static const struct {
                const char *hex;
                enum flaw flaw;
                bool stops;
                unsigned records, sources;
        } rows[] = {
                /* one source announced, three octets there; then four */
                {"45c00023 " REST " 11640000 00000000 027d0001 c63364", FLAW_GMP_SOURCES, true, 0, 0},
                {"45c00024 " REST " 11640000 00000000 027d0001 c6336401", FLAW_COUNT, false, 0, 1},
                /* a record that announces auxiliary data, and none there; then there */
                {"45c00024 " REST " 22000000 00000001 04010000 ef010101", FLAW_GMP_RECORDS, true, 0, 0},
                {"45c00028 " REST " 22000000 00000001 04010000 ef010101 00000000", FLAW_COUNT,
                 false, 1, 0},
                /* 65,535 records; 65,535 sources */
                {"45c00024 " REST " 22000000 0000ffff 04000000 ef010101", FLAW_GMP_RECORDS, true, 1, 0},
                {"45c00024 " REST " 22000000 00000001 04ffffff ef010101", FLAW_GMP_RECORDS, true, 0, 0},
                /* the header's length under 20, the datagram's under the header's, more than the frame */
                {"44c00024 " REST " 22000000 00000000", FLAW_IP_LENGTH_SHORT, true, 0, 0},
                {"46c00017 " REST " 94040000 22000000 00000000", FLAW_IP_LENGTH_SHORT, true, 0, 0},
                {"45c00024 " REST " 22000000 00000001", FLAW_IP_LENGTH_LONG, true, 0, 0},
                /* no message at all */
                {"45c00014 " REST, FLAW_GMP_SHORT, true, 0, 0},
                /* options that run over, that are too short; version 5 */
                {"46c00020 " REST " 94050000 22000000 00000000", FLAW_IP_OPTIONS, false, 0, 0},
                {"46c00020 " REST " 94010000 22000000 00000000", FLAW_IP_OPTIONS, false, 0, 0},
                {"55c0001c " REST " 22000000 00000000", FLAW_IP_VERSION, true, 0, 0},
        };
        const uint64_t sums = UINT64_C(1) << FLAW_IP_CHECKSUM | UINT64_C(1) << FLAW_GMP_CHECKSUM;

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct test_frame t = frame_from(LINK_RAW, rows[i].hex);
                struct packet p = decoded(&t);

                print_message("# %s\n", rows[i].hex);
                assert_int_equal(p.flaws & ~sums, rows[i].flaw == FLAW_COUNT ? 0 : UINT64_C(1) << rows[i].flaw);
                assert_int_equal(p.stop.layer != LAYER_NONE, rows[i].stops);
                assert_int_equal(p.gmp.n_records, rows[i].records);
                assert_int_equal(p.gmp.sources.n, rows[i].sources);
                frame_free(&t);
        }
}

/* Ethernet fills up to 60 octets: that is none of the message. */
static void padding_is_no_message(void **state)
{
        struct test_frame t = frame_from(LINK_ETHERNET, "01005e010101 020000000010 0800"
                "45c0001c 00000000 01020000 c000020a ef010101 1600f8fc ef010101 ffffffff ffffffff ffffffff ffffffff");
        struct packet p = decoded(&t);

        (void)state;
        assert_int_equal(p.gmp.checksum, CHECKSUM_BAD);
        frame_free(&t);
        t = frame_from(LINK_ETHERNET, "01005e010101 020000000010 0800"
                "45c0001c 00000000 01020000 c000020a ef010101 1600f9fc ef010101 ffffffff ffffffff ffffffff ffffffff");
        p = decoded(&t);
        assert_int_equal(p.gmp.checksum, CHECKSUM_GOOD);
        assert_int_equal(p.gmp.length, 8);
        assert_int_equal(p.gmp.tail.n, 0);
        frame_free(&t);
}

/* A frame that leaves this machine may have its header checksum filled in later. */
static void outgoing_header_checksum(void **state)
{
        struct test_frame t = frame_from(LINK_RAW, "45c0001c 00000000 01020000 c000020a ef010101 1600f9fc ef010101");
        struct packet p = decoded(&t);

        (void)state;
        assert_int_equal(p.ip_checksum, CHECKSUM_BAD);
        t.frame.direction = FRAME_OUT;
        p = decoded(&t);
        assert_int_equal(p.ip_checksum, CHECKSUM_UNVERIFIED);
        t.own[10] = 1;
        p = decoded(&t);
        assert_int_equal(p.ip_checksum, CHECKSUM_BAD);
        frame_free(&t);
}

#define FE80_1 "fe80000000000000 0000000000000001"
#define FE80_2 "fe80000000000000 0000000000000002"
#define ALL_16 "ff02000000000000 0000000000000016"

/* An empty MLDv2 report behind extension headers; all of them are passed. next: of the IPv6 header. */
static void extension_headers(void **state)
{
        static const struct {
                const char *next, *headers;
                unsigned alerts;
                bool hbh_not_first;
        } rows[] = {
                {"3a", "", 0, false},
                {"00", "3a00050200000100", 1, false},
                {"00", "3a00000000000000", 0, false},
                {"00", "3a01050200000502 0000010400000000", 2, false},
                {"00", "3c00050200000100 3a00010400000000", 1, false},
                {"3c", "0000010400000000 3a00050200000100", 1, true},
                {"00", "2b00050200000100 3a00040000000000", 1, false},
                {"00", "3300050200000100 3a0400000000000100000001 000000000000000000000000", 1, false},
                {"00", "2c00050200000100 3a00000000000007", 1, false}, /* an atomic fragment is none (RFC 6946) */
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                char hex[512];
                uint8_t octets[256];
                size_t n = hex_octets(rows[i].headers, octets, sizeof octets) + 8;
                struct test_frame t;
                struct packet p;

                snprintf(hex, sizeof hex, "60000000 %04zx %s 01" FE80_1 ALL_16 "%s 8f00 7322 00000000", n, rows[i].next,
                         rows[i].headers);
                t = frame_from(LINK_RAW, hex);
                p = decoded(&t);
                print_message("# %s\n", rows[i].headers);
                assert_int_equal(p.flaws, rows[i].hbh_not_first ? UINT64_C(1) << FLAW_HBH_ORDER : 0);
                assert_int_equal(p.hbh_not_first, rows[i].hbh_not_first);
                assert_int_equal(p.gmp.type, 143);
                assert_int_equal(p.gmp.checksum, CHECKSUM_GOOD);
                assert_int_equal(p.n_router_alert, rows[i].alerts);
                assert_int_equal(p.ip_header_len, 40 + n - 8);
                assert_int_equal(p.ip_payload_len, 8);
                assert_int_equal(p.protocol, 58);
                frame_free(&t);
        }
}

/* With segments left, the pseudo-header holds the last address of the way. */
static void routing_headers(void **state)
{
        static const struct {
                const char *header;
                bool covers_fe80_2;
        } rows[] = {
                {"3a02 00 01 00000000" FE80_2, true},
                {"3a02 02 01 00000000" FE80_2, true},
                {"3a04 04 01 01000000" FE80_2 FE80_1, true},
                {"3a04 00 02 00000000" FE80_1 FE80_2, true},
                {"3a02 00 00 00000000" FE80_2, false},
                {"3a02 fd 01 00000000" FE80_2, false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                uint8_t octets[256];
                size_t n = hex_octets(rows[i].header, octets, sizeof octets) + 8;
                struct test_frame t;
                struct packet p;
                char hex[512];

                snprintf(hex, sizeof hex, "60000000 %04zx 2b 01" FE80_1 ALL_16 "%s 8f00 %s 00000000", n, rows[i].header,
                         rows[i].covers_fe80_2 ? "73b8" : "7322");
                t = frame_from(LINK_RAW, hex);
                p = decoded(&t);
                print_message("# %s\n", rows[i].header);
                assert_int_equal(p.gmp.checksum, CHECKSUM_GOOD);
                frame_free(&t);
        }
}

static void broken_extension_headers(void **state)
{
        static const struct {
                const char *hex;
                enum flaw flaw;
        } rows[] = {
                {"60000000 0010 00 01" FE80_1 ALL_16 "3a05050200000100 8f00732200000000", FLAW_HEADER},
                {"60000000 0010 00 01" FE80_1 ALL_16 "3a00050900000100 8f00732200000000", FLAW_EXT_HEADER},
                {"60000000 0001 00 01" FE80_1 ALL_16 "3a", FLAW_HEADER},
                {"60000000 0000 00 01" FE80_1 ALL_16, FLAW_HEADER},
                {"60000000 0004 2c 01" FE80_1 ALL_16 "3a000000", FLAW_HEADER},
                {"50000000 0008 3a 01" FE80_1 ALL_16 "8f00732200000000", FLAW_IP_VERSION},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct test_frame t = frame_from(229, rows[i].hex);
                struct packet p = decoded(&t);

                assert_int_equal(p.flaws, UINT64_C(1) << rows[i].flaw);
                frame_free(&t);
        }
}

/* Against the sum as RFC 1071 §1 puts it, word by word, at all lengths and places. */
static void sums(void **state)
{
        uint8_t octets[300];
        uint64_t random = 11;

        (void)state;
        for (size_t i = 0; i < sizeof octets; i++) {
                random = random * 6364136223846793005u + 1442695040888963407u;
                octets[i] = (uint8_t)(random >> 56 < 32 ? 255 : random >> 40);
        }
        for (size_t at = 0; at < 9; at++)
                for (size_t n = 0; at + n <= sizeof octets; n++) {
                        uint32_t plain = 0x1234;

                        for (size_t i = 0; i < n; i++)
                                plain += i % 2 ? octets[at + i] : (uint32_t)octets[at + i] << 8;
                        while (plain >> 16)
                                plain = (plain >> 16) + (plain & 0xffff);
                        assert_int_equal(sum_fold(sum_add(0x1234, (struct bytes){octets + at, n})), plain);
                }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lengths_that_lie), cmocka_unit_test(padding_is_no_message),
                cmocka_unit_test(outgoing_header_checksum), cmocka_unit_test(extension_headers),
                cmocka_unit_test(routing_headers), cmocka_unit_test(broken_extension_headers),
                cmocka_unit_test(sums),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
