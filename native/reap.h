/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_REAP_H
#define CONFIDE_REAP_H

#include <stdbool.h>
#include <sys/types.h>

/* One child that has ended, or was stopped. */
struct reaped {
	pid_t pid;
	int number; /* its exit code, or the signal that has ended or stopped it */
	bool by_signal;
};

enum reaping { NO_CHILD, NO_NEWS, CHILD_STOPPED, CHILD_ENDED };

/*
 * Reap one child that has ended, the kernel's orphans among them, or hear of one that stopped.
 * One SIGCHLD can stand for many children, so call it until there are NO_NEWS.
 */
enum reaping reap(struct reaped *reaped);

/* 128+n for signal n. */
int exit_code_of(const struct reaped *reaped);

#endif
