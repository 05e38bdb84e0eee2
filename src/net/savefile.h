/* SPDX-License-Identifier: BSD-2-Clause */
/* The writer of savefiles: what its two formats and its file handling share. Private to src/net. */
#ifndef NET_SAVEFILE_H
#define NET_SAVEFILE_H

#include "igmpscope/net.h"

enum { SAVE_BUFFER = 1024 * 1024, SAVE_PACKET_MAX = 512 * 1024, SAVE_TEXT_MAX = 65000 };

/* An interface that the file has described. */
struct described {
        char *name; /* or NULL */
        uint32_t id;
        int link;
};

struct savefile;

struct save_format {
        void (*head)(struct savefile *s);
        int (*packet)(struct savefile *s, const struct frame *f, const char *comment,
                      struct error *err);
        void (*tail)(struct savefile *s);
        /* octets of the record at p; first: of the file */
        size_t (*measure)(const uint8_t *p, bool first);
        size_t smallest; /* what measure wants to see */
};

extern const struct save_format save_pcapng, save_pcap;

struct savefile {
        const struct save_format *format;
        uint64_t rotate_bytes;
        int64_t rotate_ns;
        bool flush, regular, failed;
        char *file, *filter, *path; /* path: what is open now */
        int fd;
        unsigned part;     /* number of the open file, from 1; 0: no rotation */
        uint64_t written;  /* octets of it that are out */
        uint64_t packets;  /* in it */
        int64_t began_ns, last_ns; /* frames' time */
        struct described *interfaces;
        size_t n_interfaces;
        bool counted; /* the drops are known */
        struct capture_stats stats;
        struct packer k; /* what is not out yet: whole records */
        uint8_t buffer[SAVE_BUFFER];
};

#endif
