/* SPDX-License-Identifier: MIT */
#include "message.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* Longer lines are cut: PID 1 does not allocate. */
#define LINE_LIMIT 1024

static size_t append(char *line, size_t used, const char *text, size_t limit)
{
	size_t length = strlen(text);

	if (length > limit - used)
		length = limit - used;
	for (size_t i = 0; i < length; i++) {
		/* A name from the command line must not steer the terminal. UTF-8 is left alone. */
		bool steers = (unsigned char)text[i] < ' ' || text[i] == 0x7f;

		line[used + i] = steers ? '?' : text[i];
	}
	return used + length;
}

const char *reason(int error)
{
	static char text[64];
	size_t length = append(text, 0, strerror(error), sizeof(text) - 1);

	text[length] = '\0';
	/* Not for "I/O error": only where a word follows. */
	if (text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a' && text[1] <= 'z')
		text[0] = (char)(text[0] - 'A' + 'a');
	return text;
}

static void write_line(const char *kind, const char *first, va_list rest)
{
	char line[LINE_LIMIT];
	size_t used = append(line, 0, "confide: ", LINE_LIMIT - 1);

	used = append(line, used, kind, LINE_LIMIT - 1);
	for (const char *text = first; text; text = va_arg(rest, const char *))
		used = append(line, used, text, LINE_LIMIT - 1);
	line[used++] = '\n';
	/* A closed stderr is the caller's choice: there is nowhere left to complain. */
	if (write(STDERR_FILENO, line, used) < 0)
		return;
}

void report_error(const char *first, ...)
{
	va_list rest;

	va_start(rest, first);
	write_line("error: ", first, rest);
	va_end(rest);
}

void report_hint(const char *first, ...)
{
	va_list rest;

	va_start(rest, first);
	write_line("hint: ", first, rest);
	va_end(rest);
}

void report_warning(const char *first, ...)
{
	va_list rest;

	va_start(rest, first);
	write_line("warning: ", first, rest);
	va_end(rest);
}
