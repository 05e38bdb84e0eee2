/* SPDX-License-Identifier: BSD-2-Clause */
/* The message types of IGMP and MLD, and others that share their protocol numbers. To add one: a row here, and
 * a parse/build pair where it has fields of its own. Types: RFC 9778 with IANA's "IGMP Type Numbers", IANA's
 * "ICMPv6 type Numbers". */
#include "igmpscope/wire.h"

#include <string.h>

#include "decode.h"

/* RFC 4286 §3.2: the code is the advertisement interval; then query interval and robustness variable. */
static uint64_t parse_advertisement(struct gmp *g, struct cursor *c)
{
        g->qqi_s = cursor_u16(c);
        g->declared = cursor_u16(c);
        return 0;
}

static void build_advertisement(const struct gmp *g, struct packer *k)
{
        pack_u16(k, (uint16_t)g->qqi_s);
        pack_u16(k, g->declared);
}

static void build_empty(const struct gmp *g, struct packer *k)
{
        (void)g;
        (void)k;
}

#define IGMP FAMILY_IGMP
#define MLD FAMILY_MLD
enum { QUERY = MESSAGE_QUERY, REPORT = MESSAGE_REPORT, LEAVE = MESSAGE_LEAVE, OTHER = MESSAGE_OTHER };
enum { LONGEST = 65535 };

