// SPDX-License-Identifier: GPL-2.0-only
/*
 * The size of a buffer: growing, shrinking, what becomes of mappings and data.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <signal.h>
#include <unistd.h>

#include "test.h"

static void resize_ok(int fd, uint64_t size)
{
	CHECK_EQ(buffer_resize(fd, size), size);
}

static void check_zeros(int fd, size_t first_page, size_t nr_pages)
{
	size_t len = nr_pages * page_size;
	char *memory = map_at(fd, len, (off_t)(first_page * page_size), PROT_READ);
	char *bytes = malloc(len);

	CHECK(bytes);
	CHECK_EQ(pread(fd, bytes, len, (off_t)(first_page * page_size)), len);
	CHECK(is_filled(bytes, 0, len));
	CHECK(is_filled(memory, 0, len));
	unmap(memory, len);
	free(bytes);
}

static void sizes_are_rounded_and_told(void)
{
	int fd = buffer_create(1, 0);

	CHECK_EQ(buffer_resize(fd, page_size + 1), 2 * page_size);
	buffer_check_size(fd, 2 * page_size);
	CHECK_EQ(buffer_resize(fd, 1), page_size);
	buffer_check_size(fd, page_size);
	CHECK_EQ(buffer_resize(fd, page_size), page_size);
	CHECK_EQ(ftruncate(fd, (off_t)(3 * page_size - 1)), 0);
	buffer_check_size(fd, 3 * page_size);
	CHECK_EQ(total_size(), 3 * page_size);
}

static void bad_sizes(void)
{
	int fd = buffer_create(2 * page_size, 0);

	CHECK_ERRNO(buffer_resize(fd, 0), EINVAL);
	CHECK_ERRNO(buffer_resize(fd, UINT64_MAX), EINVAL);
	CHECK_ERRNO(buffer_resize(fd, UINT64_MAX - page_size + 2), EINVAL);
	CHECK_ERRNO(buffer_resize(fd, (uint64_t)1 << 63), EDQUOT);
	CHECK_ERRNO(buffer_resize(fd, UINT64_MAX - page_size + 1), EDQUOT);
	CHECK_ERRNO(ftruncate(fd, 0), EINVAL);
	CHECK_ERRNO(ftruncate(fd, -1), EINVAL);
	CHECK_ERRNO(ftruncate(fd, (off_t)1 << 60), EDQUOT);
	CHECK_ERRNO(fd_reopen(fd, O_RDWR | O_TRUNC), EINVAL);
	buffer_check_size(fd, 2 * page_size);
	CHECK_EQ(total_size(), 2 * page_size);
}

static void limits_count_it(void)
{
	struct mymap_query q = query();
	int fd = buffer_create(page_size, 0);

	CHECK_ERRNO(buffer_resize(fd, q.max_buffer_size + 1), EDQUOT);
	CHECK_ERRNO(ftruncate(fd, (off_t)(q.max_buffer_size + page_size)), EDQUOT);
	buffer_check_size(fd, page_size);
	resize_ok(fd, q.max_buffer_size / page_size * page_size);
	CHECK_EQ(total_size(), q.max_buffer_size / page_size * page_size);
	if (q.max_total_size < 2 * q.max_buffer_size - page_size)
		CHECK_ERRNO(try_create(q.max_buffer_size, 0), EDQUOT);
	resize_ok(fd, page_size);
	CHECK_EQ(total_size(), page_size);
	close(fd);
	CHECK_EQ(total_size(), 0);
}

static void descriptor_must_be_writable(void)
{
	struct mymap_seal seal = { .size = sizeof(seal) };
	int fd = buffer_create(2 * page_size, 0), readonly = fd_reopen(fd, O_RDONLY);

	CHECK(readonly >= 0);
	CHECK_ERRNO(buffer_resize(readonly, page_size), EACCES);
	CHECK_ERRNO(ioctl(readonly, MYMAP_IOC_SEAL, &seal), EACCES);
	CHECK_ERRNO(ftruncate(readonly, (off_t)page_size), EINVAL);
	CHECK_ERRNO(fallocate(readonly, 0, 0, (off_t)page_size), EBADF);
	buffer_check_size(fd, 2 * page_size);
}

static void default_buffer_is_fixed(void)
{
	struct mymap_seal seal = { .size = sizeof(seal) };
	int door = door_open(O_RDWR);
	uint64_t size = query().default_size;

	CHECK_ERRNO(buffer_resize(door, size + page_size), EPERM);
	CHECK_EQ(buffer_resize(door, size), size);
	CHECK_ERRNO(ioctl(door, MYMAP_IOC_SEAL, &seal), EPERM);
	CHECK_ERRNO(ftruncate(door, (off_t)(2 * size)), EINVAL);
	CHECK_EQ(info(door).buffer_size, size);
	CHECK_EQ(info(door).seals, MYMAP_SEAL_SHRINK | MYMAP_SEAL_GROW | MYMAP_SEAL_SEAL);
}

/* An O_PATH descriptor keeps the inode, and not the buffer. */
static void truncate_after_the_end(void)
{
	int fd = buffer_create(2 * page_size, 0), path = fd_reopen(fd, O_PATH);
	char name[64];

	CHECK(path >= 0);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", path);
	CHECK_EQ(truncate(name, (off_t)page_size), 0);
	buffer_check_size(fd, page_size);
	close(fd);
	CHECK_ERRNO(truncate(name, (off_t)(2 * page_size)), ENXIO);
	CHECK_EQ(total_size(), 0);
}

