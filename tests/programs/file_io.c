// SPDX-License-Identifier: GPL-2.0-only
/*
 * read, write and lseek, on a buffer and on the door alike.
 */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "test.h"

/* What every case runs on; the size of both is default_size. */
static int fd;
static size_t len;

typedef void (*file_case)(void);

static void on_both(file_case run)
{
	len = query().default_size;
	fd = buffer_create(len, 0);
	run();
	close(fd);
	fd = door_open(O_RDWR);
	fprintf(stderr, "on the door:\n");
	run();
	close(fd);
}

#define ON_BOTH(name)				\
	static void name##_once(void);		\
	static void name(void)			\
	{					\
		on_both(name##_once);		\
	}					\
	static void name##_once(void)

static void pattern(char *bytes, size_t n, unsigned int seed)
{
	size_t i;

	for (i = 0; i < n; i++) {
		seed = seed * 1103515245 + 12345;
		bytes[i] = (char)(seed >> 16);
	}
}

static void bytes_equal(const char *a, const char *b, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (a[i] != b[i])
			FAIL("byte %zu of %zu is %#x, not %#x", i, n, (unsigned char)a[i],
			     (unsigned char)b[i]);
}

static char *new_bytes(size_t n)
{
	char *bytes = malloc(n);

	CHECK(bytes);
	memset(bytes, 0xa5, n);
	return bytes;
}

ON_BOTH(what_is_written_is_read)
{
	char *out = new_bytes(len), *in = new_bytes(len);

	pattern(out, len, 1);
	CHECK_EQ(write(fd, out, len), len);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), len);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	CHECK_EQ(read(fd, in, len), len);
	bytes_equal(in, out, len);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), len);
}

ON_BOTH(position_moves_on)
{
	char in[3];

	CHECK_EQ(write(fd, "abcdef", 6), 6);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	CHECK_EQ(read(fd, in, 2), 2);
	CHECK(!memcmp(in, "ab", 2));
	CHECK_EQ(read(fd, in, 3), 3);
	CHECK(!memcmp(in, "cde", 3));
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 5);
	CHECK_EQ(write(fd, "X", 1), 1);
	CHECK_EQ(pread(fd, in, 3, 4), 3);
	CHECK(in[0] == 'e' && in[1] == 'X');
}

ON_BOTH(pread_and_pwrite_leave_position)
{
	char in[4];

	CHECK_EQ(lseek(fd, 7, SEEK_SET), 7);
	CHECK_EQ(pwrite(fd, "wxyz", 4, 20), 4);
	CHECK_EQ(pread(fd, in, 4, 20), 4);
	CHECK(!memcmp(in, "wxyz", 4));
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 7);
}

/* Over the borders of pages and of 2 MiB. */
static void across_borders(void)
{
	size_t huge = huge_size(), size = 2 * huge + 3 * page_size;
	const size_t borders[] = { page_size, 2 * page_size, huge, 2 * huge, 2 * huge + page_size };
	char *memory, out[600], in[600];
	size_t i, step;

	fd = buffer_create(size, 0);
	memory = map_shared(fd, size);
	for (i = 0; i < sizeof(borders) / sizeof(borders[0]); i++) {
		for (step = 1; step < sizeof(out); step += 149) {
			off_t at = (off_t)(borders[i] - step);

			pattern(out, sizeof(out), (unsigned int)(i * 1000 + step));
			CHECK_EQ(pwrite(fd, out, sizeof(out), at), sizeof(out));
			CHECK_EQ(pread(fd, in, sizeof(in), at), sizeof(in));
			bytes_equal(in, out, sizeof(out));
			bytes_equal(memory + at, out, sizeof(out));
		}
	}
}

