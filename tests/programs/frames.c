// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device kind: frames without pages, which go with their device.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device.h"
#include "test.h"

/* From the mapping itself: it faults while it is copied. */
static void reads_into_itself(void)
{
	size_t len = 4 * page_size;
	int fd = kind_create(MYMAP_KIND_DEVICE, len);
	char *memory = map_shared(fd, len);

	CHECK_EQ(pwrite(fd, "0123456789", 10, 0), 10);
	CHECK_EQ(pread(fd, memory + 2 * page_size, 10, 0), 10);
	CHECK_EQ(pwrite(fd, memory + 2 * page_size, 10, (off_t)(3 * page_size)), 10);
	CHECK(!memcmp(memory + 3 * page_size, "0123456789", 10));
}

static void private_mappings(void)
{
	int fd = kind_create(MYMAP_KIND_DEVICE, 2 * page_size);
	char *memory;

	CHECK_ERRNO((intptr_t)mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0), EINVAL);
	CHECK_EQ(pwrite(fd, "x", 1, 0), 1);
	memory = mmap(NULL, page_size, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK(memory != MAP_FAILED);
	CHECK_EQ(memory[0], 'x');
	CHECK_ERRNO(mprotect(memory, page_size, PROT_READ | PROT_WRITE), EACCES);
}

static void read_only_descriptor(void)
{
	int fd = fd_reopen(kind_create(MYMAP_KIND_DEVICE, page_size), O_RDONLY);
	char *memory = map_at(fd, page_size, 0, PROT_READ);

	CHECK_ERRNO((intptr_t)mmap(NULL, page_size, PROT_WRITE, MAP_SHARED, fd, 0), EACCES);
	CHECK_ERRNO(mprotect(memory, page_size, PROT_READ | PROT_WRITE), EACCES);
}

static void debuggers_see_frames(void)
{
	int fd = kind_create(MYMAP_KIND_DEVICE, 2 * page_size);
	char *memory = map_shared(fd, 2 * page_size), bytes[10];
	int self = open("/proc/self/mem", O_RDWR);

	CHECK_EQ(pwrite(fd, "0123456789", 10, (off_t)page_size), 10);
	CHECK_EQ(pread(self, bytes, 10, (off_t)(uintptr_t)(memory + page_size)), 10);
	CHECK(!memcmp(bytes, "0123456789", 10));
	CHECK_EQ(pwrite(self, "ab", 2, (off_t)(uintptr_t)(memory + 5)), 2);
	CHECK(!memcmp(memory + 5, "ab", 2));
}

/* What the process may not write, nobody writes for it: there is no copy that he could write to. */
static void debuggers_write_nothing_read_only(void)
{
	int fd = kind_create(MYMAP_KIND_DEVICE, page_size), self = open("/proc/self/mem", O_RDWR);
	char *shared = map_shared(fd, page_size), byte;
	char *const memory[] = {
		map_at(fd_reopen(fd, O_RDONLY), page_size, 0, PROT_READ),
		map_at(fd, page_size, 0, PROT_READ),
		mmap(NULL, page_size, PROT_READ, MAP_PRIVATE, fd, 0),
	};
	size_t i;

	for (i = 0; i < sizeof(memory) / sizeof(memory[0]); i++) {
		CHECK(memory[i] != MAP_FAILED);
		CHECK_ERRNO(pwrite(self, "x", 1, (off_t)(uintptr_t)memory[i]), EIO);
		CHECK_EQ(pread(self, &byte, 1, (off_t)(uintptr_t)memory[i]), 1);
		CHECK_EQ(byte, 0);
		CHECK_EQ(shared[0], 0);
	}
}

static void child_maps_frames(void *data)
{
	tags_check(data, 0, 600);
	CHECK_EQ(munmap(data, 600 * page_size), 0);
}

static void fork_shares_frames(void)
{
	char *memory = map_shared(kind_create(MYMAP_KIND_DEVICE, 600 * page_size), 600 * page_size);

	tags_write(memory, 0, 600);
	in_child(child_maps_frames, memory);
	tags_check(memory, 0, 600);
}

/* The device goes: the module's own, through sysfs. */

