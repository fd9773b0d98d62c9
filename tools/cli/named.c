// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers by their names, and what the user can do if that fails.
 */
#include <errno.h>
#include <string.h>

#include "cli.h"

/* While a slow board boots, udev has all devices to look at, and ours is one of the last. */
#define LINK_TIMEOUT_MS	30000

/**
 * named_check() - can a buffer have this name?
 * @command: who asks
 * @name: the name
 *
 * Return: EXIT_OK, or EXIT_USAGE after a complaint.
 */
int named_check(const struct command *command, const char *name)
{
	if (mymap_name_is_valid(name))
		return EXIT_OK;
	complain("%s: name '%s': " NAME_HINT, command->name, name);
	return EXIT_USAGE;
}

static void complain_old_driver(const char *who, const char *name, struct mymap *ctx)
{
	struct mymap_driver_info *driver;

	if (mymap_get_driver_info(ctx, &driver) < 0) {
		complain("%s: name '%s': the driver that is loaded knows no names", who, name);
		return;
	}
	if (mymap_driver_info_has_feature(driver, MYMAP_DRIVER_FEATURE_NAMES))
		complain("%s: name '%s': %s", who, name, strerror(EOPNOTSUPP));
	else
		complain("%s: name '%s': the driver that is loaded, %s, knows no names; those from 0.2.0 "
			 "on do: 'modprobe -r mymap && modprobe mymap', or reboot", who, name,
			 mymap_driver_info_get_version_string(driver));
	mymap_driver_info_free(driver);
}

/**
 * named_complain() - why something could not be done with a name
 * @who: who says it
 * @name: the name
 * @error: what the library answered
 * @ctx: the context, to ask for the driver's version
 */
void named_complain(const char *who, const char *name, int error, struct mymap *ctx)
{
	switch (error) {
	case -ENOENT:
		complain("%s: name '%s': there is no such buffer; 'mymap list' shows all", who, name);
		break;
	case -EEXIST:
		complain("%s: name '%s': there is a buffer of that name; 'mymap info %s' shows it",
			 who, name, name);
		break;
	case -EACCES:
		complain("%s: name '%s': permission denied: it is for others; see 'ls -lL "
			 "/dev/mymap-by-name/%s'", who, name, name);
		break;
	case -EPERM:
		complain("%s: name '%s': permission denied: only root or its owner may do that, and "
			 "only root may make one; see unprivileged_names in mymap(4)", who, name);
		break;
	case -EOPNOTSUPP:
		complain_old_driver(who, name, ctx);
		break;
	default:
		complain("%s: name '%s': %s", who, name, strerror(-error));
	}
}

/**
 * named_open() - a buffer by its name
 * @command: who asks
 * @name: the name, a valid one
 * @flags: MYMAP_BUFFER_OPEN_*
 * @ret_buffer: where to put the handle; the caller owns it
 *
 * Return: EXIT_OK, or EXIT_FAILED after a complaint.
 */
int named_open(const struct command *command, const char *name, uint64_t flags,
	       struct mymap_buffer **ret_buffer)
{
	struct mymap *ctx;
	int r;

	r = device_open(&ctx);
	if (r != EXIT_OK)
		return r;

	r = mymap_buffer_open(ctx, name, flags, ret_buffer);
	if (r < 0)
		named_complain(command->name, name, r, ctx);
	mymap_close(ctx);
	return r < 0 ? EXIT_FAILED : EXIT_OK;
}

/**
 * named_wait() - wait until a buffer that was just made can be used by its name
 * @command: who asks
 * @name: the name
 *
 * Return: EXIT_OK, or EXIT_FAILED after a complaint.
 */
int named_wait(const struct command *command, const char *name)
{
	int r = mymap_wait_for_name(name, LINK_TIMEOUT_MS);

	if (!r)
		return EXIT_OK;
	if (r == -ETIMEDOUT)
		complain("%s: name '%s': the buffer is there, but /dev/mymap-by-name/%s did not appear in "
			 "%d seconds: see 'systemctl status systemd-udevd'", command->name, name, name,
			 LINK_TIMEOUT_MS / 1000);
	else
		complain("%s: name '%s': %s", command->name, name, strerror(-r));
	return EXIT_FAILED;
}
