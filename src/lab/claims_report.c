/* SPDX-License-Identifier: BSD-2-Clause */
/* Chapter: an IGMPv3 host on the wire (RFC 9776 §4, §5; RFC 3376), one host and a witness at its neighbour. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "bench.h"

enum { TEXT = 768, REPEAT_MS = 1150 };
#define GROUP "239.1.2.3"
#define SSM "232.1.1.1"

/* Acts, waits for the repetition, and notes the story under key. */
static void tell(struct bench *b, size_t from, const char *key)
{
        char text[TEXT];

        watch_for(b, REPEAT_MS);
        observe_since(b, from, key, "%s", story(b, from, "a", 'g', text, sizeof text));
}

static int act_join(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET), second = bench_udp(b, "a", AF_INET);
        static const struct sighting none;
        const struct sighting *s, *again;
        char text[TEXT], mac[MAC_TEXT];
        int64_t called;
        size_t from;

        if (fd < 0 || second < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        watch_for(b, 50);
        from = mark(b);
        called = time_now_ns();
        join(b, fd, GROUP);
        tell(b, from, "join");
        s = nth(b, from, "a", 'g', 0);
        again = nth(b, from, "a", 'g', 1);
        if (!s || !again)
                s = again = &none;
        observe_since(b, from, "header", "ttl %u tos 0x%02x %s", s->ttl, s->tos, s->router_alert ? "ra" : "no ra");
        observe_since(b, from, "to", "%s", addr_format(&s->dst, text));
        observe_since(b, from, "mac", "%s", mac_format(s->dst_mac, mac));
        observe_since(b, from, "source", "%s", addr_format(&s->src, text));
        observe_since(b, from, "first after ms", "%.1f", (double)(s->time_ns - called) / 1e6);
        if (s == &none)
                observe(b, "gap ms", "not sent twice");
        else
                observe_since(b, from, "gap ms", "%.1f", (double)(again->time_ns - s->time_ns) / 1e6);
        from = mark(b);
        join(b, second, GROUP);
        tell(b, from, "second socket");
        observe(b, "users", "%s", proc_igmp(b, "a", GROUP, text, sizeof text));
        from = mark(b);
        leave(b, second, GROUP);
        tell(b, from, "first of two leaves");
        from = mark(b);
        leave(b, fd, GROUP);
        tell(b, from, "last leaves");
        from = mark(b);
        join(b, fd, "224.0.0.1");
        join(b, second, GROUP);
        tell(b, from, "all systems");
        from = mark(b);
        bench_close(b, second);
        tell(b, from, "close");
        return 0;
}

static int act_quick(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET);
        size_t from;

        if (fd < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        from = mark(b);
        join(b, fd, GROUP);
        leave(b, fd, GROUP);
        tell(b, from, "join and leave");
        from = mark(b);
        join(b, fd, "239.1.3.1");
        join(b, fd, "239.1.3.2");
        join(b, fd, "239.1.3.3");
        tell(b, from, "three joins");
        return 0;
}

static int act_local(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET);
        size_t from;

        if (fd < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        from = mark(b);
        join(b, fd, "224.0.0.251");
        tell(b, from, "on");
        leave(b, fd, "224.0.0.251");
        watch_for(b, REPEAT_MS);
        if (lab_set(b->lab, "a", "net/ipv4/igmp_link_local_mcast_reports", b->spoil == SPOIL_VALUES ? "1" : "0",
                b->err) < 0)
                return -1;
        from = mark(b);
        join(b, fd, "224.0.0.251");
        join(b, fd, "224.0.1.1"); /* the control: a group that is reported */
        tell(b, from, "off");
        return 0;
}

