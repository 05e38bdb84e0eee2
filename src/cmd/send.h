/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of `send` share: its settings, the fields that can be set by name, and where packets go. */
#ifndef IGMPSCOPE_CMD_SEND_H
#define IGMPSCOPE_CMD_SEND_H

#include "igmpscope/cmd.h"
#include "igmpscope/craft.h"

/* Fields of a packet, each an option: id, letter, name, argument, which packets have it, what sort of value, the
 * greatest number, who puts it in, help. */
#define FIELDS(X) \
        X(TTL, 't', "ttl", "TTL|A..B", any, WORD, 0, ttl, \
          "TTL (IPv6: Hop Limit), 0 to 255; A..B sends one packet with each from A to B (default 1)") \
        X(TOS, 0, "tos", "N", any, NUMBER, 255, tos, "the whole ToS (IPv6: Traffic Class) octet") \
        X(DSCP, 0, "dscp", "N", any, NUMBER, 63, dscp, "the upper six bits of that octet") \
        X(ID, 0, "id", "N", ip4, NUMBER, 65535, id, "IPv4 Identification (default 0)") \
        X(DF, 0, "df", "on|off", ip4, ONOFF, 0, df, "IPv4 Don't Fragment (default: on for IGMP)") \
        X(SRC, 0, "src", "ADDRESS", any, ADDRESS, 0, src, "source address (default: the interface's)") \
        X(DST, 0, "dst", "ADDRESS", any, ADDRESS, 0, dst, "destination address (default: where the message belongs)") \
        X(SRC_MAC, 0, "src-mac", "MAC", link, MAC, 0, src_mac, "source MAC (default: the interface's)") \
        X(DST_MAC, 0, "dst-mac", "MAC", link, MAC, 0, dst_mac, "destination MAC (default: the group's)") \
        X(ROUTER_ALERT, 0, "router-alert", "on|off|VALUE", any, WORD, 0, router_alert, \
          "the Router Alert option, or its value (default: 0 where the message wants one)") \
        X(CHECKSUM, 0, "checksum", "good|bad|VALUE", any, WORD, 0, checksum, \
          "checksum of the message or datagram (0 in UDP over IPv4: none)") \
        X(PORT, 'p', "port", "PORT", udp, NUMBER, 65535, port, \
          "UDP destination port where GROUP names none (default 9999)") \
        X(SRC_PORT, 0, "src-port", "PORT", udp, NUMBER, 65535, src_port, "UDP source port (default 49152)") \
        X(MAX_RESP, 0, "max-resp", "TIME", timed, TIME, 0, max_resp, \
          "a query's max resp time: 1s, 500ms (default 10 s; of a specific query 1 s)") \
        X(MAX_RESP_CODE, 0, "max-resp-code", "N", timed, NUMBER, 65535, max_resp_code, \
          "the same, as it stands on the wire") \
        X(QRV, 0, "qrv", "N", query, NUMBER, 7, qrv, "the querier's robustness variable (default 2)") \
        X(QQI, 0, "qqi", "TIME", query, TIME, 0, qqi, \
          "the querier's query interval (default 125 s), in whole seconds") \
        X(QQIC, 0, "qqic", "N", query, NUMBER, 255, qqic, "the same, as it stands on the wire") \
        X(FLAGS, 0, "flags", "N", flags, NUMBER, 65535, flags, \
          "the Flags field: four bits of a query, sixteen of a report") \
        X(RESERVED, 0, "reserved", "N", reserved, NUMBER, 65535, reserved, "the Reserved field") \
        X(CODE, 0, "code", "N", gmp, NUMBER, 255, code, "the second octet of the message, whatever its name")

struct aim;
struct field_value {
        const char *text;
        uint32_t n; /* numbers, on and off */
        int64_t ns;
        struct addr addr;
        uint8_t mac[6];
};
/* NULL, or what is wrong with the value. */
#define X(id, letter, name, argument, fits, kind, max, set, help) \
        const char *set_##set(struct aim *a, const struct field_value *v);
FIELDS(X)
#undef X

enum field_id {
#define X(id, letter, name, argument, fits, kind, max, set, help) FIELD_##id,
        FIELDS(X)
#undef X
        FIELDS_END,
};

struct send {
        struct settings common; /* first */
        const char *field[FIELDS_END]; /* as given, or NULL */
        struct option_list vlan, bad;
        bool s_flag, ip4, ip6;
        const char *data;
        int size; /* -1: as long as the data is */
        /* where to and how */
        struct savefile_options save;
        bool dry_run;
        int layer, mtu; /* LAYER_…; 0: the interface's */
        int64_t interval_ns, start_ns; /* -1: not given */
        uint64_t rate;
        const char *speed;
        struct interface interface; /* of -i; index 0: none named */
};
enum { SEND_LINK, SEND_RAW };
extern const struct option_row send_field_options[];

/* The packet as a whole, before its groups and records are dealt out. */
struct aim {
        const struct send *send;
        struct spec spec;
        struct craft craft;
        struct addr dst; /* of --dst, or none */
        int ttl, ttl_last; /* a sweep goes from ttl to ttl_last */
        struct bytes payload;
        struct text faults; /* what --bad did, a line each */
};
bool aim_ip6(const struct aim *a);
bool aim_mld(const struct aim *a);
bool aim_newest(const struct aim *a); /* IGMPv3 or MLDv2 */
/* Defaults, then the fields that were given, then the faults. aim->spec is read already. */
int aim_fields(struct aim *a, struct error *err);
/* The first field given, as its option's name, or NULL. */
const char *aim_given(const struct send *s);

/* Where packets go: out of an interface, into a file, or only shown; each at its time. */
struct sink {
        const struct send *send;
        struct injector *injector;
        struct savefile *savefile;
        struct output out;
        struct clock clock;
        struct decoder *decoder; /* of what is shown */
        bool show, gone; /* gone: who read what we write has gone */
        int64_t begin_ns, start_ns; /* monotonic; of the frames */
        uint64_t n, octets, failed;
        struct error why; /* the last packet failed */
};
int sink_open(struct sink *k, const struct send *s, struct error *err);
bool sink_over(const struct sink *k, int64_t offset_ns); /* by -c, -W or a signal: nothing goes out then */
/* Waits for offset_ns since the start, then sends. comment: for the capture file, or NULL. link: as in struct frame. */
int sink_put(struct sink *k, struct bytes packet, int link, int64_t offset_ns, const char *comment, struct error *err);
int sink_close(struct sink *k, struct error *err); /* tells what was sent; gives the exit status, -1 with err */

int send_crafted(const struct send *s, struct error *err);
int send_replayed(const struct send *s, struct error *err); /* -r */
int64_t send_step(const struct send *s); /* nanoseconds from packet to packet by -I or --rate, or -1 */

enum { LINK_ETHERNET = 1, LINK_RAW = 101 };

#endif
