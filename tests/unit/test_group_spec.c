/* SPDX-License-Identifier: BSD-2-Clause */
/* Groups as people write them, and what they are told when they err. */
#include "igmpscope/base.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What a word means, in one canonical line, or the error. */
static const char *meaning(const char *word)
{
        static char line[1024];
        char source[ADDR_TEXT], group[ADDR_TEXT], port[8] = "-";
        struct error err = {{0}};
        struct group_spec g;

        if (group_spec_parse(word, &g, &err) < 0) {
                snprintf(line, sizeof line, "%s", err.text);
                return line;
        }
        if (g.has_port)
                snprintf(port, sizeof port, "%u", g.port);
        snprintf(line, sizeof line, "(%s,%s) x%u port %s on %s", g.source.len ? addr_format(&g.source, source) : "*",
                 addr_format(&g.group, group), g.count, port, g.interface[0] ? g.interface : "-");
        return line;
}

static void every_form_is_read(void **state)
{
        static const struct {
                const char *word, *means;
        } rows[] = {
                {"224.3.29.71", "(*,224.3.29.71) x1 port - on -"},
                {"224.3.29.71:9999", "(*,224.3.29.71) x1 port 9999 on -"},
                {"224.3.29.71:0", "(*,224.3.29.71) x1 port 0 on -"},
                {"239.255.255.255:65535", "(*,239.255.255.255) x1 port 65535 on -"},
                {"239.1.1.1+25", "(*,239.1.1.1) x25 port - on -"},
                {"239.1.1.1+25:7", "(*,239.1.1.1) x25 port 7 on -"},
                {"239.1.1.1:7+25", "(*,239.1.1.1) x25 port 7 on -"},
                {"239.255.255.254+2", "(*,239.255.255.254) x2 port - on -"},
                {"239.1.1.1%eth0:7", "(*,239.1.1.1) x1 port 7 on eth0"},
                {"10.0.0.1,232.1.1.1:7", "(10.0.0.1,232.1.1.1) x1 port 7 on -"},
                {"10.0.0.1@232.1.1.1:7+2", "(10.0.0.1,232.1.1.1) x2 port 7 on -"},
                {"ff02::1234", "(*,ff02::1234) x1 port - on -"},
                {"ff02::1:9999", "(*,ff02::1:9999) x1 port - on -"},
                {"[ff02::1]:9999", "(*,ff02::1) x1 port 9999 on -"},
                {"[ff02::1]", "(*,ff02::1) x1 port - on -"},
                {"[ff02::1%eth0]:9999", "(*,ff02::1) x1 port 9999 on eth0"},
                {"[ff02::1+3]:9999", "(*,ff02::1) x3 port 9999 on -"},
                {"[ff02::1]+3:9999", "(*,ff02::1) x3 port 9999 on -"},
                {"[ff02::1]:9999+3", "(*,ff02::1) x3 port 9999 on -"},
                {"ff02::1%eth0+3", "(*,ff02::1) x3 port - on eth0"},
                {"ff02::1%eth0:9999", "(*,ff02::1) x1 port 9999 on eth0"},
                {"fe80::1,[ff3e::1]:9", "(fe80::1,ff3e::1) x1 port 9 on -"},
                {"2001:db8::1@[ff3e::4321:1234]:4321", "(2001:db8::1,ff3e::4321:1234) x1 port 4321 on -"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
                assert_string_equal(meaning(rows[i].word), rows[i].means);
}

static void every_mistake_is_named(void **state)
{
        static const struct {
                const char *word, *says;
        } rows[] = {
                {"", "is not a group"},
                {"192.0.2.1:9999", "192.0.2.1 is not a multicast group; groups are 224.0.0.0 to 239.255.255.255"},
                {"223.255.255.255", "not a multicast group"},
                {"240.0.0.0", "not a multicast group"},
                {"255.255.255.255", "not a multicast group"},
                {"fe80::1", "fe80::1 is not a multicast group; groups are ff00::/8"},
                {"example.com", "'example.com' is neither an IPv4 nor an IPv6 address"},
                {"239.1.1", "'239.1.1' is neither"},
                {"239.1.1.256", "'239.1.1.256' is neither"},
                {"239.1.1.1:", "port '' is not a number from 0 to 65535"},
                {"239.1.1.1:65536", "port '65536' is not a number"},
                {"239.1.1.1:-1", "port '-1' is not a number"},
                {"239.1.1.1:99x", "port '99x' is not a number"},
                {"239.1.1.1+0", "'+0' is no number of groups"},
                {"239.1.1.1+", "'+' is no number of groups"},
                {"239.1.1.1+x", "'+x' is no number of groups"},
                {"239.1.1.1+65537", "65537 groups are too many; at most 65536"},
                {"239.1.1.1+99999999999999999999999", "is no number of groups"},
                {"239.255.255.255+2", "reach past the last one, 239.255.255.255"},
                {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff+2", "reach past the last one"},
                {"239.1.1.1+2+3", "'+' stands there twice"},
                {"[ff02::1", "a ']' is missing"},
                {"[ff02::1]x", "'x' after the address is not understood"},
                {"[ff02::1]:9:9", "':' stands there twice"},
                {"239.1.1.1%", "the name of an interface"},
                {"239.1.1.1%abcdefghijklmnopqrstuvwxyz0123456789", "the name of an interface"},
                {"239.1.1.1,10.0.0.1", "the source stands first, then the group"},
                {"239.1.1.1,239.2.2.2", "the source is to be the address of one sender"},
                {"0.0.0.0,239.2.2.2", "the source is to be the address of one sender"},
                {"10.0.0.1,ff3e::1", "of different families"},
                {"x,232.1.1.1", "source 'x' is neither"},
                {",232.1.1.1", "source '' is neither"},
                {"10.0.0.1,", "'' is neither"},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
                if (!strstr(meaning(rows[i].word), rows[i].says))
                        fail_msg("'%s' gives: %s", rows[i].word, meaning(rows[i].word));
}

static void a_long_word_is_no_group(void **state)
{
        char word[4096];

        (void)state;
        memset(word, '1', sizeof word - 1);
        word[sizeof word - 1] = 0;
        assert_non_null(strstr(meaning(word), "is not a group"));
        memcpy(word, "239.1.1.1:", 10);
        assert_non_null(strstr(meaning(word), "is not a group"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_form_is_read),
                cmocka_unit_test(every_mistake_is_named),
                cmocka_unit_test(a_long_word_is_no_group),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
