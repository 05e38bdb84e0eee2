/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the doctor share. Private to src/net. */
#ifndef NET_DOCTOR_H
#define NET_DOCTOR_H

#include "igmpscope/doctor.h"
#include "igmpscope/net.h"

enum { EXAM_INTERFACES = 256 };

struct exam {
        struct checks *out;
        bool failed;         /* no memory: rows go to `spare` */
        struct check spare;
        const struct addr *groups;
        size_t n_groups;
        struct interface interfaces[EXAM_INTERFACES]; /* but the loopback */
        size_t n_interfaces;
        bool carries[EXAM_INTERFACES]; /* one of the groups leaves there */
};

/* A new row, fine until said otherwise; lives until the next one. on NULL: the machine. */
struct check *exam_add(struct exam *e, const char *name, const char *on);
void check_say(struct check *c, enum check_result result, const char *meaning, ...)
        __attribute__((format(printf, 3, 4)));
void check_value(struct check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
void check_command(struct check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The examinations, in the order of their rows. */
void exam_interfaces(struct exam *e);
void exam_settings(struct exam *e);
void exam_bridges(struct exam *e);
void exam_firewall(struct exam *e);
void exam_rights(struct exam *e);

#endif
