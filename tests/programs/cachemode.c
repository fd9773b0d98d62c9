// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cache modes: which are to be had, and that all mappings of a buffer are in its own. What is
 * in page tables, tests/modules/cachemode knows.
 *
 *   cachemode CASE [MODULE]
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "device.h"
#include "load.h"
#include "test.h"

/* Where the kernel's own mapping of memory can be changed. */
#if defined(__x86_64__) || defined(__i386__)
#define CAN_CHANGE	true
#else
#define CAN_CHANGE	false
#endif

#define NR_PAGES	600

static int try_mode(uint32_t kind, uint32_t cache)
{
	struct mymap_create create = {
		.buffer_size = NR_PAGES * page_size,
		.kind = kind,
		.cache = cache,
	};

	return try_create_struct(&create);
}

static int mode_create(uint32_t cache)
{
	int fd = try_mode(MYMAP_KIND_DEVICE, cache);

	CHECK(fd >= 0);
	CHECK_EQ(info(fd).cache, cache);
	return fd;
}

/* In what the memory of the module's own device is: boards do not say that it sees the caches. */
static uint32_t usual(void)
{
	int fd = kind_create(MYMAP_KIND_DEVICE, page_size);
	uint32_t cache = info(fd).cache;

	close(fd);
	return cache;
}

static void it_is_told(void)
{
	CHECK(query().features & MYMAP_FEATURE_CACHE_MODES);
	CHECK_EQ(info(buffer_create(page_size, 0)).cache, MYMAP_CACHE_CACHED);
	CHECK_EQ(info(door_open(O_RDONLY)).cache, MYMAP_CACHE_CACHED);
	CHECK_EQ(info(kind_create(MYMAP_KIND_CONTIGUOUS, page_size)).cache, MYMAP_CACHE_CACHED);
	CHECK(usual() >= MYMAP_CACHE_CACHED && usual() <= MYMAP_CACHE_UNCACHED);
	CHECK(usual() == MYMAP_CACHE_CACHED || !CAN_CHANGE);
	CHECK_EQ(info(buffer_create(page_size, 0)).reserved, 0);
}

static void pages_are_cached(void)
{
	uint32_t kind, cache;

	for (kind = MYMAP_KIND_PAGES; kind <= MYMAP_KIND_CONTIGUOUS; kind++) {
		CHECK(try_mode(kind, MYMAP_CACHE_CACHED) >= 0);
		for (cache = MYMAP_CACHE_WRITE_COMBINED; cache <= MYMAP_CACHE_UNCACHED; cache++)
			CHECK_ERRNO(try_mode(kind, cache), EOPNOTSUPP);
	}
	CHECK_EQ(total_size(), 2 * NR_PAGES * page_size);
}

static void no_such_mode(void)
{
	CHECK_ERRNO(try_mode(MYMAP_KIND_DEVICE, MYMAP_CACHE_UNCACHED + 1), EINVAL);
	CHECK_ERRNO(try_mode(MYMAP_KIND_PAGES, ~0U), EINVAL);
}

static void where_the_machine_can(void)
{
	uint32_t cache, is = usual();

	for (cache = MYMAP_CACHE_CACHED; cache <= MYMAP_CACHE_UNCACHED; cache++)
		if (cache == is || CAN_CHANGE)
			close(mode_create(cache));
		else
			CHECK_ERRNO(try_mode(MYMAP_KIND_DEVICE, cache), EOPNOTSUPP);
	CHECK_EQ(total_size(), 0);
}

static void require_modes(void)
{
	if (!CAN_CHANGE)
		test_skip("this architecture changes no cache modes");
}

/* It is memory as any other: by mappings, by read and write, full of zeros at first. */
static void works_in(uint32_t cache)
{
	int fd = mode_create(cache);
	size_t len = NR_PAGES * page_size;
	char *memory = map_shared(fd, len), *bytes = malloc(len);

	CHECK(bytes);
	CHECK(is_filled(memory, 0, len));
	tags_write(memory, 0, NR_PAGES);
	CHECK_EQ(pread(fd, bytes, len, 0), len);
	tags_check(bytes, 0, NR_PAGES);
	memset(bytes, 'b', len);
	CHECK_EQ(pwrite(fd, bytes, len, 0), len);
	CHECK(is_filled(memory, 'b', len));
	CHECK_EQ(try_sync(fd, 0, len, MYMAP_SYNC_BOTH, 0), 0);
	unmap(memory, len);
	free(bytes);
	close(fd);
}

