/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_TTY_H
#define CONFIDE_TTY_H

#include <stdbool.h>
#include <sys/types.h>

#include "policy.h"

/*
 * Whose process group the command is in.
 *
 * An own group where confide is alone with it: as PID 1, as session leader, or where there is
 * no terminal. As a job of a shell both stay in the caller's group: then Ctrl-C, Ctrl-Z, fg and
 * pipelines (`confide -- make | less`) are between the shell, the kernel and the command, as if
 * confide were not there.
 */
bool wants_own_group(void);

/*
 * In the child: make an own process group and, where `group` has the terminal, make it the
 * foreground one. A start in the background does not steal the terminal.
 *
 * `group` is the spine's, asked for before the fork: the spine, too, moves the child to its
 * own group, and may be the first to do so.
 */
void give_terminal(pid_t group);

/*
 * In the spine, before the command is started in a session of its own: a session leader lets go
 * of its terminal, which can have one session only. Returns a descriptor of it, or -1.
 */
int release_terminal(const struct policy *policy);

/* In the child: lead a session of its own, on that terminal if any. */
void lead_session(int terminal);

/* In the spine: once the command's group has ended, the terminal is the caller's again. */
void take_terminal_back(pid_t command);

/*
 * In the spine: the command was stopped. Stop with it, so that the shell sees its job stopped.
 * A command of an own group that the terminal has stopped goes on at once where nobody could
 * ever continue us (PID 1, an orphaned group), as it would without us.
 */
void stop_with(pid_t command, int number, bool own_group);

#endif
