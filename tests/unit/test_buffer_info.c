// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "mock.h"

#include <linux/mymap.h>

static const struct mymap_info question = { .size = sizeof(question) };

static const struct mymap_info answer = {
	.size = sizeof(answer),
	.buffer_size = 1ULL << 33,
	.resident = 1ULL << 32,
	.resident_huge = 1ULL << 31,
	.properties = MYMAP_BUFFER_PINNABLE,
	.kind = MYMAP_KIND_PAGES,
	.page_size = 4096,
	.huge_page_size = 2 << 20,
	.seals = MYMAP_SEAL_SHRINK | MYMAP_SEAL_GROW,
};

static struct mymap_buffer_info *get(struct mymap_buffer *buffer, const struct mymap_info *reply)
{
	struct mymap_buffer_info *info;

	mock_expect(&(struct mock_ioctl) {
		.request = MYMAP_IOC_INFO,
		.expect = &question,
		.answer = reply,
		.len = sizeof(question),
	});
	assert_int_equal(mymap_buffer_get_info(buffer, &info), 0);
	assert_int_equal(mock_ioctl_fd, mymap_buffer_get_fd(buffer));
	return info;
}

static void tells_all(void **state)
{
	struct mymap_buffer *buffer = mock_buffer();
	struct mymap_buffer_info *info = get(buffer, &answer);

	(void)state;
	assert_int_equal(mymap_buffer_info_get_size(info), 1ULL << 33);
	assert_int_equal(mymap_buffer_info_get_resident(info), 1ULL << 32);
	assert_int_equal(mymap_buffer_info_get_resident_huge(info), 1ULL << 31);
	assert_int_equal(mymap_buffer_info_get_page_size(info), 4096);
	assert_int_equal(mymap_buffer_info_get_huge_page_size(info), 2 << 20);
	assert_int_equal(mymap_buffer_info_get_seals(info),
			 MYMAP_BUFFER_SEAL_SHRINK | MYMAP_BUFFER_SEAL_GROW);
	mymap_buffer_info_free(info);
	mymap_buffer_close(buffer);
}

static void expect_kind(uint32_t number, enum mymap_buffer_kind kind, const char *name)
{
	struct mymap_buffer *buffer = mock_buffer();
	struct mymap_info reply = answer;
	struct mymap_buffer_info *info;

	reply.kind = number;
	info = get(buffer, &reply);
	assert_int_equal(mymap_buffer_info_get_kind(info), kind);
	assert_string_equal(mymap_buffer_info_get_kind_name(info), name);
	mymap_buffer_info_free(info);
	mymap_buffer_close(buffer);
}

static void kind_pages(void **state)
{
	(void)state;
	expect_kind(MYMAP_KIND_PAGES, MYMAP_BUFFER_KIND_PAGES, "pages");
	expect_kind(MYMAP_KIND_CONTIGUOUS, MYMAP_BUFFER_KIND_CONTIGUOUS, "contiguous");
	expect_kind(MYMAP_KIND_DEVICE, MYMAP_BUFFER_KIND_DEVICE, "device");
}

static void kind_unknown(void **state)
{
	(void)state;
	expect_kind(4711, MYMAP_BUFFER_KIND_UNKNOWN, "unknown");
}

static void expect_cache(uint32_t number, enum mymap_cache_mode mode, const char *name)
{
	struct mymap_buffer *buffer = mock_buffer();
	struct mymap_info reply = answer;
	struct mymap_buffer_info *info;

	reply.cache = number;
	info = get(buffer, &reply);
	assert_int_equal(mymap_buffer_info_get_cache_mode(info), mode);
	assert_string_equal(mymap_buffer_info_get_cache_mode_name(info), name);
	mymap_buffer_info_free(info);
	mymap_buffer_close(buffer);
}

