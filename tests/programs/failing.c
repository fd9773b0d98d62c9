// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each allocation of what is done with buffers fails once: either it is done all the
 * same, or it is ENOMEM and nothing has changed. That nothing stays behind is seen by
 * those who look after each test, and by kmemleak.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device.h"
#include "fail_nth.h"
#include "names.h"
#include "test.h"

/* What the operations work on. */
static int door = -1, fd = -1, other = -1;
static size_t pages, huge;
static char *memory;

static void close_it(int *it)
{
	if (*it >= 0)
		CHECK_EQ(close(*it), 0);
	*it = -1;
}

/* Before anything fails. */
static void open_door(void)
{
	if (door < 0)
		door = door_open(O_RDWR);
}

/* CREATE. */

static struct mymap_create create;

static int act_create(void)
{
	fd = ioctl(door, MYMAP_IOC_CREATE, &create);
	return fd < 0 ? -1 : 0;
}

static void check_created(bool done)
{
	CHECK_EQ(total_size(), done ? len : 0);
	if (!done)
		return;
	memory = map_shared(fd, len);
	CHECK(is_filled(memory, 0, len));
	unmap(memory, len);
	close_it(&fd);
}

static void each_create(uint32_t kind, uint32_t flags, uint32_t cache)
{
	static const struct operation operation = {
		.prepare = open_door, .act = act_create, .check = check_created
	};

	len = huge_size() + page_size;
	if (kind != MYMAP_KIND_PAGES)
		len = 4 * page_size;
	create = (struct mymap_create){ .size = sizeof(create), .buffer_size = len, .kind = kind,
					.flags = flags, .cache = cache };
	each_allocation(&operation);
}

static void create_plain(void)
{
	each_create(MYMAP_KIND_PAGES, 0, 0);
}

static void create_populated(void)
{
	each_create(MYMAP_KIND_PAGES, POPULATE, 0);
}

static void create_contiguous(void)
{
	each_create(MYMAP_KIND_CONTIGUOUS, 0, 0);
}

static void create_device(void)
{
	each_create(MYMAP_KIND_DEVICE, 0, 0);
}

static void create_uncached(void)
{
	each_create(MYMAP_KIND_DEVICE, 0, MYMAP_CACHE_UNCACHED);
}

/* The name is free again, and not half of it is there. */
static void check_named(bool done)
{
	if (!done) {
		CHECK_ERRNO(try_open(NAME, 0), ENOENT);
		CHECK_EQ(total_size(), 0);
		close(named(NAME, NULL));
	}
	close_it(&fd);
	close(open_named(NAME));
	destroy(NAME);
	CHECK_EQ(total_size(), 0);
}

static void create_named(void)
{
	static const struct operation operation = {
		.prepare = open_door, .act = act_create, .check = check_named
	};

	len = 3 * page_size;
	create = create_args(NAME);
	create.flags = MYMAP_CREATE_OWNER | POPULATE;
	create.mode = 0660;
	each_allocation(&operation);
}

/* OPEN, DESTROY and other descriptors of a buffer. */

static unsigned int minor;

static void prepare_named(void)
{
	open_door();
	close(named(NAME, &minor));
}

static int act_open(void)
{
	struct mymap_open_named args = { .size = sizeof(args), .name = NAME };

	fd = ioctl(door, MYMAP_IOC_OPEN, &args);
	return fd < 0 ? -1 : 0;
}

static int act_open_node(void)
{
	fd = node_open(minor, O_RDWR);
	return fd < 0 ? -1 : 0;
}

static void check_opened(bool done)
{
	if (done)
		CHECK_EQ(info(fd).buffer_size, len);
	close_it(&fd);
	close(open_named(NAME));
	destroy(NAME);
	CHECK_EQ(total_size(), 0);
}

static void open_by_name(void)
{
	static const struct operation operation = {
		.prepare = prepare_named, .act = act_open, .check = check_opened
	};

	len = page_size;
	each_allocation(&operation);
}

static void open_node(void)
{
	static const struct operation operation = {
		.prepare = prepare_named, .act = act_open_node, .check = check_opened
	};

	len = page_size;
	each_allocation(&operation);
}

