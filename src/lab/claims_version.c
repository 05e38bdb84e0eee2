/* SPDX-License-Identifier: BSD-2-Clause */
/* Chapter: older versions: hosts forced to IGMPv1 and v2, report suppression, and what an older querier does to an
 * IGMPv3 host (RFC 1112, RFC 2236, RFC 9776 §7.2). */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "bench.h"

enum { TEXT = 768 };
#define GROUP "239.1.2.3"

static int act_v2(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET);
        const struct sighting *s;
        char text[TEXT];
        struct craft c;
        size_t from;

        if (fd < 0 || witness(b, "b", "eth0") < 0 ||
            lab_set(b->lab, "a", "net/ipv4/conf/eth0/force_igmp_version", b->spoil == SPOIL_VALUES ? "3" : "2",
                    b->err) < 0 ||
            lab_set(b->lab, "a", "net/ipv4/conf/eth0/igmpv2_unsolicited_report_interval", "300", b->err) < 0)
                return -1;
        from = mark(b);
        join(b, fd, GROUP);
        watch_for(b, 700);
        observe_since(b, from, "join", "%s", story(b, from, "a", 'g', text, sizeof text));
        s = nth(b, from, "a", 'g', 0);
        observe_since(b, from, "to", "%s", s ? addr_format(&s->dst, text) : "no frame");
        observe_since(b, from, "header", s ? "ttl %u %s" : "no frame", s ? s->ttl : 0, s && s->router_alert ? "ra"
                : "no ra");
        query_of(&c, b, 3, NULL, 3);
        if (ask_and_tell(b, &c, 450, "v3 query") < 0)
                return -1;
        from = mark(b);
        join_source(b, fd, "10.1.0.2", "232.1.1.1");
        watch_for(b, 700);
        observe_since(b, from, "source join", "%s", story(b, from, "a", 'g', text, sizeof text));
        from = mark(b);
        leave(b, fd, GROUP);
        watch_for(b, 400);
        observe_since(b, from, "leave", "%s", story(b, from, "a", 'g', text, sizeof text));
        s = nth(b, from, "a", 'g', 0);
        observe_since(b, from, "leave to", "%s", s ? addr_format(&s->dst, text) : "no frame");
        return 0;
}

static void report2(struct craft *c, struct bench *b, uint8_t type, const char *group)
{
        query_of(c, b, 2, group, 0);
        for (size_t i = 0; (c->gmp.row = message_at(i)); i++)
                if (c->gmp.row->family == FAMILY_IGMP && c->gmp.row->type == type)
                        break;
        c->gmp.type = type;
        c->gmp.code = 0;
}

/* Another host's report while this one waits to answer. */
static int suppressed(struct bench *b, uint8_t type, const char *to, const char *key)
{
        struct craft c, r;
        char text[TEXT];
        size_t from = mark(b);

        query_of(&c, b, 2, GROUP, 20);
        report2(&r, b, type, GROUP);
        addr_parse("10.1.0.50", &r.src);
        addr_parse(to, &r.dst);
        for (int tries = 0; tries < 3; tries++) { /* it may answer before the report arrives: then again */
                from = mark(b);
                if (inject(b, "b", "eth0", &c) < 0 || inject(b, "b", "eth0", &r) < 0)
                        return -1;
                watch_for(b, 2200);
                if (!count_of(b, from, "10.1.0.1", 'g') || strcmp(to, GROUP) != 0)
                        break;
        }
        observe_since(b, from, key, "%s", story(b, from, "10.1.0.1", 'g', text, sizeof text));
        return 0;
}

