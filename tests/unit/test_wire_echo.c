/* SPDX-License-Identifier: BSD-2-Clause */
/* Echo requests and their answers, and checksums of UDP. */
#include "wire_test.h"

static struct test_frame datagram(const char *src, uint16_t src_port, const char *dst, uint16_t dst_port,
                                  const char *data, uint64_t number, int64_t time_ns)
{
        const struct bytes payload = {(const uint8_t *)data, strlen(data)};
        uint8_t octets[256];
        struct packer k = packer_into(octets, sizeof octets);
        struct test_frame t;
        struct craft c;

        craft_init(&c);
        c.udp = &payload;
        c.src_port = src_port;
        c.dst_port = dst_port;
        addr_parse(src, &c.src);
        addr_parse(dst, &c.dst);
        assert_int_equal(craft_build(&c, &k), 0);
        t = frame_of(LINK_RAW, octets, k.n, k.n);
        t.frame.number = number;
        t.frame.time_ns = time_ns;
        return t;
}

static void echoes(void **state)
{
        static const struct {
                const char *src;
                uint16_t src_port;
                const char *dst;
                uint16_t dst_port;
                const char *data;
                int64_t ms;
                enum echo echo;
                uint64_t of; /* row, from 1 */
        } rows[] = {
                {"10.0.0.2", 5000, "10.0.0.1", 9999, "data", 0, ECHO_NONE, 0},
                {"10.0.0.1", 5000, "224.3.29.71", 9999, "data", 10, ECHO_REQUEST, 0},
                {"10.0.0.2", 9999, "10.0.0.1", 5000, "data", 15, ECHO_REPLY, 2},
                {"10.0.0.3", 9999, "10.0.0.1", 5000, "data", 16, ECHO_REPLY, 2},  /* a second server */
                {"10.0.0.2", 9999, "10.0.0.1", 5000, "Data", 17, ECHO_NONE, 0},   /* another payload */
                {"10.0.0.2", 9999, "10.0.0.1", 5000, "data ", 17, ECHO_NONE, 0},
                {"10.0.0.2", 9998, "10.0.0.1", 5000, "data", 17, ECHO_NONE, 0},   /* not the group's port */
                {"10.0.0.2", 9999, "10.0.0.1", 5001, "data", 17, ECHO_NONE, 0},   /* not the requester's */
                {"10.0.0.2", 9999, "10.0.0.9", 5000, "data", 17, ECHO_NONE, 0},
                {"10.0.0.1", 5000, "224.3.29.71", 9999, "data", 20, ECHO_REQUEST, 0}, /* again: the last one counts */
                {"10.0.0.2", 9999, "10.0.0.1", 5000, "data", 22, ECHO_REPLY, 10},
                {"10.0.0.2", 9999, "10.0.0.1", 5000, "data", 70000, ECHO_NONE, 0}, /* too late */
                {"fe80::1", 5000, "ff02::4321", 9999, "six", 70001, ECHO_REQUEST, 0},
                {"fe80::2", 9999, "fe80::1", 5000, "six", 70002, ECHO_REPLY, 13},
        };
        struct decoder *d = decoder_new();

        (void)state;
        for (uint64_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct test_frame t = datagram(rows[i].src, rows[i].src_port, rows[i].dst, rows[i].dst_port,
                                               rows[i].data, i + 1, rows[i].ms * 1000000);
                struct packet p;

                feed(d, &p, &t);
                assert_int_equal(p.echo, rows[i].echo);
                assert_int_equal(p.echo_of, rows[i].of);
                if (rows[i].of)
                        assert_int_equal(p.echo_ns, (rows[i].ms - rows[rows[i].of - 1].ms) * 1000000);
                assert_int_equal(packet_relevant(&p), rows[i].echo != ECHO_NONE);
                packet_decode(&t.frame, &p);
                assert_int_equal(p.echo, ECHO_NONE); /* one packet alone can't know */
                frame_free(&t);
        }
        decoder_free(d);
}

