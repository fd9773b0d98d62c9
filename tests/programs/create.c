// SPDX-License-Identifier: GPL-2.0-only
/*
 * CREATE: sizes, what a new buffer is, and when its memory comes.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#define MIB ((uint64_t)1 << 20)

/* Sizes that are refused. */

static void size_zero(void)
{
	CHECK_ERRNO(try_create(0, 0), EINVAL);
}

static void size_largest(void)
{
	CHECK_ERRNO(try_create(UINT64_MAX, 0), EINVAL);
}

static void size_wraps_to_zero(void)
{
	CHECK_ERRNO(try_create(UINT64_MAX - page_size + 2, 0), EINVAL);
}

static void size_minus_one(void)
{
	CHECK_ERRNO(try_create((uint64_t)-1, 0), EINVAL);
}

/* Whole pages, so that rounding does not wrap: far over the limit. */
static void size_minus_page(void)
{
	CHECK_ERRNO(try_create(-(uint64_t)page_size, 0), EDQUOT);
}

static void size_2_63(void)
{
	CHECK_ERRNO(try_create((uint64_t)1 << 63, 0), EDQUOT);
}

static void size_refused_populated(void)
{
	CHECK_ERRNO(try_create(0, POPULATE), EINVAL);
	CHECK_ERRNO(try_create((uint64_t)1 << 63, POPULATE), EDQUOT);
}

/* Whatever the limits allow, a size is never one that a file cannot have. */
static void check_without_limits(uint64_t size)
{
	int fd = try_create(size, 0);
	struct stat st;

	if (fd < 0) {
		CHECK(errno == EINVAL || errno == EDQUOT || errno == ENOMEM);
		return;
	}
	CHECK_EQ(fstat(fd, &st), 0);
	errno = 0;
	FAIL("a buffer of %llu bytes was made; fstat tells that it has %lld", (unsigned long long)size,
	     (long long)st.st_size);
}

static void size_2_63_without_limits(void)
{
	check_without_limits((uint64_t)1 << 63);
}

static void size_minus_page_without_limits(void)
{
	check_without_limits(-(uint64_t)page_size);
}

/* The size that is told back is the size of the buffer. */

static void check_rounding(uint64_t size, uint64_t rounded)
{
	struct mymap_create create = { .size = sizeof(create), .buffer_size = size };
	int door = door_open(O_RDWR);
	struct stat st;
	int fd;

	fd = ioctl(door, MYMAP_IOC_CREATE, &create);
	CHECK(fd >= 0);
	CHECK_EQ(create.buffer_size, rounded);
	CHECK_EQ(create.size, sizeof(create));
	CHECK_EQ(create.flags, 0);
	CHECK_EQ(info(fd).buffer_size, rounded);
	CHECK_EQ(fstat(fd, &st), 0);
	CHECK_EQ(st.st_size, rounded);
	CHECK_EQ(lseek(fd, 0, SEEK_END), rounded);
	CHECK_EQ(total_size(), rounded);
	close(fd);
	close(door);
	CHECK_EQ(total_size(), 0);
}

static void rounding_one(void)
{
	check_rounding(1, page_size);
}

static void rounding_page_minus_one(void)
{
	check_rounding(page_size - 1, page_size);
}

static void rounding_page(void)
{
	check_rounding(page_size, page_size);
}

static void rounding_page_plus_one(void)
{
	check_rounding(page_size + 1, 2 * page_size);
}

static void rounding_64m_plus_one(void)
{
	check_rounding(64 * MIB + 1, 64 * MIB + page_size);
}

/* What the descriptor is. */

static void is_regular_file(void)
{
	int fd = buffer_create(3 * page_size, 0);
	struct stat st;

	CHECK_EQ(fstat(fd, &st), 0);
	CHECK(S_ISREG(st.st_mode));
	CHECK_EQ(st.st_size, 3 * page_size);
	CHECK_EQ(st.st_nlink, 0);
	CHECK_EQ(st.st_uid, geteuid());
	CHECK_EQ(st.st_mode & 0777, 0600);
}

