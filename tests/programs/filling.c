// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a mapping is filled, page by page, at once and by several threads; advice and msync, which lose nothing.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

static void check_all_resident(const struct tagged *t)
{
	unsigned char *seen = calloc(1, t->nr_pages);
	size_t i;

	CHECK_EQ(info(t->fd).resident, t->len);
	CHECK(seen);
	CHECK_EQ(mincore(t->memory, t->len, seen), 0);
	for (i = 0; i < t->nr_pages; i++)
		if (!(seen[i] & 1))
			FAIL("page %zu is not in memory", i);
	free(seen);
}

static struct tagged untouched(int flags)
{
	struct tagged t = { .nr_pages = 2 * huge_pages() + 5 };

	t.len = t.nr_pages * page_size;
	t.fd = buffer_create(t.len, 0);
	t.memory = mmap(NULL, t.len, PROT_READ | PROT_WRITE, MAP_SHARED | flags, t.fd, 0);
	CHECK(t.memory != MAP_FAILED);
	return t;
}

static void populate_flag(void)
{
	struct tagged t = untouched(MAP_POPULATE);

	check_all_resident(&t);
}

static void locked_flag(void)
{
	struct tagged t = untouched(MAP_LOCKED);

	check_all_resident(&t);
}

static void mlock_fills(void)
{
	struct tagged t = untouched(0);

	CHECK_EQ(mlock(t.memory, t.len), 0);
	check_all_resident(&t);
	CHECK_EQ(munlock(t.memory, t.len), 0);
	tags_write(t.memory, 0, t.nr_pages);
	tagged_check(&t);
}

static void mlockall_fills(void)
{
	struct tagged before = untouched(0), after;

	CHECK_EQ(mlockall(MCL_CURRENT | MCL_FUTURE), 0);
	check_all_resident(&before);
	after = untouched(0);
	check_all_resident(&after);
	CHECK_EQ(munlockall(), 0);
}

static void madvise_populates(void)
{
	struct tagged a = untouched(0), b = untouched(0);

	if (madvise(a.memory, a.len, MADV_POPULATE_WRITE) && errno == EINVAL)
		test_skip("no MADV_POPULATE_WRITE on this kernel");
	check_all_resident(&a);
	CHECK_EQ(madvise(b.memory, b.len, MADV_POPULATE_READ), 0);
	check_all_resident(&b);
}

static void madvise_populate_past_end(void)
{
	struct tagged t = untouched(0);
	char *memory = mremap(t.memory, t.len, t.len + page_size, MREMAP_MAYMOVE);

	CHECK(memory != MAP_FAILED);
	if (madvise(memory, page_size, MADV_POPULATE_WRITE) && errno == EINVAL)
		test_skip("no MADV_POPULATE_WRITE on this kernel");
	CHECK_ERRNO(madvise(memory, t.len + page_size, MADV_POPULATE_WRITE), EFAULT);
}

/* No advice loses a byte, but for REMOVE, which is a hole; whether it is taken is the kernel's affair. */
static void madvise_keeps_all_bytes(void)
{
	static const struct {
		int advice;
		const char *name;
	} rows[] = {
		{ MADV_NORMAL, "NORMAL" }, { MADV_RANDOM, "RANDOM" }, { MADV_SEQUENTIAL, "SEQUENTIAL" },
		{ MADV_WILLNEED, "WILLNEED" }, { MADV_DONTNEED, "DONTNEED" }, { MADV_FREE, "FREE" },
		{ MADV_DONTFORK, "DONTFORK" }, { MADV_DOFORK, "DOFORK" },
		{ MADV_MERGEABLE, "MERGEABLE" }, { MADV_UNMERGEABLE, "UNMERGEABLE" },
		{ MADV_HUGEPAGE, "HUGEPAGE" }, { MADV_NOHUGEPAGE, "NOHUGEPAGE" },
		{ MADV_DONTDUMP, "DONTDUMP" }, { MADV_DODUMP, "DODUMP" },
		{ MADV_WIPEONFORK, "WIPEONFORK" }, { MADV_KEEPONFORK, "KEEPONFORK" },
		{ 20, "COLD" }, { 21, "PAGEOUT" }, { 24, "DONTNEED_LOCKED" }, { 25, "COLLAPSE" },
	};
	struct tagged t = tagged_create(2 * huge_pages() + 3);
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int result = madvise(t.memory, t.len, rows[i].advice);

		fprintf(stderr, "MADV_%s: %s\n", rows[i].name, result ? strerror(errno) : "taken");
		tags_check(t.memory, 0, t.nr_pages);
		result = madvise(t.memory + 3 * page_size, 2 * page_size, rows[i].advice);
		tags_check(t.memory, 0, t.nr_pages);
	}
	tags_write(t.memory, 0, t.nr_pages);
	tagged_check(&t);
}

