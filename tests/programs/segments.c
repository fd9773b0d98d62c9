// SPDX-License-Identifier: GPL-2.0-only
/*
 * SEGMENTS and SYNC, for the module's own device: who is told, what is frozen, and
 * what is refused. That the addresses are right is for a device to show: edu.c.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device.h"
#include "test.h"

#define MIB	((size_t)1 << 20)

static int try_any(int fd)
{
	uint32_t nr, total;

	return try_segments(fd, NULL, 0, &nr, &total);
}

static void one_for_a_run(void)
{
	static const uint32_t kinds[] = { MYMAP_KIND_CONTIGUOUS, MYMAP_KIND_DEVICE };
	struct mymap_segment segment[2];
	uint32_t nr, total;
	size_t i, j;

	require_root();
	for (i = 0; i < 2; i++) {
		const size_t lens[] = { page_size, 2 * MIB, 2 * MIB + page_size, 4 * MIB };

		for (j = 0; j < 4; j++) {
			int fd = kind_create(kinds[i], lens[j]);

			CHECK_EQ(try_segments(fd, segment, 2, &nr, &total), 0);
			CHECK_EQ(nr, 1);
			CHECK_EQ(total, 1);
			CHECK_EQ(segment[0].length, lens[j]);
			close(fd);
		}
	}
}

/* All of them; neighbours are one, and behind the last one nothing is written. */
static struct mymap_segment *list_all(int fd, uint32_t total, size_t len)
{
	struct mymap_segment *list = calloc(total + 1, sizeof(*list));
	uint32_t nr, again, i;
	uint64_t sum = 0;

	CHECK(list);
	list[total].length = 4711;
	CHECK_EQ(try_segments(fd, list, total, &nr, &again), 0);
	CHECK_EQ(again, total);
	CHECK_EQ(nr, total);
	CHECK_EQ(list[total].length, 4711);
	for (i = 0; i < total; i++) {
		sum += list[i].length;
		CHECK_EQ(list[i].length % page_size, 0);
		CHECK(!i || list[i].address != list[i - 1].address + list[i - 1].length);
	}
	CHECK_EQ(sum, len);
	return list;
}

/* What the room is too small for is counted. */
static void all_of_the_buffer(void)
{
	size_t len = 64 * MIB + 3 * page_size;
	int fd = buffer_create(len, 0);
	struct mymap_segment *list;
	uint32_t nr, total, again;

	require_root();
	CHECK_EQ(try_segments(fd, NULL, 0, &nr, &total), 0);
	CHECK_EQ(nr, 0);
	CHECK(total >= 1);
	CHECK_EQ(info(fd).resident, len);
	list = list_all(fd, total, len);
	/* The first ones only. */
	if (total > 1) {
		struct mymap_segment first = list[0];

		memset(list, 0, total * sizeof(*list));
		CHECK_EQ(try_segments(fd, list, 1, &nr, &again), 0);
		CHECK_EQ(nr, 1);
		CHECK_EQ(again, total);
		CHECK_EQ(list[0].address, first.address);
		CHECK_EQ(list[1].length, 0);
	}
}

/* The driver tells them by 256, which fill a page of 4 KiB. */
static void many(void)
{
	static const uint32_t rooms[] = { 255, 256, 257, 512, 513 };
	size_t nr_pages = 2048, i;
	int fd = buffer_create(nr_pages * page_size, POPULATE);
	struct mymap_segment *list, *part;
	uint32_t nr, total, again;

	require_root();
	buffer_fragment(fd, nr_pages);
	CHECK_EQ(try_segments(fd, NULL, 0, &nr, &total), 0);
	CHECK(total > 513);
	list = list_all(fd, total, nr_pages * page_size);
	for (i = 0; i < 5; i++) {
		part = calloc(rooms[i] + 1, sizeof(*part));
		CHECK(part);
		part[rooms[i]].length = 4711;
		CHECK_EQ(try_segments(fd, part, rooms[i], &nr, &again), 0);
		CHECK_EQ(nr, rooms[i]);
		CHECK_EQ(again, total);
		CHECK(!memcmp(part, list, rooms[i] * sizeof(*part)));
		CHECK_EQ(part[rooms[i]].length, 4711);
		free(part);
	}
}

