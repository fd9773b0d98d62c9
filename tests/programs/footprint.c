// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel needs for buffers besides their memory. Each case says what it measured.
 */
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "test.h"

#define MANY 1000
#define MANY_CACHES 128
#define MIB ((size_t)1 << 20)

/* What was freed is free a moment later. And objects that a processor has at hand count as used: they go back first. */
static void give_free_objects_back(void)
{
	glob_t caches;
	size_t i;

	usleep(300000);
	if (glob("/sys/kernel/slab/*/shrink", 0, NULL, &caches))
		test_skip("no /sys/kernel/slab here");
	for (i = 0; i < caches.gl_pathc; i++) {
		int fd = open(caches.gl_pathv[i], O_WRONLY | O_CLOEXEC);

		if (fd < 0)
			continue;
		(void)!write(fd, "1", 1);
		close(fd);
	}
	globfree(&caches);
}

static bool begins(const char *name, const char *with)
{
	return !strncmp(name, with, strlen(with));
}

static bool comes_with_a_file(const char *name)
{
	return !strcmp(name, "filp") || !strcmp(name, "lsm_file_cache");
}

/*
 * What the driver allocates is charged to a cgroup, for which most kernels have caches of their own, and what comes with
 * a file. Inodes and dentries are left out, since the machine has others that come and go.
 */
static bool counts(const char *name)
{
	return begins(name, "kmalloc-") || !strcmp(name, "radix_tree_node") || comes_with_a_file(name);
}

/* Objects of one cache of the slab. */
struct cache {
	char name[64];
	long long active;
	long long size;
};

struct slab {
	struct cache cache[MANY_CACHES];
	size_t nr;
	bool charges;
};

static void slab_read(struct slab *slab)
{
	char line[512];
	long long all;
	FILE *caches;

	give_free_objects_back();
	caches = fopen("/proc/slabinfo", "re");
	if (!caches)
		test_skip("no /proc/slabinfo here");
	slab->nr = 0;
	slab->charges = false;
	while (slab->nr < MANY_CACHES && fgets(line, sizeof(line), caches)) {
		struct cache *cache = &slab->cache[slab->nr];

		if (sscanf(line, "%63s %lld %lld %lld", cache->name, &cache->active, &all, &cache->size) != 4 ||
		    !counts(cache->name))
			continue;
		slab->charges |= begins(cache->name, "kmalloc-cg-");
		slab->nr++;
	}
	CHECK(slab->nr < MANY_CACHES);
	fclose(caches);
}

/* The first time makes what all later ones use, in the kernel as well. */
static void slab_before(struct slab *slab)
{
	if (getenv("MYMAP_SLOW"))
		test_skip("sizes are those of an ordinary kernel");
	slab_read(slab);
	slab_read(slab);
}

/* How many objects of a cache there are more than before. No cache comes or goes meanwhile. */
static long long more_of(const struct slab *before, const struct slab *after, size_t i)
{
	const struct cache *cache = &after->cache[i];

	CHECK_EQ(strcmp(cache->name, before->cache[i].name), 0);
	if (after->charges && begins(cache->name, "kmalloc-") && !begins(cache->name, "kmalloc-cg-"))
		return 0;
	return cache->active - before->cache[i].active;
}

/* Bytes more than before. */
static double slab_more(const struct slab *before)
{
	struct slab after;
	double bytes = 0;
	size_t i;

	slab_read(&after);
	for (i = 0; i < after.nr; i++)
		bytes += (double)(more_of(before, &after, i) * after.cache[i].size);
	return bytes;
}

/*
 * Bytes that each of @nr things has, with what comes with a file or without: whole objects. What the rest of the machine
 * takes and gives meanwhile, and what a processor has at hand, are fewer objects than there are things.
 */
static double slab_each(const struct slab *before, long long nr, bool with_file)
{
	struct slab after;
	double bytes = 0;
	size_t i;

	slab_read(&after);
	for (i = 0; i < after.nr; i++) {
		long long more = more_of(before, &after, i), each = (more + nr / 4) / nr;

		if (more <= 0 || !each || (!with_file && comes_with_a_file(after.cache[i].name)))
			continue;
		printf("%lld of %s\n", each, after.cache[i].name);
		bytes += (double)(each * after.cache[i].size);
	}
	return bytes;
}

static void check_at_most(const char *what, double bytes, double most)
{
	printf("%s: %.1f bytes, at most %.0f\n", what, bytes, most);
	if (bytes > most)
		FAIL("%s: %.1f bytes are more than %.0f", what, bytes, most);
}

/* Other processes take and give meanwhile: the least of three. What it costs always is in each of them. */
static void check_least(const char *what, double (*measure)(void), double most)
{
	double least = 0;
	int i;

	for (i = 0; i < 3; i++) {
		double bytes = measure();

		if (!i || bytes < least)
			least = bytes;
	}
	check_at_most(what, least, most);
}

static double of_a_huge_page(void)
{
	size_t len = 512 * MIB;
	struct slab before;
	double bytes;
	int fd;

	slab_before(&before);
	fd = buffer_create(len, POPULATE);
	CHECK_EQ(info(fd).resident_huge, len);
	bytes = slab_more(&before) / (double)(len / huge_size());
	close(fd);
	return bytes;
}

