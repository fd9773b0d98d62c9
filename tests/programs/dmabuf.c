// SPDX-License-Identifier: GPL-2.0-only
/*
 * EXPORT: what a dma-buf of a buffer is to user space. What it is to the driver of
 * a device is for tests/modules/importer to show.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/dma-buf.h>

#include "device.h"
#include "test.h"

static int export(int fd, uint64_t offset, uint64_t len)
{
	int dmabuf = try_export(fd, offset, len);

	CHECK(dmabuf >= 0);
	return dmabuf;
}

static bool is_exported(int fd)
{
	return info(fd).properties & MYMAP_BUFFER_EXPORTED;
}

static int dmabuf_sync(int dmabuf, uint64_t flags)
{
	struct dma_buf_sync args = { .flags = flags };

	return ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &args);
}

/* What works. */

static void is_a_dma_buf(void)
{
	int fd = buffer_create(5 * page_size, 0), dmabuf = export(fd, 0, 5 * page_size);
	char path[64], target[64] = "";

	CHECK_EQ(fcntl(dmabuf, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(dmabuf, F_GETFL) & O_ACCMODE, O_RDWR);
	CHECK_EQ(lseek(dmabuf, 0, SEEK_END), 5 * page_size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", dmabuf);
	CHECK(readlink(path, target, sizeof(target) - 1) > 0);
	CHECK_EQ(strncmp(target, "/dmabuf:", 8), 0);
}

static void shows_the_memory_of(int fd, size_t nr_pages)
{
	size_t len = nr_pages * page_size;
	char *memory = map_shared(fd, len), *seen;
	int dmabuf;

	tags_write(memory, 0, nr_pages / 2);
	dmabuf = export(fd, 0, len);
	seen = map_shared(dmabuf, len);
	tags_check(seen, 0, nr_pages / 2);
	tags_write(seen + nr_pages / 2 * page_size, nr_pages / 2, nr_pages - nr_pages / 2);
	tags_check(memory, 0, nr_pages);
	/* Later ones, in both directions. */
	memset(memory, 'a', len);
	CHECK(is_filled(seen, 'a', len));
	memset(seen, 'b', len);
	CHECK(is_filled(memory, 'b', len));
	unmap(seen, len);
	unmap(memory, len);
	close(dmabuf);
}

/* Chunks of all sizes, and a fragmented buffer. */
static void shows_the_memory(void)
{
	size_t nr = 2 * huge_pages() + 3;
	int fd = buffer_create(nr * page_size, 0);

	shows_the_memory_of(fd, nr);
	close(fd);
	fd = buffer_create(64 * page_size, 0);
	buffer_fragment(fd, 64);
	shows_the_memory_of(fd, 64);
	close(fd);
	fd = kind_create(MYMAP_KIND_CONTIGUOUS, 7 * page_size);
	shows_the_memory_of(fd, 7);
	close(fd);
}

static void is_filled_at_once(void)
{
	size_t huge = huge_size();
	int fd = buffer_create(8 * huge, 0);

	CHECK_EQ(info(fd).resident, 0);
	export(fd, 2 * huge, 3 * huge);
	CHECK_EQ(info(fd).resident, 3 * huge);
}

/* A mapping of two pages from the fourth page of the range on, the buffer's page 8, moved to another page of the buffer. */
static char *remap(int dmabuf, size_t page)
{
	char *seen = map_at(dmabuf, 2 * page_size, (off_t)(3 * page_size), PROT_READ | PROT_WRITE);

	tags_check(seen, 8, 2);
	/* Where that fails, the mapping may be gone. */
	return syscall(SYS_remap_file_pages, seen, 2 * page_size, 0, page, 0) ? MAP_FAILED : seen;
}

/* Nothing outside of the range can be had, whatever is done to a mapping. */
static void range_is_all(void)
{
	int fd = buffer_create(16 * page_size, 0), dmabuf = export(fd, 5 * page_size, 6 * page_size);
	char *memory = map_shared(fd, 16 * page_size), *seen;

	tags_write(memory, 0, 16);
	seen = map_shared(dmabuf, 6 * page_size);
	tags_check(seen, 5, 6);
	unmap(seen, 6 * page_size);
	/* From an offset in it. */
	seen = map_at(dmabuf, 2 * page_size, (off_t)(3 * page_size), PROT_READ | PROT_WRITE);
	tags_check(seen, 8, 2);

	CHECK_ERRNO((intptr_t)mmap(NULL, 7 * page_size, PROT_READ, MAP_SHARED, dmabuf, 0), EINVAL);
	CHECK_ERRNO((intptr_t)mmap(NULL, page_size, PROT_READ, MAP_SHARED, dmabuf,
				   (off_t)(6 * page_size)), EINVAL);
	CHECK_ERRNO((intptr_t)mremap(seen, 2 * page_size, 4 * page_size, MREMAP_MAYMOVE), EFAULT);
	CHECK_ERRNO((intptr_t)mremap(seen, 0, 4 * page_size, MREMAP_MAYMOVE), EFAULT);
	tags_check(seen, 8, 2);

	/* The buffer has pages 0 to 15, the range 5 to 10. */
	CHECK_ERRNO((intptr_t)remap(dmabuf, 0), EINVAL);
	CHECK_ERRNO((intptr_t)remap(dmabuf, 4), EINVAL);
	CHECK_ERRNO((intptr_t)remap(dmabuf, 10), EINVAL);
	CHECK_ERRNO((intptr_t)remap(dmabuf, 14), EINVAL);
	seen = remap(dmabuf, 9);
	CHECK(seen != MAP_FAILED);
	tags_check(seen, 9, 2);
	CHECK_ERRNO((intptr_t)mremap(seen, 2 * page_size, 3 * page_size, MREMAP_MAYMOVE), EFAULT);
}

static void private_is_a_copy(void)
{
	int fd = buffer_create(2 * page_size, 0), dmabuf = export(fd, 0, 2 * page_size);
	char *memory = map_shared(fd, 2 * page_size);
	char *copy = mmap(NULL, 2 * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, dmabuf, 0);

	CHECK(copy != MAP_FAILED);
	tags_write(memory, 0, 2);
	tags_check(copy, 0, 2);
	memset(copy, 'x', 2 * page_size);
	tags_check(memory, 0, 2);
}

/* It is memory like any: it goes into a pipe without a copy. */
static void mapping_is_pinnable(void)
{
	int fd = buffer_create(page_size, 0), ends[2];
	char *seen = map_shared(export(fd, 0, page_size), page_size);
	struct iovec vector = { seen, page_size };
	char *back = malloc(page_size);

	memset(seen, 'p', page_size);
	CHECK_EQ(pipe(ends), 0);
	CHECK_EQ(vmsplice(ends[1], &vector, 1, SPLICE_F_NONBLOCK), page_size);
	CHECK_EQ(read(ends[0], back, page_size), page_size);
	CHECK(is_filled(back, 'p', page_size));
}

/* A hole in a mapping and what is left of it, and a child. */
static void mapping_in_pieces(void)
{
	int fd = buffer_create(8 * page_size, 0), dmabuf = export(fd, page_size, 6 * page_size);
	char *memory = map_shared(fd, 8 * page_size), *seen = map_shared(dmabuf, 6 * page_size);

	close(dmabuf);
	tags_write(memory, 0, 8);
	unmap(seen + 2 * page_size, page_size);
	CHECK_EQ(mprotect(seen + 4 * page_size, page_size, PROT_READ), 0);
	tags_check(seen, 1, 2);
	tags_check(seen + 3 * page_size, 4, 3);
	CHECK_EQ(touch_read(seen + 2 * page_size), SIGSEGV);
	CHECK_EQ(touch_write(seen + 4 * page_size), SIGSEGV);
}

static void outlives_all_descriptors(void)
{
	int fd = buffer_create(3 * page_size, 0), dmabuf;
	char *memory = map_shared(fd, 3 * page_size), *seen;

	tags_write(memory, 0, 3);
	unmap(memory, 3 * page_size);
	dmabuf = export(fd, 0, 3 * page_size);
	close(fd);
	CHECK_EQ(total_size(), 3 * page_size);
	seen = map_shared(dmabuf, 3 * page_size);
	tags_check(seen, 0, 3);
	/* And the mapping outlives the dma-buf. */
	close(dmabuf);
	tags_check(seen, 0, 3);
	CHECK_EQ(total_size(), 3 * page_size);
	unmap(seen, 3 * page_size);
	CHECK(wait_until(nothing_is_left, NULL, 5));
}

static void sync_ranges(void)
{
	static const uint64_t ways[] = { DMA_BUF_SYNC_READ, DMA_BUF_SYNC_WRITE, DMA_BUF_SYNC_RW };
	int fd = buffer_create(3 * page_size, 0), dmabuf = export(fd, 0, 2 * page_size);
	size_t i;

	for (i = 0; i < 3; i++) {
		CHECK_EQ(dmabuf_sync(dmabuf, ways[i] | DMA_BUF_SYNC_START), 0);
		CHECK_EQ(dmabuf_sync(dmabuf, ways[i] | DMA_BUF_SYNC_END), 0);
	}
	CHECK_ERRNO(dmabuf_sync(dmabuf, 0), EINVAL);
	CHECK_ERRNO(dmabuf_sync(dmabuf, 1 << 3), EINVAL);
}

/* The size is frozen. */

static void check_frozen(int fd, size_t len)
{
	CHECK(is_exported(fd));
	CHECK_ERRNO(ftruncate(fd, (off_t)(len / 2)), EBUSY);
	CHECK_ERRNO(ftruncate(fd, (off_t)(2 * len)), EBUSY);
	CHECK_ERRNO(buffer_resize(fd, page_size), EBUSY);
	CHECK_ERRNO(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)page_size), EBUSY);
	CHECK_ERRNO(fallocate(fd, 0, 0, (off_t)(2 * len)), EBUSY);
	/* The size that it has is fine. */
	CHECK_EQ(ftruncate(fd, (off_t)len), 0);
	buffer_check_size(fd, len);
}

