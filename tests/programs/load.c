// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modules of the tests.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "load.h"
#include "test.h"

int try_load(const char *format, ...)
{
	int file = open(test_argument(0), O_RDONLY | O_CLOEXEC), result, error;
	char parameters[256];
	va_list arguments;

	CHECK(file >= 0);
	va_start(arguments, format);
	CHECK(vsnprintf(parameters, sizeof(parameters), format, arguments) < (int)sizeof(parameters));
	va_end(arguments);
	result = (int)syscall(SYS_finit_module, file, parameters, 0);
	error = errno;
	close(file);
	errno = error;
	return result;
}

int try_remove(const char *name)
{
	return (int)syscall(SYS_delete_module, name, O_NONBLOCK);
}
