/* SPDX-License-Identifier: BSD-2-Clause */
/* What a person's filter would lose without a word: found by running it over pairs of frames that
 * say the same, one plain, one with a tag, behind the hop-by-hop header, or the later fragment. The
 * frames carry the addresses and ports that the filter names, so that `host 239.1.1.1 and udp port
 * 9999` takes the plain one. */
#include "igmpscope/net.h"

#include <string.h>

#include "capture.h"

enum { NAMED = 4, PROBE_MAX = 160 };

enum sort { IGMP, MLD_BARE, MLD, UDP4, UDP4_LATER, UDP6, UDP6_LATER };

/* Addresses and ports that the filter may want to see. */
struct wanted {
        struct addr address[NAMED];
        uint16_t port[NAMED];
        size_t n_addresses, n_ports;
};

/* One frame's worth of choices. */
struct choice {
        struct addr src4, dst4, src6, dst6;
        uint16_t port;
};

static void ipv4(struct packer *k, const struct choice *c, uint8_t protocol, uint16_t fragment)
{
        pack_u16(k, 0x45c0);
        pack_u16(k, 36);
        pack_u16(k, 0);
        pack_u16(k, fragment);
        pack_u8(k, 1);
        pack_u8(k, protocol);
        pack_u16(k, 0);
        pack_bytes(k, (struct bytes){c->src4.b, 4});
        pack_bytes(k, (struct bytes){c->dst4.b, 4});
}

static void ipv6(struct packer *k, const struct choice *c, uint8_t next)
{
        pack_u32(k, 0x60000000);
        pack_u16(k, 32);
        pack_u8(k, next);
        pack_u8(k, 1);
        pack_bytes(k, (struct bytes){c->src6.b, 16});
        pack_bytes(k, (struct bytes){c->dst6.b, 16});
}

static void udp(struct packer *k, const struct choice *c)
{
        pack_u16(k, c->port);
        pack_u16(k, c->port);
        pack_u16(k, 16);
        pack_u16(k, 0);
        pack_zeros(k, 8);
}

static void mld(struct packer *k, const struct choice *c)
{
        pack_u32(k, 0x83000000); /* a version 1 report */
        pack_u32(k, 0);
        pack_bytes(k, (struct bytes){c->dst6.b, 16});
}

static void network(struct packer *k, enum sort sort, const struct choice *c)
{
        switch (sort) {
        case IGMP:
                ipv4(k, c, 2, 0x4000);
                pack_u32(k, 0x16000000);
                pack_bytes(k, (struct bytes){c->dst4.b, 4});
                break;
        case MLD_BARE:
                ipv6(k, c, 58);
                mld(k, c);
                break;
        case MLD:
                ipv6(k, c, 0);
                pack_u32(k, 0x3a000502); /* hop-by-hop: Router Alert */
                pack_u32(k, 0x00000100);
                mld(k, c);
                break;
        case UDP4:
                ipv4(k, c, 17, 0x4000);
                udp(k, c);
                break;
        case UDP4_LATER:
                ipv4(k, c, 17, 185);
                pack_zeros(k, 16);
                break;
        case UDP6:
                ipv6(k, c, 17);
                udp(k, c);
                break;
        case UDP6_LATER:
                ipv6(k, c, 44);
                pack_u32(k, 0x110005c8);
                pack_u32(k, 1);
                pack_zeros(k, 16);
                break;
        }
}

static bool is_ipv6(enum sort sort)
{
        return sort == MLD_BARE || sort == MLD || sort == UDP6 || sort == UDP6_LATER;
}

static void ethernet(struct packer *k, const struct addr *group, int tags)
{
        uint8_t mac[6] = {0};

        addr_group_mac(group, mac);
        pack_bytes(k, (struct bytes){mac, 6});
        pack_u32(k, 0x02000000);
        pack_u16(k, 1);
        while (tags--)
                pack_u32(k, 0x8100000a);
}

static bool accepts(struct filter *f, int link, enum sort sort, int tags, const struct choice *c)
{
        uint8_t octets[PROBE_MAX];
        struct packer k = packer_into(octets, sizeof octets);
        uint16_t type = is_ipv6(sort) ? 0x86dd : 0x0800;
        struct frame frame = {.link = link};

        if (link == LINK_ETHERNET)
                ethernet(&k, is_ipv6(sort) ? &c->dst6 : &c->dst4, tags);
        else if (link == LINK_SLL)
                pack_zeros(&k, 14);
        if (link != LINK_RAW)
                pack_u16(&k, type);
        if (link == LINK_SLL2)
                pack_zeros(&k, 18);
        network(&k, sort, c);
        frame.data = (struct bytes){octets, k.n};
        frame.caplen = frame.len = (uint32_t)k.n;
        return filter_accepts(f, &frame, NULL) > 0;
}

/* Words of the filter that read as addresses and ports. */
static void collect(const char *filter, struct wanted *w)
{
        char word[64];
        uint64_t port;

        for (const char *p = filter; *p;) {
                size_t n = strcspn(p, " \t\n()[]/&|!=<>");
                if (n && n < sizeof word) {
                        memcpy(word, p, n);
                        word[n] = 0;
                        if (w->n_addresses < NAMED && addr_parse(word, &w->address[w->n_addresses]))
                                w->n_addresses++;
                        else if (w->n_ports < NAMED && parse_uint(word, UINT16_MAX, &port))
                                w->port[w->n_ports++] = (uint16_t)port;
                }
                p += n ? n : 1;
        }
}

