/* SPDX-License-Identifier: BSD-2-Clause */
/* Output formats: one word here and src/out/NAME.c. And what pages and pictures are made of. */
#ifndef IGMPSCOPE_OUT_H
#define IGMPSCOPE_OUT_H

#include "igmpscope/writer.h"

#define FORMATS(X) X(text) X(json) X(csv)

#define X(name) extern const struct format format_##name;
FORMATS(X)
#undef X

const struct format *format_at(size_t i); /* NULL past the end */
const struct format *format_find(const char *name);

/* The length of the well-formed UTF-8 sequence that b begins with (RFC 3629 §4), 0 if there is none. */
size_t utf8_length(struct bytes b);

/* A field's value as plain text: what formats without quoting of their own share. */
void scalar_add(struct text *t, const struct field *f);

/* A JSON string, quotes included; octets that are not UTF-8 become U+FFFD (RFC 8259 §7, §8.1). */
void json_string(struct text *t, struct bytes b);

/* ---- markup: HTML and SVG, well-formed as XML too ----
 * What stands in the template is markup, and what is put in by %s is text and nothing else: it can't open a tag, end
 * an attribute or begin a reference, whatever it holds. There is no other way into a page. A template takes %s %d %u
 * %ld %lu %llu %zu %.Nf and %%. */
void markup_add(struct text *t, const char *template, ...) __attribute__((format(printf, 2, 3)));
/* The one place where octets become text of a page. What XML does not allow, is not UTF-8 or turns the direction of
 * writing becomes U+FFFD. */
void markup_escape(struct text *t, struct bytes b);

/* SVG, in whole pixels. class names what it is: the style sheet decides what that looks like. */
extern const char svg_style[]; /* of the classes below, light and dark; for a <style> */
/* A picture of its own: whole (a file) or a part of a page, named for those who can't see it. */
void svg_open(struct text *t, int width, int height, const char *name, bool whole);
void svg_close(struct text *t);
void svg_line(struct text *t, const char *class, int x1, int y1, int x2, int y2);
void svg_box(struct text *t, const char *class, int x, int y, int width, int height);
void svg_dot(struct text *t, const char *class, int x, int y, int r);
void svg_cross(struct text *t, const char *class, int x, int y);
void svg_arrow(struct text *t, const char *class, int x1, int x2, int y); /* from x1 to x2, with its head */
enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };
void svg_text(struct text *t, const char *class, enum svg_anchor a, int x, int y, const char *words);
/* All until svg_link_end leads to `to`, and is called `name`. */
void svg_link(struct text *t, const char *to, const char *name);
void svg_link_end(struct text *t);

#endif
