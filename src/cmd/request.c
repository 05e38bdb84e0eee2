/* SPDX-License-Identifier: BSD-2-Clause */
/* The echo client's requests: sent, answered by one server or several, or lost. A request is settled --gather after
 * its first answer, or -W after it was sent; until its place is needed it goes on hearing. */
#include "igmpscope/cmd.h"

#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "request.h"

static bool free_place(const struct request *r)
{
        return !r->number;
}

static void release(struct request *r)
{
        if (r->number)
                close(r->fd);
        r->number = 0;
}

/* A place for a request: a free one, or the oldest that is settled. */
static struct request *place(struct client *c)
{
        struct request *old = NULL;

        for (size_t i = 0; i < REQUESTS; i++) {
                struct request *r = &c->requests[i];
                if (free_place(r))
                        return r;
                if (r->settled && (!old || r->number < old->number))
                        old = r;
        }
        if (old)
                release(old);
        return old;
}

bool requests_room(const struct client *c)
{
        for (size_t i = 0; i < REQUESTS; i++)
                if (free_place(&c->requests[i]) || c->requests[i].settled)
                        return true;
        return false;
}

static void say_way(struct client *c, const struct target *t)
{
        char group[ADDR_TEXT], source[ADDR_TEXT], name[IF_NAMESIZE] = "?";
        struct echo_event e = echo_event("interface");
        struct error ignored;
        struct route r;

        if (route_lookup(&t->to.addr, t->ifindex, &r, &ignored) < 0)
                r = (struct route){.ifindex = t->ifindex};
        if (!r.ifindex || !if_indextoname((unsigned)r.ifindex, name))
                return; /* the send will tell */
        e.group = t->to.addr;
        e.interface = name;
        e.source = r.source;
        e.n[N_IFINDEX] = r.ifindex;
        e.why = t->ifindex ? "as asked" : r.why;
        voice_say(&c->voice, SAY_STATE, &e, "%s leaves by %s%s%s: %s%s%s", addr_format(&t->to.addr, group), name,
                  r.source.len ? ", from " : "", addr_format(&r.source, source),
                  t->ifindex ? "as asked" : "the kernel's route to the group, ", t->ifindex ? "" : r.why,
                  t->ifindex ? "" : " (-i changes it)");
}

static int prepare(struct client *c, int fd, const struct target *t, bool first, struct error *err)
{
        const struct echo_settings *s = &c->set->echo;

        if (t->ifindex && socket_set_interface(fd, t->ifindex, err) < 0)
                return -1;
        if (socket_set(fd, SOCKET_PKTINFO, 1, err) < 0 || socket_set(fd, SOCKET_RECVTTL, 1, err) < 0)
                return -1;
        if (first)
                return echo_set_multicast(&c->voice, fd, "", err) < 0 ? -1
                     : echo_set_buffers(&c->voice, fd, SAY_DETAIL, err);
        if (socket_set(fd, SOCKET_TTL, s->ttl, err) < 0)
                return -1;
        if (s->loop >= 0 && socket_set(fd, SOCKET_LOOP, s->loop, err) < 0)
                return -1;
        return socket_buffer(fd, SO_RCVBUF, s->receive_buffer, err) < 0
                       || socket_buffer(fd, SO_SNDBUF, s->send_buffer, err) < 0
                       ? -1 : 0;
}

/* ", request 3", unless there is only one */
static const char *which(const struct client *c, uint64_t number, char buf[40])
{
        buf[0] = 0;
        if (c->set->count != 1 || c->n_targets > 1)
                snprintf(buf, 40, ", request %llu", (unsigned long long)number);
        return buf;
}

static void say_sent(struct client *c, const struct request *r)
{
        char to[ENDPOINT_TEXT], number[40];
        struct echo_event e = echo_event("sent");

        e.address = r->target->to.addr;
        e.n[N_PORT] = r->target->to.port;
        e.n[N_REQUEST] = (int64_t)r->number;
        e.n[N_LENGTH] = (int64_t)c->payload.n;
        e.data = c->payload;
        voice_say(&c->voice, SAY_DATA, &e, "sent: %s, to: %s%s", data_format(&c->voice, c->payload, &c->shown),
                  endpoint_format(&r->target->to, to), which(c, r->number, number));
}