/* All of a larger buffer in one call. */
static void megabytes_at_once(void)
{
	size_t size = 3 * huge_size() + 5 * page_size;
	char *out = new_bytes(size), *in = new_bytes(size);

	fd = buffer_create(size, 0);
	pattern(out, size, 3);
	CHECK_EQ(write(fd, out, size), size);
	CHECK_EQ(write(fd, out, 1), -1);
	CHECK_EQ(pread(fd, in, size, 0), size);
	bytes_equal(in, out, size);
	CHECK_EQ(info(fd).resident, size);
}

ON_BOTH(mapping_and_file_are_one)
{
	char *memory = map_shared(fd, len), in[5];

	memcpy(memory + 30, "hello", 5);
	CHECK_EQ(pread(fd, in, 5, 30), 5);
	CHECK(!memcmp(in, "hello", 5));
	CHECK_EQ(pwrite(fd, "J", 1, 30), 1);
	CHECK_EQ(memory[30], 'J');
	unmap(memory, len);
}

static void unwritten_reads_zeros_and_takes_no_memory(void)
{
	size_t size = 4 * huge_size();
	char *in = new_bytes(size);

	fd = buffer_create(size, 0);
	CHECK_EQ(read(fd, in, size), size);
	CHECK(is_filled(in, 0, size));
	CHECK_EQ(info(fd).resident, 0);
}

static void written_takes_memory_where_it_is(void)
{
	size_t huge = require_huge();

	fd = buffer_create(4 * huge, 0);
	CHECK_EQ(pwrite(fd, "x", 1, (off_t)(2 * huge + 5)), 1);
	CHECK_EQ(info(fd).resident, huge);
}

/* The end. */

ON_BOTH(read_at_end_is_0)
{
	char byte;

	CHECK_EQ(lseek(fd, 0, SEEK_END), len);
	CHECK_EQ(read(fd, &byte, 1), 0);
	CHECK_EQ(pread(fd, &byte, 1, (off_t)len), 0);
	CHECK_EQ(pread(fd, &byte, 1, (off_t)len + 1), 0);
	CHECK_EQ(pread(fd, &byte, 1, (off_t)len + ((off_t)1 << 40)), 0);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), len);
}

ON_BOTH(read_over_end_is_short)
{
	char *in = new_bytes(len + 10);

	CHECK_EQ(pread(fd, in, 10, (off_t)len - 3), 3);
	CHECK_EQ(pread(fd, in, len + 10, 0), len);
	CHECK(is_filled(in + len, 0xa5, 10));
}

ON_BOTH(write_at_end_is_enospc)
{
	CHECK_EQ(lseek(fd, 0, SEEK_END), len);
	CHECK_ERRNO(write(fd, "x", 1), ENOSPC);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), len);
	CHECK_ERRNO(pwrite(fd, "x", 1, (off_t)len), ENOSPC);
	CHECK_ERRNO(pwrite(fd, "x", 1, (off_t)len + 1000), ENOSPC);
	CHECK_ERRNO(pwrite(fd, "x", 1, (off_t)1 << 40), ENOSPC);
}

ON_BOTH(write_over_end_is_short)
{
	char in[3];

	CHECK_EQ(pwrite(fd, "abcdef", 6, (off_t)len - 3), 3);
	CHECK_EQ(pread(fd, in, 3, (off_t)len - 3), 3);
	CHECK(!memcmp(in, "abc", 3));
	CHECK_EQ(lseek(fd, -2, SEEK_END), len - 2);
	CHECK_EQ(write(fd, "abcdef", 6), 2);
	CHECK_ERRNO(write(fd, "cdef", 4), ENOSPC);
	CHECK_EQ(lseek(fd, 0, SEEK_END), len);
}

static void append_is_enospc(void)
{
	fd = buffer_create(page_size, 0);
	CHECK_EQ(fcntl(fd, F_SETFL, O_APPEND), 0);
	CHECK_ERRNO(write(fd, "x", 1), ENOSPC);
	CHECK_EQ(fcntl(fd, F_SETFL, 0), 0);
	CHECK_EQ(write(fd, "x", 1), 1);
}

