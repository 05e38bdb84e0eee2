/* SPDX-License-Identifier: BSD-2-Clause */
/* A switch's querier: the kernel bridge's own, with timers short enough to watch. */
#include "internal.h"

#include <linux/if_link.h>

static uint64_t centiseconds(int ms, int otherwise_ms)
{
        return (uint64_t)(ms ? ms : otherwise_ms) / 10;
}

int lab_querier(struct lab *lab, const char *sw, int version, struct error *err)
{
        const struct lab_options *o = &lab->options;
        const struct lab_host *h = lab_find(lab, sw, err);
        uint64_t query = centiseconds(o->query_interval_ms, 5000), last = centiseconds(o->last_member_ms, 1000),
                 response = centiseconds(o->response_interval_ms, 1000), startup = query < 400 ? 100 : query / 4;
        /* RFC 9776 §8: Startup, Group Membership and Other Querier Present Interval follow from the others */
        const struct bridge_option options[] = {
                {IFLA_BR_MCAST_QUERIER, 1, 0, "querier off:"},
                {IFLA_BR_MCAST_IGMP_VERSION, 1, (uint64_t)version, "set the IGMP version of"},
                {IFLA_BR_MCAST_MLD_VERSION, 1, (uint64_t)version - 1, "set the MLD version of"},
                {IFLA_BR_MCAST_QUERY_RESPONSE_INTVL, 8, response, "set the query response interval of"},
                {IFLA_BR_MCAST_STARTUP_QUERY_INTVL, 8, startup, "set the startup query interval of"},
                {IFLA_BR_MCAST_QUERY_INTVL, 8, query, "set the query interval of"},
                {IFLA_BR_MCAST_LAST_MEMBER_INTVL, 8, last, "set the last member interval of"},
                {IFLA_BR_MCAST_MEMBERSHIP_INTVL, 8, 2 * query + response, "set the membership interval of"},
                {IFLA_BR_MCAST_QUERIER_INTVL, 8, 2 * query + response / 2, "set the other querier's interval of"},
                {IFLA_BR_MCAST_QUERIER, 1, 1, "querier on:"},
        };

        if (!h)
                return -1;
        if (!h->is_switch)
                return error_set(err, "%s is no switch", sw);
        if (version != 2 && version != 3)
                return link_bridge_option(h->rtnl, "br0", &options[0], err);
        for (size_t i = 0; i < sizeof options / sizeof *options; i++)
                if (link_bridge_option(h->rtnl, "br0", &options[i], err))
                        return -1;
        return 0;
}
