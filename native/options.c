/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tables.h"
#include "values.h"

#define DEFAULT_TIMEOUT INT64_C(30000000000)

/* For numbers without a limit of their own. */
#define LARGEST_NUMBER 999999999L

struct reading {
	struct command_line *line;
	struct policy *policy;
	uint64_t set; /* as `given`, for variables */
};

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

/* "A,B": hand each to `add`. Returns false where it takes one of them for wrong. */
static bool add_each(struct policy *policy, const char *text,
		     bool (*add)(struct policy *, const char *))
{
	for (;; text++) {
		char piece[40] = { 0 };
		size_t length = strcspn(text, ",");

		if (length >= sizeof(piece))
			return false;
		memcpy(piece, text, length);
		if (!add(policy, piece))
			return false;
		text += length;
		if (*text == '\0')
			return true;
	}
}

/* USER or USER:GROUP; who that is shows when the command is started. */
static bool is_user(const char *text)
{
	const char *colon = strchr(text, ':');

	return colon != text && (!colon || (colon[1] != '\0' && !strchr(colon + 1, ':')));
}

static bool is_valid(const struct option *option, const char *value)
{
	switch (option->kind) {
	case OPTION_NUMBER:
		return whole_number(value, 10, LARGEST_NUMBER) >= option->minimum;
	case OPTION_DURATION:
		return duration(value) >= option->minimum;
	case OPTION_CHOICE:
		return is_choice(value, option->choices);
	case OPTION_SIGNAL:
		return signal_number(value) > 0;
	case OPTION_MASK:
		return whole_number(value, 8, 0777) >= 0;
	case OPTION_USER:
		return is_user(value);
	case OPTION_FLAG:
	case OPTION_TEXT:
	case OPTION_REWRITE: /* checked as they are added */
	case OPTION_STATUS:
	default:
		return true;
	}
}

/* What the spine does with an option; its value is valid, but for those that are added. */
static bool set(struct reading *reading, const struct option *option, const char *value)
{
	struct policy *policy = reading->policy;

	switch ((int)(option - options)) {
	case PLACE_TIMEOUT:
		reading->line->timeout = duration(value);
		break;
	case PLACE_SUBREAPER:
		policy->needs_subreaper = true;
		break;
	case PLACE_GROUP:
		policy->group = true;
		break;
	case PLACE_SINGLE_CHILD:
		policy->single_child = true;
		break;
	case PLACE_SETSID:
		policy->new_session = true;
		break;
	case PLACE_PARENT_DEATH_SIGNAL:
		policy->death_signal = signal_number(value);
		break;
	case PLACE_REWRITE:
		return add_each(policy, value, add_rewrite);
	case PLACE_EXPECT_STATUS:
		return add_each(policy, value, add_expected);
	case PLACE_WARN_ON_REAP:
		policy->warn_on_reap = true;
		break;
	case PLACE_GRACE:
		policy->grace = duration(value);
		break;
	case PLACE_KILL_AFTER:
		policy->kill_after = duration(value);
		break;
	case PLACE_USER:
		policy->user = value;
		break;
	case PLACE_CHDIR:
		policy->directory = value;
		break;
	case PLACE_UMASK:
		policy->umask = (int)whole_number(value, 8, 0777);
		break;
	case PLACE_NO_NEW_PRIVS:
		policy->no_new_privileges = true;
		break;
	case PLACE_PAUSE:
		policy->pause = true;
		break;
	case PLACE_VERBOSE:
		policy->verbosity++;
		break;
	default:
		break;
	}
	return true;
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

static uint64_t bit_of(const struct option *option)
{
	return UINT64_C(1) << (option - options);
}

/* Whether the option excludes one of `others`; the declaration is at either of the two. */
static bool conflicts(const struct option *option, uint64_t others)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const struct option *other = &options[i];

		if ((others & bit_of(other)) != 0 &&
		    ((option->conflicts && is_choice(other->name, option->conflicts)) ||
		     (other->conflicts && is_choice(option->name, other->conflicts))))
			return true;
	}
	return false;
}

/* Take an option into account. Returns false where the CLI must have its say. */
static bool apply(struct reading *reading, const struct option *option, const char *value)
{
	struct command_line *line = reading->line;

	if (option->role == ROLE_CLI)
		return false;
	if (option->kind != OPTION_FLAG && (!value || *value == '\0' || !is_valid(option, value)))
		return false;
	if (conflicts(option, line->given))
		return false;
	line->given |= bit_of(option);
	if (option->resolves)
		line->resolves = true;
	return set(reading, option, value ? value : "");
}

