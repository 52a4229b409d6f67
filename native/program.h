/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_PROGRAM_H
#define CONFIDE_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Whether the parent is gone. 0 stands for one outside of a pid namespace whose first process
 * this is (unshare -p).
 */
bool has_lost(pid_t parent);

/*
 * Die with the spine: if that is killed before the command is exec'd, nothing may go on.
 * The signal is sent when the parent ends, so a parent that is already gone needs a look.
 */
void die_with(pid_t parent);

/* What holds until the very instant of execve(2): see launch.c. */
struct last_moment {
	pid_t parent;     /* must be there still */
	int death_signal; /* what the command gets for PR_SET_PDEATHSIG */
};

/*
 * Execute a program as execvp(3) does, but with PATH from `environment`, a text file without a
 * "#!" line given to /bin/sh, and never a binary. Returns only on failure: an exit code, 126
 * or 127, after it has said why on stderr.
 */
int execute_program(char *const *arguments, char *const *environment,
		    const struct last_moment *moment);

#endif
