/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tracker stands on: pools, tables, sets, lists, the wheel; each against something simple. */
#include "tracker_test.h"

#include "../../src/model/tracker.h"

/* ---- pools ---- */

static unsigned pieces;

static void count_piece(void *p, size_t n)
{
        assert_int_equal((uintptr_t)p % (2 << 20), 0);
        assert_int_equal(n, 2 << 20);
        pieces++;
}

static void test_pool(void **state)
{
        struct pool p = {.size = 256, .bits = 2, .free = NONE, .max = 30000, .memory = count_piece};
        uint32_t i;

        (void)state;
        pieces = 0;
        for (i = 0; i < 30000; i++) {
                assert_int_equal(pool_take(&p), i);
                memset(pool_at(&p, i), (int)(i & 255), 256);
        }
        assert_int_equal(pool_take(&p), NONE); /* the bound */
        assert_int_equal(pieces, 2);           /* 4,096 blocks of 4, then runs of 8,192 items */
        for (i = 0; i < 30000; i++)
                assert_int_equal(((uint8_t *)pool_at(&p, i))[255], i & 255);
        pool_give(&p, 7);
        pool_give(&p, 20000);
        assert_int_equal(pool_take(&p), 20000);
        assert_int_equal(((uint8_t *)pool_at(&p, 20000))[255], 0); /* zeroed again */
        assert_int_equal(pool_take(&p), 7);
        pool_free(&p);
}

/* ---- tables: keys that are numbers, an item is its own key ---- */

static const uint64_t seed[2] = {3, 4};

static uint64_t number_hash(const struct tracker *k, uint32_t i)
{
        uint64_t word = i / 3; /* three of each hash meet */

        (void)k;
        return sip_words(seed, &word, 1);
}

static bool table_has(struct table *t, uint32_t i)
{
        struct seek s = seek_of(number_hash(NULL, i));
        uint32_t found;

        while ((found = table_next(t, &s)) != NONE && found != i)
                ;
        return found == i;
}

static void test_table(void **state)
{
        enum { N = 5000 };
        static bool there[N];
        struct table t;
        uint64_t r = 1;
        size_t n = 0;

        (void)state;
        table_init(&t, N);
        for (int step = 0; step < 60000; step++) {
                uint32_t i;
                r = r * UINT64_C(6364136223846793005) + 1442695040888963407u;
                i = (uint32_t)(r >> 33) % N;
                assert_int_equal(table_has(&t, i), there[i]);
                if (there[i]) {
                        table_remove(&t, number_hash(NULL, i), i);
                } else {
                        assert_true(table_room(&t, number_hash, NULL));
                        table_add(&t, number_hash(NULL, i), i);
                }
                there[i] = !there[i];
                n += there[i] ? 1 : (size_t)-1;
                assert_int_equal(t.n, n);
        }
        for (uint32_t i = 0; i < N; i++) {
                assert_int_equal(table_has(&t, i), there[i]);
                if (there[i])
                        table_remove(&t, number_hash(NULL, i), i);
        }
        for (size_t i = 0; i < t.n_buckets; i++) /* nothing is left behind: no marks, no counts */
                for (unsigned k = 0; k < TABLE_SLOTS; k++)
                        assert_int_equal(t.buckets[i].slots[k] | t.buckets[i].past, 0);
        table_free(&t);
}

/* SipHash-1-3 of nothing and of the octets 0 to 7 under the key 0 to 15: the reference implementation's vectors. */
static void test_sip(void **state)
{
        const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};

        (void)state;
        assert_int_equal(sip_words(key, NULL, 0), UINT64_C(0xabac0158050fc4dc));
        assert_int_equal(sip_words(key, key, 1), UINT64_C(0x369095118d299a8e));
}

/* ---- sets ---- */

static void test_sets(void **state)
{
        uint8_t octets[] = {1, 0, 0, 9, 1, 0, 0, 3, 1, 0, 0, 9, 1, 0, 0, 1, 1, 0, 0, 3}, out[64];
        const uint8_t b[] = {1, 0, 0, 2, 1, 0, 0, 3, 1, 0, 0, 200};
        struct set s = set_sorted(octets, 5, 4), other = {b, 3}, empty = {NULL, 0}, m;

        (void)state;
        assert_int_equal(s.n, 3);
        assert_memory_equal(s.p, ((uint8_t[]){1, 0, 0, 1, 1, 0, 0, 3, 1, 0, 0, 9}), 12);
        m = set_merge(s, other, 4, UNION, out);
        assert_int_equal(m.n, 5);
        assert_memory_equal(m.p, ((uint8_t[]){1, 0, 0, 1, 1, 0, 0, 2, 1, 0, 0, 3, 1, 0, 0, 9, 1, 0, 0, 200}), 20);
        m = set_merge(s, other, 4, ONLY_A, out);
        assert_int_equal(m.n, 2);
        m = set_merge(s, other, 4, BOTH, out);
        assert_int_equal(m.n, 1);
        assert_int_equal(m.p[3], 3);
        m = set_merge(s, other, 4, ONLY_B | BOTH, out);
        assert_true(set_equal(m, other, 4));
        for (unsigned take = 0; take <= UNION; take++) {
                assert_int_equal(set_merge(s, empty, 4, take, out).n, take & ONLY_A ? 3 : 0);
                assert_int_equal(set_merge(empty, s, 4, take, out).n, take & ONLY_B ? 3 : 0);
                assert_int_equal(set_merge(s, s, 4, take, out).n, take & BOTH ? 3 : 0);
        }
        assert_true(set_equal(empty, set_merge(empty, empty, 4, UNION, out), 4));
}

static void test_lists(void **state)
{
        enum { N = 400 };
        struct lists l;
        uint32_t at[N];
        size_t octets[N];
        uint32_t refused = 0;

        (void)state;
        lists_init(&l, 8 * 8192);
        for (unsigned round = 0; round < 3; round++) {
                for (unsigned i = 0; i < N; i++) {
                        octets[i] = 1 + i * 37 % 3000;
                        at[i] = lists_take(&l, octets[i]);
                        assert_int_not_equal(at[i], NONE);
                        memset(lists_at(&l, at[i]), (int)(i & 255), octets[i]);
                }
                for (unsigned i = 0; i < N; i++) {
                        assert_int_equal(*lists_at(&l, at[i]), i & 255);
                        assert_int_equal(lists_at(&l, at[i])[octets[i] - 1], i & 255);
                        lists_give(&l, at[i], octets[i]);
                }
        }
        for (unsigned i = 0; i < 20; i++)
                refused += lists_take(&l, 131072) == NONE; /* a block each */
        assert_true(refused > 10);
        assert_int_not_equal(lists_take(&l, 16), NONE);
        lists_free(&l);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_pool), cmocka_unit_test(test_table), cmocka_unit_test(test_sip),
                cmocka_unit_test(test_sets), cmocka_unit_test(test_lists),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
