// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fail_nth.h"
#include "test.h"

/* More than any operation has: none fails. */
#define MOST	100000

static int nth_fd;

static void fail_nth(unsigned int nth)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%u", nth);

	CHECK_EQ(pwrite(nth_fd, text, (size_t)n, 0), n);
}

/* How many more it would have taken. From here on nothing fails. */
static unsigned int nr_left(void)
{
	char text[16] = "";

	CHECK(pread(nth_fd, text, sizeof(text) - 1, 0) > 0);
	fail_nth(0);
	return (unsigned int)strtoul(text, NULL, 10);
}

/* The @nth fails: true, or false where there are not so many, and how many are missing. */
static bool try_operation(const struct operation *operation, unsigned int nth, unsigned int *missing, bool *done)
{
	int r, error;

	operation->prepare();
	fail_nth(nth);
	r = operation->act();
	error = errno;
	*missing = nr_left();
	*done = !r;
	errno = error;
	if (r && (*missing || (error != ENOMEM && !operation->any_errno)))
		FAIL("when allocation %u fails", nth);
	operation->check(*done);
	return !*missing;
}

void each_allocation(const struct operation *operation)
{
	unsigned int nth, first = 1, missing, refused = 0, failed = 0;
	bool done;

	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth_fd < 0 && errno == ENOENT)
		test_skip("this kernel makes nothing to fail");
	CHECK(nth_fd >= 0);
	CHECK(!try_operation(operation, MOST, &missing, &done));
	if (operation->last && operation->last < MOST - missing)
		first = MOST - missing - operation->last + 1;
	for (nth = first; try_operation(operation, nth, &missing, &done); nth++) {
		failed++;
		refused += !done;
	}
	close(nth_fd);
	/* Or it is not what is tested. */
	CHECK(failed);
	printf("%u allocations failed, and it %u times\n", failed, refused);
}
