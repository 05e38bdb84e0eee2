/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts that a line is made of: how each is read, whether a sighting fits it, how far off one is that does not.
 * The subject's parts have no word of their own: expect_parse.c reads them. */
#include "igmpscope/expect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "expectation.h"

/* ---- reading ---- */

static bool number(const char *text, int64_t *v)
{
        uint64_t u;

        if (!parse_uint(text, INT64_MAX - 1, &u))
                return false;
        *v = (int64_t)u;
        return true;
}

/* A..B, A.., ..B; a single value means first..value, or just it. */
static bool range_of(const char *word, bool (*read)(const char *, int64_t *), bool up_to, struct range *r)
{
        const char *dots = word ? strstr(word, "..") : NULL;
        char left[64];

        *r = (struct range){0, INT64_MAX};
        if (!word || !strcmp(word, ".."))
                return false;
        if (!dots) {
                if (!read(word, &r->hi))
                        return false;
                r->lo = up_to ? 0 : r->hi;
                return true;
        }
        if (dots - word >= (int)sizeof left)
                return false;
        snprintf(left, sizeof left, "%.*s", (int)(dots - word), word);
        return (!*left || read(left, &r->lo)) && (!dots[2] || read(dots + 2, &r->hi)) && r->lo <= r->hi;
}

static bool one_address(struct line *l, struct addr *a)
{
        const char *word = line_take(l);

        return word && addr_parse(word, a);
}

static bool parse_by(struct line *l, struct expectation *e) { return one_address(l, &e->want.by); }
static bool parse_from(struct line *l, struct expectation *e) { return one_address(l, &e->want.from); }

static bool parse_version(struct line *l, struct expectation *e)
{
        return range_of(line_take(l), number, false, &e->want.version) && e->want.version.lo <= 3;
}

static bool parse_ttl(struct line *l, struct expectation *e)
{
        return range_of(line_take(l), number, false, &e->want.ttl) && e->want.ttl.lo <= 255;
}

static bool parse_vlan(struct line *l, struct expectation *e)
{
        return range_of(line_take(l), number, false, &e->want.vlan) && e->want.vlan.lo <= 4095;
}

static bool parse_count(struct line *l, struct expectation *e)
{
        return range_of(line_take(l), number, false, &e->count);
}

static bool parse_within(struct line *l, struct expectation *e)
{
        return range_of(line_take(l), parse_seconds, true, &e->within);
}

static bool parse_at(struct line *l, struct expectation *e)
{
        const char *word = line_take(l);

        return word && parse_seconds(word, &e->at_ns);
}

static bool parse_record(struct line *l, struct expectation *e)
{
        const char *word = line_take(l);

        uint8_t type = IS_IN;

        while (word && type <= BLOCK && strcmp(word, record_name(type)))
                type++;
        e->want.record = type;
        return word && type <= BLOCK;
}

static bool parse_severity(struct line *l, struct expectation *e)
{
        const char *word = line_take(l);

        for (int s = SEVERITY_NOTICE; word && s <= SEVERITY_MUST; s++) {
                e->want.severity = (enum severity)s;
                if (!strcmp(word, severity_name(e->want.severity)))
                        return true;
        }
        return false;
}

static bool parse_on(struct line *l, struct expectation *e)
{
        const char *word = line_take(l);
        int n = word ? snprintf(e->want.on, sizeof e->want.on, "%s", word) : 0;

        return n > 0 && n < (int)sizeof e->want.on;
}

int selector_listed(const struct selector *w, const struct addr *a)
{
        for (int i = 0; i < w->n_list; i++)
                if (addr_equal(&w->list[i], a))
                        return i;
        return -1;
}

static bool parse_hosts(struct line *l, struct expectation *e)
{
        struct addr a;

        if (line_peek(l) && !strcmp(line_peek(l), "none"))
                return line_take(l);
        while (line_peek(l) && !clause_word(line_peek(l))) {
                if (!addr_parse(line_take(l), &a) || e->want.n_list == HOSTS_MAX)
                        return false;
                if (selector_listed(&e->want, &a) < 0)
                        e->want.list[e->want.n_list++] = a;
        }
        return true;
}

