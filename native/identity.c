/* SPDX-License-Identifier: MIT */
#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "descriptors.h"
#include "message.h"
#include "values.h"

/* Names are at most 32 characters long; no longer field is of interest. */
#define FIELD_SIZE 256

/* -1 means "leave it" to the kernel. */
#define LARGEST_ID (UINT32_MAX - 1L)

struct reader {
	int file;
	ssize_t at;
	ssize_t end;
	char buffer[1024];
};

/* The next character, or NUL at the end of the file. */
static char next(struct reader *reader)
{
	if (reader->at == reader->end) {
		reader->at = 0;
		reader->end = read(reader->file, reader->buffer, sizeof(reader->buffer));
		if (reader->end <= 0) {
			reader->end = 0;
			return '\0';
		}
	}
	return reader->buffer[reader->at++];
}

/*
 * Read a field that a colon, a new line or one of `also` ends; returns which, NUL at the end of
 * the file. One that is too long reads as empty, and so as no name and no number.
 */
static char read_field(struct reader *reader, char also, char field[FIELD_SIZE])
{
	size_t length = 0;
	char c;

	while ((c = next(reader)) != '\0' && c != ':' && c != '\n' && c != also) {
		if (length < FIELD_SIZE - 1)
			field[length] = c;
		length += length < FIELD_SIZE;
	}
	field[length < FIELD_SIZE ? length : 0] = '\0';
	return c;
}

static char skip_field(struct reader *reader)
{
	char field[FIELD_SIZE];

	return read_field(reader, ':', field);
}

static void skip_line(struct reader *reader, char end)
{
	while (end != '\n' && end != '\0')
		end = next(reader);
}

struct account {
	char name[FIELD_SIZE];
	long user;
	long group;
};

/* NAME:PASSWORD:UID:GID:… Returns false where no line is that of `wanted`, name or number. */
static bool find_account(const char *wanted, struct account *account)
{
	cleanup_descriptor int file = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	struct reader reader = { .file = file };
	long number = whole_number(wanted, 10, LARGEST_ID);
	char end = '\n';

	while (file >= 0 && end != '\0') {
		char field[FIELD_SIZE];

		end = read_field(&reader, ':', account->name);
		account->user = account->group = -1;
		if (end == ':' && (end = skip_field(&reader)) == ':') {
			end = read_field(&reader, ':', field);
			account->user = whole_number(field, 10, LARGEST_ID);
		}
		if (end == ':') {
			end = read_field(&reader, ':', field);
			account->group = whole_number(field, 10, LARGEST_ID);
		}
		if (account->group >= 0 && account->user >= 0 &&
		    (number >= 0 ? account->user == number : strcmp(account->name, wanted) == 0))
			return true;
		skip_line(&reader, end);
		end = end == '\0' ? '\0' : '\n';
	}
	return false;
}

/*
 * NAME:PASSWORD:GID:MEMBER,… Look for the group of that name, or add all with that member to
 * the identity. Returns the number of the group, or -1.
 */
static long read_groups(const char *name, const char *member, struct identity *identity)
{
	cleanup_descriptor int file = open("/etc/group", O_RDONLY | O_CLOEXEC);
	struct reader reader = { .file = file };
	char end = file < 0 ? '\0' : '\n';

	while (end != '\0') {
		char field[FIELD_SIZE];
		char digits[FIELD_SIZE] = "";
		long number;

		end = read_field(&reader, ':', field);
		if (end == ':' && (end = skip_field(&reader)) == ':')
			end = read_field(&reader, ':', digits);
		number = whole_number(digits, 10, LARGEST_ID);
		if (name && number >= 0 && strcmp(field, name) == 0)
			return number;
		while (end == ':' || end == ',') {
			end = read_field(&reader, ',', field);
			if (member && number >= 0 && strcmp(field, member) == 0 &&
			    identity->group_count < GROUP_LIMIT)
				identity->groups[identity->group_count++] = (gid_t)number;
		}
	}
	return -1;
}

bool find_identity(const char *text, struct identity *identity)
{
	const char *colon = strchr(text, ':');
	size_t length = colon ? (size_t)(colon - text) : strlen(text);
	char name[FIELD_SIZE] = { 0 };
	struct account account;
	bool is_known;
	long user;
	long group = 0;

	memcpy(name, text, length < FIELD_SIZE ? length : 0);
	/* A line may have no name either, or one too long to be read. */
	is_known = *name != '\0' && find_account(name, &account);
	user = is_known ? account.user : whole_number(name, 10, LARGEST_ID);
	if (user < 0) {
		report_error("/etc/passwd has no user ", name, NULL);
		report_hint("a number needs no file: --user 1000:1000", NULL);
		return false;
	}
	if (colon) {
		group = whole_number(colon + 1, 10, LARGEST_ID);
		if (group < 0)
			group = read_groups(colon + 1, NULL, identity);
	} else if (is_known) {
		group = account.group;
	}
	if (group < 0) {
		report_error("/etc/group has no group ", colon + 1, NULL);
		return false;
	}
	identity->user = (uid_t)user;
	identity->group = (gid_t)group;
	/* In the list as well: a file's "not for this group" must hold for the command, too. */
	identity->groups[0] = identity->group;
	identity->group_count = 1;
	if (!colon && is_known)
		(void)read_groups(NULL, account.name, identity);
	return true;
}

static bool is_assumed(const struct identity *identity)
{
	uid_t user[3];
	gid_t group[3];

	if (getresuid(&user[0], &user[1], &user[2]) < 0 ||
	    getresgid(&group[0], &group[1], &group[2]) < 0)
		return false;
	for (int i = 0; i < 3; i++) {
		if (user[i] != identity->user || group[i] != identity->group)
			return false;
	}
	return true;
}

/* Raw calls: libc's would look for threads to take along. */
int assume_identity(const struct identity *identity)
{
	const uid_t user = identity->user;
	const gid_t group = identity->group;

	/* Groups first, which need the rights that the user gives up. */
	if (syscall(SYS_setgroups, identity->group_count, identity->groups) < 0) {
		/* Without any right to change them: nothing is to be changed. */
		return errno == EPERM && is_assumed(identity) ? 0 : -errno;
	}
	if (syscall(SYS_setresgid, group, group, group) < 0 ||
	    syscall(SYS_setresuid, user, user, user) < 0)
		return -errno;
	return is_assumed(identity) ? 0 : -EPERM;
}
