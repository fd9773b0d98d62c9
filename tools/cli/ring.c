// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap ring: ring a buffer.
 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

static int run(const struct command *command, const struct options *options)
{
	struct mymap_buffer *buffer;
	uint64_t sequence;
	int r;

	r = target_open(command, options, &buffer);
	if (r != EXIT_OK)
		return r;

	r = mymap_buffer_ring(buffer, &sequence);
	mymap_buffer_close(buffer);
	switch (r) {
	case 0:
		break;
	case -EACCES:
		complain("%s: the descriptor is open for reading only; ringing is for those who "
			 "may write", command->name);
		return EXIT_FAILED;
	case -ENOTTY:
		complain("%s: " DRIVER_TOO_OLD, command->name);
		return EXIT_FAILED;
	default:
		complain("%s: %s", command->name, strerror(-r));
		return EXIT_FAILED;
	}

	if (option_given(options, OPTION_JSON)) {
		struct json_object *object = json_object_new_object();

		json_object_object_add(object, "sequence", json_object_new_uint64(sequence));
		json_print(object);
	} else {
		printf("%" PRIu64 "\n", sequence);
	}
	return EXIT_OK;
}

const struct command command_ring = {
	.name = "ring",
	.operands = "[NAME]",
	.summary = "wake those who wait for a buffer",
	.description =
		"Adds 1 to the sequence number of the default buffer, of the one called NAME, or\n"
		"of an inherited one, wakes whoever waits for that and prints the new number.\n",
	.options = BIT(OPTION_FD) | BIT(OPTION_JSON),
	.takes_name = true,
	.run = run,
};
