/* SPDX-License-Identifier: BSD-2-Clause */
/* explain: octets, a message, a field, a rule, a timer, a group … in plain words, then where it is written. */
#include "igmpscope/cmd.h"

#include <stdlib.h>
#include <string.h>

#include "igmpscope/model.h"

struct explain {
        struct settings common; /* first */
        const char *as;
};

static void put_layers(const struct hex *h, const struct packet *p, int verbose, struct text *t)
{
        struct layout l = layout_of(p), heading;
        struct span s;
        bool shown = false;

        while (heading = l, layout_next(&l, &s)) {
                if (s.depth) {
                        if (shown)
                                tree_field(t, p, &s, false);
                        continue;
                }
                shown = s.offset >= h->skip;
                if (!shown)
                        continue;
                text_add_format(t, "\n%s%s%s\n", s.name, *s.value ? ": " : "", s.value);
                layout_next(&heading, &s);
                if (verbose || p->gmp.family == FAMILY_NONE
                    || s.offset >= (uint32_t)(p->gmp.bytes.p - p->frame->data.p))
                        draw_layer(t, heading);
        }
}

static void put_flaws(const struct hex *h, const struct packet *p, struct text *t)
{
        for (unsigned f = 0; f < FLAW_COUNT; f++)
                if (packet_has(p, (enum flaw)f) && !(h->skip && f == FLAW_IP_CHECKSUM))
                        text_add_format(t, "\nwrong: %s", flaw_text((enum flaw)f));
        if (p->stop.layer != LAYER_NONE)
                text_add_format(t, "\nstopped in %s at octet %u: %s", layer_name(p->stop.layer),
                                p->stop.offset - h->skip, p->stop.reason);
        if (t->n && t->p[t->n - 1] != '\n')
                text_add_char(t, '\n');
}

static int explain_hex(struct explain *s, const char *text, struct output *o, struct error *err)
{
        struct hex h = {0};
        struct text octets = {0};
        struct packet p;
        int r = -1;

        if (!hex_parse(text, &octets)) {
                error_set(err, "'%s' is neither a name that igmpscope knows nor octets in hex", text);
        } else if (hex_frame((struct bytes){(const uint8_t *)octets.p, octets.n}, s->as, &h, err) == 0) {
                packet_decode(&h.frame, &p);
                if (writer_columns(&o->writer)) {
                        text_add_format(&o->text, "%zu octets: %s. ", octets.n, h.said);
                        packet_words(&p, &o->text);
                        text_add_char(&o->text, '\n');
                        put_layers(&h, &p, s->common.verbose, &o->text);
                        put_flaws(&h, &p, &o->text);
                } else {
                        packet_describe(&p, &o->writer);
                }
                r = 0;
        }
        text_free(&octets);
        text_free(&h.room);
        return r;
}

static bool looks_like_hex(const struct settings *s)
{
        size_t n = 0;

        for (int i = 0; i < s->n_words; i++)
                for (const char *p = s->words[i]; *p; p++) {
                        if (!strchr("0123456789abcdefABCDEFxX:-,. \n\t", *p))
                                return false;
                        n += *p != ' ' && *p != '.';
                }
        return n >= 8;
}

static int run(void *settings, struct error *err)
{
        struct explain *s = settings;
        struct text all = {0};
        struct output o;
        struct addr a;
        int r;

        if (!s->common.n_words)
                return error_set(err, "what? octets in hex, a message, field, rule, timer, sysctl or group; "
                                      "`igmpscope explain topics` lists the names");
        if (output_open(&o, &s->common, err) < 0)
                return -1;
        for (int i = 0; i < s->common.n_words; i++)
                text_add_format(&all, i ? " %s" : "%s", s->common.words[i]);
        if (s->common.n_words == 1 && addr_parse(s->common.words[0], &a))
                r = topic_address(&a, &o.writer);
        else if (s->as || looks_like_hex(&s->common))
                r = explain_hex(s, text_string(&all), &o, err);
        else
                r = topic_name(text_string(&all), &o.writer, err);
        text_free(&all);
        return output_close(&o, err) < 0 || r < 0 ? -1 : EXIT_HELD;
}

static const struct option_row own[] = {
        {0, "as", "LAYER", "what the octets begin with: ethernet, ip, ip6, igmp or mld (default: what fits)",
         OPTION_TEXT, offsetof(struct explain, as), 0, 0, NULL},
        {0},
};

static const struct option_row *const options[] = {own, options_output, NULL};

const struct verb verb_explain = {
        .name = "explain",
        .arguments = "HEX | NAME",
        .summary = "octets, a message, field, rule, claim, timer, sysctl or group in plain words, and where it "
                "is written",
        .text = "  igmpscope explain 16000000ef010101       a message, drawn as RFCs draw it\n"
                "  igmpscope explain 239.1.1.1              a group: its scope, its MAC address and who shares it\n"
                "  igmpscope explain to_ex                  a record type\n"
                "  igmpscope explain igmp-ttl-one           a rule\n"
                "  igmpscope explain GMI                    a timer, its formula and its value today\n"
                "  igmpscope explain topics                 all the names\n",
        .options = options,
        .size = sizeof(struct explain),
        .run = run,
};
