/* SPDX-License-Identifier: BSD-2-Clause */
/* Live capture and injection on a veth pair, in a user and network namespace of this test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "igmpscope/net.h"

static bool there; /* the pair exists */

static bool put(const char *path, const char *text)
{
        int fd = open(path, O_WRONLY | O_CLOEXEC);
        bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

        if (fd >= 0)
                close(fd);
        return good;
}

static bool run(const char *command)
{
        return system(command) == 0; /* NOLINT: fixed text */
}

static bool own_namespaces(void)
{
        char uid[32], gid[32];

        snprintf(uid, sizeof uid, "0 %u 1", getuid());
        snprintf(gid, sizeof gid, "0 %u 1", getgid());
        return unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 && put("/proc/self/setgroups", "deny") &&
               put("/proc/self/uid_map", uid) && put("/proc/self/gid_map", gid);
}

static int make_pair(void **state)
{
        (void)state;
        there = own_namespaces() &&
                run("ip link add name va address 02:00:00:00:00:0a type veth peer name vb address "
                    "02:00:00:00:00:0b") &&
                run("echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6") &&
                run("echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6") &&
                run("ip link set lo up && ip link set va up && ip link set vb up && ip addr add "
                    "10.0.0.1/24 dev va");
        return 0;
}

#define NEED_PAIR() \
        do { \
                if (!there) \
                        skip(); \
        } while (0)

static const uint8_t macs[] = {0x01, 0, 0x5e, 1, 1, 1, 2, 0, 0, 0, 0, 0x0a};
static const uint8_t igmp[] = {0x46, 0xc0, 0,    32, 0,    0,    0x40, 0, 1, 2,    0,
                               0,    10,   0,    0,  1,    239,  1,    1, 1, 0x94, 4,
                               0,    0,    0x16, 0,  0xfa, 0xfd, 239,  1, 1, 1};
static const uint8_t tcp[] = {0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
                              0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 2, 0, 0, 0, 0, 0, 0};

/* The packet in an Ethernet frame behind so many tags; its length. */
static size_t frame_with(uint8_t *out, size_t cap, struct bytes packet, int tags)
{
        struct packer k = packer_into(out, cap);

        pack_bytes(&k, (struct bytes){macs, sizeof macs});
        for (int i = 0; i < tags; i++)
                pack_u32(&k, i ? 0x81000014 : 0x8100000a);
        pack_u16(&k, 0x0800);
        pack_bytes(&k, packet);
        assert_false(k.bad);
        return k.n;
}

static void inject(struct bytes packet, int tags)
{
        struct error err = {0};
        struct injector *j;
        uint8_t octets[128];
        size_t n = frame_with(octets, sizeof octets, packet, tags);

        if (injector_open(&j, "va", false, &err) < 0 ||
            injector_send(j, (struct bytes){octets, n}, &err) < 0)
                fail_msg("%s", err.text);
        injector_close(j);
}

static struct capture *open_on(const char *name, struct capture_options o)
{
        struct error err = {0};
        struct capture *c;

        o.interface = name;
        if (capture_open(&c, &o, &err) < 0)
                fail_msg("%s", err.text);
        return c;
}

/* The next frame, or false after 5 seconds without one. */
static bool await(struct capture *c, struct frame *f, struct error *err)
{
        int rc = CAPTURE_IDLE;

        for (int64_t until = time_monotonic_ns() + 5000000000;
             rc == CAPTURE_IDLE && time_monotonic_ns() < until;)
                rc = capture_next(c, f, err);
        return rc == CAPTURE_FRAME;
}

static const struct capture_options plain = {.link = -1};

static void test_default_filter_takes_tagged(void **state)
{
        const struct bytes report = {igmp, sizeof igmp}, other = {tcp, sizeof tcp};
        struct capture *at[2];
        struct error err = {0};
        struct frame f;

        (void)state;
        NEED_PAIR();
        at[0] = open_on("va", plain);
        at[1] = open_on("vb", plain);
        for (int tags = 0; tags < 3; tags++) {
                inject(other, tags);
                inject(report, tags);
        }
        for (int i = 0; i < 2; i++)
                for (int tags = 0; tags < 3; tags++) {
                        uint8_t want[128];
                        size_t n = frame_with(want, sizeof want, report, tags);
                        if (!await(at[i], &f, &err))
                                fail_msg("side %d, %d tags: none came %s", i, tags, err.text);
                        assert_int_equal(f.number, tags + 1);
                        assert_int_equal(f.link, 1);
                        assert_int_equal(f.caplen, n);
                        assert_memory_equal(f.data.p, want, n);
                        assert_string_equal(f.interface, i ? "vb" : "va");
                        assert_int_equal(f.direction, i ? FRAME_IN : FRAME_OUT);
                        assert_true(f.time_ns > time_now_ns() - 60000000000 &&
                                    f.time_ns <= time_now_ns());
                }
        for (int i = 0; i < 2; i++) {
                assert_int_equal(capture_next(at[i], &f, &err), CAPTURE_IDLE);
                capture_close(at[i]);
        }
}