static int act_suppression(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET);
        char text[TEXT];
        size_t from;

        if (fd < 0 || witness(b, "b", "eth0") < 0 ||
            lab_set(b->lab, "a", "net/ipv4/conf/eth0/force_igmp_version", "2", b->err) < 0 ||
            lab_set(b->lab, "a", "net/ipv4/conf/eth0/igmpv2_unsolicited_report_interval", "200", b->err) < 0)
                return -1;
        join(b, fd, GROUP);
        watch_for(b, 500);
        if (suppressed(b, 0x16, "224.0.0.22", "report elsewhere") < 0 || suppressed(b, 0x16, GROUP, "v2 report") < 0)
                return -1;
        from = mark(b);
        leave(b, fd, GROUP);
        watch_for(b, 300);
        observe_since(b, from, "leave after another's report", "%s", story(b, from, "10.1.0.1", 'g', text,
                sizeof text));
        return 0;
}

static const char *mode(struct bench *b, char text[16])
{
        struct kernel_member m[64];
        int n = lab_memberships(b->lab, "a", AF_INET, m, 64, b->err);

        snprintf(text, 16, "unknown");
        for (int i = 0; i < n && i < 64; i++)
                if (!strcmp(m[i].interface, "eth0"))
                        snprintf(text, 16, "v%u", m[i].version);
        if (b->spoil == SPOIL_DROP)
                snprintf(text, 16, "dropped");
        return text;
}

static int act_fallback(struct bench *b)
{
        int fd = member_of(b, GROUP);
        char text[TEXT];
        struct craft c;
        size_t from;

        if (fd < 0)
                return -1;
        observe(b, "before", "%s", mode(b, text));
        query_of(&c, b, 3, NULL, 3); /* robustness 1 and 2 s make the fallback short */
        c.gmp.flags = 1;
        c.gmp.qqic = 2;
        if (ask_and_tell(b, &c, 450, "short parameters") < 0)
                return -1;
        query_of(&c, b, 2, GROUP, 3);
        if (ask_and_tell(b, &c, 100, "group query") < 0)
                return -1;
        observe(b, "v2 group query", "%s", mode(b, text));
        watch_for(b, 4000);
        query_of(&c, b, 2, NULL, 3);
        if (ask_and_tell(b, &c, 450, "v2 general query") < 0)
                return -1;
        observe(b, "v2", "%s", mode(b, text));
        from = mark(b);
        join(b, fd, "239.1.2.9");
        watch_for(b, 200);
        observe_since(b, from, "join in v2", "%s", story(b, from, "a", 'g', text, sizeof text));
        watch_for(b, 4000);
        observe(b, "later", "%s", mode(b, text));
        query_of(&c, b, 1, NULL, 0);
        if (ask_and_tell(b, &c, 60, "v1 query") < 0)
                return -1;
        observe(b, "v1", "%s", mode(b, text));
        return 0;
}

static int act_v1(struct bench *b)
{
        int fd = bench_udp(b, "a", AF_INET);
        char text[TEXT];
        size_t from;

        if (fd < 0 || witness(b, "b", "eth0") < 0 ||
            lab_set(b->lab, "a", "net/ipv4/conf/eth0/force_igmp_version", b->spoil == SPOIL_VALUES ? "3" : "1",
                    b->err) < 0 ||
            lab_set(b->lab, "a", "net/ipv4/conf/eth0/igmpv2_unsolicited_report_interval", "300", b->err) < 0)
                return -1;
        from = mark(b);
        join(b, fd, GROUP);
        watch_for(b, 700);
        observe_since(b, from, "join", "%s", story(b, from, "a", 'g', text, sizeof text));
        from = mark(b);
        leave(b, fd, GROUP);
        join(b, fd, "239.1.2.4"); /* the control */
        watch_for(b, 700);
        observe_since(b, from, "leave", "%s", story(b, from, "a", 'g', text, sizeof text));
        return 0;
}

const struct experiment experiments_version[] = {
        {"version-2", "pair", {0}, NULL, act_v2},
        {"version-1", "pair", {0}, NULL, act_v1},
        {"version-suppression", "pair", {0}, NULL, act_suppression},
        {"version-fallback", "pair", {0}, NULL, act_fallback},
        {0},
};

