// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handles: what an open file has of its own, be it of a buffer or of the door.
 */
#include <linux/slab.h>

#include "mymap.h"

/**
 * mymap_handle_create() - what an open file has of its own
 * @buffer: the buffer, which the file holds as long as it has the handle, or NULL
 *
 * Context: process context, may sleep.
 * Return: the handle, or NULL without memory.
 */
struct mymap_handle *mymap_handle_create(struct mymap_buffer *buffer)
{
	struct mymap_handle *handle;

	handle = kzalloc(sizeof(*handle), GFP_KERNEL_ACCOUNT);
	if (!handle)
		return NULL;
	handle->buffer = buffer;
	if (buffer)
		mymap_listener_init(&handle->listener, &buffer->notify);
	return handle;
}

/**
 * mymap_handle_destroy() - the mirror of mymap_handle_create()
 * @handle: the handle; the buffer is still held
 *
 * Context: process context.
 */
void mymap_handle_destroy(struct mymap_handle *handle)
{
	if (handle->buffer)
		mymap_listener_release(&handle->listener);
	kfree(handle);
}
