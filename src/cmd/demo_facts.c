/* SPDX-License-Identifier: BSD-2-Clause */
/* What the demonstration sees: packets through the same decoder, tracker and linter as watch, the kernels' own
 * tables, and what server and client report. Nothing here knows what should come out. */
#include "demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void saw(struct sighting *s, const struct frame *f)
{
        if (!s->n++)
                s->first_ns = f->time_ns;
        s->last_ns = f->time_ns;
        if (s->n_frames < DEMO_FRAMES)
                s->frames[s->n_frames++] = f->number;
}

/* ---- the wire ---- */

static void again(const struct sighting *s, char *remark, size_t cap)
{
        if (s->n == 2)
                snprintf(remark, cap, "again, %.0f ms later", (double)(s->last_ns - s->first_ns) / 1e6);
}

static void saw_answer(struct demo *d, const struct packet *p, char *remark, size_t cap)
{
        struct demo_facts *f = &d->facts;
        int64_t after_ns = p->frame->time_ns - f->general.last_ns;

        saw(&f->is_ex, p->frame);
        f->answered_specific += f->specific.n > 0;
        if (!f->general.n)
                return;
        snprintf(remark, cap, "it waited %.0f ms", (double)after_ns / 1e6);
        if (after_ns > f->answered_ns)
                f->answered_ns = after_ns;
}

static void saw_record(struct demo *d, const struct packet *p, const struct record *r, char *remark, size_t cap)
{
        struct demo_facts *f = &d->facts;

        if (r->type == TO_EX) {
                saw(&f->to_ex, p->frame);
                again(&f->to_ex, remark, cap);
        } else if (r->type == TO_IN && !r->sources.n) {
                saw(&f->to_in, p->frame);
                again(&f->to_in, remark, cap);
        } else if (r->type == IS_EX) {
                saw_answer(d, p, remark, cap);
        }
}

static void saw_message(struct demo *d, const struct packet *p, char *remark, size_t cap)
{
        struct demo_facts *f = &d->facts;
        struct record r;

        saw(&f->messages, p->frame);
        if (p->ttl == 1 && p->n_router_alert == 1 && p->gmp.checksum == CHECKSUM_GOOD)
                saw(&f->proper, p->frame);
        if (p->gmp.row && p->gmp.row->kind == MESSAGE_QUERY)
                saw(addr_is_unspecified(&p->gmp.group) ? &f->general : &f->specific, p->frame);
        for (size_t at = 0; record_next(p, &at, &r);)
                saw_record(d, p, &r, remark, cap);
}

static void saw_datagram(struct demo *d, const struct packet *p)
{
        struct demo_facts *f = &d->facts;

        if (p->echo == ECHO_REPLY) {
                saw(&f->echoes, p->frame);
                if (p->echo_ns > f->slowest_echo_ns)
                        f->slowest_echo_ns = p->echo_ns;
        }
        if (!addr_is_multicast(&p->dst))
                return;
        f->ttl_low = !f->requests.n || p->ttl < f->ttl_low ? p->ttl : f->ttl_low;
        f->ttl_high = p->ttl > f->ttl_high ? p->ttl : f->ttl_high;
        saw(&f->requests, p->frame);
}

static void track(struct demo *d, const struct packet *p)
{
        struct presence *wire = &d->facts.wire;
        struct finding finding;
        struct record rec;
        struct change c;

        linter_packet(d->linter, p);
        while (linter_next(d->linter, &finding)) {
                if (!d->facts.findings.n)
                        snprintf(d->facts.finding, sizeof d->facts.finding, "%s: %s", finding.rule->id, finding.seen);
                saw(&d->facts.findings, p->frame);
        }
        tracker_packet(d->tracker, p);
        for (size_t at = 0; record_next(p, &at, &rec);) {
                while (tracker_apply(d->tracker, p, &rec, &c)) {
                        if (c.event == CHANGE_JOINED)
                                *wire = (struct presence){c.time_ns, 0};
                        if (c.event == CHANGE_LEFT || c.event == CHANGE_EXPIRED)
                                wire->to_ns = c.time_ns;
                        demo_change(d, &c);
                }
        }
}

static int take_frame(struct demo *d, const struct lab_event *e, struct error *err)
{
        struct packet *p = &d->packet;
        char remark[64] = "";

        if (e->capture == d->quiet) { /* told apart from the other port: not part of its conversation */
                packet_decode(&e->frame, p);
                d->facts.quiet_requests += p->has_udp;
                d->facts.quiet_queries += p->gmp.row && p->gmp.row->kind == MESSAGE_QUERY;
                return 0;
        }
        decoder_decode(d->decoder, &e->frame, p);
        if (p->gmp.family == FAMILY_IGMP)
                saw_message(d, p, remark, sizeof remark);
        if (p->has_udp)
                saw_datagram(d, p);
        demo_packet(d, p, remark);
        track(d, p);
        return d->save && savefile_write(d->save, &e->frame, NULL, err) < 0 ? -1 : 0;
}

/* ---- what server and client say, in the JSON that they write ---- */

static bool says(const char *line, const char *event)
{
        char want[64];
        snprintf(want, sizeof want, "\"event\":\"%s\"", event);
        return strstr(line, want) != NULL;
}

/* The value of a field, as text; a number if there is one. */
static const char *field(const char *line, const char *name)
{
        char want[64];
        const char *at;

        snprintf(want, sizeof want, "\"%s\":", name);
        at = strstr(line, want);
        return at ? at + strlen(want) : NULL;
}

static int number(const char *line, const char *name)
{
        const char *v = field(line, name);
        return v ? (int)strtol(v, NULL, 10) : -1;
}

