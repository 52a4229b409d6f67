/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <stddef.h>
#include <string.h>

#include "tables.h"
#include "values.h"

#define DEFAULT_TIMEOUT INT64_C(30000000000)

/* For numbers without a limit of their own. */
#define LARGEST_NUMBER 999999999L

const char *variable(char *const *environment, const char *name)
{
	size_t length = strlen(name);

	for (; *environment; environment++) {
		if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
			return *environment + length + 1;
	}
	return NULL;
}

static bool is_choice(const char *text, const char *choices)
{
	size_t length = strlen(text);

	while (*choices) {
		size_t width = strcspn(choices, "|");

		if (width == length && strncmp(choices, text, width) == 0)
			return true;
		choices += width + (choices[width] == '|');
	}
	return false;
}

static bool is_valid(const struct option *option, const char *value)
{
	switch (option->kind) {
	case OPTION_NUMBER:
		return whole_number(value, 10, LARGEST_NUMBER) >= option->minimum;
	case OPTION_DURATION:
		return duration(value) > 0;
	case OPTION_CHOICE:
		return is_choice(value, option->choices);
	case OPTION_FLAG:
	case OPTION_TEXT:
	default:
		return true;
	}
}

static const struct option *find_long(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (strlen(options[i].name) == length && strncmp(options[i].name, name, length) == 0)
			return &options[i];
	}
	return NULL;
}

static const struct option *find_letter(char letter)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (options[i].letter == letter && letter != '\0')
			return &options[i];
	}
	return NULL;
}

_Static_assert(sizeof(options) / sizeof(options[0]) <= 64, "`given` has a bit for each");

static bool is_given(const struct command_line *line, const char *name)
{
	const struct option *option = find_long(name, strlen(name));

	return option && (line->given & (UINT64_C(1) << (option - options))) != 0;
}

/* Take an option into account. Returns false where the CLI must have its say. */
static bool apply(struct command_line *line, const struct option *option, const char *value)
{
	if (option->role == ROLE_CLI)
		return false;
	if (option->kind != OPTION_FLAG && (!value || *value == '\0' || !is_valid(option, value)))
		return false;
	if (option->conflicts && is_given(line, option->conflicts))
		return false;
	line->given |= UINT64_C(1) << (option - options);
	if (option->resolves)
		line->resolves = true;
	if (option->role == ROLE_SPINE && option->kind == OPTION_DURATION)
		line->timeout = duration(value);
	return true;
}

/* A word that can be a value: `--only -- x` has forgotten its own. */
static const char *as_value(const char *word)
{
	return word && strcmp(word, "--") != 0 ? word : NULL;
}

/* --name, --name=value, --name value. Returns how many further words it took, or -1. */
static int read_long(struct command_line *line, const char *word, const char *next)
{
	const char *equals = strchr(word, '=');
	size_t length = equals ? (size_t)(equals - word) : strlen(word);
	const struct option *option = find_long(word, length);
	bool takes_next;

	if (!option || (option->kind == OPTION_FLAG && equals))
		return -1;
	takes_next = option->kind != OPTION_FLAG && !equals;
	if (!apply(line, option, takes_next ? as_value(next) : equals ? equals + 1 : NULL))
		return -1;
	return takes_next ? 1 : 0;
}

/* -abc, -oVALUE, -o VALUE. Returns how many further words it took, or -1. */
static int read_letters(struct command_line *line, const char *letters, const char *next)
{
	for (; *letters; letters++) {
		const struct option *option = find_letter(*letters);
		bool attached = letters[1] != '\0';

		if (!option)
			return -1;
		if (option->kind == OPTION_FLAG) {
			if (!apply(line, option, NULL))
				return -1;
			continue;
		}
		if (!apply(line, option, attached ? letters + 1 : as_value(next)))
			return -1;
		return attached ? 0 : 1;
	}
	return 0;
}

static bool is_subcommand(const char *word)
{
	for (const char *const *name = subcommands; *name; name++) {
		if (strcmp(*name, word) == 0)
			return true;
	}
	return false;
}

struct command_line read_variables(char *const *environment)
{
	struct command_line line = { .operand = -1, .timeout = DEFAULT_TIMEOUT };

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const struct option *option = &options[i];
		const char *value = option->variable ? variable(environment, option->variable) : NULL;

		if (!value || *value == '\0')
			continue;
		if (option->resolves)
			line.resolves = true;
		/* A malformed duration is left to the resolver, which refuses it by name. */
		if (option->role == ROLE_SPINE && option->kind == OPTION_DURATION && duration(value) > 0)
			line.timeout = duration(value);
	}
	return line;
}

struct command_line read_command_line(int argc, char *const *argv, char *const *environment)
{
	struct command_line line = read_variables(environment);
	bool explicit = false;
	int i = 1;

	while (i < argc && argv[i][0] == '-' && argv[i][1] != '\0') {
		const char *word = argv[i++];
		const char *next = i < argc ? argv[i] : NULL;
		int taken;

		if (strcmp(word, "--") == 0) {
			explicit = true;
			break;
		}
		taken = word[1] == '-' ? read_long(&line, word + 2, next)
				       : read_letters(&line, word + 1, next);
		if (taken < 0) {
			line.for_cli = true;
			return line;
		}
		i += taken;
	}

	if (i >= argc || (!explicit && is_subcommand(argv[i])))
		line.for_cli = true;
	if (i < argc)
		line.operand = i;
	return line;
}
