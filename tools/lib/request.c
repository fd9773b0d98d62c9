// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * struct mymap_request: what a buffer is to be.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <mymap.h>

#include "private.h"

struct mymap_request {
	struct mymap_create create;
	uint64_t size;
	uint64_t flags;
};

MYMAP_EXPORT int mymap_request_new(uint64_t size, struct mymap_request **ret_request)
{
	struct mymap_request *request = calloc(1, sizeof(*request));

	if (!request)
		return -ENOMEM;
	request->size = size;

	*ret_request = request;
	return 0;
}

MYMAP_EXPORT void mymap_request_free(struct mymap_request *request)
{
	free(request);
}

MYMAP_EXPORT void mymap_request_set_flags(struct mymap_request *request, uint64_t flags)
{
	request->flags = flags;
}

MYMAP_EXPORT int mymap_request_set_name(struct mymap_request *request, const char *name)
{
	return mymap_name_copy(request->create.name, name);
}

MYMAP_EXPORT void mymap_request_set_owner(struct mymap_request *request, uid_t owner,
					  gid_t group, mode_t mode)
{
	request->create.flags |= MYMAP_CREATE_OWNER;
	request->create.uid = owner;
	request->create.gid = group;
	request->create.mode = mode;
}

MYMAP_EXPORT int mymap_request_set_kind(struct mymap_request *request,
					enum mymap_buffer_kind kind)
{
	switch (kind) {
	case MYMAP_BUFFER_KIND_PAGES:
		/* older drivers know of no other, and not of this number */
		request->create.kind = 0;
		return 0;
	case MYMAP_BUFFER_KIND_CONTIGUOUS:
		request->create.kind = MYMAP_KIND_CONTIGUOUS;
		return 0;
	case MYMAP_BUFFER_KIND_DEVICE:
		request->create.kind = MYMAP_KIND_DEVICE;
		return 0;
	case MYMAP_BUFFER_KIND_UNKNOWN:
		break;
	}
	return -EINVAL;
}

MYMAP_EXPORT int mymap_request_set_cache_mode(struct mymap_request *request,
					      enum mymap_cache_mode mode)
{
	switch (mode) {
	case MYMAP_CACHE_MODE_UNKNOWN:
		request->create.cache = 0;
		return 0;
	case MYMAP_CACHE_MODE_CACHED:
		request->create.cache = MYMAP_CACHE_CACHED;
		return 0;
	case MYMAP_CACHE_MODE_WRITE_COMBINED:
		request->create.cache = MYMAP_CACHE_WRITE_COMBINED;
		return 0;
	case MYMAP_CACHE_MODE_UNCACHED:
		request->create.cache = MYMAP_CACHE_UNCACHED;
		return 0;
	}
	return -EINVAL;
}

MYMAP_EXPORT int mymap_request_set_device(struct mymap_request *request, const char *device)
{
	if (strlen(device) >= MYMAP_DEVICE_NAME_SIZE)
		return -EINVAL;
	memset(request->create.device, 0, MYMAP_DEVICE_NAME_SIZE);
	strcpy(request->create.device, device);
	return 0;
}

MYMAP_EXPORT int mymap_request_create(const struct mymap_request *request, struct mymap *ctx,
				      struct mymap_buffer **ret_buffer)
{
	struct mymap_create create = request->create;

	return mymap_name_error(mymap_create_buffer(ctx, &create, request->size, request->flags,
						    ret_buffer));
}
