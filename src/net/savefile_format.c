/* SPDX-License-Identifier: BSD-2-Clause */
/* The records of a savefile as octets, little-endian: pcapng (draft-ietf-opsawg-pcapng) with
 * interface names, directions, comments and drop counters, and classic pcap
 * (draft-ietf-opsawg-pcap) with nanoseconds. */
#include "igmpscope/net.h"

#include <stdlib.h>
#include <string.h>

#include "savefile.h"

enum { BLOCK_INTERFACE = 1, BLOCK_STATISTICS = 5, BLOCK_PACKET = 6, BLOCK_SECTION = 0x0a0d0d0a };
enum { SNAPLEN = 262144 };

static void le16(struct packer *k, uint16_t v)
{
        pack_u16(k, __builtin_bswap16(v));
}

static void le32(struct packer *k, uint32_t v)
{
        pack_u32(k, __builtin_bswap32(v));
}

static void le64(struct packer *k, uint64_t v)
{
        le32(k, (uint32_t)v);
        le32(k, (uint32_t)(v >> 32));
}

static uint32_t read_le32(const uint8_t *p)
{
        struct cursor c = cursor_over((struct bytes){p, 4});

        return cursor_le32(&c);
}

/* pcapng keeps a time stamp as two words, the high one first. */
static void stamp(struct packer *k, int64_t ns)
{
        le32(k, (uint32_t)((uint64_t)ns >> 32));
        le32(k, (uint32_t)(uint64_t)ns);
}

static size_t block_begin(struct packer *k, uint32_t type)
{
        size_t at = k->n;

        le32(k, type);
        le32(k, 0);
        return at;
}

static void block_end(struct packer *k, size_t at)
{
        le32(k, (uint32_t)(k->n + 4 - at));
        if (!k->bad)
                memcpy(k->p + at + 4, k->p + k->n - 4, 4);
}

static void option(struct packer *k, uint16_t code, const void *p, size_t n)
{
        le16(k, code);
        le16(k, (uint16_t)n);
        pack_bytes(k, (struct bytes){p, n});
        pack_zeros(k, -n & 3);
}

static void option_text(struct packer *k, uint16_t code, const char *text)
{
        option(k, code, text, strnlen(text, SAVE_TEXT_MAX));
}

static void section(struct savefile *s)
{
        size_t at = block_begin(&s->k, BLOCK_SECTION);

        le32(&s->k, 0x1a2b3c4d);
        le16(&s->k, 1);
        le16(&s->k, 0);
        le64(&s->k, UINT64_MAX); /* the section's length: not said */
        option_text(&s->k, 4, "igmpscope " IGMPSCOPE_VERSION);
        le32(&s->k, 0);
        block_end(&s->k, at);
}

static void interface_block(struct savefile *s, const struct described *d)
{
        size_t at = block_begin(&s->k, BLOCK_INTERFACE);
        struct text filter = {0};

        le16(&s->k, (uint16_t)d->link);
        le16(&s->k, 0);
        le32(&s->k, SNAPLEN);
        if (d->name)
                option_text(&s->k, 2, d->name);
        option(&s->k, 9, "\x09", 1); /* nanoseconds */
        if (s->filter) {
                text_add_n(&filter, "", 1); /* octet 0: a libpcap expression */
                text_add(&filter, s->filter);
                option(&s->k, 11, text_string(&filter),
                       filter.n < SAVE_TEXT_MAX ? filter.n : SAVE_TEXT_MAX);
                text_free(&filter);
        }
        le32(&s->k, 0);
        block_end(&s->k, at);
}

static bool is_of(const struct described *d, const struct frame *f)
{
        return d->id == f->interface_id && d->link == f->link &&
               (d->name && f->interface ? strcmp(d->name, f->interface) == 0
                                        : d->name == f->interface);
}

