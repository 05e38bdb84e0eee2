/* SPDX-License-Identifier: BSD-2-Clause */
/* MLD nodes before and after they have a link-local address: what was reported from :: is reported again, and :: is
 * not used any more (RFC 3590 §4, RFC 9777 §5.2.14). A node is a MAC: :: says nothing else. */
#include "sequence.h"

#include <string.h>

#define REREPORT_NS (10 * SECOND)

static struct node *node_of(struct linter *l, struct lan *lan, const struct packet *p, bool add)
{
        struct key k = {.of = lan, .kind = ITEM_NODE};
        struct node *n;

        if (!p->has_eth)
                return NULL;
        memcpy(k.mac, p->eth_src, sizeof k.mac);
        n = book_find(l, &k, add);
        if (n && !n->lan)
                n->lan = lan;
        return n;
}

static void pending_drop(struct node *n, unsigned i)
{
        struct channel *c = n->pending[i].channel;

        if (c)
                c->entry.holds--;
        n->pending[i] = n->pending[--n->n_pending];
}

static bool leaves(const struct record *r)
{
        return !r->sources.n && (r->type == TO_IN || r->type == IS_IN);
}

static void not_rereported(struct linter *l, struct alarm *alarm)
{
        struct node *n = ALARM_ITEM(alarm, struct node, alarm);
        char group[ADDR_TEXT];

        for (unsigned i = 0; i < n->n_pending; i++) {
                const struct about a = {.lan = n->lan, .host = &n->address, .frame = n->pending[i].frame,
                                        .time_ns = alarm->said_ns};
                if (!lost_since(l, n->lan, n->link_local_ns))
                        say(l, S_REREPORT, &a, "it again from the link-local address within 10 s",
                            "%s reported from :: only", addr_format(&n->pending[i].channel->group, group));
        }
        while (n->n_pending)
                pending_drop(n, n->n_pending - 1);
}

void unspecified_seen(struct linter *l, struct lan *lan, const struct subject *q)
{
        struct node *n = node_of(l, lan, q->p, true);
        const struct about a = about_packet(lan, q);
        char address[ADDR_TEXT];
        struct record r;

        if (!n)
                return;
        if (n->link_local_ns != NEVER)
                say(l, S_UNSPECIFIED_AFTER_LL, &a, "its link-local address", "source ::, after %s was used",
                    addr_format(&n->address, address));
        for (size_t at = 0; record_next(q->p, &at, &r) && n->link_local_ns == NEVER; ) {
                struct channel *c = channel_of(l, lan, &r.group, true);
                unsigned i = 0;
                while (i < n->n_pending && n->pending[i].channel != c)
                        i++;
                if (leaves(&r) && i < n->n_pending)
                        pending_drop(n, i);
                if (leaves(&r) || !c || i < n->n_pending || i == PENDING_MAX)
                        continue;
                c->entry.holds++;
                n->pending[n->n_pending].channel = c;
                n->pending[n->n_pending++].frame = q->p->frame->number;
        }
}

void link_local_seen(struct linter *l, struct lan *lan, const struct subject *q)
{
        struct node *n = node_of(l, lan, q->p, true);
        struct record r;

        if (!n)
                return;
        if (n->link_local_ns == NEVER) {
                n->link_local_ns = l->sequence.now_ns;
                n->address = q->p->src;
                alarm_set(l, &n->alarm, l->sequence.now_ns + REREPORT_NS, slack(REREPORT_NS), not_rereported);
        }
        for (size_t at = 0; n->n_pending && record_next(q->p, &at, &r); )
                for (unsigned i = n->n_pending; i-- > 0; )
                        if (addr_equal(&n->pending[i].channel->group, &r.group))
                                pending_drop(n, i);
}
