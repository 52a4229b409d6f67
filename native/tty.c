/* SPDX-License-Identifier: MIT */
#include "tty.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "descriptors.h"
#include "kernel.h"
#include "voice.h"

/* The controlling terminal, even if no standard descriptor is open on it; or -1. */
static int open_terminal(void)
{
	int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);

	for (int number = 0; fd < 0 && number <= STDERR_FILENO; number++) {
		if (tcgetpgrp(number) > 0)
			fd = fcntl(number, F_DUPFD_CLOEXEC, 3);
	}
	return fd;
}

bool wants_own_group(void)
{
	cleanup_descriptor int terminal = -1;

	/* 0: its leader is outside of our pid namespace, where we can't hand the terminal back. */
	if (getpgrp() <= 0)
		return false;
	if (getpid() == 1 || getsid(0) == getpid())
		return true;
	terminal = open_terminal();
	return terminal < 0;
}

void give_terminal(pid_t group)
{
	cleanup_descriptor int terminal = open_terminal();
	bool ours = terminal >= 0 && group > 0 && tcgetpgrp(terminal) == group;

	if (setpgid(0, 0) < 0 || !ours)
		return;
	/* SIGTTOU is blocked here, so the kernel lets a background group ask. */
	(void)tcsetpgrp(terminal, getpid());
}

int release_terminal(const struct policy *policy)
{
	int terminal = getsid(0) == getpid() ? open_terminal() : -1;

	if (terminal < 0 || ioctl(terminal, TIOCNOTTY) < 0)
		return terminal;
	/* The kernel hangs up on us and continues us for it: that is not for the command. */
	for (int i = 0; i < 2; i++) {
		siginfo_t info;
		int number = take_signal(ONLY(SIGHUP) | ONLY(SIGCONT), &info, monotonic_now());

		if (number <= 0)
			continue;
		/* The kernel says that they come from ourselves. */
		if (info.si_code == SI_KERNEL || info.si_pid == getpid())
			narrate(policy, EVENT_LET_GO, number, 0);
		else
			(void)kill(getpid(), number);
	}
	return terminal;
}

void lead_session(int terminal)
{
	if (setsid() >= 0 && terminal >= 0)
		(void)ioctl(terminal, TIOCSCTTY, 0);
}

void take_terminal_back(pid_t command)
{
	cleanup_descriptor int terminal = open_terminal();

	if (terminal >= 0 && tcgetpgrp(terminal) == command)
		(void)tcsetpgrp(terminal, getpgrp());
}

/* SIGTSTP and not SIGSTOP: the kernel drops it where nothing could continue us. */
static void stop_here(void)
{
	signal_mask mask;

	/* While it is blocked, so that it becomes one with that which the terminal has sent us. */
	(void)kill(getpid(), SIGTSTP);
	set_signal_mask(ALL_SIGNALS & ~ONLY(SIGTSTP), &mask);
	set_signal_mask(mask, NULL);
}

void stop_with(pid_t command, int number, bool own_group)
{
	cleanup_descriptor int terminal = -1;

	if (!own_group) {
		stop_here();
		return;
	}
	terminal = open_terminal();
	if (number == SIGSTOP || terminal < 0 || tcgetpgrp(terminal) != command)
		return;
	(void)tcsetpgrp(terminal, getpgrp());
	stop_here();
	if (tcgetpgrp(terminal) == getpgrp())
		(void)tcsetpgrp(terminal, command);
	(void)kill(-command, SIGCONT);
}
