/* SPDX-License-Identifier: BSD-2-Clause */
/* Every link type and every tunnel leads to the message inside, and says the way; cut anywhere it does no harm. */
#include "wire_test.h"

#include "vectors.h"

enum { ROOM = 4096 };

static const char *vector_hex(const char *name)
{
        for (size_t i = 0; i < VECTORS; i++)
                if (!strcmp(vectors[i].name, name))
                        return vectors[i].hex;
        fail_msg("no vector %s", name);
        return "";
}

#define WLAN_SNAP "aaaa 03 000000 0800"
#define A1 "01005e7c0001"
#define A2 "020000000010"
#define A3 "0200000000ff"
#define ZEROS8 "0000000000000000"
#define ZEROS56 ZEROS8 ZEROS8 ZEROS8 ZEROS8 ZEROS8 ZEROS8 ZEROS8
#define ZEROS136 ZEROS56 ZEROS56 ZEROS8 ZEROS8 ZEROS8

/* What stands before the datagram. sender: its MAC, where the header tells it. */
static const struct {
        int link;
        const char *before, *vlans, *sender;
} links[] = {
        {1, A1 A2 "0800", "", A2},
        {1, A1 A2 "8100 000a 0800", "10", A2},
        {1, A1 A2 "88a8 0064 8100 600a 0800", "100 10", A2},
        {1, A1 A2 "9100 0064 8100 000a 8100 000b 0800", "100 10 11", A2},
        {1, A1 A2 "0028" WLAN_SNAP, "", A2},
        {1, A1 A2 "8100 000a 0028" WLAN_SNAP, "10", A2},
        {113, "0004 0001 0006" A2 "0000 0800", "", A2},
        {113, "0000 0001 0006" A2 "0000 8100 000a 0800", "10", A2},
        {113, "0000 0001 0006" A2 "0000 0004" WLAN_SNAP, "", A2},
        {113, "0000 030a 0000" ZEROS8 "0800", "", ""},
        {276, "0800 0000 00000002 0001 04 06" A2 "0000", "", A2},
        {276, "8100 0000 00000002 0001 04 06" A2 "0000 000a 0800", "10", A2},
        {101, "", "", ""},
        {12, "", "", ""},
        {14, "", "", ""},
        {228, "", "", ""},
        {0, "02000000", "", ""},
        {0, "00000002", "", ""},
        {108, "00000002", "", ""},
        {9, "ff03 0021", "", ""},
        {9, "0021", "", ""},
        {9, "21", "", ""},
        {50, "ff03 0021", "", ""},
        {50, "8f00 0800", "", ""},
        {105, "0802 0000" A1 A3 A2 "0000" WLAN_SNAP, "", A2},
        {105, "0801 0000" A3 A2 A1 "0000" WLAN_SNAP, "", A2},
        {105, "0800 0000" A1 A2 A3 "0000" WLAN_SNAP, "", A2},
        {105, "0803 0000" A3 A3 A1 "0000" A2 WLAN_SNAP, "", A2},
        {105, "8802 0000" A1 A3 A2 "0000 0000" WLAN_SNAP, "", A2},
        {105, "8882 0000" A1 A3 A2 "0000 0000 00000000" WLAN_SNAP, "", A2},
        {105, "8802 0000" A1 A3 A2 "0000 8000" A1 A2 "0028" WLAN_SNAP, "", A2},
        {127, "0000 0800 00000000 0802 0000" A1 A3 A2 "0000" WLAN_SNAP, "", A2},
        {127, "0000 1900 03000080 00000000 00000000" ZEROS8 "20 8802 0000" A1 A3 A2 "0000 0000 0000" WLAN_SNAP, "", A2},
        {119, "44000000 90000000" ZEROS136 "0802 0000" A1 A3 A2 "0000" WLAN_SNAP, "", A2},
        {119, "80211001 00000040" ZEROS56 "0802 0000" A1 A3 A2 "0000" WLAN_SNAP, "", A2},
        {163, "80211001 00000040" ZEROS56 "0802 0000" A1 A3 A2 "0000" WLAN_SNAP, "", A2},
};

static const char *vlan_text(const struct packet *p)
{
        static char text[128];
        size_t n = 0;

        text[0] = 0;
        for (uint8_t i = 0; i < p->n_vlan; i++)
                n += (size_t)snprintf(text + n, sizeof text - n, "%s%u", i ? " " : "", p->vlan[i]);
        return text;
}

