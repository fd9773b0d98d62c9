// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mock.h"

#include <linux/mymap.h>

#define MAX_EXPECTED	16
#define DEBUGFS		"/sys/kernel/debug/mymap/"

int mock_ioctl_fd;
int mock_open_error;
int mock_open_flags;
const char *mock_debugfs;
int mock_debugfs_error;

static struct mock_ioctl expected[MAX_EXPECTED];
static size_t nr_expected, nr_seen;
static int fds_before;
static bool fail_allocation;

/* ------------------------------------------------------ what stands before libc */

int ioctl(int fd, unsigned long request, ...)
{
	const struct mock_ioctl *now;
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);

	if (_IOC_TYPE(request) != MYMAP_IOC_TYPE)
		return (int)syscall(SYS_ioctl, fd, request, arg);

	assert_true(nr_seen < nr_expected);
	now = &expected[nr_seen++];
	mock_ioctl_fd = fd;

	assert_int_equal(request, now->request);
	assert_memory_equal(arg, now->expect, now->len);
	if (now->error) {
		errno = now->error;
		return -1;
	}
	if (now->answer)
		memcpy(arg, now->answer, now->len);
	return now->result;
}

static int open_debugfs(const char *name, int flags)
{
	char path[256];

	if (mock_debugfs_error) {
		errno = mock_debugfs_error;
		return -1;
	}
	snprintf(path, sizeof(path), "%s/%s", mock_debugfs, name);
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0);
}

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;

	if (flags & (O_CREAT | __O_TMPFILE)) {
		va_list args;

		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
	}

	if (mock_debugfs && !strncmp(path, DEBUGFS, strlen(DEBUGFS)))
		return open_debugfs(path + strlen(DEBUGFS), flags);
	if (strcmp(path, "/dev/mymap"))
		return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);

	mock_open_flags = flags;
	if (mock_open_error) {
		errno = mock_open_error;
		return -1;
	}
	return mock_memfd(DEVICE_SIZE);
}

#ifdef __SANITIZE_ADDRESS__

bool mock_can_fail_allocation(void)
{
	return false;
}

#else

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t nr, size_t size);

static bool shall_fail(void)
{
	if (!fail_allocation)
		return false;
	fail_allocation = false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return shall_fail() ? NULL : __libc_malloc(size);
}

void *calloc(size_t nr, size_t size)
{
	return shall_fail() ? NULL : __libc_calloc(nr, size);
}

/* valgrind puts its own functions in the place of the ones above. */
bool mock_can_fail_allocation(void)
{
	void *volatile p;

	fail_allocation = true;
	p = malloc(1);
	free(p);
	fail_allocation = false;
	return !p;
}

#endif

/* ----------------------------------------------------------------- for the tests */

void mock_expect(const struct mock_ioctl *next)
{
	assert_true(nr_expected < MAX_EXPECTED);
	expected[nr_expected++] = *next;
}

void mock_again(void)
{
	assert_int_equal(nr_seen, nr_expected);
	nr_seen = 0;
	nr_expected = 0;
}

void mock_fail_allocation(void)
{
	fail_allocation = true;
}

int mock_memfd(size_t size)
{
	int fd = memfd_create("mymap-test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	return fd;
}

struct mymap *mock_context(void)
{
	struct mymap *ctx;

	assert_int_equal(mymap_open(&ctx), 0);
	return ctx;
}

void mock_expect_info(void)
{
	static const struct mymap_info question = { .size = sizeof(question) };
	static const struct mymap_info answer = {
		.size = sizeof(answer),
		.buffer_size = DEVICE_SIZE,
		.kind = MYMAP_KIND_PAGES,
		.page_size = 4096,
		.huge_page_size = 2 << 20,
	};

	mock_expect(&(struct mock_ioctl) {
		.request = MYMAP_IOC_INFO,
		.expect = &question,
		.answer = &answer,
		.len = sizeof(question),
	});
}

struct mymap_buffer *mock_buffer(void)
{
	struct mymap_buffer *buffer;
	int fd = mock_memfd(DEVICE_SIZE);

	mock_expect_info();
	assert_int_equal(mymap_buffer_from_fd(fd, &buffer), 0);
	close(fd);
	return buffer;
}

static int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	if (!dir)
		return -1;
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

int mock_setup(void **state)
{
	(void)state;
	nr_expected = 0;
	nr_seen = 0;
	mock_ioctl_fd = -1;
	mock_open_error = 0;
	mock_open_flags = 0;
	fail_allocation = false;
	fds_before = count_fds();
	return fds_before < 0 ? -1 : 0;
}

int mock_teardown(void **state)
{
	(void)state;
	assert_false(fail_allocation);
	assert_int_equal(nr_seen, nr_expected);
	assert_int_equal(count_fds(), fds_before);
	return 0;
}
