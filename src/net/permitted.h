/* SPDX-License-Identifier: BSD-2-Clause */
/* What to say where the kernel wants a right that we lack. Private to src/net. */
#ifndef NET_PERMITTED_H
#define NET_PERMITTED_H

#include "igmpscope/base.h"

/* "eth0: capturing takes a right: …" and how to get it; -1. */
int not_permitted(const char *name, const char *doing, struct error *err);

#endif
