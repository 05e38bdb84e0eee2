/* SPDX-License-Identifier: BSD-2-Clause */
/* Frame to packet and packet to bytes: link, tunnels, IP, IGMP, MLD, UDP, echo payload.
 * Decoding never fails as a whole: a packet says how far it got (`stop`) and what is wrong (`flaws`).
 * Nothing is allocated per packet; every view lives as long as the frame it was decoded from. */
#ifndef IGMPSCOPE_WIRE_H
#define IGMPSCOPE_WIRE_H

#include "igmpscope/base.h"
#include "igmpscope/writer.h"

/* What any source of packets yields. Lives until the next one is asked for. */
enum frame_direction { FRAME_UNKNOWN, FRAME_IN, FRAME_OUT };

struct frame {
        uint64_t number;       /* from 1, as in Wireshark */
        int64_t time_ns;       /* since the epoch */
        const char *interface; /* name, or NULL */
        uint32_t interface_id; /* tells interfaces of one source apart, from 0 */
        int link;              /* DLT_/LINKTYPE_ number */
        uint32_t caplen, len;  /* octets captured, octets on the wire */
        enum frame_direction direction;
        struct bytes data; /* caplen octets */
};

enum checksum { CHECKSUM_ABSENT, CHECKSUM_GOOD, CHECKSUM_BAD, CHECKSUM_UNVERIFIED };
const char *checksum_name(enum checksum c);

/* The headers that we can read, in the order of a frame: one parser each (wire/decode.h). */
#define LAYERS(X) \
        X(ETHERNET, ethernet) X(VLAN, vlan) X(LLC, llc) X(SLL, sll) X(SLL2, sll2) X(LOOPBACK, loopback) X(PPP, ppp) \
        X(PPPOE, pppoe) X(MPLS, mpls) X(WLAN, wlan) X(RADIOTAP, radiotap) X(PRISM, prism) \
        X(IP, ip) X(IP6, ip6) X(HOPOPTS, hopopts) X(ROUTING, routing) X(DSTOPTS, dstopts) X(FRAGMENT, fragment) \
        X(AH, ah) X(IGMP, igmp) X(ICMP6, icmp6) X(MLD, mld) X(UDP, udp) X(GRE, gre) X(ERSPAN, erspan) \
        X(VXLAN, vxlan) X(GENEVE, geneve) X(GTPU, gtpu) X(TEREDO, teredo)

enum layer {
        LAYER_NONE,
#define X(ID, word) LAYER_##ID,
        LAYERS(X)
#undef X
        LAYER_LINK, /* a link type that we can't read */
        LAYER_COUNT,
};
const char *layer_name(enum layer l); /* "ethernet", "igmp", … */

enum encap {
        ENCAP_IPIP, ENCAP_6IN4, ENCAP_4IN6, ENCAP_6IN6, ENCAP_GRE, ENCAP_VXLAN, ENCAP_GENEVE, ENCAP_GTPU,
        ENCAP_PPPOE, ENCAP_PPP, ENCAP_MPLS, ENCAP_TEREDO, ENCAP_ERSPAN,
};
const char *encap_name(enum encap e);

/* What is wrong with the octets themselves (not with the rules of the protocol: those are model.h's).
 * A set of bits in packet.flaws; flaw_text says each in words. */
enum flaw {
        FLAW_IP_CHECKSUM, FLAW_IP_LENGTH_LONG, FLAW_IP_LENGTH_SHORT, FLAW_IP_OPTIONS, FLAW_IP_VERSION,
        FLAW_GMP_CHECKSUM, FLAW_GMP_SHORT, FLAW_GMP_LENGTH, FLAW_GMP_SOURCES, FLAW_GMP_RECORDS, FLAW_GMP_TRAILING,
        FLAW_GMP_TLV, FLAW_UDP_CHECKSUM, FLAW_UDP_LENGTH, FLAW_CUT, FLAW_FRAGMENT_OVERLAP, FLAW_FRAGMENT_SHORT,
        FLAW_FRAGMENT_LONG, FLAW_HBH_ORDER, FLAW_EXT_HEADER, FLAW_HEADER, FLAW_DEPTH, FLAW_COUNT,
};
const char *flaw_name(enum flaw f); /* short-with-dashes */
const char *flaw_text(enum flaw f); /* one sentence */

