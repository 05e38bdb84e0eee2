/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks of what carries a message: Ethernet, IPv4 and IPv6 headers, checksums, lengths, the source address. One
 * function for IGMP and MLD; the row's document decides what is asked. What the capture cut off is not judged. */
#include "rule.h"

#include <stdio.h>
#include <string.h>

void finding_seen(struct finding *f, const char *format, ...)
{
        va_list ap;

        va_start(ap, format);
        vsnprintf(f->seen, sizeof f->seen, format, ap);
        va_end(ap);
}

void finding_expected(struct finding *f, const char *format, ...)
{
        va_list ap;

        va_start(ap, format);
        vsnprintf(f->expected, sizeof f->expected, format, ap);
        va_end(ap);
}

/* ---- what sort of message ---- */

static const struct { uint8_t igmp, mld; unsigned class; } types[] = {
        {0x12, 0, MSG_REPORT1}, {0x16, 131, MSG_REPORT2}, {0x17, 132, MSG_LEAVE}, {0x22, 143, MSG_REPORT3},
};

/* Lengths: RFC 9776 §7.1, RFC 9777 §8.1. */
static unsigned query_class(const struct subject *q)
{
        const uint32_t old = subject_mld(q) ? 24 : 8;

        if (q->length >= old + 4)
                return MSG_QUERY3;
        if (q->length > old)
                return MSG_QUERY_ODD;
        return subject_mld(q) || q->g->code ? MSG_QUERY2 : MSG_QUERY1;
}

static unsigned class_of(const struct subject *q)
{
        const uint8_t query = subject_mld(q) ? 130 : 0x11;
        const uint32_t min = subject_mld(q) && q->type != 143 ? 24 : 8;
        unsigned class = q->type == query ? query_class(q) : MSG_UNKNOWN;
        size_t head;

        for (size_t i = 0; i < sizeof types / sizeof *types; i++)
                if (q->type == (subject_mld(q) ? types[i].mld : types[i].igmp))
                        class = types[i].class;
        if (q->length < min) /* but for types with a length of their own: RFC 4286 §4, §5 has 4 octets */
                return class == MSG_UNKNOWN && q->g->row ? MSG_UNKNOWN : MSG_SHORT;
        head = min + (class == MSG_QUERY3 ? 4 : 0);
        return class != MSG_UNKNOWN && q->p->ip_payload.n < head && q->cut ? MSG_CUT : class;
}

static bool carries_mld(const struct packet *p)
{
        const uint8_t type = p->ip_payload.n ? p->ip_payload.p[0] : 0;

        return p->ip_version == 6 && p->protocol == 58 && !p->fragment
                && ((type >= 130 && type <= 132) || type == 143);
}

bool subject_packet(struct subject *q, const struct packet *p)
{
        const bool igmp = p->ip_version == 4 && p->protocol == 2;

        if (!igmp && !carries_mld(p))
                return false;
        q->p = p;
        q->g = &p->gmp;
        q->family = igmp ? FAMILY_IGMP : FAMILY_MLD;
        q->length = p->ip_payload_len;
        q->cut = p->ip_payload.n < p->ip_payload_len;
        q->type = p->ip_payload.n ? p->ip_payload.p[0] : 0;
        if (p->fragment)
                q->class = MSG_FRAGMENT;
        else if (!p->ip_payload.n)
                q->class = q->length ? MSG_CUT : MSG_SHORT;
        else
                q->class = class_of(q);
        return true;
}

const char *message_class_name(unsigned bit, enum family f)
{
        static const char *const igmp[] = {
                "v1 query", "v2 query", "v3 query", "v1 report", "v2 report", "v2 leave", "v3 report",
                "query of odd length",
                "short message", "message cut off", "other type", "fragment",
        };
        static const char *const mld[] = {
                NULL, "v1 query", "v2 query", NULL, "v1 report", "v1 done", "v2 report", "query of odd length",
                "short message", "message cut off", NULL, NULL,
        };

        return (f == FAMILY_MLD ? mld : igmp)[bit];
}

/* ---- IP headers ---- */

bool check_ip_checksum(const struct subject *q, struct finding *f)
{
        if (q->p->ip_checksum != CHECKSUM_BAD)
                return false;
        finding_seen(f, "a wrong header checksum");
        finding_expected(f, "a right one; receivers discard the packet");
        return true;
}

bool check_ttl(const struct subject *q, struct finding *f)
{
        const char *name = subject_mld(q) ? "hop limit" : "ttl";

        if (q->p->ttl == 1)
                return false;
        finding_seen(f, "%s %u", name, q->p->ttl);
        finding_expected(f, "%s 1", name);
        return true;
}

bool check_router_alert(const struct subject *q, struct finding *f)
{
        if (q->p->n_router_alert || q->p->hbh_not_first)
                return false;
        finding_seen(f, "no Router Alert");
        finding_expected(f, subject_mld(q) ? "a hop-by-hop Router Alert option (05 02 00 00)"
                                         : "a Router Alert option (94 04 00 00)");
        return true;
}

bool check_router_alert_value(const struct subject *q, struct finding *f)
{
        const unsigned want = subject_mld(q) ? 2 : 4;

        if (!q->p->n_router_alert || (!q->p->router_alert_value && q->p->router_alert_len == want))
                return false;
        finding_seen(f, "value %u, length %u", q->p->router_alert_value, q->p->router_alert_len);
        finding_expected(f, "value 0, length %u", want);
        return true;
}