static int act_destroy(void)
{
	struct mymap_destroy args = { .size = sizeof(args), .name = NAME };

	return ioctl(door, MYMAP_IOC_DESTROY, &args);
}

static void check_destroyed(bool done)
{
	CHECK(done);
	CHECK_ERRNO(try_open(NAME, 0), ENOENT);
	CHECK_EQ(total_size(), 0);
}

static void destroy_always(void)
{
	static const struct operation operation = {
		.prepare = prepare_named, .act = act_destroy, .check = check_destroyed
	};

	len = page_size;
	each_allocation(&operation);
}

/* A buffer with a tag in each page of its beginning; behind it there is nothing yet. */
static void prepare_tagged(void)
{
	fd = buffer_create(len, 0);
	memory = map_shared(fd, len);
	tags_write(memory, 0, pages);
}

static void check_tagged(void)
{
	char *again = map_shared(fd, pages * page_size);

	tags_check(again, 0, pages);
	unmap(again, pages * page_size);
}

static void release_tagged(void)
{
	check_tagged();
	unmap(memory, len);
	close_it(&other);
	close_it(&fd);
	CHECK_EQ(total_size(), 0);
}

/* @nr_pages have tags, and as many more and 2 MiB are in it. */
static void each_with_tags(size_t nr_pages, const struct operation *operation)
{
	pages = nr_pages;
	huge = huge_size();
	len = huge + 2 * pages * page_size;
	each_allocation(operation);
}

static int act_reopen(void)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	other = open(path, O_RDWR | O_CLOEXEC);
	return other < 0 ? -1 : 0;
}

static void check_reopened(bool done)
{
	if (done)
		CHECK_EQ(info(other).buffer_size, len);
	release_tagged();
}

static void reopen(void)
{
	static const struct operation operation = {
		.prepare = prepare_tagged, .act = act_reopen, .check = check_reopened
	};

	each_with_tags(3, &operation);
}

/* Mappings. */

static char *mapping;

static int act_map(void)
{
	mapping = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return mapping == MAP_FAILED ? -1 : 0;
}

static void check_mapped(bool done)
{
	if (done) {
		tags_check(mapping, 0, pages);
		unmap(mapping, len);
	}
	release_tagged();
}

static void map(void)
{
	static const struct operation operation = {
		.prepare = prepare_tagged, .act = act_map, .check = check_mapped
	};

	each_with_tags(3, &operation);
}

static int act_split(void)
{
	return munmap(memory + page_size, page_size);
}

static void check_split(bool done)
{
	tags_check(memory, 0, 1);
	tags_check(memory + 2 * page_size, 2, 1);
	if (!done)
		tags_check(memory + page_size, 1, 1);
	release_tagged();
}

static void split(void)
{
	static const struct operation operation = {
		.prepare = prepare_tagged, .act = act_split, .check = check_split
	};

	each_with_tags(3, &operation);
}

/* To touch memory has no errno: it is SIGBUS, and the next time it is there. */
static int touched(int signal)
{
	CHECK(!signal || signal == SIGBUS);
	errno = ENOMEM;
	return signal ? -1 : 0;
}

static int act_touch(void)
{
	return touched(touch_write(memory + len - 1));
}

static void check_touched(bool done)
{
	(void)done;
	CHECK_EQ(touch_write(memory + len - 1), 0);
	release_tagged();
}

static void touch(void)
{
	static const struct operation operation = {
		.prepare = prepare_tagged, .act = act_touch, .check = check_touched
	};

	each_with_tags(3, &operation);
}

static void prepare_private(void)
{
	prepare_tagged();
	mapping = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(mapping != MAP_FAILED);
}

static int act_copy(void)
{
	return touched(touch_write(mapping)) || touched(touch_write(mapping + len - 1)) ? -1 : 0;
}

static void check_copied(bool done)
{
	(void)done;
	tags_check(mapping + page_size, 1, pages - 1);
	unmap(mapping, len);
	release_tagged();
}

