/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_VOICE_H
#define CONFIDE_VOICE_H

#include "policy.h"

/*
 * What an init says about its own work, in the words of the one whose name it was called by:
 * people search their logs for them. All of it goes to stderr, since stdout is the command's.
 */
enum event {
	EVENT_STARTED,    /* pid of the command */
	EVENT_SESSION,    /* the command has a session of its own */
	EVENT_RECEIVED,   /* signal */
	EVENT_TRANSLATED, /* signal, what it becomes */
	EVENT_FORWARDED,  /* signal */
	EVENT_DROPPED,    /* signal */
	EVENT_SUSPENDING, /* signal */
	EVENT_EXITED,     /* pid, exit code */
	EVENT_KILLED,     /* pid, signal */
	EVENT_LET_GO,     /* signal that the kernel sends when a terminal is given away */
	EVENT_REAPED,     /* pid of an orphan, where policy.warn_on_reap asks for it */
	EVENT_ENDED,      /* exit code of the command, as we pass it on */
	EVENT_LIMIT
};

struct voice;

extern const struct voice voice_of_tini;
extern const struct voice voice_of_dumb_init;
extern const struct voice voice_of_catatonit;

/* From now on, and in the children; without it confide speaks for itself. */
void speak_as(const struct voice *voice);

/* Say what has happened, where policy->verbosity and the voice want it said. */
void narrate(const struct policy *policy, enum event event, long first, long second);

/* An error in another init's words. Returns false, and says nothing, where confide has its own. */
__attribute__((sentinel)) bool complain(const char *first, ...);

/* The same for execve(2), of which each has its own sentence. */
bool complain_of_exec(const char *program, int error);

/* tini's, when orphans go past us: neither PID 1 nor a subreaper. */
void warn_without_orphans(const struct policy *policy);

/* Join strings, ended by NULL, and write them as they are in one go. */
__attribute__((sentinel)) void print(int fd, const char *first, ...);

#endif
