/* SPDX-License-Identifier: BSD-2-Clause */
/* What on this machine makes multicast fail, found by reading alone: nothing is sent and nothing is changed. */
#ifndef IGMPSCOPE_DOCTOR_H
#define IGMPSCOPE_DOCTOR_H

#include "igmpscope/base.h"

enum check_result {
        CHECK_FINE,
        CHECK_LOOK,   /* works, but not as everybody expects */
        CHECK_BROKEN, /* makes multicast fail */
};

struct check {
        const char *name;    /* static: "rp_filter" */
        char on[48];         /* the interface, group or chain; "" for the whole machine */
        char value[160];     /* as it was read */
        enum check_result result;
        char meaning[320];
        char command[320]; /* what changes it; "" where nothing would */
};

struct checks {
        struct check *p;
        size_t n;
};

/* Looks at the network namespace that the calling thread stands in, with groups as what somebody would join. */
int checks_read(struct checks *c, const struct addr *groups, size_t n, struct error *err);
void checks_free(struct checks *c);

#endif
