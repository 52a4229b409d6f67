/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_LEFTOVERS_H
#define CONFIDE_LEFTOVERS_H

#include <stdbool.h>

/*
 * What is left when the command has ended. As PID 1 that is every process of our pid namespace;
 * elsewhere our descendants, but for the children that we had before the command was started
 * (a shell may exec us) and for what these have started.
 */

/* Call it before the command is started. */
void remember_earlier_children(void);

/* Send a signal, 0 for none, to all that is left. Returns whether anything is. */
bool signal_leftovers(int number);

#endif
