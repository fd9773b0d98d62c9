// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The size of a buffer: changing it, sealing it, and holes.
 */
#include <errno.h>
#include <fcntl.h>

#include <mymap.h>

#include "private.h"

MYMAP_EXPORT int mymap_buffer_resize(struct mymap_buffer *buffer, uint64_t size,
				     uint64_t *ret_size)
{
	struct mymap_resize resize = {
		.size = sizeof(resize),
		.buffer_size = size,
	};
	int r;

	r = mymap_ioctl(mymap_buffer_get_fd(buffer), MYMAP_IOC_RESIZE, &resize);
	if (r < 0)
		return r;

	*ret_size = resize.buffer_size;
	return 0;
}

MYMAP_EXPORT int mymap_buffer_seal(struct mymap_buffer *buffer, uint64_t seals)
{
	struct mymap_seal seal = { .size = sizeof(seal) };

	/* The bits are the driver's. */
	seal.seals = (uint32_t)seals;
	if (seal.seals != seals)
		return -EOPNOTSUPP;

	return mymap_ioctl(mymap_buffer_get_fd(buffer), MYMAP_IOC_SEAL, &seal);
}

MYMAP_EXPORT int mymap_buffer_punch_hole(struct mymap_buffer *buffer, uint64_t offset,
					 uint64_t length)
{
	if (!length)
		return -EINVAL;
	if (offset > INT64_MAX || length > INT64_MAX)
		return -EFBIG;

	return fallocate(mymap_buffer_get_fd(buffer), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			 (off_t)offset, (off_t)length) < 0 ? -errno : 0;
}
