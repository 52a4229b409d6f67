/* SPDX-License-Identifier: MIT */
#include "../scan.h"

#include <stddef.h>
#include <string.h>

#include "tap.h"

static bool scan(char *entry)
{
	char *environment[] = { "PATH=/bin", entry, NULL };

	return may_hold_reference(environment);
}

int main(void)
{
	char token[] = "VAULT_TOKEN=s.abc";
	char twice[] = "VAULT_TOKEN=s.def";
	char other[] = "VAULT_TOKEN_FILE=/x";
	char *environment[] = { token, other, twice, NULL };

	check(scan("A=secretfile:/x"), "a whole reference is seen");
	check(scan("A=http://x/${vault:a#b}"), "an inline reference is seen");
	check(scan("A=${HOME}${${vault:a#b}"), "an inline reference behind others is seen");
	check(scan("A=$${vault:a#b}"), "an escaped one is left to the resolver");
	check(!scan("A=see vault:foo"), "a marker in the middle is ordinary");
	check(!scan("A=${HOME}"), "a shell's placeholder is ordinary");
	check(!scan("secretfile:/x"), "an entry without = is ordinary");
	check(!scan("secretfile:/x=1"), "a name is not looked at");
	check(!scan("A=") && !scan("A=$") && !scan("A=${"), "short values are ordinary");

	wipe_credentials(environment);
	check(memcmp(token, "VAULT_TOKEN=\0\0\0\0\0", sizeof(token)) == 0,
	      "a credential is overwritten");
	check(twice[12] == '\0', "so is its second entry");
	check(strcmp(other, "VAULT_TOKEN_FILE=/x") == 0, "a longer name is left");
	return finish();
}
