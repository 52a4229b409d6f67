/* SPDX-License-Identifier: MIT */
/*
 * What TypeScript can't do by itself, as plain functions for the FFI (src/native.ts).
 * Built as a glibc shared object: it runs inside Node, not inside the spine.
 * Results are 0, a descriptor, a length, or -errno.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inbox.h"

#define EXPORT __attribute__((visibility("default")))

/* Since Linux 6.3: no execution, and for good. Older kernels answer EINVAL. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

/* The numbers at the front of struct inbox, which are passed on as they are. */
#define INBOX_NUMBERS (offsetof(struct inbox, reserved) / sizeof(int64_t))

EXPORT long confide_inbox_size(void);
EXPORT long confide_inbox(unsigned char *buffer, long size);
EXPORT int confide_sealed_memfd(const unsigned char *bytes, long length, int mode, long uid,
				long gid);
EXPORT int confide_send(int socket, const unsigned char *bytes, long length, int fd);
EXPORT void confide_leave(int status);

static const struct inbox *find_inbox(void)
{
	return (const struct inbox *)getauxval(AT_CONFIDE);
}

static long size_of(const struct inbox *inbox)
{
	return (long)(sizeof(int64_t) * INBOX_NUMBERS) +
	       (long)sizeof(int64_t) * inbox->reserved_count + inbox->entry_bytes +
	       inbox->word_bytes;
}

/* How large the inbox is, or -ENODATA when no spine started this process. */
long confide_inbox_size(void)
{
	const struct inbox *inbox = find_inbox();

	return inbox ? size_of(inbox) : -ENODATA;
}

/* Returns where the copies end. */
static unsigned char *copy_strings(unsigned char *at, char *const *strings, int64_t count)
{
	for (int64_t i = 0; i < count; i++) {
		size_t length = strlen(strings[i]) + 1;

		memcpy(at, strings[i], length);
		at += length;
	}
	return at;
}

/* As src/inbox.ts reads it: numbers, reserved descriptors, environment, words. */
long confide_inbox(unsigned char *buffer, long size)
{
	const struct inbox *inbox = find_inbox();
	unsigned char *at = buffer;

	if (!inbox)
		return -ENODATA;
	if (size < size_of(inbox))
		return -ENOBUFS;
	memcpy(at, inbox, sizeof(int64_t) * INBOX_NUMBERS);
	at += sizeof(int64_t) * INBOX_NUMBERS;
	memcpy(at, inbox->reserved, sizeof(int64_t) * (size_t)inbox->reserved_count);
	at += sizeof(int64_t) * (size_t)inbox->reserved_count;
	at = copy_strings(at, inbox->environment, inbox->entry_count);
	at = copy_strings(at, inbox->words, inbox->word_count);
	return at - buffer;
}

static int write_all(int fd, const unsigned char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, bytes, length);

		if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			bytes += written;
			length -= (size_t)written;
		}
	}
	return 0;
}

/* Write, rewind, set mode and owner, seal. Seals cover data, not inodes. */
static int fill(int fd, const unsigned char *bytes, size_t length, int mode, long uid, long gid)
{
	const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	int result = write_all(fd, bytes, length);

	if (result < 0)
		return result;
	if (lseek(fd, 0, SEEK_SET) < 0 || fchmod(fd, (mode_t)mode) < 0)
		return -errno;
	if ((uid >= 0 || gid >= 0) && fchown(fd, (uid_t)uid, (gid_t)gid) < 0)
		return -errno;
	if (fcntl(fd, F_ADD_SEALS, seals) < 0)
		return -errno;
	return 0;
}

/*
 * Put the bytes in a memory file that nobody can change, not even its readers.
 *
 * The descriptor is close-on-exec and at offset 0. The name shows in /proc, so it says nothing
 * about the secret. uid and gid -1 leave the owner. See memfd_create(2), "File sealing".
 */
int confide_sealed_memfd(const unsigned char *bytes, long length, int mode, long uid, long gid)
{
	const unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create("confide", flags | MFD_NOEXEC_SEAL);
	int result;

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("confide", flags);
	if (fd < 0)
		return -errno;
	result = fill(fd, bytes, (size_t)length, mode, uid, gid);
	if (result == 0)
		return fd;
	close(fd);
	return result;
}

/* Send one message, with one descriptor unless it is -1. See unix(7), SCM_RIGHTS. */
int confide_send(int socket, const unsigned char *bytes, long length, int fd)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec vector = { (void *)(uintptr_t)bytes, (size_t)length };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };
	ssize_t sent;

	if (fd >= 0) {
		struct cmsghdr *header = (struct cmsghdr *)(void *)control;

		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	}
	do
		sent = sendmsg(socket, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

/* End the process without Node's teardown, which takes longer than the rest of our work. */
void confide_leave(int status)
{
	_exit(status);
}
