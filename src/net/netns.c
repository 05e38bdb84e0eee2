/* SPDX-License-Identifier: BSD-2-Clause */
/* Enters the network namespace of a name (ip-netns(8): a file in /run/netns) or of a process
 * (--netns). A process may live in a user namespace of its own, as an unprivileged laboratory does:
 * that one is joined first where the kernel would refuse otherwise (setns(2)). */
#include "igmpscope/net.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int join(const char *path, int kind)
{
        int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

        if (fd < 0)
                return -1;
        rc = setns(fd, kind);
        close(fd);
        return rc;
}

static int enter_process(uint64_t pid, struct error *err)
{
        char net[64], user[64];

        snprintf(net, sizeof net, "/proc/%llu/ns/net", (unsigned long long)pid);
        snprintf(user, sizeof user, "/proc/%llu/ns/user", (unsigned long long)pid);
        if (join(net, CLONE_NEWNET) == 0)
                return 0;
        if (errno == EPERM && join(user, CLONE_NEWUSER) == 0 && join(net, CLONE_NEWNET) == 0)
                return 0;
        if (errno == ENOENT)
                return error_set(err, "--netns %llu: there is no process with this id",
                                 (unsigned long long)pid);
        return error_system(err, errno, "a process of another user: run this as root (sudo)",
                            "--netns %llu: its network namespace", (unsigned long long)pid);
}

int netns_enter(const char *name_or_pid, struct error *err)
{
        char path[512];
        uint64_t pid;

        if (parse_uint(name_or_pid, INT32_MAX, &pid))
                return enter_process(pid, err);
        if (strchr(name_or_pid, '/')) /* a path, as lsns(8) and containers name them */
                snprintf(path, sizeof path, "%s", name_or_pid);
        else
                snprintf(path, sizeof path, "/run/netns/%s", name_or_pid);
        if (join(path, CLONE_NEWNET) == 0)
                return 0;
        if (errno == ENOENT)
                return error_set(err, "--netns %s: no such network namespace (ip netns list shows those "
                                 "there are; a process id does as well)", name_or_pid);
        return error_system(err, errno, "entering one takes root: sudo", "--netns %s", name_or_pid);
}

/* Settings by which systems keep user namespaces from ordinary users, and the value that does. */
static const struct {
        const char *path, *name;
        long forbids, allows;
} settings[] = {
        {"/proc/sys/kernel/unprivileged_userns_clone", "kernel.unprivileged_userns_clone", 0, 1},
        {"/proc/sys/user/max_user_namespaces", "user.max_user_namespaces", 0, 10000},
        {"/proc/sys/user/max_net_namespaces", "user.max_net_namespaces", 0, 10000},
        {"/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
         "kernel.apparmor_restrict_unprivileged_userns", 1, 0},
};

bool namespaces_forbidden(char *allow, size_t size)
{
        for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
                if (system_limit(settings[i].path) != settings[i].forbids)
                        continue;
                snprintf(allow, size, "%s=%ld", settings[i].name, settings[i].allows);
                return true;
        }
        return false;
}
