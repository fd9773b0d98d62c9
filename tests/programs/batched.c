// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings where no 2 MiB page fits: a page fault maps the pages behind it too.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "test.h"

/* At least so many pages a fault, where all of them are there. */
#define AT_LEAST 128

/* Enough to be batched: smaller mappings are not. */
static size_t many_pages(void)
{
	return ((size_t)2 << 20) / page_size + 64;
}

static long faults(void)
{
	struct rusage usage;

	CHECK_EQ(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_minflt;
}

/* A mapping that is a page off from where 2 MiB pages could begin. */
static char *map_odd(int fd, size_t len, int prot, int flags)
{
	size_t huge = huge_size();
	char *room = mmap(NULL, len + 3 * huge, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char *at;

	CHECK(room != MAP_FAILED);
	at = (char *)(((uintptr_t)room + huge) & ~(uintptr_t)(huge - 1)) + page_size;
	CHECK(mmap(at, len, prot, flags | MAP_FIXED, fd, 0) == at);
	return at;
}

/* Faults of our own that touching each page costs; the counts are kept warm. */
static long faults_of_touching(volatile char *memory, size_t nr_pages, bool write)
{
	long before;
	size_t i;

	faults();
	before = faults();
	for (i = 0; i < nr_pages; i++) {
		if (write)
			memory[i * page_size] = 1;
		else
			(void)memory[i * page_size];
	}
	return faults() - before;
}

static void check_few(long got, size_t nr_pages)
{
	long most = (long)(nr_pages / AT_LEAST) + 2;

	if (got > most)
		FAIL("%ld faults for %zu pages, more than %ld", got, nr_pages, most);
}

static void odd_address_has_few_faults(void)
{
	size_t nr = 2 * many_pages() + 3, len = nr * page_size;
	int fd = buffer_create(len, POPULATE);

	check_few(faults_of_touching(map_odd(fd, len, PROT_READ | PROT_WRITE, MAP_SHARED), nr, true), nr);
	check_few(faults_of_touching(map_odd(fd, len, PROT_READ, MAP_SHARED), nr, false), nr);
	check_few(faults_of_touching(map_odd(fd, len, PROT_READ | PROT_WRITE, MAP_PRIVATE), nr, false), nr);
}

static void fragmented_buffer_has_few_faults(void)
{
	size_t nr = 2 * many_pages(), len = nr * page_size, i;
	struct tagged t = tagged_create(nr);

	unmap(t.memory, len);
	buffer_fragment(t.fd, nr);
	CHECK(huge_size() == page_size || info(t.fd).resident_huge < len / 2);

	t.memory = map_shared(t.fd, len);
	check_few(faults_of_touching(t.memory + page_size, nr - 1, false), nr - 1);
	for (i = 0; i < nr; i++) {
		if (i & 1)
			CHECK(tag_is(t.memory + i * page_size, i));
		else
			CHECK(is_filled(t.memory + i * page_size, 0, page_size));
	}
}

/* Nobody has touched it: a fault allocates one chunk, and maps what is in that. */
static void untouched_memory_is_right(void)
{
	size_t nr = 2 * many_pages() + 3, len = nr * page_size;
	int fd = buffer_create(len, 0);
	char *memory = map_odd(fd, len, PROT_READ | PROT_WRITE, MAP_SHARED);

	CHECK_EQ(touch_write(memory + 5 * page_size), 0);
	CHECK_EQ(touch_write(memory + len - 1), 0);
	tags_write(memory, 0, nr);
	tags_check(map_shared(fd, len), 0, nr);
}

/* What is mapped beyond the touched page belongs to the mapping, and no page more. */
static void nothing_beyond_the_mapping(void)
{
	size_t nr = many_pages(), len = nr * page_size;
	int fd = buffer_create(4 * len, POPULATE);
	char *room = mmap(NULL, 3 * len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *memory = room + len;

	CHECK(room != MAP_FAILED);
	CHECK(mmap(memory, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, (off_t)(len + page_size)) == memory);
	CHECK_EQ(touch_write(memory + len - 1), 0);
	CHECK_EQ(touch_write(memory), 0);
	CHECK(touch_read(memory - 1));
	CHECK(touch_read(memory + len));
}

/* A private mapping copies what it writes, and sees the rest. */
static void private_writes_are_copies(void)
{
	struct tagged t = tagged_create(many_pages());
	char *memory = map_odd(t.fd, t.len, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	memory[0] = 'x';
	CHECK_EQ(touch_read(memory + 40 * page_size), 0);
	memory[41 * page_size] = 'x';
	tags_check(memory + page_size, 1, 40);
	CHECK_EQ(memory[0], 'x');
	CHECK_EQ(memory[41 * page_size], 'x');
	tagged_check(&t);
}

/* One that had a hole when its neighbours were mapped. */
static void hole_in_between(void)
{
	struct tagged t = tagged_create(many_pages());
	char *memory;

	CHECK_EQ(fallocate(t.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)(7 * page_size),
			   (off_t)page_size), 0);
	memory = map_odd(t.fd, t.len, PROT_READ | PROT_WRITE, MAP_SHARED);
	tags_check(memory, 0, 7);
	tags_check(memory + 8 * page_size, 8, t.nr_pages - 8);
	CHECK(is_filled(memory + 7 * page_size, 0, page_size));
}

/* mlock() and MAP_POPULATE map all of it, so that no fault is left. */
static void mlock_leaves_no_fault(void)
{
	size_t nr = many_pages(), len = nr * page_size;
	int fd = buffer_create(len, 0);
	char *memory = map_odd(fd, len, PROT_READ | PROT_WRITE, MAP_SHARED);

	CHECK_EQ(mlock(memory, len), 0);
	CHECK_EQ(faults_of_touching(memory, nr, true), 0);
	CHECK_EQ(faults_of_touching(map_odd(fd, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE), nr, true), 0);
}

static void read_forked(void *data)
{
	const struct tagged *t = data;

	tags_check(t->memory, 0, t->nr_pages);
}

static void survives_fork_and_move(void)
{
	struct tagged t = tagged_create(many_pages());
	char *memory = map_odd(t.fd, t.len, PROT_READ | PROT_WRITE, MAP_SHARED);
	struct tagged odd = { t.fd, t.nr_pages, t.len, memory };

	tags_check(memory, 0, 32);
	in_child(read_forked, &odd);
	odd.memory = mremap(memory, t.len, t.len, MREMAP_MAYMOVE | MREMAP_FIXED,
			    mmap(NULL, t.len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	CHECK(odd.memory != MAP_FAILED);
	tags_check(odd.memory, 0, t.nr_pages);
	CHECK_EQ(munmap(odd.memory + page_size, page_size), 0);
	tags_check(odd.memory + 2 * page_size, 2, t.nr_pages - 2);
}

/* It is mapped neither by itself nor with the pages before it, and to touch it is SIGBUS. */
static void broken_is_not_mapped(void)
{
	size_t nr = many_pages(), len = nr * page_size, broken[] = { 3, 40, nr - 1 }, i, j;
	int fd = buffer_create(len, POPULATE);
	char *plain = map_shared(fd, len), *memory;

	for (i = 0; i < 3; i++)
		if (madvise(plain + broken[i] * page_size, page_size, MADV_HWPOISON) && errno != EBUSY)
			test_skip("memory cannot be reported to be broken here");
	memory = map_odd(fd, len, PROT_READ | PROT_WRITE, MAP_SHARED);
	for (i = 0, j = 0; i < nr; i++) {
		bool is_broken = j < 3 && i == broken[j];

		CHECK_EQ(touch_read(memory + i * page_size), is_broken ? SIGBUS : 0);
		j += is_broken;
	}
}

static const struct test_case cases[] = {
	CASE(odd_address_has_few_faults),
	CASE(fragmented_buffer_has_few_faults),
	CASE(untouched_memory_is_right),
	CASE(nothing_beyond_the_mapping),
	CASE(private_writes_are_copies),
	CASE(hole_in_between),
	CASE(mlock_leaves_no_fault),
	CASE(survives_fork_and_move),
	CASE(broken_is_not_mapped),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
