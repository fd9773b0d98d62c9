// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap doctor: /dev/mymap, and who may open it.
 */
#include <errno.h>
#include <libudev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cli.h"
#include "doctor.h"
#include "group.h"

#define RELOAD		"modprobe -r " MODULE " && modprobe " MODULE
#define NODE_MODE	0660
#define RULE		"60-mymap.rules"
#define LINE_LEN	64
#define GROUP_FILE_MAX	(4 << 20)

/* What etc/group says; libc reads the lines, from memory that has a limit. */
static bool group_id_in_file(const struct tree *tree, gid_t *ret_gid)
{
	const struct group *group = NULL;
	FILE *stream;
	size_t len;
	char *data;

	if (tree_read(tree, GROUP_FILE_MAX, &data, &len, "etc/group") < 0)
		return false;

	stream = fmemopen(data, len, "r");
	if (stream) {
		while ((group = fgetgrent(stream)) && strcmp(group->gr_name, GROUP) != 0)
			;
		if (group)
			*ret_gid = group->gr_gid;
		fclose(stream);
	}
	free(data);
	return group;
}

/* The running system may have its groups elsewhere than in the file. */
static bool group_id(const struct tree *tree, gid_t *ret_gid)
{
	const struct group *group;

	if (!tree->is_system)
		return group_id_in_file(tree, ret_gid);

	group = getgrnam(GROUP);
	if (group)
		*ret_gid = group->gr_gid;
	return group;
}

static bool udev_device_number(dev_t *ret_number)
{
	struct udev *udev = udev_new();
	struct udev_device *device;
	bool found = false;

	if (!udev)
		return false;
	device = udev_device_new_from_subsystem_sysname(udev, "misc", MODULE);
	if (device) {
		*ret_number = udev_device_get_devnum(device);
		found = true;
		udev_device_unref(device);
	}
	udev_unref(udev);
	return found;
}

/* The number that the driver was given; libudev tells that of the running system only. */
static bool device_number(const struct tree *tree, dev_t *ret_number)
{
	unsigned int major, minor;
	char line[LINE_LEN];

	if (tree->is_system)
		return udev_device_number(ret_number);
	if (tree_read_line(tree, line, sizeof(line), "sys/class/misc/" MODULE "/dev") < 0 ||
	    sscanf(line, "%u:%u", &major, &minor) != 2)
		return false;
	*ret_number = makedev(major, minor);
	return true;
}

static void find_rights(struct doctor *doctor, const struct stat *st)
{
	const struct tree *tree = &doctor->tree;
	unsigned int mode = st->st_mode & 07777;
	gid_t gid;

	if (!group_id(tree, &gid)) {
		find(doctor, FINDING_NOTE, DEVICE_NODE " belongs to no group " GROUP ", see group");
	} else if (st->st_uid == 0 && st->st_gid == gid && mode == NODE_MODE) {
		find(doctor, FINDING_OK, DEVICE_NODE " is of root and group " GROUP ", mode 0660");
	} else if (tree_has(tree, "etc/udev/rules.d/" RULE)) {
		find(doctor, FINDING_NOTE, DEVICE_NODE " has owner %u, group %u, mode %04o, by this "
		     "system's own /etc/udev/rules.d/" RULE, st->st_uid, st->st_gid, mode);
	} else {
		find(doctor, FINDING_PROBLEM, DEVICE_NODE " has owner %u, group %u, mode %04o, not "
		     "root, " GROUP " and 0660", st->st_uid, st->st_gid, mode);
		if (tree_has(tree, "usr/lib/udev/rules.d/" RULE) ||
		    tree_has(tree, "lib/udev/rules.d/" RULE))
			mend(doctor, "udevadm trigger --action=change --subsystem-match=misc "
			     "--sysname-match=" MODULE);
		else
			mend(doctor, "apt install --reinstall mymap-common");
	}
}

void check_device_node(struct doctor *doctor)
{
	struct stat st;
	dev_t number;
	int r;

	if (!doctor->runs)
		return;

	r = tree_stat(&doctor->tree, &st, "dev/" MODULE);
	if (r == -ENOENT && !doctor->loaded) {
		find(doctor, FINDING_NOTE, DEVICE_NODE " is there once the module is loaded");
	} else if (r == -ENOENT) {
		find(doctor, FINDING_PROBLEM, "the module is loaded, but there is no " DEVICE_NODE);
		mend(doctor, RELOAD);
	} else if (r < 0) {
		find(doctor, FINDING_UNKNOWN, DEVICE_NODE ": %s", strerror(-r));
		mend(doctor, "ls -l " DEVICE_NODE);
	} else if (!S_ISCHR(st.st_mode)) {
		find(doctor, FINDING_PROBLEM, DEVICE_NODE " is not a character device");
		mend(doctor, "rm -r " DEVICE_NODE " && " RELOAD);
	} else if (!doctor->loaded) {
		find(doctor, FINDING_PROBLEM, DEVICE_NODE " is there, but the module is not loaded");
		mend(doctor, "rm " DEVICE_NODE " && modprobe " MODULE);
	} else if (device_number(&doctor->tree, &number) && number != st.st_rdev) {
		find(doctor, FINDING_PROBLEM, DEVICE_NODE " is %u:%u, but the driver has %u:%u",
		     major(st.st_rdev), minor(st.st_rdev), major(number), minor(number));
		mend(doctor, "rm " DEVICE_NODE " && " RELOAD);
	} else {
		find_rights(doctor, &st);
	}
}

void check_group(struct doctor *doctor)
{
	gid_t gid;

	if (group_id(&doctor->tree, &gid)) {
		find(doctor, FINDING_OK, "there is a group " GROUP);
	} else {
		find(doctor, FINDING_PROBLEM, "there is no group " GROUP);
		mend(doctor, "apt install %smymap-common",
		     package_is(doctor, PACKAGE_COMMON, PACKAGE_ABSENT) ? "" : "--reinstall ");
	}
}

void check_membership(struct doctor *doctor)
{
	const struct group *group;
	const struct passwd *user;
	const char *name;

	if (!doctor->tree.is_system)
		return;
	if (geteuid() == 0) {
		find(doctor, FINDING_OK, "not needed: root may open " DEVICE_NODE);
		return;
	}
	group = getgrnam(GROUP);
	if (!group) /* check_group() has said so */
		return;

	user = getpwuid(getuid());
	name = user ? user->pw_name : "USER";
	if (group_is_of_login(group->gr_gid)) {
		find(doctor, FINDING_OK, "%s is in group " GROUP, name);
	} else if (user && group_has_member(group, user)) {
		find(doctor, FINDING_PROBLEM, "%s is in group " GROUP " since after this login: log "
		     "out and in again, or have it in one shell", name);
		mend(doctor, "newgrp " GROUP);
	} else {
		find(doctor, FINDING_PROBLEM, "%s is not in group " GROUP, name);
		mend(doctor, "adduser %s " GROUP, name);
	}
}
