/* SPDX-License-Identifier: BSD-2-Clause */
/* What savefile_write puts into a file comes back from capture_next, in either format. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "igmpscope/net.h"

static char folder[] = "/tmp/igmpscope-savefile-XXXXXX";

static const char *path(const char *name)
{
        static char p[256];

        snprintf(p, sizeof p, "%s/%s", folder, name);
        return p;
}

static int make_folder(void **state)
{
        (void)state;
        return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
        char command[300];

        (void)state;
        snprintf(command, sizeof command, "rm -rf '%s'", folder);
        return system(command); /* NOLINT */
}

static const uint8_t octets[] = "\x01\x00\x5e\x01\x01\x01\x02\x00\x00\x00\x00\x01\x08\x00 whatever follows";

static struct frame frame_of(uint64_t number)
{
        uint32_t n = (uint32_t)(14 + number % 5);

        return (struct frame){
                .number = number, .time_ns = 1511450944460144000 + (int64_t)number * 1000000001, .interface = "eth0",
                .link = 1, .caplen = n, .len = n + 7, .data = {octets, n},
                .direction = (enum frame_direction)(number % 3),
        };
}

static void write_frames(const struct savefile_options *o, uint64_t n)
{
        struct capture_stats lost = {.dropped_kernel = 5, .dropped_interface = 3};
        struct error err = {0};
        struct savefile *s;
        struct frame f;

        assert_int_equal(savefile_open(&s, o, &err), 0);
        for (uint64_t i = 1; i <= n; i++) {
                f = frame_of(i);
                assert_int_equal(savefile_write(s, &f, i % 2 ? "a finding" : NULL, &err), 0);
        }
        savefile_drops(s, &lost);
        assert_int_equal(savefile_close(s, &err), 0);
}

static void read_frames(const char *file, uint64_t n, bool pcap)
{
        struct capture_options o = {.file = file, .link = -1};
        struct capture_stats st;
        struct error err = {0};
        struct frame f, want;
        struct capture *c;

        assert_int_equal(capture_open(&c, &o, &err), 0);
        for (uint64_t i = 1; i <= n; i++) {
                want = frame_of(i);
                assert_int_equal(capture_next(c, &f, &err), CAPTURE_FRAME);
                assert_int_equal(f.number, i);
                assert_int_equal(f.time_ns, want.time_ns);
                assert_int_equal(f.link, 1);
                assert_int_equal(f.caplen, want.caplen);
                assert_int_equal(f.len, want.len);
                assert_memory_equal(f.data.p, octets, f.caplen);
                assert_int_equal(f.direction, pcap ? FRAME_UNKNOWN : want.direction);
                if (!pcap)
                        assert_string_equal(f.interface, "eth0");
        }
        assert_int_equal(capture_next(c, &f, &err), CAPTURE_END);
        assert_null(capture_warning(c));
        capture_stats(c, &st);
        assert_int_equal(st.frames, n);
        assert_int_equal(st.dropped_kernel, pcap ? 0 : 5);
        assert_int_equal(st.dropped_interface, pcap ? 0 : 3);
        capture_close(c);
}

static void test_round_trip_pcapng(void **state)
{
        struct savefile_options o = {.file = path("a.pcapng"), .filter = "igmp"};

        (void)state;
        write_frames(&o, 100);
        read_frames(o.file, 100, false);
}

static void test_round_trip_pcap(void **state)
{
        struct savefile_options o = {.file = path("a.pcap"), .pcap = true};

        (void)state;
        write_frames(&o, 100);
        read_frames(o.file, 100, true);
}

static void test_no_packet_is_a_capture_too(void **state)
{
        struct savefile_options ng = {.file = path("none.pcapng")}, old = {.file = path("none.pcap"), .pcap = true};
        struct capture_options o = {.file = ng.file, .link = -1};
        struct error err = {0};
        struct savefile *s;
        struct capture *c;
        struct frame f;

        (void)state;
        for (int i = 0; i < 2; i++) {
                struct savefile_options *so = i ? &old : &ng;
                so->file = path(i ? "none.pcap" : "none.pcapng");
                o.file = so->file;
                assert_int_equal(savefile_open(&s, so, &err), 0);
                assert_int_equal(savefile_close(s, &err), 0);
                assert_int_equal(capture_open(&c, &o, &err), 0);
                assert_int_equal(capture_next(c, &f, &err), CAPTURE_END);
                capture_close(c);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_round_trip_pcapng),
                cmocka_unit_test(test_round_trip_pcap),
                cmocka_unit_test(test_no_packet_is_a_capture_too),
        };

        return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
