/* SPDX-License-Identifier: BSD-2-Clause */
/* Chapter: source filters: what the calls say, what goes over the wire, what is delivered (RFC 3678, RFC 9776 §5.1). */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bench.h"

enum { TEXT = 768, REPEAT_MS = 1150 };
#define GROUP "232.1.1.1"
#define S1 "10.1.0.2"
#define S2 "10.1.0.77"

static void tell(struct bench *b, size_t from, const char *key)
{
        char text[TEXT];

        watch_for(b, REPEAT_MS);
        observe_since(b, from, key, "%s", story(b, from, "a", 'g', text, sizeof text));
}

/* IP_MSFILTER: mode and list at once (RFC 3678 §4.2). */
static const char *set_filter(struct bench *b, int fd, const char *group, uint32_t mode, const char *s1, const char *s2)
{
        struct { struct ip_msfilter f; struct in_addr more[4]; } r = {.f = {.imsf_fmode = mode}};
        struct addr a;
        struct in_addr *list = &r.f.imsf_slist[0];
        unsigned n = 0;

        addr_parse(group, &a);
        memcpy(&r.f.imsf_multiaddr, a.b, 4);
        if (s1 && addr_parse(s1, &a))
                memcpy(&list[n++], a.b, 4);
        if (s2 && addr_parse(s2, &a))
                memcpy(&list[n++], a.b, 4);
        r.f.imsf_numsrc = n;
        if (b->spoil == SPOIL_VALUES)
                r.f.imsf_fmode = mode == MCAST_INCLUDE ? MCAST_EXCLUDE : MCAST_INCLUDE;
        return outcome(b, setsockopt(fd, IPPROTO_IP, IP_MSFILTER, &r, (socklen_t)IP_MSFILTER_SIZE(n)));
}

