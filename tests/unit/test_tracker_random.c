/* SPDX-License-Identifier: BSD-2-Clause */
/* The tracker against a second, slow one: arrays and scans, source sets as bits, the RFC's set notation written down
 * as it stands. Both get the same random conversation; after every step they must tell the same, word for word. */
#include "tracker_test.h"

enum { GROUPS = 4, HOSTS = 5, SOURCES = 6, STEPS = 6000 };
enum { OFF = 0, EXCLUDED = -1 }; /* of a source's timer */

static const char *const group_names[GROUPS] = {"232.0.0.9", "233.252.0.1", "ff0e::101", "ff3e::8000:1"};

struct slow_host {
        bool there, older, presumed, partial;
        enum filter_mode mode;
        unsigned set;
        int version;
        int64_t refreshed, expires;
};
struct slow_group {
        bool there;
        enum filter_mode mode;
        int64_t timer, source[SOURCES], v1_until, v2_until;
        int64_t asked, asked_until, sources_asked, sources_until; /* windows */
        unsigned sources;
        struct slow_host host[HOSTS];
};
struct slow {
        int64_t now, gmi[2], ohpi[2], asked[2], asked_until[2];
        int rv[2];
        bool all_told[2];
        struct slow_group group[GROUPS];
        struct text log;
};

static int family(int g)
{
        return g >= 2;
}

/* ---- sets ---- */

static unsigned included(const struct slow_group *g)
{
        unsigned x = 0;
        for (int i = 0; i < SOURCES; i++)
                x |= (unsigned)(g->source[i] > 0) << i;
        return x;
}

static unsigned excluded(const struct slow_group *g)
{
        unsigned y = 0;
        for (int i = 0; i < SOURCES; i++)
                y |= (unsigned)(g->source[i] == EXCLUDED) << i;
        return y;
}

static void set_all(struct slow_group *g, unsigned set, int64_t value)
{
        for (int i = 0; i < SOURCES; i++)
                if (set >> i & 1)
                        g->source[i] = value;
}

/* ---- telling ---- */

static void tell_set(struct text *t, enum filter_mode mode, unsigned set)
{
        text_add(t, mode == MODE_EXCLUDE ? "ex{" : "in{");
        for (int i = 0, n = 0; i < SOURCES; i++)
                if (set >> i & 1)
                        text_add_format(t, "%s%c", n++ ? "," : "", 'a' + i);
        text_add_char(t, '}');
}

static double s_of(int64_t ms)
{
        return (double)ms / 1000;
}

static void tell_change(struct slow *m, int64_t when, int g, int h, const char *event, enum filter_mode mode,
                        unsigned set, const char *why)
{
        const struct slow_host *was = &m->group[g].host[h];

        text_add_format(&m->log, "%s%.6g h%d %s %s ", m->log.n ? "; " : "", s_of(when), h + 1, event, group_names[g]);
        tell_set(&m->log, was->there ? was->mode : MODE_INCLUDE, was->there ? was->set : 0);
        text_add(&m->log, "->");
        tell_set(&m->log, mode, set);
        text_add_format(&m->log, " %s", why);
}

static struct text slow_groups(const struct slow *m)
{
        struct text t = {0};

        for (int i = 0; i < GROUPS; i++) {
                const struct slow_group *g = &m->group[i];
                int n = 0;
                if (!g->there)
                        continue;
                text_add_format(&t, "%s%s %s", t.n ? "; " : "", group_names[i], filter_mode_name(g->mode));
                if (g->mode == MODE_EXCLUDE)
                        text_add_format(&t, " %.6g", s_of(g->timer - m->now));
                text_add(&t, " {");
                for (int k = 0; k < SOURCES; k++)
                        if (g->source[k])
                                text_add_format(&t, "%s%c:%.6g", n++ ? " " : "", 'a' + k,
                                                g->source[k] > 0 ? s_of(g->source[k] - m->now) : 0);
                text_add_format(&t, "} v%d", g->v1_until > m->now ? 1 : (g->v2_until > m->now ? 2 : 3) - family(i));
        }
        text_string(&t);
        return t;
}

static struct text slow_members(const struct slow *m)
{
        struct text t = {0};

