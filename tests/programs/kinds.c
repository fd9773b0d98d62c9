// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kinds other than pages: one run of memory, of pages or of a device's frames.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "device.h"
#include "test.h"

#define MIB		((size_t)1 << 20)

/* CREATE of a page. */
static int try_struct(struct mymap_create create)
{
	create.buffer_size = page_size;
	return try_create_struct(&create);
}

static void pages_by_their_number(void)
{
	int fd = kind_create(MYMAP_KIND_PAGES, 3 * page_size);

	CHECK_EQ(info(fd).kind, MYMAP_KIND_PAGES);
	CHECK_EQ(info(fd).seals, 0);
	CHECK_EQ(info(fd).resident, 0);
}

static void unknown_kind(void)
{
	CHECK_ERRNO(try_struct((struct mymap_create){ .kind = 4 }), EINVAL);
	CHECK_ERRNO(try_struct((struct mymap_create){ .kind = ~0U }), EINVAL);
}

static void name_of_a_device_without_end(void)
{
	struct mymap_create create = { 0 };

	memset(create.device, 'x', sizeof(create.device));
	CHECK_ERRNO(try_struct(create), EINVAL);
}

static void unknown_device(void)
{
	CHECK_ERRNO(try_kind(MYMAP_KIND_PAGES, page_size, "nobody"), ENOENT);
	CHECK_ERRNO(try_kind(MYMAP_KIND_CONTIGUOUS, page_size, "nobody"), ENOENT);
	CHECK_ERRNO(try_kind(MYMAP_KIND_DEVICE, page_size, "nobody"), ENOENT);
}

static void own_device_by_its_name(void)
{
	int fd = try_kind(MYMAP_KIND_DEVICE, page_size, "mymap");

	CHECK(fd >= 0);
	CHECK(!strcmp(info(fd).device, "mymap"));
}

static void tells(uint32_t kind, uint64_t properties)
{
	int fd = kind_create(kind, 3 * page_size - 1);
	struct mymap_info i = info(fd);

	CHECK_EQ(i.buffer_size, 3 * page_size);
	CHECK_EQ(i.kind, kind);
	CHECK_EQ(i.properties, properties);
	CHECK_EQ(i.resident, 3 * page_size);
	CHECK_EQ(i.seals, MYMAP_SEAL_SHRINK | MYMAP_SEAL_GROW | MYMAP_SEAL_SEAL);
	CHECK(!strcmp(i.device, "mymap"));
}

static void info_tells_kind(void)
{
	tells(MYMAP_KIND_CONTIGUOUS, MYMAP_BUFFER_PINNABLE);
	tells(MYMAP_KIND_DEVICE, 0);
}

/* No splat: the log is looked at behind each test. */
static void too_long_a_run(void)
{
	CHECK_ERRNO(try_kind(MYMAP_KIND_CONTIGUOUS, 257 * MIB, ""), ENOMEM);
	CHECK_ERRNO(try_kind(MYMAP_KIND_DEVICE, 700 * MIB, ""), ENOMEM);
}

static void limits_count(void)
{
	int a = kind_create(MYMAP_KIND_CONTIGUOUS, 2 * page_size);
	int b = kind_create(MYMAP_KIND_DEVICE, 3 * page_size);

	CHECK_EQ(total_size(), 5 * page_size);
	close(a);
	close(b);
	CHECK_EQ(total_size(), 0);
	CHECK_ERRNO(try_kind(MYMAP_KIND_DEVICE, query().max_buffer_size + page_size, ""), EDQUOT);
	CHECK_EQ(total_size(), 0);
}

/* The memory. */

static uint64_t frame_of(int pagemap, const void *addr)
{
	uint64_t entry;

	CHECK_EQ(pread(pagemap, &entry, sizeof(entry),
		       (off_t)((uintptr_t)addr / page_size * sizeof(entry))), sizeof(entry));
	CHECK(entry >> 63);
	return entry & ((1ULL << 55) - 1);
}

