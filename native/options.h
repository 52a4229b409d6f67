/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_OPTIONS_H
#define CONFIDE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "policy.h"

/* What the spine understood of its own command line; Node's CLI reads the same words again. */
struct command_line {
	bool for_cli;    /* help, version, a subcommand or a usage error: Node takes over */
	bool foreign;    /* the words are another init's: see personality.h */
	bool resolves;   /* an option that needs the resolver even without a reference */
	uint64_t given;  /* a bit for each option of tables.h that was on the command line */
	int operand;     /* index of the command in argv, or -1 */
	int64_t timeout; /* nanoseconds for everything before the command starts */
};

/* What holds before an option is read: defaults, and the variables that concern the resolver. */
struct command_line read_variables(char *const *environment);

/*
 * Read options up to the first operand or "--", from argv and the CONFIDE_ variables, into the
 * answer and the policy. Never fails: what it can't understand is for the CLI, which says what is
 * wrong.
 */
struct command_line read_command_line(int argc, char *const *argv, char *const *environment,
				      struct policy *policy);

/* The value of a variable, as getenv(3), or NULL. */
const char *variable(char *const *environment, const char *name);

#endif
