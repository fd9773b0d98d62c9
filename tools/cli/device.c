// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opening /dev/mymap, or an inherited descriptor; and if that fails, what the
 * user can do about it.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli.h"
#include "group.h"

#define NODE_TIMEOUT_MS	5000

static const char *kernel_release(struct utsname *name)
{
	return uname(name) == 0 ? name->release : "unknown";
}

static void complain_permission(void)
{
	const struct passwd *user = getpwuid(getuid());
	const struct group *group = getgrnam(GROUP);
	const char *name = user ? user->pw_name : "USER";

	if (!group)
		complain(DEVICE_NODE ": permission denied: there is no group " GROUP
			 " on this system; reinstall mymap-common or run as root");
	else if (group_is_of_login(group->gr_gid))
		complain(DEVICE_NODE ": permission denied, although this login is in group " GROUP
			 ": see 'ls -l " DEVICE_NODE "' and the udev rule of mymap");
	else if (user && group_has_member(group, user))
		complain(DEVICE_NODE ": permission denied: %s is in group " GROUP
			 " since after this login: log out and in again", name);
	else
		complain(DEVICE_NODE ": permission denied: ask to be added to group " GROUP
			 " ('sudo adduser %s " GROUP "'), then log in again", name);
}

static void complain_load(int error)
{
	struct utsname name;

	switch (error) {
	case -ECANCELED:
		complain(DEVICE_NODE ": the module is blacklisted: see /etc/modprobe.d, "
			 "or run 'modprobe mymap'");
		break;
	case -EKEYREJECTED:
	case -ENOKEY:
		complain(DEVICE_NODE ": the kernel does not accept the signature of the module "
			 "(Secure Boot): 'mymap doctor' tells which key to enroll, or what else helps");
		break;
	case -EPERM:
		complain(DEVICE_NODE ": loading the module is not permitted here "
			 "(kernel lockdown, or a container): 'mymap doctor' tells whether it lacks a signature");
		break;
	case -ENOEXEC:
		complain(DEVICE_NODE ": the module was built for another kernel than %s: "
			 "'mymap doctor' has the command that builds it again", kernel_release(&name));
		break;
	default:
		complain(DEVICE_NODE ": the module cannot be loaded: %s; see 'dmesg'",
			 strerror(-error));
	}
}

static int wait_for_node(void)
{
	int r = mymap_wait_for_node(NODE_TIMEOUT_MS);

	if (r == -ETIMEDOUT)
		complain(DEVICE_NODE ": the module is loaded, but the node did not appear in "
			 "%d seconds: see 'dmesg' and 'systemctl status systemd-udevd'",
			 NODE_TIMEOUT_MS / 1000);
	else if (r < 0)
		complain(DEVICE_NODE ": %s", strerror(-r));
	return r;
}

static int load_and_wait(void)
{
	int r;

	if (geteuid() != 0) {
		complain(DEVICE_NODE ": the module is not loaded: run 'sudo modprobe mymap'");
		return -ENOENT;
	}

	r = mymap_module_load();
	if (r < 0) {
		complain_load(r);
		return r;
	}
	return wait_for_node();
}

/* There is no node. Returns 0 if there is one now; else it has complained. */
static int make_node_appear(void)
{
	enum mymap_module_state state;
	struct utsname name;
	int r;

	r = mymap_module_get_state(&state);
	if (r < 0) {
		complain(DEVICE_NODE ": no such device, and the state of the module is unknown: %s",
			 strerror(-r));
		return r;
	}

	switch (state) {
	case MYMAP_MODULE_AVAILABLE:
		return load_and_wait();
	case MYMAP_MODULE_LOADING:
	case MYMAP_MODULE_LOADED:
	case MYMAP_MODULE_BUILTIN:
		return wait_for_node();
	case MYMAP_MODULE_UNLOADING:
		complain(DEVICE_NODE ": the module is being unloaded: try again");
		return -ENOENT;
	case MYMAP_MODULE_NOT_INSTALLED:
		break;
	}
	complain(DEVICE_NODE ": the module is not installed for kernel %s: "
		 "install mymap-dkms and the headers package linux-headers-%s",
		 kernel_release(&name), name.release);
	return -ENOENT;
}

static bool node_is_missing(int error)
{
	/* ENXIO, ENODEV: a node without a driver behind it */
	return error == -ENOENT || error == -ENXIO || error == -ENODEV;
}

/**
 * device_open() - open /dev/mymap, loading the module if root may
 * @ret_ctx: where to put the context; the caller owns it
 *
 * Return: EXIT_OK, or EXIT_FAILED after a complaint.
 */
int device_open(struct mymap **ret_ctx)
{
	int r;

	r = mymap_open(ret_ctx);
	if (node_is_missing(r)) {
		if (make_node_appear() < 0)
			return EXIT_FAILED;
		r = mymap_open(ret_ctx);
	}
	if (!r)
		return EXIT_OK;

	if (r == -EACCES)
		complain_permission();
	else
		complain(DEVICE_NODE ": %s", strerror(-r));
	return EXIT_FAILED;
}

static int inherited_open(const struct command *command, int fd, struct mymap_buffer **ret_buffer)
{
	int r = mymap_buffer_from_fd(fd, ret_buffer);

	switch (r) {
	case 0:
		return EXIT_OK;
	case -EBADF:
		complain("%s: descriptor %d: not open; inherit it, as COMMAND does from "
			 "'mymap create --size SIZE -- COMMAND'", command->name, fd);
		break;
	case -ENOTTY:
		complain("%s: descriptor %d: not a mymap buffer", command->name, fd);
		break;
	default:
		complain("%s: descriptor %d: %s", command->name, fd, strerror(-r));
	}
	return EXIT_FAILED;
}

/* Whoever may only read a buffer can have it shown and read. */
static uint64_t target_flags(const struct command *command, const struct options *options)
{
	return command->only_reads && !(options->given & command->writes_with) ?
		MYMAP_BUFFER_OPEN_READ_ONLY : 0;
}

/**
 * target_open() - the buffer a subcommand works on: --fd, NAME, or the default buffer
 * @command: who asks
 * @options: what was given
 * @ret_buffer: where to put the handle; the caller owns it
 *
 * Return: EXIT_OK, or EXIT_FAILED after a complaint.
 */
int target_open(const struct command *command, const struct options *options,
		struct mymap_buffer **ret_buffer)
{
	struct mymap *ctx;
	int r;

	if (option_given(options, OPTION_FD) && options->name) {
		complain("%s: --fd and a name: one of them, please", command->name);
		return EXIT_USAGE;
	}
	if (option_given(options, OPTION_FD))
		return inherited_open(command, options->fd, ret_buffer);
	if (options->name)
		return named_open(command, options->name, target_flags(command, options), ret_buffer);

	r = device_open(&ctx);
	if (r != EXIT_OK)
		return r;

	r = mymap_buffer_open_default(ctx, ret_buffer);
	mymap_close(ctx);
	if (!r)
		return EXIT_OK;

	if (r == -ENODEV)
		complain("%s: the default buffer is switched off "
			 "(module parameter default_size is 0)", command->name);
	else
		complain("%s: the default buffer: %s", command->name, strerror(-r));
	return EXIT_FAILED;
}
