// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers that tests/modules/client uses, a module that this loads and removes: what it
 * has written is in the buffer, what it holds is not taken away.
 *
 *   client CASE MODULE
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../modules/client/client.h"
#include "device.h"
#include "load.h"
#include "names.h"
#include "ring.h"
#include "test.h"

struct use {
	int fd;
	const char *name;
	size_t size;
	size_t offset;
	size_t len;
	bool hold;
};

static int try_use(struct use use)
{
	return try_load("fd=%d size=%zu offset=%zu len=%zu hold=%d %s%s", use.fd, use.size, use.offset,
			use.len, use.hold, use.name ? "name=" : "", use.name ? use.name : "");
}

static int try_put(void)
{
	return try_remove("client");
}

static void write_bytes(unsigned char *memory, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		memory[i] = client_byte(i, false);
}

static void check_bytes(const unsigned char *memory, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (memory[i] != client_byte(i, true))
			FAIL("byte %zu is %#x, not %#x", i, memory[i], client_byte(i, true));
}

/* A range of it is used, and all around stays as it was. */
static void use_range(int fd, size_t len, size_t offset, size_t part)
{
	unsigned char *memory = map_shared(fd, len);

	memset(memory, 'o', len);
	write_bytes(memory + offset, part);
	CHECK_EQ(try_use((struct use){ .fd = fd, .size = len, .offset = offset, .len = part }), 0);
	check_bytes(memory + offset, part);
	CHECK(is_filled(memory, 'o', offset));
	CHECK(is_filled(memory + offset + part, 'o', len - offset - part));
	CHECK(!(info(fd).properties & MYMAP_BUFFER_EXPORTED));
	CHECK_EQ(try_put(), 0);
	unmap(memory, len);
	close(fd);
}

static void every_byte(void)
{
	size_t huge = huge_size(), len = 2 * huge + 3 * page_size;
	int fd;

	use_range(buffer_create(page_size, 0), page_size, 0, page_size);
	use_range(buffer_create(len, 0), len, 0, len);
	use_range(buffer_create(len, 0), len, 5 * page_size, huge + 7 * page_size);
	fd = buffer_create(64 * page_size, 0);
	buffer_fragment(fd, 64);
	use_range(fd, 64 * page_size, 3 * page_size, 50 * page_size);
	use_range(kind_create(MYMAP_KIND_CONTIGUOUS, 7 * page_size), 7 * page_size, page_size, 4 * page_size);
}

/* Of memory that nobody has touched, all of the range is there, and no more. */
static void is_filled_at_once(void)
{
	size_t len = 64 * page_size;
	int fd = buffer_create(len, 0);
	unsigned char *memory;

	/* What it finds are zeros. */
	CHECK_ERRNO(try_use((struct use){ .fd = fd, .size = len, .offset = 16 * page_size, .len = 8 * page_size }),
		    EILSEQ);
	CHECK(info(fd).resident >= 8 * page_size);
	memory = map_shared(fd, len);
	CHECK(is_filled(memory, 0, len));
}

static void by_name(void)
{
	struct use use = { .fd = -1, .name = NAME };
	unsigned char *memory;

	setup();
	len = 8 * page_size;
	use.size = use.len = len;
	memory = map_shared(named(NAME, NULL), len);
	write_bytes(memory, len);
	CHECK_EQ(try_use(use), 0);
	check_bytes(memory, len);
	CHECK_EQ(try_put(), 0);
	destroy(NAME);
	CHECK_ERRNO(try_use(use), ENOENT);
	use.name = ".";
	CHECK_ERRNO(try_use(use), EINVAL);
	use.name = "a23456789012345678901234567890123456789012345678";
	CHECK_ERRNO(try_use(use), EINVAL);
}

/* The node of a name, also when the name has gone. */
static void by_its_node(void)
{
	struct use use = { .offset = 0 };
	unsigned char *memory;
	unsigned int minor;
	int i;

	setup();
	len = 8 * page_size;
	use.size = use.len = len;
	close(named(NAME, &minor));
	use.fd = node_open(minor, O_RDONLY);
	CHECK(use.fd >= 0);
	CHECK_ERRNO(try_use(use), EACCES);
	use.fd = node_open(minor, O_RDWR);
	CHECK(use.fd >= 0);
	memory = map_shared(use.fd, len);
	for (i = 0; i < 2; i++) {
		write_bytes(memory, len);
		CHECK_EQ(try_use(use), 0);
		check_bytes(memory, len);
		CHECK_EQ(try_put(), 0);
		if (!i)
			destroy(NAME);
	}
}

