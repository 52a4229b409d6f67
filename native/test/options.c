/* SPDX-License-Identifier: MIT */
#include "../options.h"

#include <stddef.h>

#include "tap.h"

#define MILLISECOND INT64_C(1000000)

static char *no_variables[] = { NULL };

/* What the last command line said. */
static struct policy policy;

#define READ(...) read((char *[]){ "confide", __VA_ARGS__, NULL })

static struct command_line read(char **argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	policy = default_policy();
	return read_command_line(argc, argv, no_variables, &policy);
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

	check(read_command_line(2, argv, both, &policy).timeout == 2000 * MILLISECOND,
	      "the first of two equal names counts");
	check(read_command_line(2, argv, bad, &policy).timeout == 30000 * MILLISECOND,
	      "a malformed variable leaves the default to the spine");
	check(!read_command_line(2, argv, bad, &policy).resolves, "an empty variable is none");
	check(read_command_line(2, argv, file, &policy).resolves,
	      "CONFIDE_ENV_FILE needs the resolver");
	check(variable(both, "CONFIDE_TIME") == NULL, "a name is not found by its start");
}

static void init_options(void)
{
	check(READ("-sgw", "x").operand == 2 && policy.group && policy.warn_on_reap &&
		      policy.needs_subreaper, "letters without a value");
	check(READ("-p", "KILL", "-e143", "-r", "15:0", "x").operand == 6, "letters with a value");
	check(policy.death_signal == 9 && policy.rewrite[15] == 0 && policy.expected[2] == 1 << 15,
	      "and what they say");
	check(READ("-rTERM:QUIT,HUP:0", "-r", "RTMIN:RTMAX", "x").operand == 4 &&
		      policy.rewrite[15] == 3 && policy.rewrite[1] == 0 && policy.rewrite[34] == 64,
	      "several rewrites");
	check(READ("--grace=0", "--kill-after", "1.5s", "x").operand == 4 && policy.grace == 0 &&
		      policy.kill_after == 1500 * MILLISECOND, "durations");
	check(READ("--kill-after=0", "x").for_cli, "to kill at once is refused");
	check(READ("--umask", "027", "--chdir=/x", "--user=a:b", "x").operand == 5 &&
		      policy.umask == 027 && policy.directory && policy.user, "what the child gets");
	check(READ("--umask=8", "x").for_cli && READ("--umask=1000", "x").for_cli, "not a umask");
	check(READ("--user=:1", "x").for_cli && READ("--user=1:", "x").for_cli &&
		      READ("--user=1:2:3", "x").for_cli, "half a user");
	check(READ("-e256", "x").for_cli && READ("-p", "TERMS", "x").for_cli &&
		      READ("-rTERM", "x").for_cli && READ("-rTERM:HUP,", "x").for_cli, "wrong values");
	check(READ("-gc", "x").for_cli && READ("-cg", "x").for_cli &&
		      READ("--setsid", "-c", "x").for_cli,
	      "pairs that exclude each other, in either order");
	check(READ("-P").operand == -1 && !READ("-P").for_cli && policy.pause, "a pause");
	check(READ("-P", "x").for_cli && READ("-Pg").for_cli, "has no command, nor its options");
}

static bool takes(char *one, char *other, char *word)
{
	char *argv[] = { "confide", word, "x", NULL };
	char *both[] = { one, other, NULL };

	policy = default_policy();
	return !read_command_line(3, argv, both, &policy).for_cli;
}

static void init_variables(void)
{
	check(takes("CONFIDE_GROUP=yes", "CONFIDE_GRACE=0", "-v") && policy.group &&
		      policy.grace == 0, "variables say the same");
	check(takes("CONFIDE_GROUP=off", "CONFIDE_SINGLE_CHILD=1", "-v") && !policy.group,
	      "what is off excludes nothing");
	check(!takes("CONFIDE_GROUP=1", "CONFIDE_SINGLE_CHILD=1", "-v"), "what is on does");
	check(takes("CONFIDE_GROUP=1", "CONFIDE_GRACE=1", "-c") && !policy.group && policy.single_child,
	      "an option wins over the variable that it excludes");
	check(takes("CONFIDE_REWRITE=TERM:INT", "CONFIDE_GRACE=x", "--grace=1") &&
		      policy.rewrite[15] == 2, "a variable that an option overrules is not read");
	check(!takes("CONFIDE_GRACE=x", "A=", "-v") && !takes("CONFIDE_GROUP=2", "A=", "-v"),
	      "a wrong one is for the CLI to refuse");
	check(takes("CONFIDE_VERBOSE=2", "A=", "-g") && policy.verbosity == 2, "verbose is a count");
	check(!takes("CONFIDE_PAUSE=1", "A=", "-g") || !policy.pause,
	      "no pause with a command's option");
}

int main(void)
{
	operands();
	init_options();
	init_variables();
	durations();
	variables();
	return finish();
}
