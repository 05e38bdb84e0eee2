/* SPDX-License-Identifier: BSD-2-Clause */
/* Fields of link headers and of tunnels. Keys are Wireshark's. */
#include "igmpscope/wire.h"

#include "layout.h"

#define END {0, 0, NULL, NULL, NULL}

static const struct part ethernet[] = {
        {0, 48, "Destination", "eth.dst", show_mac},
        {48, 48, "Source", "eth.src", show_mac},
        {96, 16, "Type", "eth.type", show_ethertype},
        END,
};
static const struct part vlan[] = {
        {0, 3, "Priority", "vlan.priority", show_dec},
        {3, 1, "Drop eligible", "vlan.dei", show_flag},
        {4, 12, "VLAN id", "vlan.id", show_dec},
        {16, 16, "Type", "vlan.etype", show_ethertype},
        END,
};
static const struct part llc[] = {
        {0, 8, "DSAP", "llc.dsap", show_hex},
        {8, 8, "SSAP", "llc.ssap", show_hex},
        {16, 8, "Control", "llc.control", show_hex},
        {24, 24, "Organization", "llc.oui", show_hex},
        {48, 16, "Type", "llc.type", show_ethertype},
        END,
};
static const struct part sll[] = {
        {0, 16, "Packet type", "sll.pkttype", show_dec},
        {16, 16, "Hardware type", "sll.hatype", show_dec},
        {32, 16, "Address length", "sll.halen", show_dec},
        {48, 48, "Source", "sll.src.eth", show_mac},
        {96, 16, "Unused", "sll.unused", show_hex},
        {112, 16, "Protocol", "sll.etype", show_ethertype},
        END,
};
static const struct part sll2[] = {
        {0, 16, "Protocol", "sll.etype", show_ethertype},
        {16, 16, "Reserved", NULL, show_hex},
        {32, 32, "Interface index", "sll.ifindex", show_dec},
        {64, 16, "Hardware type", "sll.hatype", show_dec},
        {80, 8, "Packet type", "sll.pkttype", show_dec},
        {88, 8, "Address length", "sll.halen", show_dec},
        {96, 48, "Source", "sll.src.eth", show_mac},
        {144, 16, "Unused", "sll.unused", show_hex},
        END,
};
static const struct part loopback[] = {
        {0, 32, "Family", "null.family", show_hex},
        END,
};
static const struct part ppp[] = {
        {0, 0, "Protocol", "ppp.protocol", show_octets},
        END,
};
static const struct part ppp_framed[] = {
        {0, 8, "Address", "ppp.address", show_hex},
        {8, 8, "Control", "ppp.control", show_hex},
        {16, 0, "Protocol", "ppp.protocol", show_octets},
        END,
};
static const struct part pppoe[] = {
        {0, 4, "Version", "pppoe.version", show_dec},
        {4, 4, "Type", "pppoe.type", show_dec},
        {8, 8, "Code", "pppoe.code", show_hex},
        {16, 16, "Session", "pppoe.session_id", show_hex},
        {32, 16, "Payload length", "pppoe.payload_length", show_dec},
        {48, 0, "PPP protocol", "ppp.protocol", show_octets},
        END,
};
static const struct part mpls[] = {
        {0, 20, "Label", "mpls.label", show_dec},
        {20, 3, "Traffic class", "mpls.exp", show_dec},
        {23, 1, "Bottom of stack", "mpls.bottom", show_flag},
        {24, 8, "TTL", "mpls.ttl", show_dec},
        END,
};
static const struct part control_word[] = {
        {0, 32, "Pseudowire control word", NULL, show_hex},
        END,
};
static const struct part wlan[] = {
        {0, 16, "Frame control", "wlan.fc", show_little},
        {16, 16, "Duration", "wlan.duration", show_little},
        {32, 48, "Address 1", "wlan.addr", show_mac},
        {80, 48, "Address 2", "wlan.addr", show_mac},
        {128, 48, "Address 3", "wlan.addr", show_mac},
        {176, 16, "Fragment and sequence number", "wlan.seq", show_little},
        {192, 0, "Address 4, QoS, HT control", NULL, show_octets},
        END,
};
static const struct part radiotap[] = {
        {0, 8, "Version", "radiotap.version", show_dec},
        {8, 8, "Padding", "radiotap.pad", show_hex},
        {16, 16, "Length", "radiotap.length", show_little},
        {32, 32, "Present", "radiotap.present", show_little},
        {64, 0, "Fields", NULL, show_octets},
        END,
};
static const struct part prism[] = {
        {0, 32, "Message", NULL, show_hex},
        {32, 32, "Length", NULL, show_hex},
        {64, 0, "Fields", NULL, show_octets},
        END,
};
static const struct part gre[] = {
        {0, 1, "Checksum present", "gre.flags.checksum", show_flag},
        {1, 1, "Routing present", "gre.flags.routing", show_flag},
        {2, 1, "Key present", "gre.flags.key", show_flag},
        {3, 1, "Sequence number present", "gre.flags.sequence_number", show_flag},
        {4, 9, "Reserved", "gre.flags.reserved", show_hex},
        {13, 3, "Version", "gre.flags.version", show_dec},
        {16, 16, "Protocol", "gre.proto", show_ethertype},
        {32, 0, "Checksum, key, sequence numbers", NULL, show_octets},
        END,
};
static const struct part erspan[] = {
        {0, 4, "Version", "erspan.version", show_dec},
        {4, 12, "VLAN", "erspan.vlan", show_dec},
        {16, 3, "Class of service", "erspan.cos", show_dec},
        {22, 10, "Session", "erspan.spanid", show_dec},
        {32, 0, "More", NULL, show_octets},
        END,
};
static const struct part vxlan[] = {
        {0, 16, "Flags", "vxlan.flags", show_hex},
        {16, 16, "Group policy", "vxlan.gbp", show_hex},
        {32, 24, "Network identifier", "vxlan.vni", show_dec},
        {56, 8, "Reserved", "vxlan.reserved8", show_hex},
        END,
};
static const struct part geneve[] = {
        {0, 2, "Version", "geneve.version", show_dec},
        {2, 6, "Options length, words", NULL, show_dec},
        {8, 8, "Flags", "geneve.flags", show_hex},
        {16, 16, "Protocol", "geneve.proto_type", show_ethertype},
        {32, 24, "Network identifier", "geneve.vni", show_dec},
        {56, 8, "Reserved", "geneve.reserved", show_hex},
        {64, 0, "Options", "geneve.options", show_octets},
        END,
};
static const struct part gtpu[] = {
        {0, 3, "Version", "gtp.flags.version", show_dec},
        {3, 1, "Protocol type", "gtp.flags.payload", show_dec},
        {5, 1, "Extension header", "gtp.flags.e", show_flag},
        {6, 1, "Sequence number", "gtp.flags.s", show_flag},
        {7, 1, "N-PDU number", "gtp.flags.pn", show_flag},
        {8, 8, "Message", "gtp.message", show_dec},
        {16, 16, "Length", "gtp.length", show_dec},
        {32, 32, "Tunnel endpoint", "gtp.teid", show_hex},
        {64, 0, "Sequence number, extensions", NULL, show_octets},
        END,
};
static const struct part teredo[] = {
        {0, 0, "Authentication, origin", NULL, show_octets},
        END,
};

