/* SPDX-License-Identifier: BSD-2-Clause */
/* Two builders that know nothing of each other, libnet's and ours, make the same octets. */
#include "igmpscope/net.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "igmpscope/craft.h"

enum { ROOM = 65600 };

static uint8_t ours[ROOM], theirs[ROOM];

static void compare(struct forge *f, const struct craft *c, const char *what)
{
        struct packer a = packer_into(ours, ROOM), b = packer_into(theirs, ROOM);
        struct error err = {{0}};

        assert_int_equal(craft_build(c, &a), 0);
        if (forge_build(f, c, &b, &err) < 0)
                fail_msg("%s: %s", what, err.text);
        if (a.n != b.n)
                fail_msg("%s: %zu octets, libnet %zu", what, a.n, b.n);
        for (size_t i = 0; i < a.n; i++)
                if (ours[i] != theirs[i])
                        fail_msg("%s: octet %zu is %02x, libnet %02x", what, i, ours[i], theirs[i]);
}

/* What each message is sent with: on the raw layer, on the link, tagged, from an address, with odd header fields. */
static void variants(struct forge *f, struct craft *c, const char *what)
{
        compare(f, c, what);
        c->eth = true;
        memcpy(c->eth_src, (uint8_t[]){2, 0, 0, 0, 0, 1}, 6);
        compare(f, c, what);
        c->n_vlan = 1;
        c->vlan[0] = 10;
        compare(f, c, what);
        c->n_vlan = 2;
        c->vlan[1] = 20;
        compare(f, c, what);
        c->n_vlan = 0;
        c->ttl = 0;
        c->tos = 0x28;
        c->ip_id = 0xbeef;
        c->df = !c->df;
        compare(f, c, what);
        c->router_alert = 1;
        compare(f, c, what);
        c->router_alert = 0;
        compare(f, c, what);
}

static void libnet_makes_the_same_octets(void **state)
{
        static char *const rows[][5] = {
                {"udp", "239.1.1.1:9999"}, {"udp", "[ff3e::1]:9999"}, {"igmp", "query", "v1"}, {"igmp", "query", "v2"},
                {"igmp", "query", "v2", "239.1.1.1"}, {"igmp", "query", "v3", "232.1.1.1", "10.0.0.1+3"},
                {"igmp", "report", "v1", "239.1.1.1"}, {"igmp", "report", "v2", "239.1.1.1"}, {"igmp", "leave", "239.1.1.1"},
                {"igmp", "report", "v3", "to_ex(239.1.1.1) allow(232.1.1.1; 10.0.0.1 10.0.0.2)"}, {"mld", "query", "v1"},
                {"mld", "query", "ff3e::1", "2001:db8::1"}, {"mld", "report", "v1", "ff3e::1"}, {"mld", "done", "ff3e::1"},
                {"mld", "report", "to_ex(ff3e::1)"}, {"mrd", "advertisement"}, {"mrd", "solicitation"},
        };
        static const struct bytes payload = {(const uint8_t *)"hello", 5};
        static struct spec_walk w;
        struct error err = {{0}};
        struct forge *f;

        (void)state;
        assert_int_equal(forge_open(&f, &err), 0);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct craft c;
                struct spec s;
                int n = 0;
                while (n < 5 && rows[i][n])
                        n++;
                assert_int_equal(spec_parse(&s, 0, rows[i], n, &err), 0);
                craft_init(&c);
                spec_defaults(&s, &c);
                if (!s.row) {
                        c.udp = &payload;
                        c.src_port = 49152;
                }
                assert_int_equal(spec_start(&w, &s, 1500, &err), 0);
                assert_true(spec_next(&w, &c));
                variants(f, &c, rows[i][1]);
                spec_free(&s);
        }
        forge_close(f);
}

static void extremes(void **state)
{
        static uint8_t octets[65508];
        struct bytes payload = {octets, 65507};
        struct packer k = packer_into(theirs, ROOM);
        struct error err = {{0}};
        struct craft c;
        struct forge *f;

        (void)state;
        assert_int_equal(forge_open(&f, &err), 0);
        craft_init(&c);
        c.udp = &payload;
        c.dst = addr_v4(0xef010101);
        compare(f, &c, "the longest datagram");
        payload.n = 0;
        compare(f, &c, "an empty datagram");
        payload.n = 5;
        c.bad_checksum = true;
        compare(f, &c, "a fault");
        c.bad_checksum = false;
        c.cut = 3;
        compare(f, &c, "a cut one");
        c.cut = 0;
        payload.n = 65508;
        assert_int_equal(forge_build(f, &c, &k, &err), -1);
        assert_non_null(strstr(err.text, "can't be built"));
        payload.n = 5;
        k = packer_into(theirs, 20);
        assert_int_equal(forge_build(f, &c, &k, &err), -1);
        forge_close(f);
        forge_close(NULL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(libnet_makes_the_same_octets), cmocka_unit_test(extremes),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
