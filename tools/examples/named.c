// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unrelated processes that share a mymap buffer by its name, which is all that they have in common.
 *
 *   cc -o named named.c $(pkg-config --cflags --libs libmymap)
 *   ./named get greeting &           waits until somebody has put something there
 *   ./named put greeting hello       makes the buffer where it is not there yet
 *   ./named get greeting             still there, though both have ended
 *   mymap destroy greeting
 *
 * To make a name is for root, unless the administrator has set unprivileged_names, or listed the buffer in /etc/mymap.d; to
 * open one is for whom the buffer is for.
 */
#include <errno.h>
#include <mymap.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SIZE ((size_t)64 << 10)
#define TIMEOUT_MS 20000

static int fail(const char *what, int error)
{
	fprintf(stderr, "named: %s: %s\n", what, strerror(-error));
	return EXIT_FAILURE;
}

/* Whoever comes first makes it. The other one may do so between two looks. */
static int open_or_create(struct mymap *ctx, const char *name, struct mymap_buffer **ret_buffer)
{
	int r;

	do {
		r = mymap_buffer_open(ctx, name, 0, ret_buffer);
		if (r != -ENOENT)
			return r;
		r = mymap_buffer_create_named(ctx, name, SIZE, 0, ret_buffer);
	} while (r == -EEXIST);
	return r;
}

static int put(struct mymap *ctx, const char *name, const char *text)
{
	struct mymap_buffer *buffer;
	uint64_t sequence;
	void *memory;
	int r;

	r = open_or_create(ctx, name, &buffer);
	if (r < 0)
		return fail(name, r);
	r = mymap_buffer_map(buffer, 0, SIZE, PROT_READ | PROT_WRITE, &memory);
	if (r < 0)
		return fail("map", r);
	snprintf(memory, SIZE, "%s", text);
	/* Whoever learns of the ring sees what was written before it. */
	r = mymap_buffer_ring(buffer, &sequence);
	mymap_buffer_unmap(memory, SIZE);
	/* The buffer stays: it has a name. */
	mymap_buffer_close(buffer);
	return r < 0 ? fail("ring", r) : EXIT_SUCCESS;
}

static int get(struct mymap *ctx, const char *name)
{
	struct mymap_buffer *buffer;
	uint64_t sequence;
	void *memory;
	int r;

	r = mymap_wait_for_name(name, TIMEOUT_MS);
	if (r < 0)
		return fail(name, r);
	r = mymap_buffer_open(ctx, name, MYMAP_BUFFER_OPEN_READ_ONLY, &buffer);
	if (r < 0)
		return fail(name, r);
	/* 0 is the number of a buffer that nobody has rung. */
	r = mymap_buffer_wait(buffer, 0, TIMEOUT_MS, &sequence);
	if (r < 0)
		return fail("wait", r);
	r = mymap_buffer_map(buffer, 0, SIZE, PROT_READ, &memory);
	if (r < 0)
		return fail("map", r);
	/* Others may write to it at any time: believe its bytes no further than this. */
	printf("%.*s\n", (int)SIZE, (const char *)memory);
	mymap_buffer_unmap(memory, SIZE);
	mymap_buffer_close(buffer);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	int is_put = argc == 4 && !strcmp(argv[1], "put");
	struct mymap *ctx;
	int r;

	if (!is_put && (argc != 3 || strcmp(argv[1], "get"))) {
		fprintf(stderr, "usage: named put NAME TEXT | named get NAME\n");
		return 2;
	}
	r = mymap_open(&ctx);
	if (r < 0)
		return fail("/dev/mymap", r);
	r = is_put ? put(ctx, argv[2], argv[3]) : get(ctx, argv[2]);
	mymap_close(ctx);
	return r;
}
