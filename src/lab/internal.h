/* SPDX-License-Identifier: BSD-2-Clause */
/* What the laboratory's own files share. */
#ifndef IGMPSCOPE_LAB_INTERNAL_H
#define IGMPSCOPE_LAB_INTERNAL_H

#include "igmpscope/lab.h"

/* ---- netlink.c: messages to the kernel in its own byte order ---- */
struct netlink_message {
        _Alignas(8) uint8_t p[1024];
        size_t n;
};
void netlink_begin(struct netlink_message *m, int type, int flags, const void *fixed, size_t size);
void netlink_put(struct netlink_message *m, int type, const void *value, size_t size);
void netlink_put_u8(struct netlink_message *m, int type, uint8_t v);
void netlink_put_u32(struct netlink_message *m, int type, uint32_t v);
void netlink_put_text(struct netlink_message *m, int type, const char *s);
size_t netlink_nest(struct netlink_message *m, int type);
void netlink_nest_end(struct netlink_message *m, size_t nest);
int netlink_open(struct error *err);
/* Sends and waits for the answer; err begins with what. */
int netlink_ask(int fd, struct netlink_message *m, struct error *err, const char *what, const char *on);

/* A dump: netlink_ask with NLM_F_DUMP set sends only; then one message a call. 1, 0 at the end, -1. */
struct netlink_dump {
        _Alignas(8) uint8_t p[32768];
        struct bytes rest;
};
int netlink_next(int fd, struct netlink_dump *d, uint16_t *type, struct bytes *body, struct error *err);
struct attribute {
        uint16_t type;
        struct bytes value;
};
bool attribute_next(struct bytes *list, struct attribute *a);

/* ---- links.c: what a topology is built of; fd is a netlink socket of the namespace ---- */
struct link_side {
        int netns;
        const char *name;
        const uint8_t *mac;
};
int link_pair(int fd, const struct link_side side[2], struct error *err);
int link_bridge(int fd, const char *name, const uint8_t mac[6], struct error *err);
int link_enslave(int fd, const char *name, const char *bridge, struct error *err);
int link_up(int fd, const char *name, bool up, struct error *err);
int link_address(int fd, const char *name, const struct addr *a, int prefix, struct error *err);
/* via none: on the link itself */
int link_default_route(int fd, const char *name, const struct addr *via, int family, struct error *err);
int link_checksums_in_software(int fd, const char *name, struct error *err);
int link_router_port(int fd, const char *name, struct error *err);
int link_all_ready(int fd, struct error *err); /* 1: all of the namespace carry and, as ports, forward */
unsigned link_index(int fd, const char *name);

struct bridge_option {
        int attribute, size;
        uint64_t value;
        const char *name;
};
int link_bridge_option(int fd, const char *bridge, const struct bridge_option *o, struct error *err);

/* ---- namespaces.c ---- */
int namespace_isolate(struct error *err); /* a user namespace where needed, and an empty network namespace */
int namespace_current(struct error *err); /* the network namespace of this thread, as a descriptor */
int namespace_new(struct error *err);     /* a further one; the thread is in it then */
int namespace_enter(int netns, struct error *err);
/* sysctls, which a new namespace copies from the machine */
int namespace_settings(bool ipv6, bool router, struct error *err);
int sysctl_write(const char *name, const char *value, bool must_exist, struct error *err);

/* ---- processes.c ---- */
struct keeper { /* the first process of the process namespace: with it all others end */
        pid_t pid;
        int pidns, lifeline;
};
int keeper_start(struct keeper *k, struct error *err);
void keeper_stop(struct lab *lab);
int process_wait(pid_t pid); /* its exit status, 128 + signal, or -1 */

/* ---- pipes.c ---- */
enum { PIPE_BYTES = 65536, PIPE_LINES = 512 };
struct line_pipe {
        int fd; /* -1: closed */
        size_t at, n; /* octets of p given away, octets there */
        unsigned first, lines;
        struct {
                size_t end;
                int64_t time_ns;
        } line[PIPE_LINES];
        char p[PIPE_BYTES + 1];
};
void pipe_read(struct line_pipe *l, bool ended); /* all there is; ended: nobody writes any more */
bool pipe_line(const struct line_pipe *l, int64_t *time_ns); /* whether one waits, and of when */
const char *pipe_take(struct line_pipe *l);                  /* lives until the next pipe_read */
struct lab_process {
        struct lab_process *next;
        char name[16];
        pid_t pid;
        int status; /* -1: runs */
        bool told;  /* its LAB_EXIT was given */
        int64_t ended_ns;
        struct line_pipe pipes[2]; /* stdout, stderr */
};
void process_read(struct lab_process *p); /* what its pipes hold now */
void process_free(struct lab_process *p);

/* ---- lab.c ---- */
struct lab_host {
        char name[16];
        int netns, rtnl;
        bool is_switch;
};
struct lab_source { /* a capture and its next frame */
        struct capture *capture;
        struct frame frame;
        bool whole;
};
struct lab {
        const struct topology *topology;
        struct lab_options options;
        int home;
        struct keeper keeper;
        pid_t router; /* 0: it does not forward */
        struct lab_host hosts[LAB_HOSTS + TOPOLOGY_SEGMENTS + 2];
        size_t n_hosts;
        struct lab_link links[LAB_HOSTS + TOPOLOGY_ENDS];
        size_t n_links;
        struct lab_process *processes;
        pid_t *children; /* of lab_fork, all */
        size_t n_children;
        struct lab_source sources[LAB_HOSTS];
        size_t n_sources;
};
const struct lab_host *lab_find(const struct lab *lab, const char *host, struct error *err);
int lab_build(struct lab *lab, struct error *err); /* build.c */

#endif
