// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap resize: change the size of a buffer.
 */
#include <errno.h>
#include <inttypes.h>

#include "cli.h"
#include "size.h"

static int run(const struct command *command, const struct options *options)
{
	struct mymap_buffer *buffer;
	char text[SIZE_TEXT_MAX];
	uint64_t size;
	int r;

	if (!option_given(options, OPTION_SIZE)) {
		complain("%s: --size is missing; " SIZE_HINT, command->name);
		return EXIT_USAGE;
	}

	r = target_open(command, options, &buffer);
	if (r != EXIT_OK)
		return r;

	r = mymap_buffer_resize(buffer, options->size, &size);
	mymap_buffer_close(buffer);
	if (!r)
		return EXIT_OK;

	if (r == -EINVAL) {
		complain("%s: size %" PRIu64 " (%s): no buffer can have this size", command->name,
			 options->size, size_format(options->size, text, sizeof(text)));
		return EXIT_FAILED;
	}
	if (r == -EPERM && !option_given(options, OPTION_FD) && !options->name) {
		complain("%s: the size of the default buffer is fixed; "
			 "module parameter default_size", command->name);
		return EXIT_FAILED;
	}
	return complain_change(command, r);
}

const struct command command_resize = {
	.name = "resize",
	.operands = "[NAME]",
	.summary = "change the size of a buffer",
	.description =
		"Gives the buffer called NAME, or an inherited one, another size, rounded up to\n"
		"whole pages. New memory reads as zeros. What is below both sizes stays; whoever\n"
		"touches what was beyond the new end gets SIGBUS.\n",
	.options = BIT(OPTION_FD) | BIT(OPTION_SIZE),
	.takes_name = true,
	.run = run,
};
