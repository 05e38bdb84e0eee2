/* SPDX-License-Identifier: BSD-2-Clause */
/* A small stage for the tracker's tests: packets are lines of words, built and decoded as real ones are, and what
 * the tracker believes is told in words too.
 *
 *      TIME WHO report1|report2|mld1|leave|done GROUP
 *      TIME WHO is_in|is_ex|to_in|to_ex|allow|block GROUP [a,b,…]
 *      TIME WHO q1|q2|q3 GROUP|- MAX_RESP_S [QRV QQI_S] [s] [a,b,…]     MLD: q1 and q2
 *
 * WHO is h1 to h9 or r1 to r9: 192.0.2.1N or 192.0.2.N, fe80::1N or fe80::N; 0h1 is h1's MAC without an address.
 * a to z are sources: 198.51.100.1 and on, 2001:db8::1 and on. */
#ifndef TESTS_UNIT_TRACKER_TEST_H
#define TESTS_UNIT_TRACKER_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "igmpscope/model.h"

#define G4 "233.252.0.1"
#define G6 "ff0e::101"

struct stage {
        struct tracker *t;
        struct text log, elections; /* since they were last read */
        uint64_t frames;
        const char *interface;
        uint16_t vlan;
        int bad_checksum;
};

#define UNUSED __attribute__((unused)) static

UNUSED struct stage stage_new(const struct tracker_options *o)
{
        struct stage s = {.t = tracker_new(o ? o : &(struct tracker_options){0}), .interface = "eth0"};

        assert_non_null(s.t);
        return s;
}

UNUSED void stage_free(struct stage *s)
{
        tracker_free(s->t);
        text_free(&s->log);
        text_free(&s->elections);
}

UNUSED int64_t ns_of(double s)
{
        return (int64_t)(s * 1000 + (s < 0 ? -0.5 : 0.5)) * 1000000;
}

UNUSED struct addr source_named(char name, uint8_t len)
{
        struct addr a;

        assert_true(addr_parse(len == 4 ? "198.51.100.0" : "2001:db8::", &a));
        a.b[len - 1] = (uint8_t)(name - 'a' + 1);
        return a;
}

UNUSED void add_source(struct text *t, const struct addr *a)
{
        char buf[ADDR_TEXT];
        struct addr named = source_named('a', a->len);

        if (!memcmp(a->b, named.b, (size_t)a->len - 1) && a->b[a->len - 1] && a->b[a->len - 1] <= 26)
                text_add_char(t, (char)('a' + a->b[a->len - 1] - 1));
        else
                text_add(t, addr_format(a, buf));
}

UNUSED void add_filter(struct text *t, const struct filter *f)
{
        text_add(t, f->mode == MODE_EXCLUDE ? "ex{" : "in{");
        for (uint32_t i = 0; i < f->n; i++) {
                if (i)
                        text_add_char(t, ',');
                add_source(t, &f->sources[i]);
        }
        text_add_char(t, '}');
}

UNUSED void add_host(struct text *t, const struct addr *a)
{
        char buf[ADDR_TEXT];
        uint8_t last = a->b[a->len - 1];

        if (!a->len)
                text_add(t, "none");
        else if ((a->len == 4 && a->b[0] == 192) || (a->len == 16 && a->b[0] == 0xfe))
                text_add_format(t, "%c%u", last > (a->len == 4 ? 9 : 15) ? 'h' : 'r', a->len == 4 ? last % 10 : last & 15);
        else
                text_add(t, addr_format(a, buf));
}

UNUSED void log_change(struct stage *s, const struct change *c)
{
        char buf[ADDR_TEXT];

        text_add_format(&s->log, "%s%.6g ", s->log.n ? "; " : "", (double)c->time_ns / 1e9);
        add_host(&s->log, &c->host);
        text_add_format(&s->log, " %s %s ", change_event_name(c->event), addr_format(&c->group, buf));
        add_filter(&s->log, &c->from);
        text_add(&s->log, "->");
        add_filter(&s->log, &c->to);
        text_add_format(&s->log, " %s", c->why);
}

UNUSED void log_elections(struct stage *s)
{
        struct querier_change c;

        while (querier_change_next(s->t, &c)) {
                text_add_format(&s->elections, "%s%.6g ", s->elections.n ? "; " : "", (double)c.time_ns / 1e9);
                add_host(&s->elections, &c.from);
                text_add(&s->elections, "->");
                add_host(&s->elections, &c.to);
                text_add_format(&s->elections, " %s", c.why);
        }
}

