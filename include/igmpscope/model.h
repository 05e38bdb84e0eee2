/* SPDX-License-Identifier: BSD-2-Clause */
/* Memberships over time, queriers, conformance rules, expectations. Time comes from the packets.
 * RFC 9776 §6 and §7, RFC 9777 §7 and §8. */
#ifndef IGMPSCOPE_MODEL_H
#define IGMPSCOPE_MODEL_H

#include "igmpscope/base.h"
#include "igmpscope/wire.h"
#include "igmpscope/writer.h"

enum filter_mode { MODE_NONE, MODE_INCLUDE, MODE_EXCLUDE };
const char *filter_mode_name(enum filter_mode m);

/* A filter: INCLUDE({}) is "not a member". The list lives as long as the tracker says (below). */
struct filter {
        enum filter_mode mode;
        const struct addr *sources; /* sorted */
        uint32_t n;
};

/* ---- what a receiver does with a packet (RFC 1122, 2236, 2710, 3590, 9776, 9777) ---- */
enum disposition {
        DISPOSITION_NONE, /* no IGMP or MLD message here */
        DISPOSITION_USE,
        DISPOSITION_PROXY,     /* a query from 0.0.0.0: opens response windows, elects nobody (RFC 4541 §2.1.1) */
        DISPOSITION_SNOOPING,  /* a report from ::, which routers discard and snooping switches use (RFC 3590 §4) */
        DISPOSITION_DROP,
};
struct disposition_row {
        enum disposition disposition;
        const char *why, *cite;
};
/* The first row that fits; never NULL. The last one says USE. */
const struct disposition_row *packet_disposition(const struct packet *p);
const struct disposition_row *disposition_at(size_t i); /* NULL past the end */

/* ---- tracker ---- */
struct tracker;

struct tracker_options {
        int gmi;                  /* 9776 (default, 0 means it) or 3376: the Group Membership Interval's formula */
        bool ssm_off;             /* --ssm-strict off: use EXCLUDE and old messages in the SSM range */
        bool fast_leave;          /* explicit tracking ends a group at once */
        bool snooping;            /* use reports from ::, as snooping switches must */
        uint64_t max_memberships; /* 0: 16,777,216 */
        uint64_t seed[2];         /* of the keyed hash: random where input may be hostile; never shows in results */
        void (*memory)(void *p, size_t n); /* told of each large piece, as for huge pages; or NULL */
};

/* What the timers of a link stand on (RFC 9776 §8, RFC 9777 §9), and where each of the three was found. */
enum origin { ORIGIN_ASSUMED, ORIGIN_LEARNED, ORIGIN_MEASURED, ORIGIN_PROXY };
const char *origin_name(enum origin o);
struct parameters {
        uint32_t rv, qi_ms, qri_ms;
        enum origin rv_from, qi_from, qri_from;
        uint32_t gmi_ms, oqpi_ms, ohpi_ms; /* Group Membership, Other Querier Present, Older Host Present Interval */
};

enum change_event { CHANGE_JOINED, CHANGE_LEFT, CHANGE_EXPIRED, CHANGE_CHANGED };
const char *change_event_name(enum change_event e);

/* What the tracker now believes that it did not before. Views live until the next call that changes the tracker. */
struct change {
        uint64_t frame;  /* 0: none, as for an expiry */
        int64_t time_ns;
        const char *interface;
        const uint16_t *vlan;
        uint8_t n_vlan;
        bool has_mac;
        struct addr host, group;
        uint8_t mac[6];
        struct filter from, to;
        enum change_event event;
        const char *why; /* the record's name, "report", "leave", "done", "timer" */
        /* expired: how long after its last report; what made that time, unless its group ended before */
        int64_t after_ns;
        const char *formula; /* "RV*QI + 2*QRI" */
        enum origin timers;  /* where the query interval in it was found */
};

struct tracker *tracker_new(const struct tracker_options *o); /* NULL: no memory */
void tracker_free(struct tracker *t);
/* One change a call until false: for (…) while (tracker_apply(t, &pkt, &rec, &chg)) …
 * tracker_packet takes note of queries and of who is there; call it once for each packet before its records. */
void tracker_packet(struct tracker *t, const struct packet *p);
bool tracker_apply(struct tracker *t, const struct packet *p, const struct record *r, struct change *c);
/* For speed alone, where there are millions of memberships: n packets that will be applied soon. Eight is a good
 * number. */
void tracker_hint(struct tracker *t, const struct packet *p, size_t n);
/* All that runs out at or before now, in order of its time; one change a call until false. */
bool tracker_expire(struct tracker *t, int64_t now_ns, struct change *c);

/* Reading the state; *at starts at 0. Views live until the next call of the same function, or one that changes the
 * tracker. Order: by interface, VLAN, group, host, so that the same capture gives the same output. */
