/* SPDX-License-Identifier: BSD-2-Clause */
/* What a report adds up: data rates in buckets that widen as time goes on, and at the end what still holds. */
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH_MS = 100 }; /* of a bucket, at first */

static void widen(struct rates *a)
{
        for (int g = 0; g <= REPORT_GROUPS; g++)
                for (int i = 0; i < REPORT_BUCKETS; i++) {
                        bool in = i < REPORT_BUCKETS / 2;
                        a->packets[g][i] = in ? a->packets[g][2 * i] + a->packets[g][2 * i + 1] : 0;
                        a->octets[g][i] = in ? a->octets[g][2 * i] + a->octets[g][2 * i + 1] : 0;
                }
        a->width_ns *= 2;
        a->used = (a->used + 1) / 2;
}

void rates_add(struct rates *a, int64_t time_ns, uint8_t group, uint32_t octets)
{
        int64_t i;

        if (!a->width_ns) {
                a->width_ns = WIDTH_MS * INT64_C(1000000);
                a->start_ns = time_ns;
        }
        if (time_ns < a->start_ns) /* files may hold packets out of order */
                time_ns = a->start_ns;
        while ((i = (time_ns - a->start_ns) / a->width_ns) >= REPORT_BUCKETS)
                widen(a);
        a->packets[group][i]++;
        a->octets[group][i] += octets;
        if (i >= a->used)
                a->used = (int)i + 1;
}

struct step *report_step(const struct report *r, uint64_t frame)
{
        for (size_t i = 0; frame && i < r->n_steps; i++)
                if (r->steps[i].frame == frame)
                        return &r->steps[i];
        return NULL;
}

static int span_order(const void *a, const void *b)
{
        const struct report_span *m = a, *n = b;
        int r = addr_compare(&m->group, &n->group);

        r = r ? r : addr_compare(&m->host, &n->host);
        r = r ? r : memcmp(m->host_mac, n->host_mac, sizeof m->host_mac);
        r = r ? r : strcmp(m->interface, n->interface);
        r = r ? r : m->vlan - n->vlan;
        return r ? r : (m->from_ns > n->from_ns) - (m->from_ns < n->from_ns);
}

/* Members that are left say until when they would be. */
static void take_members(struct report *r, struct tracker *t)
{
        struct member m;

        for (size_t at = 0; member_next(t, &at, &m);)
                for (size_t i = 0; i < r->n_spans; i++) {
                        struct report_span *s = &r->spans[i];
                        if (s->to_ns == INT64_MAX && addr_equal(&s->host, &m.host) && addr_equal(&s->group, &m.group)
                            && s->vlan == (m.n_vlan ? m.vlan[0] : 0))
                                s->expires_ns = m.expires_ns;
                }
}

void report_finish(struct report *r, struct tracker *t, int64_t now_ns)
{
        struct step *s;

        r->last_ns = now_ns > r->last_ns ? now_ns : r->last_ns;
        take_members(r, t);
        qsort(r->spans, r->n_spans, sizeof *r->spans, span_order);
        for (size_t at = 0; r->n_queriers < REPORT_HOSTS && querier_next(t, &at, &r->queriers[r->n_queriers]);)
                r->n_queriers++;
        for (size_t i = 0; i < r->n_findings; i++) {
                s = report_step(r, r->findings[i].frame);
                if (s && s->flagged < 1 + r->findings[i].severity)
                        s->flagged = (uint8_t)(1 + r->findings[i].severity);
        }
}

void report_host_name(const struct report *r, uint8_t host, char name[ADDR_TEXT])
{
        const struct report_host *h;

        if (host >= r->n_hosts) {
                snprintf(name, ADDR_TEXT, "%s", host == REPORT_NONE ? "" : "other hosts");
                return;
        }
        h = &r->hosts[host];
        if (h->addr.len && !addr_is_unspecified(&h->addr))
                addr_format(&h->addr, name);
        else
                mac_format(h->mac, name);
}

void report_group_name(const struct report *r, uint8_t group, char name[ADDR_TEXT])
{
        if (group >= r->n_groups)
                snprintf(name, ADDR_TEXT, "other groups");
        else
                addr_format(&r->groups[group], name);
}

void span_host(const struct report_span *m, char name[ADDR_TEXT])
{
        if (addr_is_unspecified(&m->host) || !m->host.len)
                mac_format(m->host_mac, name);
        else
                addr_format(&m->host, name);
}
