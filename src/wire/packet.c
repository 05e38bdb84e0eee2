/* SPDX-License-Identifier: BSD-2-Clause */
/* The decode as a whole: one loop over the headers, and where it ends. Nothing here knows any protocol. */
#include "igmpscope/wire.h"

#include <string.h>

#include "decode.h"

static void (*const parsers[LAYER_COUNT])(struct decode *) = {
#define X(ID, word) [LAYER_##ID] = parse_##word,
        LAYERS(X)
#undef X
};

bool decode_narrow(struct decode *d, uint32_t n)
{
        uint32_t left = (uint32_t)cursor_left(&d->c);

        if (n > left + d->missing)
                return false;
        d->missing = n > left ? n - left : 0;
        if (n < left)
                d->c.end = d->c.at + n;
        return true;
}

void decode_stop(struct decode *d, enum layer l, const uint8_t *at, const char *reason)
{
        struct packet *p = d->p;

        d->next = LAYER_NONE;
        if (p->stop.layer)
                return;
        p->stop.layer = l;
        p->stop.offset = (uint32_t)((at ? at : d->c.at) - p->data.p);
        p->stop.reason = reason;
}

void decode_short(struct decode *d, enum layer l, const uint8_t *at, enum flaw f, const char *reason)
{
        if (d->missing && d->p->flaws >> FLAW_IP_LENGTH_LONG & 1) {
                decode_stop(d, l, at, "the frame ends before the length that its IP header announces");
        } else if (d->missing) {
                decode_flaw(d, FLAW_CUT);
                decode_stop(d, l, at, "the capture kept only the beginning of the frame");
        } else {
                decode_flaw(d, f);
                decode_stop(d, l, at, reason);
        }
}

bool decode_encap(struct decode *d, enum encap e)
{
        struct packet *p = d->p;

        if (p->n_encap == ENCAP_MAX) {
                decode_flaw(d, FLAW_DEPTH);
                decode_stop(d, (enum layer)p->headers[p->n_headers - 1].layer, NULL,
                            "too many tunnels inside each other");
                return false;
        }
        p->encap[p->n_encap++] = (uint8_t)e;
        p->eth_ip = p->has_udp = false;
        p->payload = (struct bytes){0};
        return true;
}

static void run(struct decode *d)
{
        struct packet *p = d->p;

        while (d->next) {
                enum layer l = d->next;
                const uint8_t *at = d->c.at;
                struct header *h;

                if (p->n_headers == LAYERS_MAX) {
                        decode_flaw(d, FLAW_DEPTH);
                        decode_stop(d, l, at, "too many headers inside each other");
                        return;
                }
                h = &p->headers[p->n_headers++];
                *h = (struct header){(uint8_t)l, (uint32_t)(at - p->data.p), 0};
                d->next = LAYER_NONE;
                parsers[l](d);
                if (d->c.bad)
                        decode_short(d, l, at, FLAW_HEADER, "the header is longer than what holds it");
                if (!h->length)
                        h->length = (uint32_t)(d->c.at - p->data.p) - h->offset;
        }
}

/* libc's memset, by a length that the compiler can't know: inline it would take rep stos, whose start alone costs
 * more than the rest of many a decode. */
static void clear(void *p, size_t n)
{
        __asm__("" : "+r"(n));
        memset(p, 0, n);
}

void decode_frame(const struct frame *f, struct packet *p, struct decoder *memory)
{
        const struct link_type *link = link_find(f->link);
        struct decode d;

        clear(p, offsetof(struct packet, headers));
        p->n_headers = 0; /* again: run reads it at once, and would wait for the memset's wide stores */
        p->frame = f;
        p->data = f->data;
        d.p = p;
        d.c = cursor_over(f->data);
        d.missing = f->len > f->data.n ? f->len - (uint32_t)f->data.n : 0;
        d.next = link ? link->first : LAYER_NONE;
        d.memory = memory;
        d.wlan_pad = false;
        if (!link)
                decode_stop(&d, LAYER_LINK, NULL, "a link type that we can't read");
        run(&d);
}

void packet_decode(const struct frame *f, struct packet *p)
{
        decode_frame(f, p, NULL);
}

bool packet_relevant(const struct packet *p)
{
        if (p->gmp.family)
                return true;
        if (p->has_udp || (p->fragment && (p->protocol == 17 || p->protocol == 2 || p->protocol == 58)))
                return p->echo == ECHO_REPLY || addr_is_multicast(&p->dst);
        return false;
}
