/* SPDX-License-Identifier: BSD-2-Clause */
/* Named faults: one thing wrong and everything else, checksums included, right, so that a receiver or a rule shows
 * what it does about that one. To add one: a row here, and a line in tests/unit/test_grammar_fault.c. */
#include "igmpscope/craft.h"

#include <string.h>

#include "grammar.h"

static bool is_gmp(const struct spec *s)
{
        return s->row != NULL;
}

static bool is_mld(const struct spec *s)
{
        return s->row && s->row->family == FAMILY_MLD;
}

static struct addr group4(uint8_t last)
{
        return (struct addr){4, {224, 0, 0, last}};
}

static struct addr group6(uint8_t last)
{
        return (struct addr){16, {0xff, 2, [15] = last}};
}

static bool bad_ttl(struct spec *s, struct craft *c, uint32_t value)
{
        (void)value;
        c->ttl = 64;
        return is_gmp(s);
}

static bool bad_router_alert(struct spec *s, struct craft *c, uint32_t value)
{
        (void)value;
        c->router_alert = 0;
        return is_mld(s) || (is_gmp(s) && s->row->version != 1);
}

static bool bad_checksum(struct spec *s, struct craft *c, uint32_t value)
{
        (void)s;
        (void)value;
        c->bad_checksum = true;
        return true;
}

static bool bad_ip_checksum(struct spec *s, struct craft *c, uint32_t value)
{
        (void)value;
        c->bad_ip_checksum = true;
        return s->row ? !is_mld(s) : s->group.first.len == 4;
}

/* All routers; what belongs there goes to all systems. */
static bool bad_dst(struct spec *s, struct craft *c, uint32_t value)
{
        uint8_t last = is_gmp(s) && s->row->kind == MESSAGE_LEAVE ? 1 : 2;

        (void)value;
        c->dst = is_mld(s) ? group6(last) : group4(last);
        return is_gmp(s);
}

static bool bad_src(struct spec *s, struct craft *c, uint32_t value)
{
        (void)value;
        c->src = is_mld(s) ? (struct addr){16, {0x20, 1, 0x0d, 0xb8, [15] = 1}} : group4(5);
        return is_gmp(s) || s->group.first.len == 4;
}

static bool bad_count(struct spec *s, struct craft *c, uint32_t value)
{
        (void)c;
        (void)value;
        s->more_declared = 1;
        return spec_newest(s);
}

static bool bad_length(struct spec *s, struct craft *c, uint32_t value)
{
        static const uint8_t more[2];

        (void)value;
        c->gmp.tail = (struct bytes){more, sizeof more};
        return is_gmp(s) && s->row->version;
}

static bool bad_aux(struct spec *s, struct craft *c, uint32_t value)
{
        (void)c;
        (void)value;
        s->aux_words = 1;
        return s->n_records;
}

static bool bad_truncate(struct spec *s, struct craft *c, uint32_t value)
{
        (void)s;
        c->cut = (uint16_t)value;
        return value > 0;
}

static bool bad_mac(struct spec *s, struct craft *c, uint32_t value)
{
        (void)s;
        (void)value;
        memset(c->eth_dst, 0xff, sizeof c->eth_dst);
        c->eth_dst_set = true;
        return true;
}

static const struct fault faults[] = {
        {"ttl", NULL, "TTL (Hop Limit) 64 in place of 1", "igmp-ttl-one mld-hop-limit-one",
         "a datagram may have any TTL (-t)", bad_ttl},
        {"ra", NULL, "no Router Alert option", "igmp-router-alert mld-router-alert",
         "it has no Router Alert to leave out", bad_router_alert},
        {"checksum", NULL, "a wrong checksum of the message or datagram", "igmp-checksum mld-checksum", NULL,
         bad_checksum},
        {"ip-checksum", NULL, "a wrong IPv4 header checksum", "igmp-ip-header-checksum", "IPv6 has no header checksum",
         bad_ip_checksum},
        {"dst", NULL, "to all routers (a leave: to all systems), not where it belongs",
         "igmp-general-query-dst igmp-specific-query-dst v12-report-dst v2-leave-dst v3-report-dst "
         "mld-general-query-dst mld-specific-query-dst mld1-report-dst mld1-done-dst mld2-report-dst",
         "a datagram's group is its destination (--dst)", bad_dst},
        {"src", NULL, "from 224.0.0.5 (MLD: 2001:db8::1), which no sender may have",
         "igmp-src-valid mld-src-link-local mld-query-src", "an IPv6 datagram may come from any address (--src)",
         bad_src},
        {"count", NULL, "one record or source more declared than there are",
         "v3-query-sources-truncated v3-report-truncated mld2-query-sources-truncated mld2-report-truncated",
         "only IGMPv3 and MLDv2 count records and sources", bad_count},
        {"length", NULL, "two octets behind the end of the message",
         "igmp-query-length v12-extra-octets v3-query-trailing-data v3-report-trailing-data "
         "mld-query-length mld1-extra-octets mld2-query-trailing-data mld2-report-trailing-data",
         "only a query, report or leave has a length to keep", bad_length},
        {"aux", NULL, "a word of auxiliary data in each record", "v3-record-aux-data mld2-record-aux-data",
         "it has no records", bad_aux},
        {"truncate", "N", "the last N octets are missing",
         "igmp-min-length igmp-query-length v3-query-sources-truncated v3-report-truncated "
         "mld-min-length mld-query-length mld2-query-sources-truncated mld2-report-truncated",
         "N is to be 1 or more", bad_truncate},
        {"mac", NULL, "to the broadcast MAC, not the group's", "igmp-dst-mac mld-dst-mac", NULL, bad_mac},
};

const struct fault *fault_at(size_t i)
{
        return i < sizeof faults / sizeof *faults ? &faults[i] : NULL;
}

static const struct fault *fault_find(const char *name, size_t n)
{
        const struct fault *f;

        for (size_t i = 0; (f = fault_at(i)); i++)
                if (strlen(f->name) == n && !strncmp(f->name, name, n))
                        return f;
        return NULL;
}

/* NAME or NAME=N, n octets of it. */
static int apply_one(const char *word, size_t n, struct spec *s, struct craft *c, struct text *said, struct error *err)
{
        size_t name = strcspn(word, "=,");
        const struct fault *f = fault_find(word, name);
        char number[16] = {0};
        uint64_t value = 0;

        if (!f)
                return error_set(err, "--bad %.*s: no such fault; `igmpscope list faults` names them", (int)n, word);
        if (n > name && n - name - 1 < sizeof number)
                memcpy(number, word + name + 1, n - name - 1);
        if (f->argument ? !parse_uint(number, 65535, &value) : n > name)
                return error_set(err, f->argument ? "--bad %.*s: needs a number, as in %s=4"
                                                  : "--bad %.*s: %s takes no number", (int)n, word, f->name);
        if (!f->apply(s, c, (uint32_t)value))
                return error_set(err, "--bad %.*s: can't be done to this packet: %s", (int)n, word, f->lacks);
        if (said)
                text_add_format(said, "%s--bad %.*s: %s", said->n ? "\n" : "", (int)n, word, f->summary);
        return 0;
}

int faults_apply(const char *list, struct spec *s, struct craft *c, struct text *said, struct error *err)
{
        while (*list) {
                size_t n = strcspn(list, ",");
                if (apply_one(list, n, s, c, said, err) < 0)
                        return -1;
                list += n + (list[n] == ',');
        }
        return 0;
}
