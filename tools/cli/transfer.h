/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What read, write, fill and punch have in common.
 */
#ifndef MYMAP_CLI_TRANSFER_H
#define MYMAP_CLI_TRANSFER_H

#include "cli.h"

#define CHUNK_SIZE	((size_t)1 << 20)

/**
 * struct transfer - bytes on their way into or out of a buffer
 * @command: who does it
 * @options: what the user gave
 * @buffer: the buffer
 * @fd: its descriptor
 * @size: the size of the buffer
 * @offset: where the next byte is
 * @left: how many bytes from there on
 * @chunk: CHUNK_SIZE bytes to carry them in, zeros at first
 */
struct transfer {
	const struct command *command;
	const struct options *options;
	struct mymap_buffer *buffer;
	int fd;
	uint64_t size;
	uint64_t offset;
	uint64_t left;
	char *chunk;
};

int transfer_run(const struct command *command, const struct options *options,
		 int (*copy)(struct transfer *transfer));
size_t transfer_chunk_len(const struct transfer *transfer);
void transfer_advance(struct transfer *transfer, size_t len);
int transfer_store(struct transfer *transfer, size_t len);

#endif /* MYMAP_CLI_TRANSFER_H */