static void echo_as_json(void **state)
{
        struct decoder *d = decoder_new();
        struct test_frame a = datagram("10.0.0.1", 5000, "224.3.29.71", 9999, "data", 1, 0);
        struct test_frame b = datagram("10.0.0.2", 9999, "10.0.0.1", 5000, "data", 2, 350000);
        struct text json, line;
        struct packet p;

        (void)state;
        decoder_decode(d, &a.frame, &p);
        json = packet_json(&p, 1);
        assert_non_null(strstr(json.p, "\"payload\":\"data\",\"echo\":{\"role\":\"request\"}}"));
        text_free(&json);
        decoder_decode(d, &b.frame, &p);
        json = packet_json(&p, 0);
        assert_non_null(strstr(json.p, "\"echo\":{\"role\":\"reply\",\"request\":1,\"rtt_s\":0.000350000}}"));
        assert_null(strstr(json.p, "payload"));
        text_free(&json);
        line = packet_line(&p);
        assert_non_null(strstr(line.p, "echo of frame 1 after 0.350 ms: 4 bytes 'data'"));
        text_free(&line);
        frame_free(&a);
        frame_free(&b);
        decoder_free(d);
}

/* More requests than are remembered: no harm, and the last ones are still known. */
static void many_echoes(void **state)
{
        struct decoder *d = decoder_new();
        unsigned found = 0;
        char data[16];

        (void)state;
        for (unsigned i = 0; i < 2 * ECHO_REQUESTS_MAX; i++) {
                struct test_frame t;
                struct packet p;

                snprintf(data, sizeof data, "%u", i);
                t = datagram("10.0.0.1", 5000, "224.3.29.71", 9999, data, i + 1, i);
                decoder_decode(d, &t.frame, &p);
                frame_free(&t);
                snprintf(data, sizeof data, "%u", i > 500 ? i - 500 : i);
                t = datagram("10.0.0.2", 9999, "10.0.0.1", 5000, data, i + 1, i);
                decoder_decode(d, &t.frame, &p);
                found += p.echo == ECHO_REPLY && p.echo_of == (i > 500 ? i - 499 : i + 1);
                frame_free(&t);
        }
        assert_in_range(found, 2 * ECHO_REQUESTS_MAX * 99 / 100, 2 * ECHO_REQUESTS_MAX);
        decoder_free(d);
}

/* Offloaded: the field holds the pseudo-header's sum and no more. */
static void udp_checksums(void **state)
{
        static const struct {
                const char *dst;
                int change; /* to the right checksum; -1: none at all; -2: as offload leaves it */
                enum checksum expected;
        } rows[] = {
                {"224.3.29.71", 0, CHECKSUM_GOOD}, {"224.3.29.71", 1, CHECKSUM_BAD},
                {"224.3.29.71", -1, CHECKSUM_ABSENT}, {"224.3.29.71", -2, CHECKSUM_UNVERIFIED},
                {"ff02::1", 0, CHECKSUM_GOOD}, {"ff02::1", 1, CHECKSUM_BAD},
                {"ff02::1", -1, CHECKSUM_BAD}, {"ff02::1", -2, CHECKSUM_UNVERIFIED},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                bool v6 = strchr(rows[i].dst, ':');
                struct test_frame t = datagram(v6 ? "fe80::1" : "10.0.0.1", 5000, rows[i].dst, 9999, "data", 1, 0);
                uint8_t *field = t.own + (v6 ? 46 : 26);
                struct packet p;
                uint16_t v;

                v = (uint16_t)((field[0] << 8 | field[1]) + (rows[i].change > 0 ? rows[i].change : 0));
                if (rows[i].change == -1)
                        v = 0;
                if (rows[i].change == -2) {
                        const uint8_t *ends = t.own + (v6 ? 8 : 12);
                        v = sum_fold(sum_add(17 + 12, (struct bytes){ends, v6 ? 32 : 8}));
                }
                field[0] = (uint8_t)(v >> 8);
                field[1] = (uint8_t)v;
                packet_decode(&t.frame, &p);
                assert_int_equal(p.udp_checksum, rows[i].expected);
                assert_int_equal(packet_has(&p, FLAW_UDP_CHECKSUM), rows[i].expected == CHECKSUM_BAD);
                frame_free(&t);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(echoes), cmocka_unit_test(echo_as_json), cmocka_unit_test(many_echoes),
                cmocka_unit_test(udp_checksums),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
