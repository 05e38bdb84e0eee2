/* SPDX-License-Identifier: BSD-2-Clause */
/* send -r: the frames of a capture go out again with the times between them, faster or slower by --speed. Frames that
 * are not whole, and those of other links than Ethernet that hold no IP packet, can't be sent and are counted. */
#include "igmpscope/cmd.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "send.h"

enum { ETHERNET = 14, ROOM = 262144 + ETHERNET };

struct replay {
        const struct send *send;
        struct capture *capture;
        struct sink sink;
        int64_t first_ns;
        double speed;
        uint64_t cut, alien;
        uint8_t octets[ROOM];
};

/* The outermost IP packet of a frame, without what the link padded; n 0: there is none. */
static struct bytes ip_of(const struct frame *f)
{
        struct packet p;
        struct cursor c;
        uint32_t n;

        packet_decode(f, &p);
        for (uint8_t i = 0; i < p.n_headers; i++) {
                if (p.headers[i].layer != LAYER_IP && p.headers[i].layer != LAYER_IP6)
                        continue;
                c = cursor_over((struct bytes){f->data.p + p.headers[i].offset, f->data.n - p.headers[i].offset});
                cursor_take(&c, p.headers[i].layer == LAYER_IP ? 2 : 4);
                n = cursor_u16(&c) + (p.headers[i].layer == LAYER_IP ? 0u : 40u);
                if (n > f->data.n - p.headers[i].offset)
                        break;
                return (struct bytes){f->data.p + p.headers[i].offset, n};
        }
        return (struct bytes){NULL, 0};
}

static bool multicast_of(struct bytes ip, struct addr *dst)
{
        bool six = ip.p[0] >> 4 == 6;

        *dst = addr_of(ip.p + (six ? 24 : 16), six ? 16 : 4);
        return addr_is_multicast(dst);
}

/* An IP packet in an Ethernet frame of ours: to the group's MAC, anything else to all. */
static struct bytes dress(struct replay *r, struct bytes ip)
{
        struct packer k = packer_into(r->octets, ROOM);
        uint8_t mac[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
        struct addr dst;

        if (multicast_of(ip, &dst))
                addr_group_mac(&dst, mac);
        pack_bytes(&k, (struct bytes){mac, 6});
        pack_bytes(&k, (struct bytes){r->send->interface.mac, 6});
        pack_u16(&k, dst.len == 16 ? 0x86dd : 0x0800);
        pack_bytes(&k, ip);
        return (struct bytes){k.p, k.bad ? 0 : k.n};
}

/* What goes out for the frame; n 0: nothing can. */
static struct bytes outgoing(struct replay *r, const struct frame *f)
{
        bool raw = r->send->layer == SEND_RAW;
        struct bytes ip;

        if (!raw && f->link == LINK_ETHERNET)
                return f->data;
        ip = ip_of(f);
        return raw || !ip.n ? ip : dress(r, ip);
}

static int64_t offset_of(const struct replay *r, const struct frame *f)
{
        int64_t step = send_step(r->send), since = f->time_ns - r->first_ns;

        return step >= 0 ? (int64_t)r->sink.n * step : since < 0 ? 0 : (int64_t)((double)since / r->speed);
}

static int take(struct replay *r, const struct frame *f, struct error *err)
{
        struct bytes out;

        if (!r->first_ns)
                r->first_ns = f->time_ns;
        if (f->caplen < f->len) {
                r->cut++;
                return 0;
        }
        out = outgoing(r, f);
        if (!out.n) {
                r->alien++;
                return 0;
        }
        if (sink_over(&r->sink, offset_of(r, f)))
                return 1;
        return sink_put(&r->sink, out, r->send->layer == SEND_RAW ? LINK_RAW : LINK_ETHERNET, offset_of(r, f), NULL,
                        err);
}

static int loop(struct replay *r, struct error *err)
{
        struct frame f;
        int got, done = 0;

        while (!done && !stop_signal && (got = capture_next(r->capture, &f, err)) != CAPTURE_END) {
                if (got == CAPTURE_ERROR)
                        return -1;
                if (got == CAPTURE_FRAME && (done = take(r, &f, err)) < 0)
                        return -1;
        }
        if (r->cut)
                note(&r->send->common, "%" PRIu64 " frames were not captured whole and are left out", r->cut);
        if (r->alien)
                note(&r->send->common, "%" PRIu64 " frames hold no IP packet to send and are left out", r->alien);
        return 0;
}

static int open_capture(struct replay *r, struct error *err)
{
        const struct settings *s = &r->send->common;
        struct capture_options o = {.file = s->capture.file, .link = -1};
        struct text filter = {0};
        int opened;

        for (int i = 0; i < s->n_words; i++)
                text_add_format(&filter, i ? " %s" : "%s", s->words[i]);
        o.filter = filter.n ? text_string(&filter) : NULL;
        opened = capture_open(&r->capture, &o, err);
        text_free(&filter);
        return opened;
}

static int prepare(struct replay *r, struct error *err)
{
        const struct send *s = r->send;
        const char *field = aim_given(s);
        char *end;

        r->speed = s->speed ? strtod(s->speed, &end) : 1;
        if (s->speed && (*end || !(r->speed >= 0.001 && r->speed <= 1e6)))
                return error_set(err, "--speed %s: needs a number from 0.001 to 1000000: 1 as captured, 2 twice as "
                                 "fast", s->speed);
        if (field)
                return error_set(err, "--%s changes packets that send makes; those of -r go out as they are", field);
        if (s->ip4 || s->ip6)
                return error_set(err, "-%d has no meaning with -r; a filter has: `%s`", s->ip4 ? 4 : 6,
                                 s->ip4 ? "ip" : "ip6");
        return open_capture(r, err);
}

int send_replayed(const struct send *s, struct error *err)
{
        struct replay *r = calloc(1, sizeof *r);
        const char *warning;
        struct error other;
        int rc, closed;

        if (!r)
                return error_set(err, "out of memory");
        r->send = s;
        rc = prepare(r, err);
        if (rc == 0)
                rc = sink_open(&r->sink, s, err);
        if (rc == 0)
                rc = loop(r, err);
        warning = r->capture ? capture_warning(r->capture) : NULL;
        if (warning)
                note(&s->common, "%s", warning);
        closed = sink_close(&r->sink, rc < 0 ? &other : err);
        capture_close(r->capture);
        free(r);
        return rc < 0 ? -1 : closed;
}