static void it_is_memory(void)
{
	works_in(usual());
	if (!CAN_CHANGE)
		return;
	works_in(MYMAP_CACHE_WRITE_COMBINED);
	works_in(MYMAP_CACHE_UNCACHED);
}

static void look_at_mapping(const char *memory, uint32_t cache)
{
	int result;

	CHECK_EQ(touch_read(memory), 0);
	result = try_load("address=%lu cache=%u", (unsigned long)(uintptr_t)memory, cache);
	if (result && errno == EOPNOTSUPP)
		test_skip("the module cannot read the page tables of this architecture");
	CHECK_EQ(result, 0);
}

/* What the module has found; it goes. */
static unsigned long frame_found(void)
{
	FILE *file = fopen("/sys/module/cachemode/parameters/frame", "r");
	unsigned long frame;

	CHECK(file);
	CHECK_EQ(fscanf(file, "%lu", &frame), 1);
	fclose(file);
	CHECK_EQ(try_remove("cachemode"), 0);
	return frame;
}

/* Of two pages, since the first of them could be by chance. */
static void looks_as_it_says(uint32_t cache)
{
	size_t len = NR_PAGES * page_size;
	int fd = mode_create(cache);
	char *memory = map_shared(fd, len), *other;
	unsigned long frame;

	look_at_mapping(memory, cache);
	frame = frame_found();
	look_at_mapping(memory + len - page_size, cache);
	CHECK_EQ(frame_found(), frame + NR_PAGES - 1);

	/* Whoever maps it, and how. */
	other = map_shared(fd_reopen(fd, O_RDWR), len);
	look_at_mapping(other, cache);
	CHECK_EQ(frame_found(), frame);
	unmap(other, len);
	other = mmap(NULL, page_size, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK(other != MAP_FAILED);
	look_at_mapping(other, cache);
	CHECK_EQ(frame_found(), frame);
	unmap(other, page_size);
	unmap(memory, len);
	close(fd);
}

static void page_tables(void)
{
	looks_as_it_says(usual());
	if (!CAN_CHANGE)
		return;
	looks_as_it_says(MYMAP_CACHE_WRITE_COMBINED);
	looks_as_it_says(MYMAP_CACHE_UNCACHED);
}

/* Who gets the memory next finds it as all memory is. */
static void goes_back_cached(void)
{
	uint32_t cache;

	require_modes();
	for (cache = MYMAP_CACHE_WRITE_COMBINED; cache <= MYMAP_CACHE_UNCACHED; cache++) {
		size_t len = NR_PAGES * page_size;
		int fd = mode_create(cache);
		char *memory = map_shared(fd, len);
		unsigned long frame;

		look_at_mapping(memory, cache);
		frame = frame_found();
		CHECK_ERRNO(try_load("frame=%lu cache=%u", frame, MYMAP_CACHE_CACHED), EILSEQ);
		unmap(memory, len);
		close(fd);
		CHECK_EQ(try_load("frame=%lu cache=%u", frame, MYMAP_CACHE_CACHED), 0);
		frame_found();
	}
}

/* What goes with the device goes back as well. */
static void goes_with_its_device(void)
{
	size_t len = NR_PAGES * page_size;
	unsigned long frame;
	char *memory;
	int fd;

	require_modes();
	require_root();
	own_device_comes_back();
	fd = mode_create(MYMAP_CACHE_UNCACHED);
	memory = map_shared(fd, len);
	look_at_mapping(memory, MYMAP_CACHE_UNCACHED);
	frame = frame_found();
	driver_is_told("unbind", "mymap");
	CHECK_EQ(touch_read(memory), SIGBUS);
	CHECK_EQ(info(fd).cache, MYMAP_CACHE_UNCACHED);
	CHECK_EQ(try_load("frame=%lu cache=%u", frame, MYMAP_CACHE_CACHED), 0);
	frame_found();
	driver_is_told("bind", "mymap");
}

/* A buffer by its name, in the mode that INFO tells. */
static void named_page_tables(void)
{
	char path[64];
	int fd;

	CHECK(snprintf(path, sizeof(path), "/dev/mymap-by-name/%s", test_argument(1)) < (int)sizeof(path));
	fd = open(path, O_RDWR | O_CLOEXEC);
	CHECK(fd >= 0);
	look_at_mapping(map_shared(fd, page_size), info(fd).cache);
	frame_found();
}

static const struct test_case cases[] = {
	CASE(it_is_told),
	CASE(pages_are_cached),
	CASE(no_such_mode),
	CASE(where_the_machine_can),
	CASE(it_is_memory),
	CASE(page_tables),
	CASE(goes_back_cached),
	CASE(goes_with_its_device),
	CASE(named_page_tables),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
