// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holes: fallocate, SEEK_DATA and SEEK_HOLE. Each case runs on a memfd first, so
 * that a difference from it is one that is meant.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "test.h"

static int fd;
static bool on_memfd;

static void begin(size_t nr_pages)
{
	if (on_memfd) {
		fd = memfd_create("test", MFD_CLOEXEC);
		CHECK(fd >= 0);
		CHECK_EQ(ftruncate(fd, (off_t)(nr_pages * page_size)), 0);
	} else {
		fd = buffer_create(nr_pages * page_size, 0);
	}
}

#define ON_BOTH(name)					\
	static void name##_once(void);			\
	static void name(void)				\
	{						\
		on_memfd = true;			\
		fprintf(stderr, "on a memfd:\n");	\
		name##_once();				\
		close(fd);				\
		on_memfd = false;			\
		fprintf(stderr, "on a buffer:\n");	\
		name##_once();				\
		close(fd);				\
	}						\
	static void name##_once(void)

static int punch(off_t offset, off_t len)
{
	return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, len);
}

static off_t pages(size_t nr)
{
	return (off_t)(nr * page_size);
}

static off_t size_now(void)
{
	struct stat st;

	CHECK_EQ(fstat(fd, &st), 0);
	return st.st_size;
}

static bool no_memory_left(void *data)
{
	struct stat st;

	(void)data;
	if (!on_memfd)
		return info(fd).resident == 0;
	return !fstat(fd, &st) && st.st_blocks == 0;
}

/* Pages [first, last) are zeros, the others have their tags; seen in all ways. */
static void check_hole(char *memory, size_t nr, size_t first, size_t last)
{
	char *bytes = malloc(nr * page_size);

	CHECK(bytes);
	CHECK_EQ(pread(fd, bytes, nr * page_size, 0), nr * page_size);
	tags_check(bytes, 0, first);
	CHECK(is_filled(bytes + first * page_size, 0, (last - first) * page_size));
	tags_check(bytes + last * page_size, last, nr - last);
	CHECK(!memcmp(bytes, memory, nr * page_size));
	CHECK_EQ(size_now(), pages(nr));
	free(bytes);
}

ON_BOTH(hole_reads_zeros)
{
	size_t huge = huge_pages(), nr = 3 * huge + 5, i;
	const size_t holes[][2] = {
		{ 0, 1 }, { 3, 4 }, { huge - 1, huge + 1 }, { huge, 2 * huge },
		{ 5, 2 * huge + 7 }, { nr - 1, nr }, { 0, nr },
	};

	begin(nr);
	for (i = 0; i < sizeof(holes) / sizeof(holes[0]); i++) {
		char *memory = map_shared(fd, nr * page_size);

		tags_write(memory, 0, nr);
		CHECK_EQ(punch(pages(holes[i][0]), pages(holes[i][1] - holes[i][0])), 0);
		check_hole(memory, nr, holes[i][0], holes[i][1]);
		/* It can be written again. */
		tags_write(memory, 0, nr);
		tags_check(memory, 0, nr);
		unmap(memory, nr * page_size);
	}
}

ON_BOTH(hole_gives_memory_back)
{
	char *memory;

	begin(2 * huge_pages());
	memory = map_shared(fd, 2 * huge_pages() * page_size);
	memset(memory, 1, 2 * huge_pages() * page_size);
	CHECK_EQ(punch(0, pages(2 * huge_pages())), 0);
	CHECK(wait_until(no_memory_left, NULL, 5));
}

/* A hole in the middle of 2 MiB leaves what is around it in smaller pages. */
static void hole_demotes_a_chunk(void)
{
	size_t huge = require_huge(), nr = huge_pages();
	char *memory;

	fd = buffer_create(2 * huge, POPULATE);
	memory = map_shared(fd, 2 * huge);
	tags_write(memory, 0, 2 * nr);
	CHECK_EQ(punch(pages(100), pages(3)), 0);
	CHECK_EQ(info(fd).resident, 2 * huge - 3 * page_size);
	CHECK_EQ(info(fd).resident_huge, huge);
	check_hole(memory, 2 * nr, 100, 103);
	/* All of it again: a large one. */
	CHECK_EQ(punch(0, (off_t)huge), 0);
	CHECK_EQ(touch_write(memory), 0);
	CHECK_EQ(info(fd).resident_huge, 2 * huge);
}

