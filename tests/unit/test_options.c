/* SPDX-License-Identifier: BSD-2-Clause */
/* Options from their tables, verbs by prefix, help. */
#include "igmpscope/cmd.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct mine {
        struct settings common;
        bool flag;
        int number, onoff, word;
        uint64_t big;
        int64_t wait;
        struct option_list many;
};

#define AT(field) offsetof(struct mine, field)

static const struct option_row own[] = {
        {'f', "flag", NULL, "a flag", OPTION_FLAG, AT(flag), 0, 0, NULL},
        {'i', "number", "N", "a number", OPTION_INT, AT(number), -5, 5, NULL},
        {0, "onoff", "on|off", "a switch", OPTION_ONOFF, AT(onoff), 0, 0, NULL},
        {'w', "word", "WORD", "a word", OPTION_WORD, AT(word), 0, 0, "one|two|three"},
        {'b', "big", "N", "a big number", OPTION_UINT, AT(big), 1, 0, NULL},
        {'W', "wait", "SECONDS", "a time", OPTION_SECONDS, AT(wait), 0, 0, NULL},
        {'m', "many", "X", "several", OPTION_MANY, AT(many), 0, 0, NULL},
        {0},
};
static const struct option_row *const options[] = {own, options_output, NULL};
static const struct verb verb = {.name = "mine", .arguments = "[X]", .summary = "tests", .options = options,
                                 .size = sizeof(struct mine)};

static int parse(struct mine *m, struct error *err, const char *line)
{
        static char copy[256];
        char *argv[32];
        int n = 0;
        bool help = false;

        snprintf(copy, sizeof copy, "%s", line);
        for (char *save, *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
                argv[n++] = w;
        *m = (struct mine){.onoff = -1};
        return options_parse(&verb, n, argv, m, &help, err);
}

static void every_spelling(void **state)
{
        static const char *const lines[] = {
                "mine -f -i3 -w two --onoff off -b 7 -W 1.5 -m a -m b x y",
                "mine x -fi 3 y --word=two --onoff=off --big=7 --wait 1500ms --many a --many=b",
                "mine --flag --number -- 3",
        };
        struct mine m;
        struct error e;

        (void)state;
        for (int i = 0; i < 2; i++) {
                assert_int_equal(parse(&m, &e, lines[i]), 0);
                assert_true(m.flag && m.number == 3 && m.word == 1 && m.onoff == 0 && m.big == 7);
                assert_true(m.wait == 1500000000 && m.many.n == 2);
                assert_string_equal(m.many.values[1], "b");
                assert_int_equal(m.common.n_words, 2);
                assert_string_equal(m.common.words[0], "x");
                assert_string_equal(m.common.words[1], "y");
        }
        assert_int_equal(parse(&m, &e, lines[2]), -1); /* -- is no number */
}

static void words_after_dashes_are_words(void **state)
{
        struct mine m;
        struct error e;

        (void)state;
        assert_int_equal(parse(&m, &e, "mine a -- -f --nonsense"), 0);
        assert_true(m.common.has_dashes && m.common.dashes == 1 && m.common.n_words == 3 && !m.flag);
        assert_string_equal(m.common.words[2], "--nonsense");
}

static void errors_name_the_option(void **state)
{
        static const char *const rows[][2] = {
                {"mine --nonsense", "--nonsense"}, {"mine -z", "-z"}, {"mine -i 6", "-5 to 5"}, {"mine -i", "--number"},
                {"mine --flag=3", "takes no value"}, {"mine -w four", "one|two|three"}, {"mine -b 0", "1 or more"},
                {"mine --onoff maybe", "off|on"}, {"mine -W soon", "needs a time"},
        };
        struct mine m;
        struct error e;

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                assert_int_equal(parse(&m, &e, rows[i][0]), -1);
                if (!strstr(e.text, rows[i][1]))
                        fail_msg("%s: %s", rows[i][0], e.text);
        }
}

static void verbs_by_prefix(void **state)
{
        const struct verb *v;
        struct error e;
        struct text t = {0};

        (void)state;
        for (size_t i = 0; (v = verb_at(i)); i++) {
                assert_ptr_equal(verb_find(v->name, &e), v);
                text_clear(&t);
                verb_help(v, &t); /* each has its help, and each option is in it */
                for (size_t k = 0; v->options[k]; k++)
                        for (const struct option_row *o = v->options[k]; o->name; o++)
                                assert_non_null(strstr(text_string(&t), o->name));
        }
        text_free(&t);
        assert_string_equal(verb_find("memb", &e)->name, "members");
        assert_null(verb_find("l", &e)); /* lint, lab, list */
        assert_non_null(strstr(e.text, "lint"));
        assert_null(verb_find("", &e));
        assert_null(verb_find("nonsense", &e));
}

/* A letter or a name that a verb has twice would hide the second. */
static void no_option_hides_another(void **state)
{
        const struct verb *v;

        (void)state;
        for (size_t i = 0; (v = verb_at(i)); i++) {
                const struct option_row *seen[128];
                size_t n = 0;
                for (size_t k = 0; v->options[k]; k++)
                        for (const struct option_row *o = v->options[k]; o->name; o++) {
                                for (size_t j = 0; j < n; j++)
                                        if ((o->letter && seen[j]->letter == o->letter) || !strcmp(seen[j]->name, o->name))
                                                fail_msg("%s has --%s and --%s", v->name, seen[j]->name, o->name);
                                assert_true(n < 128);
                                seen[n++] = o;
                        }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_spelling), cmocka_unit_test(words_after_dashes_are_words),
                cmocka_unit_test(errors_name_the_option), cmocka_unit_test(verbs_by_prefix),
                cmocka_unit_test(no_option_hides_another),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