static void walk(const struct packet *p)
{
        struct layout l = layout_of(p);
        struct text line = packet_line(p);
        struct span s;

        while (layout_next(&l, &s))
                assert_in_range(s.offset, 0, p->data.n);
        text_free(&line);
}

static void check_cuts(int link, const uint8_t *octets, size_t n)
{
        for (size_t cut = 0; cut < n; cut++) {
                struct test_frame t = frame_of(link, octets, cut, n);
                struct packet p;

                packet_decode(&t.frame, &p);
                assert_int_not_equal(p.gmp.checksum, CHECKSUM_BAD);
                assert_int_not_equal(p.udp_checksum, CHECKSUM_BAD);
                walk(&p);
                frame_free(&t);
        }
}

/* A few octets changed at random, the same ones each time, with a memory: no harm. */
static void check_changes(int link, const uint8_t *octets, size_t n)
{
        struct decoder *d = decoder_new();
        uint64_t random = n;

        for (unsigned round = 0; round < 300; round++) {
                struct test_frame t = frame_of(link, octets, n, n);
                struct packet p;

                for (unsigned k = 0; k < 1 + round % 5; k++) {
                        random = random * 6364136223846793005u + 1442695040888963407u;
                        t.own[(random >> 33) % n] = (uint8_t)(random >> 20);
                }
                decoder_decode(d, &t.frame, &p);
                walk(&p);
                frame_free(&t);
        }
        decoder_free(d);
}

static void link_types(void **state)
{
        uint8_t octets[ROOM], mac[6];

        (void)state;
        for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
                size_t n = hex_octets(links[i].before, octets, ROOM);
                struct test_frame t;
                struct packet p;

                n += hex_octets(vector_hex("v2-report"), octets + n, ROOM - n);
                t = frame_of(links[i].link, octets, n, n);
                packet_decode(&t.frame, &p);
                print_message("# link type %d, %s\n", links[i].link, links[i].before);
                assert_int_equal(p.flaws, 0);
                assert_int_equal(p.stop.layer, LAYER_NONE);
                assert_non_null(p.gmp.row);
                assert_int_equal(p.gmp.row->type, 0x16);
                assert_int_equal(p.gmp.checksum, CHECKSUM_GOOD);
                assert_string_equal(vlan_text(&p), links[i].vlans);
                assert_int_equal(p.has_eth && p.eth_ip, links[i].link == 1);
                if (hex_octets(links[i].sender, mac, sizeof mac))
                        assert_memory_equal(p.eth_src, mac, 6);
                check_cuts(links[i].link, octets, n);
                check_changes(links[i].link, octets, n);
                frame_free(&t);
        }
}

static void every_link_type_is_here(void **state)
{
        const struct link_type *l;

        (void)state;
        for (size_t i = 0; (l = link_at(i)); i++) {
                bool found = l->link == 229; /* IPv6: below */
                for (size_t j = 0; j < sizeof links / sizeof *links; j++)
                        found = found || links[j].link == l->link;
                assert_true(found);
                assert_ptr_equal(link_find(l->link), l);
        }
        assert_null(link_find(9999));
}

static void ip6_links(void **state)
{
        static const struct {
                int link;
                const char *before;
        } rows[] = {
                {229, ""}, {101, ""}, {0, "1e000000"}, {0, "0000001c"}, {108, "00000018"}, {1, A1 A2 "86dd"},
                {9, "ff030057"}, {0, "0a000000"},
        };
        uint8_t octets[ROOM];

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                size_t n = hex_octets(rows[i].before, octets, ROOM);
                struct test_frame t;
                struct packet p;

                n += hex_octets(vector_hex("mld2-report"), octets + n, ROOM - n);
                t = frame_of(rows[i].link, octets, n, n);
                packet_decode(&t.frame, &p);
                assert_int_equal(p.flaws, 0);
                assert_int_equal(p.gmp.type, 143);
                assert_int_equal(p.gmp.checksum, CHECKSUM_GOOD);
                check_cuts(rows[i].link, octets, n);
                frame_free(&t);
        }
}

/* ---- tunnels: built from the inside out; '4' '6' and 'U' are the headers whose lengths have to fit ---- */

struct octets {
        uint8_t p[ROOM];
        size_t n;
};

static void before(struct octets *o, const struct packer *head)
{
        assert_true(o->n + head->n <= ROOM);
        memmove(o->p + head->n, o->p, o->n);
        memcpy(o->p, head->p, head->n);
        o->n += head->n;
}