struct member { /* one host's own state for one group: explicit tracking */
        const char *interface;
        const uint16_t *vlan;
        uint8_t n_vlan, version;
        bool has_mac;
        bool anonymous; /* reports come from 0.0.0.0 or ::, told apart by MAC only */
        bool presumed;  /* an older host that may have been suppressed (RFC 2236 §3) */
        bool stale;     /* did not answer a query that it should have */
        bool partial;   /* it listens to at least this: the capture has not shown all */
        struct addr group, host;
        uint8_t mac[6];
        struct filter filter;
        int64_t since_ns, refreshed_ns, expires_ns;
        int64_t grey_ns; /* from here on it is dead by RFC 3376's formula and alive by RFC 9776's; 0: --gmi 3376 */
        struct parameters parameters;
};
struct group_state { /* the router-side state, RFC 9776 §6.2.1 */
        const char *interface;
        const uint16_t *vlan;
        uint8_t n_vlan, version; /* version: group compatibility mode */
        struct addr group;
        enum filter_mode mode;
        const struct addr *sources;
        const int64_t *source_expires_ns; /* 0: an excluded source */
        uint32_t n;
        int64_t group_expires_ns; /* EXCLUDE only */
        uint32_t hosts;           /* known by explicit tracking */
        struct parameters parameters;
};
struct querier {
        const char *interface;
        const uint16_t *vlan;
        uint8_t n_vlan, version;
        struct addr address;
        bool has_mac;
        uint8_t mac[6];
        bool elected;
        uint32_t interval_s, qrv, max_resp_ms; /* of its last general query; 0: it does not say */
        double measured_interval_s; /* 0: not known */
        int64_t first_ns, last_ns;
        uint64_t queries;
};
bool member_next(struct tracker *t, size_t *at, struct member *m);
bool group_next(struct tracker *t, size_t *at, struct group_state *g);
bool querier_next(struct tracker *t, size_t *at, struct querier *q);

/* Who is elected has changed; one a call until false. from and to: len 0 where there is none. */
struct querier_change {
        uint64_t frame; /* 0: none, as when the querier fell silent */
        int64_t time_ns;
        const char *interface;
        const uint16_t *vlan;
        uint8_t n_vlan, version; /* version: of the new one's queries */
        struct addr from, to;
        const char *why; /* "heard", "lower" (address), "silent" */
};
bool querier_change_next(struct tracker *t, struct querier_change *c);

/* Looking one thing up, as it is before the packet is applied: on the packet's link and in its family, the member
 * that sent it, a group, the elected querier. False: there is none. Views as above. */
bool tracker_member(struct tracker *t, const struct packet *p, const struct addr *group, struct member *m);
bool tracker_member_of(struct tracker *t, const struct packet *p, const struct addr *host, const uint8_t mac[6],
                       const struct addr *group, struct member *m); /* another host on the link */
bool tracker_group(struct tracker *t, const struct packet *p, const struct addr *group, struct group_state *g);
bool tracker_querier(struct tracker *t, const struct packet *p, struct querier *q);
struct parameters tracker_parameters(struct tracker *t, const struct packet *p);

/* What an elected querier sends about a record (RFC 9776 §6.4.2): Q(G,S) for these sources, Q(G). */
struct asks {
        bool group;
        const struct addr *sources; /* sorted */
        uint32_t n;
        const char *cite;
};
bool tracker_asks(struct tracker *t, const struct packet *p, const struct record *r, struct asks *a);

struct tracker_stats {
        uint64_t memberships, groups, sources, queriers, links;
        uint64_t refused; /* what the bound left no room for */
        uint64_t bytes;   /* held */
        uint64_t probes;  /* keys compared, over all time */
};
void tracker_stats(const struct tracker *t, struct tracker_stats *s);

/* Told when the bound first leaves no room, and again whenever that has come to ten times as much. */
struct tracker_notice {
        uint64_t frame; /* 0: none */
        int64_t time_ns;
        uint64_t refused, max_memberships;
};
bool tracker_notice_next(struct tracker *t, struct tracker_notice *n);

/* Through the writer. X_describe is open, columns, fields, close; who wants a column of its own takes them one by
 * one. now_ns is the moment that the answer is for. */
extern const struct kind kind_change, kind_member, kind_group, kind_querier, kind_querier_change, kind_notice,
        kind_verdict;
void change_columns(const struct change *c, struct writer *w);
void change_fields(const struct change *c, struct writer *w);
void change_describe(const struct change *c, struct writer *w);
void member_describe(const struct member *m, int64_t now_ns, struct writer *w);
void group_describe(const struct group_state *g, int64_t now_ns, struct writer *w);
void querier_describe(const struct querier *q, struct writer *w);
void querier_change_columns(const struct querier_change *c, struct writer *w);
void querier_change_fields(const struct querier_change *c, struct writer *w);
void querier_change_describe(const struct querier_change *c, struct writer *w);
void notice_columns(const struct tracker_notice *n, struct writer *w);
void notice_fields(const struct tracker_notice *n, struct writer *w);
void notice_describe(const struct tracker_notice *n, struct writer *w);

