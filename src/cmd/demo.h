/* SPDX-License-Identifier: BSD-2-Clause */
/* What the demonstration's files share: what it does, what it has seen, how it says it. */
#ifndef IGMPSCOPE_CMD_DEMO_H
#define IGMPSCOPE_CMD_DEMO_H

#include "igmpscope/cmd.h"
#include "igmpscope/lab.h"
#include "igmpscope/model.h"

struct lab_settings {
        struct settings common;
        struct lab_options lab;
        int version; /* of the querier: an index into its words */
        const char *write;
};

enum { DEMO_REQUESTS = 3, DEMO_FRAMES = 8, DEMO_RESPONSE_MS = 1000, DEMO_SLACK_MS = 100 };

/* Something that happened n times, first and last, and in which frames. */
struct sighting {
        unsigned n, n_frames;
        int64_t first_ns, last_ns;
        uint64_t frames[DEMO_FRAMES];
};

/* From when until when; to_ns 0: it still is, or never was. */
struct presence {
        int64_t from_ns, to_ns;
};

/* All of it measured: by the capture, from /proc and netlink, from what server and client read back. */
struct demo_facts {
        /* the wire, at the switch's port to a */
        struct sighting to_ex, to_in, is_ex, general, specific, requests, echoes, messages, findings;
        struct sighting proper; /* IGMP messages with TTL 1, Router Alert and a good checksum */
        int64_t answered_ns, slowest_echo_ns; /* from a general query to its answer; -1: none yet */
        int ttl_low, ttl_high; /* of the requests */
        char finding[256]; /* the first one */
        unsigned answered_specific;
        /* the port to c, where nobody joined */
        unsigned quiet_requests, quiet_queries;
        /* kernels */
        char interface[16], port[64]; /* where a joined; where the switch has the group */
        unsigned users, version;
        long robustness;
        int client_ttl, received, sent, answers, left; /* as server and client say; -1: not yet */
        int64_t joined_ns, left_ns; /* when setsockopt had returned, as the server says */
        bool client_ended;
        struct presence kernel, wire, table;
};

struct demo_note {
        int64_t time_ns;
        const char *who;
        char text[160];
};

struct demo {
        const struct lab_settings *set;
        struct output out;
        unsigned width; /* of the screen; 0: lines are not folded */
        struct lab *lab;
        struct lab_process *server, *client;
        struct capture *port, *quiet;
        struct decoder *decoder;
        struct tracker *tracker;
        struct linter *linter;
        struct savefile *save;
        struct packet packet; /* the last one */
        struct capture_stats stats;
        int64_t start_ns, pause_ns;
        struct demo_note notes[8]; /* what was observed, until its turn in the stream comes */
        int n_notes;
        struct demo_facts facts;
        unsigned deviations;
};

extern const char demo_group[];
int demo_run(const struct lab_settings *s, struct error *err);

/* demo_facts.c: what an event, or a look at the kernels, says */
int demo_take(struct demo *d, const struct lab_event *e, struct error *err);
int demo_observe(struct demo *d, struct error *err);
void demo_note(struct demo *d, const char *who, const char *format, ...) __attribute__((format(printf, 3, 4)));
void demo_notes(struct demo *d, int64_t until_ns); /* says those up to then */

/* demo_fold.c */
void demo_fold(struct demo *d, size_t from, int indent); /* the output's line from that octet on */
/* One line of cells, each folded within its width. */
void demo_cells(struct demo *d, const char *const cells[], const int widths[], const enum style styles[], int n);

/* demo_show.c: as lines for people, or as values */
void demo_phase(struct demo *d, int number, const char *title, const char *text);
void demo_picture(struct demo *d);
void demo_say(struct demo *d, int64_t time_ns, const char *who, const char *text);
void demo_packet(struct demo *d, const struct packet *p, const char *remark);
void demo_change(struct demo *d, const struct change *c);
void demo_timeline(struct demo *d);
void demo_heading(struct demo *d, const char *title, const char *text);
void demo_summary(struct demo *d);

/* demo_verdicts.c */
extern const size_t demo_verdict_count;
void demo_verdicts(struct demo *d);

#endif
