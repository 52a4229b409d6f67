/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_DESCRIPTORS_H
#define CONFIDE_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Closes the descriptor when its variable goes out of scope; -1 is none. */
#define cleanup_descriptor __attribute__((cleanup(close_descriptor)))

void close_descriptor(const int *fd);

/*
 * Give 0, 1 and 2 a placeholder where the caller closed them, so that nothing of ours, and no
 * secret, can land there. They are close-on-exec: the command finds them closed again.
 * Returns 0, or -errno.
 */
int fill_standard_descriptors(void);

/*
 * A new descriptor that reads as empty and takes whatever is written: /dev/null, or a pipe
 * without its other end where there is none. `number` says which of the two is needed.
 * Close-on-exec. Returns it, or -errno.
 */
int placeholder(int number);

/* Whether /proc/self/fd is that of a proc file system, and not a folder of the image. */
bool proc_is_mounted(void);

/*
 * Write the numbers of all open descriptors, ascending, to `numbers`.
 * Reads /proc/self/fd; without it asks poll(2) about each number below `limit`.
 * Returns how many, or -errno (-E2BIG for more than `capacity`).
 */
long list_descriptors(int64_t *numbers, size_t capacity, int64_t limit);

/* Move a descriptor to a number of at least `lowest` if there is one, close-on-exec. */
int move_up(int fd, int lowest);

/*
 * Close what only the command needs: every descriptor from 3 up. 0 and 1 become placeholders,
 * so that a pipe ends when the command closes its end.
 */
void close_inherited(void);

#endif
