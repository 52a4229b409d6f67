/* SPDX-License-Identifier: MIT */
#include "scan.h"

#include <stddef.h>
#include <string.h>

#include "kernel.h"
#include "tables.h"

static bool starts_with_marker(const char *text)
{
	for (const char *const *marker = reference_markers; *marker; marker++) {
		if (strncmp(text, *marker, strlen(*marker)) == 0)
			return true;
	}
	return false;
}

bool may_hold_reference(char *const *environment)
{
	for (; *environment; environment++) {
		const char *value = strchr(*environment, '=');

		if (!value)
			continue;
		if (starts_with_marker(++value))
			return true;
		while ((value = strstr(value, "${"))) {
			value += 2;
			if (starts_with_marker(value))
				return true;
		}
	}
	return false;
}

void wipe_credentials(char **environment)
{
	for (; *environment; environment++) {
		for (const char *const *name = credential_names; *name; name++) {
			size_t length = strlen(*name);

			if (strncmp(*environment, *name, length) == 0 && (*environment)[length] == '=')
				wipe(*environment + length + 1, strlen(*environment + length + 1));
		}
	}
}
