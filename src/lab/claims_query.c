/* SPDX-License-Identifier: BSD-2-Clause */
/* Chapter: how a host answers queries, crafted ones with every header that could matter beside the right one
 * (RFC 9776 §5.2, §9.1; RFC 3376), and what an older querier does to it (RFC 9776 §7.2, RFC 2236). */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bench.h"

enum { TEXT = 768, REPEAT_MS = 1150 };
#define GROUP "239.1.2.3"

/* A query from b; version 1, 2 or 3, max response in tenths of a second. */
static void query(struct craft *c, struct bench *b, int version, const char *group, uint8_t max_resp)
{
        const struct lab_end *end = lab_end(b->lab, "b", NULL);
        const struct message *row;

        craft_init(c);
        for (size_t i = 0; (row = message_at(i)); i++)
                if (row->family == FAMILY_IGMP && row->kind == MESSAGE_QUERY && row->version == version)
                        break;
        c->gmp.row = row;
        c->gmp.family = FAMILY_IGMP;
        c->gmp.type = 0x11;
        c->gmp.group = (struct addr){.len = 4};
        if (group)
                addr_parse(group, &c->gmp.group);
        c->gmp.code = max_resp;
        c->gmp.flags = 2; /* S clear, robustness 2 */
        c->gmp.qqic = 125;
        c->src = end->addr4;
        c->eth = true;
        memcpy(c->eth_src, end->mac, 6);
}

static void list(struct craft *c, const uint8_t *sources, uint16_t n)
{
        c->gmp.sources = (struct sources){sources, n, 4};
        c->gmp.declared = n;
}

/* Sends it and notes what a says within ms. */
static int ask(struct bench *b, const struct craft *c, int ms, const char *key)
{
        char text[TEXT];
        size_t from = mark(b);

        if (inject(b, "b", "eth0", c) < 0)
                return -1;
        watch_for(b, ms);
        observe_since(b, from, key, "%s", story(b, from, "a", 'g', text, sizeof text));
        return 0;
}

