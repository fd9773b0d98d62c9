// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "mock.h"

#include <linux/mymap.h>

static const struct mymap_query question = { .size = sizeof(question) };

static const struct mymap_query answer = {
	.size = sizeof(answer),
	.driver_version = MYMAP_VERSION(1, 22, 33),
	.page_size = 4096,
	.huge_page_size = 2 << 20,
	.features = MYMAP_FEATURE_HUGE,
	.default_size = 1ULL << 33,
	.max_buffer_size = 1ULL << 34,
	.max_total_size = 1ULL << 35,
	.total_size = 1ULL << 36,
	.max_user_size = 1ULL << 37,
	.user_size = 1ULL << 38,
};

static struct mymap_driver_info *get(struct mymap *ctx, const struct mymap_query *reply)
{
	struct mymap_driver_info *info;

	mock_expect(&(struct mock_ioctl) {
		.request = MYMAP_IOC_QUERY,
		.expect = &question,
		.answer = reply,
		.len = sizeof(question),
	});
	assert_int_equal(mymap_get_driver_info(ctx, &info), 0);
	assert_int_equal(mock_ioctl_fd, mymap_get_fd(ctx));
	return info;
}

static void tells_all(void **state)
{
	struct mymap *ctx = mock_context();
	struct mymap_driver_info *info = get(ctx, &answer);

	(void)state;
	assert_int_equal(mymap_driver_info_get_page_size(info), 4096);
	assert_int_equal(mymap_driver_info_get_huge_page_size(info), 2 << 20);
	assert_int_equal(mymap_driver_info_get_default_size(info), 1ULL << 33);
	assert_int_equal(mymap_driver_info_get_max_buffer_size(info), 1ULL << 34);
	assert_int_equal(mymap_driver_info_get_max_total_size(info), 1ULL << 35);
	assert_int_equal(mymap_driver_info_get_total_size(info), 1ULL << 36);
	assert_int_equal(mymap_driver_info_get_max_user_size(info), 1ULL << 37);
	assert_int_equal(mymap_driver_info_get_user_size(info), 1ULL << 38);
	mymap_driver_info_free(info);
	mymap_close(ctx);
}

static void no_limit_of_a_user_is_that_of_all(void **state)
{
	struct mymap_query old = answer;
	struct mymap *ctx = mock_context();
	struct mymap_driver_info *info;

	(void)state;
	old.max_user_size = 0;
	old.user_size = 0;
	info = get(ctx, &old);
	assert_int_equal(mymap_driver_info_get_max_user_size(info), 1ULL << 35);
	assert_int_equal(mymap_driver_info_get_user_size(info), 0);
	mymap_driver_info_free(info);
	mymap_close(ctx);
}

static void tells_version(void **state)
{
	struct mymap *ctx = mock_context();
	struct mymap_driver_info *info = get(ctx, &answer);

	(void)state;
	assert_int_equal(mymap_driver_info_get_version(info), MYMAP_MAKE_VERSION(1, 22, 33));
	assert_string_equal(mymap_driver_info_get_version_string(info), "1.22.33");
	mymap_driver_info_free(info);
	mymap_close(ctx);
}

static void largest_version(void **state)
{
	struct mymap_query reply = answer;
	struct mymap *ctx = mock_context();
	struct mymap_driver_info *info;

	(void)state;
	reply.driver_version = UINT32_MAX;
	info = get(ctx, &reply);
	assert_string_equal(mymap_driver_info_get_version_string(info), "65535.255.255");
	mymap_driver_info_free(info);
	mymap_close(ctx);
}

