/* SPDX-License-Identifier: BSD-2-Clause */
/* Expectations over packets that are built here: what holds, what does not, and what is said to have come instead. */
#include "igmpscope/expect.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "igmpscope/craft.h"

enum { WORDS = 16 };
static const int64_t epoch = INT64_C(1511450944000000000);

struct world {
        struct expectations *e;
        struct draft *draft;
        struct decoder *decoder;
        uint64_t frame;
};

static struct world world_of(const char *lines, int64_t start_ns)
{
        struct world w = {0};
        struct text bad = {0};
        struct error err = {{0}};

        assert_int_equal(expectations_new(&w.e, &(struct tracker_options){0}, &err), 0);
        expectations_read(w.e, "x", (struct bytes){(const uint8_t *)lines, strlen(lines)}, &bad);
        assert_string_equal(text_string(&bad), "");
        text_free(&bad);
        assert_int_equal(expectations_begin(w.e, start_ns, &err), 0);
        w.decoder = decoder_new();
        assert_non_null(w.decoder);
        return w;
}

static void world_end(struct world *w)
{
        expectations_free(w->e);
        draft_free(w->draft);
        decoder_free(w->decoder);
}

static int64_t at(double seconds)
{
        return epoch + (int64_t)(seconds * 1e9 + 0.5);
}

static void arrives(struct world *w, double seconds, const struct craft *c)
{
        uint8_t octets[2048];
        struct packer k = packer_into(octets, sizeof octets);
        struct packet p;
        struct frame f = {.number = ++w->frame, .time_ns = at(seconds), .interface = "eth0", .link = 1};

        assert_int_equal(craft_build(c, &k), 0);
        f.caplen = f.len = (uint32_t)k.n;
        f.data = (struct bytes){octets, k.n};
        decoder_decode(w->decoder, &f, &p);
        if (w->e)
                expectations_packet(w->e, &p);
        if (w->draft)
                draft_packet(w->draft, &p);
}

/* A message in the words of `send`, | between them; options of it before: "ttl=64", "vlan=10", "bad". */
static void says(struct world *w, double seconds, const char *host, const char *words, const char *option)
{
        struct spec s;
        struct spec_walk *walk = malloc(sizeof *walk);
        struct craft c;
        struct error err = {{0}};
        char text[256], *list[WORDS], *more, *word;
        int n = 0;

        assert_non_null(walk);
        snprintf(text, sizeof text, "%s", words);
        for (word = strtok_r(text, "|", &more); word && n < WORDS; word = strtok_r(NULL, "|", &more))
                list[n++] = word;
        if (spec_parse(&s, 0, list, n, &err) < 0 || spec_start(walk, &s, 1500, &err) < 0)
                fail_msg("%s: %s", words, err.text);
        craft_init(&c);
        spec_defaults(&s, &c);
        assert_true(spec_next(walk, &c));
        assert_true(addr_parse(host, &c.src));
        c.eth = true;
        if (option && !strncmp(option, "ttl=", 4))
                c.ttl = atoi(option + 4);
        else if (option && !strncmp(option, "vlan=", 5))
                c.vlan[c.n_vlan++] = (uint16_t)atoi(option + 5);
        else if (option)
                c.bad_checksum = true;
        arrives(w, seconds, &c);
        spec_free(&s);
        free(walk);
}

static void sends(struct world *w, double seconds, const char *from, int from_port, const char *to, int port, const char *data)
{
        struct bytes payload = {(const uint8_t *)data, strlen(data)};
        struct craft c;

        craft_init(&c);
        c.udp = &payload;
        c.eth = true;
        c.src_port = (uint16_t)from_port;
        c.dst_port = (uint16_t)port;
        assert_true(addr_parse(from, &c.src));
        assert_true(addr_parse(to, &c.dst));
        arrives(w, seconds, &c);
}

static const char A[] = "192.0.2.10", B[] = "192.0.2.11", C[] = "192.0.2.20", Q[] = "192.0.2.1";

