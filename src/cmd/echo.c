/* SPDX-License-Identifier: BSD-2-Clause */
/* What the echo server and its client share: options, groups, interfaces, and the socket settings that are set
 * when asked for and always read back. */
#include "igmpscope/cmd.h"

#include <stdlib.h>
#include <string.h>

#include "echo.h"

#define AT(field) offsetof(struct echo_settings, field)

const struct option_row options_echo[] = {
        {'i', "interface", "IFACE",
         "the interface for multicast: a name, an index, a local address, or any for all that carry it; may be given "
         "several times (default: by the kernel's route to the group)", OPTION_MANY, AT(interfaces), 0, 0, NULL},
        {'p', "port", "PORT", "the port of groups that name none (default 9999)", OPTION_INT, AT(port), 0, 65535,
         NULL},
        {'t', "ttl", "TTL",
         "IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS: 0 is for this host, 1 for the link, more for behind routers",
         OPTION_INT, AT(ttl), 0, 255, NULL},
        {0, "loop", "on|off", "IP_MULTICAST_LOOP: whether members on this host hear what is sent here", OPTION_ONOFF,
         AT(loop), 0, 0, NULL},
        {'R', "receive-buffer", "BYTES", "SO_RCVBUF", OPTION_INT, AT(receive_buffer), 1, 1073741823, NULL},
        {'S', "send-buffer", "BYTES", "SO_SNDBUF", OPTION_INT, AT(send_buffer), 1, 1073741823, NULL},
        {'4', "ipv4", NULL, "IPv4 only (default group " ECHO_GROUP ")", OPTION_FLAG, AT(v4), 0, 0, NULL},
        {'6', "ipv6", NULL, "IPv6 only (default group " ECHO_GROUP6 ")", OPTION_FLAG, AT(v6), 0, 0, NULL},
        {0},
};

void echo_defaults(void *settings)
{
        struct echo_settings *s = settings;

        s->port = ECHO_PORT;
        s->ttl = s->loop = -1;
}

static int take_spec(const struct echo_settings *s, const char *word, struct group_spec *g, struct error *err)
{
        if (group_spec_parse(word, g, err) < 0)
                return -1;
        if (s->v4 && !s->v6 && g->group.len != 4)
                return error_set(err, "%s is an IPv6 group, but -4 was given", word);
        if (s->v6 && !s->v4 && g->group.len != 16)
                return error_set(err, "%s is an IPv4 group, but -6 was given", word);
        if (!g->has_port)
                g->port = (uint16_t)s->port;
        return 0;
}

int echo_specs(const struct echo_settings *s, struct group_spec **specs, size_t *n, struct error *err)
{
        static const char *const defaults[] = {ECHO_GROUP, ECHO_GROUP6};
        const bool six = s->v6, four = s->v4 || !s->v6;
        size_t words = (size_t)s->common.n_words;

        *n = 0;
        *specs = calloc(words + 2, sizeof **specs);
        if (!*specs)
                return error_set(err, "out of memory for %zu groups", words);
        for (size_t i = 0; i < words; i++)
                if (take_spec(s, s->common.words[i], &(*specs)[(*n)++], err) < 0)
                        return -1;
        if (!words && four && take_spec(s, defaults[0], &(*specs)[(*n)++], err) < 0)
                return -1;
        if (!words && six && take_spec(s, defaults[1], &(*specs)[(*n)++], err) < 0)
                return -1;
        return 0;
}

static int add_interface(const char *word, int indexes[ECHO_INTERFACES], size_t *n, struct error *err)
{
        struct interface i;

        if (!strcmp(word, "any")) {
                *n = interfaces_multicast(indexes, ECHO_INTERFACES);
                if (*n > ECHO_INTERFACES)
                        *n = ECHO_INTERFACES;
                return *n ? 0 : error_set(err, "-i any: no interface is up and carries multicast (`ip link` tells)");
        }
        if (interface_find(word, &i, err) < 0)
                return -1;
        for (size_t k = 0; k < *n; k++)
                if (indexes[k] == i.index)
                        return 0;
        if (*n == ECHO_INTERFACES)
                return error_set(err, "-i %s: too many interfaces", word);
        indexes[(*n)++] = i.index;
        return 0;
}

int echo_interfaces(const struct echo_settings *s, const struct group_spec *spec, int indexes[ECHO_INTERFACES],
                    size_t *n, struct error *err)
{
        *n = 0;
        if (spec->interface[0])
                return add_interface(spec->interface, indexes, n, err);
        for (int i = 0; i < s->interfaces.n; i++)
                if (add_interface(s->interfaces.values[i], indexes, n, err) < 0)
                        return -1;
        if (!*n)
                indexes[(*n)++] = 0;
        return 0;
}

static int set_buffer(struct echo_voice *v, int fd, int option, int asked, enum say unasked, struct error *err)
{
        const bool in = option == SO_RCVBUF;
        const char *what = in ? "receive" : "send", *sysctl = in ? "net.core.rmem_max" : "net.core.wmem_max";
        const int granted = socket_buffer(fd, option, asked, err);
        const long limit = system_limit(in ? "/proc/sys/net/core/rmem_max" : "/proc/sys/net/core/wmem_max");
        struct echo_event e = echo_event("buffer");

        if (granted < 0)
                return -1;
        e.option = in ? "SO_RCVBUF" : "SO_SNDBUF";
        e.n[N_ASKED] = asked ? asked : -1;
        e.n[N_GRANTED] = granted;
        e.n[N_LIMIT] = limit;
        if (!asked)
                voice_say(v, unasked, &e, "%s buffer: not set, %d bytes are the system's (%s %ld)", what, granted,
                          sysctl, limit);
        else if (limit >= 0 && asked > limit)
                voice_say(v, SAY_STATE, &e,
                          "%s buffer: asked %d, granted %d: Linux clamps at %s %ld and doubles (`sysctl -w %s=%d`)",
                          what, asked, granted, sysctl, limit, sysctl, asked);
        else
                voice_say(v, SAY_STATE, &e, "%s buffer: asked %d, granted %d: Linux %s (%s %ld)", what, asked,
                          granted, granted == 2 * asked ? "doubles" : "has a minimum", sysctl, limit);
        return 0;
}

int echo_set_buffers(struct echo_voice *v, int fd, enum say unasked, struct error *err)
{
        return set_buffer(v, fd, SO_RCVBUF, v->set->receive_buffer, unasked, err) < 0 ? -1
             : set_buffer(v, fd, SO_SNDBUF, v->set->send_buffer, unasked, err);
}

static const char *as_read(int asked, int read)
{
        return asked < 0 ? "not set, the system's" : asked == read ? "set and read back" : "not what was set";
}

int echo_set_multicast(struct echo_voice *v, int fd, const char *note, struct error *err)
{
        const struct echo_settings *s = v->set;
        struct echo_event e = echo_event("options");
        int ttl, loop;

        if (s->ttl >= 0 && socket_set(fd, SOCKET_TTL, s->ttl, err) < 0)
                return -1;
        if (s->loop >= 0 && socket_set(fd, SOCKET_LOOP, s->loop, err) < 0)
                return -1;
        e.n[N_TTL] = ttl = socket_get(fd, SOCKET_TTL);
        e.n[N_LOOP] = loop = socket_get(fd, SOCKET_LOOP);
        voice_say(v, SAY_STATE, &e, "multicast TTL %d (%s), loopback %s (%s)%s", ttl, as_read(s->ttl, ttl),
                  loop ? "on" : "off", as_read(s->loop, loop), note);
        return 0;
}
