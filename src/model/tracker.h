/* SPDX-License-Identifier: BSD-2-Clause */
/* The tracker's inside. Millions of memberships live in pools and are known by 32-bit numbers;
 * every item that can run out begins with its timer, so that one wheel serves them all. Nothing
 * here is known outside src/model. */
#ifndef IGMPSCOPE_MODEL_TRACKER_H
#define IGMPSCOPE_MODEL_TRACKER_H

#include "igmpscope/model.h"

#include <string.h>

#include "wheel.h"

#define NS_PER_MS INT64_C(1000000)

/* ---- links.c ---- */
enum { SIDE_IGMP, SIDE_MLD, LINKS_MAX = 65536, QUERIERS_MAX = 64 };

/* One family on one link: its queriers and the parameters learned from them. */
struct side {
        struct parameters now;
        int64_t asked_ns, asked_until_ns; /* the last general query and its response window */
        int64_t unanswered_ns;            /* the last one whose window has closed before that */
        uint32_t queriers, n_queriers;    /* list; elected is NONE or one of them */
        uint32_t elected, next_changed;   /* next_changed: list of sides with news, NONE at its end */
        bool changed;
        struct addr announced;            /* the querier that was told last */
        uint64_t changed_frame;
        int64_t changed_ns;
        const char *changed_why;
};
struct link {
        char *interface;
        uint32_t interface_id;
        uint16_t vlan[VLAN_MAX];
        uint8_t n_vlan;
        struct side side[2];
};

uint32_t link_of(struct tracker *t, const struct packet *p, bool add); /* NONE: unknown, or too many */
int link_compare(const struct tracker *t, uint32_t a, uint32_t b);

/* ---- items ---- */
struct group {
        struct timer timer;                  /* the group timer; runs in EXCLUDE mode only */
        uint8_t addr[16];
        uint32_t link;
        uint8_t mode;                        /* enum filter_mode */
        uint8_t side;                        /* SIDE_ */
        uint32_t sources, n_sources;         /* X and Y */
        uint32_t hosts, n_hosts, n_exclude;  /* explicit tracking */
        int64_t v1_until_ns, v2_until_ns;    /* older hosts present: RFC 9776 §7.3.2; MLDv1 is the v2 of MLD */
        int64_t query_ns, query_until_ns;    /* the last Q(G) and its response window */
        int64_t sources_ns, sources_until_ns; /* the last Q(G,S) */
        uint32_t asked, n_asked;             /* its sources: a list */
};
struct source {
        struct timer timer; /* off: on the exclude list (Y) */
        uint32_t group, next, prev;
        uint32_t mark; /* the record that named it last */
        uint8_t addr[];
};
enum list_shape { LIST_NONE, LIST_ONE, LIST_MANY }; /* many: with their number before them */
struct host { /* 56 octets for IPv4; at its end what a report touches that only refreshes */
        uint32_t next, prev;
        int64_t since_ns;
        struct timer timer;
        uint32_t life_ms : 28, mode : 2, version : 2;
        uint32_t list; /* LIST_ONE of IPv4: the address itself; else where lists keeps it */
        uint8_t shape; /* enum list_shape */
        bool presumed : 1, partial : 1, older : 1;
        uint8_t mac[6];
        uint32_t group;
        uint8_t addr[];
};
struct heard {
        struct timer timer; /* other querier present; off: no candidate */
        int64_t first_ns, last_ns, general_ns;
        int64_t intervals[3];
        uint64_t queries;
        uint32_t link, next;
        uint32_t interval_s, max_resp_ms; /* of the last general query */
        uint8_t side, version, qrv, n_intervals, n_gaps;
        uint8_t mac[6];
        struct addr address;
};

/* ---- transition.c: RFC 9776 §6.4 and §7.3.2 as tables ---- */
enum part { NAMED_X, NAMED_Y, NAMED_NEW, OTHER_X, OTHER_Y, PARTS };
enum part_action { PART_KEEP, PART_GMI, PART_ZERO, PART_GROUP, PART_DROP };
struct transition {
        uint8_t part[PARTS]; /* enum part_action: what becomes of each */
        uint8_t timer;       /* of the group: PART_KEEP or PART_GMI */
        uint8_t then;        /* mode */
        uint8_t ask;         /* parts that the querier sends Q(G,S) for, as bits */
        bool ask_group;      /* and Q(G) */
        const char *cite, *actions; /* the RFC's own cells */
};
/* NULL: no such record type */
const struct transition *transition_of(enum filter_mode mode, uint8_t record);

enum compat { COMPAT_V3, COMPAT_V2, COMPAT_V1 }; /* of a group; MLD: MLDv2, MLDv1 */
enum treatment { AS_IS, WITHOUT_LIST, IGNORED };
struct compatibility {
        uint8_t in[3]; /* enum treatment by enum compat */
        const char *cite;
};
enum treatment treatment_of(uint8_t record, enum compat mode);

