/* SPDX-License-Identifier: BSD-2-Clause */
/* Verbs that look at the state at a moment: who is a member, who is the querier. */
#include "igmpscope/expect.h"

#include <string.h>

#include "expectation.h"

static bool fits_place(const struct selector *w, const char *interface, const uint16_t *vlan, uint8_t n_vlan)
{
        if (w->given & PART(ON) && !(interface && !strcmp(w->on, interface)))
                return false;
        return !(w->given & PART(VLAN)) || selector_vlan(w, vlan, n_vlan);
}

/* A member's host counts where the line's group, source, version and place fit. */
static bool fits_member(const struct selector *w, const struct member *m, size_t *index)
{
        if (!selector_group(w, &m->group, index) || !fits_place(w, m->interface, m->vlan, m->n_vlan))
                return false;
        if (w->given & PART(SOURCE) && !filter_names(&m->filter, &w->group.source))
                return false;
        return !(w->given & PART(VERSION)) || range_holds(&w->version, m->version);
}

/* Counts into the tallies: `hosts` those of the list, `count` all others. */
static void count_members(struct expectation *e, struct tracker *t)
{
        const struct selector *w = &e->want;
        struct member m;
        size_t at = 0, index;

        while (member_next(t, &at, &m)) {
                int place;
                if (!fits_member(w, &m, &index))
                        continue;
                place = selector_listed(w, &m.host);
                if (place >= 0)
                        e->tallies[index].hosts |= UINT64_C(1) << place;
                else if (!(w->given & PART(BY)) || addr_equal(&w->by, &m.host))
                        e->tallies[index].count++;
        }
}

static bool right(const struct expectation *e, const struct tally *t)
{
        uint64_t all = e->want.n_list == 64 ? UINT64_MAX : (UINT64_C(1) << e->want.n_list) - 1;

        if (e->want.given & PART(HOSTS))
                return !t->count && t->hosts == all;
        return !t->count == e->negative;
}

static void who(struct expectation *e, struct tracker *t, size_t wanted)
{
        char buf[ADDR_TEXT];
        struct member m;
        size_t at = 0, index, n = 0;
        struct addr group = addr_plus(&e->want.group.group, (uint32_t)wanted);

        if (e->n_tallies > 1)
                phrase_add(&e->state, "%s: ", addr_format(&group, buf));
        while (member_next(t, &at, &m)) {
                if (!fits_member(&e->want, &m, &index) || index != wanted)
                        continue;
                if (n++ < 8)
                        phrase_add(&e->state, "%s%s", n > 1 ? " " : "hosts ", addr_format(&m.host, buf));
        }
        if (n > 8)
                phrase_add(&e->state, " and %zu more", n - 8);
        phrase_add(&e->state, n ? "" : "nobody");
}

bool state_members(struct expectation *e, struct tracker *t)
{
        size_t i = 0;

        count_members(e, t);
        while (i < e->n_tallies && right(e, &e->tallies[i]))
                i++;
        who(e, t, i < e->n_tallies ? i : 0);
        return i == e->n_tallies;
}

bool state_querier(struct expectation *e, struct tracker *t)
{
        const struct selector *w = &e->want;
        char buf[ADDR_TEXT];
        struct querier q;
        bool found = false;

        for (size_t at = 0; querier_next(t, &at, &q);) {
                if (!q.elected || !fits_place(w, q.interface, q.vlan, q.n_vlan))
                        continue;
                phrase_add(&e->state, "%squerier %s (version %d)", e->state.n ? ", " : "", addr_format(&q.address, buf),
                          q.version);
                found = found || ((!(w->given & PART(BY)) || addr_equal(&w->by, &q.address))
                                  && (!(w->given & PART(VERSION)) || range_holds(&w->version, q.version)));
        }
        phrase_add(&e->state, e->state.n ? "" : "no querier");
        return found != e->negative;
}
