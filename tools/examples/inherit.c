// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that a process shares with its children: made before fork, and inherited.
 *
 *   cc -o inherit inherit.c $(pkg-config --cflags --libs libmymap)
 *   ./inherit                       all of them
 *   ./inherit anonymous zero        some of them; these need no driver
 *
 * For a family of processes that is all it takes; a mymap buffer is for memory that is also to go to others, or to hardware.
 */
#include <errno.h>
#include <fcntl.h>
#include <mymap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE ((size_t)1 << 20)
#define MESSAGE "written by the child"

/* Memory of nobody's: there is nothing to open. */
static void *map_anonymous(void)
{
	return mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* The same, as it was done before there was MAP_ANONYMOUS. Each mapping is a memory of its own. */
static void *map_zero(void)
{
	int fd = open("/dev/zero", O_RDWR | O_CLOEXEC);
	void *memory;

	if (fd < 0)
		return MAP_FAILED;
	memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return memory;
}

/* For contrast: after fork each has a copy of its own. */
static void *map_private(void)
{
	return mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* The descriptor may be closed: the mapping holds the buffer, and so does the child's. */
static void *map_mymap(void)
{
	struct mymap_buffer *buffer = NULL;
	struct mymap *ctx = NULL;
	void *memory = MAP_FAILED;
	int r = mymap_open(&ctx);

	if (!r)
		r = mymap_buffer_create(ctx, SIZE, 0, &buffer);
	if (!r)
		r = mymap_buffer_map(buffer, 0, SIZE, PROT_READ | PROT_WRITE, &memory);
	mymap_buffer_close(buffer);
	mymap_close(ctx);
	errno = -r;
	return memory;
}

static const struct kind {
	const char *name;
	void *(*map)(void);
} kinds[] = {
	{ "anonymous", map_anonymous },
	{ "zero", map_zero },
	{ "private", map_private },
	{ "mymap", map_mymap },
};

static int show(const struct kind *kind)
{
	char *memory = kind->map();
	pid_t child;
	int status;

	if (memory == MAP_FAILED)
		goto err;
	child = fork();
	if (child < 0)
		goto err;
	if (!child) {
		strcpy(memory, MESSAGE);
		_exit(0);
	}
	if (waitpid(child, &status, 0) < 0)
		goto err;
	printf("%s: the parent sees: %s\n", kind->name, *memory ? memory : "nothing");
	munmap(memory, SIZE);
	return 0;

err:
	fprintf(stderr, "inherit: %s: %s\n", kind->name, strerror(errno));
	return -1;
}

int main(int argc, char **argv)
{
	int i, result = EXIT_SUCCESS;
	size_t k;

	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		for (i = 1; i < argc && strcmp(argv[i], kinds[k].name); i++)
			;
		/* Children must not print again what is still in our buffer. */
		fflush(stdout);
		if ((argc == 1 || i < argc) && show(&kinds[k]))
			result = EXIT_FAILURE;
	}
	return result;
}
