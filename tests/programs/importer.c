// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dma-bufs that tests/modules/importer imports, a module that this loads and removes:
 * what it has written is in the buffer, what it holds is not taken away.
 *
 *   importer CASE MODULE [PARAMETERS]
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../modules/importer/importer.h"
#include "device.h"
#include "load.h"
#include "test.h"

static int try_import(int dmabuf, const char *parameters)
{
	const char *more = test_argument(1);

	return try_load("fd=%d %s %s", dmabuf, parameters, more ? more : "");
}

static int try_let_go(void)
{
	return try_remove("importer");
}

static void write_bytes(unsigned char *memory, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		memory[i] = importer_byte(i, 0);
}

static void check_bytes(const unsigned char *memory, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (memory[i] != importer_byte(i, IMPORTER_STAGE))
			FAIL("byte %zu is %#x, not %#x", i, memory[i], importer_byte(i, IMPORTER_STAGE));
}

/* A range of it is imported, and all around stays as it was. */
static void import_range(int fd, size_t len, size_t offset, size_t part)
{
	unsigned char *memory = map_shared(fd, len);
	int dmabuf;

	memset(memory, 'o', len);
	write_bytes(memory + offset, part);
	dmabuf = try_export(fd, offset, part);
	CHECK(dmabuf >= 0);
	CHECK_EQ(try_import(dmabuf, ""), 0);
	close(dmabuf);
	check_bytes(memory + offset, part);
	CHECK(is_filled(memory, 'o', offset));
	CHECK(is_filled(memory + offset + part, 'o', len - offset - part));
	CHECK_EQ(try_let_go(), 0);
	CHECK(!(info(fd).properties & MYMAP_BUFFER_EXPORTED));
	unmap(memory, len);
	close(fd);
}

static void every_byte(void)
{
	size_t huge = huge_size(), len = 2 * huge + 3 * page_size;
	int fd;

	import_range(buffer_create(page_size, 0), page_size, 0, page_size);
	import_range(buffer_create(len, 0), len, 0, len);
	/* From the middle of a chunk to the middle of one. */
	import_range(buffer_create(len, 0), len, 5 * page_size, huge + 7 * page_size);
	/* Many runs. */
	fd = buffer_create(64 * page_size, 0);
	buffer_fragment(fd, 64);
	import_range(fd, 64 * page_size, 3 * page_size, 50 * page_size);
	/* In one run of memory. */
	len = 1024 * page_size;
	import_range(kind_create(MYMAP_KIND_CONTIGUOUS, len), len, 0, len);
	import_range(kind_create(MYMAP_KIND_CONTIGUOUS, 7 * page_size), 7 * page_size, page_size,
		     4 * page_size);
}

/* What its device may do: 1 is to read, 2 to write. */
static void one_way(const char *parameters)
{
	size_t len = huge_size() + 3 * page_size;
	int fd = buffer_create(len, 0), dmabuf;
	unsigned char *memory = map_shared(fd, len);

	write_bytes(memory, len);
	dmabuf = try_export(fd, 0, len);
	CHECK(dmabuf >= 0);
	CHECK_EQ(try_import(dmabuf, parameters), 0);
	check_bytes(memory, len);
	CHECK_EQ(try_let_go(), 0);
}

static void only_reads(void)
{
	one_way("one_way=1");
}

static void only_writes(void)
{
	one_way("one_way=2");
}

static void check_held(int fd)
{
	CHECK(info(fd).properties & MYMAP_BUFFER_EXPORTED);
	CHECK_ERRNO(ftruncate(fd, (off_t)page_size), EBUSY);
	CHECK_ERRNO(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)page_size), EBUSY);
}

/* Whoever closes what: the importer has it until it lets go. */
static void holds_it(void)
{
	size_t len = 8 * page_size;
	int fd = buffer_create(len, 0), dmabuf;
	unsigned char *memory = map_shared(fd, len);

	write_bytes(memory, len);
	dmabuf = try_export(fd, 0, len);
	CHECK(dmabuf >= 0);
	CHECK_EQ(try_import(dmabuf, "hold=1"), 0);
	close(dmabuf);
	check_held(fd);
	check_bytes(memory, len);
	/* mymap as well: not for want of a descriptor. */
	unmap(memory, len);
	close(fd);
	CHECK_EQ(total_size(), len);
	CHECK_ERRNO(syscall(SYS_delete_module, "mymap", O_NONBLOCK), EAGAIN);
	CHECK_EQ(try_let_go(), 0);
	CHECK(wait_until(nothing_is_left, NULL, 5));
}

