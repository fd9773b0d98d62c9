// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows: memory that is locked, written back and inherited, and calls that look at it.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/mempolicy.h>
#include <linux/userfaultfd.h>

#include "table.h"

#ifndef MCL_ONFAULT
#define MCL_ONFAULT 4
#endif
#ifndef MLOCK_ONFAULT
#define MLOCK_ONFAULT 1
#endif
#ifndef SYS_mseal
#define SYS_mseal 462
#endif

/* mlock */

static const char *filled(char *memory, size_t len)
{
	size_t nr = nr_resident(memory, len);

	return nr == len / page_size ? "all of it is there" : nr ? "a part of it is there" : "nothing is there yet";
}

static const char *lock(long argument)
{
	char *memory = map_shared(make(4), 4 * page_size);

	(void)argument;
	CHECK_EQ(mlock(memory, 4 * page_size), 0);
	return filled(memory, 4 * page_size);
}

static const char *lock_on_fault(long flags)
{
	char *memory = map_shared(make(4), 4 * page_size);

	errno = 0;
	if (syscall(SYS_mlock2, memory, 4 * page_size, (int)flags))
		return outcome_of_errno(errno);
	return filled(memory, 4 * page_size);
}

/* What is mapped is there, or what will be. */
static const char *lock_all(long flags)
{
	char *before = map_shared(make(4), 4 * page_size), *after;

	if (geteuid() && flags & MCL_CURRENT)
		test_skip("all of a process is more than an ordinary user may lock");
	CHECK_EQ(mlockall((int)flags), 0);
	if (flags & MCL_CURRENT)
		return filled(before, 4 * page_size);
	after = map_shared(make(4), 4 * page_size);
	CHECK_EQ(nr_resident(before, 4 * page_size), 0);
	return filled(after, 4 * page_size);
}

/* Four pages, by an ordinary user who may lock so many. */
static const char *lock_by_user(long nr_pages)
{
	char *memory = map_shared(make(4), 4 * page_size);

	become_user_who_locks((size_t)nr_pages * page_size);
	errno = 0;
	return outcome(mlock(memory, 4 * page_size));
}

static const char *lock_behind_end(long argument)
{
	char *memory = mremap(map_shared(make(1), page_size), page_size, 2 * page_size, MREMAP_MAYMOVE);

	(void)argument;
	CHECK(memory != MAP_FAILED);
	errno = 0;
	return outcome(mlock(memory, 2 * page_size));
}

static const char *lock_hole(long argument)
{
	struct tagged t = make_tagged(4);

	(void)argument;
	unmap(t.memory + page_size, page_size);
	errno = 0;
	return outcome(mlock(t.memory, t.len));
}

static const char *unlock(long argument)
{
	/* As much as an ordinary user may lock by default. */
	struct tagged t = make_tagged(geteuid() ? 8 : many_pages());

	(void)argument;
	CHECK_EQ(mlock(t.memory, t.len), 0);
	CHECK_EQ(munlock(t.memory + 3 * page_size, 2 * page_size), 0);
	CHECK_EQ(munlock(t.memory, t.len), 0);
	tags_check(t.memory, 0, t.nr_pages);
	tagged_check(&t);
	return "the bytes stay";
}

const struct row rows_mlock[] = {
	SAME("`mlock`", lock, 0, "all of it is there"),
	SAME("`mlock2(0)`", lock_on_fault, 0, "all of it is there"),
	SAME("`mlock2(MLOCK_ONFAULT)`", lock_on_fault, MLOCK_ONFAULT, "nothing is there yet"),
	SAME("`mlock2` with a flag that is not known", lock_on_fault, 0x100, "EINVAL"),
	SAME("`mlockall(MCL_CURRENT)`", lock_all, MCL_CURRENT, "all of it is there"),
	SAME("`mlockall(MCL_FUTURE)`, then mmap", lock_all, MCL_FUTURE, "all of it is there"),
	SAME("`mlockall(MCL_FUTURE \\| MCL_ONFAULT)`, then mmap", lock_all, MCL_FUTURE | MCL_ONFAULT,
	     "nothing is there yet"),
	SAME("within `RLIMIT_MEMLOCK`", lock_by_user, 4, WORKS),
	SAME("over `RLIMIT_MEMLOCK`", lock_by_user, 2, "ENOMEM"),
	SAME("with an `RLIMIT_MEMLOCK` of 0", lock_by_user, 0, "EPERM"),
	SAME("behind the end of it", lock_behind_end, 0, "ENOMEM"),
	SAME("a hole in the range", lock_hole, 0, "ENOMEM"),
	SAME("`munlock` of a part, then of all", unlock, 0, "the bytes stay"),
	ROWS_END
};

/* msync */

static const char *sync_shared(long flags)
{
	struct tagged t = make_tagged(4);

	errno = 0;
	if (msync(t.memory, t.len, (int)flags))
		return outcome_of_errno(errno);
	CHECK_EQ(msync(t.memory + page_size, 1, (int)flags), 0);
	tags_check(t.memory, 0, 4);
	tagged_check(&t);
	return WORKS;
}

