/* SPDX-License-Identifier: BSD-2-Clause */
/* The walk over a decoded frame's fields: header by header, group by group, part by part, in the order of their
 * offsets. What stands in the tables is all that it knows. */
#include "igmpscope/wire.h"

#include <stdio.h>

#include "layout.h"

struct layout layout_of(const struct packet *p)
{
        return (struct layout){.packet = p};
}

struct cursor layout_rest(const struct layout *l, const struct header *h)
{
        struct cursor c = cursor_over(l->packet->data);

        cursor_take(&c, h->offset);
        c = cursor_over(cursor_take(&c, h->length));
        cursor_take(&c, l->at);
        return c;
}

static const struct shape *shape_of(const struct packet *p, const struct header *h)
{
        enum layer l = (enum layer)h->layer;
        const struct shape *s = l == LAYER_IGMP || l == LAYER_MLD ? shape_gmp(p) : shape_link(l, h->length);

        return s ? s : shape_ip(l);
}

/* The group at l->at of the header. */
static bool group_at(const struct layout *l, const struct header *h, struct group *g)
{
        const struct shape *s = shape_of(l->packet, h);
        const struct gmp *m = &l->packet->gmp;

        *g = (struct group){0};
        if (l->at)
                return s && s->more && s->more(l, h, g);
        g->title = s ? s->title : layer_name((enum layer)h->layer);
        g->parts = s ? s->parts : NULL;
        g->length = s && s->fixed ? s->fixed : h->length;
        if (h->layer == LAYER_IGMP || h->layer == LAYER_MLD)
                g->sources = (uint32_t)m->sources.n * m->sources.len;
        return true;
}

static uint64_t bits_of(struct bytes b, uint32_t shift, uint32_t bits)
{
        uint64_t v = 0;

        for (size_t i = 0; i < b.n && i < 8; i++)
                v = v << 8 | b.p[i];
        if (bits > 64 || b.n > 8)
                return v;
        v >>= b.n * 8 - shift - bits;
        return bits < 64 ? v & ((UINT64_C(1) << bits) - 1) : v;
}

static void heading(const struct layout *l, const struct header *h, const struct group *g, struct span *s)
{
        uint32_t length = l->at ? g->length + g->sources + g->aux : h->length;
        char src[ADDR_TEXT], dst[ADDR_TEXT];
        const struct packet *p = l->packet;

        *s = (struct span){.offset = h->offset + l->at, .bits = length * 8, .depth = g->depth, .heading = true,
                           .name = g->title};
        if (!l->at && p->ip.p && h->offset == (uint32_t)(p->ip.p - p->data.p))
                snprintf(s->value, sizeof s->value, "%s > %s", addr_format(&p->src, src), addr_format(&p->dst, dst));
        else if (g->record)
                snprintf(s->value, sizeof s->value, "%u of %u", l->records + 1, p->gmp.declared);
        else if (!l->at && p->gmp.row && (h->layer == LAYER_IGMP || h->layer == LAYER_MLD))
                snprintf(s->value, sizeof s->value, "%s", p->gmp.row->title);
}

static bool field(const struct layout *l, const struct header *h, const struct group *g, const struct part *part,
                  struct span *s)
{
        uint32_t room = g->length * 8 > part->bit ? g->length * 8 - part->bit : 0;
        uint32_t bits = part->bits ? part->bits : room;
        uint32_t first = h->offset + l->at + part->bit / 8, shift = part->bit % 8;
        uint32_t octets = (shift + bits + 7) / 8;
        struct shown x = {.packet = l->packet, .bits = bits};

        if (!bits || bits > room || first + octets > l->packet->data.n)
                return false;
        x.b = (struct bytes){l->packet->data.p + first, octets};
        x.v = bits_of(x.b, shift, bits);
        *s = (struct span){.offset = first, .bits = bits, .shift = shift, .name = part->name, .key = part->key,
                           .depth = (uint8_t)(g->depth + (g->title != NULL))};
        part->show(s->value, &x);
        return true;
}

/* The next span of the group, or false at its end. */
static bool emit(struct layout *l, const struct header *h, const struct group *g, struct span *s)
{
        if (g->title && !l->i) {
                l->i++;
                heading(l, h, g, s);
                return true;
        }
        for (const struct part *part; g->parts; l->i++) {
                part = &g->parts[g->title ? l->i - 1 : l->i];
                if (!part->name)
                        return false;
                if (!field(l, h, g, part, s))
                        continue;
                l->i++;
                return true;
        }
        return false;
}

static void pass(struct layout *l, const struct group *g)
{
        l->at += g->length;
        l->i = 0;
        if (g->record)
                l->records++;
        if (g->sources || g->aux) {
                l->sources = g->sources;
                l->aux = g->aux;
        } else if (l->sources) {
                l->sources -= g->length;
        } else if (l->aux) {
                l->aux -= g->length;
        }
}

/* Ethernet fills short frames up: what the outermost datagram leaves over. */
static bool padding(struct layout *l, struct span *s)
{
        const struct packet *p = l->packet;
        uint32_t end;
        struct shown x;

        if (l->i++ || !p->ip.p || p->n_encap || p->n_frames)
                return false;
        end = (uint32_t)(p->ip.p - p->data.p + (ptrdiff_t)p->ip.n);
        if (p->data.n <= end)
                return false;
        x = (struct shown){.packet = p, .b = {p->data.p + end, p->data.n - end}};
        *s = (struct span){.offset = end, .bits = (uint32_t)x.b.n * 8, .name = "Padding", .key = "eth.padding"};
        show_octets(s->value, &x);
        return true;
}

bool layout_next(struct layout *l, struct span *s)
{
        const struct header *h;
        struct group g;

        while (l->step < l->packet->n_headers) {
                h = &l->packet->headers[l->step];
                if (group_at(l, h, &g)) {
                        if (emit(l, h, &g, s))
                                return true;
                        pass(l, &g);
                        if (g.length)
                                continue;
                }
                *l = (struct layout){.packet = l->packet, .step = l->step + 1};
        }
        return padding(l, s);
}