/* The file's number of the frame's interface, described where it is new; -1: no memory. */
static long interface_number(struct savefile *s, const struct frame *f)
{
        struct described *d = s->interfaces;

        for (size_t i = 0; i < s->n_interfaces; i++, d++)
                if (is_of(d, f))
                        return (long)i;
        d = realloc(s->interfaces, (s->n_interfaces + 1) * sizeof *d);
        if (!d)
                return -1;
        s->interfaces = d;
        d += s->n_interfaces;
        *d = (struct described){.id = f->interface_id, .link = f->link};
        if (f->interface && !(d->name = strdup(f->interface)))
                return -1;
        interface_block(s, d);
        return (long)s->n_interfaces++;
}

static int packet_block(struct savefile *s, const struct frame *f, const char *comment,
                        struct error *err)
{
        long number = interface_number(s, f);
        const uint8_t flags[4] = {(uint8_t)f->direction};
        size_t at;

        if (number < 0)
                return error_set(err, "%s: no memory", s->path);
        at = block_begin(&s->k, BLOCK_PACKET);
        le32(&s->k, (uint32_t)number);
        stamp(&s->k, f->time_ns);
        le32(&s->k, f->caplen);
        le32(&s->k, f->len);
        pack_bytes(&s->k, f->data);
        pack_zeros(&s->k, -f->data.n & 3);
        if (comment)
                option_text(&s->k, 1, comment);
        if (f->direction != FRAME_UNKNOWN)
                option(&s->k, 2, flags, sizeof flags);
        if (comment || f->direction != FRAME_UNKNOWN)
                le32(&s->k, 0);
        block_end(&s->k, at);
        return 0;
}

/* What was lost is known for the capture as a whole: it stands with the first interface. */
static void statistics(struct savefile *s)
{
        const uint64_t counters[][2] = {{5, s->stats.dropped_interface},
                                        {7, s->stats.dropped_kernel}};
        size_t at;

        if (!s->counted || !s->n_interfaces)
                return;
        at = block_begin(&s->k, BLOCK_STATISTICS);
        le32(&s->k, 0);
        stamp(&s->k, s->last_ns);
        for (size_t i = 0; i < 2; i++) {
                le16(&s->k, (uint16_t)counters[i][0]);
                le16(&s->k, 8);
                le64(&s->k, counters[i][1]);
        }
        le32(&s->k, 0);
        block_end(&s->k, at);
}

static size_t block_measure(const uint8_t *p, bool first)
{
        (void)first;
        return read_le32(p + 4);
}

static void file_header(struct savefile *s, int link)
{
        le32(&s->k, 0xa1b23c4d);
        le16(&s->k, 2);
        le16(&s->k, 4);
        le64(&s->k, 0);
        le32(&s->k, SNAPLEN);
        le32(&s->k, (uint32_t)link);
}

static void nothing(struct savefile *s)
{
        (void)s;
}

/* A pcap file has one link type: the first frame's. */
static int packet_record(struct savefile *s, const struct frame *f, const char *comment,
                         struct error *err)
{
        (void)comment;
        if (!s->n_interfaces) {
                s->interfaces = calloc(1, sizeof *s->interfaces);
                if (!s->interfaces)
                        return error_set(err, "%s: no memory", s->path);
                s->interfaces->link = f->link;
                s->n_interfaces = 1;
                file_header(s, f->link);
        }
        if (s->interfaces->link != f->link)
                return error_set(err, "%s: a pcap file holds one link type, this one %d, and frame %llu "
                                 "is of %d: write pcapng", s->path, s->interfaces->link,
                                 (unsigned long long)f->number, f->link);
        le32(&s->k, (uint32_t)(f->time_ns / 1000000000));
        le32(&s->k, (uint32_t)(f->time_ns % 1000000000));
        le32(&s->k, f->caplen);
        le32(&s->k, f->len);
        pack_bytes(&s->k, f->data);
        return 0;
}

/* A capture without a packet is a valid one, too. */
static void file_tail(struct savefile *s)
{
        if (!s->n_interfaces)
                file_header(s, 1);
}

static size_t record_measure(const uint8_t *p, bool first)
{
        return first ? 24 : 16 + read_le32(p + 8);
}

const struct save_format save_pcapng = {section, packet_block, statistics, block_measure, 8};
const struct save_format save_pcap = {nothing, packet_record, file_tail, record_measure, 12};
