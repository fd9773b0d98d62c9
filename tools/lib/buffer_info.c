// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * struct mymap_buffer_info: what the driver said about a buffer.
 */
#include <errno.h>
#include <stdlib.h>

#include <mymap.h>

#include "private.h"

struct mymap_buffer_info {
	struct mymap_info info;
};

int mymap_fetch_info(int fd, struct mymap_info *ret_info)
{
	struct mymap_info info = { .size = sizeof(info) };
	int r;

	r = mymap_ioctl(fd, MYMAP_IOC_INFO, &info);
	if (r < 0)
		return r;

	*ret_info = info;
	return 0;
}

MYMAP_EXPORT int mymap_buffer_get_info(struct mymap_buffer *buffer,
				       struct mymap_buffer_info **ret_info)
{
	struct mymap_buffer_info *info;
	int r;

	info = malloc(sizeof(*info));
	if (!info)
		return -ENOMEM;

	r = mymap_fetch_info(mymap_buffer_get_fd(buffer), &info->info);
	if (r < 0) {
		free(info);
		return r;
	}

	*ret_info = info;
	return 0;
}

MYMAP_EXPORT void mymap_buffer_info_free(struct mymap_buffer_info *info)
{
	free(info);
}

MYMAP_EXPORT uint64_t mymap_buffer_info_get_size(const struct mymap_buffer_info *info)
{
	return info->info.buffer_size;
}

MYMAP_EXPORT enum mymap_buffer_kind
mymap_buffer_info_get_kind(const struct mymap_buffer_info *info)
{
	switch (info->info.kind) {
	case MYMAP_KIND_PAGES:
		return MYMAP_BUFFER_KIND_PAGES;
	default:
		return MYMAP_BUFFER_KIND_UNKNOWN;
	}
}

MYMAP_EXPORT const char *mymap_buffer_info_get_kind_name(const struct mymap_buffer_info *info)
{
	switch (mymap_buffer_info_get_kind(info)) {
	case MYMAP_BUFFER_KIND_PAGES:
		return "pages";
	case MYMAP_BUFFER_KIND_UNKNOWN:
		break;
	}
	return "unknown";
}

MYMAP_EXPORT uint64_t mymap_buffer_info_get_resident(const struct mymap_buffer_info *info)
{
	return info->info.resident;
}

MYMAP_EXPORT uint64_t mymap_buffer_info_get_resident_huge(const struct mymap_buffer_info *info)
{
	return info->info.resident_huge;
}

MYMAP_EXPORT uint64_t mymap_buffer_info_get_page_size(const struct mymap_buffer_info *info)
{
	return info->info.page_size;
}

MYMAP_EXPORT uint64_t
mymap_buffer_info_get_huge_page_size(const struct mymap_buffer_info *info)
{
	return info->info.huge_page_size;
}

MYMAP_EXPORT bool mymap_buffer_info_is_pinnable(const struct mymap_buffer_info *info)
{
	return info->info.properties & MYMAP_BUFFER_PINNABLE;
}

MYMAP_EXPORT bool mymap_buffer_info_is_default(const struct mymap_buffer_info *info)
{
	return info->info.properties & MYMAP_BUFFER_DEFAULT;
}

MYMAP_EXPORT uint64_t mymap_buffer_info_get_seals(const struct mymap_buffer_info *info)
{
	return info->info.seals;
}
