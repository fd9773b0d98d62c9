// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * struct mymap_buffer: a handle of a buffer, and its mappings.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <mymap.h>

#include "private.h"

struct mymap_buffer {
	int fd;
	uint64_t size;
};

static_assert(sizeof(off_t) == sizeof(int64_t), "build with -D_FILE_OFFSET_BITS=64");

/* Never one of 0, 1 and 2: a program may have closed those. */
static int duplicate(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	return copy < 0 ? -errno : copy;
}

int mymap_create_buffer(struct mymap *ctx, struct mymap_create *create, uint64_t size,
			uint64_t flags, struct mymap_buffer **ret_buffer)
{
	struct mymap_buffer *buffer;
	int fd;

	if (flags & ~(MYMAP_BUFFER_CREATE_POPULATE | MYMAP_BUFFER_CREATE_FIXED_SIZE))
		return -EOPNOTSUPP;
	if (flags & MYMAP_BUFFER_CREATE_POPULATE)
		create->flags |= MYMAP_CREATE_POPULATE;
	if (flags & MYMAP_BUFFER_CREATE_FIXED_SIZE)
		create->flags |= MYMAP_CREATE_FIXED_SIZE;
	create->size = sizeof(*create);
	create->buffer_size = size;

	buffer = malloc(sizeof(*buffer));
	if (!buffer)
		return -ENOMEM;

	fd = mymap_ioctl(mymap_get_fd(ctx), MYMAP_IOC_CREATE, create);
	if (fd < 0) {
		free(buffer);
		return fd;
	}

	buffer->fd = fd;
	buffer->size = create->buffer_size;

	*ret_buffer = buffer;
	return 0;
}

MYMAP_EXPORT int mymap_buffer_create(struct mymap *ctx, uint64_t size, uint64_t flags,
				     struct mymap_buffer **ret_buffer)
{
	struct mymap_create create = { 0 };

	return mymap_create_buffer(ctx, &create, size, flags, ret_buffer);
}

MYMAP_EXPORT int mymap_buffer_create_named(struct mymap *ctx, const char *name, uint64_t size,
					   uint64_t flags, struct mymap_buffer **ret_buffer)
{
	struct mymap_create create = { 0 };
	int r;

	r = mymap_name_copy(create.name, name);
	if (r < 0)
		return r;

	return mymap_name_error(mymap_create_buffer(ctx, &create, size, flags, ret_buffer));
}

MYMAP_EXPORT int mymap_buffer_create_owned(struct mymap *ctx, const char *name, uint64_t size,
					   uint64_t flags, uid_t owner, gid_t group, mode_t mode,
					   struct mymap_buffer **ret_buffer)
{
	struct mymap_create create = {
		.flags = MYMAP_CREATE_OWNER,
		.uid = owner,
		.gid = group,
		.mode = mode,
	};
	int r;

	r = mymap_name_copy(create.name, name);
	if (r < 0)
		return r;

	return mymap_name_error(mymap_create_buffer(ctx, &create, size, flags, ret_buffer));
}

MYMAP_EXPORT int mymap_buffer_open(struct mymap *ctx, const char *name, uint64_t flags,
				   struct mymap_buffer **ret_buffer)
{
	struct mymap_open_named open_named = { .size = sizeof(open_named) };
	struct mymap_buffer *buffer;
	int r;

	if (flags & ~MYMAP_BUFFER_OPEN_READ_ONLY)
		return -EOPNOTSUPP;
	if (flags & MYMAP_BUFFER_OPEN_READ_ONLY)
		open_named.flags |= MYMAP_OPEN_READ_ONLY;
	r = mymap_name_copy(open_named.name, name);
	if (r < 0)
		return r;

	buffer = malloc(sizeof(*buffer));
	if (!buffer)
		return -ENOMEM;

	r = mymap_ioctl(mymap_get_fd(ctx), MYMAP_IOC_OPEN, &open_named);
	if (r < 0) {
		free(buffer);
		return mymap_name_error(r);
	}

	buffer->fd = r;
	buffer->size = open_named.buffer_size;

	*ret_buffer = buffer;
	return 0;
}

MYMAP_EXPORT int mymap_buffer_open_default(struct mymap *ctx, struct mymap_buffer **ret_buffer)
{
	return mymap_buffer_from_fd(mymap_get_fd(ctx), ret_buffer);
}

MYMAP_EXPORT int mymap_buffer_from_fd(int fd, struct mymap_buffer **ret_buffer)
{
	struct mymap_buffer *buffer;
	struct mymap_info info;
	int r;

	r = mymap_fetch_info(fd, &info);
	if (r < 0)
		return r;
	/* Some other driver that says yes to everything: it did not fill this. */
	if (!info.buffer_size || !info.page_size)
		return -ENOTTY;

	buffer = malloc(sizeof(*buffer));
	if (!buffer)
		return -ENOMEM;

	r = duplicate(fd);
	if (r < 0) {
		free(buffer);
		return r;
	}

	buffer->fd = r;
	buffer->size = info.buffer_size;

	*ret_buffer = buffer;
	return 0;
}

MYMAP_EXPORT void mymap_buffer_close(struct mymap_buffer *buffer)
{
	if (!buffer)
		return;

	close(buffer->fd);
	free(buffer);
}

MYMAP_EXPORT int mymap_buffer_get_fd(const struct mymap_buffer *buffer)
{
	return buffer->fd;
}

MYMAP_EXPORT uint64_t mymap_buffer_get_size(const struct mymap_buffer *buffer)
{
	return buffer->size;
}

MYMAP_EXPORT int mymap_buffer_map(struct mymap_buffer *buffer, uint64_t offset, size_t length,
				  int prot, void **ret_addr)
{
	void *addr;

	if (offset > INT64_MAX)
		return -EOVERFLOW;
	if (!length) {
		struct mymap_info info;
		uint64_t rest;
		int r;

		/* It may have another size by now. */
		r = mymap_fetch_info(buffer->fd, &info);
		if (r < 0)
			return r;
		if (offset >= info.buffer_size)
			return -EINVAL;
		rest = info.buffer_size - offset;
		length = (size_t)rest;
		if (length != rest)
			return -EOVERFLOW;
	}

	addr = mmap(NULL, length, prot, MAP_SHARED, buffer->fd, (off_t)offset);
	if (addr == MAP_FAILED)
		return -errno;

	*ret_addr = addr;
	return 0;
}

MYMAP_EXPORT int mymap_buffer_unmap(void *addr, size_t length)
{
	if (!addr)
		return 0;

	return munmap(addr, length) < 0 ? -errno : 0;
}
