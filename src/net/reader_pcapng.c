/* SPDX-License-Identifier: BSD-2-Clause */
/* pcapng (draft-ietf-opsawg-pcapng): sections of either byte order, each with its own interfaces,
 * link types and clocks; enhanced, simple and the old packet block; statistics for their drop
 * counters. Other blocks are passed over. */
#include "igmpscope/net.h"

#include <stdlib.h>
#include <string.h>

#include "reader.h"

enum { SECTION = 0x0a0d0d0a, ORDER = 0x1a2b3c4d };
enum { NO_PACKET = CAPTURE_IDLE + 1 }; /* a block that is understood, and holds none */
enum { OPTION_NAME = 2, OPTION_RESOLUTION = 9, OPTION_OFFSET = 14 }; /* of interfaces */
enum { OPTION_FLAGS = 2, OPTION_DROPS = 4 };                         /* of packets */
enum { OPTION_IF_DROP = 5, OPTION_OS_DROP = 7 };                     /* of statistics */

/* The options of a block, one by one; what is not whole ends them. */
static bool option_next(const struct reader *r, struct bytes *left, uint16_t *code,
                        struct bytes *value)
{
        size_t n;

        if (left->n < 4)
                return false;
        *code = get16(left->p, r->big);
        n = get16(left->p + 2, r->big);
        if (*code == 0 || n > left->n - 4)
                return false;
        *value = (struct bytes){left->p + 4, n};
        n = 4 + ((n + 3) & ~(size_t)3);
        n = n < left->n ? n : left->n;
        *left = (struct bytes){left->p + n, left->n - n};
        return true;
}

static uint64_t get64(const struct reader *r, struct bytes b)
{
        uint64_t first, second;

        if (b.n < 8)
                return 0;
        first = get32(b.p, r->big);
        second = get32(b.p + 4, r->big);
        return r->big ? first << 32 | second : second << 32 | first;
}

static struct bytes after(struct bytes b, size_t n)
{
        return n < b.n ? (struct bytes){b.p + n, b.n - n} : (struct bytes){b.p, 0};
}

/* if_tsresol: a power of ten, or with its top bit of two. Ticks in a second; 0: more than 64 bits
 * hold. */
static uint64_t resolution(uint8_t v)
{
        uint64_t per_s = 1;

        if (v & 0x80)
                return (v & 0x7f) < 64 ? 1ull << (v & 0x7f) : 0;
        if (v > 19)
                return 0;
        while (v--)
                per_s *= 10;
        return per_s;
}

static int64_t time_of(const struct reader_interface *in, uint64_t ticks)
{
        const uint64_t second = 1000000000;
        unsigned __int128 ns = in->ns_per_tick ? (unsigned __int128)ticks * in->ns_per_tick
                                               : (unsigned __int128)ticks * second / in->per_s;
        int64_t offset, sum;

        if (!in->offset_s && ns <= INT64_MAX)
                return (int64_t)ns;
        if (ns > INT64_MAX || __builtin_mul_overflow(in->offset_s, (int64_t)second, &offset) ||
            __builtin_add_overflow((int64_t)ns, offset, &sum))
                return INT64_MAX; /* beyond the year 2262: a clock that is wrong anyway */
        return sum;
}

static int take_section(struct reader *r, struct bytes b, struct frame *f, struct error *err)
{
        unsigned major = get16(b.p + 4, r->big), minor = get16(b.p + 6, r->big);

        (void)f;
        if (major != 1 || (minor != 0 && minor != 2))
                return reader_refuse(r, err, "a pcapng section of version %u.%u; known is 1.0",
                                     major, minor);
        r->first = r->n_interfaces;
        return NO_PACKET;
}

static struct reader_interface *add_interface(struct reader *r)
{
        struct reader_interface *p = r->interfaces;

        if (r->n_interfaces == r->cap_interfaces) {
                size_t cap = r->cap_interfaces ? r->cap_interfaces * 2 : 4;
                p = realloc(p, cap * sizeof *p);
                if (!p)
                        return NULL;
                r->interfaces = p;
                r->cap_interfaces = cap;
        }
        p += r->n_interfaces++;
        *p = (struct reader_interface){.per_s = 1000000};
        return p;
}