static void inode_of_its_own(void)
{
	struct stat a, b;

	CHECK_EQ(fstat(buffer_create(1, 0), &a), 0);
	CHECK_EQ(fstat(buffer_create(1, 0), &b), 0);
	CHECK_EQ(a.st_dev, b.st_dev);
	CHECK(a.st_ino != b.st_ino);
}

static void descriptor_flags(void)
{
	int fd = buffer_create(1, 0);

	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 0);
}

static void info_tells_all(void)
{
	int fd = buffer_create(3 * page_size, 0);
	struct mymap_query q = query();
	struct mymap_info i = info(fd);

	CHECK_EQ(i.size, sizeof(i));
	CHECK_EQ(i.flags, 0);
	CHECK_EQ(i.buffer_size, 3 * page_size);
	CHECK_EQ(i.resident, 0);
	CHECK_EQ(i.resident_huge, 0);
	CHECK_EQ(i.properties, MYMAP_BUFFER_PINNABLE);
	CHECK_EQ(i.kind, MYMAP_KIND_PAGES);
	CHECK_EQ(i.page_size, page_size);
	CHECK_EQ(i.page_size, q.page_size);
	CHECK_EQ(i.huge_page_size, q.huge_page_size);
	CHECK_EQ(i.seals, 0);
}

static void query_tells_all(void)
{
	struct mymap_query q = query();

	CHECK_EQ(q.size, sizeof(q));
	CHECK_EQ(q.flags, 0);
	CHECK(q.driver_version > 0);
	CHECK_EQ(q.page_size, page_size);
	CHECK(q.huge_page_size >= page_size);
	CHECK_EQ(q.huge_page_size > page_size, !!(q.features & MYMAP_FEATURE_HUGE));
	CHECK_EQ(q.reserved, 0);
	CHECK_EQ(q.features & ~(MYMAP_FEATURE_HUGE | MYMAP_FEATURE_MEMCG | MYMAP_FEATURE_NAMES |
				MYMAP_FEATURE_RESIZE | MYMAP_FEATURE_NOTIFY |
				MYMAP_FEATURE_KINDS | MYMAP_FEATURE_SEGMENTS |
				MYMAP_FEATURE_EXPORT | MYMAP_FEATURE_CACHE_MODES), 0);
	CHECK_EQ(q.default_size, page_size);
	CHECK(q.max_buffer_size >= page_size);
	CHECK(q.max_total_size >= page_size);
	CHECK_EQ(q.total_size, 0);
	CHECK_EQ(q.max_user_size, q.max_total_size);
	CHECK_EQ(q.user_size, 0);
}

/* The memory. */

static void reads_as_zeros(void)
{
	size_t len = 2 * huge_size() + 3 * page_size;
	char *memory = map_shared(buffer_create(len, 0), len);

	CHECK(is_filled(memory, 0, len));
}

static void fill_256m(void *data)
{
	size_t len = *(size_t *)data;
	char *memory = map_shared(buffer_create(len, POPULATE), len);

	memset(memory, 0xaa, len);
}

/* The child's memory is freed with it, and is what is there to be had. */
static void reads_as_zeros_after_another_one(void)
{
	size_t len = 256 * MIB;
	char *memory;

	in_child(fill_256m, &len);
	CHECK_EQ(total_size(), 0);
	memory = map_shared(buffer_create(len, POPULATE), len);
	CHECK(is_filled(memory, 0, len));
}

static void lazily_nothing_is_resident(void)
{
	size_t len = 64 * MIB;
	int fd = buffer_create(len, 0);

	CHECK_EQ(info(fd).resident, 0);
	map_shared(fd, len);
	CHECK_EQ(info(fd).resident, 0);
}

