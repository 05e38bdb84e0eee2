/* SPDX-License-Identifier: BSD-2-Clause */
/* The page: one file, nothing fetched, readable without JavaScript and on paper. A content security policy says so to
 * the browser as well: no source of anything but our own style and the one script whose hash it names. */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *pool(const struct report *r, size_t at)
{
        return at == SIZE_MAX ? "" : r->pool.p + at;
}

static void date(int64_t ns, char out[48])
{
        time_t s = (time_t)(ns / 1000000000);
        struct tm tm = {0};

        gmtime_r(&s, &tm);
        strftime(out, 48, "%Y-%m-%d %H:%M:%S UTC", &tm);
}

static void fact(struct text *t, const char *name, uint64_t n)
{
        markup_add(t, "<div><dt>%s</dt><dd>%llu</dd></div>", name, (unsigned long long)n);
}

static void page_head(const struct report *r, struct text *t)
{
        char when[48];

        text_add(t, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                    "style-src 'unsafe-inline'; script-src '");
        text_add(t, report_script_hash);
        text_add(t, "'\"/><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>"
                    "<meta name=\"referrer\" content=\"no-referrer\"/>");
        markup_add(t, "<title>%s: multicast membership</title><style>", r->name);
        text_add(t, svg_style);
        text_add(t, report_style);
        text_add(t, "</style></head>\n<body><a class=\"skip\" href=\"#packets\">Skip to the packets</a>\n<header>");
        date(r->first_ns, when);
        markup_add(t, "<p class=\"over\">igmpscope report</p><h1>%s</h1><p>%s, %.3f seconds</p><dl class=\"facts\">",
                   r->name, when, report_seconds(r, r->last_ns));
        fact(t, "frames", r->frames);
        fact(t, "about multicast", r->relevant);
        fact(t, r->more_hosts ? "hosts, at least" : "hosts", (uint64_t)r->n_hosts);
        fact(t, r->more_groups ? "groups, at least" : "groups", (uint64_t)r->n_groups);
        fact(t, "rules broken (must)", r->by_severity[SEVERITY_MUST]);
        fact(t, "other findings", r->by_severity[SEVERITY_SHOULD] + r->by_severity[SEVERITY_NOTICE]);
        text_add(t, "</dl><nav aria-label=\"Parts of this page\"><a href=\"#ladder\">Ladder</a>"
                    "<a href=\"#memberships\">Memberships</a><a href=\"#queriers\">Queriers</a>"
                    "<a href=\"#data\">Data</a><a href=\"#findings\">Findings</a><a href=\"#packets\">Packets</a>"
                    "</nav></header>\n<main>\n");
}

static void section(struct text *t, const char *id, const char *title, const char *about)
{
        markup_add(t, "<section id=\"%s\" aria-labelledby=\"%s-h\"><h2 id=\"%s-h\">%s</h2><p "
                      "class=\"about\">%s</p>\n", id,
                   id, id, title, about);
}

static void picture(struct text *t, const char *name, const struct report *r,
                    void (*draw)(const struct report *, struct text *))
{
        markup_add(t, "<div class=\"wide\" role=\"region\" aria-label=\"%s\" tabindex=\"0\">", name);
        draw(r, t);
        text_add(t, "</div>");
}

static void ladder(const struct report *r, struct text *t)
{
        report_ladder(r, t, false);
}

/* What each line looks like, drawn by the same hands as the picture. */
static void legend(struct text *t)
{
        text_add(t, "<ul class=\"legend\" aria-label=\"Kinds of lines\">");
        for (int k = 0; k < STEP_OTHER; k++) {
                const char *name = step_words[k].name;
                text_add(t, "<li><svg width=\"58\" height=\"16\" aria-hidden=\"true\">");
                svg_arrow(t, name, 6, 46, 8);
                if (k == STEP_LEAVE || k == STEP_EXPIRY)
                        svg_cross(t, name, 53, 8);
                svg_dot(t, name, 6, 8, k == STEP_DATA ? 3 : 4);
                markup_add(t, "</svg>%s</li>", step_words[k].plural);
        }
        text_add(t, "</ul>");
}

static void pictures(const struct report *r, struct text *t)
{
        section(t, "ladder", "Ladder", "Who sent what about which group, in order of time. Each line leads to "
                   "its packet; "
                                       "a triangle marks a packet that broke a rule.");
        legend(t);
        picture(t, "Ladder, scrolls sideways", r, ladder);
        text_add(t, "</section>\n");
        section(t, "memberships", "Memberships",
                "A bar for each host and group. Filled: EXCLUDE, any source but the named ones. Hatched: INCLUDE,"
                " only the "
                "named ones. Rings are reports, a cross is a leave or an expiry; the dashed tail runs on to "
                "where the "
                "membership expires if nobody speaks again.");
        if (r->n_spans)
                picture(t, "Memberships, scrolls sideways", r, report_timeline);
        else
                text_add(t, "<p>Nobody joined anything, as far as this capture shows.</p>");
        if (r->left_spans)
                markup_add(t, "<p class=\"folded\">%llu later memberships are not drawn.</p>",
                           (unsigned long long)r->left_spans);
        text_add(t, "</section>\n");
}

