/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets at random, sound and broken, many hosts and groups, time in leaps: nothing breaks, and the same packets
 * give the same findings whatever the hash's key. */
#include "igmpscope/model.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

enum { PACKETS = 20000 };

static uint64_t state_of_chance;

static unsigned chance(unsigned n)
{
        state_of_chance = state_of_chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        return (unsigned)(state_of_chance >> 33) % n;
}

static struct addr any_address(bool mld, unsigned kinds)
{
        struct addr a = mld ? (struct addr){16, {0xff, 0x0e, [15] = (uint8_t)chance(40)}} : addr_v4(0xefff0000 + chance(40));

        if (!chance(8))
                a = mld ? (struct addr){16, {0xff, 0x3e, [12] = 0x80, [15] = (uint8_t)chance(4)}} : addr_v4(0xe8010101);
        if (kinds && !chance(kinds))
                a = mld ? (struct addr){.len = 16} : (struct addr){.len = 4};
        return a;
}

static void any_message(struct craft *c, bool mld, uint8_t *room, size_t cap)
{
        struct packer k = packer_into(room, cap);
        const struct message *m;

        do
                m = message_at(chance(24));
        while (!m || !m->build || m->family != (mld ? FAMILY_MLD : FAMILY_IGMP));
        c->gmp.row = m;
        c->gmp.family = m->family;
        c->gmp.group = any_address(mld, m->kind == MESSAGE_QUERY ? 2 : 50);
        c->gmp.code = (uint8_t)(chance(4) ? 10 * chance(20) : 0);
        c->gmp.max_resp_code = (uint16_t)(chance(4) ? 1000 * chance(20) : 0);
        c->gmp.qrv = (uint8_t)chance(4);
        c->gmp.s = chance(2);
        c->gmp.flags = (uint8_t)(c->gmp.s << 3 | c->gmp.qrv);
        c->gmp.qqic = (uint8_t)(chance(3) ? chance(200) : 0);
        for (unsigned i = chance(4); i; i--) {
                struct addr group = any_address(mld, 60), sources[5];
                const size_t n = chance(5);
                for (size_t s = 0; s < n; s++)
                        sources[s] = mld ? (struct addr){16, {0x20, 1, [15] = (uint8_t)chance(9)}} : addr_v4(0x0a000000 + chance(9));
                if (m->kind == MESSAGE_REPORT) {
                        record_pack(&k, (uint8_t)(1 + chance(7)), &group, sources, n);
                        c->gmp.n_records++;
                } else if (m->kind == MESSAGE_QUERY && group.len && !k.n) {
                        for (size_t s = 0; s < n; s++)
                                pack_bytes(&k, (struct bytes){sources[s].b, sources[s].len});
                        c->gmp.sources = (struct sources){room, (uint16_t)n, mld ? 16 : 4};
                }
        }
        if (m->kind == MESSAGE_REPORT)
                c->gmp.records = (struct bytes){room, k.n};
}

/* A digest of all findings. */
static uint64_t run(uint64_t start, uint64_t seed, unsigned hosts, uint32_t room_for)
{
        const struct linter_options o = {.all = true, .seed = {seed, ~seed}, .max_items = room_for};
        const struct tracker_options t = {.max_memberships = 3000, .seed = {seed, 7}};
        struct tracker *trk = tracker_new(&t);
        struct linter *l;
        struct change chg;
        struct finding f;
        uint64_t digest = 0, found = 0;
        int64_t now = INT64_C(1700000000000000000);

        state_of_chance = start;
        assert_int_equal(linter_new(&l, &o, trk, NULL), 0);
        for (unsigned i = 1; i <= PACKETS; i++) {
                uint8_t raw[2048], room[1024];
                struct packer k = packer_into(raw, sizeof raw);
                const bool mld = chance(2);
                const unsigned host = chance(hosts);
                struct frame frame = {.number = i, .link = 1, .interface = chance(9) ? "eth0" : "eth1"};
                struct packet p;
                struct record r;
                struct craft c;

                craft_init(&c);
                c.eth = true;
                c.eth_src[0] = 2, c.eth_src[4] = (uint8_t)(host >> 8), c.eth_src[5] = (uint8_t)host;
                c.src = mld ? (struct addr){16, {0xfe, 0x80, [14] = (uint8_t)(host >> 8), [15] = (uint8_t)host}} : addr_v4(0x0a000001 + host);
                if (!chance(20))
                        c.src = (struct addr){.len = mld ? 16 : 4};
                any_message(&c, mld, room, sizeof room);
                if (!chance(12)) {
                        static const struct bytes payload = {(const uint8_t *)"x", 1};
                        c.udp = &payload;
                        c.dst = any_address(mld, 0);
                }
                if (craft_build(&c, &k))
                        continue;
                for (unsigned broken = chance(30) ? 0 : 3; broken; broken--)
                        raw[14 + chance((unsigned)k.n - 14)] = (uint8_t)chance(256);
                now += (int64_t)(chance(10) ? chance(400) : chance(1000) ? chance(40000) : chance(9000000)) * 1000000;
                frame.time_ns = chance(50) ? now : now - 2000000000;
                frame.interface_id = (uint32_t)frame.interface[3] - '0';
                frame.data = (struct bytes){raw, k.n};
                frame.caplen = frame.len = (uint32_t)k.n;
                packet_decode(&frame, &p);
                while (tracker_expire(trk, now, &chg))
                        ;
                linter_packet(l, &p);
                for (; linter_next(l, &f); found++) {
                        digest = digest * 31 + (uint64_t)f.time_ns + f.frame + f.severity;
                        for (const char *s = f.rule->id; *s; s++)
                                digest = digest * 31 + (uint8_t)*s;
                        for (const char *s = f.seen; *s; s++)
                                digest = digest * 31 + (uint8_t)*s;
                }
                tracker_packet(trk, &p);
                for (size_t at = 0; record_next(&p, &at, &r); )
                        while (tracker_apply(trk, &p, &r, &chg))
                                ;
        }
        linter_free(l);
        tracker_free(trk);
        assert_true(found > PACKETS / 10);
        return digest;
}

static void chance_breaks_nothing(void **state)
{
        (void)state;
        for (unsigned hosts = 3; hosts < 2000; hosts = hosts * 7)
                assert_true(run(hosts, 1, hosts, 0) == run(hosts, 99, hosts, 0));
}

/* Too many to keep: the oldest go, and what is pointed to stays. */
static void little_room_breaks_nothing(void **state)
{
        (void)state;
        assert_true(run(5, 1, 1000, 100) == run(5, 99, 1000, 100));
        assert_true(run(6, 1, 1000, 2000) == run(6, 99, 1000, 2000));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(chance_breaks_nothing),
                cmocka_unit_test(little_room_breaks_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