/* Ten seconds of a segment. */
static void story(struct world *w)
{
        says(w, 0.0, Q, "igmp|query", NULL);                             /* 1 */
        says(w, 0.3, A, "igmp|report|v3|to_ex(239.1.1.1)", NULL);        /* 2 */
        says(w, 0.8, A, "igmp|report|v3|to_ex(239.1.1.1)", NULL);        /* 3: again */
        says(w, 1.0, B, "igmp|report|v3|to_ex(239.1.1.1)", NULL);        /* 4 */
        says(w, 1.2, A, "igmp|report|v3|allow(232.1.1.1; 10.9.8.7)", NULL); /* 5 */
        sends(w, 1.5, C, 5000, "239.1.1.1", 9999, "ping");               /* 6 */
        sends(w, 1.6, A, 9999, C, 5000, "ping");                         /* 7: the echo */
        sends(w, 2.0, C, 5000, "239.1.1.1", 9999, "pong");               /* 8 */
        sends(w, 2.1, A, 9999, C, 5000, "other");                        /* 9: no echo */
        says(w, 2.5, B, "igmp|report|v3|to_in(239.7.7.7)", "bad");       /* 10 */
        says(w, 3.0, A, "igmp|report|v3|to_in(239.1.1.1)", NULL);        /* 11 */
        says(w, 3.1, Q, "igmp|query|239.1.1.1", NULL);                   /* 12 */
        says(w, 3.4, B, "igmp|report|v3|is_ex(239.1.1.1)", NULL);        /* 13 */
        says(w, 4.0, Q, "igmp|query|232.1.1.1|10.9.8.7", NULL);          /* 14 */
        says(w, 4.5, A, "igmp|report|v3|block(232.1.1.1; 10.9.8.7)", NULL); /* 15 */
        says(w, 5.0, "fe80::b", "mld|report|v2|to_ex(ff0e::1)", NULL);   /* 16 */
        says(w, 6.0, B, "igmp|report|v3|to_ex(239.2.2.2)", "ttl=64");    /* 17: breaks igmp-ttl-one */
        says(w, 7.0, "192.0.2.12", "igmp|report|v2|239.3.3.3", "vlan=10"); /* 18 */
        says(w, 9.0, "192.0.2.12", "igmp|leave|239.3.3.3", "vlan=10");   /* 19 */
        says(w, 10.0, Q, "igmp|query", NULL);                            /* 20 */
}

struct row {
        char result; /* h holds, d deviates, s skipped */
        const char *line, *seen;
};

static void check(const struct row *rows, size_t n, void (*tell)(struct world *w))
{
        struct text lines = {0};
        struct world w;
        struct verdict v;
        size_t i = 0;

        for (size_t r = 0; r < n; r++)
                text_add_format(&lines, "%s\n", rows[r].line);
        w = world_of(text_string(&lines), 0);
        tell(&w);
        expectations_finish(w.e);
        while (expectations_next(w.e, &i, &v)) {
                const struct row *r = &rows[i - 1];
                assert_string_equal(v.claim, r->line);
                if (result_name(v.result)[0] != r->result || (r->seen && !strstr(v.seen, r->seen)))
                        fail_msg("%s: %s, expected %s, seen %s", v.claim, result_name(v.result), v.expected, v.seen);
        }
        assert_int_equal(i, n);
        world_end(&w);
        text_free(&lines);
}

#define CHECK(rows, tell) check(rows, sizeof rows / sizeof *rows, tell)

