// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows: a large mapping at an address where no 2 MiB fit. Of a buffer it is a batched one, to the core a special one.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "table.h"

/* The least that is batched. */
#define LEAST ((size_t)2 << 20)

#ifndef MADV_PAGEOUT
#define MADV_COLD 20
#define MADV_PAGEOUT 21
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

/* What a line of smaps says of the mapping that begins there. */
static const char *smaps_line(const char *memory, const char *key)
{
	FILE *file = fopen("/proc/self/smaps", "re");
	static char line[512];
	bool found = false;

	CHECK(file);
	while (fgets(line, sizeof(line), file)) {
		uint64_t begin, end;

		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &begin, &end) == 2)
			found = begin == (uintptr_t)memory;
		else if (found && !strncmp(line, key, strlen(key)))
			break;
	}
	CHECK(!feof(file));
	fclose(file);
	return line + strlen(key);
}

/* The parts that a range of mappings has. */
static size_t nr_mappings(const char *memory, size_t len)
{
	FILE *file = fopen("/proc/self/maps", "re");
	char line[512];
	size_t nr = 0;

	CHECK(file);
	while (fgets(line, sizeof(line), file)) {
		uint64_t begin, end;

		CHECK_EQ(sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &begin, &end), 2);
		nr += begin >= (uintptr_t)memory && end <= (uintptr_t)memory + len;
	}
	fclose(file);
	return nr;
}

/* All of it or the first @len bytes, with room behind, a page off from where 2 MiB could begin. */
static struct tagged make_odd(size_t len)
{
	size_t huge = huge_size();
	struct tagged t = { .len = LEAST + 16 * page_size };
	char *at;

	t.nr_pages = t.len / page_size;
	t.fd = make(t.nr_pages);
	at = room(2 * t.len + 2 * huge);
	at += huge - (uintptr_t)at % huge + page_size;
	unmap(at, 2 * t.len);
	t.memory = at;
	CHECK(mmap(at, len ? len : t.len, RW, MAP_SHARED | MAP_FIXED, t.fd, 0) == at);
	if (on_mymap)
		CHECK(strstr(smaps_line(at, "VmFlags:"), " mm"));
	tags_write(at, 0, (len ? len : t.len) / page_size);
	return t;
}

