// SPDX-License-Identifier: GPL-2.0-only
/*
 * Named buffers: who may make, use and destroy them.
 */
#include <grp.h>
#include <sys/stat.h>

#include "names.h"

/* Rights that were given; as root, who becomes others. */

#define SOMEBODY	54321
#define SOME_GROUP	54322
#define ANOTHER		54323

struct user {
	uid_t uid;
	gid_t gid;
};

static int door_of_root;

static void become(const struct user *user)
{
	CHECK_EQ(setgroups(0, NULL), 0);
	CHECK_EQ(setresgid(user->gid, user->gid, user->gid), 0);
	CHECK_EQ(setresuid(user->uid, user->uid, user->uid), 0);
}

static int open_as_is(const char *name, uint32_t flags)
{
	struct mymap_open_named args = { .size = sizeof(args), .flags = flags };

	strcpy(args.name, name);
	return ioctl(door_of_root, MYMAP_IOC_OPEN, &args);
}

static void create_owned(uint32_t mode)
{
	struct mymap_create args = create_args(NAME);
	struct mymap_info i;
	int fd;

	args.flags = MYMAP_CREATE_OWNER;
	args.uid = SOMEBODY;
	args.gid = SOME_GROUP;
	args.mode = mode;
	fd = call(O_RDWR, MYMAP_IOC_CREATE, &args);
	CHECK(fd >= 0);
	i = info(fd);
	CHECK(i.uid == SOMEBODY && i.gid == SOME_GROUP && i.mode == mode);
	CHECK(i.properties & MYMAP_BUFFER_OWNED);
	close(fd);
}

static const char *wanted;

/* Which of "rw", "r" and "-" this user may. */
static void may(void *data)
{
	struct stat st;
	int fd;

	become(data);
	if (!strcmp(wanted, "rw")) {
		fd = open_as_is(NAME, 0);
		CHECK(fd >= 0);
		CHECK_EQ(fstat(fd, &st), 0);
		CHECK(st.st_uid == SOMEBODY && st.st_gid == SOME_GROUP);
	} else {
		CHECK_ERRNO(open_as_is(NAME, 0), EACCES);
	}
	if (*wanted == 'r')
		CHECK(open_as_is(NAME, MYMAP_OPEN_READ_ONLY) >= 0);
	else
		CHECK_ERRNO(open_as_is(NAME, MYMAP_OPEN_READ_ONLY), EACCES);
}

static void check_may(uid_t uid, gid_t gid, const char *what)
{
	struct user user = { uid, gid };

	wanted = what;
	in_child(may, &user);
}

static void rights_are_obeyed(void)
{
	static const struct {
		uint32_t mode;
		const char *owner, *group, *others;
	} rows[] = {
		{ 0600, "rw", "-", "-" },
		{ 0640, "rw", "r", "-" },
		{ 0660, "rw", "rw", "-" },
		{ 0664, "rw", "rw", "r" },
		{ 0666, "rw", "rw", "rw" },
		{ 0444, "r", "r", "r" },
		/* As with files: the owner is no member of the group, and no other. */
		{ 0066, "-", "rw", "rw" },
		{ 0606, "rw", "-", "rw" },
		{ 0222, "-", "-", "-" },
	};
	size_t i;

	require_root();
	setup();
	door_of_root = door_open(O_RDWR);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		create_owned(rows[i].mode);
		check_may(SOMEBODY, ANOTHER, rows[i].owner);
		check_may(SOMEBODY, SOME_GROUP, rows[i].owner);
		check_may(ANOTHER, SOME_GROUP, rows[i].group);
		check_may(ANOTHER, ANOTHER, rows[i].others);
		/* CAP_DAC_OVERRIDE */
		close(open_named(NAME));
		destroy(NAME);
	}
	nothing_left();
}

