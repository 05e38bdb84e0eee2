/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel says about memberships: a host's /proc/net/igmp and igmp6, a switch's multicast database. */
#include "internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* "2 eth0      :     2      V3" heads an interface, "  EFE0031D     1 0:00000000  0" is a group in
 * the machine's octet order. */
static int read_igmp(FILE *f, struct kernel_member *m, int max)
{
        struct kernel_member at = {0};
        char line[256];
        int n = 0;

        while (fgets(line, sizeof line, f)) {
                unsigned group, reporter = 0, version = 0;
                if (*line != '\t' && sscanf(line, "%*d %15[^: \t] : %*u V%u", at.interface, &version) == 2)
                        at.version = (uint8_t)version;
                if (*line != '\t' || sscanf(line, " %8x %u %*x:%*x %u", &group, &at.users, &reporter) != 3)
                        continue;
                at.group = addr_of((const uint8_t *)&group, 4);
                at.reporter = reporter;
                if (n < max)
                        m[n] = at;
                n++;
        }
        return n;
}

/* "2    eth0            ff02000000000000000000000000001     1 0000000C 0" */
static int read_igmp6(FILE *f, struct kernel_member *m, int max)
{
        char line[256], hex[33];
        int n = 0;

        while (fgets(line, sizeof line, f)) {
                struct kernel_member at = {0};
                if (sscanf(line, "%*d %15s %32s %u", at.interface, hex, &at.users) != 3)
                        continue;
                at.group.len = 16;
                for (int i = 0; i < 16; i++) {
                        char two[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
                        at.group.b[i] = (uint8_t)strtoul(two, NULL, 16);
                }
                if (n < max)
                        m[n] = at;
                n++;
        }
        return n;
}

int lab_memberships(struct lab *lab, const char *host, int family, struct kernel_member *m, int max,
                    struct error *err)
{
        const char *path = family == AF_INET6 ? "/proc/thread-self/net/igmp6" : "/proc/thread-self/net/igmp";
        FILE *f;
        int n;

        if (lab_enter(lab, host, err))
                return -1;
        f = fopen(path, "re");
        n = f ? (family == AF_INET6 ? read_igmp6 : read_igmp)(f, m, max) : error_system(err, errno, NULL, "%s", path);
        if (f)
                fclose(f);
        lab_leave(lab);
        return n;
}

static struct addr entry_address(const struct br_mdb_entry *e)
{
        if (e->addr.proto == htons(0x0800))
                return addr_of((const uint8_t *)&e->addr.u.ip4, 4);
        if (e->addr.proto == htons(0x86dd))
                return addr_of((const uint8_t *)&e->addr.u.ip6, 16);
        return (struct addr){0};
}

/* An entry's own struct, then its attributes, of which the source matters. */
static bool read_entry(struct bytes info, struct switch_entry *out)
{
        struct br_mdb_entry e;
        struct attribute a;
        struct bytes more;

        if (info.n < sizeof e)
                return false;
        memcpy(&e, info.p, sizeof e);
        *out = (struct switch_entry){.group = entry_address(&e)};
        snprintf(out->port, sizeof out->port, "%u", e.ifindex);
        more = (struct bytes){info.p + ((sizeof e + 3) & ~(size_t)3), 0};
        if (info.n > (sizeof e + 3) / 4 * 4)
                more.n = info.n - (sizeof e + 3) / 4 * 4;
        while (attribute_next(&more, &a))
                if (a.type == MDBA_MDB_EATTR_SOURCE && (a.value.n == 4 || a.value.n == 16))
                        out->source = addr_of(a.value.p, (uint8_t)a.value.n);
        return out->group.len;
}

/* RTM_GETMDB nests: MDBA_MDB holds an MDBA_MDB_ENTRY for each group, that one an MDBA_MDB_ENTRY_INFO for each port. */
static int read_database(struct bytes list, struct switch_entry *e, int n, int max)
{
        struct attribute mdb, entry, info;
        struct switch_entry one;

        while (attribute_next(&list, &mdb)) {
                while (mdb.type == MDBA_MDB && attribute_next(&mdb.value, &entry)) {
                        while (entry.type == MDBA_MDB_ENTRY && attribute_next(&entry.value, &info)) {
                                if (info.type != MDBA_MDB_ENTRY_INFO || !read_entry(info.value, &one))
                                        continue;
                                if (n < max)
                                        e[n] = one;
                                n++;
                        }
                }
        }
        return n;
}

static void name_ports(const struct lab *lab, const struct lab_host *h, struct switch_entry *e, int n)
{
        for (int k = 0; k < n; k++) {
                unsigned index = (unsigned)strtoul(e[k].port, NULL, 10);
                for (size_t i = 0; i < 2 * lab->n_links; i++) {
                        const struct lab_end *port = &lab->links[i / 2].end[i % 2];
                        if (port->host == h->name && link_index(h->rtnl, port->interface) == index)
                                memcpy(e[k].port, port->interface, sizeof e[k].port);
                }
                if (link_index(h->rtnl, "br0") == index)
                        snprintf(e[k].port, sizeof e[k].port, "br0");
        }
}

int lab_switch_table(struct lab *lab, const char *sw, struct switch_entry *e, int max, struct error *err)
{
        const struct lab_host *h = lab_find(lab, sw, err);
        struct br_port_msg fixed = {.family = PF_BRIDGE};
        struct netlink_dump dump = {.rest = {NULL, 0}};
        struct netlink_message m;
        struct bytes body;
        uint16_t type;
        int n = 0, r;

        if (!h)
                return -1;
        netlink_begin(&m, RTM_GETMDB, NLM_F_DUMP, &fixed, sizeof fixed);
        if (netlink_ask(h->rtnl, &m, err, "multicast database of", sw))
                return -1;
        while ((r = netlink_next(h->rtnl, &dump, &type, &body, err)) > 0) {
                size_t skip = (sizeof fixed + 3) & ~(size_t)3;
                if (type == RTM_NEWMDB || type == RTM_GETMDB)
                        n = read_database((struct bytes){body.p + skip, body.n > skip ? body.n - skip : 0}, e, n, max);
        }
        if (r < 0)
                return -1;
        name_ports(lab, h, e, n < max ? n : max);
        return n;
}
