// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the command says when there is no /dev/mymap to be had, above a libmymap
 * and a user database that this file plays.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli.h"

#define GROUP_ID	700

static struct {
	int open[2];		/* results, one a call */
	int nr_opened;
	enum mymap_module_state state;
	int state_error;
	int load;		/* result */
	int nr_loaded;
	int wait;		/* result */
	int nr_waited;
	int open_default;	/* result */
	int from_fd;		/* result */
	uint64_t named_flags;
	int nr_named;
	int closed;

	uid_t euid;
	bool no_group, no_user;
	bool member;		/* in the database */
	gid_t login_group;
	gid_t primary_group;
} fake;

static struct mymap *const the_ctx = (struct mymap *)(uintptr_t)0x10;
static struct mymap_buffer *const the_buffer = (struct mymap_buffer *)(uintptr_t)0x20;
static const struct command command = { .name = "test" };
static char *said;

/* What plays named.c. */
int named_open(const struct command *who, const char *name, uint64_t flags,
	       struct mymap_buffer **ret_buffer)
{
	assert_string_equal(who->name, "test");
	assert_string_equal(name, "rx0");
	fake.named_flags = flags;
	fake.nr_named++;
	*ret_buffer = the_buffer;
	return EXIT_OK;
}

/* ---------------------------------------------------------- what plays libmymap */

int mymap_open(struct mymap **ret_ctx)
{
	int r = fake.open[fake.nr_opened++];

	if (!r)
		*ret_ctx = the_ctx;
	return r;
}

void mymap_close(struct mymap *ctx)
{
	assert_ptr_equal(ctx, the_ctx);
	fake.closed++;
}

int mymap_buffer_open_default(struct mymap *ctx, struct mymap_buffer **ret_buffer)
{
	assert_ptr_equal(ctx, the_ctx);
	if (!fake.open_default)
		*ret_buffer = the_buffer;
	return fake.open_default;
}

int mymap_buffer_from_fd(int fd, struct mymap_buffer **ret_buffer)
{
	assert_int_equal(fd, 7);
	if (!fake.from_fd)
		*ret_buffer = the_buffer;
	return fake.from_fd;
}

int mymap_module_get_state(enum mymap_module_state *ret_state)
{
	if (!fake.state_error)
		*ret_state = fake.state;
	return fake.state_error;
}

int mymap_module_load(void)
{
	fake.nr_loaded++;
	return fake.load;
}

int mymap_wait_for_node(unsigned int timeout_ms)
{
	assert_in_range(timeout_ms, 1000, 60000);
	fake.nr_waited++;
	return fake.wait;
}

/* -------------------------------------------------------------- what plays libc */

uid_t geteuid(void)
{
	return fake.euid;
}

gid_t getegid(void)
{
	return fake.login_group;
}

int getgroups(int size, gid_t list[])
{
	if (size)
		list[0] = 100;
	return 1;
}

struct group *getgrnam(const char *name)
{
	static char user[] = "ada", other[] = "grace";
	static char *members[] = { other, user, NULL };
	static char *others[] = { other, NULL };
	static struct group group;

	assert_string_equal(name, "mymap");
	group.gr_gid = GROUP_ID;
	group.gr_mem = fake.member ? members : others;
	return fake.no_group ? NULL : &group;
}

struct passwd *getpwuid(uid_t uid)
{
	static char name[] = "ada";
	static struct passwd user;

	(void)uid;
	user.pw_name = name;
	user.pw_gid = fake.primary_group;
	return fake.no_user ? NULL : &user;
}

int uname(struct utsname *name)
{
	memset(name, 0, sizeof(*name));
	strcpy(name->release, "9.8.7-test");
	return 0;
}

/* ---------------------------------------------------------------------- helpers */

static int setup(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	fake.euid = 1000;
	fake.login_group = 100;
	fake.primary_group = 100;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(said);
	said = NULL;
	return 0;
}

