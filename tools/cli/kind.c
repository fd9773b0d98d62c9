// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a buffer is made of, by name.
 */
#include <string.h>

#include "cli.h"

static const struct {
	const char *name;
	enum mymap_buffer_kind kind;
} kinds[] = {
	{ "pages", MYMAP_BUFFER_KIND_PAGES },
	{ "contiguous", MYMAP_BUFFER_KIND_CONTIGUOUS },
	{ "device", MYMAP_BUFFER_KIND_DEVICE },
};

#define NR_KINDS	(sizeof(kinds) / sizeof(kinds[0]))

/**
 * kind_parse() - a kind by its name
 * @text: the name
 * @ret_kind: the kind; untouched if there is none of that name
 *
 * Return: false if there is none.
 */
bool kind_parse(const char *text, enum mymap_buffer_kind *ret_kind)
{
	size_t i;

	for (i = 0; i < NR_KINDS; i++)
		if (!strcmp(text, kinds[i].name)) {
			*ret_kind = kinds[i].kind;
			return true;
		}
	return false;
}

/**
 * kind_name() - the name of a kind
 * @kind: the kind
 *
 * Return: the name, as mymap_buffer_info_get_kind_name() tells it; a constant.
 */
const char *kind_name(enum mymap_buffer_kind kind)
{
	size_t i;

	for (i = 0; i < NR_KINDS; i++)
		if (kinds[i].kind == kind)
			return kinds[i].name;
	return "unknown";
}
