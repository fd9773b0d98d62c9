// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for the node, above a udev and a clock that this file plays: no test
 * waits in real time.
 */
#include <errno.h>
#include <fcntl.h>
#include <libudev.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "mock.h"

#define NEVER		INT64_MAX
#define MONITOR_FD	4711
#define NAME		"rx0"
#define NUMBER		0xb907

static struct {
	int64_t now_ms;
	/* when these become true */
	int64_t node_at;
	int64_t device_at;
	int64_t initialized_at;
	int64_t event_at;
	mode_t node_mode;
	bool udevd;
	bool udev_fails, monitor_fails, filter_fails, receiving_fails;
	bool signals;		/* each poll() is interrupted */
	bool by_name;		/* it is the buffer "rx0" that is waited for */
	const char *its_name;	/* of the device that the link leads to */

	int refs;
	bool receiving;
	bool looked_before_receiving;
	const char *source;	/* "udev" or "kernel" */
	int nr_events;
	int nr_polls;
} fake;

static int setup(void **state)
{
	memset(&fake, 0, sizeof(fake));
	fake.now_ms = 1000000;
	fake.node_at = NEVER;
	fake.device_at = NEVER;
	fake.initialized_at = NEVER;
	fake.event_at = NEVER;
	fake.node_mode = S_IFCHR | 0600;
	fake.its_name = NAME;
	return mock_setup(state);
}

static int teardown(void **state)
{
	assert_int_equal(fake.refs, 0);
	return mock_teardown(state);
}

static struct udev *const the_udev = UNTOUCHED(struct udev);
static struct udev_monitor *const the_monitor = UNTOUCHED(struct udev_monitor);
static struct udev_device *const the_device = UNTOUCHED(struct udev_device);

/* ------------------------------------------------------------ what plays libc */

int clock_gettime(clockid_t clock, struct timespec *now)
{
	if (clock != CLOCK_MONOTONIC)
		return (int)syscall(SYS_clock_gettime, clock, now);

	now->tv_sec = fake.now_ms / 1000;
	now->tv_nsec = fake.now_ms % 1000 * 1000000;
	return 0;
}

int access(const char *path, int mode)
{
	if (strcmp(path, "/run/udev/control"))
		return (int)syscall(SYS_faccessat, AT_FDCWD, path, mode);

	errno = ENOENT;
	return fake.udevd ? 0 : -1;
}

int stat(const char *restrict path, struct stat *restrict st)
{
	if (!fake.by_name)
		assert_string_equal(path, "/dev/mymap");
	else
		assert_string_equal(path, fake.udevd ? "/dev/mymap-by-name/" NAME : "/dev/mymap7");
	if (!fake.receiving)
		fake.looked_before_receiving = true;
	if (fake.now_ms < fake.node_at) {
		errno = ENOENT;
		return -1;
	}
	memset(st, 0, sizeof(*st));
	st->st_mode = fake.node_mode;
	st->st_rdev = NUMBER;
	return 0;
}

int poll(struct pollfd *fds, nfds_t nr, int timeout)
{
	int64_t until = fake.now_ms + timeout;

	assert_int_equal(nr, 1);
	assert_true(timeout > 0);
	assert_true(++fake.nr_polls < 1000);
	if (fake.signals) {
		fake.now_ms += 1;
		errno = EINTR;
		return -1;
	}
	if (fds[0].fd == MONITOR_FD && fake.event_at <= until) {
		assert_int_equal(fds[0].events, POLLIN);
		if (fake.event_at > fake.now_ms)
			fake.now_ms = fake.event_at;
		fake.event_at = NEVER;
		fds[0].revents = POLLIN;
		return 1;
	}
	fake.now_ms = until;
	return 0;
}

/* ------------------------------------------------------------ what plays udev */

struct udev *udev_new(void)
{
	if (fake.udev_fails)
		return NULL;
	fake.refs++;
	return the_udev;
}

struct udev *udev_unref(struct udev *udev)
{
	assert_ptr_equal(udev, the_udev);
	fake.refs--;
	return NULL;
}

struct udev_monitor *udev_monitor_new_from_netlink(struct udev *udev, const char *name)
{
	assert_ptr_equal(udev, the_udev);
	fake.source = name;
	if (fake.monitor_fails)
		return NULL;
	fake.refs++;
	return the_monitor;
}

