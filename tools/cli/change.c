// SPDX-License-Identifier: GPL-2.0-only
/*
 * What resize, seal and punch have in common: why a buffer cannot be changed.
 */
#include <errno.h>
#include <string.h>

#include "cli.h"

/**
 * complain_change() - say why the driver refused to change a buffer
 * @command: who asked for it
 * @error: what the library returned, negative
 *
 * Return: EXIT_FAILED.
 */
int complain_change(const struct command *command, int error)
{
	const char *why;

	switch (error) {
	case -ENOTTY:
	case -EOPNOTSUPP:
		why = DRIVER_TOO_OLD;
		break;
	case -EACCES:
	case -EBADF:
		why = "the descriptor is open for reading only";
		break;
	case -EPERM:
		why = "a seal of the buffer forbids it; 'mymap info' shows the seals";
		break;
	case -ENODEV:
		why = "the default buffer cannot do this; use --fd or a name";
		break;
	case -EBUSY:
		why = "memory that would go is pinned, by O_DIRECT or io_uring, in a pipe, "
		      "or by a debugger; or a device has it, by 'mymap segments' or 'mymap export'";
		break;
	case -EDQUOT:
		why = "it is over a limit; 'mymap info' shows the limits";
		break;
	case -ENOMEM:
		why = NO_MEMORY;
		break;
	default:
		why = strerror(-error);
	}

	complain("%s: %s", command->name, why);
	return EXIT_FAILED;
}
