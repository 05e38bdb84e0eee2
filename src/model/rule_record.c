/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks of groups and sources: every record of a report, the one record that an older message stands for, and the
 * source list of a query. Lists are sorted where they stand, so that a hostile one costs no more than n log n. */
#include "rule.h"

#include <string.h>

static int item_compare(const struct sortee *a, const struct sortee *b, uint8_t len)
{
        int c = memcmp(a->p, b->p, len);

        if (!c && a->source && b->source)
                c = memcmp(a->source, b->source, len);
        return c ? c : (a->tag > b->tag) - (a->tag < b->tag);
}

static void sift(struct sortee *v, uint32_t at, uint32_t n, uint8_t len)
{
        for (uint32_t child; (child = 2 * at + 1) < n; at = child) {
                struct sortee t = v[at];

                if (child + 1 < n && item_compare(&v[child], &v[child + 1], len) < 0)
                        child++;
                if (item_compare(&v[at], &v[child], len) >= 0)
                        return;
                v[at] = v[child];
                v[child] = t;
        }
}

/* Heapsort: no allocation, no bad case. */
static void items_sort(struct sortee *v, uint32_t n, uint8_t len)
{
        for (uint32_t i = n / 2; i-- > 0; )
                sift(v, i, n, len);
        for (uint32_t i = n; i-- > 1; ) {
                struct sortee t = v[0];
                v[0] = v[i];
                v[i] = t;
                sift(v, 0, i, len);
        }
}

/* ---- walking what a message is about ---- */

/* The next record whose type is known; the only one for an older message, none for a query. */
static bool known_next(const struct subject *q, size_t *at, struct record *r)
{
        while (record_next(q->p, at, r))
                if (r->type >= IS_IN && r->type <= BLOCK)
                        return true;
        return false;
}

/* A rule that a record breaks: the first one makes the finding. */
static bool any_record(const struct subject *q, struct finding *f, bool (*breaks)(const struct record *r),
                       const char *expected)
{
        char text[ADDR_TEXT];
        struct record r;
        size_t at = 0;

        while (known_next(q, &at, &r)) {
                if (!breaks(&r))
                        continue;
                if (r.implied)
                        finding_seen(f, "group %s", addr_format(&r.group, text));
                else
                        finding_seen(f, "%s for %s%s", record_name(r.type), addr_format(&r.group, text),
                                     r.declared ? "" : " without sources");
                finding_expected(f, "%s", expected);
                return true;
        }
        return false;
}

/* The same for all that a message is about: a query's group as well. */
static bool any_group(const struct subject *q, struct finding *f, bool (*breaks)(const struct record *r),
                      const char *expected)
{
        const struct record r = {.group = q->g->group, .implied = true};
        char text[ADDR_TEXT];

        if (!(q->class & MSG_QUERIES))
                return any_record(q, f, breaks, expected);
        if (!breaks(&r))
                return false;
        finding_seen(f, "group %s", addr_format(&r.group, text));
        finding_expected(f, "%s", expected);
        return true;
}

/* The next source list, a query's own or a record's. group: what it belongs to. */
static bool list_next(const struct subject *q, size_t *at, struct sources *s, struct addr *group)
{
        struct record r;

        if (q->class & MSG_QUERIES) {
                *s = q->g->sources;
                *group = q->g->group;
                return !(*at)++;
        }
        if (!known_next(q, at, &r))
                return false;
        *s = r.sources;
        *group = r.group;
        return true;
}

/* ---- groups ---- */

static bool is_all_nodes(const struct record *r)
{
        return group_is_all_nodes(&r->group);
}

bool check_all_nodes(const struct subject *q, struct finding *f)
{
        return any_group(q, f, is_all_nodes, "no message about it: every node is a member");
}

static bool is_narrow(const struct record *r)
{
        return addr_is_multicast(&r->group) && (r->group.b[1] & 15) < 2;
}

bool check_scope(const struct subject *q, struct finding *f)
{
        return any_group(q, f, is_narrow, "no message about scope 0 (reserved) or 1 (interface-local)");
}

static bool is_unicast(const struct record *r)
{
        return !addr_is_multicast(&r->group);
}

bool check_record_group(const struct subject *q, struct finding *f)
{
        return any_record(q, f, is_unicast, "a multicast address");
}

