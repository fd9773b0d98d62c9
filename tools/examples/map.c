// SPDX-License-Identifier: GPL-2.0-only
/*
 * Make a buffer, map it, write to all of it and tell what it is made of.
 *
 *   cc -o map map.c -lmymap
 *   ./map 64
 */
#include <errno.h>
#include <inttypes.h>
#include <mymap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static int fail(const char *what, int error)
{
	fprintf(stderr, "map: %s: %s\n", what, strerror(-error));
	return EXIT_FAILURE;
}

/* What the kernel says of the mapping: how much of it is there by huge pages. */
static void print_mapping(const void *address)
{
	FILE *smaps = fopen("/proc/self/smaps", "r");
	unsigned long start, end, kib;
	char line[256];
	int ours = 0;

	while (smaps && fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			ours = start == (unsigned long)address;
		if (ours && sscanf(line, "FilePmdMapped: %lu kB", &kib) == 1)
			printf("mapped by huge pages: %lu MiB\n", kib >> 10);
	}
	if (smaps)
		fclose(smaps);
}

int main(int argc, char **argv)
{
	uint64_t size = strtoull(argc > 1 ? argv[1] : "64", NULL, 0) << 20;
	struct mymap_buffer_info *info;
	struct mymap_buffer *buffer;
	struct mymap *ctx;
	void *memory;
	int r;

	r = mymap_open(&ctx);
	if (r < 0)
		return fail("/dev/mymap", r);
	r = mymap_buffer_create(ctx, size, 0, &buffer);
	mymap_close(ctx);
	if (r < 0)
		return fail("create", r);
	r = mymap_buffer_map(buffer, 0, 0, PROT_READ | PROT_WRITE, &memory);
	if (r < 0)
		return fail("map", r);

	memset(memory, 0x5a, size);

	r = mymap_buffer_get_info(buffer, &info);
	if (r < 0)
		return fail("info", r);
	printf("size:                 %" PRIu64 " MiB\n",
	       mymap_buffer_info_get_size(info) >> 20);
	printf("resident:             %" PRIu64 " MiB\n",
	       mymap_buffer_info_get_resident(info) >> 20);
	printf("in huge pages:        %" PRIu64 " MiB\n",
	       mymap_buffer_info_get_resident_huge(info) >> 20);
	print_mapping(memory);

	mymap_buffer_info_free(info);
	mymap_buffer_unmap(memory, size);
	mymap_buffer_close(buffer);
	return EXIT_SUCCESS;
}
