/* SPDX-License-Identifier: BSD-2-Clause */
/* ptrace(2) with PTRACE_O_TRACESECCOMP: a thread stops where the filter says so, once before the call and once after it
 * (PTRACE_SYSCALL); in between it runs freely. PTRACE_SEIZE, so that stops by job control stay what they are. */
#include "tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

struct thread {
        struct thread *next;
        pid_t id;
        bool pending; /* within a call that was told of */
        struct traced_call call;
};

struct tracer {
        int go[2], signals;
        pid_t program;
        int status;
        struct thread *threads;
        struct thread *held; /* stands still until the next tracer_next */
};

/* ---- the child ---- */

_Noreturn void tracer_become(struct tracer *t, char *const argv[])
{
        static const int changed[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD, SIGQUIT};
        sigset_t none;
        char c;
        int code = 0;

        close(t->go[1]);
        for (size_t i = 0; i < sizeof changed / sizeof *changed; i++)
                signal(changed[i], SIG_DFL);
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        if (read(t->go[0], &c, 1) != 1)
                _exit(126); /* the parent has told why */
        if (!(code = trace_filter_install())) {
                execvp(argv[0], argv);
                code = errno;
        }
        fprintf(stderr, "igmpscope: run %s: %s\n", argv[0], strerror(code));
        _exit(code == ENOENT ? 127 : 126);
}

/* ---- threads ---- */

static struct thread *thread_of(struct tracer *t, pid_t id)
{
        struct thread *th = t->threads;

        while (th && th->id != id)
                th = th->next;
        if (!th && (th = calloc(1, sizeof *th))) {
                th->id = id;
                th->next = t->threads;
                t->threads = th;
        }
        return th;
}

static void forget(struct tracer *t, pid_t id)
{
        for (struct thread **at = &t->threads; *at; at = &(*at)->next) {
                struct thread *th = *at;
                if (th->id != id)
                        continue;
                *at = th->next;
                free(th);
                return;
        }
}

static void resume(const struct thread *th, int signal)
{
        ptrace(th->pending ? PTRACE_SYSCALL : PTRACE_CONT, th->id, NULL, (void *)(intptr_t)signal);
}

/* ---- opening ---- */

int tracer_open(struct tracer **out, struct error *err)
{
        struct tracer *t = calloc(1, sizeof *t);
        sigset_t child;

        if (!t)
                return error_set(err, "out of memory");
        t->go[0] = t->go[1] = -1;
        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        sigprocmask(SIG_BLOCK, &child, NULL);
        t->signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
        if (t->signals >= 0 && pipe2(t->go, O_CLOEXEC) == 0) {
                *out = t;
                return 0;
        }
        error_system(err, errno, NULL, "trace: a pipe");
        tracer_close(t);
        return -1;
}

int tracer_attach(struct tracer *t, pid_t child, struct error *err)
{
        const long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                             PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
        int code = ptrace(PTRACE_SEIZE, child, NULL, (void *)options) ? errno : 0;

        close(t->go[0]);
        t->go[0] = -1;
        t->program = child;
        if (!code && (!thread_of(t, child) || write(t->go[1], "", 1) != 1))
                code = errno;
        close(t->go[1]);
        t->go[1] = -1;
        if (!code)
                return 0;
        while (waitpid(child, NULL, __WALL) < 0 && errno == EINTR)
                ;
        return error_system(err, code, "kernel.yama.ptrace_scope 3, or a container's seccomp profile, forbids ptrace",
                            "trace: watch the program");
}

int tracer_fd(const struct tracer *t)
{
        return t->signals;
}

void tracer_signal(struct tracer *t, int signal)
{
        if (t->threads)
                kill(t->program, signal);
}

int tracer_status(const struct tracer *t)
{
        return t->status;
}

/* What still runs, where we give up early: nobody else may wait for a traced thread in our place. */
static void end_threads(struct tracer *t)
{
        int status;

        for (const struct thread *th = t->threads; th; th = th->next)
                kill(th->id, SIGKILL);
        while (t->threads) {
                pid_t id = t->threads->id;
                while (waitpid(id, &status, __WALL) == id && WIFSTOPPED(status))
                        ptrace(PTRACE_CONT, id, NULL, NULL);
                forget(t, id);
        }
}

void tracer_close(struct tracer *t)
{
        if (!t)
                return;
        end_threads(t);
        for (int i = 0; i < 2; i++)
                if (t->go[i] >= 0)
                        close(t->go[i]);
        if (t->signals >= 0)
                close(t->signals);
        free(t);
}

/* ---- the thread's memory ---- */

static size_t peek(pid_t thread, uint64_t from, void *to, size_t n)
{
        struct iovec here = {to, n}, there = {(void *)(uintptr_t)from, n};
        ssize_t got = from ? process_vm_readv(thread, &here, 1, &there, 1, 0) : -1;

        return got > 0 ? (size_t)got : 0;
}