/* The address list of a query or record: whole addresses only. */
struct sources {
        const uint8_t *p;
        uint16_t n;
        uint8_t len; /* 4 or 16 */
};
struct addr source_at(const struct sources *s, uint16_t i);

/* Group record types, RFC 9776 §4.2.13, RFC 9777 §5.2.13. */
enum record_type { IS_IN = 1, IS_EX, TO_IN, TO_EX, ALLOW, BLOCK };
const char *record_name(unsigned type); /* "is_in" …, "unknown" */

struct record {
        uint8_t type; /* enum record_type, or what else the wire said */
        uint8_t aux_words;
        uint16_t declared; /* number of sources the wire claims */
        struct addr group;
        struct sources sources;
        bool implied; /* stands for an older message (RFC 3376 §7.3.2, RFC 3810 §8.3.2) */
        uint32_t offset; /* of the record in the message, for layout; 0 if implied */
};

/* One row per message type: what it is called, how long it is, who parses and builds it. */
enum family { FAMILY_NONE, FAMILY_IGMP, FAMILY_MLD };
enum message_name { MESSAGE_QUERY, MESSAGE_REPORT, MESSAGE_LEAVE, MESSAGE_OTHER };

struct gmp;
struct packet;

struct message {
        enum family family;
        uint8_t type;
        uint8_t version; /* 1 to 3 for IGMP, 1 and 2 for MLD, 0 for messages known by name only */
        uint16_t min, max;           /* lengths that it may have */
        uint8_t code_min, code_max;  /* values of octet 1 that it may have: IGMPv1 and v2 queries */
        uint32_t dst;                /* not 0: only when sent to this IPv4 address (RGMP) */
        enum message_name kind;
        const char *name;  /* the JSON word: query, report, leave, done, … */
        const char *title; /* "IGMPv3 Membership Report" */
        const char *cite;  /* "RFC 9776 §4.2" */
        /* Reads from octet 4 on and gives the flaws, as bits; *c stays where it could not go on. NULL: no fields. */
        uint64_t (*parse)(struct gmp *g, struct cursor *c);
        void (*build)(const struct gmp *g, struct packer *k); /* writes from octet 4 on; NULL: not built */
};
const struct message *message_at(size_t i); /* the table, row by row; NULL past its end */
/* By family, version and JSON word: FAMILY_IGMP, 3, "report". NULL if there is none. */
const struct message *message_named(enum family f, uint8_t version, const char *name);

/* A group management message (IGMP or MLD: the IETF's GMP), or one known by name only. */
struct gmp {
        const struct message *row; /* NULL: type unknown, too short for it, or no such message in this packet */
        enum family family;
        uint8_t type, code; /* octets 0 and 1; code is Max Resp Code, or reserved */
        enum checksum checksum;
        uint16_t checksum_value;
        uint16_t reserved;      /* MLD octets 6-7 of v1 and queries; report Flags (octets 4-5) */
        uint16_t max_resp_code; /* queries (MLDv1 reports: the delay field) */
        uint32_t max_resp_ms;   /* decoded; IGMPv1 queries: 10,000 (RFC 3376 §7.2.1) */
        struct addr group;      /* queries and old messages; len 0 otherwise */
        uint8_t flags;          /* octet 8 (24) of a query, whole */
        bool s, extension;      /* suppress flag; E bit (RFC 9279) */
        uint8_t qrv, qqic;
        uint32_t qqi_s;
        uint16_t declared;      /* number of sources (query) or records (report) that the wire claims;
                                 * Multicast Router Advertisement: the robustness variable */
        uint16_t n_records;     /* whole ones */
        struct sources sources; /* of a query */
        struct bytes records;   /* whole ones */
        struct bytes tail;      /* octets after all that the message declares: TLVs if extension */
        struct bytes bytes;     /* the message as captured */
        uint32_t length;        /* of the message, as IP says */
};

/* Code points, RFC 9776 §4.1.1 and §4.1.7, RFC 9777 §5.1.3: decode gives the value, encode the code of the
 * exact value or the next lower one. */
uint32_t code8_decode(uint8_t code);
uint8_t code8_encode(uint32_t value);
uint32_t code16_decode(uint16_t code);
uint16_t code16_encode(uint32_t value);

