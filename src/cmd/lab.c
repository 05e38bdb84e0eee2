/* SPDX-License-Identifier: BSD-2-Clause */
/* lab: the laboratory by itself: a shell in one of its hosts, or the demonstration. */
#include "scenario.h"

#include <stdio.h>
#include <string.h>

static int open_lab(const struct lab_settings *s, const struct topology *t, struct lab **lab, struct error *err)
{
        struct lab_options o = s->lab;

        if (s->version)
                o.querier = s->version == 1 ? QUERIER_OFF : s->version;
        return lab_open(lab, t, &o, err);
}

/* What a stranger needs to find the way. */
static void welcome(const struct lab *lab, const char *host)
{
        const struct topology *t = lab_topology(lab);

        fprintf(stderr,
                "\nlaboratory %s: %s\n\n%s\n"
                "You are root on host %s. Everything here ends with this shell.\n\n"
                "  igmpscope server &  igmpscope client      in this host\n"
                "  ip netns exec b igmpscope client          in another\n"
                "  igmpscope watch -i %s                   what passes here\n",
                t->name, t->summary, t->picture, host, lab_end(lab, host, NULL)->interface);
        for (size_t i = 0; lab_link_at(lab, i); i++) {
                const struct lab_end *e = &lab_link_at(lab, i)->end[1];
                if (strncmp(e->interface, "to-", 3) != 0)
                        continue;
                fprintf(stderr, "  ip netns exec %s igmpscope watch -i %s    and on the switch\n", e->host,
                        e->interface);
                break;
        }
        fputc('\n', stderr);
}

/* lab shell [TOPOLOGY [HOST]] [-- COMMAND…] */
static int shell(struct lab_settings *s, struct error *err)
{
        struct settings *c = &s->common;
        int words = c->has_dashes ? c->dashes : c->n_words;
        const struct topology *t = topology_find(words > 1 ? c->words[1] : "lan", err);
        const char *host = words > 2 ? c->words[2] : "a";
        char **command = c->has_dashes && c->n_words > c->dashes ? c->words + c->dashes : NULL;
        struct lab *lab;
        int r;

        if (!t)
                return -1;
        if (words > 3)
                return error_set(err, "'%s': a topology and a host is all; a command follows --", c->words[3]);
        if (c->has_dashes && !command)
                return error_set(err, "a command is missing after --");
        if (command)
                command[c->n_words - c->dashes] = NULL;
        if (open_lab(s, t, &lab, err))
                return -1;
        if (!command && !c->quiet && lab_end(lab, host, NULL))
                welcome(lab, host);
        r = lab_shell(lab, host, command, err);
        lab_close(lab);
        return r;
}

static int demo(struct lab_settings *s, struct error *err)
{
        if (s->common.n_words > 1)
                return error_set(err, "'%s': the demonstration takes no words", s->common.words[1]);
        if (s->lab.hosts || s->version || s->lab.threshold || s->lab.ipv6)
                return error_set(err, "the demonstration's laboratory is always the same; "
                                      "options that change it are for `lab shell`");
        return demo_run(s, err);
}

static const struct {
        const char *name;
        int (*run)(struct lab_settings *s, struct error *err);
} acts[] = {
        {"demo", demo},
        {"run", scenario_run},
        {"shell", shell},
};

static int run(void *settings, struct error *err)
{
        struct lab_settings *s = settings;
        const char *word = s->common.n_words ? s->common.words[0] : "";

        for (size_t i = 0; *word && i < sizeof acts / sizeof *acts; i++)
                if (!strncmp(acts[i].name, word, strlen(word)))
                        return acts[i].run(s, err);
        return error_set(err, *word ? "no '%s' in the laboratory; see `igmpscope help lab`"
                                    : "what in the laboratory%s? see `igmpscope help lab`", word);
}

#define AT(field) offsetof(struct lab_settings, field)

static const struct option_row options_lab[] = {
        {'w', "write", "FILE", "demo, run: keep the packets in a pcapng file", OPTION_TEXT, AT(write), 0, 0, NULL},
        {0, "hosts", "N", "hosts on the switch of topology lan (default 3)",
         OPTION_INT, AT(lab.hosts), 1, LAB_HOSTS, NULL},
        {0, "querier", "default|off|2|3", "the IGMP version (MLD: one less) in which switches ask",
         OPTION_WORD, AT(version), 0, 0, "default|off|2|3"},
        {0, "threshold", "TTL", "the router forwards what has a TTL above it (default 1; IPv4 only)",
         OPTION_INT, AT(lab.threshold), 1, 254, NULL},
        {'6', "ipv6", NULL, "IPv6 and MLD too", OPTION_FLAG, AT(lab.ipv6), 0, 0, NULL},
        {0},
};

static const struct option_row *const options[] = {options_lab, options_verdict, options_output, NULL};

const struct verb verb_lab = {
        .name = "lab",
        .arguments = "demo [-w FILE] | run SCENARIO [-w FILE] | shell [TOPOLOGY [HOST]] [-- COMMAND…]",
        .summary = "a throw-away laboratory of network namespaces, without root: hosts, switches, routers",
        .text = "  igmpscope lab demo -w demo.pcapng   join, query, data, echo, leave; and the verdicts\n"
                "  igmpscope lab run FILE -w x.pcapng  a scenario: its packets, and whether its expectations hold\n"
                "  igmpscope lab shell                 a shell on host a of topology lan\n"
                "  igmpscope lab shell routed d        on host d, behind the router\n"
                "  igmpscope lab shell pair -- ip addr one command; its exit status is ours\n"
                "  igmpscope list topologies           what there is\n"
                "\nA scenario has one thing a line: topology lan querier off; at 1 a joins 239.1.1.1; at 2 b sends\n"
                "239.1.1.1:9999 ttl 2 \"hi\"; at 3 a leaves 239.1.1.1; sw queries 239.1.1.1; querier sw 3; link "
                        "a down;\n"
                "run a COMMAND; at 5 end; expect join 239.1.1.1 by 10.1.0.1 (docs/expect.md).\n",
        .options = options,
        .size = sizeof(struct lab_settings),
        .run = run,
};
