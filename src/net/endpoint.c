/* SPDX-License-Identifier: BSD-2-Clause */
/* Address and port, between the kernel's sockaddr and our values. */
#include "igmpscope/net.h"

#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

int addr_family(const struct addr *a)
{
        return a->len == 4 ? AF_INET : a->len == 16 ? AF_INET6 : AF_UNSPEC;
}

socklen_t endpoint_write(const struct endpoint *e, struct sockaddr_storage *ss)
{
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(e->port)};
        struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(e->port)};
        bool six = e->addr.len == 16;

        memset(ss, 0, sizeof *ss);
        memcpy(&in.sin_addr, e->addr.b, sizeof in.sin_addr);
        memcpy(&in6.sin6_addr, e->addr.b, sizeof in6.sin6_addr);
        in6.sin6_scope_id = (uint32_t)e->scope;
        memcpy(ss, six ? (void *)&in6 : (void *)&in, six ? sizeof in6 : sizeof in);
        return six ? sizeof in6 : sizeof in;
}

struct endpoint endpoint_read(const struct sockaddr_storage *ss)
{
        struct sockaddr_in in;
        struct sockaddr_in6 in6;

        memcpy(&in, ss, sizeof in);
        memcpy(&in6, ss, sizeof in6);
        if (ss->ss_family == AF_INET)
                return (struct endpoint){addr_of((const uint8_t *)&in.sin_addr, 4), ntohs(in.sin_port), 0};
        if (ss->ss_family == AF_INET6)
                return (struct endpoint){addr_of(in6.sin6_addr.s6_addr, 16), ntohs(in6.sin6_port),
                                         (int)in6.sin6_scope_id};
        return (struct endpoint){0};
}

const char *endpoint_format(const struct endpoint *e, char buf[ENDPOINT_TEXT])
{
        char text[ADDR_TEXT], zone[IF_NAMESIZE + 1] = "";

        addr_format(&e->addr, text);
        if (e->addr.len == 16 && e->scope && if_indextoname((unsigned)e->scope, zone + 1))
                zone[0] = '%';
        snprintf(buf, ENDPOINT_TEXT, e->addr.len == 16 ? "[%s%s]:%u" : "%s%s:%u", text, zone, e->port);
        return buf;
}
