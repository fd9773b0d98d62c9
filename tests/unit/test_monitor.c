// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listening to named buffers, above a udev that this file plays.
 */
#include <errno.h>
#include <libudev.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mock.h"

#define MONITOR_FD	4711
#define MAX_EVENTS	8

struct event {
	const char *action, *name, *node, *size;
};

static struct {
	struct event events[MAX_EVENTS];
	size_t nr_events, next;
	int refs;
	bool udevd, receiving;
	bool udev_fails, filter_fails, receiving_fails;
	int monitor_error;
	bool lost;
	const char *source;
} fake;

static int setup(void **state)
{
	memset(&fake, 0, sizeof(fake));
	return mock_setup(state);
}

static int teardown(void **state)
{
	assert_int_equal(fake.refs, 0);
	return mock_teardown(state);
}

static struct udev *const the_udev = UNTOUCHED(struct udev);
static struct udev_monitor *const the_monitor = UNTOUCHED(struct udev_monitor);

int access(const char *path, int mode)
{
	if (strcmp(path, "/run/udev/control"))
		return (int)syscall(SYS_faccessat, -100, path, mode);

	errno = ENOENT;
	return fake.udevd ? 0 : -1;
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
	if (fake.monitor_error) {
		errno = fake.monitor_error;
		return NULL;
	}
	fake.refs++;
	return the_monitor;
}

struct udev_monitor *udev_monitor_unref(struct udev_monitor *monitor)
{
	assert_ptr_equal(monitor, the_monitor);
	fake.refs--;
	return NULL;
}

int udev_monitor_filter_add_match_subsystem_devtype(struct udev_monitor *monitor,
						    const char *subsystem, const char *devtype)
{
	assert_ptr_equal(monitor, the_monitor);
	assert_string_equal(subsystem, "mymap");
	assert_null(devtype);
	return fake.filter_fails ? -ENOMEM : 0;
}

int udev_monitor_enable_receiving(struct udev_monitor *monitor)
{
	assert_ptr_equal(monitor, the_monitor);
	fake.receiving = true;
	return fake.receiving_fails ? -EPERM : 0;
}

int udev_monitor_get_fd(struct udev_monitor *monitor)
{
	assert_ptr_equal(monitor, the_monitor);
	return MONITOR_FD;
}

struct udev_device *udev_monitor_receive_device(struct udev_monitor *monitor)
{
	assert_ptr_equal(monitor, the_monitor);
	if (fake.lost) {
		fake.lost = false;
		errno = ENOBUFS;
		return NULL;
	}
	if (fake.next == fake.nr_events) {
		errno = EAGAIN;
		return NULL;
	}
	fake.refs++;
	return (struct udev_device *)&fake.events[fake.next++];
}

struct udev_device *udev_device_unref(struct udev_device *device)
{
	if (device)
		fake.refs--;
	return NULL;
}

static const struct event *event_of(struct udev_device *device)
{
	return (const struct event *)device;
}

const char *udev_device_get_action(struct udev_device *device)
{
	return event_of(device)->action;
}

const char *udev_device_get_devnode(struct udev_device *device)
{
	return event_of(device)->node;
}

const char *udev_device_get_property_value(struct udev_device *device, const char *key)
{
	assert_string_equal(key, "MYMAP_NAME");
	return event_of(device)->name;
}

const char *udev_device_get_sysattr_value(struct udev_device *device, const char *attribute)
{
	assert_string_equal(attribute, "size");
	return event_of(device)->size;
}

/* ------------------------------------------------------------------ the tests */

static void happens(const char *action, const char *name, const char *size)
{
	fake.events[fake.nr_events++] = (struct event) { action, name, "/dev/mymap5", size };
}

static struct mymap_monitor *listen_now(void)
{
	struct mymap_monitor *monitor;

	assert_int_equal(mymap_monitor_new(&monitor), 0);
	assert_true(fake.receiving);
	assert_int_equal(mymap_monitor_get_fd(monitor), MONITOR_FD);
	return monitor;
}

static void expect(struct mymap_monitor *monitor, enum mymap_event_type type, const char *type_name,
		   const char *name, uint64_t size)
{
	struct mymap_event *event;

	assert_int_equal(mymap_monitor_receive(monitor, &event), 0);
	assert_int_equal(mymap_event_get_type(event), type);
	assert_string_equal(mymap_event_get_type_name(event), type_name);
	assert_string_equal(mymap_event_get_name(event), name);
	assert_string_equal(mymap_event_get_node(event), "/dev/mymap5");
	assert_int_equal(mymap_event_get_size(event), size);
	mymap_event_free(event);
}

