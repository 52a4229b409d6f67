/* SPDX-License-Identifier: MIT */
#include "tty.h"

#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "kernel.h"

void give_terminal(pid_t group)
{
	bool ours[3];

	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		ours[fd] = tcgetpgrp(fd) == group;
	if (setpgid(0, 0) < 0)
		return;
	for (int fd = 0; fd <= STDERR_FILENO; fd++) {
		/* SIGTTOU is blocked here, so the kernel lets a background group ask. */
		if (ours[fd] && tcsetpgrp(fd, getpid()) == 0)
			return;
	}
}

void take_terminal_back(pid_t command)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++) {
		if (tcgetpgrp(fd) == command)
			(void)tcsetpgrp(fd, getpgrp());
	}
}

void stop_with(pid_t command)
{
	signal_mask mask;

	for (int fd = 0; fd <= STDERR_FILENO; fd++) {
		if (tcgetpgrp(fd) != command)
			continue;
		(void)tcsetpgrp(fd, getpgrp());
		/* SIGTSTP and not SIGSTOP: the kernel drops it where nothing could continue us. */
		set_signal_mask(ALL_SIGNALS & ~ONLY(SIGTSTP), &mask);
		(void)kill(getpid(), SIGTSTP);
		set_signal_mask(mask, NULL);
		if (tcgetpgrp(fd) == getpgrp())
			(void)tcsetpgrp(fd, command);
		(void)kill(-command, SIGCONT);
		return;
	}
}