static int take_interface(struct reader *r, struct bytes b, struct frame *f, struct error *err)
{
        struct reader_interface *in;
        struct bytes left = after(b, 8), v;
        uint16_t code;

        (void)f;
        if (r->n_interfaces == INTERFACES_MAX)
                return reader_refuse(r, err, "over %d interfaces", (int)INTERFACES_MAX);
        in = add_interface(r);
        if (!in)
                return reader_refuse(r, err, "no memory for an interface");
        in->link = get16(b.p, r->big);
        in->snaplen = get32(b.p + 4, r->big);
        while (option_next(r, &left, &code, &v)) {
                if (code == OPTION_NAME && v.n)
                        memcpy(in->name, v.p, v.n < sizeof in->name ? v.n : sizeof in->name - 1);
                else if (code == OPTION_RESOLUTION && v.n)
                        in->per_s = resolution(*v.p);
                else if (code == OPTION_OFFSET)
                        in->offset_s = (int64_t)get64(r, v);
        }
        if (!in->per_s)
                return reader_refuse(r, err, "an interface whose clock ticks faster than 64 bits hold");
        in->ns_per_tick = 1000000000 % in->per_s ? 0 : 1000000000 / in->per_s;
        return NO_PACKET;
}

static struct reader_interface *interface_at(struct reader *r, uint32_t id)
{
        return id < r->n_interfaces - r->first ? &r->interfaces[r->first + id] : NULL;
}

static int no_interface(struct reader *r, uint32_t id, struct error *err)
{
        return reader_refuse(r, err, "a packet of interface %u, where the section describes %zu", id,
                             r->n_interfaces - r->first);
}

/* What the three kinds of packet block have in common: data behind their fixed part. */
static int packet(struct reader *r, struct reader_interface *in, struct bytes data, struct frame *f,
                  struct error *err)
{
        if (f->caplen > PACKET_MAX)
                return reader_refuse(r, err, "a packet of %u octets, over the limit of %u", f->caplen,
                                     (unsigned)PACKET_MAX);
        if (f->caplen > data.n)
                return reader_refuse(r, err, "a packet of %u octets in a block that has %zu",
                                     f->caplen, data.n);
        f->number = ++r->number;
        f->interface = *in->name ? in->name : NULL;
        f->interface_id = (uint32_t)(in - r->interfaces);
        f->link = in->link;
        f->data = (struct bytes){data.p, f->caplen};
        return CAPTURE_FRAME;
}

static void packet_options(const struct reader *r, struct reader_interface *in, struct bytes left,
                           struct frame *f)
{
        struct bytes v;
        uint16_t code;

        while (option_next(r, &left, &code, &v)) {
                if (code == OPTION_FLAGS && v.n >= 4)
                        f->direction = (enum frame_direction)(get32(v.p, r->big) & 3) % 3;
                else if (code == OPTION_DROPS)
                        in->dropped += get64(r, v);
        }
}

/* The enhanced packet block (6), and the packet block (2) that it replaced. */
static int take_timed(struct reader *r, struct bytes b, bool old, struct frame *f,
                      struct error *err)
{
        uint32_t id = old ? get16(b.p, r->big) : get32(b.p, r->big);
        struct reader_interface *in = interface_at(r, id);
        struct bytes data = after(b, 20);
        size_t padded;

        if (!in)
                return no_interface(r, id, err);
        *f = (struct frame){.caplen = get32(b.p + 12, r->big), .len = get32(b.p + 16, r->big)};
        f->time_ns = time_of(in, (uint64_t)get32(b.p + 4, r->big) << 32 | get32(b.p + 8, r->big));
        if (packet(r, in, data, f, err) != CAPTURE_FRAME)
                return CAPTURE_ERROR;
        padded = ((size_t)f->caplen + 3) & ~(size_t)3;
        if (old && get16(b.p + 2, r->big) != 0xffff) /* all ones: unknown */
                in->dropped += get16(b.p + 2, r->big);
        if (data.n > padded)
                packet_options(r, in, after(data, padded), f);
        return CAPTURE_FRAME;
}

static int take_enhanced(struct reader *r, struct bytes b, struct frame *f, struct error *err)
{
        return take_timed(r, b, false, f, err);
}

static int take_old(struct reader *r, struct bytes b, struct frame *f, struct error *err)
{
        return take_timed(r, b, true, f, err);
}

/* No time and no captured length: the snapshot length says how much there is. */
static int take_simple(struct reader *r, struct bytes b, struct frame *f, struct error *err)
{
        struct reader_interface *in = interface_at(r, 0);

        if (!in)
                return no_interface(r, 0, err);
        *f = (struct frame){.len = get32(b.p, r->big)};
        f->caplen = in->snaplen && in->snaplen < f->len ? in->snaplen : f->len;
        return packet(r, in, after(b, 4), f, err);
}

