/* SPDX-License-Identifier: MIT */
#include "resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descendants.h"
#include "descriptors.h"
#include "kernel.h"
#include "message.h"
#include "program.h"
#include "reap.h"
#include "tables.h"

/* The resolver reports at the deadline by itself; it gets this long before it is killed. */
#define REPORT_TIME INT64_C(150000000)

/* Node aborts with fewer (measured: 28 suffice). */
#define FEWEST_FILES 32

/* Open descriptors that a caller may pass in. */
#define RESERVED_LIMIT 16384

#define KILL_TIME INT64_C(100000000)

struct exchange {
	int socket;
	int signals;
	pid_t resolver;
	int status; /* of the resolver once it was reaped, else -1 */
	unsigned char *message;
	struct handover *handover;
	bool has_header;
	bool has_end;
	uint32_t received;
};

static bool is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/* SIGCHLD, and what ends the wait; `nohup confide` must survive a hang-up here too. */
static signal_mask awaited_signals(void)
{
	static const int ending[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
	signal_mask mask = ONLY(SIGCHLD);

	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++) {
		if (!is_ignored(ending[i]))
			mask |= ONLY(ending[i]);
	}
	return mask;
}

/*
 * Where our own descriptors go: above all that secrets can need, but not so high that the
 * kernel's table grows for nothing.
 */
static int lowest_number(const struct inbox *inbox)
{
	int64_t wanted = inbox->entry_count + 256;
	int64_t highest = inbox->nofile - 8;

	if (inbox->nofile >= 0 && wanted > highest)
		wanted = highest;
	return wanted < 3 ? 3 : (int)wanted;
}

static _Noreturn void become_resolver(const struct engine *engine, pid_t parent)
{
	const char *what = "cannot start the resolver";
	int result;

	die_with(parent);
	/* What helper programs start stays below us, whoever of them ends first. */
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	set_signal_mask(0, NULL);
	result = become_engine(engine, &what);
	report_error(what, ": ", reason(-result), NULL);
	if (result == -EACCES)
		report_hint("confide must be readable by the user that runs it (chmod a+r)", NULL);
	_exit(EXIT_SYSTEM);
}

static void reap_all(struct exchange *exchange)
{
	struct reaped reaped;

	for (;;) {
		enum reaping news = reap(&reaped);

		if (news == NO_CHILD || news == NO_NEWS)
			return;
		if (news == CHILD_ENDED && reaped.pid == exchange->resolver)
			exchange->status = exit_code_of(&reaped);
	}
}