static void joins_and_leaves(void **state)
{
        static const struct row rows[] = {
                {'h', "join 239.1.1.1 by 192.0.2.10 version 3 within 0..1", "once: frame 2 at 0.300 s, 192.0.2.10 joined 239.1.1.1"},
                {'h', "join 239.1.1.1 count 2", "2 times: frame 2"}, /* the retransmission is none */
                {'d', "join 239.1.1.1 count 3", "2 times: frame 2 at 0.300 s, 192.0.2.10 joined 239.1.1.1; frame 4 at 1.000 s"},
                {'d', "join 239.1.1.1 count 1", "2 times"},
                {'d', "join 239.1.1.1 by 192.0.2.20", "not seen; nearest: frame 2 at 0.300 s, 192.0.2.10 joined 239.1.1.1; frame 4"},
                {'d', "join 239.1.1.1 by 192.0.2.11 within 0..0.5", "nearest: frame 4 at 1.000 s, 192.0.2.11 joined 239.1.1.1; frame 2"},
                {'d', "join 239.1.1.1 by 192.0.2.10 version 2", "frame 2 at 0.300 s, 192.0.2.10 joined 239.1.1.1 (version 3)"},
                {'d', "join 239.8.8.8 by 192.0.2.10", "192.0.2.10 joined 239.1.1.1"},
                {'d', "join 239.8.8.8 by 192.0.2.99", "not seen; nearest: frame 2 at 0.300 s, 192.0.2.10 joined 239.1.1.1"},
                {'d', "join 239.8.8.8 within 5..20", "; the capture ends at 10.000 s"},
                {'h', "join 10.9.8.7,232.1.1.1 by 192.0.2.10", "joined 232.1.1.1 from 10.9.8.7"},
                {'d', "join 10.9.8.8,232.1.1.1 by 192.0.2.10", "joined 232.1.1.1 from 10.9.8.7"},
                {'d', "join 10.9.8.7,239.1.1.1", NULL}, /* any source is not that source */
                {'h', "join ff0e::1 by fe80::b version 2", "fe80::b joined ff0e::1"},
                {'d', "join 239.1.1.1+2 within 0..1", "1 of 2 groups as expected; 239.1.1.2 not seen; in all 2 times"},
                {'h', "leave 239.1.1.1 by 192.0.2.10 after join within 2..4", "frame 11 at 3.000 s, 192.0.2.10 left 239.1.1.1"},
                {'d', "leave 239.1.1.1 by 192.0.2.10 after join within 3..4", "(2.700 s after the join)"},
                {'d', "leave 239.1.1.1 by 192.0.2.11", "192.0.2.10 left 239.1.1.1"},
                {'h', "leave 10.9.8.7,232.1.1.1 within 4..5", "left 232.1.1.1 from 10.9.8.7"},
                {'h', "leave 239.3.3.3 by 192.0.2.12 version 2 vlan 10 after join within 2", "once"},
                {'d', "leave 239.3.3.3 vlan 11", "(vlan 10)"},
                {'d', "leave 239.1.1.1 vlan 11", "(no vlan)"},
                {'h', "join 239.1.1.1 on eth0", NULL},
                {'d', "join 239.1.1.1 on eth1", "(on eth0)"},
                {'h', "not join 239.9.9.9", "not seen"},
                {'d', "not join 239.1.1.1", "2 times: frame 2"},
                {'h', "not join 239.1.1.1 within 5..", NULL},
                {'h', "not expire", NULL},
                {'h', "join 239.1.1.1 by 192.0.2.10 within 0.3..0.3", NULL}, /* both ends count */
                {'d', "join 239.1.1.1 by 192.0.2.10 after report", "(no report before it)"}, /* its own does not */
                {'h', "join by 192.0.2.12", NULL},
        };

        (void)state;
        CHECK(rows, story);
}

static void messages(void **state)
{
        static const struct row rows[] = {
                {'h', "report 239.1.1.1 record to_ex count 3", NULL},
                {'h', "report 239.1.1.1 by 192.0.2.10 record to_ex count 2", "2 times: frame 2 at 0.300 s, 192.0.2.10 reported 239.1.1.1 to_ex"},
                {'h', "report 239.1.1.1 by 192.0.2.10 after join within 0..1 count 1", "frame 3"}, /* the retransmission */
                {'d', "report 239.1.1.1 record block", "reported 239.1.1.1 to_ex; frame 3"},
                {'h', "report 10.9.8.7,232.1.1.1 record allow", NULL},
                {'d', "report 10.9.8.8,232.1.1.1 record allow", "(sources 10.9.8.7)"},
                {'h', "report ttl 64 count 1", "frame 17"},
                {'d', "report 239.1.1.1 ttl 64", "(ttl 1)"},
                {'d', "report 239.7.7.7", "frame 10 at 2.500 s, 192.0.2.11 reported 239.7.7.7 to_in (bad checksum)"},
                {'h', "report 239.3.3.3 count 1", "frame 18"}, /* the Leave is no report … */
                {'h', "report 239.3.3.3 record to_in", "192.0.2.12 sent a leave for 239.3.3.3"}, /* … unless asked for */
                {'d', "report 239.3.3.3 by 192.0.2.12 within 8..", "frame 18"},
                {'h', "query general by 192.0.2.1 version 3 count 1..3", "2 times: frame 1 at 0.000 s, 192.0.2.1 sent a general query"},
                {'d', "query general by 192.0.2.2", "192.0.2.1 sent a general query"},
                {'d', "query general version 2", "(version 3)"},
                {'h', "query 239.1.1.1", "192.0.2.1 queried 239.1.1.1"},
                {'h', "query 239.1.1.1 after leave within 0..0.2", NULL},
                {'h', "query 10.9.8.7,232.1.1.1", NULL},
                {'h', "query 232.1.1.1 10.9.8.7", NULL},
                {'d', "query 232.1.1.1 10.9.8.7 10.9.8.8", "(sources 10.9.8.7)"},
                {'h', "query count 4", NULL},
                {'h', "report 239.1.1.1 after query within 0..0.3", "2 times"}, /* frame 2 after 1, frame 13 after 12 */
                {'h', "report 239.1.1.1 after query general within 3.1..", "once: frame 13"},
                {'d', "report 239.1.1.1 after query 239.9.9.9", "(no query before it)"},
                {'h', "report 239.1.1.1 after leave of 192.0.2.10 within 1", "once: frame 13"},
        };

        (void)state;
        CHECK(rows, story);
}

