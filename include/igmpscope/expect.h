/* SPDX-License-Identifier: BSD-2-Clause */
/* Expectations: what a capture is to show, one a line (docs/expect.md is the language), judged as packets come.
 * Whoever has packets feeds them; tracker and linter are inside. Memory is taken for lines, none for packets. */
#ifndef IGMPSCOPE_EXPECT_H
#define IGMPSCOPE_EXPECT_H

#include "igmpscope/base.h"
#include "igmpscope/model.h"
#include "igmpscope/wire.h"

struct expectations;

enum { EXPECTATIONS_MAX = 10000, EXPECTATION_GROUPS_MAX = 262144, EXPECTATIONS_BAD_SHOWN = 20 };

int expectations_new(struct expectations **e, const struct tracker_options *o, struct error *err);
void expectations_free(struct expectations *e);

/* Reads lines. Each that can't be read becomes a line of `bad`, "NAME:LINE: 'WORD': why", the first
 * EXPECTATIONS_BAD_SHOWN of them. How many there were. */
size_t expectations_read(struct expectations *e, const char *name, struct bytes lines, struct text *bad);
size_t expectations_count(const struct expectations *e);

/* Times count from start_ns; 0: from the first packet. Call once, after the last line was read. */
int expectations_begin(struct expectations *e, int64_t start_ns, struct error *err);
void expectations_packet(struct expectations *e, const struct packet *p); /* in the order of capture */
void expectations_time(struct expectations *e, int64_t now_ns);           /* time passes without packets */

/* Live: true once nothing that may come can change a verdict, or the last window closed. With a deadline, lines
 * that only the end decides (`not join …`) wait for it. */
bool expectations_over(const struct expectations *e, int64_t now_ns, bool deadline);
/* Live without a deadline: the id of a line if there is nothing but lines that no moment would decide; else NULL. */
const char *expectations_endless(const struct expectations *e);

/* After the last packet: judges what waited for the end. Then a verdict a call, in the order of the lines; *i starts
 * at 0. Views live until the next call. */
void expectations_finish(struct expectations *e);
bool expectations_next(struct expectations *e, size_t *i, struct verdict *v);

/* The other way round: a first draft of expectations that a good capture meets. */
struct draft;
struct draft *draft_new(const struct tracker_options *o, struct error *err);
void draft_free(struct draft *d);
void draft_packet(struct draft *d, const struct packet *p);
void draft_write(struct draft *d, const char *name, struct text *t); /* name: of the capture, for the head comment */

#endif
