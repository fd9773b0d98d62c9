// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * struct mymap_driver_info: what the driver said about itself.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <mymap.h>

#include "private.h"

struct mymap_driver_info {
	struct mymap_query query;
	char version[sizeof("65535.255.255")];
};

MYMAP_EXPORT int mymap_get_driver_info(struct mymap *ctx, struct mymap_driver_info **ret_info)
{
	struct mymap_driver_info *info;
	uint32_t version;
	int r;

	info = calloc(1, sizeof(*info));
	if (!info)
		return -ENOMEM;

	info->query.size = sizeof(info->query);
	r = mymap_ioctl(mymap_get_fd(ctx), MYMAP_IOC_QUERY, &info->query);
	if (r < 0) {
		free(info);
		return r;
	}

	version = info->query.driver_version;
	snprintf(info->version, sizeof(info->version), "%u.%u.%u",
		 version >> 16, (version >> 8) & 0xff, version & 0xff);

	*ret_info = info;
	return 0;
}

MYMAP_EXPORT void mymap_driver_info_free(struct mymap_driver_info *info)
{
	free(info);
}

MYMAP_EXPORT uint32_t mymap_driver_info_get_version(const struct mymap_driver_info *info)
{
	return info->query.driver_version;
}

MYMAP_EXPORT const char *
mymap_driver_info_get_version_string(const struct mymap_driver_info *info)
{
	return info->version;
}

MYMAP_EXPORT bool mymap_driver_info_has_feature(const struct mymap_driver_info *info,
						enum mymap_driver_feature feature)
{
	switch (feature) {
	case MYMAP_DRIVER_FEATURE_HUGE_PAGES:
		return info->query.features & MYMAP_FEATURE_HUGE;
	case MYMAP_DRIVER_FEATURE_MEMORY_CGROUP:
		return info->query.features & MYMAP_FEATURE_MEMCG;
	case MYMAP_DRIVER_FEATURE_NAMES:
		return info->query.features & MYMAP_FEATURE_NAMES;
	case MYMAP_DRIVER_FEATURE_RESIZE:
		return info->query.features & MYMAP_FEATURE_RESIZE;
	case MYMAP_DRIVER_FEATURE_NOTIFY:
		return info->query.features & MYMAP_FEATURE_NOTIFY;
	case MYMAP_DRIVER_FEATURE_SEGMENTS:
		return info->query.features & MYMAP_FEATURE_SEGMENTS;
	case MYMAP_DRIVER_FEATURE_EXPORT:
		return info->query.features & MYMAP_FEATURE_EXPORT;
	case MYMAP_DRIVER_FEATURE_CACHE_MODES:
		return info->query.features & MYMAP_FEATURE_CACHE_MODES;
	case MYMAP_DRIVER_FEATURE_KINDS:
		return info->query.features & MYMAP_FEATURE_KINDS;
	}
	return false;
}

MYMAP_EXPORT uint64_t mymap_driver_info_get_page_size(const struct mymap_driver_info *info)
{
	return info->query.page_size;
}

MYMAP_EXPORT uint64_t
mymap_driver_info_get_huge_page_size(const struct mymap_driver_info *info)
{
	return info->query.huge_page_size;
}

MYMAP_EXPORT uint64_t mymap_driver_info_get_default_size(const struct mymap_driver_info *info)
{
	return info->query.default_size;
}

MYMAP_EXPORT uint64_t
mymap_driver_info_get_max_buffer_size(const struct mymap_driver_info *info)
{
	return info->query.max_buffer_size;
}

MYMAP_EXPORT uint64_t
mymap_driver_info_get_max_total_size(const struct mymap_driver_info *info)
{
	return info->query.max_total_size;
}

MYMAP_EXPORT uint64_t mymap_driver_info_get_total_size(const struct mymap_driver_info *info)
{
	return info->query.total_size;
}

/* An older driver leaves both at 0: for it, users have no limit of their own. */
MYMAP_EXPORT uint64_t
mymap_driver_info_get_max_user_size(const struct mymap_driver_info *info)
{
	return info->query.max_user_size ? info->query.max_user_size : info->query.max_total_size;
}

MYMAP_EXPORT uint64_t mymap_driver_info_get_user_size(const struct mymap_driver_info *info)
{
	return info->query.user_size;
}