/* A host's filter as sets. */
struct view {
        uint8_t mode; /* enum filter_mode; MODE_NONE: not known, or no member */
        bool partial;
        struct set set;
};

struct numbers {
        uint32_t *p;
        size_t n, cap;
};

struct tracker {
        struct tracker_options options;
        struct hash_key key;
        int64_t now_ns;
        uint64_t epoch; /* counts what may change the state */
        uint64_t refused, refused_next; /* the count, and at which to tell again */
        struct pool pools[ITEM_COUNT], links;
        struct table tables[ITEM_COUNT], link_table; /* of hosts, sources and groups */
        struct lists lists;
        struct wheel wheel;
        uint32_t last_link;             /* that link_of gave */
        uint32_t mark;                  /* of the record at work */
        uint32_t changed, changed_last; /* sides with news: link * 2 + side */
        uint32_t draining;              /* a group that ends: its hosts go one by one */
        int64_t draining_ns;
        struct numbers drain;
        size_t drained;
        struct { /* the packet at hand, and the record that was applied last, to know its second call */
                const struct packet *packet;
                uint64_t frame;
                enum disposition use;
                uint32_t link; /* NONE: not used, or too many links */
                uint32_t offset;
                bool given;
        } at;
        uint8_t *b, *c, *d;     /* SCRATCH octets each: the record's list, the new one, one in between */
        struct addr *from, *to; /* of the change at hand: LIST_MAX each */
        struct addr *read;      /* of the member at hand: LIST_MAX */
        struct addr *sources_read; /* of the group at hand */
        int64_t *sources_ns;
        size_t sources_cap;
        struct { /* for reading in order */
                uint64_t epoch; /* of the state that it was made for */
                struct numbers groups, hosts, sources, queriers;
                uint32_t group; /* whose hosts */
        } order;
};


static inline bool addr_same(const uint8_t *a, const uint8_t *b, uint8_t len)
{
        uint32_t x[4] = {0}, y[4] = {0};

        memcpy(x, a, 4);
        memcpy(y, b, 4);
        if (len == 4)
                return x[0] == y[0];
        memcpy(x, a, 16);
        memcpy(y, b, 16);
        return !((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]));
}

/* Of what is known by an owner's number and an address. */
static inline uint64_t key_hash(const struct tracker *t, uint32_t owner, const uint8_t *addr,
                                uint8_t len)
{
        uint32_t words[5] = {owner};

        if (len == 4) {
                memcpy(&words[1], addr, 4);
                return hash_words(&t->key, words, 2);
        }
        memcpy(&words[1], addr, 16);
        return hash_words(&t->key, words, 5);
}

/* Of a host in a group. The group's number is not part of it: so its bucket can be fetched while
 * the group is still looked for. */
static inline uint64_t host_hash(const struct tracker *t, uint32_t link, const uint8_t *group,
                                 const uint8_t *host, uint8_t len, const uint8_t mac[6])
{
        uint32_t words[11] = {link};
        uint16_t low;

        memcpy(&words[1], mac, 4);
        memcpy(&low, mac + 4, 2);
        words[2] = low;
        if (len == 4) {
                memcpy(&words[3], group, 4);
                memcpy(&words[4], host, 4);
                return hash_words(&t->key, words, 5);
        }
        memcpy(&words[3], group, 16);
        memcpy(&words[7], host, 16);
        return hash_words(&t->key, words, 11);
}

/* The timer of any item. */
static inline struct timer *timer_of(const struct tracker *t, uint32_t ref)
{
        enum item kind = ref_item(ref);
        uint8_t *p = pool_at(&t->pools[kind], ref_index(ref));

        return (struct timer *)(p + (kind <= ITEM_HOST6 ? offsetof(struct host, timer) : 0));
}

