/* SPDX-License-Identifier: BSD-2-Clause */
/* The catalogue: every rule in one list, and rules and findings through the writer. */
#include "rule.h"

#include <stdio.h>
#include <string.h>

static const struct rule_set *const sets[] = {&rules_igmp, &rules_igmp3, &rules_mld, &rules_sequence};

const struct rule *rule_at(size_t i)
{
        for (size_t s = 0; s < sizeof sets / sizeof *sets; i -= sets[s++]->n)
                if (i < sets[s]->n)
                        return &sets[s]->rows[i];
        return NULL;
}

const struct rule *rule_find(const char *id)
{
        const struct rule *r;

        for (size_t i = 0; (r = rule_at(i)); i++)
                if (!strcmp(r->id, id))
                        return r;
        return NULL;
}

bool rule_is_sequence(const struct rule *r)
{
        return !r->check;
}

bool rule_is_opt_in(const struct rule *r)
{
        return r->messages & RULE_OPT_IN;
}

const char *severity_name(enum severity s)
{
        static const char *const names[] = {"notice", "should", "must"};
        return names[s];
}

const char *basis_name(enum basis b)
{
        static const char *const names[] = {
                [BASIS_MUST] = "MUST", [BASIS_SHOULD] = "SHOULD", [BASIS_MAY] = "MAY", [BASIS_REC] = "RECOMMENDED",
                [BASIS_LC] = "lower-case must or should", [BASIS_STATEMENT] = "plain statement",
                [BASIS_DERIVED] = "derived by us",
        };
        return names[b];
}

static enum style severity_style(enum severity s)
{
        return s == SEVERITY_MUST ? STYLE_BAD : s == SEVERITY_SHOULD ? STYLE_WARN : STYLE_DIM;
}

/* The first document of a citation, for lines that people read. */
static int first_cite(const char *cite)
{
        return (int)strcspn(cite, ";");
}

/* ---- findings ---- */

static void finding_schema(struct writer *w)
{
        static const struct rule any = {.id = "", .text = "", .cite = ""};
        finding_describe(&(struct finding){.rule = &any}, w);
}

const struct kind kind_finding = {"finding", finding_schema};

void finding_columns(const struct finding *f, struct writer *w)
{
        const enum style style = severity_style(f->severity);
        const struct rule *r = f->rule;
        char host[ADDR_TEXT];

        if (!writer_columns(w))
                return;
        put_column(w, style, 0, "!");
        put_column(w, style, 6, "%s", severity_name(f->severity));
        put_column(w, STYLE_HOST, f->host.len == 16 ? 25 : 15, "%s", addr_format(&f->host, host));
        put_column(w, style, 27, "%s", r->id);
        put_column(w, STYLE_PLAIN, 0, "seen %s, expected %s", f->seen, f->expected);
        put_column(w, STYLE_DIM, 0, "%.*s", first_cite(r->cite), r->cite);
}

void finding_fields(const struct finding *f, struct writer *w)
{
        if (f->frame || w->schema)
                put_uint(w, "frame", f->frame);
        put_time(w, "time", f->time_ns);
        put_str(w, "rule", f->rule->id);
        put_str(w, "severity", severity_name(f->severity));
        put_str(w, "basis", basis_name(f->rule->basis));
        put_str(w, "cite", f->rule->cite);
        put_str(w, "seen", f->seen);
        put_str(w, "expected", f->expected);
        put_str(w, "text", f->rule->text);
        put_str(w, "interface", f->interface[0] ? f->interface : NULL);
        put_addr(w, "host", &f->host);
}

void finding_describe(const struct finding *f, struct writer *w)
{
        writer_open(w, &kind_finding);
        finding_columns(f, w);
        finding_fields(f, w);
        writer_close(w);
}

/* ---- rules ---- */

static void rule_schema(struct writer *w)
{
        static const struct rule any = {.id = "", .text = "", .cite = ""};
        rule_describe(&any, w);
}

const struct kind kind_rule = {"rule", rule_schema};

/* The next message that the rule judges, in words; *at starts at 0. */
static bool message_next(const struct rule *r, unsigned *at, char word[48])
{
        for (; *at < 2 * MSG_CLASSES; ) {
                const enum family f = *at < MSG_CLASSES ? FAMILY_IGMP : FAMILY_MLD;
                const unsigned bit = (*at)++ % MSG_CLASSES;
                const char *name = message_class_name(bit, f);
                if (!name || !(r->messages >> bit & 1) || (r->family && r->family != f))
                        continue;
                snprintf(word, 48, "%s %s", f == FAMILY_MLD ? "MLD" : "IGMP", name);
                return true;
        }
        return false;
}

static void put_messages(const struct rule *r, struct writer *w)
{
        char word[48];

        put_list(w, "messages");
        for (unsigned at = 0; message_next(r, &at, word); )
                put_str(w, NULL, word);
        put_list_end(w);
}

void rule_words(const struct rule *r, struct text *t)
{
        char word[48];
        unsigned at = 0;

        text_add_format(t, "%s Severity %s, basis: %s. ", r->text, severity_name(r->severity),
                        basis_name(r->basis));
        text_add(t, !rule_is_sequence(r) ? "One packet is enough to judge it. "
                    : r->messages ? "It needs history. " : "It needs history, and speaks where there is data.");
        for (const char *before = "Judges: "; message_next(r, &at, word); before = ", ")
                text_add_format(t, "%s%s", before, word);
        text_add(t, r->messages & MSG_ANY ? "." : "");
        if (rule_is_opt_in(r))
                text_add(t, " Judged only where asked for: --only, --all.");
}

void rule_describe(const struct rule *r, struct writer *w)
{
        writer_open(w, &kind_rule);
        put_column(w, STYLE_GROUP, 28, "%s", r->id);
        put_column(w, severity_style(r->severity), 6, "%s", severity_name(r->severity));
        put_column(w, STYLE_PLAIN, 0, "%s", r->text);
        put_column(w, STYLE_DIM, 0, "%.*s", first_cite(r->cite), r->cite);
        put_str(w, "rule", r->id);
        put_str(w, "severity", severity_name(r->severity));
        put_str(w, "basis", basis_name(r->basis));
        put_str(w, "scope", !rule_is_sequence(r) ? "packet" : r->messages ? "sequence" : "data");
        put_str(w, "family", r->family == FAMILY_IGMP ? "igmp" : r->family == FAMILY_MLD ? "mld" : "both");
        put_messages(r, w);
        put_bool(w, "on", !rule_is_opt_in(r));
        put_str(w, "cite", r->cite);
        put_str(w, "text", r->text);
        writer_close(w);
}