struct udev_monitor *udev_monitor_unref(struct udev_monitor *monitor)
{
	if (monitor)
		fake.refs--;
	return NULL;
}

int udev_monitor_filter_add_match_subsystem_devtype(struct udev_monitor *monitor,
						    const char *subsystem, const char *devtype)
{
	assert_ptr_equal(monitor, the_monitor);
	assert_string_equal(subsystem, fake.by_name ? "mymap" : "misc");
	assert_null(devtype);
	assert_false(fake.receiving);
	return fake.filter_fails ? -ENOMEM : 0;
}

int udev_monitor_enable_receiving(struct udev_monitor *monitor)
{
	assert_ptr_equal(monitor, the_monitor);
	if (fake.receiving_fails)
		return -EPERM;
	fake.receiving = true;
	return 0;
}

int udev_monitor_get_fd(struct udev_monitor *monitor)
{
	assert_ptr_equal(monitor, the_monitor);
	return MONITOR_FD;
}

struct udev_device *udev_monitor_receive_device(struct udev_monitor *monitor)
{
	assert_ptr_equal(monitor, the_monitor);
	fake.nr_events++;
	fake.refs++;
	return the_device;
}

struct udev_device *udev_device_new_from_subsystem_sysname(struct udev *udev,
							   const char *subsystem,
							   const char *sysname)
{
	assert_ptr_equal(udev, the_udev);
	assert_string_equal(subsystem, "misc");
	assert_string_equal(sysname, "mymap");
	if (fake.now_ms < fake.device_at)
		return NULL;
	fake.refs++;
	return the_device;
}

struct udev_device *udev_device_new_from_devnum(struct udev *udev, char type, dev_t number)
{
	assert_ptr_equal(udev, the_udev);
	assert_int_equal(type, 'c');
	assert_int_equal(number, NUMBER);
	if (fake.now_ms < fake.device_at)
		return NULL;
	fake.refs++;
	return the_device;
}

const char *udev_device_get_sysattr_value(struct udev_device *device, const char *attribute)
{
	assert_ptr_equal(device, the_device);
	assert_string_equal(attribute, "name");
	return fake.its_name;
}

int udev_device_get_is_initialized(struct udev_device *device)
{
	assert_ptr_equal(device, the_device);
	return fake.now_ms >= fake.initialized_at;
}

struct udev_device *udev_device_unref(struct udev_device *device)
{
	if (device)
		fake.refs--;
	return NULL;
}

/* -------------------------------------------------- what plays the list of buffers */

static struct mymap_list *const the_list = UNTOUCHED(struct mymap_list);

int mymap_list_new(struct mymap_list **ret_list)
{
	*ret_list = the_list;
	fake.refs++;
	return 0;
}

void mymap_list_free(struct mymap_list *list)
{
	assert_ptr_equal(list, the_list);
	fake.refs--;
}

size_t mymap_list_get_length(const struct mymap_list *list)
{
	assert_ptr_equal(list, the_list);
	return fake.now_ms < fake.device_at ? 1 : 2;
}

const struct mymap_named *mymap_list_get(const struct mymap_list *list, size_t i)
{
	assert_ptr_equal(list, the_list);
	return (const struct mymap_named *)(i + 1);
}

const char *mymap_named_get_name(const struct mymap_named *named)
{
	return (uintptr_t)named == 2 ? NAME : "other";
}

const char *mymap_named_get_node(const struct mymap_named *named)
{
	assert_int_equal((uintptr_t)named, 2);
	return "/dev/mymap7";
}

/* ---------------------------------------------------------------------- tests */

static void all_at(int64_t when)
{
	fake.node_at = when;
	fake.device_at = when;
	fake.initialized_at = when;
}

static void at_once(void **state)
{
	(void)state;
	fake.udevd = true;
	all_at(0);
	assert_int_equal(mymap_wait_for_node(0), 0);
	assert_int_equal(fake.nr_polls, 0);
}

static void listens_first(void **state)
{
	(void)state;
	fake.udevd = true;
	all_at(0);
	assert_int_equal(mymap_wait_for_node(0), 0);
	assert_true(fake.receiving);
	assert_false(fake.looked_before_receiving);
	assert_string_equal(fake.source, "udev");
}

