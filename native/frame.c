/* SPDX-License-Identifier: MIT */
#include "frame.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the launch frame is little-endian"
#endif

/* Descriptors are ints that are not negative. */
static bool ascending(const uint32_t *numbers, uint32_t count, uint32_t lowest)
{
	for (uint32_t i = 0; i < count; i++) {
		if (numbers[i] < lowest || numbers[i] > INT32_MAX)
			return false;
		if (i > 0 && numbers[i] <= numbers[i - 1])
			return false;
	}
	return true;
}

int read_header(const void *message, size_t length, struct frame_header *header)
{
	const uint32_t *words = message;
	uint64_t count;

	if (length < 6 * sizeof(*words) || length > FRAME_MESSAGE_LIMIT)
		return -EBADMSG;
	if (words[0] != FRAME_MAGIC || words[1] != FRAME_HEADER || words[5] != 0)
		return -EBADMSG;
	if (words[2] > FRAME_LIMIT || words[3] > FRAME_LIMIT)
		return -EBADMSG;
	count = 6 + (uint64_t)words[2] + words[3];
	if (length != count * sizeof(*words))
		return -EBADMSG;

	*header = (struct frame_header){
		.target_count = words[2],
		.closed_count = words[3],
		.entry_count = words[4],
		.targets = words + 6,
		.closed = words + 6 + words[2],
	};
	/* No secret is ever handed over as standard input or output. */
	if (!ascending(header->targets, header->target_count, 3) ||
	    !ascending(header->closed, header->closed_count, 0))
		return -EBADMSG;
	return 0;
}

static int read_short(const void *message, size_t length, uint32_t type, uint32_t index)
{
	const uint32_t expected[4] = { FRAME_MAGIC, type, index, 0 };

	if (length != sizeof(expected) || memcmp(message, expected, sizeof(expected)) != 0)
		return -EBADMSG;
	return 0;
}

int read_descriptor(const void *message, size_t length, uint32_t index)
{
	return read_short(message, length, FRAME_DESCRIPTOR, index);
}

int read_end(const void *message, size_t length)
{
	return read_short(message, length, FRAME_END, 0);
}

/* The digits of a pid must lie inside one entry, so that patching them moves no boundary. */
static bool holds_digits(const char *bytes, size_t length, size_t first, uint32_t offset)
{
	if (offset == 0)
		return true;
	if (offset < first || length - FRAME_PID_DIGITS < offset)
		return false;
	return memchr(bytes + offset, '\0', FRAME_PID_DIGITS) == NULL;
}

int read_block(const void *bytes, size_t length, struct frame_block *block)
{
	const char *text = bytes;
	uint32_t words[5];
	size_t offset = sizeof(words);

	if (length < sizeof(words))
		return -EBADMSG;
	memcpy(words, bytes, sizeof(words));
	if (words[0] != BLOCK_MAGIC)
		return -EBADMSG;

	for (uint32_t i = 0; i < words[1]; i++) {
		const char *end = offset < length ? memchr(text + offset, '\0', length - offset) : NULL;

		if (!end)
			return -EBADMSG;
		offset = (size_t)(end - text) + 1;
	}
	if (offset != length || length < FRAME_PID_DIGITS)
		return -EBADMSG;
	if (!holds_digits(text, length, sizeof(words), words[2]) ||
	    !holds_digits(text, length, sizeof(words), words[3]) ||
	    !holds_digits(text, length, sizeof(words), words[4]))
		return -EBADMSG;

	*block = (struct frame_block){
		.entry_count = words[1],
		.own_pid = words[2],
		.listen_pid = words[3],
		.watchdog_pid = words[4],
		.first = sizeof(words),
	};
	return 0;
}
