/* SPDX-License-Identifier: MIT */
#include "reap.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/wait.h>

static int exit_status_of(int wstatus)
{
	if (WIFEXITED(wstatus))
		return WEXITSTATUS(wstatus);
	return 128 + WTERMSIG(wstatus);
}

/* Not WIFSTOPPED: musl 1.2.3's overflows an int for exit codes from 128 on (found by UBSan). */
static bool is_stopped(int wstatus)
{
	return (wstatus & 0xff) == 0x7f;
}

int reap(pid_t main_child, int *status, int *stopped)
{
	for (;;) {
		int wstatus;
		pid_t pid = waitpid(-1, &wstatus, WNOHANG | WUNTRACED);

		if (pid > 0 && is_stopped(wstatus))
			*stopped = pid == main_child ? WSTOPSIG(wstatus) : *stopped;
		else if (pid == main_child && pid > 0)
			*status = exit_status_of(wstatus);
		else if (pid == 0 || (pid < 0 && errno == ECHILD))
			return 0;
		else if (pid < 0 && errno != EINTR)
			return -errno;
	}
}
