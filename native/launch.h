/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_LAUNCH_H
#define CONFIDE_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "engine.h"
#include "identity.h"
#include "kernel.h"
#include "policy.h"

/* What the spine found when it was started, and gives back to the command. */
struct inherited {
	signal_mask mask;
	bool ignores_child; /* SIGCHLD was ignored: the spine must not ignore it itself */
	int death_signal;   /* PR_SET_PDEATHSIG of whoever started us; 0 = none */
	pid_t parent;       /* who that is */
	char **environment;
};

/* What there is to start: the command, or Node's CLI in its place. */
struct launch {
	char *const *arguments;      /* of the command */
	const struct engine *engine; /* not NULL: become this instead */
	const struct policy *policy;
	const struct identity *identity; /* of the command; NULL = ours */
	int block;                   /* the environment block, or -1 for the inherited one */
	const uint32_t *targets;     /* descriptors for the command, already at their numbers */
	uint32_t target_count;
	const uint32_t *closed;
	uint32_t closed_count;
	bool own_group; /* see wants_own_group */
};

/* Fork and exec. Returns the pid, or -errno; the child reports by itself and exits 126 or 127. */
pid_t launch(const struct launch *launch, const struct inherited *inherited);

#endif