/* ---- building ---- */

UNUSED struct addr address_named(const char *who, uint8_t len)
{
        bool none = *who == '0';
        struct addr a;

        who += none;
        assert_true(addr_parse(len == 4 ? "192.0.2.0" : "fe80::", &a));
        a.b[len - 1] = (uint8_t)(who[1] - '0' + (*who == 'h' ? (len == 4 ? 10 : 16) : 0));
        if (none)
                memset(a.b, 0, sizeof a.b);
        return a;
}

UNUSED const struct message *row_named(enum family f, enum message_name kind, uint8_t version)
{
        const struct message *m;

        for (size_t i = 0; (m = message_at(i)); i++)
                if (m->family == f && m->kind == kind && m->version == version)
                        return m;
        fail_msg("no such message");
        return NULL;
}

UNUSED uint16_t sources_named(const char *names, uint8_t len, struct addr *out)
{
        uint16_t n = 0;

        for (; names && *names; names++)
                if (*names >= 'a' && *names <= 'z')
                        out[n++] = source_named(*names, len);
        return n;
}

UNUSED void stage_send(struct stage *s, double at, struct craft *c)
{
        uint8_t octets[4096];
        struct packer k = packer_into(octets, sizeof octets);
        struct frame f = {.number = ++s->frames, .time_ns = ns_of(at), .interface = s->interface, .link = 1};
        struct packet p;
        struct record r;
        struct change change;

        c->eth = true;
        c->bad_checksum = s->bad_checksum;
        if (s->vlan)
                c->vlan[c->n_vlan++] = s->vlan;
        assert_int_equal(craft_build(c, &k), 0);
        f.caplen = f.len = (uint32_t)k.n;
        f.data = (struct bytes){octets, k.n};
        packet_decode(&f, &p);
        while (tracker_expire(s->t, f.time_ns, &change))
                log_change(s, &change);
        log_elections(s);
        tracker_packet(s->t, &p);
        log_elections(s);
        for (size_t i = 0; record_next(&p, &i, &r);)
                while (tracker_apply(s->t, &p, &r, &change))
                        log_change(s, &change);
}

UNUSED void stage_until(struct stage *s, double at)
{
        struct change change;

        while (tracker_expire(s->t, ns_of(at), &change))
                log_change(s, &change);
        log_elections(s);
}

UNUSED void craft_from(struct craft *c, const char *who, uint8_t len)
{
        craft_init(c);
        c->gmp.family = len == 4 ? FAMILY_IGMP : FAMILY_MLD;
        c->src = address_named(who, len);
        who += *who == '0';
        memcpy(c->eth_src, (const uint8_t[]){2, 0, 0, 0, (uint8_t)who[0], (uint8_t)who[1]}, 6);
}

UNUSED void send_query(struct stage *s, double at, const char *who, const char *verb, char *const *word, size_t n)
{
        static uint8_t octets[1024];
        struct packer k = packer_into(octets, sizeof octets);
        bool v6 = strchr(word[0], ':') != NULL;
        uint8_t len = v6 ? 16 : 4, version = (uint8_t)(verb[1] - '0');
        uint32_t ms = (uint32_t)(atof(word[1]) * 1000 + 0.5);
        struct addr sources[26];
        struct craft c;

        craft_from(&c, who, len);
        c.gmp.row = row_named(v6 ? FAMILY_MLD : FAMILY_IGMP, MESSAGE_QUERY, version);
        c.gmp.group = (struct addr){.len = len};
        if (strcmp(word[0], "-") && strcmp(word[0], "::"))
                assert_true(addr_parse(word[0], &c.gmp.group));
        c.gmp.max_resp_ms = ms;
        c.gmp.max_resp_code = (uint16_t)(v6 ? (version == 1 ? ms : code16_encode(ms))
                                            : version == 2 ? ms / 100 : code8_encode(ms / 100));
        c.gmp.code = v6 ? 0 : (uint8_t)c.gmp.max_resp_code;
        if (n > 3) {
                c.gmp.qrv = (uint8_t)atoi(word[2]);
                c.gmp.qqi_s = (uint32_t)atoi(word[3]);
                c.gmp.qqic = code8_encode(c.gmp.qqi_s);
        }
        for (size_t i = 4; i < n; i++) {
                if (!strcmp(word[i], "S")) {
                        c.gmp.s = true;
                        continue;
                }
                c.gmp.sources.n = c.gmp.declared = sources_named(word[i], len, sources);
                for (uint16_t j = 0; j < c.gmp.sources.n; j++)
                        pack_bytes(&k, (struct bytes){sources[j].b, len});
                c.gmp.sources.p = octets;
                c.gmp.sources.len = len;
        }
        c.gmp.flags = (uint8_t)((c.gmp.s ? 8 : 0) | c.gmp.qrv);
        stage_send(s, at, &c);
}

