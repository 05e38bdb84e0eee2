/* SPDX-License-Identifier: BSD-2-Clause */
/* Private to the tracer's files. */
#ifndef NET_TRACER_H
#define NET_TRACER_H

#include "igmpscope/trace.h"

int trace_filter_install(void); /* in the program to be, before its exec: 0 or an errno */

#endif
