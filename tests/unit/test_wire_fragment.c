/* SPDX-License-Identifier: BSD-2-Clause */
/* Reassembly: fragments in any order, broken and hostile ones, within bounds. */
#include "wire_test.h"

enum { MESSAGE = 8 + 200 * 8, ROOM = 70000 };

/* A report of 200 groups, right checksum: 1,608 octets. */
static void big_report(uint8_t message[MESSAGE])
{
        struct packer k = packer_into(message, MESSAGE);

        pack_u32(&k, 0x22000000);
        pack_u32(&k, 200);
        for (uint32_t i = 0; i < 200; i++) {
                struct addr group = addr_v4(0xef010100u + i);
                record_pack(&k, TO_EX, &group, NULL, 0);
        }
        pack_at_u16(&k, 2, (uint16_t)~sum_fold(sum_add(0, (struct bytes){message, MESSAGE})));
}

struct piece {
        uint16_t from, to;
        bool more;
};

/* IPv4: header and octets from…to of the payload; IPv6 with a fragment header. */
static struct test_frame piece_frame(int version, const uint8_t *payload, struct piece x, uint16_t id, uint64_t number)
{
        static uint8_t octets[ROOM];
        struct packer k = packer_into(octets, sizeof octets);
        uint16_t n = (uint16_t)(x.to - x.from);
        struct test_frame t;

        if (version == 4) {
                pack_u32(&k, 0x46c00000u | (uint32_t)(24 + n));
                pack_u32(&k, (uint32_t)id << 16 | (x.more ? 0x2000u : 0) | x.from / 8u);
                pack_u32(&k, 0x01020000);
                pack_u32(&k, 0xc000020a);
                pack_u32(&k, 0xe0000016);
                pack_u32(&k, 0x94040000);
                pack_at_u16(&k, 10, (uint16_t)~sum_fold(sum_add(0, (struct bytes){octets, 24})));
        } else {
                pack_u32(&k, 0x60000000);
                pack_u32(&k, (uint32_t)(n + 8) << 16 | 44u << 8 | 1);
                pack_bytes(&k, (struct bytes){(const uint8_t[16]){0xfe, 0x80, [15] = 1}, 16});
                pack_bytes(&k, (struct bytes){(const uint8_t[16]){0xff, 0x02, [15] = 0x16}, 16});
                pack_u16(&k, 17 << 8);
                pack_u16(&k, (uint16_t)(x.from | x.more));
                pack_u32(&k, id);
        }
        pack_bytes(&k, (struct bytes){payload + x.from, n});
        assert_false(k.bad);
        t = frame_of(LINK_RAW, octets, k.n, k.n);
        t.frame.number = number;
        return t;
}

static unsigned count_records(const struct packet *p)
{
        struct record r;
        unsigned n = 0;

        for (size_t at = 0; record_next(p, &at, &r); n++)
                assert_int_equal(r.group.b[3], n);
        return n;
}

static void check_whole(const struct packet *p, uint32_t frames)
{
        assert_false(p->fragment);
        assert_int_equal(p->flaws, 0);
        assert_int_equal(p->stop.layer, LAYER_NONE);
        assert_int_equal(p->n_frames, frames);
        assert_int_equal(p->gmp.checksum, CHECKSUM_GOOD);
        assert_int_equal(p->n_router_alert, 1);
        assert_int_equal(count_records(p), 200);
}

static const struct piece thirds[] = {{0, 600, true}, {600, 1200, true}, {1200, MESSAGE, false}};

static void any_order(void **state)
{
        static const int orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
        struct decoder *d = decoder_new();
        uint8_t message[MESSAGE];

        (void)state;
        big_report(message);
        for (uint16_t o = 0; o < 6; o++) {
                for (uint64_t i = 0; i < 3; i++) {
                        struct test_frame t = piece_frame(4, message, thirds[orders[o][i]], o, i + 1);
                        struct packet p;

                        feed(d, &p, &t);
                        if (i < 2) {
                                assert_true(p.fragment);
                                assert_true(packet_relevant(&p));
                                assert_int_equal(p.stop.layer, LAYER_FRAGMENT);
                                assert_int_equal(p.gmp.family, FAMILY_NONE);
                        } else {
                                check_whole(&p, 3);
                                for (uint32_t f = 0; f < 3; f++)
                                        assert_int_equal(p.frames[f], f + 1);
                        }
                        frame_free(&t);
                }
        }
        decoder_free(d);
}

