/* SPDX-License-Identifier: BSD-2-Clause */
/* What a bench sees on the wire: sightings, and stories told of them. */
#include "bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int witness(struct bench *b, const char *host, const char *interface)
{
        struct capture_options o = {.link = -1, .everything = true};

        if (b->n_witness == (int)(sizeof b->witness / sizeof *b->witness))
                return error_set(b->err, "more than %d witnesses in one experiment", b->n_witness);
        if (lab_capture(b->lab, host, interface, &o, &b->witness[b->n_witness], b->err) < 0)
                return -1;
        return b->n_witness++;
}

size_t mark(const struct bench *b)
{
        return b->n_seen;
}

/* ---- from a packet to its short form ---- */

static int compare(const void *a, const void *b)
{
        return addr_compare(a, b);
}

static void add_sources(struct text *t, const struct sources *s)
{
        struct addr sorted[64] = {{0, {0}}};
        char text[ADDR_TEXT];
        uint16_t n = s->n < 64 ? s->n : 64;

        for (uint16_t i = 0; i < n; i++)
                sorted[i] = source_at(s, i);
        qsort(sorted, n, sizeof *sorted, compare);
        for (uint16_t i = 0; i < n; i++)
                text_add_format(t, "%s%s", i ? " " : "; ", addr_format(&sorted[i], text));
        if (s->n > n)
                text_add_format(t, " and %u more", s->n - n);
}

static void add_records(struct text *t, const struct packet *p)
{
        struct record r;
        char text[ADDR_TEXT];
        size_t at = 0, n = 0;

        for (; record_next(p, &at, &r); n++) {
                if (n < 4) {
                        text_add_format(t, "%s%s(%s", n ? " + " : "", record_name(r.type), addr_format(&r.group, text));
                        add_sources(t, &r.sources);
                        text_add_char(t, ')');
                }
        }
        if (n > 4)
                text_add_format(t, " + %zu more", n - 4);
}

static void tell(struct text *t, const struct packet *p)
{
        char text[ADDR_TEXT];
        const struct gmp *g = &p->gmp;

        if (g->family != FAMILY_NONE && g->row && g->row->kind == MESSAGE_QUERY) {
                text_add_format(t, "query%u(%s", g->row->version,
                                addr_is_unspecified(&g->group) ? "" : addr_format(&g->group, text));
                add_sources(t, &g->sources);
                text_add(t, g->s ? " s)" : ")");
        } else if (g->family != FAMILY_NONE && g->row && g->group.len) {
                text_add_format(t, "%s%u(%s)", g->row->name, g->row->version, addr_format(&g->group, text));
        } else if (g->family != FAMILY_NONE) {
                add_records(t, p);
        } else if (p->has_udp) {
                text_add_format(t, "udp(%s:%u ttl %u '", addr_format(&p->dst, text), p->dst_port, p->ttl);
                text_add_escaped(t, (struct bytes){p->payload.p, p->payload.n < 24 ? p->payload.n : 24});
                text_add(t, "')");
        }
}

static struct sighting *room(struct bench *b)
{
        size_t want = b->room ? b->room * 2 : 256;
        struct sighting *more;

        if (b->n_seen < b->room)
                return &b->seen[b->n_seen];
        more = realloc(b->seen, want * sizeof *more);
        if (!more)
                return NULL;
        b->seen = more;
        b->room = want;
        return &b->seen[b->n_seen];
}

static int link_of(const struct bench *b, const struct capture *c)
{
        for (int i = 0; i < b->n_witness; i++)
                if (b->witness[i] == c)
                        return i;
        return -1;
}

static void sight(struct bench *b, const struct packet *p, int link)
{
        struct sighting *s = room(b);
        struct text t = {0};

        if (!s || b->spoil == SPOIL_DROP)
                return;
        *s = (struct sighting){
                .time_ns = p->frame->time_ns, .frame = b->frames, .link = (uint8_t)link,
                .gmp = p->gmp.family != FAMILY_NONE, .udp = p->has_udp, .src = p->src, .dst = p->dst, .ttl = p->ttl,
                .tos = p->tos, .version = p->gmp.row ? p->gmp.row->version : 0, .type = p->gmp.type, .ip_id = p->ip_id,
                .src_port = p->src_port, .dst_port = p->dst_port, .length = (uint16_t)p->payload.n,
                .router_alert = p->n_router_alert, .df = p->df, .fragment = p->fragment,
        };
        memcpy(s->src_mac, p->eth_src, 6);
        memcpy(s->dst_mac, p->eth_dst, 6);
        tell(&t, p);
        snprintf(s->story, sizeof s->story, "%s", text_string(&t));
        text_free(&t);
        b->n_seen++;
}

