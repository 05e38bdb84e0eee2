/* SPDX-License-Identifier: BSD-2-Clause */
/* What the rules that need history remember. Seen from a link (lan), there are stations that report, channels
 * (groups) that they report, listeners (a station on a channel), routers that query, and nodes (a MAC, for MLD from
 * ::). All live in one book with a cap; the one used longest ago goes first. Whose list the host has is the tracker's
 * to know; here is who said what when, and the windows that are open.
 * Nothing is judged that began before the capture; a window that is open at its end gives no finding. */
#ifndef IGMPSCOPE_MODEL_SEQUENCE_H
#define IGMPSCOPE_MODEL_SEQUENCE_H

#include "describe.h"
#include "lint.h"

#define SECOND INT64_C(1000000000)
#define MILLISECOND INT64_C(1000000)
#define NEVER INT64_MIN

/* Rows of rule_sequence.c, in its order. */
enum sequence_rule {
        S_V1_QUERY_RATE, S_LEAVE_IN_V1,
        S_WITHIN_MAX_RESP, S_IMMEDIATE, S_RETRANSMIT, S_RETRANSMIT_INTERVAL, S_JOIN_REPEAT, S_SUPPRESSION_MISSING,
        S_NO_SUPPRESSION, S_SSM_SUPPRESSED, S_COMPAT_NEW, S_COMPAT_OLD, S_V2_WITH_V1_QUERIER, S_UNSOLICITED,
        S_GSSQ_RESPONSE, S_SPLIT_EXCLUDE, S_INCONSISTENT, S_LEAVE_WITHOUT_JOIN, S_LEAVE_IN_V3_GROUP, S_REREPORT,
        S_UNSPECIFIED_AFTER_LL,
        S_ELECTION, S_NONQUERIER_SPECIFIC, S_TAKEOVER_LATE, S_SILENT, S_NO_QUERIER, S_VERSION_MIX, S_SPOOF_VERSION,
        S_PARAMS, S_INTERVAL, S_JITTER, S_STARTUP, S_LMQ_MISSING, S_LMQ_COUNT, S_LMQ_INTERVAL, S_LMQ_MAX_RESP,
        S_GSQ_S, S_GSSQ_S, S_GSSQ_WITHOUT_CHANGE, S_GSSQ_SOURCES, S_GSQ_WITHOUT_LEAVE, S_ROUTER_JOINS, S_FLOODED,
        S_TRAFFIC_AFTER_LEAVE,
        S_DATA_UNWANTED, S_DATA_MISSING, S_DATA_TTL, S_DATA_MAC, /* our own: data and control together */
        S_RULES,
};
_Static_assert(S_RULES <= sizeof((struct sequence *)0)->on, "room for every rule");

/* ---- sequence_book.c: items by key, oldest first out; lists; alarms ---- */
enum item_kind {
        ITEM_LAN, ITEM_STATION, ITEM_CHANNEL, ITEM_LISTENER, ITEM_ROUTER, ITEM_NODE, ITEM_FLOW, ITEM_FRAME_ADDRESS,
        ITEM_KINDS,
};

struct key { /* no padding: compared as octets */
        const void *of, *with;
        struct addr addr;
        uint8_t mac[6], kind;
};
struct entry { /* begins every item */
        struct entry *next, *older, *newer;
        struct key key;
        int64_t used_ns;
        uint32_t hash, holds; /* holds: other items that point here */
};
void chain_init(struct chain *c);
void chain_drop(struct chain *c); /* off its list; may be called twice */
void chain_append(struct chain *list, struct chain *c); /* at its end, off any list before */
static inline bool chain_empty(const struct chain *c) { return c->next == c; }
#define CHAIN_ITEM(chain, type, field) ((type *)(void *)((char *)(chain) - offsetof(type, field)))

struct alarm {
        int64_t said_ns, due_ns; /* the end of the window; with slack */
        uint64_t order;
        void (*ring)(struct linter *l, struct alarm *a); /* an alarm_ring */
        size_t at; /* in the heap, + 1; 0: off */
};
#define ALARM_ITEM(alarm, type, field) CHAIN_ITEM(alarm, type, field)
typedef void alarm_ring(struct linter *l, struct alarm *a);
void alarm_set(struct linter *l, struct alarm *a, int64_t said_ns, int64_t slack_ns, alarm_ring *ring);
void alarm_stop(struct linter *l, struct alarm *a);

/* The item of that key, made if add and there is room; NULL otherwise. */
void *book_find(struct linter *l, const struct key *k, bool add);

/* ---- items ---- */
enum { ROUTERS_MAX = 32, SOURCES_MAX = 64, PENDING_MAX = 16, INTERVALS = 3 };

struct source_list { /* sorted; full: there were more, so that nothing is said about it */
        struct addr a[SOURCES_MAX];
        unsigned n;
        bool full;
};

