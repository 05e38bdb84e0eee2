/* SPDX-License-Identifier: BSD-2-Clause */
/* What people read: the meaning of every kind of message, names of groups, of flaws and layers; and the JSON that
 * programs read, octet by octet. */
#include "wire_test.h"

#include "vectors.h"

static const struct {
        const char *vector, *words;
} meanings[] = {
        {"v1-general-query", "asks who listens to anything, answer within 10.0 s"},
        {"v1-report", "is joined to 233.252.0.1, any source"},
        {"v2-group-query", "asks who listens to 233.252.0.1, answer within 1.0 s"},
        {"v2-leave", "leaves 233.252.0.1"},
        {"v3-group-query-s", "asks who listens to 233.252.0.1, answer within 1.0 s, routers keep their timers; "
                             "robustness 2, interval 125 s"},
        {"v3-group-source-query", "asks who listens to 233.252.0.1 from 198.51.100.1, 198.51.100.2, "
                                  "answer within 1.0 s; robustness 2, interval 125 s"},
        {"v3-report-to-ex-empty", "joins 233.252.0.1 from any source"},
        {"v3-report-to-in-empty", "leaves 233.252.0.1"},
        {"v3-report-allow-ssm", "now wants 232.1.1.1 from 198.51.100.1"},
        {"v3-report-allow-block", "now wants 233.252.0.1 from 198.51.100.1; "
                                  "no longer wants 233.252.0.1 from 198.51.100.2, 198.51.100.3"},
        {"v3-report-current-multi", "is joined to 233.252.0.1, any source; "
                                    "is joined to 232.1.1.1, only from 198.51.100.1, 198.51.100.2; "
                                    "is joined to 239.1.2.3, any source but 198.51.100.3"},
        {"v3-report-no-records", "says nothing: it has no records"},
        {"bad-v3-isin-empty", "is joined to 233.252.0.1, no source"},
        {"bad-v3-type", "says something of unknown type 7 about 233.252.0.1; joins 239.1.2.3 from any source"},
        {"bad-query-len-10", "a query of a length that no version has: receivers ignore it"},
        {"bad-fragment", "octets 0 to 16 of datagram 0"},
        {"bad-short", "type 0x16"},
        {"mld1-done", "leaves ff0e::101"},
        {"bad-mld2-truncated", "no whole record"},
        {"bad-mld2-records", "now wants ff0e::101 from 2001:db8::1, 2001:db8::2, 2001:db8::2; "
                             "no longer wants ff0e::101 from 2001:db8::2; is joined to 2001:db8::7, any source; "
                             "is joined to ff05::1:3, only from ff02::5; and 1 more"},
};

static void check_words(const char *hex, const char *words)
{
        struct test_frame t = frame_from(LINK_RAW, hex);
        struct text text = {0};
        struct packet p;

        packet_decode(&t.frame, &p);
        packet_words(&p, &text);
        assert_string_equal(text_string(&text), words);
        text_free(&text);
        frame_free(&t);
}

static void meaning_of_vectors(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
                for (size_t j = 0; j < VECTORS; j++)
                        if (!strcmp(vectors[j].name, meanings[i].vector))
                                check_words(vectors[j].hex, meanings[i].words);
}

