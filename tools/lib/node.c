// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Waiting for /dev/mymap, and for the node and the link of a named buffer, by
 * libudev.
 */
#include <errno.h>
#include <libudev.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <mymap.h>

#include "private.h"

#define MSEC_PER_SEC	1000
#define NSEC_PER_MSEC	1000000

/*
 * The node is looked at this often even if no event comes: a container hears
 * none, and an event may be lost when the socket overflows.
 */
#define LOOK_INTERVAL_MS	100

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * MSEC_PER_SEC + now.tv_nsec / NSEC_PER_MSEC;
}

/**
 * struct awaited - what is waited for
 * @subsystem: of the device
 * @is_ready: is it there?
 * @name: of the buffer, or NULL
 */
struct awaited {
	const char *subsystem;
	bool (*is_ready)(struct udev *udev, bool with_udevd, const char *name);
	const char *name;
};

static bool node_exists(const char *path, dev_t *ret_number)
{
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISCHR(st.st_mode))
		return false;
	*ret_number = st.st_rdev;
	return true;
}

static bool door_is_ready(struct udev *udev, bool with_udevd, const char *name)
{
	struct udev_device *device;
	dev_t number;
	bool done;

	(void)name;
	if (!node_exists(MYMAP_NODE, &number))
		return false;
	if (!with_udevd)
		return true;

	device = udev_device_new_from_subsystem_sysname(udev, "misc", MYMAP_DEVICE);
	if (!device)
		return false;

	done = udev_device_get_is_initialized(device) > 0;
	udev_device_unref(device);
	return done;
}

/* udev has made a link, and has done with the device that it leads to. */
static bool link_is_ready(struct udev *udev, const char *name)
{
	char path[sizeof(MYMAP_LINKS) + MYMAP_NAME_SIZE];
	struct udev_device *device;
	const char *its_name;
	dev_t number;
	bool done;

	snprintf(path, sizeof(path), MYMAP_LINKS "%s", name);
	if (!node_exists(path, &number))
		return false;
	device = udev_device_new_from_devnum(udev, 'c', number);
	if (!device)
		return false;

	/* A link that was left over would lead to another one, or to nothing. */
	its_name = udev_device_get_sysattr_value(device, "name");
	done = its_name && !strcmp(its_name, name) && udev_device_get_is_initialized(device) > 0;
	udev_device_unref(device);
	return done;
}

static bool name_is_ready(struct udev *udev, bool with_udevd, const char *name)
{
	struct mymap_list *list;
	bool found = false;
	size_t i;

	if (with_udevd)
		return link_is_ready(udev, name);
	if (mymap_list_new(&list) < 0)
		return false;

	for (i = 0; i < mymap_list_get_length(list) && !found; i++) {
		const struct mymap_named *named = mymap_list_get(list, i);
		dev_t number;

		found = !strcmp(mymap_named_get_name(named), name) &&
			node_exists(mymap_named_get_node(named), &number);
	}
	mymap_list_free(list);
	return found;
}

static void wait_for_event(struct udev_monitor *monitor, int timeout_ms)
{
	struct pollfd pfd = {
		.fd = monitor ? udev_monitor_get_fd(monitor) : -1,
		.events = POLLIN,
	};

	/* Whatever ended the wait, the caller looks again: events are only hints. */
	if (poll(&pfd, 1, timeout_ms) > 0)
		udev_device_unref(udev_monitor_receive_device(monitor));
}

static int wait_for(const struct awaited *awaited, unsigned int timeout_ms)
{
	int64_t deadline = now_ms() + timeout_ms;
	struct udev_monitor *monitor;
	struct udev *udev;
	bool with_udevd;
	int r = 0;

	udev = udev_new();
	if (!udev)
		return -ENOMEM;

	/*
	 * Listen first, then look: what happens in between is not missed. Without
	 * a monitor, looking at intervals still works.
	 */
	with_udevd = mymap_udevd_runs();
	monitor = mymap_udev_listen(udev, awaited->subsystem);

	while (!awaited->is_ready(udev, with_udevd, awaited->name)) {
		int64_t left = deadline - now_ms();

		if (left <= 0) {
			r = -ETIMEDOUT;
			break;
		}
		wait_for_event(monitor, (int)(left < LOOK_INTERVAL_MS ? left : LOOK_INTERVAL_MS));
	}

	udev_monitor_unref(monitor);
	udev_unref(udev);
	return r;
}

MYMAP_EXPORT int mymap_wait_for_node(unsigned int timeout_ms)
{
	return wait_for(&(struct awaited) { "misc", door_is_ready, NULL }, timeout_ms);
}

MYMAP_EXPORT int mymap_wait_for_name(const char *name, unsigned int timeout_ms)
{
	if (!mymap_name_is_valid(name))
		return -EINVAL;

	return wait_for(&(struct awaited) { MYMAP_SUBSYSTEM, name_is_ready, name }, timeout_ms);
}
