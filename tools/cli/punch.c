// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap punch: give memory in the middle of a buffer back.
 */
#include "transfer.h"

/* All at once: the range is checked, and nothing is copied. */
static int punch(struct transfer *transfer)
{
	int r;

	if (!transfer->left)
		return EXIT_OK;

	r = mymap_buffer_punch_hole(transfer->buffer, transfer->offset, transfer->left);
	return r ? complain_change(transfer->command, r) : EXIT_OK;
}

static int run(const struct command *command, const struct options *options)
{
	return transfer_run(command, options, punch);
}

const struct command command_punch = {
	.name = "punch",
	.operands = "[NAME]",
	.summary = "punch a hole into a buffer: zeros that take no memory",
	.description =
		"Lets a range of the buffer called NAME, or of an inherited one, read as zeros\n"
		"and gives the memory of its whole pages back, until they are touched again. The\n"
		"size stays.\n",
	.options = BIT(OPTION_FD) | BIT(OPTION_LENGTH) | BIT(OPTION_OFFSET),
	.takes_name = true,
	.run = run,
};
