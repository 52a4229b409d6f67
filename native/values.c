/* SPDX-License-Identifier: MIT */
#include "values.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define SECOND INT64_C(1000000000)
#define LONGEST_DURATION (24 * 3600 * SECOND)

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int64_t unit_of(const char *text)
{
	static const struct {
		const char *name;
		int64_t nanoseconds;
	} units[] = { { "", SECOND },
		      { "ms", SECOND / 1000 },
		      { "s", SECOND },
		      { "m", 60 * SECOND },
		      { "h", 3600 * SECOND } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text, units[i].name) == 0)
			return units[i].nanoseconds;
	}
	return 0;
}

int64_t duration(const char *text)
{
	int64_t value = 0;
	int64_t scale = 1;
	int64_t unit;
	bool fraction = false;

	if (!is_digit(*text))
		return -1;
	for (; is_digit(*text) || (*text == '.' && !fraction); text++) {
		if (*text == '.') {
			fraction = true;
			if (!is_digit(text[1]))
				return -1;
		} else {
			if (value > LONGEST_DURATION / 10 || scale >= 1000000)
				return -1;
			value = value * 10 + (*text - '0');
			scale *= fraction ? 10 : 1;
		}
	}
	unit = unit_of(text);
	if (unit == 0 || value > LONGEST_DURATION / unit * scale)
		return -1;
	/* unit is a multiple of 1000000 and scale divides that: nothing is lost. */
	return value * (unit / scale);
}

long whole_number(const char *text, int base, long most)
{
	long value = 0;

	if (*text == '\0')
		return -1;
	for (; is_digit(*text) && *text - '0' < base; text++) {
		value = value * base + (*text - '0');
		if (value > most)
			return -1;
	}
	return *text == '\0' ? value : -1;
}

const char *decimal(long number, char text[DECIMAL_SIZE])
{
	char *at = &text[DECIMAL_SIZE - 1];

	*at = '\0';
	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	return at;
}
