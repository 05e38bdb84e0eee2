/* SPDX-License-Identifier: BSD-2-Clause */
/* What a receiver does with each of the 120 datagrams; what is not listed here is used. */
#include "wire_test.h"

#include "igmpscope/model.h"
#include "vectors.h"

static const struct { const char *name; enum disposition want; } others[] = {
        {"v2-proxy-query-src-zero", DISPOSITION_PROXY}, {"bad-igmp-checksum", DISPOSITION_DROP},
        {"bad-ip-checksum", DISPOSITION_DROP}, {"bad-short", DISPOSITION_DROP}, {"bad-fragment", DISPOSITION_NONE},
        {"unknown-type", DISPOSITION_DROP}, {"bad-src-multicast", DISPOSITION_DROP},
        {"bad-query-len-10", DISPOSITION_DROP}, {"bad-query-group-unicast", DISPOSITION_DROP},
        {"bad-query-n-overrun", DISPOSITION_DROP}, {"bad-v2-report-unicast", DISPOSITION_DROP},
        {"bad-v3-truncated", DISPOSITION_DROP}, {"bad-v3-too-few-records", DISPOSITION_DROP},
        {"mld2-report-unspecified", DISPOSITION_SNOOPING}, {"bad-mld-hop-limit", DISPOSITION_DROP},
        {"bad-mld-no-ra", DISPOSITION_DROP}, {"bad-mld-hbh-order", DISPOSITION_DROP},
        {"bad-mld-src-global", DISPOSITION_DROP}, {"bad-mld-query-src", DISPOSITION_DROP},
        {"bad-mld-checksum", DISPOSITION_DROP}, {"bad-mld-query-len", DISPOSITION_DROP},
        {"bad-mld2-truncated", DISPOSITION_DROP}, {"bad-mld-short", DISPOSITION_DROP},
        {"bad-mld-query-group", DISPOSITION_DROP}, {"bad-mld1-group-unicast", DISPOSITION_DROP},
        {"bad-mld2-query-overrun", DISPOSITION_DROP},
};

static enum disposition wanted(const char *name)
{
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
                if (!strcmp(others[i].name, name))
                        return others[i].want;
        return DISPOSITION_USE;
}

static void test_vectors(void **state)
{
        size_t seen = 0;

        (void)state;
        for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
                struct test_frame f = frame_from(LINK_RAW, vectors[i].hex);
                struct packet p;
                packet_decode(&f.frame, &p);
                if (packet_disposition(&p)->disposition != wanted(vectors[i].name))
                        print_error("%s: %s\n", vectors[i].name, packet_disposition(&p)->why);
                assert_int_equal(packet_disposition(&p)->disposition, wanted(vectors[i].name));
                seen += wanted(vectors[i].name) != DISPOSITION_USE;
                frame_free(&f);
        }
        assert_int_equal(seen, sizeof others / sizeof *others);
}

/* Every row says why and, where it drops, by which document. */
static void test_rows(void **state)
{
        const struct disposition_row *r;
        size_t i;

        (void)state;
        for (i = 0; (r = disposition_at(i)); i++) {
                assert_true(*r->why);
                assert_int_equal(*r->cite != 0, r->disposition != DISPOSITION_NONE && r->disposition != DISPOSITION_USE);
        }
        assert_int_equal(disposition_at(i - 1)->disposition, DISPOSITION_USE);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_vectors), cmocka_unit_test(test_rows)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
