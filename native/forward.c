/* SPDX-License-Identifier: MIT */
#include "forward.h"

#include "kernel.h"
#include "voice.h"

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

/* Until it is reaped the pid is the command's, be it a zombie: none other is hit. */
int send_to_command(const struct policy *policy, pid_t command, const siginfo_t *info, int number)
{
	/* It may not have made its group yet, but it holds what comes to it. */
	if (policy->group && kill(-command, number) == 0)
		return 0;
	return send_signal(command, number, info);
}

int forward(const struct policy *policy, pid_t command, bool own_group, const siginfo_t *info)
{
	int number = policy->rewrite[info->si_signo];

	if (!own_group && came_from_terminal(info))
		return 0;
	narrate(policy, EVENT_RECEIVED, info->si_signo, 0);
	if (number != 0 && number != info->si_signo)
		narrate(policy, EVENT_TRANSLATED, info->si_signo, number);
	if (number == 0) {
		narrate(policy, EVENT_DROPPED, info->si_signo, 0);
		return 0;
	}
	if (send_to_command(policy, command, info, number) < 0)
		return 0;
	narrate(policy, EVENT_FORWARDED, number, 0);
	return number;
}