        for (int i = 0; i < GROUPS; i++)
                for (int k = 0; k < HOSTS; k++) {
                        const struct slow_host *h = &m->group[i].host[k];
                        int64_t until = h->presumed && m->group[i].mode == MODE_EXCLUDE ? m->group[i].timer : h->expires;
                        if (!h->there)
                                continue;
                        text_add_format(&t, "%s%s h%d ", t.n ? "; " : "", group_names[i], k + 1);
                        tell_set(&t, h->mode, h->set);
                        text_add_format(&t, " v%d until %.6g%s%s", h->version, s_of(until), h->presumed ? " presumed" : "",
                                        h->partial ? " partial" : "");
                }
        text_string(&t);
        return t;
}

/* ---- time ---- */

static void end_group(struct slow *m, int g, int64_t when)
{
        for (int h = 0; h < HOSTS; h++)
                if (m->group[g].host[h].there)
                        tell_change(m, when, g, h, "expired", MODE_INCLUDE, 0, "timer");
        m->group[g] = (struct slow_group){.mode = MODE_INCLUDE};
}

/* The next thing to run out at or before now: hosts first, then sources, then groups; in each, IPv4 first. */
static bool run_out(struct slow *m, int64_t now)
{
        int64_t best = INT64_MAX;
        int kind = 0, g = 0, k = 0;

        for (int what = 0; what < 6; what++)
                for (int i = 0; i < GROUPS; i++) {
                        struct slow_group *one = &m->group[i];
                        int n = what / 2 == 0 ? HOSTS : what / 2 == 1 ? SOURCES : 1;
                        for (int j = 0; j < n && one->there && (what / 2 == 2 || family(i) == what % 2); j++) {
                                int64_t when = what / 2 == 0 ? (one->host[j].there && !one->host[j].presumed
                                                                ? one->host[j].expires : INT64_MAX)
                                             : what / 2 == 1 ? (one->source[j] > 0 ? one->source[j] : INT64_MAX)
                                             : one->mode == MODE_EXCLUDE ? one->timer : INT64_MAX;
                                if (when < best) {
                                        best = when;
                                        kind = what / 2;
                                        g = i;
                                        k = j;
                                }
                        }
                }
        if (best > now)
                return false;
        if (kind == 0 && m->group[g].host[k].older) {
                m->group[g].host[k].presumed = true;
        } else if (kind == 0) {
                tell_change(m, best, g, k, "expired", MODE_INCLUDE, 0, "timer");
                m->group[g].host[k].there = false;
        } else if (kind == 1) {
                m->group[g].source[k] = m->group[g].mode == MODE_EXCLUDE ? EXCLUDED : OFF;
        } else {
                set_all(&m->group[g], excluded(&m->group[g]), OFF);
                m->group[g].mode = MODE_INCLUDE;
        }
        if (m->group[g].mode == MODE_INCLUDE && !included(&m->group[g]))
                end_group(m, g, best);
        return true;
}

static void pass(struct slow *m, int64_t now)
{
        while (run_out(m, now))
                ;
        m->now = now;
        for (int f = 0; f < 2; f++)
                m->all_told[f] |= m->asked_until[f] && m->asked_until[f] <= now;
}

/* ---- records: RFC 9776 §6.4.1, §6.4.2, §7.3.2 ---- */

static void group_record(struct slow *m, int i, enum record_type type, unsigned b, bool implied, int version)
{
        struct slow_group *g = &m->group[i];
        int64_t gmi = m->now + m->gmi[family(i)], old = g->timer;
        unsigned x, y;

        if (!g->there && (type == BLOCK || ((type == IS_IN || type == TO_IN || type == ALLOW) && !b)))
                return;
        if (!g->there)
                *g = (struct slow_group){.there = true, .mode = MODE_INCLUDE};
        if (implied && type == IS_EX)
                *(version == 1 && !family(i) ? &g->v1_until : &g->v2_until) = m->now + m->ohpi[family(i)];
        if (g->v1_until > m->now && (type == BLOCK || type == TO_IN))
                return;
        if (g->v2_until > m->now && type == BLOCK)
                return;
        if ((g->v1_until > m->now || g->v2_until > m->now) && type == TO_EX)
                b = 0;
        x = included(g);
        y = excluded(g);
        if (type == IS_IN || type == TO_IN || type == ALLOW) {
                set_all(g, b, gmi); /* (B)=GMI */
        } else if (type == BLOCK) {
                if (g->mode == MODE_EXCLUDE)
                        set_all(g, b & ~x & ~y, old); /* (A-X-Y)=Group Timer */
        } else if (g->mode == MODE_INCLUDE) {
                set_all(g, x & ~b, OFF);      /* Delete (A-B) */
                set_all(g, b & ~x, EXCLUDED); /* (B-A)=0 */
                g->timer = gmi;
                g->mode = MODE_EXCLUDE;
        } else {
                set_all(g, b & ~x & ~y, type == IS_EX ? gmi : old);
                set_all(g, (x | y) & ~b, OFF);
                g->timer = gmi;
        }
}