/* A host's filter for one group, from one source to another and back. */
static void sources(struct world *w)
{
        says(w, 0, A, "igmp|report|v3|allow(239.1.1.1; 10.0.0.1)", NULL);
        says(w, 1, A, "igmp|report|v3|allow(239.1.1.1; 10.0.0.2)|block(239.1.1.1; 10.0.0.3)|to_ex(239.2.2.2)", NULL);
        says(w, 3, A, "igmp|report|v3|block(239.1.1.1; 10.0.0.2)", NULL);
        says(w, 4, A, "igmp|report|v3|to_ex(239.1.1.1)", NULL);
        says(w, 5, A, "igmp|report|v3|to_in(239.1.1.1; 10.0.0.4)", NULL);
        says(w, 6, Q, "igmp|query|239.1.1.1|10.0.0.4|10.0.0.5", NULL);
}

static void single_sources(void **state)
{
        static const struct row rows[] = {
                {'h', "join 10.0.0.1,239.1.1.1 count 1", "once: frame 1"}, /* frame 2 does not add it again */
                {'h', "join 10.0.0.2,239.1.1.1 count 1", "now listens to 239.1.1.1 from 10.0.0.1, 10.0.0.2"},
                {'h', "leave 10.0.0.2,239.1.1.1 after join within 2", "once: frame 3"}, /* from its own join */
                {'d', "leave 10.0.0.1,239.1.1.1", "not seen"}, /* frame 4: it hears all, so that one as well */
                {'d', "join 10.0.0.4,239.1.1.1", "not seen"},  /* frame 5: it had heard it before */
                {'h', "join 239.1.1.1 count 1", "once: frame 1"},
                {'h', "report 239.1.1.1 by 192.0.2.10 within 1..1 count 1", NULL}, /* two records, one message */
                {'h', "report by 192.0.2.10 count 5", NULL},
                {'d', "query 239.1.1.1 10.0.0.4", "(sources 10.0.0.4 10.0.0.5)"}, /* just these */
                {'h', "query 239.1.1.1 10.0.0.5 10.0.0.4", NULL},
                {'h', "query 10.0.0.4,239.1.1.1", NULL}, /* this among others */
        };

        (void)state;
        CHECK(rows, sources);
}

static void data_and_echoes(void **state)
{
        static const struct row rows[] = {
                {'h', "data 239.1.1.1:9999 from 192.0.2.20 ttl 1 count 1..", "2 times: frame 6 at 1.500 s, 192.0.2.20 sent 4 octets to 239.1.1.1 port 9999"},
                {'h', "data 192.0.2.20,239.1.1.1", NULL},
                {'d', "data 239.1.1.1:9998", "to 239.1.1.1 port 9999"},
                {'d', "data 239.1.1.1:9999 ttl 2..", "(ttl 1)"},
                {'h', "data 239.1.1.1 after data within 0.4..0.6 count 1", "frame 8"},
                {'h', "data 239.1.1.1 after join of 192.0.2.10 within 1.2", "once: frame 6"},
                {'h', "not data 239.1.1.1 after leave", NULL},
                {'h', "echo 239.1.1.1:9999 from 192.0.2.20 by 192.0.2.10 within 0..0.5", "192.0.2.10 echoed 192.0.2.20's request to 239.1.1.1 port 9999 after 0.100000 s"},
                {'h', "echo count 1", NULL},
                {'d', "echo 239.1.1.1:9999 within 0..0.05", "frame 7 at 1.600 s, 192.0.2.10 echoed"},
                {'d', "echo 239.1.1.1:9999 from 192.0.2.20 by 192.0.2.11", "frame 7 at 1.600 s, 192.0.2.10 echoed"},
                {'d', "echo 239.1.1.1:9999 by 192.0.2.10 count 2", "nearest: frame 9 at 2.100 s, 192.0.2.10 answered 192.0.2.20's request to "
                                                                     "239.1.1.1 port 9999 with another payload"},
                {'d', "echo 239.1.1.2:9999", "not seen"},
                {'h', "not echo 239.1.1.1:9998", NULL},
        };

        (void)state;
        CHECK(rows, story);
}

