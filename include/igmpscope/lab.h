/* SPDX-License-Identifier: BSD-2-Clause */
/* The laboratory: hosts, switches and routers as network namespaces that this process makes for itself,
 * without root, and that vanish with it however it ends. Real kernel sockets, real bridges, real IGMP.
 *
 * lab_open moves the calling process (which must be single-threaded) into an empty network namespace for
 * good: nothing that it does afterwards reaches the machine's own interfaces. Several laboratories side by
 * side: one child process each. */
#ifndef IGMPSCOPE_LAB_H
#define IGMPSCOPE_LAB_H

#include <sys/types.h>

#include "igmpscope/base.h"
#include "igmpscope/net.h"
#include "igmpscope/wire.h"
#include "igmpscope/writer.h"

/* ---- topologies: a row each in lab/topologies.c ---- */
enum { TOPOLOGY_SEGMENTS = 2, TOPOLOGY_ENDS = 6, LAB_HOSTS = 240 };

/* A wire has two ends; a switch is a bridge with IGMP and MLD snooping in a namespace of its own name. */
struct topology_segment {
        const char *name;
        bool is_switch;
        uint8_t net;    /* 10.NET.0.0/24 and fdNET::/64 */
        uint8_t number; /* of the switch's own address, from which its querier speaks; 0: from 0.0.0.0 */
};

/* Where a host's interface is plugged in; number is the last part of its addresses and its MAC. */
struct topology_end {
        const char *host, *interface, *segment;
        uint8_t number;
};

struct topology {
        const char *name, *summary, *picture;
        struct topology_segment segments[TOPOLOGY_SEGMENTS];
        struct topology_end ends[TOPOLOGY_ENDS];
        const char *router;  /* forwards multicast and unicast between its interfaces, or NULL */
        const char *grows;   /* the segment that lab_options.hosts fills up, or NULL */
        bool querier;        /* its switches ask, if the options leave it open */
};
const struct topology *topology_at(size_t i); /* NULL past the end */
const struct topology *topology_find(const char *name, struct error *err);
void topology_describe(const struct topology *t, struct writer *w);

/* ---- opening and closing ---- */
struct lab;

enum { QUERIER_DEFAULT = 0, QUERIER_OFF = -1 };
struct lab_options {
        int hosts;   /* on the segment that grows; 0: as drawn */
        int querier; /* IGMP version 2 or 3 (MLD 1 or 2), or one of the words above */
        bool ipv6;   /* else it is off, and the wire free of MLD and neighbour discovery */
        int threshold; /* of the router, as lab_forward; 0: 1 */
        /* the switches' timers; 0: what stands behind */
        int query_interval_ms;    /* 5,000; the kernel allows no less than 1,000 */
        int response_interval_ms; /* 1,000 */
        int last_member_ms;       /* 1,000 */
};

int lab_open(struct lab **lab, const struct topology *t, const struct lab_options *o, struct error *err);
void lab_close(struct lab *lab); /* ends all that runs in it; NULL is fine */

/* ---- what there is ---- */
struct lab_end {
        const char *host;
        char interface[16];
        struct addr addr4, addr6; /* none on a switch's port */
        uint8_t mac[6];
};
struct lab_link { /* end[0]: a host; end[1]: the switch's port, or the other host */
        const char *segment;
        struct lab_end end[2];
};
const struct topology *lab_topology(const struct lab *lab);
const struct lab_link *lab_link_at(const struct lab *lab, size_t i); /* NULL past the end */
const char *lab_host_at(const struct lab *lab, size_t i);            /* hosts and switches; NULL past the end */
/* interface NULL: the host's first; NULL if there is no such end. */
const struct lab_end *lab_end(const struct lab *lab, const char *host, const char *interface);
struct addr lab_host_address(const struct lab *lab, const char *host, int family); /* none if there is no such */
/* Whose address it is: "a", or NULL. */
const char *lab_address_host(const struct lab *lab, const struct addr *a);