/* Also of those that hold a door that was opened for reading: its rights are its own. */
static void rights_do_not_come_from_the_door(void)
{
	struct user owner = { SOMEBODY, ANOTHER };

	require_root();
	setup();
	door_of_root = door_open(O_RDONLY);
	create_owned(0600);
	wanted = "rw";
	in_child(may, &owner);
	destroy(NAME);
}

static void inode_has_the_rights(void)
{
	struct stat st;
	unsigned int minor;
	int fd;

	require_root();
	setup();
	create_owned(0640);
	fd = open_named(NAME);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK(st.st_uid == SOMEBODY && st.st_gid == SOME_GROUP);
	CHECK_EQ(st.st_mode, S_IFREG | 0640);
	minor = info(fd).minor;
	/* From the kernel, before any rule has run. */
	CHECK_EQ(stat(node_path(minor), &st), 0);
	CHECK_EQ(st.st_mode, S_IFCHR | 0640);
	destroy(NAME);

	fd = named(NAME, NULL);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK_EQ(st.st_uid, 0);
	CHECK_EQ(st.st_mode, S_IFREG | 0600);
	CHECK(!(info(fd).properties & MYMAP_BUFFER_OWNED));
	destroy(NAME);
}

/* Whose it is stands beside the name; the inode is not asked by who opens it by that. */
static void mode_and_owner_stay(void)
{
	struct mymap_info i;
	struct stat st;
	int fd, ro;

	require_root();
	setup();
	door_of_root = door_open(O_RDWR);
	create_owned(0666);
	fd = open_named(NAME);
	ro = try_open(NAME, MYMAP_OPEN_READ_ONLY);
	CHECK(ro >= 0);
	CHECK_ERRNO(fchmod(fd, 0600), EPERM);
	CHECK_ERRNO(fchmod(fd, 0666), EPERM);
	CHECK_ERRNO(fchmod(ro, 0600), EPERM);
	CHECK_ERRNO(fchown(fd, ANOTHER, (gid_t)-1), EPERM);
	CHECK_ERRNO(fchown(fd, (uid_t)-1, ANOTHER), EPERM);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK(st.st_uid == SOMEBODY && st.st_gid == SOME_GROUP && st.st_mode == (S_IFREG | 0666));
	i = info(fd);
	CHECK(i.uid == SOMEBODY && i.gid == SOME_GROUP && i.mode == 0666);
	check_may(ANOTHER, ANOTHER, "rw");
	/* What else goes through the inode works. */
	CHECK_EQ(ftruncate(fd, (off_t)page_size), 0);
	CHECK_EQ(futimens(fd, NULL), 0);

	/* Without its name nothing but the inode tells whose it is. */
	destroy(NAME);
	CHECK_EQ(fchmod(fd, 0600), 0);
	CHECK_EQ(fchown(fd, ANOTHER, ANOTHER), 0);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK(st.st_uid == ANOTHER && st.st_gid == ANOTHER && st.st_mode == (S_IFREG | 0600));
	close(fd);
	close(ro);

	/* One that was made without an owner, too. */
	fd = named(NAME, NULL);
	CHECK_ERRNO(fchmod(fd, 0666), EPERM);
	CHECK_ERRNO(fchown(fd, ANOTHER, ANOTHER), EPERM);
	close(fd);
	destroy(NAME);
	nothing_left();
}

static void destroy_as(void *data)
{
	struct mymap_destroy args = { .size = sizeof(args), .name = NAME };

	become(data);
	CHECK_ERRNO(ioctl(door_of_root, MYMAP_IOC_DESTROY, &args), EPERM);
}

static void owner_destroys(void *data)
{
	struct mymap_destroy args = { .size = sizeof(args), .name = NAME };

	become(data);
	CHECK_EQ(ioctl(door_of_root, MYMAP_IOC_DESTROY, &args), 0);
}

