// SPDX-License-Identifier: GPL-2.0-only
/*
 * What mymap says on stderr, and the last look at stdout.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

/**
 * complain() - one line on stderr
 * @format: "what: why", without "mymap: " before and without a newline
 */
void complain(const char *format, ...)
{
	va_list args;

	fputs("mymap: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

/**
 * finish_stdout() - flush stdout, so that a full disk is not taken for success
 * @status: the exit status so far
 *
 * What failed before has been complained about, and one line is enough.
 *
 * Return: @status, or EXIT_FAILED if it was EXIT_OK and the output got lost.
 */
int finish_stdout(int status)
{
	bool lost_before = ferror(stdout);

	errno = 0;
	if (fflush(stdout) == 0 && !lost_before)
		return status;
	if (status != EXIT_OK)
		return status;

	complain("standard output: %s", errno ? strerror(errno) : "output was lost");
	return EXIT_FAILED;
}