static void before_hex(struct octets *o, const char *hex)
{
        uint8_t head[256];
        struct packer k = packer_into(head, sizeof head);

        k.n = hex_octets(hex, head, sizeof head);
        before(o, &k);
}

static void before_ip(struct octets *o, int version, uint8_t protocol)
{
        uint8_t head[40];
        struct packer k = packer_into(head, sizeof head);

        if (version == 4) {
                pack_u32(&k, 0x45000000u | (uint32_t)(20 + o->n));
                pack_u32(&k, 0x00004000);
                pack_u32(&k, 0x40000000u | (uint32_t)protocol << 16);
                pack_u32(&k, 0x0a000001);
                pack_u32(&k, 0x0a000002);
                pack_at_u16(&k, 10, (uint16_t)~sum_fold(sum_add(0, (struct bytes){head, 20})));
        } else {
                pack_u32(&k, 0x60000000);
                pack_u16(&k, (uint16_t)o->n);
                pack_u16(&k, (uint16_t)(protocol << 8 | 64));
                for (int i = 0; i < 8; i++)
                        pack_u32(&k, 0x20010db8);
        }
        before(o, &k);
}

static void before_udp(struct octets *o, uint16_t port)
{
        uint8_t head[8];
        struct packer k = packer_into(head, sizeof head);

        pack_u16(&k, 40000);
        pack_u16(&k, port);
        pack_u16(&k, (uint16_t)(8 + o->n));
        pack_u16(&k, 0);
        before(o, &k);
}

/* GTP-U's and PPPoE's length fields. */
static void patch_length(struct octets *o, size_t at, size_t less)
{
        o->p[at] = (uint8_t)((o->n - less) >> 8);
        o->p[at + 1] = (uint8_t)(o->n - less);
}

#define INNER_ETH A1 A2 "0800"

/* version and protocol of the outer IP header, the UDP port (0: none), octets between it and the datagram. */
static const struct {
        const char *encap;
        int version;
        uint8_t protocol;
        uint16_t port;
        const char *between;
        uint8_t length_at, length_less;
        bool eth_ip;
} tunnels[] = {
        {"ipip", 4, 4, 0, "", 0, 0, false},
        {"4in6", 6, 4, 0, "", 0, 0, false},
        {"gre", 4, 47, 0, "0000 0800", 0, 0, false},
        {"gre", 6, 47, 0, "0000 0800", 0, 0, false},
        {"gre", 4, 47, 0, "2000 0800 00000007", 0, 0, false},
        {"gre", 4, 47, 0, "b000 0800 00000000 00000007 00000001", 0, 0, false},
        {"gre", 4, 47, 0, "0000 6558" INNER_ETH, 0, 0, true},
        {"gre", 4, 47, 0, "2000 6558 00000001" A1 A2 "8100 000a 0800", 0, 0, true},
        {"gre erspan", 4, 47, 0, "1000 88be 00000001 1000 0001 00000000" INNER_ETH, 0, 0, true},
        {"gre", 4, 47, 0, "0000 88be" INNER_ETH, 0, 0, true},
        {"gre erspan", 4, 47, 0, "1000 22eb 00000001 2000 0001 00000000 00000000" INNER_ETH, 0, 0, true},
        {"gre erspan", 4, 47, 0, "1000 22eb 00000001 2000 0001 00000000 00000001" ZEROS8 INNER_ETH, 0, 0, true},
        {"gre ppp", 4, 47, 0, "3081 880b 0026 0001 00000001 00000001 ff03 0021", 0, 0, false},
        {"gre mpls", 4, 47, 0, "0000 8847 00010140", 0, 0, false},
        {"mpls", 4, 137, 0, "00010040 00011140", 0, 0, false},
        {"mpls", 4, 137, 0, "00011140 00000000" INNER_ETH, 0, 0, true},
        {"vxlan", 4, 17, 4789, "08000000 00002a00" INNER_ETH, 0, 0, true},
        {"vxlan", 6, 17, 8472, "08000000 00002a00" INNER_ETH, 0, 0, true},
        {"geneve", 4, 17, 6081, "0000 6558 00002a00" INNER_ETH, 0, 0, true},
        {"geneve", 4, 17, 6081, "0240 0800 00002a00 0102 03 01 00000000", 0, 0, false},
        {"gtpu", 4, 17, 2152, "30ff 0000 00000001", 2, 8, false},
        {"gtpu", 4, 17, 2152, "34ff 0000 00000001 0000 00 85 01 1234 00", 2, 8, false},
        {"gtpu", 4, 17, 2152, "32ff 0000 00000001 0001 00 00", 2, 8, false},
};

