// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments, SYNC and devices: the structs, and what the answers mean.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "mock.h"

#include <linux/mymap.h>

static void expect_sync(struct mymap_sync question, int error)
{
	static struct mymap_sync expected;

	expected = question;
	expected.size = sizeof(expected);
	mock_expect(&(struct mock_ioctl) {
		.request = MYMAP_IOC_SYNC, .expect = &expected, .len = sizeof(expected),
		.result = error ? -1 : 0, .error = error,
	});
}

static void sync_flags(void **state)
{
	struct mymap_buffer *buffer = mock_buffer();

	(void)state;
	expect_sync((struct mymap_sync) { .offset = 5, .length = 7,
					  .direction = MYMAP_SYNC_TO_DEVICE,
					  .flags = MYMAP_SYNC_END }, 0);
	assert_int_equal(mymap_buffer_sync(buffer, 5, 7, MYMAP_BUFFER_SYNC_TO_DEVICE |
					   MYMAP_BUFFER_SYNC_END), 0);
	expect_sync((struct mymap_sync) { .length = 1, .direction = MYMAP_SYNC_FROM_DEVICE }, 0);
	assert_int_equal(mymap_buffer_sync(buffer, 0, 1, MYMAP_BUFFER_SYNC_FROM_DEVICE), 0);
	expect_sync((struct mymap_sync) { .length = 1, .direction = MYMAP_SYNC_BOTH }, 0);
	assert_int_equal(mymap_buffer_sync(buffer, 0, 1, MYMAP_BUFFER_SYNC_TO_DEVICE |
					   MYMAP_BUFFER_SYNC_FROM_DEVICE), 0);
	/* the driver is not asked */
	assert_int_equal(mymap_buffer_sync(buffer, 0, 1, 8), -EOPNOTSUPP);
	mymap_buffer_close(buffer);
}

static void sync_errors(void **state)
{
	static const struct { int error, want; } rows[] = {
		{ EINVAL, -EINVAL }, { ENXIO, -ENXIO }, { ENOTTY, -EOPNOTSUPP },
	};
	struct mymap_buffer *buffer = mock_buffer();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		expect_sync((struct mymap_sync) { .length = 1, .direction = 1 }, rows[i].error);
		assert_int_equal(mymap_buffer_sync(buffer, 0, 1, MYMAP_BUFFER_SYNC_TO_DEVICE),
				 rows[i].want);
	}
	mymap_buffer_close(buffer);
}

static void list_errors(void **state)
{
	static const struct { int error, want; } rows[] = {
		{ EPERM, -EPERM }, { EOPNOTSUPP, -EOPNOTSUPP }, { ENOTTY, -EOPNOTSUPP },
	};
	static const struct mymap_segments question = { .size = sizeof(question) };
	struct mymap_segment_list *list = UNTOUCHED(struct mymap_segment_list);
	struct mymap_buffer *buffer = mock_buffer();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mock_expect(&(struct mock_ioctl) {
			.request = MYMAP_IOC_SEGMENTS, .expect = &question,
			.len = sizeof(question), .result = -1, .error = rows[i].error,
		});
		assert_int_equal(mymap_segment_list_new(buffer, &list), rows[i].want);
	}
	assert_ptr_equal(list, UNTOUCHED(struct mymap_segment_list));
	mymap_segment_list_free(NULL);
	mymap_buffer_close(buffer);
}

static void devices(void **state)
{
	static const char *const bad[] = {
		"", ".", "..", "../devices", "/", "ffff:ff:1f.7",
		"d23456789012345678901234567890123456789012345678",
	};
	char *driver = UNTOUCHED(char);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(mymap_device_get_driver(bad[i], &driver), -ENODEV);
		assert_int_equal(mymap_device_bind(bad[i], 0), -ENODEV);
		assert_int_equal(mymap_device_unbind(bad[i]), -ENODEV);
	}
	assert_ptr_equal(driver, UNTOUCHED(char));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("sync: the struct is exact; unknown flags are EOPNOTSUPP", sync_flags),
		TEST("sync: errors are passed on, an old driver's is EOPNOTSUPP", sync_errors),
		TEST("segments: errors are passed on, an old driver's is EOPNOTSUPP", list_errors),
		TEST("devices: what is no device is ENODEV", devices),
	};

	return cmocka_run_group_tests_name("segments", tests, NULL, NULL);
}