/* What a failed send does not tell: that the interface asked for is down. */
static int blame_interface(const struct target *t, struct error *err)
{
        char to[ENDPOINT_TEXT];
        struct interface i;

        if (t->ifindex && interface_by_index(t->ifindex, &i, NULL) == 0 && !(i.flags & IFF_UP))
                error_set(err, "send to %s on %s: the interface is down (`ip link set %s up`)",
                          endpoint_format(&t->to, to), i.name, i.name);
        return -1;
}

int request_send(struct client *c, uint64_t number, struct error *err)
{
        struct request *r = place(c);
        const struct target *t = &c->targets[(number - 1) % c->n_targets];
        int fd = udp_socket(addr_family(&t->to.addr), err);

        if (fd < 0)
                return -1;
        if (prepare(c, fd, t, number == 1, err) < 0) {
                close(fd);
                return -1;
        }
        if (number <= c->n_targets && (number == 1 || t->ifindex != t[-1].ifindex))
                say_way(c, t);
        *r = (struct request){.fd = fd, .number = number, .target = t, .sent_ns = time_monotonic_ns()};
        if (datagram_send(fd, &t->to, c->payload, err) < 0) {
                release(r);
                return blame_interface(t, err);
        }
        c->sent++;
        say_sent(c, r);
        return 0;
}

static void rtt_add(struct rtt *r, double ms)
{
        r->min = !r->n || ms < r->min ? ms : r->min;
        r->max = !r->n || ms > r->max ? ms : r->max;
        r->sum += ms;
        r->n++;
}

static struct peer *peer_of(struct client *c, const struct endpoint *at)
{
        for (size_t i = 0; i < c->n_peers; i++)
                if (c->peers[i].at.port == at->port && c->peers[i].at.scope == at->scope
                    && addr_equal(&c->peers[i].at.addr, &at->addr))
                        return &c->peers[i];
        if (c->n_peers == PEERS)
                return NULL;
        c->peers[c->n_peers] = (struct peer){.at = *at};
        return &c->peers[c->n_peers++];
}

static void say_answer(struct client *c, const struct request *r, const struct datagram *d, double ms,
                       const char *event, const char *note)
{
        char from[ENDPOINT_TEXT], to[ADDR_TEXT], number[40], more[128] = "", name[IF_NAMESIZE] = "?";
        struct echo_event e = echo_event(event);

        if (d->ifindex && if_indextoname((unsigned)d->ifindex, name))
                e.interface = name;
        if (c->set->echo.common.verbose)
                snprintf(more, sizeof more, ", to: %s on %s, ttl %d", addr_format(&d->to, to), name, d->ttl);
        e.address = d->from.addr;
        e.n[N_PORT] = d->from.port;
        e.n[N_REQUEST] = (int64_t)r->number;
        e.n[N_LENGTH] = (int64_t)d->length;
        e.n[N_TTL] = d->ttl;
        e.rtt_ms = ms;
        e.data = d->data;
        voice_say(&c->voice, SAY_DATA, &e, "%s: %s, from: %s, rtt %.3f ms%s%s%s", event[0] == 'r' ? "recv" : event,
                  data_format(&c->voice, d->data, &c->shown), endpoint_format(&d->from, from), ms,
                  which(c, r->number, number), more, note);
}

/* An echo is the whole payload from whichever server; anything else is shown, and is none. */
static void take_answer(struct client *c, struct request *r, const struct datagram *d, int64_t now_ns)
{
        const double ms = (double)(now_ns - r->sent_ns) / 1e6;
        const bool begins = d->length <= c->payload.n && (!d->length || !memcmp(d->data.p, c->payload.p, d->length));
        struct peer *p;

        if (!begins || d->length != c->payload.n) {
                c->unexpected++;
                say_answer(c, r, d, ms, "unexpected", begins ? ": cut short, not the whole of what was sent"
                                                            : ": not what was sent");
                return;
        }
        p = peer_of(c, &d->from);
        if (p && p->last == r->number) {
                c->duplicates++;
                say_answer(c, r, d, ms, "duplicate", "");
                return;
        }
        if (p) {
                p->last = r->number;
                rtt_add(&p->rtt, ms);
        }
        rtt_add(&c->rtt, ms);
        if (!r->first_ns)
                r->first_ns = now_ns;
        say_answer(c, r, d, ms, "received", r->settled ? ", late" : "");
}

