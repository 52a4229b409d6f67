/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_POLICY_H
#define CONFIDE_POLICY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Signals are numbered from 1; 64 is the last real-time one. */
#define SIGNAL_LIMIT 65

#define GRACE_OF_THE_SITUATION INT64_C(-1)

/*
 * How the init behaves, whoever said so: options, CONFIDE_ variables, or the command line and
 * the variables of another init whose name we were called by. Read once, before anything starts.
 */
struct policy {
	bool group;        /* signals go to the command's process group, not only to itself */
	bool single_child; /* the command stays in our process group and session */
	bool new_session;  /* the command leads a session of its own */
	bool pause;        /* there is no command: wait for SIGTERM or SIGINT, and reap */
	bool suspends;     /* SIGTSTP, SIGTTIN and SIGTTOU stop us, once they are forwarded */
	bool ends_group;   /* its group gets SIGTERM when the command has ended, at any grace */
	bool warn_on_reap; /* say so when an orphan is reaped */
	bool no_subreaper; /* not to become one, for a personality that does not */
	bool needs_subreaper; /* asked for by name: refused is worth a warning */
	bool no_new_privileges;
	int verbosity;
	int death_signal;                    /* for ourselves, when our parent dies; 0 = none */
	uint64_t expected[4];                /* bit n: exit code n counts as 0 */
	unsigned char rewrite[SIGNAL_LIMIT]; /* what a signal becomes; 0 = dropped */
	int64_t grace; /* nanoseconds for what is left when the command has ended, or -1 */
	int64_t kill_after; /* nanoseconds from SIGTERM to SIGKILL; 0 = never */
	const char *directory; /* the command's; NULL = the caller's */
	int umask;             /* the command's; -1 = the caller's */
	const char *user;      /* UID[:GID], or names of /etc/passwd and /etc/group; NULL = ours */
};

/* What confide does under its own name and without options: every signal becomes itself. */
struct policy default_policy(void);

/*
 * The number of "TERM", "sigterm", "15", "RTMIN+3", "RTMAX-1" or "RT3", which is RTMIN+3; -1 for
 * anything else. src/leaf/signals.ts reads them in the same way.
 */
int signal_number(const char *name);

/* "S:R": signal S becomes R, or nothing for 0. Returns false where it is not that. */
bool add_rewrite(struct policy *policy, const char *text);

/* An exit code from 0 to 255 that counts as success. Returns false where it is none. */
bool add_expected(struct policy *policy, const char *text);

#endif
