// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of parts of a mapping: munmap, mmap over it, mprotect, mremap.
 */
#include <signal.h>
#include <sys/mman.h>

#include "test.h"

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
	/* Where to is a hint, but must be the address of a page. */
	char *moved = mremap(t.memory, t.len, t.len, MREMAP_MAYMOVE | 4 /* MREMAP_DONTUNMAP */, NULL);

	if (moved == MAP_FAILED && errno == EINVAL)
		test_skip("no MREMAP_DONTUNMAP for files on this kernel");
	CHECK(moved != MAP_FAILED);
	tags_check(moved, 0, t.nr_pages);
	tags_check(t.memory, 0, t.nr_pages);
}

static const struct test_case cases[] = {
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
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