struct lan { /* one family on one link */
        struct entry entry;
        enum family family;
        char interface[32];
        uint16_t vlan[VLAN_MAX];
        uint8_t n_vlan;
        int64_t data_ns;  /* the last multicast datagram */
        int64_t heard_ns; /* when a general query's window closed first: members are known since then */
        struct router *routers[ROUTERS_MAX];
        unsigned n_routers;
        /* parameters of the elected querier, RFC 9776 §8 */
        uint32_t rv;
        int64_t qi_ns, qri_ns;
        /* general queries */
        int64_t general_ns, until_ns, older_ns[3]; /* until: end of the last response window; older: by version */
        bool older_proxy; /* the last older one came from 0.0.0.0: hosts may ignore it */
        uint64_t general_frame;
        uint32_t general_mrt_ms;
        struct router *general_by; /* the last that is no proxy */
        int64_t gap_ns;    /* loss: windows opened before are not judged */
        int64_t asked_ns;  /* the window that will be judged */
        uint64_t asked_frame;
        struct addr asked_by;
        struct alarm asked, silent, querier;
        bool queried;     /* by anybody */
        bool had_members; /* when the querier should have spoken */
        int64_t first_report_ns;
        uint64_t first_report_frame;
        struct chain listeners, awake; /* all by last report; those of the newest version that answer for themselves */
};

struct router {
        struct entry entry;
        struct lan *lan;
        uint8_t mac[6];
        int64_t first_ns, general_ns; /* the first packet; the last general query */
        uint8_t version, qrv, qqic;   /* of that */
        uint32_t qqi_s, mrt_ms, generals;
        int64_t intervals[INTERVALS];
        unsigned n_intervals;
        bool interval_told, rate_told, joins_told;
        unsigned startup_count; /* general queries since it started, while startup runs */
        int64_t startup_ns;
        uint64_t startup_frame;
        struct alarm startup;
};

struct station { /* a host: link, address, MAC */
        struct entry entry;
        struct lan *lan;
        int64_t first_ns, newest_ns; /* newest: its last report of the newest version */
        int64_t answered_ns;         /* the general query that it answered last */
        unsigned fast;               /* answers at once, in a row */
        bool anonymous, old_told, flooded_told;
};

struct series { /* of last member queries: Q(G) or Q(G,S) */
        struct router *router;
        int64_t first_ns, before_ns, last_ns; /* before: the last but one */
        uint64_t frame;
        uint32_t mrt_ms;
        unsigned count;
        bool after_leave, was_elected; /* when it began */
        bool older;                    /* queries of IGMPv2 or MLDv1 */
        bool again;                    /* a leave or change came since the last query */
        int64_t again_ns;
        struct alarm alarm;
};

enum { SPECIFIC_GROUP, SPECIFIC_SOURCES, SPECIFICS };
struct channel { /* a group on a link */
        struct entry entry;
        struct lan *lan;
        struct addr group;
        int64_t v1_ns, old_ns; /* last IGMPv1 report; last IGMPv1, IGMPv2 or MLDv1 report */
        struct station *old_by; /* who sent the first older report of a response window */
        int64_t old_window_ns, old_first_ns;
        int64_t asked_ns[SPECIFICS], until_ns[SPECIFICS]; /* specific queries and their response windows */
        struct source_list asked_sources;                 /* of the last Q(G,S) */
        struct alarm asked; /* the window that will be judged */
        int64_t window_ns;
        uint64_t window_frame;
        struct addr window_by;
        bool window_sources; /* it is a Q(G,S): only those marked due */
        /* last members */
        int64_t leave_ns, change_ns; /* leave, done, TO_IN; any that may make the querier ask for sources */
        struct alarm owed; /* a query after those */
        uint64_t owed_frame;
        struct addr owed_host;
        struct source_list owed_sources; /* that the querier may ask for, with owed_ns the first leave or change */
        int64_t owed_ns;
        struct series series[SPECIFICS];
        bool refreshed;                     /* since the last Q(G) with S = 0 */
        struct source_list fresh_sources;   /* since the last Q(G,S) with S = 0 */
        struct source_list series_sources;  /* asked for in the running series */
        int64_t newest_ns; /* last report of the newest version */
        struct chain awake;
        unsigned live; /* listeners */
        /* data */
        int64_t joined_ns, left_ns; /* the first listener came, the last one left */
        int64_t data_ns, unwanted_ns; /* the last datagram; the first that nobody wanted */
        bool unwanted_told, data_told;
        struct alarm data;
};

struct flow { /* data of one source to a group */
        struct entry entry;
        struct channel *channel;
        struct chain all; /* in order of their first packet */
        uint64_t packets, bytes;
        int64_t first_ns, last_ns, join_ns, leave_ns; /* join, leave: latencies, or NEVER */
        uint8_t ttl;
};

struct frame_address { /* an Ethernet group address in use */
        struct entry entry;
        struct channel *channel; /* the first that uses it */
        bool told;
};

struct pending { /* a state change that owes retransmissions */
        uint64_t list; /* hash of its sources */
        int64_t began_ns, last_ns;
        uint64_t frame;
        uint8_t type; /* 0: none */
        unsigned copies, owed;
        struct alarm alarm;
};
struct listener {
        struct entry entry;
        struct station *station;
        struct channel *channel;
        int64_t last_ns, change_ns; /* any record; a state change record */
        struct chain all, awake, channel_awake;
        bool live, due;
        struct pending pending[2]; /* TO_x or ALLOW; BLOCK */
        int64_t exclude_ns;        /* the last IS_EX or TO_EX with sources */
        uint64_t exclude_list;
        int64_t joined_ns; /* first older report, waiting to be repeated */
        uint64_t joined_frame;
        struct alarm repeat;
};