enum echo { ECHO_NONE, ECHO_REQUEST, ECHO_REPLY }; /* set by echo_match, which remembers requests */

enum { VLAN_MAX = 8, ENCAP_MAX = 8, LAYERS_MAX = 32 };

/* Where a header stands in packet.data. */
struct header {
        uint8_t layer;
        uint32_t offset, length;
};

struct decoder;

struct packet {
        const struct frame *frame;
        struct bytes data; /* what offsets count in: the frame; reassembled: its headers and the whole payload */
        /* link */
        bool has_eth; /* eth_src is also set for cooked and 802.11 frames, where they tell the sender's MAC */
        bool eth_ip;  /* the innermost IP header follows that Ethernet header: no tunnel, PPP or MPLS between */
        uint8_t eth_src[6], eth_dst[6];
        uint16_t ethertype;
        uint8_t n_vlan, n_encap;
        uint16_t vlan[VLAN_MAX]; /* VLAN ids, outermost first, of the innermost frame and its carriers */
        uint8_t encap[ENCAP_MAX];
        /* the innermost IP header */
        uint8_t ip_version; /* 4, 6; 0: none */
        uint8_t ttl, tos, protocol; /* protocol: after IPv6 extension headers */
        uint16_t ip_header_len; /* IPv6: with extension headers */
        uint16_t ip_id;
        bool df, mf, fragment; /* fragment: MF set or offset not 0, and not reassembled */
        uint16_t fragment_offset; /* octets */
        uint32_t fragment_id;
        uint32_t ip_payload_len; /* as the header says */
        enum checksum ip_checksum; /* IPv6: absent */
        struct addr src, dst;
        uint8_t n_router_alert; /* options seen */
        uint16_t router_alert_value; /* of the first */
        uint8_t router_alert_len;    /* its length octet */
        const uint8_t *final_dst; /* a routing header's last address: what checksums cover; else NULL */
        bool hbh_not_first;
        struct bytes ip;         /* header(s) onward, as captured, without link padding */
        struct bytes ip_payload; /* what follows the IP header(s), as captured */
        /* messages */
        struct gmp gmp; /* gmp.family FAMILY_NONE: none */
        bool has_udp;
        uint16_t src_port, dst_port, udp_length;
        enum checksum udp_checksum;
        struct bytes payload; /* of UDP, as captured */
        enum echo echo;
        uint64_t echo_of; /* reply: frame number of the request */
        int64_t echo_ns;  /* reply: time since the request */
        /* a reassembled packet: the frames it came from; else n_frames is 0 */
        const uint64_t *frames;
        uint32_t n_frames;
        /* what is wrong */
        uint64_t flaws; /* bit 1 << enum flaw */
        struct {
                enum layer layer; /* LAYER_NONE: the decode went to its end */
                uint32_t offset;  /* in data */
                const char *reason;
        } stop;
        /* every header passed, outermost first; those past n_headers are not set */
        uint8_t n_headers;
        struct header headers[LAYERS_MAX];
};

/* Decodes one frame on its own; a fragment stays one. */
void packet_decode(const struct frame *f, struct packet *p);
static inline bool packet_has(const struct packet *p, enum flaw f) { return p->flaws >> f & 1; }
/* Through the writer, as interface.md names the fields. packet_describe does all four steps; who wants a column
 * of its own (the time) takes them one by one. */
extern const struct kind kind_packet;
void packet_columns(const struct packet *p, struct writer *w);
void packet_fields(const struct packet *p, struct writer *w);
void packet_describe(const struct packet *p, struct writer *w);
/* "joins 239.1.1.1 from any source": the meaning in plain words */
void packet_words(const struct packet *p, struct text *t);
bool packet_relevant(const struct packet *p); /* IGMP, MLD, or UDP with or about a multicast group */

/* Group records, in order. at starts at 0. An IGMPv1/v2 or MLDv1 message reads as the one record it
 * stands for. Queries have none. */
bool record_next(const struct packet *p, size_t *at, struct record *r);