static int64_t time_field(const char *line)
{
        const char *v = field(line, "time");
        long long s = 0, ns = 0;

        return v && sscanf(v, "\"%lld.%9lld", &s, &ns) == 2 ? s * INT64_C(1000000000) + ns : 0;
}

static void copy_text(char *out, size_t cap, const char *v)
{
        size_t n = v && *v == '"' ? strcspn(v + 1, "\"") : 0;
        snprintf(out, cap, "%.*s", (int)n, n ? v + 1 : "");
}

static void take_value(struct demo *d, const struct lab_event *e)
{
        struct demo_facts *f = &d->facts;
        bool server = e->process == d->server;

        if (server && says(e->line, "joined")) {
                copy_text(f->interface, sizeof f->interface, field(e->line, "interface"));
                f->joined_ns = time_field(e->line);
        }
        if (server && says(e->line, "left")) {
                f->left++;
                f->left_ns = time_field(e->line);
        }
        if (server && says(e->line, "statistics")) {
                f->received = number(e->line, "received");
                f->sent = number(e->line, "echoed");
        }
        if (!server && says(e->line, "options") && number(e->line, "ttl") >= 0)
                f->client_ttl = number(e->line, "ttl");
        if (!server && says(e->line, "statistics"))
                f->answers = number(e->line, "answered");
        if (!strcmp(d->out.writer.format->name, "json")) /* theirs are of the same make */
                text_add_format(&d->out.text, "%s\n", e->line);
}

int demo_take(struct demo *d, const struct lab_event *e, struct error *err)
{
        switch (e->type) {
        case LAB_FRAME: return take_frame(d, e, err);
        case LAB_LINE:
                if (e->error)
                        demo_say(d, e->time_ns, lab_process_name(e->process), e->line);
                else
                        take_value(d, e);
                return 0;
        case LAB_EXIT:
                d->facts.client_ended = d->facts.client_ended || e->process == d->client;
                return 0;
        }
        return 0;
}

/* ---- the kernels ---- */

/* Whether that is news. */
static bool present(struct presence *p, bool now_there, int64_t now_ns)
{
        struct presence before = *p;

        if (now_there && !p->from_ns)
                p->from_ns = now_ns;
        if (now_there)
                p->to_ns = 0;
        else if (p->from_ns && !p->to_ns)
                p->to_ns = now_ns;
        return before.from_ns != p->from_ns || before.to_ns != p->to_ns;
}

/* The look at the table comes up to some milliseconds late; the server knows when its call came back. */
static void sharpen(struct demo_facts *f)
{
        if (f->joined_ns && f->kernel.from_ns > f->joined_ns)
                f->kernel.from_ns = f->joined_ns;
        if (f->left_ns && f->kernel.to_ns > f->left_ns)
                f->kernel.to_ns = f->left_ns;
}

static int observe_host(struct demo *d, const struct addr *group, int64_t now_ns, struct error *err)
{
        struct kernel_member m[32];
        int n = lab_memberships(d->lab, "a", AF_INET, m, 32, err);
        bool there = false;

        for (int i = 0; i < n && i < 32; i++) {
                if (!addr_equal(&m[i].group, group))
                        continue;
                there = true;
                d->facts.users = m[i].users;
                d->facts.version = m[i].version;
                snprintf(d->facts.interface, sizeof d->facts.interface, "%s", m[i].interface);
        }
        if (present(&d->facts.kernel, there, now_ns))
                demo_note(d, "kernel of a", there ? "/proc/net/igmp: %s on %s, %u user" : "/proc/net/igmp: no %s on %s",
                          demo_group, d->facts.interface, d->facts.users);
        sharpen(&d->facts);
        return n < 0 ? -1 : 0;
}

static int observe_switch(struct demo *d, const struct addr *group, int64_t now_ns, struct error *err)
{
        struct switch_entry e[32];
        int n = lab_switch_table(d->lab, "sw", e, 32, err);
        char ports[64] = "";

        for (int i = 0; i < n && i < 32; i++)
                if (addr_equal(&e[i].group, group) && !e[i].source.len)
                        snprintf(ports + strlen(ports), sizeof ports - strlen(ports), *ports ? " %s" : "%s", e[i].port);
        if (*ports)
                memcpy(d->facts.port, ports, sizeof ports);
        if (present(&d->facts.table, *ports, now_ns))
                demo_note(d, "switch", *ports ? "its table: %s behind %s" : "its table: no %s any more", demo_group,
                          ports);
        return n < 0 ? -1 : 0;
}

void demo_note(struct demo *d, const char *who, const char *format, ...)
{
        struct demo_note *note = &d->notes[d->n_notes];
        va_list ap;

        if (d->n_notes == sizeof d->notes / sizeof *d->notes)
                return;
        note->time_ns = time_now_ns();
        note->who = who;
        va_start(ap, format);
        vsnprintf(note->text, sizeof note->text, format, ap);
        va_end(ap);
        d->n_notes++;
}

void demo_notes(struct demo *d, int64_t until_ns)
{
        int n = 0;

        while (n < d->n_notes && d->notes[n].time_ns <= until_ns) {
                demo_say(d, d->notes[n].time_ns, d->notes[n].who, d->notes[n].text);
                n++;
        }
        d->n_notes -= n;
        memmove(d->notes, d->notes + n, (size_t)d->n_notes * sizeof *d->notes);
}

int demo_observe(struct demo *d, struct error *err)
{
        int64_t now_ns = time_now_ns();
        struct addr group;

        addr_parse(demo_group, &group);
        if (!d->facts.robustness && !lab_enter(d->lab, "a", err)) {
                d->facts.robustness = system_limit("/proc/sys/net/ipv4/igmp_qrv");
                lab_leave(d->lab);
        }
        return observe_host(d, &group, now_ns, err) || observe_switch(d, &group, now_ns, err) ? -1 : 0;
}