/* Memory that is broken cannot be told, and what could not be told is not frozen. */
static void broken_is_eio(void)
{
	int fd = buffer_create(4 * page_size, POPULATE);
	char *memory = map_shared(fd, 4 * page_size);

	require_root();
	memory[2 * page_size] = 1;
	if (madvise(memory + 2 * page_size, page_size, MADV_HWPOISON) && errno != EBUSY)
		test_skip("memory cannot be reported to be broken here");
	CHECK_ERRNO(try_any(fd), EIO);
	CHECK_EQ(ftruncate(fd, (off_t)(8 * page_size)), 0);
}

static void freezes_the_size(void)
{
	size_t huge = huge_size(), len = 4 * huge;
	int fd = buffer_create(len, 0);

	require_root();
	CHECK_EQ(ftruncate(fd, (off_t)(3 * huge)), 0);
	CHECK_EQ(try_any(fd), 0);
	CHECK_ERRNO(ftruncate(fd, (off_t)huge), EBUSY);
	CHECK_ERRNO(ftruncate(fd, (off_t)len), EBUSY);
	CHECK_ERRNO(buffer_resize(fd, page_size), EBUSY);
	CHECK_ERRNO(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)huge), EBUSY);
	CHECK_ERRNO(fallocate(fd, 0, 0, (off_t)len), EBUSY);
	CHECK_EQ(ftruncate(fd, (off_t)(3 * huge)), 0);
	buffer_check_size(fd, 3 * huge);
	CHECK_EQ(total_size(), 3 * huge);
	CHECK_EQ(try_any(fd), 0);
}

static void bad_array(void)
{
	int fd = buffer_create(page_size, 0);
	uint32_t nr, total;

	require_root();
	CHECK_ERRNO(try_segments(fd, NULL, 1, &nr, &total), EFAULT);
	CHECK_ERRNO(try_segments(fd, bad_pointer(1), 1, &nr, &total), EFAULT);
	CHECK_EQ(try_segments(fd, bad_pointer(1), 0, &nr, &total), 0);
}

static void read_only_is_eacces(void)
{
	int fd = buffer_create(page_size, 0);

	require_root();
	CHECK_ERRNO(try_any(fd_reopen(fd, O_RDONLY)), EACCES);
	CHECK_EQ(info(fd).resident, 0);
	CHECK_EQ(ftruncate(fd, (off_t)(2 * page_size)), 0);
}

/* Without a name the case fails where they are told. */
static void not_told(void)
{
	CHECK_ERRNO(try_any(kind_create(MYMAP_KIND_CONTIGUOUS, page_size)), EPERM);
	CHECK_ERRNO(try_any(kind_create(MYMAP_KIND_DEVICE, page_size)), EPERM);
	CHECK_ERRNO(try_any(buffer_create(page_size, 0)), EPERM);
}

static void told(void)
{
	CHECK_EQ(try_any(kind_create(MYMAP_KIND_CONTIGUOUS, page_size)), 0);
	CHECK_EQ(try_any(buffer_create(page_size, 0)), 0);
}

/* SYNC. */

