/* SPDX-License-Identifier: MIT */
#include "voice.h"

#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_NOTICE, LEVEL_DETAIL, LEVEL_COUNT };

/* Digits of a long, its sign and a NUL. */
#define NUMBER_SIZE 22

/* Of a help text or a licence as well; what is longer is cut. */
#define LINE_LIMIT 2048

struct voice {
	const char *before[LEVEL_COUNT]; /* what a line begins with */
	const char *behind_pid;          /* our pid follows that, and then this; NULL: neither */
	struct {
		enum level level;
		const char *text; /* NULL = not a word; "%" stands for the numbers in turn */
	} events[EVENT_LIMIT];
	const char *exec_failed[2]; /* before and behind the program; the reason comes last */
	bool names_program;
};

const struct voice voice_of_tini = {
	.before = { "[FATAL tini (", "[WARN  tini (", "[INFO  tini (", "[DEBUG tini (" },
	.behind_pid = ")] ",
	.events = {
		[EVENT_STARTED] = { LEVEL_NOTICE, "Spawned child process with pid '%'" },
		[EVENT_RECEIVED] = { LEVEL_DETAIL, "Received signal %" },
		[EVENT_TRANSLATED] = { LEVEL_DETAIL, "Passing signal % as signal %" },
		[EVENT_FORWARDED] = { LEVEL_DETAIL, "Passing signal: '%'" },
		[EVENT_EXITED] = { LEVEL_DETAIL, "Reaped child with pid: '%' (exit code %)" },
		[EVENT_KILLED] = { LEVEL_DETAIL, "Reaped child with pid: '%' (signal %)" },
		[EVENT_REAPED] = { LEVEL_WARNING, "Reaped zombie process with pid=%" },
		[EVENT_ENDED] = { LEVEL_NOTICE, "Main child exited (with status '%')" },
	},
	.exec_failed = { "exec ", " failed: " },
	.names_program = true,
};

const struct voice voice_of_dumb_init = {
	.before = { "[dumb-init] ", "[dumb-init] ", "[dumb-init] ", "[dumb-init] " },
	.events = {
		[EVENT_STARTED] = { LEVEL_NOTICE, "Child spawned with PID %." },
		[EVENT_RECEIVED] = { LEVEL_NOTICE, "Received signal %." },
		[EVENT_TRANSLATED] = { LEVEL_NOTICE, "Translating signal % to %." },
		[EVENT_FORWARDED] = { LEVEL_NOTICE, "Forwarded signal % to children." },
		[EVENT_DROPPED] = { LEVEL_NOTICE,
				    "Not forwarding signal % to children (ignored)." },
		[EVENT_LET_GO] = { LEVEL_NOTICE, "Ignoring tty hand-off signal %." },
		[EVENT_SUSPENDING] = { LEVEL_NOTICE, "Suspending self due to TTY signal." },
		[EVENT_SESSION] = { LEVEL_NOTICE, "setsid complete." },
		/* Its users find these in pairs: it only reaps when it has taken a SIGCHLD. */
		[EVENT_EXITED] = { LEVEL_NOTICE,
				   "Received signal 17.\n"
				   "[dumb-init] A child with PID % exited with exit status %." },
		[EVENT_KILLED] = { LEVEL_NOTICE,
				   "Received signal 17.\n"
				   "[dumb-init] A child with PID % was terminated by signal %." },
		/* It says so even where nobody is left. */
		[EVENT_ENDED] = { LEVEL_NOTICE, "Forwarded signal 15 to children.\n"
						"[dumb-init] Child exited with status %. Goodbye." },
	},
	.exec_failed = { "", ": " },
	.names_program = true,
};

const struct voice voice_of_catatonit = {
	.before = { "ERROR (catatonit:", "WARN (catatonit:", "INFO (catatonit:",
		    "DEBUG (catatonit:" },
	.behind_pid = "): ",
	.events = {
		[EVENT_STARTED] = { LEVEL_NOTICE, "pid1 (%) spawned" },
		[EVENT_EXITED] = { LEVEL_NOTICE, "child process % exited with code %" },
		[EVENT_KILLED] = { LEVEL_NOTICE, "child process % exited due to signal %" },
	},
	.exec_failed = { "failed to exec pid1: ", "" },
};

