// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Waiting for /dev/mymap, by libudev.
 */
#include <errno.h>
#include <libudev.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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

/* The same question that libudev itself asks. */
static bool udevd_runs(void)
{
	return access("/run/udev/control", F_OK) == 0;
}

static bool node_exists(void)
{
	struct stat st;

	return stat(MYMAP_NODE, &st) == 0 && S_ISCHR(st.st_mode);
}

static bool udev_is_done(struct udev *udev)
{
	struct udev_device *device;
	bool done;

	device = udev_device_new_from_subsystem_sysname(udev, "misc", MYMAP_DEVICE);
	if (!device)
		return false;

	done = udev_device_get_is_initialized(device) > 0;
	udev_device_unref(device);
	return done;
}

/*
 * Without a monitor, looking at intervals still works: @monitor may be NULL.
 */
static struct udev_monitor *monitor_new(struct udev *udev, bool with_udevd)
{
	struct udev_monitor *monitor;

	monitor = udev_monitor_new_from_netlink(udev, with_udevd ? "udev" : "kernel");
	if (!monitor)
		return NULL;

	if (udev_monitor_filter_add_match_subsystem_devtype(monitor, "misc", NULL) < 0 ||
	    udev_monitor_enable_receiving(monitor) < 0)
		return udev_monitor_unref(monitor);

	return monitor;
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

MYMAP_EXPORT int mymap_wait_for_node(unsigned int timeout_ms)
{
	int64_t deadline = now_ms() + timeout_ms;
	struct udev_monitor *monitor;
	struct udev *udev;
	bool with_udevd;
	int r = 0;

	udev = udev_new();
	if (!udev)
		return -ENOMEM;

	/* Listen first, then look: what happens in between is not missed. */
	with_udevd = udevd_runs();
	monitor = monitor_new(udev, with_udevd);

	while (!node_exists() || (with_udevd && !udev_is_done(udev))) {
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
