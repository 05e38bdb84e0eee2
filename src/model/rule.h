/* SPDX-License-Identifier: BSD-2-Clause */
/* What the rule files share: the message that a rule looks at, the checks of rules that need one packet (one
 * function for the IGMP and the MLD twin), and the tables of rows. */
#ifndef IGMPSCOPE_MODEL_RULE_H
#define IGMPSCOPE_MODEL_RULE_H

#include "igmpscope/model.h"

/* What sort of message a packet carries; a rule's row names those that it applies to. The older query, report
 * and leave are IGMPv2's and MLDv1's (done). */
enum {
        MSG_QUERY1 = 1 << 0,   /* IGMPv1 query */
        MSG_QUERY2 = 1 << 1,   /* IGMPv2, MLDv1 query */
        MSG_QUERY3 = 1 << 2,   /* IGMPv3, MLDv2 query */
        MSG_REPORT1 = 1 << 3,  /* IGMPv1 report */
        MSG_REPORT2 = 1 << 4,  /* IGMPv2, MLDv1 report */
        MSG_LEAVE = 1 << 5,    /* IGMPv2 leave, MLDv1 done */
        MSG_REPORT3 = 1 << 6,  /* IGMPv3, MLDv2 report */
        MSG_QUERY_ODD = 1 << 7, /* a query of a length that no version has */
        MSG_SHORT = 1 << 8,    /* shorter than any message */
        MSG_CUT = 1 << 9,      /* a known type, too little of it captured to say more */
        MSG_UNKNOWN = 1 << 10, /* another type under IP protocol 2 */
        MSG_FRAGMENT = 1 << 11,
        MSG_CLASSES = 12,

        MSG_QUERIES = MSG_QUERY1 | MSG_QUERY2 | MSG_QUERY3,
        MSG_OLD_REPORTS = MSG_REPORT1 | MSG_REPORT2,
        MSG_OLD = MSG_OLD_REPORTS | MSG_LEAVE,
        MSG_REPORTS = MSG_OLD_REPORTS | MSG_REPORT3,
        MSG_GOOD = MSG_QUERIES | MSG_OLD | MSG_REPORT3,
        MSG_KNOWN = MSG_GOOD | MSG_QUERY_ODD | MSG_CUT,
        MSG_ANY = (1 << MSG_CLASSES) - 1,
};
const char *message_class_name(unsigned bit, enum family f);

/* Sorting without allocation: addresses where they stand in the packet, with what the check wants to know. */
struct sortee {
        const uint8_t *p, *source; /* source may be NULL, in all of them */
        uint32_t tag;
};
enum { ITEMS_MAX = 16384 }; /* sources of the largest datagram */

enum { RULE_OPT_IN = 1 << 30 }; /* in a row's messages: judged only where asked for */

struct subject {
        const struct packet *p;
        const struct gmp *g;
        const struct linter_options *options;
        struct sortee *items; /* ITEMS_MAX of them */
        enum family family;
        unsigned class; /* one MSG_ bit */
        uint32_t length; /* of the message, as IP says */
        uint8_t type;
        bool cut; /* the capture does not hold the whole message */
};
/* False: not IGMP or MLD, or nothing of it captured. options and items are left as they are. */
bool subject_packet(struct subject *q, const struct packet *p);
static inline bool subject_mld(const struct subject *q) { return q->family == FAMILY_MLD; }
static inline bool subject_general(const struct subject *q) { return addr_is_unspecified(&q->g->group); }
bool group_is_all_nodes(const struct addr *group); /* 224.0.0.1, ff02::1 */

/* The words of a finding. */
void finding_seen(struct finding *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
void finding_expected(struct finding *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A check says whether the rule is broken, and if so with which words. One finding a rule and packet. */
typedef bool rule_check(const struct subject *q, struct finding *f);

/* rule_frame.c: what carries the message */
rule_check check_ip_checksum, check_ttl, check_router_alert, check_router_alert_value, check_router_alert_single,
        check_precedence, check_checksum, check_fragmented, check_min_length, check_unknown_type, check_source_unicast,
        check_source_subnet, check_source_zero, check_source_link_local, check_query_source_link_local,
        check_query_source_prefix, check_query_source_zero, check_hbh_first, check_group_mac;
/* rule_message.c: queries, older reports and leaves, the fixed part of new reports */
rule_check check_query_length, check_query_group, check_general_dst, check_specific_dst, check_v1_query_group,
        check_report_dst, check_leave_dst, check_v3_report_dst, check_group_multicast, check_code_zero,
        check_reserved_zero, check_delay_zero, check_extra_octets, check_sources_fit, check_trailing, check_flags,
        check_extension, check_general_sources, check_general_s, check_mrc_zero, check_qrv_one, check_qrv_zero,
        check_qqic_zero, check_mrt_qqi, check_ssm_query, check_ssm_older, check_report_octet, check_report_flags,
        check_records_fit, check_report_empty;
/* rule_record.c: groups and sources */
rule_check check_all_nodes, check_scope, check_sources_unicast, check_sources_once, check_aux, check_record_type,
        check_record_group, check_isin_empty, check_change_empty, check_group_once, check_overlap, check_ssm_exclude,
        check_ssm_reserved, check_local_control, check_iana_reserved;

/* The rows. */
struct rule_set {
        const struct rule *rows;
        size_t n;
};
extern const struct rule_set rules_igmp, rules_igmp3, rules_mld, rules_sequence;

#endif
