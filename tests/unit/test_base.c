/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes, addresses, text, numbers. */
#include "igmpscope/base.h"

#include <errno.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

static void cursor_never_leaves_its_bytes(void **state)
{
        static const uint8_t raw[] = {1, 2, 3, 4, 5, 6, 7};
        struct cursor c = cursor_over((struct bytes){raw, sizeof raw});

        (void)state;
        assert_int_equal(cursor_u8(&c), 1);
        assert_int_equal(cursor_u16(&c), 0x0203);
        assert_int_equal(cursor_u32(&c), 0x04050607);
        assert_false(c.bad);
        assert_int_equal(cursor_left(&c), 0);
        assert_int_equal(cursor_take(&c, 0).n, 0);
        assert_false(c.bad);
        assert_int_equal(cursor_u8(&c), 0);
        assert_true(c.bad);
        c = cursor_over((struct bytes){raw, 3});
        assert_int_equal(cursor_u32(&c), 0);
        assert_true(c.bad);
        assert_int_equal(cursor_u8(&c), 0); /* bad stays */
        c = cursor_over((struct bytes){NULL, 0});
        assert_int_equal(cursor_take(&c, 1).n, 0);
        assert_true(c.bad);
        c = cursor_over((struct bytes){raw, 4});
        assert_int_equal(cursor_le32(&c), 0x04030201);
}

static void packer_counts_past_its_end(void **state)
{
        uint8_t raw[5];
        struct packer k = packer_into(raw, sizeof raw);

        (void)state;
        pack_u8(&k, 0xaa);
        pack_u32(&k, 0x01020304);
        assert_false(k.bad);
        pack_at_u16(&k, 1, 0xbbcc);
        assert_int_equal(raw[2], 0xcc);
        pack_u16(&k, 7);
        assert_true(k.bad);
        assert_int_equal(k.n, 7);
        pack_at_u16(&k, 0, 0);
        assert_int_equal(raw[0], 0xaa);
}

static void checksum_of_odd_and_even_lengths(void **state)
{
        /* RFC 1071 §3's example */
        static const uint8_t raw[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};

        (void)state;
        assert_int_equal(sum_fold(sum_add(0, (struct bytes){raw, 8})), 0xddf2);
        assert_int_equal(sum_fold(sum_add(sum_add(0, (struct bytes){raw, 2}), (struct bytes){raw + 2, 6})), 0xddf2);
        assert_int_equal(sum_fold(sum_add(0, (struct bytes){raw, 7})), 0xdcfb);
        assert_int_equal(sum_fold(0), 0);
}

static void addresses(void **state)
{
        static const struct {
                const char *text;
                bool multicast, ssm, link_local;
                const char *mac;
        } rows[] = {
                {"224.0.0.1", true, false, false, "01:00:5e:00:00:01"},
                {"239.255.2.3", true, false, false, "01:00:5e:7f:02:03"},
                {"232.1.2.3", true, true, false, "01:00:5e:01:02:03"},
                {"240.0.0.0", false, false, false, NULL},
                {"223.255.255.255", false, false, false, NULL},
                {"169.254.1.1", false, false, true, NULL},
                {"ff02::16", true, false, false, "33:33:00:00:00:16"},
                {"ff3e::8000:1", true, true, false, "33:33:80:00:00:01"},
                {"ff3e:20::1", true, false, false, "33:33:00:00:00:01"},
                {"fe80::1", false, false, true, NULL},
                {"fec0::1", false, false, false, NULL},
        };
        char buf[ADDR_TEXT];
        uint8_t mac[6];

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct addr a;
                assert_true(addr_parse(rows[i].text, &a));
                assert_string_equal(addr_format(&a, buf), rows[i].text);
                assert_int_equal(addr_is_multicast(&a), rows[i].multicast);
                assert_int_equal(addr_is_ssm(&a), rows[i].ssm);
                assert_int_equal(addr_is_link_local(&a), rows[i].link_local);
                if (!rows[i].mac)
                        continue;
                addr_group_mac(&a, mac);
                assert_string_equal(mac_format(mac, buf), rows[i].mac);
        }
}

