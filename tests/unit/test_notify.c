// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>

#include "mock.h"

#include <linux/mymap.h>

#define UNTOUCHED_NUMBER	0x5a5a5a5a5a5a5a5aULL

static void expect(unsigned long request, const void *question, const void *answer, size_t len,
		   int error)
{
	mock_expect(&(struct mock_ioctl) {
		.request = request,
		.expect = question,
		.answer = error ? NULL : answer,
		.len = len,
		.error = error,
	});
}

/* ------------------------------------------------------------------------- ring */

static const struct mymap_ring ring_question = { .size = sizeof(ring_question) };
static const struct mymap_ring ring_answer = {
	.size = sizeof(ring_answer), .sequence = 1ULL << 40,
};

static int ring(int error, uint64_t *ret_sequence)
{
	struct mymap_buffer *buffer = mock_buffer();
	int r;

	expect(MYMAP_IOC_RING, &ring_question, &ring_answer, sizeof(ring_question), error);
	r = mymap_buffer_ring(buffer, ret_sequence);
	assert_int_equal(mock_ioctl_fd, mymap_buffer_get_fd(buffer));
	mymap_buffer_close(buffer);
	return r;
}

static void ring_tells_number(void **state)
{
	uint64_t sequence;

	(void)state;
	assert_int_equal(ring(0, &sequence), 0);
	assert_int_equal(sequence, 1ULL << 40);
}

static void ring_fails(void **state)
{
	static const int errors[] = { EACCES, ENOTTY };
	uint64_t sequence = UNTOUCHED_NUMBER;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		assert_int_equal(ring(errors[i], &sequence), -errors[i]);
	assert_int_equal(sequence, UNTOUCHED_NUMBER);
}

/* ------------------------------------------------------------------ look, wait */

static int look(int (*function)(struct mymap_buffer *, uint64_t *), uint32_t flags, int error,
		uint64_t *ret_sequence)
{
	const struct mymap_wait question = { .size = sizeof(question), .flags = flags };
	const struct mymap_wait answer = { .size = sizeof(answer), .sequence = 1ULL << 41 };
	struct mymap_buffer *buffer = mock_buffer();
	int r;

	expect(MYMAP_IOC_WAIT, &question, &answer, sizeof(question), error);
	r = function(buffer, ret_sequence);
	assert_int_equal(mock_ioctl_fd, mymap_buffer_get_fd(buffer));
	mymap_buffer_close(buffer);
	return r;
}

static void get_sequence(void **state)
{
	uint64_t sequence = UNTOUCHED_NUMBER;

	(void)state;
	assert_int_equal(look(mymap_buffer_get_sequence, 0, ENOTTY, &sequence), -ENOTTY);
	assert_int_equal(sequence, UNTOUCHED_NUMBER);
	assert_int_equal(look(mymap_buffer_get_sequence, 0, 0, &sequence), 0);
	assert_int_equal(sequence, 1ULL << 41);
}

static void acknowledge(void **state)
{
	const uint32_t flag = MYMAP_WAIT_ACKNOWLEDGE;
	uint64_t sequence = UNTOUCHED_NUMBER;

	(void)state;
	assert_int_equal(look(mymap_buffer_acknowledge, flag, ENOTTY, &sequence), -ENOTTY);
	assert_int_equal(sequence, UNTOUCHED_NUMBER);
	assert_int_equal(look(mymap_buffer_acknowledge, flag, 0, &sequence), 0);
	assert_int_equal(sequence, 1ULL << 41);
}

static int wait_for_ring(int timeout_ms, int64_t timeout, uint64_t reply, int error,
			 uint64_t *ret_sequence)
{
	const struct mymap_wait question = {
		.size = sizeof(question), .sequence = 77, .timeout = timeout,
	};
	const struct mymap_wait answer = { .size = sizeof(answer), .sequence = reply };
	struct mymap_buffer *buffer = mock_buffer();
	int r;

	expect(MYMAP_IOC_WAIT, &question, &answer, sizeof(question), error);
	r = mymap_buffer_wait(buffer, 77, timeout_ms, ret_sequence);
	mymap_buffer_close(buffer);
	return r;
}