/* A word that can be a value: `--only -- x` has forgotten its own. */
static const char *as_value(const char *word)
{
	return word && strcmp(word, "--") != 0 ? word : NULL;
}

/* --name, --name=value, --name value. Returns how many further words it took, or -1. */
static int read_long(struct reading *reading, const char *word, const char *next)
{
	const char *equals = strchr(word, '=');
	size_t length = equals ? (size_t)(equals - word) : strlen(word);
	const struct option *option = find_long(word, length);
	bool takes_next;

	if (!option || (option->kind == OPTION_FLAG && equals))
		return -1;
	takes_next = option->kind != OPTION_FLAG && !equals;
	if (!apply(reading, option, takes_next ? as_value(next) : equals ? equals + 1 : NULL))
		return -1;
	return takes_next ? 1 : 0;
}

/* -abc, -oVALUE, -o VALUE. Returns how many further words it took, or -1. */
static int read_letters(struct reading *reading, const char *letters, const char *next)
{
	for (; *letters; letters++) {
		const struct option *option = find_letter(*letters);
		bool attached = letters[1] != '\0';

		if (!option)
			return -1;
		if (option->kind == OPTION_FLAG) {
			if (!apply(reading, option, NULL))
				return -1;
			continue;
		}
		if (!apply(reading, option, attached ? letters + 1 : as_value(next)))
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
		if (i == PLACE_TIMEOUT && is_valid(option, value))
			line.timeout = duration(value);
	}
	return line;
}

/* 1, 0, or -1 where it is neither yes nor no. */
static int yes_or_no(const char *text)
{
	static const char *const words[] = { "0", "1", "false", "true", "no", "yes", "off", "on" };

	for (int i = 0; i < 8; i++) {
		if (strcasecmp(text, words[i]) == 0)
			return i % 2;
	}
	return -1;
}

/* Returns false where the CLI must have its say. */
static bool apply_variable(struct reading *reading, const struct option *option, const char *value)
{
	if (option->kind == OPTION_FLAG && yes_or_no(value) <= 0)
		return yes_or_no(value) == 0;
	if (!is_valid(option, value) || conflicts(option, reading->set))
		return false;
	reading->set |= bit_of(option);
	return set(reading, option, value);
}

/*
 * The variables that concern the spine alone. An option on the command line wins over its
 * variable, and over that of one it excludes. Returns false where the CLI must have its say.
 */
static bool read_policy(struct reading *reading, char *const *environment)
{
	bool is_right = true;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const struct option *option = &options[i];
		const uint64_t given = reading->line->given;
		const char *value = option->variable ? variable(environment, option->variable) : NULL;

		if (!value || *value == '\0' || (given & bit_of(option)) != 0)
			continue;
		if (option->role == ROLE_INIT && !conflicts(option, given))
			is_right = apply_variable(reading, option, value) && is_right;
		/* It says how often as well; the resolver refuses what is neither. */
		if (i == PLACE_VERBOSE)
			reading->policy->verbosity =
				yes_or_no(value) >= 0 ? yes_or_no(value) : atoi(value);
	}
	return is_right;
}

/* Returns the index behind the options, or -1 where the CLI must have its say. */
static int read_options(struct reading *reading, int argc, char *const *argv, bool *explicit)
{
	int i = 1;

	while (i < argc && argv[i][0] == '-' && argv[i][1] != '\0') {
		const char *word = argv[i++];
		const char *next = i < argc ? argv[i] : NULL;
		int taken;

		if (strcmp(word, "--") == 0) {
			*explicit = true;
			return i;
		}
		taken = word[1] == '-' ? read_long(reading, word + 2, next)
				       : read_letters(reading, word + 1, next);
		if (taken < 0)
			return -1;
		i += taken;
	}
	return i;
}

struct command_line read_command_line(int argc, char *const *argv, char *const *environment,
				      struct policy *policy)
{
	struct command_line line = read_variables(environment);
	struct reading reading = { .line = &line, .policy = policy };
	bool explicit = false;
	int end = read_options(&reading, argc, argv, &explicit);
	bool is_right = read_policy(&reading, environment);

	if (end >= 0 && end < argc)
		line.operand = end;
	/* There is a command, or there is to be none. */
	line.for_cli = end < 0 || !is_right || (line.operand >= 0) == policy->pause ||
		       (line.operand >= 0 && !explicit && is_subcommand(argv[end]));
	return line;
}
