/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading a scenario. All of it is read before anything is done; what can't be read names file, line and word.
 *
 *     topology lan querier off
 *     at 1 a joins 239.1.1.1
 *     at 2 b sends 239.1.1.1:9999 ttl 2 "hi"
 *     at 3 a leaves 239.1.1.1
 *     at 5 end
 *     expect join 239.1.1.1 by 10.1.0.1 */
#include "scenario.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { FILE_MAX = 1 << 20 };

struct reading {
        struct scenario *s;
        unsigned line;
        struct error *err;
        char *words[SCENARIO_WORDS];
        int n;
};

static int bad(struct reading *r, const char *word, const char *why)
{
        return error_set(r->err, "%s:%u: '%s': %s", r->s->name, r->line, word, why);
}

static const struct {
        const char *verb;
        bool verb_first; /* else the host stands first */
        int least, most; /* words after host and verb */
        bool groups;     /* and the first of them is a group */
        const char *usage;
} acts[] = {
        [ACT_JOINS] = {"joins", false, 1, 1, true, "HOST joins [SOURCE,]GROUP[:PORT]"},
        [ACT_LEAVES] = {"leaves", false, 1, 1, true, "HOST leaves [SOURCE,]GROUP[:PORT], as it was joined"},
        [ACT_SENDS] = {"sends", false, 1, 6, true, "HOST sends GROUP[:PORT] [ttl N] [count N] [\"TEXT\"]"},
        [ACT_QUERIES] = {"queries", false, 0, 1, true, "HOST queries [GROUP]"},
        [ACT_LINK] = {"link", true, 1, 1, false, "link HOST up|down"},
        [ACT_RUN] = {"run", true, 1, SCENARIO_WORDS, false, "run HOST COMMAND…"},
        [ACT_QUERIER] = {"querier", true, 1, 1, false, "querier SWITCH off|2|3"},
        [ACT_END] = {"end", true, -1, -1, false, "at SECONDS end"},
};

/* Words of a line, in place; "…" is one, # begins a comment. */
static int split(struct reading *r, char *p)
{
        for (r->n = 0;;) {
                p += strspn(p, " \t\r");
                if (!*p || *p == '#')
                        return 0;
                if (r->n == SCENARIO_WORDS)
                        return bad(r, p, "too many words in a line");
                if (*p == '"') {
                        r->words[r->n++] = ++p;
                        p = strchr(p, '"');
                        if (!p)
                                return bad(r, r->words[r->n - 1], "the closing quote is missing");
                } else {
                        r->words[r->n++] = p;
                        p += strcspn(p, " \t\r");
                }
                if (*p)
                        *p++ = '\0';
        }
}

static bool is_host(const struct topology *t, const char *word)
{
        for (int i = 0; i < TOPOLOGY_ENDS; i++)
                if (t->ends[i].host && !strcmp(t->ends[i].host, word))
                        return true;
        for (int i = 0; i < TOPOLOGY_SEGMENTS; i++)
                if (t->segments[i].is_switch && !strcmp(t->segments[i].name, word))
                        return true;
        return false;
}

static int read_topology(struct reading *r)
{
        struct error why;
        uint64_t n;

        if (r->s->topology)
                return bad(r, r->words[0], "a second topology");
        r->s->topology = r->n > 1 ? topology_find(r->words[1], &why) : NULL;
        if (!r->s->topology)
                return bad(r, r->n > 1 ? r->words[1] : r->words[0], r->n > 1 ? why.text : "which one?");
        for (int i = 2; i < r->n; i++) {
                const char *value = i + 1 < r->n ? r->words[i + 1] : "";
                if (!strcmp(r->words[i], "ipv6")) {
                        r->s->lab.ipv6 = true;
                        continue;
                }
                if (!strcmp(r->words[i], "querier") && !strcmp(value, "off"))
                        r->s->lab.querier = QUERIER_OFF;
                else if (!strcmp(r->words[i], "querier") && parse_uint(value, 3, &n) && n > 1)
                        r->s->lab.querier = (int)n;
                else if (!strcmp(r->words[i], "hosts") && parse_uint(value, LAB_HOSTS, &n) && n)
                        r->s->lab.hosts = (int)n;
                else
                        return bad(r, r->words[i], "after a topology: hosts N, querier off|2|3, ipv6");
                i++;
        }
        return 0;
}

static int find_act(struct reading *r, int first)
{
        for (int i = 0; i < (int)(sizeof acts / sizeof *acts); i++) {
                int at = first + !acts[i].verb_first;
                if (at < r->n && !strcmp(r->words[at], acts[i].verb))
                        return i;
        }
        return bad(r, r->words[first + (first + 1 < r->n)],
                   "no such act; there are: joins, leaves, sends, queries, link, run, querier, end");
}

