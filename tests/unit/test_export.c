// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exports: the struct, and what the answers mean.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "mock.h"

#include <linux/mymap.h>

static void expect_export(uint64_t offset, uint64_t length, int result, int error)
{
	static struct mymap_export expected;

	expected = (struct mymap_export) {
		.size = sizeof(expected), .offset = offset, .length = length,
	};
	mock_expect(&(struct mock_ioctl) {
		.request = MYMAP_IOC_EXPORT, .expect = &expected, .len = sizeof(expected),
		.result = error ? -1 : result, .error = error,
	});
}

static void exact(void **state)
{
	struct mymap_buffer *buffer = mock_buffer();
	int fd = -1;

	(void)state;
	expect_export(4096, 8192, 1234, 0);
	assert_int_equal(mymap_buffer_export(buffer, 4096, 8192, 0, &fd), 0);
	assert_int_equal(fd, 1234);
	assert_int_equal(mock_ioctl_fd, mymap_buffer_get_fd(buffer));
	/* the driver is not asked */
	assert_int_equal(mymap_buffer_export(buffer, 4096, 8192, 1, &fd), -EOPNOTSUPP);
	assert_int_equal(mymap_buffer_export(buffer, 0, 1, UINT64_C(1) << 32, &fd), -EOPNOTSUPP);
	assert_int_equal(fd, 1234);
	mymap_buffer_close(buffer);
}

static void errors(void **state)
{
	static const struct { int error, want; } rows[] = {
		{ EINVAL, -EINVAL }, { EACCES, -EACCES }, { EOPNOTSUPP, -EOPNOTSUPP },
		{ EMFILE, -EMFILE }, { ENOTTY, -EOPNOTSUPP },
	};
	struct mymap_buffer *buffer = mock_buffer();
	int fd = 4711;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		expect_export(0, 4096, 0, rows[i].error);
		assert_int_equal(mymap_buffer_export(buffer, 0, 4096, 0, &fd), rows[i].want);
	}
	assert_int_equal(fd, 4711);
	mymap_buffer_close(buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("export: the struct is exact; unknown flags are EOPNOTSUPP", exact),
		TEST("export: errors are passed on, an old driver's is EOPNOTSUPP", errors),
	};

	return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
