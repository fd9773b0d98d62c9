// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shared mappings: what mmap accepts, what it shows, and where it ends.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

static void *try_map(int fd, size_t len, off_t offset)
{
	errno = 0;
	return mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
}

/* What mmap refuses. */

static void check_refused(int fd, size_t len)
{
	size_t last = len - page_size;

	CHECK_ERRNO(try_map(fd, len + page_size, 0), EINVAL);
	CHECK_ERRNO(try_map(fd, len + 1, 0), EINVAL);
	CHECK_ERRNO(try_map(fd, 2 * page_size, (off_t)last), EINVAL);
	CHECK_ERRNO(try_map(fd, page_size + 1, (off_t)last), EINVAL);
	CHECK_ERRNO(try_map(fd, page_size, (off_t)len), EINVAL);
	CHECK_ERRNO(try_map(fd, page_size, (off_t)len + (off_t)page_size), EINVAL);
	CHECK_ERRNO(try_map(fd, len, (off_t)page_size), EINVAL);
	CHECK_ERRNO(try_map(fd, 0, 0), EINVAL);
	CHECK_ERRNO(try_map(fd, page_size, 1), EINVAL);
}

static void longer_than_buffer(void)
{
	check_refused(buffer_create(5 * page_size, 0), 5 * page_size);
	check_refused(buffer_create(page_size, 0), page_size);
	check_refused(buffer_create(huge_size() + page_size, POPULATE), huge_size() + page_size);
}

static void longer_than_default_buffer(void)
{
	check_refused(door_open(O_RDWR), query().default_size);
}

/* Where the core does not say EOVERFLOW first, the driver says EINVAL. */
static void check_wrapping(int fd)
{
	const off_t largest = (off_t)(INT64_MAX & ~(uint64_t)(page_size - 1));
	const off_t offsets[] = {
		largest, largest - (off_t)page_size, -(off_t)page_size, -2 * (off_t)page_size,
		(off_t)INT64_MIN, (off_t)1 << 32, (off_t)1 << 44, ((off_t)1 << 44) - (off_t)page_size,
	};
	const size_t lengths[] = { page_size, 2 * page_size, 4 * page_size };
	size_t i, j;

	for (i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		for (j = 0; j < 3; j++) {
			void *addr = try_map(fd, lengths[j], offsets[i]);

			if (addr == MAP_FAILED && (errno == EINVAL || errno == EOVERFLOW))
				continue;
			FAIL("mmap of %zu bytes from offset %#llx: %p", lengths[j],
			     (unsigned long long)offsets[i], addr);
		}
	}
}

static void offset_wraps(void)
{
	check_wrapping(buffer_create(2 * page_size, 0));
	check_wrapping(door_open(O_RDWR));
}

static void length_wraps(void)
{
	int fd = buffer_create(2 * page_size, 0);
	size_t len = -page_size;

	CHECK(try_map(fd, len, 0) == MAP_FAILED);
	CHECK(errno == ENOMEM || errno == EINVAL || errno == EOVERFLOW);
	CHECK(try_map(fd, (size_t)-1, 0) == MAP_FAILED);
	CHECK(errno == ENOMEM || errno == EINVAL || errno == EOVERFLOW);
}

static void executable_is_refused(void)
{
	int fd = buffer_create(page_size, 0);
	void *memory;

	CHECK_ERRNO(mmap(NULL, page_size, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0), EPERM);
	CHECK_ERRNO(mmap(NULL, page_size, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0), EPERM);
	memory = map_shared(fd, page_size);
	CHECK_ERRNO(mprotect(memory, page_size, PROT_READ | PROT_EXEC), EACCES);
	memory = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(memory != MAP_FAILED);
	CHECK_ERRNO(mprotect(memory, page_size, PROT_READ | PROT_EXEC), EACCES);
}

/* A refused mmap leaves nothing behind. */
static void refused_leaves_nothing(void)
{
	int fd = buffer_create(page_size, 0);
	int i;

	for (i = 0; i < 100; i++)
		CHECK_ERRNO(try_map(fd, 2 * page_size, 0), EINVAL);
	close(fd);
	CHECK_EQ(total_size(), 0);
}

/* What it shows. */

static void offsets_show_their_own_bytes(void)
{
	struct tagged t = tagged_create(2 * huge_pages() + 7);
	const size_t firsts[] = { 1, 3, huge_pages() - 1, huge_pages(), huge_pages() + 1, t.nr_pages - 1 };
	size_t i;

	for (i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		size_t nr = t.nr_pages - firsts[i];
		char *memory;

		if (firsts[i] >= t.nr_pages)
			continue;
		memory = map_at(t.fd, nr * page_size, (off_t)(firsts[i] * page_size), PROT_READ);
		tags_check(memory, firsts[i], nr);
		unmap(memory, nr * page_size);
		memory = map_at(t.fd, page_size, (off_t)(firsts[i] * page_size), PROT_READ);
		tags_check(memory, firsts[i], 1);
		unmap(memory, page_size);
	}
}

