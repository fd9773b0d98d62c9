// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel tells about mappings: smaps, maps, pagemap.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

#define MIB ((size_t)1 << 20)

/* Bytes in a field of the mapping that begins there. */
static uint64_t smaps_field(const void *addr, const char *field)
{
	FILE *file = fopen("/proc/self/smaps", "re");
	uint64_t kib = UINT64_MAX;
	bool found = false;
	char line[512];

	CHECK(file);
	while (fgets(line, sizeof(line), file)) {
		uint64_t begin, end;

		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &begin, &end) == 2)
			found = begin == (uintptr_t)addr;
		else if (found && !strncmp(line, field, strlen(field)))
			CHECK_EQ(sscanf(line + strlen(field), ": %" SCNu64 " kB", &kib), 1);
	}
	fclose(file);
	if (kib == UINT64_MAX)
		FAIL("smaps has no %s for %p", field, addr);
	return kib << 10;
}

/* Files and shared memory differ in the name only. */
static uint64_t pmd_mapped(const void *addr)
{
	return smaps_field(addr, "FilePmdMapped") + smaps_field(addr, "ShmemPmdMapped");
}

static void check_huge(size_t size, uint32_t flags, bool write)
{
	size_t huge = require_huge(), at;
	int fd = buffer_create(size, flags);
	char *memory = map_shared(fd, size);

	CHECK_EQ((uintptr_t)memory % huge, 0);
	for (at = 0; at < size; at += huge)
		CHECK_EQ(write ? touch_write(memory + at) : touch_read(memory + at), 0);
	CHECK_EQ(pmd_mapped(memory), size / huge * huge);
	CHECK_EQ(info(fd).resident_huge, size / huge * huge);
}

static void populated_64m_is_huge(void)
{
	check_huge(64 * MIB, POPULATE, true);
}

static void touched_64m_is_huge(void)
{
	check_huge(64 * MIB, 0, true);
}

static void read_64m_is_huge(void)
{
	check_huge(64 * MIB, 0, false);
	check_huge(64 * MIB, POPULATE, false);
}

static void odd_tail_is_huge_before_it(void)
{
	check_huge(64 * MIB + 3 * page_size, 0, true);
	check_huge(64 * MIB + 251 * page_size, POPULATE, true);
}

/* From an offset that is a multiple of 2 MiB. */
static void part_is_huge(void)
{
	size_t huge = require_huge();
	int fd = buffer_create(8 * huge, POPULATE);
	char *memory = map_at(fd, 4 * huge, (off_t)(2 * huge), PROT_READ);
	size_t at;

	for (at = 0; at < 4 * huge; at += huge)
		CHECK_EQ(touch_read(memory + at), 0);
	CHECK_EQ(pmd_mapped(memory), 4 * huge);
}

/* Written through the file first: the memory is the same. */
static void written_by_file_is_huge(void)
{
	size_t huge = require_huge(), at;
	int fd = buffer_create(4 * huge, 0);
	char *memory;

	for (at = 0; at < 4 * huge; at += huge)
		CHECK_EQ(pwrite(fd, "x", 1, (off_t)at), 1);
	memory = map_shared(fd, 4 * huge);
	for (at = 0; at < 4 * huge; at += huge)
		CHECK_EQ(memory[at], 'x');
	CHECK_EQ(pmd_mapped(memory), 4 * huge);
}

/* Two mappings are both huge, and a child's after a touch. */
static void child_is_huge(void *data)
{
	char *memory = data;
	size_t huge = huge_size(), at;

	for (at = 0; at < 4 * huge; at += huge)
		CHECK_EQ(touch_read(memory + at), 0);
	CHECK_EQ(pmd_mapped(memory), 4 * huge);
}