static int check_words(struct reading *r, const struct scenario_step *p)
{
        struct group_spec g;
        struct error why;

        if (p->n - 2 < acts[p->act].least || (acts[p->act].most >= 0 && p->n - 2 > acts[p->act].most))
                return bad(r, acts[p->act].verb, acts[p->act].usage);
        if (p->act == ACT_END)
                return 0;
        if (!is_host(r->s->topology, p->words[0]) && !(r->s->lab.hosts && p->words[0][0] == 'h'))
                return bad(r, p->words[0], "no such host in this topology");
        if (acts[p->act].groups && p->n > 2 && group_spec_parse(p->words[2], &g, &why))
                return bad(r, p->words[2], why.text);
        if (p->act == ACT_LINK && strcmp(p->words[2], "up") && strcmp(p->words[2], "down"))
                return bad(r, p->words[2], acts[p->act].usage);
        if (p->act == ACT_QUERIER && strcmp(p->words[2], "off") && strcmp(p->words[2], "2") && strcmp(p->words[2], "3"))
                return bad(r, p->words[2], acts[p->act].usage);
        return 0;
}

static int read_step(struct reading *r)
{
        struct scenario *s = r->s;
        struct scenario_step *p = &s->steps[s->n_steps];
        int first = 0;

        if (!s->topology)
                return bad(r, r->words[0], "the first line is a topology: topology lan");
        if (s->n_steps == SCENARIO_STEPS)
                return bad(r, r->words[0], "too many steps");
        *p = (struct scenario_step){.line = r->line, .at_ns = s->n_steps ? s->steps[s->n_steps - 1].at_ns : 0};
        if (!strcmp(r->words[0], "at")) {
                if (r->n < 3 || !parse_seconds(r->words[1], &p->at_ns))
                        return bad(r, r->n > 1 ? r->words[1] : "at", "at SECONDS, and then what happens");
                first = 2;
        }
        if (s->n_steps && p->at_ns < s->steps[s->n_steps - 1].at_ns)
                return bad(r, r->words[1], "earlier than the line before");
        p->act = find_act(r, first);
        if (p->act < 0)
                return -1;
        for (int i = first; i < r->n; i++)
                p->words[p->n++] = r->words[i];
        if (acts[p->act].verb_first && p->n > 1) { /* who, what */
                char *verb = p->words[0];
                p->words[0] = p->words[1];
                p->words[1] = verb;
        }
        if (check_words(r, p))
                return -1;
        if (p->at_ns > s->end_ns - 1500000000)
                s->end_ns = p->act == ACT_END ? p->at_ns : p->at_ns + 1500000000;
        if (p->act == ACT_END)
                s->end_ns = p->at_ns;
        s->n_steps++;
        return 0;
}

static int read_line(struct reading *r, char *line)
{
        size_t blank = strspn(line, " \t");

        if (!strncmp(line + blank, "expect ", 7)) {
                text_add(&r->s->expects, line + blank + 7);
                return 0;
        }
        if (split(r, line))
                return -1;
        if (!r->n)
                return 0;
        return strcmp(r->words[0], "topology") ? read_step(r) : read_topology(r);
}

static int slurp(const char *name, struct text *t, struct error *err)
{
        FILE *f = fopen(name, "re");
        char piece[4096];
        size_t n;

        if (!f)
                return error_system(err, errno, NULL, "read %s", name);
        while ((n = fread(piece, 1, sizeof piece, f)) && t->n < FILE_MAX)
                text_add_n(t, piece, n);
        fclose(f);
        return t->n >= FILE_MAX ? error_set(err, "%s: too long for a scenario", name)
               : memchr(t->n ? t->p : "", '\0', t->n) ? error_set(err, "%s: no scenario: it holds NUL octets", name)
                                                      : 0;
}

int scenario_read(struct scenario *s, const char *name, struct error *err)
{
        struct reading r = {.s = s, .err = err};
        char *p, *end;

        *s = (struct scenario){.name = name};
        if (slurp(name, &s->source, err))
                return -1;
        text_string(&s->source);
        for (p = s->source.p; *p; p = end) {
                end = p + strcspn(p, "\n");
                if (*end)
                        *end++ = '\0';
                r.line++;
                if (read_line(&r, p))
                        return -1;
                text_add_char(&s->expects, '\n');
        }
        return s->topology ? 0 : error_set(err, "%s: no topology line; `igmpscope list topologies`", name);
}

void scenario_free(struct scenario *s)
{
        text_free(&s->source);
        text_free(&s->expects);
}