/* A fragment after the first has no ports: it counts as UDP by its protocol. */
static bool concerns(const struct packet *p)
{
        return p->gmp.family != FAMILY_NONE || p->has_udp || (p->fragment && p->protocol == 17);
}

static int take(struct bench *b, struct lab_event *e)
{
        int link = link_of(b, e->capture), times = b->spoil == SPOIL_FORGE ? 2 : 1;
        struct packet p;

        if (link < 0)
                return 0;
        b->frames++;
        if (b->evidence && savefile_write(b->evidence, &e->frame, NULL, b->err) < 0)
                return -1;
        packet_decode(&e->frame, &p);
        while (concerns(&p) && times--)
                sight(b, &p, link);
        return 0;
}

/* A spoilt witness swears to a packet that nobody sent. */
static void forge(struct bench *b)
{
        struct sighting *s = room(b);

        if (!s)
                return;
        *s = (struct sighting){.time_ns = time_now_ns(), .gmp = true, .ttl = 77, .story = "forged",
                               .src = lab_host_address(b->lab, "a", AF_INET)};
        b->n_seen++;
}

static int run(struct bench *b, size_t from, size_t n, int ms)
{
        int64_t deadline = time_now_ns() + (int64_t)ms * 1000000;
        struct lab_event e;
        int r = 1;

        while (r > 0 && b->n_seen - from < n) {
                r = lab_next(b->lab, deadline, &e, b->err);
                if (r > 0 && e.type == LAB_FRAME && take(b, &e) < 0)
                        return -1;
        }
        if (b->spoil == SPOIL_FORGE && b->n_witness)
                forge(b);
        return r < 0 ? -1 : 0;
}

int watch_for(struct bench *b, int ms)
{
        return run(b, 0, SIZE_MAX, ms);
}

int watch_until(struct bench *b, size_t from, size_t n, int ms)
{
        return run(b, from, n, ms);
}

/* ---- telling ---- */

/* By its address, or, where that is of the link only, by its MAC address. */
static bool from_host(const struct bench *b, const struct sighting *s, const char *host)
{
        const char *owner = lab_address_host(b->lab, &s->src);
        const struct lab_end *end = lab_end(b->lab, host, NULL);

        if (owner)
                return !strcmp(owner, host);
        return end && s->src.len == 16 && !memcmp(end->mac, s->src_mac, 6);
}

static bool told(const struct bench *b, const struct sighting *s, const char *src, char what)
{
        struct addr one;
        bool not = src && *src == '!';

        if ((what == 'g' && !s->gmp) || (what == 'u' && s->gmp))
                return false;
        if (!src)
                return true;
        if (addr_parse(src + not, &one))
                return addr_equal(&one, &s->src) != not;
        return from_host(b, s, src + not) != not;
}

const struct sighting *nth(const struct bench *b, size_t from, const char *src, char what, size_t n)
{
        for (size_t i = from; i < b->n_seen; i++)
                if (told(b, &b->seen[i], src, what) && !n--)
                        return &b->seen[i];
        return NULL;
}

size_t count_of(const struct bench *b, size_t from, const char *src, char what)
{
        size_t n = 0;

        for (size_t i = from; i < b->n_seen; i++)
                n += told(b, &b->seen[i], src, what);
        return n;
}

const char *story(const struct bench *b, size_t from, const char *src, char what, char *text, size_t size)
{
        size_t n = 0;

        snprintf(text, size, "nothing");
        for (size_t i = from; i < b->n_seen && n < size; i++)
                if (told(b, &b->seen[i], src, what))
                        n += (size_t)snprintf(text + n, size - n, n ? ", %s" : "%s", b->seen[i].story);
        return text;
}

/* ---- crafting ---- */

int inject(struct bench *b, const char *host, const char *interface, const struct craft *c)
{
        uint8_t octets[2048];
        struct packer k = packer_into(octets, sizeof octets);
        struct injector *j = NULL;
        int r;

        if (craft_build(c, &k) < 0 || k.bad)
                return error_set(b->err, "a packet that can't be built");
        if (lab_enter(b->lab, host, b->err) < 0)
                return -1;
        r = injector_open(&j, interface, !c->eth, b->err);
        if (r == 0)
                r = injector_send(j, (struct bytes){octets, k.n}, b->err);
        injector_close(j);
        lab_leave(b->lab);
        return r;
}