static int member_at(struct bench *b, const char *group)
{
        int fd = bench_udp(b, "a", AF_INET);

        if (fd < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        join(b, fd, group);
        return watch_for(b, REPEAT_MS) < 0 ? -1 : fd;
}

static int act_general(struct bench *b)
{
        int fd = member_at(b, GROUP);
        struct craft c;

        if (fd < 0)
                return -1;
        join(b, fd, "239.1.2.4");
        join(b, fd, "224.0.0.1");
        watch_for(b, REPEAT_MS);
        query(&c, b, 3, NULL, 5);
        if (ask(b, &c, 650, "general") < 0)
                return -1;
        query(&c, b, 3, GROUP, 5);
        addr_parse(GROUP, &c.dst);
        if (ask(b, &c, 650, "group") < 0)
                return -1;
        query(&c, b, 3, "239.9.9.9", 5);
        if (ask(b, &c, 650, "other group") < 0)
                return -1;
        query(&c, b, 3, NULL, 0);
        if (ask(b, &c, 100, "max resp 0") < 0)
                return -1;
        leave(b, fd, GROUP);
        watch_for(b, REPEAT_MS);
        query(&c, b, 3, NULL, 5);
        return ask(b, &c, 650, "after leave");
}

/* What the documents tell hosts to ignore: each a wrong header; the right query at the end is the control. */
static int act_ignored(struct bench *b)
{
        int fd = member_at(b, GROUP);
        struct craft c;

        if (fd < 0)
                return -1;
        query(&c, b, 3, NULL, 3);
        c.bad_checksum = true;
        if (ask(b, &c, 450, "bad checksum") < 0)
                return -1;
        query(&c, b, 3, NULL, 3);
        c.router_alert = 0;
        if (ask(b, &c, 450, "no router alert") < 0)
                return -1;
        query(&c, b, 3, NULL, 3);
        addr_parse(GROUP, &c.dst);
        if (ask(b, &c, 450, "sent to the group") < 0)
                return -1;
        query(&c, b, 3, NULL, 3);
        c.dst = lab_host_address(b->lab, "a", AF_INET);
        memcpy(c.eth_dst, lab_end(b->lab, "a", NULL)->mac, 6);
        c.eth_dst_set = true;
        if (ask(b, &c, 450, "unicast") < 0)
                return -1;
        query(&c, b, 3, NULL, 3);
        c.ttl = 64;
        if (ask(b, &c, 450, "ttl 64") < 0)
                return -1;
        query(&c, b, 3, NULL, 3);
        c.src = (struct addr){.len = 4};
        if (ask(b, &c, 450, "from 0.0.0.0") < 0)
                return -1;
        query(&c, b, 3, NULL, 3);
        addr_parse("224.0.0.5", &c.src);
        if (ask(b, &c, 450, "from a group") < 0)
                return -1;
        query(&c, b, 3, NULL, 3);
        return ask(b, &c, 450, "control");
}

static int act_sources(struct bench *b)
{
        static const uint8_t asked[] = {10, 1, 0, 2, 10, 1, 0, 9};
        int fd = bench_udp(b, "a", AF_INET);
        struct craft c;

        if (fd < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        join_source(b, fd, "10.1.0.2", "232.1.1.1");
        join_source(b, fd, "10.1.0.3", "232.1.1.1");
        join(b, fd, GROUP);
        block_source(b, fd, "10.1.0.2", GROUP, true);
        watch_for(b, REPEAT_MS + 200);
        query(&c, b, 3, "232.1.1.1", 3);
        list(&c, asked, 2);
        if (ask(b, &c, 450, "include") < 0)
                return -1;
        query(&c, b, 3, "232.1.1.1", 3);
        list(&c, asked + 4, 1);
        if (ask(b, &c, 450, "include, none of them") < 0)
                return -1;
        query(&c, b, 3, GROUP, 3);
        list(&c, asked, 2);
        if (ask(b, &c, 450, "exclude") < 0)
                return -1;
        query(&c, b, 3, NULL, 3);
        list(&c, asked, 1);
        return ask(b, &c, 450, "general with sources");
}

/* ---- older versions ---- */

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
        query(&c, b, 3, NULL, 3);
        if (ask(b, &c, 450, "v3 query") < 0)
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
        query(c, b, 2, group, 0);
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

        query(&c, b, 2, GROUP, 20);
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
        int fd = member_at(b, GROUP);
        char text[TEXT];
        struct craft c;
        size_t from;

        if (fd < 0)
                return -1;
        observe(b, "before", "%s", mode(b, text));
        query(&c, b, 3, NULL, 3); /* robustness 1 and 2 s make the fallback short */
        c.gmp.flags = 1;
        c.gmp.qqic = 2;
        if (ask(b, &c, 450, "short parameters") < 0)
                return -1;
        query(&c, b, 2, GROUP, 3);
        if (ask(b, &c, 100, "group query") < 0)
                return -1;
        observe(b, "v2 group query", "%s", mode(b, text));
        watch_for(b, 4000);
        query(&c, b, 2, NULL, 3);
        if (ask(b, &c, 450, "v2 general query") < 0)
                return -1;
        observe(b, "v2", "%s", mode(b, text));
        from = mark(b);
        join(b, fd, "239.1.2.9");
        watch_for(b, 200);
        observe_since(b, from, "join in v2", "%s", story(b, from, "a", 'g', text, sizeof text));
        watch_for(b, 4000);
        observe(b, "later", "%s", mode(b, text));
        query(&c, b, 1, NULL, 0);
        if (ask(b, &c, 60, "v1 query") < 0)
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

const struct experiment experiments_query[] = {
        {"query-general", "pair", {0}, NULL, act_general},
        {"query-ignored", "pair", {0}, NULL, act_ignored},
        {"query-sources", "pair", {0}, NULL, act_sources},
        {"version-2", "pair", {0}, NULL, act_v2},
        {"version-1", "pair", {0}, NULL, act_v1},
        {"version-suppression", "pair", {0}, NULL, act_suppression},
        {"version-fallback", "pair", {0}, NULL, act_fallback},
        {0},
};

#define R52 "RFC 9776/3376 §5.2"
#define IS_EX "is_ex(239.1.2.3)"

const struct claim claims_query[] = {
        {"qry-1", "query,report,wire",
         "a general query is answered by one report with all groups; 224.0.0.1 is not among them",
         R52, "query-general", "general", "is_ex(239.1.2.4) + is_ex(239.1.2.3)", NULL},
        {"qry-5", "query,report,wire",
         "a group-specific query is answered for that group",
         R52, "query-general", "group", IS_EX, NULL},
        {"qry-5-other", "query,report,wire",
         "and not at all if it is not joined",
         R52, "query-general", "other group", "nothing", NULL},
        {"qry-3", "query,report,wire",
         "a general query is never answered at once: max resp 0 gives no answer within 100 ms",
         R52, "query-general", "max resp 0", "nothing",
         "with no time to choose from Linux answers after two clock ticks"},
        {"qry-18", "query,report,wire",
         "a group that was left is not reported any more",
         R52, "query-general", "after leave", "is_ex(239.1.2.4)", NULL},
        {"qry-13", "query,craft,checksum,wire",
         "a query with a wrong checksum is ignored",
         "RFC 9776/3376 §4.1.2", "query-ignored", "bad checksum", "nothing", NULL},
        {"qry-9", "query,craft,wire",
         "a query without Router Alert is ignored",
         "RFC 9776/3376 §9.1", "query-ignored", "no router alert", "nothing", "Linux answers it"},
        {"qry-10", "query,craft,wire",
         "a general query that is not sent to 224.0.0.1 is ignored",
         "RFC 9776/3376 §9.1", "query-ignored", "sent to the group", "nothing", "Linux answers it"},
        {"qry-11", "query,craft,wire",
         "a query to the host's own address is accepted",
         "RFC 9776/3376 §4.1.12", "query-ignored", "unicast", IS_EX, NULL},
        {"qry-12", "query,craft,ttl,wire",
         "queries are sent with TTL 1: one with TTL 64 comes from elsewhere and is ignored",
         "RFC 9776/3376 §4 (no check is required)", "query-ignored", "ttl 64", "nothing",
         "Linux does not look at the TTL of a query, and no document makes it"},
        {"qry-14", "query,craft,wire",
         "a switch's query from 0.0.0.0 is answered",
         "RFC 4541 §2.1.1", "query-ignored", "from 0.0.0.0", IS_EX, NULL},
        {"qry-14-group", "query,craft,wire",
         "a query from a group address is ignored",
         "RFC 1122 §3.2.1.3", "query-ignored", "from a group", "nothing", NULL},
        {"qry-control", "query,wire",
         "the right query after all the wrong ones is answered",
         R52, "query-ignored", "control", IS_EX, NULL},
        {"qry-6", "query,ssm,report,wire",
         "a group-and-source query on INCLUDE(A) is answered by IS_IN of the sources in both",
         R52, "query-sources", "include", "is_in(232.1.1.1; 10.1.0.2)", NULL},
        {"qry-6-none", "query,ssm,report,wire",
         "and not at all if none is",
         R52, "query-sources", "include, none of them", "nothing", NULL},
        {"qry-7", "query,ssm,report,wire",
         "on EXCLUDE(A) it is answered by IS_IN of the queried sources that are not excluded",
         R52, "query-sources", "exclude", "is_in(239.1.2.3; 10.1.0.9)",
         "Linux answers with IS_EX and its whole list"},
        {"qry-16", "query,craft,wire",
         "a general query that lists sources is ignored",
         "RFC 9776/3376 §4.1.8", "query-sources", "general with sources", "nothing", NULL},
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