static void touch_brings_one_chunk(void)
{
	size_t huge = require_huge();
	size_t len = 8 * huge;
	int fd = buffer_create(len, 0);
	char *memory = map_shared(fd, len);

	CHECK_EQ(touch_write(memory + 3 * huge + 5 * page_size), 0);
	CHECK_EQ(info(fd).resident, huge);
	CHECK_EQ(info(fd).resident_huge, huge);
	CHECK_EQ(touch_read(memory + 3 * huge), 0);
	CHECK_EQ(info(fd).resident, huge);
	CHECK_EQ(touch_read(memory), 0);
	CHECK_EQ(info(fd).resident, 2 * huge);
}

static void touch_of_small_buffer(void)
{
	int fd = buffer_create(page_size, 0);
	char *memory = map_shared(fd, page_size);

	CHECK_EQ(touch_read(memory), 0);
	CHECK_EQ(info(fd).resident, page_size);
	CHECK_EQ(info(fd).resident_huge, 0);
}

static void check_populated(uint64_t size)
{
	size_t huge = huge_size();
	int fd = buffer_create(size, POPULATE);
	struct mymap_info i = info(fd);

	CHECK_EQ(i.resident, i.buffer_size);
	if (huge > page_size)
		CHECK_EQ(i.resident_huge, i.buffer_size / huge * huge);
	else
		CHECK_EQ(i.resident_huge, 0);
	close(fd);
}

static void populate_small(void)
{
	check_populated(1);
	check_populated(page_size);
	check_populated(3 * page_size);
}

static void populate_64m(void)
{
	check_populated(64 * MIB);
}

/* A tail never makes the buffer larger than it is. */
static void populate_odd_tail(void)
{
	check_populated(16 * MIB + 251 * page_size);
	check_populated(2 * huge_size() - page_size);
	check_populated(huge_size() + 1);
}

static void populate_1g(void)
{
	size_t len = 1024 * MIB;
	struct mymap_info i;
	char *memory;
	size_t at;
	int fd;

	if ((uint64_t)sysconf(_SC_PHYS_PAGES) * page_size < 1800 * MIB)
		test_skip("less than 2 GiB of memory");
	fd = buffer_create(len, POPULATE);
	i = info(fd);
	CHECK_EQ(i.resident, len);
	CHECK_EQ(total_size(), len);
	memory = map_shared(fd, len);
	for (at = 0; at < len; at += huge_size())
		tags_write(memory + at, at / page_size, 1);
	for (at = 0; at < len; at += huge_size())
		tags_check(memory + at, at / page_size, 1);
}

static void populate_twice_and_touch(void)
{
	size_t len = 3 * huge_size() + page_size;
	int fd = buffer_create(len, POPULATE);
	char *memory = map_shared(fd, len);

	tags_write(memory, 0, len / page_size);
	CHECK_EQ(info(fd).resident, len);
	tags_check(memory, 0, len / page_size);
}

/* Accounting. */

static void total_counts_sizes(void)
{
	int a = buffer_create(10 * page_size, 0);
	int b = buffer_create(1, 0);

	CHECK_EQ(total_size(), 11 * page_size);
	close(a);
	CHECK_EQ(total_size(), page_size);
	close(b);
	CHECK_EQ(total_size(), 0);
}

static void failure_gives_the_descriptor_back(void)
{
	int before = dup(0);
	int after;

	close(before);
	CHECK_ERRNO(try_create((uint64_t)1 << 63, 0), EDQUOT);
	after = dup(0);
	CHECK_EQ(after, before);
}

/* As many as one process may have open. */
static void nine_hundred_at_once(void)
{
	struct rlimit limit;
	int i;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_cur < 1000)
		test_skip("no more than %llu descriptors", (unsigned long long)limit.rlim_cur);
	for (i = 0; i < 900; i++)
		CHECK_EQ(touch_write(map_shared(buffer_create(page_size, 0), page_size)), 0);
	CHECK_EQ(total_size(), 900 * page_size);
}

