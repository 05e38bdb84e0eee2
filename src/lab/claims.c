/* SPDX-License-Identifier: BSD-2-Clause */
/* The lists of claims and experiments, chapter by chapter, and how an observation is compared. */
#include "igmpscope/verify.h"

#include <stdlib.h>
#include <string.h>

static const struct chapter {
        const struct experiment *experiments;
        const struct claim *claims;
} chapters[] = {
#define X(name) {experiments_##name, claims_##name},
        CHAPTERS(X)
#undef X
};

enum { CHAPTERS_N = sizeof chapters / sizeof *chapters };

const struct claim *claim_at(size_t i)
{
        for (size_t k = 0; k < CHAPTERS_N; k++)
                for (const struct claim *c = chapters[k].claims; c->id; c++)
                        if (!i--)
                                return c;
        return NULL;
}

const struct claim *claim_find(const char *id)
{
        const struct claim *c;

        for (size_t i = 0; (c = claim_at(i)); i++)
                if (!strcmp(c->id, id))
                        return c;
        return NULL;
}

const struct experiment *experiment_find(const char *name)
{
        for (size_t k = 0; k < CHAPTERS_N; k++)
                for (const struct experiment *e = chapters[k].experiments; e->name; e++)
                        if (!strcmp(e->name, name))
                                return e;
        return NULL;
}

bool claim_has_tag(const struct claim *c, const char *tag)
{
        size_t n = strlen(tag);

        for (const char *p = c->tags; *p;) {
                size_t len = strcspn(p, ",");
                if (len == n && !strncmp(p, tag, n))
                        return true;
                p += len;
                p += strspn(p, ", ");
        }
        return false;
}

static bool in_range(const char *range, size_t n, const char *seen)
{
        const char *dots = strstr(range, "..");
        char *end;
        double v, bound;

        if (!dots || dots >= range + n)
                return false;
        v = strtod(seen, &end);
        if (end == seen)
                return false;
        bound = strtod(range, NULL);
        if (dots != range && v < bound)
                return false;
        if (dots + 2 == range + n)
                return true;
        bound = strtod(dots + 2, &end);
        return end != dots + 2 && v <= bound;
}

bool verify_matches(const char *expected, const char *seen)
{
        for (const char *p = expected;;) {
                size_t n = strcspn(p, "|");
                if ((strlen(seen) == n && !strncmp(p, seen, n)) || in_range(p, n, seen))
                        return true;
                if (!p[n])
                        return false;
                p += n + 1;
        }
}

static void claim_fields(const struct claim *c, struct writer *w)
{
        put_str(w, "id", c->id);
        put_str(w, "tags", c->tags);
        put_str(w, "claim", c->text);
        put_str(w, "cite", c->cite);
        put_str(w, "experiment", c->experiment);
        put_str(w, "expected", c->expected);
        put_str(w, "lesson", c->lesson);
}

static void claim_schema(struct writer *w)
{
        claim_fields(&(struct claim){0}, w);
}

void claim_describe(const struct claim *c, struct writer *w)
{
        static const struct kind kind = {"claim", claim_schema};

        writer_open(w, &kind);
        put_column(w, STYLE_GROUP, 12, "%s", c->id);
        put_column(w, STYLE_DIM, 18, "%s", c->tags);
        put_column(w, STYLE_PLAIN, 0, "%s", c->text);
        put_column(w, STYLE_DIM, 0, "%s", c->cite);
        claim_fields(c, w);
        writer_close(w);
}
