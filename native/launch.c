/* SPDX-License-Identifier: MIT */
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conditions.h"
#include "descriptors.h"
#include "frame.h"
#include "message.h"
#include "program.h"
#include "tables.h"
#include "tty.h"

/* Write a pid over its placeholder: decimal digits, then NULs. */
static void write_pid(char *digits, pid_t pid)
{
	char reversed[FRAME_PID_DIGITS];
	size_t count = 0;

	for (; pid > 0; pid /= 10)
		reversed[count++] = (char)('0' + pid % 10);
	memset(digits, 0, FRAME_PID_DIGITS);
	while (count > 0)
		*digits++ = reversed[--count];
}

/* See sd_listen_fds(3) and sd_watchdog_enabled(3): they ignore what names another process. */
static void patch_pids(char *bytes, const struct frame_block *block)
{
	if (block->own_pid)
		write_pid(bytes + block->own_pid, getpid());
	if (block->listen_pid)
		write_pid(bytes + block->listen_pid, getpid());
	if (block->watchdog_pid)
		write_pid(bytes + block->watchdog_pid, getpid());
}

/* Map the environment block and point at its entries. Returns NULL when it is not one. */
static char **map_environment(int fd)
{
	struct frame_block block;
	struct stat status;
	char *bytes;
	char **entries;
	char *at;

	if (fstat(fd, &status) < 0 || status.st_size <= 0)
		return NULL;
	/* Private and writable: sealed files allow that, and the pids are patched in. */
	bytes = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED || read_block(bytes, (size_t)status.st_size, &block) < 0)
		return NULL;
	entries = mmap(NULL, (block.entry_count + (size_t)1) * sizeof(*entries),
		       PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (entries == MAP_FAILED)
		return NULL;
	at = bytes + block.first;
	for (uint32_t i = 0; i < block.entry_count; i++) {
		entries[i] = at;
		at += strlen(at) + 1;
	}
	patch_pids(bytes, &block);
	return entries;
}

/*
 * The same for the inherited environment. A caller that passes sockets, or waits for signs of
 * life, means the command, which would find our pid in these variables and ignore them.
 */
static void rewrite_pids(char **environment, pid_t parent)
{
	static char entries[][32] = { "LISTEN_PID=", "WATCHDOG_PID=" };

	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		size_t name = strlen(entries[i]);

		for (char **entry = environment; *entry; entry++) {
			if (strncmp(*entry, entries[i], name) != 0 || atol(*entry + name) != parent)
				continue;
			write_pid(entries[i] + name, getpid());
			*entry = entries[i];
			break;
		}
	}
}

static void arrange_descriptors(const struct launch *launch)
{
	for (uint32_t i = 0; i < launch->target_count; i++)
		(void)fcntl((int)launch->targets[i], F_SETFD, 0);
	for (uint32_t i = 0; i < launch->closed_count; i++) {
		close((int)launch->closed[i]);
		/* A program's first file must not become its standard input. */
		if (launch->closed[i] <= STDERR_FILENO)
			(void)fcntl(placeholder((int)launch->closed[i]), F_SETFD, 0);
	}
}

static void restore(const struct inherited *inherited)
{
	if (inherited->ignores_child)
		signal(SIGCHLD, SIG_IGN);
	set_signal_mask(inherited->mask, NULL);
}

static _Noreturn void become_cli(const struct launch *launch, const struct inherited *inherited)
{
	const char *what;
	int result;

	restore(inherited);
	result = become_engine(launch->engine, &what);
	report_error(what, ": ", reason(-result), NULL);
	_exit(EXIT_SYSTEM);
}

static _Noreturn void become_command(const struct launch *launch,
				     const struct inherited *inherited, pid_t parent)
{
	const struct last_moment moment = { parent, inherited->death_signal };
	char **environment = inherited->environment;
	int code;

	if (launch->block < 0) {
		rewrite_pids(environment, parent);
	} else {
		environment = map_environment(launch->block);
		if (!environment) {
			report_error("cannot map the command's environment", NULL);
			_exit(EXIT_SYSTEM);
		}
	}
	arrange_descriptors(launch);
	code = set_conditions(launch->policy, launch->identity);
	if (code != 0)
		_exit(code);
	/* The kernel takes it back from a process that changes its user. */
	die_with(parent);
	restore(inherited);
	_exit(execute_program(launch->arguments, environment, &moment));
}

pid_t launch(const struct launch *launch, const struct inherited *inherited)
{
	pid_t parent = getpid();
	pid_t group = getpgrp();
	bool new_session = launch->policy->new_session;
	cleanup_descriptor int terminal = new_session ? release_terminal(launch->policy) : -1;
	pid_t child = fork();

	if (child < 0)
		return -errno;
	if (child > 0) {
		/*
		 * In both, so that no signal to the group finds it missing, whoever runs first. A
		 * leader of a group could not begin a session: until then its pid has to do.
		 */
		if (launch->own_group && !new_session)
			(void)setpgid(child, child);
		return child;
	}
	die_with(parent);
	if (new_session)
		lead_session(terminal);
	else if (launch->own_group)
		give_terminal(group);
	if (launch->engine)
		become_cli(launch, inherited);
	become_command(launch, inherited, parent);
}
