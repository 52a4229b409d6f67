/* SPDX-License-Identifier: MIT */
#include "supervise.h"

#include <errno.h>
#include <signal.h>

#include "kernel.h"
#include "reap.h"
#include "tty.h"

/* The terminal sends these to the whole group, so a command in ours has got it already. */
static bool came_from_terminal(const siginfo_t *info)
{
	switch (info->si_signo) {
	case SIGINT:
	case SIGQUIT:
	case SIGTSTP:
	case SIGHUP:
	case SIGWINCH:
	case SIGCONT:
	case SIGTTIN:
	case SIGTTOU:
		return info->si_code == SI_KERNEL;
	default:
		return false;
	}
}

int supervise(pid_t command, bool own_group)
{
	int status = -1;

	for (;;) {
		int stopped = 0;
		siginfo_t info;
		int number;

		/* First, since the child may have ended before its SIGCHLD could be waited for. */
		reap(command, &status, &stopped);
		if (status >= 0)
			return status;
		if (stopped)
			stop_with(command, stopped, own_group);
		number = take_signal(ALL_SIGNALS, &info);
		/* Until it is reaped the pid is the command's, be it a zombie: none other is hit. */
		if (number > 0 && number != SIGCHLD && (own_group || !came_from_terminal(&info)))
			(void)send_signal(command, &info);
	}
}
