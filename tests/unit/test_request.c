// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests: the struct of CREATE is what was asked for, and nothing else.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "mock.h"

#include <linux/mymap.h>

#define SIZE	8192

static struct mymap_request *request_new(void)
{
	struct mymap_request *request;

	assert_int_equal(mymap_request_new(5000, &request), 0);
	return request;
}

/* It makes this of the driver; @error is the driver's. */
static void expect_request(struct mymap_request *request, struct mymap_create question, int error,
			   int want)
{
	struct mymap_buffer *buffer = UNTOUCHED(struct mymap_buffer);
	struct mymap *ctx = mock_context();
	int fd = error ? -1 : mock_memfd(SIZE);
	struct mymap_create answer;

	question.size = sizeof(question);
	question.buffer_size = 5000;
	answer = question;
	answer.buffer_size = SIZE;
	mock_expect(&(struct mock_ioctl) {
		.request = MYMAP_IOC_CREATE,
		.expect = &question,
		.answer = &answer,
		.len = sizeof(question),
		.result = fd,
		.error = error,
	});
	assert_int_equal(mymap_request_create(request, ctx, &buffer), want);
	if (want) {
		assert_ptr_equal(buffer, UNTOUCHED(struct mymap_buffer));
	} else {
		assert_int_equal(mymap_buffer_get_size(buffer), SIZE);
		mymap_buffer_close(buffer);
	}
	mymap_close(ctx);
}

static void plain(void **state)
{
	struct mymap_request *request = request_new();

	(void)state;
	expect_request(request, (struct mymap_create) { 0 }, 0, 0);
	mymap_request_free(request);
	mymap_request_free(NULL);
}

static void everything(void **state)
{
	struct mymap_request *request = request_new();
	const struct mymap_create want = {
		.flags = MYMAP_CREATE_OWNER | MYMAP_CREATE_POPULATE, .name = "rx0", .uid = 12,
		.gid = 34, .mode = 0640, .kind = MYMAP_KIND_DEVICE, .device = "0000:00:04.0",
	};

	(void)state;
	mymap_request_set_flags(request, MYMAP_BUFFER_CREATE_POPULATE);
	mymap_request_set_owner(request, 12, 34, 0640);
	assert_int_equal(mymap_request_set_name(request, "rx0"), 0);
	assert_int_equal(mymap_request_set_kind(request, MYMAP_BUFFER_KIND_DEVICE), 0);
	assert_int_equal(mymap_request_set_device(request, "0000:00:04.0"), 0);
	expect_request(request, want, 0, 0);
	/* it can be used again */
	mock_again();
	expect_request(request, want, 0, 0);
	mymap_request_free(request);
}

static void kinds(void **state)
{
	struct mymap_request *request = request_new();

	(void)state;
	assert_int_equal(mymap_request_set_kind(request, MYMAP_BUFFER_KIND_CONTIGUOUS), 0);
	expect_request(request, (struct mymap_create) { .kind = MYMAP_KIND_CONTIGUOUS }, 0, 0);
	mock_again();
	assert_int_equal(mymap_request_set_kind(request, MYMAP_BUFFER_KIND_UNKNOWN), -EINVAL);
	expect_request(request, (struct mymap_create) { .kind = MYMAP_KIND_CONTIGUOUS }, 0, 0);
	mock_again();
	/* an old driver can do that as well */
	assert_int_equal(mymap_request_set_kind(request, MYMAP_BUFFER_KIND_PAGES), 0);
	expect_request(request, (struct mymap_create) { 0 }, 0, 0);
	mymap_request_free(request);
}

static void cache_modes(void **state)
{
	struct mymap_request *request = request_new();
	uint32_t cache;

	(void)state;
	for (cache = MYMAP_CACHE_CACHED; cache <= MYMAP_CACHE_UNCACHED; cache++) {
		assert_int_equal(mymap_request_set_cache_mode(request, (enum mymap_cache_mode)cache), 0);
		expect_request(request, (struct mymap_create) { .cache = cache }, 0, 0);
		mock_again();
	}
	assert_int_equal(mymap_request_set_cache_mode(request, (enum mymap_cache_mode)4), -EINVAL);
	expect_request(request, (struct mymap_create) { .cache = MYMAP_CACHE_UNCACHED }, 0, 0);
	mock_again();
	assert_int_equal(mymap_request_set_cache_mode(request, MYMAP_CACHE_MODE_UNKNOWN), 0);
	expect_request(request, (struct mymap_create) { 0 }, 0, 0);
	mymap_request_free(request);
}

static void device_names(void **state)
{
	struct mymap_request *request = request_new();

	(void)state;
	assert_int_equal(mymap_request_set_device(request,
		"d23456789012345678901234567890123456789012345678"), -EINVAL);
	assert_int_equal(mymap_request_set_device(request,
		"d2345678901234567890123456789012345678901234567"), 0);
	/* a shorter one leaves nothing of it */
	assert_int_equal(mymap_request_set_device(request, "x"), 0);
	expect_request(request, (struct mymap_create) { .device = "x" }, 0, 0);
	mymap_request_free(request);
}

static void bad_name(void **state)
{
	struct mymap_request *request = request_new();

	(void)state;
	assert_int_equal(mymap_request_set_name(request, ".."), -EINVAL);
	expect_request(request, (struct mymap_create) { 0 }, 0, 0);
	mymap_request_free(request);
}

static void errors(void **state)
{
	static const struct { int error, want; } rows[] = {
		{ ENOENT, -ENOENT }, { ENXIO, -ENXIO }, { ENOMEM, -ENOMEM }, { E2BIG, -EOPNOTSUPP },
	};
	struct mymap_request *request = request_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		expect_request(request, (struct mymap_create) { 0 }, rows[i].error, rows[i].want);
		mock_again();
	}
	mymap_request_free(request);
}

static void unknown_flag(void **state)
{
	struct mymap_buffer *buffer = UNTOUCHED(struct mymap_buffer);
	struct mymap_request *request = request_new();
	struct mymap *ctx = mock_context();

	(void)state;
	mymap_request_set_flags(request, UINT64_C(1) << 63);
	assert_int_equal(mymap_request_create(request, ctx, &buffer), -EOPNOTSUPP);
	assert_ptr_equal(buffer, UNTOUCHED(struct mymap_buffer));
	mymap_close(ctx);
	mymap_request_free(request);
}

static void no_memory(void **state)
{
	struct mymap_request *request = UNTOUCHED(struct mymap_request);

	(void)state;
	SKIP_WITHOUT_FAILING_ALLOCATION();
	mock_fail_allocation();
	assert_int_equal(mymap_request_new(1, &request), -ENOMEM);
	assert_ptr_equal(request, UNTOUCHED(struct mymap_request));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("request: alone it asks for a plain buffer", plain),
		TEST("request: flags, name, owner, kind and device, as often as wanted", everything),
		TEST("request: kinds; an unknown one is EINVAL and changes nothing", kinds),
		TEST("request: cache modes; an unknown one is EINVAL and changes nothing", cache_modes),
		TEST("request: a device's name that is too long is EINVAL", device_names),
		TEST("request: a name that is none is EINVAL and changes nothing", bad_name),
		TEST("request: errors are passed on, those of an old driver are EOPNOTSUPP", errors),
		TEST("request: an unknown flag is EOPNOTSUPP, the driver is not asked", unknown_flag),
		TEST("request: no memory is ENOMEM", no_memory),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