/* Written through a mapping that is a page off the 2 MiB alignment. */
static void unaligned_address(void)
{
	size_t nr = 2 * huge_pages();
	size_t len = nr * page_size, huge = huge_size();
	int fd = buffer_create(len, 0);
	char *room = mmap(NULL, len + 2 * huge, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *memory, *at;

	CHECK(room != MAP_FAILED);
	at = (char *)(((uintptr_t)room + huge) & ~(uintptr_t)(huge - 1)) + page_size;
	memory = mmap(at, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	CHECK(memory == at);
	tags_write(memory, 0, nr);
	tags_check(map_shared(fd, len), 0, nr);
	tags_check(memory, 0, nr);
}

static void two_mappings_are_one_memory(void)
{
	size_t len = huge_size() + 3 * page_size;
	int fd = buffer_create(len, 0);
	char *a = map_shared(fd, len), *b = map_shared(fd, len);

	CHECK(a != b);
	tags_write(a, 0, len / page_size);
	tags_check(b, 0, len / page_size);
	b[len - 1] = 42;
	CHECK_EQ(a[len - 1], 42);
}

static void validated_flags(void)
{
	int fd = buffer_create(page_size, 0);

	CHECK(mmap(NULL, page_size, PROT_READ, MAP_SHARED_VALIDATE, fd, 0) != MAP_FAILED);
	CHECK_ERRNO(mmap(NULL, page_size, PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0), EOPNOTSUPP);
}

/* A neighbour in memory belongs to another buffer. */
static void two_buffers_side_by_side(void)
{
	size_t nr = huge_pages() + 5, len = nr * page_size;
	int a = buffer_create(len, 0), b = buffer_create(len, 0);
	char *room = mmap(NULL, 2 * len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(room != MAP_FAILED);
	CHECK(mmap(room, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, a, 0) == room);
	CHECK(mmap(room + len, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, b, 0) == room + len);
	tags_write(room, 0, nr);
	tags_write(room + len, 100000, nr);
	tags_check(map_shared(a, len), 0, nr);
	tags_check(map_shared(b, len), 100000, nr);
}

/* Touching past the end. */

static void check_past_end(int fd, size_t len, size_t mapped)
{
	char *memory = map_shared(fd, len);
	size_t at;

	tags_write(memory, 0, len / page_size);
	memory = mremap(memory, len, mapped, MREMAP_MAYMOVE);
	CHECK(memory != MAP_FAILED);
	alarm(time_limit(10));
	for (at = len; at < mapped; at += page_size) {
		CHECK_EQ(touch_read(memory + at), SIGBUS);
		CHECK_EQ(touch_write(memory + at + page_size - 1), SIGBUS);
	}
	alarm(time_limit(CASE_SECONDS));
	tags_check(memory, 0, len / page_size);
	unmap(memory, mapped);
}

static void past_end_is_sigbus(void)
{
	check_past_end(buffer_create(page_size, 0), page_size, 3 * page_size);
	check_past_end(buffer_create(5 * page_size, POPULATE), 5 * page_size, 16 * page_size);
}

/* The last 2 MiB are not all of the buffer: none of what is beyond is mapped. */
static void past_end_in_last_huge_page_is_sigbus(void)
{
	size_t huge = huge_size();
	size_t len = huge + huge / 2 + page_size;

	check_past_end(buffer_create(len, 0), len, 2 * huge + 4 * page_size);
	check_past_end(buffer_create(len, POPULATE), len, 2 * huge + 4 * page_size);
}

static void past_end_at_huge_page_is_sigbus(void)
{
	size_t huge = huge_size();

	check_past_end(buffer_create(huge, POPULATE), huge, huge + 8 * page_size);
}

static void past_end_of_default_buffer_is_sigbus(void)
{
	int fd = door_open(O_RDWR);
	size_t len = query().default_size;
	char *memory = map_shared(fd, len);

	memory = mremap(memory, len, len + 2 * page_size, MREMAP_MAYMOVE);
	CHECK(memory != MAP_FAILED);
	alarm(time_limit(10));
	CHECK_EQ(touch_read(memory + len), SIGBUS);
	CHECK_EQ(touch_write(memory + len + page_size), SIGBUS);
	CHECK_EQ(touch_read(memory + len - 1), 0);
}

/* A system call that touches it gets an errno. */
static void past_end_in_system_call_is_efault(void)
{
	int fd = buffer_create(page_size, 0);
	char *memory = mremap(map_shared(fd, page_size), page_size, 2 * page_size, MREMAP_MAYMOVE);
	int ends[2];

	CHECK(memory != MAP_FAILED);
	CHECK_EQ(pipe(ends), 0);
	CHECK_ERRNO(write(ends[1], memory + page_size, 1), EFAULT);
	CHECK_EQ(write(ends[1], memory, 1), 1);
	CHECK_ERRNO(read(ends[0], memory + page_size, 1), EFAULT);
}

static const struct test_case cases[] = {
	CASE(longer_than_buffer),
	CASE(longer_than_default_buffer),
	CASE(offset_wraps),
	CASE(length_wraps),
	CASE(executable_is_refused),
	CASE(refused_leaves_nothing),
	CASE(offsets_show_their_own_bytes),
	CASE(unaligned_address),
	CASE(two_mappings_are_one_memory),
	CASE(validated_flags),
	CASE(two_buffers_side_by_side),
	CASE(past_end_is_sigbus),
	CASE(past_end_in_last_huge_page_is_sigbus),
	CASE(past_end_at_huge_page_is_sigbus),
	CASE(past_end_of_default_buffer_is_sigbus),
	CASE(past_end_in_system_call_is_efault),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
