// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers with names: the structs of the commands, and what the answers mean.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "mock.h"

#include <linux/mymap.h>

#define SIZE	8192
#define NAME	"rx0"

static const char *const bad_names[] = {
	"", ".", "..", "-a", "_a", "a/b", "a b", "a\n", "%", "a%s", "\xc3\xa4", "a\xff", "a:b",
	"n2345678901234567890123456789012345678901234567.",
};

#define NR_BAD	(sizeof(bad_names) / sizeof(bad_names[0]))

static void validity(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < NR_BAD; i++)
		if (mymap_name_is_valid(bad_names[i]))
			fail_msg("'%s' is taken for a name", bad_names[i]);
	assert_true(mymap_name_is_valid("a"));
	assert_true(mymap_name_is_valid("0.-_Z"));
	assert_true(mymap_name_is_valid("n2345678901234567890123456789012345678901234567"));
}

static void expect(unsigned long request, const void *question, const void *answer, size_t len,
		   int result, int error)
{
	mock_expect(&(struct mock_ioctl) {
		.request = request,
		.expect = question,
		.answer = answer,
		.len = len,
		.result = result,
		.error = error,
	});
}

static void expect_create(const struct mymap_create *question, int result, int error)
{
	static struct mymap_create expected, answer;

	expected = *question;
	answer = *question;
	answer.buffer_size = SIZE;
	answer.minor = 3;
	expect(MYMAP_IOC_CREATE, &expected, &answer, sizeof(expected), result, error);
}

static void create_named(void **state)
{
	struct mymap_create question = {
		.size = sizeof(question), .flags = MYMAP_CREATE_POPULATE, .buffer_size = 5000,
		.name = NAME,
	};
	struct mymap *ctx = mock_context();
	struct mymap_buffer *buffer;
	int fd = mock_memfd(SIZE);

	(void)state;
	expect_create(&question, fd, 0);
	assert_int_equal(mymap_buffer_create_named(ctx, NAME, 5000, MYMAP_BUFFER_CREATE_POPULATE,
						   &buffer), 0);
	assert_int_equal(mymap_buffer_get_fd(buffer), fd);
	assert_int_equal(mymap_buffer_get_size(buffer), SIZE);
	mymap_buffer_close(buffer);
	mymap_close(ctx);
}

static void create_owned(void **state)
{
	struct mymap_create question = {
		.size = sizeof(question), .flags = MYMAP_CREATE_OWNER, .buffer_size = 5000,
		.name = NAME, .uid = 12, .gid = 34, .mode = 0640,
	};
	struct mymap *ctx = mock_context();
	struct mymap_buffer *buffer;
	int fd = mock_memfd(SIZE);

	(void)state;
	expect_create(&question, fd, 0);
	assert_int_equal(mymap_buffer_create_owned(ctx, NAME, 5000, 0, 12, 34, 0640, &buffer), 0);
	assert_int_equal(mymap_buffer_get_fd(buffer), fd);
	mymap_buffer_close(buffer);
	mymap_close(ctx);
}

static void open_flags(uint64_t flags, uint32_t abi_flags)
{
	struct mymap_open_named question = { .size = sizeof(question), .flags = abi_flags, .name = NAME };
	struct mymap_open_named answer = question;
	struct mymap *ctx = mock_context();
	struct mymap_buffer *buffer;
	int fd = mock_memfd(SIZE);

	answer.buffer_size = SIZE;
	expect(MYMAP_IOC_OPEN, &question, &answer, sizeof(question), fd, 0);
	assert_int_equal(mymap_buffer_open(ctx, NAME, flags, &buffer), 0);
	assert_int_equal(mock_ioctl_fd, mymap_get_fd(ctx));
	mymap_close(ctx);
	assert_int_equal(mymap_buffer_get_fd(buffer), fd);
	assert_int_equal(mymap_buffer_get_size(buffer), SIZE);
	mymap_buffer_close(buffer);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void open_works(void **state)
{
	(void)state;
	open_flags(0, 0);
	open_flags(MYMAP_BUFFER_OPEN_READ_ONLY, MYMAP_OPEN_READ_ONLY);
}

static void destroy_works(void **state)
{
	const struct mymap_destroy question = { .size = sizeof(question), .name = NAME };
	struct mymap *ctx = mock_context();

	(void)state;
	expect(MYMAP_IOC_DESTROY, &question, NULL, sizeof(question), 0, 0);
	assert_int_equal(mymap_buffer_destroy(ctx, NAME), 0);
	mymap_close(ctx);
}

static void bad_names_are_not_asked_for(void **state)
{
	struct mymap_buffer *buffer = UNTOUCHED(struct mymap_buffer);
	struct mymap *ctx = mock_context();
	size_t i;

	(void)state;
	/* no ioctl is expected */
	for (i = 0; i < NR_BAD; i++) {
		const char *name = bad_names[i];

		assert_int_equal(mymap_buffer_create_named(ctx, name, 1, 0, &buffer), -EINVAL);
		assert_int_equal(mymap_buffer_create_owned(ctx, name, 1, 0, 0, 0, 0600, &buffer),
				 -EINVAL);
		assert_int_equal(mymap_buffer_open(ctx, name, 0, &buffer), -EINVAL);
		assert_int_equal(mymap_buffer_destroy(ctx, name), -EINVAL);
	}
	assert_ptr_equal(buffer, UNTOUCHED(struct mymap_buffer));
	mymap_close(ctx);
}

static void unknown_flags(void **state)
{
	struct mymap_buffer *buffer = UNTOUCHED(struct mymap_buffer);
	struct mymap *ctx = mock_context();

	(void)state;
	assert_int_equal(mymap_buffer_create_named(ctx, NAME, 1, UINT64_C(1) << 1, &buffer),
			 -EOPNOTSUPP);
	assert_int_equal(mymap_buffer_open(ctx, NAME, UINT64_C(1) << 32, &buffer), -EOPNOTSUPP);
	assert_ptr_equal(buffer, UNTOUCHED(struct mymap_buffer));
	mymap_close(ctx);
}

static void errors(void **state)
{
	static const struct {
		int driver, library;
	} rows[] = {
		{ EEXIST, EEXIST }, { ENOENT, ENOENT }, { EPERM, EPERM }, { EACCES, EACCES },
		{ EDQUOT, EDQUOT }, { EMFILE, EMFILE },
		/* a driver that knows no names */
		{ E2BIG, EOPNOTSUPP }, { ENOTTY, EOPNOTSUPP },
	};
	const struct mymap_create create = { .size = sizeof(create), .buffer_size = 1, .name = NAME };
	const struct mymap_open_named open_args = { .size = sizeof(open_args), .name = NAME };
	const struct mymap_destroy destroy = { .size = sizeof(destroy), .name = NAME };
	struct mymap_buffer *buffer = UNTOUCHED(struct mymap_buffer);
	struct mymap *ctx = mock_context();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int want = -rows[i].library;

		mock_again();
		expect_create(&create, 0, rows[i].driver);
		assert_int_equal(mymap_buffer_create_named(ctx, NAME, 1, 0, &buffer), want);
		expect(MYMAP_IOC_OPEN, &open_args, NULL, sizeof(open_args), 0, rows[i].driver);
		assert_int_equal(mymap_buffer_open(ctx, NAME, 0, &buffer), want);
		expect(MYMAP_IOC_DESTROY, &destroy, NULL, sizeof(destroy), 0, rows[i].driver);
		assert_int_equal(mymap_buffer_destroy(ctx, NAME), want);
	}
	assert_ptr_equal(buffer, UNTOUCHED(struct mymap_buffer));
	mymap_close(ctx);
}

