// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel does with pages that it may move, merge or take away. A buffer's pages stay where they are: no byte is lost,
 * and whoever asks is told no.
 */
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "test.h"

/* Nodes. */

static unsigned long nodes_online(void)
{
	FILE *file = fopen("/sys/devices/system/node/online", "re");
	unsigned int first = 0, last = 0;

	if (!file)
		test_skip("this kernel knows no nodes");
	/* "0", or "0-1"; other forms count as the first node alone. */
	if (fscanf(file, "%u-%u", &first, &last) < 2)
		last = first;
	fclose(file);
	return last + 1UL;
}

/* On which node each page is, or what is the matter with it. */
static void pages_where(char *memory, size_t nr, int *status)
{
	void **pages = calloc(nr, sizeof(*pages));
	size_t i;

	CHECK(pages);
	for (i = 0; i < nr; i++)
		pages[i] = memory + i * page_size;
	if (syscall(SYS_move_pages, 0, nr, pages, NULL, status, 0)) {
		if (errno == ENOSYS)
			test_skip("no move_pages on this kernel");
		FAIL("move_pages");
	}
	free(pages);
}

static void move_pages_tells_the_node(void)
{
	struct tagged t = tagged_create(huge_pages() + 5);
	int *status = calloc(t.nr_pages, sizeof(*status));
	long nr_nodes = (long)nodes_online();
	size_t i;

	CHECK(status);
	pages_where(t.memory, t.nr_pages, status);
	for (i = 0; i < t.nr_pages; i++)
		if (status[i] < 0 || status[i] >= nr_nodes)
			FAIL("page %zu: status %d", i, status[i]);
	tags_check(t.memory, 0, t.nr_pages);
	free(status);
}

/* To the node where it is, and to every other one. What is moved is told, and nothing is. */
static void move_pages_moves_nothing(void)
{
	struct tagged t = tagged_create(huge_pages() + 5);
	int *before = calloc(t.nr_pages, sizeof(int)), *status = calloc(t.nr_pages, sizeof(int));
	int *to = calloc(t.nr_pages, sizeof(int)), node;
	void **pages = calloc(t.nr_pages, sizeof(*pages));
	size_t i;

	CHECK(before && status && to && pages);
	pages_where(t.memory, t.nr_pages, before);
	for (node = 0; node < (int)nodes_online(); node++) {
		for (i = 0; i < t.nr_pages; i++) {
			pages[i] = t.memory + i * page_size;
			to[i] = node;
		}
		if (syscall(SYS_move_pages, 0, t.nr_pages, pages, to, status, MPOL_MF_MOVE) < 0)
			FAIL("move_pages to node %d", node);
		tags_check(t.memory, 0, t.nr_pages);
		pages_where(t.memory, t.nr_pages, status);
		for (i = 0; i < t.nr_pages; i++)
			CHECK_EQ(status[i], before[i]);
	}
	tagged_check(&t);
}

static void migrate_pages_moves_nothing(void)
{
	struct tagged t = tagged_create(huge_pages() + 5);
	int *before = calloc(t.nr_pages, sizeof(int)), *after = calloc(t.nr_pages, sizeof(int));
	unsigned long nr_nodes = nodes_online(), from = (1UL << nr_nodes) - 1, to;
	size_t i;

	CHECK(before && after);
	pages_where(t.memory, t.nr_pages, before);
	for (to = 1; to <= from; to <<= 1) {
		/* How many pages of the process could not be moved, or that none could. */
		if (syscall(SYS_migrate_pages, 0, sizeof(from) * 8, &from, &to) < 0) {
			if (errno == ENOSYS)
				test_skip("no migrate_pages on this kernel");
			CHECK(errno == EIO || errno == ENOMEM || errno == EBUSY);
		}
		tags_check(t.memory, 0, t.nr_pages);
	}
	pages_where(t.memory, t.nr_pages, after);
	for (i = 0; i < t.nr_pages; i++)
		CHECK_EQ(after[i], before[i]);
	tagged_check(&t);
}

/* Strictly, to every node: it works where the pages are, elsewhere it is EIO; either way nothing moves. */
static void mbind_moves_nothing(void)
{
	struct tagged t = tagged_create(huge_pages() + 5);
	int *before = calloc(t.nr_pages, sizeof(int)), *after = calloc(t.nr_pages, sizeof(int));
	unsigned long nr_nodes = nodes_online(), node;
	size_t i;

	CHECK(before && after);
	pages_where(t.memory, t.nr_pages, before);
	for (node = 1; node < 1UL << nr_nodes; node <<= 1) {
		bool here = true;

		for (i = 0; i < t.nr_pages; i++)
			here &= node == 1UL << before[i];
		errno = 0;
		if (syscall(SYS_mbind, t.memory, t.len, MPOL_BIND, &node, sizeof(node) * 8, MPOL_MF_STRICT | MPOL_MF_MOVE)) {
			if (errno == ENOSYS)
				test_skip("no mbind on this kernel");
			CHECK_EQ(errno, EIO);
			CHECK(!here);
		} else {
			CHECK(here);
		}
		tags_check(t.memory, 0, t.nr_pages);
	}
	pages_where(t.memory, t.nr_pages, after);
	for (i = 0; i < t.nr_pages; i++)
		CHECK_EQ(after[i], before[i]);
	tagged_check(&t);
}

/* KSM, which merges pages of the same bytes. */

#define KSM "/sys/kernel/mm/ksm/"

static long ksm_read(const char *name)
{
	char path[64];
	long value;
	FILE *file;

	snprintf(path, sizeof(path), KSM "%s", name);
	file = fopen(path, "re");
	if (!file)
		test_skip("no KSM on this kernel");
	CHECK_EQ(fscanf(file, "%ld", &value), 1);
	fclose(file);
	return value;
}

