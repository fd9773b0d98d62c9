// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * struct mymap_list: the named buffers, as /sys/class/mymap has them.
 */
#include <errno.h>
#include <libudev.h>
#include <stdlib.h>
#include <string.h>

#include <mymap.h>

#include "private.h"

struct mymap_named {
	char *name;
	char *node;
	char *kind;
	uint64_t size;
	uint64_t resident;
	unsigned int open_files;
	bool mapped;
};

struct mymap_list {
	size_t length;
	struct mymap_named *entries;
};

static void named_clear(struct mymap_named *named)
{
	free(named->name);
	free(named->node);
	free(named->kind);
}

/* 1 if it was read, 0 if it is gone by now, or -ENOMEM. */
static int named_read(struct udev *udev, const char *path, struct mymap_named *named)
{
	const char *name, *node, *kind;
	struct udev_device *device;
	int r = 0;

	device = udev_device_new_from_syspath(udev, path);
	if (!device)
		return errno == ENOMEM ? -ENOMEM : 0;

	name = udev_device_get_sysattr_value(device, "name");
	node = udev_device_get_devnode(device);
	kind = udev_device_get_sysattr_value(device, "kind");
	if (name && node && kind) {
		*named = (struct mymap_named) {
			.name = strdup(name),
			.node = strdup(node),
			.kind = strdup(kind),
			.size = mymap_udev_number(device, "size"),
			.resident = mymap_udev_number(device, "resident"),
			.open_files = (unsigned int)mymap_udev_number(device, "open"),
			.mapped = mymap_udev_number(device, "mapped"),
		};
		r = 1;
		if (!named->name || !named->node || !named->kind) {
			named_clear(named);
			r = -ENOMEM;
		}
	}
	udev_device_unref(device);
	return r;
}

/* One more entry at the end. */
static int list_add(struct mymap_list *list, const struct mymap_named *named)
{
	struct mymap_named *entries;

	entries = realloc(list->entries, (list->length + 1) * sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	entries[list->length++] = *named;
	list->entries = entries;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct mymap_named *)a)->name, ((const struct mymap_named *)b)->name);
}

static int list_fill(struct mymap_list *list, struct udev *udev, struct udev_enumerate *enumerate)
{
	struct udev_list_entry *entry;
	int r;

	r = udev_enumerate_add_match_subsystem(enumerate, MYMAP_SUBSYSTEM);
	if (r >= 0)
		r = udev_enumerate_scan_devices(enumerate);
	if (r < 0)
		return r;

	udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(enumerate)) {
		struct mymap_named named;

		r = named_read(udev, udev_list_entry_get_name(entry), &named);
		if (r > 0) {
			r = list_add(list, &named);
			if (r < 0)
				named_clear(&named);
		}
		if (r < 0)
			return r;
	}

	if (list->length)
		qsort(list->entries, list->length, sizeof(*list->entries), by_name);
	return 0;
}

MYMAP_EXPORT int mymap_list_new(struct mymap_list **ret_list)
{
	struct udev_enumerate *enumerate = NULL;
	struct mymap_list *list;
	struct udev *udev;
	int r = -ENOMEM;

	list = calloc(1, sizeof(*list));
	if (!list)
		return -ENOMEM;

	udev = udev_new();
	if (udev)
		enumerate = udev_enumerate_new(udev);
	if (enumerate)
		r = list_fill(list, udev, enumerate);
	udev_enumerate_unref(enumerate);
	if (udev)
		udev_unref(udev);
	if (r < 0) {
		mymap_list_free(list);
		return r;
	}

	*ret_list = list;
	return 0;
}

MYMAP_EXPORT void mymap_list_free(struct mymap_list *list)
{
	size_t i;

	if (!list)
		return;

	for (i = 0; i < list->length; i++)
		named_clear(&list->entries[i]);
	free(list->entries);
	free(list);
}

MYMAP_EXPORT size_t mymap_list_get_length(const struct mymap_list *list)
{
	return list->length;
}

MYMAP_EXPORT const struct mymap_named *mymap_list_get(const struct mymap_list *list, size_t i)
{
	return i < list->length ? &list->entries[i] : NULL;
}

MYMAP_EXPORT const char *mymap_named_get_name(const struct mymap_named *named)
{
	return named->name;
}

MYMAP_EXPORT const char *mymap_named_get_node(const struct mymap_named *named)
{
	return named->node;
}

MYMAP_EXPORT const char *mymap_named_get_kind_name(const struct mymap_named *named)
{
	return named->kind;
}

MYMAP_EXPORT uint64_t mymap_named_get_size(const struct mymap_named *named)
{
	return named->size;
}

MYMAP_EXPORT uint64_t mymap_named_get_resident(const struct mymap_named *named)
{
	return named->resident;
}

MYMAP_EXPORT unsigned int mymap_named_get_open_files(const struct mymap_named *named)
{
	return named->open_files;
}

MYMAP_EXPORT bool mymap_named_is_mapped(const struct mymap_named *named)
{
	return named->mapped;
}
