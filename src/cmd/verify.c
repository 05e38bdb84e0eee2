/* SPDX-License-Identifier: BSD-2-Clause */
/* verify: what documents say about multicast sockets, hosts and switches, measured on this kernel. */
#include "igmpscope/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "igmpscope/verify.h"

struct verify_settings {
        struct settings common; /* first */
        const char *directory, *baseline;
        int parallel, spoil;
};

/* A claim is asked for by its id, the beginning of its id up to a dash, a tag, or by naming nothing. */
static bool wanted(const struct claim *c, const struct settings *s)
{
        for (int i = 0; i < s->n_words; i++) {
                size_t n = strlen(s->words[i]);
                if (claim_has_tag(c, s->words[i])
                    || (!strncmp(c->id, s->words[i], n) && (!c->id[n] || c->id[n] == '-')))
                        return true;
        }
        return !s->n_words;
}

static int check_words(const struct settings *s, struct error *err)
{
        for (int i = 0; i < s->n_words; i++) {
                struct settings one = {.words = s->words + i, .n_words = 1};
                const struct claim *c;
                size_t k = 0;
                while ((c = claim_at(k)) && !wanted(c, &one))
                        k++;
                if (!c)
                        return error_set(err, "no claim and no tag '%s'; `igmpscope list claims` names them",
                                s->words[i]);
        }
        return 0;
}

static const struct claim **select_claims(const struct settings *s, size_t *n)
{
        const struct claim **list, *c;
        size_t all = 0;

        while (claim_at(all))
                all++;
        list = calloc(all + 1, sizeof *list);
        *n = 0;
        for (size_t i = 0; list && (c = claim_at(i)); i++)
                if (wanted(c, s))
                        list[(*n)++] = c;
        return list;
}

/* ---- baseline: "id TAB seen" of claims that deviated ---- */

static int load_baseline(const char *name, struct text *t, struct error *err)
{
        char block[4096];
        FILE *f = name ? fopen(name, "re") : NULL;
        size_t n;

        text_add_char(t, '\n');
        if (!f)
                return !name || errno == ENOENT ? 0 : error_system(err, errno, NULL, "--baseline %s", name);
        while ((n = fread(block, 1, sizeof block, f)) > 0)
                text_add_n(t, block, n);
        fclose(f);
        return 0;
}

static bool in_baseline(struct text *baseline, const struct verdict *v)
{
        struct text line = {0};
        bool found;

        text_add_format(&line, "\n%s\t%s\n", v->id, v->seen ? v->seen : "");
        found = strstr(text_string(baseline), text_string(&line)) != NULL;
        text_free(&line);
        return found;
}

static int save_baseline(const char *name, struct text *t, struct error *err)
{
        FILE *f = fopen(name, "we");
        bool bad = !f || fwrite(t->p, 1, t->n, f) != t->n;

        if (f && fclose(f))
                bad = true;
        return bad ? error_system(err, errno, NULL, "write %s", name) : 0;
}

struct tally {
        size_t holds, known, unexpected, skipped;
};

/* What Linux is known to do differently, and what the baseline holds, is shown and is no failure. */
static void count(struct tally *t, struct verdict *v, const struct claim *c, struct text *baseline, struct text *now)
{
        if (v->result == RESULT_SKIPPED) {
                t->skipped++;
        } else if (v->result == RESULT_HOLDS) {
                t->holds++;
        } else {
                v->known = c->lesson || in_baseline(baseline, v);
                t->known += v->known;
                t->unexpected += !v->known;
                text_add_format(now, "%s\t%s\n", v->id, v->seen);
        }
}

static int measure(const struct verify_settings *s, const struct verify_options *o, struct verdicts *out,
                   struct output *file, struct error *err)
{
        struct text baseline = {0}, now = {0};
        struct tally t = {0};
        struct verify *v = NULL;
        struct verdict one;
        const struct claim *c;
        struct utsname u = {0};
        int r = load_baseline(s->baseline, &baseline, err);

        if (r == 0)
                r = verify_open(&v, o, err);
        while (r == 0 && (r = verify_next(v, &one, &c, err)) > 0) {
                count(&t, &one, c, &baseline, &now);
                verdicts_put(out, &one);
                r = output_flush(file, err);
        }
        verify_close(v);
        if (r == 0 && s->baseline && baseline.n <= 1)
                r = save_baseline(s->baseline, &now, err);
        uname(&u);
        if (r == 0)
                note(&s->common, "%s %s: %zu claims hold, %zu deviate as known, %zu unexpectedly, %zu skipped",
                        u.sysname,
                     u.release, t.holds, t.known, t.unexpected, t.skipped);
        text_free(&baseline);
        text_free(&now);
        return r;
}

static int run(void *settings, struct error *err)
{
        struct verify_settings *s = settings;
        struct verify_options o = {.parallel = s->parallel, .directory = s->directory, .spoil = (enum spoil)s->spoil};
        const struct claim **claims;
        struct verdicts out;
        struct output file;
        int r = -1;

        if (check_words(&s->common, err) < 0)
                return -1;
        if (s->directory && mkdir(s->directory, 0777) && errno != EEXIST)
                return error_system(err, errno, NULL, "make %s", s->directory);
        claims = select_claims(&s->common, &o.n);
        o.claims = claims;
        if (!claims || output_open(&file, &s->common, err) < 0) {
                free(claims);
                return -1;
        }
        stop_on_signals();
        if (verdicts_open(&out, &s->common, &file, "verify", o.n, err) == 0) {
                r = measure(s, &o, &out, &file, err);
                if (r == 0)
                        r = verdicts_close(&out, err);
                else
                        verdicts_abandon(&out);
        }
        if (output_close(&file, r < 0 ? NULL : err) < 0)
                r = -1;
        free(claims);
        return r;
}

#define AT(field) offsetof(struct verify_settings, field)

static const struct option_row own[] = {
        {'w', "write", "DIR", "keep the evidence: a pcapng for each experiment",
         OPTION_TEXT, AT(directory), 0, 0, NULL},
        {'j', "parallel", "N", "so many laboratories side by side (default 8)",
         OPTION_INT, AT(parallel), 1, 64, NULL},
        {0, "baseline", "FILE",
         "deviations listed there are no failure; written if it does not exist, so that a change between kernels fails",
         OPTION_TEXT, AT(baseline), 0, 0, NULL},
        {0, "spoil", "HOW",
         "spoil the measurement to see claims fail: wrong values, wrong results, a witness that drops, forged packets",
         OPTION_WORD, AT(spoil), 0, 0, "nothing|values|results|drop|forge"},
        {0},
};

static const struct option_row *const options[] = {own, options_verdict, options_output, NULL};

const struct verb verb_verify = {
        .name = "verify",
        .arguments = "[CLAIM | TAG]…",
        .summary = "measures what documents say about multicast sockets, hosts and switches, each claim with a verdict",
        .text = "  igmpscope verify                 the whole catalogue, in laboratories made for it, without root\n"
                "  igmpscope verify ttl loop        by tag\n"
                "  igmpscope verify ttl-3 -w out    one claim, with its packets in out/\n"
                "  igmpscope verify --baseline kernel.tsv   first run writes it; later runs fail where anything "
                        "changed\n"
                "\nExit status 1 if a claim deviates that is not known to. `igmpscope list claims` names them all.\n",
        .options = options,
        .size = sizeof(struct verify_settings),
        .run = run,
};
