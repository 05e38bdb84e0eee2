/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets of both families on the loopback interface: settings read back, memberships found again, datagrams in
 * batches, and the words of the refusals. */
#include "igmpscope/net.h"

#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const groups[] = {"239.77.77.77", "ff11::7777"};
static const char *const loopbacks[] = {"127.0.0.1", "::1"};

static struct addr address(const char *text)
{
        struct addr a;

        assert_true(addr_parse(text, &a));
        return a;
}

/* A bound socket of that family, or -1 where the kernel has none. */
static int bound(int six, struct endpoint *at)
{
        struct error err = {{0}};
        int fd = udp_socket(six ? AF_INET6 : AF_INET, &err);

        if (fd < 0)
                return -1;
        *at = (struct endpoint){.addr = address(loopbacks[six])};
        if (socket_bind(fd, at, &err) < 0) {
                close(fd);
                return -1;
        }
        at->port = (uint16_t)socket_port(fd);
        assert_int_not_equal(at->port, 0);
        return fd;
}

static void wait_for(int fd)
{
        struct pollfd p = {fd, POLLIN, 0};
        assert_int_equal(poll_or_stop(&p, 1, 5000000000), 1);
}

/* Fails by SIGALRM if the wait does not see the signal that came before it. */
static void a_signal_before_the_wait_ends_it(void **state)
{
        (void)state;
        alarm(20);
        stop_on_signals();
        raise(SIGTERM);
        assert_int_equal(stop_signal, SIGTERM);
        assert_int_equal(poll_or_stop(NULL, 0, -1), 0);
        stop_signal = 0;
        alarm(0);
}

static void settings_are_read_back(void **state)
{
        static const enum socket_setting flags[] = {SOCKET_REUSE, SOCKET_LOOP, SOCKET_ALL, SOCKET_PKTINFO,
                                                    SOCKET_RECVTTL, SOCKET_RXQ_OVFL};
        struct error err = {{0}};
        struct endpoint at;

        (void)state;
        for (int six = 0; six < 2; six++) {
                int fd = bound(six, &at);
                if (fd < 0)
                        continue;
                assert_int_equal(socket_get(fd, SOCKET_TTL), 1);
                assert_int_equal(socket_set(fd, SOCKET_TTL, 255, &err), 0);
                assert_int_equal(socket_get(fd, SOCKET_TTL), 255);
                assert_int_equal(socket_set(fd, SOCKET_TTL, 256, &err), -1);
                assert_non_null(strstr(err.text, six ? "IPV6_MULTICAST_HOPS" : "IP_MULTICAST_TTL"));
                assert_non_null(strstr(err.text, "a TTL is 0 to 255"));
                assert_int_equal(socket_get(fd, SOCKET_TTL), 255);
                for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
                        for (int on = 1; on >= 0; on--) {
                                assert_int_equal(socket_set(fd, flags[i], on, &err), 0);
                                assert_int_equal(socket_get(fd, flags[i]), on);
                        }
                close(fd);
        }
}

static void a_buffer_is_doubled_and_clamped(void **state)
{
        long limit = system_limit("/proc/sys/net/core/rmem_max");
        struct error err = {{0}};
        int fd = udp_socket(AF_INET, &err);

        (void)state;
        assert_true(fd >= 0);
        assert_int_equal(socket_buffer(fd, SO_RCVBUF, 32768, &err), 65536);
        assert_int_equal(socket_buffer(fd, SO_RCVBUF, 0, &err), 65536);
        if (limit > 0 && limit < INT32_MAX / 4)
                assert_int_equal(socket_buffer(fd, SO_RCVBUF, (int)limit + 1000, &err), 2 * limit);
        close(fd);
        assert_int_equal(system_limit("/proc/self/no-such-file"), -1);
}

static void a_membership_is_found_where_it_is(void **state)
{
        int lo = (int)if_nametoindex("lo");
        struct error err = {{0}};
        struct endpoint at;

        (void)state;
        for (int six = 0; six < 2; six++) {
                struct membership m = {.group = address(groups[six]), .ifindex = lo};
                int fd = bound(six, &at), before = membership_users(&m.group, lo);
                if (fd < 0)
                        continue;
                assert_int_equal(membership_interface(fd, &m.group, 0), 0);
                assert_int_equal(membership_join(fd, &m, &err), 0);
                assert_int_equal(membership_interface(fd, &m.group, 0), lo);
                assert_int_equal(membership_interface(fd, &m.group, lo), lo);
                assert_int_equal(membership_users(&m.group, lo), before + 1);
                assert_int_equal(membership_join(fd, &m, &err), -1);
                assert_int_equal(errno, EADDRINUSE);
                assert_non_null(strstr(err.text, " on lo: "));
                assert_non_null(strstr(err.text, "joined it already"));
                assert_int_equal(membership_leave(fd, &m, &err), 0);
                assert_int_equal(membership_users(&m.group, lo), before);
                assert_int_equal(membership_leave(fd, &m, &err), -1);
                assert_non_null(strstr(err.text, "no such membership"));
                m.source = address(loopbacks[six]);
                assert_int_equal(membership_join(fd, &m, &err), 0);
                assert_int_equal(membership_interface(fd, &m.group, 0), lo);
                assert_int_equal(membership_leave(fd, &m, &err), 0);
                close(fd);
        }
}

