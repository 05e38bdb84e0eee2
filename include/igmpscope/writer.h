/* SPDX-License-Identifier: BSD-2-Clause */
/* The field writer: each value describes its fields once, to whatever format stands behind it.
 *
 *     writer_open(w, &kind_change);
 *     put_uint(w, "frame", 7);
 *     put_addr(w, "group", &group);
 *     writer_close(w);
 *
 * Objects and lists nest with put_begin/put_end and put_list/put_list_end; inside a list names are NULL. */
#ifndef IGMPSCOPE_WRITER_H
#define IGMPSCOPE_WRITER_H

#include "igmpscope/base.h"

enum field_type {
        FIELD_BEGIN, FIELD_END, FIELD_LIST, FIELD_LIST_END,
        FIELD_UINT, FIELD_INT, FIELD_REAL, FIELD_BOOL, FIELD_STR, FIELD_BYTES, FIELD_ADDR, FIELD_MAC,
        FIELD_TIME,
};

struct field {
        const char *name; /* static; Wireshark's word where it has one */
        enum field_type type;
        int decimals; /* FIELD_REAL */
        union {
                uint64_t u;
                int64_t i; /* FIELD_INT, and nanoseconds for FIELD_TIME */
                double real;
                bool flag;
                const char *str;
                struct bytes bytes;
                const struct addr *addr;
                const uint8_t *mac;
        } v;
};

/* How a column of a line that people read looks; colour is the format's business. */
enum style {
        STYLE_PLAIN, STYLE_DIM, STYLE_TIME, STYLE_HOST, STYLE_GROUP, STYLE_JOIN, STYLE_LEAVE, STYLE_QUERY,
        STYLE_DATA, STYLE_GOOD, STYLE_BAD, STYLE_WARN,
};

struct writer;

/* What sort of value it is. schema describes one with every field that there can be: how CSV finds its
 * columns; NULL: the first value shows them. */
struct kind {
        const char *name;
        void (*schema)(struct writer *w);
};

struct format {
        const char *name, *summary;
        void (*head)(struct writer *w);
        void (*open)(struct writer *w, const struct kind *kind);
        void (*put)(struct writer *w, const struct field *f);
        void (*column)(struct writer *w, enum style style, int width, const char *text); /* or NULL */
        void (*close)(struct writer *w);
        void (*tail)(struct writer *w);
};

struct writer {
        const struct format *format;
        struct text *out;   /* formatted octets collect here; who ships them empties it */
        int detail;         /* 0 one line, 1 every field (-v), 2 more (-vv) */
        bool color, numeric; /* numeric: no names (-n) */
        bool schema;        /* describe functions: put every field that there can be */
        /* the format's own */
        const struct kind *kind;
        unsigned depth, columns;
        uint64_t first; /* a bit per depth: nothing put there yet */
        uint64_t lists; /* a bit per depth: a list */
        struct text side; /* scratch */
        void *own;        /* scratch of another shape; the format's tail frees it */
        uint64_t values;
};

void writer_init(struct writer *w, const struct format *format, struct text *out);
void writer_open(struct writer *w, const struct kind *kind);
void writer_close(struct writer *w);
void writer_finish(struct writer *w); /* tail, and frees the scratch */

void put_begin(struct writer *w, const char *name);
void put_end(struct writer *w);
void put_list(struct writer *w, const char *name);
void put_list_end(struct writer *w);
void put_uint(struct writer *w, const char *name, uint64_t v);
void put_int(struct writer *w, const char *name, int64_t v);
void put_real(struct writer *w, const char *name, double v, int decimals);
void put_bool(struct writer *w, const char *name, bool v);
void put_str(struct writer *w, const char *name, const char *v); /* NULL: nothing is put */
void put_bytes(struct writer *w, const char *name, struct bytes v); /* escaped text */
void put_addr(struct writer *w, const char *name, const struct addr *v); /* len 0: nothing is put */
void put_mac(struct writer *w, const char *name, const uint8_t v[6]);
void put_time(struct writer *w, const char *name, int64_t ns);

/* A column of the line for people, padded to width on the right (negative: on the left; 0: as it is).
 * A describe function puts its columns first; formats without columns ignore them. */
void put_column(struct writer *w, enum style style, int width, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
bool writer_columns(const struct writer *w); /* ask before building what only people want */

#endif