static void freezes_and_thaws(void)
{
	size_t len = 2 * huge_size();
	int fd = buffer_create(len, 0), first, second;
	char *memory = map_shared(fd, len), *seen;

	CHECK(!is_exported(fd));
	/* Also of a part that is elsewhere. */
	first = export(fd, len / 2, page_size);
	check_frozen(fd, len);
	second = export(fd, 0, len);
	seen = map_shared(second, len);
	tags_write(memory, 0, len / page_size);
	close(first);
	check_frozen(fd, len);
	close(second);

	/* A mapping of it is a mapping like others. */
	CHECK(!is_exported(fd));
	tags_check(seen, 0, len / page_size);
	CHECK_EQ(ftruncate(fd, (off_t)(len / 2)), 0);
	CHECK_EQ(touch_read(seen + len / 2), SIGBUS);
	tags_check(seen, 0, len / 2 / page_size);
	CHECK_EQ(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)page_size), 0);
	CHECK(is_filled(seen, 0, page_size));
}

static void a_child_keeps_it_frozen(void)
{
	int fd = buffer_create(4 * page_size, 0), dmabuf = export(fd, 0, page_size);
	int ends[2];
	pid_t child;

	CHECK_EQ(pipe(ends), 0);
	child = fork();
	CHECK(child >= 0);
	if (!child) {
		char byte;

		close(ends[1]);
		_exit((int)read(ends[0], &byte, 1));
	}
	close(ends[0]);
	close(dmabuf);
	check_frozen(fd, 4 * page_size);
	close(ends[1]);
	child_join(child);
	CHECK(!is_exported(fd));
	CHECK_EQ(ftruncate(fd, (off_t)page_size), 0);
}

