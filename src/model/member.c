/* SPDX-License-Identifier: BSD-2-Clause */
/* A record applied to the host that sent it: its new filter, and the change that this is. */
#include "tracker.h"

#include <string.h>

static uint32_t addrs_of(struct set s, uint8_t len, struct addr *out)
{
        uint32_t n = s.n < LIST_MAX ? s.n : LIST_MAX;

        for (uint32_t i = 0; i < n; i++)
                out[i] = addr_of(s.p + (size_t)i * len, len);
        return n;
}

struct filter filter_of(struct view v, uint8_t len, struct addr *out)
{
        enum filter_mode mode = v.mode == MODE_EXCLUDE ? MODE_EXCLUDE : MODE_INCLUDE;

        return (struct filter){mode, out, addrs_of(v.set, len, out)};
}

static void change_of(struct tracker *t, const struct group *g, const struct view *v, struct change *c)
{
        const struct link *l = link_item(t, g->link);
        uint8_t len = side_len(g->side);

        *c = (struct change){
                .interface = l->interface, .vlan = l->vlan, .n_vlan = l->n_vlan,
                .group = addr_of(g->addr, len), .from = filter_of(*v, len, t->from),
                .to = {MODE_INCLUDE, t->to, 0},
        };
}

static void name_host(struct change *c, const struct addr *host, const uint8_t mac[6])
{
        c->host = *host;
        memcpy(c->mac, mac, sizeof c->mac);
        c->has_mac = mac_known(mac);
}

void change_of_host(struct tracker *t, uint8_t side, uint32_t i, struct change *c)
{
        const struct host *h = host_at(t, side, i);
        struct view v = host_view(t, side, i);
        struct addr a = addr_of(h->addr, side_len(side));

        change_of(t, group_at(t, h->group), &v, c);
        name_host(c, &a, h->mac);
}

/* The sources of the last Q(G,S) if nothing else can have asked this host: neither a general
 * query nor a Q(G) whose window is open and that it has not answered yet. */
static bool asked_only(const struct tracker *t, const struct group *g, uint32_t host, struct set *asked)
{
        const struct side *s = side_at(t, g->link, g->side);
        int64_t refreshed_ns = host == NONE ? INT64_MIN : host_refreshed(host_at(t, g->side, host));
        bool general = s->asked_until_ns >= t->now_ns && refreshed_ns < s->asked_ns;
        bool group = g->query_until_ns >= t->now_ns && refreshed_ns < g->query_ns;

        if (general || group || g->sources_until_ns < t->now_ns || g->asked == NONE)
                return false;
        *asked = (struct set){lists_at(&t->lists, g->asked), g->n_asked};
        return true;
}

/* A general query has been answered by all since the capture began: what was not reported is not
 * there. */
static bool all_told(const struct tracker *t, const struct group *g)
{
        const struct side *s = side_at(t, g->link, g->side);

        return s->unanswered_ns != INT64_MIN
               || (s->asked_ns != INT64_MIN && s->asked_until_ns <= t->now_ns);
}

static bool is_gone(const struct view *v)
{
        return v->mode != MODE_EXCLUDE && !v->set.n;
}

static void refresh(struct tracker *t, uint8_t side, uint32_t i, const struct packet *p)
{
        struct host *h = host_at(t, side, i);
        const struct link *l = link_item(t, group_at(t, h->group)->link);
        uint32_t gmi_ms = l->side[side].now.gmi_ms;

        h->life_ms = gmi_ms & ((UINT32_C(1) << 28) - 1);
        h->version = p->gmp.row->version & 3U;
        h->older = p->gmp.row->version < (side == SIDE_IGMP ? 3 : 2);
        h->presumed = false;
        timer_set(t, item_ref(host_item(side), i), later(t->now_ns, gmi_ms));
}

/* Keeps the new filter, in a new entry if need be. */
static bool store(struct tracker *t, uint32_t group, uint32_t *i, const struct view *v,
                  const struct host_key *k)
{
        uint8_t side = group_at(t, group)->side;
        bool fresh = *i == NONE;

        if (fresh)
                *i = host_add(t, group, side, k);
        if (*i == NONE)
                return false;
        if (host_keep(t, side, *i, *v))
                return true;
        tracker_refuse(t);
        if (fresh)
                host_drop(t, side, *i);
        return false;
}

