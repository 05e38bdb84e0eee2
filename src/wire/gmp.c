/* SPDX-License-Identifier: BSD-2-Clause */
/* What IGMP and MLD share: they differ in the length of an address and in where a query's response time
 * stands. RFC 9776 §4, RFC 9777 §5, RFC 2236 §2, RFC 2710 §3; extensions RFC 9279. */
#include "igmpscope/wire.h"

#include "decode.h"

static enum checksum verify(const struct gmp *g, uint64_t pseudo)
{
        if (g->bytes.n < g->length)
                return CHECKSUM_UNVERIFIED;
        return sum_fold(sum_add(pseudo, g->bytes)) == 0xffff ? CHECKSUM_GOOD : CHECKSUM_BAD;
}

static void message(struct decode *d, struct gmp *g, struct cursor *c)
{
        enum layer l = g->family == FAMILY_MLD ? LAYER_MLD : LAYER_IGMP;
        const enum flaw lies[] = {FLAW_GMP_SOURCES, FLAW_GMP_RECORDS};
        uint64_t flaws = g->row->parse ? g->row->parse(g, c) : 0;

        d->p->flaws |= flaws;
        for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
                if (flaws >> lies[i] & 1)
                        decode_stop(d, l, c->at, flaw_text(lies[i]));
        if (c->bad)
                decode_short(d, l, c->at, FLAW_GMP_SHORT, flaw_text(FLAW_GMP_SHORT));
}

static void parse_message(struct decode *d, enum family f, uint64_t sum)
{
        struct gmp *g = &d->p->gmp;
        const uint8_t *at = d->c.at;
        enum layer l = f == FAMILY_MLD ? LAYER_MLD : LAYER_IGMP;
        struct cursor c = decode_peek(d);

        g->family = f;
        g->bytes = cursor_rest(&c);
        g->length = decode_left(d);
        g->type = cursor_u8(&c);
        g->code = cursor_u8(&c);
        g->checksum_value = cursor_u16(&c);
        d->c.at = d->c.end;
        if (c.bad) {
                g->checksum = CHECKSUM_UNVERIFIED;
                decode_short(d, l, at, FLAW_GMP_SHORT, flaw_text(FLAW_GMP_SHORT));
                return;
        }
        g->checksum = verify(g, sum);
        if (g->checksum == CHECKSUM_BAD)
                decode_flaw(d, FLAW_GMP_CHECKSUM);
        g->row = message_find(g, &d->p->dst);
        if (g->row) {
                message(d, g, &c);
        } else if (message_known(f, g->type) || g->length < 8) {
                decode_flaw(d, FLAW_GMP_SHORT);
                decode_stop(d, l, at, flaw_text(FLAW_GMP_SHORT));
        } else {
                decode_stop(d, l, at, "a message type that nobody has assigned");
        }
        if (g->bytes.n < g->length)
                decode_short(d, l, c.at, FLAW_GMP_SHORT, "");
}

void parse_igmp(struct decode *d)
{
        parse_message(d, FAMILY_IGMP, 0);
}

/* ICMPv6 (RFC 4443) of which the types of MLD are ours. */
void parse_icmp6(struct decode *d)
{
        struct packet *p = d->p;
        struct cursor peek = decode_peek(d);
        uint8_t type = cursor_u8(&peek);

        if (peek.bad)
                d->c.bad = true;
        if (peek.bad || !message_known(FAMILY_MLD, type))
                return;
        p->headers[p->n_headers - 1].layer = LAYER_MLD;
        parse_mld(d);
}

void parse_mld(struct decode *d)
{
        parse_message(d, FAMILY_MLD, sum_pseudo(d->p, 58, decode_left(d)));
}

/* RFC 9279 §3: type and length, two octets each, then the value; one at least, and they end with the message. */
static bool extensions_whole(struct bytes tail)
{
        struct cursor c = cursor_over(tail);

        if (!tail.n)
                return false;
        while (cursor_left(&c)) {
                cursor_u16(&c);
                cursor_take(&c, cursor_u16(&c));
        }
        return !c.bad;
}

/* What follows the last declared octet. RFC 2236 §2.5 lets IGMPv1 and v2 be longer, all others forbid it. */
static uint64_t tail(struct gmp *g, const struct cursor *c)
{
        size_t at = (size_t)(c->at - g->bytes.p);

        g->tail = cursor_rest(c);
        if (g->extension)
                return g->bytes.n == g->length && !extensions_whole(g->tail) ? UINT64_C(1) << FLAW_GMP_TLV : 0;
        if (g->length == at || (g->family == FAMILY_IGMP && !gmp_newest(g)))
                return 0;
        return UINT64_C(1) << FLAW_GMP_TRAILING;
}

