/* SPDX-License-Identifier: MIT */
/*
 * Userland exec of the embedded Node. Its own PT_LOADs are already mapped: they are among this
 * executable's program headers (spine.ld). What is left to do is what execve(2) would do with
 * the interpreter: map ld.so, put argv, environment and the auxiliary vector on a stack, jump.
 */
#include "engine.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "blob.h"
#include "descriptors.h"
#include "loader.h"

#if defined(__x86_64__)
#define LOADER_NAME "ld-linux-x86-64.so.2"
#elif defined(__aarch64__)
#define LOADER_NAME "ld-linux-aarch64.so.1"
#endif

#define MAX_SEGMENTS 16
#define AUXILIARY_LIMIT 64

__attribute__((section(".blob"), used)) volatile struct blob blob = { .magic = "CONFIDE-BLOB-1" };

volatile const struct blob_file *find_embedded(const char *name)
{
	for (uint64_t i = 0; i < blob.file_count && i < BLOB_FILES; i++) {
		/* The table is read only after it was filled in, so dropping volatile is safe. */
		if (strcmp((const char *)(uintptr_t)blob.files[i].name, name) == 0)
			return &blob.files[i];
	}
	return NULL;
}

unsigned long auxiliary_value(const unsigned long *auxiliary, unsigned long type)
{
	for (; auxiliary[0] != AT_NULL; auxiliary += 2) {
		if (auxiliary[0] == type)
			return auxiliary[1];
	}
	return 0;
}

/* Without /proc the kernel's AT_EXECFN still names the file, relative to the first cwd. */
static int open_own_file(const unsigned long *auxiliary)
{
	const char *name = (const char *)auxiliary_value(auxiliary, AT_EXECFN);
	char magic[SELFMAG];
	int fd = proc_is_mounted() ? open("/proc/self/exe", O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0 && name)
		fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* As the interpreter of a script, AT_EXECFN is the script. */
	if (pread(fd, magic, SELFMAG, 0) != SELFMAG || memcmp(magic, ELFMAG, SELFMAG) != 0) {
		close(fd);
		return -ENOEXEC;
	}
	return fd;
}

static int protection_of(Elf64_Word flags)
{
	return ((flags & PF_R) ? PROT_READ : 0) | ((flags & PF_W) ? PROT_WRITE : 0) |
	       ((flags & PF_X) ? PROT_EXEC : 0);
}

