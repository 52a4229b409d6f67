/* SPDX-License-Identifier: MIT */
#include "descendants.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptors.h"
#include "kernel.h"

/* How long all of them may take to end. Only what hangs in the kernel takes that long. */
#define END_TIME INT64_C(500000000)

/* In a /proc of another pid namespace, the numbers are those of other processes. */
static bool is_our_proc(void)
{
	char text[16];
	ssize_t length = readlink("/proc/self", text, sizeof(text) - 1);

	if (length <= 0 || !proc_is_mounted())
		return false;
	text[length] = '\0';
	return atoi(text) == getpid();
}

/* The letter that ps(1) shows, or 'X' for a process that is gone. */
static char state_of(pid_t pid)
{
	char path[32];
	char text[256];
	const char *name_end;
	ssize_t length;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	cleanup_descriptor int fd = open(path, O_RDONLY | O_CLOEXEC);

	length = fd < 0 ? -1 : read(fd, text, sizeof(text));
	/* The name is whatever the process likes: "12 (x) Z) S 1 …". What follows has no ')'. */
	name_end = length < 0 ? NULL : memrchr(text, ')', (size_t)length);
	return name_end && name_end + 2 < text + length ? name_end[2] : 'X';
}

/* Returns whether it still has to die. 'Z' is also one whose first thread alone has ended. */
static bool kill_one(pid_t pid)
{
	char state = state_of(pid);

	return kill(pid, SIGKILL) == 0 && state != 'Z' && state != 'X';
}

/*
 * Kill the children of a process. Those of its first thread: Node forks there, and orphans go to
 * the first thread that lives. Returns whether there were living ones.
 */
static bool kill_children(pid_t parent)
{
	char path[48];
	char text[512];
	bool any = false;
	pid_t pid = 0;
	ssize_t length;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
	cleanup_descriptor int fd = open(path, O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && (length = read(fd, text, sizeof(text))) > 0) {
		for (ssize_t i = 0; i < length; i++) {
			if (text[i] >= '0' && text[i] <= '9') {
				pid = pid * 10 + (text[i] - '0');
				continue;
			}
			any = (pid > 0 && kill_one(pid)) || any;
			pid = 0;
		}
	}
	return any;
}

/*
 * No walk down the tree: when a child dies, its own children become those of the subreaper. So its
 * children are killed until it has none that live. While it is stopped nobody reaps them, so that
 * a number read here can't be that of another process by the time it is killed.
 */
void kill_descendants(pid_t child)
{
	const int64_t end = monotonic_now() + END_TIME;

	(void)kill(child, SIGSTOP);
	if (!is_our_proc())
		return;
	do {
		/* Asked first: until it has stopped, it may be about to fork. */
		bool is_still = strchr("TtZX", state_of(child)) != NULL;

		if (!kill_children(child) && is_still)
			return;
		(void)poll(NULL, 0, 1);
	} while (monotonic_now() < end);
}
