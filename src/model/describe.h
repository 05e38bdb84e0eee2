/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts that the model's describe functions share. */
#ifndef IGMPSCOPE_MODEL_DESCRIBE_H
#define IGMPSCOPE_MODEL_DESCRIBE_H

#include "igmpscope/model.h"

enum { SOURCES_SHOWN = 3 }; /* that a line for people names */

static inline double seconds(int64_t ns) { return (double)ns / 1e9; }

void put_sources(struct writer *w, const struct addr *sources, uint32_t n);
void put_filter(struct writer *w, const char *name, const struct filter *f);
void put_link(struct writer *w, const char *interface, const uint16_t *vlan, uint8_t n);
void put_flag(struct writer *w, const char *name, bool v); /* only where it is set */
void put_mac_if(struct writer *w, bool has, const uint8_t mac[6]);
void filter_words(struct text *t, const struct filter *f); /* "from any source but {10.0.0.1}" */
void link_column(struct writer *w, int width, const char *interface, const uint16_t *vlan, uint8_t n);
void addr_column(struct writer *w, enum style style, const struct addr *a);
void version_column(struct writer *w, const struct addr *family, uint8_t version);

#endif
