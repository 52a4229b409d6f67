/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_INBOX_H
#define CONFIDE_INBOX_H

#include <stdint.h>

/*
 * What the spine tells Node, without any of it passing through Node's environment or argv.
 *
 * Node is mapped into a fork of the spine, so the spine's memory is still there: an auxiliary
 * vector entry of our own points at this structure, and shim.c serialises it for TypeScript.
 */

/* "CONF": far above the kernel's own AT_ numbers. */
#define AT_CONFIDE 0x434f4e46UL

struct inbox {
	int64_t version;        /* 3 */
	int64_t socket;         /* to the spine, or -1 */
	int64_t deadline;       /* CLOCK_MONOTONIC, nanoseconds; 0 = none */
	int64_t proc_mounted;   /* 0 or 1 */
	int64_t nofile;         /* RLIMIT_NOFILE, soft */
	int64_t stack;          /* RLIMIT_STACK, soft, bytes; -1 = unlimited */
	int64_t argument_bytes; /* of the command's argv, NULs included */
	int64_t argument_count;
	int64_t privileged;     /* 1 when started as uid 0 */
	int64_t operand;        /* index of the command in argv, or -1 */
	int64_t reserved_count;
	int64_t entry_count;
	int64_t entry_bytes;
	int64_t word_count; /* words of the command line that are ours, argv[0] excluded */
	int64_t word_bytes;
	int64_t nofile_most; /* RLIMIT_NOFILE, hard: that of the resolver */
	int64_t user;        /* whom the command runs as, if not as us, else -1 */
	int64_t group;
	/* Behind this point: not serialised as they are. */
	const int64_t *reserved; /* open descriptors of the spine, ascending */
	char *const *environment; /* as the kernel gave it */
	char *const *words;
};

#endif
