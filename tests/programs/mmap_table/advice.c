// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows: madvise.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "table.h"

#ifndef MADV_COLD
#define MADV_COLD 20
#define MADV_PAGEOUT 21
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE 101
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#define MADV_GUARD_REMOVE 103
#endif

/* What has become of the bytes of a mapping. */
static const char *bytes_after(char *memory, size_t nr_pages)
{
	if (!tag_is(memory, 0)) {
		CHECK(is_filled(memory, 0, nr_pages * page_size));
		return "zeros";
	}
	tags_check(memory, 0, nr_pages);
	return "the bytes stay";
}

const char *advise(char *memory, size_t nr_pages, int advice)
{
	require_advice(advice);
	errno = 0;
	if (madvise(memory, nr_pages * page_size, advice)) {
		const char *error = outcome_of_errno(errno);

		/* What is refused does nothing. */
		tags_check(memory, 0, nr_pages);
		return error;
	}
	return bytes_after(memory, nr_pages);
}

static const char *shared(long advice)
{
	struct tagged t = make_tagged(4);

	return advise(t.memory, 4, (int)advice);
}

/* All of it, and then a part of 2 MiB only. */
static const char *shared_large(long advice)
{
	struct tagged t = make_tagged(many_pages());
	const char *all = advise(t.memory, t.nr_pages, (int)advice);
	char *middle = t.memory + (t.nr_pages / 2 - 1) * page_size;

	CHECK_EQ(madvise(middle, 3 * page_size, (int)advice) == -1, strcmp(all, "the bytes stay") != 0);
	tags_check(t.memory, 0, t.nr_pages);
	tagged_check(&t);
	return all;
}

/* A private mapping in which every page was written. */
static const char *private(long advice)
{
	struct tagged t = make_tagged(4);
	char *memory = map_copied(&t);

	require_advice((int)advice);
	errno = 0;
	if (madvise(memory, t.len, (int)advice))
		return outcome_of_errno(errno);
	tagged_check(&t);
	if (tag_is(memory, 1000)) {
		tags_check(memory, 1000, 4);
		return "the copies stay";
	}
	tags_check(memory, 0, 4);
	return "the bytes of the object again";
}

static const char *readonly_mapping(long advice)
{
	struct tagged t = make_tagged(4);
	char *memory = map(fd_reopen(t.fd, O_RDONLY), t.len, PROT_READ, MAP_SHARED);

	CHECK(memory != MAP_FAILED);
	return advise(memory, 4, (int)advice);
}

static const char *locked(long advice)
{
	struct tagged t = make_tagged(4);

	CHECK_EQ(mlock(t.memory, t.len), 0);
	return advise(t.memory, 4, (int)advice);
}

static const char *populate(long advice)
{
	char *memory = map_shared(make(4), 4 * page_size);

	require_advice((int)advice);
	errno = 0;
	if (madvise(memory, 4 * page_size, (int)advice))
		return outcome_of_errno(errno);
	CHECK_EQ(nr_resident(memory, 4 * page_size), 4);
	return "all of it is there";
}

static const char *populate_behind_end(long advice)
{
	char *memory = mremap(map_shared(make(1), page_size), page_size, 2 * page_size, MREMAP_MAYMOVE);

	CHECK(memory != MAP_FAILED);
	require_advice((int)advice);
	errno = 0;
	return outcome(madvise(memory, 2 * page_size, (int)advice));
}

/* fork */

static void child_touches(void *data)
{
	_exit(touch_read(data));
}

static const char *in_child_after(long advice, long then)
{
	struct tagged t = make_tagged(4);
	int status;

	require_advice((int)advice);
	errno = 0;
	if (madvise(t.memory, t.len, (int)advice) || (then && madvise(t.memory, t.len, (int)then)))
		return outcome_of_errno(errno);
	status = child_wait(child_start(child_touches, t.memory), 20);
	CHECK(WIFEXITED(status));
	tags_check(t.memory, 0, 4);
	return say("child's read %s", outcome_of_touch(WEXITSTATUS(status)));
}

static const char *child_after(long advice)
{
	return in_child_after(advice, 0);
}

static const char *child_after_dontfork_and(long advice)
{
	return in_child_after(MADV_DONTFORK, advice);
}

/* Guard pages came for anonymous memory first, 6.13, for files with 6.15. */
const char *guard_page(const struct tagged *t, size_t nr)
{
	char *page = t->memory + nr * page_size;
	int file = disk_file(0), sig;
	char *probe;

	require_advice(MADV_GUARD_INSTALL);
	CHECK_EQ(ftruncate(file, (off_t)page_size), 0);
	probe = map_shared(file, page_size);
	if (madvise(probe, page_size, MADV_GUARD_INSTALL))
		test_skip("guard pages of this kernel are for anonymous memory only");
	if (madvise(page, page_size, MADV_GUARD_INSTALL))
		return outcome_of_errno(errno);
	sig = touch_read(page);
	CHECK_EQ(madvise(page, page_size, MADV_GUARD_REMOVE), 0);
	tags_check(t->memory, 0, t->nr_pages);
	return say("%s, the bytes stay", outcome_of_touch(sig));
}