struct node { /* MLD: one MAC */
        struct entry entry;
        struct lan *lan;
        struct addr address;  /* link-local, once it is used */
        int64_t link_local_ns;
        struct {
                struct channel *channel;
                uint64_t frame;
        } pending[PENDING_MAX]; /* reported from ::, not yet from the link-local address */
        unsigned n_pending;
        struct alarm alarm;
};

/* ---- sequence.c ---- */
struct about {
        const struct lan *lan;
        const struct addr *host; /* or NULL */
        uint64_t frame;
        int64_t time_ns;
        bool mild; /* a notice: whether the host could know is not certain */
};
void say(struct linter *l, enum sequence_rule r, const struct about *a, const char *expected, const char *seen, ...)
        __attribute__((format(printf, 5, 6)));
static inline int64_t slack(int64_t interval_ns)
{
        return interval_ns / 10 > 50 * MILLISECOND ? interval_ns / 10 : 50 * MILLISECOND;
}
/* Whether t is within span after from; NEVER is not. */
static inline bool within(int64_t t, int64_t from, int64_t span)
{
        return from != NEVER && t - from <= span;
}
/* Packets were lost after t: a window open then is not judged. */
static inline bool lost_since(const struct linter *l, const struct lan *lan, int64_t t)
{
        return lan->gap_ns > t || l->sequence.gap_ns > t;
}
int64_t gmi_ns(const struct lan *lan);  /* Group Membership Interval, RFC 9776 §8.4 */
int64_t oqpi_ns(const struct lan *lan); /* Other Querier Present Interval, §8.5 */
int64_t ohpi_ns(const struct lan *lan); /* Older Host Present Interval, §8.13 */
struct lan *lan_of(struct linter *l, const struct packet *p, enum family family);
struct channel *channel_of(struct linter *l, struct lan *lan, const struct addr *group, bool add);
struct listener *listener_of(struct linter *l, struct station *s, struct channel *c, bool add);
/* source lists */
void list_clear(struct source_list *s);
void list_add(struct source_list *s, const struct addr *a);
void list_drop(struct source_list *s, const struct addr *a);
bool list_has(const struct source_list *s, const struct addr *a);

/* ---- sequence_host.c: versions, older reports ---- */
struct about about_packet(const struct lan *lan, const struct subject *q);
int64_t last_older(const struct lan *lan); /* general query of an older version */
void report_seen(struct linter *l, struct lan *lan, const struct subject *q);

/* ---- sequence_node.c: MLD from :: ---- */
void unspecified_seen(struct linter *l, struct lan *lan, const struct subject *q);
void link_local_seen(struct linter *l, struct lan *lan, const struct subject *q);

/* ---- sequence_record.c: one record of a host ---- */
void record_judge(struct linter *l, struct listener *li, const struct subject *q, const struct record *r);
bool record_repeats(const struct linter *l, const struct listener *li, const struct record *r);
/* The tracker's view of a host, before the packet. */
bool listener_member(const struct linter *l, const struct listener *li, const struct packet *on, struct member *m);
bool filter_has(const struct filter *f, const struct addr *a);

/* ---- sequence_answer.c: response windows ---- */
void listener_reported(struct linter *l, struct listener *li, bool newest);
void listener_left(struct linter *l, struct listener *li);
void listeners_expire(struct linter *l, struct lan *lan);
bool window_open(const struct linter *l, const struct channel *c); /* some query waits for answers about it */
void general_asked(struct linter *l, struct lan *lan, const struct subject *q);
void specific_asked(struct linter *l, struct channel *c, const struct subject *q, unsigned kind);

/* ---- sequence_router.c: general queries ---- */
void query_seen(struct linter *l, struct lan *lan, const struct subject *q);
void querier_awaited(struct linter *l, struct lan *lan); /* there is a first report */
int router_compare(const struct router *a, const struct router *b); /* as an election does */
bool router_is(const struct lan *lan, const struct addr *a);
struct router *router_elected(const struct linter *l, const struct lan *lan); /* NULL: none known */

/* ---- sequence_data.c: data and control together ---- */
void channel_joined(struct linter *l, struct channel *c); /* it has its first listener */
void channel_left(struct linter *l, struct channel *c);   /* its last one left */

/* ---- sequence_leave.c: what a leave makes the querier do ---- */
void leave_judge(struct linter *l, struct channel *c, const struct listener *li, const struct subject *q,
                 const struct record *r); /* li: NULL if the sender never reported the group */
void channel_refreshed(struct linter *l, struct channel *c, const struct record *r);
void leave_answered(struct linter *l, struct channel *c);

/* ---- sequence_series.c: specific queries ---- */
void specific_seen(struct linter *l, struct lan *lan, struct router *r, const struct subject *q);

#endif
