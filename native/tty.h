/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_TTY_H
#define CONFIDE_TTY_H

#include <sys/types.h>

/*
 * In the child: make an own process group and, where `group` has the terminal, make it the
 * foreground one. A start in the background does not steal the terminal.
 *
 * `group` is the spine's, asked for before the fork: the spine, too, moves the child to its
 * own group, and may be the first to do so.
 */
void give_terminal(pid_t group);

/* In the spine: once the command's group has ended, the terminal is the caller's again. */
void take_terminal_back(pid_t command);

/*
 * In the spine: the terminal has stopped the command (Ctrl-Z). Stop with it, so that the shell
 * sees its job stopped, and when that goes on go on together. Where nobody would ever continue
 * us (PID 1, an orphaned process group) the command goes on at once, as it would without us.
 */
void stop_with(pid_t command);

#endif