static void copy(void)
{
	static const struct operation operation = {
		.prepare = prepare_private, .act = act_copy, .check = check_copied
	};

	each_with_tags(3, &operation);
}

/* Bytes and sizes. */

static ssize_t nr_written;

static int act_write(void)
{
	static char bytes[4096];

	memset(bytes, 'w', sizeof(bytes));
	nr_written = pwrite(fd, bytes, sizeof(bytes), (off_t)(len - page_size - 2048));
	return nr_written < 0 ? -1 : 0;
}

/* All of it, or what was there before it came to memory that it did not get. */
static void check_written(bool done)
{
	size_t begin = len - page_size - 2048, n = done ? (size_t)nr_written : 0;

	CHECK(!done || (n && n <= 4096));
	CHECK(is_filled(memory + pages * page_size, 0, begin - pages * page_size));
	CHECK(is_filled(memory + begin, 'w', n));
	CHECK(is_filled(memory + begin + n, 0, len - begin - n));
	release_tagged();
}

static void write_bytes(void)
{
	static const struct operation operation = {
		.prepare = prepare_tagged, .act = act_write, .check = check_written
	};

	each_with_tags(3, &operation);
}

static int pipe_ends[2];
static ssize_t nr_spliced;

static void prepare_pipe(void)
{
	prepare_tagged();
	CHECK_EQ(pipe(pipe_ends), 0);
}

static int act_splice(void)
{
	loff_t offset = 0;

	nr_spliced = splice(fd, &offset, pipe_ends[1], NULL, pages * page_size, 0);
	/* So the kernel calls it where there is no page for the pipe. */
	if (nr_spliced < 0 && errno == EAGAIN)
		errno = ENOMEM;
	return nr_spliced < 0 ? -1 : 0;
}

static void check_spliced(bool done)
{
	char *bytes = calloc(pages, page_size);

	CHECK(bytes);
	if (done) {
		CHECK(nr_spliced > 0);
		CHECK_EQ(read(pipe_ends[0], bytes, pages * page_size), nr_spliced);
		CHECK(!memcmp(bytes, memory, (size_t)nr_spliced));
	}
	free(bytes);
	close_it(&pipe_ends[0]);
	close_it(&pipe_ends[1]);
	release_tagged();
}

static void splice_to_a_pipe(void)
{
	static const struct operation operation = {
		.prepare = prepare_pipe, .act = act_splice, .check = check_spliced
	};

	each_with_tags(3, &operation);
}

static void prepare_full(void)
{
	prepare_tagged();
	memset(memory + pages * page_size, 'f', len - pages * page_size);
}

/* To where all pages with a tag are kept, amid of a chunk. */
static int act_shrink(void)
{
	return ftruncate(fd, (off_t)(pages * page_size));
}

static void check_shrunk(bool done)
{
	size_t size = done ? pages * page_size : len;

	buffer_check_size(fd, size);
	CHECK_EQ(total_size(), size);
	if (!done)
		CHECK(is_filled(memory + pages * page_size, 'f', len - pages * page_size));
	else
		CHECK_EQ(touch_read(memory + pages * page_size), SIGBUS);
	release_tagged();
}

static void shrink(void)
{
	static const struct operation operation = {
		.prepare = prepare_full, .act = act_shrink, .check = check_shrunk
	};

	each_with_tags(40, &operation);
}

static int act_punch(void)
{
	return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)(pages * page_size),
			 (off_t)page_size);
}

static void check_punched(bool done)
{
	const char *hole = memory + pages * page_size;

	CHECK(is_filled(hole, done ? 0 : 'f', page_size));
	CHECK(is_filled(hole + page_size, 'f', len - (pages + 1) * page_size));
	release_tagged();
}

static void punch(void)
{
	static const struct operation operation = {
		.prepare = prepare_full, .act = act_punch, .check = check_punched
	};

	each_with_tags(40, &operation);
}

static int act_allocate(void)
{
	return fallocate(fd, 0, 0, (off_t)(len + 3 * huge));
}