/* Growing. */

static void grown_is_zeros_and_old_stays(void)
{
	size_t huge = huge_pages(), nr = huge + 3;
	struct tagged t = tagged_create(nr);

	resize_ok(t.fd, (3 * huge + 5) * page_size);
	tags_check(t.memory, 0, nr);
	check_zeros(t.fd, nr, 2 * huge + 2);
	tagged_check(&t);
}

/* What there is of the last slot is as long as the buffer, and has to be made longer again and again. */
static void grown_page_by_page(void)
{
	size_t nr = huge_pages() + 20, i;
	int fd = buffer_create(page_size, 0);

	for (i = 0; i < nr; i++) {
		void *memory;

		resize_ok(fd, (i + 1) * page_size);
		memory = map_at(fd, page_size, (off_t)(i * page_size), PROT_READ | PROT_WRITE);
		tags_write(memory, i, 1);
		unmap(memory, page_size);
		CHECK_EQ(info(fd).resident, (i + 1) * page_size);
	}
	tags_check(map_at(fd, nr * page_size, 0, PROT_READ), 0, nr);
	resize_ok(fd, 3 * page_size);
	resize_ok(fd, nr * page_size);
	tags_check(map_at(fd, 3 * page_size, 0, PROT_READ), 0, 3);
	check_zeros(fd, 3, nr - 3);
}

/* A mapping that reaches beyond the end: SIGBUS, until the buffer reaches there. */
static void grown_mapping_and_buffer(void)
{
	struct tagged t = tagged_create(4);
	char *memory = mremap(t.memory, t.len, 2 * t.len, MREMAP_MAYMOVE);

	CHECK(memory != MAP_FAILED);
	alarm(10);
	CHECK_EQ(touch_read(memory + t.len - 1), 0);
	CHECK_EQ(touch_read(memory + t.len), SIGBUS);
	CHECK_EQ(touch_write(memory + 2 * t.len - 1), SIGBUS);
	CHECK_ERRNO(mmap(NULL, 2 * t.len, PROT_READ, MAP_SHARED, t.fd, 0), EINVAL);
	resize_ok(t.fd, 2 * t.len);
	CHECK_EQ(touch_read(memory + t.len), 0);
	CHECK_EQ(touch_write(memory + 2 * t.len - 1), 0);
	tags_check(memory, 0, 4);
}

static void huge_pages_after_growing(void)
{
	size_t huge = require_huge();
	int fd = buffer_create(page_size, 0);
	char *memory;

	resize_ok(fd, 8 * huge);
	memory = map_shared(fd, 8 * huge);
	CHECK_EQ(touch_write(memory + 3 * huge), 0);
	CHECK_EQ(info(fd).resident_huge, huge);
	CHECK_EQ(touch_write(memory), 0);
	CHECK_EQ(info(fd).resident_huge, 2 * huge);
}

/* Shrinking. */