static void moments(void **state)
{
        static const struct row rows[] = {
                {'h', "member 239.1.1.1 at 2 hosts 192.0.2.10 192.0.2.11", "hosts 192.0.2.10 192.0.2.11"},
                {'h', "member 239.1.1.1 at 2 hosts 192.0.2.11 192.0.2.10 192.0.2.11", NULL},
                {'d', "member 239.1.1.1 at 3.5 hosts 192.0.2.10 192.0.2.11", "hosts 192.0.2.11"},
                {'d', "member 239.1.1.1 at 2 hosts 192.0.2.10", "hosts 192.0.2.10 192.0.2.11"},
                {'h', "member 239.1.1.1 at 0.3 by 192.0.2.10", NULL}, /* that moment's packets count */
                {'h', "not member 239.1.1.1 at 0.299", "nobody"},
                {'h', "member 239.1.1.1 at 0.2 hosts none", "nobody"},
                {'d', "member 239.1.1.1 at 2 hosts none", "hosts 192.0.2.10 192.0.2.11"},
                {'h', "not member 239.1.1.1 by 192.0.2.10", "hosts 192.0.2.11"}, /* at the end */
                {'h', "member 10.9.8.7,232.1.1.1 at 2 hosts 192.0.2.10", NULL},
                {'d', "member 10.9.8.8,232.1.1.1 at 2", "nobody"},
                {'h', "member 239.1.1.1 at 1511450946 version 3", NULL}, /* an epoch time */
                {'h', "member 239.3.3.3 at 8 vlan 10", NULL},
                {'d', "member 239.3.3.3 at 8 vlan 20", "nobody"},
                {'d', "member 239.1.1.1+2 at 2", "239.1.1.2: nobody"},
                {'h', "not member 239.1.1.1 at 5000", "nobody"}, /* timers go on behind the capture's end */
                {'h', "querier 192.0.2.1 at 5", "querier 192.0.2.1 (version 3)"},
                {'h', "querier", NULL},
                {'d', "querier 192.0.2.2 at 5", "querier 192.0.2.1 (version 3)"},
                {'d', "querier none", NULL},
                {'d', "querier version 2", "(version 3)"},
                {'h', "not querier 192.0.2.2", NULL},
        };

        (void)state;
        CHECK(rows, story);
}

static void findings(void **state)
{
        static const struct row rows[] = {
                {'h', "finding igmp-ttl-one count 1", "frame 17 at 6.000 s, igmp-ttl-one (must): ttl 64"},
                {'d', "not finding severity must", "igmp-ttl-one"},
                {'h', "finding igmp-checksum", "frame 10"},
                {'d', "finding igmp-unknown-type", "frame 10 at 2.500 s, igmp-checksum (must)"},
                {'d', "expire", "not seen; nearest: frame 2 at 0.300 s, 192.0.2.10 joined"},
                {'d', "expire", "not seen; nearest: frame 2 at 0.300 s, 192.0.2.10 joined"},
                {'h', "not finding igmp-ttl-one within 0..5", NULL},
                {'h', "finding igmp-ttl-one after query 232.1.1.1 within 1.9..2.1", NULL},
        };

        (void)state;
        CHECK(rows, story);
}

static void expiry(struct world *w)
{
        says(w, 0.0, Q, "igmp|query", NULL);
        says(w, 0.1, A, "igmp|report|v3|to_ex(239.1.1.1)", NULL);
        says(w, 1000.0, Q, "igmp|query", NULL);
}

static void what_runs_out_expires_and_does_not_leave(void **state)
{
        static const struct row rows[] = {
                {'h', "expire 239.1.1.1 by 192.0.2.10 after join within 250..300", "192.0.2.10 expired in 239.1.1.1"},
                {'d', "leave 239.1.1.1", "192.0.2.10 joined 239.1.1.1; "},
                {'h', "not member 239.1.1.1 at 999", NULL},
        };

        (void)state;
        CHECK(rows, expiry);
}

static void nothing(struct world *w)
{
        (void)w;
}

