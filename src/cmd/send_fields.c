/* SPDX-License-Identifier: BSD-2-Clause */
/* Any header field by name: the rows of FIELDS (send.h). A field that the packet does not have is refused, not
 * ignored. Codes: RFC 9776 §4.1.1, §4.1.7, RFC 9777 §5.1.3. */
#include "igmpscope/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "send.h"

enum value_kind { VALUE_NUMBER, VALUE_ONOFF, VALUE_TIME, VALUE_ADDRESS, VALUE_MAC, VALUE_WORD };

/* ---- which packets have it ---- */

static bool fits_any(const struct aim *a)
{
        (void)a;
        return true;
}

static bool fits_ip4(const struct aim *a)
{
        return !aim_ip6(a);
}

static bool fits_link(const struct aim *a)
{
        return a->send->layer == SEND_LINK;
}

static bool fits_udp(const struct aim *a)
{
        return !a->spec.row;
}

static bool fits_gmp(const struct aim *a)
{
        return a->spec.row;
}

static bool fits_query(const struct aim *a)
{
        return aim_newest(a) && a->spec.row->kind == MESSAGE_QUERY;
}

static bool fits_timed(const struct aim *a)
{
        return a->spec.row && a->spec.row->kind == MESSAGE_QUERY && (aim_mld(a) || a->spec.row->version > 1);
}

static bool fits_flags(const struct aim *a)
{
        return aim_newest(a);
}

static bool fits_reserved(const struct aim *a)
{
        return aim_mld(a) || (aim_newest(a) && a->spec.row->kind == MESSAGE_REPORT);
}

/* ---- the rows ---- */

static const char only_any[] = "", only_ip4[] = "IPv4", only_link[] = "a frame (not --layer raw)",
                  only_udp[] = "a UDP datagram", only_gmp[] = "an IGMP or MLD message",
                  only_query[] = "an IGMPv3 or MLDv2 query", only_timed[] = "an IGMPv2, IGMPv3 or MLD query",
                  only_flags[] = "an IGMPv3 or MLDv2 message",
                  only_reserved[] = "an IGMPv3 report or an MLD message";

