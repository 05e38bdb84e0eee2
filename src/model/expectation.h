/* SPDX-License-Identifier: BSD-2-Clause */
/* What the pieces of the expectation language share: what is seen, what is asked for, what is kept of a line. */
#ifndef IGMPSCOPE_MODEL_EXPECTATION_H
#define IGMPSCOPE_MODEL_EXPECTATION_H

#include "igmpscope/expect.h"

/* ---- what is seen ---- */
enum sight { SIGHT_CHANGE, SIGHT_REPORT, SIGHT_QUERY, SIGHT_DATA, SIGHT_ECHO, SIGHT_ANSWER, SIGHT_FINDING };
#define SIGHT(what) (1u << SIGHT_##what)

/* One thing that happened: in a packet, or concluded from it. Views live until the next one. */
struct sighting {
        enum sight what;
        uint64_t frame;   /* 0: none, as for an expiry */
        int64_t time_ns;
        int64_t since_ns; /* ECHO: since the request */
        const char *interface;
        const uint16_t *vlan;
        uint8_t n_vlan;
        struct addr by, from, group; /* group none: a general query, or a finding */
        uint16_t port;
        uint8_t version, ttl, record;
        bool leave;      /* REPORT: a Leave or Done */
        bool broken;     /* a bad checksum: receivers drop it */
        uint32_t length; /* DATA: octets */
        const struct sources *sources; /* REPORT, QUERY */
        const struct change *change;
        const struct finding *finding;
};

/* Packets in, sightings out, in the order of watch. */
struct request { /* an echo request, until its reply */
        uint64_t frame;
        struct addr from, group;
        uint16_t from_port, port;
};
struct flow {
        struct tracker *tracker;
        struct linter *linter; /* NULL: nobody asks for findings */
        struct request *requests; /* a ring */
        uint32_t n_requests;
        const struct packet *packet;
        int64_t now_ns;
        unsigned phase, n_phases;
        size_t at;
        bool begun, has_record;
        struct record record;
        struct change change;
        struct finding finding;
};
int flow_open(struct flow *f, const struct tracker_options *o, bool findings, struct error *err);
void flow_close(struct flow *f);
void flow_packet(struct flow *f, const struct packet *p); /* then flow_next until false */
void flow_time(struct flow *f, int64_t now_ns);           /* likewise */
bool flow_next(struct flow *f, struct sighting *s);

/* ---- what is asked for ---- */
struct range { /* both ends belong to it */
        int64_t lo, hi; /* hi INT64_MAX: open */
};
static inline bool range_holds(const struct range *r, int64_t v) { return v >= r->lo && v <= r->hi; }

enum part {
        /* of the subject */
        PART_GROUP, PART_SOURCE, PART_PORT, PART_GENERAL, PART_ASKED, PART_RULE, PART_INTACT,
        /* clauses */
        PART_BY, PART_FROM, PART_VERSION, PART_RECORD, PART_TTL, PART_SEVERITY, PART_ON, PART_VLAN,
        PART_WITHIN, PART_AFTER, PART_COUNT, PART_AT, PART_HOSTS, PART_END,
};
#define PART(p) (UINT32_C(1) << PART_##p)

enum { HOSTS_MAX = 64, HITS_MAX = 3, MISSES_MAX = 3, FRAMES_MAX = 16, PHRASE_MAX = 224 };

struct selector {
        const struct verb_row *verb; /* NULL: none */
        uint32_t given;              /* a bit for each part that has to fit */
        struct group_spec group;
        struct addr by, from;
        struct range version, ttl, vlan;
        uint8_t record;
        enum severity severity;
        const struct rule *rule;
        char on[32];
        struct addr *list; /* hosts, or the sources that a query asks about */
        uint8_t n_list;
        bool each; /* behind `after`: for each of the line's groups by itself; general queries are about all */
};

enum about { ABOUT_GROUP, ABOUT_FLOW, ABOUT_QUERY, ABOUT_QUERIER, ABOUT_RULE };
enum role { ROLE_NONE, ROLE_HOST, ROLE_SENDER }; /* whom an event that `after` names has in common with the line */