static int act_timing(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET);
        const struct sighting *one, *two;
        size_t from;

        if (fd < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        if (lab_set(b->lab, "a", "net/ipv4/conf/eth0/igmpv3_unsolicited_report_interval", "100", b->err) < 0)
                return -1;
        from = mark(b);
        join(b, fd, GROUP);
        watch_for(b, 600);
        one = nth(b, from, "a", 'g', 0);
        two = nth(b, from, "a", 'g', 1);
        if (one && two)
                observe_since(b, from, "gap", "%.1f", (double)(two->time_ns - one->time_ns) / 1e6);
        else
                observe(b, "gap", "no repetition");
        observe(b, "qrv 0", "%s", lab_set(b->lab, "a", "net/ipv4/igmp_qrv",
                                                  b->spoil == SPOIL_VALUES ? "1" : "0", NULL) < 0 ? "refused"
                                                          : "accepted");
        if (lab_set(b->lab, "a", "net/ipv4/igmp_qrv", "4", b->err) < 0)
                return -1;
        from = mark(b);
        join(b, fd, "239.1.2.8");
        watch_for(b, 700);
        observe_since(b, from, "qrv 4", "%zu", count_of(b, from, "a", 'g'));
        if (lab_interface_up(b->lab, "a", "eth0", false, b->err) < 0 || lab_interface_up(b->lab, "a", "eth0", true,
                b->err) < 0)
                return -1;
        watch_for(b, 700);
        from = mark(b);
        join_on(b, fd, "a", "eth0", "239.1.2.9");
        watch_for(b, 700);
        observe_since(b, from, "qrv 4 after link up", "%zu", count_of(b, from, "a", 'g'));
        return 0;
}

static int act_link(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET);
        size_t from;

        if (fd < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        join(b, fd, GROUP);
        watch_for(b, REPEAT_MS);
        if (lab_interface_up(b->lab, "a", "eth0", false, b->err) < 0)
                return -1;
        watch_for(b, 100);
        from = mark(b);
        if (lab_interface_up(b->lab, "a", "eth0", true, b->err) < 0)
                return -1;
        tell(b, from, "up");
        return 0;
}

/* Many groups at once: how reports are filled and split. */
static int act_many(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET);
        size_t from, packets;
        char group[ADDR_TEXT];

        if (fd < 0 || witness(b, "b", "eth0") < 0 ||
            lab_set(b->lab, "a", "net/ipv4/igmp_max_memberships", "1000", b->err) < 0)
                return -1;
        from = mark(b);
        for (int i = 0; i < 400; i++) {
                snprintf(group, sizeof group, "239.3.%d.%d", i / 200, 1 + i % 200);
                join(b, fd, group);
        }
        watch_for(b, 300);
        packets = count_of(b, from, "a", 'g');
        observe_since(b, from, "reports", "%zu", packets);
        watch_for(b, 1000);
        return 0;
}

static int act_ssm(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET);
        size_t from;

        if (fd < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        from = mark(b);
        observe(b, "any-source join", "%s", join(b, fd, SSM));
        tell(b, from, "any-source join: wire");
        return 0;
}

const struct experiment experiments_report[] = {
        {"report-join", "pair", {0}, NULL, act_join},
        {"report-quick", "pair", {0}, NULL, act_quick},
        {"report-local", "pair", {0}, NULL, act_local},
        {"report-timing", "pair", {0}, NULL, act_timing},
        {"report-link", "pair", {0}, NULL, act_link},
        {"report-many", "pair", {0}, NULL, act_many},
        {"report-ssm", "pair", {0}, NULL, act_ssm},
        {0},
};

