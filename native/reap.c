/* SPDX-License-Identifier: MIT */
#include "reap.h"

#include <errno.h>
#include <stddef.h>
#include <sys/wait.h>

/* Not WIFSTOPPED: musl 1.2.3's overflows an int for exit codes from 128 on (found by UBSan). */
static bool is_stopped(int wstatus)
{
	return (wstatus & 0xff) == 0x7f;
}

int exit_code_of(const struct reaped *reaped)
{
	return reaped->by_signal ? 128 + reaped->number : reaped->number;
}

enum reaping reap(struct reaped *reaped)
{
	int wstatus;
	pid_t pid;

	do
		pid = waitpid(-1, &wstatus, WNOHANG | WUNTRACED);
	while (pid < 0 && errno == EINTR);
	if (pid < 0 && errno == ECHILD)
		return NO_CHILD;
	if (pid <= 0)
		return NO_NEWS;
	if (is_stopped(wstatus)) {
		*reaped = (struct reaped){ pid, WSTOPSIG(wstatus), true };
		return CHILD_STOPPED;
	}
	if (WIFEXITED(wstatus))
		*reaped = (struct reaped){ pid, WEXITSTATUS(wstatus), false };
	else
		*reaped = (struct reaped){ pid, WTERMSIG(wstatus), true };
	return CHILD_ENDED;
}