static void a_full_socket_names_the_sysctl(void **state)
{
        long limit = system_limit("/proc/sys/net/ipv4/igmp_max_memberships");
        struct membership m = {.group = address("239.77.0.0"), .ifindex = (int)if_nametoindex("lo")};
        struct error err = {{0}};
        int fd = udp_socket(AF_INET, &err), r = 0;

        (void)state;
        for (long i = 0; i <= limit && limit < 200 && !r; i++) {
                r = membership_join(fd, &m, &err);
                m.group = addr_plus(&m.group, 1);
        }
        if (r) {
                assert_int_equal(errno, ENOBUFS);
                assert_non_null(strstr(err.text, "net.ipv4.igmp_max_memberships"));
        }
        close(fd);
}

static void datagrams_go_there_and_back(void **state)
{
        static uint8_t sent[3000];
        struct error err = {{0}};

        (void)state;
        for (size_t i = 0; i < sizeof sent; i++)
                sent[i] = (uint8_t)(i * 7);
        for (int six = 0; six < 2; six++) {
                struct endpoint a_at, b_at;
                int a = bound(six, &a_at), b = bound(six, &b_at);
                struct batch batch, back;
                if (a < 0 || b < 0)
                        continue;
                assert_int_equal(batch_open(&batch, 4, 2000, &err), 0);
                assert_int_equal(batch_open(&back, 4, 65535, &err), 0);
                socket_set(b, SOCKET_PKTINFO, 1, &err);
                socket_set(b, SOCKET_RECVTTL, 1, &err);
                assert_int_equal(batch_receive(&batch, b, 4, &err), 0);
                assert_int_equal(batch.n, 0);
                assert_int_equal(datagram_send(a, &b_at, (struct bytes){sent, 1500}, &err), 0);
                assert_int_equal(datagram_send(a, &b_at, (struct bytes){NULL, 0}, &err), 0);
                assert_int_equal(datagram_send(a, &b_at, (struct bytes){sent, 3000}, &err), 0);
                wait_for(b);
                assert_int_equal(batch_receive(&batch, b, 4, &err), 0);
                assert_int_equal(batch.n, 3);
                assert_int_equal(batch.at[0].data.n, 1500);
                assert_memory_equal(batch.at[0].data.p, sent, 1500);
                assert_true(addr_equal(&batch.at[0].to, &b_at.addr));
                assert_true(addr_equal(&batch.at[0].from.addr, &a_at.addr));
                assert_int_equal(batch.at[0].from.port, a_at.port);
                assert_int_equal(batch.at[0].ifindex, (int)if_nametoindex("lo"));
                assert_true(batch.at[0].ttl > 0);
                assert_int_equal(batch.at[1].length, 0);
                assert_int_equal(batch.at[2].length, 3000); /* what came, though it was cut */
                assert_int_equal(batch.at[2].data.n, 2000);
                batch.at[0].answer = batch.at[2].answer = true;
                batch_echo(&batch, b);
                assert_int_equal(batch.at[0].error, 0);
                wait_for(a);
                assert_int_equal(batch_receive(&back, a, 4, &err), 0);
                assert_int_equal(back.n, 2);
                assert_int_equal(back.at[0].length, 1500);
                assert_memory_equal(back.at[0].data.p, sent, 1500);
                assert_int_equal(back.at[1].length, 2000);
                assert_int_equal(batch_receive(&back, a, 1, &err), 0);
                assert_int_equal(back.n, 0);
                batch_close(&batch);
                batch_close(&back);
                close(a);
                close(b);
        }
}

static void a_refused_answer_leaves_the_others(void **state)
{
        struct endpoint a_at, b_at;
        int a = bound(0, &a_at), b = bound(0, &b_at);
        struct error err = {{0}};
        struct batch batch;

        (void)state;
        assert_int_equal(batch_open(&batch, 4, 100, &err), 0);
        for (int i = 0; i < 3; i++)
                assert_int_equal(datagram_send(a, &b_at, (struct bytes){(const uint8_t *)"abc", 3}, &err), 0);
        wait_for(b);
        assert_int_equal(batch_receive(&batch, b, 3, &err), 0);
        for (unsigned i = 0; i < batch.n; i++)
                batch.at[i].answer = true;
        batch.at[1].from.port = 0;
        batch_echo(&batch, b);
        assert_int_equal(batch.at[0].error, 0);
        assert_int_equal(batch.at[1].error, EINVAL);
        assert_int_equal(batch.at[2].error, 0);
        batch_close(&batch);
        close(a);
        close(b);
}

