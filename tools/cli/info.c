// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap info: what the driver says about itself, or about a buffer.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const struct feature {
	enum mymap_driver_feature feature;
	const char *name;
} features[] = {
	{ MYMAP_DRIVER_FEATURE_HUGE_PAGES, "huge-pages" },
	{ MYMAP_DRIVER_FEATURE_MEMORY_CGROUP, "memory-cgroup" },
	{ MYMAP_DRIVER_FEATURE_NAMES, "names" },
	{ MYMAP_DRIVER_FEATURE_RESIZE, "resize" },
	{ MYMAP_DRIVER_FEATURE_NOTIFY, "notify" },
	{ MYMAP_DRIVER_FEATURE_KINDS, "kinds" },
	{ MYMAP_DRIVER_FEATURE_SEGMENTS, "segments" },
	{ MYMAP_DRIVER_FEATURE_EXPORT, "export" },
	{ MYMAP_DRIVER_FEATURE_CACHE_MODES, "cache-modes" },
};

#define NR_FEATURES	(sizeof(features) / sizeof(features[0]))

static const char *module_state(void)
{
	enum mymap_module_state state;

	return mymap_module_get_state(&state) == 0 ? mymap_module_state_name(state) : "unknown";
}

static void print_driver(const struct mymap_driver_info *driver)
{
	char list[128] = "";
	size_t i;

	for (i = 0; i < NR_FEATURES; i++)
		if (mymap_driver_info_has_feature(driver, features[i].feature)) {
			if (list[0])
				strncat(list, " ", sizeof(list) - strlen(list) - 1);
			strncat(list, features[i].name, sizeof(list) - strlen(list) - 1);
		}

	print_field("driver version", "%s", mymap_driver_info_get_version_string(driver));
	print_field("library version", "%s", mymap_version());
	print_field("module", "%s", module_state());
	print_field("features", "%s", list[0] ? list : "none");
	print_size("page size", mymap_driver_info_get_page_size(driver));
	print_size("huge page size", mymap_driver_info_get_huge_page_size(driver));
	print_size("largest buffer", mymap_driver_info_get_max_buffer_size(driver));
	print_size("your buffers, limit", mymap_driver_info_get_max_user_size(driver));
	print_size("your buffers, now", mymap_driver_info_get_user_size(driver));
	print_size("all buffers, limit", mymap_driver_info_get_max_total_size(driver));
	print_size("all buffers, now", mymap_driver_info_get_total_size(driver));
}

static void add_size(struct json_object *object, const char *name, uint64_t bytes)
{
	json_object_object_add(object, name, json_object_new_uint64(bytes));
}

static void add_string(struct json_object *object, const char *name, const char *text)
{
	json_object_object_add(object, name, json_object_new_string(text));
}

static struct json_object *json_driver(const struct mymap_driver_info *driver)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < NR_FEATURES; i++)
		if (mymap_driver_info_has_feature(driver, features[i].feature))
			json_object_array_add(list, json_object_new_string(features[i].name));

	add_string(object, "driver_version", mymap_driver_info_get_version_string(driver));
	add_string(object, "library_version", mymap_version());
	add_string(object, "module", module_state());
	json_object_object_add(object, "features", list);
	add_size(object, "page_size", mymap_driver_info_get_page_size(driver));
	add_size(object, "huge_page_size", mymap_driver_info_get_huge_page_size(driver));
	add_size(object, "default_size", mymap_driver_info_get_default_size(driver));
	add_size(object, "max_buffer_size", mymap_driver_info_get_max_buffer_size(driver));
	add_size(object, "max_user_size", mymap_driver_info_get_max_user_size(driver));
	add_size(object, "user_size", mymap_driver_info_get_user_size(driver));
	add_size(object, "max_total_size", mymap_driver_info_get_max_total_size(driver));
	add_size(object, "total_size", mymap_driver_info_get_total_size(driver));
	return object;
}

static int get_buffer_info(const struct command *command, struct mymap_buffer *buffer,
			   struct mymap_buffer_info **ret_info)
{
	int r = mymap_buffer_get_info(buffer, ret_info);

	if (!r)
		return EXIT_OK;
	complain("%s: cannot ask about the buffer: %s", command->name, strerror(-r));
	return EXIT_FAILED;
}

static int run_buffer(const struct command *command, const struct options *options)
{
	struct mymap_buffer_info *info;
	struct mymap_buffer *buffer;
	int r;

	r = target_open(command, options, &buffer);
	if (r != EXIT_OK)
		return r;

	r = get_buffer_info(command, buffer, &info);
	mymap_buffer_close(buffer);
	if (r != EXIT_OK)
		return r;

	if (option_given(options, OPTION_JSON))
		json_print(json_buffer(info));
	else
		print_buffer(info);

	mymap_buffer_info_free(info);
	return EXIT_OK;
}

/* @ret_info becomes NULL where the default buffer is switched off. */
static int get_default_info(const struct command *command, struct mymap *ctx,
			    struct mymap_buffer_info **ret_info)
{
	struct mymap_buffer *buffer;
	int r;

	r = mymap_buffer_open_default(ctx, &buffer);
	if (r == -ENODEV) {
		*ret_info = NULL;
		return EXIT_OK;
	}
	if (r < 0) {
		complain("%s: the default buffer: %s", command->name, strerror(-r));
		return EXIT_FAILED;
	}

	r = get_buffer_info(command, buffer, ret_info);
	mymap_buffer_close(buffer);
	return r;
}

static int show_driver(const struct command *command, const struct options *options,
		       struct mymap *ctx, const struct mymap_driver_info *driver)
{
	struct mymap_buffer_info *info;
	int r;

	r = get_default_info(command, ctx, &info);
	if (r != EXIT_OK)
		return r;

	if (option_given(options, OPTION_JSON)) {
		struct json_object *object = json_driver(driver);

		json_object_object_add(object, "default_buffer", info ? json_buffer(info) : NULL);
		json_print(object);
	} else {
		print_driver(driver);
		if (info) {
			puts("\nThe default buffer:");
			print_buffer(info);
		} else {
			puts("\nThe default buffer is switched off.");
		}
	}

	mymap_buffer_info_free(info);
	return EXIT_OK;
}

static int run_driver(const struct command *command, const struct options *options)
{
	struct mymap_driver_info *driver;
	struct mymap *ctx;
	int r;

	r = device_open(&ctx);
	if (r != EXIT_OK)
		return r;

	r = mymap_get_driver_info(ctx, &driver);
	if (!r) {
		r = show_driver(command, options, ctx, driver);
		mymap_driver_info_free(driver);
	} else {
		complain("%s: cannot ask the driver: %s", command->name, strerror(-r));
		r = EXIT_FAILED;
	}

	mymap_close(ctx);
	return r;
}

static int run(const struct command *command, const struct options *options)
{
	if (option_given(options, OPTION_FD) || options->name)
		return run_buffer(command, options);

	return run_driver(command, options);
}

const struct command command_info = {
	.name = "info",
	.operands = "[NAME]",
	.summary = "show the driver, its limits and the default buffer, or one buffer",
	.description =
		"Shows the versions, the limits and the default buffer; with NAME or --fd, the\n"
		"buffer that has the name or that an inherited descriptor refers to.\n",
	.options = BIT(OPTION_FD) | BIT(OPTION_JSON),
	.only_reads = true,
	.takes_name = true,
	.run = run,
};