/* Calls target_open() and keeps what it says on stderr. */
static int attempt(const struct options *options, struct mymap_buffer **ret_buffer)
{
	FILE *saved = stderr;
	size_t len;
	int r;

	stderr = open_memstream(&said, &len);
	assert_non_null(stderr);
	r = target_open(&command, options, ret_buffer);
	fclose(stderr);
	stderr = saved;
	return r;
}

static void expect_message(const char *message)
{
	static const struct options options = { 0 };
	struct mymap_buffer *buffer = NULL;

	assert_int_equal(attempt(&options, &buffer), EXIT_FAILED);
	assert_string_equal(said, message);
	assert_null(buffer);
}

static void expect_success(void)
{
	static const struct options options = { 0 };
	struct mymap_buffer *buffer = NULL;

	assert_int_equal(attempt(&options, &buffer), EXIT_OK);
	assert_string_equal(said, "");
	assert_ptr_equal(buffer, the_buffer);
	assert_int_equal(fake.closed, 1);
}

static void missing(enum mymap_module_state state)
{
	fake.open[0] = -ENOENT;
	fake.state = state;
}

/* ------------------------------------------------------------------ node missing */

static void opens(void **state)
{
	(void)state;
	expect_success();
	assert_int_equal(fake.nr_loaded, 0);
	assert_int_equal(fake.nr_waited, 0);
}

static void not_installed(void **state)
{
	(void)state;
	missing(MYMAP_MODULE_NOT_INSTALLED);
	expect_message("mymap: /dev/mymap: the module is not installed for kernel 9.8.7-test: "
		       "install mymap-dkms and the headers package linux-headers-9.8.7-test\n");
}

static void not_loaded_user(void **state)
{
	(void)state;
	missing(MYMAP_MODULE_AVAILABLE);
	expect_message("mymap: /dev/mymap: the module is not loaded: run 'sudo modprobe mymap'\n");
	assert_int_equal(fake.nr_loaded, 0);
}

static void not_loaded_root(void **state)
{
	(void)state;
	missing(MYMAP_MODULE_AVAILABLE);
	fake.euid = 0;
	expect_success();
	assert_int_equal(fake.nr_loaded, 1);
	assert_int_equal(fake.nr_waited, 1);
}

static void stale_node(void **state)
{
	(void)state;
	missing(MYMAP_MODULE_AVAILABLE);
	fake.open[0] = -ENXIO;
	fake.euid = 0;
	expect_success();
	assert_int_equal(fake.nr_loaded, 1);
}

static void load_fails(int error, const char *message)
{
	missing(MYMAP_MODULE_AVAILABLE);
	fake.euid = 0;
	fake.load = error;
	expect_message(message);
	assert_int_equal(fake.nr_waited, 0);
}

static void load_blacklisted(void **state)
{
	(void)state;
	load_fails(-ECANCELED, "mymap: /dev/mymap: the module is blacklisted: "
		   "see /etc/modprobe.d, or run 'modprobe mymap'\n");
}

static void load_signature(void **state)
{
	(void)state;
	load_fails(-EKEYREJECTED, "mymap: /dev/mymap: the kernel does not accept the signature "
		   "of the module (Secure Boot): 'mymap doctor' tells which key to enroll, or "
		   "what else helps\n");
}

static void load_not_permitted(void **state)
{
	(void)state;
	load_fails(-EPERM, "mymap: /dev/mymap: loading the module is not permitted here "
		   "(kernel lockdown, or a container): 'mymap doctor' tells whether it lacks a "
		   "signature\n");
}

static void load_other_kernel(void **state)
{
	(void)state;
	load_fails(-ENOEXEC, "mymap: /dev/mymap: the module was built for another kernel "
		   "than 9.8.7-test: 'mymap doctor' has the command that builds it again\n");
}

static void load_other_error(void **state)
{
	(void)state;
	load_fails(-EIO, "mymap: /dev/mymap: the module cannot be loaded: Input/output error; "
		   "see 'dmesg'\n");
}

static void loading(void **state)
{
	(void)state;
	missing(MYMAP_MODULE_LOADING);
	expect_success();
	assert_int_equal(fake.nr_loaded, 0);
	assert_int_equal(fake.nr_waited, 1);
}

