/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_RESOLVE_H
#define CONFIDE_RESOLVE_H

#include <stdint.h>

#include "engine.h"
#include "frame.h"

/* What the resolver handed over. Everything stays valid until the command is launched. */
struct handover {
	int block; /* the environment block */
	struct frame_header header;
};

#define RESOLVED (-1)

/*
 * Run the resolver and take what it hands over, before the deadline in engine->inbox.
 *
 * All signals must be blocked. Returns RESOLVED, or the exit code with which to end: that of
 * the resolver, which has reported by itself, 128+n for a signal that ended the wait, or one of
 * ours. The resolver is gone in every case.
 */
int resolve(struct engine *engine, struct handover *handover);

#endif
