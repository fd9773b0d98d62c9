/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the programs about named buffers share.
 *
 * Each case uses names of its own that begin with "test-"; a case that fails
 * leaves some behind, and the next one takes them away first.
 */
#ifndef NAMES_H
#define NAMES_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "test.h"

#define NAME	"test-a"
#define OTHER	"test-b"
#define CLASS	"/sys/class/mymap"

static size_t len;

static inline struct mymap_create create_args(const char *name)
{
	struct mymap_create args = { .size = sizeof(args), .buffer_size = len };

	CHECK(strlen(name) <= sizeof(args.name));
	memcpy(args.name, name, strlen(name));
	return args;
}

static inline int call(int flags, unsigned int cmd, void *args)
{
	int door = door_open(flags), r, error;

	errno = 0;
	r = ioctl(door, cmd, args);
	error = errno;
	close(door);
	errno = error;
	return r;
}

static inline int try_named(const char *name)
{
	struct mymap_create args = create_args(name);

	return call(O_RDWR, MYMAP_IOC_CREATE, &args);
}

/* Must work; tells N of /dev/mymapN. */
static inline int named(const char *name, unsigned int *ret_minor)
{
	struct mymap_create args = create_args(name);
	int fd = call(O_RDWR, MYMAP_IOC_CREATE, &args);

	if (fd < 0)
		FAIL("create %s", name);
	CHECK_EQ(args.buffer_size, len);
	if (ret_minor)
		*ret_minor = args.minor;
	return fd;
}

static inline int try_open_from(int door_flags, const char *name, uint32_t flags)
{
	struct mymap_open_named args = { .size = sizeof(args), .flags = flags };
	int fd;

	CHECK(strlen(name) <= sizeof(args.name));
	memcpy(args.name, name, strlen(name));
	fd = call(door_flags, MYMAP_IOC_OPEN, &args);
	if (fd >= 0) {
		CHECK_EQ(args.buffer_size, lseek(fd, 0, SEEK_END));
		CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	}
	return fd;
}

static inline int try_open(const char *name, uint32_t flags)
{
	return try_open_from(O_RDWR, name, flags);
}

static inline int open_named(const char *name)
{
	int fd = try_open(name, 0);

	if (fd < 0)
		FAIL("open %s", name);
	return fd;
}

static inline int try_destroy(const char *name)
{
	struct mymap_destroy args = { .size = sizeof(args) };

	CHECK(strlen(name) <= sizeof(args.name));
	memcpy(args.name, name, strlen(name));
	return call(O_RDWR, MYMAP_IOC_DESTROY, &args);
}

static inline void destroy(const char *name)
{
	if (try_destroy(name))
		FAIL("destroy %s", name);
}

static inline const char *node_path(unsigned int minor)
{
	static char path[32];

	snprintf(path, sizeof(path), "/dev/mymap%u", minor);
	return path;
}

static inline int node_open(unsigned int minor, int flags)
{
	return open(node_path(minor), flags | O_CLOEXEC);
}

static inline const char *attribute(unsigned int minor, const char *name)
{
	static char value[128];
	char path[128];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), CLASS "/mymap%u/%s", minor, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	n = read(fd, value, sizeof(value) - 1);
	close(fd);
	CHECK(n > 0);
	CHECK_EQ(value[n - 1], '\n');
	value[n - 1] = 0;
	return value;
}

static inline void setup(void)
{
	len = huge_size() + page_size;
	try_destroy(NAME);
	try_destroy(OTHER);
	CHECK_EQ(total_size(), 0);
}

static inline void nothing_left(void)
{
	CHECK_EQ(total_size(), 0);
}

#endif /* NAMES_H */
