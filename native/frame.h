/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_FRAME_H
#define CONFIDE_FRAME_H

#include <stddef.h>
#include <stdint.h>

/*
 * The launch frame: what the resolver hands to the spine, over a SOCK_SEQPACKET socketpair.
 * src/launch.ts is the other half. All numbers are little-endian u32.
 *
 *   HEADER      magic "CFD1" | 1 | N | C | E | 0 | N targets | C closed
 *               carries one descriptor: the environment block, a sealed memfd
 *   DESCRIPTOR  magic "CFD1" | 2 | index | 0            N times, index 0..N-1 in order
 *               carries one descriptor: what the command gets as targets[index]
 *   END         magic "CFD1" | 3 | 0 | 0
 *
 * targets: descriptor numbers for the command, strictly ascending, each >= 3.
 * closed: inherited descriptors that the command must not get, strictly ascending.
 *
 * The environment block, which only the forked child maps (PID 1 never holds plaintext):
 *
 *   magic "CFD2" | E | offset of CONFIDE_PID's digits or 0 | the same for LISTEN_PID
 *   | the same for WATCHDOG_PID
 *   then E times "NAME=VALUE\0"
 *
 * An offset points at FRAME_PID_DIGITS bytes inside an entry, which the child overwrites with
 * its own pid in decimal, NULs behind it.
 */

#define FRAME_MAGIC 0x31444643U
#define BLOCK_MAGIC 0x32444643U
#define FRAME_LIMIT 65536U          /* of N, and of C */
#define FRAME_MESSAGE_LIMIT 196608U /* bytes of one message */
#define FRAME_PID_DIGITS 10U

enum frame_type { FRAME_HEADER = 1, FRAME_DESCRIPTOR = 2, FRAME_END = 3 };

/* Points into the message that it was read from. */
struct frame_header {
	uint32_t target_count;
	uint32_t closed_count;
	uint32_t entry_count;
	const uint32_t *targets;
	const uint32_t *closed;
};

struct frame_block {
	uint32_t entry_count;
	uint32_t own_pid;    /* offset of CONFIDE_PID's digits, or 0 */
	uint32_t listen_pid; /* offset of LISTEN_PID's digits, or 0 */
	uint32_t watchdog_pid; /* offset of WATCHDOG_PID's digits, or 0 */
	size_t first;        /* offset of the first entry */
};

/* Each returns 0, or -EBADMSG for anything but exactly the bytes described above. */
int read_header(const void *message, size_t length, struct frame_header *header);
int read_descriptor(const void *message, size_t length, uint32_t index);
int read_end(const void *message, size_t length);
int read_block(const void *bytes, size_t length, struct frame_block *block);

#endif
