/* SPDX-License-Identifier: BSD-2-Clause */
/* Building is the inverse of decoding: for the vectors octet by octet, for every row of the message table with
 * random fields, for all code points. */
#include "wire_test.h"

#include "vectors.h"

static uint64_t seed = 7;

static uint32_t draw(uint32_t n)
{
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        return (uint32_t)(seed >> 33) % n;
}

static void code8(void **state)
{
        (void)state;
        for (unsigned c = 0; c < 256; c++) {
                uint32_t v = code8_decode((uint8_t)c);
                assert_int_equal(v, c < 128 ? c : ((c & 15) | 16) << ((c >> 4 & 7) + 3));
                assert_int_equal(code8_encode(v), c);
                if (c < 255) /* what lies between takes the next lower */
                        assert_int_equal(code8_encode(code8_decode((uint8_t)(c + 1)) - 1), c);
        }
        assert_int_equal(code8_encode(31745), 255);
        assert_int_equal(code8_encode(UINT32_MAX), 255);
}

static void code16(void **state)
{
        (void)state;
        for (uint32_t c = 0; c < 65536; c++) {
                uint32_t v = code16_decode((uint16_t)c);
                assert_int_equal(v, c < 32768 ? c : ((c & 0xfff) | 0x1000) << ((c >> 12 & 7) + 3));
                assert_int_equal(code16_encode(v), c);
                if (c < 65535)
                        assert_int_equal(code16_encode(code16_decode((uint16_t)(c + 1)) - 1), c);
        }
        assert_int_equal(code16_encode(UINT32_MAX), 65535);
}

/* What would build this packet again. */
static struct craft craft_of(const struct packet *p)
{
        struct craft c;

        craft_init(&c);
        c.gmp = p->gmp;
        c.src = p->src;
        c.dst = p->dst;
        c.ttl = p->ttl;
        c.tos = p->tos;
        c.ip_id = p->ip_id;
        c.df = p->df;
        c.router_alert = p->n_router_alert;
        c.router_alert_value = p->router_alert_value;
        return c;
}

static void vectors_again(void **state)
{
        unsigned n = 0;

        (void)state;
        for (size_t i = 0; i < VECTORS; i++) {
                struct test_frame t = frame_from(LINK_RAW, vectors[i].hex);
                uint8_t built[512];
                struct packer k = packer_into(built, sizeof built);
                struct packet p;
                struct craft c;

                packet_decode(&t.frame, &p);
                c = craft_of(&p);
                if (!p.stop.layer && p.gmp.row->build && p.gmp.checksum == CHECKSUM_GOOD && !p.hbh_not_first
                    && p.ip_checksum != CHECKSUM_BAD) {
                        assert_int_equal(craft_build(&c, &k), 0);
                        assert_int_equal(k.n, t.frame.caplen);
                        assert_memory_equal(built, t.frame.data.p, k.n);
                        n++;
                }
                frame_free(&t);
        }
        assert_in_range(n, 100, VECTORS);
}

static struct addr random_addr(uint8_t length, bool multicast)
{
        struct addr a = {.len = length};

        for (uint8_t i = 0; i < length; i++)
                a.b[i] = (uint8_t)draw(256);
        a.b[0] = multicast ? (length == 4 ? 239 : 0xff) : (length == 4 ? 10 : 0xfe);
        return a;
}

struct scratch {
        uint8_t sources[20 * 16], records[2000], tail[12];
        struct addr list[20];
};

static void random_gmp(struct gmp *g, const struct message *m, struct scratch *s)
{
        uint8_t length = m->family == FAMILY_MLD ? 16 : 4;
        bool newest = m->version == (m->family == FAMILY_MLD ? 2 : 3);
        struct packer k = packer_into(s->sources, sizeof s->sources);

        *g = (struct gmp){.row = m, .family = m->family};
        g->code = (uint8_t)(m->code_min + draw(m->code_max - m->code_min + 1u));
        g->group = random_addr(length, true);
        g->max_resp_code = (uint16_t)(m->family == FAMILY_MLD ? draw(65536) : g->code);
        g->qqic = (uint8_t)draw(256);
        g->flags = (uint8_t)draw(128);
        g->sources = (struct sources){s->sources, (uint16_t)(newest ? draw(20) : 0), length};
        for (uint16_t i = 0; i < g->sources.n; i++)
                pack_bytes(&k, (struct bytes){random_addr(length, false).b, length});
        g->qqi_s = 1 + draw(65535);
        if (m->kind != MESSAGE_REPORT)
                return;
        k = packer_into(s->records, sizeof s->records);
        g->n_records = (uint16_t)draw(5);
        for (uint16_t i = 0; i < g->n_records; i++) {
                struct addr group = random_addr(length, true);
                size_t n = draw(20);
                for (size_t j = 0; j < n; j++)
                        s->list[j] = random_addr(length, false);
                record_pack(&k, (uint8_t)(1 + draw(6)), &group, s->list, n);
        }
        assert_false(k.bad);
        g->records = (struct bytes){s->records, k.n};
}

