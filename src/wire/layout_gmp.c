/* SPDX-License-Identifier: BSD-2-Clause */
/* Fields of group management messages: a head, then records, sources, auxiliary data, extensions. The tables give
 * IGMP's and MLD's places side by side. Keys are Wireshark's. */
#include "igmpscope/wire.h"

#include <inttypes.h>
#include <stdio.h>

#include "layout.h"

#define END {0, 0, NULL, NULL, NULL}

static void show_type(char value[SPAN_VALUE], const struct shown *x)
{
        const struct message *m = x->packet->gmp.row;

        snprintf(value, SPAN_VALUE, m ? "0x%02" PRIx64 " (%s)" : "0x%02" PRIx64, x->v, m ? m->title : "");
}

static void show_checksum(char value[SPAN_VALUE], const struct shown *x)
{
        snprintf(value, SPAN_VALUE, "0x%04" PRIx64 " (%s)", x->v, checksum_name(x->packet->gmp.checksum));
}

static void show_response(char value[SPAN_VALUE], const struct shown *x)
{
        uint32_t ms = x->packet->gmp.max_resp_ms;

        snprintf(value, SPAN_VALUE, "%" PRIu64 " (%" PRIu32 ".%" PRIu32 " s)", x->v, ms / 1000, ms / 100 % 10);
}

static void show_interval(char value[SPAN_VALUE], const struct shown *x)
{
        snprintf(value, SPAN_VALUE, "%" PRIu64 " (%" PRIu32 " s)", x->v, x->packet->gmp.qqi_s);
}

static void show_record_type(char value[SPAN_VALUE], const struct shown *x)
{
        snprintf(value, SPAN_VALUE, "%" PRIu64 " (%s)", x->v, record_name((unsigned)x->v));
}

static void show_aux_words(char value[SPAN_VALUE], const struct shown *x)
{
        snprintf(value, SPAN_VALUE, "%" PRIu64 " (%" PRIu64 " octets)", x->v, x->v * 4);
}

#define HEAD4(code, key, show) \
        {0, 8, "Type", "igmp.type", show_type}, {8, 8, code, key, show}, \
        {16, 16, "Checksum", "igmp.checksum", show_checksum}
#define HEAD6 \
        {0, 8, "Type", "icmpv6.type", show_type}, {8, 8, "Code", "icmpv6.code", show_dec}, \
        {16, 16, "Checksum", "icmpv6.checksum", show_checksum}
#define FLAGS(at, resv, s, qrv) \
        {at, 4, "Flags", resv, show_hex}, {at + 4, 1, "Suppress router-side processing", s, show_flag}, \
        {at + 5, 3, "Robustness (QRV)", qrv, show_dec}

static const struct part plain4[] = {HEAD4("Code", "igmp.reserved", show_dec), END};
static const struct part plain6[] = {HEAD6, END};
static const struct part old4[] = {
        HEAD4("Reserved", "igmp.reserved", show_hex),
        {32, 32, "Group", "igmp.maddr", show_group},
        END,
};
static const struct part query4[] = {
        HEAD4("Max resp code", "igmp.max_resp", show_response),
        {32, 32, "Group", "igmp.maddr", show_group},
        FLAGS(64, NULL, "igmp.s", "igmp.qrv"), /* these and what follows: where the message is so long */
        {72, 8, "Query interval code (QQIC)", "igmp.qqic", show_interval},
        {80, 16, "Number of sources", "igmp.num_src", show_dec},
        END,
};
static const struct part report4[] = {
        HEAD4("Reserved", "igmp.reserved", show_hex),
        {32, 16, "Flags", NULL, show_hex},
        {48, 16, "Number of records", "igmp.num_grp_recs", show_dec},
        END,
};
static const struct part record4[] = {
        {0, 8, "Record type", "igmp.record_type", show_record_type},
        {8, 8, "Auxiliary data", "igmp.aux_data_len", show_aux_words},
        {16, 16, "Number of sources", "igmp.num_src", show_dec},
        {32, 32, "Group", "igmp.maddr", show_group},
        END,
};
static const struct part source4[] = {{0, 32, "Source", "igmp.saddr", show_addr}, END};
static const struct part aux4[] = {{0, 0, "Auxiliary data", "igmp.aux_data", show_octets}, END};
static const struct part old6[] = {
        HEAD6,
        {32, 16, "Max response delay", "icmpv6.mld.maximum_response_delay", show_dec},
        {48, 16, "Reserved", "icmpv6.reserved", show_hex},
        {64, 128, "Group", "icmpv6.mld.multicast_address", show_group},
        END,
};
static const struct part query6[] = {
        HEAD6,
        {32, 16, "Max response code", "icmpv6.mld.maximum_response_code", show_response},
        {48, 16, "Reserved", "icmpv6.reserved", show_hex},
        {64, 128, "Group", "icmpv6.mld.multicast_address", show_group},
        FLAGS(192, "icmpv6.mld.flag.reserved", "icmpv6.mld.flag.s", "icmpv6.mld.flag.qrv"),
        {200, 8, "Query interval code (QQIC)", "icmpv6.mld.qqi", show_interval},
        {208, 16, "Number of sources", "icmpv6.mld.nb_sources", show_dec},
        END,
};
static const struct part report6[] = {
        HEAD6,
        {32, 16, "Flags", "icmpv6.reserved", show_hex},
        {48, 16, "Number of records", "icmpv6.mldr.nb_mcast_records", show_dec},
        END,
};
static const struct part record6[] = {
        {0, 8, "Record type", "icmpv6.mldr.mar.record_type", show_record_type},
        {8, 8, "Auxiliary data", "icmpv6.mldr.mar.aux_data_len", show_aux_words},
        {16, 16, "Number of sources", "icmpv6.mldr.mar.nb_sources", show_dec},
        {32, 128, "Group", "icmpv6.mldr.mar.multicast_address", show_group},
        END,
};
static const struct part source6[] = {{0, 128, "Source", "icmpv6.mld.source_address", show_addr}, END};
static const struct part source6r[] = {{0, 128, "Source", "icmpv6.mldr.mar.source_address", show_addr}, END};
static const struct part aux6[] = {{0, 0, "Auxiliary data", "icmpv6.mldr.mar.auxiliary_data", show_octets}, END};
static const struct part advertisement[] = {
        {0, 8, "Type", "mrdisc.type", show_type},
        {8, 8, "Advertisement interval, s", "mrdisc.adv_int", show_dec},
        {16, 16, "Checksum", "mrdisc.checksum", show_checksum},
        {32, 16, "Query interval, s", "mrdisc.query_int", show_dec},
        {48, 16, "Robustness", "mrdisc.rob_var", show_dec},
        END,
};
static const struct part extension[] = {
        {0, 16, "Type", NULL, show_dec},
        {16, 16, "Length", NULL, show_dec},
        {32, 0, "Value", NULL, show_octets},
        END,
};
static const struct part more_octets[] = {{0, 0, "Additional data", "igmp.data", show_octets}, END};

