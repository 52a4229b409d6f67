/* SPDX-License-Identifier: MIT */
#include "../personality.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tap.h"

/* What was made of a command line. */
static struct {
	struct command_line line;
	struct policy policy;
	char *argv[16];
	int answer;
	char said[4096]; /* to stdout and stderr */
} got;

static char *environment[4];

static void read_words(char **argv)
{
	int output = memfd_create("output", MFD_CLOEXEC);
	int kept[2] = { dup(1), dup(2) };
	int argc = 0;
	ssize_t length;

	memset(&got, 0, sizeof(got));
	for (; argv[argc]; argc++)
		got.argv[argc] = argv[argc];
	got.line.operand = -1;
	got.policy = default_policy();
	fflush(stdout);
	dup2(output, 1);
	dup2(output, 2);
	got.answer = read_personality(argc, got.argv, environment, &got.line, &got.policy);
	dup2(kept[0], 1);
	dup2(kept[1], 2);
	close(kept[0]);
	close(kept[1]);
	length = pread(output, got.said, sizeof(got.said) - 1, 0);
	got.said[length > 0 ? length : 0] = '\0';
	close(output);
	memset(environment, 0, sizeof(environment));
}

#define READ(...) read_words((char *[]){ __VA_ARGS__, NULL })
#define TAKEN (got.answer == PERSONALITY_TAKEN)
#define SAID(text) (strcmp(got.said, text) == 0)

static bool runs(const char *program)
{
	return TAKEN && got.line.operand > 0 && strcmp(got.argv[got.line.operand], program) == 0;
}

static void names(void)
{
	static char *const others[] = { "tini", "tini-static", "docker-init", "dumb-init",
					"catatonit", "/sbin/docker-init" };
	bool all = true;

	READ("confide", "--", "x");
	check(got.answer == PERSONALITY_NONE, "under its own name confide is itself");
	READ("/usr/bin/podman-init", "--", "x");
	check(got.answer == PERSONALITY_NONE, "and under a name that is nobody's");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		READ(others[i], "--", "x");
		all = all && runs("x") && got.line.operand == 2;
	}
	check(all, "each of the other names is taken, with a path or without");
	READ("confide", "--compat=tini", "-g", "x");
	check(runs("x") && got.line.operand == 3 && got.policy.group, "--compat names one");
	environment[0] = "CONFIDE_COMPAT=dumb-init";
	READ("confide", "x");
	check(runs("x") && got.policy.new_session, "CONFIDE_COMPAT names one");
	environment[0] = "CONFIDE_COMPAT=";
	READ("confide", "x");
	check(got.answer == PERSONALITY_NONE, "empty it names none");
	environment[0] = "CONFIDE_COMPAT=dumb-init";
	READ("confide", "--compat=tini", "x");
	check(runs("x") && !got.policy.new_session, "the word wins over the variable");
	environment[0] = "CONFIDE_COMPAT=dumb-init";
	READ("tini", "x");
	check(runs("x") && !got.policy.new_session, "the name wins over the variable");
	READ("confide", "--compat=runit", "x");
	check(got.answer == 64, "an unknown one is a usage error");
	READ("confide", "--compat=", "x");
	check(got.answer == 64, "and so is none");
	READ("tini", "--compat=tini", "x");
	check(got.answer == 1, "tini does not know the word");
}

static void tini(void)
{
	READ("tini", "-vsgwp", "SIGKILL", "-e143", "-e", "7", "--", "x");
	check(runs("x") && got.policy.verbosity == 1 && got.policy.group, "tini's letters join");
	check(got.policy.warn_on_reap && got.policy.death_signal == SIGKILL, "-w and -p");
	check(got.policy.needs_subreaper && !got.policy.no_subreaper, "-s");
	check(got.policy.expected[2] >> 15 & 1 && got.policy.expected[0] == 1 << 7,
	      "-e can be repeated");
	READ("tini", "x");
	check(runs("x") && got.policy.no_subreaper && !got.policy.group, "no subreaper by itself");
	check(got.policy.verbosity == 0, "warnings are said");
	READ("tini", "sh", "-c", "exit 3");
	check(runs("sh") && strcmp(got.argv[got.line.operand + 1], "-c") == 0,
	      "options stop at the command");
	READ("tini", "-g", "sh", "--", "-c", "exit 3");
	check(runs("sh") && strcmp(got.argv[got.line.operand + 1], "-c") == 0,
	      "PROGRAM -- ARGUMENTS, as its help has it");
	READ("tini", "--", "sh", "--", "-c");
	check(runs("sh") && strcmp(got.argv[got.line.operand + 1], "--") == 0,
	      "dashes behind dashes are the command's");
	READ("tini", "x", "--");
	check(runs("x") && got.argv[got.line.operand + 1] == NULL, "dashes with nothing behind");
	environment[0] = "TINI_SUBREAPER=";
	environment[1] = "TINI_KILL_PROCESS_GROUP=";
	environment[2] = "TINI_VERBOSITY=3";
	READ("tini", "x");
	check(got.policy.group && !got.policy.no_subreaper && got.policy.verbosity == 2,
	      "its variables count, even empty ones");
	environment[0] = "TINI_VERBOSITY=0";
	READ("tini", "-vv", "x");
	check(got.policy.verbosity == -1, "TINI_VERBOSITY wins over -v");
}

