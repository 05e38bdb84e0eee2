/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules that need history: where a packet goes, the words of a finding, the intervals of RFC 9776 §8. */
#include "sequence.h"

#include <stdio.h>
#include <string.h>

void say(struct linter *l, enum sequence_rule r, const struct about *a, const char *expected, const char *seen, ...)
{
        const struct rule *rule = &rules_sequence.rows[r];
        struct finding f = {.rule = rule, .frame = a->frame, .time_ns = a->time_ns, .severity = rule->severity};
        va_list ap;

        if (!l->sequence.on[r])
                return;
        if (a->mild)
                f.severity = SEVERITY_NOTICE;
        if (a->host)
                f.host = *a->host;
        snprintf(f.interface, sizeof f.interface, "%s", a->lan->interface);
        va_start(ap, seen);
        vsnprintf(f.seen, sizeof f.seen, seen, ap);
        va_end(ap);
        finding_expected(&f, "%s", expected);
        linter_add(l, &f);
}

/* ---- intervals, RFC 9776 §8 ---- */

int64_t gmi_ns(const struct lan *lan)
{
        return lan->rv * lan->qi_ns + 2 * lan->qri_ns;
}

int64_t oqpi_ns(const struct lan *lan)
{
        return lan->rv * lan->qi_ns + lan->qri_ns / 2;
}

int64_t ohpi_ns(const struct lan *lan)
{
        return lan->rv * lan->qi_ns + lan->qri_ns;
}

/* ---- source lists: sorted, so that whole lists compare ---- */

void list_clear(struct source_list *s)
{
        s->n = 0;
        s->full = false;
}

static unsigned place(const struct source_list *s, const struct addr *a)
{
        unsigned low = 0, high = s->n;

        while (low < high) {
                const unsigned mid = (low + high) / 2;
                if (addr_compare(&s->a[mid], a) < 0)
                        low = mid + 1;
                else
                        high = mid;
        }
        return low;
}

bool list_has(const struct source_list *s, const struct addr *a)
{
        const unsigned i = place(s, a);
        return i < s->n && addr_equal(&s->a[i], a);
}

void list_add(struct source_list *s, const struct addr *a)
{
        const unsigned i = place(s, a);

        if (i < s->n && addr_equal(&s->a[i], a))
                return;
        if (s->n == SOURCES_MAX) {
                s->full = true;
                return;
        }
        memmove(&s->a[i + 1], &s->a[i], (s->n - i) * sizeof *s->a);
        s->a[i] = *a;
        s->n++;
}

void list_drop(struct source_list *s, const struct addr *a)
{
        const unsigned i = place(s, a);

        if (i < s->n && addr_equal(&s->a[i], a))
                memmove(&s->a[i], &s->a[i + 1], (--s->n - i) * sizeof *s->a);
}

/* ---- items ---- */

struct lan *lan_of(struct linter *l, const struct packet *p, enum family family)
{
        struct key k = {.with = (const void *)(uintptr_t)p->frame->interface_id, .kind = ITEM_LAN};
        struct lan *lan;

        k.mac[0] = (uint8_t)family;
        for (uint8_t i = 0; i < p->n_vlan; i++) {
                if (!p->vlan[i]) /* a priority tag names no VLAN */
                        continue;
                k.addr.b[2 * k.addr.len] = (uint8_t)(p->vlan[i] >> 8);
                k.addr.b[2 * k.addr.len++ + 1] = (uint8_t)p->vlan[i];
        }
        lan = book_find(l, &k, true);
        if (lan && !lan->family) {
                lan->family = family;
                for (uint8_t i = 0; i < p->n_vlan; i++)
                        if (p->vlan[i])
                                lan->vlan[lan->n_vlan++] = p->vlan[i];
                snprintf(lan->interface, sizeof lan->interface, "%s", p->frame->interface ? p->frame->interface : "");
        }
        return lan;
}

struct channel *channel_of(struct linter *l, struct lan *lan, const struct addr *group, bool add)
{
        const struct key k = {.of = lan, .addr = *group, .kind = ITEM_CHANNEL};
        struct channel *c = book_find(l, &k, add);

        if (c && !c->lan) {
                c->lan = lan;
                c->group = *group;
        }
        return c;
}

struct listener *listener_of(struct linter *l, struct station *s, struct channel *c, bool add)
{
        const struct key k = {.of = s, .with = c, .kind = ITEM_LISTENER};
        struct listener *li = book_find(l, &k, add);

        if (li && !li->station) {
                li->station = s;
                li->channel = c;
                s->entry.holds++;
                c->entry.holds++;
        }
        return li;
}

/* ---- packets ---- */

void sequence_packet(struct linter *l, const struct subject *q)
{
        const enum disposition d = packet_disposition(q->p)->disposition;
        struct lan *lan;

        if (d == DISPOSITION_NONE || d == DISPOSITION_DROP || !(lan = lan_of(l, q->p, q->family)))
                return;
        listeners_expire(l, lan);
        if (q->class & MSG_QUERIES)
                query_seen(l, lan, q);
        else if (d == DISPOSITION_SNOOPING)
                unspecified_seen(l, lan, q);
        else
                report_seen(l, lan, q);
}

void linter_gap(struct linter *l)
{
        l->sequence.gap_ns = l->sequence.now_ns + 1;
}
