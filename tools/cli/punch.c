// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap punch: give memory in the middle of a buffer back.
 */
#include <errno.h>

#include "transfer.h"

static bool is_of_pages(struct mymap_buffer *buffer)
{
	struct mymap_buffer_info *info;
	bool is_it;

	if (mymap_buffer_get_info(buffer, &info) < 0)
		return true;
	is_it = mymap_buffer_info_get_kind(info) == MYMAP_BUFFER_KIND_PAGES;
	mymap_buffer_info_free(info);
	return is_it;
}

static int complain_punch(const struct transfer *transfer, int error)
{
	const struct command *command = transfer->command;

	if (error == -EOPNOTSUPP && !is_of_pages(transfer->buffer)) {
		complain("%s: the buffer is one run of memory, which cannot have holes; only the kind "
			 "pages can", command->name);
		return EXIT_FAILED;
	}
	if (error == -ENODEV && option_given(transfer->options, OPTION_FD)) {
		complain("%s: descriptor %d: it is of a device node, which cannot do this; give the name "
			 "of the buffer, or a descriptor of 'mymap open' or 'mymap create'",
			 command->name, transfer->options->fd);
		return EXIT_FAILED;
	}
	return complain_change(command, error);
}

/* All at once: the range is checked, and nothing is copied. */
static int punch(struct transfer *transfer)
{
	int r;

	if (!transfer->left)
		return EXIT_OK;

	r = mymap_buffer_punch_hole(transfer->buffer, transfer->offset, transfer->left);
	return r ? complain_punch(transfer, r) : EXIT_OK;
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