/* Returns 0 to go on, or the exit code for a signal that ends the wait. */
static int take_pending(struct exchange *exchange)
{
	struct signalfd_siginfo info;

	while (read(exchange->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			reap_all(exchange);
		else
			return 128 + (int)info.ssi_signo;
	}
	return 0;
}

/*
 * Kill and reap, and all that it has started before that. One that hangs in the kernel (a dead
 * FUSE or NFS server) gets no further than that: it dies when it comes back, and nobody waits
 * for it.
 */
static void kill_resolver(struct exchange *exchange)
{
	int64_t end;

	if (exchange->status < 0) {
		kill_descendants(exchange->resolver);
		(void)kill(exchange->resolver, SIGKILL);
	}
	end = monotonic_now() + KILL_TIME;
	while (exchange->status < 0 && monotonic_now() < end) {
		struct pollfd ended = { .fd = exchange->signals, .events = POLLIN };

		(void)poll(&ended, 1, 10);
		(void)take_pending(exchange);
		reap_all(exchange);
	}
}

/* Take a descriptor to the number that the header promised it. Returns 0, or -errno. */
static int place(int fd, int target)
{
	if (fd == target)
		return 0;
	if (dup3(fd, target, O_CLOEXEC) < 0)
		return -errno;
	close(fd);
	return 0;
}

/* One message and its one descriptor, if any (else *fd is -1). Returns its length or -errno. */
static ssize_t receive(const struct exchange *exchange, int *fd)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	struct iovec vector = { exchange->message, FRAME_MESSAGE_LIMIT };
	struct msghdr message = {
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t length = recvmsg(exchange->socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	struct cmsghdr *header;

	*fd = -1;
	if (length < 0)
		return -errno;
	header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
	    header->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(fd, CMSG_DATA(header), sizeof(*fd));
	if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		return -EBADMSG;
	return length;
}

/* Read one message of the frame. Returns 1, 0 at the end of the stream, or -errno. */
static int advance(struct exchange *exchange)
{
	struct handover *handover = exchange->handover;
	int fd;
	ssize_t length = receive(exchange, &fd);
	int result;

	if (length <= 0)
		return (int)length;
	if (!exchange->has_header) {
		exchange->has_header = true;
		result = read_header(exchange->message, (size_t)length, &handover->header);
		if (result == 0 && fd < 0)
			result = -EBADMSG;
		if (result == 0)
			result = place(fd, handover->block);
		/* The next messages go behind this one, into which the header points. */
		exchange->message += (length + 15) & ~(ssize_t)15;
		return result < 0 ? result : 1;
	}
	if (exchange->received < handover->header.target_count) {
		result = read_descriptor(exchange->message, (size_t)length, exchange->received);
		if (result < 0 || fd < 0)
			return -EBADMSG;
		result = place(fd, (int)handover->header.targets[exchange->received++]);
		return result < 0 ? result : 1;
	}
	result = exchange->has_end || fd >= 0 ? -EBADMSG
					      : read_end(exchange->message, (size_t)length);
	exchange->has_end = true;
	return result < 0 ? result : 1;
}

static int judge(const struct exchange *exchange)
{
	if (exchange->status == 0 && exchange->has_end)
		return RESOLVED;
	if (exchange->status >= EXIT_USAGE && exchange->status <= EXIT_CONFIGURATION)
		return exchange->status;
	/* Node's and ld.so's own exit codes mean that our code was not reached. */
	if (exchange->status > 0 && exchange->status < 128) {
		report_error("the resolver could not run", NULL);
		return EXIT_SYSTEM;
	}
	if (exchange->status > 128) {
		report_error("the resolver was killed before it was done", NULL);
		report_hint("a memory limit that is too small does that (64 MB suffice for local "
			    "references, 128 MB for network ones), or one of ulimit -a",
			    NULL);
		return EXIT_SYSTEM;
	}
	report_error("the resolver ended without handing anything over", NULL);
	return EXIT_BUG;
}

static int refuse(struct exchange *exchange, int error)
{
	kill_resolver(exchange);
	report_error("cannot take over from the resolver: ", reason(-error), NULL);
	return error == -EBADMSG ? EXIT_BUG : EXIT_SYSTEM;
}

static int wait_for(struct exchange *exchange, int64_t deadline)
{
	for (;;) {
		struct pollfd polled[2] = {
			{ .fd = exchange->signals, .events = POLLIN },
			{ .fd = exchange->socket, .events = POLLIN },
		};
		int64_t left = deadline + REPORT_TIME - monotonic_now();
		int code;

		if (left <= 0) {
			kill_resolver(exchange);
			report_error("no answer within the time limit: the command was not started",
				     NULL);
			report_hint("--timeout sets the limit", NULL);
			return EXIT_TEMPORARY;
		}
		if (poll(polled, 2, (int)(left / 1000000) + 1) < 0)
			continue;
		code = take_pending(exchange);
		if (code > 0) {
			kill_resolver(exchange);
			return code;
		}
		while (exchange->socket >= 0) {
			int result = advance(exchange);

			if (result == -EAGAIN || result == -EINTR)
				break;
			if (result < 0)
				return refuse(exchange, result);
			if (result == 0)
				exchange->socket = -1;
		}
		if (exchange->status >= 0 && exchange->socket < 0)
			return judge(exchange);
	}
}

/*
 * Open what the exchange needs, out of the way of the numbers that secrets will get; list what
 * is open after that. Returns 0, or -errno.
 */
static int open_exchange(struct exchange *exchange, struct inbox *inbox)
{
	static int64_t reserved[RESERVED_LIMIT];
	int lowest = lowest_number(inbox);
	int pair[2];
	long count;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	exchange->socket = move_up(pair[0], lowest);
	inbox->socket = move_up(pair[1], lowest);
	exchange->signals = signal_descriptor(awaited_signals());
	if (exchange->signals < 0)
		return exchange->signals;
	exchange->signals = move_up(exchange->signals, lowest);
	/* Keeps its number free for the environment block. */
	exchange->handover->block = fcntl(exchange->signals, F_DUPFD_CLOEXEC, lowest);
	if (exchange->handover->block < 0)
		return -errno;
	count = list_descriptors(reserved, RESERVED_LIMIT, inbox->nofile);
	if (count == -E2BIG)
		return -EMFILE;
	if (count < 0)
		return (int)count;
	inbox->reserved = reserved;
	inbox->reserved_count = count;
	exchange->message = mmap(NULL, 2UL * FRAME_MESSAGE_LIMIT, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return exchange->message == MAP_FAILED ? -errno : 0;
}

int resolve(struct engine *engine, struct handover *handover)
{
	struct exchange exchange = { .status = -1, .handover = handover };
	pid_t parent = getpid();
	int result;
	int ours;

	if (engine->inbox->nofile_most >= 0 && engine->inbox->nofile_most < FEWEST_FILES) {
		report_error("the limit of open files is too small to resolve references", NULL);
		report_hint("raise it (ulimit -n) to 64 or more", NULL);
		return EXIT_CONFIGURATION;
	}
	result = open_exchange(&exchange, engine->inbox);
	ours = exchange.socket;

	if (result == 0) {
		exchange.resolver = fork();
		if (exchange.resolver == 0)
			become_resolver(engine, parent);
		if (exchange.resolver < 0)
			result = -errno;
	}
	if (result < 0) {
		report_error("cannot start the resolver: ", reason(-result), NULL);
		return EXIT_SYSTEM;
	}
	close((int)engine->inbox->socket);
	result = wait_for(&exchange, engine->inbox->deadline);
	close(exchange.signals);
	close(ours);
	return result;
}