static void loaded_without_node(void **state)
{
	(void)state;
	missing(MYMAP_MODULE_LOADED);
	fake.wait = -ETIMEDOUT;
	expect_message("mymap: /dev/mymap: the module is loaded, but the node did not appear in "
		       "5 seconds: see 'dmesg' and 'systemctl status systemd-udevd'\n");
}

static void unloading(void **state)
{
	(void)state;
	missing(MYMAP_MODULE_UNLOADING);
	expect_message("mymap: /dev/mymap: the module is being unloaded: try again\n");
}

static void state_unknown(void **state)
{
	(void)state;
	missing(MYMAP_MODULE_AVAILABLE);
	fake.state_error = -EIO;
	expect_message("mymap: /dev/mymap: no such device, and the state of the module is "
		       "unknown: Input/output error\n");
}

static void appears_and_is_forbidden(void **state)
{
	(void)state;
	missing(MYMAP_MODULE_LOADED);
	fake.open[1] = -EACCES;
	expect_message("mymap: /dev/mymap: permission denied: ask to be added to group mymap "
		       "('sudo adduser ada mymap'), then log in again\n");
}

/* -------------------------------------------------------------------- permission */

static void not_a_member(void **state)
{
	(void)state;
	fake.open[0] = -EACCES;
	expect_message("mymap: /dev/mymap: permission denied: ask to be added to group mymap "
		       "('sudo adduser ada mymap'), then log in again\n");
}

static void user_without_name(void **state)
{
	(void)state;
	fake.open[0] = -EACCES;
	fake.no_user = true;
	expect_message("mymap: /dev/mymap: permission denied: ask to be added to group mymap "
		       "('sudo adduser USER mymap'), then log in again\n");
}

#define NOT_YET	"mymap: /dev/mymap: permission denied: ada is in group mymap since after this " \
		"login: log out and in again\n"

static void member_not_in_login(void **state)
{
	(void)state;
	fake.open[0] = -EACCES;
	fake.member = true;
	expect_message(NOT_YET);
}

static void primary_not_in_login(void **state)
{
	(void)state;
	fake.open[0] = -EACCES;
	fake.primary_group = GROUP_ID;
	expect_message(NOT_YET);
}

static void member_and_forbidden(void **state)
{
	(void)state;
	fake.open[0] = -EACCES;
	fake.member = true;
	fake.login_group = GROUP_ID;
	expect_message("mymap: /dev/mymap: permission denied, although this login is in group "
		       "mymap: see 'ls -l /dev/mymap' and the udev rule of mymap\n");
}

static void no_group(void **state)
{
	(void)state;
	fake.open[0] = -EACCES;
	fake.no_group = true;
	expect_message("mymap: /dev/mymap: permission denied: there is no group mymap on this "
		       "system; reinstall mymap-common or run as root\n");
}

static void other_open_error(void **state)
{
	(void)state;
	fake.open[0] = -EMFILE;
	expect_message("mymap: /dev/mymap: Too many open files\n");
}

/* -------------------------------------------------------------------- the buffer */

static void default_switched_off(void **state)
{
	(void)state;
	fake.open_default = -ENODEV;
	expect_message("mymap: test: the default buffer is switched off "
		       "(module parameter default_size is 0)\n");
	assert_int_equal(fake.closed, 1);
}

static void default_error(void **state)
{
	(void)state;
	fake.open_default = -ENOMEM;
	expect_message("mymap: test: the default buffer: Cannot allocate memory\n");
}

static void expect_fd(int result, const char *message)
{
	const struct options options = { .given = BIT(OPTION_FD), .fd = 7 };
	struct mymap_buffer *buffer = NULL;

	fake.from_fd = result;
	assert_int_equal(attempt(&options, &buffer), result ? EXIT_FAILED : EXIT_OK);
	assert_string_equal(said, message);
	assert_ptr_equal(buffer, result ? NULL : the_buffer);
	/* the device is not needed */
	assert_int_equal(fake.nr_opened, 0);
}

