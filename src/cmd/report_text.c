/* SPDX-License-Identifier: BSD-2-Clause */
/* The ladder in letters, for a terminal: a column for each host and group, an arrow a packet. */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TIME = 11, WIDTH = 18, COLUMNS = REPORT_HOSTS + REPORT_GROUPS + 2, LINE = TIME + COLUMNS * WIDTH };

struct sheet {
        const struct report *r;
        int host_at[REPORT_HOSTS + 1], group_at[REPORT_GROUPS + 1], end;
        char line[LINE + 1];
};

static void put(struct sheet *s, int at, const char *word)
{
        for (; *word && at < s->end; word++, at++)
                if (at >= 0)
                        s->line[at] = *word;
}

static void put_middle(struct sheet *s, int at, const char *word)
{
        char cut[WIDTH];

        snprintf(cut, sizeof cut, "%s", word);
        put(s, at - (int)strlen(cut) / 2, cut);
}

static void lives(struct sheet *s, bool names)
{
        char name[ADDR_TEXT];

        memset(s->line, ' ', sizeof s->line - 1);
        for (int i = 0; i < s->r->n_hosts + s->r->more_hosts; i++) {
                report_host_name(s->r, (uint8_t)(i < s->r->n_hosts ? i : REPORT_HOSTS), name);
                put_middle(s, s->host_at[i < s->r->n_hosts ? i : REPORT_HOSTS], names ? name : "|");
        }
        for (int i = 0; i < s->r->n_groups + s->r->more_groups; i++) {
                report_group_name(s->r, (uint8_t)i, name);
                put_middle(s, s->group_at[i], names ? name : "|");
        }
}

static void flush(struct sheet *s, struct text *t, const char *words)
{
        int n = s->end;

        while (!words && n && s->line[n - 1] == ' ')
                n--;
        text_add_n(t, s->line, (size_t)n);
        text_add(t, words ? "  " : "");
        text_add(t, words ? words : "");
        text_add_char(t, '\n');
}

static void place(struct sheet *s)
{
        int at = TIME + WIDTH / 2;

        for (int asks = 0; asks < 2; asks++) {
                for (int i = 0; i < s->r->n_hosts; i++)
                        if (s->r->hosts[i].querier == (asks == 1)) {
                                s->host_at[i] = at;
                                at += WIDTH;
                        }
                if (!asks && s->r->more_hosts) {
                        s->host_at[REPORT_HOSTS] = at;
                        at += WIDTH;
                }
        }
        for (int i = 0; i < s->r->n_groups + s->r->more_groups; i++, at += WIDTH)
                s->group_at[i] = at;
        s->end = at - WIDTH / 2;
}

static void arrow(struct sheet *s, int from, int to, char dash, char tip)
{
        int step = to > from ? 1 : -1;

        for (int x = from + step; x != to; x += step)
                s->line[x] = dash;
        s->line[to - step] = to > from ? tip : tip == '>' ? '<' : tip;
}

static void draw_step(struct sheet *s, const struct step *p)
{
        static const char dashes[STEP_KINDS] = {'-', '-', '-', '.', '=', '-', '-', '.', '-'};
        char tip = p->kind == STEP_LEAVE || p->kind == STEP_EXPIRY ? 'x' : '>';
        int from = p->from == REPORT_NONE ? TIME : s->host_at[p->from], far = from;

        for (int g = 0; g <= REPORT_GROUPS; g++)
                if ((p->groups >> g & 1) && s->group_at[g] > far)
                        far = s->group_at[g];
        if (far == from && p->to != REPORT_NONE)
                far = s->host_at[p->to];
        for (int i = 0; p->general && i < s->r->n_hosts; i++)
                if (s->host_at[i] != from)
                        arrow(s, from, s->host_at[i], '=', '>');
        if (far != from)
                arrow(s, from, far, dashes[p->kind], tip);
        for (int g = 0; g <= REPORT_GROUPS; g++)
                if ((p->groups >> g & 1) && s->group_at[g] < far)
                        s->line[s->group_at[g]] = 'o';
        s->line[from] = 'o';
}

void report_text(const struct report *r, struct text *t)
{
        struct sheet s = {.r = r};
        char when[24];

        place(&s);
        lives(&s, true);
        flush(&s, t, NULL);
        for (size_t i = 0; i < r->n_steps && i < REPORT_LADDER; i++) {
                const struct step *p = &r->steps[i];
                lives(&s, false);
                snprintf(when, sizeof when, "%9.3f%c", report_seconds(r, p->time_ns), p->flagged ? '!' : ' ');
                put(&s, 0, when);
                draw_step(&s, p);
                flush(&s, t, p->words == SIZE_MAX ? "" : r->pool.p + p->words);
        }
        if (r->n_steps > REPORT_LADDER || r->left_steps)
                text_add_format(t, "%" PRIu64 " more are not drawn\n",
                                r->left_steps + (r->n_steps > REPORT_LADDER ? r->n_steps - REPORT_LADDER : 0));
}
