// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap export: a buffer as a dma-buf, for a command to inherit.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

static int complain_export(const struct command *command, int error, uint64_t offset,
			   uint64_t length, uint64_t size)
{
	switch (error) {
	case -EINVAL:
		complain("%s: offset %" PRIu64 ", length %" PRIu64 ": not whole pages inside of the "
			 "buffer, which ends at %" PRIu64, command->name, offset, length, size);
		break;
	case -EACCES:
		complain("%s: the descriptor is not for both reading and writing", command->name);
		break;
	case -EOPNOTSUPP:
		complain("%s: no dma-buf can be made of the kind device, of the default buffer, or by the "
			 "driver that is loaded; 'mymap info' shows which it is", command->name);
		break;
	default:
		complain("%s: %s", command->name, strerror(-error));
	}
	return EXIT_FAILED;
}

static int export(const struct command *command, const struct options *options, int *ret_fd)
{
	uint64_t length = options->length, size;
	struct mymap_buffer *buffer;
	int r;

	r = target_open(command, options, &buffer);
	if (r != EXIT_OK)
		return r;

	size = mymap_buffer_get_size(buffer);
	if (!option_given(options, OPTION_LENGTH) && options->offset < size)
		length = size - options->offset;
	r = mymap_buffer_export(buffer, options->offset, length, 0, ret_fd);
	mymap_buffer_close(buffer);
	if (r < 0)
		return complain_export(command, r, options->offset, length, size);
	return EXIT_OK;
}

static int run(const struct command *command, const struct options *options)
{
	struct options target = *options;
	char **argv = options->operands;
	int fd, r;

	if (!option_given(options, OPTION_FD)) {
		target.name = *argv;
		if (!target.name) {
			complain("%s: NAME is missing; 'mymap list' shows all", command->name);
			return EXIT_USAGE;
		}
		r = named_check(command, target.name);
		if (r != EXIT_OK)
			return r;
		argv++;
	}
	if (*argv && !strcmp(*argv, "--"))
		argv++;
	if (!*argv) {
		complain("%s: COMMAND is missing: it inherits the dma-buf", command->name);
		return EXIT_USAGE;
	}

	r = export(command, &target, &fd);
	if (r != EXIT_OK)
		return r;
	/* What it told of is no buffer now. */
	unsetenv(BUFFER_VARIABLE);
	r = execute(command, argv, fd, "MYMAP_DMABUF_FD");
	close(fd);
	return r;
}

const struct command command_export = {
	.name = "export",
	.operands = "NAME [--] COMMAND [ARG]...",
	.summary = "run COMMAND with a dma-buf of a buffer",
	.description =
		"Exports the buffer called NAME, or the inherited one of --fd, as a dma-buf for\n"
		"drivers of other devices. COMMAND takes the place of mymap and inherits the\n"
		"dma-buf as descriptor 3, with MYMAP_DMABUF_FD=3 in its environment. The buffer\n"
		"keeps its size as long as there is a dma-buf of it.\n",
	.options = BIT(OPTION_FD) | BIT(OPTION_LENGTH) | BIT(OPTION_OFFSET),
	.run = run,
};
