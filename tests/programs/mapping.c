// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shared mappings: what mmap accepts, and what becomes of a mapping later.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

static void *try_map(int fd, size_t len, off_t offset)
{
	errno = 0;
	return mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
}

/* A buffer and a mapping of all of it, every page with its tag. */
struct tagged {
	int fd;
	size_t nr_pages;
	size_t len;
	char *memory;
};

static struct tagged tagged_create(size_t nr_pages)
{
	struct tagged t = { .nr_pages = nr_pages, .len = nr_pages * page_size };

	t.fd = buffer_create(t.len, 0);
	t.memory = map_shared(t.fd, t.len);
	tags_write(t.memory, 0, nr_pages);
	return t;
}

static size_t huge_pages(void)
{
	return huge_size() / page_size;
}

/* All of it, through another mapping. */
static void tagged_check(const struct tagged *t)
{
	char *memory = map_shared(t->fd, t->len);

	tags_check(memory, 0, t->nr_pages);
	unmap(memory, t->len);
}

/* What mmap refuses. */

static void check_refused(int fd, size_t len)
{
	size_t last = len - page_size;

	CHECK_ERRNO(try_map(fd, len + page_size, 0), EINVAL);
	CHECK_ERRNO(try_map(fd, len + 1, 0), EINVAL);
	CHECK_ERRNO(try_map(fd, 2 * page_size, (off_t)last), EINVAL);
	CHECK_ERRNO(try_map(fd, page_size + 1, (off_t)last), EINVAL);
	CHECK_ERRNO(try_map(fd, page_size, (off_t)len), EINVAL);
	CHECK_ERRNO(try_map(fd, page_size, (off_t)len + (off_t)page_size), EINVAL);
	CHECK_ERRNO(try_map(fd, len, (off_t)page_size), EINVAL);
	CHECK_ERRNO(try_map(fd, 0, 0), EINVAL);
	CHECK_ERRNO(try_map(fd, page_size, 1), EINVAL);
}

static void longer_than_buffer(void)
{
	check_refused(buffer_create(5 * page_size, 0), 5 * page_size);
	check_refused(buffer_create(page_size, 0), page_size);
	check_refused(buffer_create(huge_size() + page_size, POPULATE), huge_size() + page_size);
}

static void longer_than_default_buffer(void)
{
	check_refused(door_open(O_RDWR), query().default_size);
}

/* Where the core does not say EOVERFLOW first, the driver says EINVAL. */
static void check_wrapping(int fd)
{
	const off_t largest = (off_t)(INT64_MAX & ~(uint64_t)(page_size - 1));
	const off_t offsets[] = {
		largest, largest - (off_t)page_size, -(off_t)page_size, -2 * (off_t)page_size,
		(off_t)INT64_MIN, (off_t)1 << 32, (off_t)1 << 44, ((off_t)1 << 44) - (off_t)page_size,
	};
	const size_t lengths[] = { page_size, 2 * page_size, 4 * page_size };
	size_t i, j;

	for (i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		for (j = 0; j < 3; j++) {
			void *addr = try_map(fd, lengths[j], offsets[i]);

			if (addr == MAP_FAILED && (errno == EINVAL || errno == EOVERFLOW))
				continue;
			FAIL("mmap of %zu bytes from offset %#llx: %p", lengths[j],
			     (unsigned long long)offsets[i], addr);
		}
	}
}

static void offset_wraps(void)
{
	check_wrapping(buffer_create(2 * page_size, 0));
	check_wrapping(door_open(O_RDWR));
}

static void length_wraps(void)
{
	int fd = buffer_create(2 * page_size, 0);
	size_t len = -page_size;

	CHECK(try_map(fd, len, 0) == MAP_FAILED);
	CHECK(errno == ENOMEM || errno == EINVAL || errno == EOVERFLOW);
	CHECK(try_map(fd, (size_t)-1, 0) == MAP_FAILED);
	CHECK(errno == ENOMEM || errno == EINVAL || errno == EOVERFLOW);
}

