/* SPDX-License-Identifier: BSD-2-Clause */
/* The echo client's requests and what came of them. A socket each: an answer's destination port then tells which
 * request it answers, even if all carry the same bytes and some are lost. */
#ifndef IGMPSCOPE_CMD_REQUEST_H
#define IGMPSCOPE_CMD_REQUEST_H

#include "echo.h"

enum { REQUESTS = 256, PEERS = 256 };

struct target {
        struct endpoint to;
        int ifindex; /* 0: the kernel chooses */
};

struct request {
        int fd;          /* valid if number is not 0 */
        uint64_t number; /* from 1; 0: a free place */
        const struct target *target;
        int64_t sent_ns, first_ns; /* monotonic; first_ns: of the first answer, 0 as long as none came */
        bool settled;              /* counted as answered or lost; still hears */
};

struct rtt {
        uint64_t n;
        double sum, min, max; /* milliseconds */
};

/* A server that answered. */
struct peer {
        struct endpoint at;
        struct rtt rtt;
        uint64_t last; /* the request it answered last: a second answer to that is a duplicate */
};

struct client_settings {
        struct echo_settings echo;
        const char *data; /* @FILE: what is in it */
        int size;         /* -1: as long as the data is */
        uint64_t count;
        int64_t interval_ns, wait_ns, gather_ns;
};

struct client {
        const struct client_settings *set;
        struct echo_voice voice;
        struct target *targets; /* one request of each round goes to each */
        size_t n_targets;
        struct bytes payload;
        struct request requests[REQUESTS];
        struct peer peers[PEERS];
        size_t n_peers;
        struct batch batch;
        struct text shown;
        struct rtt rtt;
        uint64_t sent, answered, lost, failed, duplicates, unexpected;
        bool first_lost;
};

/* Opens a socket for target number (n - 1) mod n_targets, tells of the first, sends. -1: nothing was sent; err says
 * why. There must be room. */
int request_send(struct client *c, uint64_t number, struct error *err);
bool requests_room(const struct client *c);
/* Waits until an answer comes, a request settles, until_ns is reached or a signal came; takes what came. */
int requests_wait(struct client *c, int64_t until_ns, struct error *err);
size_t requests_unsettled(const struct client *c);
bool requests_unanswered(const struct client *c); /* is any not settled and without an answer? */
void requests_close(struct client *c);

#endif