static void test_everything(void **state)
{
        struct capture_options o = plain;
        struct error err = {0};
        struct capture *c;
        struct frame f;

        (void)state;
        NEED_PAIR();
        o.everything = true;
        c = open_on("vb", o);
        inject((struct bytes){tcp, sizeof tcp}, 0);
        assert_true(await(c, &f, &err));
        assert_int_equal(f.caplen, 14 + sizeof tcp);
        capture_close(c);
}

static void test_filter_and_warning(void **state)
{
        struct capture_options o = plain;
        struct error err = {0};
        struct capture *c;
        struct frame f;

        (void)state;
        NEED_PAIR();
        o.filter = "tcp";
        c = open_on("vb", o);
        assert_null(capture_warning(c));
        assert_string_equal(capture_filter(c), "tcp");
        inject((struct bytes){igmp, sizeof igmp}, 0);
        inject((struct bytes){tcp, sizeof tcp}, 0);
        assert_true(await(c, &f, &err));
        assert_int_equal(f.caplen, 14 + sizeof tcp);
        capture_close(c);
        o.filter = "igmp";
        c = open_on("vb", o);
        assert_non_null(strstr(capture_warning(c),
                               "loses IGMP behind a VLAN tag (behind two in incoming frames:"));
        assert_null(capture_warning(c));
        capture_close(c);
        o.filter = "igmp and";
        o.interface = "vb";
        assert_int_equal(capture_open(&c, &o, &err), -1);
        assert_non_null(strstr(err.text, "filter 'igmp and': "));
}

static void test_any_names_the_interface(void **state)
{
        struct error err = {0};
        struct capture *c;
        struct frame f;
        bool out = false, in = false;

        (void)state;
        NEED_PAIR();
        c = open_on("any", plain);
        assert_non_null(strstr(capture_warning(c), "without their VLAN tags"));
        inject((struct bytes){igmp, sizeof igmp}, 1);
        for (int i = 0; i < 2; i++) {
                assert_true(await(c, &f, &err));
                assert_int_equal(f.link, 276);
                assert_non_null(f.interface);
                out = out || (f.direction == FRAME_OUT && !strcmp(f.interface, "va"));
                in = in || (f.direction == FRAME_IN && !strcmp(f.interface, "vb"));
        }
        assert_true(out && in);
        capture_close(c);
}

static void test_direction(void **state)
{
        struct capture_options o = plain;
        struct error err = {0};
        struct capture *c;
        struct frame f;

        (void)state;
        NEED_PAIR();
        o.direction = FRAME_IN;
        c = open_on("va", o);
        inject((struct bytes){igmp, sizeof igmp}, 0);
        assert_int_equal(capture_next(c, &f, &err), CAPTURE_IDLE);
        capture_close(c);
}

static void test_raw_ip(void **state)
{
        uint8_t six[40 + 8 + 8] = {0x60, 0, 0, 0, 0, 16, 0, 1, 0xfe, 0x80};
        struct capture_options o = plain;
        struct error err = {0};
        struct injector *j;
        struct capture *c;
        struct frame f;

        (void)state;
        NEED_PAIR();
        assert_true(run("ip route add 224.0.0.0/4 dev va"));
        o.everything = true;
        c = open_on("vb", o);
        assert_int_equal(injector_open(&j, "va", true, &err), 0);
        if (injector_send(j, (struct bytes){igmp, sizeof igmp}, &err) < 0)
                fail_msg("%s", err.text);
        do
                assert_true(await(c, &f, &err));
        while (f.caplen < 38 || f.data.p[23] != 2);
        assert_memory_equal(f.data.p, macs, sizeof macs);
        assert_memory_equal(f.data.p + 14 + 12, igmp + 12, sizeof igmp - 12);
        assert_int_equal(injector_send(j, (struct bytes){igmp, 10}, &err), -1);
        assert_non_null(strstr(err.text, "10 octets are no IP packet"));
        six[24] = 0xff; /* no IPv6 here: it says so, and does not crash */
        six[25] = 0x02;
        assert_int_equal(injector_send(j, (struct bytes){six, sizeof six}, &err), -1);
        assert_non_null(strstr(err.text, "va: "));
        injector_close(j);
        capture_close(c);
}

static void test_errors(void **state)
{
        struct capture_options o = plain, both = {.interface = "va", .file = "-", .link = -1},
                               none = {.link = -1};
        struct error err = {0};
        struct injector *j;
        struct capture *c;

        (void)state;
        NEED_PAIR();
        o.interface = "eth99";
        assert_int_equal(capture_open(&c, &o, &err), -1);
        assert_non_null(strstr(err.text, "eth99"));
        assert_non_null(strstr(err.text, "va"));
        assert_int_equal(injector_open(&j, "eth99", false, &err), -1);
        assert_non_null(strstr(err.text, "eth99"));
        o.interface = "va";
        o.link = 127;
        assert_int_equal(capture_open(&c, &o, &err), -1);
        assert_non_null(strstr(err.text, "link type 127"));
        assert_int_equal(capture_open(&c, &both, &err), -1);
        assert_int_equal(capture_open(&c, &none, &err), -1);
}

