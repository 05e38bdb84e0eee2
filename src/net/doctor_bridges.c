/* SPDX-License-Identifier: BSD-2-Clause */
/* Bridges that snoop while nobody asks: memberships then run out after 260 s and the bridge keeps groups back
 * (RFC 4541 §2.1.1). Read by rtnetlink, as /sys shows only the namespace it was mounted in. And packet filters, whose
 * chains are read by nfnetlink: what can drop IGMP or a group's datagrams, without judging each rule. */
#include "doctor.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static bool next_attribute(struct bytes *list, unsigned *type, struct bytes *value)
{
        struct nlattr a;
        size_t whole;

        if (list->n < sizeof a)
                return false;
        memcpy(&a, list->p, sizeof a);
        if (a.nla_len < sizeof a || a.nla_len > list->n)
                return false;
        *type = a.nla_type & 0x3fffU; /* NLA_TYPE_MASK */
        *value = (struct bytes){list->p + sizeof a, a.nla_len - sizeof a};
        whole = (a.nla_len + 3U) & ~(size_t)3;
        whole = whole < list->n ? whole : list->n;
        *list = (struct bytes){list->p + whole, list->n - whole};
        return true;
}

static struct bytes attribute(struct bytes list, unsigned wanted)
{
        struct bytes value;
        unsigned type;

        while (next_attribute(&list, &type, &value))
                if (type == wanted)
                        return value;
        return (struct bytes){NULL, 0};
}

static void text_of(struct bytes b, char *text, size_t size)
{
        snprintf(text, size, "%.*s", (int)b.n, b.n ? (const char *)b.p : "");
}

static uint32_t big32(struct bytes b)
{
        struct cursor c = cursor_over(b);
        return cursor_u32(&c);
}

struct dump {
        size_t fixed; /* octets that each message begins with */
        void (*take)(struct exam *e, struct bytes attributes);
        bool done;
        int code; /* an errno */
};

static void take_message(struct dump *d, const struct nlmsghdr *h, const uint8_t *p, struct exam *e)
{
        d->done = h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR;
        if (h->nlmsg_type == NLMSG_ERROR && h->nlmsg_len >= NLMSG_LENGTH(sizeof d->code)) {
                memcpy(&d->code, p + NLMSG_HDRLEN, sizeof d->code);
                d->code = -d->code;
        }
        if (!d->done && h->nlmsg_len >= NLMSG_SPACE(d->fixed))
                d->take(e, (struct bytes){p + NLMSG_SPACE(d->fixed), h->nlmsg_len - NLMSG_SPACE(d->fixed)});
}

/* One datagram of the answer. */
static void take_answer(struct dump *d, struct bytes b, struct exam *e)
{
        struct nlmsghdr h;

        while (b.n >= sizeof h && !d->done) {
                size_t whole;
                memcpy(&h, b.p, sizeof h);
                if (h.nlmsg_len < sizeof h || h.nlmsg_len > b.n)
                        return;
                take_message(d, &h, b.p, e);
                whole = (h.nlmsg_len + 3U) & ~(size_t)3;
                whole = whole < b.n ? whole : b.n;
                b = (struct bytes){b.p + whole, b.n - whole};
        }
}

/* Asks for all of a kind; 0 or an errno. */
static int dump(int protocol, uint16_t type, struct dump d, struct exam *e)
{
        struct {
                struct nlmsghdr h;
                uint8_t fixed[16];
        } ask = {.h = {.nlmsg_len = (uint32_t)NLMSG_LENGTH(d.fixed), .nlmsg_type = type,
                       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP, .nlmsg_seq = 1}};
        const struct timeval limit = {.tv_sec = 2};
        _Alignas(8) uint8_t room[32768];
        int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
        ssize_t n;

        if (fd < 0)
                return errno;
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        if (send(fd, &ask, ask.h.nlmsg_len, 0) < 0)
                d.code = errno;
        while (!d.code && !d.done) {
                n = recv(fd, room, sizeof room, 0);
                if (n > 0)
                        take_answer(&d, (struct bytes){room, (size_t)n}, e);
                else
                        d.code = n < 0 ? errno : EBADMSG;
        }
        close(fd);
        return d.code;
}

/* ---- bridges ---- */