static void check_same(const struct gmp *a, const struct gmp *b)
{
        bool newest = a->row->version == (a->row->family == FAMILY_MLD ? 2 : 3);

        assert_ptr_equal(a->row, b->row);
        assert_int_equal(a->code, b->code);
        assert_int_equal(b->checksum, CHECKSUM_GOOD);
        if (a->row->kind == MESSAGE_QUERY && newest) {
                assert_int_equal(a->flags, b->flags);
                assert_int_equal(a->qqic, b->qqic);
                assert_int_equal(code8_decode(a->qqic), b->qqi_s);
                assert_int_equal(a->sources.n, b->sources.n);
                assert_memory_equal(a->sources.p, b->sources.p, (size_t)a->sources.n * a->sources.len);
        }
        if (a->row->kind == MESSAGE_QUERY)
                assert_int_equal(a->max_resp_code, b->max_resp_code);
        if (a->row->kind == MESSAGE_REPORT && newest) {
                assert_int_equal(a->n_records, b->n_records);
                assert_int_equal(a->records.n, b->records.n);
                assert_memory_equal(a->records.p, b->records.p, a->records.n);
        } else if (a->row->kind != MESSAGE_OTHER) {
                assert_true(addr_equal(&a->group, &b->group));
        }
        if (!strcmp(a->row->name, "router_advertisement"))
                assert_int_equal(a->qqi_s, b->qqi_s);
}

static void check_built(const struct craft *c)
{
        uint8_t built[4096];
        struct packer k = packer_into(built, sizeof built);
        struct test_frame t;
        struct packet p;
        uint8_t mac[6];

        assert_int_equal(craft_build(c, &k), 0);
        t = frame_of(LINK_ETHERNET, built, k.n, k.n);
        packet_decode(&t.frame, &p);
        assert_int_equal(p.flaws, 0);
        assert_int_equal(p.stop.layer, LAYER_NONE);
        assert_int_equal(p.n_vlan, c->n_vlan);
        assert_memory_equal(p.vlan, c->vlan, sizeof *c->vlan * c->n_vlan);
        assert_int_equal(p.ttl, 1);
        assert_true(addr_is_multicast(&p.dst));
        addr_group_mac(&p.dst, mac);
        assert_memory_equal(p.eth_dst, mac, 6);
        assert_int_equal(p.n_router_alert, c->gmp.row->family != FAMILY_IGMP || c->gmp.row->version != 1);
        check_same(&c->gmp, &p.gmp);
        frame_free(&t);
}

static void rows_again(void **state)
{
        const struct message *m;
        struct scratch s;
        struct craft c;

        (void)state;
        for (size_t i = 0; (m = message_at(i)); i++) {
                assert_non_null(m->title);
                assert_non_null(m->cite);
                assert_true(!m->parse || m->build || !m->version);
                if (!m->build || (!m->version && !strcmp(m->name, "query"))) /* not sound: the vectors have it */
                        continue;
                for (unsigned round = 0; round < 50; round++) {
                        craft_init(&c);
                        random_gmp(&c.gmp, m, &s);
                        c.src = random_addr(m->family == FAMILY_MLD ? 16 : 4, false);
                        c.eth = true;
                        c.n_vlan = (uint8_t)draw(3);
                        c.vlan[0] = (uint16_t)draw(4096);
                        c.vlan[1] = (uint16_t)draw(4096);
                        check_built(&c);
                }
        }
}

static void faults_on_demand(void **state)
{
        const struct bytes data = {(const uint8_t *)"data", 4};
        const struct message *report = message_named(FAMILY_IGMP, 2, "report");
        uint8_t built[128];
        struct craft c;

        (void)state;
        assert_non_null(report);
        assert_null(message_named(FAMILY_MLD, 3, "report"));
        for (int udp = 0; udp < 2; udp++) {
                struct packer k = packer_into(built, sizeof built);
                struct test_frame t;
                struct packet p;

                craft_init(&c);
                c.gmp.row = report;
                addr_parse("239.1.2.3", &c.gmp.group);
                if (udp) {
                        c.udp = &data;
                        addr_parse("239.1.2.3", &c.dst);
                }
                c.bad_checksum = c.bad_ip_checksum = true;
                c.ttl = 64;
                c.tos = 8;
                c.router_alert = 2;
                c.router_alert_value = 5;
                assert_int_equal(craft_build(&c, &k), 0);
                t = frame_of(LINK_RAW, built, k.n, k.n);
                packet_decode(&t.frame, &p);
                assert_int_equal(p.ip_checksum, CHECKSUM_BAD);
                assert_int_equal(udp ? p.udp_checksum : p.gmp.checksum, CHECKSUM_BAD);
                assert_int_equal(p.ttl, 64);
                assert_int_equal(p.tos, 8);
                assert_int_equal(p.n_router_alert, 2);
                assert_int_equal(p.router_alert_value, 5);
                assert_int_equal(p.df, !udp);
                frame_free(&t);
        }
}