static void without_a_frame_nothing_is_proven(void **state)
{
        static const struct row rows[] = {
                {'s', "not join 239.1.1.1", NULL},
                {'s', "join 239.1.1.1 count 0..3", NULL},
                {'s', "not member 239.1.1.1 at 3", NULL},
                {'d', "join 239.1.1.1", "not seen, nor anything like it"},
                {'d', "querier", "no querier"},
        };

        (void)state;
        CHECK(rows, nothing);
}

/* Many groups, each judged by itself. */
static void many(struct world *w)
{
        char words[64];

        for (int i = 0; i < 25; i++) {
                snprintf(words, sizeof words, "igmp|report|v3|to_ex(239.1.0.%d)", i);
                says(w, i * 0.01, A, words, NULL);
                says(w, i * 0.01 + 0.005, A, words, NULL);
        }
}

static void ranges_of_groups(void **state)
{
        static const struct row rows[] = {
                {'h', "join 239.1.0.0+25 by 192.0.2.10 count 1", "25 of 25 groups as expected; 25 times"},
                {'h', "report 239.1.0.0+25 after join within 0..0.006 count 1", NULL},
                {'d', "join 239.1.0.0+26", "25 of 26 groups as expected; 239.1.0.25 not seen"},
                {'d', "not join 239.1.0.24+5", "4 of 5 groups as expected; 239.1.0.24 once"},
                {'d', "join 239.2.0.0+5", "not seen"},
                {'h', "member 239.1.0.0+25 hosts 192.0.2.10", NULL},
                {'d', "member 239.1.0.0+25 at 0.1 hosts 192.0.2.10", "239.1.0.11: nobody"},
        };

        (void)state;
        CHECK(rows, many);
}

static void a_verdict_carries_its_evidence(void **state)
{
        struct world w = world_of("report 239.1.1.1\njoin 239.1.1.1 by 192.0.2.99\n", 0);
        struct verdict v;
        size_t i = 0;

        (void)state;
        for (int n = 0; n < 40; n++)
                says(&w, n, A, "igmp|report|v3|is_ex(239.1.1.1)", NULL);
        expectations_finish(w.e);
        assert_true(expectations_next(w.e, &i, &v));
        assert_string_equal(v.id, "x:1");
        assert_null(v.cite);
        assert_int_equal(v.n_frames, 16); /* bounded */
        assert_int_equal(v.frames[0], 1);
        assert_int_equal(v.frames[15], 16);
        assert_non_null(strstr(v.seen, "40 times: frame 1"));
        assert_non_null(strstr(v.seen, "; and 37 more"));
        assert_true(expectations_next(w.e, &i, &v));
        assert_int_equal(v.n_frames, 3); /* what was nearest */
        assert_string_equal(v.expected, "at least once");
        assert_false(expectations_next(w.e, &i, &v));
        world_end(&w);
}

/* Words in any order: read or refused, judged or not, never more than that. */
static void no_line_does_harm(void **state)
{
        static const char *const words[] = {
                "not", "join", "leave", "expire", "report", "query", "data", "echo", "member", "querier", "finding", "general",
                "239.1.1.1", "239.1.1.0+5", "10.9.8.7,232.1.1.1", "[ff0e::1]:9999", "239.1.1.1:9999", "192.0.2.10", "fe80::b", "by",
                "from", "version", "record", "ttl", "severity", "on", "vlan", "within", "after", "count", "at", "hosts", "of", "none",
                "1", "0..2", "1..", "..3", "to_ex", "must", "eth0", "igmp-ttl-one",
        };
        struct text lines = {0}, bad = {0};
        struct world w = {.decoder = decoder_new()};
        struct verdict v;
        uint32_t seed = 1;
        size_t i = 0, n = 0;

        (void)state;
        for (uint32_t line = 0; line < 20000; line++) {
                for (uint32_t k = 0; k < 2 + line % 7; k++) {
                        seed = seed * 1664525 + 1013904223;
                        text_add(&lines, words[(seed >> 16) % (sizeof words / sizeof *words)]);
                        text_add_char(&lines, ' ');
                }
                text_add_char(&lines, '\n');
        }
        assert_int_equal(expectations_new(&w.e, &(struct tracker_options){0}, NULL), 0);
        assert_in_range(expectations_read(w.e, "x", (struct bytes){(uint8_t *)lines.p, lines.n}, &bad), 10000, 19900);
        assert_int_equal(expectations_begin(w.e, 0, NULL), 0);
        story(&w);
        expectations_over(w.e, at(20), false);
        expectations_finish(w.e);
        for (; expectations_next(w.e, &i, &v); n++)
                assert_true(*v.claim && *v.expected && *v.seen);
        assert_int_equal(n, expectations_count(w.e));
        world_end(&w);
        text_free(&lines);
        text_free(&bad);
}

