/* SPDX-License-Identifier: MIT */
/* tini 0.19: github.com/krallin/tini. What differs, and why, is in docs/migrating.md. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "personalities.h"

/* docker info reads the number between "tini version" and " - ". */
#define VERSION "tini version 0.19.0 - confide"

static void print_usage(const struct reading *reading, int fd)
{
	const char *name = base_name(reading->called);

	print(fd, name, " (" VERSION ")\nUsage: ", name,
	      " [OPTIONS] PROGRAM -- [ARGS] | --version\n\n"
	      "Runs PROGRAM as the init of a container: see docs/migrating.md of confide.\n\n"
	      "Options, up to PROGRAM or --:\n\n"
	      "  --version: Show the version and exit (the only word).\n"
	      "  -h: Show this help and exit.\n"
	      "  -s: Become a child subreaper.\n"
	      "  -p SIGNAL: Get SIGNAL when the parent dies, as in \"-p SIGKILL\".\n"
	      "  -v: Say more, to stderr. Up to 3 times.\n"
	      "  -w: Warn when an orphan is reaped.\n"
	      "  -g: Send signals to the process group of PROGRAM.\n"
	      "  -e EXIT_CODE: Exit with 0 instead of EXIT_CODE (0 to 255). Can be repeated.\n"
	      "  -l: Show the licence and exit.\n\n"
	      "Variables:\n\n"
	      "  TINI_SUBREAPER: As -s.\n"
	      "  TINI_VERBOSITY: How much to say (default: 1).\n"
	      "  TINI_KILL_PROCESS_GROUP: As -g.\n\n",
	      NULL);
}

static int take_help(struct reading *reading, const char *value)
{
	(void)value;
	print_usage(reading, STDOUT_FILENO);
	return 0;
}

static int take_version(struct reading *reading, const char *value)
{
	(void)reading;
	(void)value;
	print(STDOUT_FILENO, VERSION "\n", NULL);
	return 0;
}

static int fail(const struct reading *reading)
{
	print_usage(reading, STDERR_FILENO);
	return 1;
}

static int take_subreaper(struct reading *reading, const char *value)
{
	(void)value;
	reading->policy->needs_subreaper = true;
	return PERSONALITY_TAKEN;
}

static int take_death_signal(struct reading *reading, const char *value)
{
	int number = signal_number(value);

	if (number < 0) {
		complain("Not a valid option for -p: ", value, NULL);
		return 1;
	}
	reading->policy->death_signal = number;
	return PERSONALITY_TAKEN;
}

static int take_warn_on_reap(struct reading *reading, const char *value)
{
	(void)value;
	reading->policy->warn_on_reap = true;
	return PERSONALITY_TAKEN;
}

static int take_expected(struct reading *reading, const char *value)
{
	if (add_expected(reading->policy, value))
		return PERSONALITY_TAKEN;
	complain("Not a valid option for -e: ", value, NULL);
	return 1;
}

static int complete(struct reading *reading, char *const *environment)
{
	struct policy *policy = reading->policy;
	const char *verbosity = variable(environment, "TINI_VERBOSITY");

	if (variable(environment, "TINI_SUBREAPER"))
		policy->needs_subreaper = true;
	if (variable(environment, "TINI_KILL_PROCESS_GROUP"))
		policy->group = true;
	policy->no_subreaper = !policy->needs_subreaper;
	/* Its level 1, the default, is our 0: warnings. The variable wins over -v. */
	if (verbosity)
		policy->verbosity = strtol(verbosity, NULL, 10) > 0 ? atoi(verbosity) - 1 : -1;
	return PERSONALITY_TAKEN;
}

static const char *const names[] = { "tini", "tini-static", "docker-init", NULL };

static const struct personality_option options[] = {
	{ 'p', NULL, true, take_death_signal },  { 'h', NULL, false, take_help },
	{ 'v', NULL, false, take_verbose },      { 'w', NULL, false, take_warn_on_reap },
	{ 'g', NULL, false, take_group },        { 'l', NULL, false, print_licence },
	{ 'e', NULL, true, take_expected },      { 's', NULL, false, take_subreaper },
	{ 0 },
};

const struct personality tini_personality = {
	.names = names,
	.voice = &voice_of_tini,
	.options = options,
	.only_word = "--version",
	.take_only_word = take_version,
	.command_then_dashes = true,
	.complete = complete,
	.fail = fail,
	.refuse = fail,
};
