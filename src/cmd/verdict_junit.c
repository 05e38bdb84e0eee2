/* SPDX-License-Identifier: BSD-2-Clause */
/* Verdicts as JUnit XML, in the shape that Jenkins, GitLab and GitHub's reporters read: one suite, a case a verdict. */
#include "igmpscope/cmd.h"

#include <string.h>

#include "igmpscope/model.h"
#include "igmpscope/out.h"

/* XML 1.0 §2.2: no control characters but tab and line feed; octets that are no UTF-8 become U+FFFD. */
static void xml_text(struct text *t, const char *s)
{
        static const char special[] = "&<>\"";
        static const char *const names[] = {"&amp;", "&lt;", "&gt;", "&quot;"};
        struct bytes b = {(const uint8_t *)s, strlen(s)};

        while (b.n) {
                size_t n = utf8_length(b);
                const char *found = n == 1 ? strchr(special, *b.p) : NULL;
                if (found)
                        text_add(t, names[found - special]);
                else if (!n || (*b.p < ' ' && *b.p != '\n' && *b.p != '\t'))
                        text_add(t, "\xef\xbf\xbd");
                else
                        text_add_n(t, (const char *)b.p, n);
                n += !n;
                b = (struct bytes){b.p + n, b.n - n};
        }
}

static void attribute(struct text *t, const char *name, const char *value)
{
        text_add_format(t, " %s=\"", name);
        xml_text(t, value ? value : "");
        text_add_char(t, '"');
}

static void body_line(struct text *t, const char *name, const char *value)
{
        if (!value)
                return;
        text_add_format(t, "%s: ", name);
        xml_text(t, value);
        text_add_char(t, '\n');
}

static void failure(struct text *t, const struct verdict *v)
{
        text_add(t, "      <failure type=\"deviates\"");
        attribute(t, "message", v->seen);
        text_add_char(t, '>');
        body_line(t, "expected", v->expected);
        body_line(t, "seen", v->seen);
        body_line(t, "cite", v->cite);
        body_line(t, "evidence", v->evidence);
        for (uint32_t i = 0; i < v->n_frames; i++)
                text_add_format(t, "%s%llu", i ? " " : "frames: ", (unsigned long long)v->frames[i]);
        text_add(t, "</failure>\n");
}

void junit_case(struct text *t, const char *suite, const struct verdict *v)
{
        text_add(t, "    <testcase");
        attribute(t, "classname", suite);
        text_add(t, " name=\"");
        xml_text(t, v->id);
        text_add_char(t, ' ');
        xml_text(t, v->claim);
        if (v->result == RESULT_HOLDS) {
                text_add(t, "\"/>\n");
                return;
        }
        text_add(t, "\">\n");
        if (v->result == RESULT_DEVIATES && !v->known) {
                failure(t, v);
        } else {
                text_add(t, "      <skipped");
                attribute(t, "message", v->reason);
                text_add(t, "/>\n");
        }
        text_add(t, "    </testcase>\n");
}

void junit_suite(struct text *t, const struct verdicts *v, struct text *cases)
{
        struct text sums = {0};

        text_add_format(&sums, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n", v->n,
                        v->failed, v->skipped);
        text_add(t, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
        text_add(t, text_string(&sums));
        text_add(t, "  <testsuite");
        attribute(t, "name", v->suite);
        text_add(t, text_string(&sums));
        text_add(t, text_string(cases));
        text_add(t, "  </testsuite>\n</testsuites>\n");
        text_free(&sums);
}
