/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading and writing octets in network order, and the Internet checksum (RFC 1071). */
#include "igmpscope/base.h"

#include <string.h>

struct cursor cursor_over(struct bytes b)
{
        return (struct cursor){.at = b.p, .end = b.n ? b.p + b.n : b.p};
}

size_t cursor_left(const struct cursor *c)
{
        return (size_t)(c->end - c->at);
}

/* n octets to read from, or NULL with bad latched and the cursor at its end. */
static const uint8_t *step(struct cursor *c, size_t n)
{
        const uint8_t *p = c->at;

        if (c->bad || cursor_left(c) < n) {
                c->bad = true;
                c->at = c->end;
                return NULL;
        }
        if (n)
                c->at += n;
        return p;
}

uint8_t cursor_u8(struct cursor *c)
{
        const uint8_t *p = step(c, 1);
        return p ? p[0] : 0;
}

uint16_t cursor_u16(struct cursor *c)
{
        const uint8_t *p = step(c, 2);
        return (uint16_t)(p ? p[0] << 8 | p[1] : 0);
}

uint32_t cursor_u32(struct cursor *c)
{
        const uint8_t *p = step(c, 4);
        return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

uint16_t cursor_le16(struct cursor *c)
{
        uint16_t v = cursor_u16(c);
        return (uint16_t)(v >> 8 | v << 8);
}

uint32_t cursor_le32(struct cursor *c)
{
        return __builtin_bswap32(cursor_u32(c));
}

struct bytes cursor_take(struct cursor *c, size_t n)
{
        const uint8_t *p = step(c, n);
        return p || !n ? (struct bytes){p, n} : (struct bytes){c->end, 0};
}

struct bytes cursor_rest(const struct cursor *c)
{
        return (struct bytes){c->at, cursor_left(c)};
}

struct packer packer_into(uint8_t *p, size_t cap)
{
        return (struct packer){.p = p, .cap = cap};
}

/* Room for n octets, or NULL with bad latched; n counts either way. */
static uint8_t *claim(struct packer *k, size_t n)
{
        uint8_t *p = k->p ? k->p + k->n : NULL;

        k->bad = k->bad || k->n > k->cap || k->cap - k->n < n;
        k->n += n;
        return k->bad ? NULL : p;
}

void pack_u8(struct packer *k, uint8_t v)
{
        pack_bytes(k, (struct bytes){&v, 1});
}

void pack_u16(struct packer *k, uint16_t v)
{
        const uint8_t b[] = {(uint8_t)(v >> 8), (uint8_t)v};
        pack_bytes(k, (struct bytes){b, sizeof b});
}

void pack_u32(struct packer *k, uint32_t v)
{
        pack_u16(k, (uint16_t)(v >> 16));
        pack_u16(k, (uint16_t)v);
}

void pack_bytes(struct packer *k, struct bytes b)
{
        uint8_t *p = claim(k, b.n);
        if (p && b.n)
                memcpy(p, b.p, b.n);
}

void pack_zeros(struct packer *k, size_t n)
{
        uint8_t *p = claim(k, n);
        if (p)
                memset(p, 0, n);
}

void pack_at_u16(struct packer *k, size_t at, uint16_t v)
{
        if (k->bad || at + 2 > k->n)
                return;
        k->p[at] = (uint8_t)(v >> 8);
        k->p[at + 1] = (uint8_t)v;
}

uint64_t sum_add(uint64_t sum, struct bytes b)
{
        size_t i = 0;

        for (; i + 4 <= b.n; i += 4) {
                uint32_t word;
                memcpy(&word, b.p + i, sizeof word);
                sum += __builtin_bswap32(word);
        }
        for (; i + 2 <= b.n; i += 2)
                sum += (uint64_t)b.p[i] << 8 | b.p[i + 1];
        if (i < b.n)
                sum += (uint64_t)b.p[i] << 8;
        return sum;
}

uint16_t sum_fold(uint64_t sum)
{
        while (sum >> 16)
                sum = (sum & 0xffff) + (sum >> 16);
        return (uint16_t)sum;
}
