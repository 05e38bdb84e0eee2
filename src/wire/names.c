/* SPDX-License-Identifier: BSD-2-Clause */
/* Words for the decoder's sets: as JSON has them, and flaws in a sentence. */
#include "igmpscope/wire.h"

static const char *word(const char *const *words, unsigned n, unsigned i)
{
        return i < n && words[i] ? words[i] : "unknown";
}
#define WORD(words, i) word(words, sizeof(words) / sizeof *(words), (unsigned)(i))

const char *checksum_name(enum checksum c)
{
        static const char *const names[] = {
                [CHECKSUM_ABSENT] = "absent", [CHECKSUM_GOOD] = "good", [CHECKSUM_BAD] = "bad",
                [CHECKSUM_UNVERIFIED] = "unverified",
        };
        return WORD(names, c);
}

const char *layer_name(enum layer l)
{
        static const char *const names[] = {
                [LAYER_NONE] = "none",
#define X(ID, word) [LAYER_##ID] = #word,
                LAYERS(X)
#undef X
                [LAYER_LINK] = "link",
        };
        return WORD(names, l);
}

const char *encap_name(enum encap e)
{
        static const char *const names[] = {
                [ENCAP_IPIP] = "ipip", [ENCAP_6IN4] = "6in4", [ENCAP_4IN6] = "4in6", [ENCAP_6IN6] = "6in6",
                [ENCAP_GRE] = "gre", [ENCAP_VXLAN] = "vxlan", [ENCAP_GENEVE] = "geneve", [ENCAP_GTPU] = "gtpu",
                [ENCAP_PPPOE] = "pppoe", [ENCAP_PPP] = "ppp", [ENCAP_MPLS] = "mpls", [ENCAP_TEREDO] = "teredo",
                [ENCAP_ERSPAN] = "erspan",
        };
        return WORD(names, e);
}

const char *record_name(unsigned type)
{
        static const char *const names[] = {
                [IS_IN] = "is_in", [IS_EX] = "is_ex", [TO_IN] = "to_in", [TO_EX] = "to_ex", [ALLOW] = "allow",
                [BLOCK] = "block",
        };
        return WORD(names, type);
}

static const struct {
        const char *name, *text;
} flaws[FLAW_COUNT] = {
        [FLAW_IP_CHECKSUM] = {"ip-checksum", "the IPv4 header checksum is wrong"},
        [FLAW_IP_LENGTH_LONG] = {"ip-length-long", "the IP header announces more octets than the frame had"},
        [FLAW_IP_LENGTH_SHORT] = {"ip-length-short", "the IP header announces fewer octets than it has itself"},
        [FLAW_IP_OPTIONS] = {"ip-options", "an IP option runs past the end of the options"},
        [FLAW_IP_VERSION] = {"ip-version", "the IP version is neither 4 nor 6, or not the announced one"},
        [FLAW_GMP_CHECKSUM] = {"checksum", "the message's checksum is wrong"},
        [FLAW_GMP_SHORT] = {"short", "the message is shorter than its type needs"},
        [FLAW_GMP_LENGTH] = {"length", "no version of a query has this length"},
        [FLAW_GMP_SOURCES] = {"sources", "the query announces more sources than the message holds"},
        [FLAW_GMP_RECORDS] = {"records", "the report announces more records or sources than the message holds"},
        [FLAW_GMP_TRAILING] = {"trailing", "octets follow the end of the message"},
        [FLAW_GMP_TLV] = {"tlv", "the E bit is set, and the extension TLVs don't fill the rest of the message"},
        [FLAW_UDP_CHECKSUM] = {"udp-checksum", "the UDP checksum is wrong"},
        [FLAW_UDP_LENGTH] = {"udp-length", "the UDP length is under 8 or more than IP carries"},
        [FLAW_CUT] = {"cut", "the capture kept only the beginning of the frame"},
        [FLAW_FRAGMENT_OVERLAP] = {"fragment-overlap", "fragments overlap: the datagram is dropped (RFC 5722)"},
        [FLAW_FRAGMENT_SHORT] = {"fragment-short", "a fragment other than the last is no multiple of 8 octets long"},
        [FLAW_FRAGMENT_LONG] = {"fragment-long", "fragments make a datagram of over 65,535 octets"},
        [FLAW_HBH_ORDER] = {"hbh-order", "a hop-by-hop options header does not follow the IPv6 header directly"},
        [FLAW_EXT_HEADER] = {"ext-header", "an IPv6 extension header or option runs past its end"},
        [FLAW_HEADER] = {"header", "a header is longer than what holds it"},
        [FLAW_DEPTH] = {"depth", "more headers, tags or tunnels inside each other than we follow"},
};

const char *flaw_name(enum flaw f)
{
        return f < FLAW_COUNT ? flaws[f].name : "unknown";
}

const char *flaw_text(enum flaw f)
{
        return f < FLAW_COUNT ? flaws[f].text : "unknown";
}
