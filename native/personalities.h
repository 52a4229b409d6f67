/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_PERSONALITIES_H
#define CONFIDE_PERSONALITIES_H

#include "personality.h"
#include "voice.h"

/* What is known while a command line is read. */
struct reading {
	const char *called; /* argv[0] */
	struct policy *policy;
	uint64_t rewritten; /* bit n: the command line named signal n */
};

/* Take an option into account; `value` is NULL for a flag. PERSONALITY_TAKEN or an exit code. */
typedef int option_handler(struct reading *reading, const char *value);

struct personality_option {
	char letter;
	const char *name; /* behind "--", or NULL */
	bool takes_value;
	option_handler *take;
};

/* One init: how its command line is read. Each is a file of its own. */
struct personality {
	const char *const *names;                 /* of the program, ended by NULL */
	const struct voice *voice;
	const struct personality_option *options; /* ended by a letter of 0 */
	const char *only_word;                    /* --version, where only a sole word can be */
	option_handler *take_only_word;
	bool has_long_names;
	bool command_then_dashes; /* "PROGRAM -- ARGUMENTS" is a way to write it */
	/* The last word: variables, defaults. PERSONALITY_TAKEN or an exit code. */
	int (*complete)(struct reading *reading, char *const *environment);
	/* What follows a usage error that getopt(3) would have explained. Returns the exit code. */
	int (*fail)(const struct reading *reading);
	/* There is no command. */
	int (*refuse)(const struct reading *reading);
};

extern const struct personality tini_personality;
extern const struct personality dumb_init_personality;
extern const struct personality catatonit_personality;

const char *base_name(const char *path);

/* Handlers that more than one has. */
option_handler take_group;
option_handler take_verbose;
option_handler print_licence;

#endif
