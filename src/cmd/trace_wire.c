/* SPDX-License-Identifier: BSD-2-Clause */
/* The wire's word: which request a frame that left this host belongs to, by group, kind and time. A leave that nobody
 * asked for is what close(2), or the end of the program, asked for. */
#include "trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIT(type) (1U << (type))

/* Record types that say what was asked; an older message stands for is_ex or to_in (wire.h). */
static unsigned expected(const struct request *r)
{
        switch (r->asked.effect) {
        case EFFECT_JOIN:
                return r->asked.source.len ? BIT(ALLOW) | BIT(TO_IN) | BIT(IS_IN) | BIT(IS_EX) | BIT(TO_EX)
                                           : BIT(TO_EX) | BIT(IS_EX);
        case EFFECT_LEAVE: return BIT(TO_IN) | (r->asked.source.len ? BIT(BLOCK) : 0);
        case EFFECT_BLOCK: return BIT(BLOCK) | BIT(TO_EX);
        case EFFECT_UNBLOCK: return BIT(ALLOW) | BIT(TO_EX);
        case EFFECT_FILTER: return ~0U;
        case EFFECT_SET: break;
        }
        return 0;
}

static bool leaves_host(const struct trace *t, const struct packet *p)
{
        if (p->frame->direction != FRAME_UNKNOWN)
                return p->frame->direction == FRAME_OUT;
        return addr_is_unspecified(&p->src) || local_addresses_own(&t->own, &p->src);
}

static bool same_interface(const struct request *r, const struct trace *t, const struct packet *p)
{
        const char *name = p->frame->interface && strcmp(t->where, "any") != 0 ? t->where : p->frame->interface;

        return !name || !strcmp(name, "any") || !*r->kernel.interface || !strcmp(name, r->kernel.interface);
}

static void seen(struct request *r, const struct trace *t, const struct packet *p)
{
        if (!r->seen++) {
                r->first_ns = p->frame->time_ns;
                r->wire_ttl = p->ttl;
                snprintf(r->wire_interface, sizeof r->wire_interface, "%s",
                         p->frame->interface ? p->frame->interface : t->where);
        }
}

/* One that changed nothing for the interface has nothing to be reported. */
static bool changed(const struct request *r)
{
        if (r->asked.source.len || r->implied)
                return true;
        return r->asked.effect == EFFECT_JOIN ? !r->users_before : r->asked.effect != EFFECT_LEAVE || !r->kernel.users;
}

static bool names_source(const struct request *r, const struct record *rec)
{
        struct addr a;

        for (uint16_t i = 0; i < rec->sources.n; i++) {
                a = source_at(&rec->sources, i);
                if (addr_equal(&a, &r->asked.source))
                        return true;
        }
        return !r->asked.source.len || !rec->sources.n;
}

static bool answers(const struct request *r, const struct trace *t, const struct packet *p, const struct record *rec)
{
        return r->call.type == CALL_OPTION && r->call.time_ns <= p->frame->time_ns && !r->call.error
               && addr_equal(&r->asked.group, &rec->group) && expected(r) & BIT(rec->type) && changed(r)
               && names_source(r, rec) && same_interface(r, t, p);
}

/* The latest request before the frame that it can belong to. */
static struct request *asked_for(struct trace *t, const struct packet *p, const struct record *rec)
{
        for (size_t i = t->n; i-- > 0;)
                if (answers(&t->p[i], t, p, rec))
                        return &t->p[i];
        return NULL;
}

/* A leave whose call is older than the last join of this group was asked for by no call. */
static struct request *implied(struct trace *t, const struct packet *p, const struct record *rec, struct request *leave)
{
        struct request *join = NULL, *more;

        for (size_t i = 0; i < t->n; i++)
                if (request_joins(&t->p[i]) && addr_equal(&t->p[i].asked.group, &rec->group) && !t->p[i].call.error
                    && t->p[i].call.time_ns <= p->frame->time_ns)
                        join = &t->p[i];
        if (!join || (leave && leave->call.time_ns >= join->call.time_ns) || join->asked.effect == EFFECT_FILTER)
                return leave;
        more = realloc(t->p, (t->n + 1) * sizeof *more);
        if (!more)
                return leave;
        join = &more[join - t->p];
        t->p = more;
        more = &t->p[t->n++];
        *more = (struct request){.implied = true, .done = true, .readback = -1, .kernel = join->kernel,
                                 .asked = {.name = "close or exit", .effect = EFFECT_LEAVE, .group = rec->group}};
        more->call = (struct traced_call){.type = CALL_OPTION, .done = true, .time_ns = p->frame->time_ns,
                                          .thread = join->call.thread, .fd = join->call.fd};
        more->kernel.users = 0;
        memcpy(more->asked.text, join->asked.text, sizeof more->asked.text);
        return more;
}

static void say_report(struct request *r, const struct packet *p, const struct record *rec)
{
        const struct message *row = p->gmp.row;

        r->wire_version = row ? row->version : 0;
        snprintf(r->wire, sizeof r->wire, "%s, %sv%d", rec->implied && row ? row->name : record_name(rec->type),
                 p->gmp.family == FAMILY_MLD ? "MLD" : "IGMP", r->wire_version);
}

/* One record may answer several requests, made before it could be sent; a second record repeats it for the last. */
static void take_records(struct trace *t, const struct packet *p)
{
        struct record rec;

        for (size_t at = 0; record_next(p, &at, &rec);) {
                struct request *last = asked_for(t, p, &rec);
                if (rec.type == TO_IN || rec.type == BLOCK)
                        last = implied(t, p, &rec, last);
                if (!last) /* then no other answers either */
                        continue;
                for (size_t i = 0; i < t->n; i++) {
                        struct request *r = &t->p[i];
                        if (r != last && (r->seen || r->implied || !answers(r, t, p, &rec)))
                                continue;
                        seen(r, t, p);
                        if (r->seen == 1)
                                say_report(r, p, &rec);
                }
        }
}

/* The oldest datagram to there that was not seen yet. */
static void take_data(struct trace *t, const struct packet *p)
{
        for (size_t i = 0; i < t->n; i++) {
                struct request *r = &t->p[i];
                bool sends = r->call.type == CALL_SEND || r->call.type == CALL_CONNECT;
                if (!sends || r->seen || r->call.time_ns > p->frame->time_ns || r->call.to.port != p->dst_port
                    || !addr_equal(&r->call.to.addr, &p->dst))
                        continue;
                seen(r, t, p);
                snprintf(r->wire, sizeof r->wire, "UDP, TTL %u", p->ttl);
                return;
        }
}

void trace_take(struct trace *t, const struct packet *p)
{
        if (!leaves_host(t, p))
                return;
        if (p->gmp.family != FAMILY_NONE)
                take_records(t, p);
        else if (p->has_udp && addr_is_multicast(&p->dst))
                take_data(t, p);
}