/* By far the most reports: who listens to any source says so again. */
static bool says_again(const struct host *h, const struct record *r)
{
        return !r->sources.n && (r->type == IS_EX || r->type == TO_EX) && h->mode == MODE_EXCLUDE
               && h->shape == LIST_NONE && !h->partial;
}

bool host_record(struct tracker *t, uint32_t group, struct host_key *k, const struct packet *p,
                 const struct record *r, struct change *c)
{
        const struct group *g = group_at(t, group);
        uint8_t side = g->side, len = side_len(side);
        uint32_t i = host_find(t, group, side, k);
        struct view was = {0}, now;
        bool known = i != NONE, answer, same;
        struct set named, asked;

        if (known && says_again(host_at(t, side, i), r)) {
                refresh(t, side, i, p);
                return false;
        }
        if (known)
                was = host_view(t, side, i);
        if (r->sources.n)
                memcpy(t->b, r->sources.p, (size_t)r->sources.n * len);
        named = set_sorted(t->b, r->sources.n, len);
        answer = r->type == IS_IN && asked_only(t, g, i, &asked);
        now = filter_after(t, was, r->type, named, answer ? &asked : NULL, len);
        now.partial &= known || !all_told(t, g);
        if (!known && is_gone(&now))
                return false;
        same = known && now.mode == was.mode && set_equal(now.set, was.set, len);
        if (!same) {
                change_of(t, g, &was, c);
                c->to = filter_of(now, len, t->to);
        }
        if (is_gone(&now))
                host_drop(t, side, i);
        else if ((!same || now.partial != was.partial) && !store(t, group, &i, &now, k))
                return false;
        else
                refresh(t, side, i, p);
        if (same)
                return false;
        name_host(c, &p->src, p->eth_src);
        c->frame = p->frame->number;
        c->time_ns = p->frame->time_ns;
        c->event = !known ? CHANGE_JOINED : is_gone(&now) ? CHANGE_LEFT : CHANGE_CHANGED;
        c->why = r->implied ? p->gmp.row->name : record_name(r->type);
        return true;
}

/* ---- --fast-leave: RFC 9776 Appendix A.2 point 1 ---- */

static bool has(struct set s, const uint8_t *addr, uint8_t len)
{
        uint32_t low = 0, high = s.n;

        while (low < high) {
                uint32_t mid = low + (high - low) / 2;
                int order = memcmp(s.p + (size_t)mid * len, addr, len);
                if (!order)
                        return true;
                if (order < 0)
                        low = mid + 1;
                else
                        high = mid;
        }
        return false;
}

static bool still_wanted(const struct tracker *t, const struct group *g, const struct source *s,
                         uint32_t *visits)
{
        uint8_t len = side_len(g->side);

        for (uint32_t i = g->hosts; i != NONE; i = host_at(t, g->side, i)->next)
                if (++*visits > FAST_LEAVE_VISITS || has(host_view(t, g->side, i).set, s->addr, len))
                        return true;
        return false;
}

/* With every host known, a group or source that none wants any more ends now. Older hosts may
 * hide others; and where it would take too long to know, the timers decide. */
void fast_leave(struct tracker *t, uint32_t i)
{
        struct group *g = group_at(t, i);
        uint32_t visits = 0, next;

        if (group_compat(t, g) != COMPAT_V3 || g->n_exclude)
                return;
        if (g->mode == MODE_EXCLUDE) {
                timer_stop(t, item_ref(ITEM_GROUP, i));
                group_timer_out(t, i);
        }
        for (uint32_t k = g->sources; k != NONE; k = next) {
                const struct source *s = source_item_at(t, g->side, k);
                next = s->next;
                if (!still_wanted(t, g, s, &visits))
                        source_drop(t, i, k);
        }
        if (g->hosts == NONE)
                group_end(t, i);
}
