// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is in a group: by the database, and by this login. They differ until the
 * next login after somebody was added.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "group.h"

/**
 * group_is_of_login() - does this process have the group?
 * @gid: the group
 */
bool group_is_of_login(gid_t gid)
{
	gid_t *groups;
	bool found = getegid() == gid;
	int i, n;

	n = getgroups(0, NULL);
	if (n <= 0)
		return found;
	groups = calloc((size_t)n, sizeof(*groups));
	if (!groups)
		return found;

	n = getgroups(n, groups);
	for (i = 0; i < n && !found; i++)
		found = groups[i] == gid;

	free(groups);
	return found;
}

/**
 * group_has_member() - is the user in the group, by the database?
 * @group: the group
 * @user: the user
 */
bool group_has_member(const struct group *group, const struct passwd *user)
{
	char **member;

	if (user->pw_gid == group->gr_gid)
		return true;
	for (member = group->gr_mem; *member; member++)
		if (!strcmp(*member, user->pw_name))
			return true;
	return false;
}
