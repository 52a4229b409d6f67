/* SPDX-License-Identifier: MIT */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptors.h"
#include "kernel.h"
#include "message.h"
#include "options.h"
#include "tables.h"
#include "voice.h"

/* What execvp(3) takes where PATH is not set. */
#define DEFAULT_PATH "/usr/local/bin:/bin:/usr/bin"

bool has_lost(pid_t parent)
{
	pid_t now = getppid();

	return now != parent && now != 0;
}

void die_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (has_lost(parent))
		_exit(EXIT_SYSTEM);
}

static bool is_text(const char *path)
{
	char start[256];
	cleanup_descriptor int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, start, sizeof(start));

	return length > 0 && memchr(start, '\0', (size_t)length) == NULL;
}

/*
 * execve(2), with the death signal that the command is to have from then on. Until then, and
 * while PATH is searched, the death of the spine is ours.
 */
static void execute(const char *path, char *const *arguments, char *const *environment,
		    const struct last_moment *moment)
{
	int error;

	prctl(PR_SET_PDEATHSIG, moment->death_signal);
	if (has_lost(moment->parent))
		_exit(EXIT_SYSTEM);
	execve(path, arguments, environment);
	error = errno;
	die_with(moment->parent);
	errno = error;
}

/* A script without "#!": POSIX has the shell run it. Returns only on failure. */
static void execute_by_shell(const char *path, char *const *arguments, char *const *environment,
			     const struct last_moment *moment)
{
	size_t count = 0;
	size_t size;
	const char **words;

	while (arguments[count])
		count++;
	size = (count + 2) * sizeof(*words);
	words = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (words == MAP_FAILED)
		return;
	words[0] = "/bin/sh";
	words[1] = path;
	for (size_t i = 1; i < count; i++)
		words[i + 1] = arguments[i];
	execute(words[0], (char *const *)(uintptr_t)words, environment, moment);
	munmap(words, size);
}

/* Returns an errno: why this file can't be executed. */
static int execute_file(const char *path, char *const *arguments, char *const *environment,
			const struct last_moment *moment)
{
	struct stat status;

	execute(path, arguments, environment, moment);
	if (errno == ENOEXEC && is_text(path)) {
		execute_by_shell(path, arguments, environment, moment);
		return ENOEXEC;
	}
	/* The kernel says EACCES for a directory; so would a user who may not execute it. */
	if (errno == EACCES && stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		return EISDIR;
	return errno;
}

static bool goes_on(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EACCES || error == EISDIR ||
	       error == ESTALE || error == ENODEV || error == ETIMEDOUT;
}

/* Try each directory of PATH. Returns an errno; ENOENT only if none had such a file. */
static int search(char *const *arguments, char *const *environment,
		  const struct last_moment *moment)
{
	const char *path = variable(environment, "PATH");
	int found = ENOENT;

	for (path = path ? path : DEFAULT_PATH;; path++) {
		char file[PATH_MAX];
		size_t length = strcspn(path, ":");
		size_t name = strlen(arguments[0]);
		int error;

		if (length + name + 2 <= sizeof(file)) {
			memcpy(file, path, length);
			if (length > 0)
				file[length] = '/';
			memcpy(file + length + (length > 0), arguments[0], name + 1);
			error = execute_file(file, arguments, environment, moment);
			if (!goes_on(error))
				return error;
			if (error == EACCES)
				found = EACCES;
		}
		path += length;
		if (*path == '\0')
			return found;
	}
}

static void explain(const char *name, int error)
{
	if (error == ENOENT && !strchr(name, '/'))
		report_hint("no directory of PATH has ", name, NULL);
	else if (error == ENOENT && access(name, F_OK) == 0)
		report_hint("the file exists: the interpreter or loader that it names is missing", NULL);
	else if (error == ENOEXEC)
		report_hint("it is neither a program for this machine nor a script with a #! line", NULL);
	else if (error == EACCES)
		report_hint("its mode, or that of a directory above it, forbids execution", NULL);
}

int execute_program(char *const *arguments, char *const *environment,
		    const struct last_moment *moment)
{
	const char *name = arguments[0];
	int error;

	if (*name == '\0')
		error = ENOENT;
	else if (strchr(name, '/'))
		error = execute_file(name, arguments, environment, moment);
	else
		error = search(arguments, environment, moment);

	/* A stderr that nobody reads must not turn the exit code into that of SIGPIPE. */
	set_signal_mask(ALL_SIGNALS, NULL);
	if (!complain_of_exec(name, error)) {
		report_error("cannot run ", *name ? name : "''", ": ", reason(error), NULL);
		explain(name, error);
	}
	return error == ENOENT || error == ENOTDIR ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}
