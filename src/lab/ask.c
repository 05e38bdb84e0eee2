/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking: IGMP queries as a neighbour sends them, and what a host says to them. */
#include <string.h>
#include <sys/socket.h>

#include "bench.h"

enum { TEXT = 768, REPEAT_MS = 1150 };

void query_of(struct craft *c, struct bench *b, int version, const char *group, uint8_t max_resp)
{
        const struct lab_end *end = lab_end(b->lab, "b", NULL);
        const struct message *row;

        craft_init(c);
        for (size_t i = 0; (row = message_at(i)); i++)
                if (row->family == FAMILY_IGMP && row->kind == MESSAGE_QUERY && row->version == version)
                        break;
        c->gmp.row = row;
        c->gmp.family = FAMILY_IGMP;
        c->gmp.type = 0x11;
        c->gmp.group = (struct addr){.len = 4};
        if (group)
                addr_parse(group, &c->gmp.group);
        c->gmp.code = max_resp;
        c->gmp.flags = 2; /* S clear, robustness 2 */
        c->gmp.qqic = 125;
        c->src = end->addr4;
        c->eth = true;
        memcpy(c->eth_src, end->mac, 6);
}

int ask_and_tell(struct bench *b, const struct craft *c, int ms, const char *key)
{
        char text[TEXT];
        size_t from = mark(b);

        if (inject(b, "b", "eth0", c) < 0)
                return -1;
        watch_for(b, ms);
        observe_since(b, from, key, "%s", story(b, from, "a", 'g', text, sizeof text));
        return 0;
}

int member_of(struct bench *b, const char *group)
{
        int fd = bench_udp(b, "a", AF_INET);

        if (fd < 0 || witness(b, "b", "eth0") < 0)
                return -1;
        join(b, fd, group);
        return watch_for(b, REPEAT_MS) < 0 ? -1 : fd;
}
