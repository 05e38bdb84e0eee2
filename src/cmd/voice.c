/* SPDX-License-Identifier: BSD-2-Clause */
/* What the echo server and its client say: `[server (PID)] message` on stderr for people, and with -T or -o the
 * same as values for programs. Lines collect and leave in one write, so that two programs' lines do not mix. */
#include "igmpscope/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "echo.h"

enum { SHOWN = 256 };

static const struct {
        const char *name;
        bool flag;
} numbers[N_COUNT] = {
        [N_PID] = {"pid", false}, [N_PORT] = {"port", false}, [N_ASKED_PORT] = {"asked_port", false},
        [N_GROUPS] = {"groups", false}, [N_IFINDEX] = {"ifindex", false}, [N_TTL] = {"ttl", false},
        [N_LOOP] = {"loop", true}, [N_ALL] = {"all", true}, [N_LENGTH] = {"length", false},
        [N_REQUEST] = {"request", false}, [N_ASKED] = {"asked", false}, [N_GRANTED] = {"granted", false},
        [N_LIMIT] = {"limit", false}, [N_SENT] = {"sent", false}, [N_RECEIVED] = {"received", false},
        [N_ECHOED] = {"echoed", false}, [N_ANSWERED] = {"answered", false}, [N_LOST] = {"lost", false},
        [N_UNEXPECTED] = {"unexpected", false}, [N_DUPLICATES] = {"duplicates", false},
        [N_BYTES_RECEIVED] = {"bytes_received", false}, [N_BYTES_SENT] = {"bytes_sent", false},
        [N_EMPTY] = {"empty", false}, [N_TRUNCATED] = {"truncated", false}, [N_REFUSED] = {"refused", false},
        [N_FAILED] = {"failed", false}, [N_DROPPED] = {"dropped_kernel", false},
};

struct echo_event echo_event(const char *event)
{
        struct echo_event e = {.event = event, .rtt_ms = -1, .rtt_min_ms = -1, .rtt_avg_ms = -1, .rtt_max_ms = -1};

        for (size_t i = 0; i < N_COUNT; i++)
                e.n[i] = -1;
        return e;
}

void counts_put(const struct count *rows, size_t n, struct echo_event *e, struct text *line)
{
        for (size_t i = 0; i < n; i++) {
                e->n[rows[i].field] = (int64_t)rows[i].n;
                if (rows[i].words && rows[i].n)
                        text_add_format(line, ", %llu %s", (unsigned long long)rows[i].n, rows[i].words);
        }
}

static bool plain(struct bytes b)
{
        for (size_t i = 0; i < b.n; i++)
                if (b.p[i] < 0x20 || b.p[i] > 0x7e)
                        return false;
        return true;
}

/* Text alone cannot carry any octets: JSON is UTF-8. */
static void put_data(struct writer *w, struct bytes data)
{
        static const char digits[] = "0123456789abcdef";
        struct text hex = {0};

        if (data.p || w->schema)
                put_bytes(w, "data", data);
        if (!w->schema && (!data.p || plain(data)))
                return;
        for (size_t i = 0; data.p && i < data.n; i++) {
                text_add_char(&hex, digits[data.p[i] >> 4]);
                text_add_char(&hex, digits[data.p[i] & 15]);
        }
        put_str(w, "hex", text_string(&hex));
        text_free(&hex);
}

static void put_ms(struct writer *w, const char *name, double ms)
{
        if (ms >= 0 || w->schema)
                put_real(w, name, ms, 3);
}

static void describe(const struct echo_event *e, struct writer *w)
{
        put_str(w, "event", e->event);
        put_time(w, "time", w->schema ? 0 : time_now_ns());
        put_str(w, "interface", e->interface);
        put_addr(w, "group", &e->group);
        put_addr(w, "source", &e->source);
        put_addr(w, "address", &e->address);
        put_str(w, "option", e->option);
        for (size_t i = 0; i < N_COUNT; i++) {
                if (e->n[i] < 0 && !w->schema)
                        continue;
                if (numbers[i].flag)
                        put_bool(w, numbers[i].name, e->n[i] > 0);
                else
                        put_int(w, numbers[i].name, e->n[i]);
        }
        put_ms(w, "rtt_ms", e->rtt_ms);
        put_ms(w, "rtt_min_ms", e->rtt_min_ms);
        put_ms(w, "rtt_avg_ms", e->rtt_avg_ms);
        put_ms(w, "rtt_max_ms", e->rtt_max_ms);
        put_data(w, e->data);
        put_str(w, "why", e->why);
}

static void schema(struct writer *w)
{
        const struct echo_event e = echo_event("");
        describe(&e, w);
}

int voice_open(struct echo_voice *v, const struct echo_settings *s, const char *who, struct error *err)
{
        *v = (struct echo_voice){.set = s, .kind = {who, schema}, .pid = (int)getpid()};
        v->writing = s->common.json || s->common.format || s->common.output;
        return v->writing ? output_open(&v->out, &s->common, err) : 0;
}

static bool shown(const struct echo_voice *v, enum say level)
{
        const struct settings *s = &v->set->common;

        switch (level) {
        case SAY_ERROR: return true;
        case SAY_STATE: return s->quiet < 2;
        case SAY_DATA: return s->quiet < 1;
        case SAY_DETAIL: return s->quiet < 1 && s->verbose > 0;
        }
        return false;
}

bool voice_hears(const struct echo_voice *v, enum say level)
{
        return v->writing || shown(v, level);
}

void voice_say(struct echo_voice *v, enum say level, const struct echo_event *e, const char *format, ...)
{
        struct writer *w = &v->out.writer;
        va_list ap;

        if (!voice_hears(v, level))
                return;
        text_clear(&v->line);
        if (format) {
                va_start(ap, format);
                text_add_list(&v->line, format, ap);
                va_end(ap);
        }
        if (format && shown(v, level))
                text_add_format(&v->lines, "[%s (%d)] %s\n", v->kind.name, v->pid, text_string(&v->line));
        if (!v->writing || !e)
                return;
        writer_open(w, &v->kind);
        put_column(w, STYLE_PLAIN, 0, "%s", text_string(&v->line));
        describe(e, w);
        writer_close(w);
}

/* stderr may be closed or full: nothing depends on it. */
static void ship_lines(struct echo_voice *v)
{
        size_t done = 0;

        while (done < v->lines.n) {
                ssize_t n = write(STDERR_FILENO, v->lines.p + done, v->lines.n - done);
                if (n < 0 && (errno != EINTR || stop_signal))
                        break;
                done += n > 0 ? (size_t)n : 0;
        }
        text_clear(&v->lines);
}

int voice_flush(struct echo_voice *v, struct error *err)
{
        ship_lines(v);
        return v->writing ? output_flush(&v->out, err) : 0;
}

int voice_close(struct echo_voice *v, struct error *err)
{
        int r = v->writing ? output_close(&v->out, err) : 0;

        ship_lines(v);
        text_free(&v->lines);
        text_free(&v->line);
        return r;
}

const char *data_format(const struct echo_voice *v, struct bytes data, struct text *t)
{
        const bool cut = data.n > SHOWN && v->set->common.verbose < 2;

        text_clear(t);
        text_add_char(t, '\'');
        text_add_escaped(t, (struct bytes){data.p, cut ? SHOWN : data.n});
        text_add_char(t, '\'');
        if (cut)
                text_add_format(t, "… (%zu bytes)", data.n);
        return text_string(t);
}
