/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_TTY_H
#define CONFIDE_TTY_H

/*
 * In the child: make an own process group and, where the caller's group had the terminal,
 * make it the foreground one. A start in the background does not steal the terminal.
 */
void give_terminal(void);

#endif