static void one_by_one_without_memory(void **state)
{
        uint8_t message[MESSAGE];

        (void)state;
        big_report(message);
        for (unsigned i = 0; i < 3; i++) {
                struct test_frame t = piece_frame(4, message, thirds[i], 1, 1);
                struct packet p;

                packet_decode(&t.frame, &p);
                assert_true(p.fragment);
                assert_int_equal(p.fragment_offset, thirds[i].from);
                assert_int_equal(p.flaws, 0);
                frame_free(&t);
        }
}

static void ip6_fragments(void **state)
{
        struct decoder *d = decoder_new();
        uint8_t datagram[1208] = {0x30, 0x39, 0x27, 0x0f, 0x04, 0xb8}; /* 12345 > 9999, 1208 octets */
        const struct piece halves[] = {{0, 800, true}, {800, 1208, false}};
        struct addr src, dst;
        uint64_t sum;

        (void)state;
        addr_parse("fe80::1", &src);
        addr_parse("ff02::16", &dst);
        sum = sum_add(sum_add(17 + 1208, (struct bytes){src.b, 16}), (struct bytes){dst.b, 16});
        sum = (uint16_t)~sum_fold(sum_add(sum, (struct bytes){datagram, sizeof datagram}));
        datagram[6] = (uint8_t)(sum >> 8);
        datagram[7] = (uint8_t)sum;
        for (int first = 0; first < 2; first++) {
                for (int i = 0; i < 2; i++) {
                        struct test_frame t = piece_frame(6, datagram, halves[first ^ i], (uint16_t)first, 1);
                        struct packet p;

                        feed(d, &p, &t);
                        assert_int_equal(p.fragment, i == 0);
                        if (i) {
                                assert_true(p.has_udp);
                                assert_int_equal(p.payload.n, 1200);
                                assert_int_equal(p.udp_checksum, CHECKSUM_GOOD);
                                assert_int_equal(p.echo, ECHO_REQUEST);
                                assert_int_equal(p.n_frames, 2);
                        }
                        frame_free(&t);
                }
        }
        decoder_free(d);
}

/* What comes of each piece: a flaw, or FLAW_COUNT for none; the last one makes the datagram whole or doesn't. */
static void pieces(void **state)
{
        static const struct {
                struct piece x[5];
                enum flaw flaw[5];
                bool whole;
        } rows[] = {
                /* an exact copy is nothing new */
                {{{0, 600, true}, {0, 600, true}, {600, MESSAGE, false}},
                 {FLAW_COUNT, FLAW_COUNT, FLAW_COUNT}, true},
                /* an overlap ends it, what else comes is dropped too */
                {{{0, 600, true}, {592, 1200, true}, {600, MESSAGE, false}},
                 {FLAW_COUNT, FLAW_FRAGMENT_OVERLAP, FLAW_FRAGMENT_OVERLAP}, false},
                {{{600, 1200, true}, {0, 608, true}}, {FLAW_COUNT, FLAW_FRAGMENT_OVERLAP}, false},
                {{{0, 1200, true}, {600, 800, true}}, {FLAW_COUNT, FLAW_FRAGMENT_OVERLAP}, false},
                /* a second end */
                {{{1200, MESSAGE, false}, {0, 600, true}, {600, 1000, false}},
                 {FLAW_COUNT, FLAW_COUNT, FLAW_FRAGMENT_OVERLAP}, false},
                {{{0, 600, true}, {1200, MESSAGE, true}, {600, 1000, false}},
                 {FLAW_COUNT, FLAW_COUNT, FLAW_FRAGMENT_OVERLAP}, false},
                /* beyond the end */
                {{{600, 1200, false}, {1200, MESSAGE, true}}, {FLAW_COUNT, FLAW_FRAGMENT_OVERLAP}, false},
                /* no multiple of eight, no octets */
                {{{0, 601, true}, {0, 600, true}, {600, MESSAGE, false}}, {FLAW_FRAGMENT_SHORT, FLAW_COUNT, FLAW_COUNT},
                 true},
                {{{600, 600, true}}, {FLAW_FRAGMENT_SHORT}, false},
                /* the end first, then a hole */
                {{{1200, MESSAGE, false}, {0, 600, true}}, {FLAW_COUNT, FLAW_COUNT}, false},
        };
        struct decoder *d = decoder_new();
        uint8_t message[MESSAGE];

        (void)state;
        big_report(message);
        for (uint16_t r = 0; r < sizeof rows / sizeof *rows; r++) {
                struct packet p = {0};
                print_message("# row %u\n", r);
                for (unsigned i = 0; i < 5 && rows[r].x[i].to; i++) {
                        struct test_frame t = piece_frame(4, message, rows[r].x[i], r, i + 1);

                        feed(d, &p, &t);
                        assert_int_equal(p.flaws, rows[r].flaw[i] == FLAW_COUNT ? 0 : UINT64_C(1) << rows[r].flaw[i]);
                        frame_free(&t);
                }
                assert_int_equal(!p.fragment, rows[r].whole);
        }
        decoder_free(d);
}

