/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the verb, reads its options, runs it, and is the one place where an error is printed. */
#include "igmpscope/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int trouble(const struct verb *v, const struct error *err)
{
        fprintf(stderr, "igmpscope%s%s: %s\n", v ? " " : "", v ? v->name : "", err->text);
        return EXIT_TROUBLE;
}

static int show(const struct verb *v) /* NULL: all of it */
{
        struct text t = {0};

        if (v)
                verb_help(v, &t);
        else
                usage(&t);
        fputs(text_string(&t), stdout);
        text_free(&t);
        return fflush(stdout) ? EXIT_TROUBLE : EXIT_HELD;
}

static int run(const struct verb *v, int argc, char **argv)
{
        struct error err = {{0}};
        struct settings *s = calloc(1, v->size);
        bool help = false;
        int r = -1;

        if (!s)
                error_set(&err, "out of memory");
        else if (options_parse(v, argc, argv, s, &help, &err) == 0)
                r = help ? show(v) : s->netns && netns_enter(s->netns, &err) < 0 ? -1 : v->run(s, &err);
        free(s);
        return r < 0 ? trouble(v, &err) : r;
}

int main(int argc, char **argv)
{
        struct error err = {{0}};
        const char *word = argc > 1 ? argv[1] : "help";
        const struct verb *v;

        if (!strcmp(word, "--version") || !strcmp(word, "-V")) {
                puts("igmpscope " IGMPSCOPE_VERSION);
                return EXIT_HELD;
        }
        if (!strcmp(word, "help") || !strcmp(word, "--help") || !strcmp(word, "-h")) {
                if (argc < 3)
                        return show(NULL);
                v = verb_find(argv[2], &err);
                return v ? show(v) : trouble(NULL, &err);
        }
        v = verb_find(word, &err);
        return v ? run(v, argc - 1, argv + 1) : trouble(NULL, &err);
}