static const char *encap_text(const struct packet *p)
{
        static char text[128];
        size_t n = 0;

        text[0] = 0;
        for (uint8_t i = 0; i < p->n_encap; i++)
                n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", i ? " " : "",
                                      encap_name((enum encap)p->encap[i]));
        return text;
}

/* Octets past an address's length are zero, whatever stood there for the outer header. */
static void check_addr(const struct addr *a)
{
        char buf[ADDR_TEXT];
        struct addr again;

        assert_true(addr_parse(addr_format(a, buf), &again));
        assert_true(addr_equal(a, &again));
}

static void check_tunnel(struct octets *o, int link, const char *encap, uint8_t type)
{
        struct test_frame t = frame_of(link, o->p, o->n, o->n);
        struct packet p;

        packet_decode(&t.frame, &p);
        assert_int_equal(p.flaws, 0);
        assert_int_equal(p.stop.layer, LAYER_NONE);
        assert_int_equal(p.gmp.type, type);
        assert_int_equal(p.gmp.checksum, CHECKSUM_GOOD);
        assert_string_equal(encap_text(&p), encap);
        assert_false(p.has_udp);
        check_addr(&p.src);
        check_addr(&p.dst);
        check_cuts(link, o->p, o->n);
        check_changes(link, o->p, o->n);
        frame_free(&t);
}

static void check_eth_ip(const struct octets *o, int link, bool expected)
{
        struct test_frame t = frame_of(link, o->p, o->n, o->n);
        struct packet p;

        packet_decode(&t.frame, &p);
        assert_int_equal(p.eth_ip, expected);
        frame_free(&t);
}

static void tunnels_lead_in(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof tunnels / sizeof *tunnels; i++) {
                static struct octets o;

                print_message("# %s: %s\n", tunnels[i].encap, tunnels[i].between);
                o.n = hex_octets(vector_hex("v2-report"), o.p, ROOM);
                before_hex(&o, tunnels[i].between);
                if (tunnels[i].length_at)
                        patch_length(&o, tunnels[i].length_at, tunnels[i].length_less);
                if (tunnels[i].port)
                        before_udp(&o, tunnels[i].port);
                before_ip(&o, tunnels[i].version, tunnels[i].protocol);
                check_tunnel(&o, LINK_RAW, tunnels[i].encap, 0x16);
                before_hex(&o, tunnels[i].version == 4 ? A3 A2 "0800" : A3 A2 "86dd");
                check_tunnel(&o, LINK_ETHERNET, tunnels[i].encap, 0x16);
                check_eth_ip(&o, LINK_ETHERNET, tunnels[i].eth_ip);
        }
}

