// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap write: from standard input into a buffer.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "transfer.h"

/* Up to @len bytes; 0 at the end of the input. -1 after a complaint. */
static ssize_t read_stdin(const struct command *command, char *data, size_t len)
{
	ssize_t n;

	do
		n = read(STDIN_FILENO, data, len);
	while (n < 0 && errno == EINTR);

	if (n < 0)
		complain("%s: standard input: %s", command->name, strerror(errno));
	return n;
}

/* The input ended before the buffer: fine, unless --length asked for more. */
static int check_short(const struct transfer *transfer)
{
	const struct options *options = transfer->options;

	if (!option_given(options, OPTION_LENGTH))
		return EXIT_OK;

	complain("%s: the input ended after %" PRIu64 " of %" PRIu64 " bytes",
		 transfer->command->name, transfer->offset - options->offset, options->length);
	return EXIT_FAILED;
}

/* The buffer is full: fine, unless there is more input that nobody counted. */
static int check_long(const struct transfer *transfer)
{
	const struct options *options = transfer->options;
	ssize_t n;

	if (option_given(options, OPTION_LENGTH))
		return EXIT_OK;

	n = read_stdin(transfer->command, transfer->chunk, 1);
	if (n == 0)
		return EXIT_OK;
	if (n > 0)
		complain("%s: the input is too long: %" PRIu64 " bytes were written, "
			 "then the buffer ended at %" PRIu64, transfer->command->name,
			 transfer->offset - options->offset, transfer->size);
	return EXIT_FAILED;
}

static int copy(struct transfer *transfer)
{
	while (transfer->left) {
		ssize_t n = read_stdin(transfer->command, transfer->chunk,
				       transfer_chunk_len(transfer));

		if (n < 0)
			return EXIT_FAILED;
		if (n == 0)
			return check_short(transfer);
		if (transfer_store(transfer, (size_t)n) != EXIT_OK)
			return EXIT_FAILED;
	}
	return check_long(transfer);
}

static int run(const struct command *command, const struct options *options)
{
	return transfer_run(command, options, copy);
}

const struct command command_write = {
	.name = "write",
	.operands = "[NAME]",
	.summary = "copy standard input into a buffer",
	.description =
		"Copies standard input into the default buffer, the one called NAME, or an\n"
		"inherited one: up to the end of the input, or exactly --length bytes. Input\n"
		"that does not fit is an error, after what fits was written.\n",
	.options = BIT(OPTION_FD) | BIT(OPTION_LENGTH) | BIT(OPTION_OFFSET),
	.takes_name = true,
	.run = run,
};
