/* SPDX-License-Identifier: BSD-2-Clause */
/* send: crafts packets from a spec that a person can type, or replays a capture; out of an interface, into a file, or
 * only onto the screen. */
#include "igmpscope/cmd.h"

#include "send.h"

#define AT(field) offsetof(struct send, field)

static const struct option_row own[] = {
        {'i', "interface", "IFACE", "send there: a name, an index or a local address", OPTION_TEXT,
         AT(common.capture.interface), 0, 0, NULL},
        {'w', "write", "FILE", "write a capture and send nothing; - is stdout", OPTION_TEXT, AT(save.file), 0, 0, NULL},
        {0, "pcap", NULL, "write classic pcap instead of pcapng", OPTION_FLAG, AT(save.pcap), 0, 0, NULL},
        {0, "dry-run", NULL, "show what would go out, decoded, and send nothing", OPTION_FLAG, AT(dry_run), 0, 0, NULL},
        {'r', "read", "FILE", "send the frames of a capture again, with the times between them; words are a filter",
         OPTION_TEXT, AT(common.capture.file), 0, 0, NULL},
        {0, "speed", "X", "with -r: X times as fast (default 1)", OPTION_TEXT, AT(speed), 0, 0, NULL},
        {'I', "interval", "SECONDS", "from packet to packet (default 0; 1 where -c or -W repeat them)", OPTION_SECONDS,
         AT(interval_ns), 0, 0, NULL},
        {0, "rate", "PPS", "packets per second, in place of -I", OPTION_UINT, AT(rate), 1, 1000000000, NULL},
        {0, "layer", "link|raw", "frames as they are (link, the default), or IP packets that the kernel routes (raw)",
         OPTION_WORD, AT(layer), 0, 0, "link|raw"},
        {0, "mtu", "OCTETS", "split reports and queries at this size (default: the interface's, else 1500)", OPTION_INT,
         AT(mtu), 68, 65535, NULL},
        {0, "start", "TIME", "epoch time of the first frame in -w and --dry-run", OPTION_SECONDS, AT(start_ns), 0, 0,
         NULL},
        {'4', "ipv4", NULL, "IPv4: an error where the packet is IPv6", OPTION_FLAG, AT(ip4), 0, 0, NULL},
        {'6', "ipv6", NULL, "IPv6, as in `send -6 query`", OPTION_FLAG, AT(ip6), 0, 0, NULL},
        {0},
};

static void defaults(void *settings)
{
        struct send *s = settings;

        s->size = -1;
        s->interval_ns = s->start_ns = -1;
}

static int run(void *settings, struct error *err)
{
        struct send *s = settings;

        if (s->ip4 && s->ip6)
                return error_set(err, "one of -4 and -6");
        if (s->rate && s->interval_ns >= 0)
                return error_set(err, "one of -I and --rate");
        if (s->speed && !s->common.capture.file)
                return error_set(err, "--speed is for -r FILE");
        if (s->common.capture.interface && interface_find(s->common.capture.interface, &s->interface, err) < 0)
                return -1;
        return s->common.capture.file ? send_replayed(s, err) : send_crafted(s, err);
}

static const struct option_row *const options[] = {own, send_field_options, options_limits, options_output, NULL};

const struct verb verb_send = {
        .name = "send",
        .arguments = "SPEC… | -r FILE [FILTER]   -i IFACE | -w FILE | --dry-run",
        .summary = "crafts UDP datagrams and every IGMP and MLD message with libnet, right or wrong on purpose, or "
                   "replays a capture",
        .text = "SPEC is one of:\n"
                "  udp [SOURCE,]GROUP[+N][:PORT]                     a datagram (-d its data, -p the port)\n"
                "  igmp query [v1|v2|v3] [GROUP [SOURCE…]]           general without GROUP\n"
                "  igmp report [v3] RECORD…                          or v1, v2 with GROUP\n"
                "  igmp leave GROUP\n"
                "  mld query [v1|v2] [GROUP [SOURCE…]]\n"
                "  mld report [v2] RECORD…                           or v1 with GROUP\n"
                "  mld done GROUP\n"
                "  mrd advertisement|solicitation|termination        multicast router discovery (RFC 4286)\n"
                "Without a version it is the newest. igmp and mld may be left out where addresses or -4, -6 tell.\n"
                "\nRECORD is TYPE(GROUP) or TYPE(GROUP; SOURCE SOURCE …), in quotes because of the shell.\n"
                "TYPE: is_in is_ex to_in to_ex allow block, or a number. GROUP alone is to_ex(GROUP), SOURCE,GROUP is\n"
                "allow(GROUP; SOURCE). An address may be ADDRESS+N: N addresses from there on. What does not fit\n"
                "the MTU goes out in several messages (RFC 9776 §4.2.17).\n"
                "\n  igmpscope send udp 239.1.1.1:9999 -t 0 -d hello -i eth0\n"
                "  igmpscope send udp 239.1.1.1:9999 -t 0..8 -d hello -I 0.1 -i eth0      how far does it reach?\n"
                "  igmpscope send igmp report v3 'to_ex(239.1.1.1)' 'allow(232.1.1.1; 10.0.0.1 10.0.0.2)' -i eth0\n"
                "  igmpscope send igmp query v3 239.1.1.1 --max-resp 1s --qrv 2 -i eth0\n"
                "  igmpscope send igmp leave 239.1.1.1 -i eth0\n"
                "  igmpscope send mld report 'to_ex(ff1e::1+300)' --dry-run               300 records, split\n"
                "  igmpscope send igmp report 239.1.1.1 --bad ttl,ra -w - | igmpscope lint -r -\n"
                "  igmpscope send -r capture.pcapng --speed 10 -i eth0 igmp\n"
                "\nOne pass over what SPEC stands for, unless -c or -W ask for more. --bad takes the names of\n"
                "`igmpscope list faults`; without -i a capture gets the source 192.0.2.1, or fe80::1.\n",
        .options = options,
        .size = sizeof(struct send),
        .defaults = defaults,
        .run = run,
};