static const char *sync_private(long flags)
{
	struct tagged t = make_tagged(4);
	char *memory = map_copied(&t);

	CHECK_EQ(msync(memory, t.len, (int)flags), 0);
	tags_check(memory, 1000, 4);
	tagged_check(&t);
	return "the copies stay copies";
}

static const char *sync_locked(long flags)
{
	struct tagged t = make_tagged(4);

	CHECK_EQ(mlock(t.memory, t.len), 0);
	errno = 0;
	return outcome(msync(t.memory, t.len, (int)flags));
}

static const char *sync_unaligned(long flags)
{
	return outcome_unaligned(msync, flags);
}

static const char *sync_unmapped(long flags)
{
	struct tagged t = make_tagged(4);

	unmap(t.memory, t.len);
	errno = 0;
	return outcome(msync(t.memory, t.len, (int)flags));
}

const struct row rows_msync[] = {
	SAME("`MS_ASYNC`", sync_shared, MS_ASYNC, WORKS),
	SAME("`MS_SYNC`", sync_shared, MS_SYNC, WORKS),
	SAME("`MS_INVALIDATE`", sync_shared, MS_INVALIDATE, WORKS),
	SAME("`MS_SYNC \\| MS_INVALIDATE`", sync_shared, MS_SYNC | MS_INVALIDATE, WORKS),
	SAME("no flag", sync_shared, 0, WORKS),
	SAME("`MS_SYNC`, private", sync_private, MS_SYNC, "the copies stay copies"),
	SAME("`MS_ASYNC \\| MS_SYNC`", sync_shared, MS_ASYNC | MS_SYNC, "EINVAL"),
	SAME("a flag that is not known", sync_shared, 0x100, "EINVAL"),
	SAME("`MS_INVALIDATE` of locked memory", sync_locked, MS_INVALIDATE, "EBUSY"),
	SAME("an address that is not that of a page", sync_unaligned, MS_SYNC, "EINVAL"),
	SAME("what is not mapped", sync_unmapped, MS_SYNC, "ENOMEM"),
	ROWS_END
};

/* fork */

static void child_writes(void *data)
{
	struct tagged *t = data;

	tags_check(t->memory, 0, t->nr_pages);
	tags_write(t->memory, 1000, t->nr_pages);
	tags_check(t->memory, 1000, t->nr_pages);
}

static const char *fork_with(long flags)
{
	struct tagged t = make_tagged(many_pages());

	t.memory = map(t.fd, t.len, RW, (int)flags);
	CHECK(t.memory != MAP_FAILED);
	/* Of a private mapping a part is copied already. */
	tags_write(t.memory, 0, t.nr_pages / 2);
	close(t.fd);
	in_child(child_writes, &t);
	if (tag_is(t.memory, 0)) {
		tags_check(t.memory, 0, t.nr_pages);
		return "each has its own copies";
	}
	tags_check(t.memory, 1000, t.nr_pages);
	return "one memory";
}

static void child_unmaps(void *data)
{
	struct tagged *t = data;

	unmap(t->memory, t->len);
	CHECK_EQ(touch_read(t->memory), SIGSEGV);
}

static const char *fork_and_unmap(long argument)
{
	struct tagged t = make_tagged(many_pages());

	(void)argument;
	in_child(child_unmaps, &t);
	tags_check(t.memory, 0, t.nr_pages);
	return "the parent's stays";
}

/* The child of a child, which both are gone. */
static void child_starts_another(void *data)
{
	child_join(child_start(child_writes, data));
}

static const char *fork_twice(long argument)
{
	struct tagged t = make_tagged(4);

	(void)argument;
	in_child(child_starts_another, &t);
	tags_check(t.memory, 1000, 4);
	return "one memory";
}

const struct row rows_fork[] = {
	SAME("a child of a shared mapping, the descriptor closed", fork_with, MAP_SHARED, "one memory"),
	SAME("a child of a private mapping, the descriptor closed", fork_with, MAP_PRIVATE, "each has its own copies"),
	SAME("a child's child", fork_twice, 0, "one memory"),
	SAME("`munmap` in the child", fork_and_unmap, 0, "the parent's stays"),
	ROWS_END
};

/* Others. */

/* What another mapping has touched. */
static const char *look_in_core(long argument)
{
	struct tagged t = make_tagged(4);

	(void)argument;
	/* Unmapped, or the kernel may map what is there already beside what is touched. */
	return filled(map_at(t.fd, t.len, 0, PROT_READ), t.len);
}

static const char *remap_pages(size_t to, size_t from)
{
	struct tagged t = make_tagged(4);

	errno = 0;
	if (remap_file_pages(t.memory + to * page_size, page_size, 0, from, 0)) {
		if (errno == ENOSYS)
			test_skip("no remap_file_pages on this kernel");
		return outcome_of_errno(errno);
	}
	if (from >= t.nr_pages)
		return say("works, %s behind the end", outcome_of_touch(touch_read(t.memory + to * page_size)));
	tags_check(t.memory + to * page_size, from, 1);
	return WORKS;
}