/* ---- fitting ---- */

static bool filter_lists(const struct filter *f, const struct addr *a)
{
        uint32_t lo = 0, hi = f->n;

        while (lo < hi) {
                uint32_t mid = lo + (hi - lo) / 2;
                int order = addr_compare(&f->sources[mid], a);
                if (!order)
                        return true;
                if (order < 0)
                        lo = mid + 1;
                else
                        hi = mid;
        }
        return false;
}

bool filter_names(const struct filter *f, const struct addr *a)
{
        return f->mode == MODE_INCLUDE && filter_lists(f, a);
}

static bool filter_hears(const struct filter *f, const struct addr *a)
{
        return f->mode != MODE_NONE && filter_lists(f, a) == (f->mode == MODE_INCLUDE);
}

bool filter_gains(const struct filter *from, const struct filter *to, const struct addr *a)
{
        return filter_names(to, a) && !filter_hears(from, a);
}

static bool listed(const struct sources *s, const struct addr *a)
{
        for (uint16_t i = 0; i < s->n; i++) {
                struct addr one = source_at(s, i);
                if (addr_equal(&one, a))
                        return true;
        }
        return false;
}

static uint32_t low32(const struct addr *a)
{
        const uint8_t *b = a->b + a->len - 4;

        return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

bool selector_group(const struct selector *want, const struct addr *group, size_t *index)
{
        const struct addr *first = &want->group.group;
        struct addr last;

        *index = 0;
        if (!(want->given & PART(GROUP)))
                return true;
        last = addr_plus(first, want->group.count - 1);
        if (group->len != first->len || addr_compare(group, first) < 0 || addr_compare(group, &last) > 0)
                return false;
        *index = low32(group) - low32(first);
        return true;
}

static bool fits_group(const struct selector *want, const struct sighting *s)
{
        size_t index;

        return (want->each && s->what == SIGHT_QUERY && !s->group.len) || selector_group(want, &s->group, &index);
}

/* A change is about a source that it adds or takes away: is_join and is_leave know which. */
static bool fits_source(const struct selector *want, const struct sighting *s)
{
        const struct addr *a = &want->group.source;
        const struct change *c = s->change;

        if (s->what != SIGHT_CHANGE)
                return s->sources ? listed(s->sources, a) : addr_equal(&s->from, a);
        return filter_gains(&c->from, &c->to, a) || filter_gains(&c->to, &c->from, a);
}

static bool fits_asked(const struct selector *want, const struct sighting *s) /* just these sources, in any order */
{
        if (!s->sources || s->sources->n != want->n_list)
                return false;
        for (uint8_t i = 0; i < want->n_list; i++)
                if (!listed(s->sources, &want->list[i]))
                        return false;
        return true;
}

bool selector_vlan(const struct selector *want, const uint16_t *vlan, uint8_t n)
{
        for (uint8_t i = 0; i < n; i++)
                if (range_holds(&want->vlan, vlan[i]))
                        return true;
        return false;
}

#define FITS(name, test) \
        static bool fits_##name(const struct selector *w, const struct sighting *s) \
        { \
                (void)w; \
                return test; \
        }

FITS(port, w->group.port == s->port)
FITS(general, !s->group.len)
FITS(intact, !s->broken)
FITS(rule, w->rule == s->finding->rule)
FITS(by, addr_equal(&w->by, &s->by))
FITS(from, addr_equal(&w->from, &s->from))
FITS(version, range_holds(&w->version, s->version))
FITS(record, w->record == s->record)
FITS(ttl, range_holds(&w->ttl, s->ttl))
FITS(severity, s->finding->severity >= w->severity)
FITS(on, s->interface && !strcmp(w->on, s->interface))
FITS(vlan, selector_vlan(w, s->vlan, s->n_vlan))

/* ---- saying what was there instead ---- */

static void say_version(const struct sighting *s, struct phrase *w)
{
        phrase_add(w, "version %d", s->version);
}

static void say_ttl(const struct sighting *s, struct phrase *w)
{
        phrase_add(w, "ttl %d", s->ttl);
}

static void say_broken(const struct sighting *s, struct phrase *w)
{
        (void)s;
        phrase_add(w, "bad checksum");
}

static void say_on(const struct sighting *s, struct phrase *w)
{
        phrase_add(w, s->interface ? "on %s" : "on no named interface", s->interface);
}

static void say_vlan(const struct sighting *s, struct phrase *w)
{
        phrase_add(w, s->n_vlan ? "vlan" : "no vlan");
        for (uint8_t i = 0; i < s->n_vlan; i++)
                phrase_add(w, " %d", s->vlan[i]);
}

static void say_sources(const struct sighting *s, struct phrase *w)
{
        char buf[ADDR_TEXT];

        if (!s->sources) /* a change or a datagram tells them in its words */
                return;
        phrase_add(w, s->sources->n ? "sources" : "no sources");
        for (uint16_t i = 0; i < s->sources->n && i < 4; i++) {
                struct addr a = source_at(s->sources, i);
                phrase_add(w, " %s", addr_format(&a, buf));
        }
        phrase_add(w, s->sources->n > 4 ? " …" : "");
}

#define NUMBER "a number, or A..B, A.., ..B with A not above B"
#define SECONDS "seconds: A..B, A.. or ..B with A not above B, or B for 0..B"
#define MOMENT "seconds from the first frame, or since 1970"
#define RECORDS "is_in, is_ex, to_in, to_ex, allow or block"
#define EVENT \
        "an event (join, leave, expire, report, query, data or echo), its group if it is another one, `of` and an " \
        "address if it matters whose"

const struct part_row part_rows[PART_END] = {
        [PART_GROUP] = {NULL, NULL, NULL, fits_group, NULL, 60},
        [PART_SOURCE] = {NULL, NULL, NULL, fits_source, say_sources, 20},
        [PART_PORT] = {NULL, NULL, NULL, fits_port, NULL, 20},
        [PART_GENERAL] = {NULL, NULL, NULL, fits_general, NULL, 25},
        [PART_ASKED] = {NULL, NULL, NULL, fits_asked, say_sources, 20},
        [PART_RULE] = {NULL, NULL, NULL, fits_rule, NULL, 100},
        [PART_INTACT] = {NULL, NULL, NULL, fits_intact, say_broken, 10},
        [PART_BY] = {"by", "an address", parse_by, fits_by, NULL, 40},
        [PART_FROM] = {"from", "an address", parse_from, fits_from, NULL, 40},
        [PART_VERSION] = {"version", "1, 2 or 3", parse_version, fits_version, say_version, 10},
        [PART_RECORD] = {"record", RECORDS, parse_record, fits_record, NULL, 10},
        [PART_TTL] = {"ttl", NUMBER, parse_ttl, fits_ttl, say_ttl, 10},
        [PART_SEVERITY] = {"severity", "notice, should or must", parse_severity, fits_severity, NULL, 10},
        [PART_ON] = {"on", "the name of an interface", parse_on, fits_on, say_on, 30},
        [PART_VLAN] = {"vlan", NUMBER, parse_vlan, fits_vlan, say_vlan, 30},
        [PART_WITHIN] = {"within", SECONDS, parse_within, NULL, NULL, 0},
        [PART_AFTER] = {"after", EVENT, line_event, NULL, NULL, 0},
        [PART_COUNT] = {"count", NUMBER, parse_count, NULL, NULL, 0},
        [PART_AT] = {"at", MOMENT, parse_at, NULL, NULL, 0},
        [PART_HOSTS] = {"hosts", "addresses, at most 64, or `none`", parse_hosts, NULL, NULL, 0},
};

unsigned selector_distance(const struct selector *want, const struct sighting *s, uint32_t *off)
{
        unsigned distance = 0;

        *off = 0;
        if (!(want->verb->sights >> s->what & 1))
                return WEIGHT_FAR;
        if (!want->verb->is(want, s))
                distance = WEIGHT_EVENT;
        for (int i = 0; i < PART_END; i++) {
                if (!(want->given >> i & 1) || !part_rows[i].fits || part_rows[i].fits(want, s))
                        continue;
                *off |= UINT32_C(1) << i;
                distance += part_rows[i].weight;
        }
        return distance;
}