static int act_include(struct bench *b)
{
        int fd = receiver(b, "a", NULL), from_b = bench_udp(b, "b", AF_INET);
        char text[TEXT];
        size_t from;

        if (fd < 0 || from_b < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        set_int(b, fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
        from = mark(b);
        observe(b, "add", "%s", join_source(b, fd, S1, GROUP));
        tell(b, from, "add: wire");
        send_to(b, from_b, GROUP, BENCH_PORT, "wanted");
        observe(b, "delivered", "%s", received(b, fd, 300, text, sizeof text));
        from = mark(b);
        join_source(b, fd, S2, GROUP);
        tell(b, from, "second: wire");
        observe(b, "same again", "%s", join_source(b, fd, S2, GROUP));
        observe(b, "drop unknown", "%s", leave_source(b, fd, "10.1.0.99", GROUP));
        observe(b, "drop elsewhere", "%s", leave_source(b, fd, S1, "232.9.9.9"));
        observe(b, "block after include", "%s", block_source(b, fd, S1, GROUP, true));
        from = mark(b);
        leave_source(b, fd, S1, GROUP);
        tell(b, from, "drop: wire");
        send_to(b, from_b, GROUP, BENCH_PORT, "unwanted");
        observe(b, "not delivered", "%s", received(b, fd, 200, text, sizeof text));
        join_source(b, fd, S1, GROUP);
        watch_for(b, REPEAT_MS);
        from = mark(b);
        leave(b, fd, GROUP);
        tell(b, from, "leave: wire");
        observe(b, "drop after leave", "%s", leave_source(b, fd, S1, GROUP));
        return 0;
}

static int act_exclude(struct bench *b)
{
        int fd = receiver(b, "a", "239.1.1.1"), from_b = bench_udp(b, "b", AF_INET);
        char text[TEXT];
        size_t from;

        if (fd < 0 || from_b < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        set_int(b, fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
        watch_for(b, REPEAT_MS);
        observe(b, "not joined", "%s", block_source(b, fd, S1, "239.9.9.9", true));
        from = mark(b);
        observe(b, "block", "%s", block_source(b, fd, S1, "239.1.1.1", true));
        tell(b, from, "block: wire");
        send_to(b, from_b, "239.1.1.1", BENCH_PORT, "blocked");
        observe(b, "blocked", "%s", received(b, fd, 200, text, sizeof text));
        observe(b, "block again", "%s", block_source(b, fd, S1, "239.1.1.1", true));
        from = mark(b);
        block_source(b, fd, S1, "239.1.1.1", false);
        tell(b, from, "unblock: wire");
        send_to(b, from_b, "239.1.1.1", BENCH_PORT, "open");
        observe(b, "unblocked", "%s", received(b, fd, 300, text, sizeof text));
        observe(b, "unblock again", "%s", block_source(b, fd, S1, "239.1.1.1", false));
        observe(b, "add source after block", "%s", join_source(b, fd, S1, "239.1.1.1"));
        return 0;
}

static int act_narrow(struct bench *b)
{
        int fd = receiver(b, "a", "239.1.1.1");
        size_t from;

        if (fd < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        watch_for(b, REPEAT_MS);
        from = mark(b);
        observe(b, "add source after join", "%s", join_source(b, fd, S1, "239.1.1.1"));
        tell(b, from, "wire");
        return 0;
}

static int act_msfilter(struct bench *b)
{
        int fd = receiver(b, "a", NULL);
        size_t from;

        if (fd < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        observe(b, "without join", "%s", set_filter(b, fd, GROUP, MCAST_INCLUDE, S1, NULL));
        join(b, fd, GROUP);
        watch_for(b, REPEAT_MS);
        observe(b, "mode 2", "%s", set_filter(b, fd, GROUP, 2, S1, NULL));
        from = mark(b);
        set_filter(b, fd, GROUP, MCAST_INCLUDE, S1, S2);
        tell(b, from, "ex to in");
        from = mark(b);
        set_filter(b, fd, GROUP, MCAST_INCLUDE, S2, "10.1.0.78");
        tell(b, from, "in to in");
        from = mark(b);
        set_filter(b, fd, GROUP, MCAST_EXCLUDE, S1, NULL);
        tell(b, from, "in to ex");
        from = mark(b);
        set_filter(b, fd, GROUP, MCAST_EXCLUDE, NULL, NULL);
        tell(b, from, "ex to ex");
        from = mark(b);
        set_filter(b, fd, GROUP, MCAST_INCLUDE, NULL, NULL);
        tell(b, from, "in nothing");
        return 0;
}

static int act_limit(struct bench *b)
{
        int fd = receiver(b, "a", NULL);
        long limit = sysctl_value(b, "a", "net/ipv4/igmp_max_msf");
        char source[ADDR_TEXT];

        if (fd < 0)
                return -1;
        for (int i = 1; i <= limit + (b->spoil == SPOIL_VALUES ? 0 : 1); i++) {
                snprintf(source, sizeof source, "10.9.0.%d", i);
                observe(b, i > limit ? "one more" : "within", "%s", join_source(b, fd, source, GROUP));
        }
        return 0;
}

/* Two sockets, one interface: what the interface says is the merge. */
static int act_merge(struct bench *b)
{
        int one = receiver(b, "a", "239.1.1.1"), two = receiver(b, "a", "239.1.1.1");
        size_t from;

        if (one < 0 || two < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        watch_for(b, REPEAT_MS);
        from = mark(b);
        block_source(b, one, S1, "239.1.1.1", true);
        tell(b, from, "one blocks");
        from = mark(b);
        block_source(b, two, S1, "239.1.1.1", true);
        tell(b, from, "both block");
        bench_close(b, one);
        bench_close(b, two);
        one = receiver(b, "a", NULL);
        two = receiver(b, "a", NULL);
        watch_for(b, REPEAT_MS);
        join_source(b, one, S1, GROUP);
        watch_for(b, REPEAT_MS);
        from = mark(b);
        join(b, two, GROUP);
        tell(b, from, "any joins");
        from = mark(b);
        bench_close(b, two);
        tell(b, from, "any leaves");
        from = mark(b);
        bench_close(b, one);
        tell(b, from, "close");
        return 0;
}

const struct experiment experiments_filter[] = {
        {"filter-include", "pair", {0}, NULL, act_include},
        {"filter-exclude", "pair", {0}, NULL, act_exclude},
        {"filter-narrow", "pair", {0}, NULL, act_narrow},
        {"filter-set", "pair", {0}, NULL, act_msfilter},
        {"filter-limit", "pair", {0}, NULL, act_limit},
        {"filter-merge", "pair", {0}, NULL, act_merge},
        {0},
};

#define R51 "RFC 9776/3376 §5.1"

const struct claim claims_filter[] = {
        {"ssm-1", "ssm,membership",
         "a source can be joined",
         "ip(7) IP_ADD_SOURCE_MEMBERSHIP", "filter-include", "add", "ok", NULL},
        {"ssm-2", "ssm,membership,wire",
         "a source-specific join is ALLOW, not a change of mode",
         R51, "filter-include", "add: wire", "allow(232.1.1.1; 10.1.0.2), allow(232.1.1.1; 10.1.0.2)", NULL},
        {"ssm-1-data", "ssm",
         "data of the source is delivered",
         "ip(7) IP_ADD_SOURCE_MEMBERSHIP", "filter-include", "delivered", "wanted", NULL},
        {"ssm-1-more", "ssm,membership,wire",
         "a further source is reported alone",
         R51, "filter-include", "second: wire", "allow(232.1.1.1; 10.1.0.77), allow(232.1.1.1; 10.1.0.77)",
         NULL},
        {"ssm-5", "ssm,membership",
         "the same source again: EADDRNOTAVAIL",
         "RFC 3678 §4.1.3", "filter-include", "same again", "EADDRNOTAVAIL", NULL},
        {"ssm-5-unknown", "ssm,membership",
         "dropping a source that was not added: EADDRNOTAVAIL",
         "RFC 3678 §4.1.3", "filter-include", "drop unknown", "EADDRNOTAVAIL", NULL},
        {"ssm-5-group", "ssm,membership",
         "dropping a source of a group that is not joined: EADDRNOTAVAIL",
         "RFC 3678 §4.1.3", "filter-include", "drop elsewhere", "EADDRNOTAVAIL", "Linux gives EINVAL"},
        {"ssm-6", "ssm,membership",
         "IP_BLOCK_SOURCE is valid after IP_ADD_SOURCE_MEMBERSHIP",
         "ip(7) IP_BLOCK_SOURCE", "filter-include", "block after include", "ok",
         "it is not (EINVAL), and RFC 3678 agrees with Linux: the page is wrong"},
        {"ssm-6-3678", "ssm,membership",
         "IP_BLOCK_SOURCE needs an any-source join: EINVAL after a source-specific one",
         "RFC 3678 §4.1.3", "filter-include", "block after include", "EINVAL", NULL},
        {"ssm-3", "ssm,membership,wire",
         "dropping a source is BLOCK",
         R51, "filter-include", "drop: wire", "block(232.1.1.1; 10.1.0.2), block(232.1.1.1; 10.1.0.2)", NULL},
        {"ssm-3-data", "ssm",
         "its data is not delivered any more",
         "ip(7) IP_DROP_SOURCE_MEMBERSHIP", "filter-include", "not delivered", "nothing", NULL},
        {"ssm-4", "ssm,membership,wire",
         "leaving a source-specific group is BLOCK of its sources, not TO_IN",
         R51, "filter-include", "leave: wire",
         "block(232.1.1.1; 10.1.0.2 10.1.0.77), block(232.1.1.1; 10.1.0.2 10.1.0.77)", NULL},
        {"ssm-3-last", "ssm,membership",
         "after leaving, dropping a source says that the group is not joined: EADDRNOTAVAIL",
         "RFC 3678 §4.1.3", "filter-include", "drop after leave", "EADDRNOTAVAIL", "Linux gives EINVAL"},
        {"ssm-7-none", "ssm,membership",
         "blocking in a group that is not joined: EINVAL",
         "RFC 3678 §4.1.3", "filter-exclude", "not joined", "EINVAL", NULL},
        {"ssm-7", "ssm,membership",
         "a source of a joined group can be blocked",
         "ip(7) IP_BLOCK_SOURCE", "filter-exclude", "block", "ok", NULL},
        {"ssm-7-wire", "ssm,membership,wire",
         "blocking is BLOCK",
         R51, "filter-exclude", "block: wire", "block(239.1.1.1; 10.1.0.2), block(239.1.1.1; 10.1.0.2)", NULL},
        {"ssm-7-data", "ssm",
         "data of a blocked source is not delivered",
         "ip(7) IP_BLOCK_SOURCE", "filter-exclude", "blocked", "nothing", NULL},
        {"ssm-7-again", "ssm,membership",
         "blocking it again: EADDRNOTAVAIL",
         "RFC 3678 §4.1.3", "filter-exclude", "block again", "EADDRNOTAVAIL", NULL},
        {"ssm-7-unblock", "ssm,membership,wire",
         "unblocking is ALLOW",
         R51, "filter-exclude", "unblock: wire", "allow(239.1.1.1; 10.1.0.2), allow(239.1.1.1; 10.1.0.2)",
         NULL},
        {"ssm-7-open", "ssm",
         "data of an unblocked source is delivered",
         "ip(7) IP_UNBLOCK_SOURCE", "filter-exclude", "unblocked", "open", NULL},
        {"ssm-7-twice", "ssm,membership",
         "unblocking what is not blocked: EADDRNOTAVAIL",
         "RFC 3678 §4.1.3", "filter-exclude", "unblock again", "EADDRNOTAVAIL", NULL},
        {"ssm-9-blocked", "ssm,membership",
         "adding a source to an any-source join is refused (after blocking)",
         "RFC 3678 §4.1.3", "filter-exclude", "add source after block", "EINVAL", NULL},
        {"ssm-9", "ssm,membership",
         "adding a source to an any-source join is refused",
         "RFC 3678 §4.1.3", "filter-narrow", "add source after join", "EINVAL",
         "Linux silently turns the join into one for that source alone"},
        {"ssm-9-wire", "ssm,membership,wire",
         "and nothing is sent",
         "RFC 3678 §4.1.3", "filter-narrow", "wire", "nothing",
         "Linux reports TO_IN with that source: the other senders fall silent"},
        {"ssm-10", "ssm,membership",
         "IP_MSFILTER needs a join",
         "RFC 3678 §4.2", "filter-set", "without join", "EINVAL|EADDRNOTAVAIL", NULL},
        {"ssm-10-mode", "ssm,membership",
         "a filter mode other than include and exclude is refused",
         "RFC 3678 §4.2", "filter-set", "mode 2", "EINVAL", NULL},
        {"ssm-10-empty", "ssm,membership,wire",
         "INCLUDE with no sources leaves",
         "RFC 3678 §4.2", "filter-set", "in nothing", "to_in(232.1.1.1), to_in(232.1.1.1)", NULL},
        {"ssm-11", "ssm,membership,wire",
         "EXCLUDE{} to INCLUDE{S1,S2} is TO_IN",
         R51, "filter-set", "ex to in",
         "to_in(232.1.1.1; 10.1.0.2 10.1.0.77), to_in(232.1.1.1; 10.1.0.2 10.1.0.77)", NULL},
        {"ssm-11-in", "ssm,membership,wire",
         "INCLUDE to INCLUDE is one report with ALLOW and BLOCK",
         R51, "filter-set", "in to in",
         "allow(232.1.1.1; 10.1.0.78) + block(232.1.1.1; 10.1.0.2), allow(232.1.1.1; 10.1.0.78) + "
         "block(232.1.1.1; 10.1.0.2)", NULL},
        {"ssm-11-ex", "ssm,membership,wire",
         "INCLUDE to EXCLUDE{S1} is TO_EX",
         R51, "filter-set", "in to ex", "to_ex(232.1.1.1; 10.1.0.2), to_ex(232.1.1.1; 10.1.0.2)", NULL},
        {"ssm-11-open", "ssm,membership,wire",
         "EXCLUDE{S1} to EXCLUDE{} is ALLOW",
         R51, "filter-set", "ex to ex", "allow(232.1.1.1; 10.1.0.2), allow(232.1.1.1; 10.1.0.2)", NULL},
        {"ssm-12", "ssm,membership,sysctl",
         "one source more than igmp_max_msf: ENOBUFS",
         "networking/ip-sysctl; RFC 3678 §4.1.3", "filter-limit", "one more", "ENOBUFS", NULL},
        {"ssm-8", "ssm,membership,wire",
         "a source that only one of two sockets blocks is still wanted: nothing is sent",
         "RFC 9776/3376 §3.2", "filter-merge", "one blocks", "nothing", NULL},
        {"ssm-8-both", "ssm,membership,wire",
         "when both block it, BLOCK is sent",
         "RFC 9776/3376 §3.2", "filter-merge", "both block",
         "block(239.1.1.1; 10.1.0.2), block(239.1.1.1; 10.1.0.2)", NULL},
        {"ssm-16", "ssm,membership,wire",
         "an any-source join beside a source-specific one is TO_EX",
         "RFC 9776/3376 §3.2, §5.1", "filter-merge", "any joins", "to_ex(232.1.1.1), to_ex(232.1.1.1)", NULL},
        {"ssm-16-back", "ssm,membership,wire",
         "when it leaves, TO_IN with the source that is left",
         "RFC 9776/3376 §3.2, §5.1", "filter-merge", "any leaves",
         "to_in(232.1.1.1; 10.1.0.2), to_in(232.1.1.1; 10.1.0.2)", NULL},
        {"ssm-4-close", "ssm,membership,wire",
         "closing a source-specific socket is BLOCK",
         R51, "filter-merge", "close", "block(232.1.1.1; 10.1.0.2), block(232.1.1.1; 10.1.0.2)", NULL},
        {0},
};
