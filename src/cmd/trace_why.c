/* SPDX-License-Identifier: BSD-2-Clause */
/* The verdict on a request: on the wire, or why not. A row each, in the order in which they are asked; the first that
 * applies is the reason. */
#include "trace.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

static const struct addr all_hosts = {4, {224, 0, 0, 1}}, all_nodes = {16, {0xff, 2, [15] = 1}};

static bool reports(const struct request *r)
{
        return request_joins(r) || request_leaves(r);
}

static bool in_link_local_block(const struct addr *g) /* 224.0.0.0/24 */
{
        return g->len == 4 && g->b[0] == 224 && !g->b[1] && !g->b[2];
}

/* ---- the call was refused ---- */

static bool no_route(const struct request *r, const struct trace *t)
{
        (void)t;
        return (reports(r) && r->call.error == ENODEV) || r->call.error == ENETUNREACH;
}

static bool full_groups(const struct request *r, const struct trace *t)
{
        (void)t;
        return reports(r) && r->call.error == ENOBUFS && !r->asked.source.len;
}

static bool full_sources(const struct request *r, const struct trace *t)
{
        (void)t;
        return reports(r) && r->call.error == ENOBUFS && r->asked.source.len;
}

static bool joined_twice(const struct request *r, const struct trace *t)
{
        (void)t;
        return request_joins(r) && r->call.error == EADDRINUSE;
}

static bool no_member(const struct request *r, const struct trace *t)
{
        (void)t;
        return reports(r) && r->call.error == EADDRNOTAVAIL;
}

static bool no_group(const struct request *r, const struct trace *t)
{
        (void)t;
        return reports(r) && r->call.error == EINVAL && !addr_is_multicast(&r->asked.group);
}

static bool refused(const struct request *r, const struct trace *t)
{
        (void)t;
        return r->call.error && r->call.error != EINPROGRESS;
}

/* ---- nothing has to be said ---- */

static bool never_reported(const struct request *r, const struct trace *t)
{
        const struct addr *g = request_group(r);

        (void)t;
        return reports(r) && (addr_equal(g, &all_hosts) || addr_equal(g, &all_nodes));
}

static bool still_wanted(const struct request *r, const struct trace *t)
{
        (void)t;
        return request_leaves(r) && r->asked.effect == EFFECT_LEAVE && !r->asked.source.len && r->kernel.users > 0;
}

static bool joined_already(const struct request *r, const struct trace *t)
{
        (void)t;
        return r->asked.effect == EFFECT_JOIN && request_joins(r) && !r->asked.source.len && r->users_before > 0;
}

/* ---- it does not leave ---- */

static bool loopback(const struct request *r, const struct trace *t)
{
        (void)t;
        return r->flags & IFF_LOOPBACK;
}

static bool ttl_zero(const struct request *r, const struct trace *t)
{
        (void)t;
        return request_sends(r) && r->ttl == 0;
}

static bool down(const struct request *r, const struct trace *t)
{
        (void)t;
        return r->kernel.ifindex && !(r->flags & IFF_UP);
}

static bool no_carrier(const struct request *r, const struct trace *t)
{
        (void)t;
        return r->kernel.ifindex && !(r->flags & IFF_RUNNING);
}

static bool link_local_off(const struct request *r, const struct trace *t)
{
        (void)t;
        return reports(r) && r->link_local_reports == 0 && in_link_local_block(request_group(r));
}

static bool not_captured(const struct request *r, const struct trace *t)
{
        (void)r;
        return !t->captured;
}

static bool elsewhere(const struct request *r, const struct trace *t)
{
        return strcmp(t->where, "any") != 0 && *r->kernel.interface && strcmp(t->where, r->kernel.interface) != 0;
}

static bool no_leave_in_v1(const struct request *r, const struct trace *t)
{
        (void)t;
        return request_leaves(r) && r->forced == 1 && request_group(r)->len == 4;
}

static bool older_no_sources(const struct request *r, const struct trace *t)
{
        (void)t;
        return reports(r) && r->asked.source.len && (r->kernel.version == 1 || r->kernel.version == 2);
}

static bool others_report(const struct request *r, const struct trace *t)
{
        (void)t;
        return request_leaves(r) && r->kernel.version == 2;
}

/* A leave of the same group, soon after: the report of a join waits for up to some 10 ms, and then there is nothing to
 * report any more. */
static const struct request *undoing(const struct request *r, const struct trace *t)
{
        for (size_t i = 0; i < t->n; i++) {
                const struct request *l = &t->p[i];
                if (request_leaves(l) && addr_equal(&l->asked.group, &r->asked.group) && !l->call.error
                    && l->call.time_ns > r->call.time_ns && l->call.time_ns - r->call.time_ns < INT64_C(100000000))
                        return l;
        }
        return NULL;
}

static bool undone(const struct request *r, const struct trace *t)
{
        return request_joins(r) && undoing(r, t);
}

static bool otherwise(const struct request *r, const struct trace *t)
{
        (void)r;
        (void)t;
        return true;
}

