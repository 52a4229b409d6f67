/* SPDX-License-Identifier: MIT */
#include "supervise.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "forward.h"
#include "kernel.h"
#include "leftovers.h"
#include "reap.h"
#include "tty.h"
#include "voice.h"

/* For what is left as PID 1, since the kernel kills it when we end. */
#define GRACE_OF_PID_ONE INT64_C(2000000000)

/* One that hangs in the kernel does not die of SIGKILL either; nobody waits longer for it. */
#define KILL_TIME INT64_C(100000000)

enum state {
	RUNNING,
	ENDING,    /* SIGTERM was forwarded, SIGKILL follows at the deadline */
	PAUSED,    /* there is no command */
	LEFTOVERS, /* the command has ended; what it left has got SIGTERM */
	KILLING,   /* … and now SIGKILL */
	LEAVING,   /* reap what has ended already, no more */
	OVER
};

enum happening {
	SIGNAL_CAME,
	COMMAND_STOPPED,
	COMMAND_ENDED,
	ORPHAN_ENDED,
	NOTHING_LEFT,
	TIME_OVER,
	HAPPENINGS
};

struct supervision {
	const struct policy *policy;
	pid_t command;
	bool own_group;
	enum state state;
	siginfo_t signal;     /* that came */
	struct reaped reaped; /* who ended or stopped last */
	int status;           /* of the command, once it has ended */
	int64_t deadline;     /* 0 = none */
};

/* What is done about a happening; returns the state that follows. */
typedef enum state reaction(struct supervision *self);

/* For those who suspend the init and mean the command: it has been sent its signal. */
static void suspend(const struct supervision *self)
{
	int number = self->signal.si_signo;

	if (!self->policy->suspends || (number != SIGTSTP && number != SIGTTIN && number != SIGTTOU))
		return;
	narrate(self->policy, EVENT_SUSPENDING, number, 0);
	(void)kill(getpid(), SIGSTOP);
}

static enum state forward_signal(struct supervision *self)
{
	const struct policy *policy = self->policy;
	int sent = forward(policy, self->command, self->own_group, &self->signal);
	bool asks_for_end = sent > 0 && (sent == SIGTERM || self->signal.si_signo == SIGTERM);

	suspend(self);
	/* Another SIGTERM does not put it off. */
	if (self->state != RUNNING || policy->kill_after == 0 || !asks_for_end)
		return self->state;
	self->deadline = monotonic_now() + policy->kill_after;
	return ENDING;
}

static enum state stop_too(struct supervision *self)
{
	/* Else the signal that has stopped it has come to us as well. */
	if (!self->policy->suspends)
		stop_with(self->command, self->reaped.number, self->own_group);
	return self->state;
}

static enum state kill_command(struct supervision *self)
{
	const siginfo_t kill = { .si_signo = SIGKILL };

	(void)send_to_command(self->policy, self->command, &kill, SIGKILL);
	self->deadline = 0;
	return RUNNING;
}

/* Children that are not to be waited for may be left. */
static enum state leave_soon(struct supervision *self)
{
	self->deadline = monotonic_now();
	return LEAVING;
}

/* The command has ended: what it left behind is told to, or stays as it is. */
static enum state begin_end(struct supervision *self)
{
	int64_t grace = self->policy->grace;

	if (grace == GRACE_OF_THE_SITUATION)
		grace = getpid() == 1 ? GRACE_OF_PID_ONE : 0;
	if (grace == 0 || !signal_leftovers(SIGTERM))
		return leave_soon(self);
	/* What is stopped could not end otherwise. */
	(void)signal_leftovers(SIGCONT);
	self->deadline = monotonic_now() + grace;
	return LEFTOVERS;
}

static enum state end_command(struct supervision *self)
{
	self->status = exit_code_of(&self->reaped);
	/* Its number is not given to another process while the group has a member. */
	if (self->policy->ends_group)
		(void)kill(-self->command, SIGTERM);
	narrate(self->policy, EVENT_ENDED, self->status, 0);
	return begin_end(self);
}

