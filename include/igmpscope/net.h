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
        const char *filter;    /* pcap-filter(7); NULL: live filter_default, a file is read whole */
        bool everything;       /* no filter at all */
        int snaplen;           /* 0: 262,144; at most that */
        int buffer_kib;        /* 0: 4,096 */
        int link;              /* -1: the interface's own */
        enum frame_direction direction; /* FRAME_UNKNOWN: both */
        bool promiscuous;
        int timeout_ms; /* how long capture_next waits before it says CAPTURE_IDLE; 0: 10; negative: not at all */
};

struct capture_stats {
        uint64_t frames, bytes, dropped_kernel, dropped_interface;
};

int capture_open(struct capture **c, const struct capture_options *o, struct error *err);
enum { CAPTURE_ERROR = -1, CAPTURE_END = 0, CAPTURE_FRAME = 1, CAPTURE_IDLE = 2 };
/* FRAME: *f is filled and lives until the next call; f->number is that of the file, also behind a filter.
 * IDLE: nothing came within timeout_ms, or a signal did (live, and from a pipe). END: the file's end; where it was
 * cut short, capture_warning says so. ERROR: err says what; all whole frames before it have been given. */
int capture_next(struct capture *c, struct frame *f, struct error *err);
void capture_stats(struct capture *c, struct capture_stats *s);
int capture_fd(const struct capture *c); /* to poll once capture_next has said IDLE; -1 for files */
const char *capture_name(const struct capture *c);
const char *capture_filter(const struct capture *c); /* the expression asked for, or NULL */
/* What a person should be told, each once, or NULL: ask after the open and after the end. */
const char *capture_warning(struct capture *c);
void capture_close(struct capture *c);

/* The filter of live capture where none is given: it loses no IGMP, MLD or UDP of this link type, tagged, fragmented,
 * behind extension headers or in a tunnel. Adds nothing for a link type that it can't say it for: all is captured. */
void filter_default(int link, struct text *t);
/* Does a person's filter take IGMP, MLD or UDP, but lose the same behind a VLAN tag, the hop-by-hop header or in later
 * fragments? Then a sentence saying what, and the filter that does not. live: as the kernel shows frames. */
bool filter_warning(const char *filter, int link, bool live, struct text *t);

/* ---- writing captures ---- */
struct savefile;

struct savefile_options {
        const char *file; /* "-" is stdout */
        bool pcap;        /* classic pcap; default pcapng */
        uint64_t rotate_bytes; /* NAME_00001.EXT, NAME_00002.EXT, … each at most so large, or */
        int64_t rotate_ns;     /* of frames so long */
        bool flush; /* after each packet */
        const char *filter; /* what was captured with, for the record; or NULL */
};

int savefile_open(struct savefile **s, const struct savefile_options *o, struct error *err);
/* comment: pcapng packet comment, or NULL. 0; -1; SAVEFILE_GONE where the reader of a pipe has gone, which is no
 * trouble to tell. After a failure the file holds whole records only, and takes no more. */
enum { SAVEFILE_GONE = 1 };
int savefile_write(struct savefile *s, const struct frame *f, const char *comment, struct error *err);
void savefile_drops(struct savefile *s, const struct capture_stats *stats); /* for the statistics at its end */
int savefile_close(struct savefile *s, struct error *err); /* flushes; s may be NULL; as savefile_write */

/* ---- interfaces, local addresses, routes ---- */
struct interface {
        int index;
        unsigned flags; /* IFF_* */
        char name[32];
        uint8_t mac[6];
        struct addr addr4, addr6; /* the first; addr6 link-local if there is one */
        int mtu;
};
int interface_find(const char *name_index_or_address, struct interface *i, struct error *err);
int interface_by_index(int index, struct interface *i, struct error *err);
size_t interfaces_multicast(int *indexes, size_t max); /* all that are up and carry multicast; gives how many */

/* Every address of this host, with its network's broadcast address; one more entry where another is configured. */
struct local_address {
        struct addr own, broadcast;
        int ifindex;
};
struct local_addresses {
        struct local_address *p;
        size_t n;
};
int local_addresses_read(struct local_addresses *l, struct error *err); /* replaces what was there */
bool local_addresses_own(const struct local_addresses *l, const struct addr *a);       /* 127/8 too */
bool local_addresses_broadcast(const struct local_addresses *l, const struct addr *a); /* 255.255.255.255 too */
void local_addresses_free(struct local_addresses *l);

/* What the kernel's routing says of a destination: where a datagram leaves, from which address, and why:
 * "default via 192.0.2.1", "224.0.0.0/4 table 7". ifindex 0: routing chooses (rtnetlink, RTM_GETROUTE). */
struct route {
        int ifindex;
        struct addr source; /* none where the kernel does not say */
        char why[160];
};
int route_lookup(const struct addr *to, int ifindex, struct route *r, struct error *err);

/* ---- endpoints ---- */
struct endpoint {
        struct addr addr;
        uint16_t port;
        int scope; /* the interface of a link-local IPv6 address, or 0 */
};
enum { ENDPOINT_TEXT = 88 };
socklen_t endpoint_write(const struct endpoint *e, struct sockaddr_storage *ss); /* for a system call */
struct endpoint endpoint_read(const struct sockaddr_storage *ss);
const char *endpoint_format(const struct endpoint *e, char buf[ENDPOINT_TEXT]); /* 1.2.3.4:5, [fe80::1%eth0]:5 */
int addr_family(const struct addr *a); /* AF_INET, AF_INET6, AF_UNSPEC */

