/* SPDX-License-Identifier: BSD-2-Clause */
/* The doctor's rounds: where a group would leave and be joined (routing decides it, ip(7) IP_ADD_MEMBERSHIP), and
 * whether that interface can carry it. Each examination adds its rows; none stops another. */
#include "doctor.h"

#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check *exam_add(struct exam *e, const char *name, const char *on)
{
        struct check *more = e->failed ? NULL : realloc(e->out->p, (e->out->n + 1) * sizeof *more), *c = &e->spare;

        if (more) {
                e->out->p = more;
                c = &more[e->out->n++];
        } else {
                e->failed = true;
        }
        *c = (struct check){.name = name};
        snprintf(c->on, sizeof c->on, "%s", on ? on : "");
        return c;
}

void check_say(struct check *c, enum check_result result, const char *meaning, ...)
{
        va_list ap;

        c->result = result;
        va_start(ap, meaning);
        vsnprintf(c->meaning, sizeof c->meaning, meaning, ap);
        va_end(ap);
}

void check_value(struct check *c, const char *format, ...)
{
        va_list ap;

        va_start(ap, format);
        vsnprintf(c->value, sizeof c->value, format, ap);
        va_end(ap);
}

void check_command(struct check *c, const char *format, ...)
{
        va_list ap;

        va_start(ap, format);
        vsnprintf(c->command, sizeof c->command, format, ap);
        va_end(ap);
}

/* ---- routes ---- */

static int find(const struct exam *e, int ifindex)
{
        for (size_t i = 0; i < e->n_interfaces; i++)
                if (e->interfaces[i].index == ifindex)
                        return (int)i;
        return -1;
}

/* An interface that could carry multicast, for the commands; the word that stands for one otherwise. */
static const char *candidate(const struct exam *e)
{
        for (size_t i = 0; i < e->n_interfaces; i++)
                if (e->interfaces[i].addr4.len && e->interfaces[i].flags & IFF_MULTICAST)
                        return e->interfaces[i].name;
        return "IFACE";
}

/* How many interfaces a program might have meant. */
static size_t choices(const struct exam *e, uint8_t len)
{
        const unsigned want = IFF_UP | IFF_MULTICAST;
        size_t n = 0;

        for (size_t i = 0; i < e->n_interfaces; i++) {
                const struct interface *f = &e->interfaces[i];
                n += (f->flags & want) == want && (len == 4 ? f->addr4.len : f->addr6.len);
        }
        return n;
}

static void found_route(struct exam *e, struct check *c, const struct addr *group, const struct route *r)
{
        struct interface i;
        char source[ADDR_TEXT];
        size_t others = choices(e, group->len);
        int at = find(e, r->ifindex);

        if (interface_by_index(r->ifindex, &i, NULL) < 0)
                snprintf(i.name, sizeof i.name, "interface %d", r->ifindex);
        if (at >= 0)
                e->carries[at] = true;
        check_value(c, "%s%s%s (%s)", i.name, r->source.len ? " from " : "", addr_format(&r->source, source), r->why);
        check_command(c, "sudo ip %sroute add %s dev %s", group->len == 4 ? "" : "-6 ",
                      group->len == 4 ? "224.0.0.0/4" : "multicast ff00::/8", candidate(e));
        if (i.flags & IFF_LOOPBACK)
                check_say(c, CHECK_LOOK, "who names no interface joins and sends on the loopback: no other host "
                                         "hears it");
        else if (others > 1)
                check_say(c, CHECK_LOOK, "who names no interface joins and sends on %s alone; %zu interfaces here "
                                         "carry multicast, so name the one you mean (-i)", i.name, others);
        else
                check_say(c, CHECK_FINE, "who names no interface joins and sends there");
}

static void exam_routes(struct exam *e)
{
        char group[ADDR_TEXT];
        struct route r;
        struct error err;

        for (size_t i = 0; i < e->n_groups; i++) {
                const struct addr *g = &e->groups[i];
                struct check *c = exam_add(e, "route", addr_format(g, group));
                if (route_lookup(g, 0, &r, &err) == 0) {
                        found_route(e, c, g, &r);
                        continue;
                }
                check_value(c, "none");
                check_say(c, CHECK_BROKEN, "a join that names no interface fails with ENODEV, a datagram with "
                                           "ENETUNREACH");
                check_command(c, g->len == 4 ? "sudo ip route add 224.0.0.0/4 dev %s"
                                             : "sudo ip -6 route add multicast ff00::/8 dev %s table local",
                              candidate(e));
        }
}

