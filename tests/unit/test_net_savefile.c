/* SPDX-License-Identifier: BSD-2-Clause */
/* What savefile_write puts into a file comes back from capture_next, in either format. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
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

static const uint8_t octets[] =
        "\x01\x00\x5e\x01\x01\x01\x02\x00\x00\x00\x00\x01\x08\x00 whatever follows";

static struct frame frame_of(uint64_t number)
{
        uint32_t n = (uint32_t)(14 + number % 5);

        return (struct frame){
                .number = number,
                .time_ns = 1511450944460144000 + (int64_t)number * 1000000001,
                .interface = "eth0",
                .link = 1,
                .caplen = n,
                .len = n + 7,
                .data = {octets, n},
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

static void test_direction(void **state)
{
        struct savefile_options so = {.file = path("directions.pcapng")};
        struct capture_options o = {.file = so.file, .link = -1, .direction = FRAME_OUT};
        struct error err = {0};
        struct capture *c;
        struct frame f;
        int n[3] = {0};

        (void)state;
        write_frames(&so, 99);
        assert_int_equal(capture_open(&c, &o, &err), 0);
        while (capture_next(c, &f, &err) == CAPTURE_FRAME)
                n[f.direction]++;
        capture_close(c);
        assert_int_equal(n[FRAME_OUT], 33);
        assert_int_equal(n[FRAME_UNKNOWN], 33); /* may be either */
        assert_int_equal(n[FRAME_IN], 0);
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
        struct savefile_options ng = {.file = path("none.pcapng")},
                                old = {.file = path("none.pcap"), .pcap = true};
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

static off_t size_of(const char *file)
{
        struct stat st;

        return stat(file, &st) == 0 ? st.st_size : -1;
}

/* Numbers of the frames in a file that must be whole. */
static void count_frames(const char *file, uint64_t *n)
{
        struct capture_options o = {.file = file, .link = -1};
        struct error err = {0};
        struct capture *c;
        struct frame f;

        *n = 0;
        if (capture_open(&c, &o, &err) < 0)
                fail_msg("%s", err.text);
        while (capture_next(c, &f, &err) == CAPTURE_FRAME)
                ++*n;
        assert_null(capture_warning(c));
        capture_close(c);
}

static void test_rotation(void **state)
{
        struct savefile_options sizes = {.file = path("r.x.pcapng"), .rotate_bytes = 1000},
                                times = {.rotate_ns = 10000000000};
        uint64_t n, sum = 0;
        char name[32];

        (void)state;
        write_frames(&sizes, 100);
        for (int part = 1; part < 100 && sum < 100; part++, sum += n) {
                snprintf(name, sizeof name, "r.x_%05d.pcapng", part);
                assert_in_range(size_of(path(name)), 1, 1100); /* and the statistics */
                count_frames(path(name), &n);
                assert_true(n > 3);
        }
        assert_int_equal(sum, 100);
        times.file = path("times");
        times.pcap = true;
        write_frames(&times, 100);
        for (int part = 1; part <= 10; part++) {
                snprintf(name, sizeof name, "times_%05d", part);
                count_frames(path(name), &n);
                assert_int_equal(n, 10);
        }
        assert_int_equal(size_of(path("times_00011")), -1);
}

static void test_rotation_of_stdout(void **state)
{
        struct savefile_options o = {.file = "-", .rotate_bytes = 1000};
        struct error err = {0};
        struct savefile *s;

        (void)state;
        assert_int_equal(savefile_open(&s, &o, &err), -1);
        assert_non_null(strstr(err.text, "can't be rotated"));
}

