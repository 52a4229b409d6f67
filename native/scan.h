/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_SCAN_H
#define CONFIDE_SCAN_H

#include <stdbool.h>

/*
 * Whether the environment may hold a reference: a value that starts with a provider's marker,
 * or has one right behind "${". May err only towards true: a miss would start the command with
 * the raw placeholder. The markers are generated from the providers (tables.h).
 */
bool may_hold_reference(char *const *environment);

/* Overwrite the values of the providers' credentials in place. */
void wipe_credentials(char **environment);

#endif
