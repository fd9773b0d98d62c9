/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The driver below libmymap, as the tests tell it to behave: this program's
 * open(), ioctl(), malloc() and calloc() stand before libc's.
 */
#ifndef MYMAP_TEST_MOCK_H
#define MYMAP_TEST_MOCK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <mymap.h>

#define DEVICE_SIZE	16384	/* of the default buffer, if nothing else is said */

/* What the next ioctl() must look like, and what it answers. */
struct mock_ioctl {
	unsigned long request;
	const void *expect;	/* the bytes that must come in */
	const void *answer;	/* the bytes that go out, if it succeeds */
	size_t len;
	int result;
	int error;		/* not 0: fail with it */
};

/* What ioctl() was called on last. */
extern int mock_ioctl_fd;
/* What open() of /dev/mymap answers: 0, or an errno. */
extern int mock_open_error;
extern int mock_open_flags;
/* A folder that plays /sys/kernel/debug/mymap, or NULL; and an errno for its files. */
extern const char *mock_debugfs;
extern int mock_debugfs_error;

void mock_expect(const struct mock_ioctl *expected);
/* What was expected has come: begin anew. */
void mock_again(void);
/* The next allocation by libmymap fails. */
void mock_fail_allocation(void);
bool mock_can_fail_allocation(void);

/* A memfd plays a buffer or the door. */
int mock_memfd(size_t size);
/* A context whose descriptor is such a memfd. */
struct mymap *mock_context(void);
/* The INFO that makes a descriptor a buffer of DEVICE_SIZE bytes, expected once. */
void mock_expect_info(void);
/* A handle, as mymap_buffer_from_fd() makes it. */
struct mymap_buffer *mock_buffer(void);

int mock_setup(void **state);
/* Fails if an expected call did not come or a descriptor is left open. */
int mock_teardown(void **state);

#define TEST(text, function) \
	{ text, function, mock_setup, mock_teardown, NULL }

#define SKIP_WITHOUT_FAILING_ALLOCATION() \
	do { \
		if (!mock_can_fail_allocation()) \
			skip(); \
	} while (0)

/* A pointer no function returns: to see that it is left alone. */
#define UNTOUCHED(type)	((type *)(uintptr_t)0x5a5a5a50)

#endif /* MYMAP_TEST_MOCK_H */