static void addresses_count_and_compare(void **state)
{
        struct addr a, b;
        char buf[ADDR_TEXT];

        (void)state;
        assert_true(addr_parse("239.0.255.255", &a));
        b = addr_plus(&a, 2);
        assert_string_equal(addr_format(&b, buf), "239.1.0.1");
        assert_true(addr_compare(&a, &b) < 0);
        assert_false(addr_equal(&a, &b));
        assert_true(addr_parse("ff02::ffff:ffff", &a));
        b = addr_plus(&a, 1);
        assert_string_equal(addr_format(&b, buf), "ff02::1:0:0");
        assert_false(addr_parse("239.1.1", &a));
        assert_int_equal(a.len, 0);
        assert_false(addr_is_unspecified(&a));
        assert_true(addr_parse("::", &a));
        assert_true(addr_is_unspecified(&a));
}

static void text_grows_and_escapes(void **state)
{
        struct text t = {0};

        (void)state;
        text_add_time(&t, 1511450944460144000);
        text_add_char(&t, ' ');
        text_add_time(&t, -1500000000);
        assert_string_equal(text_string(&t), "1511450944.460144000 -1.500000000");
        text_clear(&t);
        text_add_escaped(&t, (struct bytes){(const uint8_t *)"a'b\\\n\x01\xff", 7});
        assert_string_equal(text_string(&t), "a\\'b\\\\\\n\\x01\\xff");
        text_clear(&t);
        for (int i = 0; i < 5000; i++)
                text_add_uint(&t, UINT64_MAX);
        assert_int_equal(t.n, 5000 * 20);
        text_add_format(&t, "%s", "");
        assert_int_equal(t.n, 5000 * 20);
        text_free(&t);
        assert_string_equal(text_string(&t), "");
        text_free(&t);
}

static void numbers_that_people_type(void **state)
{
        uint64_t u;
        int64_t ns;

        (void)state;
        assert_true(parse_uint("65535", 65535, &u) && u == 65535);
        assert_true(parse_uint("0x1f", 255, &u) && u == 31);
        assert_false(parse_uint("65536", 65535, &u));
        assert_false(parse_uint("-1", 10, &u));
        assert_false(parse_uint("1x", 10, &u));
        assert_false(parse_uint("", 10, &u));
        assert_false(parse_uint("99999999999999999999999", UINT64_MAX, &u));
        assert_true(parse_seconds("1.5", &ns) && ns == 1500000000);
        assert_true(parse_seconds("300ms", &ns) && ns == 300000000);
        assert_true(parse_seconds("4m", &ns) && ns == 240000000000);
        assert_false(parse_seconds("4 m", &ns));
        assert_false(parse_seconds("nan", &ns));
        assert_false(parse_seconds("-1", &ns));
        assert_false(parse_seconds("1e300", &ns));
}

static void errors_end_the_failing_function(void **state)
{
        struct error e;

        (void)state;
        assert_int_equal(error_set(NULL, "nobody reads it"), -1);
        assert_int_equal(error_system(&e, ENOSPC, "free some", "write %s", "x"), -1);
        assert_string_equal(e.text, "write x: No space left on device (free some)");
}

static void networks(void **state)
{
        struct addr net, a;
        unsigned bits;

        (void)state;
        assert_true(prefix_parse("10.1.0.0/17", &net, &bits) && bits == 17);
        assert_true(addr_parse("10.1.127.255", &a) && addr_within(&a, &net, bits));
        assert_true(addr_parse("10.1.128.0", &a) && !addr_within(&a, &net, bits));
        assert_true(addr_within(&a, &net, 0));
        assert_true(prefix_parse("fe80::/10", &net, &bits) && bits == 10);
        assert_false(addr_within(&a, &net, 0)); /* another family */
        assert_true(addr_parse("fe90::1", &a) && addr_within(&a, &net, bits));
        assert_true(prefix_parse("192.0.2.1", &net, &bits) && bits == 32);
        assert_true(addr_within(&net, &net, bits));
        assert_false(prefix_parse("10.0.0.0/33", &net, &bits) || prefix_parse("10.0.0.0/", &net, &bits)
                     || prefix_parse("x/8", &net, &bits) || prefix_parse("", &net, &bits));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(networks),
                cmocka_unit_test(cursor_never_leaves_its_bytes), cmocka_unit_test(packer_counts_past_its_end),
                cmocka_unit_test(checksum_of_odd_and_even_lengths), cmocka_unit_test(addresses),
                cmocka_unit_test(addresses_count_and_compare), cmocka_unit_test(text_grows_and_escapes),
                cmocka_unit_test(numbers_that_people_type), cmocka_unit_test(errors_end_the_failing_function),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
