/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the trace verb share: a request is one socket call with all that three witnesses say of it. */
#ifndef CMD_TRACE_H
#define CMD_TRACE_H

#include "igmpscope/cmd.h"
#include "igmpscope/trace.h"

struct request {
        struct traced_call call;
        struct asked asked;
        bool implied; /* no call: a leave on the wire that close(2) or the program's end asked for */
        bool done;
        /* kernel says */
        struct kernel_group kernel; /* the interface whose membership it is; or that a datagram leaves by */
        int users_before;
        unsigned flags; /* of that interface, IFF_* */
        long readback;  /* of a number option; -1: none */
        long limit_memberships, limit_sources, link_local_reports, forced;
        int family, ttl, loop; /* of the socket: its multicast TTL and loop */
        /* wire says */
        int64_t first_ns; /* of the first frame, 0: none */
        unsigned seen;
        char wire[64], wire_interface[32];
        int wire_version, wire_ttl;
};

struct trace {
        struct request *p;
        size_t n;
        int64_t begin_ns;
        bool captured;
        char where[32]; /* the captured interface, or "any" */
        struct local_addresses own;
};

bool request_joins(const struct request *r);  /* asks for more of a group */
bool request_leaves(const struct request *r); /* … or less */
bool request_sends(const struct request *r);
bool request_awaits(const struct request *r); /* something of it has to come on the wire */
const struct addr *request_group(const struct request *r);

/* The kernel's word, while the thread stands still. False: no request of interest. */
bool request_begin(struct request *r, const struct traced_call *c);
void request_end(struct request *r, const struct traced_call *c);

void trace_take(struct trace *t, const struct packet *p); /* what the wire says */

enum outcome { OUTCOME_NONE, OUTCOME_WIRE, OUTCOME_SILENT, OUTCOME_NOT };
/* NONE: nothing to judge; WIRE: it was seen; SILENT: rightly nothing; NOT: it should have been there. why: a
 * sentence. */
enum outcome request_judge(const struct request *r, const struct trace *t, char *why, size_t size);

void trace_show(const struct trace *t, struct writer *w);

#endif
