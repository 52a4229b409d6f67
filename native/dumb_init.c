/* SPDX-License-Identifier: MIT */
/* dumb-init 1.2.5: github.com/Yelp/dumb-init. What differs, and why: docs/migrating.md. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "personalities.h"
#include "values.h"

#define VERSION "dumb-init v1.2.5\n"

/* It knows no real-time signals. */
#define LAST_SIGNAL 31

/* Its tests compare the help byte by byte, so this is its own (MIT licence, Yelp Inc.). */
static int take_help(struct reading *reading, const char *value)
{
	(void)value;
	print(STDERR_FILENO, VERSION "Usage: ", reading->called,
	      " [option] command [[arg] ...]\n\n"
	      "dumb-init is a simple process supervisor that forwards signals to children.\n"
	      "It is designed to run as PID1 in minimal container environments.\n\n"
	      "Optional arguments:\n"
	      "   -c, --single-child   Run in single-child mode.\n"
	      "                        In this mode, signals are only proxied to the\n"
	      "                        direct child and not any of its descendants.\n"
	      "   -r, --rewrite s:r    Rewrite received signal s to new signal r before "
	      "proxying.\n"
	      "                        To ignore (not proxy) a signal, rewrite it to 0.\n"
	      "                        This option can be specified multiple times.\n"
	      "   -v, --verbose        Print debugging information to stderr.\n"
	      "   -h, --help           Print this help message and exit.\n"
	      "   -V, --version        Print the current version and exit.\n\n"
	      "Full help is available online at https://github.com/Yelp/dumb-init\n",
	      NULL);
	return 0;
}

static int take_version(struct reading *reading, const char *value)
{
	(void)reading;
	(void)value;
	print(STDERR_FILENO, VERSION, NULL);
	return 0;
}

static int take_single_child(struct reading *reading, const char *value)
{
	(void)value;
	reading->policy->single_child = true;
	return PERSONALITY_TAKEN;
}

static int take_rewrite(struct reading *reading, const char *value)
{
	const char *colon = strchr(value, ':');
	char digits[4] = { 0 };
	long from = -1;
	long to = -1;

	if (colon && (size_t)(colon - value) < sizeof(digits)) {
		memcpy(digits, value, (size_t)(colon - value));
		from = whole_number(digits, 10, LAST_SIGNAL);
		to = whole_number(colon + 1, 10, LAST_SIGNAL);
	}
	if (from < 1 || to < 0) {
		print(STDERR_FILENO,
		      "Usage: -r option takes <signum>:<signum>, where <signum> is between 1 and "
		      "31.\nThis option can be specified multiple times.\n"
		      "Use --help for full usage.\n",
		      NULL);
		return 1;
	}
	reading->policy->rewrite[from] = (unsigned char)to;
	reading->rewritten |= UINT64_C(1) << from;
	return PERSONALITY_TAKEN;
}

static bool says(char *const *environment, const char *name, const char *wanted)
{
	const char *value = variable(environment, name);

	return value && strcmp(value, wanted) == 0;
}

static int complete(struct reading *reading, char *const *environment)
{
	static const unsigned char suspending[] = { SIGTSTP, SIGTTIN, SIGTTOU };
	struct policy *policy = reading->policy;

	if (says(environment, "DUMB_INIT_DEBUG", "1"))
		policy->verbosity = 1;
	if (says(environment, "DUMB_INIT_SETSID", "0"))
		policy->single_child = true;
	policy->group = !policy->single_child;
	policy->new_session = !policy->single_child;
	policy->ends_group = !policy->single_child;
	policy->suspends = true;
	/* Nobody can suspend a session of its own from a terminal, so it is stopped for good. */
	for (size_t i = 0; i < sizeof(suspending) && policy->new_session; i++) {
		if ((reading->rewritten & UINT64_C(1) << suspending[i]) == 0)
			policy->rewrite[suspending[i]] = SIGSTOP;
	}
	return PERSONALITY_TAKEN;
}

/* getopt(3) has said all there is to say. */
static int fail(const struct reading *reading)
{
	(void)reading;
	return 1;
}

static int refuse(const struct reading *reading)
{
	print(STDERR_FILENO, "Usage: ", reading->called, " [option] program [args]\nTry ",
	      reading->called, " --help for full usage.\n", NULL);
	return 1;
}

static const char *const names[] = { "dumb-init", NULL };

static const struct personality_option options[] = {
	{ 'h', "help", false, take_help },
	{ 'c', "single-child", false, take_single_child },
	{ 'r', "rewrite", true, take_rewrite },
	{ 'v', "verbose", false, take_verbose },
	{ 'V', "version", false, take_version },
	{ 0 },
};

const struct personality dumb_init_personality = {
	.names = names,
	.voice = &voice_of_dumb_init,
	.options = options,
	.has_long_names = true,
	.complete = complete,
	.fail = fail,
	.refuse = refuse,
};