/* Bad values. */

ON_BOTH(count_0_is_0)
{
	CHECK_EQ(lseek(fd, 5, SEEK_SET), 5);
	CHECK_EQ(read(fd, NULL, 0), 0);
	CHECK_EQ(write(fd, NULL, 0), 0);
	CHECK_EQ(pwrite(fd, NULL, 0, (off_t)len), 0);
	CHECK_EQ(pread(fd, NULL, 0, (off_t)len), 0);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 5);
}

ON_BOTH(bad_pointer_is_efault)
{
	char *none = mmap(NULL, page_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(none != MAP_FAILED);
	CHECK_ERRNO(read(fd, none, 10), EFAULT);
	CHECK_ERRNO(write(fd, none, 10), EFAULT);
	CHECK_ERRNO(read(fd, bad_pointer(1), 10), EFAULT);
	CHECK_ERRNO(write(fd, bad_pointer(1), 10), EFAULT);
	CHECK_ERRNO(pread(fd, bad_pointer((uintptr_t)-1), 10, 0), EFAULT);
	CHECK_ERRNO(pwrite(fd, bad_pointer((uintptr_t)-1), 10, 0), EFAULT);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 0);
}

/* A page that is there already and one that is not. */
static void bad_pointer_in_unwritten_is_efault(void)
{
	fd = buffer_create(2 * huge_size(), 0);
	CHECK_ERRNO(read(fd, bad_pointer(1), 10), EFAULT);
	CHECK_EQ(pwrite(fd, "x", 1, 0), 1);
	CHECK_ERRNO(pread(fd, bad_pointer(1), 10, 0), EFAULT);
}

/* arm64 copies several bytes at a time, and may tell of fewer than there were. */
static bool is_short(ssize_t n, int error, ssize_t want)
{
#ifdef __aarch64__
	if (n > 0 && n < want)
		return true;
#endif
	return n == want || (n == -1 && error == EFAULT);
}