ON_BOTH(edges_of_a_hole_are_zeros)
{
	size_t nr = 6;
	char *memory;

	begin(nr);
	memory = map_shared(fd, nr * page_size);
	memset(memory, 0x33, nr * page_size);
	/* In one page. */
	CHECK_EQ(punch(10, 20), 0);
	CHECK(is_filled(memory, 0x33, 10) && is_filled(memory + 10, 0, 20));
	CHECK(is_filled(memory + 30, 0x33, 2 * page_size - 30));
	/* Over a border, without a whole page. */
	CHECK_EQ(punch(pages(1) - 5, 10), 0);
	CHECK(is_filled(memory + page_size - 5, 0, 10));
	CHECK(is_filled(memory + page_size + 5, 0x33, page_size - 5));
	/* With whole pages inside, and to a border. */
	CHECK_EQ(punch(pages(2) + 7, pages(2)), 0);
	CHECK(is_filled(memory + 2 * page_size, 0x33, 7));
	CHECK(is_filled(memory + 2 * page_size + 7, 0, 2 * page_size));
	CHECK(is_filled(memory + 4 * page_size + 7, 0x33, 2 * page_size - 7));
	CHECK_EQ(punch(pages(5) + 1, pages(1) - 1), 0);
	CHECK_EQ(memory[5 * page_size], 0x33);
	CHECK(is_filled(memory + 5 * page_size + 1, 0, page_size - 1));
}

ON_BOTH(hole_beyond_the_end)
{
	char *memory;

	begin(4);
	memory = map_shared(fd, 4 * page_size);
	tags_write(memory, 0, 4);
	CHECK_EQ(punch(pages(4), pages(10)), 0);
	CHECK_EQ(punch(pages(1000), 1), 0);
	check_hole(memory, 4, 4, 4);
	CHECK_EQ(punch(pages(2), pages(1000)), 0);
	check_hole(memory, 4, 2, 4);
	CHECK_EQ(touch_read(memory + 3 * page_size), 0);
}

ON_BOTH(private_copies_survive_a_hole)
{
	char *private;

	begin(4);
	private = mmap(NULL, 4 * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(private != MAP_FAILED);
	tags_write(map_shared(fd, 4 * page_size), 0, 4);
	memset(private + page_size, 0x44, page_size);
	tags_check(private + 2 * page_size, 2, 1);
	CHECK_EQ(punch(0, pages(4)), 0);
	CHECK(is_filled(private + page_size, 0x44, page_size));
	CHECK(is_filled(private + 2 * page_size, 0, page_size));
}

ON_BOTH(bad_ranges_and_modes)
{
	begin(4);
	CHECK_ERRNO(punch(-1, 10), EINVAL);
	CHECK_ERRNO(punch(0, 0), EINVAL);
	CHECK_ERRNO(punch(0, -1), EINVAL);
	CHECK_ERRNO(punch((off_t)(~0ULL >> 1), 10), EFBIG);
	CHECK_ERRNO(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, pages(1)), EOPNOTSUPP);
	CHECK_ERRNO(fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, pages(1)), EOPNOTSUPP);
	CHECK_ERRNO(fallocate(fd, FALLOC_FL_ZERO_RANGE, 0, pages(1)), EOPNOTSUPP);
	CHECK_ERRNO(fallocate(fd, FALLOC_FL_INSERT_RANGE, 0, pages(1)), EOPNOTSUPP);
	CHECK_ERRNO(fallocate(fd, 0x8000, 0, pages(1)), EOPNOTSUPP);
	CHECK_EQ(size_now(), pages(4));
}

/* What is pinned stays where it is; a memfd lets it go. */
static void pinned_hole_is_busy(void)
{
	size_t nr = 2 * huge_pages();
	struct tagged t = tagged_create(nr);
	struct iovec iov = { t.memory + (nr - 1) * page_size, page_size };
	int ends[2];

	fd = t.fd;
	CHECK_EQ(pipe(ends), 0);
	CHECK_EQ(vmsplice(ends[1], &iov, 1, 0), page_size);
	CHECK_ERRNO(punch(pages(nr - 1), pages(1)), EBUSY);
	/* Nor are the edges written over. */
	CHECK_ERRNO(punch(pages(nr - 2) + 50, pages(2) - 50), EBUSY);
	tags_check(t.memory, 0, nr);
	/* In a page of the chunk that is only written over it is no matter. */
	CHECK_EQ(punch(pages(nr - 2) + 50, 10), 0);
	close(ends[0]);
	close(ends[1]);
	CHECK_EQ(punch(pages(nr - 1), pages(1)), 0);
	CHECK(is_filled(t.memory + (nr - 1) * page_size, 0, page_size));
	tags_check(t.memory, 0, nr - 2);
}