static void queriers(const struct report *r, struct text *t)
{
        char address[ADDR_TEXT];

        section(t, "queriers", "Queriers", "Who asks, how often it says it does, and how often it was seen to.");
        if (!r->n_queriers) {
                text_add(t, "<p>Nobody asks on this link: memberships are not refreshed, and snooping switches "
                            "may forget "
                            "them.</p></section>\n");
                return;
        }
        text_add(t, "<div class=\"wide\" role=\"region\" aria-label=\"Queriers, scrolls sideways\" "
                    "tabindex=\"0\"><table>"
                    "<thead><tr><th scope=\"col\">querier</th><th scope=\"col\">elected</th><th "
                    "scope=\"col\">version</th>"
                    "<th scope=\"col\">interval it says</th><th scope=\"col\">interval measured</th>"
                    "<th scope=\"col\">robustness</th><th scope=\"col\">answer within</th><th "
                    "scope=\"col\">queries</th>"
                    "<th scope=\"col\">first, last</th></tr></thead><tbody>");
        for (size_t i = 0; i < r->n_queriers; i++) {
                const struct querier *q = &r->queriers[i];
                markup_add(t, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s%u</td>",
                           addr_format(&q->address, address), q->elected ? "yes" : "no",
                           q->address.len == 16 ? "MLDv" : "IGMPv", q->version);
                markup_add(t, q->interval_s ? "<td>%u s</td>" : "<td>—</td>", q->interval_s);
                markup_add(t, q->measured_interval_s > 0 ? "<td>%.1f s</td>" : "<td>—</td>", q->measured_interval_s);
                markup_add(t, q->qrv ? "<td>%u</td>" : "<td>—</td>", q->qrv);
                markup_add(t, "<td>%.1f s</td><td>%llu</td><td>%.3f s, %.3f s</td></tr>", q->max_resp_ms / 1000.0,
                           (unsigned long long)q->queries, report_seconds(r, q->first_ns),
                           report_seconds(r, q->last_ns));
        }
        text_add(t, "</tbody></table></div></section>\n");
}

static void data(const struct report *r, struct text *t)
{
        section(t, "data", "Data", "Bytes of UDP payload to each group over time.");
        if (r->rates.used)
                picture(t, "Data rates, scrolls sideways", r, report_rates);
        else
                text_add(t, "<p>No data was sent to any group.</p>");
        text_add(t, "</section>\n");
}

static void finding_case(const struct report *r, const struct finding *f, struct text *t)
{
        const struct step *s = report_step(r, f->frame);
        char host[ADDR_TEXT];

        text_add(t, "<li>");
        if (s)
                markup_add(t, "<a href=\"#p%llu\">frame %llu</a>", (unsigned long long)f->frame,
                           (unsigned long long)f->frame);
        else if (f->frame)
                markup_add(t, "frame %llu", (unsigned long long)f->frame);
        markup_add(t, " <time>%.3f s</time> <b>%s</b> seen <q>%s</q>, expected "
                      "<q>%s</q>", report_seconds(r, f->time_ns),
                   addr_format(&f->host, host), f->seen, f->expected);
        if (s)
                markup_add(t, "<span class=\"packet\">%s</span>", pool(r, s->words));
        text_add(t, "</li>");
}

/* A rule, where f is the first that breaks it, and all that do. */
static void rule_findings(const struct report *r, size_t f, struct text *t)
{
        const struct rule *rule = r->findings[f].rule;

        for (size_t i = 0; i < f; i++)
                if (r->findings[i].rule == rule)
                        return;
        markup_add(t, "<article class=\"%s\" id=\"rule-%s\"><h3><span class=\"badge\">%s</span> %s</h3><p>%s "
                   "<cite>%s</cite></p><ul>", severity_name(rule->severity), rule->id, severity_name(rule->severity),
                   rule->id, rule->text, rule->cite);
        for (size_t i = f; i < r->n_findings; i++)
                if (r->findings[i].rule == rule)
                        finding_case(r, &r->findings[i], t);
        text_add(t, "</ul></article>\n");
}

static void findings(const struct report *r, struct text *t)
{
        section(t, "findings", "Findings", "Rules that packets broke: the rule, where it stands, and the packets.");
        if (!r->n_findings)
                text_add(t, "<p class=\"good\">No rule was broken.</p>");
        for (int severity = SEVERITY_MUST; severity >= 0; severity--)
                for (size_t i = 0; i < r->n_findings; i++)
                        if ((int)r->findings[i].rule->severity == severity)
                                rule_findings(r, i, t);
        if (r->left_findings)
                markup_add(t, "<p class=\"folded\">%llu more findings are not listed; <code>igmpscope "
                              "lint</code> has "
                           "them.</p>", (unsigned long long)r->left_findings);
        text_add(t, "</section>\n");
}