static void resize_again_and_again(void *data)
{
	int fd = *(int *)data;

	for (;;) {
		if (ftruncate(fd, (off_t)page_size))
			CHECK_EQ(errno, EBUSY);
		if (ftruncate(fd, (off_t)(64 * page_size)))
			CHECK_EQ(errno, EBUSY);
	}
}

/* Who has a dma-buf has all of it, whoever resizes the buffer. */
static void export_during_resize(void)
{
	int fd = buffer_create(64 * page_size, 0), exports = 0;
	pid_t child = child_start(resize_again_and_again, &fd);
	double end = now() + 2;

	while (now() < end) {
		int dmabuf = try_export(fd, 8 * page_size, 32 * page_size);
		char *seen;

		if (dmabuf < 0) {
			CHECK_EQ(errno, EINVAL);
			continue;
		}
		seen = map_shared(dmabuf, 32 * page_size);
		/* It would be SIGBUS. */
		tags_write(seen, 0, 32);
		tags_check(seen, 0, 32);
		unmap(seen, 32 * page_size);
		close(dmabuf);
		exports++;
	}
	child_kill(child, 5);
	CHECK(exports > 0);
	CHECK(!is_exported(fd));
}

/* What is refused. */

static void bad_ranges(void)
{
	size_t len = 4 * page_size;
	int fd = buffer_create(len, 0);

	CHECK_ERRNO(try_export(fd, 0, 0), EINVAL);
	CHECK_ERRNO(try_export(fd, 0, 1), EINVAL);
	CHECK_ERRNO(try_export(fd, 1, page_size), EINVAL);
	CHECK_ERRNO(try_export(fd, 0, page_size + 1), EINVAL);
	CHECK_ERRNO(try_export(fd, page_size / 2, page_size), EINVAL);
	CHECK_ERRNO(try_export(fd, 0, len + page_size), EINVAL);
	CHECK_ERRNO(try_export(fd, len, page_size), EINVAL);
	CHECK_ERRNO(try_export(fd, page_size, len), EINVAL);
	CHECK_ERRNO(try_export(fd, -(uint64_t)page_size, 2 * page_size), EINVAL);
	CHECK_ERRNO(try_export(fd, page_size, -(uint64_t)page_size), EINVAL);
	CHECK_ERRNO(try_export(fd, 1ULL << 63, 1ULL << 63), EINVAL);
	CHECK_ERRNO(try_export(fd, 0, (1ULL << 32) + page_size), EINVAL);
	CHECK(!is_exported(fd));
	CHECK_EQ(info(fd).resident, 0);
	CHECK_EQ(ftruncate(fd, (off_t)page_size), 0);
}

