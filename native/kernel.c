/* SPDX-License-Identifier: MIT */
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void set_signal_mask(signal_mask mask, signal_mask *earlier)
{
	/* Fails only for a bad address or `how`, so there is nothing to report. */
	(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, earlier, sizeof(mask));
}

int take_signal(signal_mask mask, siginfo_t *info, int64_t deadline)
{
	int64_t left = deadline == 0 ? 0 : deadline - monotonic_now();
	struct timespec time = { 0 };
	long number;

	if (left > 0)
		time = (struct timespec){ left / 1000000000, left % 1000000000 };
	number = syscall(SYS_rt_sigtimedwait, &mask, info, deadline == 0 ? NULL : &time,
			 sizeof(mask));

	return number < 0 ? -errno : (int)number;
}

int signal_descriptor(signal_mask mask)
{
	long fd = syscall(SYS_signalfd4, -1, &mask, sizeof(mask), SFD_CLOEXEC | SFD_NONBLOCK);

	return fd < 0 ? -errno : (int)fd;
}

int send_signal(pid_t pid, int number, const siginfo_t *info)
{
	long result;

	/* The kernel lets a process queue only what user space could have queued. */
	if (info->si_code == SI_QUEUE)
		result = syscall(SYS_rt_sigqueueinfo, pid, number, info);
	else
		result = kill(pid, number);
	return result < 0 ? -errno : 0;
}

int memory_file(const char *name, unsigned int flags)
{
	long fd = syscall(SYS_memfd_create, name, flags);

	return fd < 0 ? -errno : (int)fd;
}

void wipe(void *memory, size_t length)
{
	memset(memory, 0, length);
	__asm__ volatile("" : : "r"(memory) : "memory");
}

/* Of spine.ld, which the sanitized build does without. */
extern char start_only[] __attribute__((weak));
extern char text_end[] __attribute__((weak));

#define PAGE 4096UL

void forget_start(void)
{
	uintptr_t first = ((uintptr_t)start_only + PAGE - 1) / PAGE * PAGE;
	uintptr_t end = ((uintptr_t)text_end + PAGE - 1) / PAGE * PAGE;

	if (start_only)
		(void)madvise((void *)first, end - first, MADV_DONTNEED);
}

int64_t monotonic_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