/* Map one PT_LOAD of the file that starts at `offset` in `fd`. Returns 0, or -errno. */
static int map_segment(int fd, off_t offset, const Elf64_Phdr *segment, uintptr_t base)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE) - 1;
	uintptr_t start = base + segment->p_vaddr;
	uintptr_t first = start & ~page;
	uintptr_t file_end = start + segment->p_filesz;
	uintptr_t file_pages = (file_end + page) & ~page;
	uintptr_t end = (start + segment->p_memsz + page) & ~page;
	int protection = protection_of(segment->p_flags);
	off_t from = offset + (off_t)(segment->p_offset - (start - first));

	if (mmap((void *)first, file_pages - first, protection, MAP_PRIVATE | MAP_FIXED, fd, from) ==
	    MAP_FAILED)
		return -errno;
	if (segment->p_memsz > segment->p_filesz)
		memset((void *)file_end, 0, file_pages - file_end);
	if (end > file_pages && mmap((void *)file_pages, end - file_pages, protection,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		return -errno;
	return 0;
}

static int map_loader(int fd, off_t offset, struct loader *loader)
{
	Elf64_Ehdr header;
	Elf64_Phdr segments[MAX_SEGMENTS];
	size_t size;
	uintptr_t span = 0;
	void *base;

	if (pread(fd, &header, sizeof(header), offset) != (ssize_t)sizeof(header))
		return -EIO;
	if (header.e_phnum > MAX_SEGMENTS)
		return -ENOEXEC;
	size = header.e_phnum * sizeof(segments[0]);
	if (pread(fd, segments, size, offset + (off_t)header.e_phoff) != (ssize_t)size)
		return -EIO;
	for (int i = 0; i < header.e_phnum; i++) {
		if (segments[i].p_type == PT_LOAD)
			span = segments[i].p_vaddr + segments[i].p_memsz;
	}

	base = mmap(NULL, span, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return -errno;
	for (int i = 0; i < header.e_phnum; i++) {
		int result;

		if (segments[i].p_type != PT_LOAD)
			continue;
		result = map_segment(fd, offset, &segments[i], (uintptr_t)base);
		if (result < 0)
			return result;
	}
	loader->base = (uintptr_t)base;
	loader->entry = (uintptr_t)base + header.e_entry;
	return 0;
}

/* The auxiliary vector of an execve(2) of Node, made from our own. Returns the words used. */
static size_t write_auxiliary(unsigned long *words, const struct engine *engine,
			      const struct loader *loader)
{
	size_t used = 0;

	for (const unsigned long *pair = engine->auxiliary;
	     pair[0] != AT_NULL && used < 2 * (AUXILIARY_LIMIT - 2); pair += 2) {
		unsigned long value = pair[1];

		switch (pair[0]) {
		case AT_PHDR:
			value = blob.node_phdr;
			break;
		case AT_PHNUM:
			value = blob.node_phnum;
			break;
		case AT_ENTRY:
			value = blob.node_entry;
			break;
		case AT_BASE:
			value = loader->base;
			break;
		default:
			break;
		}
		words[used++] = pair[0];
		words[used++] = value;
	}
	words[used++] = AT_CONFIDE;
	words[used++] = (unsigned long)engine->inbox;
	words[used++] = AT_NULL;
	words[used++] = 0;
	return used;
}

/*
 * The 16 bytes from which libc makes its stack canary and pointer guard: PID 1 and every fork
 * of it would share them.
 */
static int refresh_random(const unsigned long *auxiliary)
{
	void *bytes = (void *)auxiliary_value(auxiliary, AT_RANDOM);

	if (bytes && getrandom(bytes, 16, 0) != 16)
		return -errno;
	return 0;
}

static _Noreturn void jump(const unsigned long *stack, uintptr_t entry)
{
	/* Registers are pinned: at -O0 an operand could live on the stack that goes away. */
#if defined(__x86_64__)
	__asm__ volatile("mov %%rax, %%rsp\n\t"
			 "xor %%edx, %%edx\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "jmp *%%rcx"
			 :
			 : "a"(stack), "c"(entry)
			 : "rdx", "memory");
#elif defined(__aarch64__)
	register uintptr_t target __asm__("x1") = entry;
	register const unsigned long *top __asm__("x2") = stack;

	__asm__ volatile("mov sp, x2\n\t"
			 "mov x0, #0\n\t"
			 "mov x29, #0\n\t"
			 "mov x30, #0\n\t"
			 "br x1"
			 :
			 : "r"(target), "r"(top)
			 : "x0", "memory");
#endif
	__builtin_unreachable();
}

static _Noreturn void enter(const struct engine *engine, const struct loader *loader,
			    const char *const *variables)
{
	size_t words = 5 + 2 * AUXILIARY_LIMIT;
	size_t at = 0;
	unsigned long *stack;

	for (const char *const *entry = variables; *entry; entry++)
		words++;

	/* On the real stack, since libc looks for its bounds; 16-byte aligned as the ABI wants. */
	stack = __builtin_alloca(words * sizeof(*stack) + 16);
	stack = (unsigned long *)(((uintptr_t)stack + 15) & ~(uintptr_t)15);
	stack[at++] = 1;
	/* Nothing of the caller's, not even its argv[0]: Node reads options from all of argv. */
	stack[at++] = (unsigned long)"confide";
	stack[at++] = 0;
	for (; *variables; variables++)
		stack[at++] = (unsigned long)*variables;
	stack[at++] = 0;
	write_auxiliary(stack + at, engine, loader);
	jump(stack, loader->entry);
}

/* Node's whole environment: nothing of the caller's, so nothing hostile, gets there. */
static int prepare(const struct engine *engine, int fd, int lowest, const char **variables,
		   struct loader *loader)
{
	static char mode[32] = "CONFIDE_MODE=";
	static char preload[1024];
	static char addon[64] = "CONFIDE_FFI=/confide/ffi-rs.node";
	volatile const struct blob_file *file = find_embedded(LOADER_NAME);
	int result;

	if (!file)
		return -ENOENT;
	result = map_loader(fd, (off_t)file->offset, loader);
	if (result < 0)
		return result;
	strncat(mode, engine->mode, sizeof(mode) - strlen(mode) - 1);
	*variables++ = mode;
	*variables++ = addon;
	*variables++ = "CONFIDE_SHIM=libconfideshim.so";
	/* The image's openssl.cnf is for the programs of the image. */
	*variables++ = "OPENSSL_CONF=/dev/null";
	if (blob.mode == BLOB_HOOKED_LOADER) {
		hook_loader(loader, fd, lowest);
		return 0;
	}
	result = copy_libraries(fd, lowest, preload, sizeof(preload), addon, sizeof(addon));
	*variables++ = preload;
	return result;
}

/*
 * As far as the caller allows; the command's limits stay. Node holds some twenty descriptors
 * of its own beside the secrets, and a memory file is as large as its secret.
 */
static void raise_limits(void)
{
	static const int raised[] = { RLIMIT_NOFILE, RLIMIT_FSIZE };

	for (size_t i = 0; i < sizeof(raised) / sizeof(raised[0]); i++) {
		struct rlimit limit;

		if (getrlimit(raised[i], &limit) == 0) {
			limit.rlim_cur = limit.rlim_max;
			(void)setrlimit(raised[i], &limit);
		}
	}
}

/* Out of Node's way, but not higher than need be: the kernel's table grows with the number. */
static int lowest_descriptor(int64_t limit)
{
	if (limit >= 0 && limit < 64)
		return 3;
	return limit < 0 || limit > 948 ? 900 : (int)(limit - 48);
}

int become_engine(const struct engine *engine, const char **what)
{
	const struct rlimit no_core = { 0, 0 };
	const char *variables[8] = { NULL };
	struct loader loader;
	int lowest = lowest_descriptor(engine->inbox->nofile_most);
	int fd = open_own_file(engine->auxiliary);
	int result;

	*what = "cannot open its own executable";
	if (fd < 0)
		return fd;
	*what = "cannot start the resolver";
	if (setrlimit(RLIMIT_CORE, &no_core) < 0)
		return -errno;
	raise_limits();
	fd = move_up(fd, lowest);
	result = prepare(engine, fd, lowest, variables, &loader);
	if (result == 0)
		result = refresh_random(engine->auxiliary);
	if (result < 0)
		return result;
	enter(engine, &loader, variables);
}