/* ---- rules ---- */
enum severity { SEVERITY_NOTICE, SEVERITY_SHOULD, SEVERITY_MUST };
/* What the document has: an RFC 2119 keyword (MUST, SHOULD, MAY, RECOMMENDED), one in lower case, a plain
 * statement, or nothing: derived by us. A finding never claims more. */
enum basis { BASIS_MUST, BASIS_SHOULD, BASIS_MAY, BASIS_REC, BASIS_LC, BASIS_STATEMENT, BASIS_DERIVED };
const char *severity_name(enum severity s);
const char *basis_name(enum basis b);

struct subject;
struct finding;

struct rule {
        const char *id; /* stable */
        enum severity severity;
        enum basis basis;
        enum family family; /* whose messages it judges; FAMILY_NONE: both */
        unsigned messages;  /* a set of them: src/model/rule.h; rule_describe names them */
        bool (*check)(const struct subject *q, struct finding *f); /* NULL: needs history, see sequence_*.c */
        const char *text; /* one plain sentence: what is right */
        const char *cite;
};
const struct rule *rule_at(size_t i); /* NULL past the end */
const struct rule *rule_find(const char *id);
bool rule_is_sequence(const struct rule *r); /* needs history */
bool rule_is_opt_in(const struct rule *r);   /* judged only where asked for */

struct finding {
        const struct rule *rule;
        uint64_t frame;         /* that breaks it, or that opened the window which closed unmet; 0: none */
        int64_t time_ns;        /* when it could first be said: for a window that closed unmet, its end */
        enum severity severity; /* the rule's, or lower where the case is milder */
        char interface[32];     /* "" if unknown */
        struct addr host;       /* the sender that it is about; len 0: none */
        char seen[160], expected[160];
};

/* Judges packets. For each packet, in this order: linter_packet (or linter_time), then take the findings, then
 * tracker_packet and tracker_apply: a rule compares the packet with the state before it. */
struct linter;
struct linter_options {
        const char *only, *skip; /* comma-separated ids, or NULL; naming one in only turns it on */
        enum severity severity;  /* this and above */
        bool packets, sequences; /* both false: both */
        bool all;                /* rules that are judged only where asked for, too */
        struct addr prefix;      /* of the link, for igmp-src-subnet; naming it turns that on */
        unsigned prefix_len;
        uint32_t max_items;      /* hosts, groups, memberships … that sequence rules remember; 0: 524,288 */
        uint64_t seed[2];        /* of the keyed hash: random where input may be hostile; never shows in results */
};
int linter_new(struct linter **l, const struct linter_options *o, struct tracker *t, struct error *err);
void linter_free(struct linter *l);
void linter_packet(struct linter *l, const struct packet *p);
/* Time passes: windows close. More than an hour in which nobody says anything is where another capture begins. */
void linter_time(struct linter *l, int64_t now_ns);
void linter_gap(struct linter *l); /* the capture lost packets: windows that are open are not judged */
/* The capture ends: windows whose end has come are judged without slack, those that are open give nothing. */
void linter_end(struct linter *l);
bool linter_next(struct linter *l, struct finding *f);
uint64_t linter_lost(const struct linter *l); /* findings that were not taken in time: there was no room for them */

/* Data that the linter saw, in order of each flow's first packet; *at starts at 0. A latency is -1 where there was
 * none to see: data that flowed before the join, no data after the last leave. */
struct data_flow {
        const char *interface; /* "" if unknown */
        const uint16_t *vlan;
        uint8_t n_vlan;
        struct addr group, source;
        uint64_t packets, bytes; /* bytes of UDP payload */
        int64_t first_ns, last_ns;
        int64_t join_latency_ns;  /* from the group's first member to the first packet */
        int64_t leave_latency_ns; /* from its last member's leave to the last packet since */
        uint32_t members;         /* now */
        uint8_t ttl;              /* of the last packet */
};
bool data_next(struct linter *l, size_t *at, struct data_flow *f);

extern const struct kind kind_finding, kind_rule;
void finding_columns(const struct finding *f, struct writer *w);
void finding_fields(const struct finding *f, struct writer *w);
void finding_describe(const struct finding *f, struct writer *w);
void rule_describe(const struct rule *r, struct writer *w);
void rule_words(const struct rule *r, struct text *t); /* all of it but the citation, in sentences */

/* ---- verdicts ---- */
enum result { RESULT_HOLDS, RESULT_DEVIATES, RESULT_SKIPPED };
struct verdict {
        const char *id, *claim, *cite;
        enum result result;
        const char *expected, *seen, *reason, *evidence;
        const uint64_t *frames;
        uint32_t n_frames;
        bool known; /* deviates as it is known to (reason says why): no failure */
};
void verdict_describe(const struct verdict *v, struct writer *w);
const char *result_name(enum result r);

#endif
