// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page faults of one buffer on two processors at once, for parallel.bats, which looks at what
 * they wait for.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "test.h"

#define SECONDS		2

struct faulter {
	char *memory;
	size_t len;
	int processor;
	double end;
	unsigned long nr;
};

/* Each touch is a fault: what was mapped is not any more. */
static void *fault_again(void *data)
{
	struct faulter *f = data;
	size_t at;

	use_processor(f->processor);
	while (now() < f->end) {
		for (at = 0; at < f->len; at += page_size)
			((volatile char *)f->memory)[at] = 1;
		CHECK_EQ(madvise(f->memory, f->len, MADV_DONTNEED), 0);
		f->nr++;
	}
	return NULL;
}

/* Each touch allocates: what was there is not any more. */
static void *allocate_again(void *data)
{
	struct faulter *f = data;

	use_processor(f->processor);
	while (now() < f->end) {
		((volatile char *)f->memory)[0] = 1;
		CHECK_EQ(madvise(f->memory, page_size, MADV_REMOVE), 0);
		f->nr++;
	}
	return NULL;
}

static void two(char *memory, size_t len, void *(*run)(void *))
{
	struct faulter faulters[2];
	pthread_t threads[2];
	int i;

	for (i = 0; i < 2; i++) {
		faulters[i] = (struct faulter){
			.memory = memory + (size_t)i * len / 2,
			.len = len / 2,
			.processor = i,
			.end = now() + SECONDS,
		};
		CHECK_EQ(pthread_create(&threads[i], NULL, run, &faulters[i]), 0);
	}
	for (i = 0; i < 2; i++) {
		CHECK_EQ(pthread_join(threads[i], NULL), 0);
		CHECK(faulters[i].nr);
	}
}

/* Memory that is there, by pages as large as can be, and by single ones. Says how many faults that were. */
static void memory_is_there(void)
{
	struct rusage usage;
	size_t len = 8 * huge_size();
	int fd = buffer_create(len + page_size, POPULATE);
	char *memory = map_shared(fd, len);

	two(memory, len, fault_again);
	unmap(memory, len);
	memory = map_at(fd, len, (off_t)page_size, PROT_READ | PROT_WRITE);
	two(memory, len, fault_again);
	CHECK_EQ(getrusage(RUSAGE_SELF, &usage), 0);
	printf("%ld faults\n", usage.ru_minflt);
}

/* A page of each, which comes and goes. */
static void memory_comes_and_goes(void)
{
	size_t len = 2 * huge_size();

	two(map_shared(buffer_create(len, 0), len), len, allocate_again);
}

static const struct test_case cases[] = {
	CASE(memory_is_there),
	CASE(memory_comes_and_goes),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