static void wait_tells_number(void **state)
{
	uint64_t sequence;

	(void)state;
	assert_int_equal(wait_for_ring(1500, 1500000000, 78, 0, &sequence), 0);
	assert_int_equal(sequence, 78);
}

static void wait_timeouts(void **state)
{
	uint64_t sequence;

	(void)state;
	assert_int_equal(wait_for_ring(0, 0, 78, 0, &sequence), 0);
	assert_int_equal(wait_for_ring(-1, -1, 78, 0, &sequence), 0);
	assert_int_equal(wait_for_ring(INT_MIN, -1, 78, 0, &sequence), 0);
}

static void wait_longest(void **state)
{
	uint64_t sequence;

	(void)state;
	assert_int_equal(wait_for_ring(INT_MAX, INT_MAX * 1000000LL, 78, 0, &sequence), 0);
}

static void wait_smaller_number(void **state)
{
	uint64_t sequence;

	(void)state;
	assert_int_equal(wait_for_ring(1, 1000000, 3, 0, &sequence), 0);
	assert_int_equal(sequence, 3);
}

static void wait_times_out(void **state)
{
	uint64_t sequence = UNTOUCHED_NUMBER;

	(void)state;
	assert_int_equal(wait_for_ring(1, 1000000, 77, 0, &sequence), -ETIMEDOUT);
	assert_int_equal(sequence, UNTOUCHED_NUMBER);
}

static void wait_fails(void **state)
{
	uint64_t sequence = UNTOUCHED_NUMBER;

	(void)state;
	assert_int_equal(wait_for_ring(1, 1000000, 78, EINTR, &sequence), -EINTR);
	assert_int_equal(wait_for_ring(1, 1000000, 78, ENOTTY, &sequence), -ENOTTY);
	assert_int_equal(sequence, UNTOUCHED_NUMBER);
}

/* ---------------------------------------------------------------------- eventfd */

static void expect_eventfd(int (*function)(struct mymap_buffer *, int), unsigned long request,
			   int error)
{
	const struct mymap_eventfd question = { .size = sizeof(question), .fd = 1234 };
	struct mymap_buffer *buffer = mock_buffer();

	expect(request, &question, NULL, sizeof(question), error);
	assert_int_equal(function(buffer, 1234), -error);
	assert_int_equal(mock_ioctl_fd, mymap_buffer_get_fd(buffer));
	mymap_buffer_close(buffer);
}

static void add_eventfd(void **state)
{
	static const int errors[] = { 0, EBADF, EINVAL, EEXIST, EDQUOT, ENOMEM, ENOTTY };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		expect_eventfd(mymap_buffer_add_eventfd, MYMAP_IOC_ADD_EVENTFD, errors[i]);
}

static void remove_eventfd(void **state)
{
	static const int errors[] = { 0, EBADF, EINVAL, ENOENT, ENOTTY };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		expect_eventfd(mymap_buffer_remove_eventfd, MYMAP_IOC_REMOVE_EVENTFD, errors[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("ring: asks RING with all but the size zero, tells the number",
		     ring_tells_number),
		TEST("ring: errors are passed on, and the number is left alone", ring_fails),
		TEST("sequence: asks WAIT not to wait and not to acknowledge", get_sequence),
		TEST("acknowledge: asks WAIT not to wait and to acknowledge", acknowledge),
		TEST("wait: milliseconds become nanoseconds", wait_tells_number),
		TEST("wait: 0 is not at all, a negative number is for ever", wait_timeouts),
		TEST("wait: the longest time does not overflow", wait_longest),
		TEST("wait: a smaller number is another number", wait_smaller_number),
		TEST("wait: the same number is ETIMEDOUT", wait_times_out),
		TEST("wait: errors are passed on, and the number is left alone", wait_fails),
		TEST("eventfd: adding asks ADD_EVENTFD, errors are passed on", add_eventfd),
		TEST("eventfd: removing asks REMOVE_EVENTFD, errors are passed on", remove_eventfd),
	};

	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