static void msync_does_nothing(void)
{
	static const int flags[] = {
		0, MS_ASYNC, MS_SYNC, MS_INVALIDATE, MS_ASYNC | MS_INVALIDATE, MS_SYNC | MS_INVALIDATE,
	};
	struct tagged t = tagged_create(huge_pages() + 3);
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		CHECK_EQ(msync(t.memory, t.len, flags[i]), 0);
		CHECK_EQ(msync(t.memory + page_size, page_size, flags[i]), 0);
	}
	CHECK_ERRNO(msync(t.memory, t.len, MS_ASYNC | MS_SYNC), EINVAL);
	CHECK_EQ(fsync(t.fd), 0);
	CHECK_EQ(fdatasync(t.fd), 0);
	tags_check(t.memory, 0, t.nr_pages);
}

static void msync_of_default_buffer(void)
{
	char *memory = map_shared(door_open(O_RDWR), page_size);

	CHECK_EQ(msync(memory, page_size, MS_SYNC), 0);
	CHECK_EQ(msync(memory, page_size, MS_ASYNC | MS_INVALIDATE), 0);
}

/* Odd numbers of pages: each keeps its tag until it is unmapped, and after. */
static void check_page_by_page(size_t nr)
{
	struct tagged t = tagged_create(nr);
	size_t i;

	tags_check(t.memory, 0, nr);
	/* From both ends to the middle. */
	for (i = 0; i < nr; i++) {
		size_t page = i % 2 ? nr - 1 - i / 2 : i / 2;

		tags_check(t.memory + page * page_size, page, 1);
		unmap(t.memory + page * page_size, page_size);
	}
	tagged_check(&t);
	CHECK_EQ(info(t.fd).resident, t.len);
	close(t.fd);
	CHECK_EQ(total_size(), 0);
}

static void page_by_page_small(void)
{
	check_page_by_page(1);
	check_page_by_page(2);
	check_page_by_page(3);
	check_page_by_page(7);
	check_page_by_page(251);
}

static void page_by_page_around_huge(void)
{
	size_t nr = huge_pages();

	if (nr == 1)
		nr = 512;
	check_page_by_page(nr - 1);
	check_page_by_page(nr);
	check_page_by_page(nr + 1);
	check_page_by_page(2 * nr - 1);
}

/* The order in which nobody would read ahead. */
static void touched_backwards(void)
{
	size_t nr = huge_pages() + 251, i;
	int fd = buffer_create(nr * page_size, 0);
	char *memory = map_shared(fd, nr * page_size);

	for (i = nr; i-- > 0;)
		tags_write(memory + i * page_size, i, 1);
	tags_check(memory, 0, nr);
	CHECK_EQ(info(fd).resident, nr * page_size);
}

/* Several threads fault the same pages at once. */

struct race {
	char *memory;
	size_t nr_pages;
	pthread_barrier_t start;
};

#define NR_THREADS 8

struct racer {
	struct race *race;
	unsigned int id;
};

static void *race_run(void *data)
{
	struct racer *racer = data;
	struct race *race = racer->race;
	size_t i;

	pthread_barrier_wait(&race->start);
	for (i = 0; i < race->nr_pages; i++)
		race->memory[i * page_size + racer->id] = (char)(i + racer->id);
	return NULL;
}

static void threads_fault_one_page(void)
{
	size_t nr = 4 * huge_pages() + 251;
	struct race race = { .nr_pages = nr };
	struct racer racers[NR_THREADS];
	pthread_t threads[NR_THREADS];
	int fd = buffer_create(nr * page_size, 0);
	unsigned int i;
	size_t page;

	race.memory = map_shared(fd, nr * page_size);
	CHECK_EQ(pthread_barrier_init(&race.start, NULL, NR_THREADS), 0);
	for (i = 0; i < NR_THREADS; i++) {
		racers[i] = (struct racer){ &race, i };
		CHECK_EQ(pthread_create(&threads[i], NULL, race_run, &racers[i]), 0);
	}
	for (i = 0; i < NR_THREADS; i++)
		CHECK_EQ(pthread_join(threads[i], NULL), 0);
	for (page = 0; page < nr; page++)
		for (i = 0; i < NR_THREADS; i++)
			if (race.memory[page * page_size + i] != (char)(page + i))
				FAIL("page %zu lost what thread %u wrote", page, i);
	CHECK_EQ(info(fd).resident, nr * page_size);
}

static const struct test_case cases[] = {
	CASE(populate_flag),
	CASE(locked_flag),
	CASE(mlock_fills),
	CASE(mlockall_fills),
	CASE(madvise_populates),
	CASE(madvise_populate_past_end),
	CASE(madvise_keeps_all_bytes),
	CASE(msync_does_nothing),
	CASE(msync_of_default_buffer),
	CASE(page_by_page_small),
	CASE(page_by_page_around_huge),
	CASE(touched_backwards),
	CASE(threads_fault_one_page),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
