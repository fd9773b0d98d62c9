// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Exports: a buffer as a dma-buf, for drivers of other devices.
 */
#include <errno.h>

#include <mymap.h>

#include "private.h"

MYMAP_EXPORT int mymap_buffer_export(struct mymap_buffer *buffer, uint64_t offset, uint64_t length,
				     uint64_t flags, int *ret_fd)
{
	struct mymap_export args = {
		.size = sizeof(args),
		.offset = offset,
		.length = length,
	};
	int r;

	if (flags)
		return -EOPNOTSUPP;
	r = mymap_ioctl(mymap_buffer_get_fd(buffer), MYMAP_IOC_EXPORT, &args);
	if (r < 0)
		/* also what a driver says that knows of none, and the default buffer */
		return r == -ENOTTY ? -EOPNOTSUPP : r;
	*ret_fd = r;
	return 0;
}