/* A large mapping of a 32-bit program is batched on 7.2, which does not align it; that is a row of its own. */
static const char *guard(long argument)
{
	struct tagged t = make_tagged(sizeof(void *) == 8 ? many_pages() : 8);

	(void)argument;
	return guard_page(&t, 3);
}

/* By 2 MiB what is mapped by pages. */
static const char *collapse(long advice)
{
	size_t huge = huge_page();
	struct tagged t = make_tagged(2 * huge / page_size);
	char *at = (char *)(((uintptr_t)room(3 * huge) + huge - 1) & ~(uintptr_t)(huge - 1));
	const char *result;

	require_advice((int)advice);
	CHECK(mmap(at, t.len, RW, MAP_SHARED | MAP_FIXED, t.fd, 0) == at);
	tags_check(at, 0, t.nr_pages);
	errno = 0;
	result = outcome(madvise(at, huge, (int)advice));
	tags_check(at, 0, t.nr_pages);
	tagged_check(&t);
	return result;
}

static const char *unaligned(long advice)
{
	return outcome_unaligned(madvise, advice);
}

static const char *hole(long advice)
{
	return outcome_with_hole(madvise, advice);
}

static const char *unknown(long advice)
{
	struct tagged t = make_tagged(4);

	errno = 0;
	return outcome(madvise(t.memory, t.len, (int)advice));
}

const struct row rows_madvise[] = {
	SAME("`MADV_NORMAL`", shared_large, MADV_NORMAL, "the bytes stay"),
	SAME("`MADV_RANDOM`", shared_large, MADV_RANDOM, "the bytes stay"),
	SAME("`MADV_SEQUENTIAL`", shared_large, MADV_SEQUENTIAL, "the bytes stay"),
	SAME("`MADV_WILLNEED`", shared_large, MADV_WILLNEED, "the bytes stay"),
	SAME("`MADV_DONTNEED`", shared_large, MADV_DONTNEED, "the bytes stay"),
	SAME("`MADV_DONTNEED`, private", private, MADV_DONTNEED, "the bytes of the object again"),
	SAME("`MADV_DONTNEED` of locked memory", locked, MADV_DONTNEED, "EINVAL"),
	SAME("`MADV_DONTNEED_LOCKED` of locked memory", locked, MADV_DONTNEED_LOCKED, "the bytes stay"),
	SAME("`MADV_FREE`", shared, MADV_FREE, "EINVAL"),
	SAME("`MADV_FREE`, private", private, MADV_FREE, "EINVAL"),
	SAME("`MADV_REMOVE`", shared, MADV_REMOVE, "zeros"),
	SAME("`MADV_REMOVE`, read-only", readonly_mapping, MADV_REMOVE, "EACCES"),
	SAME("`MADV_HUGEPAGE`", shared_large, MADV_HUGEPAGE, "the bytes stay"),
	SAME("`MADV_NOHUGEPAGE`", shared_large, MADV_NOHUGEPAGE, "the bytes stay"),
	DIFFERS("`MADV_COLLAPSE` of 2 MiB", collapse, MADV_COLLAPSE, "EINVAL", WORKS,
		"a buffer has 2 MiB at once or not at all; nothing is put together later"),
	SAME("`MADV_COLD`", shared_large, MADV_COLD, "the bytes stay"),
	SAME("`MADV_PAGEOUT`", shared_large, MADV_PAGEOUT, "the bytes stay"),
	SAME("`MADV_MERGEABLE`", shared_large, MADV_MERGEABLE, "the bytes stay"),
	SAME("`MADV_MERGEABLE`, private", private, MADV_MERGEABLE, "the copies stay"),
	SAME("`MADV_UNMERGEABLE`", shared_large, MADV_UNMERGEABLE, "the bytes stay"),
	SAME("`MADV_DONTFORK`", child_after, MADV_DONTFORK, "child's read SIGSEGV"),
	SAME("`MADV_DOFORK` after it", child_after_dontfork_and, MADV_DOFORK, "child's read works"),
	SAME("`MADV_WIPEONFORK`", shared, MADV_WIPEONFORK, "EINVAL"),
	SAME("`MADV_KEEPONFORK`", shared, MADV_KEEPONFORK, "the bytes stay"),
	SAME("`MADV_DONTDUMP`", shared, MADV_DONTDUMP, "the bytes stay"),
	SAME("`MADV_DODUMP`", shared, MADV_DODUMP, "the bytes stay"),
	SAME("`MADV_POPULATE_READ`", populate, MADV_POPULATE_READ, "all of it is there"),
	SAME("`MADV_POPULATE_WRITE`", populate, MADV_POPULATE_WRITE, "all of it is there"),
	SAME("`MADV_POPULATE_READ` behind the end", populate_behind_end, MADV_POPULATE_READ, "EFAULT"),
	SAME("`MADV_POPULATE_WRITE` behind the end", populate_behind_end, MADV_POPULATE_WRITE, "EFAULT"),
	SAME("`MADV_POPULATE_WRITE`, read-only", readonly_mapping, MADV_POPULATE_WRITE, "EINVAL"),
	SAME("`MADV_GUARD_INSTALL`, a touch, `MADV_GUARD_REMOVE`", guard, 0, "SIGSEGV, the bytes stay"),
	SAME("an advice that is not known", unknown, 12345, "EINVAL"),
	SAME("an address that is not that of a page", unaligned, MADV_NORMAL, "EINVAL"),
	SAME("a hole in the range", hole, MADV_NORMAL, "ENOMEM"),
	ROWS_END
};

