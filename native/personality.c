/* SPDX-License-Identifier: MIT */
#include "personality.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "personalities.h"
#include "tables.h"

#define COMPAT "--compat="

static const struct personality *const personalities[] = {
	&tini_personality,
	&dumb_init_personality,
	&catatonit_personality,
	NULL,
};

static const char licence_text[] =
	"confide, called by the name of another init. None of that one's code is in it.\n\n"
	"MIT License\n\nCopyright (c) 2026 the confide authors\n\n"
	"Permission is hereby granted, free of charge, to any person obtaining a copy\n"
	"of this software and associated documentation files (the \"Software\"), to deal\n"
	"in the Software without restriction, including without limitation the rights\n"
	"to use, copy, modify, merge, publish, distribute, sublicense, and/or sell\n"
	"copies of the Software, and to permit persons to whom the Software is\n"
	"furnished to do so, subject to the following conditions:\n\n"
	"The above copyright notice and this permission notice shall be included in all\n"
	"copies or substantial portions of the Software.\n\n"
	"THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR\n"
	"IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,\n"
	"FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE\n"
	"AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER\n"
	"LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,\n"
	"OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE\n"
	"SOFTWARE.\n";

const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int take_group(struct reading *reading, const char *value)
{
	(void)value;
	reading->policy->group = true;
	return PERSONALITY_TAKEN;
}

int take_verbose(struct reading *reading, const char *value)
{
	(void)value;
	reading->policy->verbosity++;
	return PERSONALITY_TAKEN;
}

int print_licence(struct reading *reading, const char *value)
{
	(void)reading;
	(void)value;
	print(STDOUT_FILENO, licence_text, NULL);
	return 0;
}

static const struct personality *find_personality(const char *name)
{
	for (const struct personality *const *self = personalities; *self; self++) {
		for (const char *const *own = (*self)->names; *own; own++) {
			if (strcmp(*own, name) == 0)
				return *self;
		}
	}
	return NULL;
}

/* A usage error as getopt(3) of glibc words it, which is what peers' users and tests know. */
#define EXPLAIN(reading, ...) print(STDERR_FILENO, (reading)->called, ": ", __VA_ARGS__, NULL)

/* -abc, -oVALUE, -o VALUE. `*next` is the first word behind, and moves on if it was a value. */
static int read_letters(const struct personality *self, struct reading *reading,
			const char *letters, char *const **next)
{
	for (; *letters; letters++) {
		const struct personality_option *option = self->options;
		const char letter[2] = { *letters, '\0' };
		const char *value = NULL;
		int result;

		while (option->letter && option->letter != *letters)
			option++;
		if (!option->letter) {
			EXPLAIN(reading, "invalid option -- '", letter, "'\n");
			return self->fail(reading);
		}
		if (option->takes_value) {
			value = letters[1] ? letters + 1 : **next;
			if (!value) {
				EXPLAIN(reading, "option requires an argument -- '", letter, "'\n");
				return self->fail(reading);
			}
			*next += letters[1] ? 0 : 1;
		}
		result = option->take(reading, value);
		if (result != PERSONALITY_TAKEN || value)
			return result;
	}
	return PERSONALITY_TAKEN;
}

/* The option of that name, or the only one that begins so. `*count` says how many there are. */
static const struct personality_option *find_long(const struct personality *self,
						  const char *name, size_t length, int *count)
{
	const struct personality_option *found = NULL;

	*count = 0;
	for (const struct personality_option *option = self->options; option->letter; option++) {
		if (!option->name || strncmp(option->name, name, length) != 0)
			continue;
		found = option;
		(*count)++;
		if (option->name[length] == '\0') {
			*count = 1;
			break;
		}
	}
	return found;
}

