/* SPDX-License-Identifier: MIT */
#include "conditions.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"
#include "tables.h"

static int refuse_user(const struct policy *policy, int error)
{
	report_error("cannot become user ", policy->user, ": ", reason(error), NULL);
	if (error == EPERM)
		report_hint("start confide as root, with the capabilities SETUID and SETGID", NULL);
	return EXIT_CONFIGURATION;
}

static int refuse_directory(const struct policy *policy, int error)
{
	report_error("cannot change to ", policy->directory, ": ", reason(error), NULL);
	if (error == EACCES)
		return EXIT_PERMISSION;
	return error == ENOENT || error == ENOTDIR ? EXIT_MISSING : EXIT_SYSTEM;
}

int set_conditions(const struct policy *policy, const struct identity *identity)
{
	if (policy->umask >= 0)
		(void)umask((mode_t)policy->umask);
	if (identity) {
		int result = assume_identity(identity);

		if (result < 0)
			return refuse_user(policy, -result);
	}
	/* As the user, who must be able to go there: root's way would lead past the permissions. */
	if (policy->directory && chdir(policy->directory) < 0)
		return refuse_directory(policy, errno);
	if (policy->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) < 0) {
		report_error("cannot set no_new_privs: ", reason(errno), NULL);
		return EXIT_SYSTEM;
	}
	return 0;
}
