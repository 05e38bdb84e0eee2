/* SPDX-License-Identifier: BSD-2-Clause */
/* How verdicts are shown: a table with the reasons below what failed, values of a format, or TAP 13 with YAML
 * diagnostics (testanything.org); and the exit status that they make. */
#include "igmpscope/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "igmpscope/model.h"
#include "igmpscope/out.h"

static const struct look {
        const char *word;
        enum style style;
} looks[] = {
        [RESULT_HOLDS] = {"ok", STYLE_GOOD}, [RESULT_DEVIATES] = {"FAILED", STYLE_BAD},
        [RESULT_SKIPPED] = {"skipped", STYLE_WARN},
};

int verdicts_open(struct verdicts *v, const struct settings *s, struct output *o, const char *suite, size_t plan,
                  struct error *err)
{
        *v = (struct verdicts){.settings = s, .out = o, .suite = suite, .width = 28, .junit_fd = -1};
        if (s->tap && !writer_columns(&o->writer))
                return error_set(err, "--tap or -T %s, not both", o->writer.format->name);
        if (s->tap)
                text_add_format(&o->text, "TAP version 13\n1..%zu\n", plan);
        if (!s->junit)
                return 0;
        v->junit_fd = open(s->junit, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        return v->junit_fd < 0 ? error_system(err, errno, NULL, "write %s", s->junit) : 0;
}

/* ---- for people ---- */

static void detail_line(struct writer *w, const char *name, const char *text, size_t n)
{
        writer_open(w, &kind_verdict);
        put_column(w, STYLE_PLAIN, 7, "%s", "");
        put_column(w, STYLE_DIM, 8, "%s", name);
        put_column(w, STYLE_PLAIN, 0, "%.*s", (int)n, text);
        writer_close(w);
}

/* What stands apart by "; " gets lines of its own. */
static void detail(struct writer *w, const char *name, const char *text)
{
        while (text && *text) {
                const char *end = strstr(text, "; ");
                size_t n = end ? (size_t)(end - text) : strlen(text);
                detail_line(w, name, text, n);
                text = end ? end + 2 : NULL;
                name = "";
        }
}

static void show(const struct verdicts *v, const struct verdict *one)
{
        struct writer *w = &v->out->writer;
        static const struct look known = {"differs", STYLE_WARN};
        const struct look *look = one->known ? &known : &looks[one->result];

        writer_open(w, &kind_verdict);
        put_column(w, look->style, 7, "%s", look->word);
        put_column(w, STYLE_DIM, v->width, "%s", one->id);
        put_column(w, STYLE_PLAIN, 0, "%s", one->claim);
        if (one->cite)
                put_column(w, STYLE_DIM, 0, "[%s]", one->cite);
        writer_close(w);
        if (one->result == RESULT_SKIPPED)
                detail(w, "because", one->reason);
        if (one->result == RESULT_DEVIATES || w->detail) {
                detail(w, "expected", one->expected);
                detail(w, one->result == RESULT_DEVIATES ? "but" : "seen", one->seen);
                if (one->known && one->reason)
                        detail_line(w, "known", one->reason, strlen(one->reason));
                if (one->evidence)
                        detail(w, "evidence", one->evidence);
        }
}

/* ---- TAP ---- */

static void tap_text(struct text *t, const char *s) /* # begins a directive, a line is a line */
{
        for (; *s; s++) {
                if (*s == '#' || *s == '\\')
                        text_add_char(t, '\\');
                text_add_char(t, (unsigned char)*s < ' ' ? ' ' : *s);
        }
}

static void yaml(struct text *t, const char *name, const char *value)
{
        if (!value)
                return;
        text_add_format(t, "  %s: ", name);
        json_string(t, (struct bytes){(const uint8_t *)value, strlen(value)});
        text_add_char(t, '\n');
}

static void tap_diagnostics(struct text *t, const struct verdict *one)
{
        text_add(t, "  ---\n");
        yaml(t, "expected", one->expected);
        yaml(t, "seen", one->seen);
        yaml(t, "cite", one->cite);
        yaml(t, "evidence", one->evidence);
        for (uint32_t i = 0; i < one->n_frames; i++)
                text_add_format(t, i ? ", %llu" : "  frames: [%llu", (unsigned long long)one->frames[i]);
        text_add(t, one->n_frames ? "]\n  ...\n" : "  ...\n");
}

static void tap(const struct verdicts *v, const struct verdict *one)
{
        struct text *t = &v->out->text;

        text_add_format(t, "%s %zu - ", one->result == RESULT_DEVIATES ? "not ok" : "ok", v->n);
        tap_text(t, one->id);
        text_add_char(t, ' ');
        tap_text(t, one->claim);
        if (one->result == RESULT_SKIPPED) {
                text_add(t, " # SKIP ");
                tap_text(t, one->reason ? one->reason : "");
        } else if (one->known) {
                text_add(t, " # TODO known: ");
                tap_text(t, one->reason ? one->reason : "in the baseline");
        }
        text_add_char(t, '\n');
        if (one->result == RESULT_DEVIATES)
                tap_diagnostics(t, one);
}

/* ---- all of them ---- */

void verdicts_put(struct verdicts *v, const struct verdict *one)
{
        v->n++;
        v->failed += one->result == RESULT_DEVIATES && !one->known;
        v->skipped += one->result == RESULT_SKIPPED;
        if (v->junit_fd >= 0)
                junit_case(&v->junit, v->suite, one);
        if (v->settings->tap)
                tap(v, one);
        else if (writer_columns(&v->out->writer))
                show(v, one);
        else
                verdict_describe(one, &v->out->writer);
}

static int write_junit(struct verdicts *v, struct error *err)
{
        struct text t = {0};
        size_t done = 0;
        int r = 0;

        junit_suite(&t, v, &v->junit);
        while (done < t.n && !r) {
                ssize_t n = write(v->junit_fd, t.p + done, t.n - done);
                if (n >= 0)
                        done += (size_t)n;
                else if (errno != EINTR)
                        r = error_system(err, errno, NULL, "write %s", v->settings->junit);
        }
        if (t.failed)
                r = error_set(err, "out of memory while writing %s", v->settings->junit);
        text_free(&t);
        if (close(v->junit_fd) && !r)
                r = error_system(err, errno, NULL, "write %s", v->settings->junit);
        v->junit_fd = -1;
        return r;
}

void verdicts_abandon(struct verdicts *v)
{
        if (v->settings && v->junit_fd >= 0)
                close(v->junit_fd);
        text_free(&v->junit);
        *v = (struct verdicts){.junit_fd = -1};
}

int verdicts_close(struct verdicts *v, struct error *err)
{
        int r = v->junit_fd >= 0 ? write_junit(v, err) : 0;

        text_free(&v->junit);
        if (r < 0)
                return -1;
        if (writer_columns(&v->out->writer) && !v->settings->tap)
                note(v->settings, "%zu as expected, %zu failed, %zu skipped", v->n - v->failed - v->skipped, v->failed,
                     v->skipped);
        return v->failed ? EXIT_NOT_HELD : v->n && v->skipped == v->n ? EXIT_SKIPPED : EXIT_HELD;
}
