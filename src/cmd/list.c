/* SPDX-License-Identifier: BSD-2-Clause */
/* list: every list of the program, walked where it stands. */
#include "igmpscope/cmd.h"

#include <string.h>

#include "igmpscope/craft.h"
#include "igmpscope/lab.h"
#include "igmpscope/model.h"
#include "igmpscope/out.h"
#include "igmpscope/verify.h"
#include "igmpscope/wire.h"

static void line(struct writer *w, const struct kind *kind, const char *name, int width, const char *summary)
{
        writer_open(w, kind);
        put_column(w, STYLE_GROUP, width, "%s", name);
        put_column(w, STYLE_PLAIN, 0, "%s", summary);
        put_str(w, "name", name);
        put_str(w, "summary", summary);
        writer_close(w);
}

static void list_verbs(struct writer *w)
{
        static const struct kind kind = {"verb", NULL};
        const struct verb *v;

        for (size_t i = 0; (v = verb_at(i)); i++)
                line(w, &kind, v->name, 10, v->summary);
}

static void list_formats(struct writer *w)
{
        static const struct kind kind = {"format", NULL};
        const struct format *f;

        for (size_t i = 0; (f = format_at(i)); i++)
                line(w, &kind, f->name, 8, f->summary);
}

static void list_messages(struct writer *w)
{
        static const struct kind kind = {"message", NULL};
        const struct message *m;

        for (size_t i = 0; (m = message_at(i)); i++) {
                writer_open(w, &kind);
                put_column(w, STYLE_DIM, 6, "%s", m->family == FAMILY_MLD ? "ICMPv6" : "IGMP");
                put_column(w, STYLE_PLAIN, -4, "0x%02x", m->type);
                put_column(w, STYLE_GROUP, 38, "%s", m->title);
                put_column(w, STYLE_DIM, 0, "%s", m->cite);
                put_str(w, "family", m->family == FAMILY_MLD ? "mld" : "igmp");
                put_uint(w, "type", m->type);
                put_uint(w, "version", m->version);
                put_str(w, "name", m->name);
                put_str(w, "title", m->title);
                put_uint(w, "min_length", m->min);
                put_str(w, "cite", m->cite);
                writer_close(w);
        }
}

static void list_rules(struct writer *w)
{
        const struct rule *r;

        for (size_t i = 0; (r = rule_at(i)); i++)
                rule_describe(r, w);
}

static void list_claims(struct writer *w)
{
        const struct claim *c;

        for (size_t i = 0; (c = claim_at(i)); i++)
                claim_describe(c, w);
}

static void list_links(struct writer *w)
{
        static const struct kind kind = {"link", NULL};
        const struct link_type *l;

        for (size_t i = 0; (l = link_at(i)); i++)
                line(w, &kind, l->name, 16, l->summary);
}

static void list_faults(struct writer *w)
{
        static const struct kind kind = {"fault", NULL};
        const struct fault *f;

        for (size_t i = 0; (f = fault_at(i)); i++) {
                writer_open(w, &kind);
                put_column(w, STYLE_GROUP, 11, f->argument ? "%s=%s" : "%s", f->name, f->argument);
                put_column(w, STYLE_PLAIN, 66, "%s", f->summary);
                put_column(w, STYLE_DIM, 0, "%s", f->rules);
                put_str(w, "name", f->name);
                put_str(w, "argument", f->argument);
                put_str(w, "summary", f->summary);
                put_str(w, "rules", f->rules);
                writer_close(w);
        }
}

static void list_topologies(struct writer *w)
{
        const struct topology *t;

        for (size_t i = 0; (t = topology_at(i)); i++)
                topology_describe(t, w);
}

static const struct list {
        const char *name, *summary;
        void (*walk)(struct writer *w);
} lists[] = {
        {"verbs", "what igmpscope does", list_verbs},
        {"messages", "IGMP and MLD message types", list_messages},
        {"rules", "conformance rules, with their sources", list_rules},
        {"claims", "what verify measures, with the documents that say it", list_claims},
        {"links", "link types that are decoded", list_links},
        {"faults", "what `send --bad` breaks, and the rules that find it", list_faults},
        {"topologies", "networks that the laboratory can be", list_topologies},
        {"formats", "how output can look (-T)", list_formats},
};

static const struct list *find(const char *word)
{
        for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
                if (!strncmp(lists[i].name, word, strlen(word)))
                        return &lists[i];
        return NULL;
}

static int run(void *settings, struct error *err)
{
        static const struct kind kind = {"list", NULL};
        struct settings *s = settings;
        const struct list *found = s->n_words ? find(s->words[0]) : NULL;
        struct output o;

        if (s->n_words > 1)
                return error_set(err, "one list at a time, not '%s' as well", s->words[1]);
        if (s->n_words && !found)
                return error_set(err, "no list '%s'; `igmpscope list` names them", s->words[0]);
        if (output_open(&o, s, err) < 0)
                return -1;
        if (found)
                found->walk(&o.writer);
        for (size_t i = 0; !found && i < sizeof lists / sizeof *lists; i++)
                line(&o.writer, &kind, lists[i].name, 12, lists[i].summary);
        return output_close(&o, err);
}

static const struct option_row *const options[] = {options_output, NULL};

const struct verb verb_list = {
        .name = "list",
        .arguments = "[verbs|messages|rules|claims|formats|links|faults|topologies]",
        .summary = "every list that the program is made of: verbs, messages, rules, formats, link types …",
        .options = options,
        .size = sizeof(struct settings),
        .run = run,
};