static enum state end_pause(struct supervision *self)
{
	int number = self->signal.si_signo;

	return number == SIGTERM || number == SIGINT ? begin_end(self) : self->state;
}

/* A second Ctrl-C, say, is meant for those that are left. */
static enum state pass_on(struct supervision *self)
{
	(void)signal_leftovers(self->policy->rewrite[self->signal.si_signo]);
	return self->state;
}

static enum state look_again(struct supervision *self)
{
	return signal_leftovers(0) ? self->state : leave_soon(self);
}

static enum state kill_leftovers(struct supervision *self)
{
	if (!signal_leftovers(SIGKILL))
		return leave_soon(self);
	if (self->state != KILLING)
		self->deadline = monotonic_now() + KILL_TIME;
	return KILLING;
}

static enum state leave(struct supervision *self)
{
	(void)self;
	return OVER;
}

/* What is not in here changes nothing. */
static reaction *const reactions[OVER][HAPPENINGS] = {
	[RUNNING] = { [SIGNAL_CAME] = forward_signal,
		      [COMMAND_STOPPED] = stop_too,
		      [COMMAND_ENDED] = end_command },
	[ENDING] = { [SIGNAL_CAME] = forward_signal,
		     [COMMAND_STOPPED] = stop_too,
		     [COMMAND_ENDED] = end_command,
		     [TIME_OVER] = kill_command },
	[PAUSED] = { [SIGNAL_CAME] = end_pause },
	[LEFTOVERS] = { [SIGNAL_CAME] = pass_on,
			[ORPHAN_ENDED] = look_again,
			[NOTHING_LEFT] = leave,
			[TIME_OVER] = kill_leftovers },
	/* What its parent could not wait for is our child from then on, and may have children. */
	[KILLING] = { [ORPHAN_ENDED] = kill_leftovers,
		      [NOTHING_LEFT] = leave,
		      [TIME_OVER] = leave },
	[LEAVING] = { [NOTHING_LEFT] = leave, [TIME_OVER] = leave },
};

static enum happening tell_end(const struct supervision *self)
{
	const struct reaped *reaped = &self->reaped;

	narrate(self->policy, reaped->by_signal ? EVENT_KILLED : EVENT_EXITED, reaped->pid,
		reaped->number);
	if (reaped->pid == self->command)
		return COMMAND_ENDED;
	if (self->policy->warn_on_reap)
		narrate(self->policy, EVENT_REAPED, reaped->pid, 0);
	return ORPHAN_ENDED;
}

/* Children first, since one may have ended before its SIGCHLD could be waited for. */
static enum happening wait_for_happening(struct supervision *self)
{
	for (;;) {
		enum reaping news = reap(&self->reaped);
		int number;

		if (news == CHILD_ENDED)
			return tell_end(self);
		if (news == CHILD_STOPPED && self->reaped.pid == self->command)
			return COMMAND_STOPPED;
		if (news == CHILD_STOPPED)
			continue;
		if (news == NO_CHILD && reactions[self->state][NOTHING_LEFT])
			return NOTHING_LEFT;
		number = take_signal(ALL_SIGNALS, &self->signal, self->deadline);
		if (number == -EAGAIN)
			return TIME_OVER;
		/* SIGCHLD is about our own children, whoever has sent it. */
		if (number > 0 && number != SIGCHLD)
			return SIGNAL_CAME;
	}
}

static bool is_expected(const struct policy *policy, int status)
{
	return (policy->expected[status / 64] >> (status % 64) & 1) != 0;
}

int supervise(pid_t command, bool own_group, const struct policy *policy)
{
	struct supervision self = {
		.policy = policy,
		.command = command,
		.own_group = own_group,
		.state = policy->pause ? PAUSED : RUNNING,
	};

	forget_start();
	while (self.state != OVER) {
		reaction *react = reactions[self.state][wait_for_happening(&self)];

		if (react)
			self.state = react(&self);
	}
	return is_expected(policy, self.status) ? 0 : self.status;
}
