/* SPDX-License-Identifier: BSD-2-Clause */
/* Claims: sentences of documents about multicast sockets, hosts and switches, each measured on this kernel.
 *
 * An experiment acts once, in a laboratory of its own, and notes observations under names of its own; a claim
 * is a row that says which observation a document promises to be what. One experiment serves many claims, and
 * one observation may be judged under several documents. */
#ifndef IGMPSCOPE_VERIFY_H
#define IGMPSCOPE_VERIFY_H

#include "igmpscope/lab.h"
#include "igmpscope/model.h"

struct bench;

struct experiment {
        const char *name;
        const char *topology;
        struct lab_options options;
        const char *needs; /* what not every machine has: "root", "ipv6", "macvlan"; NULL: nothing */
        int (*act)(struct bench *b); /* 0; -1 with the bench's error: could not be done here */
};

struct claim {
        const char *id;   /* stable; the catalogue's name in lower case: ttl-1, v3-12 */
        const char *tags; /* commas between: ttl, loop, membership, ssm, reuse, buffers, query, version, ipv6 … */
        const char *text; /* the documented sentence, in our words */
        const char *cite; /* document and section */
        const char *experiment, *key; /* whose observation */
        const char *expected; /* "1"; "1|-1": either; "8..15": a number between; as verify_matches */
        const char *lesson;   /* where Linux is known to differ, why; NULL: it should hold */
};

/* A chapter is src/lab/claims_NAME.c: its experiments and claims, each list ended by a row of zeros. */
#define CHAPTERS(X) X(ttl) X(loop) X(deliver) X(join) X(report) X(filter) X(query) X(version) X(data) X(forward) X(ipv6)

#define X(name) \
        extern const struct experiment experiments_##name[]; \
        extern const struct claim claims_##name[];
CHAPTERS(X)
#undef X

const struct claim *claim_at(size_t i); /* NULL past the end */
const struct claim *claim_find(const char *id);
const struct experiment *experiment_find(const char *name);
bool claim_has_tag(const struct claim *c, const char *tag);
void claim_describe(const struct claim *c, struct writer *w);

/* Whether an observation is what was expected: alternatives apart by '|', each the same text or a range "A..B",
 * "A..", "..B" for an observation that begins with a number. */
bool verify_matches(const char *expected, const char *seen);

/* Ways to spoil a measurement, so that a test can show that each claim can fail. */
enum spoil { SPOIL_NOTHING, SPOIL_VALUES, SPOIL_RESULTS, SPOIL_DROP, SPOIL_FORGE };

struct verify_options {
        const struct claim *const *claims; /* which, in order */
        size_t n;
        int parallel;          /* laboratories side by side; 0: 8 */
        const char *directory; /* where each experiment's capture goes, or NULL */
        enum spoil spoil;
};

struct verify;
int verify_open(struct verify **v, const struct verify_options *o, struct error *err);
/* The verdicts, in the order of the claims: 1 with *one filled (it lives until the next call), 0 at the end, -1.
 * A claim whose experiment could not be done is skipped, with the reason. *known: it deviates as its lesson says. */
int verify_next(struct verify *v, struct verdict *one, const struct claim **claim, struct error *err);
void verify_close(struct verify *v); /* ends what still runs; NULL is fine */

#endif
