/* SPDX-License-Identifier: BSD-2-Clause */
/* Datagrams with changed octets, whose checksums are called right, into the tracker, in small and large steps of
 * time, with every reader in between: nothing may break, and in the end nothing may be left. */
#include "wire_test.h"

#include "igmpscope/model.h"
#include "vectors.h"

static uint64_t chance_state = 7;

static unsigned chance(unsigned n)
{
        chance_state = chance_state * UINT64_C(6364136223846793005) + 1442695040888963407u;
        return (unsigned)(chance_state >> 33) % n;
}

static void read_all(struct tracker *t, const struct packet *p)
{
        const struct addr *g = &p->gmp.group;
        struct querier_change news;
        struct tracker_notice n;
        struct group_state one;
        struct querier q;
        struct member m;
        uint64_t sources = 0;

        for (size_t at = 0; member_next(t, &at, &m);)
                for (uint32_t i = 0; i < m.filter.n; i++)
                        sources += m.filter.sources[i].len;
        for (size_t at = 0; group_next(t, &at, &one);)
                for (uint32_t i = 1; i < one.n; i++)
                        assert_true(addr_compare(&one.sources[i - 1], &one.sources[i]) < 0);
        for (size_t at = 0; querier_next(t, &at, &q);)
                assert_true(q.queries > 0);
        while (querier_change_next(t, &news))
                assert_false(addr_equal(&news.from, &news.to));
        while (tracker_notice_next(t, &n))
                assert_true(n.refused > 0);
        if (g->len && tracker_group(t, p, g, &one))
                assert_true(addr_equal(&one.group, g));
        if (g->len)
                tracker_member(t, p, g, &m);
        tracker_parameters(t, p);
        assert_true(sources < UINT64_MAX);
}

static unsigned take_in(struct tracker *t, const struct packet *p)
{
        unsigned changes = 0;
        struct record r;
        struct change c;
        struct asks a;

        if (!chance(4))
                tracker_hint(t, p, 1);
        tracker_packet(t, p);
        for (size_t at = 0; record_next(p, &at, &r);) {
                if (!chance(4))
                        tracker_asks(t, p, &r, &a);
                for (; tracker_apply(t, p, &r, &c); changes++)
                        assert_true(c.event != CHANGE_CHANGED || c.from.mode != c.to.mode || c.from.n != c.to.n
                                    || memcmp(c.from.sources, c.to.sources, c.to.n * sizeof *c.to.sources));
        }
        return changes;
}

static void mutate(uint8_t *p, size_t n)
{
        for (unsigned k = chance(4); k; k--) {
                size_t at = chance(2) && n > 28 ? 20 + chance((unsigned)n - 20) : chance((unsigned)n);
                p[at] = chance(2) ? (uint8_t)chance(256) : (uint8_t)(p[at] + 1);
        }
}

static void run(const struct tracker_options *o, unsigned steps)
{
        struct tracker *t = tracker_new(o);
        struct tracker_stats s;
        struct change c;
        unsigned changes = 0;
        int64_t now = 0;

        assert_non_null(t);
        for (unsigned i = 0; i < steps; i++) {
                struct test_frame f = frame_from(LINK_RAW, vectors[chance(sizeof vectors / sizeof *vectors)].hex);
                struct packet p;
                mutate(f.own, f.frame.caplen);
                now += chance(50) ? chance(2000) * INT64_C(1000000) : chance(1000) * INT64_C(1000000000);
                f.frame.time_ns = now;
                f.frame.number = i + 1;
                f.frame.interface_id = chance(3);
                packet_decode(&f.frame, &p);
                if (p.gmp.checksum == CHECKSUM_BAD)
                        p.gmp.checksum = CHECKSUM_GOOD;
                if (p.ip_checksum == CHECKSUM_BAD)
                        p.ip_checksum = CHECKSUM_GOOD;
                while (chance(20) && tracker_expire(t, now, &c)) /* now and then a caller who gives up */
                        assert_true(c.time_ns <= now);
                changes += take_in(t, &p);
                if (!chance(10))
                        read_all(t, &p);
                frame_free(&f);
        }
        assert_true(changes > steps / 20);
        while (tracker_expire(t, INT64_MAX, &c))
                assert_int_equal(c.event, CHANGE_EXPIRED);
        tracker_stats(t, &s);
        assert_int_equal(s.memberships + s.groups + s.sources, 0);
        tracker_free(t);
}

static void test_mutated(void **state)
{
        (void)state;
        run(&(struct tracker_options){.ssm_off = true}, 20000);
        run(&(struct tracker_options){.fast_leave = true, .snooping = true, .gmi = 3376}, 10000);
        run(&(struct tracker_options){.max_memberships = 7, .seed = {1, 2}}, 10000);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_mutated)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