/* Down to so many pages: what is below stays, what is beyond is gone at once. */
static void check_shrink(size_t from, size_t to, bool by_ftruncate)
{
	struct tagged t = tagged_create(from);
	char *other = map_at(t.fd, t.len, 0, PROT_READ), byte;

	tags_check(other, 0, from);
	if (by_ftruncate)
		CHECK_EQ(ftruncate(t.fd, (off_t)(to * page_size)), 0);
	else
		resize_ok(t.fd, to * page_size);
	buffer_check_size(t.fd, to * page_size);
	CHECK_EQ(total_size(), to * page_size);
	CHECK(info(t.fd).resident <= to * page_size);
	tags_check(t.memory, 0, to);
	tags_check(other, 0, to);
	CHECK_EQ(touch_read(t.memory + to * page_size), SIGBUS);
	CHECK_EQ(touch_write(t.memory + t.len - 1), SIGBUS);
	CHECK_EQ(touch_read(other + to * page_size), SIGBUS);
	CHECK_EQ(pread(t.fd, &byte, 1, (off_t)(to * page_size)), 0);
	CHECK_ERRNO(pwrite(t.fd, "x", 1, (off_t)(to * page_size)), ENOSPC);

	resize_ok(t.fd, t.len);
	tags_check(other, 0, to);
	check_zeros(t.fd, to, from - to);
	CHECK(is_filled(other + to * page_size, 0, (from - to) * page_size));
	unmap(t.memory, t.len);
	unmap(other, t.len);
	close(t.fd);
	CHECK_EQ(total_size(), 0);
}

static void shrink_small_buffer(void)
{
	check_shrink(2, 1, false);
	check_shrink(7, 3, true);
	check_shrink(100, 1, false);
}

static void shrink_whole_chunks(void)
{
	size_t huge = huge_pages();

	check_shrink(4 * huge, huge, false);
	check_shrink(3 * huge + 5, 2 * huge, true);
}

static void shrink_inside_a_chunk(void)
{
	size_t huge = huge_pages(), i;
	const size_t keep[] = { 1, 3, huge / 2, huge - 1 };

	for (i = 0; i < 4; i++) {
		check_shrink(2 * huge, huge + keep[i], i & 1);
		check_shrink(huge, keep[i], !(i & 1));
	}
	check_shrink(3 * huge + 77, huge + 100, false);
}

/* The memory comes back, and the chunk is smaller ones now. */
static void shrink_demotes_a_chunk(void)
{
	size_t huge = require_huge();
	int fd = buffer_create(4 * huge, POPULATE);
	struct mymap_info i;

	CHECK_EQ(info(fd).resident_huge, 4 * huge);
	resize_ok(fd, 2 * huge + 5 * page_size);
	i = info(fd);
	CHECK_EQ(i.resident, 2 * huge + 5 * page_size);
	CHECK_EQ(i.resident_huge, 2 * huge);
	/* Once more, inside of what it became. */
	resize_ok(fd, 2 * huge + 3 * page_size);
	CHECK_EQ(info(fd).resident, 2 * huge + 3 * page_size);
	/* When nothing of them is left, there is room for a large one again. */
	resize_ok(fd, 2 * huge);
	resize_ok(fd, 3 * huge);
	CHECK_EQ(touch_write(map_at(fd, huge, (off_t)(2 * huge), PROT_READ | PROT_WRITE)), 0);
	CHECK_EQ(info(fd).resident_huge, 3 * huge);
}

/* What nobody has touched has nothing to lose. */
static void shrink_what_is_empty(void)
{
	size_t huge = huge_size();
	int fd = buffer_create(64 * huge, 0);
	char *memory = map_shared(fd, 64 * huge);

	CHECK_EQ(touch_write(memory + 10 * huge), 0);
	resize_ok(fd, 5 * huge + page_size);
	CHECK_EQ(info(fd).resident, 0);
	CHECK_EQ(touch_read(memory + 10 * huge), SIGBUS);
	CHECK_EQ(touch_read(memory + 5 * huge), 0);
}

/* In another process as well, and through a mapping that was made before. */
static void touch_beyond(void *data)
{
	const struct tagged *t = data;
	double end = now() + 10;

	while (!touch_read(t->memory + t->len - 1))
		CHECK(now() < end);
	tags_check(t->memory, 0, t->nr_pages / 2);
}