static void fd_works(void **state)
{
	(void)state;
	expect_fd(0, "");
}

static void fd_not_open(void **state)
{
	(void)state;
	expect_fd(-EBADF, "mymap: test: descriptor 7: not open; inherit it, as COMMAND does from "
		  "'mymap create --size SIZE -- COMMAND'\n");
}

static void fd_not_a_buffer(void **state)
{
	(void)state;
	expect_fd(-ENOTTY, "mymap: test: descriptor 7: not a mymap buffer\n");
}

static void fd_other_error(void **state)
{
	(void)state;
	expect_fd(-ENXIO, "mymap: test: descriptor 7: No such device or address\n");
}

static void name_for_writing(void **state)
{
	const struct options options = { .name = "rx0" };
	struct mymap_buffer *buffer = NULL;

	(void)state;
	assert_int_equal(attempt(&options, &buffer), EXIT_OK);
	assert_int_equal(fake.nr_named, 1);
	assert_int_equal(fake.named_flags, 0);
	assert_ptr_equal(buffer, the_buffer);
}

static void name_for_reading(void **state)
{
	static const struct command reader = { .name = "test", .only_reads = true };
	const struct options options = { .name = "rx0" };
	struct mymap_buffer *buffer = NULL;

	(void)state;
	assert_int_equal(target_open(&reader, &options, &buffer), EXIT_OK);
	assert_int_equal(fake.named_flags, MYMAP_BUFFER_OPEN_READ_ONLY);
}

static void name_and_fd(void **state)
{
	const struct options options = { .given = BIT(OPTION_FD), .fd = 7, .name = "rx0" };
	struct mymap_buffer *buffer = NULL;

	(void)state;
	assert_int_equal(attempt(&options, &buffer), EXIT_USAGE);
	assert_string_equal(said, "mymap: test: --fd and a name: one of them, please\n");
	assert_int_equal(fake.nr_named, 0);
}

#define TEST(text, function)	{ text, function, setup, teardown, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("device: what opens is used", opens),
		TEST("device: module not installed, the packages are named", not_installed),
		TEST("device: module not loaded, a user is told to", not_loaded_user),
		TEST("device: module not loaded, root loads it and waits", not_loaded_root),
		TEST("device: a node without a driver is a missing one", stale_node),
		TEST("device: blacklisted is said", load_blacklisted),
		TEST("device: a rejected signature is said", load_signature),
		TEST("device: a forbidden load is said", load_not_permitted),
		TEST("device: a module for another kernel is said", load_other_kernel),
		TEST("device: another error of loading is said", load_other_error),
		TEST("device: module being loaded, it waits", loading),
		TEST("device: module loaded and no node is said", loaded_without_node),
		TEST("device: module being unloaded is said", unloading),
		TEST("device: an unknown state is said", state_unknown),
		TEST("device: forbidden after it appeared is said", appears_and_is_forbidden),
		TEST("permission: no member is told the group", not_a_member),
		TEST("permission: a user without a name is told the group", user_without_name),
		TEST("permission: a member since after the login is told so", member_not_in_login),
		TEST("permission: the same by the primary group", primary_not_in_login),
		TEST("permission: a member who is refused is sent to the rule",
		     member_and_forbidden),
		TEST("permission: a missing group is said", no_group),
		TEST("device: another error of opening is said", other_open_error),
		TEST("default buffer: switched off is said", default_switched_off),
		TEST("default buffer: another error is said", default_error),
		TEST("descriptor: a buffer will do without the device", fd_works),
		TEST("descriptor: not open is said", fd_not_open),
		TEST("descriptor: not a buffer is said", fd_not_a_buffer),
		TEST("descriptor: another error is said", fd_other_error),
		TEST("name: it is opened for reading and writing", name_for_writing),
		TEST("name: who only reads opens it for reading", name_for_reading),
		TEST("name: with a descriptor as well it is a usage error", name_and_fd),
	};

	return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