/* Through the importer's device: the mapping is one of the buffer. */
static void maps_it(void)
{
	size_t len = 8 * page_size, part = 6 * page_size;
	int fd = buffer_create(len, 0), dmabuf, device;
	unsigned char *memory = map_shared(fd, len), *seen;

	write_bytes(memory + page_size, part);
	dmabuf = try_export(fd, page_size, part);
	CHECK(dmabuf >= 0);
	CHECK_EQ(try_import(dmabuf, "hold=1"), 0);
	close(dmabuf);
	device = open("/dev/mymap-importer", O_RDWR | O_CLOEXEC);
	CHECK(device >= 0);
	seen = map_shared(device, part);
	check_bytes(seen, part);
	memset(seen, 's', part);
	CHECK(is_filled(memory + page_size, 's', part));
	unmap(seen, part);
	seen = map_at(device, 2 * page_size, (off_t)(4 * page_size), PROT_READ | PROT_WRITE);
	memset(seen, 't', 2 * page_size);
	CHECK(is_filled(memory + 5 * page_size, 't', 2 * page_size));
	CHECK_ERRNO((intptr_t)mmap(NULL, part + page_size, PROT_READ, MAP_SHARED, device, 0), EINVAL);
	CHECK_ERRNO((intptr_t)mmap(NULL, page_size, PROT_READ, MAP_SHARED, device, (off_t)part), EINVAL);
	close(device);
	CHECK_EQ(try_let_go(), 0);
	/* What is taken away now is found in it. */
	CHECK_EQ(ftruncate(fd, (off_t)(6 * page_size)), 0);
	CHECK(is_filled(seen, 't', page_size));
	CHECK_EQ(touch_read(seen + page_size), SIGBUS);
}

/* Of an importer that holds it, of all who have a dma-buf, and of who closes last. */
static void killed_while_held(void)
{
	size_t len = 4 * page_size;
	int fd = buffer_create(len, 0);
	unsigned char *memory = map_shared(fd, len);
	pid_t child;

	write_bytes(memory, len);
	child = fork();
	CHECK(child >= 0);
	if (!child) {
		CHECK_EQ(try_import(try_export(fd, 0, len), "hold=1"), 0);
		for (;;)
			pause();
	}
	while (access("/dev/mymap-importer", F_OK))
		usleep(1000);
	child_kill(child, 5);
	check_held(fd);
	check_bytes(memory, len);
	CHECK_EQ(try_let_go(), 0);
	CHECK_EQ(ftruncate(fd, (off_t)page_size), 0);
}

static void broken_is_refused(void)
{
	size_t len = 4 * page_size;
	int fd = buffer_create(len, MYMAP_CREATE_POPULATE), dmabuf = try_export(fd, 0, len);
	char *memory = map_shared(fd, len);

	CHECK(dmabuf >= 0);
	memset(memory, 'b', len);
	/* It stays in the mapping: EBUSY. */
	if (madvise(memory + 2 * page_size, page_size, MADV_HWPOISON) && errno != EBUSY)
		test_skip("memory cannot be reported to be broken here");
	CHECK_EQ(try_import(dmabuf, "broken=1"), 0);
	CHECK_EQ(try_let_go(), 0);
	close(dmabuf);
	/* What is not broken can be. */
	dmabuf = try_export(fd, 0, page_size);
	write_bytes((unsigned char *)memory, page_size);
	CHECK_EQ(try_import(dmabuf, ""), 0);
	check_bytes((unsigned char *)memory, page_size);
	CHECK_EQ(try_let_go(), 0);
}

static const struct test_case cases[] = {
	CASE(every_byte),
	CASE(only_reads),
	CASE(only_writes),
	CASE(holds_it),
	CASE(maps_it),
	CASE(killed_while_held),
	CASE(broken_is_refused),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
