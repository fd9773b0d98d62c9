// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows: what becomes of a mapping, or of a part of one: mremap, munmap, mprotect.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "table.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

/* mremap */

/* The first two pages of four, with room for as many behind them. */
static char *half_with_room(const struct tagged *t, bool free_room)
{
	char *at = room(t->len);

	CHECK(mmap(at, 2 * page_size, RW, MAP_SHARED | MAP_FIXED, t->fd, 0) == at);
	if (free_room)
		unmap(at + 2 * page_size, t->len - 2 * page_size);
	return at;
}

static const char *grow(long flags)
{
	struct tagged t = make_tagged(4);
	char *at = half_with_room(&t, true);

	errno = 0;
	if (mremap(at, 2 * page_size, t.len, (int)flags) != at)
		return outcome_of_errno(errno);
	tags_check(at, 0, 4);
	return "shows what follows";
}

static const char *grow_without_room(long flags)
{
	struct tagged t = make_tagged(4);
	char *at = half_with_room(&t, false), *to;

	errno = 0;
	to = mremap(at, 2 * page_size, t.len, (int)flags);
	if (to == MAP_FAILED) {
		tags_check(at, 0, 2);
		return outcome_of_errno(errno);
	}
	CHECK(to != at);
	CHECK_EQ(touch_read(at), SIGSEGV);
	tags_check(to, 0, 4);
	return "moves, shows what follows";
}

static const char *grow_behind_end(long flags)
{
	struct tagged t = make_tagged(4);
	char *to;

	errno = 0;
	to = mremap(t.memory, t.len, t.len + page_size, (int)flags);
	if (to == MAP_FAILED)
		return outcome_of_errno(errno);
	tags_check(to, 0, 4);
	return say("works, %s behind the end", outcome_of_touch(touch_read(to + t.len)));
}

const char *shrink_mapping(const struct tagged *t, size_t nr_pages)
{
	size_t left = t->nr_pages - nr_pages;

	CHECK(mremap(t->memory, t->len, left * page_size, 0) == t->memory);
	tags_check(t->memory, 0, left);
	CHECK_EQ(touch_read(t->memory + left * page_size), SIGSEGV);
	tagged_check(t);
	return "unmaps the tail";
}

static const char *shrink(long nr_pages)
{
	struct tagged t = make_tagged(many_pages());

	return shrink_mapping(&t, (size_t)nr_pages);
}

static const char *move(long flags)
{
	struct tagged t = make_tagged(many_pages());
	/* A page off from where it would be mapped by 2 MiB. */
	char *to = room(t.len + page_size) + page_size;

	errno = 0;
	if (mremap(t.memory, t.len, t.len, (int)flags, to) != to)
		return outcome_of_errno(errno);
	CHECK_EQ(touch_read(t.memory), SIGSEGV);
	tags_check(to, 0, t.nr_pages);
	tags_write(to, 0, t.nr_pages);
	tagged_check(&t);
	return "moves there";
}

static const char *move_over_itself(long flags)
{
	struct tagged t = make_tagged(4);

	errno = 0;
	return outcome_of_map(mremap(t.memory, t.len, t.len, (int)flags, t.memory + page_size));
}

static const char *move_middle(long flags)
{
	struct tagged t = make_tagged(many_pages());
	size_t first = t.nr_pages / 2;
	char *middle = t.memory + first * page_size, *to = room(2 * page_size);

	CHECK(mremap(middle, 2 * page_size, 2 * page_size, (int)flags, to) == to);
	tags_check(to, first, 2);
	tags_check(t.memory, 0, first);
	tags_check(middle + 2 * page_size, first + 2, t.nr_pages - first - 2);
	CHECK_EQ(touch_read(middle), SIGSEGV);
	return "moves that part";
}

static const char *move_copies(long flags)
{
	struct tagged t = make_tagged(4);
	char *memory = map(t.fd, t.len, RW, MAP_PRIVATE), *to = room(t.len);

	CHECK(memory != MAP_FAILED);
	tags_write(memory, 1000, 2);
	CHECK(mremap(memory, t.len, t.len, (int)flags, to) == to);
	tags_check(to, 1000, 2);
	tags_check(to + 2 * page_size, 2, 2);
	tagged_check(&t);
	return "the copies move along";
}

/* Until 5.13 for anonymous memory only. */
static void require_dontunmap(void)
{
	int file = disk_file(0);
	char *memory;

	CHECK_EQ(ftruncate(file, (off_t)page_size), 0);
	memory = map_shared(file, page_size);
	/* The address is a hint, and must be that of a page. */
	if (mremap(memory, page_size, page_size, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL) == MAP_FAILED)
		test_skip("MREMAP_DONTUNMAP of this kernel is for anonymous memory only");
}

