/* SPDX-License-Identifier: BSD-2-Clause */
/* lab run: plays a scenario on real kernels, shows each packet once however many ports it crosses, and judges its
 * expectations. On a switch a packet counts where it comes in; what the switch itself says, at its first port. */
#include "scenario.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "igmpscope/model.h"

enum { TAPS = 2 * LAB_HOSTS };

struct stage {
        const struct lab_settings *set;
        struct scenario plan;
        struct lab *lab;
        struct { struct capture *capture; const struct lab_link *link; bool out; } taps[TAPS];
        int n_taps;
        struct { const struct scenario_step *step; struct lab_process *process; } joined[SCENARIO_PROCESSES];
        int n_joined;
        struct decoder *decoder;
        struct savefile *save;
        struct expectations *expectations;
        struct output out;
        struct verdicts verdicts;
        struct clock clock;
        uint64_t frames;
        int64_t start_ns;
};

static bool is_switch(const struct stage *g, const char *name)
{
        const struct topology *t = lab_topology(g->lab);

        for (int i = 0; i < TOPOLOGY_SEGMENTS; i++)
                if (t->segments[i].is_switch && !strcmp(t->segments[i].name, name))
                        return true;
        return false;
}

/* ---- taps ---- */

static int tap(struct stage *g, const struct lab_link *l, enum frame_direction d, struct error *err)
{
        const struct capture_options o = {.link = -1, .promiscuous = true, .direction = d};
        const struct lab_end *e = &l->end[is_switch(g, l->segment)];
        int i = g->n_taps;

        if (i == TAPS)
                return error_set(err, "too many ports to capture");
        if (lab_capture(g->lab, e->host, e->interface, &o, &g->taps[i].capture, err))
                return -1;
        g->taps[i].link = l;
        g->taps[i].out = d == FRAME_OUT;
        g->n_taps++;
        return 0;
}

static int tap_all(struct stage *g, struct error *err)
{
        const struct lab_link *l;
        const char *seen = "";

        for (size_t i = 0; (l = lab_link_at(g->lab, i)); i++) {
                bool first = strcmp(seen, l->segment) != 0;
                seen = l->segment;
                if (!is_switch(g, l->segment)) {
                        if (first && tap(g, l, FRAME_UNKNOWN, err))
                                return -1;
                } else if (tap(g, l, FRAME_IN, err) || (first && tap(g, l, FRAME_OUT, err))) {
                        return -1;
                }
        }
        return 0;
}

/* Going out at a switch's first port: the switch's own, or what a host sent and was seen coming in already. */
static bool is_forwarded(const struct stage *g, const struct packet *p)
{
        const struct lab_link *l;

        for (size_t i = 0; p->has_eth && (l = lab_link_at(g->lab, i)); i++)
                if (!memcmp(l->end[0].mac, p->eth_src, 6))
                        return true;
        return false;
}

static int take_frame(struct stage *g, struct lab_event *e, struct error *err)
{
        struct writer *w = &g->out.writer;
        struct packet p;
        int i = 0;

        while (i < g->n_taps && g->taps[i].capture != e->capture)
                i++;
        packet_decode(&e->frame, &p);
        if (i == g->n_taps || (g->taps[i].out && is_forwarded(g, &p)))
                return 0;
        e->frame.number = ++g->frames;
        e->frame.interface = g->taps[i].link->segment; /* one link, however many ports */
        e->frame.interface_id = strcmp(e->frame.interface, g->taps[0].link->segment) != 0;
        decoder_decode(g->decoder, &e->frame, &p);
        expectations_packet(g->expectations, &p);
        if (packet_relevant(&p) && !g->set->common.tap) {
                writer_open(w, &kind_packet);
                clock_column(&g->clock, w, e->frame.time_ns);
                packet_columns(&p, w);
                packet_fields(&p, w);
                writer_close(w);
        }
        return g->save && savefile_write(g->save, &e->frame, NULL, err) < 0 ? -1 : 0;
}

/* ---- acts ---- */

static int spawn(struct stage *g, const char *host, char *const words[], struct lab_process **p, struct error *err)
{
        char path[4096], *argv[24] = {lab_program(path, sizeof path)};

        for (int i = 0; words[i]; i++)
                argv[i + 1] = words[i];
        return lab_spawn(g->lab, host, words[0], argv, p, err);
}

