/* SPDX-License-Identifier: MIT */
/*
 * The spine: PID 1 of the container, or the parent of a wrapped command.
 *
 *     block all signals → read the command line → references? the resolver hands over
 *     descriptors → fork and exec the command → forward, reap, exit as it did
 */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "descriptors.h"
#include "identity.h"
#include "kernel.h"
#include "launch.h"
#include "leftovers.h"
#include "message.h"
#include "options.h"
#include "personality.h"
#include "policy.h"
#include "program.h"
#include "resolve.h"
#include "scan.h"
#include "supervise.h"
#include "tables.h"
#include "tty.h"
#include "voice.h"

/* Signals are held from the first instruction on, and nobody of the same user looks inside. */
static struct inherited take_over(char **environment)
{
	struct inherited inherited = { .environment = environment, .parent = getppid() };
	struct sigaction action;

	set_signal_mask(ALL_SIGNALS, &inherited.mask);
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_GET_PDEATHSIG, &inherited.death_signal);
	/* An ignored SIGCHLD would have the kernel reap our children before we see their end. */
	if (sigaction(SIGCHLD, NULL, &action) == 0 && action.sa_handler == SIG_IGN) {
		inherited.ignores_child = true;
		signal(SIGCHLD, SIG_DFL);
	}
	return inherited;
}

/*
 * Our own end when our parent's comes. The command learns of it by the signal, as of any other;
 * after SIGKILL there is nobody to forward one, so it gets the same for our end.
 */
static void die_with_parent(int number, struct inherited *inherited)
{
	if (number == 0)
		return;
	if (prctl(PR_SET_PDEATHSIG, number) < 0)
		report_warning("cannot ask for a signal at the parent's end: ", reason(errno), NULL);
	if (number == SIGKILL && inherited->death_signal == 0)
		inherited->death_signal = SIGKILL;
	/* One that has ended since we began sends nothing. */
	if (has_lost(inherited->parent))
		(void)kill(getpid(), number);
}

/* -1 stands for no limit. */
static int64_t limit_of(int resource, bool hard)
{
	struct rlimit limit;
	rlim_t value;

	if (getrlimit(resource, &limit) < 0)
		return -1;
	value = hard ? limit.rlim_max : limit.rlim_cur;
	return value > INT64_MAX ? -1 : (int64_t)value;
}

/* Count strings and add up their sizes, NULs included. */
static int64_t measure(char *const *strings, int64_t most, int64_t *bytes)
{
	int64_t count = 0;

	for (*bytes = 0; count < most && strings[count]; count++)
		*bytes += (int64_t)strlen(strings[count]) + 1;
	return count;
}

static struct inbox describe(const struct command_line *line, const struct identity *identity,
			     char *const *argv, char *const *environment)
{
	/* What stands behind the command is its own, except for that of a subcommand. */
	int64_t ours = line->for_cli ? INT64_MAX : line->foreign ? 0 : line->operand - 1;
	struct inbox inbox = {
		.version = 3,
		.socket = -1,
		.deadline = monotonic_now() + line->timeout,
		.proc_mounted = proc_is_mounted(),
		.nofile = limit_of(RLIMIT_NOFILE, false),
		.nofile_most = limit_of(RLIMIT_NOFILE, true),
		.stack = limit_of(RLIMIT_STACK, false),
		.privileged = geteuid() == 0,
		.operand = line->operand,
		.user = identity ? (int64_t)identity->user : -1,
		.group = identity ? (int64_t)identity->group : -1,
		.environment = environment,
		.words = argv + 1,
	};

	inbox.entry_count = measure(environment, INT64_MAX, &inbox.entry_bytes);
	if (argv[0])
		inbox.word_count = measure(inbox.words, ours, &inbox.word_bytes);
	if (line->operand >= 0)
		inbox.argument_count =
			measure(argv + line->operand, INT64_MAX, &inbox.argument_bytes);
	return inbox;
}

/* The auxiliary vector lies behind the environment: see getauxval(3). */
static const unsigned long *auxiliary_of(char *const *environment)
{
	while (*environment)
		environment++;
	return (const unsigned long *)(const void *)(environment + 1);
}

/* What only an init needs to be, once the command has all it gets. */
static void settle(void)
{
	const struct rlimit no_core = { 0, 0 };

	close_inherited();
	setrlimit(RLIMIT_CORE, &no_core);
	/* A working directory would keep its mount busy. */
	if (chdir("/") < 0)
		report_warning("cannot change to /: ", reason(errno), NULL);
}

