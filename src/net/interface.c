/* SPDX-License-Identifier: BSD-2-Clause */
/* Interfaces by name, index or address, and the addresses of this host: what getifaddrs(3) says in the
 * namespace that we stand in. */
#include "igmpscope/net.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static struct addr address_of(const struct sockaddr *sa)
{
        struct sockaddr_storage ss = {0};

        if (!sa || (sa->sa_family != AF_INET && sa->sa_family != AF_INET6))
                return (struct addr){0};
        memcpy(&ss, sa, sa->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
        return endpoint_read(&ss).addr;
}

static int read_mtu(const char *name)
{
        struct ifreq r = {0};
        int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), mtu = 0;

        memcpy(r.ifr_name, name, strnlen(name, sizeof r.ifr_name - 1));
        if (fd >= 0 && ioctl(fd, SIOCGIFMTU, &r) == 0)
                mtu = r.ifr_mtu;
        if (fd >= 0)
                close(fd);
        return mtu;
}

/* One entry of getifaddrs that belongs to i. */
static void take_entry(struct interface *i, const struct ifaddrs *a)
{
        struct addr address = address_of(a->ifa_addr);

        i->flags = a->ifa_flags;
        if (a->ifa_addr && a->ifa_addr->sa_family == AF_PACKET) {
                struct sockaddr_ll ll;
                memcpy(&ll, a->ifa_addr, sizeof ll);
                memcpy(i->mac, ll.sll_addr, sizeof i->mac);
        } else if (address.len == 4 && !i->addr4.len) {
                i->addr4 = address;
        } else if (address.len == 16 && (!i->addr6.len || (addr_is_link_local(&address)
                                                           && !addr_is_link_local(&i->addr6)))) {
                i->addr6 = address;
        }
}

static int read_addresses(struct ifaddrs **all, struct error *err)
{
        return getifaddrs(all) == 0 ? 0 : error_system(err, errno, NULL, "read the interfaces' addresses");
}

int interface_by_index(int index, struct interface *i, struct error *err)
{
        struct ifaddrs *all;

        *i = (struct interface){.index = index};
        if (index <= 0 || !if_indextoname((unsigned)index, i->name))
                return error_set(err, "no interface has index %d here (`ip link` lists them)", index);
        if (read_addresses(&all, err) < 0)
                return -1;
        for (const struct ifaddrs *a = all; a; a = a->ifa_next)
                if (!strcmp(a->ifa_name, i->name))
                        take_entry(i, a);
        freeifaddrs(all);
        i->mtu = read_mtu(i->name);
        return 0;
}

static int missing(const char *word, bool is_address, struct error *err)
{
        struct if_nameindex *names = if_nameindex();
        struct text t = {0};

        for (const struct if_nameindex *n = names; n && n->if_index; n++)
                text_add_format(&t, t.n ? ", %s" : "%s", n->if_name);
        if (is_address)
                error_set(err, "%s is not an address of this host (`ip addr` lists them; interfaces: %s)", word,
                          text_string(&t));
        else
                error_set(err, "no interface '%s' here: there is %s", word, t.n ? text_string(&t) : "none");
        text_free(&t);
        if_freenameindex(names);
        return -1;
}

static int index_of_address(const struct addr *address)
{
        struct local_addresses l = {0};
        int index = 0;

        if (local_addresses_read(&l, NULL) < 0)
                return 0;
        for (size_t i = 0; i < l.n && !index; i++)
                if (addr_equal(&l.p[i].own, address))
                        index = l.p[i].ifindex;
        local_addresses_free(&l);
        return index;
}

int interface_find(const char *word, struct interface *i, struct error *err)
{
        struct addr address = {0};
        uint64_t number;
        int index = (int)if_nametoindex(word);

        if (!index && parse_uint(word, INT32_MAX, &number))
                return interface_by_index((int)number, i, err);
        if (!index && addr_parse(word, &address))
                index = index_of_address(&address);
        if (!index)
                return missing(word, address.len != 0, err);
        return interface_by_index(index, i, err);
}

size_t interfaces_multicast(int *indexes, size_t max)
{
        struct if_nameindex *names = if_nameindex();
        struct interface i;
        size_t n = 0;

        for (const struct if_nameindex *at = names; at && at->if_index; at++) {
                const unsigned want = IFF_UP | IFF_MULTICAST;
                if (interface_by_index((int)at->if_index, &i, NULL) < 0 || (i.flags & want) != want)
                        continue;
                if (n < max)
                        indexes[n] = i.index;
                n++;
        }
        if_freenameindex(names);
        return n;
}

/* The last address of an IPv4 network wider than /31: a broadcast address whether or not one is configured. */
static struct addr network_broadcast(const struct addr *own, const struct addr *mask)
{
        struct addr last = *own;
        unsigned ones = 0;

        for (int i = 0; i < 4; i++) {
                last.b[i] |= (uint8_t)~mask->b[i];
                ones += (unsigned)__builtin_popcount(mask->b[i]);
        }
        return own->len == 4 && mask->len == 4 && ones < 31 ? last : (struct addr){0};
}

static void keep(struct local_addresses *l, const struct ifaddrs *a)
{
        const struct addr own = address_of(a->ifa_addr), mask = address_of(a->ifa_netmask), none = {0};
        const struct addr configured = a->ifa_flags & IFF_BROADCAST ? address_of(a->ifa_broadaddr) : none;
        const int index = (int)if_nametoindex(a->ifa_name);

        if (!own.len)
                return;
        l->p[l->n++] = (struct local_address){own, network_broadcast(&own, &mask), index};
        if (configured.len && !addr_equal(&configured, &own)) /* getifaddrs gives the own one where there is none */
                l->p[l->n++] = (struct local_address){own, configured, index};
}

int local_addresses_read(struct local_addresses *l, struct error *err)
{
        struct ifaddrs *all;
        size_t n = 0;

        local_addresses_free(l);
        if (read_addresses(&all, err) < 0)
                return -1;
        for (const struct ifaddrs *a = all; a; a = a->ifa_next)
                n++;
        l->p = calloc(2 * n + 1, sizeof *l->p);
        for (const struct ifaddrs *a = all; a && l->p; a = a->ifa_next)
                keep(l, a);
        freeifaddrs(all);
        return l->p ? 0 : error_set(err, "out of memory for the interfaces' addresses");
}

bool local_addresses_own(const struct local_addresses *l, const struct addr *a)
{
        if (a->len == 4 && a->b[0] == 127)
                return true;
        for (size_t i = 0; i < l->n; i++)
                if (addr_equal(&l->p[i].own, a))
                        return true;
        return false;
}

bool local_addresses_broadcast(const struct local_addresses *l, const struct addr *a)
{
        const struct addr limited = addr_v4(UINT32_MAX);

        if (addr_equal(a, &limited))
                return true;
        for (size_t i = 0; i < l->n; i++)
                if (a->len && addr_equal(&l->p[i].broadcast, a))
                        return true;
        return false;
}

void local_addresses_free(struct local_addresses *l)
{
        free(l->p);
        *l = (struct local_addresses){0};
}
