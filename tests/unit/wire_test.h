/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames for the decoder's tests: from hex, into a buffer of exactly their size, so that ASan sees a read beyond. */
#ifndef TESTS_UNIT_WIRE_TEST_H
#define TESTS_UNIT_WIRE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "igmpscope/out.h"
#include "igmpscope/wire.h"

enum { LINK_ETHERNET = 1, LINK_RAW = 101 };

struct test_frame {
        struct frame frame;
        uint8_t *own;
};

__attribute__((unused)) static void frame_free(struct test_frame *t)
{
        free(t->own);
        t->own = NULL;
}

/* The first n octets of p, as captured of a frame of len octets. */
__attribute__((unused)) static struct test_frame frame_of(int link, const uint8_t *p, size_t n, size_t len)
{
        struct test_frame t = {.own = malloc(n ? n : 1)};

        assert_non_null(t.own);
        if (n)
                memcpy(t.own, p, n);
        t.frame = (struct frame){
                .number = 1, .link = link, .caplen = (uint32_t)n, .len = (uint32_t)len, .data = {t.own, n},
        };
        return t;
}

/* Hex digits, blanks between them don't matter. */
__attribute__((unused)) static size_t hex_octets(const char *hex, uint8_t *p, size_t cap)
{
        size_t n = 0;
        unsigned v;

        for (; *hex; hex++) {
                if (*hex == ' ')
                        continue;
                assert_int_equal(sscanf(hex, "%2x", &v), 1);
                assert_true(n < cap);
                p[n++] = (uint8_t)v;
                hex++;
        }
        return n;
}

__attribute__((unused)) static struct test_frame frame_from(int link, const char *hex)
{
        static uint8_t octets[70000];
        size_t n = hex_octets(hex, octets, sizeof octets);

        return frame_of(link, octets, n, n);
}

/* As JSON, to be freed. */
__attribute__((unused)) static struct text packet_json(const struct packet *p, int detail)
{
        struct text out = {0};
        struct writer w;

        writer_init(&w, &format_json, &out);
        w.detail = detail;
        packet_describe(p, &w);
        writer_finish(&w);
        text_string(&out);
        return out;
}

/* As the line for people, to be freed. */
__attribute__((unused)) static struct text packet_line(const struct packet *p)
{
        struct text out = {0};
        struct writer w;

        writer_init(&w, &format_text, &out);
        packet_describe(p, &w);
        writer_finish(&w);
        text_string(&out);
        return out;
}

/* The decoder on one frame, and all that can be said of the packet; its views end with the frame. */
__attribute__((unused)) static void feed(struct decoder *d, struct packet *p, struct test_frame *t)
{
        struct text json;

        decoder_decode(d, &t->frame, p);
        json = packet_json(p, 1);
        assert_false(json.failed);
        text_free(&json);
}

#endif
