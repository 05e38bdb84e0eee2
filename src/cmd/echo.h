/* SPDX-License-Identifier: BSD-2-Clause */
/* What the echo server and its client share: settings, the lines they print and the events they write, and who
 * may be answered. */
#ifndef IGMPSCOPE_CMD_ECHO_H
#define IGMPSCOPE_CMD_ECHO_H

#include "igmpscope/cmd.h"

/* The group of the reference program, and one like it in IPv6 (transient, site-local: RFC 4291 §2.7). */
#define ECHO_GROUP  "224.3.29.71"
#define ECHO_GROUP6 "ff15::e003:1d47"
enum { ECHO_PORT = 9999, ECHO_ROOM = 65535, ECHO_INTERFACES = 64 };

/* ---- settings ---- */
struct echo_settings {
        struct settings common;
        struct option_list interfaces;
        int port, ttl, loop; /* ttl, loop: -1 as long as not asked for */
        int receive_buffer, send_buffer; /* 0: the system's */
        bool v4, v6;
};
extern const struct option_row options_echo[];
void echo_defaults(void *settings);

/* The words as groups, ports filled in from -p; the default group if there is none. To be freed. */
int echo_specs(const struct echo_settings *s, struct group_spec **specs, size_t *n, struct error *err);
/* The interfaces of a spec: its own, or those of -i; one 0 where neither is named: the kernel chooses. */
int echo_interfaces(const struct echo_settings *s, const struct group_spec *spec, int indexes[ECHO_INTERFACES],
                    size_t *n, struct error *err);

/* ---- what is said: lines on stderr for people, values on stdout for programs ---- */
enum say {
        SAY_ERROR,  /* always */
        SAY_STATE,  /* beginning and end: not with -qq */
        SAY_DATA,   /* a line a datagram: not with -q */
        SAY_DETAIL, /* with -v */
};

enum echo_number {
        N_PID, N_PORT, N_ASKED_PORT, N_GROUPS, N_IFINDEX, N_TTL, N_LOOP, N_ALL, N_LENGTH, N_REQUEST, N_ASKED,
        N_GRANTED, N_LIMIT, N_SENT, N_RECEIVED, N_ECHOED, N_ANSWERED, N_LOST, N_UNEXPECTED, N_DUPLICATES,
        N_BYTES_RECEIVED, N_BYTES_SENT, N_EMPTY, N_TRUNCATED, N_REFUSED, N_FAILED, N_DROPPED, N_COUNT,
};

struct echo_event {
        const char *event; /* ready, received, sent … */
        struct addr address, group, source;
        const char *interface, *option, *why;
        struct bytes data; /* p NULL: none */
        double rtt_ms, rtt_min_ms, rtt_avg_ms, rtt_max_ms; /* negative: unknown */
        int64_t n[N_COUNT];                                /* -1: unknown */
};
struct echo_event echo_event(const char *event);

/* A counter of the statistics: always a field, and ", 3 WORDS" in the line if it has words and is not 0. */
struct count {
        enum echo_number field;
        uint64_t n;
        const char *words;
};
void counts_put(const struct count *rows, size_t n, struct echo_event *e, struct text *line);

struct echo_voice {
        const struct echo_settings *set;
        struct kind kind; /* named "server" or "client" */
        int pid;
        bool writing; /* values are asked for */
        struct output out;
        struct text lines, line;
};
int voice_open(struct echo_voice *v, const struct echo_settings *s, const char *who, struct error *err);
bool voice_hears(const struct echo_voice *v, enum say level); /* is it worth to make the line or the event? */
/* e may be NULL: only a line. format may be NULL: only a value. */
void voice_say(struct echo_voice *v, enum say level, const struct echo_event *e, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
int voice_flush(struct echo_voice *v, struct error *err); /* -1: nobody reads any more, or the disk is full */
int voice_close(struct echo_voice *v, struct error *err);
/* 'bytes', escaped, long ones cut unless -vv; lives in *t */
const char *data_format(const struct echo_voice *v, struct bytes data, struct text *t);

/* Set what was asked for, read back and say both. unasked: how loud to say what was not asked for. note: more words
 * for the line, or "". */
int echo_set_buffers(struct echo_voice *v, int fd, enum say unasked, struct error *err);
int echo_set_multicast(struct echo_voice *v, int fd, const char *note, struct error *err);

/* ---- who is answered ---- */
enum refusal {
        ANSWERED, REFUSED_PORT, REFUSED_MULTICAST, REFUSED_BROADCAST, REFUSED_OWN, REFUSED_SERVER, REFUSED_REFLECTOR,
        REFUSED_ALLOW, REFUSED_RATE, REFUSAL_COUNT,
};
const char *refusal_name(enum refusal r); /* one word */
const char *refusal_text(enum refusal r);

enum { GUARD_PORTS = 64, GUARD_SLOTS = 1024 };

struct guard {
        struct {
                struct addr net;
                unsigned bits;
        } allow[OPTION_LIST_MAX];
        int n_allow;
        uint16_t ports[GUARD_PORTS]; /* our own */
        size_t n_ports;
        bool answer_servers;
        uint64_t rate; /* answers a source and second; 0: no limit */
        struct {
                struct addr source;
                int64_t second;
                uint64_t n;
        } slots[GUARD_SLOTS];
        struct local_addresses locals;
        int64_t locals_ns;
};
int guard_allow(struct guard *g, const char *cidr, struct error *err);
int guard_port(struct guard *g, uint16_t port, struct error *err); /* one of our own */
void guard_refresh(struct guard *g, int64_t now_ns); /* the host's addresses, every few seconds */
enum refusal guard_judge(struct guard *g, const struct endpoint *from, int64_t now_ns);
void guard_free(struct guard *g);

#endif