bool check_router_alert_single(const struct subject *q, struct finding *f)
{
        if (q->p->n_router_alert < 2)
                return false;
        finding_seen(f, "%u Router Alert options", q->p->n_router_alert);
        finding_expected(f, "1");
        return true;
}

bool check_hbh_first(const struct subject *q, struct finding *f)
{
        if (!q->p->hbh_not_first)
                return false;
        finding_seen(f, "a hop-by-hop header after another extension header");
        finding_expected(f, "it to follow the IPv6 header");
        return true;
}

bool check_precedence(const struct subject *q, struct finding *f)
{
        if ((q->p->tos & 0xe0) == 0xc0)
                return false;
        finding_seen(f, "tos 0x%02x", q->p->tos);
        finding_expected(f, "tos 0xc0 (precedence 6)");
        return true;
}

bool check_fragmented(const struct subject *q, struct finding *f)
{
        if (q->p->fragment)
                finding_seen(f, "a fragment at offset %u%s", q->p->fragment_offset, q->p->mf ? ", more to come" : "");
        else if (q->p->n_frames)
                finding_seen(f, "a message in %u fragments", q->p->n_frames);
        else
                return false;
        finding_expected(f, "one packet that fits the link");
        return true;
}

/* ---- the message as a whole ---- */

bool check_checksum(const struct subject *q, struct finding *f)
{
        if (q->g->checksum != CHECKSUM_BAD)
                return false;
        finding_seen(f, "checksum 0x%04x, which is wrong over %u octets", q->g->checksum_value, q->length);
        finding_expected(f, "a right one; receivers drop the message");
        return true;
}

bool check_min_length(const struct subject *q, struct finding *f)
{
        finding_seen(f, "%u octets", q->length);
        finding_expected(f, "at least %d", subject_mld(q) && q->type != 143 ? 24 : 8);
        return true;
}

bool check_unknown_type(const struct subject *q, struct finding *f)
{
        const struct message *row = q->g->row;

        finding_seen(f, "type 0x%02x%s%s%s", q->type, row ? " (" : "", row ? row->title : "", row ? ")" : "");
        finding_expected(f, "type 0x11, 0x12, 0x16, 0x17 or 0x22");
        return true;
}

/* ---- the source ---- */

static bool says_source(const struct subject *q, struct finding *f, const char *expected)
{
        char text[ADDR_TEXT];

        finding_seen(f, "source %s", addr_format(&q->p->src, text));
        finding_expected(f, "%s", expected);
        return true;
}

bool check_source_unicast(const struct subject *q, struct finding *f)
{
        const uint8_t *b = q->p->src.b;

        if (!addr_is_multicast(&q->p->src) && b[0] != 127 && (b[0] & b[1] & b[2] & b[3]) != 255)
                return false;
        return says_source(q, f, "a unicast address of the link");
}

bool check_source_subnet(const struct subject *q, struct finding *f)
{
        const struct addr *prefix = &q->options->prefix;
        char text[ADDR_TEXT];

        if (prefix->len != 4 || addr_is_unspecified(&q->p->src)
            || addr_within(&q->p->src, prefix, q->options->prefix_len))
                return false;
        says_source(q, f, "");
        finding_expected(f, "one of %s/%u", addr_format(prefix, text), q->options->prefix_len);
        return true;
}

bool check_source_zero(const struct subject *q, struct finding *f)
{
        if (!addr_is_unspecified(&q->p->src) || q->type == 130)
                return false;
        return says_source(q, f, subject_mld(q) ? "a link-local address, once there is one"
                                              : "the host's address, once it has one");
}

bool check_query_source_zero(const struct subject *q, struct finding *f)
{
        return addr_is_unspecified(&q->p->src) && says_source(q, f, "the querier's address; this one elects nobody");
}

bool check_source_link_local(const struct subject *q, struct finding *f)
{
        if (q->type == 130 || addr_is_link_local(&q->p->src) || addr_is_unspecified(&q->p->src))
                return false;
        return says_source(q, f, "a link-local address (fe80::/10)");
}

bool check_query_source_link_local(const struct subject *q, struct finding *f)
{
        if (q->type != 130 || addr_is_link_local(&q->p->src))
                return false;
        if (addr_is_unspecified(&q->p->src))
                return says_source(q, f, "a link-local address (RFC 4541 §3 has proxies use ::, receivers discard it)");
        return says_source(q, f, "a link-local address (fe80::/10)");
}

bool check_query_source_prefix(const struct subject *q, struct finding *f)
{
        static const uint8_t prefix[8] = {0xfe, 0x80};

        if (!addr_is_link_local(&q->p->src) || !memcmp(q->p->src.b, prefix, sizeof prefix))
                return false;
        return says_source(q, f, "an address in fe80::/64");
}

/* ---- Ethernet ---- */

/* Behind a tunnel the Ethernet header is the carrier's. MLD may come in a unicast frame (RFC 6085 §3). */
bool check_group_mac(const struct subject *q, struct finding *f)
{
        char seen[MAC_TEXT], want[MAC_TEXT];
        uint8_t mac[6];

        if (!q->p->has_eth || q->p->n_encap || !addr_is_multicast(&q->p->dst))
                return false;
        addr_group_mac(&q->p->dst, mac);
        if (!memcmp(mac, q->p->eth_dst, 6) || (subject_mld(q) && !(q->p->eth_dst[0] & 1)))
                return false;
        finding_seen(f, "destination %s", mac_format(q->p->eth_dst, seen));
        finding_expected(f, "%s", mac_format(mac, want));
        return true;
}