/*
 * What the kernel does when a page is reported to be broken. It leaves that page of the machine unused until the
 * next boot. One that is mapped still may stay so; what counts is the next page fault.
 */

static int write_text(int fd, const char *text)
{
	return write(fd, text, strlen(text)) < 0 ? -1 : 0;
}

struct broken {
	int fd;
	size_t nr_pages, page;
	char *memory;
	bool written;
};

static struct broken make_to_break(size_t nr_pages, size_t page, bool write)
{
	struct broken b = { make(nr_pages), nr_pages, page, NULL, write };

	require_root();
	b.memory = map_shared(b.fd, nr_pages * page_size);
	if (write)
		tags_write(b.memory, 0, nr_pages);
	else
		CHECK_EQ(touch_read(b.memory + page * page_size), 0);
	return b;
}

static void ignore(int sig)
{
	(void)sig;
}

/*
 * Linux 7.2, other than 6.1, tells by SIGBUS whoever reported it, where it has taken the page away, as if that one had
 * read it; it ends a process that ignores or blocks it.
 */
static int report_broken(char *page, int advice)
{
	struct sigaction action = { .sa_handler = ignore }, old;
	int result;

	CHECK_EQ(sigaction(SIGBUS, &action, &old), 0);
	result = madvise(page, page_size, advice);
	CHECK_EQ(sigaction(SIGBUS, &old, NULL), 0);
	return result;
}

/* What a page fault says then. Nobody else's page is lost. */
static const char *touch_broken(const struct broken *b, const char *result)
{
	char *page = b->memory + b->page * page_size;
	size_t i;
	int sig;

	CHECK_EQ(madvise(b->memory, b->nr_pages * page_size, MADV_DONTNEED), 0);
	sig = touch_read(page);
	for (i = 0; i < b->nr_pages; i++) {
		if (i == b->page)
			continue;
		if (touch_read(b->memory + i * page_size))
			FAIL("page %zu of %zu is lost as well", i, b->nr_pages);
		if (b->written)
			tags_check(b->memory + i * page_size, i, 1);
	}
	if (!sig && !tag_is(page, b->page))
		return say("%s, then zeros", result);
	return say("%s, then %s", result, sig ? outcome_of_touch(sig) : "the bytes stay");
}

static const char *poison(long advice, size_t nr_pages, size_t page, bool write)
{
	struct broken b = make_to_break(nr_pages, page, write);

	require_advice((int)advice);
	errno = 0;
	return touch_broken(&b, outcome(report_broken(b.memory + page * page_size, (int)advice)));
}

static const char *poison_written(long advice)
{
	return poison(advice, 4, 1, true);
}

/* It could be thrown away, thinks the kernel of pages of files that nobody has written. */
static const char *poison_read(long advice)
{
	return poison(advice, 1, 0, false);
}

static const char *poison_in_huge(long advice)
{
	return poison(advice, many_pages(), 1, true);
}

/* As the machine itself reports it: with a frame, not with somebody's page. */
static const char *corrupt_frame(long write)
{
	int corrupt = open("/sys/kernel/debug/hwpoison/corrupt-pfn", O_WRONLY | O_CLOEXEC);
	struct broken b = make_to_break(1, 0, write);
	int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	const char *result;
	uint64_t entry;
	char frame[32];

	if (corrupt < 0)
		test_skip("no hwpoison-inject here");
	CHECK_EQ(pread(pagemap, &entry, sizeof(entry), (off_t)((uintptr_t)b.memory / page_size * sizeof(entry))),
		 sizeof(entry));
	CHECK(entry >> 63);
	snprintf(frame, sizeof(frame), "%llu", (unsigned long long)(entry & (((uint64_t)1 << 55) - 1)));
	errno = 0;
	result = outcome(write_text(corrupt, frame));
	return touch_broken(&b, result);
}

