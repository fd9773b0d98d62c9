// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the rows share: objects of both kinds, and words for what came of it.
 */
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "table.h"

#define SOMEBODY 65534

bool on_mymap;

int make_bytes(size_t size)
{
	int fd;

	if (on_mymap)
		return buffer_create(size, 0);
	fd = memfd_create("mmap_table", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	CHECK(fd >= 0);
	CHECK_EQ(ftruncate(fd, (off_t)size), 0);
	return fd;
}

int make(size_t nr_pages)
{
	return make_bytes(nr_pages * page_size);
}

struct tagged make_tagged(size_t nr_pages)
{
	struct tagged t = { .nr_pages = nr_pages, .len = nr_pages * page_size };

	t.fd = make(nr_pages);
	t.memory = map_shared(t.fd, t.len);
	tags_write(t.memory, 0, nr_pages);
	return t;
}

char *map_copied(const struct tagged *t)
{
	char *memory = map(t->fd, t->len, RW, MAP_PRIVATE);

	CHECK(memory != MAP_FAILED);
	tags_write(memory, 1000, t->nr_pages);
	return memory;
}

static size_t read_huge_page(void)
{
	FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", "re");
	size_t size = 0;

	if (file) {
		CHECK_EQ(fscanf(file, "%zu", &size), 1);
		fclose(file);
	}
	return size;
}

size_t huge_page(void)
{
	size_t size = read_huge_page();

	if (!size)
		test_skip("no transparent huge pages on this kernel");
	if (size > (size_t)64 << 20)
		test_skip("a huge page has %zu MiB here", size >> 20);
	return size;
}

size_t many_pages(void)
{
	size_t size = read_huge_page();

	if (!size || size > (size_t)64 << 20)
		size = 16 * page_size;
	return 2 * size / page_size + 5;
}

const char *outcome_of_errno(int error)
{
	static const struct {
		int error;
		const char *name;
	} names[] = {
		{ EACCES, "EACCES" }, { EAGAIN, "EAGAIN" }, { EBADF, "EBADF" }, { EBUSY, "EBUSY" },
		{ EEXIST, "EEXIST" }, { EFAULT, "EFAULT" }, { EINVAL, "EINVAL" }, { EIO, "EIO" },
		{ EHWPOISON, "EHWPOISON" }, { ENFILE, "ENFILE" }, { ENODEV, "ENODEV" }, { ENOENT, "ENOENT" },
		{ ENOEXEC, "ENOEXEC" }, { ENOMEM, "ENOMEM" }, { ENOSYS, "ENOSYS" }, { ENOTTY, "ENOTTY" },
		{ EOPNOTSUPP, "EOPNOTSUPP" }, { EOVERFLOW, "EOVERFLOW" }, { EPERM, "EPERM" },
		{ ETXTBSY, "ETXTBSY" },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].error == error)
			return names[i].name;
	return strerror(error);
}

const char *outcome(long result)
{
	return result == -1 ? outcome_of_errno(errno) : WORKS;
}

const char *outcome_of_map(const void *addr)
{
	return outcome(addr == MAP_FAILED ? -1 : 0);
}

const char *outcome_of_touch(int sig)
{
	switch (sig) {
	case 0: return WORKS;
	case SIGBUS: return "SIGBUS";
	case SIGSEGV: return "SIGSEGV";
	default: return strsignal(sig);
	}
}

const char *outcome_unaligned(range_call call, long argument)
{
	struct tagged t = make_tagged(4);

	errno = 0;
	return outcome(call(t.memory + 1, page_size, (int)argument));
}

const char *outcome_with_hole(range_call call, long argument)
{
	struct tagged t = make_tagged(4);

	unmap(t.memory + page_size, page_size);
	errno = 0;
	return outcome(call(t.memory, t.len, (int)argument));
}

const char *say(const char *format, ...)
{
	static char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return text;
}

void *map(int fd, size_t len, int prot, int flags)
{
	errno = 0;
	return mmap(NULL, len, prot, flags, fd, 0);
}

char *room(size_t len)
{
	char *addr = map(-1, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS);

	CHECK(addr != MAP_FAILED);
	return addr;
}

size_t nr_resident(void *addr, size_t len)
{
	size_t nr = len / page_size, i, count = 0;
	unsigned char *seen = calloc(1, nr);

	CHECK(seen);
	CHECK_EQ(mincore(addr, len, seen), 0);
	for (i = 0; i < nr; i++)
		count += seen[i] & 1;
	free(seen);
	return count;
}

void become_user(void)
{
	if (geteuid())
		return;
	CHECK_EQ(setgroups(0, NULL), 0);
	CHECK_EQ(setresgid(SOMEBODY, SOMEBODY, SOMEBODY), 0);
	CHECK_EQ(setresuid(SOMEBODY, SOMEBODY, SOMEBODY), 0);
	/* So that its own /proc is still its own. */
	CHECK_EQ(prctl(PR_SET_DUMPABLE, 1), 0);
}

void become_user_who_locks(size_t bytes)
{
	const struct rlimit limit = { bytes, bytes };

	CHECK_EQ(setrlimit(RLIMIT_MEMLOCK, &limit), 0);
	become_user();
}

void require_advice(int advice)
{
	char *page = room(page_size);

	/* Whether it is known is looked at before the length is. */
	if (madvise(page, 0, advice) && errno == EINVAL)
		test_skip("this kernel does not know it");
	unmap(page, page_size);
}