static void too_long(void **state)
{
        struct decoder *d = decoder_new();
        static uint8_t payload[70000];
        struct test_frame t = piece_frame(4, payload, (struct piece){65528, 65535, false}, 1, 1);
        struct packet p;

        (void)state;
        feed(d, &p, &t);
        assert_int_equal(p.flaws, 0);
        frame_free(&t);
        t = piece_frame(4, payload + 8, (struct piece){65520, 65528, false}, 2, 1);
        t.own[7] = 0xff; /* offset 65,528: it ends at 65,536 */
        t.own[6] = 0x1f;
        feed(d, &p, &t);
        assert_true(packet_has(&p, FLAW_FRAGMENT_LONG));
        frame_free(&t);
        decoder_free(d);
}

/* An unfinished datagram is forgotten after a time; a cut fragment is none that could be used. */
static void old_and_cut(void **state)
{
        struct decoder *d = decoder_new();
        uint8_t message[MESSAGE];
        struct test_frame t;
        struct packet p;

        (void)state;
        big_report(message);
        t = piece_frame(4, message, (struct piece){0, 800, true}, 1, 1);
        feed(d, &p, &t);
        frame_free(&t);
        t = piece_frame(4, message, (struct piece){800, MESSAGE, false}, 1, 2);
        t.frame.time_ns = DATAGRAM_NS + 1;
        feed(d, &p, &t);
        assert_true(p.fragment);
        frame_free(&t);
        t = piece_frame(4, message, (struct piece){0, 800, true}, 1, 3);
        t.frame.time_ns = DATAGRAM_NS + 1;
        t.frame.data.n = t.frame.caplen = 100;
        feed(d, &p, &t);
        assert_true(p.fragment && packet_has(&p, FLAW_CUT));
        t.frame.data.n = t.frame.caplen = t.frame.len;
        feed(d, &p, &t);
        check_whole(&p, 2);
        frame_free(&t);
        decoder_free(d);
}

/* More than there is room for: the oldest go, the newest are found. */
static void bounded(void **state)
{
        struct decoder *d = decoder_new();
        uint8_t message[MESSAGE];

        (void)state;
        big_report(message);
        for (unsigned part = 0; part < 2; part++) {
                for (uint16_t id = 0; id < 3 * DATAGRAMS_MAX; id++) {
                        struct piece x = part ? (struct piece){800, MESSAGE, false} : (struct piece){0, 800, true};
                        uint16_t which = part ? (uint16_t)(3 * DATAGRAMS_MAX - 1 - id) : id;
                        struct test_frame t = piece_frame(4, message, x, which, 1);
                        struct packet p;

                        t.frame.time_ns = part * 1000 + id;
                        feed(d, &p, &t);
                        assert_int_equal(!p.fragment, part && id < DATAGRAMS_MAX);
                        frame_free(&t);
                }
        }
        decoder_free(d);
}

