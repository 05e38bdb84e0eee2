/* SPDX-License-Identifier: BSD-2-Clause */
/* Verbs and their options, as tables: parsing, --help, manual pages and completion come from them.
 * To add a verb: one word in VERBS and src/cmd/NAME.c. */
#ifndef IGMPSCOPE_CMD_H
#define IGMPSCOPE_CMD_H

#include "igmpscope/base.h"
#include "igmpscope/net.h"
#include "igmpscope/writer.h"

#define VERBS(X) \
        X(server) \
        X(client) \
        X(watch) \
        X(members) \
        X(lint) \
        X(expect) \
        X(send) \
        X(verify) \
        X(trace) \
        X(lab) \
        X(report) \
        X(explain) \
        X(doctor) \
        X(list)

/* Exit status (interface.md). */
enum { EXIT_HELD = 0, EXIT_NOT_HELD = 1, EXIT_TROUBLE = 2, EXIT_SKIPPED = 77 };

enum option_type {
        OPTION_FLAG,    /* bool */
        OPTION_COUNT,   /* int, counts how often */
        OPTION_INT,     /* int, within min and max */
        OPTION_UINT,    /* uint64_t, up to max (0: any) */
        OPTION_SECONDS, /* int64_t nanoseconds */
        OPTION_TEXT,    /* const char * */
        OPTION_MANY,    /* struct option_list: may be given several times */
        OPTION_ONOFF,   /* int: 1 on, 0 off; -1 as long as not given */
        OPTION_WORD,    /* int: index into `words` */
};

enum { OPTION_LIST_MAX = 64 };

struct option_list {
        const char *values[OPTION_LIST_MAX];
        int n;
};

enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct option_row {
        char letter;          /* 0: only the long name */
        const char *name;     /* without dashes */
        const char *argument; /* NULL: takes none */
        const char *help;
        enum option_type type;
        size_t at; /* offsetof in the verb's settings */
        long min, max;
        const char *words; /* OPTION_WORD: "auto|always|never" */
};

/* What every verb's settings begin with. */
struct settings {
        const struct verb *verb;
        char **words; /* what is no option, in order */
        int n_words;
        int dashes; /* how many words stood before --, if has_dashes */
        bool has_dashes;
        /* output */
        const char *format, *output, *netns;
        int verbose, quiet, color;
        bool json, numeric;
        int64_t deadline_ns; /* -W; 0: none */
        uint64_t count;      /* -c; 0: no limit */
        /* capturing verbs */
        struct capture_options capture;
        const char *link_name; /* -y */
        bool no_promiscuous;
        int direction; /* -Q: an enum frame_direction */
        int filter_from; /* which word begins the filter */
        struct {
                int rfc3376, ssm_strict;
                bool fast_leave;
                uint64_t max_memberships;
        } tracking;
        /* verdicts */
        bool tap;
        const char *junit;
};

struct verb {
        const char *name;
        const char *arguments; /* usage, after the name */
        const char *summary;   /* one line */
        const char *text;      /* more, for --help; examples */
        const struct option_row *const *options; /* tables, NULL at the end */
        size_t size;           /* of its settings */
        void (*defaults)(void *settings); /* or NULL */
        int (*run)(void *settings, struct error *err); /* exit status; -1: err says, status 2 */
};

#define X(name) extern const struct verb verb_##name;
VERBS(X)
#undef X

const struct verb *verb_at(size_t i);
/* A unique prefix is enough; NULL with err set if none or several. */
const struct verb *verb_find(const char *word, struct error *err);

/* Tables that several verbs share; each ends with a row of all zeros. */
extern const struct option_row options_output[], options_capture[], options_verdict[], options_limits[],
        options_tracking[];

/* Parses argv[1…] into settings (zeroed, of verb->size). 0, or -1 with err; *help is set for --help. */
int options_parse(const struct verb *v, int argc, char **argv, void *settings, bool *help, struct error *err);
void verb_help(const struct verb *v, struct text *t);
void usage(struct text *t);

/* Where a verb's output goes: a writer over a file or stdout. */
struct output {
        struct writer writer;
        struct text text;
        int fd;
        const char *name;
        bool failed, broken_pipe;
};
int output_open(struct output *o, const struct settings *s, struct error *err);
int output_flush(struct output *o, struct error *err); /* writes what has collected */
int output_ready(struct output *o, struct error *err); /* after a value: writes once enough has collected */
int output_close(struct output *o, struct error *err);

