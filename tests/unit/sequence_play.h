/* SPDX-License-Identifier: BSD-2-Clause */
/* Plays packets written as lines "SECONDS WHO WHAT …" through decoder, tracker and linter, and tells the findings.
 *
 *   0 r1 q3                        general query of the newest version by router 1 (q1 and q2: older ones)
 *   30.01 r1 q3 G mrt=1 s S1 S2    group-and-source query with the S flag; also qrv= qqi=
 *   3 a v2 G                       older report by host a (v1: IGMPv1); a leave G; a? is host a from 0.0.0.0 or ::
 *   10 a allow SSM S1 + block SSM S2    one report of two records
 *   40 data S1 G ttl=3             UDP data, its frame from the sender's MAC; via=r1: from that router's
 *   50 end                         time passes; gap: the capture lost packets
 *
 * Routers r0 (0.0.0.0) to r9, hosts a to z; groups G, G2 … and SSM; sources S1 to S9; or any address. */
#ifndef SEQUENCE_PLAY_H
#define SEQUENCE_PLAY_H

#include "igmpscope/model.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PLAY_FINDINGS = 64 };

struct play {
        bool mld;
        struct linter_options options;
        struct tracker *tracker;
        struct linter *linter;
        uint64_t number;
        struct {
                double time;
                const struct finding *at;
        } order[PLAY_FINDINGS];
        struct finding findings[PLAY_FINDINGS];
        size_t n;
        char told[4096];
};

#define PLAY_BASE INT64_C(1700000000000000000)

static struct addr play_address(const struct play *y, const char *word)
{
        char text[ADDR_TEXT];
        struct addr a = {0};

        if (word[0] == 'G')
                snprintf(text, sizeof text, y->mld ? "ff0e::10%s" : "233.252.0.%s", word[1] ? word + 1 : "1");
        else if (!strcmp(word, "SSM"))
                snprintf(text, sizeof text, "%s", y->mld ? "ff3e::8000:1" : "232.1.1.1");
        else if (word[0] == 'S')
                snprintf(text, sizeof text, y->mld ? "2001:db8::%s" : "198.51.100.%s", word + 1);
        else if (word[0] == 'r' && word[1] == '0')
                snprintf(text, sizeof text, "%s", y->mld ? "::" : "0.0.0.0");
        else if (word[0] == 'r')
                snprintf(text, sizeof text, y->mld ? "fe80::%s" : "192.0.2.%s", word + 1);
        else if (word[0] >= 'a' && word[0] <= 'z' && (!word[1] || word[1] == '?'))
                snprintf(text, sizeof text, word[1] ? (y->mld ? "::" : "0.0.0.0") : y->mld ? "fe80::1%02d" : "192.0.2.1%02d",
                         word[0] - 'a' + 10);
        else
                snprintf(text, sizeof text, "%s", word);
        if (!addr_parse(text, &a))
                fail_msg("no address: %s", word);
        return a;
}

static const struct message *play_message(const struct play *y, enum message_name kind, int age)
{
        const struct message *m;
        const int newest = y->mld ? 2 : 3, version = age == 3 ? newest : y->mld ? 1 : age;

        for (size_t i = 0; (m = message_at(i)); i++)
                if (m->family == (y->mld ? FAMILY_MLD : FAMILY_IGMP) && m->kind == kind && m->version == version)
                        return m;
        fail_msg("no such message");
        return NULL;
}

static unsigned play_record(const char *word)
{
        for (unsigned t = IS_IN; t <= BLOCK; t++)
                if (!strcmp(record_name(t), word))
                        return t;
        return 0;
}

static void play_query(struct play *y, struct craft *c, char **w, size_t n, uint8_t *room)
{
        struct gmp *g = &c->gmp;
        const int age = w[0][1] - '0';
        double mrt = 10, qqi = 125;

        g->row = play_message(y, MESSAGE_QUERY, age);
        g->group = (struct addr){.len = y->mld ? 16 : 4};
        g->qrv = 2;
        for (size_t i = 1; i < n; i++) {
                if (!strncmp(w[i], "mrt=", 4))
                        mrt = atof(w[i] + 4);
                else if (!strncmp(w[i], "qqi=", 4))
                        qqi = atof(w[i] + 4);
                else if (!strncmp(w[i], "qrv=", 4))
                        g->qrv = (uint8_t)atoi(w[i] + 4);
                else if (!strcmp(w[i], "s"))
                        g->s = true;
                else if (w[i][0] == 'S' && strcmp(w[i], "SSM")) {
                        struct addr a = play_address(y, w[i]);
                        memcpy(room + (size_t)g->sources.n * a.len, a.b, a.len);
                        g->sources = (struct sources){room, (uint16_t)(g->sources.n + 1), a.len};
                } else
                        g->group = play_address(y, w[i]);
        }
        g->flags = (uint8_t)(g->s << 3 | g->qrv);
        g->qqic = code8_encode((uint32_t)qqi);
        g->declared = g->sources.n;
        if (y->mld)
                g->max_resp_code = age == 3 ? code16_encode((uint32_t)(mrt * 1000)) : (uint16_t)(mrt * 1000);
        else if (age > 1)
                g->code = age == 3 ? code8_encode((uint32_t)(mrt * 10)) : (uint8_t)(mrt * 10);
}

