// SPDX-License-Identifier: GPL-2.0-only
/*
 * splice and sendfile, from a buffer and into one; a memfd first.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "test.h"

#define NR 16	/* what a pipe holds */

static bool on_memfd;

static int make(void)
{
	int fd;

	if (!on_memfd)
		return buffer_create(NR * page_size, 0);
	fd = memfd_create("test", MFD_CLOEXEC);
	CHECK(fd >= 0);
	CHECK_EQ(ftruncate(fd, (off_t)(NR * page_size)), 0);
	return fd;
}

#define ON_BOTH(name)				\
	static void name##_once(void);		\
	static void name(void)			\
	{					\
		on_memfd = true;		\
		name##_once();			\
		on_memfd = false;		\
		name##_once();			\
	}					\
	static void name##_once(void)

static void pipe_of(int ends[2])
{
	CHECK_EQ(pipe(ends), 0);
	CHECK(fcntl(ends[1], F_SETPIPE_SZ, (int)(2 * NR * page_size)) > 0);
}

static void read_all(int fd, char *bytes, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = read(fd, bytes + done, len - done);

		CHECK(n > 0);
		done += (size_t)n;
	}
}

ON_BOTH(out_of_it)
{
	char *bytes = malloc(NR * page_size);
	loff_t offset = 0;
	int fd = make(), ends[2];

	CHECK(bytes);
	pipe_of(ends);
	tags_write(map_shared(fd, NR * page_size), 0, NR);
	CHECK_EQ(splice(fd, &offset, ends[1], NULL, NR * page_size, 0), NR * page_size);
	CHECK_EQ(offset, NR * page_size);
	CHECK_EQ(splice(fd, &offset, ends[1], NULL, page_size, 0), 0);
	read_all(ends[0], bytes, NR * page_size);
	tags_check(bytes, 0, NR);
	/* By the position. */
	CHECK_EQ(lseek(fd, (off_t)(3 * page_size), SEEK_SET), 3 * page_size);
	CHECK_EQ(splice(fd, NULL, ends[1], NULL, page_size, SPLICE_F_MOVE), page_size);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 4 * page_size);
	read_all(ends[0], bytes, page_size);
	tags_check(bytes, 3, 1);
	close(fd);
}

ON_BOTH(out_of_nothing_written)
{
	char bytes[100];
	loff_t offset = 50;
	int fd = make(), ends[2];

	pipe_of(ends);
	memset(bytes, 1, sizeof(bytes));
	CHECK_EQ(splice(fd, &offset, ends[1], NULL, sizeof(bytes), 0), sizeof(bytes));
	read_all(ends[0], bytes, sizeof(bytes));
	CHECK(is_filled(bytes, 0, sizeof(bytes)));
	if (!on_memfd)
		CHECK_EQ(info(fd).resident, 0);
	close(fd);
}

ON_BOTH(into_it)
{
	char *bytes = malloc(NR * page_size), *memory;
	loff_t offset = (loff_t)page_size;
	int fd = make(), ends[2];

	CHECK(bytes);
	pipe_of(ends);
	memory = map_shared(fd, NR * page_size);
	tags_write(bytes, 1, 5);
	CHECK_EQ(write(ends[1], bytes, 5 * page_size), 5 * page_size);
	CHECK_EQ(splice(ends[0], NULL, fd, &offset, 5 * page_size, 0), 5 * page_size);
	tags_check(memory + page_size, 1, 5);
	CHECK(is_filled(memory, 0, page_size));
	close(fd);
}

/* A memfd grows. */
static void into_its_end(void)
{
	loff_t offset = (loff_t)(NR * page_size);
	int fd = make(), ends[2];

	pipe_of(ends);
	CHECK_EQ(write(ends[1], "abc", 3), 3);
	CHECK_ERRNO(splice(ends[0], NULL, fd, &offset, 3, 0), ENOSPC);
	close(fd);
}

ON_BOTH(sendfile_from_one_to_another)
{
	int from = make(), to = make(), disk = disk_file(0);
	char *bytes = malloc(NR * page_size);
	off_t offset = 0;

	CHECK(bytes);
	tags_write(map_shared(from, NR * page_size), 0, NR);
	CHECK_EQ(sendfile(to, from, &offset, NR * page_size), NR * page_size);
	CHECK_EQ(offset, NR * page_size);
	tags_check(map_shared(to, NR * page_size), 0, NR);
	CHECK_EQ(sendfile(to, from, &offset, 1), 0);
	/* To a disk and back. */
	offset = 0;
	CHECK_EQ(sendfile(disk, from, &offset, NR * page_size), NR * page_size);
	CHECK_EQ(pread(disk, bytes, NR * page_size, 0), NR * page_size);
	tags_check(bytes, 0, NR);
	offset = (off_t)page_size;
	CHECK_EQ(lseek(to, 0, SEEK_SET), 0);
	CHECK_EQ(sendfile(to, disk, &offset, 2 * page_size), 2 * page_size);
	tags_check(map_shared(to, NR * page_size), 1, 2);
	close(from);
	close(to);
}

/* Up to 6.4 the core takes regular files and block devices only. */
static void sendfile_from_the_default_buffer(void)
{
	int door = door_open(O_RDWR), to = make();
	char *memory = map_shared(to, NR * page_size);
	off_t offset = 0;
	ssize_t n;

	CHECK_EQ(pwrite(door, "hello", 5, 0), 5);
	n = sendfile(to, door, &offset, 5);
	if (n == -1 && errno == EINVAL)
		test_skip("the core of this kernel refuses sendfile from a character device");
	CHECK_EQ(n, 5);
	CHECK(!memcmp(memory, "hello", 5));
}

static void splice_of_the_default_buffer(void)
{
	int door = door_open(O_RDWR), ends[2];
	loff_t offset = 10;
	char bytes[5];

	pipe_of(ends);
	CHECK_EQ(write(ends[1], "world", 5), 5);
	CHECK_EQ(splice(ends[0], NULL, door, &offset, 5, 0), 5);
	offset = 10;
	CHECK_EQ(splice(door, &offset, ends[1], NULL, 5, 0), 5);
	read_all(ends[0], bytes, 5);
	CHECK(!memcmp(bytes, "world", 5));
}

/* What is in the pipe is a copy: it neither changes nor holds the buffer's memory. */
static void pipe_has_a_copy(void)
{
	int fd = make(), ends[2];
	loff_t offset = (loff_t)page_size;
	char *memory = map_shared(fd, NR * page_size), byte;

	pipe_of(ends);
	memory[page_size] = 1;
	CHECK_EQ(splice(fd, &offset, ends[1], NULL, page_size, 0), page_size);
	memory[page_size] = 2;
	CHECK_EQ(buffer_resize(fd, page_size), page_size);
	read_all(ends[0], &byte, 1);
	CHECK_EQ(byte, 1);
}

static const struct test_case cases[] = {
	CASE(out_of_it),
	CASE(out_of_nothing_written),
	CASE(into_it),
	CASE(into_its_end),
	CASE(sendfile_from_one_to_another),
	CASE(sendfile_from_the_default_buffer),
	CASE(splice_of_the_default_buffer),
	CASE(pipe_has_a_copy),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
