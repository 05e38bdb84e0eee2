/* SPDX-License-Identifier: BSD-2-Clause */
/* Help, printed from the tables of verbs and options. */
#include "igmpscope/cmd.h"

#include <string.h>

enum { COLUMN = 30, WIDTH = 96 };

/* Columns on a screen: UTF-8 continuation octets take none. */
static size_t screen_width(const char *s, size_t n)
{
        size_t width = 0;

        for (size_t i = 0; i < n; i++)
                width += (s[i] & 0xc0) != 0x80;
        return width;
}

/* Wraps words at WIDTH, each further line indented. */
static void wrapped(struct text *t, const char *s, size_t indent, size_t at)
{
        while (*s) {
                size_t n = strcspn(s, " \n"), width = screen_width(s, n);
                if (at > indent && at + 1 + width > WIDTH) {
                        text_add_format(t, "\n%*s", (int)indent, "");
                        at = indent;
                } else if (at > indent) {
                        text_add_char(t, ' ');
                        at++;
                }
                text_add_n(t, s, n);
                at += width;
                s += n;
                s += strspn(s, " \n");
        }
        text_add_char(t, '\n');
}

static void option_help(struct text *t, const struct option_row *o)
{
        size_t start = t->n, used;

        if (o->letter)
                text_add_format(t, "  -%c, --%s", o->letter, o->name);
        else
                text_add_format(t, "      --%s", o->name);
        if (o->argument)
                text_add_format(t, " %s", o->argument);
        used = screen_width(t->p + start, t->n - start);
        if (used + 2 > COLUMN)
                text_add_format(t, "\n%*s", COLUMN, "");
        else
                text_add_format(t, "%*s", (int)(COLUMN - used), "");
        wrapped(t, o->help, COLUMN, COLUMN);
}

void verb_help(const struct verb *v, struct text *t)
{
        text_add_format(t, "igmpscope %s %s\n\n", v->name, v->arguments);
        wrapped(t, v->summary, 0, 0);
        if (v->text)
                text_add_format(t, "\n%s", v->text);
        text_add(t, "\nOptions:\n");
        for (size_t i = 0; v->options[i]; i++)
                for (const struct option_row *o = v->options[i]; o->name; o++)
                        option_help(t, o);
        text_add(t, "\nExit status: 0 all held, 1 something did not, 2 wrong usage or environment, 77 all skipped.\n");
}

void usage(struct text *t)
{
        const struct verb *v;

        text_add(t, "igmpscope: who asked for which multicast group, did it reach the wire, and was it right\n\n"
                    "usage: igmpscope VERB [OPTION…] [WORD…]      (a unique prefix of a verb is enough)\n\n");
        for (size_t i = 0; (v = verb_at(i)); i++) {
                text_add_format(t, "  %-9s", v->name);
                wrapped(t, v->summary, 11, 11);
        }
        text_add(t, "\n  igmpscope help VERB, igmpscope VERB --help    its options and examples\n"
                    "  igmpscope --version\n\n"
                    "First steps: `igmpscope lab demo` shows a join, a query, an echo and a leave in a throw-away\n"
                    "laboratory; `igmpscope watch -i eth0` shows them on a real interface.\n");
}
