/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_FORWARD_H
#define CONFIDE_FORWARD_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "policy.h"

/*
 * Send the command what has come to us, as the policy rewrites it. What the terminal has sent to
 * the whole group has reached a command in ours already: see wants_own_group for `own_group`.
 * Returns the signal that was sent, or 0.
 */
int forward(const struct policy *policy, pid_t command, bool own_group, const siginfo_t *info);

/* Send a signal to the command, or to its group, with the value that sigqueue(3) gave it. */
int send_to_command(const struct policy *policy, pid_t command, const siginfo_t *info, int number);

#endif