/* --name, --name=VALUE, --name VALUE. `name` is what follows the dashes. */
static int read_long(const struct personality *self, struct reading *reading, const char *name,
		     char *const **next)
{
	const char *value = strchr(name, '=');
	size_t length = value ? (size_t)(value - name) : strlen(name);
	int count;
	const struct personality_option *option = find_long(self, name, length, &count);

	value = value ? value + 1 : NULL;
	if (count != 1)
		EXPLAIN(reading, count ? "" : "unrecognized ", "option '--", name,
			count ? "' is ambiguous\n" : "'\n");
	else if (value && !option->takes_value)
		EXPLAIN(reading, "option '--", option->name, "' doesn't allow an argument\n");
	else if (!value && option->takes_value && !**next)
		EXPLAIN(reading, "option '--", option->name, "' requires an argument\n");
	else
		return option->take(reading, value || !option->takes_value ? value : *(*next)++);
	return self->fail(reading);
}

/*
 * tini's help says "PROGRAM -- ARGUMENTS", since its getopt(3) looks for options behind the
 * program as well and takes the dashes away. We look no further than PROGRAM, and do the same.
 */
static void drop_dashes(char **command)
{
	if (!command[0] || !command[1] || strcmp(command[1], "--") != 0)
		return;
	command[1] = command[0];
	command[0] = NULL;
}

/* Read the words behind the name. Returns PERSONALITY_TAKEN, with *words at the command. */
static int read_words(const struct personality *self, struct reading *reading, char ***words)
{
	char *const *next = *words;
	int result = PERSONALITY_TAKEN;
	bool explicit = false;

	if (self->only_word && *next && !next[1] && strcmp(*next, self->only_word) == 0)
		return self->take_only_word(reading, NULL);
	while (result == PERSONALITY_TAKEN && *next && (*next)[0] == '-' && (*next)[1] != '\0') {
		const char *word = *next++;

		explicit = strcmp(word, "--") == 0;
		if (explicit)
			break;
		if (self->has_long_names && word[1] == '-')
			result = read_long(self, reading, word + 2, &next);
		else
			result = read_letters(self, reading, word + 1, &next);
	}
	if (result == PERSONALITY_TAKEN && !*next && !reading->policy->pause)
		return self->refuse(reading);
	*words += next - *words;
	if (result == PERSONALITY_TAKEN && self->command_then_dashes && !explicit) {
		drop_dashes(*words);
		*words += **words ? 0 : 1;
	}
	return result;
}

/* --compat=NAME wins over the name we were called by, and that over CONFIDE_COMPAT. */
static const struct personality *choose(char *const *argv, char *const *environment,
					bool *by_word, const char **unknown)
{
	const struct personality *self = find_personality(base_name(argv[0]));
	const char *name = variable(environment, "CONFIDE_COMPAT");

	if (self)
		return self;
	*by_word = argv[1] && strncmp(argv[1], COMPAT, strlen(COMPAT)) == 0;
	if (*by_word)
		name = argv[1] + strlen(COMPAT);
	if (!name || *name == '\0')
		name = *by_word ? "" : NULL;
	self = name ? find_personality(name) : NULL;
	*unknown = self ? NULL : name;
	return self;
}

int read_personality(int argc, char **argv, char *const *environment, struct command_line *line,
		     struct policy *policy)
{
	struct reading reading = { .policy = policy };
	const char *unknown = NULL;
	bool by_word = false;
	const struct personality *self;
	char **words;
	int result;

	if (argc < 1)
		return PERSONALITY_NONE;
	self = choose(argv, environment, &by_word, &unknown);
	if (unknown) {
		report_error("no init that confide can stand in for: ", unknown, NULL);
		report_hint("write tini, dumb-init or catatonit", NULL);
		return EXIT_USAGE;
	}
	if (!self)
		return PERSONALITY_NONE;
	reading.called = argv[0];
	speak_as(self->voice);
	words = argv + 1 + by_word;
	result = read_words(self, &reading, &words);
	if (result != PERSONALITY_TAKEN)
		return result;
	line->operand = *words && !policy->pause ? (int)(words - argv) : -1;
	line->foreign = true;
	return self->complete(&reading, environment);
}
