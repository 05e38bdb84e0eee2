/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening a laboratory, finding one's way in it, and its end. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int lab_open(struct lab **out, const struct topology *t, const struct lab_options *o, struct error *err)
{
        struct lab *lab = calloc(1, sizeof *lab);

        *out = NULL;
        if (!lab)
                return error_set(err, "laboratory: no memory");
        lab->topology = t;
        lab->options = o ? *o : (struct lab_options){0};
        lab->home = -1;
        lab->keeper = (struct keeper){0, -1, -1};
        if (lab->options.hosts && !t->grows) {
                error_set(err, "topology %s has a fixed number of hosts", t->name);
                goto fail;
        }
        if (lab->options.hosts < 0 || lab->options.hosts > LAB_HOSTS) {
                error_set(err, "%d hosts: at most %d", lab->options.hosts, LAB_HOSTS);
                goto fail;
        }
        if (namespace_isolate(err) || (lab->home = namespace_current(err)) < 0 || keeper_start(&lab->keeper, err))
                goto fail;
        int built = lab_build(lab, err);
        lab_leave(lab);
        if (built)
                goto fail;
        *out = lab;
        return 0;
fail:
        lab_close(lab);
        return -1;
}

void lab_close(struct lab *lab)
{
        struct lab_process *next;

        if (!lab)
                return;
        for (size_t i = 0; i < lab->n_sources; i++)
                capture_close(lab->sources[i].capture);
        keeper_stop(lab);
        for (struct lab_process *p = lab->processes; p; p = next) {
                next = p->next;
                process_free(p);
        }
        for (size_t i = 0; i < lab->n_hosts; i++) {
                if (lab->hosts[i].rtnl >= 0)
                        close(lab->hosts[i].rtnl);
                close(lab->hosts[i].netns);
        }
        if (lab->home >= 0)
                close(lab->home);
        free(lab);
}

const struct lab_host *lab_find(const struct lab *lab, const char *host, struct error *err)
{
        struct text names = {0};

        for (size_t i = 0; i < lab->n_hosts; i++)
                if (!strcmp(lab->hosts[i].name, host))
                        return &lab->hosts[i];
        for (size_t i = 0; err && i < lab->n_hosts; i++)
                text_add_format(&names, "%s%s", i ? ", " : "", lab->hosts[i].name);
        error_set(err, "no host '%s' in topology %s; there are: %s", host, lab->topology->name, text_string(&names));
        text_free(&names);
        return NULL;
}

int lab_enter(struct lab *lab, const char *host, struct error *err)
{
        const struct lab_host *h = lab_find(lab, host, err);
        return h ? namespace_enter(h->netns, err) : -1;
}

void lab_leave(struct lab *lab)
{
        if (namespace_enter(lab->home, NULL))
                abort(); /* it is our own: acting in the wrong network must not happen */
}

const struct topology *lab_topology(const struct lab *lab)
{
        return lab->topology;
}

const struct lab_link *lab_link_at(const struct lab *lab, size_t i)
{
        return i < lab->n_links ? &lab->links[i] : NULL;
}

const char *lab_host_at(const struct lab *lab, size_t i)
{
        return i < lab->n_hosts ? lab->hosts[i].name : NULL;
}

const struct lab_end *lab_end(const struct lab *lab, const char *host, const char *interface)
{
        for (size_t i = 0; i < 2 * lab->n_links; i++) {
                const struct lab_end *e = &lab->links[i / 2].end[i % 2];
                if (!strcmp(e->host, host) && (!interface || !strcmp(e->interface, interface)))
                        return e;
        }
        return NULL;
}

struct addr lab_host_address(const struct lab *lab, const char *host, int family)
{
        const struct lab_end *e = lab_end(lab, host, NULL);

        if (!e)
                return (struct addr){0};
        return family == AF_INET6 ? e->addr6 : e->addr4;
}

const char *lab_address_host(const struct lab *lab, const struct addr *a)
{
        for (size_t i = 0; a->len && i < 2 * lab->n_links; i++) {
                const struct lab_end *e = &lab->links[i / 2].end[i % 2];
                if (addr_equal(&e->addr4, a) || addr_equal(&e->addr6, a))
                        return e->host;
        }
        return NULL;
}

int lab_set(struct lab *lab, const char *host, const char *name, const char *value, struct error *err)
{
        int r = lab_enter(lab, host, err);

        if (!r)
                r = sysctl_write(name, value, true, err);
        lab_leave(lab);
        return r;
}

int lab_interface_up(struct lab *lab, const char *host, const char *interface, bool up, struct error *err)
{
        const struct lab_host *h = lab_find(lab, host, err);
        return h ? link_up(h->rtnl, interface, up, err) : -1;
}

char *lab_program(char *path, size_t size)
{
        ssize_t n = readlink("/proc/self/exe", path, size - 1);

        path[n > 0 ? n : 0] = '\0';
        if (n <= 0 || access(path, X_OK))
                snprintf(path, size, "/proc/self/exe");
        return path;
}