static void tini_errors(void)
{
	READ("tini");
	check(got.answer == 1 && strstr(got.said, "Usage: tini"), "no command: usage, 1");
	READ("tini", "-z");
	check(got.answer == 1 && strstr(got.said, "tini: invalid option -- 'z'\n"), "-z");
	READ("tini", "-e");
	check(got.answer == 1 && strstr(got.said, "option requires an argument -- 'e'"), "-e");
	READ("tini", "-e", "256", "x");
	check(got.answer == 1 && strstr(got.said, "Not a valid option for -e: 256\n"), "-e 256");
	READ("tini", "-p", "\033[2J", "x");
	check(got.answer == 1 && strstr(got.said, ")] Not a valid option for -p: ?[2J\n"),
	      "-p, without what steers a terminal");
	READ("tini", "-h");
	check(got.answer == 0 && strstr(got.said, "  -e EXIT_CODE"), "-h");
	READ("tini", "-l");
	check(got.answer == 0 && strstr(got.said, "MIT License") && strstr(got.said, "SOFTWARE.\n"),
	      "-l has the whole licence");
	READ("tini", "--version");
	check(got.answer == 0 && SAID("tini version 0.19.0 - confide\n"), "--version alone");
	READ("tini", "--version", "x");
	check(got.answer == 1 && strstr(got.said, "invalid option -- '-'"), "--version with more");
}

static void dumb_init(void)
{
	READ("dumb-init", "x", "-v");
	check(runs("x") && got.policy.group && got.policy.new_session, "dumb-init's session");
	check(got.policy.verbosity == 0 && got.policy.rewrite[SIGTSTP] == SIGSTOP &&
		      got.policy.rewrite[SIGTTIN] == SIGSTOP &&
		      got.policy.rewrite[SIGTTOU] == SIGSTOP,
	      "where nobody could suspend, the command is stopped");
	READ("dumb-init", "-r", "20:20", "--rewrite=15:3", "--rew", "2:0", "x");
	check(runs("x") && got.policy.rewrite[SIGTSTP] == SIGTSTP && got.policy.rewrite[15] == 3 &&
		      got.policy.rewrite[2] == 0,
	      "-r, and a name that is cut short");
	READ("dumb-init", "-c", "--verbose", "--", "x");
	check(runs("x") && got.policy.single_child && !got.policy.group && !got.policy.new_session,
	      "-c");
	check(got.policy.verbosity == 1 && got.policy.rewrite[SIGTSTP] == SIGTSTP, "-v");
	environment[0] = "DUMB_INIT_SETSID=0";
	environment[1] = "DUMB_INIT_DEBUG=1";
	READ("dumb-init", "x");
	check(got.policy.single_child && got.policy.verbosity == 1, "its variables");
	environment[0] = "DUMB_INIT_SETSID=no";
	environment[1] = "DUMB_INIT_DEBUG=yes";
	READ("dumb-init", "x");
	check(!got.policy.single_child && got.policy.verbosity == 0, "with just these values");
}

static void dumb_init_errors(void)
{
	static char *const wrong[] = { "",   "15",      "15::12",  "15:derp", "1:32",
				       "0:1", "32:1",    "15:",     ":15",     "-1:1",
				       "1:-1", "0015:12", "15:12:1" };
	bool all = true;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		READ("dumb-init", "-r", wrong[i], "x");
		all = all && got.answer == 1 && strstr(got.said, "between 1 and 31.\n");
	}
	check(all, "-r takes two signals");
	READ("dumb-init");
	check(got.answer == 1 && SAID("Usage: dumb-init [option] program [args]\n"
				      "Try dumb-init --help for full usage.\n"),
	      "no command");
	READ("dumb-init", "--yolo", "x");
	check(got.answer == 1 && SAID("dumb-init: unrecognized option '--yolo'\n"), "--yolo");
	READ("dumb-init", "--ver", "x");
	check(got.answer == 1 && SAID("dumb-init: option '--ver' is ambiguous\n"), "--ver");
	READ("dumb-init", "--verb=1", "x");
	check(got.answer == 1 && SAID("dumb-init: option '--verbose' doesn't allow an argument\n"),
	      "a value that is not wanted");
	READ("dumb-init", "--rewrite");
	check(got.answer == 1 && SAID("dumb-init: option '--rewrite' requires an argument\n"),
	      "a value that is missing");
	READ("dumb-init", "-V");
	check(got.answer == 0 && SAID("dumb-init v1.2.5\n"), "-V");
}

static void catatonit(void)
{
	READ("catatonit", "-g", "x", "-P");
	check(runs("x") && got.policy.group && !got.policy.pause, "catatonit's -g");
	check(!got.policy.no_subreaper, "it is a subreaper by itself");
	READ("catatonit", "-P");
	check(TAKEN && got.policy.pause && got.line.operand == -1, "-P needs no command");
	READ("catatonit", "-P", "x");
	check(TAKEN && got.policy.pause && got.line.operand == -1, "-P runs none");
	environment[0] = "CATATONIT_DEBUG=";
	READ("catatonit", "x");
	check(got.policy.verbosity == 1, "CATATONIT_DEBUG is set when it is set");
	READ("catatonit");
	check(got.answer == 1 && strstr(got.said, "): missing program name\nusage: catatonit"),
	      "no command");
	READ("catatonit", "--vers");
	check(got.answer == 0 && SAID("tini version 0.2.1_catatonit - confide\n"), "--version");
	READ("catatonit", "-z", "x");
	check(got.answer == 1 && strstr(got.said, "catatonit: invalid option -- 'z'\nusage: "), "-z");
}

int main(void)
{
	names();
	tini();
	tini_errors();
	dumb_init();
	dumb_init_errors();
	catatonit();
	return finish();
}
