// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap sync: let the processor and the device of a buffer see the same.
 */
#include <errno.h>
#include <string.h>

#include "transfer.h"

#define DIRECTIONS	(BIT(OPTION_TO_DEVICE) | BIT(OPTION_FROM_DEVICE))

static int complain_sync(const struct command *command, int error)
{
	switch (error) {
	case -EOPNOTSUPP:
		complain("%s: the default buffer is for no device, or " DRIVER_TOO_OLD, command->name);
		break;
	case -ENXIO:
		complain("%s: the device is gone", command->name);
		break;
	case -EACCES:
		complain("%s: --from-device may drop what others have written: the descriptor must be open "
			 "for writing", command->name);
		break;
	default:
		complain("%s: %s", command->name, strerror(-error));
	}
	return EXIT_FAILED;
}

/* All at once: the range is checked, and nothing is copied. */
static int synchronize(struct transfer *transfer)
{
	const struct options *options = transfer->options;
	uint64_t flags = 0;
	int r;

	if (option_given(options, OPTION_TO_DEVICE))
		flags |= MYMAP_BUFFER_SYNC_TO_DEVICE;
	if (option_given(options, OPTION_FROM_DEVICE))
		flags |= MYMAP_BUFFER_SYNC_FROM_DEVICE;
	if (option_given(options, OPTION_END))
		flags |= MYMAP_BUFFER_SYNC_END;
	if (!transfer->left)
		return EXIT_OK;

	r = mymap_buffer_sync(transfer->buffer, transfer->offset, transfer->left, flags);
	return r ? complain_sync(transfer->command, r) : EXIT_OK;
}

static int run(const struct command *command, const struct options *options)
{
	if (!(options->given & DIRECTIONS)) {
		complain("%s: --to-device, --from-device or both: which way do the data go?",
			 command->name);
		return EXIT_USAGE;
	}
	return transfer_run(command, options, synchronize);
}

const struct command command_sync = {
	.name = "sync",
	.operands = "[NAME]",
	.summary = "let the processor and the device see the same",
	.description =
		"Tells that the processor is about to use a range of a buffer that its device\n"
		"uses too, or with --end that it is done with it. Before reading what the device\n"
		"has written: --from-device. After writing what the device is to read:\n"
		"--to-device --end. Where devices see the processor's caches, as on PCs, it does\n"
		"next to nothing.\n",
	.options = BIT(OPTION_FD) | BIT(OPTION_LENGTH) | BIT(OPTION_OFFSET) | BIT(OPTION_END) | DIRECTIONS,
	.only_reads = true,
	/* It may drop what others have written: that is for who may write. */
	.writes_with = BIT(OPTION_FROM_DEVICE),
	.takes_name = true,
	.run = run,
};