static const char *dontunmap(long nr_pages)
{
	struct tagged t = make_tagged(4);
	char *to;

	require_dontunmap();
	errno = 0;
	to = mremap(t.memory, t.len, (size_t)nr_pages * page_size, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
	if (to == MAP_FAILED)
		return outcome_of_errno(errno);
	CHECK(to != t.memory);
	tags_check(to, 0, 4);
	tags_check(t.memory, 0, 4);
	return "both show it";
}

static const char *old_size_0(long flags)
{
	struct tagged t = make_tagged(4);
	char *from = map(t.fd, t.len, RW, (int)flags), *to;

	CHECK(from != MAP_FAILED);
	errno = 0;
	to = mremap(from, 0, t.len, MREMAP_MAYMOVE);
	if (to == MAP_FAILED)
		return outcome_of_errno(errno);
	CHECK(to != from);
	tags_check(to, 0, 4);
	tags_check(from, 0, 4);
	return "another mapping of the same";
}

static const char *new_size_0(long flags)
{
	struct tagged t = make_tagged(4);

	errno = 0;
	return outcome_of_map(mremap(t.memory, t.len, 0, (int)flags));
}

static const char *unaligned_remap(long flags)
{
	struct tagged t = make_tagged(4);

	errno = 0;
	return outcome_of_map(mremap(t.memory + 1, page_size, page_size, (int)flags));
}

static const char *remap_unmapped(long flags)
{
	struct tagged t = make_tagged(4);

	unmap(t.memory, t.len);
	errno = 0;
	return outcome_of_map(mremap(t.memory, t.len, 2 * t.len, (int)flags));
}

const struct row rows_mremap[] = {
	SAME("grow, there is room behind it", grow, 0, "shows what follows"),
	SAME("grow, there is no room", grow_without_room, 0, "ENOMEM"),
	SAME("grow, there is no room, `MREMAP_MAYMOVE`", grow_without_room, MREMAP_MAYMOVE, "moves, shows what follows"),
	SAME("grow behind the end of it", grow_behind_end, MREMAP_MAYMOVE, "works, SIGBUS behind the end"),
	SAME("shrink by a page", shrink, 1, "unmaps the tail"),
	SAME("shrink by seven pages, into what may be mapped by 2 MiB", shrink, 7, "unmaps the tail"),
	SAME("`MREMAP_MAYMOVE \\| MREMAP_FIXED`", move, MREMAP_MAYMOVE | MREMAP_FIXED, "moves there"),
	SAME("`MREMAP_FIXED` alone", move, MREMAP_FIXED, "EINVAL"),
	SAME("`MREMAP_FIXED`, over a part of itself", move_over_itself, MREMAP_MAYMOVE | MREMAP_FIXED, "EINVAL"),
	SAME("`MREMAP_FIXED` of two pages of the middle", move_middle, MREMAP_MAYMOVE | MREMAP_FIXED, "moves that part"),
	SAME("`MREMAP_FIXED`, private, two pages were written", move_copies, MREMAP_MAYMOVE | MREMAP_FIXED,
	     "the copies move along"),
	SAME("`MREMAP_DONTUNMAP`", dontunmap, 4, "both show it"),
	SAME("`MREMAP_DONTUNMAP` to another size", dontunmap, 5, "EINVAL"),
	SAME("an old size of 0", old_size_0, MAP_SHARED, "another mapping of the same"),
	SAME("an old size of 0, private", old_size_0, MAP_PRIVATE, "EINVAL"),
	SAME("a new size of 0", new_size_0, MREMAP_MAYMOVE, "EINVAL"),
	SAME("an address that is not that of a page", unaligned_remap, MREMAP_MAYMOVE, "EINVAL"),
	SAME("what is not mapped", remap_unmapped, MREMAP_MAYMOVE, "EFAULT"),
	ROWS_END
};

/* munmap */

const char *unmap_part_of(const struct tagged *t, size_t first, size_t nr)
{
	size_t end = first + nr;

	CHECK(end <= t->nr_pages);
	unmap(t->memory + first * page_size, nr * page_size);
	tags_check(t->memory, 0, first);
	tags_check(t->memory + end * page_size, end, t->nr_pages - end);
	CHECK_EQ(touch_read(t->memory + first * page_size), SIGSEGV);
	CHECK_EQ(touch_read(t->memory + (end - 1) * page_size), SIGSEGV);
	/* The rest is still a mapping of it. */
	tags_write(t->memory, 0, first);
	tags_write(t->memory + end * page_size, end, t->nr_pages - end);
	tagged_check(t);
	return "the rest stays";
}

static const char *unmap_part(size_t first, size_t nr)
{
	struct tagged t = make_tagged(many_pages());

	return unmap_part_of(&t, first, nr);
}

static const char *unmap_head(long nr)
{
	return unmap_part(0, (size_t)nr);
}

static const char *unmap_middle(long nr)
{
	return unmap_part(many_pages() / 2, (size_t)nr);
}

static const char *unmap_tail(long nr)
{
	return unmap_part(many_pages() - (size_t)nr, (size_t)nr);
}

static const char *unmap_call(long offset, size_t len)
{
	struct tagged t = make_tagged(4);

	errno = 0;
	return outcome(munmap(t.memory + offset, len));
}

static const char *unmap_unaligned(long offset)
{
	return unmap_call(offset, page_size);
}

static const char *unmap_length(long len)
{
	return unmap_call(0, (size_t)len);
}

static const char *unmap_twice(long argument)
{
	struct tagged t = make_tagged(4);

	(void)argument;
	unmap(t.memory, t.len);
	errno = 0;
	return outcome(munmap(t.memory, t.len));
}

/* Two objects side by side, a page of each and what is between. */
static const char *unmap_across(long argument)
{
	struct tagged a = make_tagged(4), b = make_tagged(4);
	char *at = room(9 * page_size), *second = at + 5 * page_size;

	(void)argument;
	CHECK(mmap(at, a.len, RW, MAP_SHARED | MAP_FIXED, a.fd, 0) == at);
	CHECK(mmap(second, b.len, RW, MAP_SHARED | MAP_FIXED, b.fd, 0) == second);
	unmap(at + 3 * page_size, 3 * page_size);
	tags_check(at, 0, 3);
	tags_check(second + page_size, 1, 3);
	CHECK_EQ(touch_read(at + 3 * page_size), SIGSEGV);
	CHECK_EQ(touch_read(second), SIGSEGV);
	return "the rest of both stays";
}

static const char *close_first(long argument)
{
	struct tagged t = make_tagged(4);

	(void)argument;
	close(t.fd);
	tags_check(t.memory, 0, 4);
	unmap(t.memory + page_size, 2 * page_size);
	tags_check(t.memory, 0, 1);
	tags_check(t.memory + 3 * page_size, 3, 1);
	return "the mapping stays";
}

const struct row rows_munmap[] = {
	SAME("the first three pages", unmap_head, 3, "the rest stays"),
	SAME("three pages of the middle", unmap_middle, 3, "the rest stays"),
	SAME("the last three pages", unmap_tail, 3, "the rest stays"),
	SAME("the end of one mapping, a gap, and the beginning of another", unmap_across, 0, "the rest of both stays"),
	SAME("what is not mapped any more", unmap_twice, 0, WORKS),
	SAME("length 0", unmap_length, 0, "EINVAL"),
	SAME("an address that is not that of a page", unmap_unaligned, 1, "EINVAL"),
	SAME("`close` before `munmap`", close_first, 0, "the mapping stays"),
	ROWS_END
};

/* mprotect */

static const char *protect_middle(long prot)
{
	struct tagged t = make_tagged(many_pages());
	size_t first = t.nr_pages / 2;
	char *middle = t.memory + first * page_size;
	int reading, writing;

	CHECK_EQ(mprotect(middle, 3 * page_size, (int)prot), 0);
	reading = touch_read(middle);
	writing = touch_write(middle + 2 * page_size);
	CHECK_EQ(touch_write(middle - 1), 0);
	CHECK_EQ(touch_write(middle + 3 * page_size), 0);
	CHECK_EQ(mprotect(t.memory, t.len, RW), 0);
	tags_check(t.memory, 0, t.nr_pages);
	return say("read %s, write %s", outcome_of_touch(reading), outcome_of_touch(writing));
}

static const char *protect(long prot)
{
	struct tagged t = make_tagged(4);

	errno = 0;
	return outcome(mprotect(t.memory, t.len, (int)prot));
}

static const char *upgrade(int flags)
{
	struct tagged t = make_tagged(4);
	int fd = fd_reopen(t.fd, O_RDONLY);
	char *memory = map(fd, t.len, PROT_READ, flags);

	CHECK(memory != MAP_FAILED);
	errno = 0;
	if (mprotect(memory, t.len, RW))
		return outcome_of_errno(errno);
	tags_write(memory, 1000, 4);
	tags_check(t.memory, 0, 4);
	return "a copy of each page that is written";
}

static const char *upgrade_readonly(long flags)
{
	return upgrade((int)flags);
}

static const char *protect_unaligned(long prot)
{
	return outcome_unaligned(mprotect, prot);
}

static const char *protect_hole(long prot)
{
	return outcome_with_hole(mprotect, prot);
}

const struct row rows_mprotect[] = {
	SAME("the middle to `PROT_READ`", protect_middle, PROT_READ, "read works, write SIGSEGV"),
	SAME("the middle to `PROT_NONE`", protect_middle, PROT_NONE, "read SIGSEGV, write SIGSEGV"),
	DIFFERS("to `PROT_EXEC`", protect, PROT_READ | PROT_EXEC, "EACCES", WORKS, "as for mmap; `mprotect` says `EACCES`"),
	SAME("to writable, of a read-only descriptor", upgrade_readonly, MAP_SHARED, "EACCES"),
	SAME("to writable, of a read-only descriptor, private", upgrade_readonly, MAP_PRIVATE,
	     "a copy of each page that is written"),
	SAME("`PROT_GROWSDOWN`", protect, PROT_READ | PROT_GROWSDOWN, "EINVAL"),
	SAME("a bit that is not known", protect, PROT_READ | 0x100000, "EINVAL"),
	SAME("an address that is not that of a page", protect_unaligned, PROT_READ, "EINVAL"),
	SAME("a hole in the range", protect_hole, PROT_READ, "ENOMEM"),
	ROWS_END
};