/* As PID 1 the orphans come to us anyway; elsewhere they would go past us. */
static void become_subreaper(const struct policy *policy)
{
	if (getpid() == 1)
		return;
	if (!policy->no_subreaper && prctl(PR_SET_CHILD_SUBREAPER, 1) < 0 &&
	    (policy->needs_subreaper || policy->verbosity > 0))
		report_warning("cannot become a subreaper: ", reason(errno), NULL);
	warn_without_orphans(policy);
}

static int run(struct launch *start, const struct inherited *inherited)
{
	const struct policy *policy = start->policy;
	pid_t command = 0;
	int status;

	become_subreaper(policy);
	if (getpid() != 1 && policy->grace > 0)
		remember_earlier_children();
	start->own_group = !policy->single_child && (policy->group || policy->new_session ||
						     wants_own_group());
	if (!policy->pause)
		command = launch(start, inherited);
	if (command < 0) {
		report_error("cannot start the command: ", reason(-command), NULL);
		return EXIT_SYSTEM;
	}
	if (policy->new_session)
		narrate(policy, EVENT_SESSION, 0, 0);
	if (command > 0)
		narrate(policy, EVENT_STARTED, command, 0);
	settle();
	status = supervise(command, start->own_group, policy);
	if (start->own_group)
		take_terminal_back(command);
	return status;
}

static int run_resolved(struct launch *start, struct engine *engine,
			const struct inherited *inherited)
{
	struct handover handover;
	int code = resolve(engine, &handover);

	if (code != RESOLVED)
		return code;
	start->block = handover.block;
	start->targets = handover.header.targets;
	start->target_count = handover.header.target_count;
	start->closed = handover.header.closed;
	start->closed_count = handover.header.closed_count;
	wipe_credentials(inherited->environment);
	return run(start, inherited);
}

/* Set-user-ID, or with file capabilities: its caller would choose what it runs with them. */
static void refuse_privileges_of_the_file(const unsigned long *auxiliary)
{
	if (!auxiliary_value(auxiliary, AT_SECURE))
		return;
	report_error("confide does not work with privileges of its file", NULL);
	report_hint("remove its set-user-ID bit and its file capabilities", NULL);
	exit(EXIT_CONFIGURATION);
}

/* Another init's command line where we are called by its name, or ours. */
static struct command_line understand(int argc, char **argv, char *const *environment,
				      struct policy *policy)
{
	struct command_line line = read_variables(environment);
	int answer = read_personality(argc, argv, environment, &line, policy);

	if (answer >= 0)
		exit(answer);
	if (answer == PERSONALITY_TAKEN)
		return line;
	return read_command_line(argc, argv, environment, policy);
}

int main(int argc, char **argv, char **environment)
{
	static struct identity identity;
	struct inherited inherited = take_over(environment);
	struct policy policy = default_policy();
	struct command_line line = understand(argc, argv, environment, &policy);
	struct launch start = { .arguments = argv + (line.operand < 0 ? 0 : line.operand),
				.block = -1,
				.policy = &policy };
	struct engine engine = { .mode = "resolve",
				 .auxiliary = auxiliary_of(environment) };
	struct inbox inbox;
	int result = fill_standard_descriptors();

	refuse_privileges_of_the_file(engine.auxiliary);
	if (result < 0) {
		report_error("cannot fill the closed standard descriptors: ", reason(-result),
			     NULL);
		exit(EXIT_SYSTEM);
	}
	/* Help and the like are run in the usual way, whatever is wrong with the rest. */
	if (line.for_cli)
		policy = default_policy();
	die_with_parent(policy.death_signal, &inherited);
	if (policy.user) {
		if (!find_identity(policy.user, &identity))
			exit(EXIT_CONFIGURATION);
		start.identity = &identity;
	}
	if (policy.pause || (!line.for_cli && !line.resolves && !may_hold_reference(environment)))
		exit(run(&start, &inherited));

	inbox = describe(&line, start.identity, argv, environment);
	engine.inbox = &inbox;
	if (!line.for_cli)
		exit(run_resolved(&start, &engine, &inherited));
	engine.mode = "cli";
	start.engine = &engine;
	exit(run(&start, &inherited));
}
