/* SPDX-License-Identifier: BSD-2-Clause */
/* Group records (RFC 9776 §4.2.5 and following, RFC 9777 §5.2.5 and following), and older messages read as
 * the record that they stand for. Auxiliary data counts in words of 32 bits. */
#include "igmpscope/wire.h"

#include "decode.h"

struct addr source_at(const struct sources *s, uint16_t i)
{
        return addr_of(s->p + (size_t)i * s->len, s->len);
}

/* If the record is not whole, r->offset says how many octets it would have needed. */
bool record_read(struct cursor *c, uint8_t length, struct record *r)
{
        uint32_t need = 4u + length;

        *r = (struct record){.type = cursor_u8(c), .aux_words = cursor_u8(c), .declared = cursor_u16(c)};
        decode_addr(c, length, &r->group);
        if (!c->bad) {
                need += (uint32_t)r->declared * length + r->aux_words * 4u;
                r->sources.p = cursor_take(c, (size_t)r->declared * length).p;
                r->sources.n = r->declared;
                r->sources.len = length;
                cursor_take(c, r->aux_words * 4u);
        }
        if (c->bad)
                r->offset = need;
        return !c->bad;
}

/* RFC 9776 §7.3.2, RFC 9777 §8.3.2: an older report reads as IS_EX({}), a leave or done as TO_IN({}). */
static bool implied(const struct gmp *g, size_t *at, struct record *r)
{
        if (*at || !g->group.len || (g->row->kind != MESSAGE_REPORT && g->row->kind != MESSAGE_LEAVE))
                return false;
        *at = 1;
        *r = (struct record){
                .type = g->row->kind == MESSAGE_LEAVE ? TO_IN : IS_EX,
                .group = g->group,
                .sources.len = g->group.len,
                .implied = true,
        };
        return true;
}

bool record_next(const struct packet *p, size_t *at, struct record *r)
{
        const struct gmp *g = &p->gmp;
        struct cursor c = cursor_over(g->records);

        if (!g->row)
                return false;
        if (!gmp_newest(g))
                return implied(g, at, r);
        cursor_take(&c, *at);
        if (!cursor_left(&c) || !record_read(&c, gmp_address_length(g), r))
                return false;
        r->offset = (uint32_t)(g->records.p - g->bytes.p) + (uint32_t)*at;
        *at = (size_t)(c.at - g->records.p);
        return true;
}

void record_pack(struct packer *k, uint8_t type, const struct addr *group, const struct addr *sources, size_t n)
{
        pack_u8(k, type);
        pack_u8(k, 0);
        pack_u16(k, (uint16_t)n);
        pack_bytes(k, (struct bytes){group->b, group->len});
        for (size_t i = 0; i < n; i++)
                pack_bytes(k, (struct bytes){sources[i].b, group->len});
}