static int take_statistics(struct reader *r, struct bytes b, struct frame *f, struct error *err)
{
        struct reader_interface *in = interface_at(r, get32(b.p, r->big));
        struct bytes left = after(b, 12), v;
        uint16_t code;

        (void)f;
        (void)err;
        while (in && option_next(r, &left, &code, &v)) {
                if (code == OPTION_IF_DROP)
                        in->dropped_interface = get64(r, v);
                else if (code == OPTION_OS_DROP)
                        in->dropped_kernel = get64(r, v);
                in->counted = in->counted || code == OPTION_IF_DROP || code == OPTION_OS_DROP;
        }
        return NO_PACKET;
}

/* min: octets of the fixed part. */
static const struct block {
        uint32_t type, min;
        int (*take)(struct reader *r, struct bytes body, struct frame *f, struct error *err);
} blocks[] = {
        {6, 20, take_enhanced}, {3, 4, take_simple},  {2, 20, take_old},
        {1, 8, take_interface}, {5, 12, take_statistics}, {SECTION, 16, take_section},
};

static const struct block *block_of(uint32_t type)
{
        for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
                if (blocks[i].type == type)
                        return &blocks[i];
        return NULL;
}

/* Passes over what is left of a block that nobody asks for, however long it is. */
static int pass_over(struct reader *r, struct error *err)
{
        struct source *s = &r->source;

        while (r->skip) {
                int have = source_have(s, 1, err);
                size_t n = (size_t)(s->end - s->at);
                if (have != CAPTURE_FRAME) {
                        s->cut = have == CAPTURE_END;
                        return have;
                }
                n = n < r->skip ? n : (size_t)r->skip;
                s->at += n;
                r->skip -= n;
        }
        return CAPTURE_FRAME;
}

/* Length of the block at s->at, of which 12 octets are there; 0: refused. */
static uint32_t length_of(struct reader *r, const struct block *b, uint32_t type, struct error *err)
{
        uint32_t length = get32(r->source.at + 4, r->big);

        if (length < 12 || length % 4 || (b && length < b->min + 12))
                reader_refuse(r, err, "a block of type %u that says it is %u octets long", type,
                              length);
        else if (b && length > BLOCK_MAX)
                reader_refuse(r, err, "a block of %u octets, where %u are the most that make sense",
                              length, (unsigned)BLOCK_MAX);
        else
                return length;
        return 0;
}

static int take_block(struct reader *r, struct frame *f, struct error *err)
{
        struct source *s = &r->source;
        uint32_t type = get32(s->at, r->big), length;
        const struct block *b = block_of(type);
        int have;

        if (type == SECTION) {
                r->big = get32(s->at + 8, true) == ORDER;
                if (!r->big && get32(s->at + 8, false) != ORDER)
                        return reader_refuse(r, err, "a section without its byte-order magic");
        }
        length = length_of(r, b, type, err);
        if (!length)
                return CAPTURE_ERROR;
        if (!b) {
                r->skip = length;
                return NO_PACKET;
        }
        have = source_have(s, length, err);
        if (have != CAPTURE_FRAME)
                return have;
        if (get32(s->at + length - 4, r->big) != length)
                return reader_refuse(r, err, "a block whose two lengths differ: %u and %u", length,
                                     get32(s->at + length - 4, r->big));
        have = b->take(r, (struct bytes){s->at + 8, length - 12}, f, err);
        if (have != CAPTURE_ERROR)
                s->at += length;
        return have;
}

static int next(struct reader *r, struct frame *f, struct error *err)
{
        int have;

        do {
                have = r->skip ? pass_over(r, err) : CAPTURE_FRAME;
                if (have == CAPTURE_FRAME)
                        have = source_have(&r->source, 12, err);
                if (have == CAPTURE_FRAME)
                        have = take_block(r, f, err);
        } while (have == NO_PACKET);
        return reader_cut(r, have);
}

/* Link type of the first interface, where it stands right behind the section header and is there
 * already; or -1. */
static int first_link(const struct source *s)
{
        bool big = get32(s->at + 8, true) == ORDER;
        size_t n = (size_t)(s->end - s->at), at = get32(s->at + 4, big);

        if (n < 12 || at > n - 12 || get32(s->at + at, big) != 1)
                return -1;
        return get16(s->at + at + 8, big);
}

int pcapng_begin(struct reader *r, struct error *err)
{
        const struct source *s = &r->source;
        size_t n = (size_t)(s->end - s->at);

        if (n < 4 || get32(s->at, true) != SECTION)
                return 0;
        if (n < 28)
                return error_set(err, "%s: a pcapng file cut short in its header: %zu of at least 28 "
                                 "octets", s->name, n);
        r->link = first_link(s);
        r->next = next;
        return 0;
}
