/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for file descriptors without missing the signal that asks the program to end. */
#include "igmpscope/net.h"

#include <poll.h>
#include <signal.h>
#include <time.h>

int poll_or_stop(struct pollfd *fds, size_t n, int64_t wait_ns)
{
        struct timespec t = {.tv_sec = wait_ns / 1000000000, .tv_nsec = wait_ns % 1000000000};
        sigset_t block, before;
        int r = 0;

        sigemptyset(&block);
        sigaddset(&block, SIGINT);
        sigaddset(&block, SIGTERM);
        sigaddset(&block, SIGHUP);
        sigprocmask(SIG_BLOCK, &block, &before); /* a signal from here on is seen, or ends the ppoll */
        if (!stop_signal)
                r = ppoll(fds, n, wait_ns < 0 ? NULL : &t, &before);
        sigprocmask(SIG_SETMASK, &before, NULL);
        return r < 0 ? 0 : r;
}