ON_BOTH(half_bad_pointer_is_short)
{
	char *two = mmap(NULL, 2 * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ssize_t n;

	CHECK(two != MAP_FAILED);
	memset(two, 'q', page_size);
	unmap(two + page_size, page_size);
	n = pwrite(fd, two + page_size - 7, 20, 0);
	CHECK(is_short(n, errno, 7));
	n = pread(fd, two + page_size - 7, 20, 0);
	CHECK(is_short(n, errno, 7));
}

ON_BOTH(negative_offset_is_einval)
{
	char byte = 0;

	CHECK_ERRNO(pread(fd, &byte, 1, -1), EINVAL);
	CHECK_ERRNO(pwrite(fd, &byte, 1, -1), EINVAL);
	CHECK_ERRNO(pread(fd, &byte, 1, LLONG_MIN), EINVAL);
	CHECK_ERRNO(pwrite(fd, &byte, 1, LLONG_MIN), EINVAL);
}

static void check_largest(ssize_t n, int error, bool write)
{
	if (n == -1 && (error == EINVAL || error == EOVERFLOW || error == EFBIG))
		return;
	if (write ? n == -1 && error == ENOSPC : n == 0)
		return;
	errno = error;
	FAIL("%s at the largest offset: %zd", write ? "pwrite" : "pread", n);
}

ON_BOTH(largest_offset)
{
	char bytes[4] = "";
	ssize_t n;

	n = pread(fd, bytes, 4, LLONG_MAX);
	check_largest(n, errno, false);
	n = pread(fd, bytes, 4, LLONG_MAX - 3);
	check_largest(n, errno, false);
	n = pwrite(fd, bytes, 4, LLONG_MAX);
	check_largest(n, errno, true);
	n = pwrite(fd, bytes, 4, LLONG_MAX - 3);
	check_largest(n, errno, true);
}

ON_BOTH(largest_count)
{
	/* Not for the compiler to see through. */
	volatile size_t largest = SSIZE_MAX, larger = (size_t)-1;
	char *bytes = new_bytes(len);
	ssize_t n;

	n = pread(fd, bytes, largest, 0);
	CHECK(n == (ssize_t)len || (n == -1 && (errno == EFAULT || errno == EINVAL)));
	n = pwrite(fd, bytes, largest, 0);
	CHECK(n == (ssize_t)len || (n == -1 && (errno == EFAULT || errno == EINVAL)));
	/* Beyond SSIZE_MAX; of a 32-bit program the kernel takes it for 4 GiB. */
	n = pread(fd, bytes, larger, 0);
	CHECK(n == (ssize_t)len || (n == -1 && (errno == EFAULT || errno == EINVAL)));
}

/* Vectors. */

#define NR_SEGMENTS 1024

static void segments_init(struct iovec *iov, char *bytes)
{
	size_t i;

	for (i = 0; i < NR_SEGMENTS; i++)
		iov[i] = (struct iovec){ .iov_base = bytes + i * 3, .iov_len = 3 };
}

ON_BOTH(vectors_of_1024)
{
	struct iovec iov[NR_SEGMENTS + 1];
	char *out = new_bytes(3 * NR_SEGMENTS), *in = new_bytes(3 * NR_SEGMENTS);

	pattern(out, 3 * NR_SEGMENTS, 9);
	segments_init(iov, out);
	CHECK_EQ(pwritev(fd, iov, NR_SEGMENTS, 5), 3 * NR_SEGMENTS);
	segments_init(iov, in);
	iov[NR_SEGMENTS] = iov[0];
	CHECK_EQ(preadv(fd, iov, NR_SEGMENTS, 5), 3 * NR_SEGMENTS);
	bytes_equal(in, out, 3 * NR_SEGMENTS);
	CHECK_ERRNO(preadv(fd, iov, NR_SEGMENTS + 1, 5), EINVAL);
}

/* What comes before the bad one is done, and no more is told. */
ON_BOTH(vector_with_a_bad_one)
{
	struct iovec iov[NR_SEGMENTS];
	char *bytes = new_bytes(3 * NR_SEGMENTS);
	ssize_t n;

	segments_init(iov, bytes);
	iov[500].iov_base = bad_pointer(1);
	n = preadv(fd, iov, NR_SEGMENTS, 0);
	CHECK(n == 1500);
	n = pwritev(fd, iov, NR_SEGMENTS, 0);
	/* The core may look ahead into the segments of a page. */
	CHECK((n >= 0 && n <= 1500) || (n == -1 && errno == EFAULT));
	iov[0].iov_base = bad_pointer(1);
	CHECK_ERRNO(preadv(fd, iov, NR_SEGMENTS, 0), EFAULT);
	CHECK_ERRNO(pwritev(fd, iov, NR_SEGMENTS, 0), EFAULT);
}

ON_BOTH(readv_and_writev_move_position)
{
	char a[4] = "abcd", b[6] = "efghij";
	struct iovec iov[2] = { { a, 4 }, { b, 6 } };

	CHECK_EQ(writev(fd, iov, 2), 10);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 10);
	memset(a, 0, 4);
	memset(b, 0, 6);
	CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
	CHECK_EQ(readv(fd, iov, 2), 10);
	CHECK(!memcmp(a, "abcd", 4) && !memcmp(b, "efghij", 6));
}