/* What -i or -r name, decoded, until its end, -c, -W or a signal. */
struct stream {
        const struct settings *settings;
        struct capture *capture;
        struct decoder *decoder;
        struct frame frame;
        bool live;
        int64_t first_ns, now_ns; /* of the packets; when idle, the clock's */
        int64_t deadline;
        uint64_t taken;
        uint64_t lost;    /* packets, when stream_lost was last asked */
        int64_t asked_ns; /* when it asked */
        struct {
                uint64_t igmp, mld, udp, malformed;
        } sums;
};
int stream_open(struct stream *st, const struct settings *s, struct error *err);
/* CAPTURE_FRAME with *p filled, CAPTURE_IDLE, CAPTURE_END, or CAPTURE_ERROR with err. */
int stream_next(struct stream *st, struct packet *p, struct error *err);
void stream_taken(struct stream *st); /* counts towards -c */
bool stream_lost(struct stream *st); /* the capture dropped packets since this was last asked */
void stream_summary(struct stream *st, struct writer *w); /* a value; for people a note on stderr */
void stream_close(struct stream *st);

/* Verdicts for people, as values of a format, or as TAP; JUnit XML beside it where --junit names a file. */
struct verdict;
struct verdicts {
        const struct settings *settings;
        struct output *out;
        const char *suite; /* the verb, or whatever the suite is called */
        int width;         /* of the id column; 0: 28 */
        size_t n, failed, skipped;
        int junit_fd;
        struct text junit;
};
/* plan: how many there will be. Opens the JUnit file, so that what can't be written is known before the work. */
int verdicts_open(struct verdicts *v, const struct settings *s, struct output *o, const char *suite, size_t plan,
                  struct error *err);
void verdicts_put(struct verdicts *v, const struct verdict *one);
int verdicts_close(struct verdicts *v, struct error *err); /* the exit status that they make, or -1 */
void verdicts_abandon(struct verdicts *v); /* instead of closing, where the work failed */
/* The same in pieces: XML of one verdict, and of all. */
void junit_case(struct text *t, const char *suite, const struct verdict *v);
void junit_suite(struct text *t, const struct verdicts *v, struct text *cases);

/* The time column. */
#define CLOCK_STYLES "clock|date|epoch|delta|relative|none"
enum clock_style { CLOCK_TIME, CLOCK_DATE, CLOCK_EPOCH, CLOCK_DELTA, CLOCK_RELATIVE, CLOCK_NONE };
struct clock {
        int style; /* enum clock_style */
        int64_t first_ns, last_ns;
};
void clock_column(struct clock *c, struct writer *w, int64_t ns);

/* Pasted octets (explain, expect): hex digits, with blanks, colons, 0x and a dump's offsets as they come. */
bool hex_parse(const char *text, struct text *out);
struct hex {
        struct text room; /* the frame's octets; free it */
        struct frame frame;
        const char *said; /* "an Ethernet frame" */
        uint32_t skip;    /* octets at the beginning that are ours: a header for a message that came alone */
};
int hex_frame(struct bytes octets, const char *as, struct hex *h, struct error *err);
/* A packet's fields as a tree, in the order of their octets; hex: with the octets of each. */
void tree_field(struct text *t, const struct packet *p, const struct span *s, bool hex);
void tree_add(struct text *t, const struct packet *p, bool hex);
/* The layer whose heading l gives next, drawn as RFCs draw headers. */
void draw_layer(struct text *t, struct layout l);
/* Plain words on a name or an address: src/cmd/topics.c. */
int topic_name(const char *name, struct writer *w, struct error *err);
int topic_address(const struct addr *a, struct writer *w);

struct tracker_options;
void random_seed(uint64_t seed[2]); /* for what hashes the input */
void tracking_options(const struct settings *s, struct tracker_options *o);

/* What a datagram is to carry: data's text, or "@FILE" what is in FILE ("@-": stdin), repeated up to size octets
 * (-1: as
 * long as it is). payload->p is to be freed, also after an error. */
enum { PAYLOAD_MAX = 65535 };
int payload_read(const char *data, int size, struct bytes *payload, struct error *err);

/* A line on stderr, not with -q. */
void note(const struct settings *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