static void refusals_say_what_to_do(void **state)
{
        static uint8_t big[65508];
        struct error err = {{0}};
        struct endpoint at, other = {.addr = address("192.0.2.254")};
        struct interface i;
        int fd = bound(0, &at), second = udp_socket(AF_INET, &err);

        (void)state;
        assert_int_equal(socket_bind(second, &at, &err), -1);
        assert_non_null(strstr(err.text, "SO_REUSEADDR"));
        assert_int_equal(socket_bind(second, &other, &err), -1);
        assert_non_null(strstr(err.text, "bind to 192.0.2.254:0"));
        assert_int_equal(datagram_send(fd, &at, (struct bytes){big, sizeof big}, &err), -1);
        assert_int_equal(errno, EMSGSIZE);
        assert_non_null(strstr(err.text, "65507"));
        assert_int_equal(socket_set_interface(fd, 999999, &err), -1);
        assert_non_null(strstr(err.text, "gone"));
        assert_int_equal(interface_find("no-such-one", &i, &err), -1);
        assert_non_null(strstr(err.text, "no interface 'no-such-one' here: there is "));
        assert_int_equal(interface_find("192.0.2.254", &i, &err), -1);
        assert_non_null(strstr(err.text, "not an address of this host"));
        assert_int_equal(interface_find("999999", &i, &err), -1);
        close(fd);
        close(second);
}

static void the_loopback_interface_has_three_names(void **state)
{
        static const char *const names[] = {"lo", "127.0.0.1", "1"};
        struct error err = {{0}};
        struct interface i;

        (void)state;
        if (if_nametoindex("lo") != 1)
                skip();
        for (size_t k = 0; k < 3; k++) {
                assert_int_equal(interface_find(names[k], &i, &err), 0);
                assert_string_equal(i.name, "lo");
                assert_true(i.flags & IFF_LOOPBACK);
                assert_true(i.mtu > 1000);
        }
}

static void local_addresses_are_known(void **state)
{
        struct local_addresses l = {.n = 0};
        struct addr a;

        (void)state;
        assert_int_equal(local_addresses_read(&l, NULL), 0);
        a = address("127.0.0.1");
        assert_true(local_addresses_own(&l, &a));
        assert_false(local_addresses_broadcast(&l, &a));
        a = address("127.200.0.9");
        assert_true(local_addresses_own(&l, &a));
        a = address("255.255.255.255");
        assert_true(local_addresses_broadcast(&l, &a));
        for (size_t i = 0; i < l.n; i++) {
                assert_false(local_addresses_broadcast(&l, &l.p[i].own));
                assert_true(!l.p[i].broadcast.len || local_addresses_broadcast(&l, &l.p[i].broadcast));
        }
        a = address("127.255.255.255"); /* lo has 127.0.0.1/8 */
        assert_true(local_addresses_broadcast(&l, &a));
        a = address("198.51.100.7");
        assert_false(local_addresses_own(&l, &a));
        assert_false(local_addresses_broadcast(&l, &a));
        local_addresses_free(&l);
}

static void the_route_to_loopback_is_found(void **state)
{
        struct addr to = address("127.0.0.1");
        struct error err = {{0}};
        struct route r;

        (void)state;
        assert_int_equal(route_lookup(&to, 0, &r, &err), 0);
        assert_int_equal(r.ifindex, (int)if_nametoindex("lo"));
        assert_true(addr_equal(&r.source, &to));
        assert_non_null(strstr(r.why, "127.0.0.1/32"));
}

static void endpoints_are_written_and_read(void **state)
{
        struct sockaddr_storage ss;
        char text[ENDPOINT_TEXT];
        struct endpoint e = {.addr = address("fe80::1"), .port = 65535, .scope = (int)if_nametoindex("lo")}, back;

        (void)state;
        assert_true(endpoint_write(&e, &ss) > 0);
        back = endpoint_read(&ss);
        assert_true(addr_equal(&back.addr, &e.addr));
        assert_int_equal(back.scope, e.scope);
        assert_string_equal(endpoint_format(&back, text), "[fe80::1%lo]:65535");
        e = (struct endpoint){.addr = address("224.3.29.71"), .port = 9999};
        endpoint_write(&e, &ss);
        back = endpoint_read(&ss);
        assert_string_equal(endpoint_format(&back, text), "224.3.29.71:9999");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_signal_before_the_wait_ends_it),
                cmocka_unit_test(settings_are_read_back),
                cmocka_unit_test(a_buffer_is_doubled_and_clamped),
                cmocka_unit_test(a_membership_is_found_where_it_is),
                cmocka_unit_test(a_full_socket_names_the_sysctl),
                cmocka_unit_test(datagrams_go_there_and_back),
                cmocka_unit_test(a_refused_answer_leaves_the_others),
                cmocka_unit_test(refusals_say_what_to_do),
                cmocka_unit_test(the_loopback_interface_has_three_names),
                cmocka_unit_test(local_addresses_are_known),
                cmocka_unit_test(the_route_to_loopback_is_found),
                cmocka_unit_test(endpoints_are_written_and_read),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