/* A whole extension TLV (RFC 9279 §3), or what is left as octets. */
static bool tail(const struct layout *l, struct cursor c, struct group *g)
{
        struct cursor here = c;

        *g = (struct group){.parts = more_octets, .length = (uint32_t)cursor_left(&c), .depth = 1};
        if (!g->length || !l->packet->gmp.extension)
                return g->length;
        cursor_u16(&c);
        cursor_take(&c, cursor_u16(&c));
        if (c.bad)
                return true;
        g->title = "Extension";
        g->parts = extension;
        g->length = (uint32_t)(c.at - here.at);
        return true;
}

static bool more(const struct layout *l, const struct header *h, struct group *g)
{
        const struct gmp *m = &l->packet->gmp;
        struct cursor c = layout_rest(l, h), head = c;
        uint8_t length = gmp_address_length(m);
        bool v6 = length == 16;
        struct record r;

        *g = (struct group){.depth = 2, .length = length};
        if (l->sources) {
                g->depth = m->row->kind == MESSAGE_QUERY ? 1 : 2;
                g->parts = !v6 ? source4 : m->row->kind == MESSAGE_QUERY ? source6 : source6r;
                return true;
        }
        if (l->aux) {
                g->length = l->aux;
                g->parts = v6 ? aux6 : aux4;
                return true;
        }
        if (l->records >= m->n_records || !record_read(&c, length, &r))
                return tail(l, head, g);
        *g = (struct group){.title = "Group record", .parts = v6 ? record6 : record4, .length = 4u + length, .depth = 1,
                            .sources = (uint32_t)r.sources.n * length, .aux = r.aux_words * 4u, .record = true};
        return true;
}

/* By what reads the message: IGMP's shape, MLD's; the head of those that may be longer is told by `fixed`. */
static const struct {
        uint64_t (*parse)(struct gmp *g, struct cursor *c);
        bool newest;
        struct shape shapes[2];
} rows[] = {
        {parse_query, true, {{"IGMP", query4, more, 12}, {"MLD", query6, more, 28}}},
        {parse_query, false, {{"IGMP", query4, more, 8}, {"MLD", old6, more, 24}}},
        {parse_old, false, {{"IGMP", old4, more, 8}, {"MLD", old6, more, 24}}},
        {parse_report, true, {{"IGMP", report4, more, 8}, {"MLD", report6, more, 8}}},
        {NULL, false, {{"IGMP", plain4, more, 4}, {"MLD", plain6, more, 4}}},
};

const struct shape *shape_gmp(const struct packet *p)
{
        static const struct shape router = {"Multicast router discovery", advertisement, more, 8};
        const struct gmp *g = &p->gmp;
        bool mld = g->family == FAMILY_MLD;

        if (g->row && g->qqi_s && g->row->kind == MESSAGE_OTHER)
                return &router;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
                if (rows[i].parse == (g->row ? g->row->parse : NULL) && rows[i].newest == gmp_newest(g))
                        return &rows[i].shapes[mld];
        return &rows[sizeof rows / sizeof *rows - 1].shapes[mld];
}
