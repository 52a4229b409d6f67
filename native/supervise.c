/* SPDX-License-Identifier: MIT */
#include "supervise.h"

#include <errno.h>
#include <signal.h>

#include "kernel.h"
#include "reap.h"
#include "tty.h"

int supervise(pid_t command)
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
		if (stopped == SIGTSTP || stopped == SIGTTIN || stopped == SIGTTOU)
			stop_with(command);
		number = take_signal(ALL_SIGNALS, &info);
		/* Until it is reaped the pid is the command's, be it a zombie: none other is hit. */
		if (number > 0 && number != SIGCHLD)
			(void)send_signal(command, &info);
	}
}
