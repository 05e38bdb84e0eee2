/* SPDX-License-Identifier: BSD-2-Clause */
/* The topologies: a row each. To add one: a row here; `list topologies`, the shell and the tests find it. */
#include "internal.h"

#include <string.h>

static const struct topology topologies[] = {
        {
                .name = "pair",
                .summary = "two hosts on one cable",
                .picture = "  a 10.1.0.1 ---------- b 10.1.0.2\n",
                .segments = {{"wire", .net = 1}},
                .ends = {{"a", "eth0", "wire", 1}, {"b", "eth0", "wire", 2}},
        },
        {
                .name = "lan",
                .summary = "hosts on a switch with IGMP and MLD snooping, whose querier asks",
                .picture = "  a 10.1.0.1    b 10.1.0.2    c 10.1.0.3\n"
                           "       |             |             |\n"
                           "     to-a          to-b          to-c\n"
                           "    [============ sw: br0 ============]  querier, as 0.0.0.0\n",
                .segments = {{"sw", .is_switch = true, .net = 1}},
                .ends = {{"a", "eth0", "sw", 1}, {"b", "eth0", "sw", 2}, {"c", "eth0", "sw", 3}},
                .grows = "sw",
                .querier = true,
        },
        {
                .name = "routed",
                .summary = "two switches and a router between them that forwards multicast",
                .picture = "  a 10.1.0.1    b 10.1.0.2               c 10.2.0.3    d 10.2.0.4\n"
                           "       |             |                        |             |\n"
                           "    [==== sw1: br0 =====]                  [==== sw2: br0 =====]\n"
                           "              |                                      |\n"
                           "              '-- eth0 10.1.0.254  r  10.2.0.254 eth1 --'\n",
                .segments = {{"sw1", .is_switch = true, .net = 1}, {"sw2", .is_switch = true, .net = 2}},
                .ends = {{"a", "eth0", "sw1", 1}, {"b", "eth0", "sw1", 2}, {"c", "eth0", "sw2", 3},
                         {"d", "eth0", "sw2", 4}, {"r", "eth0", "sw1", 254}, {"r", "eth1", "sw2", 254}},
                .router = "r",
                .querier = true,
        },
        {
                .name = "two-queriers",
                .summary = "two switches whose queriers have addresses, so that one is elected",
                .picture = "  a 10.1.0.1    b 10.1.0.2               c 10.1.0.3    d 10.1.0.4\n"
                           "       |             |                        |             |\n"
                           "    [=== sw1: br0 10.1.0.251 ===]--------[=== sw2: br0 10.1.0.252 ===]\n",
                .segments = {{"sw1", .is_switch = true, .net = 1, .number = 251},
                             {"sw2", .is_switch = true, .net = 1, .number = 252}},
                .ends = {{"a", "eth0", "sw1", 1}, {"b", "eth0", "sw1", 2}, {"c", "eth0", "sw2", 3},
                         {"d", "eth0", "sw2", 4}, {"sw2", "to-sw1", "sw1", 250}},
                .querier = true,
        },
        {
                .name = "multihomed",
                .summary = "a host with two interfaces, and a neighbour on each",
                .picture = "  b 10.1.0.2 ---------- eth0 10.1.0.1  a  10.2.0.1 eth1 ---------- c 10.2.0.3\n",
                .segments = {{"wire1", .net = 1}, {"wire2", .net = 2}},
                .ends = {{"a", "eth0", "wire1", 1}, {"b", "eth0", "wire1", 2}, {"a", "eth1", "wire2", 1},
                         {"c", "eth0", "wire2", 3}},
        },
};

const struct topology *topology_at(size_t i)
{
        return i < sizeof topologies / sizeof *topologies ? &topologies[i] : NULL;
}

const struct topology *topology_find(const char *name, struct error *err)
{
        struct text names = {0};
        const struct topology *t;

        for (size_t i = 0; (t = topology_at(i)); i++)
                if (!strcmp(t->name, name))
                        return t;
        for (size_t i = 0; (t = topology_at(i)); i++)
                text_add_format(&names, "%s%s", i ? ", " : "", t->name);
        error_set(err, "no topology '%s'; there are: %s", name, text_string(&names));
        text_free(&names);
        return NULL;
}

void topology_describe(const struct topology *t, struct writer *w)
{
        static const struct kind kind = {"topology", NULL};

        writer_open(w, &kind);
        put_column(w, STYLE_GROUP, 14, "%s", t->name);
        put_column(w, STYLE_PLAIN, 0, "%s", t->summary);
        put_str(w, "name", t->name);
        put_str(w, "summary", t->summary);
        put_list(w, "ends");
        for (size_t i = 0; i < TOPOLOGY_ENDS && t->ends[i].host; i++) {
                put_begin(w, NULL);
                put_str(w, "host", t->ends[i].host);
                put_str(w, "interface", t->ends[i].interface);
                put_str(w, "segment", t->ends[i].segment);
                put_end(w);
        }
        put_list_end(w);
        put_str(w, "router", t->router);
        writer_close(w);
}
