/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_PROGRAM_H
#define CONFIDE_PROGRAM_H

/*
 * Execute a program as execvp(3) does, but with PATH from `environment`, a text file without a
 * "#!" line given to /bin/sh, and never a binary. Returns only on failure: an exit code, 126
 * or 127, after it has said why on stderr.
 */
int execute_program(char *const *arguments, char *const *environment);

#endif
