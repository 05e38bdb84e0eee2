/* SPDX-License-Identifier: BSD-2-Clause */
/* A verdict through the writer: one claim's or expectation's result. */
#include "igmpscope/model.h"

const char *result_name(enum result r)
{
        static const char *const names[] = {"holds", "deviates", "skipped"};
        return names[r];
}

static void describe_verdict_schema(struct writer *w)
{
        verdict_describe(&(struct verdict){.id = "", .claim = "", .cite = ""}, w);
}

const struct kind kind_verdict = {"verdict", describe_verdict_schema};

static void verdict_columns(const struct verdict *v, struct writer *w)
{
        static const struct { const char *word; enum style style; } looks[] = {
                [RESULT_HOLDS] = {"holds", STYLE_GOOD}, [RESULT_DEVIATES] = {"DEVIATES", STYLE_BAD},
                [RESULT_SKIPPED] = {"skipped", STYLE_DIM},
        };

        put_column(w, looks[v->result].style, 8, "%s", looks[v->result].word);
        put_column(w, STYLE_PLAIN, 28, "%s", v->id);
        put_column(w, STYLE_PLAIN, 0, "%s", v->claim);
        if (v->result == RESULT_SKIPPED && v->reason)
                put_column(w, STYLE_WARN, 0, "%s", v->reason);
        if (v->result == RESULT_DEVIATES)
                put_column(w, STYLE_WARN, 0, "expected %s, seen %s", v->expected ? v->expected : "-",
                           v->seen ? v->seen : "nothing");
        if (v->cite)
                put_column(w, STYLE_DIM, 0, "[%s]", v->cite);
}

void verdict_describe(const struct verdict *v, struct writer *w)
{
        writer_open(w, &kind_verdict);
        verdict_columns(v, w);
        put_str(w, "id", v->id);
        put_str(w, "result", result_name(v->result));
        if (v->known || w->schema)
                put_bool(w, "known", v->known);
        put_str(w, "claim", v->claim);
        put_str(w, "cite", v->cite);
        put_str(w, "expected", v->expected);
        put_str(w, "seen", v->seen);
        put_str(w, "reason", v->reason);
        put_str(w, "evidence", v->evidence);
        if (v->n_frames || w->schema) {
                put_list(w, "frames");
                for (uint32_t i = 0; i < v->n_frames; i++)
                        put_uint(w, NULL, v->frames[i]);
                put_list_end(w);
        }
        writer_close(w);
}