/* The kernel does not tell the frames of mappings without pages. */
static void check_run(uint32_t kind, size_t size)
{
	int fd = kind_create(kind, size), pagemap = open("/proc/self/pagemap", O_RDONLY);
	char *memory = map_shared(fd, size);
	size_t i, nr = size / page_size;
	uint64_t first;

	CHECK(is_filled(memory, 0, size));
	tags_write(memory, 0, nr);
	if (kind == MYMAP_KIND_CONTIGUOUS) {
		first = frame_of(pagemap, memory);
		for (i = 1; i < nr; i++)
			CHECK_EQ(frame_of(pagemap, memory + i * page_size), first + i);
	}
	tags_check(memory, 0, nr);
	close(pagemap);
	unmap(memory, size);
	close(fd);
}

static void frames_follow_each_other(void)
{
	static const uint32_t kinds[] = { MYMAP_KIND_CONTIGUOUS, MYMAP_KIND_DEVICE };
	size_t i;

	require_root();
	for (i = 0; i < 2; i++) {
		check_run(kinds[i], page_size);
		check_run(kinds[i], 3 * page_size);
		check_run(kinds[i], MIB);
		check_run(kinds[i], 2 * MIB);
		check_run(kinds[i], 2 * MIB + page_size);
		check_run(kinds[i], 4 * MIB - page_size);
		check_run(kinds[i], 4 * MIB);
	}
}

/* What is free afterwards is as much as before: the part beyond the end as well. */
static void the_rest_of_the_run_goes_back(void)
{
	size_t i;

	for (i = 0; i < 2000; i++)
		close(kind_create(MYMAP_KIND_CONTIGUOUS, 2 * MIB + page_size));
}

static void read_and_write(uint32_t kind)
{
	size_t len = 3 * page_size;
	int fd = kind_create(kind, len);
	char *memory = map_shared(fd, len);
	char bytes[100], back[100];
	off_t at = (off_t)page_size - 50;

	memset(bytes, 0x5a, sizeof(bytes));
	CHECK_EQ(pwrite(fd, bytes, sizeof(bytes), at), sizeof(bytes));
	CHECK(!memcmp(memory + at, bytes, sizeof(bytes)));
	memory[at + 7] = 1;
	CHECK_EQ(pread(fd, back, sizeof(back), at), sizeof(back));
	CHECK_EQ(back[6], 0x5a);
	CHECK_EQ(back[7], 1);
	CHECK_EQ(pread(fd, back, sizeof(back), (off_t)len - 10), 10);
	CHECK_EQ(pread(fd, back, sizeof(back), (off_t)len), 0);
	CHECK_EQ(pwrite(fd, bytes, sizeof(bytes), (off_t)len - 10), 10);
	CHECK_ERRNO(pwrite(fd, bytes, 1, (off_t)len), ENOSPC);
	CHECK_ERRNO(pread(fd, bad_pointer(1), 10, 0), EFAULT);
	CHECK_ERRNO(pwrite(fd, bad_pointer(1), 10, 0), EFAULT);
}

static void reads_and_writes(void)
{
	read_and_write(MYMAP_KIND_CONTIGUOUS);
	read_and_write(MYMAP_KIND_DEVICE);
}

static void keeps_its_size(uint32_t kind)
{
	int fd = kind_create(kind, 4 * page_size);

	CHECK_ERRNO(ftruncate(fd, (off_t)page_size), EPERM);
	CHECK_ERRNO(ftruncate(fd, (off_t)(5 * page_size)), EPERM);
	CHECK_ERRNO(buffer_resize(fd, page_size), EPERM);
	CHECK_ERRNO(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)page_size),
		    EOPNOTSUPP);
	CHECK_ERRNO(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 1, 5), EOPNOTSUPP);
	CHECK_EQ(fallocate(fd, 0, 0, (off_t)(4 * page_size)), 0);
	CHECK_ERRNO(fallocate(fd, 0, 0, (off_t)(5 * page_size)), EPERM);
	buffer_check_size(fd, 4 * page_size);
	CHECK_EQ(lseek(fd, 0, SEEK_DATA), 0);
	CHECK_EQ(lseek(fd, 5, SEEK_DATA), 5);
	CHECK_EQ(lseek(fd, 0, SEEK_HOLE), 4 * page_size);
}