static void host_record_slow(struct slow *m, int i, int k, enum record_type type, unsigned b, int version, const char *why)
{
        struct slow_group *g = &m->group[i];
        struct slow_host *h = &g->host[k], was = *h;
        int f = family(i);
        int64_t heard = was.there ? was.refreshed : -1;
        bool general = m->asked_until[f] >= m->now && heard < m->asked[f] && m->asked_until[f];
        bool specific = g->asked_until >= m->now && heard < g->asked && g->asked_until;
        bool only = type == IS_IN && !general && !specific && g->sources_until >= m->now && g->sources_until;
        enum filter_mode mode = was.there ? was.mode : MODE_INCLUDE;
        unsigned a = was.there ? was.set : 0, set;
        bool ex = mode == MODE_EXCLUDE, adds = type == ALLOW || type == BLOCK || only;

        if (!g->there)
                return;
        if (only)
                set = ex ? (a & ~b) | (g->sources & ~b) : (a & ~g->sources) | b;
        else if (type == ALLOW)
                set = ex ? a & ~b : a | b;
        else if (type == BLOCK)
                set = ex ? a | b : a & ~b;
        else
                set = b;
        if (!adds)
                mode = type == IS_EX || type == TO_EX ? MODE_EXCLUDE : MODE_INCLUDE;
        if (mode == MODE_INCLUDE && !set) {
                if (was.there)
                        tell_change(m, m->now, i, k, "left", mode, set, why);
                h->there = false;
                return;
        }
        if (!was.there || was.mode != mode || was.set != set)
                tell_change(m, m->now, i, k, was.there ? "changed" : "joined", mode, set, why);
        *h = (struct slow_host){
                .there = true, .older = version < (f ? 2 : 3), .mode = mode, .set = set, .version = version,
                .partial = adds && (was.there ? was.partial : !m->all_told[f]), .refreshed = m->now,
                .expires = m->now + m->gmi[f],
        };
}

/* ---- queries: §6.6.1 ---- */

static int64_t window(int64_t now, int64_t ms)
{
        return now + ms + (ms > 500 ? ms / 10 : 50);
}

static void slow_query(struct slow *m, int i, int64_t ms, int rv, bool s, unsigned named)
{
        struct slow_group *g = &m->group[i];
        int64_t lmqt = m->now + rv * ms;

        if (!g->there)
                return;
        if (!named) {
                g->asked = m->now;
                g->asked_until = window(m->now, ms);
                if (!s && g->mode == MODE_EXCLUDE && g->timer > lmqt)
                        g->timer = lmqt;
                return;
        }
        g->sources = (g->sources_until >= m->now && g->sources_until ? g->sources : 0) | named;
        g->sources_asked = m->now;
        g->sources_until = window(m->now, ms);
        for (int k = 0; k < SOURCES; k++)
                if (!s && named >> k & 1 && g->source[k] > lmqt)
                        g->source[k] = lmqt;
}

/* ---- the conversation ---- */

static uint64_t state_of_chance;

static unsigned chance(unsigned n)
{
        state_of_chance = state_of_chance * UINT64_C(6364136223846793005) + 1442695040888963407u;
        return (unsigned)(state_of_chance >> 33) % n;
}

static void add_names(struct text *t, unsigned set)
{
        for (int i = 0, n = 0; i < SOURCES; i++)
                if (set >> i & 1)
                        text_add_format(t, "%s%c", n++ ? "," : " ", 'a' + i);
}

