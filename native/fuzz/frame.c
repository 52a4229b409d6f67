/* SPDX-License-Identifier: MIT */
/* libFuzzer target: no bytes may make a reader of the launch frame step out of bounds. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void touch(const uint32_t *numbers, uint32_t count, uint32_t lowest)
{
	for (uint32_t i = 0; i < count; i++) {
		if (numbers[i] < lowest || numbers[i] > INT32_MAX)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	/* An exact copy, so that ASan sees one byte too many. Messages are word-aligned. */
	uint32_t *copy = malloc(length ? length : 1);
	struct frame_header header;
	struct frame_block block;

	memcpy(copy, bytes, length);
	if (read_header(copy, length, &header) == 0) {
		touch(header.targets, header.target_count, 3);
		touch(header.closed, header.closed_count, 0);
	}
	(void)read_descriptor(copy, length, 0);
	(void)read_end(copy, length);
	if (read_block(copy, length, &block) == 0) {
		const char *at = (const char *)copy + block.first;

		for (uint32_t i = 0; i < block.entry_count; i++)
			at += strlen(at) + 1;
		if (at != (const char *)copy + length)
			abort();
	}
	free(copy);
	return 0;
}
