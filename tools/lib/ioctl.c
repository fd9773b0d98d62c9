// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The only call of ioctl().
 */
#include <errno.h>
#include <sys/ioctl.h>

#include "private.h"

/*
 * No retry on EINTR: the driver answers that when a fatal signal arrived, and then
 * this code does not run any more, or when a wait was interrupted, and the caller
 * wants to know that.
 */
int mymap_ioctl(int fd, unsigned long request, void *arg)
{
	int r = ioctl(fd, request, arg);

	return r < 0 ? -errno : r;
}
