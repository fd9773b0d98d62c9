// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap fill: one byte, many times.
 */
#include <string.h>

#include "transfer.h"

static int copy(struct transfer *transfer)
{
	memset(transfer->chunk, transfer->options->byte, transfer_chunk_len(transfer));

	while (transfer->left)
		if (transfer_store(transfer, transfer_chunk_len(transfer)) != EXIT_OK)
			return EXIT_FAILED;
	return EXIT_OK;
}

static int run(const struct command *command, const struct options *options)
{
	return transfer_run(command, options, copy);
}

const struct command command_fill = {
	.name = "fill",
	.operands = "[NAME]",
	.summary = "write one byte value all over a buffer",
	.description =
		"Writes one byte value to every byte of the default buffer, of the one called\n"
		"NAME, or of an inherited one.\n",
	.options = BIT(OPTION_BYTE) | BIT(OPTION_FD) | BIT(OPTION_LENGTH) | BIT(OPTION_OFFSET),
	.takes_name = true,
	.run = run,
};
