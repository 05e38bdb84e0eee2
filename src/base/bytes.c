/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading and writing octets in network order, and the Internet checksum (RFC 1071). */
#include "igmpscope/base.h"

#include <string.h>

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

/* Eight octets as two numbers of 32 bits, added. */
static inline uint64_t halves(const uint8_t *p)
{
        uint64_t word;

        memcpy(&word, p, sizeof word);
        return (word >> 32) + (uint32_t)word;
}

/* In the machine's own order, with four sums that don't wait for each other; the order is put right once at the
 * end (RFC 1071 §2). Carries of 32-bit halves collect in the upper ones. */
uint64_t sum_add(uint64_t sum, struct bytes b)
{
        uint64_t part = 0, c = 0, d = 0, e = 0;
        uint32_t half;
        uint16_t own;

        for (; b.n >= 32; b.p += 32, b.n -= 32) {
                part += halves(b.p);
                c += halves(b.p + 8);
                d += halves(b.p + 16);
                e += halves(b.p + 24);
        }
        for (; b.n >= 8; b.p += 8, b.n -= 8)
                part += halves(b.p);
        if (b.n >= 4) {
                memcpy(&half, b.p, sizeof half);
                part += half;
                b.p += 4;
                b.n -= 4;
        }
        own = sum_fold(part + c + d + e);
        sum += __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap16(own) : own;
        if (b.n >= 2)
                sum += (uint64_t)b.p[0] << 8 | b.p[1];
        if (b.n & 1)
                sum += (uint64_t)b.p[b.n - 1] << 8;
        return sum;
}