/* A decoder remembers what one packet does not show: fragments (IPv4, IPv6) and echo requests. Overlapping
 * fragments are dropped and flagged (RFC 5722, RFC 8900 §3.7), exact copies are ignored.
 * decoder_decode gives the frame's own packet; where the frame completes a datagram, the whole datagram (its
 * views live until the next call). Bounds: DATAGRAMS_MAX incomplete datagrams of at most 65,535 octets and
 * DATAGRAM_FRAMES_MAX frames each, the oldest goes first; a datagram lives DATAGRAM_NS after its first fragment
 * (RFC 8200 §4.5: 60 s); ECHO_REQUESTS_MAX requests, each for ECHO_NS. Time is that of the frames. */
enum { DATAGRAMS_MAX = 64, DATAGRAM_FRAMES_MAX = 1024, ECHO_REQUESTS_MAX = 4096 };
#define DATAGRAM_NS INT64_C(60000000000)
#define ECHO_NS INT64_C(60000000000)
struct decoder *decoder_new(void); /* NULL: no memory */
void decoder_free(struct decoder *d);
void decoder_decode(struct decoder *d, const struct frame *f, struct packet *p);

/* Link types: the rows of wire/link.c. */
struct link_type {
        int link;
        const char *name; /* ethernet, linux-sll, … */
        const char *summary;
        enum layer first; /* the header that its frames begin with */
};
const struct link_type *link_at(size_t i); /* NULL past the end */
const struct link_type *link_find(int link);

/* Offset-ordered fields of a decoded frame, for -v trees, hex dumps and header drawings. Only what was captured
 * whole is a span; a heading covers all of its layer, option, record or entry that was. */
enum { SPAN_VALUE = 128 };
struct span {
        uint32_t offset;      /* in packet.data, octets */
        uint32_t bits, shift; /* width in bits; shift: bits from the start of the octet at offset */
        uint8_t depth;        /* 0: a layer's heading, 1 and more: fields in it, headings among them */
        bool heading;
        const char *name;     /* "Max Resp Code" */
        const char *key;      /* Wireshark's filter name where it has one: "igmp.max_resp"; else NULL */
        char value[SPAN_VALUE]; /* "100 (10.0 s)" */
};
struct layout {
        const struct packet *packet;
        uint32_t step, at, i;           /* header, octet of it where a group of fields begins, field of the group */
        uint32_t records, sources, aux; /* those passed; those left of the record that we are in, octets */
};
struct layout layout_of(const struct packet *p);
bool layout_next(struct layout *l, struct span *s);

/* Building: the whole frame from values. gmp.row says which message; type, declared and an IGMPv2 query's code are
 * filled in where zero. Without a row gmp.bytes is the message, sound or not, to be given a checksum. */
struct craft {
        struct gmp gmp;            /* or */
        const struct bytes *udp;   /* payload, with ports */
        uint16_t src_port, dst_port;
        struct addr src, dst;      /* src none: unspecified; dst none: where the message belongs (RFC 9776 §4.1.12,
                                    * §4.2.15, RFC 9777 §5.1.15, §5.2.15, RFC 4286, RFC 3488) */
        int ttl;                   /* -1: 1 */
        int tos;                   /* -1: 0xc0 for IGMPv2 and v3, else 0 */
        int router_alert;          /* -1: as the message wants; 0 none; 1 present; more: so many */
        uint16_t router_alert_value;
        int ip_id;                 /* -1: 0 */
        int df;                    /* -1: set for IGMP */
        bool eth;                  /* with an Ethernet header */
        uint8_t eth_src[6], eth_dst[6];
        bool eth_dst_set;          /* else the group's MAC */
        uint8_t n_vlan;            /* the outer ones of several are 802.1ad's */
        uint16_t vlan[VLAN_MAX];
        bool bad_ip_checksum, bad_checksum;
        int checksum;              /* of the message or datagram; -1: the right one */
        uint16_t cut;              /* octets of the message or datagram left out at its end */
};
void craft_init(struct craft *c);
int craft_build(const struct craft *c, struct packer *k); /* -1: no room, no builder for it, or no destination */

/* One record into a report's record list. */
void record_pack(struct packer *k, uint8_t type, const struct addr *group, const struct addr *sources, size_t n);

const char *group_name(const struct addr *group); /* IANA's well-known name, or NULL */
const char *group_scope(const struct addr *group); /* "link-local", "organization-local", "SSM", … never NULL */

#endif
