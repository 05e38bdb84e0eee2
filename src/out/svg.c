/* SPDX-License-Identifier: BSD-2-Clause */
/* SVG 1.1 as far as our pictures need it: lines, boxes, dots, arrows, words, links. Looks come from classes, so that
 * one style sheet serves light, dark and paper; what colour tells, a shape or a pattern tells too. */
#include "igmpscope/out.h"

const char svg_style[] =
        ":root{color-scheme:light dark;--bg:#fff;--fg:#1b2430;--dim:#5b6675;--rule:#d5dbe3;--soft:#f3f5f8;"
        "--join:#0a7d45;--leave:#b3261e;--answer:#0b7285;--query:#2456c8;--data:#6b3fa0;--bad:#b3261e;--warn:#8a5a00}"
        "@media(prefers-color-scheme:dark){:root{--bg:#12161c;--fg:#e6eaf0;--dim:#9aa6b5;--rule:#313a47;"
        "--soft:#1b212a;--join:#5fd39a;--leave:#ff8f85;--answer:#62cfe0;--query:#8fb4ff;--data:#c9a5f7;"
        "--bad:#ff8f85;--warn:#f0be5f}}"
        "@media print{:root{color-scheme:light;--bg:#fff;--fg:#000;--dim:#444;--rule:#bbb;--soft:#fff;--join:#0a7d45;"
        "--leave:#b3261e;--answer:#0b7285;--query:#2456c8;--data:#6b3fa0;--bad:#b3261e;--warn:#8a5a00}}"
        "svg{font:12px system-ui,sans-serif;background:var(--bg);fill:none;stroke:none}"
        "svg text{fill:var(--fg);stroke:none}"
        "svg text.over{paint-order:stroke;stroke:var(--bg);stroke-width:4px;stroke-linejoin:round}"
        "svg text.dim,svg text.time{fill:var(--dim)}svg text.time{font-variant-numeric:tabular-nums}"
        "svg text.strong{font-weight:600}"
        "svg .life,svg .axis{stroke:var(--rule);stroke-width:1}svg .grid{stroke:var(--rule);stroke-dasharray:1 4}"
        "svg .head{fill:var(--soft);stroke:var(--rule)}svg .stripe{fill:var(--soft)}"
        "svg .join{stroke:var(--join)}svg .leave{stroke:var(--leave)}svg .answer{stroke:var(--answer)}"
        "svg .query{stroke:var(--query)}svg .data,svg .echo{stroke:var(--data)}svg .change{stroke:var(--join)}"
        "svg .expiry{stroke:var(--leave)}svg .other{stroke:var(--dim)}"
        "svg line.arrow{stroke-width:1.8}svg line.leave,svg line.expiry{stroke-dasharray:7 4}"
        "svg line.answer{stroke-dasharray:2 3}svg line.query{stroke-width:2.6}"
        "svg line.echo{stroke-dasharray:9 3 2 3}svg path.tip{stroke-width:1.8}"
        "svg path.cross{stroke-width:2.2}svg circle{stroke-width:1.8;fill:var(--bg)}"
        "svg circle.join,svg circle.change{fill:var(--join)}svg circle.query{fill:var(--query)}"
        "svg circle.tick{fill:var(--bg);stroke:var(--fg);stroke-width:1.4}"
        "svg rect.exclude{fill:var(--join);fill-opacity:.55;stroke:var(--join)}"
        "svg rect.include{fill:url(#hatch);stroke:var(--query)}svg .hatch{stroke:var(--query);stroke-width:2}"
        "svg rect.tail{stroke:var(--dim);stroke-dasharray:3 3}svg rect.rate{fill:var(--data)}"
        "svg path.must,svg path.should,svg path.notice{fill:var(--bg);stroke:var(--warn);stroke-width:2}"
        "svg path.must{fill:var(--bad);stroke:var(--bad)}svg path.notice{stroke:var(--dim)}"
        "svg a{cursor:pointer}svg rect.hit{fill:transparent}svg a:hover rect.hit,svg a:focus "
        "rect.hit{fill:var(--query);"
        "fill-opacity:.12}svg a:focus{outline:none}svg a:focus rect.hit{stroke:var(--query);stroke-width:2}";

void svg_open(struct text *t, int width, int height, const char *name, bool whole)
{
        text_add(t, whole ? "<svg xmlns=\"http://www.w3.org/2000/svg\"" : "<svg"); /* a page knows what svg is */
        markup_add(t, " width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"group\" aria-label=\"%s\">", width,
                   height, width, height, name);
        if (whole) {
                text_add(t, "<style>");
                text_add(t, svg_style);
                text_add(t, "</style>");
        }
        markup_add(t, "<title>%s</title>", name);
}

void svg_close(struct text *t)
{
        text_add(t, "</svg>\n");
}

void svg_line(struct text *t, const char *class, int x1, int y1, int x2, int y2)
{
        markup_add(t, "<line class=\"%s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", class, x1, y1, x2, y2);
}

void svg_box(struct text *t, const char *class, int x, int y, int width, int height)
{
        markup_add(t, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" "
                      "height=\"%d\"/>", class, x, y, width, height);
}

void svg_dot(struct text *t, const char *class, int x, int y, int r)
{
        markup_add(t, "<circle class=\"%s\" cx=\"%d\" cy=\"%d\" r=\"%d\"/>", class, x, y, r);
}

void svg_cross(struct text *t, const char *class, int x, int y)
{
        markup_add(t, "<path class=\"cross %s\" d=\"M%d %dl8 8m0 -8l-8 8\"/>", class, x - 4, y - 4);
}

void svg_arrow(struct text *t, const char *class, int x1, int x2, int y)
{
        int back = x2 > x1 ? -8 : 8;

        markup_add(t, "<line class=\"arrow %s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", class, x1, y, x2, y);
        markup_add(t, "<path class=\"tip %s\" d=\"M%d %dL%d %dL%d %d\"/>", class, x2 + back, y - 4, x2, y, x2 + back,
                   y + 4);
}

void svg_text(struct text *t, const char *class, enum svg_anchor a, int x, int y, const char *words)
{
        static const char *const anchors[] = {"start", "middle", "end"};

        markup_add(t, "<text class=\"%s\" text-anchor=\"%s\" x=\"%d\" y=\"%d\">%s</text>", class, anchors[a], x, y,
                   words);
}

void svg_link(struct text *t, const char *to, const char *name)
{
        markup_add(t, "<a href=\"%s\"><title>%s</title>", to, name);
}

void svg_link_end(struct text *t)
{
        text_add(t, "</a>");
}
