/* SPDX-License-Identifier: BSD-2-Clause */
/* What a report keeps is bounded, and what it left out is counted. */
#include "../../src/cmd/report.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint8_t octets[512];
static struct frame frame;
static struct packet packet;

static void decode(const struct craft *c, uint64_t number, int64_t ns)
{
        struct packer k = packer_into(octets, sizeof octets);

        assert_int_equal(craft_build(c, &k), 0);
        frame = (struct frame){.number = number, .time_ns = ns, .link = 1, .caplen = (uint32_t)k.n,
                               .len = (uint32_t)k.n, .data = {octets, k.n}};
        packet_decode(&frame, &packet);
}

static void data(uint64_t number, uint32_t src, uint32_t group)
{
        static const uint8_t payload[100];
        struct bytes udp = {payload, sizeof payload};
        struct craft c;

        craft_init(&c);
        c.eth = true;
        c.udp = &udp;
        c.src = addr_v4(src);
        c.dst = addr_v4(group);
        c.dst_port = 9999;
        decode(&c, number, (int64_t)number * 1000000);
}

static void query(uint64_t number)
{
        struct craft c;

        craft_init(&c);
        c.eth = true;
        c.gmp.row = message_named(FAMILY_IGMP, 3, "query");
        c.gmp.family = FAMILY_IGMP;
        c.src = addr_v4(0x0a0000fe);
        decode(&c, number, (int64_t)number * 1000000);
}

static void test_flow_folds(void **state)
{
        struct report r;

        (void)state;
        assert_int_equal(report_init(&r, NULL), 0);
        for (uint64_t i = 1; i <= 50; i++) {
                data(i, 0x0a000001, 0xef010101);
                report_packet(&r, &packet, -1, false);
        }
        assert_int_equal(r.relevant, 50);
        assert_int_equal(r.n_steps, REPORT_FLOW_SHOWN);
        assert_int_equal(r.steps[2].folded, 50 - REPORT_FLOW_SHOWN);
        assert_int_equal(r.steps[2].last_frame, 50);
        data(51, 0x0a000001, 0xef010101); /* one that breaks a rule is shown */
        report_packet(&r, &packet, -1, true);
        assert_int_equal(r.n_steps, REPORT_FLOW_SHOWN + 1);
        query(52); /* and after something else happened the flow is shown again */
        report_packet(&r, &packet, -1, false);
        data(53, 0x0a000001, 0xef010101);
        report_packet(&r, &packet, -1, false);
        assert_int_equal(r.n_steps, REPORT_FLOW_SHOWN + 3);
        assert_int_equal(r.steps[r.n_steps - 2].kind, STEP_QUERY);
        assert_true(r.hosts[r.steps[r.n_steps - 2].from].querier);
        report_free(&r);
}

static void test_bounds(void **state)
{
        enum { MORE = 500 };
        struct text t = {0};
        struct report r;

        (void)state;
        assert_int_equal(report_init(&r, NULL), 0);
        r.name = "</title><script>x</script>";
        for (uint64_t i = 1; i <= REPORT_STEPS + MORE; i++) {
                data(i, 0x0a000000 + (uint32_t)i, 0xefff0000 + (uint32_t)i);
                report_packet(&r, &packet, -1, false);
        }
        assert_int_equal(r.n_steps, REPORT_STEPS);
        assert_int_equal(r.left_steps, MORE);
        assert_true(r.n_hosts == REPORT_HOSTS && r.more_hosts);
        assert_true(r.n_groups == REPORT_GROUPS && r.more_groups);
        assert_true(r.left_trees > 0);
        for (uint64_t i = 0; i < REPORT_FLAGGED + MORE; i++) {
                data(10000 + i, 0x0a000001, 0xefff0001);
                report_packet(&r, &packet, -1, true);
        }
        assert_int_equal(r.n_steps, REPORT_STEPS + REPORT_FLAGGED);
        assert_non_null(report_step(&r, 10000));
        assert_null(report_step(&r, 10000 + REPORT_FLAGGED));
        r.first_ns = r.steps[0].time_ns;
        r.last_ns = frame.time_ns;
        report_page(&r, &t);
        assert_in_range(t.n, 400000, 1000000);
        assert_non_null(strstr(text_string(&t), "later packets and expiries are not listed"));
        assert_null(strstr(text_string(&t), "<script>x"));
        text_clear(&t);
        report_text(&r, &t);
        assert_true(t.n > 0);
        text_free(&t);
        report_free(&r);
}

static void test_rates_widen(void **state)
{
        struct rates *a = calloc(1, sizeof *a);
        uint64_t packets = 0, sum = 0;

        (void)state;
        assert_non_null(a);
        for (int64_t s = 0; s < 86400; s += 60, packets++)
                rates_add(a, s * 1000000000, 3, 10);
        rates_add(a, -5, 3, 10); /* before the first: counts with it */
        assert_true(a->used <= REPORT_BUCKETS && a->used > REPORT_BUCKETS / 4);
        for (int i = 0; i < a->used; i++)
                sum += a->packets[3][i];
        assert_int_equal(sum, packets + 1);
        assert_true(a->width_ns * REPORT_BUCKETS > INT64_C(86340) * 1000000000);
        free(a);
}

static void test_spans(void **state)
{
        struct change c = {.frame = 1, .time_ns = 1, .host = addr_v4(0x0a000001), .group = addr_v4(0xef010101),
                           .to = {.mode = MODE_EXCLUDE}, .event = CHANGE_JOINED};
        struct report r;

        (void)state;
        assert_int_equal(report_init(&r, NULL), 0);
        report_change(&r, &c);
        assert_int_equal(r.n_spans, 1);
        assert_int_equal(r.spans[0].to_ns, INT64_MAX);
        c.event = CHANGE_EXPIRED;
        c.frame = 0;
        c.time_ns = 9;
        report_change(&r, &c);
        assert_int_equal(r.spans[0].to_ns, 9);
        assert_int_equal(r.spans[0].end, CHANGE_EXPIRED);
        assert_int_equal(r.steps[0].kind, STEP_EXPIRY);
        c.event = CHANGE_JOINED;
        for (uint32_t i = 0; i < REPORT_SPANS + 7; i++) {
                c.host = addr_v4(0x0b000000 + i);
                report_change(&r, &c);
        }
        assert_int_equal(r.n_spans, REPORT_SPANS);
        assert_int_equal(r.left_spans, 8);
        report_free(&r);
}

static void test_assets(void **state)
{
        (void)state;
        assert_null(strpbrk(report_style, "<&"));
        assert_null(strpbrk(report_script, "<&"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_flow_folds), cmocka_unit_test(test_bounds), cmocka_unit_test(test_rates_widen),
                cmocka_unit_test(test_spans), cmocka_unit_test(test_assets),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