static void looks_once(void **state)
{
	(void)state;
	fake.udevd = true;
	assert_int_equal(mymap_wait_for_node(0), -ETIMEDOUT);
	assert_int_equal(fake.nr_polls, 0);
}

static void waits_for_event(void **state)
{
	(void)state;
	fake.udevd = true;
	all_at(1000042);
	fake.event_at = 1000042;
	assert_int_equal(mymap_wait_for_node(5000), 0);
	assert_int_equal(fake.now_ms, 1000042);
	assert_int_equal(fake.nr_events, 1);
}

/* Made by devtmpfs for root only; the rules give it to its group later. */
static void waits_for_rules(void **state)
{
	(void)state;
	fake.udevd = true;
	fake.node_at = 0;
	fake.device_at = 0;
	fake.initialized_at = 1000070;
	fake.event_at = 1000070;
	assert_int_equal(mymap_wait_for_node(5000), 0);
	assert_int_equal(fake.now_ms, 1000070);
}

static void rules_never_run(void **state)
{
	(void)state;
	fake.udevd = true;
	fake.node_at = 0;
	fake.device_at = 0;
	assert_int_equal(mymap_wait_for_node(5000), -ETIMEDOUT);
	assert_int_equal(fake.now_ms, 1005000);
}

static void other_event(void **state)
{
	(void)state;
	fake.udevd = true;
	fake.event_at = 1000010;
	all_at(1000300);
	assert_int_equal(mymap_wait_for_node(5000), 0);
	assert_int_equal(fake.nr_events, 1);
}

static void lost_event(void **state)
{
	(void)state;
	fake.udevd = true;
	all_at(1000042);
	assert_int_equal(mymap_wait_for_node(5000), 0);
	assert_in_range(fake.now_ms, 1000042, 1000142);
}

static void exact_timeout(void **state)
{
	(void)state;
	fake.udevd = true;
	assert_int_equal(mymap_wait_for_node(1234), -ETIMEDOUT);
	assert_int_equal(fake.now_ms, 1001234);
}

static void signals(void **state)
{
	(void)state;
	fake.udevd = true;
	fake.signals = true;
	all_at(1000050);
	assert_int_equal(mymap_wait_for_node(500), 0);
	assert_int_equal(fake.now_ms, 1000050);
}

static void no_udevd(void **state)
{
	(void)state;
	fake.node_at = 1000030;
	fake.event_at = 1000030;
	assert_int_equal(mymap_wait_for_node(500), 0);
	assert_string_equal(fake.source, "kernel");
	assert_int_equal(fake.now_ms, 1000030);
}

static void no_udevd_timeout(void **state)
{
	(void)state;
	assert_int_equal(mymap_wait_for_node(500), -ETIMEDOUT);
	assert_int_equal(fake.now_ms, 1000500);
}

static void not_a_device(void **state)
{
	(void)state;
	fake.node_at = 0;
	fake.node_mode = S_IFREG | 0600;
	assert_int_equal(mymap_wait_for_node(500), -ETIMEDOUT);
}

static void expect_looking_only(void)
{
	fake.udevd = true;
	all_at(1000350);
	/* nobody is told about it */
	fake.event_at = 1000001;
	assert_int_equal(mymap_wait_for_node(5000), 0);
	assert_int_equal(fake.nr_events, 0);
	assert_in_range(fake.now_ms, 1000350, 1000450);
}

static void no_monitor(void **state)
{
	(void)state;
	fake.monitor_fails = true;
	expect_looking_only();
}

static void no_filter(void **state)
{
	(void)state;
	fake.filter_fails = true;
	expect_looking_only();
}

static void no_receiving(void **state)
{
	(void)state;
	fake.receiving_fails = true;
	expect_looking_only();
}

static void no_memory(void **state)
{
	(void)state;
	fake.udev_fails = true;
	assert_int_equal(mymap_wait_for_node(500), -ENOMEM);
}

static void longest_timeout(void **state)
{
	(void)state;
	fake.udevd = true;
	all_at(1000100);
	assert_int_equal(mymap_wait_for_node(UINT32_MAX), 0);
}

/* The link of a named buffer. */

static int by_name_setup(void **state)
{
	int r = setup(state);

	fake.by_name = true;
	fake.udevd = true;
	return r;
}

