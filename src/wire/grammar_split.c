/* SPDX-License-Identifier: BSD-2-Clause */
/* A spec's packets: a range of groups one by one, and what does not fit one message in several. RFC 9776 §4.2.17,
 * RFC 9777 §5.2.16: records fill reports; a record that fits no report is split by its sources into reports of their
 * own, or, in EXCLUDE mode (where the pieces would contradict each other), cut. */
#include "igmpscope/craft.h"

#include "grammar.h"

/* IP header with Router Alert, and the message up to its first record or source. */
static size_t overhead(const struct message *m)
{
        size_t ip = m->family == FAMILY_MLD ? 48 : 24;

        return ip + (m->kind == MESSAGE_REPORT ? 8 : m->min);
}

static uint8_t address_length(const struct spec *s)
{
        return s->row->family == FAMILY_MLD ? 16 : 4;
}

static size_t record_head(const struct spec *s)
{
        return 4u + address_length(s) + s->aux_words * 4u;
}

int spec_start(struct spec_walk *w, const struct spec *s, size_t mtu, struct error *err)
{
        size_t least;

        w->spec = s;
        w->record = w->group = w->source = 0;
        w->ended = false;
        w->omitted = 0;
        if (!spec_newest(s))
                return 0;
        if (mtu > 65535)
                mtu = 65535;
        least = overhead(s->row) + record_head(s) + address_length(s);
        if (mtu < least)
                return error_set(err, "an MTU of %zu has no room for a record with a source; %zu would do", mtu, least);
        w->room = mtu - overhead(s->row);
        return 0;
}

static bool cut_not_split(uint8_t type)
{
        return type == IS_EX || type == TO_EX;
}

static void pack_record(struct spec_walk *w, struct packer *k, const struct spec_record *r, uint32_t n)
{
        struct addr group = addr_plus(&r->group.first, w->group);
        size_t at = k->n;

        record_pack(k, r->type, &group, w->spec->sources + r->source + w->source, n);
        k->p[at + 1] = w->spec->aux_words;
        pack_zeros(k, w->spec->aux_words * 4u);
}

/* Behind the record's group that w stands at. */
static void advance(struct spec_walk *w, const struct spec_record *r)
{
        w->source = 0;
        if (++w->group < r->group.n)
                return;
        w->group = 0;
        w->record++;
}

/* One record, or what there is room for; false if nothing more goes into this packet. */
static bool add_record(struct spec_walk *w, struct packer *k)
{
        const struct spec_record *r = &w->spec->records[w->record];
        size_t head = record_head(w->spec), left = w->room - k->n;
        uint32_t rest = r->n - w->source, fit = left < head ? 0 : (uint32_t)((left - head) / address_length(w->spec));

        if (left >= head && fit >= rest) {
                pack_record(w, k, r, rest);
                advance(w, r);
                return true;
        }
        if (k->n)
                return false;
        pack_record(w, k, r, fit);
        if (cut_not_split(r->type)) {
                w->omitted += rest - fit;
                advance(w, r);
        } else {
                w->source += fit;
        }
        return false;
}

static void next_report(struct spec_walk *w, struct gmp *g)
{
        struct packer k = packer_into(w->octets, w->room);
        uint16_t n = 0;
        bool more = true;

        while (more && w->record < w->spec->n_records) {
                size_t before = k.n;
                more = add_record(w, &k);
                n = (uint16_t)(n + (k.n > before));
        }
        g->records = (struct bytes){w->octets, k.n};
        g->n_records = n;
        g->declared = (uint16_t)(n + w->spec->more_declared);
        w->ended = w->record == w->spec->n_records;
}

/* True: the group has still sources to ask for. */
static bool next_sources(struct spec_walk *w, struct gmp *g)
{
        uint8_t length = address_length(w->spec);
        struct packer k = packer_into(w->octets, w->room);
        uint16_t n = 0;

        for (; w->source < w->spec->n_sources && k.n + length <= w->room; n++)
                pack_bytes(&k, (struct bytes){w->spec->sources[w->source++].b, length});
        g->sources = (struct sources){w->octets, n, length};
        g->declared = (uint16_t)(n + w->spec->more_declared);
        return w->source < w->spec->n_sources;
}

bool spec_next(struct spec_walk *w, struct craft *c)
{
        const struct spec *s = w->spec;

        if (w->ended)
                return false;
        if (s->row && s->row->kind == MESSAGE_REPORT && spec_newest(s)) {
                next_report(w, &c->gmp);
                return true;
        }
        *(s->row ? &c->gmp.group : &c->dst) = s->group.n ? addr_plus(&s->group.first, w->group) : (struct addr){0};
        if (s->row && s->row->kind == MESSAGE_QUERY && spec_newest(s) && next_sources(w, &c->gmp))
                return true;
        w->source = 0;
        w->ended = ++w->group >= s->group.n;
        return true;
}

void spec_defaults(const struct spec *s, struct craft *c)
{
        struct gmp *g = &c->gmp;
        const struct message *m = s->row;
        bool mld = m && m->family == FAMILY_MLD;
        uint16_t tenths = s->group.n && !addr_is_unspecified(&s->group.first) ? 10 : 100;

        c->src = s->source;
        c->dst_port = s->port;
        if (!m)
                return;
        *g = (struct gmp){.row = m, .family = m->family, .type = m->type};
        if (m->kind == MESSAGE_QUERY && (mld || m->version > 1)) {
                g->max_resp_code = mld ? (uint16_t)(tenths * 100) : tenths; /* small enough to be their own code */
                g->code = mld ? 0 : (uint8_t)tenths;
                g->flags = g->qrv = 2;
                g->qqic = 125;
        }
        if (m->kind == MESSAGE_OTHER) { /* RFC 4286 §3.2.2: 20 s between advertisements */
                g->code = 20;
                g->qqi_s = 125;
                g->declared = 2;
        }
}
