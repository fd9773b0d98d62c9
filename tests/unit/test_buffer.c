// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "mock.h"

#include <linux/mymap.h>

#define WANTED	5000
#define ROUNDED	8192

static const struct mymap_info info_question = { .size = sizeof(info_question) };

/* ---------------------------------------------------------------------- create */

static void expect_create(uint32_t flags, uint64_t size, int result, int error)
{
	static struct mymap_create question, answer;

	question = (struct mymap_create) {
		.size = sizeof(question), .flags = flags, .buffer_size = size,
	};
	answer = question;
	answer.buffer_size = ROUNDED;
	mock_expect(&(struct mock_ioctl) {
		.request = MYMAP_IOC_CREATE,
		.expect = &question,
		.answer = &answer,
		.len = sizeof(question),
		.result = result,
		.error = error,
	});
}

static void create(uint64_t lib_flags, uint32_t abi_flags)
{
	struct mymap *ctx = mock_context();
	struct mymap_buffer *buffer;
	int fd = mock_memfd(ROUNDED);

	expect_create(abi_flags, WANTED, fd, 0);
	assert_int_equal(mymap_buffer_create(ctx, WANTED, lib_flags, &buffer), 0);
	assert_int_equal(mock_ioctl_fd, mymap_get_fd(ctx));
	assert_int_equal(mymap_buffer_get_fd(buffer), fd);
	assert_int_equal(mymap_buffer_get_size(buffer), ROUNDED);
	mymap_close(ctx);
	/* the context is gone, the buffer is not */
	assert_true(fcntl(fd, F_GETFD) >= 0);
	mymap_buffer_close(buffer);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void create_plain(void **state)
{
	(void)state;
	create(0, 0);
}

static void create_populate(void **state)
{
	(void)state;
	create(MYMAP_BUFFER_CREATE_POPULATE, MYMAP_CREATE_POPULATE);
}

static void create_fixed_size(void **state)
{
	(void)state;
	create(MYMAP_BUFFER_CREATE_FIXED_SIZE, MYMAP_CREATE_FIXED_SIZE);
}

static void create_unknown_flag(void **state)
{
	struct mymap_buffer *buffer = UNTOUCHED(struct mymap_buffer);
	struct mymap *ctx = mock_context();

	(void)state;
	/* no ioctl is expected */
	assert_int_equal(mymap_buffer_create(ctx, WANTED, UINT64_C(1) << 63, &buffer), -EOPNOTSUPP);
	assert_ptr_equal(buffer, UNTOUCHED(struct mymap_buffer));
	mymap_close(ctx);
}

static void create_error(uint64_t size, int error)
{
	struct mymap_buffer *buffer = UNTOUCHED(struct mymap_buffer);
	struct mymap *ctx = mock_context();

	expect_create(0, size, 0, error);
	assert_int_equal(mymap_buffer_create(ctx, size, 0, &buffer), -error);
	assert_ptr_equal(buffer, UNTOUCHED(struct mymap_buffer));
	mymap_close(ctx);
}

static void create_zero(void **state)
{
	(void)state;
	create_error(0, EINVAL);
}

static void create_largest(void **state)
{
	(void)state;
	create_error(UINT64_MAX, EINVAL);
}

static void create_quota(void **state)
{
	(void)state;
	create_error(WANTED, EDQUOT);
}

static void create_nomem(void **state)
{
	(void)state;
	create_error(WANTED, ENOMEM);
}

static void create_mfile(void **state)
{
	(void)state;
	create_error(WANTED, EMFILE);
}

static void create_no_memory(void **state)
{
	struct mymap_buffer *buffer = UNTOUCHED(struct mymap_buffer);
	struct mymap *ctx;

	(void)state;
	SKIP_WITHOUT_FAILING_ALLOCATION();
	ctx = mock_context();
	mock_fail_allocation();
	/* no ioctl is expected: there would be no way back */
	assert_int_equal(mymap_buffer_create(ctx, WANTED, 0, &buffer), -ENOMEM);
	assert_ptr_equal(buffer, UNTOUCHED(struct mymap_buffer));
	mymap_close(ctx);
}

/* ----------------------------------------------------------------- open_default */

static void default_duplicates(void **state)
{
	struct mymap *ctx = mock_context();
	struct mymap_buffer *buffer;
	int fd;

	(void)state;
	mock_expect_info();
	assert_int_equal(mymap_buffer_open_default(ctx, &buffer), 0);
	assert_int_equal(mock_ioctl_fd, mymap_get_fd(ctx));
	fd = mymap_buffer_get_fd(buffer);
	assert_int_not_equal(fd, mymap_get_fd(ctx));
	assert_int_equal(mymap_buffer_get_size(buffer), DEVICE_SIZE);
	mymap_close(ctx);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	mymap_buffer_close(buffer);
}

static void default_switched_off(void **state)
{
	struct mymap_buffer *buffer = UNTOUCHED(struct mymap_buffer);
	struct mymap *ctx = mock_context();

	(void)state;
	mock_expect(&(struct mock_ioctl) {
		.request = MYMAP_IOC_INFO,
		.expect = &info_question,
		.len = sizeof(info_question),
		.error = ENODEV,
	});
	assert_int_equal(mymap_buffer_open_default(ctx, &buffer), -ENODEV);
	assert_ptr_equal(buffer, UNTOUCHED(struct mymap_buffer));
	mymap_close(ctx);
}

/* --------------------------------------------------------------------- from_fd */

static void from_fd_duplicates(void **state)
{
	struct mymap_buffer *buffer;
	int fd = mock_memfd(DEVICE_SIZE);
	int copy;

	(void)state;
	mock_expect_info();
	assert_int_equal(mymap_buffer_from_fd(fd, &buffer), 0);
	assert_int_equal(mock_ioctl_fd, fd);
	copy = mymap_buffer_get_fd(buffer);
	assert_int_not_equal(copy, fd);
	assert_int_equal(fcntl(copy, F_GETFD), FD_CLOEXEC);
	assert_int_equal(mymap_buffer_get_size(buffer), DEVICE_SIZE);
	mymap_buffer_close(buffer);
	/* the caller's is still there */
	assert_int_equal(close(fd), 0);
}

static void from_fd_avoids_standard_fds(void **state)
{
	struct mymap_buffer *buffer;
	int fd = mock_memfd(DEVICE_SIZE);
	int saved = dup(STDIN_FILENO);

	(void)state;
	assert_true(saved >= 0);
	close(STDIN_FILENO);
	mock_expect_info();
	assert_int_equal(mymap_buffer_from_fd(fd, &buffer), 0);
	assert_true(mymap_buffer_get_fd(buffer) > STDERR_FILENO);
	mymap_buffer_close(buffer);
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(fd);
}

static int reopen_read_only(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void from_fd_read_only(void **state)
{
	struct mymap_buffer *buffer;
	int fd = mock_memfd(DEVICE_SIZE);
	int read_only = reopen_read_only(fd);

	(void)state;
	mock_expect_info();
	assert_int_equal(mymap_buffer_from_fd(read_only, &buffer), 0);
	assert_int_equal(fcntl(mymap_buffer_get_fd(buffer), F_GETFL) & O_ACCMODE, O_RDONLY);
	mymap_buffer_close(buffer);
	close(read_only);
	close(fd);
}

static void from_fd_error(int error)
{
	struct mymap_buffer *buffer = UNTOUCHED(struct mymap_buffer);
	int fd = mock_memfd(DEVICE_SIZE);

	mock_expect(&(struct mock_ioctl) {
		.request = MYMAP_IOC_INFO,
		.expect = &info_question,
		.len = sizeof(info_question),
		.error = error,
	});
	assert_int_equal(mymap_buffer_from_fd(fd, &buffer), -error);
	assert_ptr_equal(buffer, UNTOUCHED(struct mymap_buffer));
	close(fd);
}

static void from_fd_notty(void **state)
{
	(void)state;
	from_fd_error(ENOTTY);
}

static void from_fd_badf(void **state)
{
	(void)state;
	from_fd_error(EBADF);
}

static void from_fd_nxio(void **state)
{
	(void)state;
	from_fd_error(ENXIO);
}

/* Some driver that takes every command for its own. */
static void from_fd_other_driver(void **state)
{
	struct mymap_buffer *buffer = UNTOUCHED(struct mymap_buffer);
	int fd = mock_memfd(DEVICE_SIZE);

	(void)state;
	mock_expect(&(struct mock_ioctl) {
		.request = MYMAP_IOC_INFO,
		.expect = &info_question,
		.len = sizeof(info_question),
	});
	assert_int_equal(mymap_buffer_from_fd(fd, &buffer), -ENOTTY);
	assert_ptr_equal(buffer, UNTOUCHED(struct mymap_buffer));
	close(fd);
}

static void from_fd_no_descriptors(void **state)
{
	struct mymap_buffer *buffer = UNTOUCHED(struct mymap_buffer);
	int fd = mock_memfd(DEVICE_SIZE);
	struct rlimit old, none;

	(void)state;
	mock_expect_info();
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = (rlim_t)fd + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(mymap_buffer_from_fd(fd, &buffer), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_ptr_equal(buffer, UNTOUCHED(struct mymap_buffer));
	close(fd);
}

static void from_fd_no_memory(void **state)
{
	struct mymap_buffer *buffer = UNTOUCHED(struct mymap_buffer);
	int fd;

	(void)state;
	SKIP_WITHOUT_FAILING_ALLOCATION();
	fd = mock_memfd(DEVICE_SIZE);
	mock_expect_info();
	mock_fail_allocation();
	assert_int_equal(mymap_buffer_from_fd(fd, &buffer), -ENOMEM);
	assert_ptr_equal(buffer, UNTOUCHED(struct mymap_buffer));
	close(fd);
}

static void close_null(void **state)
{
	(void)state;
	mymap_buffer_close(NULL);
}

/* ------------------------------------------------------------------ map, unmap */

static void map_shared(void **state)
{
	struct mymap_buffer *buffer = mock_buffer();
	char byte = 0;
	char *addr;

	(void)state;
	assert_int_equal(mymap_buffer_map(buffer, 0, DEVICE_SIZE, PROT_READ | PROT_WRITE,
					  (void **)&addr), 0);
	addr[DEVICE_SIZE - 1] = 'x';
	assert_int_equal(pread(mymap_buffer_get_fd(buffer), &byte, 1, DEVICE_SIZE - 1), 1);
	assert_int_equal(byte, 'x');
	assert_int_equal(mymap_buffer_unmap(addr, DEVICE_SIZE), 0);
	mymap_buffer_close(buffer);
}

/* The last page is there and is the last: the length was the rest. */
static void map_to_the_end(void **state)
{
	struct mymap_buffer *buffer = mock_buffer();
	const size_t offset = 4096, rest = DEVICE_SIZE - offset;
	unsigned char there[4];
	char *addr;

	(void)state;
	assert_int_equal(pwrite(mymap_buffer_get_fd(buffer), "y", 1, offset), 1);
	mock_expect_info();
	assert_int_equal(mymap_buffer_map(buffer, offset, 0, PROT_READ, (void **)&addr), 0);
	assert_int_equal(addr[0], 'y');
	assert_int_equal(mincore(addr, rest, there), 0);
	assert_int_equal(mymap_buffer_unmap(addr, rest), 0);
	assert_int_equal(mincore(addr, rest, there), -1);
	mymap_buffer_close(buffer);
}

/* It was made larger since the handle was made. */
static void map_to_the_end_as_it_is_now(void **state)
{
	struct mymap_buffer *buffer = mock_buffer();
	const struct mymap_info answer = {
		.size = sizeof(answer), .buffer_size = 2 * DEVICE_SIZE, .page_size = 4096,
	};
	char *addr;

	(void)state;
	assert_int_equal(ftruncate(mymap_buffer_get_fd(buffer), 2 * DEVICE_SIZE), 0);
	mock_expect(&(struct mock_ioctl) {
		.request = MYMAP_IOC_INFO,
		.expect = &info_question,
		.answer = &answer,
		.len = sizeof(info_question),
	});
	assert_int_equal(mymap_buffer_map(buffer, 0, 0, PROT_READ, (void **)&addr), 0);
	assert_int_equal(addr[2 * DEVICE_SIZE - 1], 0);
	assert_int_equal(mymap_buffer_get_size(buffer), DEVICE_SIZE);
	assert_int_equal(mymap_buffer_unmap(addr, 2 * DEVICE_SIZE), 0);
	mymap_buffer_close(buffer);
}

static void map_outlives_handle(void **state)
{
	struct mymap_buffer *buffer = mock_buffer();
	char *addr;

	(void)state;
	assert_int_equal(pwrite(mymap_buffer_get_fd(buffer), "z", 1, 0), 1);
	mock_expect_info();
	assert_int_equal(mymap_buffer_map(buffer, 0, 0, PROT_READ, (void **)&addr), 0);
	mymap_buffer_close(buffer);
	assert_int_equal(addr[0], 'z');
	assert_int_equal(mymap_buffer_unmap(addr, DEVICE_SIZE), 0);
}

static void map_error(struct mymap_buffer *buffer, uint64_t offset, size_t length, int prot,
		      int error)
{
	void *addr = UNTOUCHED(void);

	assert_int_equal(mymap_buffer_map(buffer, offset, length, prot, &addr), -error);
	assert_ptr_equal(addr, UNTOUCHED(void));
	mymap_buffer_close(buffer);
}

static void map_unaligned(void **state)
{
	(void)state;
	map_error(mock_buffer(), 1, 4096, PROT_READ, EINVAL);
}

static void map_offset_at_end(void **state)
{
	struct mymap_buffer *buffer = mock_buffer();

	(void)state;
	mock_expect_info();
	map_error(buffer, DEVICE_SIZE, 0, PROT_READ, EINVAL);
}

static void map_offset_overflow(void **state)
{
	(void)state;
	map_error(mock_buffer(), (uint64_t)INT64_MAX + 1, 4096, PROT_READ, EOVERFLOW);
}

static void map_too_long(void **state)
{
	(void)state;
	/* valgrind answers such an mmap() itself, by EINVAL */
	SKIP_WITHOUT_FAILING_ALLOCATION();
	map_error(mock_buffer(), 0, (size_t)1 << (sizeof(size_t) * 8 - 2), PROT_READ, ENOMEM);
}

static void map_read_only_for_writing(void **state)
{
	struct mymap_buffer *buffer;
	int fd = mock_memfd(DEVICE_SIZE);
	int read_only = reopen_read_only(fd);

	(void)state;
	mock_expect_info();
	assert_int_equal(mymap_buffer_from_fd(read_only, &buffer), 0);
	close(read_only);
	close(fd);
	mock_expect_info();
	map_error(buffer, 0, 0, PROT_READ | PROT_WRITE, EACCES);
}

static void unmap_null(void **state)
{
	(void)state;
	assert_int_equal(mymap_buffer_unmap(NULL, 4096), 0);
}

static void unmap_nothing(void **state)
{
	struct mymap_buffer *buffer = mock_buffer();
	void *addr;

	(void)state;
	mock_expect_info();
	assert_int_equal(mymap_buffer_map(buffer, 0, 0, PROT_READ, &addr), 0);
	assert_int_equal(mymap_buffer_unmap(addr, 0), -EINVAL);
	assert_int_equal(mymap_buffer_unmap(addr, DEVICE_SIZE), 0);
	mymap_buffer_close(buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("create: the struct is exact, the descriptor and rounded size are kept",
		     create_plain),
		TEST("create: populate is the driver's flag", create_populate),
		TEST("create: fixed size is the driver's flag", create_fixed_size),
		TEST("create: unknown flag is EOPNOTSUPP, the driver is not asked",
		     create_unknown_flag),
		TEST("create: size 0 is for the driver to refuse", create_zero),
		TEST("create: the largest size is for the driver to refuse", create_largest),
		TEST("create: EDQUOT is passed on", create_quota),
		TEST("create: ENOMEM is passed on", create_nomem),
		TEST("create: EMFILE is passed on", create_mfile),
		TEST("create: no memory for the handle is ENOMEM, nothing is created",
		     create_no_memory),
		TEST("open default: a duplicate that outlives the context", default_duplicates),
		TEST("open default: switched off is ENODEV", default_switched_off),
		TEST("from fd: a duplicate, the caller keeps his own", from_fd_duplicates),
		TEST("from fd: never descriptor 0, 1 or 2", from_fd_avoids_standard_fds),
		TEST("from fd: a read-only descriptor will do", from_fd_read_only),
		TEST("from fd: ENOTTY is passed on", from_fd_notty),
		TEST("from fd: EBADF is passed on", from_fd_badf),
		TEST("from fd: ENXIO is passed on", from_fd_nxio),
		TEST("from fd: a driver that takes any command is ENOTTY", from_fd_other_driver),
		TEST("from fd: no free descriptor is EMFILE", from_fd_no_descriptors),
		TEST("from fd: no memory is ENOMEM", from_fd_no_memory),
		TEST("close: NULL is fine", close_null),
		TEST("map: it is shared with the buffer", map_shared),
		TEST("map: length 0 is all from the offset to the end", map_to_the_end),
		TEST("map: the end is that of the buffer as it is now", map_to_the_end_as_it_is_now),
		TEST("map: it outlives the handle", map_outlives_handle),
		TEST("map: an unaligned offset is EINVAL", map_unaligned),
		TEST("map: nothing left at the offset is EINVAL", map_offset_at_end),
		TEST("map: an offset of 2^63 is EOVERFLOW", map_offset_overflow),
		TEST("map: a length beyond the address space is ENOMEM", map_too_long),
		TEST("map: writing through a read-only descriptor is EACCES",
		     map_read_only_for_writing),
		TEST("unmap: NULL is fine", unmap_null),
		TEST("unmap: length 0 is EINVAL", unmap_nothing),
	};

	return cmocka_run_group_tests_name("buffer", tests, NULL, NULL);
}