static const char *odd_grow(int flags, bool free_room)
{
	struct tagged t = make_odd(LEAST);
	char *to;

	if (!free_room) {
		to = t.memory + LEAST;
		CHECK(mmap(to, page_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == to);
	}
	errno = 0;
	to = mremap(t.memory, (size_t)2 << 20, t.len, flags);
	if (to == MAP_FAILED) {
		tags_check(t.memory, 0, LEAST / page_size);
		return outcome_of_errno(errno);
	}
	tags_check(to, 0, LEAST / page_size);
	CHECK(is_filled(to + LEAST, 0, t.len - LEAST));
	return "shows what follows";
}

static const char *odd_grow_with_room(long flags)
{
	return odd_grow((int)flags, true);
}

static const char *odd_grow_without_room(long flags)
{
	return odd_grow((int)flags, false);
}

static const char *odd_shrink(long nr_pages)
{
	struct tagged t = make_odd(0);

	return shrink_mapping(&t, (size_t)nr_pages);
}

static const char *odd_unmap(long nr_pages)
{
	struct tagged t = make_odd(0);

	return unmap_part_of(&t, t.nr_pages / 2, (size_t)nr_pages);
}

static const char *odd_protect(long prot)
{
	struct tagged t = make_odd(0);
	char *middle = t.memory + t.nr_pages / 2 * page_size;
	int sig;

	CHECK_EQ(mprotect(middle, page_size, (int)prot), 0);
	sig = touch_write(middle);
	CHECK_EQ(mprotect(middle, page_size, RW), 0);
	tags_check(t.memory, 0, t.nr_pages);
	return say("write %s, then %s", outcome_of_touch(sig),
		   nr_mappings(t.memory, t.len) == 1 ? "one mapping" : "more than one mapping");
}

static const char *odd_advise(long advice)
{
	struct tagged t = make_odd(0);

	return advise(t.memory, t.nr_pages, (int)advice);
}

static const char *odd_guard(long nr)
{
	struct tagged t = make_odd(0);

	return guard_page(&t, (size_t)nr);
}

static const char *odd_lock(long argument)
{
	struct tagged t = make_odd(0);
	unsigned long kib;

	(void)argument;
	CHECK_EQ(madvise(t.memory, t.len, MADV_DONTNEED), 0);
	if (mlock(t.memory, t.len) && geteuid())
		test_skip("this user may not lock %zu bytes", t.len);
	CHECK_EQ(nr_resident(t.memory, t.len), t.nr_pages);
	kib = strtoul(smaps_line(t.memory, "Locked:"), NULL, 10);
	return say("all of it is there, %s", kib == t.len >> 10 ? "and `Locked:`" : kib ? "some `Locked:`" : "`Locked:` is 0");
}

static void child_writes(void *data)
{
	tags_check(data, 0, 4);
	tags_write(data, 1000, 4);
	_exit(0);
}

static const char *odd_fork(long argument)
{
	struct tagged t = make_odd(0);

	(void)argument;
	in_child(child_writes, t.memory);
	tags_check(t.memory, 1000, 4);
	tags_check(t.memory + 4 * page_size, 4, t.nr_pages - 4);
	return "one memory";
}

static const char *odd_sync(long flags)
{
	struct tagged t = make_odd(0);

	errno = 0;
	return outcome(msync(t.memory, t.len, (int)flags));
}

#define SPECIAL "a batched mapping is a special one to the core"

const struct row rows_batched[] = {
	DIFFERS("grow by mremap, there is room behind it", odd_grow_with_room, 0, "ENOMEM or shows what follows",
		"shows what follows", SPECIAL ", which does not grow in place"),
	DIFFERS("grow by mremap, there is room behind it, `MREMAP_MAYMOVE`", odd_grow_with_room, MREMAP_MAYMOVE,
		"ENOMEM or shows what follows", "shows what follows",
		"as above: the core does not move what has room where it is; map it anew"),
	SAME("grow by mremap, there is no room, `MREMAP_MAYMOVE`", odd_grow_without_room, MREMAP_MAYMOVE,
	     "shows what follows"),
	SAME("shrink by seven pages", odd_shrink, 7, "unmaps the tail"),
	SAME("munmap of three pages of the middle", odd_unmap, 3, "the rest stays"),
	DIFFERS("a page of the middle to `PROT_READ` and back", odd_protect, PROT_READ, "write SIGSEGV, then more than one mapping",
		"write SIGSEGV, then one mapping", SPECIAL ", which does not merge with its neighbours"),
	SAME("`MADV_DONTNEED`", odd_advise, MADV_DONTNEED, "the bytes stay"),
	SAME("`MADV_REMOVE`", odd_advise, MADV_REMOVE, "zeros"),
	SAME("`MADV_COLD`", odd_advise, MADV_COLD, "the bytes stay"),
	SAME("`MADV_PAGEOUT`", odd_advise, MADV_PAGEOUT, "the bytes stay"),
	SAME("`MADV_MERGEABLE`", odd_advise, MADV_MERGEABLE, "the bytes stay"),
	SAME("`MADV_DONTDUMP`", odd_advise, MADV_DONTDUMP, "the bytes stay"),
	DIFFERS("`MADV_DODUMP`", odd_advise, MADV_DODUMP, "EINVAL", "the bytes stay", SPECIAL),
	SAME("`MADV_POPULATE_READ`", odd_advise, MADV_POPULATE_READ, "the bytes stay"),
	DIFFERS("`MADV_GUARD_INSTALL`, a touch, `MADV_GUARD_REMOVE`", odd_guard, 3, "EINVAL", "SIGSEGV, the bytes stay", SPECIAL),
	DIFFERS("mlock", odd_lock, 0, "all of it is there, `Locked:` is 0", "all of it is there, and `Locked:`",
		SPECIAL ", which is not counted; it is never swapped anyway"),
	SAME("fork, the child writes", odd_fork, 0, "one memory"),
	SAME("`MS_SYNC`", odd_sync, MS_SYNC, WORKS),
	ROWS_END
};
