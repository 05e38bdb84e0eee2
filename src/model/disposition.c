/* SPDX-License-Identifier: BSD-2-Clause */
/* What a receiver does with a packet that carries an IGMP or MLD message: which it must ignore,
 * which only some may use. One row a condition, the first that holds decides; the tracker and
 * the sequence rules both ask here. What a host alone would ignore (IGMPv3 without Router Alert,
 * a general query to another group) is used: we watch as a router does. */
#include "igmpscope/model.h"

enum condition {
        NO_MESSAGE, FRAGMENT, IP_CHECKSUM, SOURCE, CHECKSUM, SHORT, QUERY_LENGTH, OVERRUN,
        UNKNOWN_TYPE, GROUP, HOP_LIMIT, ROUTER_ALERT, QUERY_SOURCE, UNSPECIFIED, NOT_LINK_LOCAL,
        PROXY_QUERY, ALWAYS,
};

static const struct disposition_row rows[] = {
        [NO_MESSAGE] = {DISPOSITION_NONE, "no IGMP or MLD message", ""},
        [FRAGMENT] = {DISPOSITION_DROP, "a fragment", "RFC 791 §3.2, RFC 8200 §4.5"},
        [IP_CHECKSUM] = {DISPOSITION_DROP, "wrong IPv4 header checksum", "RFC 1122 §3.2.1.2"},
        [SOURCE] = {DISPOSITION_DROP, "the source is no unicast address", "RFC 1122 §3.2.1.3"},
        [CHECKSUM] = {DISPOSITION_DROP, "wrong checksum",
                "RFC 2236 §2.3, RFC 9776 §4.1.2, RFC 9777 §5.1.2"},
        [SHORT] = {DISPOSITION_DROP, "shorter than any message", "RFC 2236 §6, RFC 2710 §5"},
        [QUERY_LENGTH] = {DISPOSITION_DROP, "a query of a length that no version has",
                "RFC 9776 §7.1, RFC 9777 §8.1"},
        [OVERRUN] = {DISPOSITION_DROP, "more sources or records declared than there are",
                "RFC 4541 §2.1.1(5)"},
        [UNKNOWN_TYPE] = {DISPOSITION_DROP, "no membership message", "RFC 9776 §4, RFC 9777 §5"},
        [GROUP] = {DISPOSITION_DROP, "the group is no multicast address",
                "RFC 2236 §6, RFC 2710 §3.6, §5"},
        [HOP_LIMIT] = {DISPOSITION_DROP, "hop limit not 1", "RFC 9777 §6.2, §7.4, §7.6"},
        [ROUTER_ALERT] = {DISPOSITION_DROP, "no Router Alert", "RFC 9777 §6.2, §7.4, §7.6"},
        [QUERY_SOURCE] = {DISPOSITION_DROP, "a query from an address that is not link-local",
                "RFC 9777 §5.1.14"},
        [UNSPECIFIED] = {DISPOSITION_SNOOPING, "from ::, for snooping switches only",
                "RFC 3590 §4, RFC 9777 §5.2.14"},
        [NOT_LINK_LOCAL] = {DISPOSITION_DROP, "from an address that is not link-local",
                "RFC 9777 §5.2.14, §7.4"},
        [PROXY_QUERY] = {DISPOSITION_PROXY, "a switch's proxy query", "RFC 4541 §2.1.1(4)"},
        [ALWAYS] = {DISPOSITION_USE, "used", ""},
};

static bool group_fits(const struct addr *g, bool query)
{
        return !g->len || addr_is_multicast(g) || (query && addr_is_unspecified(g));
}

static bool source_fits(const struct addr *a)
{
        const uint8_t *b = a->b;
        if (a->len != 4)
                return true;
        return b[0] != 127 && (b[0] & 0xf0) != 0xe0 && (b[0] & b[1] & b[2] & b[3]) != 255;
}

static unsigned when(bool holds, enum condition c)
{
        return (unsigned)holds << c;
}

/* A bit for each condition that holds. */
static unsigned conditions(const struct packet *p)
{
        const struct gmp *g = &p->gmp;
        bool known = g->row && g->row->version && g->row->kind != MESSAGE_OTHER;
        bool mld = g->family == FAMILY_MLD;
        bool query = known && g->row->kind == MESSAGE_QUERY;
        bool zero = (query || mld) && addr_is_unspecified(&p->src);
        bool far = mld && !addr_is_link_local(&p->src);

        return when(p->fragment, FRAGMENT)
             | when(p->ip_checksum == CHECKSUM_BAD, IP_CHECKSUM)
             | when(!source_fits(&p->src), SOURCE)
             | when(g->checksum == CHECKSUM_BAD, CHECKSUM)
             | when(packet_has(p, FLAW_GMP_SHORT), SHORT)
             | when(packet_has(p, FLAW_GMP_LENGTH), QUERY_LENGTH)
             | when(packet_has(p, FLAW_GMP_SOURCES) || packet_has(p, FLAW_GMP_RECORDS), OVERRUN)
             | when(!known, UNKNOWN_TYPE)
             | when(!group_fits(&g->group, query), GROUP)
             | when(mld && p->ttl != 1, HOP_LIMIT)
             | when(mld && (!p->n_router_alert || p->hbh_not_first), ROUTER_ALERT)
             | when(far && query, QUERY_SOURCE)
             | when(far && zero, UNSPECIFIED)
             | when(far, NOT_LINK_LOCAL)
             | when(!mld && query && zero, PROXY_QUERY)
             | when(true, ALWAYS);
}

const struct disposition_row *disposition_at(size_t i)
{
        return i < sizeof rows / sizeof *rows ? &rows[i] : NULL;
}

const struct disposition_row *packet_disposition(const struct packet *p)
{
        return &rows[p->gmp.family == FAMILY_NONE ? NO_MESSAGE : __builtin_ctz(conditions(p))];
}
