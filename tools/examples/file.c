// SPDX-License-Identifier: GPL-2.0-only
/*
 * Edit a file through a mapping: no mymap yet, only the file and mmap.
 *
 *   cc -o file file.c
 *   echo hello >note; ./file note; cat note
 *
 * What is written to a shared mapping of a file is in the file for everybody at once, and on the disk after msync. Two
 * things are easily missed: the last page of the mapping goes on behind the end of the file, in zeros that are not part
 * of it, and no write there makes the file grow; behind that page a touch is a SIGBUS.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(const char *what)
{
	fprintf(stderr, "file: %s: %s\n", what, strerror(errno));
	return EXIT_FAILURE;
}

/* How many bytes of the last page, behind the end of the file, are not zero. */
static size_t count_behind_end(const char *memory, size_t size, size_t mapped)
{
	size_t i, count = 0;

	for (i = size; i < mapped; i++)
		count += memory[i] != 0;
	return count;
}

/* Does the file, read by its descriptor, have what the mapping shows? */
static int file_shows(int fd, const char *memory, size_t size)
{
	char *bytes = malloc(size);
	int same = bytes && pread(fd, bytes, size, 0) == (ssize_t)size && !memcmp(bytes, memory, size);

	free(bytes);
	return same;
}

int main(int argc, char **argv)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), size, mapped, i;
	struct stat st;
	char *memory;
	int fd;

	if (argc != 2) {
		fprintf(stderr, "usage: file FILE\n");
		return 2;
	}
	fd = open(argv[1], O_RDWR);
	if (fd < 0 || fstat(fd, &st))
		return fail(argv[1]);
	if (!st.st_size) {
		fprintf(stderr, "file: %s: it is empty, and nothing can be mapped of it\n", argv[1]);
		return EXIT_FAILURE;
	}
	size = (size_t)st.st_size;
	/* As far as it reaches in any case, and there is room for a byte more. */
	mapped = (size + page) / page * page;

	memory = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return fail("mmap");
	if (size % page)
		printf("bytes behind the end that are not zero: %zu\n", count_behind_end(memory, size, mapped));

	for (i = 0; i < size; i++)
		memory[i] = (char)toupper((unsigned char)memory[i]);
	if (msync(memory, mapped, MS_SYNC))
		return fail("msync");
	printf("the file shows what was written: %s\n", file_shows(fd, memory, size) ? "yes" : "no");

	/* In the last page, but not in the file. A multiple of pages has no such rest: there it would be SIGBUS. */
	if (size % page) {
		memory[size] = 'x';
		if (msync(memory, mapped, MS_SYNC) || fstat(fd, &st))
			return fail("msync");
		printf("the file grew by: %lld\n", (long long)st.st_size - (long long)size);
		memory[size] = 0;
	}

	/* What makes it grow is ftruncate or write. */
	munmap(memory, mapped);
	close(fd);
	return EXIT_SUCCESS;
}
