/* SPDX-License-Identifier: MIT */
/*
 * The fallback for a ld.so that the build does not know: its libraries as memfds, named in
 * LD_PRELOAD, where their sonames satisfy what Node asks for. Costs 3-5 ms and needs /proc.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "descriptors.h"
#include "kernel.h"
#include "loader.h"

/* memfd_create(2): since Linux 6.3, and needed for mapped code where vm.memfd_noexec is 1. */
#define EXECUTABLE 0x0010U
#define CLOSE_ON_EXEC 0x0001U

static int copy_to_memory(int file, volatile const struct blob_file *embedded, int lowest)
{
	off_t offset = (off_t)embedded->offset;
	size_t left = embedded->length;
	int fd = memory_file("confide-library", CLOSE_ON_EXEC | EXECUTABLE);

	if (fd == -EINVAL)
		fd = memory_file("confide-library", CLOSE_ON_EXEC);
	if (fd < 0)
		return fd;
	fd = move_up(fd, lowest);
	while (left > 0) {
		ssize_t copied = sendfile(fd, file, &offset, left);

		if (copied <= 0)
			return copied < 0 ? -errno : -EIO;
		left -= (size_t)copied;
	}
	return fd;
}

static bool is_library(const char *name)
{
	return strncmp(name, "lib", 3) == 0;
}

int copy_libraries(int file, int lowest, char *preload, size_t size, char *addon, size_t room)
{
	size_t used = (size_t)snprintf(preload, size, "LD_PRELOAD=");

	for (uint64_t i = 0; i < blob.file_count && i < BLOB_FILES; i++) {
		const char *name = (const char *)(uintptr_t)blob.files[i].name;
		int fd;

		if (!is_library(name) && strcmp(name, "ffi-rs.node") != 0)
			continue;
		fd = copy_to_memory(file, &blob.files[i], lowest);
		if (fd < 0)
			return fd;
		if (!is_library(name)) {
			snprintf(addon, room, "CONFIDE_FFI=/proc/self/fd/%d", fd);
			continue;
		}
		used += (size_t)snprintf(preload + used, size - used, "/proc/self/fd/%d:", fd);
		if (used >= size)
			return -ENAMETOOLONG;
	}
	return 0;
}
