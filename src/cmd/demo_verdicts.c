/* SPDX-License-Identifier: BSD-2-Clause */
/* The demonstration's verdicts: for each claim what was asked, what the kernel says, what the wire says, and whether
 * they agree. A row judges the facts that were measured; none of them knows its answer beforehand. */
#include "demo.h"

#include <stdio.h>
#include <string.h>

enum { CELL = 160 };

struct judged {
        char asked[CELL], kernel[CELL], wire[CELL];
        bool holds;
        const struct sighting *evidence;
};

static double ms(int64_t ns)
{
        return (double)ns / 1e6;
}

#define SAY(cell, ...) snprintf(j->cell, sizeof j->cell, __VA_ARGS__)

static void judge_join(const struct demo_facts *f, struct judged *j)
{
        SAY(asked, "join %s, on any interface", demo_group);
        SAY(kernel, f->users ? "%s, %u user (/proc/net/igmp)" : "not a member", f->interface, f->users);
        SAY(wire, f->to_ex.n ? "report to_ex {}, frame %llu" : "no report", (unsigned long long)f->to_ex.frames[0]);
        j->holds = f->users == 1 && f->to_ex.n && f->wire.from_ns;
        j->evidence = &f->to_ex;
}

static void judge_repeat(const struct demo_facts *f, struct judged *j)
{
        int64_t gap = f->to_ex.last_ns - f->to_ex.first_ns;

        SAY(asked, "robustness: a report again within 1 s");
        SAY(kernel, "igmp_qrv %ld", f->robustness);
        SAY(wire, "%u reports, %.0f ms apart", f->to_ex.n, ms(gap));
        j->holds = f->to_ex.n == f->robustness && gap <= (1000 + DEMO_SLACK_MS) * INT64_C(1000000);
        j->evidence = &f->to_ex;
}

static void judge_query(const struct demo_facts *f, struct judged *j)
{
        SAY(asked, "IGMPv3 queries, answers within %d ms", DEMO_RESPONSE_MS);
        SAY(kernel, "%s in mode V%u", f->interface, f->version);
        if (f->answered_ns >= 0)
                SAY(wire, "%u queries, %u answers, the slowest after %.0f ms", f->general.n, f->is_ex.n,
                    ms(f->answered_ns));
        else
                SAY(wire, "%u queries, no answer", f->general.n);
        j->holds = f->general.n && f->is_ex.n >= (f->general.n < 2 ? f->general.n : 2) && f->version == 3 &&
                   f->answered_ns <= (DEMO_RESPONSE_MS + DEMO_SLACK_MS) * INT64_C(1000000);
        j->evidence = &f->is_ex;
}

static void judge_ttl(const struct demo_facts *f, struct judged *j)
{
        SAY(asked, "client -t 1");
        SAY(kernel, "IP_MULTICAST_TTL %d", f->client_ttl);
        if (f->ttl_low == f->ttl_high)
                SAY(wire, "%u datagrams, all with TTL %d", f->requests.n, f->ttl_low);
        else
                SAY(wire, "%u datagrams, TTL %d to %d", f->requests.n, f->ttl_low, f->ttl_high);
        j->holds = f->requests.n && f->client_ttl == 1 && f->ttl_low == 1 && f->ttl_high == 1;
        j->evidence = &f->requests;
}

static void judge_echo(const struct demo_facts *f, struct judged *j)
{
        SAY(asked, "%d datagrams, each echoed", DEMO_REQUESTS);
        SAY(kernel, "a received %d, sent %d; b received %d", f->received, f->sent, f->answers);
        if (f->echoes.n)
                SAY(wire, "%u requests to the group, %u echoes to b, within %.1f ms", f->requests.n, f->echoes.n,
                    ms(f->slowest_echo_ns));
        else
                SAY(wire, "%u requests to the group, no echo", f->requests.n);
        j->holds = f->received == DEMO_REQUESTS && f->sent == DEMO_REQUESTS && f->answers == DEMO_REQUESTS &&
                   f->requests.n == DEMO_REQUESTS && f->echoes.n == DEMO_REQUESTS;
        j->evidence = &f->echoes;
}

/* That nothing was seen counts only because the same capture saw the queries. */
static void judge_snooping(const struct demo_facts *f, struct judged *j)
{
        SAY(asked, "the switch: to members only");
        SAY(kernel, *f->port ? "its table: %s" : "its table never had the group%s", f->port);
        SAY(wire, "at c: %u of %u datagrams (but %u queries)", f->quiet_requests, f->requests.n, f->quiet_queries);
        j->holds = !strcmp(f->port, "to-a") && f->requests.n && !f->quiet_requests && f->quiet_queries;
        j->evidence = &f->requests;
}

static void judge_leave(const struct demo_facts *f, struct judged *j)
{
        int64_t gap = f->to_in.last_ns - f->to_in.first_ns;

        SAY(asked, "leave, on SIGINT");
        SAY(kernel, f->kernel.to_ns ? "no longer in /proc/net/igmp" : "still a member");
        SAY(wire, "%u reports to_in {}, %.0f ms apart", f->to_in.n, ms(gap));
        j->holds = f->left == 1 && f->kernel.from_ns && f->kernel.to_ns && f->wire.to_ns &&
                   f->to_in.n == f->robustness && gap <= (1000 + DEMO_SLACK_MS) * INT64_C(1000000);
        j->evidence = &f->to_in;
}