static void executable_is_refused(void)
{
	int fd = buffer_create(page_size, 0);
	void *memory;

	CHECK_ERRNO(mmap(NULL, page_size, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0), EPERM);
	CHECK_ERRNO(mmap(NULL, page_size, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0), EPERM);
	memory = map_shared(fd, page_size);
	CHECK_ERRNO(mprotect(memory, page_size, PROT_READ | PROT_EXEC), EACCES);
	memory = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(memory != MAP_FAILED);
	CHECK_ERRNO(mprotect(memory, page_size, PROT_READ | PROT_EXEC), EACCES);
}

/* A refused mmap leaves nothing behind. */
static void refused_leaves_nothing(void)
{
	int fd = buffer_create(page_size, 0);
	int i;

	for (i = 0; i < 100; i++)
		CHECK_ERRNO(try_map(fd, 2 * page_size, 0), EINVAL);
	close(fd);
	CHECK_EQ(total_size(), 0);
}

/* What it shows. */

static void offsets_show_their_own_bytes(void)
{
	struct tagged t = tagged_create(2 * huge_pages() + 7);
	const size_t firsts[] = { 1, 3, huge_pages() - 1, huge_pages(), huge_pages() + 1, t.nr_pages - 1 };
	size_t i;

	for (i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		size_t nr = t.nr_pages - firsts[i];
		char *memory;

		if (firsts[i] >= t.nr_pages)
			continue;
		memory = map_at(t.fd, nr * page_size, (off_t)(firsts[i] * page_size), PROT_READ);
		tags_check(memory, firsts[i], nr);
		unmap(memory, nr * page_size);
		memory = map_at(t.fd, page_size, (off_t)(firsts[i] * page_size), PROT_READ);
		tags_check(memory, firsts[i], 1);
		unmap(memory, page_size);
	}
}

