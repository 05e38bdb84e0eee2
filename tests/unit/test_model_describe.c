/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes, members, groups, queriers and notices as JSON, CSV and lines for people: names and shapes are a contract
 * (interface.md). */
#include "tracker_test.h"

#include "igmpscope/out.h"

/* What a describe function gives in a format, once. */
#define TOLD(format, call) do { \
                struct text out = {0}; \
                struct writer w; \
                writer_init(&w, &format_##format, &out); \
                call; \
                writer_finish(&w); \
                text_string(&out); \
                got = out; \
        } while (0)

static struct text got;

static void check(const char *want)
{
        assert_string_equal(got.p, want);
        text_free(&got);
}

static const struct addr source = {4, {198, 51, 100, 1}};
static const uint16_t vlans[] = {100, 7};

static struct change a_change(void)
{
        return (struct change){
                .frame = 7, .time_ns = 1500000000, .interface = "eth0", .vlan = vlans, .n_vlan = 2,
                .host = {4, {192, 0, 2, 1}}, .group = {4, {239, 1, 1, 1}}, .has_mac = true, .mac = {2, 0, 0, 0, 0, 1},
                .from = {.mode = MODE_INCLUDE}, .to = {MODE_EXCLUDE, &source, 1}, .event = CHANGE_JOINED, .why = "to_ex",
        };
}

static void test_change(void **state)
{
        struct change c = a_change();

        (void)state;
        TOLD(json, change_describe(&c, &w));
        check("{\"kind\":\"change\",\"frame\":7,\"time\":\"1.500000000\",\"interface\":\"eth0\",\"vlan\":[100,7],"
              "\"host\":\"192.0.2.1\",\"mac\":\"02:00:00:00:00:01\",\"group\":\"239.1.1.1\","
              "\"from\":{\"mode\":\"include\",\"sources\":[]},\"to\":{\"mode\":\"exclude\",\"sources\":[\"198.51.100.1\"]},"
              "\"event\":\"joined\",\"why\":\"to_ex\"}\n");
        TOLD(text, change_describe(&c, &w));
        check("+  192.0.2.1        joined   239.1.1.1        from any source but {198.51.100.1} (to_ex)  eth0.100.7\n");
        TOLD(csv, change_describe(&c, &w));
        check("kind,frame,time,interface,vlan,host,mac,group,from.mode,from.sources,to.mode,to.sources,event,why,after_s,formula,timers\n"
              "change,7,1.500000000,eth0,100 7,192.0.2.1,02:00:00:00:00:01,239.1.1.1,include,,exclude,198.51.100.1,joined,to_ex,,,\n");
}

static void test_expired(void **state)
{
        struct change c = a_change();

        (void)state;
        c.frame = 0;
        c.interface = NULL;
        c.n_vlan = 0;
        c.has_mac = false;
        c.from = (struct filter){MODE_EXCLUDE, NULL, 0};
        c.to = (struct filter){MODE_INCLUDE, NULL, 0};
        c.event = CHANGE_EXPIRED;
        c.why = "timer";
        c.after_ns = ns_of(270);
        c.formula = "RV*QI + 2*QRI";
        c.timers = ORIGIN_LEARNED;
        TOLD(json, change_describe(&c, &w));
        check("{\"kind\":\"change\",\"time\":\"1.500000000\",\"host\":\"192.0.2.1\",\"group\":\"239.1.1.1\","
              "\"from\":{\"mode\":\"exclude\",\"sources\":[]},\"to\":{\"mode\":\"include\",\"sources\":[]},"
              "\"event\":\"expired\",\"why\":\"timer\",\"after_s\":270.000,\"formula\":\"RV*QI + 2*QRI\",\"timers\":\"learned\"}\n");
        TOLD(text, change_describe(&c, &w));
        check("x  192.0.2.1        expired  239.1.1.1        (timer: 270 s = RV*QI + 2*QRI, learned)\n");
        c.event = CHANGE_CHANGED;
        c.to = (struct filter){MODE_INCLUDE, &source, 1};
        c.why = "to_in";
        c.formula = NULL;
        TOLD(text, change_describe(&c, &w));
        check("~  192.0.2.1        changed  239.1.1.1        was from any source, now from {198.51.100.1} (to_in)\n");
}

