/* SPDX-License-Identifier: BSD-2-Clause */
/* Groups as people write them: [SOURCE,]GROUP[+N][%IFACE][:PORT], SOURCE@GROUP as well (VLC's way). An IPv6
 * address that a port follows stands in brackets, as in RFC 3986 §3.2.2. */
#include "igmpscope/base.h"

#include <stdio.h>
#include <string.h>

enum { WORD = 160 };

static int take_count(const char *word, const char *text, struct group_spec *g, struct error *err)
{
        uint64_t n;

        if (!parse_uint(text, UINT64_MAX, &n) || !n)
                return error_set(err, "%s: '+%s' is no number of groups; GROUP+25 means 25 groups from GROUP on", word,
                                 text);
        if (n > GROUP_SPEC_MAX)
                return error_set(err, "%s: %s groups are too many; at most %d", word, text, GROUP_SPEC_MAX);
        g->count = (uint32_t)n;
        return 0;
}

static int take_port(const char *word, const char *text, struct group_spec *g, struct error *err)
{
        uint64_t n;

        if (!parse_uint(text, 65535, &n))
                return error_set(err, "%s: port '%s' is not a number from 0 to 65535", word, text);
        g->port = (uint16_t)n;
        g->has_port = true;
        return 0;
}

static int take_zone(const char *word, const char *text, struct group_spec *g, struct error *err)
{
        if (!*text || strlen(text) >= sizeof g->interface)
                return error_set(err, "%s: after %% stands the name of an interface, as in GROUP%%eth0", word);
        snprintf(g->interface, sizeof g->interface, "%s", text);
        return 0;
}

/* What may follow the address, in any order, each once. */
static const struct {
        char mark;
        int (*take)(const char *word, const char *text, struct group_spec *g, struct error *err);
} parts[] = {{'+', take_count}, {':', take_port}, {'%', take_zone}};

static int take_parts(const char *word, const char *tail, struct group_spec *g, struct error *err)
{
        char text[WORD];
        unsigned seen = 0;

        while (*tail) {
                size_t n = strcspn(tail + 1, "+:%"), i = 0;
                while (i < 3 && parts[i].mark != *tail)
                        i++;
                if (i == 3)
                        return error_set(err, "%s: '%s' after the address is not understood", word, tail);
                if (seen & 1u << i)
                        return error_set(err, "%s: '%c' stands there twice", word, *tail);
                seen |= 1u << i;
                snprintf(text, sizeof text, "%.*s", (int)n, tail + 1);
                if (parts[i].take(word, text, g, err) < 0)
                        return -1;
                tail += 1 + n;
        }
        return 0;
}

static int take_group(const char *word, const char *text, struct group_spec *g, struct error *err)
{
        if (!addr_parse(text, &g->group))
                return error_set(err, "%s: '%s' is neither an IPv4 nor an IPv6 address", word, text);
        if (addr_is_multicast(&g->group))
                return 0;
        if (addr_is_multicast(&g->source))
                return error_set(err, "%s: the source stands first, then the group", word);
        return error_set(err, "%s: %s is not a multicast group; groups are %s", word, text,
                         g->group.len == 4 ? "224.0.0.0 to 239.255.255.255" : "ff00::/8 (they begin with ff)");
}

static int check(const char *word, const struct group_spec *g, struct error *err)
{
        struct addr last = addr_plus(&g->group, g->count - 1);

        if (!addr_is_multicast(&last))
                return error_set(err, "%s: %u groups from there on reach past the last one, %s", word, g->count,
                                 g->group.len == 4 ? "239.255.255.255" : "ffff:…:ffff");
        if (g->source.len && g->source.len != g->group.len)
                return error_set(err, "%s: source and group are of different families", word);
        if (addr_is_multicast(&g->source) || addr_is_unspecified(&g->source))
                return error_set(err, "%s: the source is to be the address of one sender", word);
        return 0;
}

/* The address's octets in text, which is what stands behind the comma: "[A…]…", "A…". A bare IPv6 address is
 * followed by + or %, never by a port. */
static size_t address_length(const char *text)
{
        size_t n = strcspn(text, "+%]");
        const char *colon = memchr(text, ':', n);

        return colon && !memchr(colon + 1, ':', (size_t)(text + n - colon - 1)) ? (size_t)(colon - text) : n;
}

static int take_address(const char *word, char *text, struct group_spec *g, struct error *err)
{
        char *close = *text == '[' ? strchr(text, ']') : NULL, address[WORD];
        size_t n;

        if (*text == '[' && !close)
                return error_set(err, "%s: a ']' is missing", word);
        if (close) {
                memmove(close, close + 1, strlen(close));
                text++;
        }
        n = close ? strcspn(text, "+%") : address_length(text);
        if (close && text + n > close)
                n = (size_t)(close - text);
        snprintf(address, sizeof address, "%.*s", (int)n, text);
        return take_group(word, address, g, err) < 0 ? -1 : take_parts(word, text + n, g, err);
}

int group_spec_parse(const char *word, struct group_spec *g, struct error *err)
{
        char text[WORD], *mark;

        *g = (struct group_spec){.count = 1};
        if (!*word || snprintf(text, sizeof text, "%s", word) >= WORD)
                return error_set(err, "'%.40s' is not a group; write GROUP, GROUP:PORT or SOURCE,GROUP:PORT", word);
        mark = strpbrk(text, ",@");
        if (mark) {
                *mark = 0;
                if (!addr_parse(text, &g->source))
                        return error_set(err, "%s: source '%s' is neither an IPv4 nor an IPv6 address", word, text);
        }
        return take_address(word, mark ? mark + 1 : text, g, err) < 0 ? -1 : check(word, g, err);
}
