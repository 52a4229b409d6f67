/* SPDX-License-Identifier: MIT */
/* catatonit 0.2.1: github.com/openSUSE/catatonit. What differs, and why: docs/migrating.md. */
#include <string.h>
#include <unistd.h>

#include "personalities.h"

#define USAGE "usage: catatonit [-ghLPV] [--] PROGRAM [ARGUMENTS...]\n"

static int take_help(struct reading *reading, const char *value)
{
	(void)reading;
	(void)value;
	print(STDERR_FILENO,
	      USAGE "\n"
		    "Runs PROGRAM as the init of a container: see docs/migrating.md of confide.\n\n"
		    "  -g              Send signals to the process group of PROGRAM.\n"
		    "  -h              Show this help.\n"
		    "  -L              Show the licence.\n"
		    "  -P              Pause: run nothing, end on SIGTERM or SIGINT.\n"
		    "  -V, --version   Show the version.\n",
	      NULL);
	return 0;
}

/* In tini's shape, since that is what docker info reads. */
static int take_version(struct reading *reading, const char *value)
{
	(void)reading;
	(void)value;
	print(STDOUT_FILENO, "tini version 0.2.1_catatonit - confide\n", NULL);
	return 0;
}

static int take_pause(struct reading *reading, const char *value)
{
	(void)value;
	reading->policy->pause = true;
	return PERSONALITY_TAKEN;
}

static int complete(struct reading *reading, char *const *environment)
{
	/* Set is set, even to nothing. */
	if (variable(environment, "CATATONIT_DEBUG"))
		reading->policy->verbosity = 1;
	return PERSONALITY_TAKEN;
}

static int fail(const struct reading *reading)
{
	(void)reading;
	print(STDERR_FILENO, USAGE, NULL);
	return 1;
}

static int refuse(const struct reading *reading)
{
	complain("missing program name", NULL);
	return fail(reading);
}

static const char *const names[] = { "catatonit", NULL };

static const struct personality_option options[] = {
	{ 'g', NULL, false, take_group },
	{ 'h', NULL, false, take_help },
	{ 'L', NULL, false, print_licence },
	{ 'P', NULL, false, take_pause },
	{ 'V', "version", false, take_version },
	{ 0 },
};

const struct personality catatonit_personality = {
	.names = names,
	.voice = &voice_of_catatonit,
	.options = options,
	.has_long_names = true,
	.complete = complete,
	.fail = fail,
	.refuse = refuse,
};
