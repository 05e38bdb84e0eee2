/* SPDX-License-Identifier: BSD-2-Clause */
/* What hostile or endless input may cost: bounds that are kept and counted, memory that is given back, keys that
 * meet no more than by chance, times that make no sense. Counts, never seconds. */
#include "tracker_test.h"

#include "../../src/model/tracker.h"

/* A version 3 report of one record, from any address. */
static void report(struct stage *s, double at, struct addr from, enum record_type type, struct addr group,
                   const struct addr *sources, uint16_t n)
{
        static uint8_t octets[20000];
        struct packer k = packer_into(octets, sizeof octets);
        struct packet p = {.ip_version = 4, .ttl = 1, .src = from};
        struct frame f = {.number = ++s->frames, .time_ns = ns_of(at), .interface = s->interface};
        struct record r = {.type = (uint8_t)type, .group = group, .sources = {octets, n, from.len}};
        struct change c;

        for (uint16_t i = 0; i < n; i++)
                pack_bytes(&k, (struct bytes){sources[i].b, from.len});
        p.frame = &f;
        p.gmp.family = from.len == 4 ? FAMILY_IGMP : FAMILY_MLD;
        p.gmp.row = row_named(p.gmp.family, MESSAGE_REPORT, from.len == 4 ? 3 : 2);
        p.n_router_alert = 1;
        while (tracker_expire(s->t, f.time_ns, &c))
                ;
        tracker_packet(s->t, &p);
        while (tracker_apply(s->t, &p, &r, &c))
                ;
}

static struct tracker_stats stats_of(const struct stage *s)
{
        struct tracker_stats stats;

        tracker_stats(s->t, &stats);
        return stats;
}

static struct addr nth(uint32_t i)
{
        return addr_v4(0x0a000000u + i);
}

static const struct addr group1 = {4, {239, 1, 1, 1}};

static void test_memberships(void **state)
{
        struct stage s = stage_new(&(struct tracker_options){.max_memberships = 100});

        (void)state;
        for (uint32_t i = 0; i < 1000; i++)
                report(&s, 1, nth(i), IS_EX, group1, NULL, 0);
        assert_int_equal(stats_of(&s).memberships, 100);
        assert_int_equal(stats_of(&s).refused, 900);
        assert_int_equal(stats_of(&s).groups, 1);
        report(&s, 2, nth(5), TO_IN, group1, NULL, 0); /* who leaves makes room */
        report(&s, 2, nth(2000), IS_EX, group1, NULL, 0);
        assert_int_equal(stats_of(&s).memberships, 100);
        assert_int_equal(stats_of(&s).refused, 900);
        report(&s, 3, nth(7), IS_EX, group1, NULL, 0); /* who is in is refreshed */
        assert_int_equal(stats_of(&s).refused, 900);
        stage_free(&s);
}

static void test_groups_and_sources(void **state)
{
        struct stage s = stage_new(&(struct tracker_options){.max_memberships = 50});
        struct addr sources[60];

        (void)state;
        for (uint32_t i = 0; i < 200; i++)
                report(&s, 1, nth(1), IS_EX, addr_v4(0xef010000u + i), NULL, 0);
        assert_int_equal(stats_of(&s).groups, 50);
        for (uint32_t i = 0; i < 60; i++)
                sources[i] = nth(i);
        report(&s, 2, nth(1), ALLOW, addr_v4(0xef010000u), sources, 60);
        assert_int_equal(stats_of(&s).sources, 50);
        assert_true(stats_of(&s).refused > 150);
        stage_until(&s, 1000);
        assert_int_equal(stats_of(&s).groups, 0);
        assert_int_equal(stats_of(&s).sources, 0);
        assert_int_equal(stats_of(&s).memberships, 0);
        stage_free(&s);
}

/* A list that is longer than we keep leaves the host's entry as it was. */
static void test_long_lists(void **state)
{
        static struct addr sources[4000];
        struct stage s = stage_new(NULL);
        struct member m;
        size_t at = 0;

        (void)state;
        for (uint32_t i = 0; i < 4000; i++)
                sources[i] = nth(i);
        report(&s, 1, nth(1), ALLOW, group1, sources, 4000);
        for (uint32_t i = 0; i < 4000; i++)
                sources[i] = nth(10000 + i);
        report(&s, 2, nth(1), ALLOW, group1, sources, 4000);
        assert_true(member_next(s.t, &at, &m));
        assert_int_equal(m.filter.n, 4000);
        assert_int_equal(stats_of(&s).refused, 1);
        report(&s, 3, nth(1), BLOCK, group1, sources, 4000);
        report(&s, 3, nth(1), BLOCK, group1, sources, 1);
        assert_int_equal(stats_of(&s).memberships, 1);
        stage_free(&s);
}