static void device_goes(void)
{
	size_t len = 600 * page_size;
	char byte, *memory, *other, *run;
	int fd, kept;

	require_root();
	own_device_comes_back();
	fd = kind_create(MYMAP_KIND_DEVICE, len);
	kept = kind_create(MYMAP_KIND_CONTIGUOUS, len);
	memory = map_shared(fd, len);
	other = map_shared(fd, len);
	run = map_shared(kept, len);
	tags_write(memory, 0, 600);
	tags_write(run, 0, 600);

	driver_is_told("unbind", "mymap");
	/* What was touched, and what was not. */
	CHECK_EQ(touch_read(memory), SIGBUS);
	CHECK_EQ(touch_write(memory + 599 * page_size), SIGBUS);
	CHECK_EQ(touch_read(other), SIGBUS);
	CHECK_ERRNO(pread(fd, &byte, 1, 0), ENXIO);
	CHECK_ERRNO(pwrite(fd, "x", 1, 0), ENXIO);
	CHECK_ERRNO((intptr_t)mmap(NULL, page_size, PROT_READ, MAP_SHARED, fd, 0), ENXIO);
	CHECK_ERRNO(fallocate(fd, 0, 0, (off_t)len), ENXIO);
	CHECK_EQ(info(fd).properties, MYMAP_BUFFER_GONE);
	CHECK_EQ(info(fd).resident, 0);
	/* Nobody else's goes. */
	tags_check(run, 0, 600);
	CHECK_EQ(info(kept).properties, MYMAP_BUFFER_PINNABLE);

	CHECK_ERRNO(try_kind(MYMAP_KIND_DEVICE, page_size, ""), ENOENT);
	CHECK_ERRNO(try_kind(MYMAP_KIND_PAGES, page_size, "mymap"), ENOENT);
	close(kind_create(MYMAP_KIND_PAGES, page_size));
	close(kind_create(MYMAP_KIND_CONTIGUOUS, page_size));

	driver_is_told("bind", "mymap");
	/* What has gone stays so. */
	CHECK_EQ(touch_read(memory), SIGBUS);
	memory = map_shared(kind_create(MYMAP_KIND_DEVICE, len), len);
	tags_write(memory, 0, 600);
	tags_check(memory, 0, 600);
}

static volatile bool stop;

static void touch_again_and_again(void *data)
{
	char *memory = data;

	while (!stop) {
		touch_read(memory);
		touch_write(memory + 300 * page_size);
	}
}

/* In one process touches; in another one the device comes and goes. */
static void device_goes_under_faults(void)
{
	double end = now() + 5;
	pid_t child;
	int rounds = 0;

	require_root();
	own_device_comes_back();
	while (now() < end) {
		size_t len = 600 * page_size;
		int fd = kind_create(MYMAP_KIND_DEVICE, len);
		char *memory = map_shared(fd, len);

		child = child_start(touch_again_and_again, memory);
		usleep(20000);
		driver_is_told("unbind", "mymap");
		CHECK_EQ(touch_read(memory), SIGBUS);
		child_kill(child, 5);
		unmap(memory, len);
		close(fd);
		driver_is_told("bind", "mymap");
		rounds++;
	}
	CHECK(rounds > 3);
}

/* Which may fail, but only because the device is gone: for a buffer made meanwhile there is none. */
static void use_again_and_again(void *data)
{
	uint32_t kind = *(uint32_t *)data, nr, total;
	size_t len = 4 * page_size;
	bool is_device = kind == MYMAP_KIND_DEVICE;
	int fd, i;

	while (!stop) {
		fd = try_kind(kind, len, "");
		if (fd < 0) {
			CHECK(is_device && (errno == ENOENT || errno == ENXIO));
			continue;
		}
		if (try_segments(fd, NULL, 0, &nr, &total))
			CHECK(errno == ENXIO || (errno == ENODEV && !is_device));
		for (i = 0; i < 20; i++)
			if (try_sync(fd, 0, len, MYMAP_SYNC_BOTH, i % 2))
				CHECK_EQ(errno, ENXIO);
		close(fd);
	}
}

/* CREATE, SEGMENTS and SYNC of all kinds while it comes and goes. */
static void device_goes_under_calls(void)
{
	uint32_t kinds[] = { MYMAP_KIND_PAGES, MYMAP_KIND_CONTIGUOUS, MYMAP_KIND_DEVICE };
	double end;
	pid_t children[3];
	int i, rounds = 0;

	require_root();
	own_device_comes_back();
	for (i = 0; i < 3; i++)
		children[i] = child_start(use_again_and_again, &kinds[i]);
	end = now() + 5;
	while (now() < end) {
		driver_is_told("unbind", "mymap");
		usleep(5000);
		driver_is_told("bind", "mymap");
		usleep(5000);
		rounds++;
	}
	for (i = 0; i < 3; i++)
		child_kill(children[i], 5);
	CHECK(rounds > 3);
}

static const struct test_case cases[] = {
	CASE(reads_into_itself),
	CASE(private_mappings),
	CASE(read_only_descriptor),
	CASE(debuggers_see_frames),
	CASE(debuggers_write_nothing_read_only),
	CASE(fork_shares_frames),
	CASE(device_goes),
	CASE(device_goes_under_faults),
	CASE(device_goes_under_calls),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
