/* SPDX-License-Identifier: BSD-2-Clause */
/* A scenario: a topology, steps with their times, expectations; one a line. */
#ifndef IGMPSCOPE_CMD_SCENARIO_H
#define IGMPSCOPE_CMD_SCENARIO_H

#include "demo.h"
#include "igmpscope/expect.h"

enum { SCENARIO_STEPS = 256, SCENARIO_WORDS = 16, SCENARIO_PROCESSES = 64 };

struct scenario_step {
        int64_t at_ns; /* since the begin */
        unsigned line;
        int act; /* a row of acts */
        char *words[SCENARIO_WORDS]; /* who, what, and what else */
        int n;
};

struct scenario {
        const char *name;
        const struct topology *topology;
        struct lab_options lab;
        struct scenario_step steps[SCENARIO_STEPS];
        int n_steps;
        int64_t end_ns;
        struct text source;  /* words point into it */
        struct text expects; /* as many lines as the file, so that a bad one is named right */
};

enum scenario_act { ACT_JOINS, ACT_LEAVES, ACT_SENDS, ACT_QUERIES, ACT_LINK, ACT_RUN, ACT_QUERIER, ACT_END };

/* 0; -1 with err: the first line that can't be read, as "NAME:LINE: 'WORD': why". */
int scenario_read(struct scenario *s, const char *name, struct error *err);
void scenario_free(struct scenario *s);
int scenario_run(struct lab_settings *s, struct error *err);

#endif
