/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules that need history. */
#include "rule.h"

static const struct rule rows[] = {{.id = ""}};

const struct rule_set rules_sequence = {rows, 0};
