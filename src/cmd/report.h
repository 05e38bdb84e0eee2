/* SPDX-License-Identifier: BSD-2-Clause */
/* What a report holds: packets kept short, hosts and groups as columns, memberships as spans, data as rates. All of it
 * is bounded, so that a capture of millions of packets makes a page that opens; what had no room is counted. */
#ifndef IGMPSCOPE_CMD_REPORT_H
#define IGMPSCOPE_CMD_REPORT_H

#include "igmpscope/base.h"
#include "igmpscope/model.h"
#include "igmpscope/out.h"
#include "igmpscope/wire.h"

enum {
        REPORT_HOSTS = 14, REPORT_GROUPS = 16, /* columns; the rest shares one more each */
        REPORT_STEPS = 2000,    /* packets and expiries kept; then only those that break a rule: */
        REPORT_FLAGGED = 200,
        REPORT_LADDER = 250,    /* steps drawn */
        REPORT_SPANS = 250,
        REPORT_FINDINGS = 200,
        REPORT_BUCKETS = 64,
        REPORT_TREES = 180000,  /* octets of decoded trees */
        REPORT_WORDS = 80,      /* octets of a packet's sentence */
        REPORT_TREE_LINES = 80, /* of one packet */
        REPORT_FLOW_SHOWN = 3,  /* data of one flow in a row, before the rest is folded */
        REPORT_NONE = 255,
};

enum step_kind {
        STEP_JOIN, STEP_LEAVE, STEP_CHANGE, STEP_ANSWER, STEP_QUERY, STEP_DATA, STEP_ECHO, STEP_EXPIRY, STEP_OTHER,
        STEP_KINDS,
};
struct step_word {
        const char *name, *plural;
};
extern const struct step_word step_words[STEP_KINDS]; /* name: also the class in style sheets */

struct step {
        uint64_t frame; /* 0: none, as for an expiry */
        int64_t time_ns;
        uint64_t folded, last_frame; /* how many more like it, until which */
        int64_t last_ns;
        uint8_t kind, from, to; /* columns: hosts, REPORT_HOSTS the others, REPORT_NONE none */
        uint8_t flagged;        /* 1 + the worst severity */
        bool general;           /* a query that goes to all */
        uint32_t groups;        /* a bit each; bit REPORT_GROUPS: the others */
        uint16_t port;
        struct addr src, dst;
        size_t words, tree; /* in pool; SIZE_MAX: none */
};

struct report_host {
        struct addr addr; /* or, where it has none of its own: */
        uint8_t mac[6];
        bool querier;
};

/* One host's filter for one group, from a change until the next. */
struct report_span {
        uint8_t host_mac[6];
        struct addr host, group;
        uint16_t vlan;
        char interface[16];
        enum filter_mode mode;
        uint32_t sources;
        uint64_t frame, end_frame; /* end_frame 0: the timer, or not ended */
        int64_t from_ns, to_ns;    /* to_ns INT64_MAX: still there */
        int64_t expires_ns;        /* still there: until when, if nobody says any more */
        enum change_event end;
};

struct rates { /* per group, and one for the others */
        int64_t start_ns, width_ns;
        int used; /* buckets */
        uint64_t packets[REPORT_GROUPS + 1][REPORT_BUCKETS], octets[REPORT_GROUPS + 1][REPORT_BUCKETS];
};

struct report {
        const char *name; /* of the capture */
        int64_t first_ns, last_ns;
        uint64_t frames, relevant; /* seen */
        struct report_host hosts[REPORT_HOSTS];
        struct addr groups[REPORT_GROUPS];
        int n_hosts, n_groups;
        bool more_hosts, more_groups; /* some share a column */
        struct step *steps;
        size_t n_steps, n_flagged;
        uint64_t left_steps, left_trees, left_spans, left_findings; /* what had no room */
        struct report_span *spans;
        size_t n_spans;
        struct finding *findings;
        size_t n_findings;
        uint64_t by_severity[SEVERITY_MUST + 1];
        struct querier queriers[REPORT_HOSTS];
        size_t n_queriers;
        struct rates rates;
        struct text pool; /* words and trees, a NUL after each */
        size_t tree_octets;
};

int report_init(struct report *r, struct error *err);
void report_free(struct report *r);

/* For each packet: its findings, its changes, then the packet. */
void report_finding(struct report *r, const struct finding *f);
void report_change(struct report *r, const struct change *c);
/* event: of a change that it made, or -1; flagged: it has findings. */
void report_packet(struct report *r, const struct packet *p, int event, bool flagged);
void report_finish(struct report *r, struct tracker *t, int64_t now_ns);

/* The step that shows a frame, or in which it was folded; NULL. */
struct step *report_step(const struct report *r, uint64_t frame);
uint8_t report_host_column(struct report *r, const struct addr *a, const uint8_t *mac);
uint8_t report_group_column(struct report *r, const struct addr *g);
void rates_add(struct rates *a, int64_t time_ns, uint8_t group, uint32_t octets);
double report_seconds(const struct report *r, int64_t ns); /* since the first packet */
/* What a column is called: an address, a MAC address, or "others". */
void report_host_name(const struct report *r, uint8_t host, char name[ADDR_TEXT]);
void report_group_name(const struct report *r, uint8_t group, char name[ADDR_TEXT]);
void span_host(const struct report_span *m, char name[ADDR_TEXT]);

/* Pictures, pages, text. */
void report_ladder(const struct report *r, struct text *t, bool whole);
void report_timeline(const struct report *r, struct text *t);
void report_rates(const struct report *r, struct text *t);
void report_page(const struct report *r, struct text *t);
void report_text(const struct report *r, struct text *t);
extern const char report_style[], report_script[], report_script_hash[];

#endif
