/* SPDX-License-Identifier: BSD-2-Clause */
/* pcap-filter(7) expressions over frames of a savefile: compiled once for each link type there. */
#include "igmpscope/net.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"

enum { PROGRAMS = 32 };

struct program {
        int link;
        bool usable; /* false: this link type knows no such filter, so that nothing of it matches */
        struct bpf_program code;
};

struct filter {
        char *text;
        size_t n;
        struct program programs[PROGRAMS];
};

int link_of_dlt(int dlt)
{
        return dlt == DLT_RAW ? LINK_RAW : dlt;
}

int dlt_of_link(int link)
{
        return link == LINK_RAW ? DLT_RAW : link;
}

static int compile(const struct filter *f, struct program *p, struct error *err)
{
        pcap_t *dead = pcap_open_dead(dlt_of_link(p->link), PACKET_MAX);
        int rc = 0;

        if (!dead)
                return error_set(err, "no memory");
        p->usable = pcap_compile(dead, &p->code, f->text, 1, PCAP_NETMASK_UNKNOWN) == 0;
        if (!p->usable && !f->n)
                rc = error_set(err, "filter '%s': %s (pcap-filter(7) is its grammar)", f->text,
                               pcap_geterr(dead));
        pcap_close(dead);
        return rc;
}

static struct program *program_for(struct filter *f, int link, struct error *err)
{
        struct program *p = f->programs;

        for (size_t i = 0; i < f->n; i++, p++)
                if (p->link == link)
                        return p;
        if (f->n == PROGRAMS) {
                error_set(err, "filter '%s': over %d link types in one file", f->text, PROGRAMS);
                return NULL;
        }
        p->link = link;
        if (compile(f, p, err) < 0)
                return NULL;
        f->n++;
        return p;
}

int filter_open(struct filter **f, const char *text, int link, struct error *err)
{
        *f = calloc(1, sizeof **f);
        if (!*f || !((*f)->text = strdup(text)))
                error_set(err, "no memory");
        else if (link < 0 || program_for(*f, link, err))
                return 0;
        filter_close(*f);
        *f = NULL;
        return -1;
}

int filter_accepts(struct filter *f, const struct frame *frame, struct error *err)
{
        struct pcap_pkthdr h = {.caplen = frame->caplen, .len = frame->len};
        const struct program *p = f->programs;

        if (!f->n || p->link != frame->link)
                p = program_for(f, frame->link, err);
        if (!p)
                return -1;
        return p->usable && pcap_offline_filter(&p->code, &h, frame->data.p) != 0;
}

void filter_close(struct filter *f)
{
        if (!f)
                return;
        for (size_t i = 0; i < f->n; i++)
                if (f->programs[i].usable)
                        pcap_freecode(&f->programs[i].code);
        free(f->text);
        free(f);
}