/* ---- live ---- */

static bool over_at(struct world *w, double seconds, bool deadline)
{
        expectations_time(w->e, at(seconds));
        return expectations_over(w->e, at(seconds), deadline);
}

static void live_ends_once_all_is_decided(void **state)
{
        struct world w = world_of("join 239.1.1.1 by 192.0.2.10\nquery general count 1..\n", epoch);

        (void)state;
        assert_null(expectations_endless(w.e));
        assert_false(over_at(&w, 0.1, false));
        says(&w, 0.3, A, "igmp|report|v3|to_ex(239.1.1.1)", NULL);
        assert_false(over_at(&w, 0.4, false));
        says(&w, 0.5, Q, "igmp|query", NULL);
        assert_true(over_at(&w, 0.6, false));
        world_end(&w);
}

static void live_waits_for_windows(void **state)
{
        struct world w = world_of("join 239.1.1.1 within 0..1\nnot join 239.2.2.2\nmember 239.1.1.1 at 2\n", epoch);

        (void)state;
        says(&w, 0.3, A, "igmp|report|v3|to_ex(239.1.1.1)", NULL);
        assert_false(over_at(&w, 1.5, false));
        assert_false(over_at(&w, 2.1, false));
        assert_true(over_at(&w, 2.3, false)); /* the last window and what arrives late */
        assert_false(over_at(&w, 2.3, true)); /* with -W, `not join` waits for it */
        world_end(&w);
}

static void live_waits_for_what_comes_after(void **state)
{
        struct world w = world_of("leave 239.1.1.1 after join within 2..4\n", epoch);

        (void)state;
        assert_false(over_at(&w, 100, false)); /* no join yet: anything may come */
        says(&w, 101, A, "igmp|report|v3|to_ex(239.1.1.1)", NULL);
        assert_false(over_at(&w, 104, false));
        assert_true(over_at(&w, 105.5, false));
        world_end(&w);
}

static void live_knows_what_never_ends(void **state)
{
        struct world endless = world_of("not join 239.1.1.1\nnot finding severity must\n", epoch);
        struct world bounded = world_of("not join 239.1.1.1 within 0..2\nnot finding severity must\n", epoch);
        struct world broken = world_of("not join 239.1.1.1\n", epoch);

        (void)state;
        assert_string_equal(expectations_endless(endless.e), "x:1");
        assert_null(expectations_endless(bounded.e));
        assert_false(over_at(&bounded, 2.1, false));
        assert_true(over_at(&bounded, 2.3, false));
        says(&broken, 1, A, "igmp|report|v3|to_ex(239.1.1.1)", NULL);
        assert_true(over_at(&broken, 1, true)); /* broken for good: no need to wait */
        world_end(&endless);
        world_end(&bounded);
        world_end(&broken);
}

static void live_counts_from_its_start(void **state)
{
        struct world w = world_of("join 239.1.1.1 within 5..6\nnot join 239.2.2.2\n", epoch);
        struct verdict v;
        size_t i = 0;

        (void)state;
        says(&w, 5.5, A, "igmp|report|v3|to_ex(239.1.1.1)", NULL);
        expectations_finish(w.e);
        while (expectations_next(w.e, &i, &v))
                assert_int_equal(v.result, RESULT_HOLDS);
        world_end(&w);
}

/* ---- drafts ---- */

static char *draft_of(void (*tell)(struct world *w))
{
        struct world w = {.decoder = decoder_new(), .draft = draft_new(&(struct tracker_options){0}, NULL)};
        struct text t = {0};
        char *copy;

        assert_non_null(w.draft);
        tell(&w);
        draft_write(w.draft, "story.pcap", &t);
        copy = strdup(text_string(&t));
        text_free(&t);
        world_end(&w);
        return copy;
}

static void drafts_hold(const char *draft, void (*tell)(struct world *w))
{
        struct world w = world_of(draft, 0);
        struct verdict v;
        size_t i = 0;

        tell(&w);
        expectations_finish(w.e);
        while (expectations_next(w.e, &i, &v))
                if (v.result == RESULT_DEVIATES)
                        fail_msg("%s: expected %s, seen %s", v.claim, v.expected, v.seen);
        world_end(&w);
}