static void size_never_changes(void)
{
	keeps_its_size(MYMAP_KIND_CONTIGUOUS);
	keeps_its_size(MYMAP_KIND_DEVICE);
}

static void beyond_the_end(uint32_t kind)
{
	int fd = kind_create(kind, 3 * page_size);
	char *memory;

	CHECK_ERRNO((intptr_t)mmap(NULL, 4 * page_size, PROT_READ, MAP_SHARED, fd, 0), EINVAL);
	CHECK_ERRNO((intptr_t)mmap(NULL, page_size, PROT_READ, MAP_SHARED, fd, (off_t)(3 * page_size)),
		    EINVAL);
	/* The last page alone, at its own offset. */
	memory = map_shared(fd, 3 * page_size);
	tags_write(memory, 0, 3);
	tags_check(map_at(fd, page_size, (off_t)(2 * page_size), PROT_READ), 2, 1);
	/* Made longer, it is as long as it was, or it ends in SIGBUS. */
	memory = mremap(memory, 3 * page_size, 4 * page_size, MREMAP_MAYMOVE);
	if (memory != MAP_FAILED)
		CHECK_EQ(touch_read(memory + 3 * page_size), SIGBUS);
}

static void nothing_beyond_the_end(void)
{
	beyond_the_end(MYMAP_KIND_CONTIGUOUS);
	beyond_the_end(MYMAP_KIND_DEVICE);
}

static void parts_of_a_mapping(uint32_t kind)
{
	size_t nr = 700, len = nr * page_size;
	int fd = kind_create(kind, len);
	char *memory = map_shared(fd, len);

	tags_write(memory, 0, nr);
	unmap(memory + 10 * page_size, page_size);
	CHECK_EQ(mprotect(memory + 20 * page_size, page_size, PROT_READ), 0);
	CHECK_EQ(touch_write(memory + 20 * page_size), SIGSEGV);
	CHECK_EQ(touch_read(memory + 10 * page_size), SIGSEGV);
	tags_check(memory, 0, 10);
	tags_check(memory + 11 * page_size, 11, nr - 11);
	/* Seen at its own offset where it is touched through a piece first. */
	memory = map_shared(fd, len);
	unmap(memory, 5 * page_size);
	tags_check(memory + 5 * page_size, 5, nr - 5);
}

static void parts_keep_their_offset(void)
{
	parts_of_a_mapping(MYMAP_KIND_CONTIGUOUS);
	parts_of_a_mapping(MYMAP_KIND_DEVICE);
}

static void private_copies_of_pages(void)
{
	size_t len = 3 * page_size;
	int fd = kind_create(MYMAP_KIND_CONTIGUOUS, len);
	char *shared = map_shared(fd, len);
	char *memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	CHECK(memory != MAP_FAILED);
	tags_write(shared, 0, 3);
	memory[0] = 77;
	tags_check(shared, 0, 3);
}

static const struct test_case cases[] = {
	CASE(pages_by_their_number),
	CASE(unknown_kind),
	CASE(name_of_a_device_without_end),
	CASE(unknown_device),
	CASE(own_device_by_its_name),
	CASE(info_tells_kind),
	CASE(too_long_a_run),
	CASE(limits_count),
	CASE(frames_follow_each_other),
	CASE(the_rest_of_the_run_goes_back),
	CASE(reads_and_writes),
	CASE(size_never_changes),
	CASE(nothing_beyond_the_end),
	CASE(parts_keep_their_offset),
	CASE(private_copies_of_pages),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
