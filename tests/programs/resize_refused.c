// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shrinking that cannot be had, because somebody holds the memory or because there
 * is none: nothing has changed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <fcntl.h>
#include <unistd.h>

#include "test.h"

/* So many pages of a mapping, held by a pipe. */
static void pin_by_pipe(int ends[2], char *memory, size_t nr_pages)
{
	struct iovec iov = { memory, nr_pages * page_size };

	CHECK_EQ(pipe(ends), 0);
	CHECK_EQ(vmsplice(ends[1], &iov, 1, 0), iov.iov_len);
}

static void unpin(int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

static void check_refused_unchanged(struct tagged *t, size_t to)
{
	struct mymap_info before = info(t->fd), after;

	alarm(20);
	CHECK_ERRNO(buffer_resize(t->fd, to * page_size), EBUSY);
	CHECK_ERRNO(ftruncate(t->fd, (off_t)(to * page_size)), EBUSY);
	after = info(t->fd);
	CHECK(!memcmp(&before, &after, sizeof(before)));
	buffer_check_size(t->fd, t->len);
	CHECK_EQ(total_size(), t->len);
	tags_check(t->memory, 0, t->nr_pages);
	tagged_check(t);
}

static void check_pinned(size_t nr_pages, size_t pinned, size_t to)
{
	struct tagged t = tagged_create(nr_pages);
	int ends[2];

	pin_by_pipe(ends, t.memory + pinned * page_size, 1);
	check_refused_unchanged(&t, to);
	unpin(ends);
	CHECK_EQ(buffer_resize(t.fd, to * page_size), to * page_size);
	tags_check(t.memory, 0, to);
	unmap(t.memory, t.len);
	close(t.fd);
}

static void pinned_is_busy(void)
{
	size_t huge = huge_pages();

	/* Chunks that go as a whole, large and small. */
	check_pinned(3 * huge, 2 * huge + 7, huge);
	check_pinned(2, 1, 1);
	/* One that goes in part, pinned in the part that goes and in the other. */
	check_pinned(2 * huge, 2 * huge - 1, huge + 10);
	if (huge > 1)
		check_pinned(2 * huge, huge + 1, huge + 10);
}

/* Below the end and in another chunk it disturbs nobody. */
static void pinned_elsewhere(void)
{
	size_t huge = huge_pages();
	struct tagged t = tagged_create(3 * huge);
	char byte = 0;
	int ends[2];

	pin_by_pipe(ends, t.memory, 1);
	CHECK_EQ(buffer_resize(t.fd, (huge + 1) * page_size), (huge + 1) * page_size);
	CHECK_EQ(read(ends[0], &byte, 1), 1);
	CHECK_EQ(byte, t.memory[0]);
	unpin(ends);
}

/* A pin by the page tables' owner's debugger is short: no EBUSY remains. */
static void pinned_only_shortly(void)
{
	struct tagged t = tagged_create(2 * huge_pages());
	char *bytes = malloc(t.len);
	struct iovec local = { bytes, t.len }, remote = { t.memory, t.len };

	CHECK(bytes);
	CHECK_EQ(process_vm_readv(getpid(), &local, 1, &remote, 1, 0), t.len);
	CHECK_EQ(buffer_resize(t.fd, page_size), page_size);
}

/* Without memory for what stays of a chunk: run in a cgroup, argument: its limit. */
static void no_memory_changes_nothing(void)
{
	const char *limit = test_argument(0);
	struct tagged t = tagged_create(8 * huge_pages());
	char current[32] = "";
	struct mymap_info before = info(t.fd);
	char path[256];
	int fd;

	require_huge();
	CHECK(limit);
	snprintf(path, sizeof(path), "%s/memory.current", limit);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0 && read(fd, current, sizeof(current) - 1) > 0);
	close(fd);
	snprintf(path, sizeof(path), "%s/memory.max", limit);
	fd = open(path, O_WRONLY);
	CHECK(fd >= 0 && write(fd, current, strlen(current)) > 0);

	CHECK_ERRNO(buffer_resize(t.fd, t.len - page_size), ENOMEM);
	CHECK_ERRNO(fallocate(t.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			      (off_t)(3 * page_size), (off_t)page_size), ENOMEM);
	CHECK_EQ(info(t.fd).resident, before.resident);
	CHECK_EQ(info(t.fd).resident_huge, before.resident_huge);
	buffer_check_size(t.fd, t.len);
	tags_check(t.memory, 0, t.nr_pages);
	/* Whole chunks need nothing. */
	CHECK_EQ(buffer_resize(t.fd, t.len / 2), t.len / 2);
	tags_check(t.memory, 0, t.nr_pages / 2);
	CHECK_EQ(pwrite(fd, "max", 3, 0), 3);
}

static const struct test_case cases[] = {
	CASE(pinned_is_busy),
	CASE(pinned_elsewhere),
	CASE(pinned_only_shortly),
	CASE(no_memory_changes_nothing),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
