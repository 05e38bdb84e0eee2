/* SPDX-License-Identifier: BSD-2-Clause */
/* Live capture over libpcap: a TPACKET_V3 ring whose blocks are handed over every few milliseconds
 * (immediate mode would fall back to V2 and its 32 slots), nanosecond time stamps, non-blocking
 * reads between short waits. */
#include "igmpscope/net.h"

#include <errno.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "capture.h"
#include "permitted.h"

enum { BLOCK_MS = 2 };

struct live {
        pcap_t *pcap;
        int fd, timeout_ms, link;
        struct interface interface; /* index 0: "any" */
        uint64_t number;
};

/* What pcap_activate and the like have to say, as a sentence that helps. */
static int refused(const struct capture *c, int rc, struct error *err)
{
        const char *said = pcap_geterr(c->live->pcap);

        switch (rc) {
        case PCAP_ERROR_PERM_DENIED:
        case PCAP_ERROR_PROMISC_PERM_DENIED: return not_permitted(c->name, "capturing", err);
        case PCAP_ERROR_IFACE_NOT_UP:
                return error_set(err, "%s: the interface is down; set it up: ip link set %s up",
                                 c->name, c->name);
        default: return error_set(err, "%s: %s", c->name, *said ? said : pcap_statustostr(rc));
        }
}

static void configure(pcap_t *p, const struct capture_options *o)
{
        pcap_set_snaplen(p, o->snaplen > 0 && o->snaplen < PACKET_MAX ? o->snaplen : PACKET_MAX);
        pcap_set_promisc(p, o->promiscuous);
        pcap_set_timeout(p, BLOCK_MS);
        pcap_set_buffer_size(p, (o->buffer_kib ? o->buffer_kib : 4096) * 1024);
        pcap_set_tstamp_precision(p, PCAP_TSTAMP_PRECISION_NANO);
}

static int set_link(const struct capture *c, const struct capture_options *o, bool any,
                    struct error *err)
{
        struct live *l = c->live;
        int rc = 0;

        if (o->link >= 0)
                rc = pcap_set_datalink(l->pcap, dlt_of_link(o->link));
        else if (any) /* where libpcap has it: its frames say which interface they are from */
                pcap_set_datalink(l->pcap, DLT_LINUX_SLL2);
        if (rc < 0)
                return error_set(err, "%s: link type %d: %s", c->name, o->link,
                                 pcap_geterr(l->pcap));
        l->link = link_of_dlt(pcap_datalink(l->pcap));
        return 0;
}

static int set_filter(const struct capture *c, const char *text, struct error *err)
{
        struct bpf_program code;
        pcap_t *p = c->live->pcap;
        int rc;

        if (pcap_compile(p, &code, text, 1, PCAP_NETMASK_UNKNOWN) < 0)
                return error_set(err, "filter '%s': %s (pcap-filter(7) is its grammar)", text,
                                 pcap_geterr(p));
        rc = pcap_setfilter(p, &code);
        pcap_freecode(&code);
        return rc < 0 ? error_set(err, "%s: filter '%s': %s", c->name, text, pcap_geterr(p)) : 0;
}

static void warn(struct capture *c, const char *what)
{
        text_add_format(&c->warning, c->warning.n ? "; %s" : "%s", what);
}

/* The one asked for, with a warning of what it loses; else the default one. */
static int choose_filter(struct capture *c, const char *asked, struct error *err)
{
        struct text t = {0};
        int rc;

        if (asked) {
                rc = set_filter(c, asked, err);
                if (!rc && filter_warning(asked, c->live->link, true, &t))
                        warn(c, text_string(&t));
        } else {
                filter_default(c->live->link, &t);
                rc = t.n ? set_filter(c, text_string(&t), err) : 0;
        }
        text_free(&t);
        return rc;
}

static int set_direction(const struct capture *c, enum frame_direction d, struct error *err)
{
        if (d == FRAME_UNKNOWN)
                return 0;
        if (pcap_setdirection(c->live->pcap, d == FRAME_IN ? PCAP_D_IN : PCAP_D_OUT) < 0)
                return error_set(err, "%s: -Q: %s", c->name, pcap_geterr(c->live->pcap));
        return 0;
}

static int activate(struct capture *c, const struct capture_options *o, struct error *err)
{
        struct live *l = c->live;
        bool any = strcmp(c->name, "any") == 0;
        char why[PCAP_ERRBUF_SIZE];
        int rc;

        l->pcap = pcap_create(c->name, why);
        if (!l->pcap)
                return error_set(err, "%s: %s", c->name, why);
        configure(l->pcap, o);
        rc = pcap_activate(l->pcap);
        if (rc < 0)
                return refused(c, rc, err);
        if (any)
                warn(c, "any: frames come without their VLAN tags (name an interface to see them)");
        else if (rc == PCAP_WARNING || rc == PCAP_WARNING_PROMISC_NOTSUP)
                warn(c, pcap_geterr(l->pcap));
        if (set_link(c, o, any, err) < 0 || set_direction(c, o->direction, err) < 0)
                return -1;
        if (!o->everything && choose_filter(c, o->filter, err) < 0)
                return -1;
        if (pcap_setnonblock(l->pcap, 1, why) < 0)
                return error_set(err, "%s: %s", c->name, why);
        l->fd = pcap_get_selectable_fd(l->pcap);
        l->timeout_ms = o->timeout_ms ? o->timeout_ms : 10;
        return 0;
}