static void test_member(void **state)
{
        struct member m = {
                .interface = "eth0", .version = 3, .group = {4, {239, 1, 1, 1}}, .host = {4, {192, 0, 2, 1}},
                .filter = {.mode = MODE_EXCLUDE}, .since_ns = 1000000000, .refreshed_ns = 2000000000,
                .expires_ns = 272000000000, .grey_ns = 262000000000,
        };

        (void)state;
        TOLD(json, member_describe(&m, 3000000000, &w));
        check("{\"kind\":\"member\",\"interface\":\"eth0\",\"group\":\"239.1.1.1\",\"host\":\"192.0.2.1\",\"mode\":\"exclude\","
              "\"sources\":[],\"version\":3,\"since\":\"1.000000000\",\"refreshed\":\"2.000000000\","
              "\"expires\":\"272.000000000\",\"timers\":\"assumed\"}\n");
        TOLD(text, member_describe(&m, 3000000000, &w));
        check("eth0      239.1.1.1        192.0.2.1        from any source               IGMPv3  for 2.0 s, 269.0 s left\n");
        m.presumed = m.stale = m.anonymous = true;
        TOLD(text, member_describe(&m, 262000000000, &w));
        check("eth0      239.1.1.1        192.0.2.1        from any source               IGMPv3  for 261.0 s, 10.0 s left  "
              "presumed stale anonymous grey\n");
        TOLD(json, member_describe(&m, 262000000000, &w));
        assert_non_null(strstr(got.p, "\"timers\":\"assumed\",\"grey\":true,\"presumed\":true,\"stale\":true,\"anonymous\":true}"));
        text_free(&got);
}

static void test_group(void **state)
{
        const struct addr sources[] = {{4, {198, 51, 100, 1}}, {4, {198, 51, 100, 2}}};
        const int64_t expires[] = {22500000000, 0};
        struct group_state g = {
                .interface = "eth0", .version = 1, .group = {4, {239, 1, 1, 1}}, .mode = MODE_EXCLUDE, .sources = sources,
                .source_expires_ns = expires, .n = 2, .group_expires_ns = 254000000000, .hosts = 2,
        };

        (void)state;
        TOLD(json, group_describe(&g, 10000000000, &w));
        check("{\"kind\":\"group\",\"interface\":\"eth0\",\"group\":\"239.1.1.1\",\"mode\":\"exclude\",\"sources\":["
              "{\"address\":\"198.51.100.1\",\"remaining_s\":12.500},{\"address\":\"198.51.100.2\",\"remaining_s\":0.000}],"
              "\"remaining_s\":244.000,\"version\":1,\"hosts\":2,\"timers\":\"assumed\"}\n");
        TOLD(text, group_describe(&g, 10000000000, &w));
        check("eth0      239.1.1.1        exclude  244.0 s  IGMPv1  {198.51.100.1 12.5 s, 198.51.100.2 not}\n");
        g.mode = MODE_INCLUDE;
        g.n = 1;
        TOLD(json, group_describe(&g, 10000000000, &w));
        check("{\"kind\":\"group\",\"interface\":\"eth0\",\"group\":\"239.1.1.1\",\"mode\":\"include\",\"sources\":["
              "{\"address\":\"198.51.100.1\",\"remaining_s\":12.500}],\"version\":1,\"hosts\":2,\"timers\":\"assumed\"}\n");
}