static bool peek_address(pid_t thread, uint64_t from, uint64_t n, struct endpoint *e)
{
        struct sockaddr_storage ss = {0};

        if (n > sizeof ss)
                n = sizeof ss;
        if (peek(thread, from, &ss, n) < offsetof(struct sockaddr_in, sin_zero)
            || (ss.ss_family != AF_INET && ss.ss_family != AF_INET6))
                return false;
        *e = endpoint_read(&ss);
        return true;
}

/* Is it a call to be told of? Then *c is filled. */
static bool read_call(pid_t thread, uint64_t nr, const uint64_t *a, struct traced_call *c)
{
        struct msghdr m;

        c->time_ns = time_now_ns();
        c->thread = thread;
        c->fd = (int)a[0];
        switch (nr) {
        case SYS_bind:
        case SYS_connect:
                c->type = nr == SYS_bind ? CALL_BIND : CALL_CONNECT;
                return peek_address(thread, a[1], a[2], &c->to);
        case SYS_sendto:
                c->type = CALL_SEND;
                return peek_address(thread, a[4], a[5], &c->to) && addr_is_multicast(&c->to.addr);
        case SYS_sendmsg:
        case SYS_sendmmsg: /* struct mmsghdr begins with a struct msghdr */
                c->type = CALL_SEND;
                return peek(thread, a[1], &m, sizeof m) == sizeof m
                       && peek_address(thread, (uintptr_t)m.msg_name, m.msg_namelen, &c->to)
                       && addr_is_multicast(&c->to.addr);
        case SYS_setsockopt:
                c->type = CALL_OPTION;
                c->option.level = (int)a[1];
                c->option.option = (int)a[2];
                c->option.n = a[4] < TRACED_VALUE ? a[4] : TRACED_VALUE;
                c->option.n = peek(thread, a[3], c->option.value, c->option.n);
                return true;
        default: return false;
        }
}

/* ---- stops ---- */

static bool before_call(struct thread *th)
{
        struct __ptrace_syscall_info info;

        if (ptrace(PTRACE_GET_SYSCALL_INFO, th->id, (void *)sizeof info, &info) <= 0
            || info.op != PTRACE_SYSCALL_INFO_SECCOMP)
                return false;
        th->call = (struct traced_call){.type = CALL_OPTION};
        th->pending = read_call(th->id, info.seccomp.nr, info.seccomp.args, &th->call);
        return th->pending;
}

static bool after_call(struct thread *th)
{
        struct __ptrace_syscall_info info;
        bool told = th->pending;

        th->pending = false;
        if (!told || ptrace(PTRACE_GET_SYSCALL_INFO, th->id, (void *)sizeof info, &info) <= 0
            || info.op != PTRACE_SYSCALL_INFO_EXIT)
                return false;
        th->call.done = true;
        th->call.error = info.exit.is_error ? (int)-info.exit.rval : 0;
        return true;
}

/* One stop of a thread: true where there is a call to tell of, and it stays stopped. */
static bool stopped(struct thread *th, int status)
{
        const int signal = WSTOPSIG(status), event = status >> 16;

        if (event == PTRACE_EVENT_SECCOMP && before_call(th))
                return true;
        if (signal == (SIGTRAP | 0x80) && after_call(th))
                return true;
        if (event == PTRACE_EVENT_EXEC)
                th->pending = false;
        if (event == PTRACE_EVENT_STOP && signal != SIGTRAP)
                ptrace(PTRACE_LISTEN, th->id, NULL, NULL);
        else
                resume(th, event || signal == (SIGTRAP | 0x80) ? 0 : signal);
        return false;
}

static void drain(const struct tracer *t)
{
        struct signalfd_siginfo s;

        while (read(t->signals, &s, sizeof s) == sizeof s)
                ;
}

int tracer_next(struct tracer *t, struct traced_call **call)
{
        int status;
        pid_t id;

        if (t->held)
                resume(t->held, 0);
        t->held = NULL;
        drain(t);
        while ((id = waitpid(-1, &status, __WALL | WNOHANG)) > 0) {
                struct thread *th;
                if (!WIFSTOPPED(status)) {
                        if (id == t->program)
                                t->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
                        forget(t, id);
                } else if ((th = thread_of(t, id)) && stopped(th, status)) {
                        t->held = th;
                        *call = &th->call;
                        return TRACER_CALL;
                }
        }
        return t->threads ? TRACER_IDLE : TRACER_END;
}

int tracer_socket(pid_t thread, int fd)
{
        char path[64], line[128];
        int leader = 0, pidfd, copy = -1;
        FILE *f;

        snprintf(path, sizeof path, "/proc/%d/status", thread);
        f = fopen(path, "re");
        while (f && fgets(line, sizeof line, f) && sscanf(line, "Tgid: %d", &leader) != 1)
                ;
        if (f)
                fclose(f);
        pidfd = leader ? (int)syscall(SYS_pidfd_open, leader, 0) : -1;
        if (pidfd >= 0) {
                copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
                close(pidfd);
        }
        return copy;
}
