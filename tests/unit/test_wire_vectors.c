/* SPDX-License-Identifier: BSD-2-Clause */
/* The 120 datagrams say what they say; cut anywhere or changed anywhere they do no harm, and a cut one's checksum
 * is never called bad. */
#include "wire_test.h"

#include "vectors.h"

static void add_sources(struct text *t, const struct sources *s, char between)
{
        char buf[ADDR_TEXT];

        for (uint16_t i = 0; i < s->n; i++) {
                struct addr a = source_at(s, i);
                if (i)
                        text_add_char(t, between);
                text_add(t, addr_format(&a, buf));
        }
}

static void check_query(const struct vector *v, const struct gmp *g)
{
        struct text t = {0};

        assert_int_equal(g->max_resp_ms, v->response_ms);
        if (v->s >= 0) {
                assert_int_equal(g->s, v->s);
                assert_int_equal(g->qrv, v->qrv);
                assert_int_equal(g->qqi_s, v->qqi);
                assert_int_equal(g->declared, v->declared);
        }
        add_sources(&t, &g->sources, ' ');
        if (v->sources)
                assert_string_equal(text_string(&t), v->sources);
        text_free(&t);
}

static void check_records(const struct vector *v, const struct packet *p)
{
        struct text t = {0};
        char buf[ADDR_TEXT];
        struct record r;

        for (size_t at = 0; record_next(p, &at, &r);) {
                text_add_format(&t, "%s%u:%s:", t.n ? " " : "", r.type, addr_format(&r.group, buf));
                add_sources(&t, &r.sources, ',');
        }
        assert_string_equal(text_string(&t), v->records);
        text_free(&t);
}

/* Vectors whose octets are wrong, not only their meaning. */
static const struct {
        const char *name;
        enum flaw flaw;
} flawed[] = {
        {"bad-igmp-checksum", FLAW_GMP_CHECKSUM}, {"bad-mld-checksum", FLAW_GMP_CHECKSUM},
        {"bad-ip-checksum", FLAW_IP_CHECKSUM}, {"bad-short", FLAW_GMP_SHORT}, {"bad-mld-short", FLAW_GMP_SHORT},
        {"bad-query-len-10", FLAW_GMP_LENGTH}, {"bad-mld-query-len", FLAW_GMP_LENGTH},
        {"bad-query-n-overrun", FLAW_GMP_SOURCES}, {"bad-mld2-query-overrun", FLAW_GMP_SOURCES},
        {"bad-v3-truncated", FLAW_GMP_RECORDS}, {"bad-v3-too-few-records", FLAW_GMP_RECORDS},
        {"bad-mld2-truncated", FLAW_GMP_RECORDS}, {"bad-query-trailing", FLAW_GMP_TRAILING},
        {"bad-v3-trailing", FLAW_GMP_TRAILING}, {"bad-mld2-trailing", FLAW_GMP_TRAILING},
        {"bad-mld2-query-many", FLAW_GMP_TRAILING}, {"bad-mld1-long", FLAW_GMP_TRAILING},
        {"bad-query-ext-none", FLAW_GMP_TLV}, {"bad-query-ext-overrun", FLAW_GMP_TLV},
        {"bad-mld-hbh-order", FLAW_HBH_ORDER},
};

static uint64_t flaws_of(const char *name)
{
        for (size_t i = 0; i < sizeof flawed / sizeof *flawed; i++)
                if (!strcmp(flawed[i].name, name))
                        return UINT64_C(1) << flawed[i].flaw;
        return 0;
}

