/* SPDX-License-Identifier: BSD-2-Clause */
/* What touches the kernel: capture and savefiles, multicast sockets, injection, namespaces. */
#ifndef IGMPSCOPE_NET_H
#define IGMPSCOPE_NET_H

#include <sys/socket.h>

#include "igmpscope/base.h"
#include "igmpscope/wire.h"

/* ---- capture: live (libpcap) or a savefile, one way to read both ---- */
struct capture;

struct capture_options {
        const char *interface; /* name, index or local address; "any" */
        const char *file;      /* or a savefile; "-" is stdin; gzip and zstd are read as they are */
        const char *filter;    /* pcap-filter(7); NULL: the default one, which loses no IGMP, MLD or multicast UDP */
        bool everything;       /* no filter at all */
        int snaplen;           /* 0: 262,144 */
        int buffer_kib;        /* 0: 4,096 */
        int link;              /* -1: the interface's own */
        enum frame_direction direction; /* FRAME_UNKNOWN: both */
        bool promiscuous;
        int timeout_ms; /* how long capture_next waits before it says CAPTURE_IDLE; 0: 10 */
};

struct capture_stats {
        uint64_t frames, bytes, dropped_kernel, dropped_interface;
};

int capture_open(struct capture **c, const struct capture_options *o, struct error *err);
enum { CAPTURE_ERROR = -1, CAPTURE_END = 0, CAPTURE_FRAME = 1, CAPTURE_IDLE = 2 };
/* FRAME: *f is filled and lives until the next call. IDLE: nothing came within timeout_ms (live only).
 * END: the file's end. ERROR: err says what; all whole frames before it have been given. */
int capture_next(struct capture *c, struct frame *f, struct error *err);
void capture_stats(struct capture *c, struct capture_stats *s);
int capture_fd(const struct capture *c); /* to poll, or -1 */
const char *capture_name(const struct capture *c);
const char *capture_warning(const struct capture *c); /* what a person should be told, or NULL */
void capture_close(struct capture *c);
extern const char capture_default_filter[];

/* ---- writing captures ---- */
struct savefile;

struct savefile_options {
        const char *file; /* "-" is stdout */
        bool pcap;        /* classic pcap; default pcapng */
        uint64_t rotate_bytes;
        int64_t rotate_ns;
        bool flush; /* after each packet */
};

int savefile_open(struct savefile **s, const struct savefile_options *o, struct error *err);
/* comment: pcapng packet comment, or NULL */
int savefile_write(struct savefile *s, const struct frame *f, const char *comment, struct error *err);
int savefile_close(struct savefile *s, struct error *err); /* flushes; s may be NULL */

/* ---- interfaces ---- */
struct interface {
        int index;
        unsigned flags; /* IFF_* */
        char name[32];
        uint8_t mac[6];
        struct addr addr4, addr6; /* the first; addr6 link-local if there is one */
        int mtu;
};
int interface_find(const char *name_index_or_address, struct interface *i, struct error *err);
/* The interface and source address that the kernel's routing gives a group, and why, in words. */
int interface_for_group(const struct addr *group, struct interface *i, struct text *why, struct error *err);

/* ---- multicast sockets ---- */
/* GROUP, GROUP:PORT, [V6GROUP]:PORT, SOURCE,GROUP[:PORT], each with +N (N groups from GROUP on). */
struct group_spec {
        struct addr source; /* len 0: any */
        struct addr group;
        uint16_t port; /* 0: not given */
        uint32_t count; /* 1 and more */
};
int group_spec_parse(const char *text, struct group_spec *g, struct error *err);

int udp_socket(int family, struct error *err);
int socket_bind(int fd, const struct addr *a, uint16_t port, struct error *err); /* a none: all interfaces */
int socket_port(int fd);
int membership_join(int fd, const struct addr *source, const struct addr *group, int ifindex, struct error *err);
int membership_leave(int fd, const struct addr *source, const struct addr *group, int ifindex, struct error *err);
int socket_set_ttl(int fd, int family, int ttl, struct error *err);
int socket_get_ttl(int fd, int family);
int socket_set_loop(int fd, int family, bool on, struct error *err);
int socket_get_loop(int fd, int family);
int socket_set_interface(int fd, int family, int ifindex, struct error *err); /* IP_MULTICAST_IF */
int socket_buffer(int fd, int option, int bytes, struct error *err); /* SO_RCVBUF/SO_SNDBUF; bytes 0: only read; gives what was granted */
long system_limit(const char *proc_path); /* first number in the file, or -1 */
socklen_t sockaddr_make(const struct addr *a, uint16_t port, int ifindex, struct sockaddr_storage *ss);
void sockaddr_read(const struct sockaddr_storage *ss, struct addr *a, uint16_t *port);
const char *endpoint_format(const struct addr *a, uint16_t port, char buf[64]); /* 1.2.3.4:5, [::1]:5 */

/* ---- injection (libnet) ---- */
struct injector;
int injector_open(struct injector **j, const char *interface, bool raw_ip, struct error *err);
int injector_send(struct injector *j, struct bytes frame_or_packet, struct error *err);
void injector_close(struct injector *j);

/* ---- namespaces ---- */
int netns_enter(const char *name_or_pid, struct error *err); /* --netns */

/* ---- time and signals ---- */
int64_t time_now_ns(void);       /* CLOCK_REALTIME, as frames carry */
int64_t time_monotonic_ns(void);
extern volatile int stop_signal; /* the signal that asked us to end, or 0 */
void stop_on_signals(void);      /* SIGINT, SIGTERM, SIGHUP set it; SIGPIPE is ignored */

#endif