static int joins(struct stage *g, const struct scenario_step *p, struct error *err)
{
        char *words[] = {(char[]){"server"}, (char[]){"-qq"}, p->words[2], NULL};
        int i = g->n_joined;

        if (i == SCENARIO_PROCESSES)
                return error_set(err, "too many joins");
        if (spawn(g, p->words[0], words, &g->joined[i].process, err))
                return -1;
        g->joined[g->n_joined++].step = p;
        return 0;
}

static int leaves(struct stage *g, const struct scenario_step *p, struct error *err)
{
        for (int i = g->n_joined; i-- > 0;) {
                const struct scenario_step *j = g->joined[i].step;
                if (strcmp(j->words[0], p->words[0]) || strcmp(j->words[2], p->words[2])
                    || !lab_running(g->joined[i].process))
                        continue;
                lab_kill(g->joined[i].process, SIGINT);
                return 0;
        }
        return error_set(err, "%s:%u: '%s': %s is not in it", g->plan.name, p->line, p->words[2], p->words[0]);
}

static int sends(struct stage *g, const struct scenario_step *p, struct error *err)
{
        char *ttl = (char[]){"1"}, *count = (char[]){"1"}, *data = (char[]){"data"};
        struct lab_process *child;

        for (int i = 3; i < p->n; i++) {
                bool value = i + 1 < p->n;
                if (value && !strcmp(p->words[i], "ttl"))
                        ttl = p->words[++i];
                else if (value && !strcmp(p->words[i], "count"))
                        count = p->words[++i];
                else
                        data = p->words[i];
        }
        char *words[] = {(char[]){"client"}, (char[]){"-qq"}, (char[]){"-W"}, (char[]){"0.3"}, (char[]){"-I"},
                         (char[]){"0.1"}, (char[]){"-t"}, ttl, (char[]){"-c"}, count, (char[]){"-d"}, data, p->words[2],
                         NULL};
        return spawn(g, p->words[0], words, &child, err);
}

static int queries(struct stage *g, const struct scenario_step *p, struct error *err)
{
        bool six = p->n > 2 && strchr(p->words[2], ':'), own = is_switch(g, p->words[0]);
        const struct lab_end *e = lab_end(g->lab, p->words[0], NULL);
        char source[] = "--src", none[] = "0.0.0.0", none6[] = "::", mld[] = "mld", igmp[] = "igmp", interface[32];
        char *words[12] = {(char[]){"send"}, igmp, (char[]){"query"}, (char[]){"-q"}, (char[]){"-o"},
                           (char[]){"/dev/null"}, (char[]){"-i"}};
        struct lab_process *child;
        int n = 7;

        if (six)
                words[1] = mld;
        snprintf(interface, sizeof interface, "%s", own || !e ? "br0" : e->interface);
        words[n++] = interface;
        if (own) { /* as a switch without an address asks */
                words[n++] = source;
                words[n++] = six ? none6 : none;
        }
        if (p->n > 2)
                words[n++] = p->words[2];
        return spawn(g, p->words[0], words, &child, err);
}

static int act(struct stage *g, const struct scenario_step *p, struct error *err)
{
        const struct lab_end *e;
        struct lab_process *child;

        switch ((enum scenario_act)p->act) {
        case ACT_JOINS: return joins(g, p, err);
        case ACT_LEAVES: return leaves(g, p, err);
        case ACT_SENDS: return sends(g, p, err);
        case ACT_QUERIES: return queries(g, p, err);
        case ACT_QUERIER:
                return lab_querier(g->lab, p->words[0], p->words[2][0] == 'o' ? QUERIER_OFF : p->words[2][0] - '0',
                                   err);
        case ACT_LINK:
                e = lab_end(g->lab, p->words[0], NULL);
                if (!e)
                        return error_set(err, "%s:%u: '%s': has no link", g->plan.name, p->line, p->words[0]);
                return lab_interface_up(g->lab, p->words[0], e->interface, p->words[2][0] == 'u', err);
        case ACT_RUN: return lab_spawn(g->lab, p->words[0], p->words[2], (char *const *)&p->words[2], &child, err);
        case ACT_END: return 0;
        }
        return 0;
}

/* ---- the play ---- */

