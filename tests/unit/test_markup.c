/* SPDX-License-Identifier: BSD-2-Clause */
/* What strangers sent never becomes markup. */
#include "igmpscope/out.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

static void test_escape(void **state)
{
        static const struct {
                const char *in;
                size_t n;
                const char *out;
        } rows[] = {
                {"<script>alert(1)</script>", 0, "&lt;script&gt;alert(1)&lt;/script&gt;"},
                {"\" onload=\"x", 0, "&quot; onload=&quot;x"},
                {"' `&amp;", 0, "&#39; &#96;&amp;amp;"},
                {"]]>--><!--", 0, "]]&gt;--&gt;&lt;!--"},
                {"a\0b", 3, "a\xef\xbf\xbd" "b"},                              /* XML has no NUL */
                {"\x01\x1b[2J\x7f", 0, "\xef\xbf\xbd\xef\xbf\xbd[2J\xef\xbf\xbd"},
                {"\xc3\xa4\xe2\x82\xac", 0, "\xc3\xa4\xe2\x82\xac"},           /* UTF-8 stays */
                {"\xc0\xbc\xff<", 0, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd&lt;"}, /* an overlong '<' is none */
                {"\xe2\x80\xaegnp", 0, "\xef\xbf\xbdgnp"},                     /* right-to-left override */
                {"\xef\xbf\xbf", 0, "\xef\xbf\xbd"},                           /* U+FFFF: not in XML */
                {"a\tb\n", 0, "a\tb\n"},
                {"", 0, ""},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                struct text t = {0};
                size_t n = rows[i].n ? rows[i].n : strlen(rows[i].in);
                markup_escape(&t, (struct bytes){(const uint8_t *)rows[i].in, n});
                assert_string_equal(text_string(&t), rows[i].out);
                text_free(&t);
        }
}

/* No octet at all opens a tag, ends an attribute or begins a reference of its own. */
static void test_every_octet(void **state)
{
        (void)state;
        for (unsigned c = 0; c < 256; c++) {
                uint8_t in[3] = {'x', (uint8_t)c, 'y'};
                struct text t = {0};
                markup_escape(&t, (struct bytes){in, sizeof in});
                assert_null(strpbrk(text_string(&t), "<>\"'`"));
                if (strchr(text_string(&t), '&'))
                        assert_non_null(strchr(text_string(&t), ';'));
                text_free(&t);
        }
}

static void test_template(void **state)
{
        const char *volatile none = NULL;
        struct text t = {0};

        (void)state;
        markup_add(&t, "<a b=\"%s\" c=\"%d %ld\">%u %lu %llu %zu %.2f 100%%</a>", "\"><i>", -3, -4L, 5U, 6UL, 7ULL,
                   (size_t)8, 1.005);
        assert_string_equal(text_string(&t), "<a b=\"&quot;&gt;&lt;i&gt;\" c=\"-3 -4\">5 6 7 8 1.00 100%</a>");
        text_clear(&t);
        markup_add(&t, "<p>%s</p>", none);
        assert_string_equal(text_string(&t), "<p></p>");
        text_free(&t);
}

static void test_svg(void **state)
{
        struct text t = {0};

        (void)state;
        svg_open(&t, 10, 20, "a<b", false);
        svg_link(&t, "#p1\"", "<x>");
        svg_text(&t, "dim", SVG_END, 1, 2, "</text>");
        svg_link_end(&t);
        svg_close(&t);
        assert_string_equal(text_string(&t),
                            "<svg width=\"10\" height=\"20\" viewBox=\"0 0 10 20\" role=\"group\" aria-label=\"a&lt;b\">"
                            "<title>a&lt;b</title><a href=\"#p1&quot;\"><title>&lt;x&gt;</title>"
                            "<text class=\"dim\" text-anchor=\"end\" x=\"1\" y=\"2\">&lt;/text&gt;</text></a></svg>\n");
        text_clear(&t);
        svg_open(&t, 1, 1, "", true);
        assert_non_null(strstr(text_string(&t), "xmlns=\"http://www.w3.org/2000/svg\" width"));
        assert_non_null(strstr(text_string(&t), "<style>"));
        text_free(&t);
}

/* Style sheets go into pages as they are: no character of them is markup. */
static void test_style(void **state)
{
        (void)state;
        assert_null(strpbrk(svg_style, "<&"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_escape), cmocka_unit_test(test_every_octet), cmocka_unit_test(test_template),
                cmocka_unit_test(test_svg), cmocka_unit_test(test_style),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
