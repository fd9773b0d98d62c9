// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text and JSON on stdout.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "size.h"

#define FIELD_WIDTH	20

/**
 * print_field() - one line "name   value"
 * @name: what it is
 * @format: its value
 */
void print_field(const char *name, const char *format, ...)
{
	va_list args;

	printf("%-*s ", FIELD_WIDTH, name);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/**
 * print_size() - one line with a size, exact and readable
 * @name: what it is
 * @bytes: the size
 */
void print_size(const char *name, uint64_t bytes)
{
	char text[SIZE_TEXT_MAX];

	if (bytes < 1024)
		print_field(name, "%s", size_format(bytes, text, sizeof(text)));
	else
		print_field(name, "%" PRIu64 " bytes (%s)", bytes,
			    size_format(bytes, text, sizeof(text)));
}

/* What is not in huge pages; never negative, whatever the driver said. */
static uint64_t resident_base(const struct mymap_buffer_info *info)
{
	uint64_t resident = mymap_buffer_info_get_resident(info);
	uint64_t huge = mymap_buffer_info_get_resident_huge(info);

	return huge < resident ? resident - huge : 0;
}

static bool has_huge_pages(const struct mymap_buffer_info *info)
{
	return mymap_buffer_info_get_huge_page_size(info) > mymap_buffer_info_get_page_size(info);
}

static void print_seals(uint64_t seals)
{
	char list[64] = "";
	const char *name;
	unsigned int i;
	uint64_t seal;

	for (i = 0; (name = seal_name(i, &seal)); i++)
		if (seals & seal)
			snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
				 list[0] ? " " : "", name);
	print_field("seals", "%s", list[0] ? list : "none");
}

static struct json_object *json_seals(uint64_t seals)
{
	struct json_object *list = json_object_new_array();
	const char *name;
	unsigned int i;
	uint64_t seal;

	for (i = 0; (name = seal_name(i, &seal)); i++)
		if (seals & seal)
			json_object_array_add(list, json_object_new_string(name));
	return list;
}

static void print_name(const struct mymap_buffer_info *info)
{
	char text[OWNER_TEXT_MAX];

	print_field("name", "%s", mymap_buffer_info_get_name(info));
	print_field("node", "%s", mymap_buffer_info_get_node(info));
	if (!mymap_buffer_info_is_owned(info))
		return;
	print_field("owner, group, mode", "%s %04o",
		    owner_format(mymap_buffer_info_get_owner(info),
				 mymap_buffer_info_get_group(info), text, sizeof(text)),
		    mymap_buffer_info_get_mode(info));
}

/**
 * print_buffer() - a buffer as text
 * @info: what is known about it
 */
void print_buffer(const struct mymap_buffer_info *info)
{
	print_size("size", mymap_buffer_info_get_size(info));
	print_field("kind", "%s%s", mymap_buffer_info_get_kind_name(info),
		    mymap_buffer_info_is_gone(info) ? ", gone with its device" : "");
	print_field("cache", "%s", mymap_buffer_info_get_cache_mode_name(info));
	if (mymap_buffer_info_get_device(info)[0])
		print_field("device", "%s", mymap_buffer_info_get_device(info));
	print_size("resident", mymap_buffer_info_get_resident(info));
	if (has_huge_pages(info))
		print_size("resident, huge", mymap_buffer_info_get_resident_huge(info));
	print_size("page size", mymap_buffer_info_get_page_size(info));
	if (has_huge_pages(info))
		print_size("huge page size", mymap_buffer_info_get_huge_page_size(info));
	print_field("pinnable", "%s", mymap_buffer_info_is_pinnable(info) ? "yes" : "no");
	print_seals(mymap_buffer_info_get_seals(info));
	if (mymap_buffer_info_is_kept(info))
		print_field("kept", "yes, the next buffer in this region finds what is in it");
	if (mymap_buffer_info_is_exported(info))
		print_field("exported", "yes, the size is frozen");
	print_field("default buffer", "%s", mymap_buffer_info_is_default(info) ? "yes" : "no");
	if (mymap_buffer_info_get_name(info)[0])
		print_name(info);
}

static struct json_object *json_page_size(uint64_t page_size, uint64_t resident)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "page_size", json_object_new_uint64(page_size));
	json_object_object_add(object, "resident", json_object_new_uint64(resident));
	return object;
}

static void json_name(struct json_object *object, const struct mymap_buffer_info *info)
{
	char mode[8];

	json_object_object_add(object, "name",
			       json_object_new_string(mymap_buffer_info_get_name(info)));
	json_object_object_add(object, "node",
			       json_object_new_string(mymap_buffer_info_get_node(info)));
	if (!mymap_buffer_info_is_owned(info))
		return;
	snprintf(mode, sizeof(mode), "%04o", mymap_buffer_info_get_mode(info) & 07777);
	json_object_object_add(object, "owner",
			       json_object_new_uint64(mymap_buffer_info_get_owner(info)));
	json_object_object_add(object, "group",
			       json_object_new_uint64(mymap_buffer_info_get_group(info)));
	json_object_object_add(object, "mode", json_object_new_string(mode));
}

/**
 * json_buffer() - a buffer as a JSON object
 * @info: what is known about it
 *
 * Return: the object; the caller owns it.
 */
struct json_object *json_buffer(const struct mymap_buffer_info *info)
{
	struct json_object *object = json_object_new_object();
	struct json_object *page_sizes = json_object_new_array();

	json_object_array_add(page_sizes, json_page_size(mymap_buffer_info_get_page_size(info),
							 resident_base(info)));
	if (has_huge_pages(info))
		json_object_array_add(page_sizes,
			json_page_size(mymap_buffer_info_get_huge_page_size(info),
				       mymap_buffer_info_get_resident_huge(info)));

	json_object_object_add(object, "size",
			       json_object_new_uint64(mymap_buffer_info_get_size(info)));
	json_object_object_add(object, "kind",
			       json_object_new_string(mymap_buffer_info_get_kind_name(info)));
	json_object_object_add(object, "cache",
			       json_object_new_string(mymap_buffer_info_get_cache_mode_name(info)));
	if (mymap_buffer_info_get_device(info)[0])
		json_object_object_add(object, "device",
			json_object_new_string(mymap_buffer_info_get_device(info)));
	if (mymap_buffer_info_is_gone(info))
		json_object_object_add(object, "gone", json_object_new_boolean(true));
	json_object_object_add(object, "resident",
			       json_object_new_uint64(mymap_buffer_info_get_resident(info)));
	json_object_object_add(object, "page_sizes", page_sizes);
	json_object_object_add(object, "pinnable",
			       json_object_new_boolean(mymap_buffer_info_is_pinnable(info)));
	json_object_object_add(object, "seals", json_seals(mymap_buffer_info_get_seals(info)));
	if (mymap_buffer_info_is_kept(info))
		json_object_object_add(object, "kept", json_object_new_boolean(true));
	if (mymap_buffer_info_is_exported(info))
		json_object_object_add(object, "exported", json_object_new_boolean(true));
	json_object_object_add(object, "default",
			       json_object_new_boolean(mymap_buffer_info_is_default(info)));
	if (mymap_buffer_info_get_name(info)[0])
		json_name(object, info);
	return object;
}

/**
 * json_print() - print a JSON object on one line and free it
 * @object: the object; it is gone afterwards
 */
void json_print(struct json_object *object)
{
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_SPACED |
						    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}
