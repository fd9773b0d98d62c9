/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of libmymap share with each other and with nobody else.
 */
#ifndef LIBMYMAP_PRIVATE_H
#define LIBMYMAP_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/mymap.h>

struct mymap;
struct mymap_buffer;
struct udev;
struct udev_device;
struct udev_monitor;

#define MYMAP_EXPORT	__attribute__((visibility("default")))

#define MYMAP_DEVICE	"mymap"
#define MYMAP_NODE	"/dev/" MYMAP_DEVICE
/* Of the devices of named buffers: /sys/class/mymap */
#define MYMAP_SUBSYSTEM	"mymap"
#define MYMAP_LINKS	"/dev/mymap-by-name/"

/* The one place that calls ioctl(): its value if that is not negative, or -errno. */
int mymap_ioctl(int fd, unsigned long request, void *arg);

/* MYMAP_IOC_INFO about @fd: 0 with *@ret_info filled, or -errno. */
int mymap_fetch_info(int fd, struct mymap_info *ret_info);

/*
 * MYMAP_IOC_CREATE: @create has all but the size, and the flags that are those of
 * mymap_buffer_create().
 */
int mymap_create_buffer(struct mymap *ctx, struct mymap_create *create, uint64_t size,
			uint64_t flags, struct mymap_buffer **ret_buffer);

/* A name into its array: 0, or -EINVAL. */
int mymap_name_copy(char to[MYMAP_NAME_SIZE], const char *name);

/* What an error of a command about names means, if the driver does not know them. */
int mymap_name_error(int error);

/* udev.c: what all do with libudev */
bool mymap_udevd_runs(void);
/* Of that subsystem, with the events of udevd if it runs. NULL and errno. */
struct udev_monitor *mymap_udev_listen(struct udev *udev, const char *subsystem);
/* An attribute that is a number; 0 where it is not there. */
uint64_t mymap_udev_number(struct udev_device *device, const char *attribute);

#endif /* LIBMYMAP_PRIVATE_H */
