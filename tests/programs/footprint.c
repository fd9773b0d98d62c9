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
#include <unistd.h>

#include "test.h"

#define MANY 400
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

/*
 * Bytes of objects of the slab: what the driver allocates is charged to a cgroup, for which most kernels have caches of
 * their own, and what comes with a file. Inodes and dentries are left out, since the machine has others that come and go.
 */
static bool begins(const char *name, const char *with)
{
	return !strncmp(name, with, strlen(with));
}

static long long slab_now(void)
{
	char line[512], name[128];
	long long active, all, size, charged = 0, uncharged = 0, bytes = 0;
	FILE *caches;

	give_free_objects_back();
	caches = fopen("/proc/slabinfo", "re");
	if (!caches)
		test_skip("no /proc/slabinfo here");
	while (fgets(line, sizeof(line), caches)) {
		if (sscanf(line, "%127s %lld %lld %lld", name, &active, &all, &size) != 4)
			continue;
		if (!strcmp(name, "radix_tree_node"))
			bytes += active * size;
		else if (begins(name, "kmalloc-cg-"))
			charged += active * size;
		else if (begins(name, "kmalloc-"))
			uncharged += active * size;
		else if (!strcmp(name, "filp") || !strcmp(name, "lsm_file_cache"))
			bytes += active * size;
	}
	fclose(caches);
	return bytes + (charged ? charged : uncharged);
}

/* The first time makes what all later ones use, in the kernel as well. */
static long long slab_before(void)
{
	if (getenv("MYMAP_SLOW"))
		test_skip("sizes are those of an ordinary kernel");
	slab_now();
	return slab_now();
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
	long long before = slab_before();
	int fd = buffer_create(len, POPULATE);
	double bytes;

	CHECK_EQ(info(fd).resident_huge, len);
	bytes = (double)(slab_now() - before) / (double)(len / huge_size());
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
	long long before = slab_before();
	int fd = buffer_create(len, POPULATE);
	double bytes;

	buffer_fragment(fd, nr);
	CHECK_EQ(info(fd).resident, len);
	CHECK(huge_size() == page_size || info(fd).resident_huge == 0);
	bytes = (double)(slab_now() - before) / (double)nr;
	close(fd);
	return bytes;
}

static void small_page(void)
{
	check_least("a page", of_a_small_page, 16);
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

static double of_open_buffers(size_t size)
{
	long long before = slab_before();
	int fds[MANY];
	double bytes;

	open_many(fds, size);
	bytes = (double)(slab_now() - before) / MANY;
	close_many(fds);
	return bytes;
}

static double of_an_open_buffer(void)
{
	return of_open_buffers(page_size);
}

/* It comes by way of /proc. */
static double of_a_second_descriptor(void)
{
	int fds[MANY], again[MANY], i;
	long long before;
	double bytes;

	open_many(fds, page_size);
	before = slab_before();
	for (i = 0; i < MANY; i++)
		again[i] = fd_reopen(fds[i], O_RDWR);
	bytes = (double)(slab_now() - before) / MANY;
	close_many(again);
	close_many(fds);
	return bytes;
}

static void descriptors(void)
{
	check_least("a buffer that is open, without inode and dentry", of_an_open_buffer, 1024);
	check_least("a second descriptor of it", of_a_second_descriptor, 1024);
}

static double of_the_largest_size(void)
{
	return of_open_buffers(query().max_buffer_size) - of_open_buffers(page_size);
}

static void size_alone(void)
{
	check_least("the largest size instead of a page", of_the_largest_size, 16);
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
	CASE(descriptors),
	CASE(size_alone),
	CASE(page_tables),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
