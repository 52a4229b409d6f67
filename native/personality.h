/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_PERSONALITY_H
#define CONFIDE_PERSONALITY_H

#include "options.h"
#include "policy.h"

/* What read_personality answers besides an exit code. */
#define PERSONALITY_NONE (-2) /* it is confide's own command line */
#define PERSONALITY_TAKEN (-1) /* `line` and `policy` say what to do */

/*
 * Called as tini, docker-init, dumb-init or catatonit, with --compat=NAME as the first word, or
 * with CONFIDE_COMPAT in the environment, confide takes that program's command line, variables
 * and defaults, and speaks as it does.
 *
 * A usage error, the help, the version or the licence is printed here; the answer then is the
 * exit code to leave with. May move one pointer of argv: see drop_dashes.
 */
int read_personality(int argc, char **argv, char *const *environment, struct command_line *line,
		     struct policy *policy);

#endif