/* Allocating. */

ON_BOTH(allocate_inside)
{
	struct stat st;

	begin(8);
	CHECK_EQ(fallocate(fd, 0, 0, pages(8)), 0);
	CHECK_EQ(size_now(), pages(8));
	CHECK_EQ(fstat(fd, &st), 0);
	if (!on_memfd)
		CHECK_EQ(info(fd).resident, pages(8));
	CHECK(is_filled(map_shared(fd, 8 * page_size), 0, 8 * page_size));
}

ON_BOTH(allocate_keeps_what_is_there)
{
	char *memory;

	begin(4);
	memory = map_shared(fd, 4 * page_size);
	tags_write(memory, 0, 4);
	CHECK_EQ(fallocate(fd, 0, pages(1), pages(2)), 0);
	CHECK_EQ(fallocate(fd, FALLOC_FL_KEEP_SIZE, 5, 7), 0);
	tags_check(memory, 0, 4);
}

ON_BOTH(allocate_beyond_grows)
{
	begin(4);
	tags_write(map_shared(fd, 4 * page_size), 0, 4);
	CHECK_EQ(fallocate(fd, 0, pages(6), pages(2)), 0);
	CHECK_EQ(size_now(), pages(8));
	tags_check(map_shared(fd, 8 * page_size), 0, 4);
}

/* A buffer has no memory beyond its end. */
static void allocate_beyond_keeping_size(void)
{
	on_memfd = false;
	begin(4);
	CHECK_ERRNO(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, pages(5)), EOPNOTSUPP);
	CHECK_EQ(size_now(), pages(4));
	CHECK_EQ(info(fd).resident, 0);
}

/* No memory, or over a limit: the size stays. */
static void allocate_too_much(void)
{
	struct mymap_query q = query();

	on_memfd = false;
	begin(4);
	CHECK_ERRNO(fallocate(fd, 0, 0, (off_t)(q.max_buffer_size + page_size)), EDQUOT);
	CHECK_EQ(size_now(), pages(4));
	CHECK_EQ(total_size(), 4 * page_size);
}

/* Run with limits far above what the machine has. */
static void allocate_more_than_ram(void)
{
	on_memfd = false;
	begin(4);
	CHECK_ERRNO(fallocate(fd, 0, 0, (off_t)1 << 38), ENOMEM);
	CHECK_EQ(size_now(), pages(4));
	CHECK_EQ(total_size(), 4 * page_size);
}

/* The same, but a seal promises that the buffer never becomes smaller, not even than it was for a moment. */
static void allocate_more_than_ram_sealed(void)
{
	struct mymap_seal seal = { .size = sizeof(seal), .seals = MYMAP_SEAL_SHRINK };

	on_memfd = false;
	begin(4);
	CHECK_EQ(ioctl(fd, MYMAP_IOC_SEAL, &seal), 0);
	CHECK_ERRNO(fallocate(fd, 0, 0, (off_t)1 << 38), ENOMEM);
	CHECK_EQ(size_now(), (off_t)1 << 38);
}

/* SEEK_DATA, SEEK_HOLE */

ON_BOTH(seek_in_an_empty_one)
{
	begin(4);
	CHECK_ERRNO(lseek(fd, 0, SEEK_DATA), ENXIO);
	CHECK_EQ(lseek(fd, 0, SEEK_HOLE), 0);
	CHECK_EQ(lseek(fd, 77, SEEK_HOLE), 77);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 77);
}

ON_BOTH(seek_in_a_full_one)
{
	begin(4);
	memset(map_shared(fd, 4 * page_size), 1, 4 * page_size);
	CHECK_EQ(lseek(fd, 5, SEEK_DATA), 5);
	CHECK_EQ(lseek(fd, 0, SEEK_HOLE), pages(4));
	CHECK_EQ(lseek(fd, pages(4) - 1, SEEK_HOLE), pages(4));
}

