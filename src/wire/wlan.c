/* SPDX-License-Identifier: BSD-2-Clause */
/* IEEE 802.11 data frames (IEEE 802.11-2020 §9.2, §9.3.2), and what capturing drivers put before: radiotap,
 * Prism, AVS. Of an aggregate (A-MSDU) the first part is read; encrypted frames end the decode. */
#include "igmpscope/wire.h"

#include <string.h>

#include "decode.h"

static void take_sender(struct decode *d, struct bytes a)
{
        if (a.n == 6)
                memcpy(d->p->eth_src, a.p, 6);
}

void parse_wlan(struct decode *d)
{
        const uint8_t *at = d->c.at;
        uint8_t kind = cursor_u8(&d->c), flags = cursor_u8(&d->c);
        bool to_ds = flags & 1, from_ds = flags & 2, qos = kind & 0x80, aggregate = false;
        struct bytes second, third;

        if (d->c.bad || (kind & 0x0c) != 8 || kind & 0x40) /* no data frame, or one without data */
                return;
        cursor_take(&d->c, 8); /* duration, address 1 */
        second = cursor_take(&d->c, 6);
        third = cursor_take(&d->c, 6);
        cursor_u16(&d->c); /* sequence control */
        take_sender(d, from_ds && to_ds ? cursor_take(&d->c, 6) : from_ds ? third : second);
        if (qos)
                aggregate = cursor_le16(&d->c) & 0x80;
        if (qos && flags & 0x80)
                cursor_u32(&d->c); /* HT control */
        if (d->wlan_pad)
                cursor_take(&d->c, (size_t)(at - d->c.at) & 3);
        if (d->c.bad)
                return;
        if (flags & 0x40) {
                decode_stop(d, LAYER_WLAN, NULL, "the frame is encrypted");
                return;
        }
        if (aggregate)
                cursor_take(&d->c, 14); /* destination, source, length */
        d->next = LAYER_LLC;
}

/* https://www.radiotap.org: present words while their top bit is set; of the fields we need Flags, which only
 * TSFT stands before. */
void parse_radiotap(struct decode *d)
{
        struct cursor rest;
        const uint8_t *at = d->c.at;
        uint16_t length;
        uint32_t present, more;

        cursor_u16(&d->c); /* version, padding */
        length = cursor_le16(&d->c);
        rest = cursor_over(cursor_take(&d->c, length < 4 ? SIZE_MAX : length - 4u));
        present = more = cursor_le32(&rest);
        while (more >> 31 && !rest.bad)
                more = cursor_le32(&rest);
        if (d->c.bad)
                return;
        if (present & 1) {
                cursor_take(&rest, (size_t)(at - rest.at) & 7);
                cursor_take(&rest, 8);
        }
        d->wlan_pad = present & 2 && cursor_u8(&rest) & 0x20;
        d->next = LAYER_WLAN;
}

/* Prism: code and length in the capturing machine's order, little as a rule. AVS says 0x802110 first, all big. */
void parse_prism(struct decode *d)
{
        uint32_t code = cursor_u32(&d->c);
        uint32_t length = code >> 8 == 0x802110 ? cursor_u32(&d->c) : cursor_le32(&d->c);

        cursor_take(&d->c, length < 8 ? SIZE_MAX : length - 8);
        if (!d->c.bad)
                d->next = LAYER_WLAN;
}
