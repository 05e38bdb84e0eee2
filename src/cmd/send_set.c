/* SPDX-License-Identifier: BSD-2-Clause */
/* One function a field: puts a value into the packet, or says what is wrong with it. Codes: RFC 9776 §4.1.1, §4.1.7,
 * RFC 9777 §5.1.3, §5.1.9. */
#include "igmpscope/cmd.h"

#include <inttypes.h>
#include <string.h>

#include "send.h"

bool aim_mld(const struct aim *a)
{
        return a->spec.row && a->spec.row->family == FAMILY_MLD;
}

bool aim_ip6(const struct aim *a)
{
        return a->spec.row ? aim_mld(a) : a->spec.group.first.len == 16;
}

bool aim_newest(const struct aim *a)
{
        return a->spec.row && a->spec.row->version >= (aim_mld(a) ? 2 : 3);
}

const char *set_ttl(struct aim *a, const struct field_value *v)
{
        const char *dots = strstr(v->text, "..");
        char first[8] = "";
        uint64_t from = 0, to = 0;
        size_t n = dots ? (size_t)(dots - v->text) : strlen(v->text);

        if (n < sizeof first)
                memcpy(first, v->text, n);
        if (!parse_uint(first, 255, &from) || (dots && !parse_uint(dots + 2, 255, &to)))
                return "needs a number from 0 to 255, or two with .. between, as in 0..8";
        a->ttl = (int)from;
        a->ttl_last = dots ? (int)to : a->ttl;
        return a->ttl > a->ttl_last ? "counts up: the smaller one first" : NULL;
}

const char *set_tos(struct aim *a, const struct field_value *v)
{
        a->craft.tos = (int)v->n;
        return NULL;
}

const char *set_dscp(struct aim *a, const struct field_value *v)
{
        a->craft.tos = (int)(v->n << 2) | (a->craft.tos < 0 ? 0 : a->craft.tos & 3);
        return NULL;
}

const char *set_id(struct aim *a, const struct field_value *v)
{
        a->craft.ip_id = (int)v->n;
        return NULL;
}

const char *set_df(struct aim *a, const struct field_value *v)
{
        a->craft.df = (int)v->n;
        return NULL;
}

static const char *wrong_family(const struct aim *a, const struct addr *v)
{
        if ((v->len == 16) == aim_ip6(a))
                return NULL;
        return aim_ip6(a) ? "is IPv4, and the packet IPv6" : "is IPv6, and the packet IPv4";
}

const char *set_src(struct aim *a, const struct field_value *v)
{
        a->craft.src = v->addr;
        return wrong_family(a, &v->addr);
}

const char *set_dst(struct aim *a, const struct field_value *v)
{
        a->dst = v->addr;
        return wrong_family(a, &v->addr);
}

const char *set_src_mac(struct aim *a, const struct field_value *v)
{
        memcpy(a->craft.eth_src, v->mac, sizeof v->mac);
        return NULL;
}

const char *set_dst_mac(struct aim *a, const struct field_value *v)
{
        memcpy(a->craft.eth_dst, v->mac, sizeof v->mac);
        a->craft.eth_dst_set = true;
        return NULL;
}

const char *set_router_alert(struct aim *a, const struct field_value *v)
{
        uint64_t n = 0;

        a->craft.router_alert = strcmp(v->text, "off") != 0;
        if (!strcmp(v->text, "off") || !strcmp(v->text, "on"))
                return NULL;
        if (!parse_uint(v->text, 65535, &n))
                return "is on, off, or a value from 0 to 65535";
        a->craft.router_alert_value = (uint16_t)n;
        return NULL;
}

const char *set_checksum(struct aim *a, const struct field_value *v)
{
        uint64_t n = 0;

        a->craft.bad_checksum = !strcmp(v->text, "bad");
        if (a->craft.bad_checksum || !strcmp(v->text, "good"))
                return NULL;
        if (!parse_uint(v->text, 65535, &n))
                return "is good, bad, or a value from 0 to 0xffff";
        a->craft.checksum = (int)n;
        return NULL;
}

const char *set_port(struct aim *a, const struct field_value *v)
{
        if (!a->spec.has_port)
                a->craft.dst_port = (uint16_t)v->n;
        return NULL;
}

const char *set_src_port(struct aim *a, const struct field_value *v)
{
        a->craft.src_port = (uint16_t)v->n;
        return NULL;
}