static void say_general(struct slow *m, struct text *line, int f)
{
        static const int intervals[] = {60, 125, 20};
        int rv = 1 + (int)chance(3), qi = intervals[chance(3)];
        int64_t ms = chance(2) ? 10000 : 2000;

        text_add_format(line, " r1 q%d %s %.3f %d %d", f ? 2 : 3, f ? "::" : "-", s_of(ms), rv, qi);
        m->rv[f] = rv;
        m->gmi[f] = rv * qi * 1000 + 2 * ms;
        m->ohpi[f] = rv * qi * 1000 + ms;
        m->asked[f] = m->now;
        m->asked_until[f] = window(m->now, ms);
}

static void say_specific(struct slow *m, struct text *line, int g)
{
        unsigned set = chance(2) ? chance(1 << SOURCES) : 0;
        bool s = !chance(3);
        int rv = 1 + (int)chance(3);
        int64_t ms = chance(2) ? 1000 : 300;

        text_add_format(line, " r1 q%d %s %.3f %d 125%s", family(g) ? 2 : 3, group_names[g], s_of(ms), rv, s ? " S" : "");
        add_names(line, set);
        slow_query(m, g, ms, rv, s, set);
}

static void say_report(struct slow *m, struct text *line, int g, int h)
{
        enum record_type type = (enum record_type)(IS_IN + chance(6));
        unsigned set = chance(3) ? chance(1 << SOURCES) : 0;

        text_add_format(line, " h%d %s %s", h + 1, record_name(type), group_names[g]);
        add_names(line, set);
        group_record(m, g, type, set, false, 3);
        host_record_slow(m, g, h, type, set, family(g) ? 2 : 3, record_name(type));
}

static void say_old(struct slow *m, struct text *line, int g, int h)
{
        bool leave = !chance(3);
        int version = family(g) ? 1 : leave || chance(3) ? 2 : 1;
        const char *why = !leave ? "report" : family(g) ? "done" : "leave";

        text_add_format(line, " h%d %s%s %s", h + 1, why, leave ? "" : version == 1 ? "1" : "2", group_names[g]);
        group_record(m, g, leave ? TO_IN : IS_EX, 0, true, version);
        host_record_slow(m, g, h, leave ? TO_IN : IS_EX, 0, version, why);
}

static void say(struct slow *m, struct text *line)
{
        static const int64_t steps[] = {0, 0, 100, 300, 1000, 1000, 2000, 5000, 10000, 30000, 60000, 125000};
        int g = (int)chance(GROUPS), h = (int)chance(HOSTS);
        unsigned what = chance(20);

        pass(m, m->now + steps[chance(sizeof steps / sizeof *steps)]);
        text_clear(line);
        text_add_format(line, "%.3f", s_of(m->now));
        if (what < 2)
                say_general(m, line, family(g));
        else if (what < 5)
                say_specific(m, line, g);
        else if (what < 8)
                say_old(m, line, g, h);
        else
                say_report(m, line, g, h);
        text_string(line);
}

/* Members without the word stale, which the slow one does not know. */
static struct text members_told(struct stage *s, double at)
{
        struct text t = members_at(s, at), out = {0};

        for (const char *p = t.p, *q; *p; p = q) {
                q = strstr(p, " stale");
                q = q ? q : p + strlen(p);
                text_add_n(&out, p, (size_t)(q - p));
                q += *q ? 6 : 0;
        }
        text_string(&out);
        text_free(&t);
        return out;
}

static void converse(uint64_t seed)
{
        struct stage s = stage_new(&(struct tracker_options){.ssm_off = true, .seed = {seed, seed * 3}});
        struct slow m = {.gmi = {270000, 270000}, .ohpi = {260000, 260000}, .rv = {2, 2}};
        struct text line = {0};

        state_of_chance = seed;
        for (int i = 0; i < STEPS; i++) {
                struct text want;
                say(&m, &line);
                stage_line(&s, line.p);
                want = slow_groups(&m);
                expect_text(groups_at(&s, s_of(m.now)), want.p, line.p);
                text_free(&want);
                want = slow_members(&m);
                expect_text(members_told(&s, s_of(m.now)), want.p, line.p);
                text_free(&want);
                expect_text(taken(&s, s_of(m.now), &s.log), text_string(&m.log), line.p);
                text_clear(&m.log);
        }
        text_free(&line);
        text_free(&m.log);
        stage_free(&s);
}

static void test_random(void **state)
{
        (void)state;
        for (uint64_t seed = 1; seed <= 3; seed++)
                converse(seed);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