static void judge_forget(const struct demo_facts *f, struct judged *j)
{
        SAY(asked, "the switch: is anybody left?");
        if (f->table.to_ns)
                SAY(kernel, "off its table %.0f ms after the leave", ms(f->table.to_ns - f->to_in.first_ns));
        else
                SAY(kernel, "still in its table");
        SAY(wire, "%u queries for the group, %u answers", f->specific.n, f->answered_specific);
        j->holds = f->specific.n && !f->answered_specific && f->table.from_ns && f->table.to_ns &&
                   f->table.to_ns >= f->to_in.first_ns;
        j->evidence = &f->specific;
}

static void judge_form(const struct demo_facts *f, struct judged *j)
{
        SAY(asked, "TTL 1, Router Alert, good checksums, every rule");
        SAY(kernel, "-");
        SAY(wire, "%u of %u messages; %u findings%s%.100s", f->proper.n, f->messages.n, f->findings.n,
            f->findings.n ? ": " : "", f->finding);
        j->holds = f->messages.n && f->proper.n == f->messages.n && !f->findings.n;
        j->evidence = f->findings.n ? &f->findings : &f->proper;
}

static const struct row {
        const char *name, *id, *claim, *cite;
        void (*judge)(const struct demo_facts *f, struct judged *j);
} rows[] = {
        {"join", "demo-join", "a host that joins a group reports it", "RFC 9776 §5.1", judge_join},
        {"repeat", "demo-repeat", "a report is sent Robustness Variable times within the Unsolicited Report Interval",
         "RFC 9776 §5.1, §8.11", judge_repeat},
        {"query", "demo-query", "a host answers a General Query within its Max Resp Time", "RFC 9776 §5.2",
         judge_query},
        {"ttl", "demo-ttl", "datagrams to a group leave with the socket's multicast TTL", "ip(7), IP_MULTICAST_TTL",
         judge_ttl},
        {"echo", "demo-echo", "who joined receives; an answer is unicast", "RFC 1112 §7", judge_echo},
        {"switch", "demo-snooping", "a snooping switch passes data on to members' ports only", "RFC 4541 §2.1.2",
         judge_snooping},
        {"leave", "demo-leave", "a host that leaves a group reports it", "RFC 9776 §5.1", judge_leave},
        {"forget", "demo-forget", "who left is asked for once more, then forgotten", "RFC 9776 §6.4.2", judge_forget},
        {"form", "demo-form", "every IGMP message has the form that its rules ask for", "RFC 9776 §4", judge_form},
};

static void put_value(struct demo *d, const struct row *r, const struct judged *j)
{
        char seen[2 * CELL + 32];
        const struct verdict v = {
                .id = r->id, .claim = r->claim, .cite = r->cite, .expected = j->asked, .seen = seen,
                .result = j->holds ? RESULT_HOLDS : RESULT_DEVIATES, .evidence = d->set->write,
                .frames = j->evidence->frames, .n_frames = j->evidence->n_frames,
        };

        snprintf(seen, sizeof seen, "kernel: %s; wire: %s", j->kernel, j->wire);
        verdict_describe(&v, &d->out.writer);
}

static void put_row(struct demo *d, const int widths[5], const struct row *r, const struct judged *j)
{
        const char *const cells[] = {r->name, j->asked, j->kernel, j->wire, j->holds ? "holds" : "DEVIATES"};
        const enum style styles[] = {STYLE_GROUP, STYLE_PLAIN, STYLE_PLAIN, STYLE_PLAIN,
                                     j->holds ? STYLE_GOOD : STYLE_BAD};

        demo_cells(d, cells, widths, styles, 5);
}

const size_t demo_verdict_count = sizeof rows / sizeof *rows;

void demo_verdicts(struct demo *d)
{
        static const char *const heads[] = {"", "asked", "the kernel says", "the wire says", "verdict"};
        static const enum style dim[] = {STYLE_DIM, STYLE_DIM, STYLE_DIM, STYLE_DIM, STYLE_DIM};
        int room = (int)(d->width > 140 ? 140 : d->width) - 6 - 8 - 4 * 2;
        const int widths[] = {6, room * 30 / 100, room * 34 / 100, room * 36 / 100, 8};
        bool people = writer_columns(&d->out.writer);

        if (people) {
                demo_heading(d, "Asked, and what came of it", NULL);
                demo_cells(d, heads, widths, dim, 5);
        }
        for (size_t i = 0; i < demo_verdict_count; i++) {
                struct judged j = {.evidence = &d->facts.messages};
                rows[i].judge(&d->facts, &j);
                d->deviations += !j.holds;
                if (people)
                        put_row(d, widths, &rows[i], &j);
                else
                        put_value(d, &rows[i], &j);
        }
}
