/* SPDX-License-Identifier: BSD-2-Clause */
/* The laboratory's interface, on real kernels: acting in hosts, programs, captures, what the kernels say, the router.
 * Skipped where namespaces are forbidden. Waits for what must come, never for a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "igmpscope/lab.h"

enum { PATIENCE_S = 20 };

static struct lab *open_lab(const char *topology, const struct lab_options *o)
{
        struct error err = {{0}};
        struct lab *lab = NULL;

        if (lab_open(&lab, topology_find(topology, NULL), o, &err)) {
                print_message("%s\n", err.text);
                skip();
        }
        return lab;
}

static int64_t patience(void)
{
        return time_now_ns() + PATIENCE_S * INT64_C(1000000000);
}

static struct addr group(const char *text)
{
        struct addr a;
        assert_true(addr_parse(text, &a));
        return a;
}

/* A socket of the host, joined to the group if there is one. */
static int member(struct lab *lab, const char *host, const char *address, uint16_t port)
{
        struct membership m = {.group = group(address)};
        struct endpoint any = {.port = port};
        struct error err = {{0}};
        int fd, r;

        assert_int_equal(lab_enter(lab, host, &err), 0);
        fd = udp_socket(addr_family(&m.group), &err);
        m.ifindex = 2; /* the first one after lo */
        r = socket_bind(fd, &any, &err) || membership_join(fd, &m, &err);
        lab_leave(lab);
        if (r)
                fail_msg("%s", err.text);
        return fd;
}

static bool kernel_has(struct lab *lab, const char *host, const char *address)
{
        struct addr g = group(address);
        struct kernel_member m[16];
        struct error err;
        int n = lab_memberships(lab, host, addr_family(&g), m, 16, &err);

        assert_true(n > 0 && n < 16);
        for (int i = 0; i < n; i++)
                if (addr_equal(&m[i].group, &g) && !strcmp(m[i].interface, "eth0") && m[i].users == 1)
                        return true;
        return false;
}

static bool switch_has(struct lab *lab, const char *address, const char *port)
{
        struct addr g = group(address);
        struct switch_entry e[16];
        struct error err;
        int n = lab_switch_table(lab, "sw", e, 16, &err);

        assert_true(n >= 0 && n < 16);
        for (int i = 0; i < n; i++)
                if (addr_equal(&e[i].group, &g) && !strcmp(e[i].port, port))
                        return true;
        return false;
}

static void kernels_say(void **state)
{
        static const char *const groups[] = {"239.1.2.3", "ff05::1:3"};
        struct lab *lab = open_lab("lan", &(struct lab_options){.ipv6 = true});

        (void)state;
        for (int i = 0; i < 2; i++) {
                int64_t deadline = patience();
                int fd;
                assert_false(kernel_has(lab, "b", groups[i]));
                assert_false(switch_has(lab, groups[i], "to-b"));
                fd = member(lab, "b", groups[i], 5000);
                assert_true(kernel_has(lab, "b", groups[i]));
                assert_false(kernel_has(lab, "a", groups[i]));
                while (!switch_has(lab, groups[i], "to-b") && time_now_ns() < deadline)
                        usleep(1000);
                assert_true(switch_has(lab, groups[i], "to-b"));
                assert_false(switch_has(lab, groups[i], "to-a"));
                close(fd);
                assert_false(kernel_has(lab, "b", groups[i]));
        }
        lab_close(lab);
}

static void hosts_and_links(void **state)
{
        struct lab *lab = open_lab("multihomed", NULL);
        struct addr a = lab_host_address(lab, "a", AF_INET), far = group("10.2.0.1"), none = group("10.9.9.9");
        struct error err;

        (void)state;
        assert_true(addr_equal(&a, &(struct addr){4, {10, 1, 0, 1}}));
        assert_string_equal(lab_address_host(lab, &far), "a");
        assert_null(lab_address_host(lab, &none));
        assert_string_equal(lab_end(lab, "a", "eth1")->interface, "eth1");
        assert_null(lab_end(lab, "a", "eth2"));
        assert_string_equal(lab_link_at(lab, 0)->end[1].host, "b");
        assert_null(lab_link_at(lab, 2));
        assert_string_equal(lab_host_at(lab, 2), "c");
        assert_null(lab_host_at(lab, 3));
        assert_int_equal(lab_enter(lab, "z", &err), -1);
        assert_non_null(strstr(err.text, "a, b, c"));
        assert_int_equal(lab_querier(lab, "a", 3, &err), -1);
        assert_int_equal(lab_forward(lab, 1, &err), -1);
        assert_int_equal(lab_set(lab, "a", "net/ipv4/conf/eth1/force_igmp_version", "2", &err), 0);
        assert_int_equal(lab_set(lab, "b", "net/ipv4/conf/eth1/force_igmp_version", "2", &err), -1);
        assert_non_null(strstr(err.text, "eth1/force_igmp_version"));
        lab_close(lab);
}

