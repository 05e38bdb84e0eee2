/* SPDX-License-Identifier: BSD-2-Clause */
/* What a capture is made of: a reader of a savefile with a filter, or libpcap's live handle.
 * Private to src/net. */
#ifndef NET_CAPTURE_H
#define NET_CAPTURE_H

#include <net/if.h>

#include "reader.h"

struct filter; /* a pcap-filter(7) expression, compiled for each link type that comes */
struct live;

enum { LINK_ETHERNET = 1, LINK_RAW = 101, LINK_SLL = 113, LINK_SLL2 = 276 };

/* Compiled at once for a link type that is known; -1: for none yet. */
int filter_open(struct filter **f, const char *text, int link, struct error *err);
/* 1, 0, or -1. */
int filter_accepts(struct filter *f, const struct frame *frame, struct error *err);
void filter_close(struct filter *f);
/* libpcap's number for an open handle, and that in files (LINKTYPE_), differ for raw IP. */
int link_of_dlt(int dlt);
int dlt_of_link(int link);

/* Interfaces that cooked frames have named by number. */
enum { SEEN_MAX = 64 };
struct cooked {
        bool live; /* the numbers are this machine's */
        size_t n_seen;
        struct seen {
                uint32_t index;
                char name[IF_NAMESIZE];
        } seen[SEEN_MAX];
};

void cooked_place(struct cooked *k, struct frame *f); /* of link type LINK_SLL or LINK_SLL2 */

static inline bool is_cooked(const struct frame *f)
{
        return f->link == LINK_SLL || f->link == LINK_SLL2;
}

struct capture {
        char *name, *asked; /* asked: the filter, or NULL */
        struct capture_stats stats;
        struct text warning;
        bool told, told_end;
        struct reader reader; /* a savefile, or */
        struct filter *filter;
        enum frame_direction direction; /* that a savefile's frames are wanted of */
        struct live *live;
        struct cooked cooked;
};

int live_open(struct capture *c, const struct capture_options *o, struct error *err);
int live_next(struct capture *c, struct frame *f, struct error *err);
void live_drops(struct capture *c, struct capture_stats *s);
int live_fd(const struct capture *c);
void live_close(struct capture *c);

#endif
