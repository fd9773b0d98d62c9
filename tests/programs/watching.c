// SPDX-License-Identifier: GPL-2.0-only
/*
 * Debuggers and their like look at a mapping: a core dump has it, and whoever reads another process's memory while it maps
 * and unmaps gets right bytes or an error.
 */
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

/* Core dumps. */

struct dumped {
	char dir[64];
	size_t nr, len;
	char *shared, *private, *left_out;
};

static void crash(void *data)
{
	const struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	struct dumped *dumped = data;

	CHECK_EQ(setrlimit(RLIMIT_CORE, &limit), 0);
	CHECK_EQ(chdir(dumped->dir), 0);
	abort();
}

/* The part of the core that begins there: how much of it is in the file, and where. */
static bool find_segment(int core, const void *address, ElfW(Phdr) *ret)
{
	ElfW(Ehdr) header;
	size_t i;

	CHECK_EQ(pread(core, &header, sizeof(header), 0), sizeof(header));
	CHECK(!memcmp(header.e_ident, ELFMAG, SELFMAG));
	CHECK_EQ(header.e_type, ET_CORE);
	for (i = 0; i < header.e_phnum; i++) {
		CHECK_EQ(pread(core, ret, sizeof(*ret), (off_t)(header.e_phoff + i * sizeof(*ret))), sizeof(*ret));
		if (ret->p_type == PT_LOAD && ret->p_vaddr == (uintptr_t)address)
			return true;
	}
	return false;
}

static void check_segment(int core, const char *address, size_t nr, size_t first_tag)
{
	char *bytes = malloc(nr * page_size);
	ElfW(Phdr) segment;

	CHECK(bytes);
	CHECK(find_segment(core, address, &segment));
	CHECK_EQ(segment.p_filesz, nr * page_size);
	CHECK_EQ(pread(core, bytes, nr * page_size, (off_t)segment.p_offset), nr * page_size);
	tags_check(bytes, first_tag, nr);
	free(bytes);
}

static bool core_is_written_here(void)
{
	char pattern[128] = "";
	int fd = open("/proc/sys/kernel/core_pattern", O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	CHECK(read(fd, pattern, sizeof(pattern) - 1) > 0);
	close(fd);
	return !strcmp(pattern, "core\n");
}

static int open_core(const struct dumped *dumped)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/core", dumped->dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		snprintf(path, sizeof(path), "%s/core.%d", dumped->dir, (int)getpid());
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	CHECK(fd >= 0);
	unlink(path);
	rmdir(dumped->dir);
	return fd;
}

