// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a buffer is for its device: where the device finds it, and when the two see
 * the same. For that it matters how it is cached.
 */
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/mymap.h>

#include "compat/compat.h"
#include "devices.h"
#include "mymap.h"
#include "range.h"

/**
 * mymap_buffer_cache() - how a buffer is cached
 * @buffer: the buffer
 *
 * Context: any.
 * Return: MYMAP_CACHE_*.
 */
u32 mymap_buffer_cache(const struct mymap_buffer *buffer)
{
	return buffer->frames ? buffer->frames->cache : MYMAP_CACHE_CACHED;
}

/* A device's own memory is one run. */
static unsigned int mymap_frames_tell(const struct mymap_frames *frames,
				      struct mymap_segment *to,
				      unsigned int first, unsigned int nr,
				      unsigned int *total)
{
	*total = 1;
	if (first || !nr)
		return 0;
	to->address = frames->dma;
	to->length = frames->size;
	return 1;
}

/* Under the device's lock. -EAGAIN where memory went since all of it was there. */
static int mymap_buffer_map_for_device(struct mymap_buffer *buffer)
{
	struct mymap_dma_map *segments;
	int err = 0;

	mutex_lock(&buffer->lock);
	if (buffer->segments)
		goto out;
	if (buffer->pages.nr_resident < buffer->pages.nr_pages) {
		err = -EAGAIN;
		goto out;
	}
	segments = mymap_segments_create(&buffer->pages, buffer->device);
	if (IS_ERR(segments))
		err = PTR_ERR(segments);
	else	/* Who sees it sees all of it: SYNC looks without a lock. */
		smp_store_release(&buffer->segments, segments);
out:
	mutex_unlock(&buffer->lock);
	return err;
}

/**
 * mymap_buffer_get_segments() - where a buffer is for its device
 * @buffer: the buffer, in use
 * @to: where to put segments
 * @first: the first one wanted
 * @nr: in: room in @to; out: how many were put there
 * @total: how many there are
 *
 * The first call maps the buffer, which it is then until it goes.
 *
 * Context: process context, may sleep, takes the locks of the device and of the
 * buffer.
 * Return: 0; -ENODEV where the buffer is for no device, -ENXIO where that is gone,
 * -EOPNOTSUPP where the device cannot reach the memory, -EIO where a page is broken,
 * -ENOMEM or -EINTR.
 */
int mymap_buffer_get_segments(struct mymap_buffer *buffer,
			      struct mymap_segment *to, unsigned int first,
			      unsigned int *nr, unsigned int *total)
{
	struct mymap_device *device = buffer->device;
	int err;

	if (!device)
		return -ENODEV;
	do {
		/* What is mapped for the device already has all of its memory. */
		err = smp_load_acquire(&buffer->segments) ? 0 :
			mymap_buffer_populate(buffer, 0,
					      mymap_buffer_size(buffer));
		if (err)
			return err;
		mutex_lock(&device->lock);
		if (!device->dev)
			err = -ENXIO;
		else if (buffer->frames)
			*nr = mymap_frames_tell(buffer->frames, to, first, *nr,
						total);
		else
			err = mymap_buffer_map_for_device(buffer);
		if (!err && buffer->segments)
			*nr = mymap_segments_tell(buffer->segments, to, first,
						  *nr, total);
		mutex_unlock(&device->lock);
	} while (err == -EAGAIN);
	return err;
}

/**
 * mymap_buffer_synchronize() - let the processor and the device see the same
 * @buffer: the buffer, in use
 * @offset: bytes
 * @len: bytes
 * @direction: which way the data go
 * @end: the processor is done with it, rather than about to begin
 *
 * Context: process context, may sleep, takes the device's lock where there is
 * something to be done.
 * Return: 0, -EINVAL where the range is not inside of the buffer, or -ENXIO where the
 * device is gone.
 */
int mymap_buffer_synchronize(struct mymap_buffer *buffer, u64 offset, u64 len,
			     enum dma_data_direction direction, bool end)
{
	/* Pairs with the release in mymap_buffer_map_for_device(). */
	struct mymap_dma_map *segments = smp_load_acquire(&buffer->segments);

	/* In that order: what is mapped for a device keeps its size, and only that. */
	if (!mymap_bytes_fit(offset, len, mymap_buffer_size(buffer)))
		return -EINVAL;
	if (mymap_buffer_is_gone(buffer))
		return -ENXIO;
	/* The device's own memory needs no more than an order of accesses. */
	mb();
	if (!segments)
		return 0;
	return mymap_segments_synchronize(segments, offset, len, direction, end);
}
