/* SPDX-License-Identifier: BSD-2-Clause */
/* The echo server's sockets and memberships: opened, joined, told, left, closed. */
#ifndef IGMPSCOPE_CMD_LISTEN_H
#define IGMPSCOPE_CMD_LISTEN_H

#include <net/if.h>

#include "echo.h"

struct listener {
        int fd, family;
        uint16_t asked_port, port;
        unsigned members;
        uint32_t drops; /* as SO_RXQ_OVFL last said */
        bool silent; /* holds memberships only, is not bound */
};

struct joined {
        size_t listener, spec;
        struct membership m; /* with the interface that it really is on */
        bool chosen;         /* by the kernel */
        char name[IF_NAMESIZE]; /* of the interface, for the end: it may be gone by then */
};

struct listeners {
        struct echo_voice *voice;
        bool all; /* --all on */
        struct group_spec *specs;
        size_t n_specs;
        struct listener *at;
        size_t n;
        struct joined *joined;
        size_t n_joined;
};

/* Opens a socket for each port and family, more where one holds no more memberships, and joins every group, or what
 * it can until a signal. On an error what is open stays so, for listeners_close. */
int listeners_open(struct listeners *l, const struct echo_settings *s, struct error *err);
void listeners_leave(struct listeners *l); /* and says so */
void listeners_close(struct listeners *l);

#endif
