/* SPDX-License-Identifier: BSD-2-Clause */
/* Words and parts that the model's describe functions share. Field names are interface.md's. */
#include "describe.h"

const char *filter_mode_name(enum filter_mode m)
{
        return m == MODE_EXCLUDE ? "exclude" : "include";
}

void put_sources(struct writer *w, const struct addr *sources, uint32_t n)
{
        put_list(w, "sources");
        for (uint32_t i = 0; i < n; i++)
                put_addr(w, NULL, &sources[i]);
        put_list_end(w);
}

void put_filter(struct writer *w, const char *name, const struct filter *f)
{
        put_begin(w, name);
        put_str(w, "mode", filter_mode_name(f->mode));
        put_sources(w, f->sources, f->n);
        put_end(w);
}

void put_link(struct writer *w, const char *interface, const uint16_t *vlan, uint8_t n)
{
        put_str(w, "interface", interface);
        if (!n && !w->schema)
                return;
        put_list(w, "vlan");
        for (uint8_t i = 0; i < n; i++)
                put_uint(w, NULL, vlan[i]);
        put_list_end(w);
}

void put_flag(struct writer *w, const char *name, bool v)
{
        if (v || w->schema)
                put_bool(w, name, v);
}

void put_mac_if(struct writer *w, bool has, const uint8_t mac[6])
{
        if (has || w->schema)
                put_mac(w, "mac", mac);
}

/* "{10.0.0.1, 10.0.0.2, and 7 more}" */
static void set_words(struct text *t, const struct addr *sources, uint32_t n)
{
        char buf[ADDR_TEXT];

        text_add_char(t, '{');
        for (uint32_t i = 0; i < n && i < SOURCES_SHOWN; i++)
                text_add_format(t, "%s%s", i ? ", " : "", addr_format(&sources[i], buf));
        if (n > SOURCES_SHOWN)
                text_add_format(t, ", and %u more", n - SOURCES_SHOWN);
        text_add_char(t, '}');
}

void filter_words(struct text *t, const struct filter *f)
{
        if (f->mode == MODE_EXCLUDE && !f->n) {
                text_add(t, "from any source");
                return;
        }
        text_add(t, f->mode == MODE_EXCLUDE ? "from any source but " : "from ");
        set_words(t, f->sources, f->n);
}

void link_column(struct writer *w, int width, const char *interface, const uint16_t *vlan, uint8_t n)
{
        struct text t = {0};

        text_add(&t, interface ? interface : n ? "vlan " : "-");
        for (uint8_t i = 0; i < n; i++)
                text_add_format(&t, "%s%u", i || interface ? "." : "", vlan[i]);
        put_column(w, STYLE_DIM, width, "%s", text_string(&t));
        text_free(&t);
}

void addr_column(struct writer *w, enum style style, const struct addr *a)
{
        char buf[ADDR_TEXT];
        put_column(w, style, a->len == 16 ? 25 : 15, "%s", addr_format(a, buf));
}

void version_column(struct writer *w, const struct addr *family, uint8_t version)
{
        put_column(w, STYLE_PLAIN, 6, "%s%u", family->len == 16 ? "MLDv" : "IGMPv", version);
}
