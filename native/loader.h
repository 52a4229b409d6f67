/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_LOADER_H
#define CONFIDE_LOADER_H

#include <stddef.h>
#include <stdint.h>

#include "blob.h"

/* Where ld.so was mapped. */
struct loader {
	uintptr_t base;
	uintptr_t entry;
};

/*
 * Let ld.so's patched system calls be answered from our own file (BLOB_HOOKED_LOADER).
 * `file` is our executable, `lowest` the lowest number for the descriptors that ld.so opens.
 */
void hook_loader(const struct loader *loader, int file, int lowest);

/*
 * Copy the embedded libraries into memfds (BLOB_MEMFD_LIBRARIES) and write "LD_PRELOAD=…" and
 * "CONFIDE_FFI=…" to the two buffers. Returns 0, or -errno.
 */
int copy_libraries(int file, int lowest, char *preload, size_t size, char *addon, size_t room);

/* The embedded file of that name, or NULL. */
volatile const struct blob_file *find_embedded(const char *name);

#endif
