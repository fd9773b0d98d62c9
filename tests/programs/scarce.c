// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is broken into single pages: a buffer that nobody else's memory can be moved out of
 * the way for.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

#define MIB		((size_t)1 << 20)

/* Of which every other page is given back, by itself. */
#define BROKEN		(384 * MIB)
/* What is left in larger pieces, at most. */
#define LEFT		(128 * MIB)
/* More than that, and less than there is in all. */
#define WANTED		(192 * MIB)

/* That the kernel says it can have, in bytes. */
static size_t available(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	size_t kib = 0;
	char line[128];

	CHECK(file);
	while (!kib && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %zu kB", &kib) != 1)
			kib = 0;
	fclose(file);
	CHECK(kib);
	return kib << 10;
}

/* It goes with the process. */
static void take_the_rest(void)
{
	while (available() > LEFT) {
		void *memory = mmap(NULL, 8 * MIB, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

		CHECK(memory != MAP_FAILED);
	}
}

static int break_memory(void)
{
	int fd = buffer_create(BROKEN, POPULATE);
	size_t at;

	take_the_rest();
	for (at = 0; at < BROKEN; at += 2 * page_size)
		CHECK_EQ(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)at, (off_t)page_size), 0);
	CHECK_EQ(info(fd).resident, BROKEN / 2);
	return fd;
}

static void a_large_buffer(uint32_t flags)
{
	size_t nr = WANTED / page_size;
	char *memory;
	int fd;

	require_huge();
	if (page_size > 4096)
		test_skip("pages are not that small here");
	break_memory();
	fd = buffer_create(WANTED, flags);
	memory = map_shared(fd, WANTED);
	CHECK(is_filled(memory, 0, WANTED));
	CHECK_EQ(info(fd).resident, WANTED);
	/* It says what it has got. */
	CHECK(info(fd).resident_huge <= LEFT);
	tags_write(memory, 0, nr);
	tags_check(memory, 0, nr);
}

static void populated(void)
{
	a_large_buffer(POPULATE);
}

static void at_first_touch(void)
{
	a_large_buffer(0);
}

static const struct test_case cases[] = {
	CASE(populated),
	CASE(at_first_touch),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
