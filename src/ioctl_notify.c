// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands about rings: RING, WAIT, ADD_EVENTFD and REMOVE_EVENTFD.
 */
#include <linux/errno.h>
#include <linux/fs.h>

#include "ioctl.h"
#include "mymap.h"

/**
 * mymap_ring() - MYMAP_IOC_RING
 * @call: the command
 * @args: the caller's struct
 *
 * Context: process context, may sleep.
 * Return: 0 or -errno.
 */
long mymap_ring(const struct mymap_call *call, union mymap_args *args)
{
	struct mymap_ring *ring = &args->ring;
	int err;

	if (ring->flags)
		return -EOPNOTSUPP;
	if (ring->sequence)
		return -EINVAL;
	if (!call->buffer)
		return -ENODEV;
	/* Others see it: it is like writing, but for what mmap answers. */
	if (!(call->mode & FMODE_WRITE))
		return -EACCES;

	/*
	 * A ring cannot be taken back when its number cannot be told. So write
	 * what stands there already, to see whether writing is possible. Who
	 * takes the page away in between has rung and learns that it failed.
	 */
	err = mymap_copy_out(call, ring);
	if (err)
		return err;
	ring->sequence = mymap_notify_ring(&call->buffer->notify);
	return mymap_copy_out(call, ring);
}

/**
 * mymap_wait() - MYMAP_IOC_WAIT
 * @call: the command
 * @args: the caller's struct
 *
 * Context: process context, may sleep.
 * Return: 0 or -errno.
 */
long mymap_wait(const struct mymap_call *call, union mymap_args *args)
{
	struct mymap_wait *wait = &args->wait;
	u64 sequence = wait->sequence;
	int err;

	if (wait->flags & ~MYMAP_WAIT_ACKNOWLEDGE)
		return -EOPNOTSUPP;
	if (wait->timeout < -1)
		return -EINVAL;
	if (!call->buffer)
		return -ENODEV;

	err = mymap_notify_wait(&call->buffer->notify, &sequence,
				wait->timeout);
	if (err)
		return err;
	wait->sequence = sequence;
	err = mymap_copy_out(call, wait);
	if (err)
		return err;
	/* What the caller does not know is not acknowledged. */
	if (wait->flags & MYMAP_WAIT_ACKNOWLEDGE)
		mymap_listener_acknowledge(call->listener, sequence);
	return 0;
}

static int mymap_check_eventfd(const struct mymap_call *call,
			       const struct mymap_eventfd *eventfd)
{
	if (eventfd->flags)
		return -EOPNOTSUPP;
	if (eventfd->reserved)
		return -EINVAL;
	return call->buffer ? 0 : -ENODEV;
}

/**
 * mymap_add_eventfd() - MYMAP_IOC_ADD_EVENTFD
 * @call: the command
 * @args: the caller's struct
 *
 * Context: process context, may sleep.
 * Return: 0 or -errno.
 */
long mymap_add_eventfd(const struct mymap_call *call, union mymap_args *args)
{
	int err = mymap_check_eventfd(call, &args->eventfd);

	return err ?: mymap_listener_add_eventfd(call->listener,
						 args->eventfd.fd);
}

/**
 * mymap_remove_eventfd() - MYMAP_IOC_REMOVE_EVENTFD
 * @call: the command
 * @args: the caller's struct
 *
 * Context: process context, may sleep.
 * Return: 0 or -errno.
 */
long mymap_remove_eventfd(const struct mymap_call *call, union mymap_args *args)
{
	int err = mymap_check_eventfd(call, &args->eventfd);

	return err ?: mymap_listener_remove_eventfd(call->listener,
						    args->eventfd.fd);
}
