/* SPDX-License-Identifier: BSD-2-Clause */
/* Formats: one description, every shape. */
#include "igmpscope/out.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

static void fields(struct writer *w)
{
        static const uint8_t mac[] = {2, 0, 0, 0, 0, 1};
        struct addr g = {4, {239, 1, 1, 1}}, none = {0};

        put_column(w, STYLE_HOST, 6, "%s", "left");
        put_column(w, STYLE_BAD, -6, "%s", "right");
        put_begin(w, "frame");
        put_uint(w, "number", 7);
        put_time(w, "time", 1000000001);
        put_end(w);
        put_mac(w, "mac", mac);
        put_addr(w, "group", &g);
        put_addr(w, "source", &none);
        put_str(w, "note", w->schema ? NULL : "a, \"b\"\n\x01\xc3\xa4\xff");
        put_list(w, "records");
        for (int i = 0; i < 2; i++) {
                put_begin(w, NULL);
                put_uint(w, "type", 4);
                put_list(w, "sources");
                put_addr(w, NULL, &g);
                put_addr(w, NULL, &g);
                put_list_end(w);
                put_end(w);
        }
        put_list_end(w);
        put_list(w, "empty");
        put_list_end(w);
        put_real(w, "real", 1.25, 2);
        put_bool(w, "yes", true);
        put_int(w, "minus", -3);
}

static void schema(struct writer *w)
{
        fields(w);
}

static const struct kind with_schema = {"thing", schema}, without = {"thing", NULL};

static const char *print(const struct format *f, const struct kind *kind, int times, int detail, struct text *t)
{
        struct writer w;

        writer_init(&w, f, t);
        w.detail = detail;
        while (times--) {
                writer_open(&w, kind);
                fields(&w);
                writer_close(&w);
        }
        writer_finish(&w);
        return text_string(t);
}

static void json_is_one_line_with_kind_first(void **state)
{
        struct text t = {0};

        (void)state;
        assert_string_equal(print(&format_json, &without, 1, 0, &t),
                "{\"kind\":\"thing\",\"frame\":{\"number\":7,\"time\":\"1.000000001\"},\"mac\":\"02:00:00:00:00:01\","
                "\"group\":\"239.1.1.1\",\"note\":\"a, \\\"b\\\"\\n\\u0001\xc3\xa4\\ufffd\","
                "\"records\":[{\"type\":4,\"sources\":[\"239.1.1.1\",\"239.1.1.1\"]},"
                "{\"type\":4,\"sources\":[\"239.1.1.1\",\"239.1.1.1\"]}],\"empty\":[],\"real\":1.25,\"yes\":true,"
                "\"minus\":-3}\n");
        text_free(&t);
}

static void csv_has_columns_for_what_can_be(void **state)
{
        static const char row[] = "thing,7,1.000000001,02:00:00:00:00:01,239.1.1.1,,\"a, \"\"b\"\"\n\x01\xc3\xa4\xff\","
                "4:239.1.1.1+239.1.1.1 4:239.1.1.1+239.1.1.1,,1.25,true,-3\n";
        struct text t = {0};
        const char *s = print(&format_csv, &with_schema, 2, 0, &t), *head;

        (void)state;
        head = "kind,frame.number,frame.time,mac,group,source,note,records,empty,real,yes,minus\n";
        assert_memory_equal(s, head, strlen(head));
        s += strlen(head);
        assert_memory_equal(s, row, strlen(row));
        assert_string_equal(s + strlen(row), row);
        text_free(&t);
}

static void csv_without_schema_takes_the_first_value(void **state)
{
        struct text t = {0};
        const char *s = print(&format_csv, &without, 2, 0, &t);
        const char *head = "kind,frame.number,frame.time,mac,group,note,records,empty,real,yes,minus\n";

        (void)state;
        assert_memory_equal(s, head, strlen(head));
        assert_null(strstr(s + 1, "kind,"));
        text_free(&t);
}

static void text_is_a_line_of_columns(void **state)
{
        struct text t = {0};

        (void)state;
        assert_string_equal(print(&format_text, &without, 1, 0, &t), "left     right\n");
        text_clear(&t);
        assert_non_null(strstr(print(&format_text, &without, 1, 1, &t), "left     right\n    frame        {number 7"));
        text_free(&t);
}

static void the_list_of_formats_finds_each(void **state)
{
        const struct format *f;

        (void)state;
        for (size_t i = 0; (f = format_at(i)); i++)
                assert_ptr_equal(format_find(f->name), f);
        assert_null(format_find("xml"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(json_is_one_line_with_kind_first), cmocka_unit_test(csv_has_columns_for_what_can_be),
                cmocka_unit_test(csv_without_schema_takes_the_first_value),
                cmocka_unit_test(text_is_a_line_of_columns), cmocka_unit_test(the_list_of_formats_finds_each),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