/* Any number of records: TYPE GROUP SOURCES, … */
UNUSED void send_report(struct stage *s, double at, const char *who, char *const *word, size_t n)
{
        uint8_t octets[2048];
        struct packer k = packer_into(octets, sizeof octets);
        uint8_t len = strchr(word[1], ':') ? 16 : 4;
        struct addr sources[26], group;
        struct craft c;

        craft_from(&c, who, len);
        c.gmp.row = row_named(len == 4 ? FAMILY_IGMP : FAMILY_MLD, MESSAGE_REPORT, len == 4 ? 3 : 2);
        for (size_t i = 0; i + 1 < n; c.gmp.n_records++) {
                unsigned type = IS_IN;
                uint16_t named;
                while (strcmp(record_name(type), word[i]))
                        assert_true(++type <= BLOCK);
                assert_true(addr_parse(word[i + 1], &group));
                i += 2;
                named = i < n && (!word[i][1] || word[i][1] == ',') ? sources_named(word[i++], len, sources) : 0;
                record_pack(&k, (uint8_t)type, &group, sources, named);
        }
        c.gmp.records = (struct bytes){octets, k.n};
        stage_send(s, at, &c);
}

UNUSED void send_old(struct stage *s, double at, const char *who, const char *verb, const char *group)
{
        uint8_t len = strchr(group, ':') ? 16 : 4;
        bool leave = !strcmp(verb, "leave") || !strcmp(verb, "done");
        struct craft c;

        craft_from(&c, who, len);
        c.gmp.row = row_named(len == 4 ? FAMILY_IGMP : FAMILY_MLD, leave ? MESSAGE_LEAVE : MESSAGE_REPORT,
                                  len == 16 ? 1 : leave || strcmp(verb, "report1") ? 2 : 1);
        assert_true(addr_parse(group, &c.gmp.group));
        stage_send(s, at, &c);
}

/* One line of the above. */
UNUSED void stage_line(struct stage *s, const char *line)
{
        char copy[256], *word[32] = {NULL}, *at = NULL;
        size_t n = 0;
        double when;

        assert_true(strlen(line) < sizeof copy);
        strcpy(copy, line);
        for (char *w = strtok_r(copy, " ", &at); w; w = strtok_r(NULL, " ", &at))
                word[n++] = w;
        assert_true(n >= 4);
        when = atof(word[0]);
        if (*word[2] == 'q')
                send_query(s, when, word[1], word[2], word + 3, n - 3);
        else if (n == 4 && !strchr(word[2], '_') && strcmp(word[2], "allow") && strcmp(word[2], "block"))
                send_old(s, when, word[1], word[2], word[3]);
        else
                send_report(s, when, word[1], word + 2, n - 2);
}

/* ---- telling ---- */

/* "233.252.0.1 exclude 240 {a:100 c:0} v3", joined by "; " */
UNUSED struct text groups_at(struct stage *s, double at)
{
        struct text t = {0};
        struct group_state g;
        char buf[ADDR_TEXT];

        stage_until(s, at);
        for (size_t i = 0; group_next(s->t, &i, &g);) {
                text_add_format(&t, "%s%s %s", t.n ? "; " : "", addr_format(&g.group, buf), filter_mode_name(g.mode));
                if (g.mode == MODE_EXCLUDE)
                        text_add_format(&t, " %.6g", (double)(g.group_expires_ns - ns_of(at)) / 1e9);
                text_add(&t, " {");
                for (uint32_t k = 0; k < g.n; k++) {
                        int64_t left = g.source_expires_ns[k] ? g.source_expires_ns[k] - ns_of(at) : 0;
                        if (k)
                                text_add_char(&t, ' ');
                        add_source(&t, &g.sources[k]);
                        text_add_format(&t, ":%.6g", (double)left / 1e9);
                }
                text_add_format(&t, "} v%u", g.version);
        }
        text_string(&t);
        return t;
}