static void refused(void)
{
	struct use use = { .size = page_size, .len = page_size };
	int fd = buffer_create(page_size, 0), ends[2];

	use.fd = 1000;
	CHECK_ERRNO(try_use(use), EBADF);
	CHECK_EQ(pipe(ends), 0);
	use.fd = ends[0];
	CHECK_ERRNO(try_use(use), EINVAL);
	use.fd = door_open(O_RDWR);
	CHECK_ERRNO(try_use(use), EINVAL);
	use.fd = disk_file(O_RDWR);
	CHECK_ERRNO(try_use(use), EINVAL);
	use.fd = fd_reopen(fd, O_RDONLY);
	CHECK_ERRNO(try_use(use), EACCES);
	use.fd = fd;
	use.len = 2 * page_size;
	CHECK_ERRNO(try_use(use), EINVAL);
	use.fd = kind_create(MYMAP_KIND_DEVICE, page_size);
	use.len = page_size;
	CHECK_ERRNO(try_use(use), EOPNOTSUPP);
}

/* Whoever closes what: the driver has it until it lets go, and then it thaws. */
static void holds_it(void)
{
	size_t len = 8 * page_size;
	int fd = buffer_create(len, 0);
	unsigned char *memory = map_shared(fd, len);
	struct use use = { .fd = fd, .size = len, .offset = page_size, .len = 2 * page_size, .hold = true };

	write_bytes(memory + page_size, 2 * page_size);
	CHECK_EQ(try_use(use), 0);
	CHECK(info(fd).properties & MYMAP_BUFFER_EXPORTED);
	CHECK_ERRNO(ftruncate(fd, (off_t)(4 * page_size)), EBUSY);
	CHECK_ERRNO(ftruncate(fd, (off_t)(16 * page_size)), EBUSY);
	CHECK_ERRNO(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)(5 * page_size),
			      (off_t)page_size), EBUSY);
	check_bytes(memory + page_size, 2 * page_size);
	CHECK_EQ(try_put(), 0);
	CHECK_EQ(ftruncate(fd, (off_t)(16 * page_size)), 0);

	write_bytes(memory + page_size, 2 * page_size);
	use.size = 16 * page_size;
	CHECK_EQ(try_use(use), 0);
	unmap(memory, len);
	close(fd);
	CHECK_EQ(total_size(), 16 * page_size);
	CHECK_ERRNO(syscall(SYS_delete_module, "mymap", O_NONBLOCK), EAGAIN);
	CHECK_EQ(try_put(), 0);
	CHECK(wait_until(nothing_is_left, NULL, 5));
}

static void rings(void)
{
	size_t len = page_size;
	int fd = buffer_create(len, 0);
	unsigned char *memory = map_shared(fd, len);

	write_bytes(memory, len);
	CHECK_EQ(try_use((struct use){ .fd = fd, .size = len, .len = len }), 0);
	CHECK_EQ(sequence_of(fd), 2);
	CHECK_EQ(try_put(), 0);
}

static void broken_is_refused(void)
{
	size_t len = 4 * page_size;
	int fd = buffer_create(len, MYMAP_CREATE_POPULATE);
	char *memory = map_shared(fd, len);

	memset(memory, 'b', len);
	if (madvise(memory + 2 * page_size, page_size, MADV_HWPOISON) && errno != EBUSY)
		test_skip("memory cannot be reported to be broken here");
	CHECK_ERRNO(try_use((struct use){ .fd = fd, .size = len, .len = len }), EIO);
	CHECK_EQ(info(fd).properties & MYMAP_BUFFER_EXPORTED, 0);
}

static const struct test_case cases[] = {
	CASE(every_byte),
	CASE(is_filled_at_once),
	CASE(by_name),
	CASE(by_its_node),
	CASE(refused),
	CASE(holds_it),
	CASE(rings),
	CASE(broken_is_refused),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