static void create_1g(void *data)
{
	(void)data;
	buffer_create(1024 * MIB, POPULATE);
	/* Killed at the latest here. */
	for (;;)
		pause();
}

static void create_1g_and_end(void *data)
{
	(void)data;
	buffer_create(1024 * MIB, POPULATE);
}

/* What those took that have ended: other than the time of day, the same on a busy machine. */
static double seconds_of_children(void)
{
	struct rusage usage;

	CHECK_EQ(getrusage(RUSAGE_CHILDREN, &usage), 0);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static bool is_charged(void *data)
{
	(void)data;
	return total_size() > 0;
}

static bool is_free_again(void *data)
{
	return total_size() == 0 &&
	       (uint64_t)sysconf(_SC_AVPHYS_PAGES) + 64 * MIB / page_size >= *(uint64_t *)data;
}

static void killed_while_populating(void)
{
	uint64_t free_pages = (uint64_t)sysconf(_SC_AVPHYS_PAGES);
	double whole, before;
	pid_t child;

	if (free_pages * page_size < 1200 * MIB)
		test_skip("less than 1.2 GiB of free memory");
	before = seconds_of_children();
	in_child(create_1g_and_end, NULL);
	whole = seconds_of_children() - before;
	CHECK(wait_until(is_free_again, &free_pages, 10));

	before = seconds_of_children();
	child = child_start(create_1g, NULL);
	CHECK(wait_until(is_charged, NULL, 10));
	child_kill(child, 5);
	/* It has left most of it undone. */
	errno = 0;
	if (seconds_of_children() - before > whole / 2)
		FAIL("%.3f s of %.3f s", seconds_of_children() - before, whole);
	CHECK(wait_until(is_free_again, &free_pages, 10));
}

struct creation {
	int door;
	struct mymap_create create;
};

static int create_by_door(void *data)
{
	struct creation *c = data;

	return ioctl(c->door, MYMAP_IOC_CREATE, &c->create);
}

/* With fs.file-max used up, the file cannot be had; root could go on. */
static void too_many_files_in_the_system(void)
{
	struct creation c = {
		.door = door_open(O_RDWR),
		.create = { .size = sizeof(c.create), .flags = POPULATE, .buffer_size = 64 * page_size },
	};

	CHECK_ERRNO(while_files_are_taken(create_by_door, &c), ENFILE);
	CHECK_EQ(c.create.buffer_size, 64 * page_size);
	CHECK_EQ(total_size(), 0);
}

static const struct test_case cases[] = {
	CASE(size_zero),
	CASE(size_largest),
	CASE(size_wraps_to_zero),
	CASE(size_minus_one),
	CASE(size_minus_page),
	CASE(size_2_63),
	CASE(size_refused_populated),
	CASE(size_2_63_without_limits),
	CASE(size_minus_page_without_limits),
	CASE(rounding_one),
	CASE(rounding_page_minus_one),
	CASE(rounding_page),
	CASE(rounding_page_plus_one),
	CASE(rounding_64m_plus_one),
	CASE(is_regular_file),
	CASE(inode_of_its_own),
	CASE(descriptor_flags),
	CASE(info_tells_all),
	CASE(query_tells_all),
	CASE(reads_as_zeros),
	CASE(reads_as_zeros_after_another_one),
	CASE(lazily_nothing_is_resident),
	CASE(touch_brings_one_chunk),
	CASE(touch_of_small_buffer),
	CASE(populate_small),
	CASE(populate_64m),
	CASE(populate_odd_tail),
	CASE(populate_1g),
	CASE(populate_twice_and_touch),
	CASE(total_counts_sizes),
	CASE(failure_gives_the_descriptor_back),
	CASE(nine_hundred_at_once),
	CASE(killed_while_populating),
	CASE(too_many_files_in_the_system),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