static void test_memory_is_given_back(void **state)
{
        struct stage s = stage_new(NULL);
        struct addr sources[40];
        uint64_t bytes = 0;

        (void)state;
        for (uint32_t i = 0; i < 40; i++)
                sources[i] = nth(i * 7);
        for (uint32_t round = 0; round < 60; round++) {
                for (uint32_t i = 0; i < 300; i++)
                        report(&s, round * 10 + 1, nth(round * 5000 + i), IS_IN, addr_v4(0xef000000u + round * 1000 + i % 9),
                               sources, (uint16_t)(1 + (i + round) % 40));
                for (uint32_t i = 0; i < 300; i++)
                        report(&s, round * 10 + 2, nth(round * 5000 + i), TO_IN, addr_v4(0xef000000u + round * 1000 + i % 9), NULL, 0);
                assert_int_equal(stats_of(&s).memberships, 0);
                if (round == 30) /* by then groups that nobody wants any more run out as fast as new ones come */
                        bytes = stats_of(&s).bytes;
        }
        assert_int_equal(stats_of(&s).bytes, bytes);
        stage_free(&s);
}

static void test_links(void **state)
{
        struct stage s = stage_new(NULL);
        struct packet p = {.ip_version = 4, .ttl = 1, .src = nth(1)};
        struct frame f = {.time_ns = 1, .interface = "eth0"};
        struct record r = {.type = IS_EX, .group = group1};
        struct change c;

        (void)state;
        p.frame = &f;
        p.gmp.family = FAMILY_IGMP;
        p.gmp.row = row_named(FAMILY_IGMP, MESSAGE_REPORT, 3);
        p.n_vlan = 2;
        for (uint32_t i = 0; i < 70000; i++) {
                f.number++;
                p.vlan[0] = (uint16_t)(1 + i / 4000);
                p.vlan[1] = (uint16_t)(1 + i % 4000);
                tracker_packet(s.t, &p);
                while (tracker_apply(s.t, &p, &r, &c))
                        ;
        }
        assert_int_equal(stats_of(&s).links, LINKS_MAX);
        assert_int_equal(stats_of(&s).memberships, LINKS_MAX);
        assert_int_equal(stats_of(&s).refused, 70000 - LINKS_MAX);
        p.n_vlan = 0;
        tracker_packet(s.t, &p);
        p.n_vlan = 1; /* a priority tag names no VLAN */
        p.vlan[0] = 0;
        tracker_packet(s.t, &p);
        assert_int_equal(stats_of(&s).refused, 70000 - LINKS_MAX + 2);
        stage_free(&s);
}

/* Hosts whose keys meet under one seed: a thousand searches walk over each other; under another they do not. */
static uint64_t probes_with(const uint64_t seed[2], const uint32_t *hosts, uint32_t n)
{
        struct stage s = stage_new(&(struct tracker_options){.seed = {seed[0], seed[1]}});
        uint64_t probes;

        for (int round = 0; round < 2; round++)
                for (uint32_t i = 0; i < n; i++)
                        report(&s, 1, nth(hosts[i]), IS_EX, group1, NULL, 0);
        assert_int_equal(stats_of(&s).memberships, n);
        probes = stats_of(&s).probes;
        stage_free(&s);
        return probes;
}