const struct claim claims_report[] = {
        {"v3-1", "membership,report,wire",
         "a report has TTL 1, precedence Internetwork Control and a Router Alert",
         "RFC 9776/3376 §4", "report-join", "header", "ttl 1 tos 0xc0 ra", NULL},
        {"v3-2", "membership,report,wire",
         "reports go to 224.0.0.22",
         "RFC 9776 §4.2.15 (RFC 3376 §4.2.14)", "report-join", "to", "224.0.0.22", NULL},
        {"v3-2-mac", "membership,report,wire,mac",
         "in frames to 01:00:5e:00:00:16",
         "RFC 1112 §6.4", "report-join", "mac", "01:00:5e:00:00:16", NULL},
        {"v3-3", "membership,report,wire",
         "the source is an address of the interface",
         "RFC 9776 §4.2.14 (RFC 3376 §4.2.13)", "report-join", "source", "10.1.0.1", NULL},
        {"v3-4", "membership,report,wire",
         "a change is reported at once",
         "RFC 9776/3376 §5.1", "report-join", "first after ms", "0..5",
         "Linux waits two or three clock ticks first, so that changes made together share a report"},
        {"v3-5", "membership,report,wire",
         "and again within the Unsolicited Report Interval of 1 s",
         "RFC 9776/3376 §5.1, §8.11", "report-join", "gap ms", "0..1100", NULL},
        {"v3-6", "membership,report,wire,reference",
         "an any-source join is TO_EX with no sources, sent twice (robustness 2)",
         "RFC 9776/3376 §5.1", "report-join", "join", "to_ex(239.1.2.3), to_ex(239.1.2.3)", NULL},
        {"v3-7", "membership,report,wire",
         "a second socket's join changes nothing on the interface: nothing is sent",
         "RFC 9776/3376 §3.2, §5.1", "report-join", "second socket", "nothing", NULL},
        {"v3-7-users", "membership",
         "the kernel counts its users",
         "RFC 1112 §7.2", "report-join", "users", "239.1.2.3 users 2", NULL},
        {"v3-8-first", "membership,report,wire",
         "the first of two members leaving: nothing is sent",
         "RFC 9776/3376 §5.1", "report-join", "first of two leaves", "nothing", NULL},
        {"v3-8", "membership,report,wire,reference",
         "the last leave is TO_IN with no sources, sent twice",
         "RFC 9776/3376 §5.1", "report-join", "last leaves", "to_in(239.1.2.3), to_in(239.1.2.3)", NULL},
        {"v3-9", "membership,report,wire",
         "closing the socket leaves as well",
         "RFC 9776/3376 §5.1, ip(7)", "report-join", "close", "to_in(239.1.2.3), to_in(239.1.2.3)", NULL},
        {"v3-14", "membership,report,wire",
         "224.0.0.1 is never reported (the group joined with it is)",
         "RFC 9776/3376 §5", "report-join", "all systems", "to_ex(239.1.2.3), to_ex(239.1.2.3)", NULL},
        {"v3-10", "membership,report,wire",
         "a join that is left at once is reported as both",
         "RFC 9776/3376 §5.1", "report-quick", "join and leave",
         "to_ex(239.1.2.3), to_in(239.1.2.3), to_in(239.1.2.3)",
         "Linux waits before the first report and then has only the leave to tell: of a group never announced"},
        {"v3-11", "membership,report,wire",
         "changes made together share a report",
         "RFC 9776/3376 §5.1", "report-quick", "three joins",
         "to_ex(239.1.3.3) + to_ex(239.1.3.2) + to_ex(239.1.3.1), to_ex(239.1.3.3) + to_ex(239.1.3.2) + "
         "to_ex(239.1.3.1)", NULL},
        {"v3-15", "membership,report,wire,sysctl",
         "groups of 224.0.0.0/24 are reported",
         "networking/ip-sysctl", "report-local", "on", "to_ex(224.0.0.251), to_ex(224.0.0.251)", NULL},
        {"v3-15-off", "membership,report,wire,sysctl",
         "igmp_link_local_mcast_reports=0 keeps them quiet (224.0.1.1, joined with it, is reported)",
         "networking/ip-sysctl", "report-local", "off", "to_ex(224.0.1.1), to_ex(224.0.1.1)", NULL},
        {"v3-16", "membership,ssm",
         "an SSM-aware host refuses an any-source join in 232/8",
         "RFC 4604 §2.1", "report-ssm", "any-source join", "EINVAL|EADDRNOTAVAIL",
         "Linux is not SSM-aware: it joins"},
        {"v3-16-wire", "membership,ssm,wire",
         "and never sends EXCLUDE records for it",
         "RFC 4604 §2.2.2", "report-ssm", "any-source join: wire", "nothing",
         "Linux reports TO_EX, which SSM-aware routers ignore"},
        {"v3-17", "membership,sysctl",
         "igmp_qrv is at least 1: 0 is refused",
         "networking/ip-sysctl", "report-timing", "qrv 0", "refused", NULL},
        {"v3-17-acts", "membership,report,sysctl",
         "igmp_qrv is how often a change is reported",
         "networking/ip-sysctl", "report-timing", "qrv 4", "4",
         "an interface takes the new value only when it comes up"},
        {"v3-17-up", "membership,report,sysctl",
         "igmp_qrv is how often a change is reported, once the link came up again",
         "networking/ip-sysctl", "report-timing", "qrv 4 after link up", "4", NULL},
        {"v3-18", "membership,report,sysctl",
         "igmpv3_unsolicited_report_interval (100 ms) is the longest gap",
         "networking/ip-sysctl", "report-timing", "gap", "0..160", NULL},
        {"v3-20", "membership,report,wire",
         "after link up all memberships are reported again",
         "RFC 9776/3376 §5.1", "report-link", "up", "to_ex(239.1.2.3), to_ex(239.1.2.3)", NULL},
        {"v3-22", "membership,report,wire",
         "400 joins need three reports: 183 records of 8 octets fill 1,500",
         "RFC 9776 §4.2.17 (RFC 3376 §4.2.16)", "report-many", "reports", "3..8", NULL},
        {0},
};
