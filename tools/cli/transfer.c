// SPDX-License-Identifier: GPL-2.0-only
/*
 * What read, write, fill and punch have in common.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "size.h"
#include "transfer.h"

/* Sets @transfer->left by --offset and --length. */
static int check_range(struct transfer *transfer)
{
	const struct command *command = transfer->command;
	const struct options *options = transfer->options;
	char text[SIZE_TEXT_MAX];
	uint64_t room;

	if (options->offset > transfer->size) {
		complain("%s: offset %" PRIu64 ": the buffer ends at %" PRIu64 " (%s)",
			 command->name, options->offset, transfer->size,
			 size_format(transfer->size, text, sizeof(text)));
		return EXIT_FAILED;
	}

	room = transfer->size - options->offset;
	if (!option_given(options, OPTION_LENGTH)) {
		transfer->left = room;
		return EXIT_OK;
	}

	if (options->length > room) {
		complain("%s: length %" PRIu64 " from offset %" PRIu64
			 ": the buffer ends at %" PRIu64 " (%s)",
			 command->name, options->length, options->offset, transfer->size,
			 size_format(transfer->size, text, sizeof(text)));
		return EXIT_FAILED;
	}

	transfer->left = options->length;
	return EXIT_OK;
}

/**
 * transfer_run() - open the buffer, check the range, copy
 * @command: who does it
 * @options: what the user gave
 * @copy: moves the bytes; returns an exit status
 *
 * Return: an exit status.
 */
int transfer_run(const struct command *command, const struct options *options,
		 int (*copy)(struct transfer *transfer))
{
	struct transfer transfer = {
		.command = command,
		.options = options,
		.offset = options->offset,
	};
	struct mymap_buffer *buffer;
	int r;

	r = target_open(command, options, &buffer);
	if (r != EXIT_OK)
		return r;

	transfer.buffer = buffer;
	transfer.fd = mymap_buffer_get_fd(buffer);
	transfer.size = mymap_buffer_get_size(buffer);
	r = check_range(&transfer);
	if (r == EXIT_OK) {
		transfer.chunk = calloc(1, CHUNK_SIZE);
		if (transfer.chunk) {
			r = copy(&transfer);
		} else {
			complain("%s: %s", command->name, strerror(ENOMEM));
			r = EXIT_FAILED;
		}
		free(transfer.chunk);
	}

	mymap_buffer_close(buffer);
	return r;
}

/**
 * transfer_chunk_len() - how many bytes the next chunk may have
 * @transfer: the transfer
 *
 * Return: bytes.
 */
size_t transfer_chunk_len(const struct transfer *transfer)
{
	return transfer->left < CHUNK_SIZE ? (size_t)transfer->left : CHUNK_SIZE;
}

/**
 * transfer_advance() - bytes were moved
 * @transfer: the transfer
 * @len: how many
 */
void transfer_advance(struct transfer *transfer, size_t len)
{
	transfer->offset += len;
	transfer->left -= len;
}

static void complain_store(const struct transfer *transfer, int error)
{
	const char *name = transfer->command->name;
	uint64_t written = transfer->offset - transfer->options->offset;

	switch (error) {
	case EBADF: /* only of a descriptor: what has a name was opened for writing */
		complain("%s: descriptor %d: it is open for reading only", name,
			 transfer->options->fd);
		break;
	case ENOSPC:
		complain("%s: the buffer ended at %" PRIu64 "; %" PRIu64 " bytes were written",
			 name, transfer->offset, written);
		break;
	default:
		complain("%s: at offset %" PRIu64 ": %s; %" PRIu64 " bytes were written", name,
			 transfer->offset, strerror(error), written);
	}
}

/**
 * transfer_store() - write the first bytes of the chunk to the buffer
 * @transfer: the transfer; it advances
 * @len: how many bytes
 *
 * Return: EXIT_OK, or EXIT_FAILED after a complaint.
 */
int transfer_store(struct transfer *transfer, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pwrite(transfer->fd, transfer->chunk + done, len - done,
				   (off_t)transfer->offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			complain_store(transfer, n < 0 ? errno : ENOSPC);
			return EXIT_FAILED;
		}
		done += (size_t)n;
		transfer_advance(transfer, (size_t)n);
	}
	return EXIT_OK;
}
