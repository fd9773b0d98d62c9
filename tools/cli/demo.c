// SPDX-License-Identifier: GPL-2.0-only
/*
 * mymap demo: what a first program with /dev/mymap does.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "cli.h"

#define NR_BYTES	10

static int run(const struct command *command, const struct options *options)
{
	struct mymap_buffer *buffer;
	void *addr;
	int i, r;

	r = target_open(command, options, &buffer);
	if (r != EXIT_OK)
		return r;

	/* ten bytes of a page: a mapping is made of whole pages */
	r = mymap_buffer_map(buffer, 0, NR_BYTES, PROT_READ, &addr);
	mymap_buffer_close(buffer);
	if (r < 0) {
		complain("%s: cannot map the default buffer: %s", command->name, strerror(-r));
		return EXIT_FAILED;
	}

	for (i = 0; i < NR_BYTES; i++)
		printf("%d\n", ((const unsigned char *)addr)[i]);

	mymap_buffer_unmap(addr, NR_BYTES);
	return EXIT_OK;
}

const struct command command_demo = {
	.name = "demo",
	.summary = "map a page of the default buffer and print its first ten bytes",
	.description =
		"Opens /dev/mymap, maps one page of it and prints the ten bytes that the\n"
		"driver writes at the beginning of that page at each mmap: 0 to 9.\n",
	.run = run,
};
