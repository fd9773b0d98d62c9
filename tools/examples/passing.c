// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unrelated processes that share a mymap buffer: one makes it and gives its descriptor to the other over a Unix socket.
 *
 *   cc -o passing passing.c descriptor.c $(pkg-config --cflags --libs libmymap)
 *   ./passing give /tmp/socket hello &
 *   ./passing take /tmp/socket
 *
 * The buffer has no name: nobody can have it who was not given it. It lives as long as one of them has its descriptor or a
 * mapping. The one who takes it may belong to another user, and need not be in the group mymap.
 */
#include <errno.h>
#include <mymap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "descriptor.h"

#define SIZE ((size_t)4 << 20)
/* Each side writes at an offset of its own. */
#define ANSWER ((size_t)1 << 20)

static int fail(const char *what, int error)
{
	fprintf(stderr, "passing: %s: %s\n", what, strerror(error));
	return EXIT_FAILURE;
}

/* The buffer, mapped; the caller owns handle and mapping. */
static int make_buffer(struct mymap_buffer **ret_buffer, void **ret_memory)
{
	struct mymap *ctx;
	int r = mymap_open(&ctx);

	if (r < 0)
		return r;
	r = mymap_buffer_create(ctx, SIZE, 0, ret_buffer);
	mymap_close(ctx);
	if (r < 0)
		return r;
	r = mymap_buffer_map(*ret_buffer, 0, 0, PROT_READ | PROT_WRITE, ret_memory);
	if (r < 0)
		mymap_buffer_close(*ret_buffer);
	return r;
}

static int give(const char *path, const char *text)
{
	struct mymap_buffer *buffer;
	void *memory;
	int connection, r;
	char byte;

	r = make_buffer(&buffer, &memory);
	if (r < 0)
		return fail("/dev/mymap", -r);
	snprintf(memory, ANSWER, "%s", text);

	connection = descriptor_give(path, mymap_buffer_get_fd(buffer));
	if (connection < 0)
		return fail(path, errno);
	mymap_buffer_close(buffer);

	/* What is in the memory needs no copy through the socket; it only tells when. */
	if (read(connection, &byte, 1) != 1)
		return fail(path, EPIPE);
	printf("answered: %s\n", (const char *)memory + ANSWER);
	close(connection);
	mymap_buffer_unmap(memory, SIZE);
	return EXIT_SUCCESS;
}

static int take(const char *path)
{
	struct mymap_buffer *buffer;
	int connection, fd, r;
	size_t size;
	void *memory;

	fd = descriptor_take(path, &connection);
	if (fd < 0)
		return fail(path, errno);
	/* Says no if it is anything but a buffer, and how large it is. */
	r = mymap_buffer_from_fd(fd, &buffer);
	close(fd);
	if (r < 0)
		return fail("what was given", -r);
	size = (size_t)mymap_buffer_get_size(buffer);
	r = size >= SIZE ? mymap_buffer_map(buffer, 0, size, PROT_READ | PROT_WRITE, &memory) : -EINVAL;
	mymap_buffer_close(buffer);
	if (r < 0)
		return fail("what was given", -r);

	printf("given: %.*s\n", (int)ANSWER, (const char *)memory);
	snprintf((char *)memory + ANSWER, ANSWER, "the other process has it");
	if (write(connection, "", 1) != 1)
		return fail(path, errno);
	close(connection);
	mymap_buffer_unmap(memory, size);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "give"))
		return give(argv[2], argv[3]);
	if (argc == 3 && !strcmp(argv[1], "take"))
		return take(argv[2]);
	fprintf(stderr, "usage: passing give SOCKET TEXT | passing take SOCKET\n");
	return 2;
}