static void check_allocated(bool done)
{
	size_t size = done ? len + 3 * huge : len;

	buffer_check_size(fd, size);
	CHECK_EQ(total_size(), size);
	if (done)
		CHECK_EQ(info(fd).resident, size);
	CHECK(is_filled(memory + pages * page_size, 0, len - pages * page_size));
	release_tagged();
}

static void allocate(void)
{
	static const struct operation operation = {
		.prepare = prepare_tagged, .act = act_allocate, .check = check_allocated
	};

	each_with_tags(3, &operation);
}

/* What a device or a driver gets: it is frozen when they have it, and not before. */

static void prepare_fragments(void)
{
	prepare_tagged();
	CHECK_EQ(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			   (off_t)((pages + 1) * page_size), (off_t)page_size), 0);
}

static int act_segments(void)
{
	static struct mymap_segment list[64];
	uint32_t nr, total;

	return try_segments(fd, list, 64, &nr, &total);
}

static void check_frozen(bool frozen)
{
	size_t more = len + page_size;

	if (frozen)
		CHECK_ERRNO(ftruncate(fd, (off_t)more), EBUSY);
	else
		CHECK_EQ(ftruncate(fd, (off_t)more), 0);
}

static void check_told(bool done)
{
	check_frozen(done);
	release_tagged();
}

static void segments(void)
{
	static const struct operation operation = {
		.prepare = prepare_fragments, .act = act_segments, .check = check_told
	};

	require_root();
	each_with_tags(3, &operation);
}

static int act_export(void)
{
	other = try_export(fd, page_size, len - page_size);
	return other < 0 ? -1 : 0;
}

static void check_exported(bool done)
{
	check_frozen(done);
	if (done) {
		mapping = map_shared(other, page_size);
		CHECK(tag_is(mapping, 1));
		unmap(mapping, page_size);
		close_it(&other);
		check_frozen(false);
	}
	release_tagged();
}

static void export(void)
{
	static const struct operation operation = {
		.prepare = prepare_fragments, .act = act_export, .check = check_exported
	};

	each_with_tags(3, &operation);
}

/* Rings. */

static void prepare_eventfd(void)
{
	prepare_tagged();
	other = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	CHECK(other >= 0);
}

static int eventfd_is_told(unsigned int cmd)
{
	struct mymap_eventfd args = { .size = sizeof(args), .fd = other };

	return ioctl(fd, cmd, &args);
}

static int act_add_eventfd(void)
{
	return eventfd_is_told(MYMAP_IOC_ADD_EVENTFD);
}

static void check_added(bool done)
{
	struct mymap_ring ring = { .size = sizeof(ring) };
	uint64_t count;

	CHECK_EQ(ioctl(fd, MYMAP_IOC_RING, &ring), 0);
	CHECK_EQ(ring.sequence, 1);
	if (done)
		CHECK_EQ(read(other, &count, sizeof(count)), sizeof(count));
	else
		CHECK_ERRNO(read(other, &count, sizeof(count)), EAGAIN);
	if (done)
		CHECK_EQ(eventfd_is_told(MYMAP_IOC_REMOVE_EVENTFD), 0);
	else
		CHECK_ERRNO(eventfd_is_told(MYMAP_IOC_REMOVE_EVENTFD), ENOENT);
	release_tagged();
}

static void add_eventfd(void)
{
	static const struct operation operation = {
		.prepare = prepare_eventfd, .act = act_add_eventfd, .check = check_added
	};

	each_with_tags(3, &operation);
}

static const struct test_case cases[] = {
	CASE(create_plain),
	CASE(create_populated),
	CASE(create_contiguous),
	CASE(create_device),
	CASE(create_uncached),
	CASE(create_named),
	CASE(open_by_name),
	CASE(open_node),
	CASE(destroy_always),
	CASE(reopen),
	CASE(map),
	CASE(split),
	CASE(touch),
	CASE(copy),
	CASE(write_bytes),
	CASE(splice_to_a_pipe),
	CASE(shrink),
	CASE(punch),
	CASE(allocate),
	CASE(segments),
	CASE(export),
	CASE(add_eventfd),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
