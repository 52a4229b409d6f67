/* SPDX-License-Identifier: MIT */
/* A resolver that hands over what TEST_MODE asks for: two descriptors, or something wrong. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../frame.h"

int confide_send(int socket, const unsigned char *bytes, long length, int fd);
int confide_sealed_memfd(const unsigned char *bytes, long length, int mode, long uid, long gid);

static int connection;

static void say(const uint32_t *words, size_t size, int fd)
{
	if (confide_send(connection, (const unsigned char *)words, (long)size, fd) < 0)
		_exit(70);
}

static int memory(const void *bytes, size_t length)
{
	int fd = confide_sealed_memfd(bytes, (long)length, 0400, -1, -1);

	if (fd < 0)
		_exit(71);
	return fd;
}

static int block(void)
{
	static const char entries[] = "PATH=/usr/bin:/bin\0A_FILE=/proc/self/fd/20\0"
				      "CONFIDE_PID=0000000000";
	const uint32_t words[] = { BLOCK_MAGIC, 3, 20 + 19 + 24 + 12, 0, 0 };
	char bytes[sizeof(words) + sizeof(entries)];

	memcpy(bytes, words, sizeof(words));
	memcpy(bytes + sizeof(words), entries, sizeof(entries));
	return memory(bytes, sizeof(bytes));
}

static void hand_over(uint32_t first_target, uint32_t second_index, int first_fd)
{
	const uint32_t header[] = { FRAME_MAGIC, FRAME_HEADER, 2, 0, 3, 0, first_target, 21 };
	const uint32_t first[] = { FRAME_MAGIC, FRAME_DESCRIPTOR, 0, 0 };
	const uint32_t second[] = { FRAME_MAGIC, FRAME_DESCRIPTOR, second_index, 0 };

	say(header, sizeof(header), block());
	say(first, sizeof(first), first_fd);
	say(second, sizeof(second), memory("two", 3));
}

int main(int argc, char **argv)
{
	const uint32_t end[] = { FRAME_MAGIC, FRAME_END, 0, 0 };
	const char *mode = getenv("TEST_MODE");

	if (argc < 2 || !mode)
		return 64;
	connection = atoi(argv[1]);
	if (strcmp(mode, "hang") == 0)
		pause();
	if (strcmp(mode, "fail") == 0)
		return 66;
	if (strcmp(mode, "die") == 0)
		raise(SIGKILL);
	if (strcmp(mode, "silent") == 0)
		return 0;
	if (strcmp(mode, "garbage") == 0)
		say(end, sizeof(end), -1);
	else if (strcmp(mode, "standard-target") == 0)
		hand_over(1, 1, memory("one", 3));
	else if (strcmp(mode, "out-of-turn") == 0)
		hand_over(20, 0, memory("one", 3));
	else if (strcmp(mode, "no-descriptor") == 0)
		hand_over(20, 1, -1);
	else
		hand_over(20, 1, memory("one", 3));
	if (strcmp(mode, "no-end") != 0)
		say(end, sizeof(end), -1);
	if (strcmp(mode, "twice") == 0)
		say(end, sizeof(end), -1);
	return strcmp(mode, "fail-late") == 0 ? 69 : 0;
}