/* Interfaces are worlds apart. */
static void apart(void **state)
{
        struct decoder *d = decoder_new();
        uint8_t message[MESSAGE];

        (void)state;
        big_report(message);
        for (uint32_t i = 0; i < 4; i++) {
                struct piece x = i < 2 ? (struct piece){0, 800, true} : (struct piece){800, MESSAGE, false};
                struct test_frame t = piece_frame(4, message, x, 9, i + 1);
                struct packet p;

                t.frame.interface_id = i % 2;
                feed(d, &p, &t);
                assert_int_equal(p.fragment, i < 2);
                if (i >= 2)
                        assert_int_equal(p.frames[0], i - 1);
                frame_free(&t);
        }
        decoder_free(d);
}

/* Many small random pieces, whole in the end or not, and never any harm. */
static void random_pieces(void **state)
{
        struct decoder *d = decoder_new();
        uint8_t message[MESSAGE];
        uint64_t random = 3, whole = 0;

        (void)state;
        big_report(message);
        for (unsigned i = 0; i < 20000; i++) {
                struct test_frame t;
                struct packet p;
                uint16_t from, to;

                random = random * 6364136223846793005u + 1442695040888963407u;
                from = (uint16_t)((random >> 33) % 4 * 400);
                to = (uint16_t)((random >> 40) % 20 == 0 ? from + (unsigned)(random >> 50) % 400 : from + 400u);
                if (from == 1200)
                        to = MESSAGE;
                t = piece_frame(random >> 60 == 0 ? 6 : 4, message, (struct piece){from, to, from < 1200},
                                (uint16_t)(random >> 20 & 31), i);
                t.frame.time_ns = (int64_t)i * 50000000;
                feed(d, &p, &t);
                whole += p.n_frames > 0;
                if (p.n_frames && p.ip_version == 4)
                        assert_int_equal(count_records(&p), 200);
                frame_free(&t);
        }
        assert_in_range(whole, 100, 5000);
        decoder_free(d);
}

/* A whole datagram that is GRE, in which a fragment is the last of another: both are put together. */
static void fragments_in_fragments(void **state)
{
        static const uint8_t gre[] = {0, 0, 8, 0};
        struct decoder *d = decoder_new();
        uint8_t message[MESSAGE], inner[2000];
        struct test_frame t, last;
        struct packet p;
        size_t n;

        (void)state;
        big_report(message);
        last = piece_frame(4, message, (struct piece){800, MESSAGE, false}, 5, 1);
        memcpy(inner, gre, 4);
        memcpy(inner + 4, last.own, last.frame.caplen);
        n = 4 + last.frame.caplen;
        frame_free(&last);
        for (uint64_t i = 0; i < 4; i++) {
                struct piece x;

                if (i == 0) { /* the inner datagram's first part, in GRE on its own */
                        uint8_t first[2000];
                        last = piece_frame(4, message, (struct piece){0, 800, true}, 5, 1);
                        memcpy(first, gre, 4);
                        memcpy(first + 4, last.own, last.frame.caplen);
                        x = (struct piece){0, (uint16_t)(4 + last.frame.caplen), false};
                        t = piece_frame(4, first, x, 70, i + 1);
                        frame_free(&last);
                } else {
                        x = i == 1 ? (struct piece){0, 400, true} : (struct piece){400, (uint16_t)n, false};
                        t = piece_frame(4, inner, x, 71, i + 1);
                }
                t.own[9] = 47; /* the outer datagram's protocol */
                t.own[10] = t.own[11] = 0;
                feed(d, &p, &t);
                if (i == 2) {
                        assert_int_equal(p.n_encap, 1);
                        assert_false(p.fragment);
                        assert_int_equal(p.gmp.checksum, CHECKSUM_GOOD);
                        assert_int_equal(count_records(&p), 200);
                }
                frame_free(&t);
        }
        decoder_free(d);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(any_order), cmocka_unit_test(one_by_one_without_memory),
                cmocka_unit_test(ip6_fragments),
                cmocka_unit_test(pieces), cmocka_unit_test(too_long), cmocka_unit_test(old_and_cut),
                cmocka_unit_test(bounded), cmocka_unit_test(apart), cmocka_unit_test(random_pieces),
                cmocka_unit_test(fragments_in_fragments),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
