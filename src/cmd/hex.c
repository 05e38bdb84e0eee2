/* SPDX-License-Identifier: BSD-2-Clause */
/* Pasted octets, and what they are: an Ethernet frame, an IP packet, or a message alone. */
#include "igmpscope/cmd.h"

#include <ctype.h>
#include <string.h>

enum { LINK_ETHERNET = 1, LINK_RAW = 101, HEADER4 = 20, HEADER6 = 40 };

static int digit(char c)
{
        return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* "0000" and "0x0010:" at the beginning of a dump's line count octets and are none. */
static const char *skip_offset(const char *s)
{
        const char *p = s;
        int n = 0;

        if (p[0] == '0' && (p[1] | 32) == 'x')
                p += 2;
        for (; digit(*p) >= 0; p++)
                n++;
        if (n < 4 || n > 8 || !(*p == ':' || (p[0] == ' ' && p[1] == ' ')))
                return s;
        return p + (*p == ':');
}

bool hex_parse(const char *text, struct text *out)
{
        bool line_start = true;
        int high = -1;

        for (const char *s = text; *s;) {
                if (line_start)
                        s = skip_offset(s);
                line_start = *s == '\n';
                if (high < 0 && s[0] == '0' && (s[1] | 32) == 'x') {
                        s += 2;
                } else if (*s == '\n' || isspace((unsigned char)*s) || strchr(":-,.", *s)) {
                        if (high >= 0 || !*s)
                                return false;
                        s++;
                } else if (digit(*s) < 0) {
                        return false;
                } else if (high < 0) {
                        high = digit(*s++);
                } else {
                        text_add_char(out, (char)(high << 4 | digit(*s++)));
                        high = -1;
                }
        }
        return high < 0 && out->n > 0;
}

static uint16_t get16(struct bytes b, size_t at)
{
        return (uint16_t)(at + 2 <= b.n ? b.p[at] << 8 | b.p[at + 1] : 0);
}

static bool is_ethernet(struct bytes b)
{
        static const uint16_t types[] = {0x0800, 0x86dd, 0x8100, 0x88a8, 0x9100, 0x8847, 0x8863, 0x8864, 0x0806};

        for (size_t i = 0; b.n >= 14 && i < sizeof types / sizeof *types; i++)
                if (get16(b, 12) == types[i])
                        return true;
        return false;
}

static bool is_ip4(struct bytes b)
{
        size_t header = b.n ? (b.p[0] & 15u) * 4 : 0;
        return b.n >= 20 && b.p[0] >> 4 == 4 && header >= 20 && header <= b.n
               && (sum_fold(sum_add(0, (struct bytes){b.p, header})) == 0xffff || get16(b, 2) == b.n);
}

static bool is_ip6(struct bytes b)
{
        return b.n >= 40 && b.p[0] >> 4 == 6;
}

static bool message_known(enum family family, struct bytes b)
{
        const struct message *m;

        for (size_t i = 0; b.n && (m = message_at(i)); i++)
                if (m->family == family && m->type == b.p[0])
                        return true;
        return false;
}

static bool is_mld(struct bytes b)
{
        return b.n >= 8 && b.p[0] >= 130 && message_known(FAMILY_MLD, b);
}

static bool is_igmp(struct bytes b)
{
        return message_known(FAMILY_IGMP, b);
}

/* A message alone gets the header that carries it. For MLD we can't know the addresses that its checksum covers. */
static void wrap4(struct bytes b, struct text *out)
{
        const uint8_t header[HEADER4] = {0x45, 0xc0, (uint8_t)((b.n + HEADER4) >> 8), (uint8_t)(b.n + HEADER4), [8] = 1,
                                         [9] = 2, [16] = 224, [19] = 22};
        text_add_n(out, (const char *)header, sizeof header);
}

static void wrap6(struct bytes b, struct text *out)
{
        const uint8_t header[HEADER6] = {0x60, [4] = (uint8_t)(b.n >> 8), [5] = (uint8_t)b.n, [6] = 58, [7] = 1,
                                         [8] = 0xfe, [9] = 0x80, [24] = 0xff, [25] = 2, [39] = 22};
        text_add_n(out, (const char *)header, sizeof header);
}

static const struct guess {
        const char *name, *said;
        bool (*is)(struct bytes b);
        int link;
        uint32_t skip; /* octets that wrap adds */
        void (*wrap)(struct bytes b, struct text *out);
} guesses[] = {
        {"ethernet", "an Ethernet frame", is_ethernet, LINK_ETHERNET, 0, NULL},
        {"ip", "an IPv4 packet", is_ip4, LINK_RAW, 0, NULL},
        {"ip6", "an IPv6 packet", is_ip6, LINK_RAW, 0, NULL},
        {"mld", "an ICMPv6 message alone: its checksum covers addresses that are not here", is_mld, LINK_RAW,
         HEADER6, wrap6},
        {"igmp", "an IGMP message alone", is_igmp, LINK_RAW, HEADER4, wrap4},
};

int hex_frame(struct bytes octets, const char *as, struct hex *h, struct error *err)
{
        const struct guess *g = NULL;

        for (size_t i = 0; i < sizeof guesses / sizeof *guesses && !g; i++)
                if (as ? !strcmp(as, guesses[i].name) : guesses[i].is(octets))
                        g = &guesses[i];
        if (!g)
                return as ? error_set(err, "--as %s: is one of ethernet, ip, ip6, igmp, mld", as)
                          : error_set(err, "these octets begin neither an Ethernet frame, an IP packet nor an IGMP or "
                                           "MLD message; name what they are with --as");
        if (octets.n + HEADER6 > UINT16_MAX)
                return error_set(err, "%zu octets are more than a packet has", octets.n);
        if (g->wrap)
                g->wrap(octets, &h->room);
        text_add_n(&h->room, (const char *)octets.p, octets.n);
        h->said = g->said;
        h->skip = g->skip;
        h->frame = (struct frame){
                .number = 1, .link = g->link, .caplen = (uint32_t)h->room.n, .len = (uint32_t)h->room.n,
                .data = {(const uint8_t *)text_string(&h->room), h->room.n},
        };
        return 0;
}
