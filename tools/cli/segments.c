// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap segments: where a buffer is for its device.
 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

static int complain_segments(const struct command *command, int error)
{
	switch (error) {
	case -EPERM:
		complain("%s: permission denied: addresses are told to CAP_SYS_RAWIO, or to all with the "
			 "module parameter expose_addresses; never where the kernel is locked down",
			 command->name);
		break;
	case -EOPNOTSUPP:
		complain("%s: the device cannot reach the memory, or the driver that is loaded tells no "
			 "addresses; try 'mymap create --kind device'", command->name);
		break;
	case -EACCES:
		complain("%s: the buffer is open for reading only, and would have to keep its size; "
			 "give its name, or a descriptor that is open for writing, too", command->name);
		break;
	case -ENXIO:
		complain("%s: the device is gone; 'mymap bind' gives it back, and new buffers can be made "
			 "for it then", command->name);
		break;
	case -ENODEV:
		complain("%s: the buffer is for no device; 'mymap create --device DEVICE' makes one that is",
			 command->name);
		break;
	default:
		complain("%s: %s", command->name, strerror(-error));
	}
	return EXIT_FAILED;
}

static void print_segments(const struct mymap_segment_list *list)
{
	size_t i;

	for (i = 0; i < mymap_segment_list_get_length(list); i++)
		printf("0x%" PRIx64 " %" PRIu64 "\n", mymap_segment_list_get_address(list, i),
		       mymap_segment_list_get_size(list, i));
}

static struct json_object *json_segments(const struct mymap_segment_list *list)
{
	struct json_object *object = json_object_new_object();
	struct json_object *array = json_object_new_array();
	struct json_object *segment;
	size_t i;

	for (i = 0; i < mymap_segment_list_get_length(list); i++) {
		segment = json_object_new_object();
		json_object_object_add(segment, "address",
			json_object_new_uint64(mymap_segment_list_get_address(list, i)));
		json_object_object_add(segment, "length",
			json_object_new_uint64(mymap_segment_list_get_size(list, i)));
		json_object_array_add(array, segment);
	}
	json_object_object_add(object, "segments", array);
	return object;
}

static int run(const struct command *command, const struct options *options)
{
	struct mymap_segment_list *list;
	struct mymap_buffer *buffer;
	int r;

	/* the default buffer is for no device */
	if (!options->name && !option_given(options, OPTION_FD)) {
		complain("%s: NAME or --fd is missing; 'mymap list' shows all names", command->name);
		return EXIT_USAGE;
	}
	r = target_open(command, options, &buffer);
	if (r != EXIT_OK)
		return r;
	r = mymap_segment_list_new(buffer, &list);
	mymap_buffer_close(buffer);
	if (r < 0)
		return complain_segments(command, r);

	if (option_given(options, OPTION_JSON))
		json_print(json_segments(list));
	else
		print_segments(list);
	mymap_segment_list_free(list);
	return EXIT_OK;
}

const struct command command_segments = {
	.name = "segments",
	.operands = "NAME | --fd N",
	.summary = "show where a buffer is for its device",
	.description =
		"Prints a line for each run of addresses of the buffer, as its device has to be\n"
		"told them: the address and how many bytes. The buffer stays there and keeps its\n"
		"size until it goes.\n",
	.options = BIT(OPTION_FD) | BIT(OPTION_JSON),
	.takes_name = true,
	.run = run,
};
