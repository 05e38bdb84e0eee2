/* SPDX-License-Identifier: BSD-2-Clause */
/* What a savefile is, told by its first octets, and how reading one ends: whole, cut, refused. */
#include "igmpscope/net.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"

/* Files that people do offer, which are not captures that we read. */
static const struct {
        const char *magic, *what;
} strangers[] = {
        {"snoop", "a Sun snoop capture; convert it: editcap -F pcapng IN OUT"},
        {"\xfd" "7zXZ", "compressed by xz, which is not read; unpack it: xz -d"},
        {"BZh", "compressed by bzip2, which is not read; unpack it: bunzip2"},
        {"\x04\x22\x4d\x18", "compressed by lz4, which is not read; unpack it: lz4 -d"},
        {"PK\x03\x04", "a zip archive; unpack it first"},
        {"\x7f" "ELF", "a program"},
        {"{", "text that looks like JSON"},
        {"<", "text that looks like XML or HTML"},
};

static int stranger(const struct reader *r, struct error *err)
{
        const struct source *s = &r->source;
        size_t n = (size_t)(s->end - s->at);
        struct text t = {0};

        if (!n)
                return error_set(err, "%s: empty, so not a capture file", s->name);
        for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
                size_t m = strlen(strangers[i].magic);
                if (n >= m && memcmp(s->at, strangers[i].magic, m) == 0)
                        return error_set(err, "%s: not a capture file: %s", s->name,
                                         strangers[i].what);
        }
        for (size_t i = 0; i < n && i < 8; i++)
                text_add_format(&t, " %02x", s->at[i]);
        text_add(&t, " '");
        text_add_escaped(&t, (struct bytes){s->at, n < 8 ? n : 8});
        error_set(err, "%s: not a capture file (starts with%s'); read are pcap and pcapng, plain, gzip "
                  "or zstd", s->name, text_string(&t));
        text_free(&t);
        return -1;
}

int reader_open(struct reader *r, struct error *err)
{
        int have;

        if (source_unpack(&r->source, err) < 0)
                return -1;
        while ((have = source_have(&r->source, 28, err)) == CAPTURE_IDLE)
                ;
        if (have == CAPTURE_ERROR)
                return -1;
        if (pcap_begin(r, err) < 0 || (!r->next && pcapng_begin(r, err) < 0))
                return -1;
        return r->next ? 0 : stranger(r, err);
}

int reader_next(struct reader *r, struct frame *f, struct error *err)
{
        return r->next(r, f, err);
}

void reader_close(struct reader *r)
{
        source_close(&r->source);
        free(r->interfaces);
        text_free(&r->warning);
        *r = (struct reader){0};
}

void reader_drops(const struct reader *r, struct capture_stats *s)
{
        for (size_t i = 0; i < r->n_interfaces; i++) {
                const struct reader_interface *in = &r->interfaces[i];
                s->dropped_kernel += in->counted ? in->dropped_kernel : in->dropped;
                s->dropped_interface += in->counted ? in->dropped_interface : 0;
        }
}

int reader_cut(struct reader *r, int got)
{
        const struct source *s = &r->source;
        unsigned long long offset = source_offset(s), left = (unsigned long long)(s->end - s->at);

        if (got != CAPTURE_END || stop_signal || (!left && !s->cut) || r->warning.n)
                return got;
        text_add_format(&r->warning, "%s: cut short: ", s->name);
        if (left)
                text_add_format(&r->warning, "the last record, at octet %llu, has only %llu octets; ",
                                offset, left);
        else
                text_add_format(&r->warning, "its compressed data ends in the midst, at octet %llu of "
                                "the capture; ", offset);
        text_add_format(&r->warning, "the %llu whole packet%s before it %s used",
                        (unsigned long long)r->number, r->number == 1 ? "" : "s",
                        r->number == 1 ? "is" : "are");
        return got;
}

int reader_refuse(struct reader *r, struct error *err, const char *format, ...)
{
        char what[256];
        va_list ap;

        va_start(ap, format);
        vsnprintf(what, sizeof what, format, ap);
        va_end(ap);
        error_set(err, "%s: damaged at octet %llu, after %llu packet%s: %s", r->source.name,
                  (unsigned long long)source_offset(&r->source), (unsigned long long)r->number,
                  r->number == 1 ? "" : "s", what);
        return CAPTURE_ERROR;
}