struct expectation;
struct verb_row {
        const char *word;
        enum about about;
        uint32_t parts, needs; /* clauses that it takes, that it can't do without */
        uint32_t always;       /* parts that have to fit though nobody writes them */
        unsigned sights;       /* what it looks at; all else is never even near */
        bool (*is)(const struct selector *want, const struct sighting *s);
        /* instead: looks at the state at a moment; fills e->state, gives whether it holds */
        bool (*state)(struct expectation *e, struct tracker *t);
        enum role role;
        bool event; /* may stand behind `after` */
        bool once;  /* a frame counts once, however many of its records fit */
};
const struct verb_row *verb_row_at(size_t i); /* NULL past the end */
const struct verb_row *verb_row_find(const char *word);

struct phrase { /* a short sentence in the making: cut rather than grown */
        char text[PHRASE_MAX];
        size_t n;
};
void phrase_add(struct phrase *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct line;
struct part_row {
        const char *word, *value; /* of a clause: its word, and what it takes, for errors */
        bool (*parse)(struct line *l, struct expectation *e);
        bool (*fits)(const struct selector *want, const struct sighting *s);
        void (*say)(const struct sighting *s, struct phrase *w); /* where sighting_phrase does not show it */
        unsigned weight; /* how far off a sighting is that does not fit */
};
extern const struct part_row part_rows[PART_END];
enum { WEIGHT_EVENT = 35, WEIGHT_WITHIN = 15, WEIGHT_FAR = 135 };
/* 0: all fits; *off: which parts do not. WEIGHT_FAR and more: not even near. */
unsigned selector_distance(const struct selector *want, const struct sighting *s, uint32_t *off);
/* Which of the selector's groups a sighting or member is about; false: none. */
bool selector_group(const struct selector *want, const struct addr *group, size_t *index);
bool filter_names(const struct filter *f, const struct addr *a); /* asks for that source by name */
bool filter_gains(const struct filter *from, const struct filter *to, const struct addr *a); /* and was not heard */
int selector_listed(const struct selector *w, const struct addr *a); /* its place in the list, or -1 */
bool selector_vlan(const struct selector *want, const uint16_t *vlan, uint8_t n);

void sighting_phrase(const struct sighting *s, struct phrase *w);

/* ---- a line ---- */
struct anchor {
        bool seen;
        int64_t time_ns;
        uint64_t frame;
};
struct anchors { /* the latest event that `after` names, and the one in an earlier frame */
        struct anchor now, before;
};
struct tally { /* for each group of GROUP+N */
        uint64_t count, last_frame;
        uint64_t hosts; /* member: a bit for each of the list that is there */
        struct anchors after;
};
struct glimpse {
        uint64_t frame;
        unsigned distance;
        int64_t off_ns; /* from its window */
        char words[PHRASE_MAX];
};
struct expectation {
        char *id, *claim;
        struct selector want, after;
        bool negative;
        struct range count, within;
        int64_t at_ns; /* as written */
        struct tally *tallies; /* of each group */
        size_t n_tallies;
        struct anchors after_any; /* events of no group: general queries */
        struct glimpse hits[HITS_MAX], misses[MISSES_MAX];
        uint32_t n_hits, n_misses, n_frames;
        uint64_t frames[FRAMES_MAX];
        uint64_t total;
        bool judged, holds; /* verbs that look at the state */
        struct phrase state; /* what it was */
};

/* One line, or -1 and a line in bad; e is zeroed and freed with expectation_free either way. A blank line gives 0 and
 * leaves e->claim NULL. */
int expectation_parse(struct expectation *e, const char *name, size_t number, const char *line, struct text *bad);
void expectation_free(struct expectation *e);
const char *line_take(struct line *l); /* the next word, or NULL */
const char *line_peek(const struct line *l);
bool clause_word(const char *word);
bool line_event(struct line *l, struct expectation *e); /* what stands behind `after` */

void expectation_see(struct expectation *e, const struct sighting *s, int64_t start_ns);
bool expectation_enough(const struct expectation *e); /* as often as the line says, for each group */
bool state_members(struct expectation *e, struct tracker *t);
bool state_querier(struct expectation *e, struct tracker *t);

void expectation_expected(const struct expectation *e, struct text *t);
void expectation_seen(const struct expectation *e, int64_t start_ns, int64_t end_ns, struct text *t);

#endif