static const char *remap_to_front(long from)
{
	return remap_pages(0, (size_t)from);
}

static int userfault_open(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	/* Of user mode only, which an ordinary user may ask for. */
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | 1);

	if (fd < 0 && errno == EINVAL)
		fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	if (fd < 0)
		test_skip("no userfaultfd: %s", strerror(errno));
	CHECK_EQ(ioctl(fd, UFFDIO_API, &api), 0);
	return fd;
}

static const char *userfault(long mode)
{
	char *memory = map_shared(make(4), 4 * page_size);
	struct uffdio_register reg = {
		.range = { .start = (uintptr_t)memory, .len = 4 * page_size }, .mode = (uint64_t)mode,
	};
	int fd = userfault_open();

	errno = 0;
	if (ioctl(fd, UFFDIO_REGISTER, &reg)) {
		const char *error = outcome_of_errno(errno);

		CHECK_EQ(touch_write(memory), 0);
		return error;
	}
	return WORKS;
}

/* On the node where it is in any case. */
static const char *bind(long flags)
{
	struct tagged t = make_tagged(many_pages());
	unsigned long node = 1;

	errno = 0;
	if (syscall(SYS_mbind, t.memory, t.len, MPOL_BIND, &node, sizeof(node) * 8, (unsigned int)flags)) {
		if (errno == ENOSYS)
			test_skip("this kernel knows no nodes");
		return outcome_of_errno(errno);
	}
	tags_check(t.memory, 0, t.nr_pages);
	return WORKS;
}

/* Another node than the one where the process runs. */
static unsigned long other_node(void)
{
	unsigned int cpu, node;

	if (access("/sys/devices/system/node/node1", F_OK))
		test_skip("this machine has one node only");
	CHECK_EQ(syscall(SYS_getcpu, &cpu, &node, NULL), 0);
	return node ? 0 : 1;
}

static const char *where_is(char *page, unsigned long node)
{
	void *pages = page;
	int status;

	CHECK_EQ(touch_write(page), 0);
	CHECK_EQ(syscall(SYS_move_pages, 0, 1UL, &pages, NULL, &status, 0), 0);
	CHECK(status >= 0);
	return status == (int)node ? "it is there" : "it is elsewhere";
}

static const char *bind_then_touch(long policy)
{
	unsigned long node = other_node(), mask = 1UL << node;
	char *memory = map_shared(make(4), 4 * page_size);

	CHECK_EQ(syscall(SYS_mbind, memory, 4 * page_size, (int)policy, &mask, sizeof(mask) * 8, 0), 0);
	return where_is(memory, node);
}

static const char *set_policy_then_touch(long policy)
{
	unsigned long node = other_node(), mask = 1UL << node;
	char *memory = map_shared(make(4), 4 * page_size);

	CHECK_EQ(syscall(SYS_set_mempolicy, (int)policy, &mask, sizeof(mask) * 8), 0);
	return where_is(memory, node);
}

static const char *seal_mapping(long argument)
{
	struct tagged t = make_tagged(4);

	(void)argument;
	errno = 0;
	if (syscall(SYS_mseal, t.memory, t.len, 0)) {
		if (errno == ENOSYS)
			test_skip("no mseal on this kernel");
		return outcome_of_errno(errno);
	}
	errno = 0;
	return say("munmap %s", outcome(munmap(t.memory, page_size)));
}

const struct row rows_other[] = {
	DIFFERS("`mincore` of what another mapping has touched", look_in_core, 0, "nothing is there yet",
		"all of it is there",
		"`mincore` looks at this mapping and at the page cache, in which no buffer is; `MYMAP_IOC_INFO` tells"),
	SAME("`remap_file_pages`", remap_to_front, 3, WORKS),
	DIFFERS("`remap_file_pages` from behind the end", remap_to_front, 4, "EINVAL",
		"works, SIGBUS behind the end", "as for mmap"),
	DIFFERS("`userfaultfd`, missing pages", userfault, UFFDIO_REGISTER_MODE_MISSING, "EINVAL", WORKS,
		"the kernel has it for its own kinds of memory"),
	SAME("`mbind` to the node where it is", bind, 0, WORKS),
	SAME("`mbind` to the node where it is, `MPOL_MF_STRICT \\| MPOL_MF_MOVE`", bind,
	     MPOL_MF_STRICT | MPOL_MF_MOVE, WORKS),
	DIFFERS("`mbind` to another node, then the first touch", bind_then_touch, MPOL_BIND, "it is elsewhere",
		"it is there", "the memory is the buffer's, not the mapping's: who touches it first says where, next row"),
	SAME("`set_mempolicy` to another node, then the first touch", set_policy_then_touch, MPOL_BIND, "it is there"),
	SAME("`mseal`, then `munmap`", seal_mapping, 0, "munmap EPERM"),
	ROWS_END
};
