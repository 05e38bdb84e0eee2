/* SPDX-License-Identifier: BSD-2-Clause */
/* Chapter: how a host answers queries, crafted ones with every header that could matter beside the right one
 * (RFC 9776 §5.2, §9.1; RFC 3376). */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bench.h"

enum { TEXT = 768, REPEAT_MS = 1150 };
#define GROUP "239.1.2.3"

static void list(struct craft *c, const uint8_t *sources, uint16_t n)
{
        c->gmp.sources = (struct sources){sources, n, 4};
        c->gmp.declared = n;
}

static int act_general(struct bench *b)
{
        int fd = member_of(b, GROUP);
        struct craft c;

        if (fd < 0)
                return -1;
        join(b, fd, "239.1.2.4");
        join(b, fd, "224.0.0.1");
        watch_for(b, REPEAT_MS);
        query_of(&c, b, 3, NULL, 5);
        if (ask_and_tell(b, &c, 650, "general") < 0)
                return -1;
        query_of(&c, b, 3, GROUP, 5);
        addr_parse(GROUP, &c.dst);
        if (ask_and_tell(b, &c, 650, "group") < 0)
                return -1;
        query_of(&c, b, 3, "239.9.9.9", 5);
        if (ask_and_tell(b, &c, 650, "other group") < 0)
                return -1;
        query_of(&c, b, 3, NULL, 0);
        if (ask_and_tell(b, &c, 100, "max resp 0") < 0)
                return -1;
        leave(b, fd, GROUP);
        watch_for(b, REPEAT_MS);
        query_of(&c, b, 3, NULL, 5);
        return ask_and_tell(b, &c, 650, "after leave");
}

/* What the documents tell hosts to ignore: each a wrong header; the right query at the end is the control. */
static int act_ignored(struct bench *b)
{
        int fd = member_of(b, GROUP);
        struct craft c;

        if (fd < 0)
                return -1;
        query_of(&c, b, 3, NULL, 3);
        c.bad_checksum = true;
        if (ask_and_tell(b, &c, 450, "bad checksum") < 0)
                return -1;
        query_of(&c, b, 3, NULL, 3);
        c.router_alert = 0;
        if (ask_and_tell(b, &c, 450, "no router alert") < 0)
                return -1;
        query_of(&c, b, 3, NULL, 3);
        addr_parse(GROUP, &c.dst);
        if (ask_and_tell(b, &c, 450, "sent to the group") < 0)
                return -1;
        query_of(&c, b, 3, NULL, 3);
        c.dst = lab_host_address(b->lab, "a", AF_INET);
        memcpy(c.eth_dst, lab_end(b->lab, "a", NULL)->mac, 6);
        c.eth_dst_set = true;
        if (ask_and_tell(b, &c, 450, "unicast") < 0)
                return -1;
        query_of(&c, b, 3, NULL, 3);
        c.ttl = 64;
        if (ask_and_tell(b, &c, 450, "ttl 64") < 0)
                return -1;
        query_of(&c, b, 3, NULL, 3);
        c.src = (struct addr){.len = 4};
        if (ask_and_tell(b, &c, 450, "from 0.0.0.0") < 0)
                return -1;
        query_of(&c, b, 3, NULL, 3);
        addr_parse("224.0.0.5", &c.src);
        if (ask_and_tell(b, &c, 450, "from a group") < 0)
                return -1;
        query_of(&c, b, 3, NULL, 3);
        return ask_and_tell(b, &c, 450, "control");
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
        query_of(&c, b, 3, "232.1.1.1", 3);
        list(&c, asked, 2);
        if (ask_and_tell(b, &c, 450, "include") < 0)
                return -1;
        query_of(&c, b, 3, "232.1.1.1", 3);
        list(&c, asked + 4, 1);
        if (ask_and_tell(b, &c, 450, "include, none of them") < 0)
                return -1;
        query_of(&c, b, 3, GROUP, 3);
        list(&c, asked, 2);
        if (ask_and_tell(b, &c, 450, "exclude") < 0)
                return -1;
        query_of(&c, b, 3, NULL, 3);
        list(&c, asked, 1);
        return ask_and_tell(b, &c, 450, "general with sources");
}

const struct experiment experiments_query[] = {
        {"query-general", "pair", {0}, NULL, act_general},
        {"query-ignored", "pair", {0}, NULL, act_ignored},
        {"query-sources", "pair", {0}, NULL, act_sources},
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
        {0},
};