/* The end comes into a chunk, and what stays of it has to be copied, on a buffer; on a memfd nothing has. */
static const char *shrink_broken(size_t stays)
{
	struct broken b = make_to_break(4, 1, true);

	require_advice(MADV_HWPOISON);
	report_broken(b.memory + page_size, MADV_HWPOISON);
	errno = 0;
	if (ftruncate(b.fd, (off_t)(stays * page_size))) {
		tags_check(b.memory, 0, 1);
		tags_check(b.memory + 2 * page_size, 2, 2);
		return outcome_of_errno(errno);
	}
	tags_check(b.memory, 0, 1);
	CHECK_EQ(touch_read(b.memory + 3 * page_size), SIGBUS);
	return WORKS;
}

static const char *shrink_behind_broken(long argument)
{
	(void)argument;
	return shrink_broken(2);
}

static const char *shrink_before_broken(long argument)
{
	(void)argument;
	return shrink_broken(1);
}

/* Once it is gone, its broken page is nobody's: others that are made then have none. */
static const char *poison_and_go_on(long advice)
{
	const size_t nr_pages = 4;
	int fd = make(nr_pages), i;
	char *memory = map_shared(fd, nr_pages * page_size);

	require_root();
	require_advice((int)advice);
	tags_write(memory, 0, nr_pages);
	report_broken(memory + page_size, (int)advice);
	unmap(memory, nr_pages * page_size);
	close(fd);

	for (i = 0; i < 64; i++) {
		size_t page;

		memory = map_shared(make(nr_pages), nr_pages * page_size);
		for (page = 0; page < nr_pages; page++) {
			int sig = touch_write(memory + page * page_size);

			if (sig)
				return say("%s in another one", outcome_of_touch(sig));
		}
	}
	return WORKS;
}

static const char *poison_by_user(long advice)
{
	struct tagged t = make_tagged(4);

	require_advice((int)advice);
	become_user();
	errno = 0;
	return outcome(madvise(t.memory, page_size, (int)advice));
}

/* On 5.10 a memfd has zeros in its place, without a word. */
#define SIGBUS_OR_ZEROS "works, then SIGBUS or works, then zeros"
#define STAYS "a buffer's page cannot be replaced: it is marked, and what is mapped already stays mapped"

const struct row rows_poison[] = {
	SAME("`MADV_HWPOISON`, by an ordinary user", poison_by_user, MADV_HWPOISON, "EPERM"),
	SAME("`MADV_SOFT_OFFLINE`, by an ordinary user", poison_by_user, MADV_SOFT_OFFLINE, "EPERM"),
	DIFFERS("`MADV_SOFT_OFFLINE`", poison_written, MADV_SOFT_OFFLINE, "EIO, then the bytes stay or EBUSY, then the bytes stay",
		"works, then the bytes stay", STAYS),
	DIFFERS("`MADV_HWPOISON` of a page that was written", poison_written, MADV_HWPOISON, "EBUSY, then SIGBUS",
		SIGBUS_OR_ZEROS, "as above; Linux 5.10 lets a memfd have zeros in its place"),
	DIFFERS("`MADV_HWPOISON` of a page that was only read", poison_read, MADV_HWPOISON, "EBUSY, then SIGBUS",
		SIGBUS_OR_ZEROS, "as above"),
	DIFFERS("`MADV_HWPOISON` of a page of 2 MiB", poison_in_huge, MADV_HWPOISON, "EBUSY, then SIGBUS",
		SIGBUS_OR_ZEROS, "as above"),
	DIFFERS("a page that was written, and that the machine finds broken", corrupt_frame, 1, "EBUSY, then SIGBUS",
		SIGBUS_OR_ZEROS, "as above"),
	DIFFERS("a page that was only read, and that the machine finds broken", corrupt_frame, 0, "EBUSY, then SIGBUS",
		SIGBUS_OR_ZEROS, "as above"),
	DIFFERS("`ftruncate` to behind a broken page", shrink_behind_broken, 0, "EBUSY", WORKS,
		"what stays of a compound page is copied, and a broken one cannot be read"),
	SAME("`ftruncate` to before a broken page", shrink_before_broken, 0, WORKS),
	SAME("others that are made after it", poison_and_go_on, MADV_HWPOISON, WORKS),
	ROWS_END
};