static void filter(struct text *t)
{
        text_add(t, "<form id=\"filter\" hidden=\"hidden\"><label for=\"find\">Filter</label> "
                    "<input id=\"find\" type=\"search\" autocomplete=\"off\" aria-describedby=\"said keys\" "
                    "placeholder=\"239.1.1.1 join\"/> <fieldset id=\"kinds\"><legend>Kinds</legend>");
        for (int k = 0; k < STEP_KINDS; k++)
                if (k != STEP_EXPIRY)
                        markup_add(t, "<label><input type=\"checkbox\" checked=\"checked\" value=\"%s\"/> %s</label>",
                                   step_words[k].name, step_words[k].plural);
        text_add(t, "</fieldset><p><span id=\"said\" role=\"status\"></span> <span id=\"keys\">Keys: "
                    "<kbd>/</kbd> filter, "
                    "<kbd>j</kbd> <kbd>k</kbd> next and previous packet, <kbd>Enter</kbd> opens "
                    "it.</span></p></form>\n");
}

static void packet_findings(const struct report *r, const struct step *s, struct text *t)
{
        for (size_t i = 0; s->flagged && i < r->n_findings; i++)
                if (r->findings[i].frame == s->frame)
                        markup_add(t, "<p class=\"%s\"><a href=\"#rule-%s\">%s</a>: seen %s, expected %s</p>",
                                   severity_name(r->findings[i].severity), r->findings[i].rule->id,
                                   r->findings[i].rule->id, r->findings[i].seen, r->findings[i].expected);
}

static void packet(const struct report *r, const struct step *s, struct text *t)
{
        char host[ADDR_TEXT], dst[ADDR_TEXT];

        report_host_name(r, s->from, host);
        if (s->src.len && !addr_is_unspecified(&s->src))
                addr_format(&s->src, host);
        markup_add(t, "<details class=\"p %s\" id=\"p%llu\"><summary><b>%llu</b><i>%.3f</i><em>%s</em><u>%s → %s</u>",
                   step_words[s->kind].name, (unsigned long long)s->frame, (unsigned long long)s->frame,
                   report_seconds(r, s->time_ns), step_words[s->kind].name, host, addr_format(&s->dst, dst));
        markup_add(t, "<span>%s", pool(r, s->words));
        if (s->folded)
                markup_add(t, "; and %llu more of this flow until %.3f s (frame %llu)", (unsigned long long)s->folded,
                           report_seconds(r, s->last_ns), (unsigned long long)s->last_frame);
        if (s->flagged)
                markup_add(t, "<strong class=\"%s\">breaks a rule</strong>", severity_name(s->flagged - 1));
        text_add(t, "</span></summary>");
        packet_findings(r, s, t);
        if (s->tree == SIZE_MAX)
                text_add(t, "</details>\n");
        else
                markup_add(t, "<pre>%s</pre></details>\n", pool(r, s->tree));
}

static void packets(const struct report *r, struct text *t)
{
        section(t, "packets", "Packets", "IGMP, MLD and multicast UDP, each with its fields.");
        filter(t);
        text_add(t, "<div id=\"list\">\n");
        for (size_t i = 0; i < r->n_steps; i++)
                if (r->steps[i].frame)
                        packet(r, &r->steps[i], t);
        text_add(t, "</div>");
        if (r->left_steps)
                markup_add(t, "<p class=\"folded\">%llu later packets and expiries are not listed: a report "
                              "keeps the first "
                           "%d, and %d more that break a rule. A filter (<code>igmpscope report -r FILE -o "
                           "FILE.html 'host "
                           "192.0.2.1'</code>) shows others.</p>", (unsigned long long)r->left_steps, REPORT_STEPS,
                           REPORT_FLAGGED);
        if (r->left_trees)
                markup_add(t, "<p class=\"folded\">The fields of %llu packets were left out, to keep this page "
                              "small; "
                           "<code>igmpscope watch -r FILE -v</code> shows "
                           "them.</p>", (unsigned long long)r->left_trees);
        text_add(t, "</section>\n");
}

void report_page(const struct report *r, struct text *t)
{
        page_head(r, t);
        pictures(r, t);
        queriers(r, t);
        data(r, t);
        findings(r, t);
        packets(r, t);
        text_add(t, "</main><footer>Made by igmpscope. This page holds all it shows and fetches "
                    "nothing.</footer><script>");
        text_add(t, report_script);
        text_add(t, "</script></body></html>\n");
}
