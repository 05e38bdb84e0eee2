/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of verbs, and finding one by a unique prefix. */
#include "igmpscope/cmd.h"

#include <string.h>

static const struct verb *const verbs[] = {
#define X(name) &verb_##name,
        VERBS(X)
#undef X
};

const struct verb *verb_at(size_t i)
{
        return i < sizeof verbs / sizeof *verbs ? verbs[i] : NULL;
}

const struct verb *verb_find(const char *word, struct error *err)
{
        const struct verb *found = NULL;
        struct text several = {0};
        int n = 0;

        for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
                if (!strcmp(verbs[i]->name, word)) {
                        text_free(&several);
                        return verbs[i];
                }
                if (strncmp(verbs[i]->name, word, strlen(word)) || !*word)
                        continue;
                found = verbs[i];
                text_add_format(&several, n++ ? ", %s" : "%s", found->name);
        }
        if (n > 1)
                error_set(err, "'%s' may be any of: %s; write more of it", word, text_string(&several));
        else if (!n)
                error_set(err, "no verb '%s'; `igmpscope help` lists them", word);
        text_free(&several);
        return n == 1 ? found : NULL;
}
