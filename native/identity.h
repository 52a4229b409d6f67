/* SPDX-License-Identifier: MIT */
#ifndef CONFIDE_IDENTITY_H
#define CONFIDE_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define GROUP_LIMIT 1024

/* Who the command runs as. */
struct identity {
	uid_t user;
	gid_t group;
	size_t group_count;
	gid_t groups[GROUP_LIMIT];
};

/*
 * Read USER[:GROUP] as docker(1) does: a name is one of /etc/passwd or /etc/group, a number needs
 * no file. Without GROUP it is that of the user in /etc/passwd, and the user's groups of
 * /etc/group come with it; a number that is not in there gets group 0 and no other.
 *
 * The files are read here: libc would ask a name service as well (musl: nscd's socket).
 * Returns false after it has said what there is not.
 */
bool find_identity(const char *text, struct identity *identity);

/* Become it, for good. Returns 0, or -errno. */
int assume_identity(const struct identity *identity);

#endif
