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
#include "kernel.h"
#include "launch.h"
#include "message.h"
#include "options.h"
#include "personality.h"
#include "policy.h"
#include "resolve.h"
#include "scan.h"
#include "supervise.h"
#include "tables.h"
#include "tty.h"

/* Signals are held from the first instruction on, and nobody of the same user looks inside. */
static struct inherited take_over(char **environment)
{
	struct inherited inherited = { .environment = environment };
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

static struct inbox describe(const struct command_line *line, char *const *argv,
			     char *const *environment)
{
	/* What stands behind the command is its own, except for that of a subcommand. */
	int64_t ours = line->for_cli ? INT64_MAX : line->foreign ? 0 : line->operand - 1;
	struct inbox inbox = {
		.version = 2,
		.socket = -1,
		.deadline = monotonic_now() + line->timeout,
		.proc_mounted = proc_is_mounted(),
		.nofile = limit_of(RLIMIT_NOFILE, false),
		.nofile_most = limit_of(RLIMIT_NOFILE, true),
		.stack = limit_of(RLIMIT_STACK, false),
		.privileged = geteuid() == 0,
		.operand = line->operand,
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

static int run(struct launch *start, const struct inherited *inherited)
{
	pid_t command;
	int status;

	/* As PID 1 the orphans come to us anyway; elsewhere they would go past us. */
	if (getpid() != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		report_warning("cannot become a subreaper: ", reason(errno), NULL);
	start->own_group = wants_own_group();
	command = launch(start, inherited);
	if (command < 0) {
		report_error("cannot start the command: ", reason(-command), NULL);
		return EXIT_SYSTEM;
	}
	settle();
	status = supervise(command, start->own_group);
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
	return read_command_line(argc, argv, environment);
}

int main(int argc, char **argv, char **environment)
{
	struct inherited inherited = take_over(environment);
	struct policy policy = default_policy();
	struct command_line line = understand(argc, argv, environment, &policy);
	struct launch start = { .arguments = argv + (line.operand < 0 ? 0 : line.operand),
				.block = -1 };
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
	if (!line.for_cli && !line.resolves && !may_hold_reference(environment))
		exit(run(&start, &inherited));

	inbox = describe(&line, argv, environment);
	engine.inbox = &inbox;
	if (!line.for_cli)
		exit(run_resolved(&start, &engine, &inherited));
	engine.mode = "cli";
	start.engine = &engine;
	exit(run(&start, &inherited));
}
