/* SPDX-License-Identifier: BSD-2-Clause */
/* The line that people read: where, who to whom, TTL, what, its meaning, and what is wrong with it. */
#include "igmpscope/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "decode.h"

enum { LINE = 256, WIDTH_INTERFACE = 6, WIDTH_WAY = 6, WIDTH_ENDS = 34, WIDTH_TTL = 7, WIDTH_TITLE = 13 };

/* One more word on the line; what has no room is left out. */
static void word(char line[LINE], const char *format, ...) __attribute__((format(printf, 2, 3)));
static void word(char line[LINE], const char *format, ...)
{
        size_t n = strlen(line);
        va_list ap;

        va_start(ap, format);
        vsnprintf(line + n, LINE - n, format, ap);
        va_end(ap);
}

static void way_column(const struct packet *p, struct writer *w)
{
        char line[LINE] = "";

        for (uint8_t i = 0; i < p->n_vlan; i++)
                word(line, i ? ".%u" : "vlan %u", p->vlan[i]);
        for (uint8_t i = 0; i < p->n_encap; i++)
                word(line, *line ? " %s" : "%s", encap_name((enum encap)p->encap[i]));
        if (*line)
                put_column(w, STYLE_DIM, WIDTH_WAY, "%s", line);
}

static void end_text(char line[LINE], const struct packet *p, const struct addr *a, uint16_t port)
{
        char buf[ADDR_TEXT];

        addr_format(a, buf);
        if (p->has_udp)
                word(line, a->len == 16 ? "[%s]:%u" : "%s:%u", buf, port);
        else
                word(line, "%s", buf);
}

static void ends_column(const struct packet *p, struct writer *w)
{
        char line[LINE] = "", mac[MAC_TEXT];

        if (p->ip_version) {
                end_text(line, p, &p->src, p->src_port);
                word(line, " > ");
                end_text(line, p, &p->dst, p->dst_port);
        } else if (p->has_eth) {
                word(line, "%s > ", mac_format(p->eth_src, mac));
                word(line, "%s", mac_format(p->eth_dst, mac));
        }
        put_column(w, STYLE_HOST, WIDTH_ENDS, "%s", line);
        if (p->ip_version)
                put_column(w, STYLE_DIM, WIDTH_TTL, "ttl %u", p->ttl);
        else
                put_column(w, STYLE_DIM, WIDTH_TTL, "%s", "");
}

static enum style record_style(unsigned type, bool sources)
{
        if (type == BLOCK || (type == TO_IN && !sources))
                return STYLE_LEAVE;
        return type >= IS_IN && type <= BLOCK ? STYLE_JOIN : STYLE_PLAIN;
}

static enum style style_of(const struct packet *p)
{
        size_t at = 0;
        struct record r;

        if (p->gmp.row && p->gmp.row->kind == MESSAGE_QUERY)
                return STYLE_QUERY;
        if (record_next(p, &at, &r))
                return record_style(r.type, r.sources.n);
        return p->has_udp ? STYLE_DATA : STYLE_PLAIN;
}

/* The meaning, in the writer's scratch so that nothing is allocated. */
static void words_column(const struct packet *p, struct writer *w)
{
        size_t at = w->side.n;

        words_add(&w->side, p, !w->numeric);
        put_column(w, style_of(p), 0, "%s", text_string(&w->side) + at);
        w->side.n = at;
}

static void wrong_column(const struct packet *p, struct writer *w)
{
        char line[LINE] = "";

        for (unsigned i = 0; i < FLAW_COUNT; i++)
                if (packet_has(p, (enum flaw)i))
                        word(line, *line ? ", %s" : "%s", flaw_name((enum flaw)i));
        if (p->stop.layer && !p->fragment)
                word(line, *line ? " (%s at %" PRIu32 ": %s)" : "%s at %" PRIu32 ": %s", layer_name(p->stop.layer),
                     p->stop.offset, p->stop.reason);
        if (*line)
                put_column(w, STYLE_WARN, 0, "[%s]", line);
}

void packet_columns(const struct packet *p, struct writer *w)
{
        char title[32];

        if (!writer_columns(w))
                return;
        if (p->frame->interface)
                put_column(w, STYLE_DIM, WIDTH_INTERFACE, "%s", p->frame->interface);
        way_column(p, w);
        ends_column(p, w);
        put_column(w, STYLE_PLAIN, WIDTH_TITLE, "%s", packet_title(p, title));
        words_column(p, w);
        wrong_column(p, w);
}
