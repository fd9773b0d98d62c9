// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap create: make a buffer, for a command to inherit.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "size.h"

/* Where COMMAND finds the buffer. */
#define COMMAND_FD	3
#define COMMAND_FD_TEXT	"3"

static void complain_quota(const struct command *command, uint64_t size, struct mymap *ctx)
{
	char text[SIZE_TEXT_MAX], limit_text[SIZE_TEXT_MAX];
	struct mymap_driver_info *driver;
	uint64_t max_buffer, max_total, total;

	size_format(size, text, sizeof(text));
	if (mymap_get_driver_info(ctx, &driver) < 0) {
		complain("%s: size %" PRIu64 " (%s): over a limit of the driver", command->name,
			 size, text);
		return;
	}

	max_buffer = mymap_driver_info_get_max_buffer_size(driver);
	max_total = mymap_driver_info_get_max_total_size(driver);
	total = mymap_driver_info_get_total_size(driver);
	mymap_driver_info_free(driver);

	if (size > max_buffer)
		complain("%s: size %" PRIu64 " (%s): a buffer may have at most %" PRIu64
			 " bytes (%s); module parameter max_buffer_size",
			 command->name, size, text, max_buffer,
			 size_format(max_buffer, limit_text, sizeof(limit_text)));
	else
		complain("%s: size %" PRIu64 " (%s): all buffers together may have at most %" PRIu64
			 " bytes (%s) and have %" PRIu64 " now; module parameter max_total_size",
			 command->name, size, text, max_total,
			 size_format(max_total, limit_text, sizeof(limit_text)), total);
}

static bool has_fixed_size(struct mymap *ctx)
{
	struct mymap_driver_info *driver;
	bool has = false;

	if (!mymap_get_driver_info(ctx, &driver)) {
		has = mymap_driver_info_has_feature(driver, MYMAP_DRIVER_FEATURE_RESIZE);
		mymap_driver_info_free(driver);
	}
	return has;
}

static void complain_create(const struct command *command, const struct options *options,
			    int error, struct mymap *ctx)
{
	uint64_t size = options->size;
	char text[SIZE_TEXT_MAX];

	if (error == -EOPNOTSUPP && option_given(options, OPTION_FIXED_SIZE) &&
	    !has_fixed_size(ctx)) {
		complain("%s: --fixed-size: " DRIVER_TOO_OLD, command->name);
		return;
	}

	size_format(size, text, sizeof(text));
	switch (error) {
	case -EDQUOT:
		complain_quota(command, size, ctx);
		break;
	case -ENOMEM:
		complain("%s: size %" PRIu64 " (%s): not enough memory", command->name, size, text);
		break;
	case -EINVAL:
		complain("%s: size %" PRIu64 " (%s): no buffer can have this size; "
			 "'mymap info' shows the limits", command->name, size, text);
		break;
	default:
		complain("%s: size %" PRIu64 " (%s): %s", command->name, size, text,
			 strerror(-error));
	}
}

static int create(const struct command *command, const struct options *options,
		  struct mymap_buffer **ret_buffer)
{
	uint64_t flags = 0;
	struct mymap *ctx;
	int r;

	if (option_given(options, OPTION_POPULATE))
		flags |= MYMAP_BUFFER_CREATE_POPULATE;
	if (option_given(options, OPTION_FIXED_SIZE))
		flags |= MYMAP_BUFFER_CREATE_FIXED_SIZE;

	r = device_open(&ctx);
	if (r != EXIT_OK)
		return r;

	r = mymap_buffer_create(ctx, options->size, flags, ret_buffer);
	if (r < 0) {
		complain_create(command, options, r, ctx);
		r = EXIT_FAILED;
	}

	mymap_close(ctx);
	return r;
}

static int show(const struct command *command, const struct options *options,
		struct mymap_buffer *buffer)
{
	struct mymap_buffer_info *info;
	int r;

	r = mymap_buffer_get_info(buffer, &info);
	if (r < 0) {
		complain("%s: cannot ask about the buffer: %s", command->name, strerror(-r));
		return EXIT_FAILED;
	}

	if (option_given(options, OPTION_JSON))
		json_print(json_buffer(info));
	else
		print_buffer(info);

	mymap_buffer_info_free(info);
	/* now: COMMAND writes to the same descriptor */
	return finish_stdout(EXIT_OK);
}

/* Give the buffer to COMMAND as descriptor 3, without close-on-exec. */
static int pass_on(int fd)
{
	int flags;

	if (fd != COMMAND_FD)
		return dup2(fd, COMMAND_FD) < 0 ? -errno : 0;

	flags = fcntl(fd, F_GETFD);
	if (flags < 0 || fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC) < 0)
		return -errno;
	return 0;
}

/* Does not come back if all goes well. */
static int execute(const struct command *command, char **argv, const struct mymap_buffer *buffer)
{
	int error, r;

	r = pass_on(mymap_buffer_get_fd(buffer));
	if (r < 0) {
		complain("%s: descriptor " COMMAND_FD_TEXT ": %s", command->name, strerror(-r));
		return EXIT_FAILED;
	}
	if (setenv("MYMAP_FD", COMMAND_FD_TEXT, 1) < 0) {
		complain("%s: MYMAP_FD: %s", command->name, strerror(errno));
		return EXIT_FAILED;
	}

	execvp(argv[0], argv);
	error = errno;
	complain("%s: %s: %s", command->name, argv[0], strerror(error));
	return error == ENOENT ? EXIT_NO_COMMAND : EXIT_CANNOT_EXEC;
}

static int run(const struct command *command, const struct options *options)
{
	bool with_command = options->operands[0];
	struct mymap_buffer *buffer;
	int r;

	if (!option_given(options, OPTION_SIZE)) {
		complain("%s: --size is missing; " SIZE_HINT, command->name);
		return EXIT_USAGE;
	}

	r = create(command, options, &buffer);
	if (r != EXIT_OK)
		return r;

	/* stdout is COMMAND's, unless the line was asked for */
	if (!with_command || option_given(options, OPTION_JSON))
		r = show(command, options, buffer);
	if (r == EXIT_OK && with_command)
		r = execute(command, options->operands, buffer);

	mymap_buffer_close(buffer);
	return r;
}

const struct command command_create = {
	.name = "create",
	.operands = "--size SIZE [--] [COMMAND [ARG]...]",
	.summary = "make a buffer and run COMMAND with it, or show it",
	.description =
		"Makes a buffer. COMMAND takes the place of mymap and inherits the buffer as\n"
		"descriptor 3, with MYMAP_FD=3 in its environment; --json prints a line about\n"
		"the buffer before.\n"
		"\n"
		"Without COMMAND, the buffer is shown and is gone when mymap exits: with\n"
		"--populate, that tells whether so much memory can be had now.\n",
	.options = BIT(OPTION_FIXED_SIZE) | BIT(OPTION_JSON) | BIT(OPTION_POPULATE) |
		   BIT(OPTION_SIZE),
	.run = run,
};
