/* SPDX-License-Identifier: BSD-2-Clause */
/* What a receiver does with a packet that carries an IGMP or MLD message: which it must ignore, which only some
 * may use. Rows, first fit wins; the tracker and the sequence rules both ask here. What a host alone would ignore
 * (no Router Alert in IGMPv3, a general query to another group) is used: we watch as a router does. */
#include "igmpscope/model.h"

static bool is_none(const struct packet *p)
{
        return p->gmp.family == FAMILY_NONE;
}

static bool is_fragment(const struct packet *p)
{
        return p->fragment;
}

static bool bad_ip_checksum(const struct packet *p)
{
        return p->ip_checksum == CHECKSUM_BAD;
}

static bool bad_source(const struct packet *p)
{
        return p->src.len == 4 && (addr_is_multicast(&p->src) || p->src.b[0] == 127
                || (p->src.b[0] & p->src.b[1] & p->src.b[2] & p->src.b[3]) == 255);
}

static bool bad_checksum(const struct packet *p)
{
        return p->gmp.checksum == CHECKSUM_BAD;
}

static bool too_short(const struct packet *p)
{
        return packet_has(p, FLAW_GMP_SHORT);
}

static bool odd_query_length(const struct packet *p)
{
        return packet_has(p, FLAW_GMP_LENGTH);
}

static bool overrun(const struct packet *p)
{
        return packet_has(p, FLAW_GMP_SOURCES) || packet_has(p, FLAW_GMP_RECORDS);
}

static bool unknown_type(const struct packet *p)
{
        return !p->gmp.row || !p->gmp.row->version || p->gmp.row->kind == MESSAGE_OTHER;
}

static bool bad_group(const struct packet *p)
{
        const struct addr *g = &p->gmp.group;
        return g->len && !addr_is_multicast(g) && !(p->gmp.row->kind == MESSAGE_QUERY && addr_is_unspecified(g));
}

static bool is_query(const struct packet *p)
{
        return p->gmp.row->kind == MESSAGE_QUERY;
}

static bool proxy_query(const struct packet *p)
{
        return p->gmp.family == FAMILY_IGMP && is_query(p) && addr_is_unspecified(&p->src);
}

static bool is_mld(const struct packet *p)
{
        return p->gmp.family == FAMILY_MLD;
}

static bool mld_hop_limit(const struct packet *p)
{
        return is_mld(p) && p->ttl != 1;
}

static bool mld_router_alert(const struct packet *p)
{
        return is_mld(p) && (!p->n_router_alert || p->hbh_not_first);
}

static bool mld_query_source(const struct packet *p)
{
        return is_mld(p) && is_query(p) && !addr_is_link_local(&p->src);
}

static bool mld_unspecified(const struct packet *p)
{
        return is_mld(p) && addr_is_unspecified(&p->src);
}

static bool mld_source(const struct packet *p)
{
        return is_mld(p) && !addr_is_link_local(&p->src);
}

static bool always(const struct packet *p)
{
        (void)p;
        return true;
}

static const struct disposition_row rows[] = {
        {DISPOSITION_NONE, is_none, "no IGMP or MLD message", ""},
        {DISPOSITION_DROP, is_fragment, "a fragment", "RFC 791 §3.2, RFC 8200 §4.5"},
        {DISPOSITION_DROP, bad_ip_checksum, "wrong IPv4 header checksum", "RFC 1122 §3.2.1.2"},
        {DISPOSITION_DROP, bad_source, "the source is no unicast address", "RFC 1122 §3.2.1.3"},
        {DISPOSITION_DROP, bad_checksum, "wrong checksum", "RFC 2236 §2.3, RFC 9776 §4.1.2, RFC 9777 §5.1.2"},
        {DISPOSITION_DROP, too_short, "shorter than any message", "RFC 2236 §6, RFC 2710 §5"},
        {DISPOSITION_DROP, odd_query_length, "a query of a length that no version has", "RFC 9776 §7.1, RFC 9777 §8.1"},
        {DISPOSITION_DROP, overrun, "more sources or records declared than there are", "RFC 4541 §2.1.1(5)"},
        {DISPOSITION_DROP, unknown_type, "no membership message", "RFC 9776 §4, RFC 9777 §5"},
        {DISPOSITION_DROP, bad_group, "the group is no multicast address", "RFC 2236 §6, RFC 2710 §3.6"},
        {DISPOSITION_DROP, mld_hop_limit, "hop limit not 1", "RFC 9777 §6.2, §7.4, §7.6"},
        {DISPOSITION_DROP, mld_router_alert, "no Router Alert", "RFC 9777 §6.2, §7.4, §7.6"},
        {DISPOSITION_DROP, mld_query_source, "a query from an address that is not link-local", "RFC 9777 §5.1.14"},
        {DISPOSITION_SNOOPING, mld_unspecified, "from ::, for snooping switches only", "RFC 3590 §4"},
        {DISPOSITION_DROP, mld_source, "from an address that is not link-local", "RFC 9777 §5.2.14, §7.4"},
        {DISPOSITION_PROXY, proxy_query, "a switch's proxy query", "RFC 4541 §2.1.1"},
        {DISPOSITION_USE, always, "used", ""},
};

const struct disposition_row *disposition_at(size_t i)
{
        return i < sizeof rows / sizeof *rows ? &rows[i] : NULL;
}

const struct disposition_row *packet_disposition(const struct packet *p)
{
        const struct disposition_row *r = rows;

        while (!r->when(p))
                r++;
        return r;
}