static void every_mapping_is_huge(void)
{
	size_t huge = require_huge(), at;
	int fd = buffer_create(4 * huge, 0);
	char *a = map_shared(fd, 4 * huge), *b;

	/* Apart, or they would be one line in smaps. */
	mmap(NULL, page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	b = map_shared(fd, 4 * huge);
	for (at = 0; at < 4 * huge; at += huge) {
		CHECK_EQ(touch_write(a + at), 0);
		CHECK_EQ(touch_write(b + at), 0);
	}
	CHECK_EQ(pmd_mapped(a), 4 * huge);
	CHECK_EQ(pmd_mapped(b), 4 * huge);
	in_child(child_is_huge, a);
}

static void mlock_is_huge(void)
{
	size_t huge = require_huge();
	char *memory = map_shared(buffer_create(4 * huge, 0), 4 * huge);

	CHECK_EQ(mlock(memory, 4 * huge), 0);
	CHECK_EQ(pmd_mapped(memory), 4 * huge);
	CHECK_EQ(smaps_field(memory, "Locked"), 4 * huge);
}

/* What a private page of 2 MiB costs is a page. */
static void private_copies_pages(void)
{
	size_t huge = require_huge();
	char *memory = mmap(NULL, 2 * huge, PROT_READ | PROT_WRITE, MAP_PRIVATE,
			    buffer_create(2 * huge, POPULATE), 0);

	CHECK(memory != MAP_FAILED);
	CHECK_EQ(touch_write(memory + 3 * page_size), 0);
	CHECK_EQ(smaps_field(memory, "Anonymous"), page_size);
}

static void resident_set_is_what_was_touched(void)
{
	size_t size = 251 * page_size;
	int fd = buffer_create(size, 0);
	char *memory = map_shared(fd, size);

	CHECK_EQ(smaps_field(memory, "Size"), size);
	CHECK_EQ(smaps_field(memory, "Rss"), 0);
	tags_write(memory, 0, 251);
	CHECK_EQ(smaps_field(memory, "Rss"), size);
	CHECK_EQ(madvise(memory, size, MADV_DONTNEED), 0);
	CHECK_EQ(smaps_field(memory, "Rss"), 0);
	CHECK_EQ(info(fd).resident, size);
	tags_check(memory, 0, 251);
}

/* Another process's smaps, numa_maps and pagemap while the mapping comes and goes. */
static void map_and_unmap(void *data)
{
	size_t size = 2 * huge_size() + 3 * page_size;

	(void)data;
	for (;;) {
		int fd = buffer_create(size, 0);
		char *memory = map_shared(fd, size);

		tags_write(memory, 0, size / page_size);
		close(fd);
		unmap(memory, size);
	}
}

static void read_all(pid_t pid, const char *name)
{
	static char bytes[65536];
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return;
	CHECK(fd >= 0);
	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
	close(fd);
}

static void read_while_mapping(void)
{
	pid_t child = child_start(map_and_unmap, NULL);
	double end = now() + 2;

	while (now() < end) {
		read_all(child, "smaps");
		read_all(child, "smaps_rollup");
		read_all(child, "maps");
		read_all(child, "numa_maps");
	}
	child_kill(child, 5);
}

static void maps_names_mymap(void)
{
	char *memory = map_shared(buffer_create(page_size, 0), page_size);
	FILE *file = fopen("/proc/self/maps", "re");
	char line[512], begin[32];
	bool found = false;

	CHECK(file);
	snprintf(begin, sizeof(begin), "%lx-", (unsigned long)memory);
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, begin, strlen(begin)) && !strstr(line, begin))
			continue;
		found = true;
		CHECK(strstr(line, "mymap"));
		CHECK(strstr(line, " rw-s "));
	}
	fclose(file);
	CHECK(found);
}

/* pagemap: a page that is there says so. The last of three is a chunk of its own: newer kernels map all of a chunk. */
static void pagemap_shows_pages(void)
{
	char *memory = map_shared(buffer_create(3 * page_size, 0), 3 * page_size);
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	off_t at = (off_t)((uintptr_t)memory / page_size * 8);
	uint64_t entries[3];

	CHECK(fd >= 0);
	CHECK_EQ(touch_write(memory + 2 * page_size), 0);
	CHECK_EQ(pread(fd, entries, sizeof(entries), at), sizeof(entries));
	CHECK_EQ(entries[2] >> 63, 1);
	CHECK_EQ(entries[0] >> 63, 0);
	/* Of a file or shared. */
	CHECK_EQ(entries[2] >> 61 & 1, 1);
}

static const struct test_case cases[] = {
	CASE(populated_64m_is_huge),
	CASE(touched_64m_is_huge),
	CASE(read_64m_is_huge),
	CASE(odd_tail_is_huge_before_it),
	CASE(part_is_huge),
	CASE(written_by_file_is_huge),
	CASE(every_mapping_is_huge),
	CASE(mlock_is_huge),
	CASE(private_copies_pages),
	CASE(resident_set_is_what_was_touched),
	CASE(read_while_mapping),
	CASE(maps_names_mymap),
	CASE(pagemap_shows_pages),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
