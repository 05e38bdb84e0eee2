/* SPDX-License-Identifier: BSD-2-Clause */
/* The lists of claims hold together, and observations are compared as documented. */
#include "igmpscope/verify.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

static void each_claim_is_whole(void **state)
{
        const struct claim *c;
        size_t n = 0;

        (void)state;
        for (; (c = claim_at(n)); n++) {
                const struct experiment *e = experiment_find(c->experiment);
                if (!e || !c->tags || !*c->tags || !*c->text || !*c->cite || !*c->key || !*c->expected)
                        fail_msg("claim %s lacks something (experiment %s)", c->id, c->experiment);
                assert_ptr_equal(claim_find(c->id), c); /* so ids are unique */
                assert_non_null(topology_find(e->topology, NULL));
        }
        assert_true(n >= 160);
        assert_null(claim_find("no-such-claim"));
        assert_null(experiment_find("no-such-experiment"));
}

static void each_tag_of_the_contract_has_claims(void **state)
{
        static const char *const tags[] = {"ttl", "loop", "membership", "ssm", "reuse", "buffers", "query", "version",
                                           "ipv6", "reference"};
        const struct claim *c;

        (void)state;
        for (size_t t = 0; t < sizeof tags / sizeof *tags; t++) {
                size_t i = 0;
                while ((c = claim_at(i)) && !claim_has_tag(c, tags[t]))
                        i++;
                if (!c)
                        fail_msg("no claim has the tag %s", tags[t]);
        }
        c = claim_find("ttl-1");
        assert_true(claim_has_tag(c, "ttl"));
        assert_false(claim_has_tag(c, "tt"));
        assert_false(claim_has_tag(c, "ttl,reference"));
}

static void observations_are_compared(void **state)
{
        static const struct {
                const char *expected, *seen;
                bool holds;
        } rows[] = {
                {"1", "1", true}, {"1", "10", false}, {"EINVAL|EPERM", "EPERM", true}, {"EINVAL|EPERM", "EP", false},
                {"0..5", "4.9", true}, {"0..5", "5.1", false}, {"3..", "400 ms", true}, {"..3", "3", true},
                {"3..", "2", false}, {"1..2|9", "9", true}, {"1..2", "nothing", false}, {"nothing", "nothing", true},
                {"to_in(239.1.1.1), to_in(239.1.1.1)", "to_in(239.1.1.1)", false}, {"10.1.0.2", "10.1.0.2", true},
        };

        (void)state;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
                if (verify_matches(rows[i].expected, rows[i].seen) != rows[i].holds)
                        fail_msg("'%s' against '%s'", rows[i].seen, rows[i].expected);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_claim_is_whole), cmocka_unit_test(each_tag_of_the_contract_has_claims),
                cmocka_unit_test(observations_are_compared),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