static void name_at_once(void **state)
{
	(void)state;
	all_at(0);
	assert_int_equal(mymap_wait_for_name(NAME, 0), 0);
	assert_int_equal(fake.nr_polls, 0);
	assert_false(fake.looked_before_receiving);
}

static void name_waits_for_link(void **state)
{
	(void)state;
	fake.device_at = 0;
	fake.initialized_at = 0;
	fake.node_at = 1000042;
	fake.event_at = 1000042;
	assert_int_equal(mymap_wait_for_name(NAME, 5000), 0);
	assert_int_equal(fake.now_ms, 1000042);
}

static void name_waits_for_rules(void **state)
{
	(void)state;
	fake.node_at = 0;
	fake.device_at = 0;
	fake.initialized_at = 1000070;
	fake.event_at = 1000070;
	assert_int_equal(mymap_wait_for_name(NAME, 5000), 0);
	assert_int_equal(fake.now_ms, 1000070);
}

static void name_of_another(void **state)
{
	(void)state;
	all_at(0);
	fake.its_name = "rx1";
	assert_int_equal(mymap_wait_for_name(NAME, 500), -ETIMEDOUT);
}

/* An entry of sysfs that is going has no attribute any more. */
static void name_going(void **state)
{
	(void)state;
	all_at(0);
	fake.its_name = NULL;
	assert_int_equal(mymap_wait_for_name(NAME, 500), -ETIMEDOUT);
}

static void name_dangling(void **state)
{
	(void)state;
	fake.node_at = 0;
	assert_int_equal(mymap_wait_for_name(NAME, 500), -ETIMEDOUT);
}

static void name_without_udevd(void **state)
{
	(void)state;
	fake.udevd = false;
	fake.device_at = 1000030;
	fake.event_at = 1000030;
	fake.node_at = 0;
	assert_int_equal(mymap_wait_for_name(NAME, 500), 0);
	assert_string_equal(fake.source, "kernel");
	assert_int_equal(fake.now_ms, 1000030);
}

static void name_invalid(void **state)
{
	(void)state;
	assert_int_equal(mymap_wait_for_name("../mymap", 500), -EINVAL);
	assert_int_equal(mymap_wait_for_name("", 500), -EINVAL);
}

#undef TEST
#define BY_NAME(text, function)	{ text, function, by_name_setup, teardown, NULL }
#define TEST(text, function)	{ text, function, setup, teardown, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("wait: what is ready is found at once", at_once),
		TEST("wait: it listens to udev before it looks", listens_first),
		TEST("wait: timeout 0 looks once", looks_once),
		TEST("wait: an event ends it", waits_for_event),
		TEST("wait: a node whose rules have not run is not ready", waits_for_rules),
		TEST("wait: rules that never run are ETIMEDOUT", rules_never_run),
		TEST("wait: an event of another device does not end it", other_event),
		TEST("wait: a lost event costs 100 ms at most", lost_event),
		TEST("wait: the deadline is exact", exact_timeout),
		TEST("wait: signals neither end nor lengthen it", signals),
		TEST("wait: without udevd the node is enough", no_udevd),
		TEST("wait: without udevd and node it is ETIMEDOUT", no_udevd_timeout),
		TEST("wait: a regular file is not the node", not_a_device),
		TEST("wait: no monitor, it looks again and again", no_monitor),
		TEST("wait: no filter, it looks again and again", no_filter),
		TEST("wait: no events, it looks again and again", no_receiving),
		TEST("wait: no udev context is ENOMEM", no_memory),
		TEST("wait: the longest timeout does not overflow", longest_timeout),
		BY_NAME("wait for name: what is ready is found at once", name_at_once),
		BY_NAME("wait for name: an event ends it, and the link is there", name_waits_for_link),
		BY_NAME("wait for name: a device whose rules have not run is not ready",
			name_waits_for_rules),
		BY_NAME("wait for name: a link to another buffer is not it", name_of_another),
		BY_NAME("wait for name: a link to a buffer that is going is not it", name_going),
		BY_NAME("wait for name: a link to nothing is not it", name_dangling),
		BY_NAME("wait for name: without udevd the node is enough", name_without_udevd),
		BY_NAME("wait for name: what is no name is EINVAL", name_invalid),
	};

	return cmocka_run_group_tests_name("node", tests, NULL, NULL);
}