static void core_has_the_mapping(void)
{
	struct dumped dumped = { .dir = "/var/tmp/mymap-core.XXXXXX" };
	ElfW(Phdr) segment;
	int status, core, fd;

	if (!core_is_written_here())
		test_skip("core dumps of this machine go elsewhere");
	CHECK(mkdtemp(dumped.dir));
	dumped.nr = huge_size() / page_size + 5;
	dumped.len = dumped.nr * page_size;
	fd = buffer_create(dumped.len, 0);
	dumped.shared = map_shared(fd, dumped.len);
	tags_write(dumped.shared, 0, dumped.nr);
	/* Apart, so that no two are one segment. */
	mmap(NULL, page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	dumped.private = mmap(NULL, 4 * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(dumped.private != MAP_FAILED);
	tags_write(dumped.private, 1000, 4);
	mmap(NULL, page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	dumped.left_out = map_shared(fd, dumped.len);
	CHECK_EQ(madvise(dumped.left_out, dumped.len, MADV_DONTDUMP), 0);

	status = child_wait(child_start(crash, &dumped), 30);
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), SIGABRT);
	if (!WCOREDUMP(status))
		test_skip("no core was dumped");
	core = open_core(&dumped);
	check_segment(core, dumped.shared, dumped.nr, 0);
	check_segment(core, dumped.private, 4, 1000);
	CHECK(find_segment(core, dumped.left_out, &segment));
	CHECK_EQ(segment.p_filesz, 0);
	close(core);
	tags_check(dumped.shared, 0, dumped.nr);
}

/* What is behind the end cannot be dumped, and does no harm. */
static void core_of_what_is_behind_the_end(void)
{
	struct dumped dumped = { .dir = "/var/tmp/mymap-core.XXXXXX", .nr = 3, .len = 3 * page_size };
	char bytes[sizeof(uint64_t)];
	ElfW(Phdr) segment;
	int status, core;

	if (!core_is_written_here())
		test_skip("core dumps of this machine go elsewhere");
	CHECK(mkdtemp(dumped.dir));
	dumped.shared = map_shared(buffer_create(dumped.len, 0), dumped.len);
	tags_write(dumped.shared, 0, dumped.nr);
	dumped.shared = mremap(dumped.shared, dumped.len, dumped.len + 2 * page_size, MREMAP_MAYMOVE);
	CHECK(dumped.shared != MAP_FAILED);
	status = child_wait(child_start(crash, &dumped), 30);
	CHECK(WIFSIGNALED(status));
	if (!WCOREDUMP(status))
		test_skip("no core was dumped");
	core = open_core(&dumped);
	CHECK(find_segment(core, dumped.shared, &segment));
	/* A hole, which reads zeros. */
	CHECK_EQ(pread(core, bytes, sizeof(bytes), (off_t)(segment.p_offset + dumped.len)), sizeof(bytes));
	CHECK(is_filled(bytes, 0, sizeof(bytes)));
	close(core);
}

/* A process that maps a buffer, always at the same address, writes its tags, and unmaps it again. */

struct busy {
	char *at;
	size_t nr;
};

static void map_and_unmap(void *data)
{
	struct busy *busy = data;
	size_t len = busy->nr * page_size;

	for (;;) {
		int fd = buffer_create(len, 0);

		CHECK(mmap(busy->at, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) == busy->at);
		tags_write(busy->at, 0, busy->nr);
		close(fd);
		unmap(busy->at, len);
	}
}

static pid_t busy_start(struct busy *busy)
{
	size_t huge = huge_size();
	char *room = mmap(NULL, 4 * huge, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(room != MAP_FAILED);
	busy->at = (char *)(((uintptr_t)room + huge - 1) & ~(uintptr_t)(huge - 1));
	busy->nr = huge / page_size + 5;
	return child_start(map_and_unmap, busy);
}

/* Each byte of a page is that of its tag, or is not written yet. Counts those pages that have all of it. */
static size_t check_seen(const struct busy *busy, const char *bytes, size_t len)
{
	char *want = calloc(1, page_size);
	size_t i, at, nr_tags = 0;

	CHECK(want);
	for (i = 0; i < len / page_size; i++) {
		const char *page = bytes + i * page_size;

		if (tag_is(page, i)) {
			nr_tags++;
			continue;
		}
		tags_write(want, i, 1);
		for (at = 0; at < page_size; at++)
			if (page[at] && page[at] != want[at])
				FAIL("page %zu of %zu shows what is not its own", i, busy->nr);
	}
	free(want);
	return nr_tags;
}

/* Seen in both states in the end, or the time is over. */
static void watch(struct busy *busy, ssize_t (*read_it)(pid_t, const struct busy *, char *))
{
	pid_t child = busy_start(busy);
	char *bytes = malloc(busy->nr * page_size);
	size_t nr_tags = 0, nr_failed = 0;
	double end = now() + 20, soonest = now() + 1;

	CHECK(bytes);
	while (now() < soonest || ((!nr_tags || !nr_failed) && now() < end)) {
		ssize_t n;

		errno = 0;
		n = read_it(child, busy, bytes);
		if (n > 0)
			nr_tags += check_seen(busy, bytes, (size_t)n);
		else if (n < 0 && (errno == EFAULT || errno == EIO))
			nr_failed++;
		else if (n < 0)
			FAIL("reading another process");
	}
	child_kill(child, 5);
	CHECK(nr_tags);
	CHECK(nr_failed);
	free(bytes);
}

static ssize_t by_process_vm(pid_t pid, const struct busy *busy, char *bytes)
{
	struct iovec local = { bytes, busy->nr * page_size }, remote = { busy->at, busy->nr * page_size };

	return process_vm_readv(pid, &local, 1, &remote, 1, 0);
}

static void process_vm_readv_while_mapping(void)
{
	struct busy busy;

	watch(&busy, by_process_vm);
}

static ssize_t by_proc_mem(pid_t pid, const struct busy *busy, char *bytes)
{
	char path[64];
	ssize_t n;
	int fd, error;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	errno = 0;
	n = pread(fd, bytes, busy->nr * page_size, (off_t)(uintptr_t)busy->at);
	error = errno;
	close(fd);
	errno = error;
	return n;
}

static void proc_mem_while_mapping(void)
{
	struct busy busy;

	watch(&busy, by_proc_mem);
}

/* Stopped for a moment, each time somewhere else in what it does. */
static ssize_t by_ptrace(pid_t pid, const struct busy *busy, char *bytes)
{
	size_t at[] = { 0, page_size - sizeof(long) }, i;
	ssize_t n = (ssize_t)page_size;
	int status, error = 0;

	memset(bytes, 0, page_size);
	CHECK_EQ(ptrace(PTRACE_ATTACH, pid, NULL, NULL), 0);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSTOPPED(status));
	for (i = 0; i < 2; i++) {
		long word;

		errno = 0;
		word = ptrace(PTRACE_PEEKDATA, pid, busy->at + at[i], NULL);
		if (errno) {
			error = errno;
			n = -1;
			break;
		}
		memcpy(bytes + at[i], &word, sizeof(word));
	}
	CHECK_EQ(ptrace(PTRACE_DETACH, pid, NULL, NULL), 0);
	errno = error;
	return n;
}

static void ptrace_while_mapping(void)
{
	struct busy busy;

	if (sizeof(long) < sizeof(uint64_t))
		test_skip("a tag is two words of a 32-bit program");
	watch(&busy, by_ptrace);
}

/* pagemap: as many entries as there are pages, each of a page of a file or of nothing. */
static ssize_t by_pagemap(pid_t pid, const struct busy *busy, char *bytes)
{
	size_t len = busy->nr * sizeof(uint64_t), i, nr_there = 0;
	uint64_t *entries = malloc(len);
	char path[64];
	int fd;

	CHECK(entries);
	snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK_EQ(pread(fd, entries, len, (off_t)((uintptr_t)busy->at / page_size * sizeof(uint64_t))), len);
	close(fd);
	for (i = 0; i < busy->nr; i++) {
		if (!(entries[i] >> 63))
			continue;
		CHECK_EQ(entries[i] >> 61 & 1, 1);
		nr_there++;
	}
	free(entries);
	if (!nr_there) {
		errno = EFAULT;
		return -1;
	}
	/* What watch() counts is a page with its tag. */
	tags_write(bytes, 0, 1);
	return (ssize_t)page_size;
}

static void pagemap_while_mapping(void)
{
	struct busy busy;

	watch(&busy, by_pagemap);
}

/* For gdb: tells its number and an address, where ten bytes are to be seen, and waits for the end of its input. */
static void hold(void)
{
	int fd = buffer_create(2 * huge_size(), 0);
	char *memory = map_shared(fd, 2 * huge_size()), byte;
	int i;

	for (i = 0; i < 10; i++)
		memory[page_size + (size_t)i] = (char)i;
	printf("%d %#lx\n", (int)getpid(), (unsigned long)(memory + page_size));
	fflush(stdout);
	/* Until gdb has written there. */
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	CHECK_EQ(memory[page_size + 3], 77);
}

static const struct test_case cases[] = {
	CASE(core_has_the_mapping),
	CASE(core_of_what_is_behind_the_end),
	CASE(process_vm_readv_while_mapping),
	CASE(proc_mem_while_mapping),
	CASE(ptrace_while_mapping),
	CASE(pagemap_while_mapping),
	CASE(hold),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
