/* SPDX-License-Identifier: BSD-2-Clause */
/* What explain knows by name: a table of topics, and the lists of messages, rules and groups where they stand. */
#include "igmpscope/cmd.h"

#include <string.h>
#include <strings.h>

#include "igmpscope/model.h"
#include "igmpscope/verify.h"

struct topic {
        const char *name; /* with its other names, commas between */
        const char *text, *cite;
        const char *proc; /* a file under /proc/sys whose value today is shown, or NULL */
};

static const struct topic topics[] = {
        /* record types */
        {"is_in,mode_is_include",
         "Answer to a query: this host is listening to the group, only from the sources listed. "
         "Never sent with an empty list.",
         "RFC 9776 §4.2.13, RFC 9777 §5.2.13", NULL},
        {"is_ex,mode_is_exclude",
         "Answer to a query: this host is listening to the group, from every source but those "
         "listed. With an empty list: from any source, the ordinary membership.",
         "RFC 9776 §4.2.13, RFC 9777 §5.2.13", NULL},
        {"to_in,change_to_include",
         "A change: from now on only the sources listed. With an empty list nobody is left: that "
         "is how a version 3 host leaves.",
         "RFC 9776 §4.2.13, §5.1", NULL},
        {"to_ex,change_to_exclude",
         "A change: from now on every source but those listed. With an empty list: an ordinary "
         "any-source join.",
         "RFC 9776 §4.2.13, §5.1", NULL},
        {"allow,allow_new_sources",
         "A change: the sources listed are wanted as well. An SSM join is ALLOW, never TO_IN.",
         "RFC 9776 §4.2.13, §5.1", NULL},
        {"block,block_old_sources",
         "A change: the sources listed are not wanted any more. Nothing stops at once: the "
         "querier first asks whether somebody else wants them.",
         "RFC 9776 §4.2.13, §6.4.2", NULL},
        /* fields */
        {"max resp code,max_resp_code,mrc,mrt,max resp time",
         "How long a host may wait before it answers a query. IGMPv2: tenths of a second. IGMPv3: "
         "below 128 the same, from 128 on a floating point number, (mantissa | 16) << (exponent + "
         "3). MLDv2: milliseconds, floating from 32768 on. 0 in an 8-octet query marks IGMPv1 and "
         "means 10 s.",
         "RFC 9776 §4.1.1, RFC 9777 §5.1.3", NULL},
        {"qrv,robustness variable,rv",
         "How many lost packets the protocol survives, less one: changes are reported RV times, "
         "memberships outlive RV queries. Default 2; must not be 0, should not be 1. A querier "
         "announces its own in QRV (0: above 7, use the default).",
         "RFC 9776 §4.1.6, §8.1", "net/ipv4/igmp_qrv"},
        {"qqic,qqi,query interval,qi",
         "Seconds between general queries. Default 125. A querier announces its own in QQIC, from "
         "128 on as a floating point number; 0 means: use the default.",
         "RFC 9776 §4.1.7, §8.2", NULL},
        {"s flag,s,suppress",
         "In a query: routers that hear it do not lower their timers. Set when the group was "
         "heard of meanwhile, so that a lost answer does no harm.",
         "RFC 9776 §4.1.5, §6.6.1", NULL},
        {"router alert,ra",
         "An IP option (IPv4 94 04 00 00, IPv6 05 02 00 00 in a hop-by-hop header) that makes "
         "routers look into a packet that is not addressed to them. IGMPv2, IGMPv3 and MLD "
         "messages carry it.",
         "RFC 2113 §2.1, RFC 2711 §2.1, RFC 9776 §4, RFC 9777 §5", NULL},
        {"aux data,auxiliary data",
         "Octets after a record's sources, counted in 32-bit words. Never sent today; receivers "
         "skip them.",
         "RFC 9776 §4.2.11", NULL},
        {"e bit,extension",
         "First of the Flags: type-length-value extensions follow the message.",
         "RFC 9279 §3", NULL},
        {"ttl",
         "IGMP is sent with TTL 1 and never leaves the link. Multicast data is sent with TTL 1 "
         "too unless the program sets IP_MULTICAST_TTL: the first router drops it, and says "
         "nothing. TTL 0 stays inside the host.",
         "RFC 9776 §4, RFC 1112 §6.1, ip(7) IP_MULTICAST_TTL", NULL},
        {"loop,ip_multicast_loop",
         "Whether the sending host gives its own members a copy of what it sends. On Linux the "
         "sender's option counts, not the receiver's. The copy is never seen by a capture.",
         "ip(7) IP_MULTICAST_LOOP", NULL},
        /* timers */
        {"gmi,mali,group membership interval",
         "How long a membership lasts after the last report: RV × QI + 2 × QRI = 270 s with the "
         "defaults; 260 s by the older documents (RV × QI + QRI). Without a querier nobody asks, "
         "nobody answers, and after this time snooping switches cut the stream: why it stops "
         "after four minutes.",
         "RFC 9776 §8.4 (RFC 3376 §8.4), RFC 9777 §9.4", NULL},
        {"qri,query response interval",
         "Max response time of general queries: 10 s. Must be less than the query interval.",
         "RFC 9776 §8.3", NULL},
        {"oqpi,other querier present interval",
         "How long a router that lost the election stays silent after the winner's last query: RV "
         "× QI + QRI / 2 = 255 s.",
         "RFC 9776 §8.5", NULL},
        {"lmqi,last member query interval,llqi",
         "Max response time of the specific queries after a leave, and the time between them: 1 s.",
         "RFC 9776 §8.8, RFC 9777 §9.8", NULL},
        {"lmqt,last member query time,leave latency,llqt",
         "How long a group goes on after its last leave: LMQI × LMQC = 2 s.",
         "RFC 9776 §8.10", NULL},
        {"lmqc,last member query count",
         "Specific queries sent after a leave: RV = 2.",
         "RFC 9776 §8.9", NULL},
        {"uri,unsolicited report interval",
         "A change is reported RV times, each gap random in (0, URI]: 1 s for version 3, 10 s for "
         "IGMPv2.",
         "RFC 9776 §8.11, RFC 2236 §8.10", "net/ipv4/conf/all/igmpv3_unsolicited_report_interval"},
        {"ohpi,older host present interval",
         "How long a group stays in the older version's mode after an older host's report: RV × "
         "QI + QRI = 260 s.",
         "RFC 9776 §8.13", NULL},
        {"ovqp,older version querier present",
         "How long a host speaks the older version after an older querier's last query: 260 s by "
         "RFC 3376, 400 s by RFC 2236; Linux uses RV × QI + QRI with the learned values.",
         "RFC 9776 §8.12, RFC 2236 §8.11", NULL},
        {"startup query interval,startup query count",
         "A router that starts asks RV times, QI / 4 = 31.25 s apart.",
         "RFC 9776 §8.6, §8.7", NULL},
        /* roles and ideas */
        {"querier,election",
         "One router a link asks who listens: the one with the lowest address. The others fall "
         "silent when they hear it. 0.0.0.0 is a switch's proxy and never wins.",
         "RFC 9776 §6.6.2, RFC 4541 §2.1.1", NULL},
        {"snooping",
         "A switch that reads reports and forwards a group only where somebody joined. It needs a "
         "querier: without one memberships expire and the switch cuts the stream, or floods.",
         "RFC 4541 §2.1", NULL},
        {"report suppression,suppression",
         "An IGMPv1, v2 or MLDv1 host that hears another's report for the same group keeps quiet. "
         "Version 3 hosts never do, so each can be tracked.",
         "RFC 2236 §3, RFC 9776 App. A.2", NULL},
        {"ssm,source-specific multicast",
         "Groups in 232/8 and ff3x::/32 are joined with a source: (S,G). EXCLUDE records and "
         "older messages make no sense there and are ignored.",
         "RFC 4607 §1, RFC 4604 §2", NULL},
        {"ip_multicast_all",
         "Linux's default 1: a socket bound to the port on all addresses gets every group that "
         "anybody on the host joined, not only its own. 0: only what this socket joined.",
         "ip(7) IP_MULTICAST_ALL", NULL},
        {"ip_add_membership,join",
         "Tells the kernel that the socket wants a group on one interface. With INADDR_ANY the "
         "route to the group chooses it: one interface, never all.",
         "ip(7) IP_ADD_MEMBERSHIP", NULL},
        {"so_rcvbuf,rcvbuf",
         "Linux doubles what is asked, to make room for its own bookkeeping, after clamping it to "
         "net.core.rmem_max.",
         "socket(7) SO_RCVBUF", "net/core/rmem_max"},
        {"so_sndbuf,sndbuf",
         "As SO_RCVBUF, with net.core.wmem_max.",
         "socket(7) SO_SNDBUF", "net/core/wmem_max"},
        /* sysctls */
        {"force_igmp_version",
         "0: speak version 3 until an older querier is heard. 1 or 2: always that version. 3 is "
         "the same as 0.",
         "kernel documentation, networking/ip-sysctl", "net/ipv4/conf/all/force_igmp_version"},
        {"force_mld_version",
         "0: MLDv2 until an MLDv1 query is heard. 1: always MLDv1.",
         "kernel documentation, networking/ip-sysctl", "net/ipv6/conf/all/force_mld_version"},
        {"igmp_max_memberships",
         "Groups that one socket may join (not: one host). The next join fails with ENOBUFS; open "
         "another socket.",
         "kernel documentation, networking/ip-sysctl", "net/ipv4/igmp_max_memberships"},
        {"igmp_max_msf",
         "Sources in one socket's filter for a group; more give ENOBUFS.",
         "kernel documentation, networking/ip-sysctl", "net/ipv4/igmp_max_msf"},
        {"igmp_link_local_mcast_reports",
         "1: joins of 224.0.0.x are reported too. 0: they are not.",
         "kernel documentation, networking/ip-sysctl", "net/ipv4/igmp_link_local_mcast_reports"},
        {"rp_filter",
         "1 or 2: packets whose source would not be reached through the interface that they came "
         "by are dropped without a word: seen by a capture, never by the program.",
         "kernel documentation, networking/ip-sysctl", "net/ipv4/conf/all/rp_filter"},
        {"somaxconn",
         "The most that listen(2) grants. The header's SOMAXCONN is the compile-time default and "
         "agrees with this file only by default.",
         "listen(2)", "net/core/somaxconn"},
};

