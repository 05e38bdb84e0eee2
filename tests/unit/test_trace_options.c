/* SPDX-License-Identifier: BSD-2-Clause */
/* What traced programs hand to setsockopt, in every shape that there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include "igmpscope/trace.h"

static struct asked ask(int level, int option, const void *value, size_t n)
{
        struct traced_option o = {.level = level, .option = option, .n = n};
        struct asked a;

        memcpy(o.value, value, n);
        asked_read(&o, &a);
        return a;
}

static void memberships(void **state)
{
        const uint8_t four[] = {239, 1, 1, 1, 0, 0, 0, 0}, by_address[] = {239, 1, 1, 1, 10, 0, 0, 1};
        const uint8_t with_source[] = {232, 1, 1, 1, 10, 0, 0, 1, 10, 9, 9, 9};
        struct ip_mreqn by_index = {.imr_ifindex = 7};
        struct ipv6_mreq six = {.ipv6mr_interface = 3};
        struct asked a = ask(IPPROTO_IP, IP_ADD_MEMBERSHIP, four, sizeof four);

        (void)state;
        assert_string_equal(a.name, "IP_ADD_MEMBERSHIP");
        assert_int_equal(a.effect, EFFECT_JOIN);
        assert_string_equal(a.text, "239.1.1.1");
        assert_int_equal(a.ifindex, 0);
        assert_int_equal(a.address.len, 0);
        a = ask(IPPROTO_IP, IP_DROP_MEMBERSHIP, by_address, sizeof by_address);
        assert_int_equal(a.effect, EFFECT_LEAVE);
        assert_string_equal(a.text, "239.1.1.1 on 10.0.0.1");
        memcpy(&by_index.imr_multiaddr, four, 4);
        assert_string_equal(ask(IPPROTO_IP, IP_ADD_MEMBERSHIP, &by_index, sizeof by_index).text, "239.1.1.1 on 7");
        a = ask(IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, with_source, sizeof with_source);
        assert_string_equal(a.text, "10.9.9.9,232.1.1.1 on 10.0.0.1");
        six.ipv6mr_multiaddr.s6_addr[0] = 0xff;
        six.ipv6mr_multiaddr.s6_addr[15] = 9;
        assert_string_equal(ask(IPPROTO_IPV6, IPV6_JOIN_GROUP, &six, sizeof six).text, "ff00::9 on 3");
}

static void protocol_independent(void **state)
{
        struct group_source_req r = {.gsr_interface = 5};
        struct sockaddr_in group = {.sin_family = AF_INET}, source = {.sin_family = AF_INET};
        struct asked a;

        (void)state;
        group.sin_addr.s_addr = htonl(0xe8010101);
        source.sin_addr.s_addr = htonl(0x0a090909);
        memcpy(&r.gsr_group, &group, sizeof group);
        memcpy(&r.gsr_source, &source, sizeof source);
        a = ask(IPPROTO_IP, MCAST_BLOCK_SOURCE, &r, sizeof r);
        assert_int_equal(a.effect, EFFECT_BLOCK);
        assert_string_equal(a.text, "10.9.9.9,232.1.1.1 on 5");
        a = ask(IPPROTO_IP, MCAST_JOIN_GROUP, &r, sizeof(struct group_req));
        assert_int_equal(a.effect, EFFECT_JOIN);
        assert_string_equal(a.text, "232.1.1.1 on 5");
}

static void numbers(void **state)
{
        const int size = 65536;
        const uint8_t one = 9;
        struct asked a = ask(SOL_SOCKET, SO_RCVBUF, &size, sizeof size);

        (void)state;
        assert_true(a.number);
        assert_int_equal(a.effect, EFFECT_SET);
        assert_string_equal(a.text, "65536");
        assert_string_equal(ask(IPPROTO_IP, IP_MULTICAST_TTL, &one, 1).text, "9");
        assert_string_equal(ask(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &size, 4).name, "IPV6_MULTICAST_HOPS");
        assert_string_equal(ask(IPPROTO_IPV6, IPV6_MULTICAST_IF, &size, 4).name, "IPV6_MULTICAST_IF");
        assert_string_equal(ask(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &size, 4).name, "IPV6_MULTICAST_LOOP");
        assert_string_equal(ask(IPPROTO_IPV6, IPV6_LEAVE_GROUP, "", 0).name, "IPV6_LEAVE_GROUP");
        assert_string_equal(ask(IPPROTO_IPV6, IPV6_V6ONLY, &size, 4).name, "IPV6_V6ONLY");
        assert_string_equal(ask(IPPROTO_IPV6, IPV6_MULTICAST_ALL, &size, 4).name, "IPV6_MULTICAST_ALL");
        assert_string_equal(ask(IPPROTO_IPV6, IPV6_RECVPKTINFO, &size, 4).name, "IPV6_RECVPKTINFO");
        assert_string_equal(ask(SOL_SOCKET, SO_BINDTODEVICE, "eth0", 4).text, "eth0");
}

static void what_is_not_ours_or_too_short(void **state)
{
        const uint8_t cut[] = {239, 1, 1};
        struct asked a = ask(IPPROTO_IP, IP_ADD_MEMBERSHIP, cut, sizeof cut);

        (void)state;
        assert_string_equal(a.text, "too short");
        assert_int_equal(a.effect, EFFECT_SET);
        assert_null(ask(SOL_SOCKET, SO_KEEPALIVE, cut, sizeof cut).name);
        assert_null(ask(IPPROTO_TCP, 1, cut, sizeof cut).name);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(memberships),
                cmocka_unit_test(protocol_independent),
                cmocka_unit_test(numbers),
                cmocka_unit_test(what_is_not_ours_or_too_short),
        };

        return cmocka_run_group_tests_name("trace options", tests, NULL, NULL);
}
