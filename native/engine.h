/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_ENGINE_H
#define CONFIDE_ENGINE_H

#include "inbox.h"

struct engine {
	const char *mode;       /* "resolve" or "cli" */
	const unsigned long *auxiliary; /* as the kernel gave it */
	struct inbox *inbox;
};

/* The value of an entry of the auxiliary vector, or 0. See getauxval(3). */
unsigned long auxiliary_value(const unsigned long *auxiliary, unsigned long type);

/*
 * Become the Node that is embedded in this executable, by userland exec: map ld.so, build a
 * stack, jump. Unlike execve(2) that keeps the process non-dumpable and needs no file of its
 * own. Call it in a forked child. Returns -errno with the culprit in *what, or never.
 */
int become_engine(const struct engine *engine, const char **what);

#endif