static void topic_fields(const char *name, const char *text, const char *cite, const char *today, struct writer *w)
{
        static const struct kind kind = {"topic", NULL};

        writer_open(w, &kind);
        put_column(w, STYLE_GROUP, 0, "%s", name);
        put_column(w, STYLE_PLAIN, 0, "\n    %s", text);
        if (today)
                put_column(w, STYLE_PLAIN, 0, "\n    %s", today);
        if (cite)
                put_column(w, STYLE_DIM, 0, "\n    %s", cite);
        put_str(w, "name", name);
        put_str(w, "text", text);
        put_str(w, "today", today);
        put_str(w, "cite", cite);
        writer_close(w);
}

/* One of the comma-separated names. */
static bool named(const char *names, const char *word)
{
        size_t n = strlen(word);

        for (const char *p = names; *p;) {
                size_t len = strcspn(p, ",");
                if (len == n && !strncasecmp(p, word, n))
                        return true;
                p += len + (p[len] == ',');
        }
        return false;
}

static void put_topic(const struct topic *t, struct writer *w)
{
        struct text today = {0}, path = {0};
        long value;

        if (t->proc) {
                text_add_format(&path, "/proc/sys/%s", t->proc);
                value = system_limit(text_string(&path));
                if (value >= 0)
                        text_add_format(&today, "%s here, today: %ld", text_string(&path), value);
        }
        topic_fields(t->name, t->text, t->cite, today.n ? text_string(&today) : NULL, w);
        text_free(&path);
        text_free(&today);
}

