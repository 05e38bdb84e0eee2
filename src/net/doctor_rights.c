/* SPDX-License-Identifier: BSD-2-Clause */
/* Rights: what this process may do to packets, what the program's file grants, and whether the laboratory can make
 * namespaces without root. The last is tried in a child that ends at once; nothing of it stays. */
#include "doctor.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static uint64_t capabilities(void)
{
        FILE *f = fopen("/proc/thread-self/status", "re");
        unsigned long long v = 0;
        char line[256];

        while (f && fgets(line, sizeof line, f))
                if (sscanf(line, "CapEff: %llx", &v) == 1)
                        break;
        if (f)
                fclose(f);
        return v;
}

static const struct {
        unsigned capability;
        const char *name, *with, *without;
} rights[] = {
        {CAP_NET_RAW, "CAP_NET_RAW", "capturing and sending crafted packets are allowed",
         "sockets work, but capturing (watch, members …) and sending crafted packets are refused"},
        {CAP_NET_ADMIN, "CAP_NET_ADMIN", "settings of interfaces may be changed, and buffers grow beyond rmem_max",
         "firewalls can't be read, and buffers end at rmem_max"},
};

static void exam_capabilities(struct exam *e)
{
        uint64_t have = capabilities();
        char self[256] = "igmpscope";
        ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
        bool file = getxattr("/proc/self/exe", "security.capability", NULL, 0) > 0;

        if (n > 0)
                self[n] = '\0';
        for (size_t i = 0; i < sizeof rights / sizeof *rights; i++) {
                bool yes = have >> rights[i].capability & 1;
                struct check *c = exam_add(e, "capability", rights[i].name);
                check_value(c, "%s%s", yes ? "yes" : "no", file ? ", the file grants some" : "");
                check_say(c, yes ? CHECK_FINE : CHECK_LOOK, "%s", yes ? rights[i].with : rights[i].without);
                check_command(c, "sudo setcap cap_net_raw,cap_net_admin+ep %s", self);
        }
}

static int try_namespaces(void)
{
        int status = 0;
        pid_t pid = fork();

        if (!pid)
                _exit(unshare(CLONE_NEWUSER | CLONE_NEWNET) ? errno : 0);
        if (pid < 0)
                return errno;
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return errno;
        return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

static void exam_namespaces(struct exam *e)
{
        int code = try_namespaces();
        struct check *c = exam_add(e, "namespaces", NULL);
        char why[160];

        check_value(c, "%s", code ? strerror(code) : "allowed");
        check_say(c, code ? CHECK_LOOK : CHECK_FINE, "the laboratory (lab, verify, trace --lab) %s",
                  code ? "takes root here" : "works without root");
        if (namespaces_forbidden(why, sizeof why))
                check_command(c, "sudo sysctl %s", why);
        else
                check_command(c, code ? "sudo igmpscope lab demo" : "sudo sysctl user.max_user_namespaces=10000");
}

void exam_rights(struct exam *e)
{
        exam_namespaces(e);
        exam_capabilities(e);
}
