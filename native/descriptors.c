/* SPDX-License-Identifier: MIT */
#include "descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/* From <linux/magic.h>, which musl-gcc does not find. */
#define PROC_SUPER_MAGIC 0x9fa0

/* How far to look without /proc: as far as a process gets that nobody raised a limit for. */
#define PROBE_LIMIT 65536

void close_descriptor(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

int placeholder(int number)
{
	int ends[2];
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	if (number == STDIN_FILENO) {
		close(ends[1]);
		return ends[0];
	}
	close(ends[0]);
	return ends[1];
}

/* Put a placeholder in the place of a standard descriptor. Returns 0, or -errno. */
static int hold_place(int number)
{
	int fd = placeholder(number);

	if (fd < 0 || fd == number)
		return fd < 0 ? fd : 0;
	if (dup3(fd, number, O_CLOEXEC) < 0)
		return -errno;
	close(fd);
	return 0;
}

int fill_standard_descriptors(void)
{
	for (int number = 0; number <= STDERR_FILENO; number++) {
		int result = fcntl(number, F_GETFD) < 0 ? hold_place(number) : 0;

		if (result < 0)
			return result;
	}
	return 0;
}

static bool is_proc(int directory)
{
	struct statfs status;

	return fstatfs(directory, &status) == 0 && status.f_type == PROC_SUPER_MAGIC;
}

bool proc_is_mounted(void)
{
	cleanup_descriptor int directory =
		open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return directory >= 0 && is_proc(directory);
}

struct listing {
	int64_t *numbers;
	size_t capacity;
	size_t count;
};

static bool add(struct listing *listing, int64_t number)
{
	if (listing->count == listing->capacity)
		return false;
	listing->numbers[listing->count++] = number;
	return true;
}

/* proc(5) lists them in ascending order. Returns 0, or -errno. */
static int list_from_proc(struct listing *listing)
{
	_Alignas(8) char buffer[2048];
	cleanup_descriptor int directory =
		open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long length;

	if (directory < 0)
		return -errno;
	if (!is_proc(directory))
		return -ENOENT;
	while ((length = syscall(SYS_getdents64, directory, buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < length;) {
			const struct dirent *entry = (const void *)(buffer + at);
			int number = atoi(entry->d_name);

			at += entry->d_reclen;
			if (entry->d_name[0] == '.' || number == directory)
				continue;
			if (!add(listing, number))
				return -E2BIG;
		}
	}
	return length < 0 ? -errno : 0;
}

/* poll(2) marks what isn't open with POLLNVAL, many at a time. */
static int list_by_probing(struct listing *listing, int64_t limit)
{
	struct pollfd probes[128];

	if (limit < 0 || limit > PROBE_LIMIT)
		limit = PROBE_LIMIT;
	for (int first = 0; first < limit; first += 128) {
		nfds_t count = 0;

		for (int number = first; number < limit && count < 128; number++)
			probes[count++] = (struct pollfd){ .fd = number };
		if (poll(probes, count, 0) < 0)
			return -errno;
		for (nfds_t i = 0; i < count; i++) {
			if (!(probes[i].revents & POLLNVAL) && !add(listing, probes[i].fd))
				return -E2BIG;
		}
	}
	return 0;
}

long list_descriptors(int64_t *numbers, size_t capacity, int64_t limit)
{
	struct listing listing = { .numbers = numbers, .capacity = capacity };
	int result = list_from_proc(&listing);

	if (result < 0 && result != -E2BIG) {
		listing.count = 0;
		result = list_by_probing(&listing, limit);
	}
	return result < 0 ? result : (long)listing.count;
}

int move_up(int fd, int lowest)
{
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, lowest);

	if (moved < 0) {
		/* Too near to RLIMIT_NOFILE: it can stay where it is. */
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		return fd;
	}
	close(fd);
	return moved;
}

void close_inherited(void)
{
	int64_t numbers[64];
	long count;

	(void)hold_place(STDIN_FILENO);
	(void)hold_place(STDOUT_FILENO);
	/* Since Linux 5.9; older seccomp profiles answer EPERM. */
	if (syscall(SYS_close_range, 3U, UINT_MAX, 0U) == 0)
		return;
	do {
		count = list_descriptors(numbers, 64, PROBE_LIMIT);
		if (count == -E2BIG)
			count = 64;
		for (long i = 0; i < count; i++) {
			if (numbers[i] > STDERR_FILENO)
				close((int)numbers[i]);
		}
	} while (count == 64);
}