/* One group for each label; the one before says whether there is another. */
static bool labels(const struct layout *l, const struct header *h, struct group *g)
{
        struct layout before = *l;
        struct cursor c;

        before.at -= 4;
        c = layout_rest(&before, h);
        *g = (struct group){.parts = cursor_u32(&c) & 0x100 ? control_word : mpls, .length = 4, .depth = 1};
        return cursor_left(&c) >= 4;
}

static const struct shape shapes[LAYER_COUNT] = {
        [LAYER_ETHERNET] = {"Ethernet", ethernet, NULL, 0},
        [LAYER_VLAN] = {"802.1Q tag", vlan, NULL, 0},
        [LAYER_LLC] = {"LLC, SNAP", llc, NULL, 0},
        [LAYER_SLL] = {"Linux cooked capture", sll, NULL, 0},
        [LAYER_SLL2] = {"Linux cooked capture, version 2", sll2, NULL, 0},
        [LAYER_LOOPBACK] = {"Loopback", loopback, NULL, 0},
        [LAYER_PPP] = {"PPP", ppp, NULL, 0},
        [LAYER_PPPOE] = {"PPPoE", pppoe, NULL, 0},
        [LAYER_MPLS] = {"MPLS", mpls, labels, 4},
        [LAYER_WLAN] = {"IEEE 802.11", wlan, NULL, 0},
        [LAYER_RADIOTAP] = {"Radiotap", radiotap, NULL, 0},
        [LAYER_PRISM] = {"Prism or AVS", prism, NULL, 0},
        [LAYER_GRE] = {"GRE", gre, NULL, 0},
        [LAYER_ERSPAN] = {"ERSPAN", erspan, NULL, 0},
        [LAYER_VXLAN] = {"VXLAN", vxlan, NULL, 0},
        [LAYER_GENEVE] = {"Geneve", geneve, NULL, 0},
        [LAYER_GTPU] = {"GTP-U", gtpu, NULL, 0},
        [LAYER_TEREDO] = {"Teredo", teredo, NULL, 0},
};

const struct shape *shape_link(enum layer l, uint32_t length)
{
        static const struct shape framed = {"PPP", ppp_framed, NULL, 0};

        if (l == LAYER_PPP && length > 2)
                return &framed;
        return shapes[l].title ? &shapes[l] : NULL;
}
