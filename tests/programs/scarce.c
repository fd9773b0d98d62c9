// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is broken into single pages, which the kernel is not let put together again.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

#define MIB		((size_t)1 << 20)

/* Of which every other page is given back. */
#define BROKEN		(256 * MIB)
/* What else is left, as the kernel counts it; there is somewhat more, since it keeps some to itself. */
#define LEFT		(96 * MIB)
#define LEFT_AT_MOST	(LEFT + 48 * MIB)
/* More than that, and less than there is in all. */
#define WANTED		(160 * MIB)

/* It goes with the process. */
static void take_the_rest(void)
{
	while (available_memory() > LEFT) {
		void *memory = mmap(NULL, 8 * MIB, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

		CHECK(memory != MAP_FAILED);
	}
}

#define MOVES		"/proc/sys/vm/compact_unevictable_allowed"

static void locked_pages_move(const char *may)
{
	int fd = open(MOVES, O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	CHECK_EQ(write(fd, may, 1), 1);
	close(fd);
}

static void let_them_move(void)
{
	locked_pages_move("1");
}

/* Every other page is locked where it is. */
static void break_memory(void)
{
	char *memory = mmap(NULL, BROKEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t at;

	CHECK(memory != MAP_FAILED);
	CHECK_EQ(madvise(memory, BROKEN, MADV_NOHUGEPAGE), 0);
	locked_pages_move("0");
	atexit(let_them_move);
	CHECK_EQ(mlock(memory, BROKEN), 0);
	take_the_rest();
	for (at = 0; at < BROKEN; at += 2 * page_size)
		CHECK_EQ(munmap(memory + at, page_size), 0);
}

static void a_large_buffer(uint32_t flags)
{
	size_t nr = WANTED / page_size;
	char *memory;
	int fd;

	require_root();
	require_huge();
	if (page_size > 4096)
		test_skip("pages are not that small here");
	break_memory();
	fd = buffer_create(WANTED, flags);
	memory = map_shared(fd, WANTED);
	CHECK(is_filled(memory, 0, WANTED));
	CHECK_EQ(info(fd).resident, WANTED);
	/* It says what it has got. */
	if (info(fd).resident_huge > LEFT_AT_MOST)
		FAIL("%llu of %zu bytes are in huge pages", (unsigned long long)info(fd).resident_huge, WANTED);
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

/* So much that what a processor keeps of it is wanted again: up to an eighth of the machine's memory. */
static void given_back(void)
{
	size_t size = (available_memory() - LEFT) / MIB * MIB;
	int round;

	for (round = 0; round < 4; round++)
		close(buffer_create(size, POPULATE));
}

/*
 * What another processor has at hand cannot be had: it does not let write() take what the kernel keeps for page faults
 * of others. What is free ends where the kernel would begin to reclaim, but for a chunk.
 */
static void leaves_some(void)
{
	size_t size = available_memory() / MIB * MIB, done, left, low;
	static char bytes[MIB];
	int fd;

	use_processor(1);
	close(buffer_create(size / 2, POPULATE));
	use_processor(0);
	fd = buffer_create(2 * size, 0);
	for (done = 0; done < 2 * size && pwrite(fd, bytes, MIB, (off_t)done) == (ssize_t)MIB; done += MIB)
		;
	CHECK(done < 2 * size && done >= size / 2);
	left = sum_in_file("/proc/meminfo", "MemFree:") << 10;
	low = sum_in_file("/proc/zoneinfo", "low ") * page_size;
	if (left + 4 * MIB < low)
		FAIL("%zu bytes are left, and the kernel wants %zu", left, low);
}

static const struct test_case cases[] = {
	CASE(given_back),
	CASE(leaves_some),
	CASE(populated),
	CASE(at_first_touch),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
