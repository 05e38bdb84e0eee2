/* SPDX-License-Identifier: BSD-2-Clause */
/* Reassembly: RFC 791 §3.2, RFC 8200 §4.5. Overlaps end a datagram (RFC 5722), exact copies are nothing new. The
 * whole datagram stands behind the headers of the frame that completes it. Bounds are wire.h's; memory is taken
 * when the first fragment comes and kept for the next one. */
#include "igmpscope/wire.h"

#include <stdlib.h>
#include <string.h>

#include "decode.h"

enum { LONGEST = 65535, HEADERS_MAX = 2048 };

struct datagram {
        bool used, held, overlap;
        /* which one */
        struct addr src, dst;
        uint32_t id;
        uint32_t interface_id;
        uint8_t version, protocol, n_encap, n_vlan;
        uint16_t vlan;
        /* what there is of it */
        int64_t since_ns;
        uint8_t next;       /* protocol, as the first fragment says */
        uint32_t end, have; /* end: 0 as long as the last fragment has not come */
        uint32_t n;
        struct part {
                uint32_t from, to;
        } parts[DATAGRAM_FRAMES_MAX];
        uint64_t frames[DATAGRAM_FRAMES_MAX];
        uint8_t octets[HEADERS_MAX + LONGEST]; /* the payload begins at HEADERS_MAX, the headers end there */
};

struct fragments {
        struct datagram *datagrams[DATAGRAMS_MAX];
};

struct fragments *fragments_new(void)
{
        return calloc(1, sizeof(struct fragments));
}

void fragments_free(struct fragments *f)
{
        if (!f)
                return;
        for (size_t i = 0; i < DATAGRAMS_MAX; i++)
                free(f->datagrams[i]);
        free(f);
}

void fragments_release(struct fragments *f)
{
        struct datagram *g;

        for (size_t i = 0; i < DATAGRAMS_MAX && (g = f->datagrams[i]); i++)
                if (g->held)
                        g->held = g->used = false;
}

/* RFC 791 tells datagrams apart by protocol too, RFC 8200 doesn't. */
static bool same(const struct datagram *g, const struct packet *p, uint8_t protocol)
{
        return g->id == p->fragment_id && g->version == p->ip_version
                && (p->ip_version == 6 || g->protocol == protocol) && g->interface_id == p->frame->interface_id
                && g->n_encap == p->n_encap && g->n_vlan == p->n_vlan
                && (!p->n_vlan || g->vlan == p->vlan[p->n_vlan - 1]) && addr_equal(&g->src, &p->src)
                && addr_equal(&g->dst, &p->dst);
}

static void begin(struct datagram *g, const struct packet *p, uint8_t protocol)
{
        memset(g, 0, offsetof(struct datagram, parts));
        g->used = true;
        g->src = p->src;
        g->dst = p->dst;
        g->id = p->fragment_id;
        g->interface_id = p->frame->interface_id;
        g->version = p->ip_version;
        g->protocol = g->next = protocol;
        g->n_encap = p->n_encap;
        g->n_vlan = p->n_vlan;
        g->vlan = p->n_vlan ? p->vlan[p->n_vlan - 1] : 0;
        g->since_ns = p->frame->time_ns;
}

/* The datagram that this fragment is of; a new one takes a free place or that of the oldest. NULL: no memory. */
static struct datagram *find(struct fragments *f, const struct packet *p, uint8_t protocol)
{
        struct datagram *place = NULL, *g;
        size_t i = 0;

        for (; i < DATAGRAMS_MAX && (g = f->datagrams[i]); i++) {
                if (g->used && !g->held && p->frame->time_ns - g->since_ns > DATAGRAM_NS)
                        g->used = false;
                if (g->used && !g->held && same(g, p, protocol))
                        return g;
                if (!g->held && (!place || (place->used && (!g->used || g->since_ns < place->since_ns))))
                        place = g;
        }
        if (i < DATAGRAMS_MAX && (!place || place->used))
                place = f->datagrams[i] = malloc(sizeof *place);
        if (place)
                begin(place, p, protocol);
        return place;
}

