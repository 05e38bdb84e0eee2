/* SPDX-License-Identifier: BSD-2-Clause */
/* The echo server's sockets and memberships. A socket holds a limited number of memberships (JOIN-10:
 * net.ipv4.igmp_max_memberships), so that many groups take several sockets on one port; each then hears its own
 * groups only (IP_MULTICAST_ALL 0), or every group would be heard by each of them. */
#include "igmpscope/cmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "listen.h"

static int prepare(struct listeners *l, const struct listener *k, bool first, struct error *err)
{
        static const enum socket_setting told[] = {SOCKET_PKTINFO, SOCKET_RECVTTL, SOCKET_RXQ_OVFL};
        const struct timeval patience = {.tv_sec = 1};
        const struct endpoint everywhere = {.port = first ? k->asked_port : k->port};

        if (socket_set(k->fd, SOCKET_REUSE, 1, err) < 0 || socket_set(k->fd, SOCKET_ALL, l->all, err) < 0)
                return -1;
        for (size_t i = 0; i < sizeof told / sizeof *told; i++)
                if (socket_set(k->fd, told[i], 1, err) < 0)
                        return -1;
        setsockopt(k->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        return k->silent ? 0 : socket_bind(k->fd, &everywhere, err);
}

static void say_bound(struct echo_voice *v, const struct listener *k)
{
        struct endpoint at = {.addr = {.len = k->family == AF_INET ? 4 : 16}, .port = k->port};
        struct echo_event e = echo_event("bound");
        char text[ENDPOINT_TEXT];

        e.address = at.addr;
        e.n[N_PORT] = k->port;
        e.n[N_ASKED_PORT] = k->asked_port;
        voice_say(v, SAY_STATE, &e, "bound to %s, all interfaces%s", endpoint_format(&at, text),
                  k->asked_port ? "" : ": port 0 was asked for, the kernel chose one that is free");
}

static void say_all(struct echo_voice *v, const struct listener *k)
{
        struct echo_event e = echo_event("options");
        const bool all = socket_get(k->fd, SOCKET_ALL) > 0;
        const char *name = socket_setting_name(SOCKET_ALL, k->family);

        e.n[N_ALL] = all;
        if (all)
                voice_say(v, SAY_STATE, &e, "hears every group that any program of this host has joined (%s 1)", name);
        else
                voice_say(v, SAY_STATE, &e,
                          "hears only the groups it joins itself, and unicast (%s 0; --all on: every group)", name);
}

/* What a port's first socket is like; the others are as it. */
static int tell(struct listeners *l, const struct listener *k, struct error *err)
{
        say_bound(l->voice, k);
        if (echo_set_buffers(l->voice, k->fd, SAY_STATE, err) < 0)
                return -1;
        if (echo_set_multicast(l->voice, k->fd, "; for what it sends to groups: answers are unicast", err) < 0)
                return -1;
        say_all(l->voice, k);
        return 0;
}

static struct listener *find(struct listeners *l, int family, uint16_t port)
{
        for (size_t i = l->n; i--;)
                if (l->at[i].family == family && l->at[i].asked_port == port)
                        return &l->at[i];
        return NULL;
}

/* A further socket for that port: the first is bound and told of, the others join it. */
static struct listener *add(struct listeners *l, int family, uint16_t port, struct error *err)
{
        const struct echo_settings *s = l->voice->set;
        struct listener *at = realloc(l->at, (l->n + 1) * sizeof *at), *k, *before;

        if (!at) {
                error_set(err, "out of memory for sockets");
                return NULL;
        }
        l->at = at;
        before = find(l, family, port);
        k = &l->at[l->n];
        *k = (struct listener){.family = family, .asked_port = port, .port = before ? before->port : port};
        k->silent = before && l->all;
        k->fd = udp_socket(family, err);
        if (k->fd < 0)
                return NULL;
        l->n++;
        if (prepare(l, k, !before, err) < 0)
                return NULL;
        if (!before) {
                k->port = (uint16_t)socket_port(k->fd);
                return tell(l, k, err) < 0 ? NULL : k;
        }
        if (socket_buffer(k->fd, SO_RCVBUF, s->receive_buffer, err) < 0
            || socket_buffer(k->fd, SO_SNDBUF, s->send_buffer, err) < 0)
                return NULL;
        return k;
}

static int keep(struct listeners *l, const struct joined *j, struct error *err)
{
        if (l->n_joined % 64 == 0) {
                struct joined *p = realloc(l->joined, (l->n_joined + 64) * sizeof *p);
                if (!p)
                        return error_set(err, "out of memory for memberships");
                l->joined = p;
        }
        l->joined[l->n_joined++] = *j;
        return 0;
}

static int join(struct listeners *l, size_t spec, const struct membership *want, struct error *err)
{
        const struct group_spec *g = &l->specs[spec];
        const int family = addr_family(&g->group);
        struct joined j = {.spec = spec, .m = *want, .chosen = !want->ifindex};
        int hint;
        struct listener *k = find(l, family, g->port);

        if (!k && !(k = add(l, family, g->port, err)))
                return -1;
        if (membership_join(k->fd, want, err) < 0) {
                if ((errno != ENOBUFS && errno != ENOMEM) || !k->members)
                        return -1;
                if (!(k = add(l, family, g->port, err)) || membership_join(k->fd, want, err) < 0)
                        return -1;
        }
        k->members++;
        j.listener = (size_t)(k - l->at);
        hint = want->ifindex ? want->ifindex : l->n_joined ? l->joined[l->n_joined - 1].m.ifindex : 0;
        j.m.ifindex = membership_interface(k->fd, &want->group, hint);
        if (!if_indextoname((unsigned)j.m.ifindex, j.name))
                memcpy(j.name, "?", 2);
        return keep(l, &j, err);
}

static int join_spec(struct listeners *l, size_t spec, struct error *err)
{
        const struct group_spec *g = &l->specs[spec];
        int indexes[ECHO_INTERFACES];
        size_t n;

        if (echo_interfaces(l->voice->set, g, indexes, &n, err) < 0)
                return -1;
        for (size_t i = 0; i < n; i++)
                for (uint32_t k = 0; k < g->count && !stop_signal; k++) {
                        const struct membership m = {g->source, addr_plus(&g->group, k), indexes[i]};
                        if (join(l, spec, &m, err) < 0)
                                return -1;
                }
        return 0;
}

/* How many memberships from i on are one line: of one spec, on one interface. */
static size_t run_length(const struct listeners *l, size_t i)
{
        const struct joined *a = &l->joined[i];
        size_t n = 1;

        while (i + n < l->n_joined && a[n].spec == a->spec && a[n].m.ifindex == a->m.ifindex)
                n++;
        return n;
}

/* "(10.0.0.1, 232.1.1.1)", "239.1.1.1", "239.1.1.1 to 239.1.1.25 (25 groups)" */
static void describe_run(struct text *t, const struct joined *a, size_t n)
{
        char source[ADDR_TEXT], first[ADDR_TEXT], last[ADDR_TEXT];

        addr_format(&a->m.group, first);
        if (a->m.source.len)
                text_add_format(t, "%s,", addr_format(&a->m.source, source));
        text_add(t, first);
        if (n > 1)
                text_add_format(t, " to %s (%zu groups)", addr_format(&a[n - 1].m.group, last), n);
}

static struct echo_event run_event(const char *event, const struct joined *a, size_t n)
{
        struct echo_event e = echo_event(event);

        e.group = a->m.group;
        e.source = a->m.source;
        e.interface = a->name;
        e.n[N_IFINDEX] = a->m.ifindex;
        if (n > 1)
                e.n[N_GROUPS] = (int64_t)n;
        return e;
}

/* Why that interface, and whether the kernel's own list has it. */
static void explain(struct text *t, const struct joined *a, size_t n, const struct interface *i)
{
        const size_t known = memberships_known(&a->m.group, n, a->m.ifindex);
        const char *file = a->m.group.len == 4 ? "/proc/net/igmp" : "/proc/net/igmp6";
        struct error ignored;
        struct route r;

        if (!a->chosen)
                text_add(t, "as asked");
        else if (route_lookup(&a->m.group, 0, &r, &ignored) == 0 && r.ifindex == a->m.ifindex && r.why[0])
                text_add_format(t, "the kernel chose it, by its route to the group: %s dev %s", r.why, i->name);
        else
                text_add(t, "the kernel chose it");
        if (known == n)
                text_add_format(t, "; %s confirms", file);
        else
                text_add_format(t, "; but %s has %zu of %zu", file, known, n);
        if (!(i->flags & IFF_UP))
                text_add_format(t, "; %s is down: it asks nobody until it is up", i->name);
        else if (i->flags & IFF_LOOPBACK)
                text_add_format(t, "; %s is heard by this host alone", i->name);
        else if (!(i->flags & IFF_RUNNING))
                text_add_format(t, "; %s has no link at present", i->name);
}

static void say_joined(struct listeners *l, size_t at, size_t n)
{
        const struct joined *a = &l->joined[at];
        struct text run = {0}, why = {0};
        struct interface i;
        struct echo_event e;

        interface_by_index(a->m.ifindex, &i, NULL);
        describe_run(&run, a, n);
        explain(&why, a, n, &i);
        e = run_event("joined", a, n);
        e.why = text_string(&why);
        voice_say(l->voice, SAY_STATE, &e, "joined %s on %s (index %d): %s", text_string(&run), a->name, a->m.ifindex,
                  e.why);
        text_free(&run);
        text_free(&why);
}

/* Would two specs join the same thing twice on one socket? SSM-9: a source beside "any" would narrow it. */
static bool overlap(const struct group_spec *a, const struct group_spec *b)
{
        const struct addr a_last = addr_plus(&a->group, a->count - 1), b_last = addr_plus(&b->group, b->count - 1);

        if (a->port != b->port || strcmp(a->interface, b->interface))
                return false;
        if (a->source.len && b->source.len && !addr_equal(&a->source, &b->source))
                return false;
        return addr_compare(&a->group, &b_last) <= 0 && addr_compare(&b->group, &a_last) <= 0;
}

static int check(const struct listeners *l, struct error *err)
{
        char text[ADDR_TEXT];

        for (size_t i = 0; i < l->n_specs; i++)
                for (size_t k = 0; k < i; k++) {
                        const struct group_spec *a = &l->specs[i], *b = &l->specs[k];
                        if (!overlap(a, b))
                                continue;
                        if (a->source.len != b->source.len)
                                return error_set(err, "%s: asked for from any source and from one; choose",
                                                 addr_format(&a->group, text));
                        return error_set(err, "%s: asked for twice; name each group once",
                                         addr_format(&a->group, text));
                }
        return 0;
}

int listeners_open(struct listeners *l, const struct echo_settings *s, struct error *err)
{
        if (echo_specs(s, &l->specs, &l->n_specs, err) < 0 || check(l, err) < 0)
                return -1;
        for (size_t i = 0; i < l->n_specs; i++)
                if (join_spec(l, i, err) < 0)
                        return -1;
        for (size_t i = 0; i < l->n_joined; i += run_length(l, i))
                say_joined(l, i, run_length(l, i));
        return 0;
}

static void leave_run(struct listeners *l, const struct joined *a, size_t n)
{
        struct echo_event e = run_event("left", a, n);
        const bool gone = if_nametoindex(a->name) != (unsigned)a->m.ifindex;
        struct error err = {{0}};
        struct text run = {0};
        size_t failed = 0;

        for (size_t k = n; k--;) /* the kernel finds the newest first */
                failed += membership_leave(l->at[a[k].listener].fd, &a[k].m, &err) < 0;
        describe_run(&run, a, n);
        e.why = failed ? err.text : gone ? "the interface is gone" : NULL;
        if (failed)
                voice_say(l->voice, SAY_STATE, &e, "%s; closing the socket leaves it", err.text);
        else
                voice_say(l->voice, SAY_STATE, &e, "left %s on %s%s", text_string(&run), a->name,
                          gone ? ", which is gone" : "");
        text_free(&run);
}

void listeners_leave(struct listeners *l)
{
        for (size_t i = 0, n; i < l->n_joined; i += n) {
                n = run_length(l, i);
                leave_run(l, &l->joined[i], n);
        }
        l->n_joined = 0;
}

void listeners_close(struct listeners *l)
{
        for (size_t i = 0; i < l->n; i++)
                close(l->at[i].fd);
        free(l->at);
        free(l->joined);
        free(l->specs);
        l->at = NULL;
        l->n = 0;
}