static void test_flooding(void **state)
{
        enum { HOSTS = 1500 };
        static uint32_t meeting[HOSTS];
        const uint64_t known[2] = {1, 2}, secret[2] = {UINT64_C(0x1f83d9abfb41bd6b), UINT64_C(0x5be0cd19137e2179)};
        const uint8_t mac[6] = {0};
        struct stage s = stage_new(&(struct tracker_options){.seed = {known[0], known[1]}});
        uint32_t n = 0;

        (void)state;
        for (uint32_t i = 0; n < HOSTS; i++) {
                struct addr a = nth(i);
                uint64_t hash = host_hash(s.t, 0, group1.b, a.b, 4, mac);
                if (hash >> 56 == 0x77 && (hash & 7) == 3) /* a few buckets, an eighth of the tags */
                        meeting[n++] = i;
        }
        stage_free(&s);
        assert_true(probes_with(known, meeting, HOSTS) > 20 * 2 * HOSTS);
        assert_true(probes_with(secret, meeting, HOSTS) < 3 * 2 * HOSTS); /* one for the group, one for the host */
}

/* Times from before the epoch to the end of all, back and forth. */
static void test_times(void **state)
{
        static const int64_t times[] = {
                0, 5000000000, -1, INT64_MIN, INT64_C(86400) * 100 * 1000000000, 1, INT64_MAX, INT64_MAX - 1, 0, INT64_MAX,
        };
        struct stage s = stage_new(NULL);
        struct packet p = {.ip_version = 4, .ttl = 1, .src = nth(1)};
        struct frame f = {.interface = "eth0"};
        struct record r = {.type = IS_EX, .group = group1};
        struct change c;

        (void)state;
        p.frame = &f;
        p.gmp.family = FAMILY_IGMP;
        p.gmp.row = row_named(FAMILY_IGMP, MESSAGE_REPORT, 3);
        for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
                f.number++;
                f.time_ns = times[i];
                while (tracker_expire(s.t, f.time_ns, &c))
                        ;
                tracker_packet(s.t, &p);
                while (tracker_apply(s.t, &p, &r, &c))
                        ;
        }
        while (tracker_expire(s.t, INT64_MAX, &c))
                ;
        assert_int_equal(stats_of(&s).memberships, 0);
        stage_free(&s);
}

/* What runs out over months comes in order of its time, each at its own. */
static void test_far_jumps(void **state)
{
        struct stage s = stage_new(NULL);
        struct change c;
        int64_t last = 0;
        unsigned n = 0;

        (void)state;
        stage_line(&s, "0 r1 q3 - 3000 7 31744"); /* the longest interval that a query can teach: 63 hours */
        for (uint32_t i = 0; i < 500; i++)
                report(&s, 1 + i * 37 % 500, nth(i), IS_EX, addr_v4(0xef000000u + i % 3), NULL, 0);
        while (tracker_expire(s.t, ns_of(86400 * 365), &c)) {
                assert_true(c.time_ns >= last);
                assert_int_equal(c.event, CHANGE_EXPIRED);
                last = c.time_ns;
                n++;
        }
        assert_int_equal(n, 500);
        assert_int_equal(stats_of(&s).groups, 0);
        stage_free(&s);
}

/* A change is given once, whatever the caller does between its calls. */
static void test_apply_protocol(void **state)
{
        struct stage s = stage_new(NULL);
        struct packet p = {.ip_version = 4, .ttl = 1, .src = nth(1)};
        struct frame f = {.number = 1, .time_ns = 1, .interface = "eth0"};
        struct record r = {.type = IS_EX, .group = group1}, other = {.type = IS_EX, .group = {4, {239, 2, 2, 2}}, .offset = 16};
        struct change c;

        (void)state;
        p.frame = &f;
        p.gmp.family = FAMILY_IGMP;
        p.gmp.row = row_named(FAMILY_IGMP, MESSAGE_REPORT, 3);
        assert_true(tracker_apply(s.t, &p, &r, &c)); /* without tracker_packet */
        assert_true(tracker_apply(s.t, &p, &other, &c)); /* without asking for more of the first */
        assert_false(tracker_apply(s.t, &p, &other, &c));
        f.number = 2;
        r.type = TO_IN;
        assert_true(tracker_apply(s.t, &p, &r, &c));
        assert_int_equal(c.event, CHANGE_LEFT);
        assert_false(tracker_apply(s.t, &p, &r, &c));
        stage_free(&s);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_memberships), cmocka_unit_test(test_groups_and_sources), cmocka_unit_test(test_long_lists),
                cmocka_unit_test(test_memory_is_given_back), cmocka_unit_test(test_links), cmocka_unit_test(test_flooding),
                cmocka_unit_test(test_times), cmocka_unit_test(test_far_jumps), cmocka_unit_test(test_apply_protocol),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