static void take_bridge(struct exam *e, struct bytes link)
{
        struct bytes info = attribute(link, IFLA_LINKINFO), data = attribute(info, IFLA_INFO_DATA);
        struct bytes snooping = attribute(data, IFLA_BR_MCAST_SNOOPING);
        struct bytes querier = attribute(data, IFLA_BR_MCAST_QUERIER);
        char kind[16], name[32];
        struct check *c;
        bool snoops, asks;

        text_of(attribute(info, IFLA_INFO_KIND), kind, sizeof kind);
        if (strcmp(kind, "bridge") != 0 || snooping.n != 1)
                return;
        snoops = snooping.p[0];
        asks = querier.n == 1 && querier.p[0];
        text_of(attribute(link, IFLA_IFNAME), name, sizeof name);
        c = exam_add(e, "bridge_snooping", name);
        check_value(c, "snooping %s, querier %s", snoops ? "on" : "off", asks ? "on" : "off");
        if (snoops && !asks)
                check_say(c, CHECK_LOOK, "it passes a group only to ports that reported it, and does not ask itself: "
                                         "unless a router on the segment does, memberships run out after 260 s and "
                                         "the group stops");
        else
                check_say(c, CHECK_FINE, snoops ? "it asks, so that memberships stay"
                                                : "it floods multicast to all its ports");
        check_command(c, "sudo ip link set %s type bridge mcast_querier %d", name, !asks);
}

void exam_bridges(struct exam *e)
{
        int code = dump(NETLINK_ROUTE, RTM_GETLINK, (struct dump){sizeof(struct ifinfomsg), take_bridge, false, 0}, e);

        if (code) {
                struct check *c = exam_add(e, "bridge_snooping", NULL);
                check_value(c, "not to be read: %s", strerror(code));
                check_say(c, CHECK_LOOK, "whether a bridge keeps groups back is unknown");
                check_command(c, "bridge -d link");
        }
}

/* ---- packet filters ---- */

static void take_chain(struct exam *e, struct bytes chain)
{
        static const char *const hooks[] = {"prerouting", "input", "forward", "output", "postrouting"};
        struct bytes hook = attribute(chain, NFTA_CHAIN_HOOK), policy = attribute(chain, NFTA_CHAIN_POLICY);
        uint32_t number = big32(attribute(hook, NFTA_HOOK_HOOKNUM)), rules = big32(attribute(chain, NFTA_CHAIN_USE));
        char table[24], name[24], on[48];
        bool drops = policy.n == 4 && big32(policy) == NF_DROP;
        struct check *c;

        if (!hook.n || number >= sizeof hooks / sizeof *hooks)
                return;
        text_of(attribute(chain, NFTA_CHAIN_TABLE), table, sizeof table);
        text_of(attribute(chain, NFTA_CHAIN_NAME), name, sizeof name);
        snprintf(on, sizeof on, "%s %s", table, name);
        c = exam_add(e, "firewall", on);
        check_value(c, "%s, policy %s, %u rules", hooks[number], drops ? "drop" : "accept", rules);
        check_command(c, "sudo nft add rule FAMILY %s %s ip protocol igmp accept", table, name);
        if (drops)
                check_say(c, CHECK_LOOK, "drops what no rule accepts: IGMP (protocol 2) and each group's UDP port "
                                         "take one");
        else if (rules)
                check_say(c, CHECK_LOOK, "one of its rules may drop IGMP or a group's datagrams: "
                                         "`sudo nft list ruleset`");
        else
                check_say(c, CHECK_FINE, "drops nothing");
}

/* iptables of the older kind are in tables of their own, whose names alone can be read like this. */
static void exam_old_tables(struct exam *e)
{
        FILE *f = fopen("/proc/thread-self/net/ip_tables_names", "re");
        char table[40];

        while (f && fscanf(f, "%39s", table) == 1) {
                struct check *c = exam_add(e, "firewall", table);
                check_value(c, "iptables");
                check_say(c, CHECK_LOOK, "one of its rules may drop IGMP or a group's datagrams: `sudo iptables -nvL`");
                check_command(c, "sudo iptables -I INPUT -p igmp -j ACCEPT; "
                                 "sudo iptables -I INPUT -d 224.0.0.0/4 -j ACCEPT");
        }
        if (f)
                fclose(f);
}

void exam_firewall(struct exam *e)
{
        size_t before = e->out->n;
        int code = dump(NETLINK_NETFILTER, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN,
                        (struct dump){sizeof(struct nfgenmsg), take_chain, false, 0}, e);

        exam_old_tables(e);
        if (code == EPERM || code == EACCES) {
                struct check *c = exam_add(e, "firewall", NULL);
                check_value(c, "not to be read without CAP_NET_ADMIN");
                check_say(c, CHECK_LOOK, "whether a rule drops IGMP or a group's datagrams is unknown");
                check_command(c, "sudo nft list ruleset");
        } else if (e->out->n == before) {
                struct check *c = exam_add(e, "firewall", NULL);
                check_value(c, "none");
                check_say(c, CHECK_FINE, "no packet filter is there to drop IGMP or datagrams");
                check_command(c, "sudo nft list ruleset");
        }
}
