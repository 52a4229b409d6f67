/* SPDX-License-Identifier: MIT */
#include "policy.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "tables.h"
#include "values.h"

#define LAST_SIGNAL (SIGNAL_LIMIT - 1)

/* What programs mean by SIGRTMIN: the kernel's 32 and 33 are libc's own. */
#define FIRST_REAL_TIME 34

struct policy default_policy(void)
{
	struct policy policy = { .grace = GRACE_OF_THE_SITUATION, .umask = -1 };

	for (int number = 0; number < SIGNAL_LIMIT; number++)
		policy.rewrite[number] = (unsigned char)number;
	return policy;
}

/* What stands behind "RT": MIN, MIN+n, MAX, MAX-n or n, which is MIN+n as kill(1) has it. */
static int real_time_signal(const char *text)
{
	bool from_end = strncasecmp(text, "MAX", 3) == 0;
	bool has_base = from_end || strncasecmp(text, "MIN", 3) == 0;
	long distance = 0;

	if (has_base)
		text += 3;
	if (!has_base || *text != '\0') {
		if (has_base && *text++ != (from_end ? '-' : '+'))
			return -1;
		distance = whole_number(text, 10, LAST_SIGNAL - FIRST_REAL_TIME);
	}
	if (distance < 0)
		return -1;
	return (int)(from_end ? LAST_SIGNAL - distance : FIRST_REAL_TIME + distance);
}

int signal_number(const char *name)
{
	long number = whole_number(name, 10, LAST_SIGNAL);

	if (number >= 0)
		return number > 0 ? (int)number : -1;
	if (strncasecmp(name, "SIG", 3) == 0)
		name += 3;
	for (size_t i = 0; i < sizeof(signal_names) / sizeof(signal_names[0]); i++) {
		if (strcasecmp(signal_names[i].name, name) == 0)
			return signal_names[i].number;
	}
	return strncasecmp(name, "RT", 2) == 0 ? real_time_signal(name + 2) : -1;
}

bool add_rewrite(struct policy *policy, const char *text)
{
	const char *colon = strchr(text, ':');
	char name[16] = { 0 };
	int from;
	int to;

	if (!colon || (size_t)(colon - text) >= sizeof(name))
		return false;
	memcpy(name, text, (size_t)(colon - text));
	from = signal_number(name);
	to = strcmp(colon + 1, "0") == 0 ? 0 : signal_number(colon + 1);
	if (from < 0 || to < 0)
		return false;
	policy->rewrite[from] = (unsigned char)to;
	return true;
}

bool add_expected(struct policy *policy, const char *text)
{
	long code = whole_number(text, 10, 255);

	if (code < 0)
		return false;
	policy->expected[code / 64] |= UINT64_C(1) << (code % 64);
	return true;
}
