/* SPDX-License-Identifier: BSD-2-Clause */
/* Who the echo server answers: never what would multiply or go round, only whom it may, and not too often. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/cmd/echo.h"

enum { SECOND = 1000000000 };

static struct endpoint at(const char *address, uint16_t port)
{
        struct endpoint e = {.port = port};

        assert_true(addr_parse(address, &e.addr));
        return e;
}

/* A server on port 9999 of a host with one link, 10.0.0.1/24 and fe80::1. */
static struct guard *new_guard(void)
{
        struct guard *g = calloc(1, sizeof *g);
        struct local_address *l = calloc(2, sizeof *l);

        assert_non_null(g);
        assert_non_null(l);
        l[0] = (struct local_address){at("10.0.0.1", 0).addr, at("10.0.0.255", 0).addr, 2};
        l[1] = (struct local_address){at("fe80::1", 0).addr, {0}, 2};
        g->locals = (struct local_addresses){l, 2};
        assert_int_equal(guard_port(g, 9999, NULL), 0);
        return g;
}

static void drop_guard(struct guard *g)
{
        guard_free(g);
        free(g);
}

static enum refusal judge(struct guard *g, const char *address, uint16_t port)
{
        const struct endpoint from = at(address, port);
        return guard_judge(g, &from, 0);
}

static void what_would_multiply_or_go_round_is_not_answered(void **state)
{
        struct guard *g = new_guard();

        (void)state;
        assert_int_equal(judge(g, "10.0.0.9", 40000), ANSWERED);
        assert_int_equal(judge(g, "10.0.0.1", 40000), ANSWERED); /* a client on this host */
        assert_int_equal(judge(g, "fe80::9", 40000), ANSWERED);
        assert_int_equal(judge(g, "10.0.0.9", 0), REFUSED_PORT);
        assert_int_equal(judge(g, "224.0.0.1", 40000), REFUSED_MULTICAST);
        assert_int_equal(judge(g, "ff02::1", 40000), REFUSED_MULTICAST);
        assert_int_equal(judge(g, "255.255.255.255", 40000), REFUSED_BROADCAST);
        assert_int_equal(judge(g, "10.0.0.255", 40000), REFUSED_BROADCAST);
        assert_int_equal(judge(g, "10.0.0.1", 9999), REFUSED_OWN);
        assert_int_equal(judge(g, "127.0.0.1", 9999), REFUSED_OWN);
        assert_int_equal(judge(g, "fe80::1", 9999), REFUSED_OWN);
        assert_int_equal(judge(g, "10.0.0.9", 9999), REFUSED_SERVER);
        g->answer_servers = true;
        assert_int_equal(judge(g, "10.0.0.9", 9999), ANSWERED);
        assert_int_equal(judge(g, "10.0.0.1", 9999), REFUSED_OWN);
        assert_int_equal(judge(g, "10.0.0.9", 7), REFUSED_REFLECTOR);
        assert_int_equal(judge(g, "10.0.0.9", 19), REFUSED_REFLECTOR);
        assert_int_equal(judge(g, "10.0.0.9", 8), ANSWERED);
        drop_guard(g);
}

static void only_the_allowed_are_answered(void **state)
{
        struct guard *g = new_guard();
        struct error err = {{0}};

        (void)state;
        assert_int_equal(guard_allow(g, "10.0.0.64/26", &err), 0);
        assert_int_equal(guard_allow(g, "192.0.2.7", &err), 0);
        assert_int_equal(guard_allow(g, "fe80::/10", &err), 0);
        assert_int_equal(judge(g, "10.0.0.64", 5), ANSWERED);
        assert_int_equal(judge(g, "10.0.0.127", 5), ANSWERED);
        assert_int_equal(judge(g, "10.0.0.63", 5), REFUSED_ALLOW);
        assert_int_equal(judge(g, "10.0.0.128", 5), REFUSED_ALLOW);
        assert_int_equal(judge(g, "192.0.2.7", 5), ANSWERED);
        assert_int_equal(judge(g, "192.0.2.6", 5), REFUSED_ALLOW);
        assert_int_equal(judge(g, "febf::1", 5), ANSWERED);
        assert_int_equal(judge(g, "fec0::1", 5), REFUSED_ALLOW);
        assert_int_equal(guard_allow(g, "0.0.0.0/0", &err), 0);
        assert_int_equal(judge(g, "203.0.113.1", 5), ANSWERED);
        assert_int_equal(judge(g, "2001:db8::1", 5), REFUSED_ALLOW); /* another family */
        drop_guard(g);
}

static void a_wrong_network_is_named(void **state)
{
        static const char *const wrong[] = {"", "x", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "fe80::/129",
                                            "10.0.0/8"};
        struct guard *g = new_guard();
        struct error err;

        (void)state;
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
                err.text[0] = 0;
                assert_int_equal(guard_allow(g, wrong[i], &err), -1);
                assert_non_null(strstr(err.text, "--allow "));
        }
        assert_int_equal(g->n_allow, 0);
        drop_guard(g);
}

static void each_sender_has_its_rate(void **state)
{
        const struct endpoint one = at("10.0.0.8", 5), other = at("10.0.0.9", 5);
        struct guard *g = new_guard();

        (void)state;
        g->rate = 3;
        for (int i = 0; i < 3; i++)
                assert_int_equal(guard_judge(g, &one, 10 * (int64_t)SECOND), ANSWERED);
        assert_int_equal(guard_judge(g, &one, 10 * (int64_t)SECOND), REFUSED_RATE);
        assert_int_equal(guard_judge(g, &other, 10 * (int64_t)SECOND), ANSWERED);
        assert_int_equal(guard_judge(g, &one, 11 * (int64_t)SECOND - 1), REFUSED_RATE);
        assert_int_equal(guard_judge(g, &one, 11 * (int64_t)SECOND), ANSWERED);
        drop_guard(g);
}

/* More forged sources than there are places: none of them may exceed, and all together not by far. */
static void many_senders_share(void **state)
{
        struct guard *g = new_guard();
        struct endpoint from = at("172.16.0.0", 5);
        const struct addr first = from.addr;
        unsigned answered = 0;

        (void)state;
        g->rate = 1;
        for (int round = 0; round < 2; round++)
                for (uint32_t i = 0; i < 20000; i++) {
                        from.addr = addr_plus(&first, i);
                        answered += guard_judge(g, &from, 5 * (int64_t)SECOND) == ANSWERED;
                }
        assert_true(answered <= GUARD_SLOTS);
        assert_true(answered > GUARD_SLOTS / 2);
        drop_guard(g);
}

static void every_refusal_has_its_words(void **state)
{
        (void)state;
        for (int i = 0; i < REFUSAL_COUNT; i++) {
                assert_non_null(refusal_name((enum refusal)i));
                assert_true(i == ANSWERED || strlen(refusal_text((enum refusal)i)) > 10);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_would_multiply_or_go_round_is_not_answered),
                cmocka_unit_test(only_the_allowed_are_answered),
                cmocka_unit_test(a_wrong_network_is_named),
                cmocka_unit_test(each_sender_has_its_rate),
                cmocka_unit_test(many_senders_share),
                cmocka_unit_test(every_refusal_has_its_words),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
