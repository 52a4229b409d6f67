/* SPDX-License-Identifier: MIT */
#include "leftovers.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "descriptors.h"
#include "message.h"
#include "values.h"

/* Whoever had more than that before exec is not asked to part with any. */
#define EARLIER_LIMIT 256

/* Deeper trees than that are circles: pids were reused while we looked. */
#define DEPTH_LIMIT 1024

static pid_t earlier[EARLIER_LIMIT];
static size_t earlier_count;

static bool is_earlier(pid_t pid)
{
	for (size_t i = 0; i < earlier_count; i++) {
		if (earlier[i] == pid)
			return true;
	}
	return earlier_count == EARLIER_LIMIT;
}

/* The parent of a process, or -1; *ended says whether only its parent has not noticed yet. */
static pid_t parent_of(int proc, pid_t pid, bool *ended)
{
	char digits[DECIMAL_SIZE];
	char path[DECIMAL_SIZE + 5];
	char text[256];
	const char *name_end;
	cleanup_descriptor int file = -1;
	ssize_t length;

	strcpy(path, decimal(pid, digits));
	strcat(path, "/stat");
	file = openat(proc, path, O_RDONLY | O_CLOEXEC);
	length = file < 0 ? -1 : read(file, text, sizeof(text) - 1);
	if (length <= 0)
		return -1;
	text[length] = '\0';
	/* "PID (NAME) STATE PARENT …", see proc(5); a name may hold parentheses. */
	name_end = strrchr(text, ')');
	if (!name_end || strlen(name_end) < 5)
		return -1;
	*ended = name_end[2] == 'Z' || name_end[2] == 'X';
	return atoi(name_end + 4);
}

static bool is_left(int proc, pid_t pid, bool *ended)
{
	const pid_t self = getpid();
	bool unused;
	pid_t parent = parent_of(proc, pid, ended);

	for (int depth = 0; parent > 0 && depth < DEPTH_LIMIT; depth++) {
		if (parent == self)
			return !is_earlier(pid);
		pid = parent;
		parent = parent_of(proc, pid, &unused);
	}
	return false;
}

/* What is done with each process; returns whether it counts. */
typedef bool visitor(int proc, pid_t pid, int number);

static bool visit_processes(visitor *visit, int number)
{
	_Alignas(8) char buffer[2048];
	cleanup_descriptor int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool found = false;
	long length;

	while (proc >= 0 &&
	       (length = syscall(SYS_getdents64, proc, buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < length;) {
			const struct dirent *entry = (const void *)(buffer + at);
			int pid = atoi(entry->d_name);

			at += entry->d_reclen;
			if (pid > 0 && visit(proc, pid, number))
				found = true;
		}
	}
	return found;
}

static bool remember(int proc, pid_t pid, int number)
{
	bool ended;

	(void)number;
	if (parent_of(proc, pid, &ended) == getpid() && earlier_count < EARLIER_LIMIT)
		earlier[earlier_count++] = pid;
	return false;
}

/* A pid between the look and the signal is not reused: the kernel takes the next one first. */
static bool signal_descendant(int proc, pid_t pid, int number)
{
	bool ended;

	if (!is_left(proc, pid, &ended))
		return false;
	(void)kill(pid, number);
	return !ended;
}

void remember_earlier_children(void)
{
	(void)visit_processes(remember, 0);
}

bool signal_leftovers(int number)
{
	/* Whatever group or session they have fled to. */
	if (getpid() == 1)
		return kill(-1, number) == 0;
	return visit_processes(signal_descendant, number);
}