static void check_vector(const struct vector *v)
{
        struct test_frame t = frame_from(LINK_RAW, v->hex);
        struct packet p;
        char buf[ADDR_TEXT];

        packet_decode(&t.frame, &p);
        assert_string_equal(addr_format(&p.src, buf), v->src);
        assert_string_equal(addr_format(&p.dst, buf), v->dst);
        assert_int_equal(p.fragment, !strcmp(v->kind, "fragment"));
        assert_int_equal(p.flaws, flaws_of(v->name));
        if (!strcmp(v->kind, "short") || !strcmp(v->kind, "unknown") || p.fragment) {
                assert_null(p.gmp.row);
                assert_int_equal(p.gmp.family == FAMILY_NONE, p.fragment);
                assert_int_equal(packet_has(&p, FLAW_GMP_SHORT), !strcmp(v->kind, "short"));
                frame_free(&t);
                return;
        }
        assert_non_null(p.gmp.row);
        assert_string_equal(p.gmp.row->name, v->kind);
        assert_int_equal(p.gmp.row->version ? p.gmp.row->version : -1, v->version);
        if (v->group)
                assert_string_equal(addr_format(&p.gmp.group, buf), v->group);
        if (p.gmp.row->kind == MESSAGE_QUERY)
                check_query(v, &p.gmp);
        if (v->records)
                check_records(v, &p);
        assert_int_equal(p.gmp.checksum, packet_has(&p, FLAW_GMP_CHECKSUM) ? CHECKSUM_BAD : CHECKSUM_GOOD);
        frame_free(&t);
}

static void vectors_decode(void **state)
{
        (void)state;
        for (size_t i = 0; i < VECTORS; i++) {
                print_message("# %s\n", vectors[i].name);
                check_vector(&vectors[i]);
        }
}

static void everything(const struct packet *p)
{
        struct text json = packet_json(p, 1), line = packet_line(p);
        struct layout l = layout_of(p);
        struct span s;
        struct record r;

        assert_false(json.failed || line.failed);
        for (size_t at = 0; record_next(p, &at, &r);)
                for (uint16_t i = 0; i < r.sources.n; i++)
                        source_at(&r.sources, i);
        while (layout_next(&l, &s))
                assert_in_range(s.offset, 0, p->data.n);
        text_free(&json);
        text_free(&line);
}

/* Every vector at every length below its own. cut: the frame was longer; else it was captured whole and ends too
 * early. Neither way a checksum can be judged. */
static void shorten_all(bool cut)
{
        uint8_t octets[512];

        for (size_t i = 0; i < VECTORS; i++) {
                size_t n = hex_octets(vectors[i].hex, octets, sizeof octets);
                for (size_t kept = 0; kept < n; kept++) {
                        struct test_frame t = frame_of(LINK_RAW, octets, kept, cut ? n : kept);
                        struct packet p;

                        packet_decode(&t.frame, &p);
                        assert_int_not_equal(p.gmp.checksum, CHECKSUM_BAD);
                        assert_int_not_equal(p.stop.layer, LAYER_NONE);
                        assert_int_equal(packet_has(&p, FLAW_CUT), cut);
                        assert_true(p.flaws);
                        if (strcmp(vectors[i].kind, "short"))
                                assert_false(cut && packet_has(&p, FLAW_GMP_SHORT));
                        everything(&p);
                        frame_free(&t);
                }
        }
}

static void vectors_cut(void **state)
{
        (void)state;
        shorten_all(true);
}

static void vectors_end_early(void **state)
{
        (void)state;
        shorten_all(false);
}

static void vectors_changed(void **state)
{
        uint8_t octets[512], changed[512];
        uint64_t random = 42;

        (void)state;
        for (size_t i = 0; i < VECTORS; i++) {
                size_t n = hex_octets(vectors[i].hex, octets, sizeof octets);
                for (unsigned round = 0; round < 200; round++) {
                        struct test_frame t;
                        struct packet p;

                        memcpy(changed, octets, n);
                        for (unsigned k = 0; k < 1 + round % 4; k++) {
                                random = random * 6364136223846793005u + 1442695040888963407u;
                                changed[(random >> 33) % n] = (uint8_t)(random >> 20);
                        }
                        t = frame_of(LINK_RAW, changed, n, n);
                        packet_decode(&t.frame, &p);
                        everything(&p);
                        frame_free(&t);
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(vectors_decode),
                cmocka_unit_test(vectors_cut),
                cmocka_unit_test(vectors_end_early),
                cmocka_unit_test(vectors_changed),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
