// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "mock.h"
#include "version.h"

static void opens_read_write_cloexec(void **state)
{
	struct mymap *ctx;

	(void)state;
	assert_int_equal(mymap_open(&ctx), 0);
	assert_int_equal(mock_open_flags & O_ACCMODE, O_RDWR);
	assert_true(mock_open_flags & O_CLOEXEC);
	mymap_close(ctx);
}

static void gives_its_descriptor(void **state)
{
	struct mymap *ctx = mock_context();

	(void)state;
	assert_true(fcntl(mymap_get_fd(ctx), F_GETFD) >= 0);
	mymap_close(ctx);
}

static void close_closes(void **state)
{
	struct mymap *ctx = mock_context();
	int fd = mymap_get_fd(ctx);

	(void)state;
	mymap_close(ctx);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(errno, EBADF);
}

static void close_null(void **state)
{
	(void)state;
	mymap_close(NULL);
}

static void expect_open_error(int error)
{
	struct mymap *ctx = UNTOUCHED(struct mymap);

	mock_open_error = error;
	assert_int_equal(mymap_open(&ctx), -error);
	assert_ptr_equal(ctx, UNTOUCHED(struct mymap));
}

static void no_node(void **state)
{
	(void)state;
	expect_open_error(ENOENT);
}

static void no_permission(void **state)
{
	(void)state;
	expect_open_error(EACCES);
}

static void no_descriptors(void **state)
{
	(void)state;
	expect_open_error(EMFILE);
}

static void no_memory(void **state)
{
	struct mymap *ctx = UNTOUCHED(struct mymap);

	(void)state;
	SKIP_WITHOUT_FAILING_ALLOCATION();
	mock_fail_allocation();
	assert_int_equal(mymap_open(&ctx), -ENOMEM);
	assert_ptr_equal(ctx, UNTOUCHED(struct mymap));
}

static void version(void **state)
{
	(void)state;
	assert_string_equal(mymap_version(), MYMAP_LIBRARY_VERSION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("open: the device is opened for reading and writing, close-on-exec",
		     opens_read_write_cloexec),
		TEST("open: the descriptor is told", gives_its_descriptor),
		TEST("open: a missing node is ENOENT", no_node),
		TEST("open: a forbidden node is EACCES", no_permission),
		TEST("open: no free descriptor is EMFILE", no_descriptors),
		TEST("open: no memory is ENOMEM", no_memory),
		TEST("close: the descriptor is closed", close_closes),
		TEST("close: NULL is fine", close_null),
		TEST("version: it is the version of the project", version),
	};

	return cmocka_run_group_tests_name("context", tests, NULL, NULL);
}