static void who_may_destroy(void)
{
	struct user owner = { SOMEBODY, ANOTHER }, member = { ANOTHER, SOME_GROUP },
		    other = { ANOTHER, ANOTHER };

	require_root();
	setup();
	door_of_root = door_open(O_RDWR);
	create_owned(0666);
	in_child(destroy_as, &member);
	in_child(destroy_as, &other);
	CHECK_EQ(total_size(), len);
	in_child(owner_destroys, &owner);
	nothing_left();
	/* Root made it, so it is root's. */
	close(named(NAME, NULL));
	in_child(destroy_as, &owner);
	destroy(NAME);
}

static void make_as(void *data)
{
	struct mymap_create args = create_args(NAME);
	const struct user *user = data;

	become(user);
	CHECK_ERRNO(ioctl(door_of_root, MYMAP_IOC_CREATE, &args), EPERM);
	args.flags = MYMAP_CREATE_OWNER;
	args.uid = user->uid;
	args.gid = user->gid;
	args.mode = 0600;
	CHECK_ERRNO(ioctl(door_of_root, MYMAP_IOC_CREATE, &args), EPERM);
}

static void others_may_not_give_names(void)
{
	struct user user = { SOMEBODY, SOME_GROUP };

	require_root();
	setup();
	door_of_root = door_open(O_RDWR);
	in_child(make_as, &user);
	nothing_left();
}

static void make_own(void *data)
{
	struct mymap_create args = create_args(NAME);
	const struct user *user = data;
	struct mymap_destroy destroy_args = { .size = sizeof(destroy_args), .name = NAME };
	int fd;

	become(user);
	fd = ioctl(door_of_root, MYMAP_IOC_CREATE, &args);
	CHECK(fd >= 0);
	CHECK_EQ(info(fd).uid, user->uid);
	CHECK_EQ(ioctl(door_of_root, MYMAP_IOC_DESTROY, &destroy_args), 0);

	args = create_args(NAME);
	args.flags = MYMAP_CREATE_OWNER;
	args.uid = user->uid;
	args.gid = user->gid;
	args.mode = 0660;
	CHECK(ioctl(door_of_root, MYMAP_IOC_CREATE, &args) >= 0);
	CHECK_EQ(ioctl(door_of_root, MYMAP_IOC_DESTROY, &destroy_args), 0);

	/* Not in the name of others. */
	args = create_args(NAME);
	args.flags = MYMAP_CREATE_OWNER;
	args.uid = user->uid + 100;
	args.gid = user->gid;
	args.mode = 0660;
	CHECK_ERRNO(ioctl(door_of_root, MYMAP_IOC_CREATE, &args), EPERM);
	args.uid = user->uid;
	args.gid = user->gid + 100;
	CHECK_ERRNO(ioctl(door_of_root, MYMAP_IOC_CREATE, &args), EPERM);
}

/* With unprivileged_names=1. */
static void others_may_give_names(void)
{
	struct user user = { SOMEBODY, SOME_GROUP };

	require_root();
	setup();
	door_of_root = door_open(O_RDWR);
	in_child(make_own, &user);
	nothing_left();
}

/* For other tests: NAME SIZE, then nothing, or the owner's and the group's number and the mode. */
static void make(void)
{
	struct mymap_create args = create_args(test_argument(0));

	args.buffer_size = strtoull(test_argument(1), NULL, 0);
	if (test_argument(2)) {
		args.flags = MYMAP_CREATE_OWNER;
		args.uid = (uint32_t)strtoul(test_argument(2), NULL, 0);
		args.gid = (uint32_t)strtoul(test_argument(3), NULL, 0);
		args.mode = (uint32_t)strtoul(test_argument(4), NULL, 8);
	}
	CHECK(call(O_RDWR, MYMAP_IOC_CREATE, &args) >= 0);
}

static void destroy_name(void)
{
	destroy(test_argument(0));
}

static const struct test_case cases[] = {
	CASE(rights_are_obeyed),
	CASE(rights_do_not_come_from_the_door),
	CASE(inode_has_the_rights),
	CASE(mode_and_owner_stay),
	CASE(who_may_destroy),
	CASE(others_may_not_give_names),
	CASE(others_may_give_names),
	CASE(make),
	CASE(destroy_name),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
