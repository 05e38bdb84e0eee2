/* SPDX-License-Identifier: BSD-2-Clause */
/* CSV (RFC 4180, line ends as Unix has them). One row a value; the first cell is its kind, then one column
 * for each scalar field that a value of the kind can have, named by its dotted path. A list is one cell: its
 * entries stand apart by blanks, the fields of an object in it by ':', entries of a list in that by '+'.
 * A kind's header stands before its first row. */
#include "igmpscope/out.h"

#include <stdlib.h>
#include <string.h>

enum { PATH = 192, DEPTH = 8 };

struct table {
        const struct kind *kind;
        struct text names;  /* dotted paths, NUL after each */
        struct text *cells;
        size_t n;
        unsigned headed; /* rows so far, where no schema made the header */
        struct table *next;
};

struct state {
        struct table *tables, *now;
        struct text path; /* of the object we are in, with a dot at its end */
        size_t marks[DEPTH]; /* its length before each level */
        unsigned list; /* how many lists deep */
        size_t cell;   /* the list's cell */
        bool glue;     /* inside a list: something stands before */
};

static const char *column_name(const struct table *t, size_t i)
{
        const char *p = t->names.p;
        while (i--)
                p += strlen(p) + 1;
        return p;
}

static size_t column_of(struct table *t, const char *path, bool add)
{
        struct text *cells;

        for (size_t i = 0; i < t->n; i++)
                if (!strcmp(column_name(t, i), path))
                        return i;
        cells = add ? realloc(t->cells, (t->n + 1) * sizeof *cells) : NULL;
        if (!cells)
                return SIZE_MAX;
        t->cells = cells;
        cells[t->n] = (struct text){0};
        text_add_n(&t->names, path, strlen(path) + 1);
        return t->n++;
}

/* Inside a list all goes into its one cell. */
static void put_in_list(struct state *s, struct text *cell, const struct field *f)
{
        bool opens = f->type == FIELD_BEGIN || f->type == FIELD_LIST;
        bool closes = f->type == FIELD_END || f->type == FIELD_LIST_END;
        static const char between[] = " :+";

        if (closes) {
                s->list--;
                s->glue = true;
                return;
        }
        if (s->glue && cell)
                text_add_char(cell, between[s->list > 3 ? 2 : s->list - 1]);
        s->glue = !opens;
        if (opens)
                s->list++;
        else if (cell)
                scalar_add(cell, f);
}

static void enter(struct state *s, unsigned *depth, const char *name)
{
        if (*depth < DEPTH)
                s->marks[*depth] = s->path.n;
        ++*depth;
        text_add(&s->path, name);
        text_add_char(&s->path, '.');
}

static void put_field(struct writer *w, const struct field *f)
{
        struct state *s = w->own;
        size_t at, i;

        if (!s || !s->now)
                return;
        at = s->path.n;
        if (s->list) {
                put_in_list(s, s->cell < s->now->n && !w->schema ? &s->now->cells[s->cell] : NULL, f);
                return;
        }
        if (f->type == FIELD_BEGIN) {
                enter(s, &w->depth, f->name);
                return;
        }
        if (f->type == FIELD_END) {
                w->depth--;
                s->path.n = w->depth < DEPTH ? s->marks[w->depth] : 0;
                return;
        }
        text_add(&s->path, f->name);
        i = column_of(s->now, text_string(&s->path), w->schema || !s->now->kind->schema);
        s->path.n = at;
        if (f->type == FIELD_LIST) {
                s->list = 1;
                s->cell = i;
                s->glue = false;
        } else if (i < s->now->n && !w->schema) {
                scalar_add(&s->now->cells[i], f);
        }
}

static void cell_out(struct text *t, const char *p, size_t n)
{
        if (!memchr(p, '"', n) && !memchr(p, ',', n) && !memchr(p, '\n', n)) {
                text_add_n(t, p, n);
                return;
        }
        text_add_char(t, '"');
        for (size_t i = 0; i < n; i++) {
                if (p[i] == '"')
                        text_add_char(t, '"');
                text_add_char(t, p[i]);
        }
        text_add_char(t, '"');
}

static void header(struct writer *w, const struct table *t)
{
        text_add(w->out, "kind");
        for (size_t i = 0; i < t->n; i++) {
                text_add_char(w->out, ',');
                text_add(w->out, column_name(t, i));
        }
        text_add_char(w->out, '\n');
}

static struct table *table_new(struct writer *w, struct state *s, const struct kind *kind)
{
        struct table *t = calloc(1, sizeof *t);
        struct writer probe = *w;

        if (!t)
                return NULL;
        *t = (struct table){.kind = kind, .next = s->tables};
        s->tables = s->now = t;
        if (kind->schema) {
                probe.schema = true;
                probe.depth = 0;
                kind->schema(&probe);
                header(w, t);
        }
        return t;
}

static void open_value(struct writer *w, const struct kind *kind)
{
        struct state *s = w->own;
        struct table *t;

        if (w->schema) /* table_new made the state ready */
                return;
        if (!s && !(s = w->own = calloc(1, sizeof *s))) {
                w->out->failed = true;
                return;
        }
        for (t = s->tables; t && t->kind != kind; t = t->next)
                ;
        if (!t)
                t = table_new(w, s, kind);
        s->now = t;
        s->path.n = 0;
        s->list = 0;
}

static void close_value(struct writer *w)
{
        struct state *s = w->own;
        struct table *t = s ? s->now : NULL;

        if (w->schema || !t)
                return;
        if (!t->kind->schema && !t->headed++)
                header(w, t);
        text_add(w->out, t->kind->name);
        for (size_t i = 0; i < t->n; i++) {
                text_add_char(w->out, ',');
                if (t->cells[i].n)
                        cell_out(w->out, t->cells[i].p, t->cells[i].n);
                text_clear(&t->cells[i]);
        }
        text_add_char(w->out, '\n');
}

static void tail(struct writer *w)
{
        struct state *s = w->own;
        struct table *t = s ? s->tables : NULL, *next;

        for (; t; t = next) {
                next = t->next;
                for (size_t i = 0; i < t->n; i++)
                        text_free(&t->cells[i]);
                free(t->cells);
                text_free(&t->names);
                free(t);
        }
        if (s)
                text_free(&s->path);
        free(s);
        w->own = NULL;
}

const struct format format_csv = {
        .name = "csv",
        .summary = "one row a value, a header before the first of each kind (RFC 4180)",
        .open = open_value,
        .put = put_field,
        .close = close_value,
        .tail = tail,
};
