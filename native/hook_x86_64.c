/* SPDX-License-Identifier: MIT */
/*
 * ld.so, served from our own file.
 *
 * The build replaces the system calls in the embedded copy of glibc's ld.so by jumps through
 * loader_slots. Here they are answered: a path whose last part is the name of an embedded file
 * opens that file, at its place in our executable; any other path does not exist. So the
 * libraries are mapped straight from the one file, need no /proc, and can never be mixed with
 * those of the image.
 *
 * This runs inside ld.so, before libc is ready: no libc call, no TLS, no stack protector, no
 * vector registers (the file is compiled with -mgeneral-regs-only). dlopen(3) holds ld.so's
 * lock around its system calls, so the table below needs none.
 */
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "loader.h"

#define OPEN_LIMIT 32

/* st_dev and st_ino only have to tell the embedded files apart: ld.so compares them. */
#define FAKE_DEVICE 0xc0f1de
#define FAKE_INODE 0x7000

static struct {
	long fd_plus_one; /* 0 = free */
	uint64_t file;
	long position;
} opened[OPEN_LIMIT];

static long own_file;
static long lowest_descriptor;

/* Where each stub goes on, inside ld.so. Used by the assembly below. */
uintptr_t loader_return[BLOB_SITES];

static long system_call(long number, const long *a)
{
	register long r10 __asm__("r10") = a[3];
	register long r8 __asm__("r8") = a[4];
	register long r9 __asm__("r9") = a[5];
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

static int find_opened(long fd)
{
	for (int i = 0; i < OPEN_LIMIT; i++) {
		if (opened[i].fd_plus_one && opened[i].fd_plus_one - 1 == fd)
			return i;
	}
	return -1;
}

static int same_name(volatile const char *left, const char *right)
{
	size_t i = 0;

	while (left[i] && left[i] == right[i])
		i++;
	return left[i] == right[i];
}

static long open_embedded(const char *path)
{
	const char *name = path;

	for (; *path; path++) {
		if (*path == '/')
			name = path + 1;
	}
	for (uint64_t file = 0; file < blob.file_count; file++) {
		const long arguments[6] = { own_file, F_DUPFD_CLOEXEC, lowest_descriptor };
		long fd;

		if (!same_name(blob.files[file].name, name))
			continue;
		fd = system_call(SYS_fcntl, arguments);
		for (int i = 0; fd >= 0 && i < OPEN_LIMIT; i++) {
			if (opened[i].fd_plus_one == 0) {
				opened[i].fd_plus_one = fd + 1;
				opened[i].file = file;
				opened[i].position = 0;
				return fd;
			}
		}
		return fd < 0 ? fd : -24; /* EMFILE */
	}
	return -2; /* ENOENT */
}

static long read_embedded(int slot, const long *a)
{
	volatile const struct blob_file *file = &blob.files[opened[slot].file];
	long left = (long)file->length - opened[slot].position;
	long offset = (long)file->offset + opened[slot].position;
	const long arguments[6] = { a[0], a[1], a[2] < left ? a[2] : left, offset };
	long result = system_call(SYS_pread64, arguments);

	if (result > 0)
		opened[slot].position += result;
	return result;
}

static long stat_embedded(int slot, const long *a)
{
	long result = system_call(SYS_newfstatat, a);
	struct stat *status = (void *)a[2];

	if (result == 0) {
		status->st_dev = FAKE_DEVICE;
		status->st_ino = FAKE_INODE + opened[slot].file;
		status->st_size = (off_t)blob.files[opened[slot].file].length;
	}
	return result;
}

/* Called by the stubs with the registers that hold the arguments, last one first. */
long answer_loader(unsigned long site, const long *pushed);

__attribute__((used)) long answer_loader(unsigned long site, const long *pushed)
{
	long a[6] = { pushed[5], pushed[4], pushed[3], pushed[2], pushed[1], pushed[0] };
	long kind = (long)blob.site_kind[site];
	int slot;

	if (kind == SITE_OPEN_DISPLACED)
		return open_embedded((const char *)a[0]);
	if (kind == SYS_openat)
		return open_embedded((const char *)a[1]);

	slot = find_opened(kind == SYS_mmap ? (int)a[4] : a[0]);
	if (slot < 0)
		return system_call(kind, a);
	if (kind == SYS_read)
		return read_embedded(slot, a);
	if (kind == SYS_newfstatat)
		return stat_embedded(slot, a);
	if (kind == SYS_pread64)
		a[3] += (long)blob.files[opened[slot].file].offset;
	if (kind == SYS_mmap)
		a[5] += (long)blob.files[opened[slot].file].offset;
	if (kind == SYS_close)
		opened[slot].fd_plus_one = 0;
	return system_call(kind, a);
}

void hook_loader(const struct loader *loader, int file, int lowest)
{
	own_file = file;
	lowest_descriptor = lowest;
	for (uint64_t i = 0; i < blob.site_count && i < BLOB_SITES; i++)
		loader_return[i] = loader->base + blob.site_return[i];
}

/*
 * A stub for each site. It steps over the red zone of the code that it was jumped to from,
 * saves all that a system call keeps, and leaves the flags as that code will test them.
 */
#define STUB(n)                                                                                    \
	"loader_stub" #n ":\n"                                                                     \
	"	lea -128(%rsp), %rsp\n"                                                            \
	"	push %rdi; push %rsi; push %rdx; push %r10; push %r8; push %r9; push %rbp\n"       \
	"	mov %rsp, %rbp\n"                                                                  \
	"	lea 8(%rsp), %rsi\n"                                                               \
	"	and $-16, %rsp\n"                                                                  \
	"	mov $" #n ", %edi\n"                                                               \
	"	call answer_loader\n"                                                              \
	"	mov %rbp, %rsp\n"                                                                  \
	"	pop %rbp; pop %r9; pop %r8; pop %r10; pop %rdx; pop %rsi; pop %rdi\n"              \
	"	lea 128(%rsp), %rsp\n"                                                             \
	"	cmp $0xfffffffffffff000, %rax\n"                                                   \
	"	jmp *loader_return+8*" #n "\n"

__asm__(".text\n" STUB(0) STUB(1) STUB(2) STUB(3) STUB(4) STUB(5) STUB(6) STUB(7) STUB(8) STUB(9)
		STUB(10) STUB(11) STUB(12) STUB(13) STUB(14) STUB(15)
	".section .loader_slots, \"a\"\n"
	".balign 8\n"
	".globl loader_slots\n"
	"loader_slots:\n"
	"	.quad loader_stub0, loader_stub1, loader_stub2, loader_stub3\n"
	"	.quad loader_stub4, loader_stub5, loader_stub6, loader_stub7\n"
	"	.quad loader_stub8, loader_stub9, loader_stub10, loader_stub11\n"
	"	.quad loader_stub12, loader_stub13, loader_stub14, loader_stub15\n"
	".text\n");