static bool is_ssm_exclude(const struct record *r)
{
        return (r->type == IS_EX || r->type == TO_EX) && addr_is_ssm(&r->group);
}

bool check_ssm_exclude(const struct subject *q, struct finding *f)
{
        return any_record(q, f, is_ssm_exclude, "include mode, with sources named");
}

/* 232.0.0.0; of ff3x::/96 all up to 4000:0000 (RFC 4607 §1, §4.3) */
static bool is_ssm_reserved(const struct record *r)
{
        static const uint8_t zeros[10];
        const uint8_t *b = r->group.b, first[] = {0x40, 0, 0, 0};

        if (!addr_is_ssm(&r->group))
                return false;
        if (r->group.len == 4)
                return !memcmp(b + 1, zeros, 3);
        return !memcmp(b + 2, zeros, 10) && memcmp(b + 12, first, 4) <= 0;
}

bool check_ssm_reserved(const struct subject *q, struct finding *f)
{
        return any_record(q, f, is_ssm_reserved, "another address: this one is reserved");
}

static bool is_local_control(const struct record *r)
{
        return r->group.len == 4 && !memcmp(r->group.b, "\xe0\0\0", 3) && !is_all_nodes(r);
}

bool check_local_control(const struct subject *q, struct finding *f)
{
        return any_record(q, f, is_local_control, "nothing else: for information");
}

/* 224.1/16, 224.5/16 to 224.255/16, 225/8 to 231/8, 234/8 to 238/8 (RFC 5771 §3, §13) */
static bool is_iana_reserved(const struct record *r)
{
        const uint8_t a = r->group.b[0], b = r->group.b[1];

        if (r->group.len != 4)
                return false;
        return a == 224 ? b == 1 || b >= 5 : (a >= 225 && a <= 231) || (a >= 234 && a <= 238);
}

bool check_iana_reserved(const struct subject *q, struct finding *f)
{
        return any_record(q, f, is_iana_reserved, "an assigned, SSM, GLOP or administratively scoped group");
}

/* ---- what a record says ---- */

bool check_record_type(const struct subject *q, struct finding *f)
{
        char text[ADDR_TEXT];
        struct record r;

        for (size_t at = 0; record_next(q->p, &at, &r); ) {
                if (r.type >= IS_IN && r.type <= BLOCK)
                        continue;
                finding_seen(f, "record type %u for %s", r.type, addr_format(&r.group, text));
                finding_expected(f, "1 to 6; receivers skip this record");
                return true;
        }
        return false;
}

bool check_aux(const struct subject *q, struct finding *f)
{
        char text[ADDR_TEXT];
        struct record r;

        for (size_t at = 0; record_next(q->p, &at, &r); ) {
                if (!r.aux_words)
                        continue;
                finding_seen(f, "%u octets of auxiliary data for %s", 4u * r.aux_words, addr_format(&r.group, text));
                finding_expected(f, "none");
                return true;
        }
        return false;
}

static bool is_empty_isin(const struct record *r)
{
        return r->type == IS_IN && !r->declared;
}

bool check_isin_empty(const struct subject *q, struct finding *f)
{
        return any_record(q, f, is_empty_isin, "at least one source, or no record");
}

static bool is_empty_change(const struct record *r)
{
        return (r->type == ALLOW || r->type == BLOCK) && !r->declared;
}

bool check_change_empty(const struct subject *q, struct finding *f)
{
        return any_record(q, f, is_empty_change, "at least one source, or no record");
}

/* ---- sources ---- */

static bool bad_source(const struct addr *a)
{
        static const struct addr loopback = {16, {[15] = 1}};

        if (addr_is_multicast(a))
                return true;
        if (a->len == 16)
                return addr_is_unspecified(a) || addr_equal(a, &loopback);
        return a->b[0] == 0 || a->b[0] == 127 || (a->b[0] & a->b[1] & a->b[2] & a->b[3]) == 255;
}

