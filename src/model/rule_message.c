/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks of a message's fixed part: where it goes, its group, codes, flags, counts. Twins share a function; lengths
 * and well-known destinations follow from the family. */
#include "rule.h"

/* Octets before the source list (query) or the record list (report). */
static uint32_t head_length(const struct subject *q)
{
        if (q->class & MSG_QUERY3)
                return subject_mld(q) ? 28 : 12;
        return q->class & MSG_REPORT3 || !subject_mld(q) ? 8 : 24;
}

bool group_is_all_nodes(const struct addr *g)
{
        const struct addr v4 = {4, {224, 0, 0, 1}}, v6 = {16, {0xff, 2, [15] = 1}};
        return addr_equal(g, g->len == 4 ? &v4 : &v6);
}

/* ---- where it goes ---- */

/* Receivers must accept it at their own address (RFC 9776 §4.1.12, §4.2.15). */
enum milder { STRICT, UNICAST_IS_NOTICE };

static bool goes_elsewhere(const struct subject *q, struct finding *f, const struct addr *want, enum milder m)
{
        char seen[ADDR_TEXT], text[ADDR_TEXT];

        if (addr_equal(&q->p->dst, want))
                return false;
        if (m == UNICAST_IS_NOTICE && !addr_is_multicast(&q->p->dst))
                f->severity = SEVERITY_NOTICE;
        finding_seen(f, "destination %s", addr_format(&q->p->dst, seen));
        finding_expected(f, "destination %s", addr_format(want, text));
        return true;
}

/* 224.0.0.N or ff02::N */
static struct addr well_known(const struct subject *q, uint8_t v4, uint8_t v6)
{
        return subject_mld(q) ? (struct addr){16, {0xff, 2, [15] = v6}} : (struct addr){4, {224, 0, 0, v4}};
}

bool check_general_dst(const struct subject *q, struct finding *f)
{
        const struct addr want = well_known(q, 1, 1);

        if (!subject_general(q) && !(q->class & MSG_QUERY1))
                return false;
        return goes_elsewhere(q, f, &want, UNICAST_IS_NOTICE);
}

bool check_specific_dst(const struct subject *q, struct finding *f)
{
        return !subject_general(q) && goes_elsewhere(q, f, &q->g->group, UNICAST_IS_NOTICE);
}

bool check_report_dst(const struct subject *q, struct finding *f)
{
        return goes_elsewhere(q, f, &q->g->group, UNICAST_IS_NOTICE);
}

bool check_leave_dst(const struct subject *q, struct finding *f)
{
        const struct addr want = well_known(q, 2, 2);
        return goes_elsewhere(q, f, &want, STRICT);
}

bool check_v3_report_dst(const struct subject *q, struct finding *f)
{
        const struct addr want = well_known(q, 22, 0x16);
        return goes_elsewhere(q, f, &want, STRICT);
}

/* ---- the group ---- */

static bool says_group(const struct subject *q, struct finding *f, const char *expected)
{
        char text[ADDR_TEXT];

        finding_seen(f, "group %s", addr_format(&q->g->group, text));
        finding_expected(f, "%s", expected);
        return true;
}

bool check_query_group(const struct subject *q, struct finding *f)
{
        if (subject_general(q) || addr_is_multicast(&q->g->group))
                return false;
        return says_group(q, f, "a multicast address, or zero");
}

bool check_group_multicast(const struct subject *q, struct finding *f)
{
        return !addr_is_multicast(&q->g->group) && says_group(q, f, "a multicast address");
}

bool check_v1_query_group(const struct subject *q, struct finding *f)
{
        return !subject_general(q)
                && says_group(q, f, "group 0.0.0.0 (or, in an IGMPv2 query, a response time above 0)");
}

bool check_ssm_query(const struct subject *q, struct finding *f)
{
        return addr_is_ssm(&q->g->group) && says_group(q, f, "queries of the newest version for an SSM group");
}

bool check_ssm_older(const struct subject *q, struct finding *f)
{
        const char *instead = q->class & MSG_LEAVE ? "a BLOCK or TO_IN record" : "an ALLOW record with its sources";
        return addr_is_ssm(&q->g->group) && says_group(q, f, instead);
}

/* ---- octets that are zero ---- */

static bool not_zero(struct finding *f, const char *name, unsigned v)
{
        if (!v)
                return false;
        finding_seen(f, "%s %u", name, v);
        finding_expected(f, "%s 0", name);
        return true;
}

bool check_code_zero(const struct subject *q, struct finding *f)
{
        return not_zero(f, "code", q->g->code);
}

bool check_reserved_zero(const struct subject *q, struct finding *f)
{
        return not_zero(f, "reserved field", q->g->reserved);
}

bool check_delay_zero(const struct subject *q, struct finding *f)
{
        return not_zero(f, "max response delay", q->g->max_resp_code);
}

bool check_report_octet(const struct subject *q, struct finding *f)
{
        return not_zero(f, "reserved octet", q->g->code);
}

