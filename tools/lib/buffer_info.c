// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * struct mymap_buffer_info: what the driver said about a buffer.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <mymap.h>

#include "private.h"

struct mymap_buffer_info {
	struct mymap_info info;
	char node[sizeof(MYMAP_NODE "4294967295")];
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

	info->node[0] = 0;
	if (info->info.properties & MYMAP_BUFFER_NAMED)
		snprintf(info->node, sizeof(info->node), MYMAP_NODE "%u", info->info.minor);
	/* What other drivers of other times may say: it is a string. */
	info->info.name[MYMAP_NAME_SIZE - 1] = 0;
	info->info.device[MYMAP_DEVICE_NAME_SIZE - 1] = 0;

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
	case MYMAP_KIND_CONTIGUOUS:
		return MYMAP_BUFFER_KIND_CONTIGUOUS;
	case MYMAP_KIND_DEVICE:
		return MYMAP_BUFFER_KIND_DEVICE;
	default:
		return MYMAP_BUFFER_KIND_UNKNOWN;
	}
}

MYMAP_EXPORT const char *mymap_buffer_info_get_kind_name(const struct mymap_buffer_info *info)
{
	switch (mymap_buffer_info_get_kind(info)) {
	case MYMAP_BUFFER_KIND_PAGES:
		return "pages";
	case MYMAP_BUFFER_KIND_CONTIGUOUS:
		return "contiguous";
	case MYMAP_BUFFER_KIND_DEVICE:
		return "device";
	case MYMAP_BUFFER_KIND_UNKNOWN:
		break;
	}
	return "unknown";
}

MYMAP_EXPORT enum mymap_cache_mode
mymap_buffer_info_get_cache_mode(const struct mymap_buffer_info *info)
{
	switch (info->info.cache) {
	case MYMAP_CACHE_CACHED:
		return MYMAP_CACHE_MODE_CACHED;
	case MYMAP_CACHE_WRITE_COMBINED:
		return MYMAP_CACHE_MODE_WRITE_COMBINED;
	case MYMAP_CACHE_UNCACHED:
		return MYMAP_CACHE_MODE_UNCACHED;
	default:
		return MYMAP_CACHE_MODE_UNKNOWN;
	}
}

MYMAP_EXPORT const char *
mymap_buffer_info_get_cache_mode_name(const struct mymap_buffer_info *info)
{
	switch (mymap_buffer_info_get_cache_mode(info)) {
	case MYMAP_CACHE_MODE_CACHED:
		return "cached";
	case MYMAP_CACHE_MODE_WRITE_COMBINED:
		return "write-combined";
	case MYMAP_CACHE_MODE_UNCACHED:
		return "uncached";
	case MYMAP_CACHE_MODE_UNKNOWN:
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

MYMAP_EXPORT bool mymap_buffer_info_is_exported(const struct mymap_buffer_info *info)
{
	return info->info.properties & MYMAP_BUFFER_EXPORTED;
}

MYMAP_EXPORT bool mymap_buffer_info_is_kept(const struct mymap_buffer_info *info)
{
	return info->info.properties & MYMAP_BUFFER_KEPT;
}

MYMAP_EXPORT bool mymap_buffer_info_is_gone(const struct mymap_buffer_info *info)
{
	return info->info.properties & MYMAP_BUFFER_GONE;
}

MYMAP_EXPORT const char *mymap_buffer_info_get_device(const struct mymap_buffer_info *info)
{
	return info->info.device;
}

MYMAP_EXPORT uint64_t mymap_buffer_info_get_seals(const struct mymap_buffer_info *info)
{
	return info->info.seals;
}

MYMAP_EXPORT const char *mymap_buffer_info_get_name(const struct mymap_buffer_info *info)
{
	return info->info.name;
}

MYMAP_EXPORT const char *mymap_buffer_info_get_node(const struct mymap_buffer_info *info)
{
	return info->node;
}

MYMAP_EXPORT bool mymap_buffer_info_is_owned(const struct mymap_buffer_info *info)
{
	return info->info.properties & MYMAP_BUFFER_OWNED;
}

MYMAP_EXPORT uid_t mymap_buffer_info_get_owner(const struct mymap_buffer_info *info)
{
	return info->info.uid;
}

MYMAP_EXPORT gid_t mymap_buffer_info_get_group(const struct mymap_buffer_info *info)
{
	return info->info.gid;
}

MYMAP_EXPORT mode_t mymap_buffer_info_get_mode(const struct mymap_buffer_info *info)
{
	return info->info.mode;
}
