/* SPDX-License-Identifier: MIT */
/* Test Anything Protocol in as little as the tests need: one `check` is one promise. */
#ifndef CONFIDE_TAP_H
#define CONFIDE_TAP_H

#include <stdbool.h>
#include <stdio.h>

static int checks;
static int failures;

static inline void check(bool holds, const char *promise)
{
	checks++;
	failures += !holds;
	printf("%s %d - %s\n", holds ? "ok" : "not ok", checks, promise);
}

static inline int finish(void)
{
	printf("1..%d\n", checks);
	return failures > 0;
}

#endif
