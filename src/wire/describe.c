/* SPDX-License-Identifier: BSD-2-Clause */
/* A packet through the field writer. Names follow Wireshark's where it has one; `schema` asks for every field
 * that there can be. */
#include "igmpscope/wire.h"

#include "decode.h"

static void put_frame(const struct packet *p, struct writer *w)
{
        const struct frame *f = p->frame;
        const struct link_type *link = link_find(f->link);

        put_begin(w, "frame");
        put_uint(w, "number", f->number);
        put_time(w, "time", f->time_ns);
        put_str(w, "interface", f->interface);
        put_str(w, "link", link ? link->name : "unknown");
        put_uint(w, "caplen", f->caplen);
        put_uint(w, "len", f->len);
        if (p->n_frames || w->schema) {
                put_list(w, "frames");
                for (uint32_t i = 0; i < p->n_frames; i++)
                        put_uint(w, NULL, p->frames[i]);
                put_list_end(w);
        }
        put_end(w);
}

static void put_link(const struct packet *p, struct writer *w)
{
        if (p->has_eth || w->schema) {
                put_begin(w, "eth");
                put_mac(w, "src", p->eth_src);
                put_mac(w, "dst", p->eth_dst);
                put_end(w);
        }
        if (p->n_vlan || w->schema) {
                put_list(w, "vlan");
                for (uint8_t i = 0; i < p->n_vlan; i++)
                        put_uint(w, NULL, p->vlan[i]);
                put_list_end(w);
        }
        if (p->n_encap || w->schema) {
                put_list(w, "encap");
                for (uint8_t i = 0; i < p->n_encap; i++)
                        put_str(w, NULL, encap_name((enum encap)p->encap[i]));
                put_list_end(w);
        }
}

static void put_ip(const struct packet *p, struct writer *w)
{
        if (!p->ip_version && !w->schema)
                return;
        put_begin(w, "ip");
        put_uint(w, "version", p->ip_version);
        put_addr(w, "src", &p->src);
        put_addr(w, "dst", &p->dst);
        put_uint(w, "ttl", p->ttl);
        put_uint(w, "dscp", p->tos >> 2);
        put_bool(w, "router_alert", p->n_router_alert);
        put_str(w, "checksum", checksum_name(p->ip_checksum));
        put_uint(w, "proto", p->protocol);
        if (p->fragment || w->schema) {
                put_begin(w, "fragment");
                put_uint(w, "id", p->fragment_id);
                put_uint(w, "offset", p->fragment_offset);
                put_bool(w, "more", p->mf);
                put_end(w);
        }
        put_end(w);
}

static void put_sources(struct writer *w, const struct sources *s)
{
        put_list(w, "sources");
        for (uint16_t i = 0; i < s->n; i++) {
                struct addr a = source_at(s, i);
                put_addr(w, NULL, &a);
        }
        put_list_end(w);
}

static void put_query(const struct gmp *g, struct writer *w)
{
        put_uint(w, "max_resp_code", g->max_resp_code);
        put_uint(w, "max_resp_ms", g->max_resp_ms);
        if (!gmp_newest(g) && !w->schema)
                return;
        put_bool(w, "s", g->s);
        put_uint(w, "qrv", g->qrv);
        put_uint(w, "qqic", g->qqic);
        put_uint(w, "qqi_s", g->qqi_s);
        put_sources(w, &g->sources);
}

static void put_records(const struct packet *p, struct writer *w)
{
        struct record r;

        put_list(w, "records");
        for (size_t at = 0; record_next(p, &at, &r);) {
                put_begin(w, NULL);
                put_uint(w, "type", r.type);
                put_str(w, "name", record_name(r.type));
                put_addr(w, "group", &r.group);
                put_sources(w, &r.sources);
                put_uint(w, "aux_words", r.aux_words);
                put_end(w);
        }
        put_list_end(w);
}

static void put_gmp(const struct packet *p, enum family f, struct writer *w)
{
        const struct gmp *g = &p->gmp;
        const struct message *m = g->row;

        if (g->family != f && !w->schema)
                return;
        put_begin(w, f == FAMILY_MLD ? "mld" : "igmp");
        put_uint(w, "type", g->type);
        if ((m && m->version) || w->schema)
                put_uint(w, "version", m ? m->version : 0);
        put_str(w, "name", m ? m->name : NULL);
        put_str(w, "checksum", checksum_name(g->checksum));
        put_addr(w, "group", &g->group);
        if ((m && m->kind == MESSAGE_QUERY) || w->schema)
                put_query(g, w);
        if ((m && m->kind == MESSAGE_REPORT && gmp_newest(g)) || w->schema)
                put_records(p, w);
        if (m && g->qqi_s && m->kind == MESSAGE_OTHER) { /* RFC 4286 §3 */
                put_uint(w, "advertisement_interval_s", g->code);
                put_uint(w, "query_interval_s", g->qqi_s);
                put_uint(w, "robustness", g->declared);
        }
        put_end(w);
}

static void put_udp(const struct packet *p, struct writer *w)
{
        if (!p->has_udp && !w->schema)
                return;
        put_begin(w, "udp");
        put_uint(w, "srcport", p->src_port);
        put_uint(w, "dstport", p->dst_port);
        put_uint(w, "length", p->udp_length);
        put_str(w, "checksum", checksum_name(p->udp_checksum));
        if (w->detail)
                put_bytes(w, "payload", p->payload);
        if (p->echo || w->schema) {
                put_begin(w, "echo");
                put_str(w, "role", p->echo == ECHO_REPLY ? "reply" : "request");
                if (p->echo == ECHO_REPLY || w->schema) {
                        put_uint(w, "request", p->echo_of);
                        put_real(w, "rtt_s", (double)p->echo_ns / 1e9, 9);
                }
                put_end(w);
        }
        put_end(w);
}

static void put_wrong(const struct packet *p, struct writer *w)
{
        if (p->flaws || w->schema) {
                put_list(w, "flaws");
                for (unsigned i = 0; i < FLAW_COUNT; i++)
                        if (packet_has(p, (enum flaw)i))
                                put_str(w, NULL, flaw_name((enum flaw)i));
                put_list_end(w);
        }
        if (p->stop.layer || w->schema) {
                put_begin(w, "stop");
                put_str(w, "layer", layer_name(p->stop.layer));
                put_uint(w, "offset", p->stop.offset);
                put_str(w, "reason", p->stop.reason);
                put_end(w);
        }
}

void packet_fields(const struct packet *p, struct writer *w)
{
        put_frame(p, w);
        put_link(p, w);
        put_ip(p, w);
        put_gmp(p, FAMILY_IGMP, w);
        put_gmp(p, FAMILY_MLD, w);
        put_udp(p, w);
        put_wrong(p, w);
}

static void schema(struct writer *w)
{
        static const struct frame nothing;
        struct packet p = {.frame = &nothing};

        packet_fields(&p, w);
}

const struct kind kind_packet = {"packet", schema};

void packet_describe(const struct packet *p, struct writer *w)
{
        writer_open(w, &kind_packet);
        packet_columns(p, w);
        packet_fields(p, w);
        writer_close(w);
}