static void sync_ranges_of(int fd, size_t len)
{
	uint32_t direction, flags;

	for (direction = 1; direction <= 3; direction++)
		for (flags = 0; flags <= MYMAP_SYNC_END; flags++) {
			CHECK_EQ(try_sync(fd, 0, len, direction, flags), 0);
			CHECK_EQ(try_sync(fd, 1, 1, direction, flags), 0);
			CHECK_EQ(try_sync(fd, len - 1, 1, direction, flags), 0);
			CHECK_EQ(try_sync(fd, page_size - 3, 7, direction, flags), 0);
		}
	CHECK_ERRNO(try_sync(fd, 0, 0, 1, 0), EINVAL);
	CHECK_ERRNO(try_sync(fd, 0, len + 1, 1, 0), EINVAL);
	CHECK_ERRNO(try_sync(fd, len, 1, 1, 0), EINVAL);
	CHECK_ERRNO(try_sync(fd, 1, len, 1, 0), EINVAL);
	CHECK_ERRNO(try_sync(fd, UINT64_MAX, 2, 1, 0), EINVAL);
	CHECK_ERRNO(try_sync(fd, 2, UINT64_MAX, 1, 0), EINVAL);
	CHECK_ERRNO(try_sync(fd, 1ULL << 63, 1ULL << 63, 1, 0), EINVAL);
	CHECK_ERRNO(try_sync(fd, 0, len, 0, 0), EINVAL);
	CHECK_ERRNO(try_sync(fd, 0, len, 4, 0), EINVAL);
	CHECK_ERRNO(try_sync(fd, 0, len, ~0U, 0), EINVAL);
	CHECK_ERRNO(try_sync(fd, 0, len, 1, 2), EOPNOTSUPP);
}

static void sync_ranges(void)
{
	size_t len = 5 * page_size;
	int fd = buffer_create(len, 0);

	/* Before a device was told of it, and after. */
	sync_ranges_of(fd, len);
	if (!geteuid()) {
		CHECK_EQ(try_any(fd), 0);
		sync_ranges_of(fd, len);
	}
	sync_ranges_of(kind_create(MYMAP_KIND_CONTIGUOUS, len), len);
	sync_ranges_of(kind_create(MYMAP_KIND_DEVICE, len), len);
}

/* Who may only read must not drop what others have written; to write it back is harmless. */
static void sync_read_only(void)
{
	static const uint32_t kinds[] = { MYMAP_KIND_PAGES, MYMAP_KIND_CONTIGUOUS, MYMAP_KIND_DEVICE };
	uint32_t flags;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int fd = kind_create(kinds[i], page_size), read_only = fd_reopen(fd, O_RDONLY);
		int write_only = fd_reopen(fd, O_WRONLY);

		for (flags = 0; flags <= MYMAP_SYNC_END; flags++) {
			CHECK_EQ(try_sync(read_only, 0, page_size, MYMAP_SYNC_TO_DEVICE, flags), 0);
			CHECK_ERRNO(try_sync(read_only, 0, page_size, MYMAP_SYNC_FROM_DEVICE, flags), EACCES);
			CHECK_ERRNO(try_sync(read_only, 0, page_size, MYMAP_SYNC_BOTH, flags), EACCES);
			CHECK_EQ(try_sync(write_only, 0, page_size, MYMAP_SYNC_FROM_DEVICE, flags), 0);
			CHECK_EQ(try_sync(write_only, 0, page_size, MYMAP_SYNC_BOTH, flags), 0);
		}
	}
}

static void resize_again_and_again(void *data)
{
	int fd = *(int *)data;

	for (;;) {
		CHECK_EQ(ftruncate(fd, (off_t)page_size), 0);
		CHECK_EQ(ftruncate(fd, (off_t)(64 * page_size)), 0);
	}
}

static void sync_during_resize(void)
{
	int fd = buffer_create(64 * page_size, 0);
	pid_t child = child_start(resize_again_and_again, &fd);
	double end = now() + 2;

	while (now() < end)
		if (try_sync(fd, 0, 64 * page_size, MYMAP_SYNC_BOTH, 0))
			CHECK_EQ(errno, EINVAL);
	child_kill(child, 5);
}

static const struct test_case cases[] = {
	CASE(one_for_a_run),
	CASE(all_of_the_buffer),
	CASE(many),
	CASE(broken_is_eio),
	CASE(freezes_the_size),
	CASE(bad_array),
	CASE(read_only_is_eacces),
	CASE(not_told),
	CASE(told),
	CASE(sync_ranges),
	CASE(sync_read_only),
	CASE(sync_during_resize),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
