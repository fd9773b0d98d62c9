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

static void huge_page(void)
{
	size_t len = 512 * MIB, huge = require_huge();
	long long before = slab_before();
	int fd = buffer_create(len, POPULATE);

	CHECK_EQ(info(fd).resident_huge, len);
	check_at_most("a page of the huge page size", (double)(slab_now() - before) / (double)(len / huge), 64);
}

static void small_page(void)
{
	size_t len = 64 * MIB, nr = len / page_size;
	long long before = slab_before();
	int fd = buffer_create(len, POPULATE);

	buffer_fragment(fd, nr);
	CHECK_EQ(info(fd).resident, len);
	CHECK(huge_size() == page_size || info(fd).resident_huge == 0);
	check_at_most("a page", (double)(slab_now() - before) / (double)nr, 16);
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

/* What buffers that are open take each, and a second descriptor of them, which comes by way of /proc. */
static void measure_descriptors(double *first, double *second)
{
	long long before = slab_before(), opened, reopened;
	int fds[MANY], again[MANY], i;

	open_many(fds, page_size);
	opened = slab_now();
	for (i = 0; i < MANY; i++)
		again[i] = fd_reopen(fds[i], O_RDWR);
	reopened = slab_now();
	close_many(again);
	close_many(fds);

	*first = (double)(opened - before) / MANY;
	*second = (double)(reopened - opened) / MANY;
}

/* Other files come and go meanwhile: the least of three counts. */
static void descriptors(void)
{
	double first = 0, second = 0, a, b;
	int i;

	for (i = 0; i < 3; i++) {
		measure_descriptors(&a, &b);
		if (!i || a < first)
			first = a;
		if (!i || b < second)
			second = b;
	}
	check_at_most("a buffer that is open, without inode and dentry", first, 1024);
	check_at_most("a second descriptor of it", second, 1024);
}

static long long slab_of_many(size_t size)
{
	long long before = slab_before();
	int fds[MANY];
	long long bytes;

	open_many(fds, size);
	bytes = slab_now() - before;
	close_many(fds);
	return bytes;
}

static void size_alone(void)
{
	long long small;

	slab_of_many(page_size);
	small = slab_of_many(page_size);
	check_at_most("the largest size instead of a page",
		      (double)(slab_of_many(query().max_buffer_size) - small) / MANY, 16);
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