static void programs(void **state)
{
        char *const script[] = {"sh", "-c", "echo one; echo two >&2; printf three; exit 3", NULL};
        char *const nothing[] = {"/no/such/program", NULL};
        struct lab *lab = open_lab("pair", NULL);
        struct lab_process *p;
        struct lab_event e;
        struct error err;
        char seen[64] = "";

        (void)state;
        assert_int_equal(lab_spawn(lab, "b", "none", nothing, &p, &err), -1);
        assert_non_null(strstr(err.text, "/no/such/program"));
        assert_int_equal(lab_spawn(lab, "b", "script", script, &p, &err), 0);
        while (lab_next(lab, patience(), &e, &err) > 0 && e.type == LAB_LINE) {
                assert_ptr_equal(e.process, p);
                assert_int_equal(e.error, !strcmp(e.line, "two"));
                strcat(strcat(seen, e.line), " ");
        }
        assert_int_equal(e.type, LAB_EXIT);
        assert_int_equal(strlen(seen), strlen("one two three "));
        assert_true(strstr(seen, "two ") && strstr(seen, "one ") < strstr(seen, "three "));
        assert_false(lab_running(p));
        assert_int_equal(lab_status(p), 3);
        assert_string_equal(lab_process_name(p), "script");
        assert_int_equal(lab_next(lab, time_now_ns(), &e, &err), 0);
        lab_close(lab);
}

/* More than a pipe and our buffer hold, in lines short and long: nothing is lost, nothing invented. */
static void much_output(void **state)
{
        char *const script[] = {"sh", "-c", "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done;"
                                "head -c 200000 /dev/zero | tr '\\0' x; echo; echo end", NULL};
        struct lab *lab = open_lab("pair", NULL);
        struct lab_process *p;
        struct lab_event e;
        struct error err;
        size_t short_lines = 0, long_octets = 0;
        char last[16] = "";

        (void)state;
        assert_int_equal(lab_spawn(lab, "a", "script", script, &p, &err), 0);
        while (lab_next(lab, patience(), &e, &err) > 0 && e.type == LAB_LINE) {
                if (*e.line == 'x')
                        long_octets += strlen(e.line);
                else
                        short_lines++;
                strncpy(last, e.line, sizeof last - 1);
        }
        assert_int_equal(e.type, LAB_EXIT);
        assert_int_equal(long_octets, 200000);
        assert_int_equal(short_lines, 3001);
        assert_string_equal(last, "end");
        lab_close(lab);
}

static void endings(void **state)
{
        char *const stubborn[] = {"sh", "-c", "trap '' INT TERM; echo ready; sleep 1000", NULL};
        char *const plain[] = {"sleep", "1000", NULL};
        struct lab *lab = open_lab("pair", NULL);
        struct lab_process *p, *q;
        struct lab_event e;
        struct error err;
        pid_t child;

        (void)state;
        assert_int_equal(lab_spawn(lab, "a", "stubborn", stubborn, &p, &err), 0);
        assert_int_equal(lab_next(lab, patience(), &e, &err), 1);
        assert_int_equal(lab_spawn(lab, "a", "plain", plain, &q, &err), 0);
        lab_kill(q, SIGTERM);
        assert_int_equal(lab_next(lab, patience(), &e, &err), 1);
        assert_true(e.type == LAB_EXIT && e.process == q);
        assert_int_equal(lab_status(q), 128 + SIGTERM);
        child = lab_fork(lab, "b", &err);
        if (!child) {
                pause();
                _exit(0);
        }
        assert_true(child > 0 && lab_running(p));
        lab_close(lab); /* ends both, and does not wait for either to agree */
        assert_int_equal(waitpid(child, NULL, 0), -1);
        assert_int_equal(errno, ECHILD);
}

static void forked(void **state)
{
        struct lab *lab = open_lab("routed", NULL);
        struct interface i;
        struct error err;
        int status;
        pid_t pid;

        (void)state;
        pid = lab_fork(lab, "r", &err);
        if (!pid)
                _exit(interface_find("10.2.0.254", &i, &err) ? 1 : !strcmp(i.name, "eth1") ? 42 : 2);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 42);
        lab_close(lab);
}

static void send_with_ttl(struct lab *lab, const char *host, const char *to, uint16_t port, int ttl)
{
        struct endpoint e = {.addr = group(to), .port = port};
        struct error err = {{0}};
        uint8_t octet = (uint8_t)ttl;
        int fd;

        assert_int_equal(lab_enter(lab, host, &err), 0);
        fd = udp_socket(AF_INET, &err);
        assert_int_equal(socket_set(fd, SOCKET_TTL, ttl, &err), 0);
        assert_int_equal(datagram_send(fd, &e, (struct bytes){&octet, 1}, &err), 0);
        close(fd);
        lab_leave(lab);
}

