// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What waiting, listing and listening have in common: libudev.
 */
#include <errno.h>
#include <libudev.h>
#include <stdlib.h>
#include <unistd.h>

#include "private.h"

/* The same question that libudev itself asks. */
bool mymap_udevd_runs(void)
{
	return access("/run/udev/control", F_OK) == 0;
}

struct udev_monitor *mymap_udev_listen(struct udev *udev, const char *subsystem)
{
	struct udev_monitor *monitor;
	int r;

	errno = ENOMEM; /* where libudev says nothing */
	monitor = udev_monitor_new_from_netlink(udev, mymap_udevd_runs() ? "udev" : "kernel");
	if (!monitor)
		return NULL;

	r = udev_monitor_filter_add_match_subsystem_devtype(monitor, subsystem, NULL);
	if (r >= 0)
		r = udev_monitor_enable_receiving(monitor);
	if (r < 0) {
		udev_monitor_unref(monitor);
		errno = -r;
		return NULL;
	}
	return monitor;
}

uint64_t mymap_udev_number(struct udev_device *device, const char *attribute)
{
	const char *text = udev_device_get_sysattr_value(device, attribute);

	return text ? strtoull(text, NULL, 10) : 0;
}
