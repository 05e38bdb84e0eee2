/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes, cursor, packer, addresses, errors, growing text: what every other folder stands on.
 * Nothing here does I/O, reads a clock or keeps a global. */
#ifndef IGMPSCOPE_BASE_H
#define IGMPSCOPE_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A view; owns nothing and lives as long as what it looks at. */
struct bytes {
        const uint8_t *p;
        size_t n;
};

/* The only way to read input. Past the end every read yields zeros and latches `bad`. */
struct cursor {
        const uint8_t *at, *end;
        bool bad;
};

/* Inline, all of them: a decode is little else. */
static inline struct cursor cursor_over(struct bytes b)
{
        return (struct cursor){.at = b.p, .end = b.n ? b.p + b.n : b.p};
}

static inline size_t cursor_left(const struct cursor *c)
{
        return (size_t)(c->end - c->at);
}

/* n octets to read from, or NULL with bad latched and the cursor at its end. */
static inline const uint8_t *cursor_step(struct cursor *c, size_t n)
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

static inline uint8_t cursor_u8(struct cursor *c)
{
        const uint8_t *p = cursor_step(c, 1);
        return p ? p[0] : 0;
}

/* Network order in, host order out; so the wider ones. */
static inline uint16_t cursor_u16(struct cursor *c)
{
        const uint8_t *p = cursor_step(c, 2);
        unsigned v = p ? (unsigned)p[0] << 8 | p[1] : 0;
        return (uint16_t)v;
}

static inline uint32_t cursor_u32(struct cursor *c)
{
        const uint8_t *p = cursor_step(c, 4);
        return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

static inline uint16_t cursor_le16(struct cursor *c)
{
        uint16_t v = cursor_u16(c);
        return (uint16_t)(v >> 8 | v << 8);
}

static inline uint32_t cursor_le32(struct cursor *c)
{
        return __builtin_bswap32(cursor_u32(c));
}

/* Exactly n octets, or none and bad. */
static inline struct bytes cursor_take(struct cursor *c, size_t n)
{
        const uint8_t *p = cursor_step(c, n);
        return p || !n ? (struct bytes){p, n} : (struct bytes){c->end, 0};
}

/* A look at what is left; moves nothing. */
static inline struct bytes cursor_rest(const struct cursor *c)
{
        return (struct bytes){c->at, cursor_left(c)};
}

/* Writes octets into a caller's array. Past the end nothing is written and `bad` latches; n goes on
 * counting, so that n says what would have been needed. */
struct packer {
        uint8_t *p;
        size_t n, cap;
        bool bad;
};

struct packer packer_into(uint8_t *p, size_t cap);
void pack_u8(struct packer *k, uint8_t v);
void pack_u16(struct packer *k, uint16_t v);
void pack_u32(struct packer *k, uint32_t v);
void pack_bytes(struct packer *k, struct bytes b);
void pack_zeros(struct packer *k, size_t n);
void pack_at_u16(struct packer *k, size_t at, uint16_t v); /* overwrite, as for a checksum */

/* Internet checksum (RFC 1071). sum_add may be called piecewise; every piece but the last has an even
 * length. sum_fold gives 0xffff for data that carries a right checksum. */
uint64_t sum_add(uint64_t sum, struct bytes b);
static inline uint16_t sum_fold(uint64_t sum)
{
        sum = (sum >> 32) + (uint32_t)sum;
        sum = (sum >> 16) + (sum & 0xffff);
        sum = (sum >> 16) + (sum & 0xffff);
        return (uint16_t)((sum >> 16) + (sum & 0xffff));
}

/* One address type: IPv4 (len 4), IPv6 (len 16), none (len 0). Network order; octets past len are zero,
 * so that whole values compare. */
struct addr {
        uint8_t len;
        uint8_t b[16];
};

enum { ADDR_TEXT = 46, MAC_TEXT = 18 };

struct addr addr_of(const uint8_t *p, uint8_t len);
struct addr addr_v4(uint32_t host_order);
bool addr_parse(const char *text, struct addr *a);                /* dotted quad or RFC 4291 §2.2 */
const char *addr_format(const struct addr *a, char buf[ADDR_TEXT]); /* IPv6 as RFC 5952; "" for none */
const char *mac_format(const uint8_t mac[6], char buf[MAC_TEXT]);
int addr_compare(const struct addr *a, const struct addr *b); /* length first, then network order */
bool addr_equal(const struct addr *a, const struct addr *b);
bool addr_within(const struct addr *a, const struct addr *net, unsigned bits); /* same family, same first bits */
/* "10.0.0.0/8", "fe80::/10"; an address alone is a network of one. */
bool prefix_parse(const char *text, struct addr *net, unsigned *bits);
struct addr addr_plus(const struct addr *a, uint32_t n); /* the n-th address from a on, wraps */
bool addr_is_unspecified(const struct addr *a);          /* 0.0.0.0 or ::, false for none */
bool addr_is_multicast(const struct addr *a);            /* 224/4 or ff00::/8 */
bool addr_is_link_local(const struct addr *a);           /* 169.254/16 or fe80::/10 */
bool addr_is_ssm(const struct addr *a);                  /* 232/8 or ff3x::/32 (RFC 4607 §1) */
void addr_group_mac(const struct addr *group, uint8_t mac[6]); /* RFC 1112 §6.4, RFC 2464 §7 */

/* Error text, owned by the caller. One sentence: what, on which thing, why, and what to do next. */
struct error {
        char text[768];
};

/* Both return -1, so that `return error_set(err, …);` ends a failing function. err may be NULL. */
int error_set(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
int error_system(struct error *err, int errnum, const char *hint, const char *format, ...)
        __attribute__((format(printf, 4, 5))); /* "FORMAT: strerror(errnum) (HINT)" */

/* Text that grows. On lack of memory `failed` latches and what was there stays. Free with text_free. */
struct text {
        char *p;
        size_t n, cap;
        bool failed;
};

bool text_reserve(struct text *t, size_t more);
void text_add(struct text *t, const char *s);
void text_add_n(struct text *t, const char *s, size_t n);
void text_add_char(struct text *t, char c);
void text_add_uint(struct text *t, uint64_t v);
void text_add_format(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_list(struct text *t, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
void text_add_time(struct text *t, int64_t ns); /* seconds with nine decimals */
void text_add_escaped(struct text *t, struct bytes b); /* printable ASCII as is, the rest as \xNN */
void text_clear(struct text *t);                       /* empties, keeps the room */
const char *text_string(struct text *t);               /* always NUL-terminated */
void text_free(struct text *t);

/* Numbers and times that people type. All take the whole word or return false. */
bool parse_uint(const char *text, uint64_t max, uint64_t *v);
bool parse_seconds(const char *text, int64_t *ns); /* "1.5", "300ms", "2s", "4m" */

/* Groups as people write them: [SOURCE,]GROUP[+N][%IFACE][:PORT], SOURCE@GROUP too; an IPv6 address with a port
 * stands in brackets. +N: N groups from GROUP on; it may stand behind the port as well. */
struct group_spec {
        struct addr source; /* len 0: any */
        struct addr group;
        uint16_t port; /* 0 unless has_port */
        bool has_port; /* tells ":0" from no port */
        uint32_t count; /* 1 and more */
        char interface[32]; /* "" unless given */
};
enum { GROUP_SPEC_MAX = 65536 };
int group_spec_parse(const char *text, struct group_spec *g, struct error *err);

#endif