/* Messages that share the protocol number: type and rest, the destination, title, words. */
static void others_by_name(void **state)
{
        static const struct {
                const char *message, *dst, *title, *words;
        } rows[] = {
                {"13000000 00000000", "e0000004", "DVMRP", ""},
                {"14000000 00000000", "e0000002", "PIM version 1", ""},
                {"15000000 00000000", "e0000002", "Cisco trace", ""},
                {"1e000000 00000000", "0a000001", "mtrace response", ""},
                {"1f000000 00000000", "e0000002", "mtrace query", ""},
                {"30140000 007d0002", "e000006a", "multicast router advertisement",
                 "a multicast router is here: again within 20 s; query interval 125 s, robustness 2"},
                {"31000000", "e0000002", "multicast router solicitation", "asks multicast routers to show themselves"},
                {"32000000", "e000006a", "multicast router termination", "a multicast router goes"},
                {"ff000000 00000000", "e0000019", "RGMP hello", "a router that speaks RGMP"},
                {"fe000000 00000000", "e0000019", "RGMP bye", "a router stops speaking RGMP"},
                {"fd000000 ef010101", "e0000019", "RGMP join", "the router wants traffic of 239.1.1.1"},
                {"fc000000 ef010101", "e0000019", "RGMP leave", "the router no longer wants traffic of 239.1.1.1"},
                {"fd000000 ef010101", "e0000016", "IGMP", "type 0xfd"},
                {"2a000000 ef010101", "e0000016", "IGMP", "type 0x2a"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                char hex[256];
                struct test_frame t;
                struct packet p;
                struct text line;

                snprintf(hex, sizeof hex, "450000%02x 00000000 01020000 0a000001 %s %s",
                         strlen(rows[i].message) > 8 ? 28 : 24, rows[i].dst, rows[i].message);
                check_words(hex, rows[i].words);
                t = frame_from(LINK_RAW, hex);
                packet_decode(&t.frame, &p);
                line = packet_line(&p);
                assert_non_null(strstr(line.p, rows[i].title));
                assert_int_equal(p.gmp.row == NULL, rows[i].title[0] == 'I');
                text_free(&line);
                frame_free(&t);
        }
}

static void groups_by_name(void **state)
{
        static const struct {
                const char *group, *name, *scope;
        } rows[] = {
                {"224.0.0.1", "all systems", "link-local"}, {"224.0.0.251", "mDNS", "link-local"},
                {"224.0.0.22", "IGMPv3 routers", "link-local"}, {"224.0.1.129", "PTP", "internetwork control"},
                {"224.3.29.71", NULL, "global"}, {"232.1.1.1", NULL, "SSM"}, {"233.1.1.1", NULL, "GLOP"},
                {"233.252.0.1", NULL, "documentation"}, {"234.1.1.1", NULL, "unicast-prefix-based"},
                {"239.255.255.250", "SSDP", "local"}, {"239.192.0.1", NULL, "organization-local"},
                {"239.195.255.255", NULL, "organization-local"}, {"239.1.1.1", NULL, "administratively scoped"},
                {"10.0.0.1", NULL, "not multicast"}, {"fe80::1", NULL, "not multicast"},
                {"ff02::1", "all nodes", "link-local"}, {"ff05::2", "all routers of the site", "site-local"},
                {"ff02::16", "MLDv2 routers", "link-local"}, {"ff0e::fb", "mDNS", "global"},
                {"ff02::fb", "mDNS", "link-local"}, {"ff02::1:ff12:3456", "solicited node", "link-local"},
                {"ff02::1:2", "DHCPv6 servers and relays", "link-local"}, {"ff05::1:3", "DHCPv6 servers", "site-local"},
                {"ff3e::8000:1", NULL, "SSM"}, {"ff12::1", NULL, "link-local"}, {"ff00::1", NULL, "reserved"},
                {"ff01::1", "all nodes, this interface", "interface-local"}, {"ff06::1", NULL, "unassigned"},
                {"ff08::101", "NTP", "organization-local"}, {"ff02:0:0:1::1", NULL, "link-local"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct addr a;
                const char *name;

                assert_true(addr_parse(rows[i].group, &a));
                name = group_name(&a);
                assert_string_equal(name ? name : "", rows[i].name ? rows[i].name : "");
                assert_string_equal(group_scope(&a), rows[i].scope);
        }
}

static void all_have_names(void **state)
{
        (void)state;
        for (unsigned f = 0; f < FLAW_COUNT; f++) {
                assert_string_not_equal(flaw_name((enum flaw)f), "unknown");
                assert_in_range(strlen(flaw_text((enum flaw)f)), 10, 100);
                for (unsigned g = 0; g < f; g++)
                        assert_string_not_equal(flaw_name((enum flaw)f), flaw_name((enum flaw)g));
        }
        for (unsigned l = 0; l < LAYER_COUNT; l++)
                assert_string_not_equal(layer_name((enum layer)l), "unknown");
        for (unsigned e = 0; e <= ENCAP_ERSPAN; e++)
                assert_string_not_equal(encap_name((enum encap)e), "unknown");
        for (unsigned c = 0; c <= CHECKSUM_UNVERIFIED; c++)
                assert_string_not_equal(checksum_name((enum checksum)c), "unknown");
        for (unsigned r = 0; r < 256; r++)
                assert_int_equal(strcmp(record_name(r), "unknown") != 0, r >= IS_IN && r <= BLOCK);
}

/* Unprintable octets and long payloads on the line of people. */
static void payload_on_the_line(void **state)
{
        (void)state;
        check_words("4500001d 00000000 01110000 0a000001 ef010101 1388270f 00090000 41", "1 byte 'A'");
        check_words("4500001c 00000000 01110000 0a000001 ef010101 1388270f 00080000", "0 bytes");
        check_words("45000040 00000000 01110000 0a000001 ef010101 1388270f 002c0000"
                    "00 0a 27 6162636465666768696a6b6c6d6e6f707172737475767778797a 20202020 212121",
                    "36 bytes '\\x00\\n\\'abcdefghijklmnopqrstuvwxyz   '…");
}

static void json_shape(void **state)
{
        static const struct {
                int link;
                const char *hex, *json;
        } rows[] = {
                {1, "01005e000016 020000000010 8100 000a 0800 46c00028 00004000 010241ef c000020a e0000016 94040000"
                    "2200e9fb 00000001 04000000 ef010101",
                 "{\"kind\":\"packet\",\"frame\":{\"number\":1,\"time\":\"0.000000000\",\"link\":\"ethernet\","
                 "\"caplen\":58,\"len\":58},\"eth\":{\"src\":\"02:00:00:00:00:10\","
                 "\"dst\":\"01:00:5e:00:00:16\"},\"vlan\":[10],"
                 "\"ip\":{\"version\":4,\"src\":\"192.0.2.10\",\"dst\":\"224.0.0.22\",\"ttl\":1,\"dscp\":48,"
                 "\"router_alert\":true,\"checksum\":\"good\",\"proto\":2},\"igmp\":{\"type\":34,\"version\":3,"
                 "\"name\":\"report\",\"checksum\":\"good\",\"records\":[{\"type\":4,\"name\":\"to_ex\","
                 "\"group\":\"239.1.1.1\",\"sources\":[],\"aux_words\":0}]}}\n"},
                {101, "45000020 00000000 01110000 0a000001 ef010101 1388270f 000c0000 64617461",
                 "{\"kind\":\"packet\",\"frame\":{\"number\":1,\"time\":\"0.000000000\",\"link\":\"raw\",\"caplen\":32,"
                 "\"len\":32},\"ip\":{\"version\":4,\"src\":\"10.0.0.1\",\"dst\":\"239.1.1.1\",\"ttl\":1,\"dscp\":0,"
                 "\"router_alert\":false,\"checksum\":\"bad\",\"proto\":17},\"udp\":{\"srcport\":5000,\"dstport\":9999,"
                 "\"length\":12,\"checksum\":\"absent\"},\"flaws\":[\"ip-checksum\"]}\n"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct test_frame t = frame_from(rows[i].link, rows[i].hex);
                struct text json;
                struct packet p;

                packet_decode(&t.frame, &p);
                json = packet_json(&p, 0);
                assert_string_equal(json.p, rows[i].json);
                text_free(&json);
                frame_free(&t);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(meaning_of_vectors), cmocka_unit_test(others_by_name),
                cmocka_unit_test(groups_by_name),
                cmocka_unit_test(all_have_names), cmocka_unit_test(payload_on_the_line), cmocka_unit_test(json_shape),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