static void expect_none(struct mymap_monitor *monitor, int error)
{
	struct mymap_event *event = UNTOUCHED(struct mymap_event);

	assert_int_equal(mymap_monitor_receive(monitor, &event), error);
	assert_ptr_equal(event, UNTOUCHED(struct mymap_event));
}

static void all_types(void **state)
{
	struct mymap_monitor *monitor;

	(void)state;
	fake.udevd = true;
	monitor = listen_now();
	assert_string_equal(fake.source, "udev");
	expect_none(monitor, -EAGAIN);
	happens("add", "rx0", "17179869184");
	happens("change", "rx0", "4096");
	/* gone again before it could be looked at */
	happens("add", "tx0", NULL);
	happens("remove", "rx0", "4096");
	expect(monitor, MYMAP_EVENT_ADD, "add", "rx0", 1ULL << 34);
	expect(monitor, MYMAP_EVENT_CHANGE, "change", "rx0", 4096);
	expect(monitor, MYMAP_EVENT_ADD, "add", "tx0", 0);
	expect(monitor, MYMAP_EVENT_REMOVE, "remove", "rx0", 0);
	expect_none(monitor, -EAGAIN);
	mymap_monitor_free(monitor);
}

static void others_are_passed_over(void **state)
{
	struct mymap_monitor *monitor = listen_now();

	(void)state;
	assert_string_equal(fake.source, "kernel");
	happens("bind", "rx0", "1");
	happens("add", NULL, "1");
	happens(NULL, "rx0", "1");
	happens("remove", "rx0", NULL);
	happens("offline", "rx0", "1");
	expect(monitor, MYMAP_EVENT_REMOVE, "remove", "rx0", 0);
	expect_none(monitor, -EAGAIN);
	mymap_monitor_free(monitor);
}

static void lost_events_are_told_once(void **state)
{
	struct mymap_monitor *monitor = listen_now();

	(void)state;
	happens("remove", "rx0", NULL);
	fake.lost = true;
	expect_none(monitor, -ENOBUFS);
	expect(monitor, MYMAP_EVENT_REMOVE, "remove", "rx0", 0);
	errno = ENOBUFS;
	expect_none(monitor, -EAGAIN);
	mymap_monitor_free(monitor);
}

static void expect_error(int error)
{
	struct mymap_monitor *monitor = UNTOUCHED(struct mymap_monitor);

	assert_int_equal(mymap_monitor_new(&monitor), error);
	assert_ptr_equal(monitor, UNTOUCHED(struct mymap_monitor));
}

static void errors(void **state)
{
	(void)state;
	fake.udev_fails = true;
	expect_error(-ENOMEM);
	fake.udev_fails = false;
	fake.monitor_error = EMFILE;
	expect_error(-EMFILE);
	fake.monitor_error = 0;
	fake.filter_fails = true;
	expect_error(-ENOMEM);
	fake.filter_fails = false;
	fake.receiving_fails = true;
	expect_error(-EPERM);
}

static void no_memory(void **state)
{
	struct mymap_monitor *monitor;

	(void)state;
	SKIP_WITHOUT_FAILING_ALLOCATION();
	mock_fail_allocation();
	expect_error(-ENOMEM);
	monitor = listen_now();
	happens("add", "rx0", "1");
	mock_fail_allocation();
	expect_none(monitor, -ENOMEM);
	/* it was not taken */
	expect(monitor, MYMAP_EVENT_ADD, "add", "rx0", 1);
	mymap_monitor_free(monitor);
}

static void free_null(void **state)
{
	(void)state;
	mymap_monitor_free(NULL);
	mymap_event_free(NULL);
}

#undef TEST
#define TEST(text, function)	{ text, function, setup, teardown, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("monitor: add, change and remove, with name, node and size", all_types),
		TEST("monitor: without udev the kernel's events; others are passed over",
		     others_are_passed_over),
		TEST("monitor: lost events are told, once, and others still come",
		     lost_events_are_told_once),
		TEST("monitor: errors are passed on, nothing is left open", errors),
		TEST("monitor: no memory is ENOMEM", no_memory),
		TEST("monitor: NULL is fine", free_null),
	};

	return cmocka_run_group_tests_name("monitor", tests, NULL, NULL);
}
