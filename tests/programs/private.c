// SPDX-License-Identifier: GPL-2.0-only
/*
 * MAP_PRIVATE: copy-on-write; the buffer never changes.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

static int fd;
static size_t nr, len;
static char *shared, *private;

static void setup(uint32_t flags)
{
	nr = 2 * huge_size() / page_size + 5;
	len = nr * page_size;
	fd = buffer_create(len, flags);
	shared = map_shared(fd, len);
	tags_write(shared, 0, nr);
	private = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(private != MAP_FAILED);
}

/* Through a mapping, through a new one, and by read. */
static void buffer_is_unchanged(void)
{
	char *again = map_shared(fd, len);
	char *bytes = malloc(len);

	CHECK(bytes);
	tags_check(shared, 0, nr);
	tags_check(again, 0, nr);
	CHECK_EQ(pread(fd, bytes, len, 0), len);
	tags_check(bytes, 0, nr);
	free(bytes);
	unmap(again, len);
}

static void read_shows_buffer(void)
{
	setup(0);
	tags_check(private, 0, nr);
	shared[page_size + 100] = 7;
	CHECK_EQ(private[page_size + 100], 7);
}

static void write_is_a_copy(void)
{
	setup(0);
	tags_write(private, 5000, nr);
	tags_check(private, 5000, nr);
	buffer_is_unchanged();
}

static void write_after_read_is_a_copy(void)
{
	setup(POPULATE);
	tags_check(private, 0, nr);
	tags_write(private, 5000, nr);
	tags_check(private, 5000, nr);
	buffer_is_unchanged();
}

/* One page of 2 MiB is copied; the others still show what is written there. */
static void one_page_is_copied(void)
{
	setup(0);
	tags_check(private, 0, nr);
	tags_write(private + 3 * page_size, 5000, 1);
	tags_check(private, 0, 3);
	tags_check(private + 3 * page_size, 5000, 1);
	tags_check(private + 4 * page_size, 4, nr - 4);
	buffer_is_unchanged();

	shared[3 * page_size + 100] = 7;
	shared[4 * page_size + 100] = 8;
	CHECK_EQ(private[3 * page_size + 100], 0);
	CHECK_EQ(private[4 * page_size + 100], 8);
}

static void write_without_any_memory_there(void)
{
	fd = buffer_create(page_size, 0);
	private = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(private != MAP_FAILED);
	private[0] = 1;
	CHECK_EQ(private[1], 0);
	CHECK_EQ(((char *)map_shared(fd, page_size))[0], 0);
}

/* The parent's copies are the child's, until one of them writes. */
static void child_writes(void *data)
{
	(void)data;
	tags_check(private, 5000, 3);
	tags_check(private + 3 * page_size, 3, nr - 3);
	tags_write(private, 9000, nr);
	tags_check(private, 9000, nr);
}

static void fork_copies(void)
{
	setup(0);
	tags_write(private, 5000, 3);
	in_child(child_writes, NULL);
	tags_check(private, 5000, 3);
	tags_check(private + 3 * page_size, 3, nr - 3);
	buffer_is_unchanged();
	/* Nobody shares it any more; a write copies no more either. */
	tags_write(private, 7000, nr);
	tags_check(private, 7000, nr);
	buffer_is_unchanged();
}

static void child_sees_shared_writes(void *data)
{
	(void)data;
	tags_write(shared, 6000, nr);
}

static void fork_shares_the_shared(void)
{
	setup(0);
	in_child(child_sees_shared_writes, NULL);
	tags_check(shared, 6000, nr);
	tags_check(private, 6000, nr);
}

static void dontneed_shows_buffer_again(void)
{
	setup(0);
	tags_write(private, 5000, nr);
	CHECK_EQ(madvise(private, len, MADV_DONTNEED), 0);
	tags_check(private, 0, nr);
	buffer_is_unchanged();
}

static void protect_then_write(void)
{
	setup(0);
	CHECK_EQ(mprotect(private, len, PROT_READ), 0);
	tags_check(private, 0, nr);
	CHECK_EQ(touch_write(private), SIGSEGV);
	CHECK_EQ(mprotect(private + page_size, page_size, PROT_READ | PROT_WRITE), 0);
	tags_write(private + page_size, 5000, 1);
	tags_check(private, 0, 1);
	tags_check(private + 2 * page_size, 2, nr - 2);
	buffer_is_unchanged();
}

/* What a debugger does to set a breakpoint. */
static void proc_mem_write_is_a_copy(void)
{
	int mem = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	const char byte = 99;

	setup(0);
	CHECK(mem >= 0);
	CHECK_EQ(mprotect(private, len, PROT_READ), 0);
	tags_check(private, 0, nr);
	if (pwrite(mem, &byte, 1, (off_t)(uintptr_t)(private + 100)) == 1)
		CHECK_EQ(private[100], 99);
	buffer_is_unchanged();
	CHECK_EQ(shared[100], 0);
}

static void past_end_is_sigbus(void)
{
	setup(0);
	private = mremap(private, len, len + page_size, MREMAP_MAYMOVE);
	CHECK(private != MAP_FAILED);
	alarm(time_limit(10));
	CHECK_EQ(touch_read(private + len), SIGBUS);
	CHECK_EQ(touch_write(private + len), SIGBUS);
	alarm(time_limit(CASE_SECONDS));
	tags_check(private, 0, nr);
}

static void outlives_buffer(void)
{
	setup(0);
	tags_write(private, 5000, 3);
	close(fd);
	unmap(shared, len);
	tags_check(private, 5000, 3);
	tags_check(private + 3 * page_size, 3, nr - 3);
	CHECK_EQ(total_size(), len);
	unmap(private, len);
	CHECK_EQ(total_size(), 0);
}

static void longer_than_buffer_is_refused(void)
{
	fd = buffer_create(page_size, 0);
	CHECK_ERRNO(mmap(NULL, 2 * page_size, PROT_READ, MAP_PRIVATE, fd, 0), EINVAL);
	CHECK_ERRNO(mmap(NULL, page_size, PROT_READ, MAP_PRIVATE, fd, (off_t)page_size), EINVAL);
}

static void copies_cost_the_buffer_nothing(void)
{
	setup(0);
	CHECK_EQ(info(fd).resident, len);
	tags_write(private, 5000, nr);
	CHECK_EQ(info(fd).resident, len);
	CHECK_EQ(total_size(), len);
}

/* The default buffer is copied the same way. */
static void default_buffer_is_copied(void)
{
	int door = door_open(O_RDWR);
	unsigned char *copy = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, door, 0);
	unsigned char *memory = map_shared(door, page_size);
	int i;

	CHECK(copy != MAP_FAILED);
	for (i = 0; i < 10; i++)
		CHECK_EQ(copy[i], i);
	memset(copy, 0xaa, page_size);
	for (i = 0; i < 10; i++)
		CHECK_EQ(memory[i], i);
}

static const struct test_case cases[] = {
	CASE(read_shows_buffer),
	CASE(write_is_a_copy),
	CASE(write_after_read_is_a_copy),
	CASE(one_page_is_copied),
	CASE(write_without_any_memory_there),
	CASE(fork_copies),
	CASE(fork_shares_the_shared),
	CASE(dontneed_shows_buffer_again),
	CASE(protect_then_write),
	CASE(proc_mem_write_is_a_copy),
	CASE(past_end_is_sigbus),
	CASE(outlives_buffer),
	CASE(longer_than_buffer_is_refused),
	CASE(copies_cost_the_buffer_nothing),
	CASE(default_buffer_is_copied),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