static void a_draft_says_what_was_there(void **state)
{
        static const char *const lines[] = {
                "# A draft from story.pcap: 20 frames in 10 s.",
                "\nquery general by 192.0.2.1 version 3 count 1..3\n", "\nquery 239.1.1.1 by 192.0.2.1 version 3\n",
                "\nquerier 192.0.2.1 version 3\n", "\njoin 239.1.1.1 by 192.0.2.10 version 3 within 0..1\n",
                "\njoin 10.9.8.7,232.1.1.1 by 192.0.2.10 version 3 within 0.5..2\n",
                "\njoin ff0e::1 by fe80::b version 2 within 4.5..5.5\n",
                "\nleave 239.1.1.1 by 192.0.2.10 version 3 after join within 2..3.5\n",
                "\nleave 239.3.3.3 by 192.0.2.12 version 2 after join within 1.5..2.5\n",
                "\ndata 239.1.1.1:9999 from 192.0.2.20 ttl 1 count 1..\n",
                "\necho 239.1.1.1:9999 from 192.0.2.20 by 192.0.2.10 within 0..1 count 1..\n",
                "\nfinding igmp-ttl-one count 1\n",
        };
        char *draft = draft_of(story);

        (void)state;
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
                if (!strstr(draft, lines[i]))
                        fail_msg("no '%s' in:\n%s", lines[i], draft);
        assert_null(strstr(draft, "not finding"));
        free(draft);
}

/* The same host listens to any source, then to one, then leaves: no leave is counted from the wrong join. */
static void tangled(struct world *w)
{
        says(w, 0, A, "igmp|report|v3|to_ex(239.1.1.1)", NULL);
        says(w, 9, A, "igmp|report|v3|to_in(239.1.1.1)", NULL);
        says(w, 12, A, "igmp|report|v3|allow(239.1.1.1; 10.0.0.1 10.0.0.2)", NULL);
        says(w, 13, A, "igmp|report|v3|allow(239.1.1.1; 10.0.0.3)", NULL);
        says(w, 14, A, "igmp|report|v3|block(239.1.1.1; 10.0.0.1)", NULL);
        says(w, 20, A, "igmp|report|v3|to_in(239.1.1.1)", NULL);
        says(w, 21, A, "igmp|report|v3|to_ex(239.1.1.1; 10.0.0.9)", NULL);
        says(w, 22, A, "igmp|report|v2|239.1.1.1", NULL);
        says(w, 23, A, "igmp|leave|239.1.1.1", NULL);
        sends(w, 24, "fe80::1", 5353, "ff02::fb", 5353, "x");
}

/* A membership that runs out, and another that does not leave as it began. */
static void mended(struct world *w)
{
        says(w, 0, A, "igmp|report|v3|to_ex(239.1.1.1)", NULL);
        says(w, 300, A, "igmp|report|v3|allow(239.1.1.1; 10.0.0.1)", NULL);
        says(w, 310, A, "igmp|report|v3|to_ex(239.1.1.1)", NULL);
        says(w, 320, A, "igmp|report|v3|to_in(239.1.1.1)", NULL);
}

static void a_draft_holds_for_its_own_capture(void **state)
{
        static void (*const tales[])(struct world *w) = {story, sources, expiry, many, tangled, mended, nothing};

        (void)state;
        for (size_t i = 0; i < sizeof tales / sizeof *tales; i++) {
                char *draft = draft_of(tales[i]);
                drafts_hold(draft, tales[i]);
                free(draft);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(joins_and_leaves),
                cmocka_unit_test(messages),
                cmocka_unit_test(single_sources),
                cmocka_unit_test(data_and_echoes),
                cmocka_unit_test(moments),
                cmocka_unit_test(findings),
                cmocka_unit_test(what_runs_out_expires_and_does_not_leave),
                cmocka_unit_test(without_a_frame_nothing_is_proven),
                cmocka_unit_test(ranges_of_groups),
                cmocka_unit_test(a_verdict_carries_its_evidence),
                cmocka_unit_test(no_line_does_harm),
                cmocka_unit_test(live_ends_once_all_is_decided),
                cmocka_unit_test(live_waits_for_windows),
                cmocka_unit_test(live_waits_for_what_comes_after),
                cmocka_unit_test(live_knows_what_never_ends),
                cmocka_unit_test(live_counts_from_its_start),
                cmocka_unit_test(a_draft_says_what_was_there),
                cmocka_unit_test(a_draft_holds_for_its_own_capture),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
