/* SPDX-License-Identifier: BSD-2-Clause */
/* Classic pcap (draft-ietf-opsawg-pcap): both byte orders, micro- and nanoseconds, and Kuznetzov's
 * variant with eight more octets in each record's header. Old versions swapped the two lengths
 * (libpcap's sf-pcap.c). */
#include "igmpscope/net.h"

#include "reader.h"

enum { FILE_HEADER = 24 };

static const struct {
        uint32_t magic, header, ns_per_tick;
} variants[] = {
        {0xa1b2c3d4, 16, 1000},
        {0xa1b23c4d, 16, 1},
        {0xa1b2cd34, 24, 1000}, /* Kuznetzov's */
};

/* Length fields in the order that version 2.4 has them in. */
static void sort_lengths(const struct reader *r, struct frame *f)
{
        if (r->minor < 3 || (r->minor == 3 && f->caplen > f->len)) {
                uint32_t t = f->caplen;
                f->caplen = f->len;
                f->len = t;
        }
}

static int next(struct reader *r, struct frame *f, struct error *err)
{
        struct source *s = &r->source;
        int have = source_have(s, r->header, err);
        const uint8_t *p = s->at;

        if (have != CAPTURE_FRAME)
                return reader_cut(r, have);
        *f = (struct frame){
                .number = r->number + 1,
                .time_ns = (int64_t)get32(p, r->big) * 1000000000 +
                           (int64_t)get32(p + 4, r->big) * r->ns_per_tick,
                .link = r->link,
                .caplen = get32(p + 8, r->big),
                .len = get32(p + 12, r->big),
        };
        if (r->minor < 4)
                sort_lengths(r, f);
        if (f->caplen > PACKET_MAX)
                return reader_refuse(r, err, "a packet of %u octets, over the limit of %u", f->caplen,
                                     (unsigned)PACKET_MAX);
        have = source_have(s, r->header + f->caplen, err);
        if (have != CAPTURE_FRAME)
                return reader_cut(r, have);
        f->data = (struct bytes){s->at + r->header, f->caplen};
        s->at += r->header + f->caplen;
        r->number++;
        return CAPTURE_FRAME;
}

static bool known(struct reader *r, const uint8_t *p)
{
        for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
                r->big = get32(p, true) == variants[i].magic;
                if (!r->big && get32(p, false) != variants[i].magic)
                        continue;
                r->header = variants[i].header;
                r->ns_per_tick = variants[i].ns_per_tick;
                return true;
        }
        return false;
}

int pcap_begin(struct reader *r, struct error *err)
{
        struct source *s = &r->source;
        size_t n = (size_t)(s->end - s->at);
        unsigned major;

        if (n < 4 || !known(r, s->at))
                return 0;
        if (n < FILE_HEADER)
                return error_set(err, "%s: a pcap file cut short in its header: %zu of %d octets",
                                 s->name, n, (int)FILE_HEADER);
        major = get16(s->at + 4, r->big);
        r->minor = get16(s->at + 6, r->big);
        if (major != 2)
                return error_set(err, "%s: pcap version %u.%u; known is 2", s->name, major,
                                 r->minor);
        r->link = get32(s->at + 20, r->big) & 0xffff;
        s->at += FILE_HEADER;
        r->next = next;
        return 0;
}
