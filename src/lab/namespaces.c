/* SPDX-License-Identifier: BSD-2-Clause */
/* Namespaces of our own: a user namespace where privileges are missing, network namespaces held by descriptors
 * alone, so that nothing has to be cleaned up; and a sentence about what to do where the system forbids them. */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_file(const char *path, const char *value)
{
        int fd = open(path, O_WRONLY | O_CLOEXEC), saved;
        ssize_t n;

        if (fd < 0)
                return -1;
        n = write(fd, value, strlen(value));
        saved = errno;
        close(fd);
        errno = saved;
        return n < 0 ? -1 : 0;
}

static int refused(int errnum, const char *what, struct error *err)
{
        char hint[512], setting[128];

        if (namespaces_forbidden(setting, sizeof setting)) {
                snprintf(hint, sizeof hint, "this system forbids it; run it with sudo, or allow it: sudo sysctl %s",
                        setting);
                return error_system(err, errnum, hint, "laboratory: %s", what);
        }
        if (errnum == EINVAL)
                return error_system(err, errnum, "this process has threads already", "laboratory: %s", what);
        if (!geteuid())
                return error_system(err, errnum,
                                    "root without CAP_SYS_ADMIN, as in a container: start that with --privileged, "
                                    "or with --cap-add SYS_ADMIN and --cap-add NET_ADMIN",
                                    "laboratory: %s", what);
        return error_system(err, errnum,
                            "user namespaces seem to be forbidden here, by a container's seccomp profile or a "
                            "security module; run it with sudo",
                            "laboratory: %s", what);
}

int namespace_isolate(struct error *err)
{
        char uid_map[32], gid_map[32];

        snprintf(uid_map, sizeof uid_map, "0 %u 1", geteuid());
        snprintf(gid_map, sizeof gid_map, "0 %u 1", getegid());
        if (!unshare(CLONE_NEWNET))
                return 0;
        if (errno != EPERM)
                return refused(errno, "make a network namespace", err);
        if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
                return refused(errno, "make a user namespace", err);
        if (write_file("/proc/self/setgroups", "deny") || write_file("/proc/self/uid_map", uid_map) ||
            write_file("/proc/self/gid_map", gid_map))
                return refused(errno, "become root of a user namespace", err);
        return 0;
}

int namespace_current(struct error *err)
{
        int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
        return fd < 0 ? error_system(err, errno, "is /proc mounted?", "/proc/thread-self/ns/net") : fd;
}

int namespace_new(struct error *err)
{
        if (unshare(CLONE_NEWNET))
                return refused(errno, "make a network namespace", err);
        return namespace_current(err);
}

int namespace_enter(int netns, struct error *err)
{
        return setns(netns, CLONE_NEWNET) ? error_system(err, errno, NULL, "enter a network namespace") : 0;
}

/* Leaves a value that is right already: /proc/sys is read-only in many containers. */
int sysctl_write(const char *name, const char *value, bool must_exist, struct error *err)
{
        char path[256], now[64] = "";
        ssize_t n;
        int fd;

        snprintf(path, sizeof path, "/proc/sys/%s", name);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 && errno == ENOENT && !must_exist)
                return 0;
        if (fd >= 0) {
                n = read(fd, now, sizeof now - 1);
                close(fd);
                now[n > 0 ? strcspn(now, "\n") : 0] = '\0';
        }
        if (fd >= 0 && !strcmp(now, value))
                return 0;
        if (!write_file(path, value))
                return 0;
        return error_system(err, errno, errno == EROFS ? "in a container, start it with --privileged" : NULL,
                            "set %s to %s", name, value);
}

/* New namespaces copy most of these from the machine; a laboratory has the same everywhere. What an older kernel
 * does not know is left out. Defaults as in the kernel's ip-sysctl document, where not said otherwise. */
