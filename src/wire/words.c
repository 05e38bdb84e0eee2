/* SPDX-License-Identifier: BSD-2-Clause */
/* What a message means, in plain words: who wants what from where. Long lists are cut short and say so. */
#include "igmpscope/wire.h"

#include <string.h>

#include "decode.h"

enum { SOURCES_SHOWN = 4, RECORDS_SHOWN = 4, PAYLOAD_SHOWN = 32 };

static void add_addr(struct text *t, const struct addr *a)
{
        char buf[ADDR_TEXT];
        text_add(t, addr_format(a, buf));
}

static void add_group(struct text *t, const struct addr *group, bool names)
{
        const char *name = names ? group_name(group) : NULL;

        add_addr(t, group);
        if (name)
                text_add_format(t, " (%s)", name);
}

static void add_sources(struct text *t, const struct sources *s)
{
        for (uint16_t i = 0; i < s->n && i < SOURCES_SHOWN; i++) {
                struct addr a = source_at(s, i);
                text_add(t, i ? ", " : "");
                add_addr(t, &a);
        }
        if (s->n > SOURCES_SHOWN)
                text_add_format(t, " and %u more", (unsigned)s->n - SOURCES_SHOWN);
}

/* Before the group, after it with no sources, before the sources. */
static const struct {
        const char *before, *empty, *with;
} phrases[] = {
        [IS_IN] = {"is joined to ", ", no source", ", only from "},
        [IS_EX] = {"is joined to ", ", any source", ", any source but "},
        [TO_IN] = {"leaves ", "", NULL},
        [TO_EX] = {"joins ", " from any source", " from any source but "},
        [ALLOW] = {"now wants ", " from no source", " from "},
        [BLOCK] = {"no longer wants ", " from no source", " from "},
};

static void add_record(struct text *t, const struct record *r, bool names)
{
        bool only = r->type == TO_IN && r->sources.n;

        if (r->type < IS_IN || r->type > BLOCK) {
                text_add_format(t, "says something of unknown type %u about ", r->type);
                add_group(t, &r->group, names);
                return;
        }
        text_add(t, only ? "now wants " : phrases[r->type].before);
        add_group(t, &r->group, names);
        if (!r->sources.n) {
                text_add(t, phrases[r->type].empty);
                return;
        }
        text_add(t, only ? " only from " : phrases[r->type].with);
        add_sources(t, &r->sources);
}

static void add_report(struct text *t, const struct packet *p, bool names)
{
        struct record r;
        size_t at = 0;
        unsigned n = 0;

        for (; record_next(p, &at, &r); n++) {
                if (n >= RECORDS_SHOWN)
                        continue;
                text_add(t, n ? "; " : "");
                add_record(t, &r, names);
        }
        if (n > RECORDS_SHOWN)
                text_add_format(t, "; and %u more", n - RECORDS_SHOWN);
        if (!n)
                text_add(t, p->gmp.declared ? "no whole record" : "says nothing: it has no records");
}

static void add_query(struct text *t, const struct packet *p, bool names)
{
        const struct gmp *g = &p->gmp;

        text_add(t, "asks who listens to ");
        if (addr_is_unspecified(&g->group))
                text_add(t, "anything");
        else
                add_group(t, &g->group, names);
        if (g->sources.n) {
                text_add(t, " from ");
                add_sources(t, &g->sources);
        }
        text_add_format(t, ", answer within %u.%u s", g->max_resp_ms / 1000, g->max_resp_ms / 100 % 10);
        if (g->s)
                text_add(t, ", routers keep their timers");
        if (gmp_newest(g))
                text_add_format(t, "; robustness %u, interval %u s", g->qrv, g->qqi_s);
}

/* Messages that are no membership: a sentence with the group at its end, or none. */
static void add_other(struct text *t, const struct packet *p, bool names)
{
        static const struct {
                const char *name, *text;
        } others[] = {
                {"query", "a query of a length that no version has: receivers ignore it"},
                {"router_advertisement", "a multicast router is here"},
                {"router_solicitation", "asks multicast routers to show themselves"},
                {"router_termination", "a multicast router goes"},
                {"rgmp_hello", "a router that speaks RGMP"},
                {"rgmp_bye", "a router stops speaking RGMP"},
                {"rgmp_join", "the router wants traffic of "},
                {"rgmp_leave", "the router no longer wants traffic of "},
        };
        const struct gmp *g = &p->gmp;

        for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
                const char *text = others[i].text;
                if (strcmp(others[i].name, g->row->name))
                        continue;
                text_add(t, text);
                if (text[strlen(text) - 1] == ' ')
                        add_group(t, &g->group, names);
        }
        if (g->qqi_s)
                text_add_format(t, ": again within %u s; query interval %u s, robustness %u", g->code, g->qqi_s,
                                g->declared);
}

static void add_gmp(struct text *t, const struct packet *p, bool names)
{
        const struct gmp *g = &p->gmp;

        if (!g->row) {
                text_add_format(t, "type 0x%02x", g->type);
                return;
        }
        switch (g->row->kind) {
        case MESSAGE_QUERY: add_query(t, p, names); break;
        case MESSAGE_REPORT:
        case MESSAGE_LEAVE: add_report(t, p, names); break;
        case MESSAGE_OTHER: add_other(t, p, names); break;
        }
}

static void add_udp(struct text *t, const struct packet *p)
{
        uint32_t n = p->udp_length >= 8 ? p->udp_length - 8u : 0;
        struct bytes shown = p->payload;

        if (p->echo == ECHO_REPLY)
                text_add_format(t, "echo of frame %llu after %.3f ms: ", (unsigned long long)p->echo_of,
                                (double)p->echo_ns / 1e6);
        text_add_format(t, "%u byte%s", n, n == 1 ? "" : "s");
        if (!shown.n)
                return;
        if (shown.n > PAYLOAD_SHOWN)
                shown.n = PAYLOAD_SHOWN;
        text_add(t, " '");
        text_add_escaped(t, shown);
        text_add(t, shown.n < p->payload.n ? "'…" : "'");
}

void words_add(struct text *t, const struct packet *p, bool names)
{
        if (p->gmp.family)
                add_gmp(t, p, names);
        else if (p->has_udp)
                add_udp(t, p);
        else if (p->fragment)
                text_add_format(t, "octets %u to %u of datagram %u%s", p->fragment_offset,
                                p->fragment_offset + p->ip_payload_len, p->fragment_id, p->mf ? "" : ", the last ones");
        else if (p->ip_version)
                text_add_format(t, "%u bytes", p->ip_payload_len);
}

void packet_words(const struct packet *p, struct text *t)
{
        words_add(t, p, false);
}
