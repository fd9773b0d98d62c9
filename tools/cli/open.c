// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap open: a buffer by its name, for a command to inherit.
 */
#include <string.h>

#include "cli.h"

static int run(const struct command *command, const struct options *options)
{
	const char *name = options->operands[0];
	struct mymap_buffer *buffer;
	char **argv;
	int r;

	if (!name) {
		complain("%s: NAME is missing; 'mymap list' shows all", command->name);
		return EXIT_USAGE;
	}
	r = named_check(command, name);
	if (r != EXIT_OK)
		return r;

	argv = options->operands + 1;
	if (*argv && !strcmp(*argv, "--"))
		argv++;
	if (!*argv) {
		complain("%s: COMMAND is missing; 'mymap info %s' shows the buffer", command->name, name);
		return EXIT_USAGE;
	}

	r = named_open(command, name, option_given(options, OPTION_READONLY) ?
		       MYMAP_BUFFER_OPEN_READ_ONLY : 0, &buffer);
	if (r != EXIT_OK)
		return r;

	r = execute(command, argv, mymap_buffer_get_fd(buffer), BUFFER_VARIABLE);
	mymap_buffer_close(buffer);
	return r;
}

const struct command command_open = {
	.name = "open",
	.operands = "NAME [--] COMMAND [ARG]...",
	.summary = "run COMMAND with the buffer called NAME",
	.description =
		"Opens the buffer called NAME. COMMAND takes the place of mymap and inherits the\n"
		"buffer as descriptor 3, with MYMAP_FD=3 in its environment.\n",
	.options = BIT(OPTION_READONLY),
	.run = run,
};