static const struct {
        const char *name;
        enum value_kind kind;
        uint32_t max;
        bool (*fits)(const struct aim *a);
        const char *only;
        const char *(*set)(struct aim *a, const struct field_value *v);
} fields[] = {
#define X(id, letter, name, argument, fits, kind, max, set, help) \
        {name, VALUE_##kind, max, fits_##fits, only_##fits, set_##set},
        FIELDS(X)
#undef X
};

#define AT(field) offsetof(struct send, field)

const struct option_row send_field_options[] = {
#define X(id, letter, name, argument, fits, kind, max, set, help) \
        {letter, name, argument, help, OPTION_TEXT, AT(field[FIELD_##id]), 0, 0, NULL},
        FIELDS(X)
#undef X
        {0, "s-flag", NULL, "set a query's Suppress Router-Side Processing flag", OPTION_FLAG, AT(s_flag), 0, 0, NULL},
        {'d', "data", "DATA", "what the datagram carries (default nothing); @FILE: what is in FILE, @-: stdin",
         OPTION_TEXT, AT(data), 0, 0, NULL},
        {0, "size", "BYTES", "repeat the data up to so many bytes", OPTION_INT, AT(size), 0, PAYLOAD_MAX, NULL},
        {0, "vlan", "ID", "an 802.1Q tag; several, outermost first", OPTION_MANY, AT(vlan), 0, 0, NULL},
        {0, "bad", "FAULTS", "break it on purpose: ttl,ra or truncate=4 … (`igmpscope list faults`)", OPTION_MANY,
         AT(bad), 0, 0, NULL},
        {0},
};

static bool parse_mac(const char *text, uint8_t mac[6])
{
        int used = 0, n = sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2], &mac[3],
                                 &mac[4], &mac[5], &used);

        return n == 6 && !text[used];
}

/* NULL, or what is wanted instead. */
static const char *parse_value(size_t i, const char *text, struct field_value *v)
{
        uint64_t n;

        *v = (struct field_value){.text = text};
        switch (fields[i].kind) {
        case VALUE_NUMBER:
                if (!parse_uint(text, fields[i].max, &n))
                        return "needs a number";
                v->n = (uint32_t)n;
                return NULL;
        case VALUE_ONOFF:
                v->n = !strcmp(text, "on");
                return v->n || !strcmp(text, "off") ? NULL : "is on or off";
        case VALUE_TIME: return parse_seconds(text, &v->ns) ? NULL : "needs a time: 10, 1.5, 500ms, 2m";
        case VALUE_ADDRESS: return addr_parse(text, &v->addr) ? NULL : "is not an address";
        case VALUE_MAC: return parse_mac(text, v->mac) ? NULL : "is not a MAC, as in 02:00:00:00:00:01";
        case VALUE_WORD: return NULL;
        }
        return NULL;
}

static int misplaced(const char *option, const char *only, struct error *err)
{
        return error_set(err, "--%s has no place in this packet: only %s has one", option, only);
}

static int set_field(struct aim *a, size_t i, const char *text, struct error *err)
{
        struct field_value v;
        const char *wrong;

        if (!fields[i].fits(a))
                return misplaced(fields[i].name, fields[i].only, err);
        wrong = parse_value(i, text, &v);
        if (wrong && fields[i].kind == VALUE_NUMBER)
                return error_set(err, "--%s %s: needs a number from 0 to %" PRIu32, fields[i].name, text,
                                 fields[i].max);
        if (!wrong)
                wrong = fields[i].set(a, &v);
        return wrong ? error_set(err, "--%s %s: %s", fields[i].name, text, wrong) : 0;
}

static int set_vlans(struct aim *a, struct error *err)
{
        const struct option_list *list = &a->send->vlan;
        uint64_t id;

        if (list->n && !fits_link(a))
                return misplaced("vlan", only_link, err);
        if (list->n > VLAN_MAX)
                return error_set(err, "--vlan %s: at most %d tags", list->values[VLAN_MAX], VLAN_MAX);
        for (int i = 0; i < list->n; i++) {
                if (!parse_uint(list->values[i], 4095, &id))
                        return error_set(err, "--vlan %s: needs a number from 0 to 4095", list->values[i]);
                a->craft.vlan[a->craft.n_vlan++] = (uint16_t)id;
        }
        return 0;
}

/* Before the fields: the interface's addresses, or those of documentation (RFC 5737, RFC 7042 §2.1.1 has no room for a
 * sender of ours: a locally administered MAC). */
static void defaults(struct aim *a)
{
        static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
        const struct interface *i = &a->send->interface;
        struct addr none4 = addr_v4(0xc0000201), none6 = {16, {0xfe, 0x80, [15] = 1}};

        craft_init(&a->craft);
        spec_defaults(&a->spec, &a->craft);
        a->craft.eth = a->send->layer == SEND_LINK;
        memcpy(a->craft.eth_src, i->index ? i->mac : mac, sizeof mac);
        if (!a->craft.src.len)
                a->craft.src = aim_ip6(a) ? i->index ? i->addr6 : none6 : i->index ? i->addr4 : none4;
        a->ttl = a->ttl_last = 1;
        if (a->spec.row)
                return;
        a->craft.udp = &a->payload;
        a->craft.src_port = 49152;
        if (!a->spec.has_port)
                a->craft.dst_port = 9999;
}

int aim_fields(struct aim *a, struct error *err)
{
        const struct send *s = a->send;

        defaults(a);
        for (size_t i = 0; i < FIELDS_END; i++)
                if (s->field[i] && set_field(a, i, s->field[i], err) < 0)
                        return -1;
        if (s->s_flag && !fits_query(a))
                return misplaced("s-flag", only_query, err);
        a->craft.gmp.flags |= s->s_flag ? 8 : 0;
        if (set_vlans(a, err) < 0)
                return -1;
        if ((s->data || s->size >= 0) && a->spec.row)
                return misplaced(s->data ? "data" : "size", only_udp, err);
        if (!a->spec.row && payload_read(s->data ? s->data : "", s->size, &a->payload, err) < 0)
                return -1;
        for (int i = 0; i < s->bad.n; i++)
                if (faults_apply(s->bad.values[i], &a->spec, &a->craft, &a->faults, err) < 0)
                        return -1;
        if (a->craft.ttl >= 0) /* a fault has set it */
                a->ttl = a->ttl_last = a->craft.ttl;
        return 0;
}

const char *aim_given(const struct send *s)
{
        for (size_t i = 0; i < FIELDS_END; i++)
                if (s->field[i])
                        return fields[i].name;
        if (s->data || s->size >= 0)
                return s->data ? "data" : "size";
        return s->s_flag ? "s-flag" : s->vlan.n ? "vlan" : s->bad.n ? "bad" : NULL;
}