static void rights(void)
{
	int fd = buffer_create(page_size, 0);

	CHECK_ERRNO(try_export(fd_reopen(fd, O_RDONLY), 0, page_size), EACCES);
	CHECK_ERRNO(try_export(fd_reopen(fd, O_WRONLY), 0, page_size), EACCES);
	CHECK(!is_exported(fd));
	export(fd_reopen(fd, O_RDWR), 0, page_size);
}

static void memory_of_a_device(void)
{
	int fd = kind_create(MYMAP_KIND_DEVICE, page_size);

	CHECK_ERRNO(try_export(fd, 0, page_size), EOPNOTSUPP);
}

static void seals_are_fine(void)
{
	int fd = buffer_create(page_size, MYMAP_CREATE_FIXED_SIZE);

	close(export(fd, 0, page_size));
	CHECK_ERRNO(ftruncate(fd, (off_t)(2 * page_size)), EPERM);
}

static void no_descriptor_left(void)
{
	int fd = buffer_create(2 * page_size, 0);
	struct rlimit limit, none;

	CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = (rlim_t)fd + 1;
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
	while (dup(fd) >= 0)
		;
	CHECK_EQ(errno, EMFILE);
	CHECK_ERRNO(try_export(fd, 0, page_size), EMFILE);
	CHECK(!is_exported(fd));
	CHECK_EQ(ftruncate(fd, (off_t)page_size), 0);
	CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
	export(fd, 0, page_size);
}

static int export_page(void *data)
{
	return try_export(*(int *)data, 0, page_size);
}

static void no_file_left(void)
{
	int fd = buffer_create(2 * page_size, 0);

	CHECK_ERRNO(while_files_are_taken(export_page, &fd), ENFILE);
	CHECK(!is_exported(fd));
	CHECK_EQ(ftruncate(fd, (off_t)page_size), 0);
}

/* More than its memory cgroup may have, and what was frozen for it is not. */
static void no_memory_left(void)
{
	uint64_t len = (uint64_t)64 << 20;
	int fd = buffer_create(len, 0);

	CHECK_ERRNO(try_export(fd, 0, len), ENOMEM);
	CHECK(!is_exported(fd));
}

static const struct test_case cases[] = {
	CASE(is_a_dma_buf),
	CASE(shows_the_memory),
	CASE(is_filled_at_once),
	CASE(range_is_all),
	CASE(private_is_a_copy),
	CASE(mapping_is_pinnable),
	CASE(mapping_in_pieces),
	CASE(outlives_all_descriptors),
	CASE(sync_ranges),
	CASE(freezes_and_thaws),
	CASE(a_child_keeps_it_frozen),
	CASE(export_during_resize),
	CASE(bad_ranges),
	CASE(rights),
	CASE(memory_of_a_device),
	CASE(seals_are_fine),
	CASE(no_descriptor_left),
	CASE(no_file_left),
	CASE(no_memory_left),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