static void expect_features(uint64_t bits, bool huge, bool cgroup, bool resize, bool notify)
{
	struct mymap_query reply = answer;
	struct mymap *ctx = mock_context();
	struct mymap_driver_info *info;

	reply.features = bits;
	info = get(ctx, &reply);
	assert_int_equal(mymap_driver_info_has_feature(info, MYMAP_DRIVER_FEATURE_HUGE_PAGES),
			 huge);
	assert_int_equal(mymap_driver_info_has_feature(info, MYMAP_DRIVER_FEATURE_MEMORY_CGROUP),
			 cgroup);
	assert_int_equal(mymap_driver_info_has_feature(info, MYMAP_DRIVER_FEATURE_RESIZE),
			 resize);
	assert_int_equal(mymap_driver_info_has_feature(info, MYMAP_DRIVER_FEATURE_NOTIFY),
			 notify);
	assert_false(mymap_driver_info_has_feature(info, (enum mymap_driver_feature)77));
	mymap_driver_info_free(info);
	mymap_close(ctx);
}

static void feature_huge(void **state)
{
	(void)state;
	expect_features(MYMAP_FEATURE_HUGE, true, false, false, false);
}

static void feature_cgroup(void **state)
{
	(void)state;
	expect_features(MYMAP_FEATURE_MEMCG, false, true, false, false);
}

static void feature_resize(void **state)
{
	(void)state;
	expect_features(MYMAP_FEATURE_RESIZE, false, false, true, false);
}

static void feature_notify(void **state)
{
	(void)state;
	expect_features(MYMAP_FEATURE_NOTIFY, false, false, false, true);
}

static void feature_unknown(void **state)
{
	(void)state;
	expect_features(~(MYMAP_FEATURE_HUGE | MYMAP_FEATURE_MEMCG | MYMAP_FEATURE_RESIZE |
			  MYMAP_FEATURE_NOTIFY),
			false, false, false, false);
}

static void expect_error(int error)
{
	struct mymap_driver_info *info = UNTOUCHED(struct mymap_driver_info);
	struct mymap *ctx = mock_context();

	mock_expect(&(struct mock_ioctl) {
		.request = MYMAP_IOC_QUERY,
		.expect = &question,
		.len = sizeof(question),
		.error = error,
	});
	assert_int_equal(mymap_get_driver_info(ctx, &info), -error);
	assert_ptr_equal(info, UNTOUCHED(struct mymap_driver_info));
	mymap_close(ctx);
}

static void error_notty(void **state)
{
	(void)state;
	expect_error(ENOTTY);
}

static void error_inval(void **state)
{
	(void)state;
	expect_error(EINVAL);
}

static void no_memory(void **state)
{
	struct mymap_driver_info *info = UNTOUCHED(struct mymap_driver_info);
	struct mymap *ctx;

	(void)state;
	SKIP_WITHOUT_FAILING_ALLOCATION();
	ctx = mock_context();
	mock_fail_allocation();
	assert_int_equal(mymap_get_driver_info(ctx, &info), -ENOMEM);
	assert_ptr_equal(info, UNTOUCHED(struct mymap_driver_info));
	mymap_close(ctx);
}

static void free_null(void **state)
{
	(void)state;
	mymap_driver_info_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("driver info: asks QUERY with all but the size zero, tells all numbers",
		     tells_all),
		TEST("driver info: where users have no limit of their own it is that of all",
		     no_limit_of_a_user_is_that_of_all),
		TEST("driver info: the version is a number and text", tells_version),
		TEST("driver info: the largest version fits its text", largest_version),
		TEST("driver info: the huge page bit is that feature only", feature_huge),
		TEST("driver info: the cgroup bit is that feature only", feature_cgroup),
		TEST("driver info: the resize bit is that feature only", feature_resize),
		TEST("driver info: the notify bit is that feature only", feature_notify),
		TEST("driver info: unknown bits are no feature", feature_unknown),
		TEST("driver info: ENOTTY is passed on", error_notty),
		TEST("driver info: EINVAL is passed on", error_inval),
		TEST("driver info: no memory is ENOMEM", no_memory),
		TEST("driver info: freeing NULL is fine", free_null),
	};

	return cmocka_run_group_tests_name("driver_info", tests, NULL, NULL);
}
