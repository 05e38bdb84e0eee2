/* SPDX-License-Identifier: BSD-2-Clause */
/* The default filter takes every frame that may matter, in all its wrappings, and no other; a
 * person's filter that loses some is said to, with one that does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../../src/net/capture.h"

enum { MAX = 256 };

/* What stands behind the link header: Ethernet type, and the octets that a filter looks at. */
static const struct {
        const char *name;
        uint16_t type;
        uint8_t at[3], value[3]; /* octets of the packet that are not zero, past the version */
        bool wanted;
} packets[] = {
        {"IGMP", 0x800, {9}, {2}, true},
        {"UDP", 0x800, {9}, {17}, true},
        {"UDP, a later fragment", 0x800, {9, 7}, {17, 185}, true},
        {"IP in IP", 0x800, {9}, {4}, true},
        {"6in4", 0x800, {9}, {41}, true},
        {"GRE", 0x800, {9}, {47}, true},
        {"PIM", 0x800, {9}, {103}, true},
        {"TCP", 0x800, {9}, {6}, false},
        {"ICMP", 0x800, {9}, {1}, false},
        {"MLDv2 report behind hop-by-hop", 0x86dd, {6, 40, 48}, {0, 58, 143}, true},
        {"TCP behind hop-by-hop", 0x86dd, {6, 40}, {0, 6}, true},
        {"routing header", 0x86dd, {6}, {43}, true},
        {"fragment", 0x86dd, {6}, {44}, true},
        {"AH", 0x86dd, {6}, {51}, true},
        {"destination options", 0x86dd, {6}, {60}, true},
        {"UDP over IPv6", 0x86dd, {6}, {17}, true},
        {"GRE over IPv6", 0x86dd, {6}, {47}, true},
        {"MLD query without hop-by-hop", 0x86dd, {6, 40}, {58, 130}, true},
        {"MLD done without hop-by-hop", 0x86dd, {6, 40}, {58, 132}, true},
        {"MRD solicitation", 0x86dd, {6, 40}, {58, 152}, true},
        {"neighbour solicitation", 0x86dd, {6, 40}, {58, 135}, false},
        {"TCP over IPv6", 0x86dd, {6}, {6}, false},
        {"ARP", 0x806, {0}, {0}, false},
        {"PPPoE session", 0x8864, {0}, {0x11}, true},
        {"MPLS", 0x8847, {0}, {0}, true},
};

static const struct {
        int link, type, net; /* offsets, type -1: none */
        int tags;            /* how many there may be; with so many all is taken */
} links[] = {{1, 12, 14, 3}, {113, 14, 16, 1}, {276, 0, 20, 1}, {101, -1, 0, 0}, {0, -1, 4, 0}};

static void put16(uint8_t *p, uint16_t v)
{
        p[0] = (uint8_t)(v >> 8);
        p[1] = (uint8_t)v;
}

/* A frame of packet i on link l behind so many tags; its length. */
static uint32_t build(uint8_t *p, size_t l, size_t i, int tags)
{
        int net = links[l].net, type = links[l].type;
        uint8_t version = packets[i].type == 0x800 ? 0x45 : packets[i].type == 0x86dd ? 0x60 : 0;

        memset(p, 0, MAX);
        for (int t = 0; t < tags; t++) {
                put16(p + type, t ? 0x8100 : 0x88a8);
                type = net + 2;
                net += 4;
        }
        if (type >= 0)
                put16(p + type, packets[i].type);
        p[net] = version;
        for (int j = 0; j < 3; j++)
                if (packets[i].at[j])
                        p[net + packets[i].at[j]] = packets[i].value[j];
        return (uint32_t)net + 80;
}

static void test_default_filter(void **state)
{
        uint8_t octets[MAX];
        struct error err = {0};
        struct text t = {0};
        struct filter *f;

        (void)state;
        for (size_t l = 0; l < sizeof links / sizeof *links; l++) {
                text_clear(&t);
                filter_default(links[l].link, &t);
                assert_int_equal(filter_open(&f, text_string(&t), links[l].link, &err), 0);
                for (size_t i = 0; i < sizeof packets / sizeof *packets; i++)
                        for (int tags = 0; tags <= links[l].tags; tags++) {
                                struct frame fr = {.link = links[l].link};
                                if (links[l].type < 0 && packets[i].type != 0x800 &&
                                    packets[i].type != 0x86dd)
                                        continue;
                                fr.caplen = fr.len = build(octets, l, i, tags);
                                fr.data = (struct bytes){octets, fr.caplen};
                                if (filter_accepts(f, &fr, &err) !=
                                    (packets[i].wanted || (tags && tags == links[l].tags)))
                                        fail_msg("link %d, %d tags: %s; %s", links[l].link, tags,
                                                 packets[i].name, err.text);
                        }
                filter_close(f);
        }
        text_free(&t);
}

