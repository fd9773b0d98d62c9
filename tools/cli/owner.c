// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owners, groups and modes, as text and as numbers.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "group.h"

#define MODE_BITS	0666

/* A decimal number, all of the text; ids that mean "no id" are not one. */
static bool id_parse(const char *text, unsigned int *ret_id)
{
	unsigned long id;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	id = strtoul(text, &end, 10);
	if (*end || errno || id >= UINT32_MAX)
		return false;
	*ret_id = (unsigned int)id;
	return true;
}

/**
 * owner_parse() - a user, by name or number
 * @text: what somebody wrote
 * @ret_owner: where to put the user; untouched on failure
 *
 * Return: false where there is no such user; any number is one.
 */
bool owner_parse(const char *text, uid_t *ret_owner)
{
	const struct passwd *user = getpwnam(text);

	if (!user)
		return id_parse(text, ret_owner);
	*ret_owner = user->pw_uid;
	return true;
}

/**
 * group_parse() - a group, by name or number
 * @text: what somebody wrote
 * @ret_group: where to put the group; untouched on failure
 *
 * Return: false where there is no such group; any number is one.
 */
bool group_parse(const char *text, gid_t *ret_group)
{
	const struct group *group = getgrnam(text);

	if (!group)
		return id_parse(text, ret_group);
	*ret_group = group->gr_gid;
	return true;
}

/**
 * mode_parse() - permission bits, as an octal number
 * @text: what somebody wrote
 * @ret_mode: where to put the bits; untouched on failure
 *
 * Return: false where it is no mode that a buffer may have.
 */
bool mode_parse(const char *text, mode_t *ret_mode)
{
	unsigned long mode;
	char *end;

	if (text[0] < '0' || text[0] > '7')
		return false;
	errno = 0;
	mode = strtoul(text, &end, 8);
	if (*end || errno || !mode || (mode & ~(unsigned long)MODE_BITS))
		return false;
	*ret_mode = (mode_t)mode;
	return true;
}

/**
 * owner_format() - "user:group", by their names if they have some
 * @owner: the user
 * @group: the group
 * @text: where to put it
 * @len: how much room there is
 *
 * Return: @text.
 */
const char *owner_format(uid_t owner, gid_t group, char *text, size_t len)
{
	const struct passwd *user = getpwuid(owner);
	const struct group *entry = getgrgid(group);
	char user_number[16], group_number[16];

	snprintf(user_number, sizeof(user_number), "%u", owner);
	snprintf(group_number, sizeof(group_number), "%u", group);
	snprintf(text, len, "%s:%s", user ? user->pw_name : user_number,
		 entry ? entry->gr_name : group_number);
	return text;
}