/* confide's own. */
static const struct voice own_voice = {
	.before = { "confide: error: ", "confide: warning: ", "confide: ", "confide: " },
	.events = {
		[EVENT_STARTED] = { LEVEL_NOTICE, "the command runs as pid %" },
		[EVENT_TRANSLATED] = { LEVEL_NOTICE, "signal % becomes signal %" },
		[EVENT_FORWARDED] = { LEVEL_NOTICE, "forwarded signal %" },
		[EVENT_DROPPED] = { LEVEL_NOTICE, "dropped signal %" },
		[EVENT_EXITED] = { LEVEL_DETAIL, "reaped pid %, exit code %" },
		[EVENT_KILLED] = { LEVEL_DETAIL, "reaped pid %, signal %" },
		[EVENT_REAPED] = { LEVEL_WARNING, "reaped an orphan, pid %" },
		[EVENT_ENDED] = { LEVEL_NOTICE, "the command has ended, exit code %" },
	},
};

static const struct voice *voice = &own_voice;

void speak_as(const struct voice *chosen)
{
	voice = chosen;
}

/* Decimal digits, written backwards into `text`. Returns where they begin. */
static const char *digits_of(long number, char text[NUMBER_SIZE])
{
	unsigned long rest = number < 0 ? 0UL - (unsigned long)number : (unsigned long)number;
	size_t at = NUMBER_SIZE - 1;

	text[at] = '\0';
	do {
		text[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (number < 0)
		text[--at] = '-';
	return &text[at];
}

struct line {
	char text[LINE_LIMIT];
	size_t length;
};

/* What cannot be shown becomes "?": a name from the command line must not steer the terminal. */
static void add(struct line *line, const char *text)
{
	for (; *text && line->length < LINE_LIMIT - 1; text++) {
		bool steers = ((unsigned char)*text < ' ' && *text != '\n') || *text == 0x7f;

		line->text[line->length++] = steers ? '?' : *text;
	}
}

static void add_words(struct line *line, const char *first, va_list rest)
{
	for (const char *text = first; text; text = va_arg(rest, const char *))
		add(line, text);
}

static void write_out(int fd, const struct line *line)
{
	/* A closed descriptor is the caller's choice: there is nowhere left to complain. */
	if (write(fd, line->text, line->length) < 0)
		return;
}

void print(int fd, const char *first, ...)
{
	struct line line;
	va_list rest;

	line.length = 0;
	va_start(rest, first);
	add_words(&line, first, rest);
	va_end(rest);
	write_out(fd, &line);
}

static void begin(struct line *line, enum level level)
{
	char digits[NUMBER_SIZE];

	line->length = 0;
	add(line, voice->before[level]);
	if (!voice->behind_pid)
		return;
	add(line, digits_of(getpid(), digits));
	add(line, voice->behind_pid);
}

static void end(struct line *line)
{
	line->text[line->length++] = '\n';
	write_out(STDERR_FILENO, line);
}

void narrate(const struct policy *policy, enum event event, long first, long second)
{
	/* verbosity 0 is for errors and warnings alone, and below that only for errors. */
	const int needed = (int)voice->events[event].level - LEVEL_WARNING;
	const char *text = voice->events[event].text;
	char character[2] = { 0 };
	struct line line;

	if (!text || policy->verbosity < needed)
		return;
	begin(&line, voice->events[event].level);
	for (; *text; text++) {
		char digits[NUMBER_SIZE];

		character[0] = *text;
		add(&line, *text == '%' ? digits_of(first, digits) : character);
		if (*text == '%')
			first = second;
	}
	end(&line);
}

bool complain(const char *first, ...)
{
	struct line line;
	va_list rest;

	if (voice == &own_voice)
		return false;
	begin(&line, LEVEL_ERROR);
	va_start(rest, first);
	add_words(&line, first, rest);
	va_end(rest);
	end(&line);
	return true;
}

bool complain_of_exec(const char *program, int error)
{
	const char *name = voice->names_program ? program : "";

	return complain(voice->exec_failed[0], name, voice->exec_failed[1], strerror(error), NULL);
}

void warn_without_orphans(const struct policy *policy)
{
	struct line line;
	int subreaper = 0;

	if (voice != &voice_of_tini || policy->verbosity < 0 || getpid() == 1)
		return;
	if (prctl(PR_GET_CHILD_SUBREAPER, &subreaper) == 0 && subreaper)
		return;
	begin(&line, LEVEL_WARNING);
	add(&line, "Tini is not running as PID 1 and isn't registered as a child subreaper.\n"
		   "Orphans of the command will not come to it, so zombie reaping won't work.\n"
		   "Use -s, set the environment variable TINI_SUBREAPER, or run it as PID 1.");
	end(&line);
}