/* ---- interfaces ---- */

static const char *flags_text(const struct interface *i, char *buf, size_t n)
{
        char address[ADDR_TEXT];

        snprintf(buf, n, "%s%s%s, %s", i->flags & IFF_UP ? "up" : "down", i->flags & IFF_RUNNING ? "" : ", no carrier",
                 i->flags & IFF_MULTICAST ? ", multicast" : ", no multicast",
                 i->addr4.len ? addr_format(&i->addr4, address) : "no IPv4 address");
        return buf;
}

static void judge_interface(struct check *c, const struct interface *i, bool carries)
{
        const enum check_result bad = carries ? CHECK_BROKEN : CHECK_LOOK;

        if (!(i->flags & IFF_MULTICAST)) {
                check_say(c, bad, "the interface says that it carries no multicast%s",
                          carries ? ", and a group's route leads there" : "");
                check_command(c, "sudo ip link set %s multicast on", i->name);
        } else if (!(i->flags & IFF_UP)) {
                check_say(c, bad, "nothing is sent or received; a join is kept and reported once it is up");
                check_command(c, "sudo ip link set %s up", i->name);
        } else if (!(i->flags & IFF_RUNNING)) {
                check_say(c, bad, "no link: what is sent is lost, reports too");
                check_command(c, "sudo ip link set %s up (and look at the cable, or at the other end)", i->name);
        } else if (!i->addr4.len) {
                check_say(c, bad, "without an address its reports come from 0.0.0.0, and some routers ignore those");
                check_command(c, "sudo ip address add ADDRESS/PREFIX dev %s", i->name);
        } else {
                check_say(c, CHECK_FINE, "can carry multicast");
                check_command(c, "sudo ip link set %s multicast on|off", i->name);
        }
}

/* A bridge's ports and whatever else has no address are no business of a program that joins; unless they are odd. */
static bool of_interest(const struct exam *e, size_t i)
{
        const struct interface *f = &e->interfaces[i];

        return e->carries[i] || f->addr4.len || (f->flags & IFF_UP && !(f->flags & IFF_MULTICAST));
}

void exam_interfaces(struct exam *e)
{
        char value[128];

        exam_routes(e);
        for (size_t i = 0; i < e->n_interfaces; i++) {
                if (!of_interest(e, i))
                        continue;
                struct check *c = exam_add(e, "interface", e->interfaces[i].name);
                check_value(c, "%s", flags_text(&e->interfaces[i], value, sizeof value));
                judge_interface(c, &e->interfaces[i], e->carries[i]);
        }
        if (!e->n_interfaces) {
                struct check *c = exam_add(e, "interface", NULL);
                check_value(c, "none but the loopback");
                check_say(c, CHECK_BROKEN, "there is no network here to send to");
                check_command(c, "ip link");
        }
}

/* ---- all of it ---- */

static void read_interfaces(struct exam *e)
{
        struct if_nameindex *names = if_nameindex();

        for (const struct if_nameindex *at = names; at && at->if_index && e->n_interfaces < EXAM_INTERFACES; at++) {
                struct interface *i = &e->interfaces[e->n_interfaces];
                if (interface_by_index((int)at->if_index, i, NULL) == 0 && !(i->flags & IFF_LOOPBACK))
                        e->n_interfaces++;
        }
        if_freenameindex(names);
}

int checks_read(struct checks *c, const struct addr *groups, size_t n, struct error *err)
{
        static void (*const rounds[])(struct exam *e) = {
                exam_interfaces, exam_settings, exam_bridges, exam_firewall, exam_rights,
        };
        struct exam *e = calloc(1, sizeof *e);
        bool failed = !e;

        *c = (struct checks){0};
        if (e) {
                e->out = c;
                e->groups = groups;
                e->n_groups = n;
                read_interfaces(e);
                for (size_t i = 0; i < sizeof rounds / sizeof *rounds; i++)
                        rounds[i](e);
                failed = e->failed;
        }
        free(e);
        if (!failed)
                return 0;
        checks_free(c);
        return error_set(err, "out of memory");
}

void checks_free(struct checks *c)
{
        free(c->p);
        *c = (struct checks){0};
}