static void open_no_memory(void **state)
{
	struct mymap_buffer *buffer = UNTOUCHED(struct mymap_buffer);
	struct mymap *ctx;

	(void)state;
	SKIP_WITHOUT_FAILING_ALLOCATION();
	ctx = mock_context();
	mock_fail_allocation();
	assert_int_equal(mymap_buffer_open(ctx, NAME, 0, &buffer), -ENOMEM);
	mock_fail_allocation();
	/* nothing is created: it would have a name and no handle */
	assert_int_equal(mymap_buffer_create_named(ctx, NAME, 1, 0, &buffer), -ENOMEM);
	assert_ptr_equal(buffer, UNTOUCHED(struct mymap_buffer));
	mymap_close(ctx);
}

static struct mymap_buffer_info *get_info(const struct mymap_info *answer)
{
	static const struct mymap_info question = { .size = sizeof(question) };
	struct mymap_buffer *buffer = mock_buffer();
	struct mymap_buffer_info *info;

	expect(MYMAP_IOC_INFO, &question, answer, sizeof(question), 0, 0);
	assert_int_equal(mymap_buffer_get_info(buffer, &info), 0);
	mymap_buffer_close(buffer);
	return info;
}

static void info_of_a_named_one(void **state)
{
	struct mymap_info answer = {
		.size = sizeof(answer), .buffer_size = SIZE, .name = NAME, .minor = 1048575,
		.uid = 1000, .gid = 4294967294, .mode = 0640,
		.properties = MYMAP_BUFFER_NAMED | MYMAP_BUFFER_OWNED,
	};
	struct mymap_buffer_info *info = get_info(&answer);

	(void)state;
	assert_string_equal(mymap_buffer_info_get_name(info), NAME);
	assert_string_equal(mymap_buffer_info_get_node(info), "/dev/mymap1048575");
	assert_true(mymap_buffer_info_is_owned(info));
	assert_int_equal(mymap_buffer_info_get_owner(info), 1000);
	assert_int_equal(mymap_buffer_info_get_group(info), 4294967294);
	assert_int_equal(mymap_buffer_info_get_mode(info), 0640);
	mymap_buffer_info_free(info);
}

/* Driver 0.1.0 fills nothing of it. */
static void info_without_a_name(void **state)
{
	struct mymap_info answer = { .size = sizeof(answer), .buffer_size = SIZE };
	struct mymap_buffer_info *info = get_info(&answer);

	(void)state;
	assert_string_equal(mymap_buffer_info_get_name(info), "");
	assert_string_equal(mymap_buffer_info_get_node(info), "");
	assert_false(mymap_buffer_info_is_owned(info));
	mymap_buffer_info_free(info);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("name: letters, digits and three signs, 1 to 47", validity),
		TEST("create named: the struct is exact", create_named),
		TEST("create owned: the struct is exact", create_owned),
		TEST("open: the struct is exact, descriptor and size are kept", open_works),
		TEST("destroy: the struct is exact", destroy_works),
		TEST("name: what is none is EINVAL, the driver is not asked", bad_names_are_not_asked_for),
		TEST("name: unknown flags are EOPNOTSUPP, the driver is not asked", unknown_flags),
		TEST("name: errors are passed on, those of an old driver are EOPNOTSUPP", errors),
		TEST("name: no memory for the handle is ENOMEM, nothing is created", open_no_memory),
		TEST("info: name, node, owner, group and mode", info_of_a_named_one),
		TEST("info: no name, no node", info_without_a_name),
	};

	return cmocka_run_group_tests_name("buffer_name", tests, NULL, NULL);
}
