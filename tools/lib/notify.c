// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Rings: to ring, to wait, to be told by an eventfd.
 */
#include <errno.h>

#include <mymap.h>

#include "private.h"

#define NSEC_PER_MSEC	1000000

MYMAP_EXPORT int mymap_buffer_ring(struct mymap_buffer *buffer, uint64_t *ret_sequence)
{
	struct mymap_ring ring = { .size = sizeof(ring) };
	int r;

	r = mymap_ioctl(mymap_buffer_get_fd(buffer), MYMAP_IOC_RING, &ring);
	if (r < 0)
		return r;

	*ret_sequence = ring.sequence;
	return 0;
}

static int look(struct mymap_buffer *buffer, uint32_t flags, uint64_t *ret_sequence)
{
	struct mymap_wait wait = { .size = sizeof(wait), .flags = flags };
	int r;

	r = mymap_ioctl(mymap_buffer_get_fd(buffer), MYMAP_IOC_WAIT, &wait);
	if (r < 0)
		return r;

	*ret_sequence = wait.sequence;
	return 0;
}

MYMAP_EXPORT int mymap_buffer_get_sequence(struct mymap_buffer *buffer, uint64_t *ret_sequence)
{
	return look(buffer, 0, ret_sequence);
}

MYMAP_EXPORT int mymap_buffer_acknowledge(struct mymap_buffer *buffer, uint64_t *ret_sequence)
{
	return look(buffer, MYMAP_WAIT_ACKNOWLEDGE, ret_sequence);
}

MYMAP_EXPORT int mymap_buffer_wait(struct mymap_buffer *buffer, uint64_t sequence,
				   int timeout_ms, uint64_t *ret_sequence)
{
	struct mymap_wait wait = {
		.size = sizeof(wait),
		.sequence = sequence,
		.timeout = timeout_ms < 0 ? -1 : (int64_t)timeout_ms * NSEC_PER_MSEC,
	};
	int r;

	r = mymap_ioctl(mymap_buffer_get_fd(buffer), MYMAP_IOC_WAIT, &wait);
	if (r < 0)
		return r;
	if (wait.sequence == sequence)
		return -ETIMEDOUT;

	*ret_sequence = wait.sequence;
	return 0;
}

static int change_eventfd(struct mymap_buffer *buffer, unsigned long request, int fd)
{
	struct mymap_eventfd eventfd = { .size = sizeof(eventfd), .fd = fd };

	return mymap_ioctl(mymap_buffer_get_fd(buffer), request, &eventfd);
}

MYMAP_EXPORT int mymap_buffer_add_eventfd(struct mymap_buffer *buffer, int fd)
{
	return change_eventfd(buffer, MYMAP_IOC_ADD_EVENTFD, fd);
}

MYMAP_EXPORT int mymap_buffer_remove_eventfd(struct mymap_buffer *buffer, int fd)
{
	return change_eventfd(buffer, MYMAP_IOC_REMOVE_EVENTFD, fd);
}
