// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap destroy: take the name of a buffer away.
 */
#include "cli.h"

static int run(const struct command *command, const struct options *options)
{
	struct mymap *ctx;
	int r;

	if (!options->name) {
		complain("%s: NAME is missing; 'mymap list' shows all", command->name);
		return EXIT_USAGE;
	}

	r = device_open(&ctx);
	if (r != EXIT_OK)
		return r;

	r = mymap_buffer_destroy(ctx, options->name);
	if (r < 0)
		named_complain(command->name, options->name, r, ctx);
	mymap_close(ctx);
	return r < 0 ? EXIT_FAILED : EXIT_OK;
}

const struct command command_destroy = {
	.name = "destroy",
	.operands = "NAME",
	.summary = "take the name of a buffer away, and free it when unused",
	.description =
		"Takes the name and the device of the buffer called NAME away. Who has it open or\n"
		"mapped keeps it; its memory is freed with the last of them.\n",
	.takes_name = true,
	.run = run,
};