static void say_lost(struct client *c, const struct request *r)
{
        char to[ENDPOINT_TEXT], number[40];
        struct echo_event e = echo_event("lost");

        e.address = r->target->to.addr;
        e.n[N_PORT] = r->target->to.port;
        e.n[N_REQUEST] = (int64_t)r->number;
        voice_say(&c->voice, SAY_DATA, &e, "no echo from %s within %.10g s%s", endpoint_format(&r->target->to, to),
                  (double)c->set->wait_ns / 1e9, which(c, r->number, number));
}

/* When r is to be settled: --gather after the first answer, -W after it was sent. */
static int64_t settles_ns(const struct client *c, const struct request *r)
{
        const int64_t over = c->set->wait_ns ? r->sent_ns + c->set->wait_ns : INT64_MAX;
        const int64_t gathered = r->first_ns ? r->first_ns + c->set->gather_ns : INT64_MAX;

        return gathered < over ? gathered : over;
}

static void settle(struct client *c, struct request *r)
{
        r->settled = true;
        if (r->first_ns) {
                c->answered++;
                return;
        }
        c->lost++;
        c->first_lost = c->first_lost || r->number == 1;
        say_lost(c, r);
}

static int64_t settle_all(struct client *c, int64_t now_ns)
{
        int64_t next = INT64_MAX;

        for (size_t i = 0; i < REQUESTS; i++) {
                struct request *r = &c->requests[i];
                if (free_place(r) || r->settled)
                        continue;
                if (settles_ns(c, r) <= now_ns)
                        settle(c, r);
                else if (settles_ns(c, r) < next)
                        next = settles_ns(c, r);
        }
        return next;
}

static int receive(struct client *c, struct request *r, struct error *err)
{
        do {
                if (batch_receive(&c->batch, r->fd, UINT32_MAX, err) < 0)
                        return -1;
                for (unsigned i = 0; i < c->batch.n; i++)
                        take_answer(c, r, &c->batch.at[i], time_monotonic_ns());
        } while (c->batch.n && !stop_signal);
        return 0;
}

int requests_wait(struct client *c, int64_t until_ns, struct error *err)
{
        struct pollfd fds[REQUESTS];
        int64_t now = time_monotonic_ns(), next = settle_all(c, now);
        size_t n = 0;

        if (voice_flush(&c->voice, err) < 0)
                return -1;
        next = next < until_ns ? next : until_ns;
        for (size_t i = 0; i < REQUESTS; i++)
                fds[n++] = (struct pollfd){free_place(&c->requests[i]) ? -1 : c->requests[i].fd, POLLIN, 0};
        poll_or_stop(fds, n, next == INT64_MAX ? -1 : next > now ? next - now : 0);
        for (size_t i = 0; i < n; i++)
                if (fds[i].revents && receive(c, &c->requests[i], err) < 0)
                        return -1;
        settle_all(c, time_monotonic_ns());
        return voice_flush(&c->voice, err);
}

size_t requests_unsettled(const struct client *c)
{
        size_t n = 0;

        for (size_t i = 0; i < REQUESTS; i++)
                n += !free_place(&c->requests[i]) && !c->requests[i].settled;
        return n;
}

bool requests_unanswered(const struct client *c)
{
        for (size_t i = 0; i < REQUESTS; i++)
                if (!free_place(&c->requests[i]) && !c->requests[i].settled && !c->requests[i].first_ns)
                        return true;
        return false;
}

void requests_close(struct client *c)
{
        for (size_t i = 0; i < REQUESTS; i++) {
                struct request *r = &c->requests[i];
                if (!free_place(r) && !r->settled && r->first_ns)
                        settle(c, r);
                release(r);
        }
}