static void huge_page(void)
{
	require_huge();
	check_least("a page of the huge page size", of_a_huge_page, 64);
}

static double of_a_small_page(void)
{
	size_t len = 64 * MIB, nr = len / page_size;
	struct slab before;
	double bytes;
	int fd;

	slab_before(&before);
	fd = buffer_create(len, POPULATE);
	buffer_fragment(fd, nr);
	CHECK_EQ(info(fd).resident, len);
	CHECK(huge_size() == page_size || info(fd).resident_huge == 0);
	bytes = slab_more(&before) / (double)nr;
	close(fd);
	return bytes;
}

static void small_page(void)
{
	check_least("a page", of_a_small_page, 16);
}

static void many_files(void)
{
	struct rlimit limit = { 3 * MANY, 3 * MANY };

	if (setrlimit(RLIMIT_NOFILE, &limit))
		test_skip("no %d open files", 3 * MANY);
}

static void open_many(int fds[MANY], size_t size)
{
	int i;

	for (i = 0; i < MANY; i++)
		fds[i] = buffer_create(size, 0);
}

static void close_many(const int fds[MANY])
{
	int i;

	for (i = 0; i < MANY; i++)
		close(fds[i]);
}

/* Bytes for a buffer that is open, with what comes with its file or without. */
static double of_open_buffers(size_t size, bool with_file)
{
	struct slab before;
	int fds[MANY];
	double bytes;

	slab_before(&before);
	open_many(fds, size);
	bytes = slab_each(&before, MANY, with_file);
	close_many(fds);
	return bytes;
}

/* It comes by way of /proc. */
static double of_second_descriptors(void)
{
	int fds[MANY], again[MANY], i;
	struct slab before;
	double bytes;

	open_many(fds, page_size);
	slab_before(&before);
	for (i = 0; i < MANY; i++)
		again[i] = fd_reopen(fds[i], O_RDWR);
	bytes = slab_each(&before, MANY, true);
	close_many(again);
	close_many(fds);
	return bytes;
}

static void descriptors(void)
{
	many_files();
	check_at_most("a buffer that is open, without inode and dentry", of_open_buffers(page_size, true), 1024);
	check_at_most("a second descriptor of it", of_second_descriptors(), 1024);
}

/* Of a size that is the worst for what is as large as a power of two, and without what a file costs. */
static double of_pages_of_small_buffers(void)
{
	size_t nr = 16, len = nr * page_size;
	struct slab before;
	int fds[MANY], i;
	double bytes;

	open_many(fds, len);
	slab_before(&before);
	for (i = 0; i < MANY; i++)
		CHECK_EQ(fallocate(fds[i], 0, 0, (off_t)len), 0);
	bytes = slab_each(&before, MANY, false);
	close_many(fds);
	return bytes / (double)nr;
}

static void small_buffer(void)
{
	double bytes;

	many_files();
	bytes = of_pages_of_small_buffers();
	/* A count that sees nothing would find no table. */
	CHECK(bytes > 0);
	check_at_most("a page of a buffer of 16", bytes, 16);
}

/* A file's own objects are the same for each size, and which of those that were freed are counted differs by hundreds. */
static void size_alone(void)
{
	double largest, page;

	many_files();
	largest = of_open_buffers(query().max_buffer_size, false);
	page = of_open_buffers(page_size, false);
	/* A count that sees nothing would find no difference. */
	CHECK(page > 0);
	check_at_most("the largest size instead of a page", largest - page, 16);
}

static long page_table_bytes(void)
{
	char line[256];
	long kib = -1;
	FILE *status = fopen("/proc/self/status", "re");

	CHECK(status);
	while (fgets(line, sizeof(line), status) && sscanf(line, "VmPTE: %ld kB", &kib) != 1)
		;
	fclose(status);
	return kib * 1024;
}

/* Bytes that it takes to map and touch all of it. */
static long tables_of(int fd, size_t len)
{
	long before = page_table_bytes(), after;
	volatile char *memory = map_shared(fd, len);
	size_t i;

	for (i = 0; i < len; i += page_size)
		memory[i] = 1;
	after = page_table_bytes();
	unmap((void *)memory, len);
	return after - before;
}

static void page_tables(void)
{
	size_t len = 128 * MIB;
	int fd, huge;

	require_huge();
	fd = memfd_create("footprint", MFD_CLOEXEC | MFD_HUGETLB);
	if (fd < 0 || ftruncate(fd, (off_t)len) || fallocate(fd, 0, 0, (off_t)len))
		test_skip("no 128 MiB of hugetlb's pages");
	huge = (int)tables_of(fd, len);
	close(fd);
	printf("hugetlb's page tables: %d bytes\n", huge);
	check_at_most("page tables of 128 MiB", (double)tables_of(buffer_create(len, 0), len), huge + (double)page_size);
}

static const struct test_case cases[] = {
	CASE(huge_page),
	CASE(small_page),
	CASE(small_buffer),
	CASE(descriptors),
	CASE(size_alone),
	CASE(page_tables),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