static void shrink_reaches_other_processes(void)
{
	struct tagged t = tagged_create(2 * huge_pages());
	pid_t child = child_start(touch_beyond, &t);

	resize_ok(t.fd, t.len / 2 + page_size);
	child_join(child);
}

/* A private mapping's copies: gone beyond the end, kept below. */
static void shrink_and_private_copies(void)
{
	size_t huge = huge_pages(), nr = 2 * huge;
	struct tagged t = tagged_create(nr);
	char *private = mmap(NULL, t.len, PROT_READ | PROT_WRITE, MAP_PRIVATE, t.fd, 0);

	CHECK(private != MAP_FAILED);
	memset(private + page_size, 0x11, page_size);
	memset(private + (nr - 1) * page_size, 0x22, page_size);
	resize_ok(t.fd, 5 * page_size);
	CHECK(is_filled(private + page_size, 0x11, page_size));
	tags_check(private + 2 * page_size, 2, 3);
	CHECK_EQ(touch_read(private + (nr - 1) * page_size), SIGBUS);
	resize_ok(t.fd, t.len);
	CHECK(is_filled(private + (nr - 1) * page_size, 0, page_size));
	tags_check(t.memory, 0, 5);
}

/* ftruncate to an odd length: whole pages, with zeros in the rest of the last. */
static void odd_length_leaves_zeros(void)
{
	int fd = buffer_create(3 * page_size, 0);
	char *memory = map_shared(fd, 3 * page_size);

	memset(memory, 0x77, 3 * page_size);
	CHECK_EQ(ftruncate(fd, (off_t)(page_size + 100)), 0);
	buffer_check_size(fd, 2 * page_size);
	CHECK(is_filled(memory, 0x77, page_size + 100));
	CHECK(is_filled(memory + page_size + 100, 0, page_size - 100));
	CHECK_EQ(ftruncate(fd, (off_t)(3 * page_size)), 0);
	CHECK(is_filled(memory + page_size + 100, 0, 2 * page_size - 100));
	/* In the page that is the last one anyway. */
	memset(memory, 0x77, 3 * page_size);
	CHECK_EQ(ftruncate(fd, (off_t)(2 * page_size + 1)), 0);
	buffer_check_size(fd, 3 * page_size);
	CHECK(is_filled(memory + 2 * page_size + 1, 0, page_size - 1));
	/* RESIZE rounds and tells so: nothing below its size is lost. */
	memset(memory, 0x77, 3 * page_size);
	CHECK_EQ(buffer_resize(fd, page_size + 1), 2 * page_size);
	CHECK(is_filled(memory, 0x77, 2 * page_size));
}

/* mlock and munlock leave references to single pages behind. */
static void shrink_what_was_locked(void)
{
	struct tagged t = tagged_create(5);
	char *locked = mmap(NULL, t.len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LOCKED | MAP_POPULATE,
			    t.fd, 0);

	if (locked == MAP_FAILED && errno == EAGAIN)
		test_skip("RLIMIT_MEMLOCK is too small");
	CHECK(locked != MAP_FAILED);
	resize_ok(t.fd, 2 * page_size);
	tags_check(locked, 0, 2);
	CHECK_EQ(munlock(locked, 2 * page_size), 0);
	resize_ok(t.fd, page_size);
	CHECK_EQ(touch_read(locked + page_size), SIGBUS);
}

static const struct test_case cases[] = {
	CASE(sizes_are_rounded_and_told),
	CASE(bad_sizes),
	CASE(limits_count_it),
	CASE(descriptor_must_be_writable),
	CASE(default_buffer_is_fixed),
	CASE(truncate_after_the_end),
	CASE(grown_is_zeros_and_old_stays),
	CASE(grown_page_by_page),
	CASE(grown_mapping_and_buffer),
	CASE(huge_pages_after_growing),
	CASE(shrink_small_buffer),
	CASE(shrink_whole_chunks),
	CASE(shrink_inside_a_chunk),
	CASE(shrink_demotes_a_chunk),
	CASE(shrink_what_is_empty),
	CASE(shrink_reaches_other_processes),
	CASE(shrink_and_private_copies),
	CASE(odd_length_leaves_zeros),
	CASE(shrink_what_was_locked),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