static bool put_rule(const char *name, struct writer *w)
{
        const struct rule *r = rule_find(name);
        struct text t = {0};

        if (r && writer_columns(w)) {
                rule_words(r, &t);
                topic_fields(r->id, text_string(&t), r->cite, NULL, w);
                text_free(&t);
        } else if (r) {
                rule_describe(r, w);
        }
        return r != NULL;
}

static bool put_claim(const char *name, struct writer *w)
{
        const struct claim *c = claim_find(name);
        struct text t = {0};

        if (!c)
                return false;
        text_add_format(&t, "Expected: %s (experiment %s, '%s'). ", c->expected, c->experiment, c->key);
        if (c->lesson)
                text_add_format(&t, "Known on Linux: %s. ", c->lesson);
        text_add_format(&t, "Measure it: igmpscope verify %s", c->id);
        topic_fields(c->id, c->text, c->cite, text_string(&t), w);
        text_free(&t);
        return true;
}

static bool put_messages(const char *name, struct writer *w)
{
        const struct message *m;
        struct text t = {0};
        bool any = false;

        for (size_t i = 0; (m = message_at(i)); i++) {
                if (strcasecmp(m->title, name) && strcasecmp(m->name, name))
                        continue;
                text_clear(&t);
                text_add_format(&t, "%s type %u (0x%02x), %s%u octets%s.", m->family == FAMILY_MLD ? "ICMPv6" : "IGMP",
                                m->type, m->type, m->max && m->min == m->max ? "exactly " : "at least ", m->min,
                                m->version ? "" : "; known by name only");
                topic_fields(m->title, text_string(&t), m->cite, NULL, w);
                any = true;
        }
        text_free(&t);
        return any;
}

