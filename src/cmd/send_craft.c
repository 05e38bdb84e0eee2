/* SPDX-License-Identifier: BSD-2-Clause */
/* The loop over what a spec stands for: its packets, each with every TTL of the sweep, again until -c or -W end it. */
#include "igmpscope/cmd.h"

#include <stdlib.h>
#include <string.h>

#include "send.h"

enum { ROOM = 65536 + 64, SECOND = 1000000000 };

struct crafting {
        struct aim aim;
        struct spec_walk walk;
        struct sink sink;
        struct forge *forge;
        int64_t step_ns;
        size_t mtu;
        uint8_t octets[ROOM];
};

static size_t mtu_of(const struct send *s)
{
        int mtu = s->mtu ? s->mtu : s->interface.index ? s->interface.mtu : 1500;

        return mtu > 65535 ? 65535 : (size_t)mtu;
}

int64_t send_step(const struct send *s)
{
        return s->rate ? (int64_t)(SECOND / s->rate) : s->interval_ns;
}

/* From packet to packet: as asked, else a second where they go on by -c or -W, else none. */
static int64_t step_of(const struct send *s)
{
        int64_t step = send_step(s);

        return step >= 0 ? step : s->common.count || s->common.deadline_ns ? SECOND : 0;
}

/* The first group that is none, or NULL. */
static const struct addr *odd_group(const struct spec *s)
{
        for (uint32_t i = 0; i < s->n_records; i++)
                if (!addr_is_multicast(&s->records[i].group.first))
                        return &s->records[i].group.first;
        if (!s->row || !s->group.n || addr_is_unspecified(&s->group.first) || addr_is_multicast(&s->group.first))
                return NULL;
        return &s->group.first;
}

/* What a person should know of the packet before it goes out. */
static int look(const struct crafting *c, struct error *err)
{
        const struct aim *a = &c->aim;
        const struct send *s = a->send;
        const struct addr *odd = odd_group(&a->spec);
        char buf[ADDR_TEXT];

        if (odd)
                note(&s->common, "%s is no multicast group; sent as asked", addr_format(odd, buf));
        if (s->interface.index && !a->craft.src.len)
                note(&s->common, "%s has no IPv%d address: sent from %s; --src gives another", s->interface.name,
                     aim_ip6(a) ? 6 : 4, aim_ip6(a) ? "::" : "0.0.0.0");
        if (a->dst.len && !addr_is_multicast(&a->dst) && s->layer == SEND_LINK && !a->craft.eth_dst_set)
                return error_set(err, "--dst %s is no group and so has no MAC of its own: give it with --dst-mac, or "
                                 "send with --layer raw", addr_format(&a->dst, buf));
        if (s->layer == SEND_RAW && a->craft.bad_ip_checksum && !s->save.file && !s->dry_run)
                return error_set(err, "--bad ip-checksum can't leave by --layer raw: the kernel fills in the right one "
                                 "(raw(7)); --layer link sends it as it is");
        if (!a->spec.row && a->payload.n + (aim_ip6(a) ? 48 : 28) > c->mtu)
                return error_set(err, "%zu bytes of data do not fit a packet of %zu octets (the MTU; --mtu sets it)",
                                 a->payload.n, c->mtu);
        return 0;
}

static int put(struct crafting *c, int ttl, struct error *err)
{
        struct packer k = packer_into(c->octets, ROOM);
        struct aim *a = &c->aim;

        a->craft.ttl = ttl;
        if (a->dst.len)
                a->craft.dst = a->dst;
        if (forge_build(c->forge, &a->craft, &k, err) < 0)
                return -1;
        return sink_put(&c->sink, (struct bytes){k.p, k.n}, a->craft.eth ? LINK_ETHERNET : LINK_RAW,
                        (int64_t)c->sink.n * c->step_ns, a->faults.n ? text_string(&a->faults) : NULL, err);
}

static bool over(const struct crafting *c)
{
        return sink_over(&c->sink, (int64_t)c->sink.n * c->step_ns);
}

/* Each packet once. */
static int pass(struct crafting *c, struct error *err)
{
        if (spec_start(&c->walk, &c->aim.spec, c->mtu, err) < 0)
                return -1;
        while (!over(c) && spec_next(&c->walk, &c->aim.craft))
                for (int ttl = c->aim.ttl; ttl <= c->aim.ttl_last && !over(c); ttl++)
                        if (put(c, ttl, err) < 0)
                                return -1;
        return 0;
}

static int loop(struct crafting *c, struct error *err)
{
        const struct settings *s = &c->aim.send->common;
        int r;

        do
                r = pass(c, err);
        while (r == 0 && (s->count || s->deadline_ns) && !over(c));
        if (c->walk.omitted)
                note(s, "%llu sources of an EXCLUDE list do not fit the MTU of %zu and are left out (RFC 9776 §4.2.17)",
                     (unsigned long long)c->walk.omitted, c->mtu);
        return r;
}

static int prepare(struct crafting *c, struct error *err)
{
        const struct send *s = c->aim.send;

        if (spec_parse(&c->aim.spec, s->ip4 ? 4 : s->ip6 ? 6 : 0, s->common.words, s->common.n_words, err) < 0)
                return -1;
        if (!c->aim.spec.row && (aim_ip6(&c->aim) ? s->ip4 : s->ip6))
                return error_set(err, "udp: the group is of IPv%d, and -%d asks for the other", s->ip4 ? 6 : 4,
                                 s->ip4 ? 4 : 6);
        c->mtu = mtu_of(s);
        c->step_ns = step_of(s);
        if (!s->interface.index && s->common.deadline_ns && !c->step_ns && !s->common.count)
                return error_set(err, "without an interface time does not pass: give -I or --rate with -W, or -c");
        if (aim_fields(&c->aim, err) < 0 || look(c, err) < 0)
                return -1;
        return forge_open(&c->forge, err);
}

int send_crafted(const struct send *s, struct error *err)
{
        struct crafting *c = calloc(1, sizeof *c);
        struct error other;
        int r, closed;

        if (!c)
                return error_set(err, "out of memory");
        c->aim.send = s;
        r = prepare(c, err);
        if (r == 0)
                r = sink_open(&c->sink, s, err);
        if (r == 0)
                r = loop(c, err);
        closed = sink_close(&c->sink, r < 0 ? &other : err);
        forge_close(c->forge);
        spec_free(&c->aim.spec);
        free((void *)(uintptr_t)c->aim.payload.p);
        text_free(&c->aim.faults);
        free(c);
        return r < 0 ? -1 : closed;
}