const char *set_max_resp_code(struct aim *a, const struct field_value *v)
{
        struct gmp *g = &a->craft.gmp;

        g->max_resp_code = (uint16_t)v->n;
        if (aim_mld(a))
                return NULL;
        g->code = (uint8_t)v->n;
        if (v->n > 255)
                return "is at most 255 in IGMP";
        return v->n || aim_newest(a) ? NULL : "would make it an IGMPv1 query: `send igmp query v1`";
}

static uint32_t plain(uint32_t v)
{
        return v;
}

static uint32_t to_code8(uint32_t v)
{
        return code8_encode(v);
}

static uint32_t of_code8(uint32_t v)
{
        return code8_decode((uint8_t)v);
}

static uint32_t to_code16(uint32_t v)
{
        return code16_encode(v);
}

static uint32_t of_code16(uint32_t v)
{
        return code16_decode((uint16_t)v);
}

/* IGMP counts tenths of a second, MLD milliseconds; the newest versions have a code for large values. */
const char *set_max_resp(struct aim *a, const struct field_value *v)
{
        static const struct max_resp_way {
                uint32_t unit_ns, most;
                uint32_t (*encode)(uint32_t), (*decode)(uint32_t);
                const char *too_long;
        } ways[2][2] = {
                {{100000000, 255, plain, plain, "is too long: IGMPv2 says at most 25.5 s"},
                 {100000000, 31744, to_code8, of_code8, "is too long: IGMPv3 says at most 3174.4 s"}},
                {{1000000, 65535, plain, plain, "is too long: MLDv1 says at most 65.535 s"},
                 {1000000, 8387584, to_code16, of_code16, "is too long: MLDv2 says at most 8387.584 s"}},
        };
        const struct max_resp_way *way = &ways[aim_mld(a)][aim_newest(a)];
        uint64_t n = ((uint64_t)v->ns + way->unit_ns / 2) / way->unit_ns;
        struct field_value code = *v;

        if (n > way->most)
                return way->too_long;
        code.n = way->encode((uint32_t)n);
        if ((uint64_t)way->decode(code.n) * way->unit_ns != (uint64_t)v->ns)
                note(&a->send->common, "--max-resp %s: sent as %g s, the nearest that the message can say", v->text,
                     (double)way->decode(code.n) * way->unit_ns / 1e9);
        return set_max_resp_code(a, &code);
}

const char *set_qrv(struct aim *a, const struct field_value *v)
{
        a->craft.gmp.flags = (uint8_t)((a->craft.gmp.flags & ~7u) | v->n);
        return NULL;
}

const char *set_qqic(struct aim *a, const struct field_value *v)
{
        a->craft.gmp.qqic = (uint8_t)v->n;
        return NULL;
}

const char *set_qqi(struct aim *a, const struct field_value *v)
{
        uint64_t s = (uint64_t)v->ns / 1000000000;

        if (v->ns % 1000000000 || s > code8_decode(255))
                return "is in whole seconds, at most 31744";
        a->craft.gmp.qqic = code8_encode((uint32_t)s);
        if (code8_decode(a->craft.gmp.qqic) != s)
                note(&a->send->common, "--qqi %s: sent as %" PRIu32 " s, the nearest below that its code can say",
                     v->text, code8_decode(a->craft.gmp.qqic));
        return NULL;
}

const char *set_flags(struct aim *a, const struct field_value *v)
{
        struct gmp *g = &a->craft.gmp;

        if (a->spec.row->kind == MESSAGE_REPORT)
                g->reserved = (uint16_t)v->n;
        else
                g->flags = (uint8_t)(v->n << 4 | (g->flags & 15));
        return a->spec.row->kind != MESSAGE_REPORT && v->n > 15 ? "is at most 15 in a query" : NULL;
}

const char *set_code(struct aim *a, const struct field_value *v)
{
        a->craft.gmp.code = (uint8_t)v->n;
        return NULL;
}

const char *set_reserved(struct aim *a, const struct field_value *v)
{
        if (!aim_newest(a) || a->spec.row->kind == MESSAGE_QUERY) {
                a->craft.gmp.reserved = (uint16_t)v->n;
                return NULL;
        }
        return v->n > 255 ? "is one octet in a report, at most 255" : set_code(a, v);
}
