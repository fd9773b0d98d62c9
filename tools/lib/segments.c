// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * struct mymap_segment_list: where a buffer is for its device; and letting both see
 * the same.
 */
#include <errno.h>
#include <stdlib.h>

#include <mymap.h>

#include "private.h"

struct mymap_segment_list {
	size_t nr;
	struct mymap_segment segments[];
};

#define SYNC_DIRECTIONS	(MYMAP_BUFFER_SYNC_TO_DEVICE | MYMAP_BUFFER_SYNC_FROM_DEVICE)

/* 0, and how many there are; with room for none, nothing else. */
static int fetch(struct mymap_buffer *buffer, struct mymap_segment *to, uint32_t room,
		 uint32_t *ret_total)
{
	struct mymap_segments args = {
		.size = sizeof(args),
		.segments = (uintptr_t)to,
		.nr_segments = room,
	};
	int r;

	r = mymap_ioctl(mymap_buffer_get_fd(buffer), MYMAP_IOC_SEGMENTS, &args);
	if (r < 0)
		/* also what a driver says that knows of none */
		return r == -ENOTTY ? -EOPNOTSUPP : r;
	*ret_total = args.total;
	return 0;
}

MYMAP_EXPORT int mymap_segment_list_new(struct mymap_buffer *buffer,
					struct mymap_segment_list **ret_list)
{
	struct mymap_segment_list *list;
	uint32_t total;
	int r;

	r = fetch(buffer, NULL, 0, &total);
	if (r < 0)
		return r;
	list = malloc(sizeof(*list) + total * sizeof(list->segments[0]));
	if (!list)
		return -ENOMEM;
	/* There are as many as before: the buffer keeps its place. */
	r = fetch(buffer, list->segments, total, &total);
	if (r < 0) {
		free(list);
		return r;
	}
	list->nr = total;

	*ret_list = list;
	return 0;
}

MYMAP_EXPORT void mymap_segment_list_free(struct mymap_segment_list *list)
{
	free(list);
}

MYMAP_EXPORT size_t mymap_segment_list_get_length(const struct mymap_segment_list *list)
{
	return list->nr;
}

MYMAP_EXPORT uint64_t mymap_segment_list_get_address(const struct mymap_segment_list *list,
						     size_t index)
{
	return index < list->nr ? list->segments[index].address : 0;
}

MYMAP_EXPORT uint64_t mymap_segment_list_get_size(const struct mymap_segment_list *list,
						  size_t index)
{
	return index < list->nr ? list->segments[index].length : 0;
}

MYMAP_EXPORT int mymap_buffer_sync(struct mymap_buffer *buffer, uint64_t offset, uint64_t length,
				   uint64_t flags)
{
	struct mymap_sync args = {
		.size = sizeof(args),
		.flags = flags & MYMAP_BUFFER_SYNC_END ? MYMAP_SYNC_END : 0,
		.offset = offset,
		.length = length,
	};
	int r;

	if (flags & ~(SYNC_DIRECTIONS | MYMAP_BUFFER_SYNC_END))
		return -EOPNOTSUPP;
	if (flags & MYMAP_BUFFER_SYNC_TO_DEVICE)
		args.direction |= MYMAP_SYNC_TO_DEVICE;
	if (flags & MYMAP_BUFFER_SYNC_FROM_DEVICE)
		args.direction |= MYMAP_SYNC_FROM_DEVICE;
	r = mymap_ioctl(mymap_buffer_get_fd(buffer), MYMAP_IOC_SYNC, &args);
	return r == -ENOTTY ? -EOPNOTSUPP : r;
}