/* A buffer's own memory as the user's end of the copy, touched or not. */
static void into_its_own_mapping(void)
{
	size_t huge = huge_size(), size = 4 * huge;
	char *memory;

	fd = buffer_create(size, 0);
	memory = map_shared(fd, size);
	alarm(time_limit(20));
	CHECK_EQ(pread(fd, memory + huge, huge, 0), huge);
	CHECK_EQ(pwrite(fd, memory + 2 * huge, huge, (off_t)(3 * huge)), huge);
	tags_write(memory, 0, huge / page_size);
	CHECK_EQ(pread(fd, memory + huge, huge, 0), huge);
	tags_check(memory + huge, 0, huge / page_size);
	CHECK_EQ(pwrite(fd, memory + huge, huge, (off_t)(2 * huge)), huge);
	tags_check(memory + 2 * huge, 0, huge / page_size);
	/* Onto itself. */
	CHECK_EQ(pwrite(fd, memory, huge, 0), huge);
	tags_check(memory, 0, huge / page_size);
}

/* lseek */

ON_BOTH(lseek_set_cur_end)
{
	CHECK_EQ(lseek(fd, 0, SEEK_END), len);
	CHECK_EQ(lseek(fd, -1, SEEK_END), len - 1);
	CHECK_EQ(lseek(fd, 1, SEEK_CUR), len);
	CHECK_EQ(lseek(fd, -(off_t)len, SEEK_CUR), 0);
	CHECK_EQ(lseek(fd, (off_t)len, SEEK_SET), len);
}

ON_BOTH(lseek_out_of_range_is_einval)
{
	CHECK_EQ(lseek(fd, 3, SEEK_SET), 3);
	CHECK_ERRNO(lseek(fd, -1, SEEK_SET), EINVAL);
	CHECK_ERRNO(lseek(fd, -4, SEEK_CUR), EINVAL);
	CHECK_ERRNO(lseek(fd, -(off_t)len - 1, SEEK_END), EINVAL);
	CHECK_ERRNO(lseek(fd, 1, SEEK_END), EINVAL);
	CHECK_ERRNO(lseek(fd, (off_t)len + 1, SEEK_SET), EINVAL);
	CHECK_ERRNO(lseek(fd, LLONG_MAX, SEEK_SET), EINVAL);
	CHECK_ERRNO(lseek(fd, LLONG_MIN, SEEK_SET), EINVAL);
	CHECK(lseek(fd, LLONG_MAX, SEEK_CUR) == -1 && (errno == EINVAL || errno == EOVERFLOW));
	CHECK(lseek(fd, LLONG_MAX, SEEK_END) == -1 && (errno == EINVAL || errno == EOVERFLOW));
	CHECK_ERRNO(lseek(fd, 0, 99), EINVAL);
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), 3);
}

ON_BOTH(always_ready)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };

	CHECK_EQ(poll(&p, 1, 1000), 1);
	CHECK_EQ(p.revents, POLLIN | POLLOUT);
}

/* Each open of the door has a position of its own; a duplicate shares it. */
static void positions_of_descriptors(void)
{
	int a = door_open(O_RDWR), b = door_open(O_RDWR), c = dup(a);

	CHECK_EQ(lseek(a, 100, SEEK_SET), 100);
	CHECK_EQ(lseek(b, 0, SEEK_CUR), 0);
	CHECK_EQ(lseek(c, 0, SEEK_CUR), 100);
}

/*
 * Killed amid of a transfer: how far it has come is seen from outside, by the memory that it has filled. One that does
 * not look for signals always comes to its end.
 */
#define LONG_TRANSFER ((size_t)256 << 20)

static char *long_area;

static void write_at_length(void *data)
{
	(void)data;
	CHECK_EQ(pwrite(fd, long_area, LONG_TRANSFER, 0), LONG_TRANSFER);
	for (;;)
		pause();
}

static bool is_writing(void *data)
{
	(void)data;
	return info(fd).resident > 0;
}

static bool is_written(void)
{
	return info(fd).resident == LONG_TRANSFER;
}

static void read_at_length(void *data)
{
	(void)data;
	CHECK_EQ(pread(fd, long_area, LONG_TRANSFER, 0), LONG_TRANSFER);
	for (;;)
		pause();
}

/* What nobody has written reads as zeros; these two bytes are none before. */
static bool is_reading(void *data)
{
	(void)data;
	return !*(volatile char *)long_area;
}