/* ---- multicast sockets ---- */
int udp_socket(int family, struct error *err); /* close-on-exec; AF_INET6: no IPv4 in it */
int socket_bind(int fd, const struct endpoint *e, struct error *err); /* addr none: all interfaces */
int socket_port(int fd); /* the bound one, or -1 */

/* Integer settings, of whichever family the socket is. What is not said here is in ip(7), ipv6(7), socket(7). */
enum socket_setting {
        SOCKET_REUSE,    /* SO_REUSEADDR */
        SOCKET_TTL,      /* IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS */
        SOCKET_LOOP,     /* IP_MULTICAST_LOOP: whether this host's members get a copy of what is sent here */
        SOCKET_ALL,      /* IP_MULTICAST_ALL: also groups that only others on this host have joined */
        SOCKET_PKTINFO,  /* datagrams tell their destination and interface */
        SOCKET_RECVTTL,  /* … and their TTL */
        SOCKET_RXQ_OVFL, /* … and how many were dropped before them */
};
int socket_set(int fd, enum socket_setting what, int value, struct error *err);
int socket_get(int fd, enum socket_setting what); /* as the kernel reads it back, or -1 */
const char *socket_setting_name(enum socket_setting what, int family);
int socket_set_interface(int fd, int ifindex, struct error *err); /* where it sends: IP_MULTICAST_IF */
/* SO_RCVBUF or SO_SNDBUF. bytes 0: only read. Gives what was granted: Linux doubles, and clamps at twice
 * net.core.rmem_max or wmem_max (socket(7)). */
int socket_buffer(int fd, int option, int bytes, struct error *err);
uint32_t socket_drops(int fd); /* datagrams that the kernel dropped because the buffer was full */
long system_limit(const char *proc_path); /* first number in the file, or -1 */

struct membership {
        struct addr source; /* none: any */
        struct addr group;
        int ifindex; /* 0: the kernel chooses one, by its route to the group */
};
int membership_join(int fd, const struct membership *m, struct error *err); /* errno stays for the caller */
int membership_leave(int fd, const struct membership *m, struct error *err);
int membership_interface(int fd, const struct addr *group, int hint); /* where fd is a member, hint first; 0: nowhere */
int membership_users(const struct addr *group, int ifindex); /* as /proc/net/igmp and igmp6 count them; 0: none */
size_t memberships_known(const struct addr *first, size_t n, int ifindex); /* of n groups, how many stand there */
struct kernel_group {
        char interface[16];
        int ifindex, users, version; /* version: of IGMP, that the interface speaks now; 0 for MLD */
};
/* Where a group is joined, as another thread's namespace has it; at most max. */
size_t memberships_of(pid_t thread, const struct addr *group, struct kernel_group *g, size_t max);

/* ---- datagrams in batches (recvmmsg, sendmmsg) ---- */
struct datagram {
        struct endpoint from;
        struct addr to;    /* the destination it was sent to: a group, or one of our addresses */
        struct addr local; /* the address to answer from, or none */
        int ifindex, ttl;  /* 0 and -1: unknown */
        struct bytes data; /* what fitted; lives until the next batch_receive */
        size_t length;     /* what came: more than data.n if it was cut */
        uint32_t drops;    /* SO_RXQ_OVFL: dropped on this socket before it */
        bool answer;       /* for batch_echo: in */
        int error;         /* errno of its answer, 0 if it was sent: out */
};
struct batch {
        struct datagram *at;
        unsigned n;
        struct batch_memory *memory;
};
int batch_open(struct batch *b, unsigned size, size_t max_datagram, struct error *err);
/* Takes what waits on fd, at most limit, without waiting. 0: b->n datagrams, none if none waited. */
int batch_receive(struct batch *b, int fd, unsigned limit, struct error *err);
void batch_echo(struct batch *b, int fd); /* sends the data of each that has `answer` back to where it came from */
void batch_close(struct batch *b);
const char *datagram_hint(int errnum, const struct endpoint *to); /* what to do about a failed send, or NULL */
int datagram_send(int fd, const struct endpoint *to, struct bytes data, struct error *err); /* errno stays */

/* ---- crafting with libnet ---- */
struct forge;
int forge_open(struct forge **f, struct error *err);
/* The frame that craft_build makes, by libnet's own builders as far as they reach (net/forge.c); deliberate faults and
 * several VLAN tags are beyond them and craft_build's. */
int forge_build(struct forge *f, const struct craft *c, struct packer *k, struct error *err);
void forge_close(struct forge *f);

/* ---- injection (libnet) ---- */
struct injector;
int injector_open(struct injector **j, const char *interface, bool raw_ip, struct error *err);
int injector_send(struct injector *j, struct bytes frame_or_packet, struct error *err);
void injector_close(struct injector *j);

/* ---- namespaces ---- */
int netns_enter(const char *name_or_pid, struct error *err); /* --netns */
/* Does a setting of this system keep ordinary users from making namespaces? Then what sysctl(8) is to set:
 * "NAME=VALUE". */
bool namespaces_forbidden(char *allow, size_t size);

/* ---- time and signals ---- */
int64_t time_now_ns(void);       /* CLOCK_REALTIME, as frames carry */
int64_t time_monotonic_ns(void);
extern volatile int stop_signal; /* the signal that asked us to end, or 0 */
void stop_on_signals(void);      /* SIGINT, SIGTERM, SIGHUP set it; SIGPIPE is ignored */
struct pollfd;
/* poll(2) until something is ready, wait_ns has passed (negative: no limit) or a signal asks to stop; gives how
 * many are ready. No signal is lost between the look at stop_signal and the wait. */
int poll_or_stop(struct pollfd *fds, size_t n, int64_t wait_ns);

#endif
