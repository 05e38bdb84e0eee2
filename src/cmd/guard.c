/* SPDX-License-Identifier: BSD-2-Clause */
/* Who the echo server answers. A datagram's source may be forged: an answer to a group or to a broadcast address
 * would multiply, one to ourselves, to another echo server or to a service that answers anything (RFC 862 to 868)
 * would go round for ever. */
#include "igmpscope/cmd.h"

#include <stdio.h>
#include <string.h>

#include "echo.h"

static const struct {
        const char *name, *text;
} refusals[] = {
        [ANSWERED] = {"answered", ""},
        [REFUSED_PORT] = {"port", "it came from port 0, where nothing can be sent to"},
        [REFUSED_MULTICAST] = {"multicast", "its source is a multicast address"},
        [REFUSED_BROADCAST] = {"broadcast", "its source is a broadcast address"},
        [REFUSED_OWN] = {"own", "its source is this server itself"},
        [REFUSED_SERVER] = {"server", "it came from the server's own port: two echo servers would answer each other "
                                      "for ever (--answer-servers answers)"},
        [REFUSED_REFLECTOR] = {"reflector", "it came from the port of a service that answers anything (RFC 862…868)"},
        [REFUSED_ALLOW] = {"allow", "its source is outside --allow"},
        [REFUSED_RATE] = {"rate", "its source is over --rate-limit"},
};

const char *refusal_name(enum refusal r)
{
        return refusals[r].name;
}

const char *refusal_text(enum refusal r)
{
        return refusals[r].text;
}

int guard_allow(struct guard *g, const char *cidr, struct error *err)
{
        if (!prefix_parse(cidr, &g->allow[g->n_allow].net, &g->allow[g->n_allow].bits))
                return error_set(err, "--allow %s: needs an address or a network: 10.0.0.0/8, fe80::/10", cidr);
        g->n_allow++;
        return 0;
}

static bool allowed(const struct guard *g, const struct addr *a)
{
        for (int i = 0; i < g->n_allow; i++)
                if (addr_within(a, &g->allow[i].net, g->allow[i].bits))
                        return true;
        return !g->n_allow;
}

static bool own_port(const struct guard *g, uint16_t port)
{
        for (size_t i = 0; i < g->n_ports; i++)
                if (g->ports[i] == port)
                        return true;
        return false;
}

int guard_port(struct guard *g, uint16_t port, struct error *err)
{
        if (own_port(g, port))
                return 0;
        if (g->n_ports == GUARD_PORTS)
                return error_set(err, "more than %d different ports", GUARD_PORTS);
        g->ports[g->n_ports++] = port;
        return 0;
}

static bool reflector(uint16_t port)
{
        static const uint16_t ports[] = {7, 13, 17, 19, 37}; /* echo, daytime, qotd, chargen, time */

        for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
                if (ports[i] == port)
                        return true;
        return false;
}

static size_t slot_of(const struct addr *a)
{
        uint32_t h = 2166136261u; /* FNV-1a */

        for (unsigned i = 0; i < a->len; i++)
                h = (h ^ a->b[i]) * 16777619u;
        return h % GUARD_SLOTS;
}

/* One count a source and second. Sources that share a slot share its count: a forger gains nothing by many. */
static bool over_rate(struct guard *g, const struct addr *a, int64_t now_ns)
{
        const int64_t second = now_ns / 1000000000;
        size_t at = slot_of(a), i = at;

        if (!g->rate)
                return false;
        for (size_t k = 0; k < 4; k++) {
                i = (at + k) % GUARD_SLOTS;
                if (g->slots[i].second != second || addr_equal(&g->slots[i].source, a))
                        break;
        }
        if (g->slots[i].second != second) {
                g->slots[i].source = *a;
                g->slots[i].second = second;
                g->slots[i].n = 0;
        }
        return ++g->slots[i].n > g->rate;
}

void guard_refresh(struct guard *g, int64_t now_ns)
{
        enum { EVERY_S = 5 };

        if (g->locals.p && now_ns - g->locals_ns < EVERY_S * INT64_C(1000000000))
                return;
        local_addresses_read(&g->locals, NULL);
        g->locals_ns = now_ns;
}

enum refusal guard_judge(struct guard *g, const struct endpoint *from, int64_t now_ns)
{
        if (!from->port)
                return REFUSED_PORT;
        if (addr_is_multicast(&from->addr))
                return REFUSED_MULTICAST;
        if (local_addresses_broadcast(&g->locals, &from->addr))
                return REFUSED_BROADCAST;
        if (own_port(g, from->port)) {
                if (local_addresses_own(&g->locals, &from->addr))
                        return REFUSED_OWN;
                if (!g->answer_servers)
                        return REFUSED_SERVER;
        }
        if (reflector(from->port))
                return REFUSED_REFLECTOR;
        if (!allowed(g, &from->addr))
                return REFUSED_ALLOW;
        return over_rate(g, &from->addr, now_ns) ? REFUSED_RATE : ANSWERED;
}

void guard_free(struct guard *g)
{
        local_addresses_free(&g->locals);
}