static void test_querier(void **state)
{
        struct querier q = {
                .interface = "eth0", .version = 3, .address = {4, {192, 0, 2, 1}}, .elected = true, .interval_s = 125, .qrv = 2,
                .max_resp_ms = 10000, .measured_interval_s = 124.9, .first_ns = 1000000000, .last_ns = 2000000000, .queries = 2,
        };
        struct querier_change c = {
                .frame = 3, .time_ns = 1500000000, .interface = "eth0", .version = 3, .from = {4, {192, 0, 2, 5}},
                .to = {4, {192, 0, 2, 1}}, .why = "lower",
        };

        (void)state;
        TOLD(json, querier_describe(&q, &w));
        check("{\"kind\":\"querier\",\"interface\":\"eth0\",\"address\":\"192.0.2.1\",\"version\":3,\"elected\":true,"
              "\"interval_s\":125,\"measured_interval_s\":124.900,\"qrv\":2,\"max_resp_ms\":10000,\"queries\":2,"
              "\"first\":\"1.000000000\",\"last\":\"2.000000000\"}\n");
        TOLD(text, querier_describe(&q, &w));
        check("eth0      192.0.2.1        IGMPv3  elected  says every 125 s  measured 124.9 s  robustness 2  2 queries\n");
        TOLD(json, querier_change_describe(&c, &w));
        check("{\"kind\":\"querier\",\"frame\":3,\"time\":\"1.500000000\",\"interface\":\"eth0\",\"address\":\"192.0.2.1\","
              "\"version\":3,\"elected\":true,\"before\":\"192.0.2.5\",\"why\":\"lower\"}\n");
        TOLD(text, querier_change_describe(&c, &w));
        check("?  192.0.2.1        takes over as querier: its address is lower than 192.0.2.5  eth0\n");
        c.to.len = 0;
        c.frame = 0;
        c.version = 0;
        c.why = "silent";
        TOLD(json, querier_change_describe(&c, &w));
        check("{\"kind\":\"querier\",\"time\":\"1.500000000\",\"interface\":\"eth0\",\"address\":\"192.0.2.5\","
              "\"elected\":false,\"why\":\"silent\"}\n");
        TOLD(text, querier_change_describe(&c, &w));
        check("?  192.0.2.5        fell silent: no querier is left  eth0\n");
}

/* A full table says so at 1, 10, 100, … */
static void test_notice(void **state)
{
        struct stage s = stage_new(&(struct tracker_options){.max_memberships = 1});
        struct tracker_notice n;
        unsigned times = 0;

        (void)state;
        stage_line(&s, "1 h1 is_ex " G4);
        assert_false(tracker_notice_next(s.t, &n));
        for (int i = 0; i < 30; i++) {
                stage_line(&s, "2 h2 is_ex " G4);
                times += tracker_notice_next(s.t, &n);
        }
        assert_int_equal(times, 2);
        assert_int_equal(n.refused, 10);
        TOLD(json, notice_describe(&n, &w));
        check("{\"kind\":\"notice\",\"frame\":11,\"time\":\"2.000000000\",\"refused\":10,\"max_memberships\":1,"
              "\"text\":\"memberships, groups or sources that the bound left no room for\"}\n");
        TOLD(text, notice_describe(&n, &w));
        check("!  no room for 10 more: the bound is --max-memberships 1\n");
        stage_free(&s);
}

/* CSV's header has every column that JSON can have. */
static void test_schemas(void **state)
{
        const struct verdict v = {.id = "x", .claim = "c", .cite = "RFC", .expected = "a", .seen = "b", .reason = "r",
                                  .evidence = "e"};

        (void)state;
        TOLD(csv, verdict_describe(&v, &w));
        check("kind,id,result,known,claim,cite,expected,seen,reason,evidence,frames\nverdict,x,holds,,c,RFC,a,b,r,e,\n");
        TOLD(csv, querier_change_describe(&(struct querier_change){.why = "heard"}, &w));
        assert_int_equal(strncmp(got.p, "kind,frame,time,interface,vlan,address,version,elected,before,why\n", 66), 0);
        text_free(&got);
        TOLD(csv, group_describe(&(struct group_state){.mode = MODE_INCLUDE}, 0, &w));
        assert_int_equal(strncmp(got.p, "kind,interface,vlan,group,mode,sources,remaining_s,version,hosts,timers\n", 71), 0);
        text_free(&got);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_change), cmocka_unit_test(test_expired), cmocka_unit_test(test_member),
                cmocka_unit_test(test_group), cmocka_unit_test(test_querier), cmocka_unit_test(test_notice),
                cmocka_unit_test(test_schemas),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
