/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs in the laboratory. They live in a process namespace whose first process, the keeper, ends with this
 * one however it ends; the kernel then ends all the others (pid_namespaces(7)), orphans and daemons included. */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* fork with flags that fork() has no word for; the child must not go back into code that locks */
static pid_t fork_with(unsigned long flags)
{
        return (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
}

static void default_signals(void)
{
        static const int changed[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD, SIGQUIT};
        sigset_t none;

        for (size_t i = 0; i < sizeof changed / sizeof *changed; i++)
                signal(changed[i], SIG_DFL);
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Two ways to learn of the parent's end: a signal, and a pipe that nobody else holds open. */
static _Noreturn void keep(int lifeline)
{
        static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD};
        char c;

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
                signal(ignored[i], SIG_IGN);
        if (lifeline)
                dup2(lifeline, 0);
        close_range(1, ~0U, 0);
        prctl(PR_SET_NAME, "igmpscope-lab");
        while (read(0, &c, 1) < 0 && errno == EINTR)
                ;
        _exit(0);
}

int keeper_start(struct keeper *k, struct error *err)
{
        char path[64];
        int line[2];

        if (pipe2(line, O_CLOEXEC))
                return error_system(err, errno, NULL, "laboratory: pipe");
        k->pid = fork_with(CLONE_NEWPID);
        if (!k->pid)
                keep(line[0]);
        close(line[0]);
        k->lifeline = line[1];
        if (k->pid < 0)
                return error_system(err, errno, "user.max_pid_namespaces may be 0",
                                    "laboratory: make a process namespace");
        snprintf(path, sizeof path, "/proc/%d/ns/pid", k->pid);
        k->pidns = open(path, O_RDONLY | O_CLOEXEC);
        return k->pidns < 0 ? error_system(err, errno, NULL, "laboratory: %s", path) : 0;
}

/* The keeper is gone only when all children of lab_fork are, and those are ours to wait for. */
void keeper_stop(struct lab *lab)
{
        struct keeper *k = &lab->keeper;

        if (k->pid > 0)
                kill(k->pid, SIGKILL);
        for (size_t i = 0; i < lab->n_children; i++)
                process_wait(lab->children[i]);
        free(lab->children);
        if (k->pid > 0)
                process_wait(k->pid);
        if (k->lifeline >= 0)
                close(k->lifeline);
        if (k->pidns >= 0)
                close(k->pidns);
        *k = (struct keeper){0, -1, -1};
}

int process_wait(pid_t pid)
{
        int status = 0;

        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Before the fork: there is no way back after it. */
static int remember(struct lab *lab)
{
        pid_t *more = realloc(lab->children, (lab->n_children + 1) * sizeof *more);

        if (!more)
                return -1;
        lab->children = more;
        return 0;
}

static void settle(struct lab *lab, const struct lab_host *h)
{
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(lab->keeper.lifeline);
        lab->keeper = (struct keeper){0, -1, -1}; /* its end is not this process's business */
        if (setns(h->netns, CLONE_NEWNET))
                _exit(125);
}

/* A process can't enter a process namespace itself, only its children are born there: a helper goes between and
 * hands its child to us (CLONE_PARENT). */
pid_t lab_fork(struct lab *lab, const char *host, struct error *err)
{
        const struct lab_host *h = lab_find(lab, host, err);
        int answer[2];
        pid_t helper, pid = -1;

        if (!h)
                return -1;
        if (remember(lab) || pipe2(answer, O_CLOEXEC))
                return error_system(err, errno, NULL, "laboratory: pipe");
        helper = fork();
        if (!helper) {
                pid = setns(lab->keeper.pidns, CLONE_NEWPID) ? -1 : fork_with(CLONE_PARENT);
                if (!pid) {
                        close(answer[0]);
                        close(answer[1]);
                        settle(lab, h);
                        return 0;
                }
                if (pid < 0)
                        pid = -errno;
                _exit(write(answer[1], &pid, sizeof pid) != sizeof pid);
        }
        close(answer[1]);
        if (helper > 0 && read(answer[0], &pid, sizeof pid) != sizeof pid)
                pid = -ECHILD;
        close(answer[0]);
        if (helper < 0)
                return error_system(err, errno, NULL, "laboratory: fork");
        process_wait(helper);
        if (pid < 0)
                return error_system(err, -pid, NULL, "laboratory: fork into %s", host);
        lab->children[lab->n_children++] = pid;
        return pid;
}

static _Noreturn void run(char *const argv[], const int out[2], int errors)
{
        int null = open("/dev/null", O_RDONLY), e;

        default_signals();
        setpgid(0, 0);
        if (null >= 0 && dup2(null, 0) == 0 && dup2(out[0], 1) == 1 && dup2(out[1], 2) == 2)
                execvp(argv[0], argv);
        e = errno;
        _exit(write(errors, &e, sizeof e) == sizeof e ? 127 : 126);
}

static void close_all(int fds[3][2])
{
        for (int i = 0; i < 3; i++) {
                if (fds[i][0] >= 0)
                        close(fds[i][0]);
                if (fds[i][1] >= 0)
                        close(fds[i][1]);
        }
}

int lab_spawn(struct lab *lab, const char *host, const char *name, char *const argv[], struct lab_process **out,
              struct error *err)
{
        int fds[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}}, e = 0; /* stdout, stderr, why exec failed */
        struct lab_process *p = calloc(1, sizeof *p);

        if (!p || pipe2(fds[0], O_CLOEXEC) || pipe2(fds[1], O_CLOEXEC) || pipe2(fds[2], O_CLOEXEC)) {
                error_system(err, errno, NULL, "laboratory: run %s", argv[0]);
                goto fail;
        }
        p->pid = lab_fork(lab, host, err);
        if (!p->pid)
                run(argv, (int[]){fds[0][1], fds[1][1]}, fds[2][1]);
        if (p->pid < 0)
                goto fail;
        for (int i = 0; i < 3; i++) {
                close(fds[i][1]);
                fds[i][1] = -1;
        }
        if (read(fds[2][0], &e, sizeof e) == sizeof e) {
                process_wait(p->pid);
                error_system(err, e, NULL, "laboratory: run %s in %s", argv[0], host);
                goto fail;
        }
        close(fds[2][0]);
        snprintf(p->name, sizeof p->name, "%s", name);
        p->status = -1;
        for (int i = 0; i < 2; i++) {
                p->pipes[i].fd = fds[i][0];
                fcntl(fds[i][0], F_SETFL, O_NONBLOCK);
        }
        p->next = lab->processes;
        lab->processes = p;
        *out = p;
        return 0;
fail:
        close_all(fds);
        free(p);
        return -1;
}

void process_read(struct lab_process *p)
{
        int status;

        if (p->status < 0 && waitpid(p->pid, &status, WNOHANG) == p->pid) {
                p->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
                p->ended_ns = time_now_ns();
        }
        for (int i = 0; i < 2; i++)
                pipe_read(&p->pipes[i], p->status >= 0);
}

void process_free(struct lab_process *p)
{
        for (int i = 0; i < 2; i++)
                if (p->pipes[i].fd >= 0)
                        close(p->pipes[i].fd);
        free(p);
}

void lab_kill(struct lab_process *p, int signal)
{
        if (p->status < 0)
                kill(p->pid, signal);
}

bool lab_running(const struct lab_process *p)
{
        return p->status < 0;
}

int lab_status(const struct lab_process *p)
{
        return p->status;
}

const char *lab_process_name(const struct lab_process *p)
{
        return p->name;
}
