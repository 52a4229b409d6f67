/* SPDX-License-Identifier: MIT */
#include "tty.h"

#include <stdbool.h>
#include <unistd.h>

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