/* The TTL that each datagram was sent with, which is its payload, of those that come through. */
static int next_ttl(struct lab *lab)
{
        struct lab_event e;
        struct error err;
        struct packet p;

        for (;;) {
                if (lab_next(lab, patience(), &e, &err) <= 0)
                        return -1;
                packet_decode(&e.frame, &p);
                if (p.has_udp && p.payload.n == 1)
                        return p.payload.p[0];
        }
}

static bool thresholds_hold(void)
{
        static const int ttls[] = {1, 2, 16, 17}; /* no more: the kernel keeps four until there is a route */
        struct capture_options o = {.link = -1, .promiscuous = true};
        struct lab *lab = open_lab("routed", NULL);
        int members[] = {member(lab, "d", "239.1.1.1", 5000), member(lab, "d", "239.1.1.2", 5001),
                         member(lab, "d", "239.1.1.3", 5002)};
        struct capture *c;
        struct error err;
        bool holds = true;

        assert_int_equal(lab_capture(lab, "d", "eth0", &o, &c, &err), 0);
        for (int i = 0; i < 4; i++)
                send_with_ttl(lab, "a", "239.1.1.1", 5000, ttls[i]);
        for (int i = 1; i < 4; i++) /* order holds, so the first one to come shows that TTL 1 did not */
                holds = holds && next_ttl(lab) == ttls[i];
        assert_int_equal(lab_forward(lab, 16, &err), 0);
        for (int i = 0; i < 4; i++)
                send_with_ttl(lab, "a", "239.1.1.2", 5000, ttls[i]);
        holds = holds && next_ttl(lab) == 17;
        assert_int_equal(lab_forward(lab, 0, &err), 0);
        send_with_ttl(lab, "a", "239.1.1.3", 5000, 9);
        send_with_ttl(lab, "c", "239.1.1.3", 5000, 8); /* a neighbour: the capture is alive */
        holds = holds && next_ttl(lab) == 8;
        for (int i = 0; i < 3; i++)
                close(members[i]);
        lab_close(lab);
        return holds;
}

/* On a machine that is very busy a datagram may find the queue for its route full: then once more. */
static void thresholds(void **state)
{
        bool holds = false;

        (void)state;
        for (int tries = 0; tries < 3 && !holds; tries++)
                holds = thresholds_hold();
        assert_true(holds);
}

/* Both ends of one cable and a program: one stream in order of time. */
static void in_order(void **state)
{
        char *const script[] = {"sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do echo $i; done", NULL};
        struct capture_options o = {.link = -1, .promiscuous = true};
        struct lab *lab = open_lab("pair", NULL);
        int64_t last = 0, begin = time_now_ns();
        struct capture *c[2];
        struct lab_process *p;
        struct lab_event e;
        struct error err;
        unsigned frames[2] = {0, 0}, lines = 0;

        (void)state;
        assert_int_equal(lab_capture(lab, "a", "eth0", &o, &c[0], &err), 0);
        assert_int_equal(lab_capture(lab, "b", "eth0", &o, &c[1], &err), 0);
        assert_int_equal(lab_spawn(lab, "a", "script", script, &p, &err), 0);
        for (int i = 0; i < 20; i++)
                send_with_ttl(lab, "a", "239.1.1.1", 5000, 1);
        while (frames[0] + frames[1] + lines < 49) {
                assert_int_equal(lab_next(lab, patience(), &e, &err), 1);
                assert_true(e.time_ns >= last && e.time_ns > begin);
                last = e.time_ns;
                lines += e.type == LAB_LINE;
                if (e.type == LAB_FRAME)
                        frames[e.capture == c[1]]++;
        }
        assert_true(frames[0] == 20 && frames[1] == 20 && lines == 9);
        lab_close(lab);
}

static void down_and_up(void **state)
{
        struct lab *lab = open_lab("pair", NULL);
        struct interface i;
        struct error err;

        (void)state;
        for (int up = 0; up < 2; up++) {
                assert_int_equal(lab_interface_up(lab, "a", "eth0", up, &err), 0);
                assert_int_equal(lab_enter(lab, "a", &err), 0);
                assert_int_equal(interface_find("eth0", &i, &err), 0);
                lab_leave(lab);
                assert_int_equal(i.flags & 1, up); /* IFF_UP */
        }
        lab_close(lab);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(hosts_and_links), cmocka_unit_test(kernels_say), cmocka_unit_test(programs),
                cmocka_unit_test(much_output), cmocka_unit_test(endings), cmocka_unit_test(forked),
                cmocka_unit_test(thresholds), cmocka_unit_test(in_order), cmocka_unit_test(down_and_up),
        };
        alarm(180);
        return cmocka_run_group_tests_name("lab_live", tests, NULL, NULL);
}