static void cut_and_given_checksum(void **state)
{
        uint8_t built[64];
        struct craft c;

        (void)state;
        craft_init(&c);
        c.gmp.row = message_named(FAMILY_IGMP, 2, "report");
        addr_parse("239.1.2.3", &c.gmp.group);
        for (uint16_t cut = 0; cut < 12; cut++) {
                struct packer k = packer_into(built, sizeof built);
                struct test_frame t;
                struct packet p;

                c.cut = cut;
                c.checksum = cut == 1 ? 0x1234 : -1;
                assert_int_equal(craft_build(&c, &k), 0);
                assert_int_equal(k.n, cut < 8 ? 32 - cut : 24);
                t = frame_of(LINK_RAW, built, k.n, k.n);
                packet_decode(&t.frame, &p);
                assert_int_equal(packet_has(&p, FLAW_GMP_SHORT), cut > 0);
                assert_false(packet_has(&p, FLAW_IP_LENGTH_LONG));
                if (cut < 5)
                        assert_int_equal(p.gmp.checksum, cut == 1 ? CHECKSUM_BAD : CHECKSUM_GOOD);
                if (cut == 1)
                        assert_int_equal(p.gmp.checksum_value, 0x1234);
                frame_free(&t);
        }
}

/* A UDP checksum that comes out as 0 is sent as 0xffff, for 0 means none (RFC 768). */
static void zero_checksum(void **state)
{
        unsigned ones = 0;

        (void)state;
        for (uint32_t v = 0; v < 65536; v++) {
                const uint8_t data[2] = {(uint8_t)(v >> 8), (uint8_t)v};
                const struct bytes payload = {data, 2};
                uint8_t built[64];
                struct packer k = packer_into(built, sizeof built);
                struct craft c;

                craft_init(&c);
                c.udp = &payload;
                addr_parse("239.1.2.3", &c.dst);
                assert_int_equal(craft_build(&c, &k), 0);
                assert_true(built[26] | built[27]);
                ones += built[26] == 0xff && built[27] == 0xff;
        }
        assert_int_equal(ones, 1);
}

static void defaults(void **state)
{
        uint8_t built[64];
        struct packer k = packer_into(built, sizeof built);
        struct craft c;

        (void)state;
        craft_init(&c);
        c.gmp.row = message_named(FAMILY_IGMP, 2, "query");
        c.eth = true;
        c.n_vlan = 2;
        assert_int_equal(craft_build(&c, &k), 0);
        assert_int_equal(k.n, 22 + 24 + 8);
        assert_int_equal(built[12] << 8 | built[13], 0x88a8);
        assert_int_equal(built[16] << 8 | built[17], 0x8100);
        assert_int_equal(built[22 + 24 + 1], 100); /* 0 would make it IGMPv1's */
}

static void refused(void **state)
{
        const struct bytes data = {(const uint8_t *)"data", 4};
        uint8_t built[64];
        struct packer k = packer_into(built, 20);
        struct craft c;

        (void)state;
        craft_init(&c);
        c.gmp.row = message_named(FAMILY_IGMP, 2, "report");
        addr_parse("239.1.2.3", &c.gmp.group);
        assert_int_equal(craft_build(&c, &k), -1); /* no room */
        k = packer_into(built, sizeof built);
        c.gmp.row = message_named(FAMILY_IGMP, 0, "dvmrp");
        addr_parse("224.0.0.4", &c.dst);
        assert_int_equal(craft_build(&c, &k), -1); /* by name only */
        craft_init(&c);
        c.udp = &data;
        assert_int_equal(craft_build(&c, &k), -1); /* no destination */
        addr_parse("239.1.2.3", &c.dst);
        addr_parse("fe80::1", &c.src);
        assert_int_equal(craft_build(&c, &k), -1); /* of two families */
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(code8), cmocka_unit_test(code16), cmocka_unit_test(vectors_again),
                cmocka_unit_test(rows_again), cmocka_unit_test(faults_on_demand),
                cmocka_unit_test(cut_and_given_checksum), cmocka_unit_test(zero_checksum),
                cmocka_unit_test(defaults), cmocka_unit_test(refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
