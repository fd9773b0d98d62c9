// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap read: from a buffer to standard output.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "transfer.h"

static int write_stdout(const struct command *command, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(STDOUT_FILENO, data, len);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			complain("%s: standard output: %s", command->name, strerror(errno));
			return EXIT_FAILED;
		}
		data += n;
		len -= (size_t)n;
	}
	return EXIT_OK;
}

static int copy(struct transfer *transfer)
{
	const struct command *command = transfer->command;

	while (transfer->left) {
		ssize_t n = pread(transfer->fd, transfer->chunk, transfer_chunk_len(transfer),
				  (off_t)transfer->offset);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			complain("%s: at offset %" PRIu64 ": %s", command->name, transfer->offset,
				 strerror(errno));
			return EXIT_FAILED;
		}
		if (n == 0) {
			complain("%s: the buffer ended early, at %" PRIu64, command->name,
				 transfer->offset);
			return EXIT_FAILED;
		}
		if (write_stdout(command, transfer->chunk, (size_t)n) != EXIT_OK)
			return EXIT_FAILED;
		transfer_advance(transfer, (size_t)n);
	}
	return EXIT_OK;
}

static int run(const struct command *command, const struct options *options)
{
	return transfer_run(command, options, copy);
}

const struct command command_read = {
	.name = "read",
	.operands = "[NAME]",
	.summary = "copy bytes of a buffer to standard output",
	.description =
		"Copies bytes of the default buffer, of the one called NAME, or of an inherited\n"
		"one to standard output.\n",
	.options = BIT(OPTION_FD) | BIT(OPTION_LENGTH) | BIT(OPTION_OFFSET),
	.only_reads = true,
	.takes_name = true,
	.run = run,
};