/* "233.252.0.1 h1 ex{} v3 until 270 presumed", joined by "; " */
UNUSED struct text members_at(struct stage *s, double at)
{
        struct text t = {0};
        struct member m;
        char buf[ADDR_TEXT];

        stage_until(s, at);
        for (size_t i = 0; member_next(s->t, &i, &m);) {
                text_add_format(&t, "%s%s ", t.n ? "; " : "", addr_format(&m.group, buf));
                add_host(&t, &m.host);
                text_add_char(&t, ' ');
                add_filter(&t, &m.filter);
                text_add_format(&t, " v%u until %.6g%s%s%s%s", m.version, (double)m.expires_ns / 1e9,
                                m.presumed ? " presumed" : "", m.stale ? " stale" : "", m.partial ? " partial" : "",
                                m.anonymous ? " anonymous" : "");
        }
        text_string(&t);
        return t;
}

/* "r1 v3 elected says 125 measured 124.9 qrv 2 5 queries", joined by "; " */
UNUSED struct text queriers_at(struct stage *s, double at)
{
        struct text t = {0};
        struct querier q;

        stage_until(s, at);
        for (size_t i = 0; querier_next(s->t, &i, &q);) {
                text_add(&t, t.n ? "; " : "");
                add_host(&t, &q.address);
                text_add_format(&t, " v%u%s says %u measured %.6g qrv %u %u queries", q.version,
                                q.elected ? " elected" : "", q.interval_s, q.measured_interval_s, q.qrv,
                                (unsigned)q.queries);
        }
        text_string(&t);
        return t;
}

/* "rv 2 learned qi 125 learned qri 10 learned gmi 270 oqpi 255 ohpi 260" of IGMP on the untagged link */
UNUSED struct text parameters_at(struct stage *s, double at)
{
        struct frame f = {.interface = s->interface};
        struct packet p = {.frame = &f, .gmp.family = FAMILY_IGMP};
        struct parameters now;
        struct text t = {0};

        stage_until(s, at);
        now = tracker_parameters(s->t, &p);
        text_add_format(&t, "rv %u %s qi %.6g %s qri %.6g %s gmi %.6g oqpi %.6g ohpi %.6g", now.rv, origin_name(now.rv_from),
                        now.qi_ms / 1e3, origin_name(now.qi_from), now.qri_ms / 1e3, origin_name(now.qri_from),
                        now.gmi_ms / 1e3, now.oqpi_ms / 1e3, now.ohpi_ms / 1e3);
        text_string(&t);
        return t;
}

UNUSED void expect_text(struct text got, const char *want, const char *where)
{
        if (strcmp(text_string(&got), want))
                print_error("at: %s\n", where);
        assert_string_equal(text_string(&got), want);
        text_free(&got);
}

UNUSED struct text taken(struct stage *s, double at, struct text *from)
{
        struct text t;

        stage_until(s, at);
        t = *from;
        *from = (struct text){0};
        return t;
}

UNUSED struct text told(struct stage *s, double at, const char *what)
{
        if (!strcmp(what, "groups"))
                return groups_at(s, at);
        if (!strcmp(what, "members"))
                return members_at(s, at);
        if (!strcmp(what, "queriers"))
                return queriers_at(s, at);
        if (!strcmp(what, "parameters"))
                return parameters_at(s, at);
        return taken(s, at, *what == 'c' ? &s->log : &s->elections);
}

/* Lines as above, and checks: "@TIME groups …", members, queriers, parameters; changes and elections are those since
 * they were last asked for. */
UNUSED void play(const struct tracker_options *o, const char *const *lines)
{
        struct stage s = stage_new(o);
        char what[16];
        double at;
        int skip;

        for (; *lines; lines++) {
                if (**lines != '@') {
                        stage_line(&s, *lines);
                        continue;
                }
                skip = 0;
                assert_int_equal(sscanf(*lines, "@%lf %15s %n", &at, what, &skip), 2);
                expect_text(told(&s, at, what), *lines + skip, *lines);
        }
        stage_free(&s);
}

#define LINES(...) (const char *const[]){__VA_ARGS__, NULL}

#endif