/* Written through a mapping that is a page off the 2 MiB alignment. */
static void unaligned_address(void)
{
	size_t nr = 2 * huge_pages();
	size_t len = nr * page_size, huge = huge_size();
	int fd = buffer_create(len, 0);
	char *room = mmap(NULL, len + 2 * huge, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *memory, *at;

	CHECK(room != MAP_FAILED);
	at = (char *)(((uintptr_t)room + huge) & ~(uintptr_t)(huge - 1)) + page_size;
	memory = mmap(at, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	CHECK(memory == at);
	tags_write(memory, 0, nr);
	tags_check(map_shared(fd, len), 0, nr);
	tags_check(memory, 0, nr);
}

static void two_mappings_are_one_memory(void)
{
	size_t len = huge_size() + 3 * page_size;
	int fd = buffer_create(len, 0);
	char *a = map_shared(fd, len), *b = map_shared(fd, len);

	CHECK(a != b);
	tags_write(a, 0, len / page_size);
	tags_check(b, 0, len / page_size);
	b[len - 1] = 42;
	CHECK_EQ(a[len - 1], 42);
}

static void validated_flags(void)
{
	int fd = buffer_create(page_size, 0);

	CHECK(mmap(NULL, page_size, PROT_READ, MAP_SHARED_VALIDATE, fd, 0) != MAP_FAILED);
	CHECK_ERRNO(mmap(NULL, page_size, PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC, fd, 0), EOPNOTSUPP);
}

/* A neighbour in memory belongs to another buffer. */
static void two_buffers_side_by_side(void)
{
	size_t nr = huge_pages() + 5, len = nr * page_size;
	int a = buffer_create(len, 0), b = buffer_create(len, 0);
	char *room = mmap(NULL, 2 * len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(room != MAP_FAILED);
	CHECK(mmap(room, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, a, 0) == room);
	CHECK(mmap(room + len, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, b, 0) == room + len);
	tags_write(room, 0, nr);
	tags_write(room + len, 100000, nr);
	tags_check(map_shared(a, len), 0, nr);
	tags_check(map_shared(b, len), 100000, nr);
}

/* Touching past the end. */

static void check_past_end(int fd, size_t len, size_t mapped)
{
	char *memory = map_shared(fd, len);
	size_t at;

	tags_write(memory, 0, len / page_size);
	memory = mremap(memory, len, mapped, MREMAP_MAYMOVE);
	CHECK(memory != MAP_FAILED);
	alarm(10);
	for (at = len; at < mapped; at += page_size) {
		CHECK_EQ(touch_read(memory + at), SIGBUS);
		CHECK_EQ(touch_write(memory + at + page_size - 1), SIGBUS);
	}
	alarm(CASE_SECONDS);
	tags_check(memory, 0, len / page_size);
	unmap(memory, mapped);
}

static void past_end_is_sigbus(void)
{
	check_past_end(buffer_create(page_size, 0), page_size, 3 * page_size);
	check_past_end(buffer_create(5 * page_size, POPULATE), 5 * page_size, 16 * page_size);
}

/* The last 2 MiB are not all of the buffer: none of what is beyond is mapped. */
static void past_end_in_last_huge_page_is_sigbus(void)
{
	size_t huge = huge_size();
	size_t len = huge + huge / 2 + page_size;

	check_past_end(buffer_create(len, 0), len, 2 * huge + 4 * page_size);
	check_past_end(buffer_create(len, POPULATE), len, 2 * huge + 4 * page_size);
}

static void past_end_at_huge_page_is_sigbus(void)
{
	size_t huge = huge_size();

	check_past_end(buffer_create(huge, POPULATE), huge, huge + 8 * page_size);
}

static void past_end_of_default_buffer_is_sigbus(void)
{
	int fd = door_open(O_RDWR);
	size_t len = query().default_size;
	char *memory = map_shared(fd, len);

	memory = mremap(memory, len, len + 2 * page_size, MREMAP_MAYMOVE);
	CHECK(memory != MAP_FAILED);
	alarm(10);
	CHECK_EQ(touch_read(memory + len), SIGBUS);
	CHECK_EQ(touch_write(memory + len + page_size), SIGBUS);
	CHECK_EQ(touch_read(memory + len - 1), 0);
}

/* A system call that touches it gets an errno. */
static void past_end_in_system_call_is_efault(void)
{
	int fd = buffer_create(page_size, 0);
	char *memory = mremap(map_shared(fd, page_size), page_size, 2 * page_size, MREMAP_MAYMOVE);
	int ends[2];

	CHECK(memory != MAP_FAILED);
	CHECK_EQ(pipe(ends), 0);
	CHECK_ERRNO(write(ends[1], memory + page_size, 1), EFAULT);
	CHECK_EQ(write(ends[1], memory, 1), 1);
	CHECK_ERRNO(read(ends[0], memory + page_size, 1), EFAULT);
}

/* Parts of a mapping. */

static void partial_unmap(void)
{
	size_t nr = 3 * huge_pages() + 5;
	size_t third = nr / 3, middle = nr / 2;
	struct tagged t = tagged_create(nr);
	char *m = t.memory;

	/* The head, three pages of the middle, the tail. */
	unmap(m, third * page_size);
	tags_check(m + third * page_size, third, nr - third);
	unmap(m + middle * page_size, 3 * page_size);
	tags_check(m + third * page_size, third, middle - third);
	tags_check(m + (middle + 3) * page_size, middle + 3, nr - middle - 3);
	unmap(m + (nr - 2) * page_size, 2 * page_size);
	tags_check(m + third * page_size, third, middle - third);
	tags_check(m + (middle + 3) * page_size, middle + 3, nr - middle - 5);

	CHECK_EQ(touch_read(m), SIGSEGV);
	CHECK_EQ(touch_read(m + middle * page_size), SIGSEGV);
	CHECK_EQ(touch_read(m + (nr - 1) * page_size), SIGSEGV);
	tags_write(m + third * page_size, third, middle - third);
	tagged_check(&t);
}

/* The hole is mapped again, by another offset of the same buffer. */
static void hole_filled_from_elsewhere(void)
{
	size_t nr = 2 * huge_pages() + 3;
	struct tagged t = tagged_create(nr);
	char *m = t.memory;

	CHECK(mmap(m + 5 * page_size, page_size, PROT_READ, MAP_SHARED | MAP_FIXED, t.fd,
		   (off_t)((nr - 1) * page_size)) == m + 5 * page_size);
	tags_check(m, 0, 5);
	tags_check(m + 5 * page_size, nr - 1, 1);
	tags_check(m + 6 * page_size, 6, nr - 6);
}

static void protect_middle(void)
{
	size_t nr = 3 * huge_pages() + 5, middle = nr / 2;
	struct tagged t = tagged_create(nr);
	char *m = t.memory;

	CHECK_EQ(mprotect(m + middle * page_size, 3 * page_size, PROT_READ), 0);
	tags_check(m, 0, nr);
	CHECK_EQ(touch_write(m + middle * page_size), SIGSEGV);
	CHECK_EQ(touch_write(m + (middle - 1) * page_size), 0);
	CHECK_EQ(touch_write(m + (middle + 3) * page_size), 0);

	CHECK_EQ(mprotect(m + middle * page_size, 3 * page_size, PROT_NONE), 0);
	CHECK_EQ(touch_read(m + middle * page_size), SIGSEGV);
	CHECK_EQ(mprotect(m, t.len, PROT_READ | PROT_WRITE), 0);
	tags_check(m, 0, nr);
	tags_write(m, 0, nr);
	tagged_check(&t);
}

/* mremap */

static void remap_move(void)
{
	struct tagged t = tagged_create(2 * huge_pages() + 3);
	char *room = mmap(NULL, t.len + page_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *to = room + page_size;

	CHECK(room != MAP_FAILED);
	CHECK(mremap(t.memory, t.len, t.len, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
	tags_check(to, 0, t.nr_pages);
	CHECK_EQ(touch_read(t.memory), SIGSEGV);
	tags_write(to, 0, t.nr_pages);
	tagged_check(&t);
}

static void remap_move_of_middle(void)
{
	struct tagged t = tagged_create(2 * huge_pages() + 3);
	size_t middle = huge_pages() - 2;
	char *to = mmap(NULL, 4 * page_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(to != MAP_FAILED);
	CHECK(mremap(t.memory + middle * page_size, 4 * page_size, 4 * page_size,
		     MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
	tags_check(to, middle, 4);
	tags_check(t.memory, 0, middle);
	tags_check(t.memory + (middle + 4) * page_size, middle + 4, t.nr_pages - middle - 4);
	CHECK_EQ(touch_read(t.memory + middle * page_size), SIGSEGV);
}

static void remap_shrink(void)
{
	struct tagged t = tagged_create(huge_pages() + 9);
	size_t less = t.len - 7 * page_size;

	CHECK(mremap(t.memory, t.len, less, 0) == t.memory);
	tags_check(t.memory, 0, less / page_size);
	CHECK_EQ(touch_read(t.memory + less), SIGSEGV);
	tagged_check(&t);
}

/* A mapping of a part grows into the rest of the buffer. */
static void remap_grow_inside(void)
{
	struct tagged t = tagged_create(huge_pages() + 9);
	char *part = map_at(t.fd, 2 * page_size, (off_t)(3 * page_size), PROT_READ);

	part = mremap(part, 2 * page_size, t.len - 3 * page_size, MREMAP_MAYMOVE);
	CHECK(part != MAP_FAILED);
	tags_check(part, 3, t.nr_pages - 3);
}

static void remap_grow_in_place(void)
{
	struct tagged t = tagged_create(8);
	char *room = mmap(NULL, t.len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(room != MAP_FAILED);
	CHECK(mmap(room, 2 * page_size, PROT_READ, MAP_SHARED | MAP_FIXED, t.fd, 0) == room);
	CHECK_ERRNO(mremap(room, 2 * page_size, 4 * page_size, 0), ENOMEM);
	unmap(room + 2 * page_size, t.len - 2 * page_size);
	CHECK(mremap(room, 2 * page_size, t.len, 0) == room);
	tags_check(room, 0, t.nr_pages);
}

/* An old size of 0 makes another mapping of the same. */
static void remap_duplicate(void)
{
	struct tagged t = tagged_create(huge_pages() + 3);
	char *again = mremap(t.memory, 0, t.len, MREMAP_MAYMOVE);

	CHECK(again != MAP_FAILED);
	CHECK(again != t.memory);
	tags_check(again, 0, t.nr_pages);
	tags_check(t.memory, 0, t.nr_pages);
}

static void remap_dontunmap(void)
{
	struct tagged t = tagged_create(huge_pages() + 3);
	char *moved = mremap(t.memory, t.len, t.len, MREMAP_MAYMOVE | 4 /* MREMAP_DONTUNMAP */);

	if (moved == MAP_FAILED && errno == EINVAL)
		test_skip("no MREMAP_DONTUNMAP for files on this kernel");
	CHECK(moved != MAP_FAILED);
	tags_check(moved, 0, t.nr_pages);
	tags_check(t.memory, 0, t.nr_pages);
}

/* Filling it, and what else may be asked of memory. */

static void check_all_resident(const struct tagged *t)
{
	unsigned char *seen = calloc(1, t->nr_pages);
	size_t i;

	CHECK_EQ(info(t->fd).resident, t->len);
	CHECK(seen);
	CHECK_EQ(mincore(t->memory, t->len, seen), 0);
	for (i = 0; i < t->nr_pages; i++)
		if (!(seen[i] & 1))
			FAIL("page %zu is not in memory", i);
	free(seen);
}

static struct tagged untouched(int flags)
{
	struct tagged t = { .nr_pages = 2 * huge_pages() + 5 };

	t.len = t.nr_pages * page_size;
	t.fd = buffer_create(t.len, 0);
	t.memory = mmap(NULL, t.len, PROT_READ | PROT_WRITE, MAP_SHARED | flags, t.fd, 0);
	CHECK(t.memory != MAP_FAILED);
	return t;
}

static void populate_flag(void)
{
	struct tagged t = untouched(MAP_POPULATE);

	check_all_resident(&t);
}

static void locked_flag(void)
{
	struct tagged t = untouched(MAP_LOCKED);

	check_all_resident(&t);
}

static void mlock_fills(void)
{
	struct tagged t = untouched(0);

	CHECK_EQ(mlock(t.memory, t.len), 0);
	check_all_resident(&t);
	CHECK_EQ(munlock(t.memory, t.len), 0);
	tags_write(t.memory, 0, t.nr_pages);
	tagged_check(&t);
}

static void mlockall_fills(void)
{
	struct tagged before = untouched(0), after;

	CHECK_EQ(mlockall(MCL_CURRENT | MCL_FUTURE), 0);
	check_all_resident(&before);
	after = untouched(0);
	check_all_resident(&after);
	CHECK_EQ(munlockall(), 0);
}

static void madvise_populates(void)
{
	struct tagged a = untouched(0), b = untouched(0);

	if (madvise(a.memory, a.len, MADV_POPULATE_WRITE) && errno == EINVAL)
		test_skip("no MADV_POPULATE_WRITE on this kernel");
	check_all_resident(&a);
	CHECK_EQ(madvise(b.memory, b.len, MADV_POPULATE_READ), 0);
	check_all_resident(&b);
}

static void madvise_populate_past_end(void)
{
	struct tagged t = untouched(0);
	char *memory = mremap(t.memory, t.len, t.len + page_size, MREMAP_MAYMOVE);

	CHECK(memory != MAP_FAILED);
	if (madvise(memory, page_size, MADV_POPULATE_WRITE) && errno == EINVAL)
		test_skip("no MADV_POPULATE_WRITE on this kernel");
	CHECK_ERRNO(madvise(memory, t.len + page_size, MADV_POPULATE_WRITE), EFAULT);
}

/* No advice loses a byte; whether it is taken is the kernel's affair. */
static void madvise_keeps_all_bytes(void)
{
	static const struct {
		int advice;
		const char *name;
	} rows[] = {
		{ MADV_NORMAL, "NORMAL" }, { MADV_RANDOM, "RANDOM" }, { MADV_SEQUENTIAL, "SEQUENTIAL" },
		{ MADV_WILLNEED, "WILLNEED" }, { MADV_DONTNEED, "DONTNEED" }, { MADV_FREE, "FREE" },
		{ MADV_REMOVE, "REMOVE" }, { MADV_DONTFORK, "DONTFORK" }, { MADV_DOFORK, "DOFORK" },
		{ MADV_MERGEABLE, "MERGEABLE" }, { MADV_UNMERGEABLE, "UNMERGEABLE" },
		{ MADV_HUGEPAGE, "HUGEPAGE" }, { MADV_NOHUGEPAGE, "NOHUGEPAGE" },
		{ MADV_DONTDUMP, "DONTDUMP" }, { MADV_DODUMP, "DODUMP" },
		{ MADV_WIPEONFORK, "WIPEONFORK" }, { MADV_KEEPONFORK, "KEEPONFORK" },
		{ 20, "COLD" }, { 21, "PAGEOUT" }, { 24, "DONTNEED_LOCKED" }, { 25, "COLLAPSE" },
	};
	struct tagged t = tagged_create(2 * huge_pages() + 3);
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int result = madvise(t.memory, t.len, rows[i].advice);

		fprintf(stderr, "MADV_%s: %s\n", rows[i].name, result ? strerror(errno) : "taken");
		tags_check(t.memory, 0, t.nr_pages);
		result = madvise(t.memory + 3 * page_size, 2 * page_size, rows[i].advice);
		tags_check(t.memory, 0, t.nr_pages);
	}
	tags_write(t.memory, 0, t.nr_pages);
	tagged_check(&t);
}

static void msync_does_nothing(void)
{
	static const int flags[] = {
		0, MS_ASYNC, MS_SYNC, MS_INVALIDATE, MS_ASYNC | MS_INVALIDATE, MS_SYNC | MS_INVALIDATE,
	};
	struct tagged t = tagged_create(huge_pages() + 3);
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		CHECK_EQ(msync(t.memory, t.len, flags[i]), 0);
		CHECK_EQ(msync(t.memory + page_size, page_size, flags[i]), 0);
	}
	CHECK_ERRNO(msync(t.memory, t.len, MS_ASYNC | MS_SYNC), EINVAL);
	CHECK_EQ(fsync(t.fd), 0);
	CHECK_EQ(fdatasync(t.fd), 0);
	tags_check(t.memory, 0, t.nr_pages);
}

static void msync_of_default_buffer(void)
{
	char *memory = map_shared(door_open(O_RDWR), page_size);

	CHECK_EQ(msync(memory, page_size, MS_SYNC), 0);
	CHECK_EQ(msync(memory, page_size, MS_ASYNC | MS_INVALIDATE), 0);
}

/* Odd numbers of pages: each keeps its tag until it is unmapped, and after. */
static void check_page_by_page(size_t nr)
{
	struct tagged t = tagged_create(nr);
	size_t i;

	tags_check(t.memory, 0, nr);
	/* From both ends to the middle. */
	for (i = 0; i < nr; i++) {
		size_t page = i % 2 ? nr - 1 - i / 2 : i / 2;

		tags_check(t.memory + page * page_size, page, 1);
		unmap(t.memory + page * page_size, page_size);
	}
	tagged_check(&t);
	CHECK_EQ(info(t.fd).resident, t.len);
	close(t.fd);
	CHECK_EQ(total_size(), 0);
}

static void page_by_page_small(void)
{
	check_page_by_page(1);
	check_page_by_page(2);
	check_page_by_page(3);
	check_page_by_page(7);
	check_page_by_page(251);
}

static void page_by_page_around_huge(void)
{
	size_t nr = huge_pages();

	if (nr == 1)
		nr = 512;
	check_page_by_page(nr - 1);
	check_page_by_page(nr);
	check_page_by_page(nr + 1);
	check_page_by_page(2 * nr - 1);
}

/* The order in which nobody would read ahead. */
static void touched_backwards(void)
{
	size_t nr = huge_pages() + 251, i;
	int fd = buffer_create(nr * page_size, 0);
	char *memory = map_shared(fd, nr * page_size);

	for (i = nr; i-- > 0;)
		tags_write(memory + i * page_size, i, 1);
	tags_check(memory, 0, nr);
	CHECK_EQ(info(fd).resident, nr * page_size);
}

/* Several threads fault the same pages at once. */

struct race {
	char *memory;
	size_t nr_pages;
	pthread_barrier_t start;
};

#define NR_THREADS 8

struct racer {
	struct race *race;
	unsigned int id;
};

static void *race_run(void *data)
{
	struct racer *racer = data;
	struct race *race = racer->race;
	size_t i;

	pthread_barrier_wait(&race->start);
	for (i = 0; i < race->nr_pages; i++)
		race->memory[i * page_size + racer->id] = (char)(i + racer->id);
	return NULL;
}

static void threads_fault_one_page(void)
{
	size_t nr = 4 * huge_pages() + 251;
	struct race race = { .nr_pages = nr };
	struct racer racers[NR_THREADS];
	pthread_t threads[NR_THREADS];
	int fd = buffer_create(nr * page_size, 0);
	unsigned int i;
	size_t page;

	race.memory = map_shared(fd, nr * page_size);
	CHECK_EQ(pthread_barrier_init(&race.start, NULL, NR_THREADS), 0);
	for (i = 0; i < NR_THREADS; i++) {
		racers[i] = (struct racer){ &race, i };
		CHECK_EQ(pthread_create(&threads[i], NULL, race_run, &racers[i]), 0);
	}
	for (i = 0; i < NR_THREADS; i++)
		CHECK_EQ(pthread_join(threads[i], NULL), 0);
	for (page = 0; page < nr; page++)
		for (i = 0; i < NR_THREADS; i++)
			if (race.memory[page * page_size + i] != (char)(page + i))
				FAIL("page %zu lost what thread %u wrote", page, i);
	CHECK_EQ(info(fd).resident, nr * page_size);
}

static const struct test_case cases[] = {
	CASE(longer_than_buffer),
	CASE(longer_than_default_buffer),
	CASE(offset_wraps),
	CASE(length_wraps),
	CASE(executable_is_refused),
	CASE(refused_leaves_nothing),
	CASE(offsets_show_their_own_bytes),
	CASE(unaligned_address),
	CASE(two_mappings_are_one_memory),
	CASE(validated_flags),
	CASE(two_buffers_side_by_side),
	CASE(past_end_is_sigbus),
	CASE(past_end_in_last_huge_page_is_sigbus),
	CASE(past_end_at_huge_page_is_sigbus),
	CASE(past_end_of_default_buffer_is_sigbus),
	CASE(past_end_in_system_call_is_efault),
	CASE(partial_unmap),
	CASE(hole_filled_from_elsewhere),
	CASE(protect_middle),
	CASE(remap_move),
	CASE(remap_move_of_middle),
	CASE(remap_shrink),
	CASE(remap_grow_inside),
	CASE(remap_grow_in_place),
	CASE(remap_duplicate),
	CASE(remap_dontunmap),
	CASE(populate_flag),
	CASE(locked_flag),
	CASE(mlock_fills),
	CASE(mlockall_fills),
	CASE(madvise_populates),
	CASE(madvise_populate_past_end),
	CASE(madvise_keeps_all_bytes),
	CASE(msync_does_nothing),
	CASE(msync_of_default_buffer),
	CASE(page_by_page_small),
	CASE(page_by_page_around_huge),
	CASE(touched_backwards),
	CASE(threads_fault_one_page),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