/* Why a fragment can't be put to the others, as a flaw; FLAW_COUNT: it can. *copy: it is there already. */
static enum flaw refuse(const struct datagram *g, const struct packet *p, bool *copy)
{
        uint32_t from = p->fragment_offset, to = from + (uint32_t)p->ip_payload.n;

        *copy = false;
        if (g->overlap)
                return FLAW_FRAGMENT_OVERLAP;
        if (to > LONGEST)
                return FLAW_FRAGMENT_LONG;
        if (to == from || (p->mf && p->ip_payload.n % 8))
                return FLAW_FRAGMENT_SHORT;
        for (uint32_t i = 0; i < g->n; i++) {
                if (from >= g->parts[i].to || to <= g->parts[i].from)
                        continue;
                *copy = from == g->parts[i].from && to == g->parts[i].to
                        && !memcmp(g->octets + HEADERS_MAX + from, p->ip_payload.p, p->ip_payload.n);
                return *copy ? FLAW_COUNT : FLAW_FRAGMENT_OVERLAP;
        }
        if (g->n == DATAGRAM_FRAMES_MAX)
                return FLAW_DEPTH;
        if (g->end && to > g->end)
                return FLAW_FRAGMENT_OVERLAP;
        for (uint32_t i = 0; i < g->n && !p->mf; i++) /* the last one, or a second last one */
                if (g->parts[i].to > to)
                        return FLAW_FRAGMENT_OVERLAP;
        return FLAW_COUNT;
}

static void keep(struct datagram *g, const struct packet *p, uint8_t protocol)
{
        uint32_t from = p->fragment_offset, n = (uint32_t)p->ip_payload.n;

        memcpy(g->octets + HEADERS_MAX + from, p->ip_payload.p, n);
        g->parts[g->n] = (struct part){from, from + n};
        g->frames[g->n++] = p->frame->number;
        g->have += n;
        if (!p->mf)
                g->end = from + n;
        if (!from)
                g->next = protocol;
}

/* The headers so far, and the payload behind them; false if the headers are longer than any in earnest. */
static bool whole(struct decode *d, struct datagram *g)
{
        struct packet *p = d->p;
        size_t before = (size_t)(p->ip_payload.p - p->data.p), ip = (size_t)(p->ip.p - p->data.p);
        uint8_t *start;

        if (before > HEADERS_MAX)
                return false;
        start = g->octets + HEADERS_MAX - before;
        memcpy(start, p->data.p, before);
        p->data = (struct bytes){start, before + g->end};
        p->ip = (struct bytes){p->data.p + ip, p->data.n - ip};
        p->ip_payload = (struct bytes){start + before, g->end};
        p->ip_payload_len = g->end;
        p->protocol = g->next;
        p->fragment = p->mf = false;
        p->fragment_offset = 0;
        p->frames = g->frames;
        p->n_frames = g->n;
        g->held = true;
        d->c = cursor_over(p->ip_payload);
        d->missing = 0;
        return true;
}

void decode_fragment(struct decode *d)
{
        struct packet *p = d->p;
        uint8_t protocol = p->protocol;
        struct datagram *g;
        enum flaw why;
        bool copy;

        if (d->missing) {
                decode_short(d, LAYER_FRAGMENT, NULL, FLAW_HEADER, "");
                return;
        }
        g = d->memory ? find(d->memory->fragments, p, protocol) : NULL;
        why = g ? refuse(g, p, &copy) : FLAW_COUNT;
        if (why != FLAW_COUNT) {
                g->overlap = why == FLAW_FRAGMENT_OVERLAP; /* and stays so: refuse asks for it first */
                decode_flaw(d, why);
                decode_stop(d, LAYER_FRAGMENT, NULL, flaw_text(why));
                return;
        }
        if (g && !copy)
                keep(g, p, protocol);
        if (g && g->end && g->have == g->end && whole(d, g))
                decode_protocol(d, g->next);
        else
                decode_stop(d, LAYER_FRAGMENT, NULL, "a fragment: its message is read when the last part is there");
}
