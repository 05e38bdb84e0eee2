/* SPDX-License-Identifier: BSD-2-Clause */
/* A shell, or any command, in a host of the laboratory with the terminal as it is: a view of /proc, /sys and /run of
 * its own, with the hosts named in /run/netns, so that `ip netns exec b …` and `ip -n b …` work without root; the
 * host's name for the prompt, and this program in the path. */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* Some systems forbid some of this (containers above all); the shell then goes without. */
static void private_view(const struct lab *lab, const char *host)
{
        char path[64], from[64];

        if (!unshare(CLONE_NEWUTS))
                (void)!sethostname(host, strlen(host));
        if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
                return;
        mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
        if (mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755"))
                return;
        mkdir("/run/netns", 0755);
        for (size_t i = 0; i < lab->n_hosts; i++) {
                snprintf(path, sizeof path, "/run/netns/%s", lab->hosts[i].name);
                snprintf(from, sizeof from, "/proc/self/fd/%d", lab->hosts[i].netns);
                int fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0444);
                if (fd < 0)
                        continue;
                close(fd);
                mount(from, path, NULL, MS_BIND, NULL);
        }
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

static void program_into_path(void)
{
        const char *old = getenv("PATH");
        char program[4096], path[8192], *slash = strrchr(lab_program(program, sizeof program), '/');

        if (!slash || slash == program)
                return;
        *slash = '\0';
        snprintf(path, sizeof path, "%s:%s", program, old ? old : "/usr/bin:/bin:/usr/sbin:/sbin");
        setenv("PATH", path, 1);
}

static _Noreturn void become(const struct lab *lab, const char *host, char *const argv[])
{
        const char *shell = getenv("SHELL");
        char *const interactive[] = {(char *)(uintptr_t)(shell && *shell ? shell : "/bin/sh"), NULL};
        char *const plain[] = {(char *)(uintptr_t) "/bin/sh", NULL};
        sigset_t none;

        program_into_path(); /* while /proc is as it was */
        private_view(lab, host);
        signal(SIGINT, SIG_DFL);
        signal(SIGTERM, SIG_DFL);
        signal(SIGHUP, SIG_DFL);
        signal(SIGPIPE, SIG_DFL);
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        setenv("IGMPSCOPE_HOST", host, 1);
        if (argv) {
                execvp(argv[0], argv);
                fprintf(stderr, "igmpscope: run %s in %s: %s\n", argv[0], host, strerror(errno));
                _exit(errno == ENOENT ? 127 : 126);
        }
        execvp(interactive[0], interactive);
        execv(plain[0], plain);
        _exit(127);
}

int lab_shell(struct lab *lab, const char *host, char *const argv[], struct error *err)
{
        pid_t pid = lab_fork(lab, host, err);

        if (!pid)
                become(lab, host, argv);
        if (pid < 0)
                return -1;
        /* Ctrl-C and Ctrl-\ are the shell's; SIGTERM ends it with us */
        signal(SIGINT, SIG_IGN);
        signal(SIGQUIT, SIG_IGN);
        return process_wait(pid);
}
