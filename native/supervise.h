/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_SUPERVISE_H
#define CONFIDE_SUPERVISE_H

#include <stdbool.h>
#include <sys/types.h>

#include "policy.h"

/*
 * Be the init: forward signals to the command, reap whatever ends, until the command has, and
 * then what it has left behind as far as the policy says so.
 *
 * All signals must be blocked. Wakes up only for a signal, or for a deadline that an option has
 * asked for. `command` is 0 for none (policy->pause); `own_group`: see wants_own_group.
 * Returns the exit code.
 */
int supervise(pid_t command, bool own_group, const struct policy *policy);

#endif
