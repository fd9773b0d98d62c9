// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a buffer is cached, by name.
 */
#include <string.h>

#include "cli.h"

static const char *const names[] = {
	[MYMAP_CACHE_MODE_CACHED] = "cached",
	[MYMAP_CACHE_MODE_WRITE_COMBINED] = "write-combined",
	[MYMAP_CACHE_MODE_UNCACHED] = "uncached",
};

/**
 * cache_parse() - a cache mode by its name
 * @text: the name
 * @ret_mode: the mode; untouched if there is none of that name
 *
 * Return: false if there is none.
 */
bool cache_parse(const char *text, enum mymap_cache_mode *ret_mode)
{
	enum mymap_cache_mode mode;

	for (mode = MYMAP_CACHE_MODE_CACHED; mode <= MYMAP_CACHE_MODE_UNCACHED; mode++)
		if (!strcmp(text, names[mode])) {
			*ret_mode = mode;
			return true;
		}
	return false;
}

/**
 * cache_name() - the name of a cache mode
 * @mode: any but MYMAP_CACHE_MODE_UNKNOWN
 *
 * Return: the name, as mymap_buffer_info_get_cache_mode_name() tells it; a constant.
 */
const char *cache_name(enum mymap_cache_mode mode)
{
	return names[mode];
}
