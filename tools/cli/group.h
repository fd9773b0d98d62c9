/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The group whose members may open /dev/mymap.
 */
#ifndef MYMAP_CLI_GROUP_H
#define MYMAP_CLI_GROUP_H

#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <sys/types.h>

#define GROUP	"mymap"

bool group_is_of_login(gid_t gid);
bool group_has_member(const struct group *group, const struct passwd *user);

#endif /* MYMAP_CLI_GROUP_H */