/* ---- acting in it ---- */
/* What this process opens between enter and leave (sockets, captures, files of /proc/thread-self/net and
 * /proc/sys/net) belongs to that host and stays there. Enter another host without leaving: fine. */
int lab_enter(struct lab *lab, const char *host, struct error *err);
void lab_leave(struct lab *lab); /* back to the empty namespace */

/* Writes a sysctl of a host: lab_set(l, "a", "net/ipv4/conf/eth0/force_igmp_version", "2", err). */
int lab_set(struct lab *lab, const char *host, const char *name, const char *value, struct error *err);
int lab_querier(struct lab *lab, const char *sw, int version, struct error *err); /* or QUERIER_OFF */
/* The router forwards what arrives with a TTL above threshold (1: as routers do); 0: not at all. IPv6 has no
 * thresholds: Linux forwards from hop limit 2 on. Of a source and group that are new to it the kernel keeps four
 * datagrams until their route is there, and drops more. */
int lab_forward(struct lab *lab, int threshold, struct error *err);
int lab_interface_up(struct lab *lab, const char *host, const char *interface, bool up, struct error *err);

/* ---- programs in it ---- */
/* All of them run in a process namespace that ends with this process: nothing survives, not even after SIGKILL. */
struct lab_process;

/* fork() into a host: 0 in the child, its process id here, or -1. */
pid_t lab_fork(struct lab *lab, const char *host, struct error *err);
/* Runs a program with its output piped to lab_next; name is what its lines are called by. */
int lab_spawn(struct lab *lab, const char *host, const char *name, char *const argv[], struct lab_process **p,
              struct error *err);
void lab_kill(struct lab_process *p, int signal);
bool lab_running(const struct lab_process *p);
const char *lab_process_name(const struct lab_process *p);
int lab_status(const struct lab_process *p); /* exit status, or 128 + signal; -1 while it runs */
char *lab_program(char *path, size_t size);  /* this program's own path, to spawn it: gives path */

/* ---- one stream of all that happens ---- */
/* Captures an interface of a host; o->interface is taken from here. The lab owns it. */
int lab_capture(struct lab *lab, const char *host, const char *interface, const struct capture_options *o,
                struct capture **c, struct error *err);

enum lab_event_type { LAB_FRAME, LAB_LINE, LAB_EXIT };
struct lab_event {
        enum lab_event_type type;
        int64_t time_ns;
        struct capture *capture; /* FRAME */
        struct frame frame;
        struct lab_process *process; /* LINE, EXIT */
        bool error;                  /* LINE: from stderr */
        const char *line;            /* without its newline */
};
/* Frames of all captures and lines of all programs, merged by time, each given LAB_SETTLE_NS after it happened. 1: *e
 * is filled, and lives until the next call; 0: nothing else happened until deadline_ns (time_now_ns's clock), or a
 * signal asks to stop; -1: err. */
enum { LAB_SETTLE_NS = 30 * 1000 * 1000 };
int lab_next(struct lab *lab, int64_t deadline_ns, struct lab_event *e, struct error *err);

/* ---- what the kernel says ---- */
struct kernel_member { /* a line of /proc/net/igmp or igmp6 */
        char interface[16];
        struct addr group;
        unsigned users;
        uint8_t version; /* the interface's mode; 0 for IPv6 */
        bool reporter;
};
/* Fills at most max; the number there is, or -1. */
int lab_memberships(struct lab *lab, const char *host, int family, struct kernel_member *m, int max,
                    struct error *err);

struct switch_entry { /* the switch's own table: bridge mdb */
        char port[16]; /* its interface */
        struct addr group, source; /* source none: (*,G) */
};
int lab_switch_table(struct lab *lab, const char *sw, struct switch_entry *e, int max, struct error *err);

/* ---- a shell ---- */
/* Runs argv (NULL: $SHELL) in a host with the terminal, /sys and names for `ip netns exec`; its exit status. */
int lab_shell(struct lab *lab, const char *host, char *const argv[], struct error *err);

#endif
