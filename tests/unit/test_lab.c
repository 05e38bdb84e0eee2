/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of topologies is sound, and netlink messages are built and read within their bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/netlink.h>
#include <string.h>

#include "../../src/lab/internal.h"

static const struct topology_segment *segment(const struct topology *t, const char *name)
{
        for (size_t i = 0; i < TOPOLOGY_SEGMENTS && t->segments[i].name; i++)
                if (!strcmp(t->segments[i].name, name))
                        return &t->segments[i];
        return NULL;
}

static void segments_are_right(const struct topology *t)
{
        for (size_t i = 0; i < TOPOLOGY_SEGMENTS && t->segments[i].name; i++) {
                int ends = 0;
                for (size_t k = 0; k < TOPOLOGY_ENDS && t->ends[k].host; k++)
                        ends += !strcmp(t->ends[k].segment, t->segments[i].name);
                assert_true(t->segments[i].is_switch ? ends >= 2 : ends == 2);
                assert_true(t->segments[i].net > 0);
        }
}

static void ends_are_right(const struct topology *t)
{
        for (size_t i = 0; i < TOPOLOGY_ENDS && t->ends[i].host; i++) {
                const struct topology_end *e = &t->ends[i];
                assert_non_null(segment(t, e->segment));
                assert_true(e->number > 0 && e->number < 255);
                /* ports are called to-HOST, and names fit IFNAMSIZ */
                assert_true(strlen(e->host) < 12 && strlen(e->interface) < 16);
                for (size_t k = 0; k < i; k++) {
                        const struct topology_end *o = &t->ends[k];
                        bool same_net = segment(t, e->segment)->net == segment(t, o->segment)->net;
                        assert_false(same_net && e->number == o->number);
                        assert_false(!strcmp(e->host, o->host) && !strcmp(e->interface, o->interface));
                }
        }
}

static void topologies(void **state)
{
        const struct topology *t;
        size_t n;

        (void)state;
        for (n = 0; (t = topology_at(n)); n++) {
                assert_ptr_equal(topology_find(t->name, NULL), t);
                assert_true(t->summary && t->picture && t->picture[strlen(t->picture) - 1] == '\n');
                segments_are_right(t);
                ends_are_right(t);
                assert_true(!t->grows || segment(t, t->grows)->is_switch);
        }
        assert_int_equal(n, 5);
}

static void topology_errors(void **state)
{
        struct error err;

        (void)state;
        assert_null(topology_find("star", &err));
        assert_non_null(strstr(err.text, "pair, lan, routed, two-queriers, multihomed"));
}

static void attributes(void **state)
{
        struct netlink_message m;
        struct attribute a, inner;
        struct bytes list;
        size_t nest;

        (void)state;
        netlink_begin(&m, 16, NLM_F_CREATE, "abcd", 4);
        netlink_put_text(&m, 3, "eth0");
        nest = netlink_nest(&m, 18);
        netlink_put_u8(&m, 1, 7);
        netlink_put_u32(&m, 2, 0x01020304);
        netlink_nest_end(&m, nest);
        list = (struct bytes){m.p + sizeof(struct nlmsghdr) + 4, m.n - sizeof(struct nlmsghdr) - 4};
        assert_true(attribute_next(&list, &a));
        assert_int_equal(a.type, 3);
        assert_string_equal((const char *)a.value.p, "eth0");
        assert_true(attribute_next(&list, &a));
        assert_int_equal(a.type, 18);
        assert_true(attribute_next(&a.value, &inner));
        assert_true(inner.type == 1 && inner.value.n == 1 && inner.value.p[0] == 7);
        assert_true(attribute_next(&a.value, &inner));
        assert_true(inner.type == 2 && inner.value.n == 4);
        assert_false(attribute_next(&a.value, &inner));
        assert_false(attribute_next(&list, &a));
}

/* Every truncation, and every length that lies: whole attributes within the list, or none. */
static void attributes_cut(void **state)
{
        uint8_t octets[] = {9, 0, 3, 0, 'e', 't', 'h', '0', 0, 0, 0, 0, 8, 0, 2, 0, 1, 2, 3, 4};

        (void)state;
        for (size_t n = 0; n <= sizeof octets; n++) {
                for (int lie = 0; lie < 256; lie++) {
                        struct bytes list = {octets, n};
                        struct attribute a;
                        octets[0] = (uint8_t)lie;
                        while (attribute_next(&list, &a))
                                assert_true(a.value.p + a.value.n <= octets + n);
                }
        }
}

static void too_long(void **state)
{
        struct netlink_message m;
        struct error err;

        (void)state;
        netlink_begin(&m, 16, 0, NULL, 0);
        for (int i = 0; i < 200; i++)
                netlink_put_text(&m, 3, "a name");
        netlink_nest_end(&m, netlink_nest(&m, 1));
        assert_int_equal(netlink_ask(-1, &m, &err, "make", "x"), -1);
        assert_non_null(strstr(err.text, "too long"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(topologies), cmocka_unit_test(topology_errors), cmocka_unit_test(attributes),
                cmocka_unit_test(attributes_cut), cmocka_unit_test(too_long),
        };
        return cmocka_run_group_tests_name("lab", tests, NULL, NULL);
}
