/* SPDX-License-Identifier: BSD-2-Clause */
/* generate N SEED FILE: a capture of N packets, every message type that has a builder with random fields, over
 * random link decorations (VLAN tags), and UDP. The same seed gives the same file. */
#include "igmpscope/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "igmpscope/net.h"

static uint64_t state;

static uint32_t roll(uint32_t below) /* splitmix64 */
{
        uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        return (uint32_t)((z ^ (z >> 31)) >> 16) % below;
}

static struct addr random_addr(bool six, bool group)
{
        struct addr a = {.len = six ? 16 : 4};

        for (int i = 0; i < a.len; i++)
                a.b[i] = (uint8_t)roll(256);
        if (!six) {
                a.b[0] = (uint8_t)(group ? 224 + roll(16) : 10);
        } else {
                a.b[0] = group ? 0xff : 0x20;
                a.b[1] = (uint8_t)(group ? 0x0e : 0x01);
        }
        return a;
}

static uint8_t source_room[64 * 16], record_room[8192];

static struct sources random_sources(bool six, uint32_t most)
{
        struct sources s = {source_room, (uint16_t)roll(most + 1), (uint8_t)(six ? 16 : 4)};

        for (uint16_t i = 0; i < s.n; i++) {
                struct addr a = random_addr(six, false);
                memcpy(source_room + (size_t)i * s.len, a.b, s.len);
        }
        return s;
}

static void random_records(struct gmp *g, bool six)
{
        struct packer k = packer_into(record_room, sizeof record_room);
        uint32_t n = roll(8);

        while (n--) {
                struct addr group = random_addr(six, true), sources[8];
                size_t m = roll(8);
                for (size_t i = 0; i < m; i++)
                        sources[i] = random_addr(six, false);
                record_pack(&k, (uint8_t)(1 + roll(6)), &group, sources, m);
                g->n_records++;
        }
        g->declared = g->n_records;
        g->records = (struct bytes){record_room, k.n};
}

static void random_message(struct craft *c, const struct message *row)
{
        bool six = row->family == FAMILY_MLD;
        bool query = row->kind == MESSAGE_QUERY, newest = row->version == (six ? 2 : 3);

        c->gmp.row = row;
        c->gmp.family = row->family;
        c->gmp.type = row->type;
        if (query || !newest)
                c->gmp.group = query && roll(2) ? (struct addr){.len = six ? 16 : 4} : random_addr(six, true);
        if (query) {
                c->gmp.max_resp_code = (uint16_t)(1 + roll(65535));
                c->gmp.code = (uint8_t)(six || row->version == 1 ? 0 : 1 + roll(255));
                c->gmp.flags = (uint8_t)roll(16);
                c->gmp.qqic = (uint8_t)roll(256);
        }
        if (query && newest) {
                c->gmp.sources = random_sources(six, 20);
                c->gmp.declared = c->gmp.sources.n;
        }
        if (!query && newest)
                random_records(&c->gmp, six);
}

static const struct message *random_row(void)
{
        const struct message *row;
        size_t n = 0;

        while (message_at(n))
                n++;
        do
                row = message_at(roll((uint32_t)n));
        while (!row->build || row->kind == MESSAGE_OTHER);
        return row;
}

static size_t random_packet(uint8_t *p, size_t cap)
{
        static uint8_t payload[64];
        const struct bytes view = {payload, roll(sizeof payload)};
        struct packer k = packer_into(p, cap);
        struct craft c;
        bool six = roll(2);

        craft_init(&c);
        c.eth = true;
        c.eth_src[0] = 2;
        c.eth_src[5] = (uint8_t)roll(256);
        c.n_vlan = (uint8_t)(roll(4) ? 0 : 1 + roll(2));
        for (int i = 0; i < c.n_vlan; i++)
                c.vlan[i] = (uint16_t)(1 + roll(4094));
        if (roll(5)) {
                const struct message *row = random_row();
                six = row->family == FAMILY_MLD;
                random_message(&c, row);
        } else {
                for (size_t i = 0; i < sizeof payload; i++)
                        payload[i] = (uint8_t)('a' + roll(26));
                c.udp = &view;
                c.src_port = (uint16_t)(20000 + roll(20000));
                c.dst_port = (uint16_t)(40000 + roll(999));
                c.dst = random_addr(six, true);
        }
        c.src = random_addr(six, false);
        if (six && !c.udp) {
                memset(c.src.b, 0, 8);
                c.src.b[0] = 0xfe;
                c.src.b[1] = 0x80;
        }
        c.ttl = roll(3) ? 1 : (int)(1 + roll(255));
        c.bad_checksum = roll(10) == 0;
        return craft_build(&c, &k) == 0 && !k.bad ? k.n : 0;
}

int main(int argc, char **argv)
{
        static uint8_t room[16384];
        struct savefile_options o = {.file = argc == 4 ? argv[3] : NULL};
        struct error err = {{0}};
        struct savefile *s;
        struct frame f = {.link = 1, .interface = "gen0"};
        long n = argc == 4 ? atol(argv[1]) : 0;

        if (n <= 0) {
                fprintf(stderr, "usage: generate N SEED FILE\n");
                return 2;
        }
        state = strtoull(argv[2], NULL, 0);
        if (savefile_open(&s, &o, &err) < 0) {
                fprintf(stderr, "generate: %s\n", err.text);
                return 2;
        }
        for (long i = 0; i < n; i++) {
                size_t len = 0;
                while (!len)
                        len = random_packet(room, sizeof room);
                f.number = (uint64_t)i + 1;
                f.time_ns = INT64_C(1700000000000000000) + i * 1000000;
                f.caplen = f.len = (uint32_t)len;
                f.data = (struct bytes){room, len};
                if (savefile_write(s, &f, NULL, &err) < 0)
                        break;
        }
        if (savefile_close(s, &err) < 0 || err.text[0]) {
                fprintf(stderr, "generate: %s\n", err.text);
                return 2;
        }
        return 0;
}
