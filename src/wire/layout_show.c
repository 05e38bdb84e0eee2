/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of header fields as text. */
#include "igmpscope/wire.h"

#include <inttypes.h>
#include <stdio.h>

#include "layout.h"

void show_dec(char value[SPAN_VALUE], const struct shown *x)
{
        snprintf(value, SPAN_VALUE, "%" PRIu64, x->v);
}

void show_hex(char value[SPAN_VALUE], const struct shown *x)
{
        snprintf(value, SPAN_VALUE, "0x%0*" PRIx64, (int)((x->bits + 3) / 4), x->v);
}

void show_little(char value[SPAN_VALUE], const struct shown *x)
{
        uint64_t v = 0;

        for (size_t i = x->b.n; i-- > 0;)
                v = v << 8 | x->b.p[i];
        snprintf(value, SPAN_VALUE, "0x%0*" PRIx64, (int)x->b.n * 2, v);
}

void show_flag(char value[SPAN_VALUE], const struct shown *x)
{
        snprintf(value, SPAN_VALUE, x->v ? "set" : "not set");
}

void show_addr(char value[SPAN_VALUE], const struct shown *x)
{
        struct addr a = addr_of(x->b.p, (uint8_t)x->b.n);
        char buf[ADDR_TEXT];

        snprintf(value, SPAN_VALUE, "%s", addr_format(&a, buf));
}

void show_group(char value[SPAN_VALUE], const struct shown *x)
{
        struct addr a = addr_of(x->b.p, (uint8_t)x->b.n);
        const char *name = group_name(&a);
        char buf[ADDR_TEXT];

        snprintf(value, SPAN_VALUE, name ? "%s (%s)" : "%s", addr_format(&a, buf), name);
}

void show_mac(char value[SPAN_VALUE], const struct shown *x)
{
        char buf[MAC_TEXT];

        snprintf(value, SPAN_VALUE, "%s", mac_format(x->b.p, buf));
}

void show_octets(char value[SPAN_VALUE], const struct shown *x)
{
        size_t n = 0;

        value[0] = 0;
        for (size_t i = 0; i < x->b.n && i < 32; i++)
                n += (size_t)snprintf(value + n, SPAN_VALUE - n, "%02x", x->b.p[i]);
        if (x->b.n > 32)
                snprintf(value + n, SPAN_VALUE - n, "… (%zu octets)", x->b.n);
}

void show_text(char value[SPAN_VALUE], const struct shown *x)
{
        size_t n = 0;

        for (size_t i = 0; i < x->b.n && n < SPAN_VALUE - 8; i++) {
                uint8_t c = x->b.p[i];
                bool plain = c >= 0x20 && c < 0x7f && c != '\\';
                n += (size_t)snprintf(value + n, SPAN_VALUE - n, plain ? "%c" : "\\x%02x", c);
        }
        value[n] = 0;
}

void show_protocol(char value[SPAN_VALUE], const struct shown *x)
{
        const char *name = protocol_name((uint32_t)x->v);

        snprintf(value, SPAN_VALUE, name ? "%" PRIu64 " (%s)" : "%" PRIu64, x->v, name);
}

void show_ethertype(char value[SPAN_VALUE], const struct shown *x)
{
        const char *name = ethertype_name((uint32_t)x->v);

        snprintf(value, SPAN_VALUE, name ? "0x%04" PRIx64 " (%s)" : "0x%04" PRIx64, x->v, name);
}
