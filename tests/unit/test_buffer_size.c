// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mock.h"

#include <linux/mymap.h>

/* -------------------------------------------------------------------- resize */

static void expect_resize(uint64_t size, uint64_t rounded, int error)
{
	static struct mymap_resize question, answer;

	question = (struct mymap_resize) { .size = sizeof(question), .buffer_size = size };
	answer = question;
	answer.buffer_size = rounded;
	mock_expect(&(struct mock_ioctl) {
		.request = MYMAP_IOC_RESIZE,
		.expect = &question,
		.answer = &answer,
		.len = sizeof(question),
		.error = error,
	});
}

static void resize_tells_the_rounded_size(void **state)
{
	struct mymap_buffer *buffer = mock_buffer();
	uint64_t size = 0;

	(void)state;
	expect_resize(5000, 8192, 0);
	assert_int_equal(mymap_buffer_resize(buffer, 5000, &size), 0);
	assert_int_equal(size, 8192);
	assert_int_equal(mock_ioctl_fd, mymap_buffer_get_fd(buffer));
	/* the handle tells what it was made with */
	assert_int_equal(mymap_buffer_get_size(buffer), DEVICE_SIZE);
	mymap_buffer_close(buffer);
}

static void resize_passes_errors_on(void **state)
{
	static const int errors[] = { EINVAL, EACCES, EPERM, EDQUOT, EBUSY, ENOMEM, ENODEV, ENOTTY };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct mymap_buffer *buffer;
		uint64_t size = 77;

		mock_setup(NULL);
		buffer = mock_buffer();
		expect_resize(UINT64_MAX, 0, errors[i]);
		assert_int_equal(mymap_buffer_resize(buffer, UINT64_MAX, &size), -errors[i]);
		assert_int_equal(size, 77);
		mymap_buffer_close(buffer);
	}
}

/* ---------------------------------------------------------------------- seal */

static void expect_seal(uint32_t seals, int error)
{
	static struct mymap_seal question, answer;

	question = (struct mymap_seal) { .size = sizeof(question), .seals = seals };
	answer = question;
	answer.seals |= MYMAP_SEAL_SEAL;
	mock_expect(&(struct mock_ioctl) {
		.request = MYMAP_IOC_SEAL,
		.expect = &question,
		.answer = &answer,
		.len = sizeof(question),
		.error = error,
	});
}

static void seal(uint64_t lib_seals, uint32_t abi_seals, int error)
{
	struct mymap_buffer *buffer = mock_buffer();

	expect_seal(abi_seals, error);
	assert_int_equal(mymap_buffer_seal(buffer, lib_seals), -error);
	assert_int_equal(mock_ioctl_fd, mymap_buffer_get_fd(buffer));
	mymap_buffer_close(buffer);
}

static void seal_shrink(void **state)
{
	(void)state;
	seal(MYMAP_BUFFER_SEAL_SHRINK, MYMAP_SEAL_SHRINK, 0);
}

static void seal_grow(void **state)
{
	(void)state;
	seal(MYMAP_BUFFER_SEAL_GROW, MYMAP_SEAL_GROW, 0);
}

static void seal_seal(void **state)
{
	(void)state;
	seal(MYMAP_BUFFER_SEAL_SEAL, MYMAP_SEAL_SEAL, 0);
}

/* What the driver may know and the library does not. */
static void seal_of_the_future(void **state)
{
	(void)state;
	seal(UINT64_C(1) << 31, 1U << 31, EOPNOTSUPP);
}

static void seal_beyond_the_abi(void **state)
{
	struct mymap_buffer *buffer = mock_buffer();

	(void)state;
	/* no ioctl is expected */
	assert_int_equal(mymap_buffer_seal(buffer, UINT64_C(1) << 32), -EOPNOTSUPP);
	mymap_buffer_close(buffer);
}

static void seal_old_driver(void **state)
{
	(void)state;
	seal(MYMAP_BUFFER_SEAL_GROW, MYMAP_SEAL_GROW, ENOTTY);
}

static void seal_sealed(void **state)
{
	(void)state;
	seal(MYMAP_BUFFER_SEAL_GROW, MYMAP_SEAL_GROW, EPERM);
}

/* ---------------------------------------------------------------- punch_hole */

/* The memfd that plays the buffer does it, as the kernel does for a buffer. */
static void punch_is_a_hole(void **state)
{
	struct mymap_buffer *buffer = mock_buffer();
	int fd = mymap_buffer_get_fd(buffer);
	struct stat st;
	char byte = 'q';

	(void)state;
	assert_int_equal(pwrite(fd, "x", 1, 4096), 1);
	assert_int_equal(pwrite(fd, "y", 1, 8192), 1);
	assert_int_equal(mymap_buffer_punch_hole(buffer, 4096, 4096), 0);
	assert_int_equal(pread(fd, &byte, 1, 4096), 1);
	assert_int_equal(byte, 0);
	assert_int_equal(pread(fd, &byte, 1, 8192), 1);
	assert_int_equal(byte, 'y');
	assert_int_equal(lseek(fd, 0, SEEK_DATA), 8192);
	/* beyond the end there is nothing to do, and it does not grow */
	assert_int_equal(mymap_buffer_punch_hole(buffer, DEVICE_SIZE, 100), 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, DEVICE_SIZE);
	mymap_buffer_close(buffer);
}

static void punch_bad_ranges(void **state)
{
	struct mymap_buffer *buffer = mock_buffer();

	(void)state;
	assert_int_equal(mymap_buffer_punch_hole(buffer, 0, 0), -EINVAL);
	assert_int_equal(mymap_buffer_punch_hole(buffer, UINT64_C(1) << 63, 1), -EFBIG);
	assert_int_equal(mymap_buffer_punch_hole(buffer, 0, UINT64_MAX), -EFBIG);
	assert_int_equal(mymap_buffer_punch_hole(buffer, INT64_MAX, INT64_MAX), -EFBIG);
	mymap_buffer_close(buffer);
}

static void punch_needs_a_writable_descriptor(void **state)
{
	struct mymap_buffer *buffer;
	int fd = mock_memfd(DEVICE_SIZE), read_only;
	char path[32];

	(void)state;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	read_only = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(read_only >= 0);
	mock_expect_info();
	assert_int_equal(mymap_buffer_from_fd(read_only, &buffer), 0);
	assert_int_equal(mymap_buffer_punch_hole(buffer, 0, 4096), -EBADF);
	mymap_buffer_close(buffer);
	close(read_only);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("resize: the struct is exact, the rounded size is told",
		     resize_tells_the_rounded_size),
		TEST("resize: errors are passed on, the size is left alone",
		     resize_passes_errors_on),
		TEST("seal: shrink is the driver's bit", seal_shrink),
		TEST("seal: grow is the driver's bit", seal_grow),
		TEST("seal: seal is the driver's bit", seal_seal),
		TEST("seal: one of the future is for the driver to refuse", seal_of_the_future),
		TEST("seal: one that the driver has no bit for is EOPNOTSUPP", seal_beyond_the_abi),
		TEST("seal: ENOTTY is passed on", seal_old_driver),
		TEST("seal: EPERM is passed on", seal_sealed),
		TEST("punch hole: zeros, and no memory, inside the size", punch_is_a_hole),
		TEST("punch hole: no length is EINVAL, beyond a file is EFBIG", punch_bad_ranges),
		TEST("punch hole: a read-only descriptor is EBADF",
		     punch_needs_a_writable_descriptor),
	};

	return cmocka_run_group_tests_name("buffer_size", tests, NULL, NULL);
}