#define ROW(family, type, version, min, max, code_min, code_max, kind, name, title, cite, how) \
        {family, type, version, min, max, code_min, code_max, 0, (enum message_name)kind, name, title, cite, \
         parse_##how, build_##how}
#define OPEN(family, type, version, min, kind, name, title, cite, how) \
        ROW(family, type, version, min, LONGEST, 0, 255, kind, name, title, cite, how)
#define EMPTY(family, type, name, title, cite) \
        {family, type, 0, 4, LONGEST, 0, 255, 0, MESSAGE_OTHER, name, title, cite, NULL, build_empty}
#define NAMED(type, name, title, cite) \
        {IGMP, type, 0, 8, LONGEST, 0, 255, 0, MESSAGE_OTHER, name, title, cite, NULL, NULL}
#define RGMP(type, name, title) /* only to 224.0.0.25 (RFC 3488 §2): else the types are experimental */ \
        {IGMP, type, 0, 8, LONGEST, 0, 255, 0xe0000019, MESSAGE_OTHER, name, title, "RFC 3488 §3", \
         parse_old, build_old}

static const struct message igmp_messages[] = {
        ROW(IGMP, 0x11, 1, 8, 8, 0, 0, QUERY, "query", "IGMPv1 query", "RFC 1112 App. I", query),
        ROW(IGMP, 0x11, 2, 8, 8, 1, 255, QUERY, "query", "IGMPv2 query", "RFC 2236 §2", query),
        OPEN(IGMP, 0x11, 3, 12, QUERY, "query", "IGMPv3 query", "RFC 9776 §4.1", query),
        ROW(IGMP, 0x11, 0, 9, 11, 0, 255, OTHER, "query", "IGMP query of no version", "RFC 9776 §7.1", query),
        OPEN(IGMP, 0x12, 1, 8, REPORT, "report", "IGMPv1 report", "RFC 1112 App. I", old),
        OPEN(IGMP, 0x16, 2, 8, REPORT, "report", "IGMPv2 report", "RFC 2236 §2", old),
        OPEN(IGMP, 0x17, 2, 8, LEAVE, "leave", "IGMPv2 leave", "RFC 2236 §2", old),
        OPEN(IGMP, 0x22, 3, 8, REPORT, "report", "IGMPv3 report", "RFC 9776 §4.2", report),
        OPEN(IGMP, 0x30, 0, 8, OTHER, "router_advertisement", "multicast router advertisement", "RFC 4286 §3",
             advertisement),
        EMPTY(IGMP, 0x31, "router_solicitation", "multicast router solicitation", "RFC 4286 §4"),
        EMPTY(IGMP, 0x32, "router_termination", "multicast router termination", "RFC 4286 §5"),
        NAMED(0x13, "dvmrp", "DVMRP", "RFC 1075"),
        NAMED(0x14, "pimv1", "PIM version 1", "RFC 9778 §3"),
        NAMED(0x15, "cisco_trace", "Cisco trace", "RFC 9778 §3"),
        NAMED(0x1e, "mtrace_response", "mtrace response", "RFC 9778 §3"),
        NAMED(0x1f, "mtrace", "mtrace query", "RFC 9778 §3"),
        RGMP(0xff, "rgmp_hello", "RGMP hello"),
        RGMP(0xfe, "rgmp_bye", "RGMP bye"),
        RGMP(0xfd, "rgmp_join", "RGMP join"),
        RGMP(0xfc, "rgmp_leave", "RGMP leave"),
}, mld_messages[] = {
        ROW(MLD, 130, 1, 24, 24, 0, 255, QUERY, "query", "MLDv1 query", "RFC 2710 §3", query),
        OPEN(MLD, 130, 2, 28, QUERY, "query", "MLDv2 query", "RFC 9777 §5.1", query),
        ROW(MLD, 130, 0, 25, 27, 0, 255, OTHER, "query", "MLD query of no version", "RFC 9777 §8.1", query),
        OPEN(MLD, 131, 1, 24, REPORT, "report", "MLDv1 report", "RFC 2710 §3", old),
        OPEN(MLD, 132, 1, 24, LEAVE, "done", "MLDv1 done", "RFC 2710 §3", old),
        OPEN(MLD, 143, 2, 8, REPORT, "report", "MLDv2 report", "RFC 9777 §5.2", report),
        OPEN(MLD, 151, 0, 8, OTHER, "router_advertisement", "multicast router advertisement", "RFC 4286 §3",
             advertisement),
        EMPTY(MLD, 152, "router_solicitation", "multicast router solicitation", "RFC 4286 §4"),
        EMPTY(MLD, 153, "router_termination", "multicast router termination", "RFC 4286 §5"),
};

enum {
        IGMP_MESSAGES = sizeof igmp_messages / sizeof *igmp_messages,
        MLD_MESSAGES = sizeof mld_messages / sizeof *mld_messages,
};

const struct message *message_at(size_t i)
{
        if (i < IGMP_MESSAGES)
                return &igmp_messages[i];
        return i - IGMP_MESSAGES < MLD_MESSAGES ? &mld_messages[i - IGMP_MESSAGES] : NULL;
}

const struct message *message_named(enum family f, uint8_t version, const char *name)
{
        const struct message *m;

        for (size_t i = 0; (m = message_at(i)); i++)
                if (m->family == f && m->version == version && !strcmp(m->name, name))
                        return m;
        return NULL;
}

bool message_known(enum family f, uint8_t type)
{
        const struct message *m = f == FAMILY_MLD ? mld_messages : igmp_messages;

        for (size_t n = f == FAMILY_MLD ? MLD_MESSAGES : IGMP_MESSAGES; n--; m++)
                if (m->type == type && !m->dst)
                        return true;
        return false;
}

static bool sent_to(const struct addr *dst, uint32_t group)
{
        struct cursor c = cursor_over((struct bytes){dst->b, 4});

        return dst->len == 4 && cursor_u32(&c) == group;
}

const struct message *message_find(const struct gmp *g, const struct addr *dst)
{
        const struct message *m = g->family == FAMILY_MLD ? mld_messages : igmp_messages;

        for (size_t n = g->family == FAMILY_MLD ? MLD_MESSAGES : IGMP_MESSAGES; n--; m++) {
                if (m->type != g->type || g->length < m->min || g->length > m->max)
                        continue;
                if (g->code < m->code_min || g->code > m->code_max)
                        continue;
                if (!m->dst || sent_to(dst, m->dst))
                        return m;
        }
        return NULL;
}