static const struct {
        const char *name, *value;
        enum { ALWAYS, WITH_IPV6, WITHOUT_IPV6, ON_ROUTER } when;
} sysctls[] = {
        {"net/ipv4/conf/all/rp_filter", "0", ALWAYS},
        {"net/ipv4/conf/default/rp_filter", "0", ALWAYS},
        {"net/ipv4/conf/all/force_igmp_version", "0", ALWAYS},
        {"net/ipv4/conf/default/force_igmp_version", "0", ALWAYS},
        {"net/ipv4/conf/all/igmpv2_unsolicited_report_interval", "10000", ALWAYS},
        {"net/ipv4/conf/default/igmpv2_unsolicited_report_interval", "10000", ALWAYS},
        {"net/ipv4/conf/all/igmpv3_unsolicited_report_interval", "1000", ALWAYS},
        {"net/ipv4/conf/default/igmpv3_unsolicited_report_interval", "1000", ALWAYS},
        {"net/ipv4/conf/all/arp_ignore", "0", ALWAYS},
        {"net/ipv4/conf/default/arp_ignore", "0", ALWAYS},
        {"net/ipv4/conf/all/accept_local", "0", ALWAYS},
        {"net/ipv4/conf/default/accept_local", "0", ALWAYS},
        {"net/ipv4/conf/all/log_martians", "0", ALWAYS},
        {"net/ipv4/conf/default/log_martians", "0", ALWAYS},
        {"net/ipv4/igmp_max_memberships", "20", ALWAYS},
        {"net/ipv4/igmp_max_msf", "10", ALWAYS},
        {"net/ipv4/igmp_qrv", "2", ALWAYS},
        {"net/ipv4/igmp_link_local_mcast_reports", "1", ALWAYS},
        {"net/ipv4/ip_default_ttl", "64", ALWAYS},
        {"net/ipv4/ip_forward", "0", ALWAYS},
        {"net/ipv4/ip_forward", "1", ON_ROUTER},
        {"net/ipv6/conf/all/disable_ipv6", "1", WITHOUT_IPV6},
        {"net/ipv6/conf/default/disable_ipv6", "1", WITHOUT_IPV6},
        {"net/ipv6/conf/all/disable_ipv6", "0", WITH_IPV6},
        {"net/ipv6/conf/default/disable_ipv6", "0", WITH_IPV6},
        /* addresses are valid at once: no duplicate address detection, no router that hands out others */
        {"net/ipv6/conf/all/accept_dad", "0", WITH_IPV6},
        {"net/ipv6/conf/default/accept_dad", "0", WITH_IPV6},
        {"net/ipv6/conf/default/dad_transmits", "0", WITH_IPV6},
        {"net/ipv6/conf/default/router_solicitations", "0", WITH_IPV6},
        {"net/ipv6/conf/default/accept_ra", "0", WITH_IPV6},
        {"net/ipv6/conf/default/addr_gen_mode", "0", WITH_IPV6},
        {"net/ipv6/conf/default/use_tempaddr", "0", WITH_IPV6},
        {"net/ipv6/conf/all/force_mld_version", "0", WITH_IPV6},
        {"net/ipv6/conf/default/force_mld_version", "0", WITH_IPV6},
        {"net/ipv6/conf/default/mldv1_unsolicited_report_interval", "10000", WITH_IPV6},
        {"net/ipv6/conf/default/mldv2_unsolicited_report_interval", "1000", WITH_IPV6},
};

int namespace_settings(bool ipv6, bool router, struct error *err)
{
        for (size_t i = 0; i < sizeof sysctls / sizeof *sysctls; i++) {
                bool wanted = sysctls[i].when == ALWAYS || sysctls[i].when == (ipv6 ? WITH_IPV6 : WITHOUT_IPV6) ||
                              (sysctls[i].when == ON_ROUTER && router);
                if (wanted && sysctl_write(sysctls[i].name, sysctls[i].value, false, err))
                        return -1;
        }
        if (!router || !ipv6)
                return 0;
        return sysctl_write("net/ipv6/conf/all/forwarding", "1", true, err);
}
