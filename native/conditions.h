/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_CONDITIONS_H
#define CONFIDE_CONDITIONS_H

#include "identity.h"
#include "policy.h"

/*
 * In the child: what the options say about the process that the command will be. `identity` is
 * NULL for ours. Returns 0, or an exit code after it has said why.
 */
int set_conditions(const struct policy *policy, const struct identity *identity);

#endif
