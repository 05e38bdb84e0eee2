/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of a trace: what was asked, what the kernel says, what the wire says, and the verdict below. For programs:
 * kind "asked" with all of it, and kind "verdict" for each request that can have one. */
#include "trace.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "igmpscope/model.h"

static const char *const words[] = {[CALL_OPTION] = "setsockopt", [CALL_BIND] = "bind", [CALL_CONNECT] = "connect",
                                    [CALL_SEND] = "send"};

static const char *asked_text(const struct request *r, char *buf, size_t n)
{
        char to[ENDPOINT_TEXT];

        if (r->call.type == CALL_OPTION)
                snprintf(buf, n, "%s %s", r->asked.name, r->asked.text);
        else
                snprintf(buf, n, "%s %s", words[r->call.type], endpoint_format(&r->call.to, to));
        return buf;
}

static const char *kernel_text(const struct request *r, char *buf, size_t n)
{
        char version[16] = "";

        if (r->kernel.version)
                snprintf(version, sizeof version, ", IGMPv%d", r->kernel.version);
        if (!r->done)
                snprintf(buf, n, "no answer");
        else if (r->call.error)
                snprintf(buf, n, "%s", strerror(r->call.error));
        else if (r->implied)
                snprintf(buf, n, "-");
        else if (request_joins(r) || request_leaves(r))
                snprintf(buf, n, "%s users %d→%d%s", r->kernel.interface, r->users_before, r->kernel.users, version);
        else if (request_sends(r))
                snprintf(buf, n, "%s, TTL %d, loop %s", r->kernel.interface, r->ttl, r->loop ? "on" : "off");
        else if (r->readback >= 0)
                snprintf(buf, n, "= %ld", r->readback);
        else
                snprintf(buf, n, "ok");
        return buf;
}

static const char *wire_text(const struct request *r, char *buf, size_t n)
{
        char times[24] = "";

        if (r->seen > 1)
                snprintf(times, sizeof times, " ×%u", r->seen);
        if (!r->seen)
                snprintf(buf, n, "-");
        else if (r->implied)
                snprintf(buf, n, "%s%s", r->wire, times);
        else
                snprintf(buf, n, "+%.1f ms %s%s", (double)(r->first_ns - r->call.time_ns) / 1e6, r->wire, times);
        return buf;
}

static const struct {
        const char *word;
        enum style style;
        enum result result;
} outcomes[] = {
        [OUTCOME_NONE] = {"unknown", STYLE_DIM, RESULT_SKIPPED},
        [OUTCOME_WIRE] = {"on the wire", STYLE_GOOD, RESULT_HOLDS},
        [OUTCOME_SILENT] = {"rightly silent", STYLE_WARN, RESULT_HOLDS},
        [OUTCOME_NOT] = {"not on the wire", STYLE_BAD, RESULT_DEVIATES},
};

static void kernel_fields(const struct request *r, struct writer *w)
{
        put_begin(w, "kernel");
        put_str(w, "says", r->call.error ? strerror(r->call.error) : "ok");
        if (r->call.error)
                put_int(w, "errno", r->call.error);
        put_str(w, "interface", *r->kernel.interface ? r->kernel.interface : NULL);
        if (request_joins(r) || request_leaves(r)) {
                put_int(w, "users_before", r->users_before);
                put_int(w, "users", r->kernel.users);
        }
        if (r->kernel.version)
                put_int(w, "version", r->kernel.version);
        if (r->readback >= 0)
                put_int(w, "value", r->readback);
        if (request_sends(r)) {
                put_int(w, "ttl", r->ttl);
                put_bool(w, "loop", r->loop > 0);
        }
        put_end(w);
}

static void wire_fields(const struct request *r, struct writer *w)
{
        put_begin(w, "wire");
        put_str(w, "message", r->wire);
        put_str(w, "interface", r->wire_interface);
        if (!r->implied)
                put_real(w, "delay_ms", (double)(r->first_ns - r->call.time_ns) / 1e6, 3);
        put_uint(w, "count", r->seen);
        put_int(w, "ttl", r->wire_ttl);
        put_end(w);
}

static void asked_fields(const struct request *r, struct writer *w)
{
        put_time(w, "time", r->call.time_ns);
        put_int(w, "thread", r->call.thread);
        put_int(w, "fd", r->call.fd);
        put_str(w, "call", r->implied ? "close" : words[r->call.type]);
        put_str(w, "option", r->implied ? NULL : r->asked.name);
        put_str(w, "value", r->call.type == CALL_OPTION ? r->asked.text : NULL);
        put_addr(w, "group", request_group(r));
        put_addr(w, "source", &r->asked.source);
        if (r->call.type != CALL_OPTION)
                put_uint(w, "port", r->call.to.port);
        kernel_fields(r, w);
        if (r->seen)
                wire_fields(r, w);
}

static void show_verdict(const struct trace *t, const struct request *r, size_t number, struct writer *w)
{
        char why[320], id[32], claim[320], asked[280];
        enum outcome o = request_judge(r, t, why, sizeof why);
        struct verdict v = {.id = id, .claim = claim, .seen = why, .result = outcomes[o].result,
                            .expected = o == OUTCOME_SILENT ? "nothing on the wire" : "on the wire"};

        if (!*why || writer_columns(w))
                return;
        snprintf(id, sizeof id, "request-%zu", number);
        snprintf(claim, sizeof claim, "%s reaches the wire", asked_text(r, asked, sizeof asked));
        if (v.result == RESULT_SKIPPED)
                v.reason = why;
        verdict_describe(&v, w);
}

static void show(const struct trace *t, const struct request *r, struct writer *w)
{
        static const struct kind kind = {"asked", NULL};
        char asked[280], kernel[128], wire[128], why[320];
        enum outcome o = request_judge(r, t, why, sizeof why);

        writer_open(w, &kind);
        put_column(w, STYLE_TIME, -8, "%.4f", (double)(r->call.time_ns - t->begin_ns) / 1e9);
        put_column(w, STYLE_GROUP, 48, "%s", asked_text(r, asked, sizeof asked));
        put_column(w, STYLE_PLAIN, 28, "%s", kernel_text(r, kernel, sizeof kernel));
        if (*why) {
                put_column(w, STYLE_DATA, 0, "%s\n        ", wire_text(r, wire, sizeof wire));
                put_column(w, outcomes[o].style, 0, "→ %s%s%s", o == OUTCOME_WIRE ? "" : outcomes[o].word,
                           o == OUTCOME_WIRE ? "" : ": ", why);
        } else {
                put_column(w, STYLE_DATA, 0, "%s", wire_text(r, wire, sizeof wire));
        }
        asked_fields(r, w);
        writer_close(w);
}

void trace_show(const struct trace *t, struct writer *w)
{
        static const struct kind kind = {"asked", NULL};

        if (writer_columns(w) && w->detail < 1) {
                writer_open(w, &kind);
                put_column(w, STYLE_DIM, -8, "seconds");
                put_column(w, STYLE_DIM, 48, "asked");
                put_column(w, STYLE_DIM, 28, "kernel says");
                put_column(w, STYLE_DIM, 0, "wire says");
                writer_close(w);
        }
        for (size_t i = 0; i < t->n; i++) {
                show(t, &t->p[i], w);
                show_verdict(t, &t->p[i], i + 1, w);
        }
}