static void choose(struct choice *c, const struct wanted *w, size_t src, size_t dst, size_t port)
{
        const struct addr *s = src < w->n_addresses ? &w->address[src] : NULL;
        const struct addr *d = dst < w->n_addresses ? &w->address[dst] : NULL;

        c->src4 = s && s->len == 4 ? *s : addr_v4(0xc0000201);
        c->dst4 = d && d->len == 4 ? *d : addr_v4(0xef010101);
        addr_parse("fe80::1", &c->src6);
        addr_parse("ff15::1", &c->dst6);
        if (s && s->len == 16)
                c->src6 = *s;
        if (d && d->len == 16)
                c->dst6 = *d;
        c->port = port < w->n_ports ? w->port[port] : 9999;
}

/* Is there a choice for which the plain frame is taken and the other is not? */
static bool loses(struct filter *f, int link, const struct wanted *w, enum sort plain,
                  enum sort other, int tags)
{
        struct choice c;

        for (size_t i = 0; i <= w->n_addresses; i++)
                for (size_t j = 0; j <= w->n_addresses; j++)
                        for (size_t p = 0; p <= w->n_ports; p++) {
                                choose(&c, w, i, j, p);
                                if (accepts(f, link, plain, 0, &c) &&
                                    !accepts(f, link, other, tags, &c))
                                        return true;
                        }
        return false;
}

/* In the order they are named; clause: what the filter wants in addition, where tags is 0. */
static const struct loss {
        enum sort plain, other;
        int tags;
        const char *what, *clause;
} losses[] = {
        {MLD_BARE, MLD, 0, "MLD (it stands behind the hop-by-hop header)",
         "(ip6[6]=0 and ip6[40]=58)"},
        {UDP4, UDP4_LATER, 0, "later fragments of UDP", "(ip[9]=17 and ip[6:2]&0x1fff!=0)"},
        {UDP6, UDP6_LATER, 0, "later fragments of UDP", "ip6[6]=44"},
        {IGMP, IGMP, 1, "IGMP", NULL},
        {MLD, MLD, 1, "MLD", NULL},
        {MLD_BARE, MLD, 1, "MLD", NULL},
        {UDP4, UDP4, 1, "UDP", NULL},
        {UDP6, UDP6, 1, "UDP", NULL},
};

enum { LOSSES = sizeof losses / sizeof *losses, ADVICE_MAX = 200 };

/* The filter with the clauses that it lacks. */
static void with_clauses(const char *filter, const bool *lost, struct text *t)
{
        text_add_format(t, strpbrk(filter, " \t") ? "(%s)" : "%s", filter);
        for (size_t i = 0; i < LOSSES; i++)
                if (lost[i] && losses[i].clause)
                        text_add_format(t, " or %s", losses[i].clause);
}

static void advise(const char *filter, const bool *lost, bool tags, struct text *t)
{
        struct text x = {0}, all = {0};

        with_clauses(filter, lost, &x);
        if (!tags)
                text_add(&all, text_string(&x));
        else if (strpbrk(text_string(&x), " \t"))
                text_add_format(&all, "(%s) or (vlan and ((%s) or (vlan and (%s))))", x.p, x.p,
                                x.p);
        else
                text_add_format(&all, "%s or (vlan and (%s or (vlan and %s)))", x.p, x.p, x.p);
        if (all.n <= ADVICE_MAX)
                text_add_format(t, "; this one does not: '%s'", text_string(&all));
        else
                text_add(t, "; without a filter nothing of this is lost");
        text_free(&all);
        text_free(&x);
}

/* Which of the losses there are; how many of them without a tag and with one. */
static void find_losses(const char *filter, int link, bool *lost, int count[2])
{
        struct wanted w = {0};
        struct filter *f;

        if (filter_open(&f, filter, link, NULL) < 0)
                return;
        collect(filter, &w);
        for (size_t i = 0; i < LOSSES; i++) {
                lost[i] = (!losses[i].tags || link == LINK_ETHERNET) &&
                          loses(f, link, &w, losses[i].plain, losses[i].other, losses[i].tags);
                count[losses[i].tags] += lost[i];
        }
        filter_close(f);
}

/* The losses behind so many tags, each once. */
static void list_losses(const bool *lost, int tags, struct text *t)
{
        const char *said = NULL;

        for (size_t i = 0; i < LOSSES; i++) {
                if (!lost[i] || losses[i].tags != tags || (said && !strcmp(said, losses[i].what)))
                        continue;
                text_add_format(t, "%s%s", said ? ", " : "", losses[i].what);
                said = losses[i].what;
        }
}

bool filter_warning(const char *filter, int link, bool live, struct text *t)
{
        bool lost[LOSSES] = {0};
        int count[2] = {0};

        if (link == LINK_ETHERNET || link == LINK_SLL || link == LINK_SLL2 || link == LINK_RAW)
                find_losses(filter, link, lost, count);
        if (!count[0] && !count[1])
                return false;
        text_add_format(t, "the filter '%s' loses ", filter);
        list_losses(lost, 0, t);
        if (count[0] && count[1])
                text_add(t, ", and ");
        list_losses(lost, 1, t);
        if (count[1])
                text_add(t, " behind a VLAN tag");
        if (count[1] && live)
                text_add(t, " (behind two in incoming frames: Linux hides the outer one)");
        advise(filter, lost, count[1] > 0, t);
        return true;
}