static void ksm_write(const char *name, long value)
{
	char path[64], text[32];
	int fd, len;

	snprintf(path, sizeof(path), KSM "%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	len = snprintf(text, sizeof(text), "%ld", value);
	CHECK_EQ(write(fd, text, (size_t)len), len);
	close(fd);
}

static long ksm_pages_to_scan, ksm_pause;

static void ksm_stop(void)
{
	ksm_write("run", 2);
	ksm_write("pages_to_scan", ksm_pages_to_scan);
	ksm_write("sleep_millisecs", ksm_pause);
	ksm_write("run", 0);
}

static void ksm_start(void)
{
	require_root();
	ksm_pages_to_scan = ksm_read("pages_to_scan");
	ksm_pause = ksm_read("sleep_millisecs");
	atexit(ksm_stop);
	ksm_write("pages_to_scan", 2000);
	ksm_write("sleep_millisecs", 5);
	ksm_write("run", 1);
}

static bool scanned_on(void *data)
{
	return ksm_read("full_scans") >= *(long *)data;
}

static void ksm_scans(long times)
{
	long until = ksm_read("full_scans") + times;

	CHECK(wait_until(scanned_on, &until, 30));
}

static bool something_is_merged(void *data)
{
	(void)data;
	return ksm_read("pages_sharing") > 0;
}

static void ksm_merges_no_page_of_a_buffer(void)
{
	size_t nr = huge_pages() + 5, len = nr * page_size;
	int fd = buffer_create(len, 0);
	char *memory = map_shared(fd, len);

	ksm_start();
	memset(memory, 'k', len);
	CHECK_EQ(madvise(memory, len, MADV_MERGEABLE), 0);
	/* A page that nothing is equal to, so that there is something to scan. */
	CHECK_EQ(madvise(mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0),
			 page_size, MADV_MERGEABLE), 0);
	ksm_scans(3);
	CHECK_EQ(ksm_read("pages_sharing"), 0);
	CHECK(is_filled(memory, 'k', len));
	memory[3 * page_size] = 'x';
	CHECK_EQ(memory[4 * page_size], 'k');
}

static void ksm_merges_private_copies(void)
{
	size_t nr = 64, len = nr * page_size;
	int fd = buffer_create(len, 0);
	char *memory = map_shared(fd, len), *copies;

	ksm_start();
	tags_write(memory, 0, nr);
	copies = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(copies != MAP_FAILED);
	/* Half of it is copied; the other half is the buffer's own. */
	memset(copies, 'k', len / 2);
	CHECK_EQ(madvise(copies, len, MADV_MERGEABLE), 0);
	CHECK(wait_until(something_is_merged, NULL, 30));
	CHECK(is_filled(copies, 'k', len / 2));
	tags_check(copies + len / 2, nr / 2, nr / 2);
	copies[3 * page_size] = 'x';
	CHECK_EQ(copies[4 * page_size], 'k');
	CHECK(ksm_read("pages_sharing") < (long)(nr / 2));
	CHECK_EQ(madvise(copies, len, MADV_UNMERGEABLE), 0);
	CHECK_EQ(copies[3 * page_size], 'x');
	CHECK(is_filled(copies + 4 * page_size, 'k', len / 2 - 4 * page_size));
	tags_check(memory, 0, nr);
}

/* A piece of the machine's memory that is to be taken out. */

static uint64_t frame_of(const char *address)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry;

	CHECK(fd >= 0);
	CHECK_EQ(pread(fd, &entry, sizeof(entry), (off_t)((uintptr_t)address / page_size * sizeof(entry))), sizeof(entry));
	close(fd);
	CHECK_EQ(entry >> 63, 1);
	return entry & (((uint64_t)1 << 55) - 1);
}

/* 0, or the errno of the attempt. */
static int take_out(uint64_t block)
{
	char path[96];
	int fd, error = 0;

	snprintf(path, sizeof(path), "/sys/devices/system/memory/memory%llu/state", (unsigned long long)block);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		test_skip("no memory can be taken out of this machine");
	if (write(fd, "offline", 7) < 0)
		error = errno;
	close(fd);
	return error;
}

/* Enough that not all of it is where the machine's memory has holes, which is refused in any case. */
static void memory_with_a_buffer_stays_online(void)
{
	FILE *file = fopen("/sys/devices/system/memory/block_size_bytes", "re");
	struct tagged t = tagged_create(((size_t)256 << 20) / page_size);
	unsigned long long block_size;
	uint64_t block, last = UINT64_MAX;
	int error, nr_tried = 0;
	size_t page;

	require_root();
	if (!file)
		test_skip("no memory can be taken out of this machine");
	CHECK_EQ(fscanf(file, "%llx", &block_size), 1);
	fclose(file);
	for (page = 0; page < t.nr_pages; page++) {
		block = frame_of(t.memory + page * page_size) * page_size / block_size;
		if (block == last)
			continue;
		last = block;
		error = take_out(block);
		if (!error)
			FAIL("memory with page %zu of the buffer in it was taken out", page);
		if (error == EINVAL || error == EPERM)
			continue;
		CHECK_EQ(error, EBUSY);
		nr_tried++;
		tags_check(t.memory, 0, t.nr_pages);
		if (nr_tried == 3)
			break;
	}
	if (!nr_tried)
		test_skip("no memory can be taken out of this machine");
	tagged_check(&t);
}

static const struct test_case cases[] = {
	CASE(move_pages_tells_the_node),
	CASE(move_pages_moves_nothing),
	CASE(migrate_pages_moves_nothing),
	CASE(mbind_moves_nothing),
	CASE(ksm_merges_no_page_of_a_buffer),
	CASE(ksm_merges_private_copies),
	CASE(memory_with_a_buffer_stays_online),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
