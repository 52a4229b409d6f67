/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_SUPERVISE_H
#define CONFIDE_SUPERVISE_H

#include <sys/types.h>

/*
 * Be the init: forward signals to the command, reap whatever ends, until the command has.
 * All signals must be blocked. Wakes up only for a signal. Returns the command's exit code.
 */
int supervise(pid_t command);

#endif
