/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings of the kernel that decide over multicast (Documentation/networking/ip-sysctl.rst): a row each, for the
 * machine and for each interface; and the version that an interface speaks now (/proc/net/igmp). */
#include "doctor.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

struct setting {
        const char *name, *folder; /* the file is /proc/sys/net/FOLDER/[INTERFACE/]NAME */
        long broken, look;       /* below broken it is broken, else below look looked at; */
        long most;               /* and looked at above this */
        const char *usual;       /* for the command */
        const char *meaning;
};

static const struct setting machine[] = {
        {"igmp_max_memberships", "ipv4", 1, 20, LONG_MAX, "1024",
         "so many groups may a socket join; the next join fails with ENOBUFS"},
        {"igmp_max_msf", "ipv4", 1, 10, LONG_MAX, "64",
         "so many sources may a socket name for a group; the next one fails with ENOBUFS"},
        {"mld_max_msf", "ipv6", 1, 10, LONG_MAX, "64", "the same for IPv6"},
        {"igmp_qrv", "ipv4", 1, 2, 7, "2",
         "each change of a membership is reported so often; with 1, one lost packet loses the join"},
        {"igmp_link_local_mcast_reports", "ipv4", 0, 1, LONG_MAX, "1",
         "whether joins of 224.0.0.1 to 224.0.0.255 are reported; with 0, a switch that snoops strictly may keep them "
         "back"},
        {"rmem_max", "core", 2304, 212992, LONG_MAX, "8388608",
         "what SO_RCVBUF is cut to without a word; a burst beyond it is lost"},
        {"wmem_max", "core", 4608, 212992, LONG_MAX, "8388608", "what SO_SNDBUF is cut to without a word"},
        {"optmem_max", "core", 1024, 20480, LONG_MAX, "131072",
         "a socket's room for its memberships and source lists; beyond it a join fails with ENOBUFS or ENOMEM"},
        {"somaxconn", "core", 0, SOMAXCONN, LONG_MAX, "4096",
         "what listen(2) cuts its backlog to without a word, SOMAXCONN too"},
};

static const struct setting interface[] = {
        {"rp_filter", "ipv4/conf", 0, 0, 0, "0",
         "1 drops, without a word, what comes from a source that routing would reach by another interface; 2 from one "
         "that it would not reach at all"},
        {"force_igmp_version", "ipv4/conf", 0, 0, 0, "0",
         "0: as the querier asks; 1 and 2 speak that version whoever asks: no source-specific joins"},
        {"force_mld_version", "ipv6/conf", 0, 0, 0, "0",
         "0: as the querier asks; 1 speaks MLDv1 whoever asks: no source-specific joins"},
};

static enum check_result judge(const struct setting *s, long v)
{
        return v < s->broken ? CHECK_BROKEN : v < s->look || v > s->most ? CHECK_LOOK : CHECK_FINE;
}

static long read_setting(const struct setting *s, const char *on, char name[128])
{
        char path[160];

        snprintf(name, 128, "%s/%s%s%s", s->folder, on ? on : "", on ? "/" : "", s->name);
        snprintf(path, sizeof path, "/proc/sys/net/%s", name);
        return system_limit(path);
}

static void look(struct exam *e, const struct setting *s, const char *on)
{
        char name[128], all[128] = "";
        long v = read_setting(s, on, name), general = on ? read_setting(s, "all", all) : -1;
        struct check *c;

        if (v < 0 && on)
                return; /* no IPv6 there */
        c = exam_add(e, s->name, on);
        check_say(c, v < 0 ? CHECK_FINE : judge(s, v), "%s", s->meaning);
        if (v < 0)
                check_value(c, "not shown in this namespace");
        else if (general > v)
                check_value(c, "%ld by conf/all (%ld here)", general, v);
        else
                check_value(c, "%ld", v);
        if (general > v)
                c->result = judge(s, general);
        check_command(c, "sudo sysctl -w net/%s=%s", general > v ? all : name, s->usual);
}

/* "INDEX NAME : COUNT V3" heads each interface's block. */
static int running_version(const char *name)
{
        FILE *f = fopen("/proc/thread-self/net/igmp", "re");
        char line[256], found[32] = "";
        int version = 0, v = 0;

        while (f && !version && fgets(line, sizeof line, f))
                if (line[0] != '\t' && sscanf(line, "%*d %31[^: \t] : %*d V%d", found, &v) == 2 && !strcmp(found, name))
                        version = v;
        if (f)
                fclose(f);
        return version;
}

static void running(struct exam *e, const char *name)
{
        int version = running_version(name);
        struct check *c;

        if (!version)
                return;
        c = exam_add(e, "igmp_version_now", name);
        check_value(c, "%d", version);
        if (version == 3)
                check_say(c, CHECK_FINE, "the newest: sources can be named");
        else
                check_say(c, CHECK_LOOK, "by force_igmp_version, or until a querier of IGMPv%d has been silent for "
                                         "QRV × QI + QRI (260 s by default, RFC 9776 §8.12): source-specific joins go "
                                         "out without their sources", version);
        check_command(c, "sudo sysctl -w net/ipv4/conf/%s/force_igmp_version=3", name);
}

void exam_settings(struct exam *e)
{
        for (size_t i = 0; i < sizeof machine / sizeof *machine; i++)
                look(e, &machine[i], NULL);
        for (size_t i = 0; i < e->n_interfaces; i++) {
                const struct interface *f = &e->interfaces[i];
                if (!f->addr4.len && !e->carries[i])
                        continue;
                for (size_t k = 0; k < sizeof interface / sizeof *interface; k++)
                        look(e, &interface[k], f->name);
                running(e, f->name);
        }
}
