// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap list: all named buffers.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "size.h"

#define NAME_WIDTH	20

static void print_list(const struct mymap_list *list)
{
	char size[SIZE_TEXT_MAX], resident[SIZE_TEXT_MAX];
	size_t i;

	printf("%-*s %10s %10s %-8s %5s %-6s %s\n", NAME_WIDTH, "NAME", "SIZE", "RESIDENT", "KIND",
	       "OPEN", "MAPPED", "NODE");
	for (i = 0; i < mymap_list_get_length(list); i++) {
		const struct mymap_named *named = mymap_list_get(list, i);

		printf("%-*s %10s %10s %-8s %5u %-6s %s\n", NAME_WIDTH, mymap_named_get_name(named),
		       size_format(mymap_named_get_size(named), size, sizeof(size)),
		       size_format(mymap_named_get_resident(named), resident, sizeof(resident)),
		       mymap_named_get_kind_name(named), mymap_named_get_open_files(named),
		       mymap_named_is_mapped(named) ? "yes" : "no", mymap_named_get_node(named));
	}
}

static struct json_object *json_named(const struct mymap_named *named)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "name",
			       json_object_new_string(mymap_named_get_name(named)));
	json_object_object_add(object, "node",
			       json_object_new_string(mymap_named_get_node(named)));
	json_object_object_add(object, "size",
			       json_object_new_uint64(mymap_named_get_size(named)));
	json_object_object_add(object, "kind",
			       json_object_new_string(mymap_named_get_kind_name(named)));
	json_object_object_add(object, "resident",
			       json_object_new_uint64(mymap_named_get_resident(named)));
	json_object_object_add(object, "open",
			       json_object_new_uint64(mymap_named_get_open_files(named)));
	json_object_object_add(object, "mapped",
			       json_object_new_boolean(mymap_named_is_mapped(named)));
	return object;
}

static void print_json(const struct mymap_list *list)
{
	struct json_object *object = json_object_new_object();
	struct json_object *buffers = json_object_new_array();
	size_t i;

	for (i = 0; i < mymap_list_get_length(list); i++)
		json_object_array_add(buffers, json_named(mymap_list_get(list, i)));
	json_object_object_add(object, "buffers", buffers);
	json_print(object);
}

static int run(const struct command *command, const struct options *options)
{
	struct mymap_list *list;
	int r;

	r = mymap_list_new(&list);
	if (r < 0) {
		complain("%s: /sys/class/mymap: %s", command->name, strerror(-r));
		return EXIT_FAILED;
	}

	if (option_given(options, OPTION_JSON))
		print_json(list);
	else
		print_list(list);
	mymap_list_free(list);
	return EXIT_OK;
}

const struct command command_list = {
	.name = "list",
	.summary = "list all named buffers",
	.description =
		"Lists the buffers that have a name, in the order of their names: how large they\n"
		"are, how much memory they have by now, by how many open files they are used and\n"
		"whether anybody has mapped them. Needs no rights.\n",
	.options = BIT(OPTION_JSON),
	.run = run,
};
