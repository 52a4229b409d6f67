/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_MESSAGE_H
#define CONFIDE_MESSAGE_H

/*
 * Rules: everything goes to stderr; "confide: error: …", then "confide: hint: …"; lower case,
 * no full stop, one fact each; never a value of the environment.
 *
 * Each takes strings that it joins, ended by NULL, and writes one line in one write(2).
 */
__attribute__((sentinel)) void report_error(const char *first, ...);
__attribute__((sentinel)) void report_hint(const char *first, ...);
__attribute__((sentinel)) void report_warning(const char *first, ...);

/* strerror(3), beginning in lower case as our messages do. Valid until the next call. */
const char *reason(int error);

#endif