const struct claim claims_version[] = {
        {"v2-1", "version,report,wire",
         "an IGMPv2 host reports a join to the group, twice",
         "RFC 2236 §3, §8.10", "version-2", "join", "report2(239.1.2.3), report2(239.1.2.3)", NULL},
        {"v2-1-to", "version,report,wire",
         "the report goes to the group itself",
         "RFC 2236 §9", "version-2", "to", "239.1.2.3", NULL},
        {"v2-1-header", "version,report,wire",
         "with TTL 1 and a Router Alert",
         "RFC 2236 §2", "version-2", "header", "ttl 1 ra", NULL},
        {"v2-10", "version,query,wire",
         "forced to version 2 it answers an IGMPv3 query with an IGMPv2 report",
         "networking/ip-sysctl", "version-2", "v3 query", "report2(239.1.2.3)", NULL},
        {"v2-9", "version,ssm,wire",
         "no IGMPv2 report is sent for an SSM group",
         "RFC 4604 §2.2.1", "version-2", "source join", "nothing",
         "Linux reports the group without the source: routers see an any-source join"},
        {"v2-3", "version,report,wire",
         "a leave is one message",
         "RFC 2236 §3", "version-2", "leave", "leave2(239.1.2.3)", NULL},
        {"v2-3-to", "version,report,wire",
         "to 224.0.0.2",
         "RFC 2236 §9", "version-2", "leave to", "224.0.0.2", NULL},
        {"v2-12", "version,report,wire",
         "an IGMPv1 host reports with type 0x12",
         "RFC 1112 App. I", "version-1", "join", "report1(239.1.2.3), report1(239.1.2.3)", NULL},
        {"v2-12-leave", "version,report,wire",
         "and has no leave (the next join is seen)",
         "RFC 1112 App. I", "version-1", "leave", "report1(239.1.2.4), report1(239.1.2.4)", NULL},
        {"v2-5", "version,query,report,wire",
         "another host's report for the group suppresses the answer",
         "RFC 2236 §3", "version-suppression", "v2 report", "nothing", NULL},
        {"v2-5-elsewhere", "version,query,report,wire",
         "a report sent elsewhere does not",
         "RFC 2236 §3", "version-suppression", "report elsewhere", "report2(239.1.2.3)", NULL},
        {"v2-4", "version,report,wire",
         "a host that was not the last to report need not send a leave",
         "RFC 2236 §3", "version-suppression", "leave after another's report", "nothing", NULL},
        {"v2-13-before", "version",
         "without queries a host speaks version 3",
         "RFC 9776/3376 §7.2.1", "version-fallback", "before", "v3", NULL},
        {"v2-13", "version,query",
         "an IGMPv2 general query makes it speak version 2",
         "RFC 9776/3376 §7.2.1", "version-fallback", "v2", "v2", NULL},
        {"v2-13-wire", "version,query,wire",
         "it answers that query in version 2",
         "RFC 9776/3376 §7.2.1", "version-fallback", "v2 general query", "report2(239.1.2.3)", NULL},
        {"v2-13-group", "version,query",
         "an IGMPv2 group-specific query does not",
         "RFC 9776 §7.2.1", "version-fallback", "v2 group query", "v3",
         "Linux takes any IGMPv2 query for a sign"},
        {"v2-8", "version,report,wire",
         "a join then is an IGMPv2 report",
         "RFC 9776/3376 §7.2.1", "version-fallback", "join in v2", "report2(239.1.2.9)", NULL},
        {"v2-14", "version,timer",
         "after RV × QI + QRI without an older query it is version 3 again (1 × 2 s + 1 s learned)",
         "RFC 3376 §8.12", "version-fallback", "later", "v3", NULL},
        {"v2-13-v1", "version,query",
         "an IGMPv1 query makes it speak version 1",
         "RFC 9776/3376 §7.2.1", "version-fallback", "v1", "v1", NULL},
        {0},
};
