/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets in, sightings out, in the order of watch: what ran out, what time made wrong, the message itself, what is
 * wrong with it, what the tracker makes of it. Each is a phase, pulled until it has no more. */
#include "igmpscope/expect.h"

#include <stdlib.h>

#include "expectation.h"

enum { REQUESTS = ECHO_REQUESTS_MAX, REQUESTS_NEAR = 64 }; /* near: searched for an answer with another payload */

int flow_open(struct flow *f, const struct tracker_options *o, bool findings, struct error *err)
{
        struct linter_options lint = {.severity = SEVERITY_NOTICE};

        *f = (struct flow){.now_ns = INT64_MIN};
        f->tracker = tracker_new(o);
        f->requests = calloc(REQUESTS, sizeof *f->requests);
        if (!f->tracker || !f->requests)
                return error_set(err, "out of memory");
        return findings ? linter_new(&f->linter, &lint, f->tracker, err) : 0;
}

void flow_close(struct flow *f)
{
        if (f->linter)
                linter_free(f->linter);
        if (f->tracker)
                tracker_free(f->tracker);
        free(f->requests);
        *f = (struct flow){0};
}

static void of_packet(const struct packet *p, enum sight what, struct sighting *s)
{
        *s = (struct sighting){
                .what = what, .frame = p->frame->number, .time_ns = p->frame->time_ns, .ttl = p->ttl,
                .interface = p->frame->interface, .vlan = p->vlan, .n_vlan = p->n_vlan,
        };
}

static bool of_change(struct flow *f, struct sighting *s)
{
        const struct change *c = &f->change;

        *s = (struct sighting){
                .what = SIGHT_CHANGE, .frame = c->frame, .time_ns = c->time_ns, .interface = c->interface,
                .vlan = c->vlan, .n_vlan = c->n_vlan, .by = c->host, .group = c->group, .change = c,
                .version = f->packet && f->packet->gmp.row ? f->packet->gmp.row->version : 0,
        };
        return true;
}

static bool next_expired(struct flow *f, struct sighting *s)
{
        if (!tracker_expire(f->tracker, f->now_ns, &f->change))
                return false;
        of_change(f, s);
        s->version = 0;
        return true;
}

static bool of_finding(struct flow *f, struct sighting *s)
{
        if (!linter_next(f->linter, &f->finding))
                return false;
        *s = (struct sighting){
                .what = SIGHT_FINDING, .frame = f->finding.frame, .time_ns = f->finding.time_ns, .finding = &f->finding,
        };
        return true;
}

static bool next_late_finding(struct flow *f, struct sighting *s)
{
        if (!f->linter)
                return false;
        if (!f->begun)
                linter_time(f->linter, f->now_ns);
        f->begun = true;
        return of_finding(f, s);
}

static bool next_finding(struct flow *f, struct sighting *s)
{
        if (!f->linter)
                return false;
        if (!f->begun)
                linter_packet(f->linter, f->packet);
        f->begun = true;
        return of_finding(f, s);
}

static bool of_message(struct flow *f, struct sighting *s)
{
        const struct packet *p = f->packet;
        enum message_name kind = p->gmp.row->kind;
        bool query = kind == MESSAGE_QUERY;

        if (kind == MESSAGE_OTHER || (query ? f->begun : !record_next(p, &f->at, &f->record)))
                return false;
        of_packet(p, query ? SIGHT_QUERY : SIGHT_REPORT, s);
        s->by = p->src;
        s->version = p->gmp.row->version;
        s->broken = p->gmp.checksum == CHECKSUM_BAD;
        s->leave = kind == MESSAGE_LEAVE;
        s->group = query ? p->gmp.group : f->record.group;
        if (query && addr_is_unspecified(&s->group))
                s->group = (struct addr){0};
        s->sources = query ? &p->gmp.sources : &f->record.sources;
        s->record = query ? 0 : f->record.type;
        return true;
}

static void of_request(struct sighting *s, const struct request *r)
{
        s->by = s->from;
        s->from = r->from;
        s->group = r->group;
        s->port = r->port;
}

static const struct request *request_back(const struct flow *f, uint32_t i) /* the i-th last one */
{
        return i < f->n_requests ? &f->requests[(f->n_requests - 1 - i) % REQUESTS] : NULL;
}

/* A unicast datagram: the answer to a request, with the same payload or another. */
static bool of_answer(const struct flow *f, struct sighting *s)
{
        const struct packet *p = f->packet;
        bool echo = p->echo == ECHO_REPLY;
        const struct request *r;

        of_packet(p, echo ? SIGHT_ECHO : SIGHT_ANSWER, s);
        s->from = p->src;
        s->since_ns = p->echo_ns;
        for (uint32_t i = 0; i < (echo ? REQUESTS : REQUESTS_NEAR) && (r = request_back(f, i)); i++) {
                if (echo ? r->frame != p->echo_of : r->from_port != p->dst_port || !addr_equal(&r->from, &p->dst))
                        continue;
                of_request(s, r);
                return true;
        }
        return false;
}

static bool of_datagram(struct flow *f, struct sighting *s)
{
        const struct packet *p = f->packet;

        if (!addr_is_multicast(&p->dst))
                return of_answer(f, s);
        of_packet(p, SIGHT_DATA, s);
        s->from = p->src;
        s->group = p->dst;
        s->port = p->dst_port;
        s->length = p->udp_length > 8 ? p->udp_length - 8u : 0;
        f->requests[f->n_requests++ % REQUESTS] = (struct request){
                .frame = s->frame, .from = p->src, .group = p->dst, .from_port = p->src_port, .port = p->dst_port,
        };
        return true;
}

static bool next_message(struct flow *f, struct sighting *s)
{
        bool found = false;

        if (f->packet->gmp.row)
                found = of_message(f, s);
        else if (f->packet->has_udp && !f->begun)
                found = of_datagram(f, s);
        f->begun = true;
        return found;
}

static bool next_change(struct flow *f, struct sighting *s)
{
        if (!f->begun)
                tracker_packet(f->tracker, f->packet);
        f->begun = true;
        for (;;) {
                if (f->has_record && tracker_apply(f->tracker, f->packet, &f->record, &f->change))
                        return of_change(f, s);
                f->has_record = record_next(f->packet, &f->at, &f->record);
                if (!f->has_record)
                        return false;
        }
}

static bool (*const phases[])(struct flow *f, struct sighting *s) = {
        next_expired, next_late_finding, /* these two need no packet */
        next_message, next_finding, next_change,
};

static void start(struct flow *f, int64_t now_ns, unsigned n)
{
        if (now_ns > f->now_ns)
                f->now_ns = now_ns;
        f->phase = 0;
        f->n_phases = n;
        f->at = 0;
        f->begun = f->has_record = false;
}

void flow_packet(struct flow *f, const struct packet *p)
{
        f->packet = p;
        start(f, p->frame->time_ns, sizeof phases / sizeof *phases);
}

void flow_time(struct flow *f, int64_t now_ns)
{
        f->packet = NULL;
        start(f, now_ns, 2);
}

bool flow_next(struct flow *f, struct sighting *s)
{
        for (; f->phase < f->n_phases; f->phase++) {
                if (phases[f->phase](f, s))
                        return true;
                f->at = 0;
                f->begun = f->has_record = false;
        }
        return false;
}
