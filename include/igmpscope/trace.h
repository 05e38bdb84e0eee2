/* SPDX-License-Identifier: BSD-2-Clause */
/* Watching a program's socket calls from outside (ptrace(2) behind a seccomp filter): the calls that matter to
 * multicast stop, all others run at full speed; static or dynamic, of any language, with all its children.
 *
 * ptrace rather than seccomp's user notification: only it tells what the call returned. Not seen: io_uring(7), calls
 * of another architecture than ours (32-bit programs), and send(2) without an address on a connected socket. */
#ifndef IGMPSCOPE_TRACE_H
#define IGMPSCOPE_TRACE_H

#include <sys/types.h>

#include "igmpscope/base.h"
#include "igmpscope/net.h"

/* ---- options as programs set them: rows of net/trace_options.c ---- */
enum option_effect { EFFECT_SET, EFFECT_JOIN, EFFECT_LEAVE, EFFECT_BLOCK, EFFECT_UNBLOCK, EFFECT_FILTER };

enum { TRACED_VALUE = 1024 };
struct traced_option {
        int level, option;
        uint8_t value[TRACED_VALUE]; /* what was read of it */
        size_t n;
};

struct asked { /* what an option asks for */
        const char *name; /* "IP_ADD_MEMBERSHIP"; NULL: no option of ours */
        enum option_effect effect;
        bool number;                /* the option is one int, also when read back */
        struct addr group, source; /* of joins and the like */
        struct addr address;       /* the interface, by address, or */
        int ifindex;               /* by index; 0: none named */
        char text[192];            /* its argument, for people */
};
void asked_read(const struct traced_option *o, struct asked *a);

/* ---- the calls ---- */
enum call_type { CALL_OPTION, CALL_BIND, CALL_CONNECT, CALL_SEND };

struct traced_call {
        enum call_type type;
        bool done; /* false: about to happen; true: with its result. The thread waits for the next tracer_next */
        int64_t time_ns; /* of the beginning, time_now_ns */
        pid_t thread;
        int fd;
        int error; /* done: its errno, or 0 */
        struct traced_option option;
        struct endpoint to; /* BIND, CONNECT, SEND: the address; SEND: of the first message */
};

struct tracer;
int tracer_open(struct tracer **t, struct error *err); /* blocks SIGCHLD */
/* In a fresh child: waits for tracer_attach, then becomes the program; 127 or 126 where that can't be. */
_Noreturn void tracer_become(struct tracer *t, char *const argv[]);
int tracer_attach(struct tracer *t, pid_t child, struct error *err);
int tracer_fd(const struct tracer *t); /* poll it once tracer_next has said IDLE */
enum { TRACER_END = 0, TRACER_CALL = 1, TRACER_IDLE = 2 };
int tracer_next(struct tracer *t, struct traced_call **call);
void tracer_signal(struct tracer *t, int signal); /* to the program */
int tracer_status(const struct tracer *t);        /* after END: exit status of the program, or 128 + signal */
void tracer_close(struct tracer *t);

/* A copy of a traced thread's descriptor, or -1 with errno (pidfd_getfd(2)). */
int tracer_socket(pid_t thread, int fd);

#endif
