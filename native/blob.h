/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_BLOB_H
#define CONFIDE_BLOB_H

#include <stdint.h>

/*
 * What the build appended to this executable. scripts/build/pack.ts fills it in.
 *
 * The file holds, beside the spine: Node's image (mapped by the kernel through our own
 * program headers), ld.so and the libraries that Node needs, ffi-rs and our shim.
 */

#define BLOB_FILES 32
#define BLOB_SITES 16

/* `open` reached by a displaced pattern: its path is in the first argument. */
#define SITE_OPEN_DISPLACED 1000

enum blob_mode {
	BLOB_HOOKED_LOADER = 0,   /* ld.so's system calls are answered from this file */
	BLOB_MEMFD_LIBRARIES = 1, /* ld.so is untouched; the libraries are copied to memfds */
};

struct blob_file {
	char name[48];
	uint64_t offset; /* in our own executable */
	uint64_t length;
};

struct blob {
	char magic[16];
	uint64_t file_count;
	uint64_t node_phdr; /* virtual address of Node's program headers */
	uint64_t node_phnum;
	uint64_t node_entry;
	uint64_t site_count;
	uint64_t mode;
	uint64_t site_return[BLOB_SITES]; /* offset in ld.so of the instruction behind the site */
	uint64_t site_kind[BLOB_SITES];   /* system call number, or SITE_OPEN_DISPLACED */
	struct blob_file files[BLOB_FILES];
};

/* volatile: the values the compiler sees are not those that the packed file holds. */
extern volatile struct blob blob;

#endif
