/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_SUPERVISE_H
#define CONFIDE_SUPERVISE_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Be the init: forward signals to the command, reap whatever ends, until the command has.
 * All signals must be blocked. Wakes up only for a signal. Returns the command's exit code.
 * `own_group`: see wants_own_group.
 */
int supervise(pid_t command, bool own_group);

#endif