static void list_topics(struct writer *w)
{
        static const struct kind kind = {"topic", NULL};

        for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
                writer_open(w, &kind);
                put_column(w, STYLE_GROUP, 52, "%s", topics[i].name);
                put_column(w, STYLE_DIM, 0, "%s", topics[i].cite);
                put_str(w, "name", topics[i].name);
                put_str(w, "cite", topics[i].cite);
                writer_close(w);
        }
}

int topic_name(const char *name, struct writer *w, struct error *err)
{
        bool found = false;

        if (!strcmp(name, "topics")) {
                list_topics(w);
                return 0;
        }
        for (size_t i = 0; i < sizeof topics / sizeof *topics && !found; i++) {
                found = named(topics[i].name, name);
                if (found)
                        put_topic(&topics[i], w);
        }
        found = found || put_rule(name, w) || put_claim(name, w);
        found = put_messages(name, w) || found;
        return found ? 0 : error_set(err,
                "nothing is called '%s'; `igmpscope explain topics` and `igmpscope list rules` "
                                          "have the names", name);
}

static void put_twins(const struct addr *a, struct text *t)
{
        uint8_t mac[6];
        char text[ADDR_TEXT];

        addr_group_mac(a, mac);
        text_add_format(t, "Its frames go to %s", mac_format(mac, text));
        if (a->len == 16) {
                text_add(t, ", as those of all groups with the same last 32 bits. ");
                return;
        }
        text_add(t, ", as those of 31 other groups: ");
        for (unsigned i = 0, shown = 0; i < 32; i++) { /* RFC 1112 §6.4: 5 of 28 bits do not go into the MAC address */
                struct addr twin = addr_of(a->b, 4);
                twin.b[0] = (uint8_t)(224 + i / 2);
                twin.b[1] = (uint8_t)((a->b[1] & 0x7f) | (i % 2 ? 0x80 : 0));
                if (addr_equal(&twin, a))
                        continue;
                if (shown++ < 3)
                        text_add_format(t, "%s, ", addr_format(&twin, text));
        }
        text_add(t, "…, which a network card can't tell apart. ");
}

/* Where the address's own bits say something: RFC 6034, RFC 3180 (GLOP), RFC 3306, RFC 3956, RFC 4291 §2.7.1. */
static void put_range(const struct addr *a, struct text *t)
{
        if (a->len == 4 && a->b[0] == 233 && a->b[1] < 252)
                text_add_format(t, "GLOP: it belongs to autonomous system %u. ", a->b[1] << 8 | a->b[2]);
        else if (a->len == 4 && a->b[0] == 234)
                text_add_format(t, "Unicast-prefix-based: it belongs to %u.%u.%u.0/24. ", a->b[1], a->b[2], a->b[3]);
        else if (a->len == 16 && a->b[1] == 2 && a->b[11] == 1 && a->b[12] == 0xff)
                text_add_format(t, "Solicited-node: of the addresses that end in %02x:%02x%02x; neighbour "
                        "discovery asks "
                                "it. ", a->b[13], a->b[14], a->b[15]);
        else if (a->len == 16 && (a->b[1] & 0x70) == 0x70)
                text_add(t, "Its rendezvous point is embedded in it. ");
        else if (a->len == 16 && (a->b[1] & 0x30) == 0x30 && !addr_is_ssm(a))
                text_add(t, "Unicast-prefix-based. ");
        if (addr_is_ssm(a))
                text_add(t, "Source-specific range: join it with a source (IP_ADD_SOURCE_MEMBERSHIP). ");
}

int topic_address(const struct addr *a, struct writer *w)
{
        char text[ADDR_TEXT];
        struct text t = {0};
        const char *name = group_name(a);

        if (!addr_is_multicast(a)) {
                topic_fields(addr_format(a, text),
                        "not a multicast address: groups are 224.0.0.0 to 239.255.255.255, and "
                             "ff00::/8", "RFC 1112 §4, RFC 4291 §2.7", NULL, w);
                return 0;
        }
        if (name)
                text_add_format(&t, "%s. ", name);
        text_add_format(&t, "Scope: %s. ", group_scope(a));
        put_range(a, &t);
        put_twins(a, &t);
        topic_fields(addr_format(a, text), text_string(&t), a->len == 4 ? "RFC 5771, RFC 2365, RFC 1112 §6.4"
                     : "RFC 4291 §2.7, RFC 7346, RFC 2464 §7", NULL, w);
        text_free(&t);
        return 0;
}