static inline struct link *link_item(const struct tracker *t, uint32_t i)
{
        return pool_at(&t->links, i);
}
static inline struct group *group_at(const struct tracker *t, uint32_t i)
{
        return pool_at(&t->pools[ITEM_GROUP], i);
}
static inline struct side *side_at(const struct tracker *t, uint32_t link, uint8_t side)
{
        return &link_item(t, link)->side[side];
}
static inline uint8_t side_of_len(uint8_t len) { return len == 4 ? SIDE_IGMP : SIDE_MLD; }
static inline uint8_t side_of_packet(const struct packet *p)
{
        return p->gmp.family == FAMILY_MLD ? SIDE_MLD : SIDE_IGMP;
}
static inline uint8_t side_len(uint8_t side) { return side == SIDE_IGMP ? 4 : 16; }
static inline enum item host_item(uint8_t side)
{
        return side == SIDE_IGMP ? ITEM_HOST4 : ITEM_HOST6;
}
static inline enum item source_item(uint8_t side)
{
        return side == SIDE_IGMP ? ITEM_SOURCE4 : ITEM_SOURCE6;
}
static inline struct source *source_item_at(const struct tracker *t, uint8_t side, uint32_t i)
{
        return pool_at(&t->pools[source_item(side)], i);
}
static inline struct host *host_at(const struct tracker *t, uint8_t side, uint32_t i)
{
        return pool_at(&t->pools[host_item(side)], i);
}
static inline int64_t host_refreshed(const struct host *h)
{
        return h->timer.at_ns - h->life_ms * NS_PER_MS;
}
static inline bool mac_known(const uint8_t m[6]) { return m[0] | m[1] | m[2] | m[3] | m[4] | m[5]; }

/* tracker.c */
void tracker_refuse(struct tracker *t); /* the bound left no room: counts it */

/* group.c */
int64_t later(int64_t ns, int64_t ms); /* saturates */
uint32_t group_find(struct tracker *t, uint32_t link, uint8_t side, const struct addr *a);
/* s: as it may have begun */
uint32_t group_seek(struct tracker *t, uint32_t link, uint8_t side, const struct addr *a,
                    struct seek *s);
uint32_t group_add(struct tracker *t, uint32_t link, uint8_t side, const struct addr *a);
void group_end(struct tracker *t, uint32_t i); /* it has no hosts any more */
enum compat group_compat(const struct tracker *t, const struct group *g);
void group_asked(struct tracker *t, struct group *g, struct set s);
void group_transition(struct tracker *t, uint32_t i, const struct transition *row,
                      const struct sources *named);
bool group_source_out(struct tracker *t, uint32_t group, uint32_t i);
bool group_timer_out(struct tracker *t, uint32_t i);
uint32_t source_find(struct tracker *t, uint32_t group, uint8_t side, const uint8_t *addr);
void source_drop(struct tracker *t, uint32_t group, uint32_t i);

/* host.c */
struct host_key { /* and the search for it */
        const struct addr *addr;
        const uint8_t *mac;
        struct seek seek;
};
struct host_key host_key(const struct tracker *t, uint32_t link, const struct addr *host,
                         const uint8_t mac[6], const struct addr *group);
uint32_t host_find(struct tracker *t, uint32_t group, uint8_t side, struct host_key *k);
uint32_t host_add(struct tracker *t, uint32_t group, uint8_t side, const struct host_key *k);
void host_drop(struct tracker *t, uint8_t side, uint32_t i);
struct view host_view(const struct tracker *t, uint8_t side, uint32_t i); /* until the host changes */
/* false: no room, nothing changed */
bool host_keep(struct tracker *t, uint8_t side, uint32_t i, struct view v);

/* hint.c: begin a search and fetch what it will most likely find */
void host_hint(const struct tracker *t, uint8_t side, struct seek *s);
void group_hint(const struct tracker *t, struct seek *s);

/* filter.c, member.c */
enum { FAST_LEAVE_VISITS = 65536 }; /* hosts that one record may make us look at */
struct view filter_after(struct tracker *t, struct view v, uint8_t record, struct set named,
                         const struct set *asked, uint8_t len);
struct filter filter_of(struct view v, uint8_t len, struct addr *out);
bool host_record(struct tracker *t, uint32_t group, struct host_key *k, const struct packet *p,
                 const struct record *r, struct change *c);
void change_of_host(struct tracker *t, uint8_t side, uint32_t i, struct change *c);
void fast_leave(struct tracker *t, uint32_t i);

/* querier.c, query.c */
void side_init(const struct tracker *t, struct side *s);
void querier_packet(struct tracker *t, uint32_t link, const struct packet *p, bool proxy);
void querier_out(struct tracker *t, uint32_t i);
int64_t querier_median(const struct heard *q); /* 0: no interval yet */
int64_t response_until(int64_t now_ns, uint32_t max_resp_ms); /* with slack: max(50 ms, 10 %) */
void group_queried(struct tracker *t, uint32_t link, uint8_t side, const struct packet *p);

/* expire.c, read.c */
bool sources_reserve(struct tracker *t, uint32_t n); /* sources_read and sources_ns for so many */
void tracker_drain(struct tracker *t);
int group_compare(const struct tracker *t, uint32_t a, uint32_t b);
int host_compare(const struct tracker *t, uint8_t side, uint32_t a, uint32_t b);
bool numbers_reserve(struct numbers *l, size_t n); /* and empties it */
void order_hosts(const struct tracker *t, uint32_t group, struct numbers *l);

#endif