ON_BOTH(seek_out_of_range)
{
	begin(4);
	memset(map_shared(fd, 4 * page_size), 1, 4 * page_size);
	CHECK_EQ(lseek(fd, 3, SEEK_SET), 3);
	CHECK_ERRNO(lseek(fd, pages(4), SEEK_DATA), ENXIO);
	CHECK_ERRNO(lseek(fd, pages(4), SEEK_HOLE), ENXIO);
	CHECK_ERRNO(lseek(fd, -1, SEEK_DATA), ENXIO);
	CHECK_ERRNO(lseek(fd, -1, SEEK_HOLE), ENXIO);
	CHECK_ERRNO(lseek(fd, (off_t)(~0ULL >> 1), SEEK_DATA), ENXIO);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 3);
}

ON_BOTH(seek_over_holes)
{
	size_t nr = 3 * huge_pages() + 5;

	begin(nr);
	memset(map_shared(fd, nr * page_size), 1, nr * page_size);
	CHECK_EQ(punch(pages(2), pages(3)), 0);
	CHECK_EQ(punch(pages(huge_pages() + 1), pages(2 * huge_pages())), 0);
	CHECK_EQ(lseek(fd, 0, SEEK_HOLE), pages(2));
	CHECK_EQ(lseek(fd, pages(2), SEEK_DATA), pages(5));
	CHECK_EQ(lseek(fd, pages(3) + 9, SEEK_HOLE), pages(3) + 9);
	CHECK_EQ(lseek(fd, pages(3) + 9, SEEK_DATA), pages(5));
	CHECK_EQ(lseek(fd, pages(5), SEEK_HOLE), pages(huge_pages() + 1));
	CHECK_EQ(lseek(fd, pages(huge_pages() + 1), SEEK_DATA), pages(3 * huge_pages() + 1));
	CHECK_EQ(lseek(fd, pages(3 * huge_pages() + 1), SEEK_HOLE), pages(nr));
	CHECK_EQ(punch(pages(nr - 2), pages(2)), 0);
	CHECK_ERRNO(lseek(fd, pages(nr - 2), SEEK_DATA), ENXIO);
}

/* Over a terabyte of nothing it is quick. */
static void seek_over_emptiness(void)
{
	on_memfd = false;
	fd = buffer_create(query().max_buffer_size / page_size * page_size, 0);
	alarm(5);
	CHECK_ERRNO(lseek(fd, 0, SEEK_DATA), ENXIO);
	CHECK_EQ(lseek(fd, 0, SEEK_HOLE), 0);
}

static void seek_on_the_default_buffer(void)
{
	int door = door_open(O_RDWR);
	off_t end = lseek(door, 0, SEEK_END);

	fd = dup(door);
	CHECK_EQ(pwrite(door, "x", 1, 0), 1);
	CHECK_EQ(lseek(door, 0, SEEK_DATA), 0);
	CHECK_ERRNO(lseek(door, end, SEEK_DATA), ENXIO);
	CHECK_ERRNO(punch(0, pages(1)), ENODEV);
	close(door);
}

/* The kernel must not write to it, and what is mapped already stays mapped: so that can be seen. */
static void broken_is_left_alone(void)
{
	char *memory;

	begin(1);
	memory = map_shared(fd, page_size);
	memset(memory, 'b', page_size);
	if (madvise(memory, page_size, MADV_HWPOISON) && errno != EBUSY)
		test_skip("memory cannot be reported to be broken here");
	CHECK_EQ(punch(10, 20), 0);
	CHECK(is_filled(memory, 'b', page_size));
	CHECK_EQ(ftruncate(fd, 100), 0);
	CHECK(is_filled(memory, 'b', page_size));
	CHECK_ERRNO(pread(fd, &(char){ 0 }, 1, 10), EIO);
}

static const struct test_case cases[] = {
	CASE(hole_reads_zeros),
	CASE(hole_gives_memory_back),
	CASE(hole_demotes_a_chunk),
	CASE(edges_of_a_hole_are_zeros),
	CASE(hole_beyond_the_end),
	CASE(private_copies_survive_a_hole),
	CASE(bad_ranges_and_modes),
	CASE(pinned_hole_is_busy),
	CASE(allocate_inside),
	CASE(allocate_keeps_what_is_there),
	CASE(allocate_beyond_grows),
	CASE(allocate_beyond_keeping_size),
	CASE(allocate_too_much),
	CASE(allocate_more_than_ram),
	CASE(allocate_more_than_ram_sealed),
	CASE(seek_in_an_empty_one),
	CASE(seek_in_a_full_one),
	CASE(seek_out_of_range),
	CASE(seek_over_holes),
	CASE(seek_over_emptiness),
	CASE(seek_on_the_default_buffer),
	CASE(broken_is_left_alone),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
