/* SPDX-License-Identifier: BSD-2-Clause */
/* doctor: what on this machine would make multicast fail, before anything is sent: each setting with its value, what it
 * means and the command that changes it. */
#include "igmpscope/cmd.h"

#include <stdlib.h>

#include "igmpscope/doctor.h"

static const struct {
        const char *word;
        enum style style;
} results[] = {
        [CHECK_FINE] = {"fine", STYLE_GOOD},
        [CHECK_LOOK] = {"look", STYLE_WARN},
        [CHECK_BROKEN] = {"broken", STYLE_BAD},
};

static void fields(struct writer *w, const struct check *c)
{
        put_str(w, "result", results[c->result].word);
        put_str(w, "name", c->name);
        put_str(w, "on", *c->on || w->schema ? c->on : NULL);
        put_str(w, "value", c->value);
        put_str(w, "meaning", c->meaning);
        put_str(w, "command", *c->command || w->schema ? c->command : NULL);
}

static void schema(struct writer *w)
{
        fields(w, &(struct check){.name = ""});
}

/* Three lines for people: the value, what it means, what changes it. */
static void show(struct writer *w, const struct check *c)
{
        static const struct kind kind = {"check", schema};

        writer_open(w, &kind);
        put_column(w, results[c->result].style, 6, "%s", results[c->result].word);
        put_column(w, STYLE_GROUP, 29, "%s", c->name);
        put_column(w, STYLE_HOST, 14, "%s", c->on);
        put_column(w, STYLE_PLAIN, 0, "%s\n       ", c->value);
        put_column(w, STYLE_PLAIN, 0, *c->command ? "%s\n       " : "%s", c->meaning);
        if (*c->command)
                put_column(w, STYLE_DIM, 0, "$ %s", c->command);
        fields(w, c);
        writer_close(w);
}

enum { GROUPS_MAX = 32 };

static int read_groups(const struct settings *s, struct addr groups[GROUPS_MAX], size_t *n, struct error *err)
{
        struct group_spec g;

        groups[0] = addr_v4(0xef010101); /* 239.1.1.1, as many examples have it */
        groups[1] = addr_v4(0xe0031d47); /* 224.3.29.71, the server's and the client's */
        *n = s->n_words ? (size_t)s->n_words : 2;
        if (*n > GROUPS_MAX)
                return error_set(err, "%d groups at a time are enough", GROUPS_MAX);
        for (int i = 0; i < s->n_words; i++) {
                if (group_spec_parse(s->words[i], &g, err) < 0)
                        return -1;
                groups[i] = g.group;
        }
        return 0;
}

static int run(void *settings, struct error *err)
{
        const struct settings *s = settings;
        struct addr groups[GROUPS_MAX];
        struct checks found;
        struct output o;
        size_t n, sums[3] = {0};

        if (read_groups(s, groups, &n, err) < 0 || output_open(&o, s, err) < 0)
                return -1;
        if (checks_read(&found, groups, n, err) < 0) {
                output_close(&o, NULL);
                return -1;
        }
        for (size_t i = 0; i < found.n; i++) {
                sums[found.p[i].result]++;
                if (!s->quiet || found.p[i].result != CHECK_FINE)
                        show(&o.writer, &found.p[i]);
        }
        checks_free(&found);
        if (output_close(&o, err) < 0)
                return -1;
        note(s, "%zu broken, %zu to look at, %zu fine", sums[CHECK_BROKEN], sums[CHECK_LOOK], sums[CHECK_FINE]);
        return sums[CHECK_BROKEN] ? EXIT_NOT_HELD : EXIT_HELD;
}

static const struct option_row own[] = {
        {0, "netns", "NAME|PID", "look inside that network namespace: a name of ip-netns(8), or a process's",
         OPTION_TEXT, offsetof(struct settings, netns), 0, 0, NULL},
        {0},
};

static const struct option_row *const options[] = {own, options_output, NULL};

const struct verb verb_doctor = {
        .name = "doctor",
        .arguments = "[GROUP…]",
        .summary = "what on this machine would make multicast fail: settings, routes, rights; reads only",
        .text = "  igmpscope doctor                 everything, with 239.1.1.1 and 224.3.29.71 as the groups to join\n"
                "  igmpscope doctor -q 239.5.5.5    what is broken or odd only, for a group of yours\n"
                "  igmpscope doctor --netns 1234    as a container sees it, by one of its processes\n"
                "\nEach row: fine, look (works, but not as everybody expects) or broken; its value, what it means,\n"
                "and the command that changes it. Exit status 1 if something is broken.\n",
        .options = options,
        .size = sizeof(struct settings),
        .run = run,
};