/* "any" stays as it is; all else that people name an interface by becomes its name. */
static int find(struct capture *c, struct error *err)
{
        char *name;

        c->cooked.live = true;
        if (strcmp(c->name, "any") == 0)
                return 0;
        if (interface_find(c->name, &c->live->interface, err) < 0)
                return -1;
        name = strdup(c->live->interface.name);
        if (!name)
                return error_set(err, "no memory");
        free(c->name);
        c->name = name;
        return 0;
}

int live_open(struct capture *c, const struct capture_options *o, struct error *err)
{
        c->live = calloc(1, sizeof *c->live);
        if (!c->live)
                return error_set(err, "no memory");
        return find(c, err) < 0 ? -1 : activate(c, o, err);
}

/* Interface and direction: what the frame says, or whether this host's own address sent it. */
static void place(struct capture *c, struct frame *f)
{
        const struct live *l = c->live;

        if (l->interface.index)
                f->interface = c->name;
        if (is_cooked(f))
                cooked_place(&c->cooked, f);
        else if (f->link == LINK_ETHERNET && f->caplen >= 12)
                f->direction = memcmp(f->data.p + 6, l->interface.mac, 6) ? FRAME_IN : FRAME_OUT;
}

/* The interface is not what it was; this is what became of it. */
static int lost(const struct capture *c, struct error *err)
{
        unsigned long long n = c->live->number;
        unsigned index = (unsigned)c->live->interface.index;
        char now[IF_NAMESIZE];

        if (!index)
                return error_set(err, "%s: %s, after %llu frames", c->name,
                                 pcap_geterr(c->live->pcap), n);
        if (!if_indextoname(index, now))
                return error_set(err, "%s: the interface is gone (removed, or moved to another "
                                 "namespace), after %llu frames", c->name, n);
        if (strcmp(now, c->name) != 0)
                return error_set(err, "%s: the interface is now called %s, after %llu frames",
                                 c->name, now, n);
        return error_set(err, "%s: the interface went down, after %llu frames; set it up again: "
                         "ip link set %s up", c->name, n, c->name);
}

/* libpcap waits in silence for an interface that went down; asked for only where no frame comes. */
static bool still_up(const struct live *l)
{
        struct ifreq r = {0};

        memcpy(r.ifr_name, l->interface.name, strnlen(l->interface.name, sizeof r.ifr_name - 1));
        return !l->interface.index || (ioctl(l->fd, SIOCGIFFLAGS, &r) == 0 && r.ifr_flags & IFF_UP);
}

/* 1 a frame, 0 none yet, -1 an error. */
static int take(struct capture *c, struct frame *f, struct error *err)
{
        struct live *l = c->live;
        struct pcap_pkthdr *h;
        const u_char *data;
        int rc = pcap_next_ex(l->pcap, &h, &data);

        if (rc < 0)
                return lost(c, err);
        if (!rc)
                return 0;
        *f = (struct frame){
                .number = ++l->number,
                /* tv_usec holds nanoseconds, as asked for */
                .time_ns = (int64_t)h->ts.tv_sec * 1000000000 + h->ts.tv_usec,
                .link = l->link,
                .caplen = h->caplen,
                .len = h->len,
                .data = {data, h->caplen},
        };
        place(c, f);
        return 1;
}

int live_next(struct capture *c, struct frame *f, struct error *err)
{
        struct live *l = c->live;
        struct pollfd p = {.fd = l->fd, .events = POLLIN};
        int rc = take(c, f, err);

        if (rc || stop_signal)
                return rc ? rc : CAPTURE_IDLE;
        if (poll(&p, 1, l->timeout_ms < 0 ? 0 : l->timeout_ms) > 0)
                rc = take(c, f, err);
        if (!rc && !still_up(l))
                rc = lost(c, err);
        return rc ? rc : CAPTURE_IDLE;
}

void live_drops(struct capture *c, struct capture_stats *s)
{
        struct pcap_stat st;

        if (pcap_stats(c->live->pcap, &st) < 0)
                return;
        s->dropped_kernel = st.ps_drop;
        s->dropped_interface = st.ps_ifdrop;
}

int live_fd(const struct capture *c)
{
        return c->live->fd;
}

void live_close(struct capture *c)
{
        if (!c->live)
                return;
        if (c->live->pcap)
                pcap_close(c->live->pcap);
        free(c->live);
}