static void test_drops_are_counted(void **state)
{
        struct capture_options o = plain;
        struct capture_stats st;
        struct error err = {0};
        struct injector *j;
        struct capture *c;
        struct frame f;
        uint8_t octets[1400];
        size_t n;
        uint64_t seen = 0;

        (void)state;
        NEED_PAIR();
        memset(octets, 0, sizeof octets);
        n = frame_with(octets, sizeof octets, (struct bytes){igmp, sizeof igmp}, 0);
        assert_true(n < sizeof octets);
        o.buffer_kib = 64;
        c = open_on("vb", o);
        assert_int_equal(injector_open(&j, "va", false, &err), 0);
        for (int i = 0; i < 2000; i++)
                assert_int_equal(injector_send(j, (struct bytes){octets, sizeof octets}, &err), 0);
        injector_close(j);
        for (int64_t until = time_monotonic_ns() + 5000000000; time_monotonic_ns() < until;) {
                seen += capture_next(c, &f, &err) == CAPTURE_FRAME;
                capture_stats(c, &st);
                if (seen + st.dropped_kernel == 2000)
                        break;
        }
        assert_int_equal(st.frames, seen);
        assert_true(st.dropped_kernel > 0);
        assert_int_equal(seen + st.dropped_kernel, 2000);
        capture_close(c);
}

/* A child in a namespace of its own, which has no va. */
static pid_t elsewhere(int *wake)
{
        int ready[2], stay[2];
        char c = 0;
        pid_t pid;

        assert_int_equal(pipe(ready), 0);
        assert_int_equal(pipe(stay), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (!pid) {
                close(stay[1]);
                c = unshare(CLONE_NEWNET) == 0;
                if (write(ready[1], &c, 1) == 1 && read(stay[0], &c, 1) < 0)
                        _exit(1);
                _exit(0);
        }
        close(ready[1]);
        close(stay[0]);
        assert_int_equal(read(ready[0], &c, 1), 1);
        assert_int_equal(c, 1);
        close(ready[0]);
        *wake = stay[1];
        return pid;
}

static void test_netns(void **state)
{
        struct error err = {0};
        char pid[32], path[64];
        int wake, status;
        pid_t child;

        (void)state;
        NEED_PAIR();
        child = elsewhere(&wake);
        snprintf(pid, sizeof pid, "%d", (int)child);
        snprintf(path, sizeof path, "/proc/%d/ns/net", (int)child);
        for (int i = 0; i < 2; i++) {
                pid_t probe = fork();
                if (!probe)
                        _exit(netns_enter(i ? path : pid, &err) == 0 && if_nametoindex("va") == 0 ? 0 : 1);
                assert_int_equal(waitpid(probe, &status, 0), probe);
                assert_int_equal(status, 0);
        }
        close(wake);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(if_nametoindex("va") > 0);
        assert_int_equal(netns_enter("no-such", &err), -1);
        assert_non_null(strstr(err.text, "--netns no-such: no such network namespace"));
        assert_int_equal(netns_enter(pid, &err), -1); /* it has ended */
        assert_non_null(strstr(err.text, "there is no process with this id"));
}

/* Last: it takes the pair away. All frames of before are given, then a sentence that names the
 * interface. */
static void test_interface_vanishes(void **state)
{
        static const struct {
                const char *before, *act, *says;
        } acts[] = {
                {"true", "ip link set vb down", "vb: the interface went down, after 1 frames"},
                {"ip link set vb up", "ip link set vb down && ip link set vb name vc",
                 "vb: the interface is now called vc"},
                {"ip link set vc name vb && ip link set vb up", "ip link del vb",
                 "vb: the interface is gone"},
        };

        (void)state;
        NEED_PAIR();
        for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
                struct error err = {0};
                struct capture *c;
                struct frame f;
                assert_true(run(acts[i].before));
                c = open_on("vb", plain);
                inject((struct bytes){igmp, sizeof igmp}, 0);
                assert_true(run(acts[i].act));
                assert_true(await(c, &f, &err));
                assert_false(await(c, &f, &err));
                if (!strstr(err.text, acts[i].says))
                        fail_msg("'%s' does not say '%s'", err.text, acts[i].says);
                capture_close(c);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_default_filter_takes_tagged),
                cmocka_unit_test(test_everything),
                cmocka_unit_test(test_filter_and_warning),
                cmocka_unit_test(test_any_names_the_interface),
                cmocka_unit_test(test_direction),
                cmocka_unit_test(test_raw_ip),
                cmocka_unit_test(test_errors),
                cmocka_unit_test(test_drops_are_counted),
                cmocka_unit_test(test_netns),
                cmocka_unit_test(test_interface_vanishes),
        };

        return cmocka_run_group_tests(tests, make_pair, NULL);
}
