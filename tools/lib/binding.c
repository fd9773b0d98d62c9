// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * PCI devices and their drivers: giving one to mymap, and giving it back.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mymap.h>

#include "private.h"

#define PCI_BUS		"/sys/bus/pci"
#define PCI_DEVICES	PCI_BUS "/devices"
#define PCI_DRIVER	PCI_BUS "/drivers/" MYMAP_DEVICE
/* What sysfs takes for no driver_override. */
#define NOTHING		"\n"

static int write_file(const char *path, const char *text)
{
	ssize_t len = (ssize_t)strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC), r = 0;

	if (fd < 0)
		return -errno;
	if (pwrite(fd, text, (size_t)len, 0) != len)
		r = errno ? -errno : -EIO;
	close(fd);
	return r;
}

static int write_attribute(const char *device, const char *attribute, const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", device, attribute);
	return write_file(path, text);
}

/* There is such a device, and it is a name and no path. */
static int check_device(const char *device)
{
	char path[PATH_MAX];

	if (!device[0] || strlen(device) > MYMAP_DEVICE_MAX || strchr(device, '/') ||
	    device[0] == '.')
		return -ENODEV;
	snprintf(path, sizeof(path), PCI_DEVICES "/%s", device);
	return access(path, F_OK) ? -ENODEV : 0;
}

MYMAP_EXPORT int mymap_device_get_driver(const char *device, char **ret_driver)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *name;
	char *driver;
	ssize_t len;
	int r;

	r = check_device(device);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), PCI_DEVICES "/%s/driver", device);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return -errno;
	target[len] = 0;
	name = strrchr(target, '/');
	driver = strdup(name ? name + 1 : target);
	if (!driver)
		return -ENOMEM;

	*ret_driver = driver;
	return 0;
}

/* 1 where mymap has it, 0 where nobody has, or -errno: -EBUSY where somebody else has. */
static int is_ours(const char *device)
{
	char *driver;
	int r;

	r = mymap_device_get_driver(device, &driver);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	r = strcmp(driver, MYMAP_DEVICE) ? -EBUSY : 1;
	free(driver);
	return r;
}

static int bind_to_us(const char *device)
{
	int r;

	if (access(PCI_DRIVER, F_OK))
		return -ENOENT;
	r = write_attribute(device, "driver_override", MYMAP_DEVICE);
	if (r < 0)
		return r;
	/* That a driver refuses a device is no error to drivers_probe. */
	r = write_file(PCI_BUS "/drivers_probe", device);
	if (r < 0 || is_ours(device) != 1) {
		(void)write_attribute(device, "driver_override", NOTHING);
		return r < 0 ? r : -EIO;
	}
	return 0;
}

static int give_back(const char *device)
{
	int r;

	/* First: else it would be ours again at once. */
	r = write_attribute(device, "driver_override", NOTHING);
	if (!r)
		r = write_file(PCI_DRIVER "/unbind", device);
	/* Whoever takes such devices has it again; perhaps nobody does. */
	if (!r)
		r = write_file(PCI_BUS "/drivers_probe", device);
	return r;
}

MYMAP_EXPORT int mymap_device_bind(const char *device, unsigned int dma_bits)
{
	char text[16];
	int before, r = 0;

	before = is_ours(device);
	if (before < 0)
		return before;
	if (!before)
		r = bind_to_us(device);
	if (r < 0 || !dma_bits)
		return r;

	snprintf(text, sizeof(text), "%u", dma_bits);
	r = write_attribute(device, "dma_bits", text);
	/* With other bits it is of no use: as it was before. */
	if (r < 0 && !before)
		(void)give_back(device);
	return r;
}

MYMAP_EXPORT int mymap_device_unbind(const char *device)
{
	int r = is_ours(device);

	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	return give_back(device);
}
