/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_DESCENDANTS_H
#define CONFIDE_DESCENDANTS_H

#include <sys/types.h>

/*
 * Stop a child of ours that is a subreaper, and kill all that it has started, and what those have
 * started. It stays stopped: kill it next. Not before, or what is left goes to its other parents.
 *
 * Without /proc/PID/task/PID/children (proc_pid_children(5)) nothing is found, and nothing killed.
 */
void kill_descendants(pid_t child);

#endif