static bool flags_set(struct finding *f, unsigned flags)
{
        if (!flags)
                return false;
        finding_seen(f, "flags 0x%02x", flags);
        finding_expected(f, "flags 0");
        return true;
}

bool check_flags(const struct subject *q, struct finding *f)
{
        return flags_set(f, q->g->flags & 0x70);
}

bool check_report_flags(const struct subject *q, struct finding *f)
{
        return flags_set(f, q->g->reserved & 0x7fff);
}

/* ---- lengths and counts ---- */

bool check_query_length(const struct subject *q, struct finding *f)
{
        const unsigned old = subject_mld(q) ? 24 : 8;

        if (q->class & MSG_SHORT && q->type != 130)
                return false;
        finding_seen(f, "%u octets", q->length);
        finding_expected(f, "%u, or %u and more", old, old + 4);
        return true;
}

bool check_extra_octets(const struct subject *q, struct finding *f)
{
        const uint32_t want = head_length(q);

        if (q->length <= want)
                return false;
        finding_seen(f, "%u octets", q->length);
        finding_expected(f, "%u", want);
        return true;
}

bool check_sources_fit(const struct subject *q, struct finding *f)
{
        const uint32_t each = subject_mld(q) ? 16 : 4, room = (q->length - head_length(q)) / each;

        if (q->g->declared <= room)
                return false;
        finding_seen(f, "%u sources declared, room for %u", q->g->declared, room);
        finding_expected(f, "%u octets", head_length(q) + q->g->declared * each);
        return true;
}

bool check_records_fit(const struct subject *q, struct finding *f)
{
        if (q->cut || q->g->n_records >= q->g->declared)
                return false;
        finding_seen(f, "%u records declared, %u whole", q->g->declared, q->g->n_records);
        finding_expected(f, "all of them");
        return true;
}

bool check_report_empty(const struct subject *q, struct finding *f)
{
        if (q->g->declared)
                return false;
        finding_seen(f, "no records");
        finding_expected(f, "at least one");
        return true;
}

static bool extended(const struct subject *q)
{
        return q->class & MSG_QUERY3 ? q->g->flags & 0x80 : q->g->reserved & 0x8000;
}

bool check_trailing(const struct subject *q, struct finding *f)
{
        if (!q->g->tail.n || extended(q))
                return false;
        finding_seen(f, "%zu octets after the last %s", q->g->tail.n, q->class & MSG_QUERY3 ? "source" : "record");
        finding_expected(f, "none");
        return true;
}

bool check_extension(const struct subject *q, struct finding *f)
{
        if (!packet_has(q->p, FLAW_GMP_TLV))
                return false;
        finding_seen(f, q->g->tail.n ? "%zu octets of TLVs that don't end with the message" : "the E bit, and no TLV",
                     q->g->tail.n);
        finding_expected(f, "at least one TLV, the last one ending with the message");
        return true;
}

/* ---- parameters of a query ---- */

bool check_general_sources(const struct subject *q, struct finding *f)
{
        return subject_general(q) && not_zero(f, "number of sources", q->g->declared);
}

bool check_general_s(const struct subject *q, struct finding *f)
{
        return subject_general(q) && not_zero(f, "s flag", q->g->flags >> 3 & 1);
}

bool check_mrc_zero(const struct subject *q, struct finding *f)
{
        if (q->g->max_resp_code)
                return false;
        finding_seen(f, "max resp code 0");
        finding_expected(f, "a code above 0");
        return true;
}

bool check_qrv_one(const struct subject *q, struct finding *f)
{
        if (q->g->qrv != 1)
                return false;
        finding_seen(f, "qrv 1");
        finding_expected(f, "2 or more: with 1 a single loss ends a membership");
        return true;
}

bool check_qrv_zero(const struct subject *q, struct finding *f)
{
        if (q->g->qrv)
                return false;
        finding_seen(f, "qrv 0");
        finding_expected(f, "1 to 7, unless the querier's robustness is above 7");
        return true;
}

bool check_qqic_zero(const struct subject *q, struct finding *f)
{
        if (q->g->qqic)
                return false;
        finding_seen(f, "qqic 0");
        finding_expected(f, "the querier's query interval");
        return true;
}

/* Equal ones satisfy "MUST be greater or equal" (§8.14.2) and miss "less than" (§8.3). */
bool check_mrt_qqi(const struct subject *q, struct finding *f)
{
        const uint64_t qqi_ms = (q->g->qqic ? q->g->qqi_s : 125) * UINT64_C(1000);

        if (!subject_general(q) || q->g->max_resp_ms < qqi_ms)
                return false;
        finding_seen(f, "max resp %.1f s, query interval %.0f s", q->g->max_resp_ms / 1e3, (double)qqi_ms / 1e3);
        finding_expected(f, q->g->max_resp_ms > qqi_ms ? "an interval longer than the response time"
                            : subject_mld(q) ? "an interval longer than the response time (§9.3; §9.14.2 allows equal)"
                                           : "an interval longer than the response time (§8.3; §8.14.2 allows equal)");
        return true;
}