static void cache_modes(void **state)
{
	(void)state;
	expect_cache(MYMAP_CACHE_CACHED, MYMAP_CACHE_MODE_CACHED, "cached");
	expect_cache(MYMAP_CACHE_WRITE_COMBINED, MYMAP_CACHE_MODE_WRITE_COMBINED, "write-combined");
	expect_cache(MYMAP_CACHE_UNCACHED, MYMAP_CACHE_MODE_UNCACHED, "uncached");
	/* what an old driver leaves there, and what a new one may say */
	expect_cache(0, MYMAP_CACHE_MODE_UNKNOWN, "unknown");
	expect_cache(4, MYMAP_CACHE_MODE_UNKNOWN, "unknown");
}

static void expect_properties(uint64_t bits, bool pinnable, bool is_default)
{
	struct mymap_buffer *buffer = mock_buffer();
	struct mymap_info reply = answer;
	struct mymap_buffer_info *info;

	reply.properties = bits;
	info = get(buffer, &reply);
	assert_int_equal(mymap_buffer_info_is_pinnable(info), pinnable);
	assert_int_equal(mymap_buffer_info_is_default(info), is_default);
	mymap_buffer_info_free(info);
	mymap_buffer_close(buffer);
}

static void pinnable(void **state)
{
	(void)state;
	expect_properties(MYMAP_BUFFER_PINNABLE, true, false);
}

static void is_default(void **state)
{
	(void)state;
	expect_properties(MYMAP_BUFFER_DEFAULT, false, true);
}

static void unknown_properties(void **state)
{
	(void)state;
	expect_properties(~(MYMAP_BUFFER_PINNABLE | MYMAP_BUFFER_DEFAULT), false, false);
}

static void expect_error(int error)
{
	struct mymap_buffer_info *info = UNTOUCHED(struct mymap_buffer_info);
	struct mymap_buffer *buffer = mock_buffer();

	mock_expect(&(struct mock_ioctl) {
		.request = MYMAP_IOC_INFO,
		.expect = &question,
		.len = sizeof(question),
		.error = error,
	});
	assert_int_equal(mymap_buffer_get_info(buffer, &info), -error);
	assert_ptr_equal(info, UNTOUCHED(struct mymap_buffer_info));
	mymap_buffer_close(buffer);
}

static void error_nxio(void **state)
{
	(void)state;
	expect_error(ENXIO);
}

static void error_nodev(void **state)
{
	(void)state;
	expect_error(ENODEV);
}

static void no_memory(void **state)
{
	struct mymap_buffer_info *info = UNTOUCHED(struct mymap_buffer_info);
	struct mymap_buffer *buffer;

	(void)state;
	SKIP_WITHOUT_FAILING_ALLOCATION();
	buffer = mock_buffer();
	mock_fail_allocation();
	assert_int_equal(mymap_buffer_get_info(buffer, &info), -ENOMEM);
	assert_ptr_equal(info, UNTOUCHED(struct mymap_buffer_info));
	mymap_buffer_close(buffer);
}

static void free_null(void **state)
{
	(void)state;
	mymap_buffer_info_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("buffer info: asks INFO with all but the size zero, tells all numbers",
		     tells_all),
		TEST("buffer info: the kind pages has its name", kind_pages),
		TEST("buffer info: a kind from the future is unknown", kind_unknown),
		TEST("buffer info: cache modes have their names, others are unknown", cache_modes),
		TEST("buffer info: the pinnable bit is that property only", pinnable),
		TEST("buffer info: the default bit is that property only", is_default),
		TEST("buffer info: unknown bits are no property", unknown_properties),
		TEST("buffer info: ENXIO is passed on", error_nxio),
		TEST("buffer info: ENODEV is passed on", error_nodev),
		TEST("buffer info: no memory is ENOMEM", no_memory),
		TEST("buffer info: freeing NULL is fine", free_null),
	};

	return cmocka_run_group_tests_name("buffer_info", tests, NULL, NULL);
}
