/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of options that mean the same everywhere (interface.md). */
#include "igmpscope/cmd.h"

#define AT(field) offsetof(struct settings, field)

const struct option_row options_output[] = {
        {'T', "format", "FORMAT", "text, json or csv (`igmpscope list formats`)",
         OPTION_TEXT, AT(format), 0, 0, NULL},
        {0, "json", NULL, "the same as -T json: one object a line",
         OPTION_FLAG, AT(json), 0, 0, NULL},
        {'o', "output", "FILE", "write there instead of to stdout",
         OPTION_TEXT, AT(output), 0, 0, NULL},
        {'v', "verbose", NULL, "more; -vv still more", OPTION_COUNT, AT(verbose), 0, 0, NULL},
        {'q', "quiet", NULL, "less: no notes on stderr", OPTION_COUNT, AT(quiet), 0, 0, NULL},
        {'n', "numeric", NULL, "no names for groups and hosts",
         OPTION_FLAG, AT(numeric), 0, 0, NULL},
        {0, "color", "WHEN", "auto (on a terminal, unless NO_COLOR is set), always or never",
         OPTION_WORD, AT(color), 0, 0, "auto|always|never"},
        {0},
};

const struct option_row options_limits[] = {
        {'c', "count", "N", "stop after N", OPTION_UINT, AT(count), 1, 0, NULL},
        {'W', "deadline", "SECONDS", "stop after so long (5, 1.5, 300ms, 4m)",
         OPTION_SECONDS, AT(deadline_ns), 0, 0, NULL},
        {0, "netns", "NAME|PID", "act inside that network namespace: a name of ip-netns(8), or a process's",
         OPTION_TEXT, AT(netns), 0, 0, NULL},
        {0},
};

const struct option_row options_capture[] = {
        {'i', "interface", "IFACE", "capture there: a name, an index, a local address, or any",
         OPTION_TEXT, AT(capture.interface), 0, 0, NULL},
        {'r', "read", "FILE", "read a capture (pcap, pcapng, gzip or zstd too); - is stdin",
         OPTION_TEXT, AT(capture.file), 0, 0, NULL},
        {'p', "no-promiscuous", NULL, "do not put the interface into promiscuous mode",
         OPTION_FLAG, AT(no_promiscuous), 0, 0, NULL},
        {'s', "snaplen", "OCTETS", "capture at most so much of each frame (default 262144)",
         OPTION_INT, AT(capture.snaplen), 0, 262144, NULL},
        {'B', "buffer", "KIB", "the kernel's capture buffer (default 4096)",
         OPTION_INT, AT(capture.buffer_kib), 1, 1048576, NULL},
        {'y', "linktype", "LINKTYPE", "the link type to ask the interface for (`igmpscope list links`)",
         OPTION_TEXT, AT(link_name), 0, 0, NULL},
        {'Q', "direction", "in|out|inout", "which way the frames go",
         OPTION_WORD, AT(direction), 0, 0, "inout|in|out"},
        {0},
};

const struct option_row options_verdict[] = {
        {0, "tap", NULL, "verdicts as TAP (Test Anything Protocol 13)",
         OPTION_FLAG, AT(tap), 0, 0, NULL},
        {0, "junit", "FILE", "verdicts as JUnit XML in FILE as well",
         OPTION_TEXT, AT(junit), 0, 0, NULL},
        {0},
};

const struct option_row options_tracking[] = {
        {0, "gmi", "9776|3376",
         "how long a membership lasts: RFC 9776 §8.4 (RV × QI + 2 × QRI, the default) or RFC 3376",
         OPTION_WORD, AT(tracking.rfc3376), 0, 0, "9776|3376"},
        {0, "ssm-strict", "on|off",
         "ignore EXCLUDE and older messages in the SSM range (on: RFC 9776 §6.4)",
         OPTION_ONOFF, AT(tracking.ssm_strict), 0, 0, NULL},
        {0, "fast-leave", NULL, "end a group when its last known host leaves, without waiting for the querier",
         OPTION_FLAG, AT(tracking.fast_leave), 0, 0, NULL},
        {0, "max-memberships", "N",
         "track at most so many; more are counted and reported (default 16777216)",
         OPTION_UINT, AT(tracking.max_memberships), 1, 0, NULL},
        {0},
};