static void ip6_inside(void **state)
{
        static const struct {
                const char *encap;
                int version;
                uint8_t protocol;
                uint16_t port;
                const char *between;
        } rows[] = {
                {"6in4", 4, 41, 0, ""}, {"6in6", 6, 41, 0, ""}, {"gre", 4, 47, 0, "0000 86dd"},
                {"teredo", 4, 17, 3544, ""}, {"teredo", 4, 17, 3544, "0000 ffff ffffffff"},
                {"teredo", 4, 17, 3544, "0001 00 00 0000000000000000 00"},
                {"teredo", 4, 17, 3544, "0001 02 01 aaaa bb 0000000000000000 00 0000 ffff ffffffff"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                static struct octets o;

                o.n = hex_octets(vector_hex("mld2-report"), o.p, ROOM);
                before_hex(&o, rows[i].between);
                if (rows[i].port)
                        before_udp(&o, rows[i].port);
                before_ip(&o, rows[i].version, rows[i].protocol);
                check_tunnel(&o, LINK_RAW, rows[i].encap, 143);
        }
}

static void pppoe_and_mpls(void **state)
{
        static struct octets o;

        (void)state;
        o.n = hex_octets(vector_hex("v2-report"), o.p, ROOM);
        before_hex(&o, A1 A2 "8864 11 00 0001 0022 0021");
        check_tunnel(&o, LINK_ETHERNET, "pppoe", 0x16);
        o.n = hex_octets(vector_hex("v2-report"), o.p, ROOM);
        before_hex(&o, A1 A2 "8100 0005 8847 00010040 00011140");
        check_tunnel(&o, LINK_ETHERNET, "mpls", 0x16);
        check_eth_ip(&o, LINK_ETHERNET, false);
}

/* Tunnels in tunnels end somewhere, and say so. */
static void too_deep(void **state)
{
        static struct octets o;
        struct test_frame t;
        struct packet p;

        (void)state;
        o.n = hex_octets(vector_hex("v2-report"), o.p, ROOM);
        for (int i = 0; i < 40; i++)
                before_ip(&o, 4, 4);
        t = frame_of(LINK_RAW, o.p, o.n, o.n);
        packet_decode(&t.frame, &p);
        assert_true(packet_has(&p, FLAW_DEPTH));
        assert_int_equal(p.stop.layer, LAYER_IP);
        assert_int_equal(p.n_encap, ENCAP_MAX);
        frame_free(&t);

        o.n = hex_octets(vector_hex("v2-report"), o.p, ROOM);
        before_hex(&o, "0800");
        for (int i = 0; i < 60; i++)
                before_hex(&o, "8100 000a");
        before_hex(&o, A1 A2);
        t = frame_of(LINK_ETHERNET, o.p, o.n, o.n);
        packet_decode(&t.frame, &p);
        assert_true(packet_has(&p, FLAW_DEPTH));
        assert_int_equal(p.n_vlan, VLAN_MAX);
        assert_int_equal(p.n_headers, LAYERS_MAX);
        frame_free(&t);
}

/* A port alone makes no tunnel: these are data. */
static void no_tunnels(void **state)
{
        static const uint16_t ports[] = {4789, 8472, 6081, 2152, 3544};

        (void)state;
        for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
                static struct octets o;
                struct test_frame t;
                struct packet p;

                o.n = hex_octets("6461746120646174612064617461206461746120", o.p, ROOM);
                before_udp(&o, ports[i]);
                before_ip(&o, 4, 17);
                t = frame_of(LINK_RAW, o.p, o.n, o.n);
                packet_decode(&t.frame, &p);
                assert_true(p.has_udp);
                assert_int_equal(p.dst_port, ports[i]);
                assert_int_equal(p.payload.n, 20);
                assert_int_equal(p.n_encap, 0);
                assert_int_equal(p.flaws, 0);
                frame_free(&t);
        }
}

static void others_are_no_errors(void **state)
{
        static const struct {
                int link;
                const char *hex, *title;
        } rows[] = {
                {1, A1 A2 "0806 0001 0800", "ARP"},
                {1, A1 A2 "9999 0001", "EtherType 0x9999"},
                {1, "0180c2000000" A2 "05dc 4242 03 0000000000", "ethernet frame"},
                {1, "0180c2000000" A2 "0008 4242 03 0000000000", "llc frame"},
                {101, "45000028 00004000 40060000 0a000001 0a000002 0000000000000000000000000000000000000000", "TCP"},
                {101, "45c0001e 00000000 01670000 0a000001 e000000d 2000 0000 0000 0000 0000", "PIM hello"},
                {105, "b400 0000" A1 A2, "wlan frame"},
                {9, "ff03 c021 0101", "ppp frame"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct test_frame t = frame_from(rows[i].link, rows[i].hex);
                struct text line;
                struct packet p;

                packet_decode(&t.frame, &p);
                line = packet_line(&p);
                assert_int_equal(p.stop.layer, LAYER_NONE);
                assert_int_equal(p.flaws & ~(UINT64_C(1) << FLAW_IP_CHECKSUM), 0);
                assert_false(packet_relevant(&p));
                assert_non_null(strstr(line.p, rows[i].title));
                text_free(&line);
                frame_free(&t);
        }
}

static void unknown_link_type(void **state)
{
        struct test_frame t = frame_from(147, "0102");
        struct packet p;

        (void)state;
        packet_decode(&t.frame, &p);
        assert_int_equal(p.stop.layer, LAYER_LINK);
        walk(&p);
        frame_free(&t);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(link_types), cmocka_unit_test(every_link_type_is_here), cmocka_unit_test(ip6_links),
                cmocka_unit_test(tunnels_lead_in), cmocka_unit_test(ip6_inside), cmocka_unit_test(pppoe_and_mpls),
                cmocka_unit_test(too_deep), cmocka_unit_test(no_tunnels), cmocka_unit_test(others_are_no_errors),
                cmocka_unit_test(unknown_link_type),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