static int until(struct stage *g, int64_t deadline_ns, struct error *err)
{
        struct lab_event e;
        int r = 0;

        while (!stop_signal && (r = lab_next(g->lab, deadline_ns, &e, err)) > 0) {
                if (e.type == LAB_LINE)
                        note(&g->set->common, "%s: %s", lab_process_name(e.process), e.line);
                if ((e.type == LAB_FRAME && take_frame(g, &e, err)) || output_flush(&g->out, err))
                        return -1;
        }
        return r;
}

static int play(struct stage *g, struct error *err)
{
        for (int i = 0; i < g->plan.n_steps && !stop_signal; i++) {
                const struct scenario_step *p = &g->plan.steps[i];
                if (until(g, g->start_ns + p->at_ns, err) || act(g, p, err))
                        return -1;
        }
        /* what happened up to the end is given a moment later */
        return until(g, g->start_ns + g->plan.end_ns + LAB_SETTLE_NS, err);
}

static int judge(struct stage *g, struct error *err)
{
        struct verdict v;

        expectations_time(g->expectations, g->start_ns + g->plan.end_ns);
        expectations_finish(g->expectations);
        for (size_t i = 0; expectations_next(g->expectations, &i, &v);)
                g->verdicts.width = (int)strlen(v.id) > g->verdicts.width ? (int)strlen(v.id) : g->verdicts.width;
        for (size_t i = 0; expectations_next(g->expectations, &i, &v);)
                verdicts_put(&g->verdicts, &v);
        return verdicts_close(&g->verdicts, err);
}

static int read_expectations(struct stage *g, struct error *err)
{
        struct tracker_options tracking;
        struct text bad = {0};
        struct bytes lines;
        size_t wrong;
        int r = 0;

        tracking_options(&g->set->common, &tracking);
        if (expectations_new(&g->expectations, &tracking, err))
                return -1;
        lines = (struct bytes){(const uint8_t *)text_string(&g->plan.expects), g->plan.expects.n};
        wrong = expectations_read(g->expectations, g->plan.name, lines, &bad);
        if (wrong) {
                text_string(&bad);
                bad.p[strcspn(bad.p, "\n")] = '\0';
                r = error_set(err, "%s", bad.p);
        }
        text_free(&bad);
        return r;
}

static int set_up(struct stage *g, struct error *err)
{
        const struct savefile_options save = {.file = g->set->write};

        g->clock.style = CLOCK_RELATIVE;
        g->decoder = decoder_new();
        if (!g->decoder)
                return error_set(err, "out of memory");
        if (read_expectations(g, err) || (save.file && savefile_open(&g->save, &save, err)))
                return -1;
        stop_on_signals();
        if (lab_open(&g->lab, g->plan.topology, &g->plan.lab, err) || tap_all(g, err))
                return -1;
        g->start_ns = g->clock.first_ns = time_now_ns();
        return expectations_begin(g->expectations, g->start_ns, err);
}

static int play_and_judge(struct stage *g, struct error *err)
{
        struct error later = {{0}};
        int r, closed = -1;

        if (set_up(g, err) || verdicts_open(&g->verdicts, &g->set->common, &g->out, g->plan.name,
                                            expectations_count(g->expectations), err))
                return -1;
        r = play(g, err);
        if (r == 0 && !stop_signal)
                r = closed = judge(g, err);
        if (closed < 0)
                verdicts_abandon(&g->verdicts);
        if (savefile_close(g->save, r < 0 ? &later : err) < 0 && r >= 0)
                r = -1;
        return r == 0 && stop_signal ? EXIT_NOT_HELD : r;
}

int scenario_run(struct lab_settings *s, struct error *err)
{
        struct stage *g = calloc(1, sizeof *g);
        struct error later = {{0}};
        int r = -1;

        if (!g)
                return error_set(err, "out of memory");
        g->set = s;
        if (s->common.n_words != 2)
                error_set(err, "lab run takes one file: a scenario; see `igmpscope help lab`");
        else if (!scenario_read(&g->plan, s->common.words[1], err) && !output_open(&g->out, &s->common, err))
                r = play_and_judge(g, err);
        if (output_close(&g->out, r < 0 ? &later : err) && r >= 0)
                r = -1;
        lab_close(g->lab);
        if (g->expectations)
                expectations_free(g->expectations);
        decoder_free(g->decoder);
        scenario_free(&g->plan);
        free(g);
        return r;
}
