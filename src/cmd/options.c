/* SPDX-License-Identifier: BSD-2-Clause */
/* Options from their tables: -x, -xVALUE, -x VALUE, -xyz, --long, --long=VALUE, --long VALUE; words may stand
 * between options; after -- all are words. */
#include "igmpscope/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row help_row = {'h', "help", NULL, "this text", OPTION_FLAG, 0, 0, 0, NULL};

static const struct option_row *find(const struct verb *v, char letter, const char *name, size_t n)
{
        if (name ? n == 4 && !strncmp(name, "help", n) : letter == 'h')
                return &help_row;
        for (size_t t = 0; v->options[t]; t++)
                for (const struct option_row *o = v->options[t]; o->name; o++)
                        if (name ? strlen(o->name) == n && !strncmp(o->name, name, n) : o->letter == letter)
                                return o;
        return NULL;
}

static int index_of_word(const char *words, const char *word)
{
        size_t n = strlen(word);
        int i = 0;

        for (const char *w = words; *w; i++) {
                size_t len = strcspn(w, "|");
                if (len == n && !strncmp(w, word, n))
                        return i;
                w += len + (w[len] == '|');
        }
        return -1;
}

static int bad(struct error *err, const struct option_row *o, const char *value, const char *want)
{
        return error_set(err, "--%s %s: %s", o->name, value, want);
}

static int store_int(const struct option_row *o, int *at, const char *value, struct error *err)
{
        char *end, want[96];
        long v = strtol(value, &end, 0);

        if (end == value || *end || ((o->min || o->max) && (v < o->min || v > o->max))) {
                snprintf(want, sizeof want, "needs a whole number from %ld to %ld", o->min, o->max);
                return bad(err, o, value, o->min || o->max ? want : "needs a whole number");
        }
        *at = (int)v;
        return 0;
}

static int store_uint(const struct option_row *o, uint64_t *at, const char *value, struct error *err)
{
        char want[96];

        if (parse_uint(value, o->max ? (uint64_t)o->max : UINT64_MAX, at) && *at >= (uint64_t)o->min)
                return 0;
        if (o->max)
                snprintf(want, sizeof want, "needs a whole number from %ld to %ld", o->min, o->max);
        else
                snprintf(want, sizeof want, "needs a whole number, %ld or more", o->min);
        return bad(err, o, value, want);
}

static int store_many(const struct option_row *o, struct option_list *list, const char *value, struct error *err)
{
        if (list->n == OPTION_LIST_MAX)
                return bad(err, o, value, "given too often");
        list->values[list->n++] = value;
        return 0;
}

static int store_word(const struct option_row *o, int *at, const char *words, const char *value, struct error *err)
{
        char want[192];

        *at = index_of_word(words, value);
        snprintf(want, sizeof want, "is one of %s", words);
        return *at >= 0 ? 0 : bad(err, o, value, want);
}

static int store(const struct option_row *o, void *settings, const char *value, struct error *err)
{
        void *at = (char *)settings + o->at;

        switch (o->type) {
        case OPTION_FLAG: *(bool *)at = true; return 0;
        case OPTION_COUNT: ++*(int *)at; return 0;
        case OPTION_INT: return store_int(o, at, value, err);
        case OPTION_UINT: return store_uint(o, at, value, err);
        case OPTION_TEXT: *(const char **)at = value; return 0;
        case OPTION_MANY: return store_many(o, at, value, err);
        case OPTION_SECONDS:
                return parse_seconds(value, at) ? 0 : bad(err, o, value, "needs a time: 5, 1.5, 300ms, 4m");
        case OPTION_ONOFF: return store_word(o, at, "off|on", value, err);
        case OPTION_WORD: return store_word(o, at, o->words, value, err);
        }
        return -1;
}

struct scan {
        const struct verb *verb;
        int argc, i;
        char **argv;
        void *settings;
        bool *help;
        struct error *err;
};

static int apply(struct scan *s, const struct option_row *o, const char *value)
{
        if (o == &help_row) {
                *s->help = true;
                return 0;
        }
        if (o->argument && !value) {
                if (s->i + 1 >= s->argc)
                        return error_set(s->err, "--%s needs %s; see `igmpscope help %s`", o->name, o->argument,
                                         s->verb->name);
                value = s->argv[++s->i];
        }
        return store(o, s->settings, value, s->err);
}

static int take_long(struct scan *s, const char *arg)
{
        size_t n = strcspn(arg, "=");
        const struct option_row *o = find(s->verb, 0, arg, n);

        if (!o)
                return error_set(s->err, "no option --%.*s; see `igmpscope help %s`", (int)n, arg, s->verb->name);
        if (arg[n] && !o->argument)
                return error_set(s->err, "--%s takes no value", o->name);
        return apply(s, o, arg[n] ? arg + n + 1 : NULL);
}

static int take_letters(struct scan *s, const char *arg)
{
        for (; *arg; arg++) {
                const struct option_row *o = find(s->verb, *arg, NULL, 0);
                if (!o)
                        return error_set(s->err, "no option -%c; see `igmpscope help %s`", *arg, s->verb->name);
                if (o->argument)
                        return apply(s, o, arg[1] ? arg + 1 : NULL);
                if (apply(s, o, NULL) < 0)
                        return -1;
        }
        return 0;
}

static int take(struct scan *s, char *arg, int *words)
{
        if (arg[0] == '-' && arg[1] == '-')
                return take_long(s, arg + 2);
        if (arg[0] == '-' && arg[1])
                return take_letters(s, arg + 1);
        s->argv[(*words)++] = arg; /* words gather at the front: never past s->i */
        return 0;
}

int options_parse(const struct verb *v, int argc, char **argv, void *settings, bool *help, struct error *err)
{
        struct settings *common = settings;
        struct scan s = {.verb = v, .argc = argc, .argv = argv, .settings = settings, .help = help, .err = err};
        int words = 0;

        common->verb = v;
        common->words = argv;
        common->capture.link = -1;
        common->tracking.ssm_strict = 1;
        if (v->defaults)
                v->defaults(settings);
        for (s.i = 1; s.i < argc && strcmp(argv[s.i], "--"); s.i++)
                if (take(&s, argv[s.i], &words) < 0)
                        return -1;
        common->has_dashes = s.i < argc;
        common->dashes = words;
        for (s.i++; s.i < argc; s.i++)
                argv[words++] = argv[s.i];
        common->n_words = words;
        return 0;
}
