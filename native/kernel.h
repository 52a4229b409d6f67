/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_KERNEL_H
#define CONFIDE_KERNEL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A signal mask as the kernel has it: bit n-1 stands for signal n.
 *
 * musl's sigfillset leaves signals 32-34 out (glibc's 32 and 33), but 34 is glibc's SIGRTMIN:
 * an init that doesn't hold it dies of it. So these go to the kernel without libc in between.
 */
typedef uint64_t signal_mask;

#define ALL_SIGNALS (~(signal_mask)0)
#define ONLY(number) ((signal_mask)1 << ((number) - 1))

/* Replace the mask; the earlier one goes to *earlier unless that is NULL. */
void set_signal_mask(signal_mask mask, signal_mask *earlier);

/*
 * Take one signal of the mask, waiting for it until monotonic_now() is `deadline`; 0 = for ever.
 * Returns its number, or -errno: -EAGAIN at the deadline, -EINTR.
 */
int take_signal(signal_mask mask, siginfo_t *info, int64_t deadline);

/* A close-on-exec descriptor from which struct signalfd_siginfo can be read, or -errno. */
int signal_descriptor(signal_mask mask);

/* Send a signal with the value that sigqueue(3) gave to `info`. Returns 0, or -errno. */
int send_signal(pid_t pid, int number, const siginfo_t *info);

/* Make a memory file. Returns the descriptor, or -errno. See memfd_create(2). */
int memory_file(const char *name, unsigned int flags);

/* Overwrite memory in a way that no compiler removes. */
void wipe(void *memory, size_t length);

/*
 * Give back the pages of the code that only the start needs; the kernel reads them again if it
 * must. For supervise.c, as what calls it must not be among them. See spine.ld.
 */
void forget_start(void);

/* CLOCK_MONOTONIC in nanoseconds. */
int64_t monotonic_now(void);

#endif
