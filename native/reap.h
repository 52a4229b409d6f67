/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_REAP_H
#define CONFIDE_REAP_H

#include <sys/types.h>

/*
 * Reap every child that has ended, including the orphans that the kernel gave us.
 *
 * One SIGCHLD can stand for many children, so this loops until none is left to reap.
 * Returns 0, or -errno; sets *status to an exit code, 128+n for a signal, once the main
 * child has ended, and *stopped to the signal that has stopped it (SIGTSTP, …).
 */
int reap(pid_t main_child, int *status, int *stopped);

#endif
