/* SPDX-License-Identifier: MIT */
#include "../options.h"

#include <stddef.h>

#include "tap.h"

#define MILLISECOND INT64_C(1000000)

static char *no_variables[] = { NULL };

#define READ(...) read((char *[]){ "confide", __VA_ARGS__, NULL })

static struct command_line read(char **argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	return read_command_line(argc, argv, no_variables);
}

static int64_t timeout_of(char *text)
{
	struct command_line line = READ("--timeout", text, "--", "x");

	return line.for_cli ? -1 : line.timeout / MILLISECOND;
}

static void operands(void)
{
	check(READ("--", "check").operand == 2, "-- ends the options");
	check(!READ("--", "check").for_cli, "a reserved name behind -- is a program");
	check(READ("check").for_cli, "a reserved name is for the CLI");
	check(READ("sh", "--help").operand == 1, "options stop at the first operand");
	check(!READ("sh", "--help").for_cli, "the command's options are its own");
	check(READ("-").operand == 1, "a lone - is an operand");
	check(READ("--").for_cli, "no command is for the CLI to refuse");
	check(READ("--nope", "x").for_cli, "an unknown option is for the CLI to refuse");
	check(READ("-vv", "x").operand == 2, "letters can be joined");
	check(READ("-vh", "x").for_cli, "help among joined letters is found");
	check(READ("--verbose=1", "x").for_cli, "a flag takes no value");
	check(READ("--timeout").for_cli, "a missing value is for the CLI to refuse");
	check(READ("--only", "--", "x").for_cli, "-- is not taken for a value");
	check(READ("--only=", "x").for_cli && READ("--only", "", "x").for_cli,
	      "an empty value is for the CLI to refuse");
	check(READ("--env-file=.env", "x").resolves, "--env-file needs the resolver");
	check(READ("--fd-base", "x", "y").for_cli, "a number that is none is refused");
	check(READ("--fd-base", "2", "y").for_cli, "a number that is too small is refused");
	check(READ("--keep-credentials", "--drop-credentials", "y").for_cli,
	      "a pair that excludes each other is for the CLI to refuse");
	check(READ("--deliver=keyrung", "y").for_cli, "a choice that is none is refused");
	check(READ("--deliver", "env", "y").operand == 3, "a choice that is one is taken");
}

static void durations(void)
{
	check(timeout_of("30") == 30000, "a plain number is seconds");
	check(timeout_of("1.5s") == 1500, "fractions count");
	check(timeout_of("250ms") == 250, "ms is milliseconds");
	check(timeout_of("2m") == 120000 && timeout_of("24h") == 86400000, "m and h");
	check(timeout_of("0.123456s") == 123, "six digits behind the point are taken");
	check(timeout_of("0.1234567s") == -1, "a seventh is refused");
	check(timeout_of("0") == -1, "0 is refused");
	check(timeout_of("25h") == -1, "more than a day is refused");
	check(timeout_of("99999999999999999999999") == -1, "an overflow is refused");
	check(timeout_of("1.") == -1 && timeout_of(".5") == -1, "half a number is refused");
	check(timeout_of("-1") == -1 && timeout_of("5 s") == -1, "signs and blanks are refused");
}

static void variables(void)
{
	char *argv[] = { "confide", "x", NULL };
	char *both[] = { "CONFIDE_TIMEOUT=2s", "CONFIDE_TIMEOUT=3s", NULL };
	char *bad[] = { "CONFIDE_TIMEOUT=soon", "CONFIDE_ENV_FILE=", NULL };
	char *file[] = { "CONFIDE_ENV_FILE=.env", NULL };

	check(read_command_line(2, argv, both).timeout == 2000 * MILLISECOND,
	      "the first of two equal names counts");
	check(read_command_line(2, argv, bad).timeout == 30000 * MILLISECOND,
	      "a malformed variable leaves the default to the spine");
	check(!read_command_line(2, argv, bad).resolves, "an empty variable is none");
	check(read_command_line(2, argv, file).resolves, "CONFIDE_ENV_FILE needs the resolver");
	check(variable(both, "CONFIDE_TIME") == NULL, "a name is not found by its start");
}

int main(void)
{
	operands();
	durations();
	variables();
	return finish();
}
