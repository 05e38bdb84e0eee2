/* SPDX-License-Identifier: BSD-2-Clause */
/* The two clocks, and the signals that ask the program to end: a handler that only notes which one
 * came. Without SA_RESTART, so that a blocking call returns and its loop sees it. */
#include "igmpscope/net.h"

#include <signal.h>
#include <time.h>

volatile int stop_signal;

static int64_t now(clockid_t clock)
{
        struct timespec t;

        clock_gettime(clock, &t);
        return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t time_now_ns(void)
{
        return now(CLOCK_REALTIME);
}

int64_t time_monotonic_ns(void)
{
        return now(CLOCK_MONOTONIC);
}

static void on_signal(int number)
{
        stop_signal = number;
}

void stop_on_signals(void)
{
        static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
        struct sigaction note = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};

        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
                sigaction(numbers[i], &note, NULL);
        sigaction(SIGPIPE, &ignore, NULL);
}