bool check_sources_unicast(const struct subject *q, struct finding *f)
{
        char text[ADDR_TEXT], of[ADDR_TEXT];
        struct addr group;
        struct sources s;

        for (size_t at = 0; list_next(q, &at, &s, &group); )
                for (uint16_t i = 0; i < s.n; i++) {
                        const struct addr a = source_at(&s, i);
                        if (!bad_source(&a))
                                continue;
                        finding_seen(f, "source %s for %s", addr_format(&a, text), addr_format(&group, of));
                        finding_expected(f, "a unicast address");
                        return true;
                }
        return false;
}

bool check_sources_once(const struct subject *q, struct finding *f)
{
        char text[ADDR_TEXT], of[ADDR_TEXT];
        struct addr group;
        struct sources s;

        for (size_t at = 0; list_next(q, &at, &s, &group); ) {
                uint32_t n = 0;

                for (; n < s.n && n < ITEMS_MAX; n++)
                        q->items[n] = (struct sortee){s.p + (size_t)n * s.len, NULL, 0};
                items_sort(q->items, n, s.len);
                for (uint32_t i = 1; i < n; i++) {
                        const struct addr a = addr_of(q->items[i].p, s.len);
                        if (memcmp(q->items[i - 1].p, q->items[i].p, s.len) != 0)
                                continue;
                        finding_seen(f, "source %s twice for %s", addr_format(&a, text), addr_format(&group, of));
                        finding_expected(f, "once");
                        return true;
                }
        }
        return false;
}

/* ---- the same group in several records ---- */

static uint8_t address_length(const struct subject *q)
{
        return subject_mld(q) ? 16 : 4;
}

/* The record's group where it stands in the message: whole, as record_next sees whole records only. */
static const uint8_t *group_octets(const struct subject *q, const struct record *r)
{
        return q->g->bytes.p + r->offset + 4;
}

/* Records of known type by group, then by type. */
static uint32_t by_group(const struct subject *q)
{
        struct record r;
        uint32_t n = 0;

        for (size_t at = 0; n < ITEMS_MAX && known_next(q, &at, &r); )
                q->items[n++] = (struct sortee){group_octets(q, &r), NULL, r.type};
        items_sort(q->items, n, address_length(q));
        return n;
}

bool check_group_once(const struct subject *q, struct finding *f)
{
        char text[ADDR_TEXT];
        const uint8_t len = address_length(q);
        const uint32_t n = by_group(q);
        const struct sortee *v = q->items;

        for (uint32_t i = 0, same; i < n; i += same) {
                for (same = 1; i + same < n && !memcmp(v[i].p, v[i + same].p, len); same++)
                        ;
                if (same == 1 || (same == 2 && v[i].tag == ALLOW && v[i + 1].tag == BLOCK))
                        continue;
                const struct addr group = addr_of(v[i].p, len);
                finding_seen(f, "%s in %u records: %s, %s%s", addr_format(&group, text), same, record_name(v[i].tag),
                             record_name(v[i + 1].tag), same > 2 ? ", …" : "");
                finding_expected(f, "one record, or one ALLOW and one BLOCK");
                return true;
        }
        return false;
}

/* The sources of ALLOW and BLOCK records, by group, source and type: two types side by side are an overlap. */
static uint32_t by_source(const struct subject *q)
{
        const uint8_t len = address_length(q);
        struct record r;
        uint32_t n = 0;

        for (size_t at = 0; known_next(q, &at, &r); )
                for (uint32_t i = 0; (r.type == ALLOW || r.type == BLOCK) && i < r.sources.n && n < ITEMS_MAX; i++)
                        q->items[n++] = (struct sortee){group_octets(q, &r), r.sources.p + (size_t)i * len, r.type};
        items_sort(q->items, n, len);
        return n;
}

bool check_overlap(const struct subject *q, struct finding *f)
{
        const uint32_t n = by_source(q);
        const uint8_t len = address_length(q);
        char text[ADDR_TEXT], of[ADDR_TEXT];

        for (uint32_t i = 1; i < n; i++) {
                const struct sortee *a = &q->items[i - 1], *b = &q->items[i];
                if (a->tag == b->tag || memcmp(a->p, b->p, len) != 0 || memcmp(a->source, b->source, len) != 0)
                        continue;
                const struct addr group = addr_of(b->p, len), source = addr_of(b->source, len);
                finding_seen(f, "%s in allow and in block for %s", addr_format(&source, text), addr_format(&group, of));
                finding_expected(f, "in one of them");
                return true;
        }
        return false;
}