static void test_no_default_for_other_links(void **state)
{
        struct text t = {0};

        (void)state;
        filter_default(127, &t); /* radiotap */
        assert_int_equal(t.n, 0);
        text_free(&t);
}

/* Each needle stands in the warning; none: there is no warning. */
static const struct {
        const char *filter;
        int link;
        const char *needles[4];
} warnings[] = {
        {"igmp",
         1,
         {"loses IGMP behind a VLAN tag;", "'igmp or (vlan and (igmp or (vlan and igmp)))'"}},
        {"igmp", 101, {0}},
        {"icmp6", 1, {"loses MLD (it stands", ", and MLD behind a VLAN tag;", "ip6[6]=0"}},
        {"icmp6", 113, {"MLD (it stands behind the hop-by-hop header)"}},
        {"icmp6", 276, {"MLD (it stands behind the hop-by-hop header)"}},
        {"icmp6 and icmp6[0]==131",
         101,
         {"'(icmp6 and icmp6[0]==131) or (ip6[6]=0 and ip6[40]=58)'"}},
        {"igmp or icmp6", 1, {"MLD (it stands", ", and IGMP, MLD behind a VLAN tag;"}},
        {"udp port 5353",
         1,
         {"loses later fragments of UDP, and UDP behind a VLAN tag;", "without a filter"}},
        {"host 239.9.9.9", 1, {"loses IGMP, UDP behind a VLAN tag;"}},
        {"src host 10.1.2.3 and igmp", 1, {"loses IGMP behind a VLAN tag;"}},
        {"src 10.1.2.3 and dst 239.4.5.6", 1, {"loses IGMP, UDP behind a VLAN tag;"}},
        {"ip6 host ff02::16", 1, {"loses MLD, UDP behind a VLAN tag;"}},
        {"tcp", 1, {0}},
        {"vlan and igmp", 1, {0}},
        {"not port 22", 1, {0}},
        {"ether multicast", 1, {0}},
        {"igmp or (vlan and igmp)", 1, {0}},
        {"no filter at all", 1, {0}},
};

static void test_warnings(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof warnings / sizeof *warnings; i++) {
                struct text t = {0};
                bool any = filter_warning(warnings[i].filter, warnings[i].link, false, &t);
                if (any != (warnings[i].needles[0] != NULL))
                        fail_msg("%s: %s", warnings[i].filter, text_string(&t));
                for (size_t j = 0; j < 4 && warnings[i].needles[j]; j++)
                        if (!strstr(text_string(&t), warnings[i].needles[j]))
                                fail_msg("%s: '%s' does not say '%s'", warnings[i].filter,
                                         text_string(&t), warnings[i].needles[j]);
                text_free(&t);
        }
}

/* What is advised instead loses nothing more. */
static void test_advice_is_sound(void **state)
{
        int n_advice = 0;

        (void)state;
        for (size_t i = 0; i < sizeof warnings / sizeof *warnings; i++) {
                struct text t = {0}, again = {0};
                char *advice;
                if (filter_warning(warnings[i].filter, warnings[i].link, false, &t)) {
                        advice = strstr(text_string(&t), "does not: '"); /* or: without a filter */
                        if (advice)
                                advice[strlen(advice) - 1] = 0;
                        if (advice && filter_warning(advice + 11, warnings[i].link, false, &again))
                                fail_msg("%s", text_string(&again));
                        n_advice += advice != NULL;
                }
                text_free(&t);
                text_free(&again);
        }
        assert_int_equal(n_advice, 10);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_default_filter),
                cmocka_unit_test(test_no_default_for_other_links),
                cmocka_unit_test(test_warnings),
                cmocka_unit_test(test_advice_is_sound),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
