/* SPDX-License-Identifier: MIT */
#include "../frame.h"

#include <errno.h>
#include <string.h>

#include "tap.h"

static bool accepts(const uint32_t *words, size_t count)
{
	struct frame_header header;

	return read_header(words, count * sizeof(*words), &header) == 0;
}

static void headers(void)
{
	uint32_t words[] = { FRAME_MAGIC, FRAME_HEADER, 2, 1, 5, 0, 20, 21, 7 };
	const size_t count = sizeof(words) / sizeof(words[0]);
	struct frame_header header;

	check(read_header(words, sizeof(words), &header) == 0, "a whole header is read");
	check(header.target_count == 2 && header.targets[1] == 21, "its targets are found");
	check(header.closed_count == 1 && header.closed[0] == 7, "its closed ones are found");
	check(!accepts(words, count - 1), "a header that is one number short is refused");
	check(read_header(words, sizeof(words) - 1, &header) == -EBADMSG,
	      "a header that is one byte short is refused");
	words[0]++;
	check(!accepts(words, count), "another magic is refused");
	words[0]--;
	words[1] = FRAME_END;
	check(!accepts(words, count), "another type is refused");
	words[1] = FRAME_HEADER;
	words[5] = 1;
	check(!accepts(words, count), "a reserved number that is not 0 is refused");
	words[5] = 0;
	words[7] = 20;
	check(!accepts(words, count), "the same target twice is refused");
	words[7] = 19;
	check(!accepts(words, count), "targets out of order are refused");
	words[6] = 2;
	words[7] = 21;
	check(!accepts(words, count), "a standard descriptor as target is refused");
	words[6] = 20;
	words[8] = 0;
	check(accepts(words, count), "standard input can be closed, if a secret came by it");
	words[8] = 0x80000000U;
	check(!accepts(words, count), "a number that is no descriptor is refused");
	words[2] = 0xffffffffU;
	words[3] = 0xffffffffU;
	check(!accepts(words, count), "counts whose sum wraps around are refused");
	check(!accepts(words, 0), "nothing is refused");
}

static void short_messages(void)
{
	const uint32_t descriptor[] = { FRAME_MAGIC, FRAME_DESCRIPTOR, 3, 0 };
	const uint32_t end[] = { FRAME_MAGIC, FRAME_END, 0, 0 };

	check(read_descriptor(descriptor, sizeof(descriptor), 3) == 0, "a descriptor is read");
	check(read_descriptor(descriptor, sizeof(descriptor), 2) == -EBADMSG,
	      "a descriptor out of turn is refused");
	check(read_descriptor(end, sizeof(end), 0) == -EBADMSG, "an early end is refused");
	check(read_end(end, sizeof(end)) == 0, "the end is read");
	check(read_end(end, sizeof(end) - 4) == -EBADMSG, "a cut end is refused");
}

static size_t make_block(char *bytes, const char *entries, size_t length, uint32_t count,
			 uint32_t own, uint32_t listen)
{
	const uint32_t words[] = { BLOCK_MAGIC, count, own, listen, 0 };

	memcpy(bytes, words, sizeof(words));
	memcpy(bytes + sizeof(words), entries, length);
	return sizeof(words) + length;
}

static bool block_is_read(const char *entries, size_t length, uint32_t count, uint32_t own)
{
	static char bytes[256];
	struct frame_block block;

	return read_block(bytes, make_block(bytes, entries, length, count, own, 0), &block) == 0;
}

static void blocks(void)
{
	static const char two[] = "A=1\0CONFIDE_PID=0000000000";
	const uint32_t digits = 20 + 4 + 12;

	check(block_is_read(two, sizeof(two), 2, digits), "a block with a pid is read");
	check(block_is_read(two, sizeof(two), 2, 0), "a block without one is read");
	check(!block_is_read(two, sizeof(two), 3, 0), "more entries than there are: refused");
	check(!block_is_read(two, sizeof(two), 1, 0), "bytes behind the last entry: refused");
	check(!block_is_read(two, sizeof(two) - 1, 2, 0), "an entry without its NUL: refused");
	check(!block_is_read(two, sizeof(two), 2, digits + 1), "digits over the end: refused");
	check(!block_is_read(two, sizeof(two), 2, 22), "digits across two entries: refused");
	check(!block_is_read(two, sizeof(two), 2, 4), "digits inside the header: refused");
	check(!block_is_read(two, sizeof(two), 2, 0xfffffff8U), "digits far away: refused");
	check(block_is_read("", 0, 0, 0), "an empty environment is read");
}

int main(void)
{
	headers();
	short_messages();
	blocks();
	return finish();
}