static const struct reason {
        bool (*applies)(const struct request *r, const struct trace *t);
        enum outcome outcome;
        const char *text; /* {…}: a word of fill() */
} reasons[] = {
        {no_route, OUTCOME_NOT,
         "no route: no interface has one to {group}; name an interface, or `ip route add 224.0.0.0/4 dev IFACE`"},
        {full_groups, OUTCOME_NOT,
         "ENOBUFS: a socket may join {memberships} groups: `sysctl -w net.ipv4.igmp_max_memberships=N`"},
        {full_sources, OUTCOME_NOT,
         "ENOBUFS: a socket may name {sources} sources a group: `sysctl -w net.ipv4.igmp_max_msf=N`"},
        {joined_twice, OUTCOME_NOT, "this socket has joined {group} already"},
        {no_member, OUTCOME_NOT,
         "the kernel has no such membership on this socket, or the address is not this host's"},
        {no_group, OUTCOME_NOT, "{group} is no multicast group"},
        {refused, OUTCOME_NOT, "the kernel refused it: {error}"},
        {never_reported, OUTCOME_SILENT,
         "{group} is joined by everybody, and never reported (RFC 9776 §5)"},
        {joined_already, OUTCOME_SILENT,
         "another socket had joined {group} on {interface} before: nothing new to report"},
        {still_wanted, OUTCOME_SILENT, "other sockets still want {group} on {interface}: no leave"},
        {loopback, OUTCOME_NOT,
         "wrong interface: {interface} is the loopback, no other host hears it"},
        {ttl_zero, OUTCOME_NOT, "TTL 0: it stays on this host (IP_MULTICAST_TTL)"},
        {down, OUTCOME_NOT,
         "link down: {interface} is not up: `ip link set {interface} up`"},
        {no_carrier, OUTCOME_NOT, "link down: {interface} has no carrier"},
        {link_local_off, OUTCOME_SILENT,
         "link-local group: net.ipv4.igmp_link_local_mcast_reports is 0"},
        {not_captured, OUTCOME_NONE, "the wire was not looked at"},
        {elsewhere, OUTCOME_NOT, "wrong interface: it is on {interface}, and not on {where}"},
        {no_leave_in_v1, OUTCOME_SILENT, "forced version: IGMPv1 knows no leave"},
        {older_no_sources, OUTCOME_NOT, "{older}: IGMPv{version} can't name sources"},
        {others_report, OUTCOME_SILENT,
         "IGMPv2: another host was the last to report {group}, so this one says no leave"},
        {undone, OUTCOME_NOT, "left again within {undone} ms, before it was reported"},
        {otherwise, OUTCOME_NOT, "not seen on {interface}"},
};

static const char *older(const struct request *r)
{
        return r->forced > 0 ? "forced version" : "older querier present";
}

static void fill_word(const char *word, size_t n, const struct request *r, const struct trace *t, struct text *out)
{
        char group[ADDR_TEXT];
        const struct request *undo = undoing(r, t);
        const struct {
                const char *word, *text;
                long number;
        } words[] = {
                {"group", addr_format(request_group(r), group), 0},
                {"interface", *r->kernel.interface ? r->kernel.interface : "any interface", 0},
                {"where", t->where, 0},
                {"error", strerror(r->call.error), 0},
                {"older", older(r), 0},
                {"memberships", NULL, r->limit_memberships},
                {"sources", NULL, r->limit_sources},
                {"version", NULL, r->kernel.version},
                {"undone", NULL, undo ? (undo->call.time_ns - r->call.time_ns) / 1000000 + 1 : 0},
        };

        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
                if (strlen(words[i].word) != n || strncmp(words[i].word, word, n) != 0)
                        continue;
                if (words[i].text)
                        text_add(out, words[i].text);
                else
                        text_add_format(out, "%ld", words[i].number);
        }
}

static void fill(const char *pattern, const struct request *r, const struct trace *t, struct text *out)
{
        while (*pattern) {
                size_t n = strcspn(pattern, "{"), word;
                text_add_n(out, pattern, n);
                pattern += n;
                if (!*pattern)
                        return;
                word = strcspn(pattern, "}");
                fill_word(pattern + 1, word - 1, r, t, out);
                pattern += word + (pattern[word] == '}');
        }
}

static void say_wire(const struct request *r, struct text *out)
{
        if (r->implied)
                text_add_format(out, "on the wire as %s, asked for by no setsockopt", r->wire);
        else
                text_add_format(out, "on the wire after %.1f ms as %s", (double)(r->first_ns - r->call.time_ns) / 1e6,
                                r->wire);
        if (reports(r) && (r->wire_version == 1 || r->wire_version == 2) && request_group(r)->len == 4)
                text_add_format(out, "; not IGMPv3: %s%s", older(r),
                                r->asked.source.len ? ", and the source is not told" : "");
        if (request_sends(r) && r->wire_ttl == 1)
                text_add(out, "; no router forwards TTL 1");
        if (request_sends(r) && r->wire_ttl == 0)
                text_add(out, "; Linux keeps TTL 0 back only where the group is joined on this host");
        if (request_sends(r) && r->loop == 0)
                text_add(out, "; loop off: no member on this host gets it");
}

enum outcome request_judge(const struct request *r, const struct trace *t, char *why, size_t size)
{
        struct text out = {0};
        enum outcome outcome = OUTCOME_NONE;

        if ((reports(r) || request_sends(r)) && r->done && r->seen) {
                outcome = OUTCOME_WIRE;
                say_wire(r, &out);
        } else if ((reports(r) || request_sends(r)) && r->done) {
                const struct reason *reason = reasons;
                while (!reason->applies(r, t))
                        reason++;
                outcome = reason->outcome;
                fill(reason->text, r, t, &out);
        }
        snprintf(why, size, "%s", text_string(&out));
        text_free(&out);
        return outcome;
}

/* Worth waiting for: nothing but its not having been seen speaks against it. */
bool request_awaits(const struct request *r)
{
        const struct trace everywhere = {.captured = true, .where = "any"};
        const struct reason *reason = reasons;

        if (!(reports(r) || request_sends(r)) || !r->done || r->seen)
                return false;
        while (!reason->applies(r, &everywhere))
                reason++;
        return reason->applies == otherwise || reason->applies == others_report || reason->applies == older_no_sources;
}
