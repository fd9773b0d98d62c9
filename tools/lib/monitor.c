// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * struct mymap_monitor and struct mymap_event: named buffers that come, change
 * and go.
 */
#include <errno.h>
#include <libudev.h>
#include <stdlib.h>
#include <string.h>

#include <mymap.h>

#include "private.h"

struct mymap_monitor {
	struct udev *udev;
	struct udev_monitor *monitor;
	int fd;
};

struct mymap_event {
	enum mymap_event_type type;
	char *name;
	char *node;
	uint64_t size;
};

/* As the kernel calls it. */
static const char *type_name(enum mymap_event_type type)
{
	switch (type) {
	case MYMAP_EVENT_ADD:
		return "add";
	case MYMAP_EVENT_CHANGE:
		return "change";
	case MYMAP_EVENT_REMOVE:
		break;
	}
	return "remove";
}

static bool type_parse(const char *action, enum mymap_event_type *ret_type)
{
	enum mymap_event_type type;

	for (type = MYMAP_EVENT_ADD; type <= MYMAP_EVENT_REMOVE; type++)
		if (!strcmp(action, type_name(type))) {
			*ret_type = type;
			return true;
		}
	return false;
}

MYMAP_EXPORT int mymap_monitor_new(struct mymap_monitor **ret_monitor)
{
	struct mymap_monitor *monitor;
	int r;

	monitor = calloc(1, sizeof(*monitor));
	if (!monitor)
		return -ENOMEM;

	monitor->udev = udev_new();
	if (!monitor->udev) {
		free(monitor);
		return -ENOMEM;
	}

	monitor->monitor = mymap_udev_listen(monitor->udev, MYMAP_SUBSYSTEM);
	if (!monitor->monitor) {
		r = -errno;
		udev_unref(monitor->udev);
		free(monitor);
		return r;
	}

	monitor->fd = udev_monitor_get_fd(monitor->monitor);
	*ret_monitor = monitor;
	return 0;
}

MYMAP_EXPORT void mymap_monitor_free(struct mymap_monitor *monitor)
{
	if (!monitor)
		return;

	udev_monitor_unref(monitor->monitor);
	udev_unref(monitor->udev);
	free(monitor);
}

MYMAP_EXPORT int mymap_monitor_get_fd(const struct mymap_monitor *monitor)
{
	return monitor->fd;
}

/* 1 if it is an event of a named buffer, 0 if not, or -ENOMEM. */
static int event_read(struct udev_device *device, struct mymap_event *event)
{
	const char *action = udev_device_get_action(device);
	const char *name = udev_device_get_property_value(device, "MYMAP_NAME");
	const char *node = udev_device_get_devnode(device);

	if (!action || !name || !node || !type_parse(action, &event->type))
		return 0;

	event->name = strdup(name);
	event->node = strdup(node);
	event->size = event->type == MYMAP_EVENT_REMOVE ? 0 : mymap_udev_number(device, "size");
	return event->name && event->node ? 1 : -ENOMEM;
}

MYMAP_EXPORT int mymap_monitor_receive(struct mymap_monitor *monitor,
				       struct mymap_event **ret_event)
{
	struct udev_device *device;
	struct mymap_event *event;
	int r;

	event = calloc(1, sizeof(*event));
	if (!event)
		return -ENOMEM;

	/* What is of no interest is passed over. */
	do {
		errno = 0;
		device = udev_monitor_receive_device(monitor->monitor);
		if (!device) {
			/* The socket tells once that it was full; libudev hands that on. */
			r = errno == ENOBUFS ? -ENOBUFS : -EAGAIN;
			break;
		}
		r = event_read(device, event);
		udev_device_unref(device);
	} while (!r);

	if (r < 0) {
		mymap_event_free(event);
		return r;
	}
	*ret_event = event;
	return 0;
}

MYMAP_EXPORT void mymap_event_free(struct mymap_event *event)
{
	if (!event)
		return;

	free(event->name);
	free(event->node);
	free(event);
}

MYMAP_EXPORT enum mymap_event_type mymap_event_get_type(const struct mymap_event *event)
{
	return event->type;
}

MYMAP_EXPORT const char *mymap_event_get_type_name(const struct mymap_event *event)
{
	return type_name(event->type);
}

MYMAP_EXPORT const char *mymap_event_get_name(const struct mymap_event *event)
{
	return event->name;
}

MYMAP_EXPORT const char *mymap_event_get_node(const struct mymap_event *event)
{
	return event->node;
}

MYMAP_EXPORT uint64_t mymap_event_get_size(const struct mymap_event *event)
{
	return event->size;
}
