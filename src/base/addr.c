/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses: parsing and printing are libc's (RFC 5952 as glibc and musl do it), classes are ours. */
#include "igmpscope/base.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

struct addr addr_of(const uint8_t *p, uint8_t len)
{
        struct addr a = {.len = len};
        memcpy(a.b, p, len);
        return a;
}

struct addr addr_v4(uint32_t v)
{
        return (struct addr){4, {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v}};
}

bool addr_parse(const char *text, struct addr *a)
{
        *a = (struct addr){0};
        if (inet_pton(AF_INET, text, a->b) == 1)
                a->len = 4;
        else if (inet_pton(AF_INET6, text, a->b) == 1)
                a->len = 16;
        return a->len != 0;
}

const char *addr_format(const struct addr *a, char buf[ADDR_TEXT])
{
        buf[0] = 0;
        if (a->len)
                inet_ntop(a->len == 4 ? AF_INET : AF_INET6, a->b, buf, ADDR_TEXT);
        return buf;
}

const char *mac_format(const uint8_t mac[6], char buf[MAC_TEXT])
{
        snprintf(buf, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
        return buf;
}

int addr_compare(const struct addr *a, const struct addr *b)
{
        return a->len != b->len ? (a->len < b->len ? -1 : 1) : memcmp(a->b, b->b, a->len);
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
        return a->len == b->len && !memcmp(a->b, b->b, sizeof a->b);
}

bool addr_within(const struct addr *a, const struct addr *net, unsigned bits)
{
        const unsigned whole = bits / 8, mask = 0xff00u >> bits % 8 & 0xff;

        if (a->len != net->len || bits > 8u * a->len || memcmp(a->b, net->b, whole) != 0)
                return false;
        return !mask || ((a->b[whole] ^ net->b[whole]) & mask) == 0;
}

bool prefix_parse(const char *text, struct addr *net, unsigned *bits)
{
        const char *slash = strchr(text, '/');
        const size_t length = slash ? (size_t)(slash - text) : strlen(text);
        char address[ADDR_TEXT] = "";
        uint64_t n;

        if (length >= sizeof address)
                return false;
        memcpy(address, text, length);
        if (!addr_parse(address, net))
                return false;
        n = net->len * 8u;
        if (slash && !parse_uint(slash + 1, n, &n))
                return false;
        *bits = (unsigned)n;
        return true;
}

struct addr addr_plus(const struct addr *a, uint32_t n)
{
        struct addr r = *a;
        uint64_t carry = n;

        for (int i = r.len - 1; i >= 0 && carry; i--) {
                carry += r.b[i];
                r.b[i] = (uint8_t)carry;
                carry >>= 8;
        }
        return r;
}

bool addr_is_unspecified(const struct addr *a)
{
        static const uint8_t zero[16];
        return a->len && !memcmp(a->b, zero, a->len);
}

bool addr_is_multicast(const struct addr *a)
{
        return a->len == 4 ? (a->b[0] & 0xf0) == 0xe0 : a->len == 16 && a->b[0] == 0xff;
}

bool addr_is_link_local(const struct addr *a)
{
        if (a->len == 4)
                return a->b[0] == 169 && a->b[1] == 254;
        return a->len == 16 && a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

bool addr_is_ssm(const struct addr *a)
{
        if (a->len == 4)
                return a->b[0] == 232;
        return a->len == 16 && a->b[0] == 0xff && (a->b[1] & 0xf0) == 0x30 && !a->b[2] && !a->b[3];
}

void addr_group_mac(const struct addr *g, uint8_t mac[6])
{
        static const uint8_t v4[] = {0x01, 0x00, 0x5e}, v6[] = {0x33, 0x33};

        if (g->len == 16) {
                memcpy(mac, v6, 2);
                memcpy(mac + 2, g->b + 12, 4);
                return;
        }
        memcpy(mac, v4, 3);
        mac[3] = g->b[1] & 0x7f;
        mac[4] = g->b[2];
        mac[5] = g->b[3];
}
