/* SPDX-License-Identifier: MIT */
/*
 * Stands in for engine.c where a sanitizer is linked in, since that can't share its address
 * space with Node: executes $CONFIDE_TEST_RESOLVER with the socket's number instead.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "../engine.h"
#include "../options.h"

/* The spine is not dumpable, so LeakSanitizer can't stop it; it allocates nothing anyway. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

unsigned long auxiliary_value(const unsigned long *auxiliary, unsigned long type)
{
	for (; auxiliary[0] != 0; auxiliary += 2) {
		if (auxiliary[0] == type)
			return auxiliary[1];
	}
	return 0;
}

int become_engine(const struct engine *engine, const char **what)
{
	char *const *environment = engine->inbox->environment;
	const char *program = variable(environment, "CONFIDE_TEST_RESOLVER");
	char number[16];
	char *arguments[] = { (char *)(uintptr_t)program, number, NULL };

	*what = "cannot run $CONFIDE_TEST_RESOLVER";
	if (!program)
		return -ENOENT;
	snprintf(number, sizeof(number), "%d", (int)engine->inbox->socket);
	(void)fcntl((int)engine->inbox->socket, F_SETFD, 0);
	execve(program, arguments, environment);
	return -errno;
}