/* A limit of the file's size stands in for a full disk: the same short write, then an error. */
static void test_full_disk(void **state)
{
        static const char *const names[] = {"full.pcapng", "full.pcap"};
        struct rlimit old, small;
        struct error err = {0};
        struct savefile *s;
        struct frame f;
        uint64_t n, written;
        int rc;

        (void)state;
        signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &old);
        for (int i = 0; i < 4; i++) { /* each format, flushed packet by packet and at the end */
                struct savefile_options o = {
                        .file = path(names[i / 2]), .pcap = i / 2, .flush = i % 2};
                small = (struct rlimit){.rlim_cur = 1234, .rlim_max = old.rlim_max};
                setrlimit(RLIMIT_FSIZE, &small);
                assert_int_equal(savefile_open(&s, &o, &err), 0);
                for (n = 1, rc = 0; n <= 100 && !rc; n++) {
                        f = frame_of(n);
                        rc = savefile_write(s, &f, NULL, &err);
                }
                assert_int_equal(rc, i % 2 ? -1 : 0);
                if (i % 2)
                        assert_int_equal(savefile_write(s, &f, NULL, NULL), -1);
                assert_int_equal(savefile_close(s, i % 2 ? NULL : &err), i % 2 ? 0 : -1);
                setrlimit(RLIMIT_FSIZE, &old);
                assert_non_null(strstr(err.text, names[i / 2]));
                assert_non_null(strstr(err.text, ": File too large (the file was cut back to its "
                                                 "last whole record, at octet 1"));
                count_frames(o.file, &written);
                assert_in_range(written, 10, 40);
                assert_in_range(size_of(o.file), 1234 - 80, 1234);
        }
}

static void test_reader_gone(void **state)
{
        struct savefile_options o = {.flush = true};
        struct frame f = frame_of(1);
        struct error err = {0};
        struct savefile *s;
        char name[32];
        int fds[2];

        (void)state;
        stop_on_signals();
        assert_int_equal(pipe(fds), 0);
        snprintf(name, sizeof name, "/dev/fd/%d", fds[1]);
        o.file = name;
        assert_int_equal(savefile_open(&s, &o, &err), 0);
        assert_int_equal(savefile_write(s, &f, NULL, &err), 0);
        close(fds[0]);
        assert_int_equal(savefile_write(s, &f, NULL, &err), SAVEFILE_GONE);
        assert_int_equal(savefile_close(s, &err), 0);
        close(fds[1]);
}

static void test_link_types(void **state)
{
        struct savefile_options o = {.file = path("links.pcap"), .pcap = true};
        struct frame f = frame_of(1);
        struct error err = {0};
        struct savefile *s;
        uint64_t n;

        (void)state;
        for (int i = 0; i < 2; i++) { /* pcap holds one, pcapng any number */
                o.pcap = !i;
                o.file = path(i ? "links.pcapng" : "links.pcap");
                f.link = 1;
                assert_int_equal(savefile_open(&s, &o, &err), 0);
                assert_int_equal(savefile_write(s, &f, NULL, &err), 0);
                f.link = 101;
                assert_int_equal(savefile_write(s, &f, NULL, &err), i ? 0 : -1);
                assert_int_equal(savefile_close(s, &err), 0);
                count_frames(o.file, &n);
                assert_int_equal(n, 1 + i);
        }
        assert_non_null(strstr(err.text, "write pcapng"));
}

static void test_errors(void **state)
{
        struct savefile_options o = {.file = "/tmp/there/is/no/such.pcapng"};
        struct error err = {0};
        struct savefile *s;

        (void)state;
        assert_int_equal(savefile_open(&s, &o, &err), -1);
        assert_string_equal(err.text, "/tmp/there/is/no/such.pcapng: No such file or directory");
        assert_int_equal(savefile_close(NULL, &err), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_round_trip_pcapng),
                cmocka_unit_test(test_round_trip_pcap),
                cmocka_unit_test(test_direction),
                cmocka_unit_test(test_no_packet_is_a_capture_too),
                cmocka_unit_test(test_rotation),
                cmocka_unit_test(test_rotation_of_stdout),
                cmocka_unit_test(test_full_disk),
                cmocka_unit_test(test_reader_gone),
                cmocka_unit_test(test_link_types),
                cmocka_unit_test(test_errors),
        };

        return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
