/* SPDX-License-Identifier: BSD-2-Clause */
/* The one sentence for capture and injection where CAP_NET_RAW is missing: three ways to have it. */
#include "igmpscope/net.h"

#include <unistd.h>

#include "permitted.h"

int not_permitted(const char *name, const char *doing, struct error *err)
{
        char self[256] = "igmpscope";
        ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

        if (n > 0)
                self[n] = 0;
        return error_set(err, "%s: %s takes a right: run it with sudo; or give it to the program once: "
                         "sudo setcap cap_net_raw,cap_net_admin+ep %s; or work where you have it: "
                         "igmpscope lab shell", name, doing, self);
}
