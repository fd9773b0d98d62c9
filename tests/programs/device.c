// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "device.h"
#include "test.h"

int try_create_struct(struct mymap_create *create)
{
	int door = door_open(O_RDWR), fd, error;

	create->size = sizeof(*create);
	fd = ioctl(door, MYMAP_IOC_CREATE, create);
	error = errno;
	close(door);
	errno = error;
	return fd;
}

int try_kind(uint32_t kind, uint64_t size, const char *device)
{
	struct mymap_create create = { .buffer_size = size, .kind = kind };

	CHECK(strlen(device) < sizeof(create.device));
	strcpy(create.device, device);
	return try_create_struct(&create);
}

int kind_create(uint32_t kind, uint64_t size)
{
	int fd = try_kind(kind, size, "");

	CHECK(fd >= 0);
	return fd;
}

#define DRIVER		"/sys/bus/platform/drivers/mymap/"

void driver_is_told(const char *what, const char *device)
{
	char path[64];
	int fd;

	CHECK(snprintf(path, sizeof(path), DRIVER "%s", what) < (int)sizeof(path));
	fd = open(path, O_WRONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK_EQ(write(fd, device, strlen(device)), strlen(device));
	close(fd);
}

static void bind_again(void)
{
	if (access(DRIVER "mymap", F_OK))
		driver_is_told("bind", "mymap");
}

void own_device_comes_back(void)
{
	atexit(bind_again);
}

int try_segments(int fd, struct mymap_segment *to, uint32_t room, uint32_t *nr, uint32_t *total)
{
	struct mymap_segments args = {
		.size = sizeof(args),
		.segments = (uintptr_t)to,
		.nr_segments = room,
	};

	if (ioctl(fd, MYMAP_IOC_SEGMENTS, &args))
		return -1;
	*nr = args.nr_segments;
	*total = args.total;
	return 0;
}

int try_sync(int fd, uint64_t offset, uint64_t len, uint32_t direction, uint32_t flags)
{
	struct mymap_sync args = {
		.size = sizeof(args), .flags = flags, .offset = offset, .length = len,
		.direction = direction,
	};

	return ioctl(fd, MYMAP_IOC_SYNC, &args);
}

int try_export(int fd, uint64_t offset, uint64_t len)
{
	struct mymap_export args = { .size = sizeof(args), .offset = offset, .length = len };

	return ioctl(fd, MYMAP_IOC_EXPORT, &args);
}