static void play_report(struct play *y, struct craft *c, char **w, size_t n, uint8_t *room)
{
        struct packer k = packer_into(room, 2048);

        c->gmp.row = play_message(y, MESSAGE_REPORT, 3);
        for (size_t i = 0; i < n; i++) {
                const unsigned type = play_record(w[i]);
                const struct addr group = play_address(y, w[++i]);
                struct addr sources[16];
                size_t s = 0;

                while (i + 1 < n && strcmp(w[i + 1], "+"))
                        sources[s++] = play_address(y, w[++i]);
                record_pack(&k, (uint8_t)type, &group, sources, s);
                c->gmp.n_records++;
                i += i + 1 < n;
        }
        c->gmp.records = (struct bytes){room, k.n};
        c->gmp.declared = c->gmp.n_records;
}

static void play_data(struct play *y, struct craft *c, char **w, size_t n)
{
        static const struct bytes payload = {(const uint8_t *)"data", 4};

        c->udp = &payload;
        c->src_port = 5000;
        c->dst_port = 5001;
        c->src = play_address(y, w[0]);
        c->dst = play_address(y, w[1]);
        memcpy(c->eth_src + 2, c->src.b + c->src.len - 4, 4);
        c->ttl = 8;
        for (size_t i = 2; i < n; i++) {
                if (!strncmp(w[i], "ttl=", 4))
                        c->ttl = atoi(w[i] + 4);
                else if (!strncmp(w[i], "via=", 4))
                        c->eth_src[5] = (uint8_t)w[i][5], memset(c->eth_src + 1, 0, 4);
        }
}

static void play_take(struct play *y)
{
        struct finding f;

        while (linter_next(y->linter, &f)) {
                size_t i = y->n;
                assert_true(f.seen[0] && f.expected[0]);
                assert_true(f.severity <= f.rule->severity);
                if (getenv("PLAY_VERBOSE"))
                        print_message("  %.3f %s (%s): seen %s, expected %s\n", (double)(f.time_ns - PLAY_BASE) / 1e9,
                                      f.rule->id, severity_name(f.severity), f.seen, f.expected);
                assert_true(y->n < PLAY_FINDINGS);
                for (; i && (y->findings[i - 1].time_ns > f.time_ns
                             || (y->findings[i - 1].time_ns == f.time_ns
                                 && strcmp(y->findings[i - 1].rule->id, f.rule->id) > 0)); i--)
                        y->findings[i] = y->findings[i - 1];
                y->findings[i] = f;
                y->n++;
        }
}

static void play_packet(struct play *y, int64_t now, const struct craft *c)
{
        uint8_t raw[4096];
        struct packer k = packer_into(raw, sizeof raw);
        struct frame frame = {.number = ++y->number, .time_ns = now, .interface = "eth0", .link = 1};
        struct record r;
        struct change chg;
        struct packet p;

        assert_int_equal(craft_build(c, &k), 0);
        frame.data = (struct bytes){raw, k.n};
        frame.caplen = frame.len = (uint32_t)k.n;
        packet_decode(&frame, &p);
        assert_int_equal(p.stop.layer, LAYER_NONE);
        linter_packet(y->linter, &p);
        play_take(y);
        tracker_packet(y->tracker, &p);
        for (size_t at = 0; record_next(&p, &at, &r); )
                while (tracker_apply(y->tracker, &p, &r, &chg))
                        ;
}

static void play_line(struct play *y, char *line)
{
        char *w[32], *save = NULL;
        uint8_t room[2048];
        struct craft c;
        struct change chg;
        size_t n = 0;
        int64_t now;

        for (char *t = strtok_r(line, " ", &save); t && n < 32; t = strtok_r(NULL, " ", &save))
                w[n++] = t;
        if (!n)
                return;
        assert_true(n >= 2);
        now = PLAY_BASE + (int64_t)(atof(w[0]) * 1e9 + 0.5);
        linter_time(y->linter, now);
        play_take(y);
        while (tracker_expire(y->tracker, now, &chg))
                ;
        if (!strcmp(w[1], "gap"))
                linter_gap(y->linter);
        if (n == 2)
                return;
        craft_init(&c);
        c.eth = true;
        c.eth_src[0] = 2;
        if (!strcmp(w[1], "data")) {
                play_data(y, &c, w + 2, n - 2);
                play_packet(y, now, &c);
                return;
        }
        c.gmp.family = y->mld ? FAMILY_MLD : FAMILY_IGMP;
        c.src = play_address(y, w[1]);
        c.eth_src[5] = (uint8_t)(w[1][0] == 'r' ? w[1][1] : w[1][0]);
        if (w[2][0] == 'q')
                play_query(y, &c, w + 2, n - 2, room);
        else if (w[2][0] == 'v' || !strcmp(w[2], "leave")) {
                c.gmp.row = play_message(y, w[2][0] == 'v' ? MESSAGE_REPORT : MESSAGE_LEAVE, w[2][1] == '1' ? 1 : 2);
                c.gmp.group = play_address(y, w[3]);
        } else
                play_report(y, &c, w + 2, n - 2, room);
        play_packet(y, now, &c);
}

/* "rule@seconds rule@seconds …", in order of time, then name. */
static const char *play(struct play *y, const char *script)
{
        struct tracker_options t = {0};
        char *copy = strdup(script), *save = NULL, *line;

        y->tracker = tracker_new(&t);
        assert_int_equal(linter_new(&y->linter, &y->options, y->tracker, NULL), 0);
        for (line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
                play_line(y, line);
        linter_end(y->linter);
        play_take(y);
        y->told[0] = 0;
        for (size_t i = 0; i < y->n; i++)
                snprintf(y->told + strlen(y->told), sizeof y->told - strlen(y->told), "%s%s@%.10g", i ? " " : "",
                         y->findings[i].rule->id, (double)(y->findings[i].time_ns - PLAY_BASE) / 1e9);
        linter_free(y->linter);
        tracker_free(y->tracker);
        free(copy);
        return y->told;
}

#endif