/* Whole addresses of those declared. */
static struct sources take_sources(struct cursor *c, uint16_t declared, uint8_t length)
{
        size_t whole = cursor_left(c) / length;
        uint16_t n = whole < declared ? (uint16_t)whole : declared;

        return (struct sources){cursor_take(c, (size_t)n * length).p, n, length};
}

/* Up to the group, all but IGMPv3 and MLDv2 reports are alike. */
static void head(struct gmp *g, struct cursor *c)
{
        if (g->family == FAMILY_MLD) {
                g->max_resp_code = cursor_u16(c);
                g->reserved = cursor_u16(c);
        }
        decode_addr(c, gmp_address_length(g), &g->group);
}

uint64_t parse_old(struct gmp *g, struct cursor *c)
{
        head(g, c);
        return c->bad ? 0 : tail(g, c);
}

static uint32_t response_ms(const struct gmp *g)
{
        if (g->family == FAMILY_MLD)
                return gmp_newest(g) ? code16_decode(g->max_resp_code) : g->max_resp_code;
        if (g->row->version == 1)
                return 10000;
        return 100 * (gmp_newest(g) ? code8_decode(g->code) : g->code);
}

uint64_t parse_query(struct gmp *g, struct cursor *c)
{
        uint8_t length = gmp_address_length(g);

        head(g, c);
        if (g->family == FAMILY_IGMP)
                g->max_resp_code = g->code;
        g->max_resp_ms = response_ms(g);
        if (!g->row->version && !c->bad) { /* RFC 9776 §7.1: no version has this length */
                g->tail = cursor_rest(c);
                return UINT64_C(1) << FLAW_GMP_LENGTH;
        }
        if (!gmp_newest(g) || c->bad)
                return c->bad ? 0 : tail(g, c);
        g->flags = cursor_u8(c);
        g->extension = g->flags >> 7;
        g->s = g->flags >> 3 & 1;
        g->qrv = g->flags & 7;
        g->qqic = cursor_u8(c);
        g->qqi_s = code8_decode(g->qqic);
        g->declared = cursor_u16(c);
        if (c->bad)
                return 0;
        g->sources = take_sources(c, g->declared, length);
        if ((uint32_t)g->declared * length > g->length - (g->family == FAMILY_MLD ? 28u : 12u))
                return UINT64_C(1) << FLAW_GMP_SOURCES;
        return g->sources.n < g->declared ? 0 : tail(g, c);
}

/* Records are whole up to where c stops; beyond, either the capture or the message is too short. */
uint64_t parse_report(struct gmp *g, struct cursor *c)
{
        const uint8_t *first;
        struct record r;

        g->reserved = cursor_u16(c);
        g->extension = g->reserved >> 15;
        g->declared = cursor_u16(c);
        first = c->at;
        for (; g->n_records < g->declared && !c->bad; g->n_records++) {
                struct cursor here = *c;
                uint32_t left = g->length - (uint32_t)(here.at - g->bytes.p);

                if (!record_read(c, gmp_address_length(g), &r)) {
                        *c = here;
                        g->records = (struct bytes){first, (size_t)(here.at - first)};
                        return r.offset > left ? UINT64_C(1) << FLAW_GMP_RECORDS : 0;
                }
        }
        g->records = (struct bytes){first, (size_t)(c->at - first)};
        return c->bad ? 0 : tail(g, c);
}

void build_old(const struct gmp *g, struct packer *k)
{
        uint8_t length = gmp_address_length(g);

        if (g->family == FAMILY_MLD) {
                pack_u16(k, g->max_resp_code);
                pack_u16(k, g->reserved);
        }
        pack_bytes(k, (struct bytes){g->group.b, length});
        pack_bytes(k, g->tail);
}

void build_query(const struct gmp *g, struct packer *k)
{
        struct gmp head_only = *g;

        if (!gmp_newest(g)) {
                build_old(g, k);
                return;
        }
        head_only.tail = (struct bytes){0};
        build_old(&head_only, k);
        pack_u8(k, g->flags);
        pack_u8(k, g->qqic);
        pack_u16(k, g->declared);
        pack_bytes(k, (struct bytes){g->sources.p, (size_t)g->sources.n * g->sources.len});
        pack_bytes(k, g->tail);
}

void build_report(const struct gmp *g, struct packer *k)
{
        pack_u16(k, g->reserved);
        pack_u16(k, g->declared);
        pack_bytes(k, g->records);
        pack_bytes(k, g->tail);
}