static bool is_read(void)
{
	return !long_area[LONG_TRANSFER - 1];
}

static void kill_amid(void (*transfer)(void *), bool (*is_under_way)(void *), bool (*is_done)(void), int flags)
{
	int i;

	if ((uint64_t)sysconf(_SC_AVPHYS_PAGES) * page_size < LONG_TRANSFER + LONG_TRANSFER / 4)
		test_skip("less than 320 MiB of free memory");
	/* A fast machine may be done before it is noticed that it has begun. */
	for (i = 0; i < 10; i++) {
		pid_t child;
		bool done;

		fd = buffer_create(LONG_TRANSFER, 0);
		long_area = mmap(NULL, LONG_TRANSFER, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
		CHECK(long_area != MAP_FAILED);
		long_area[0] = 1;
		long_area[LONG_TRANSFER - 1] = 1;
		child = child_start(transfer, NULL);
		CHECK(wait_until(is_under_way, NULL, 20));
		child_kill(child, 5);
		done = is_done();
		unmap(long_area, LONG_TRANSFER);
		close(fd);
		CHECK(wait_until(nothing_is_left, NULL, 5));
		if (!done)
			return;
	}
	FAIL("it has come to its end each time");
}

static void killed_while_writing(void)
{
	kill_amid(write_at_length, is_writing, is_written, MAP_PRIVATE);
}

static void killed_while_reading(void)
{
	kill_amid(read_at_length, is_reading, is_read, MAP_SHARED);
}

static void broken_is_eio(void)
{
	size_t len = 4 * page_size;
	int fd = buffer_create(len, POPULATE);
	char *memory = map_shared(fd, len), *bytes = malloc(len);

	memset(memory, 'b', len);
	CHECK(bytes != NULL);
	if (madvise(memory + 2 * page_size, page_size, MADV_HWPOISON) && errno != EBUSY)
		test_skip("memory cannot be reported to be broken here");
	CHECK_EQ(pread(fd, bytes, len, 0), 2 * page_size);
	CHECK_ERRNO(pread(fd, bytes, 1, (off_t)(2 * page_size)), EIO);
	CHECK_EQ(pwrite(fd, bytes, len, 0), 2 * page_size);
	CHECK_ERRNO(pwrite(fd, bytes, 1, (off_t)(3 * page_size - 1)), EIO);
	CHECK_EQ(pread(fd, bytes, len, (off_t)(3 * page_size)), page_size);
	free(bytes);
}

static const struct test_case cases[] = {
	CASE(what_is_written_is_read),
	CASE(position_moves_on),
	CASE(pread_and_pwrite_leave_position),
	CASE(across_borders),
	CASE(megabytes_at_once),
	CASE(mapping_and_file_are_one),
	CASE(unwritten_reads_zeros_and_takes_no_memory),
	CASE(written_takes_memory_where_it_is),
	CASE(read_at_end_is_0),
	CASE(read_over_end_is_short),
	CASE(write_at_end_is_enospc),
	CASE(write_over_end_is_short),
	CASE(append_is_enospc),
	CASE(count_0_is_0),
	CASE(bad_pointer_is_efault),
	CASE(bad_pointer_in_unwritten_is_efault),
	CASE(half_bad_pointer_is_short),
	CASE(negative_offset_is_einval),
	CASE(largest_offset),
	CASE(largest_count),
	CASE(vectors_of_1024),
	CASE(vector_with_a_bad_one),
	CASE(readv_and_writev_move_position),
	CASE(into_its_own_mapping),
	CASE(lseek_set_cur_end),
	CASE(lseek_out_of_range_is_einval),
	CASE(always_ready),
	CASE(positions_of_descriptors),
	CASE(killed_while_writing),
	CASE(killed_while_reading),
	CASE(broken_is_eio),
	CASES_END
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, cases);
}
