// SPDX-License-Identifier: GPL-2.0-only
/*
 * Listing named buffers, above a udev that this file plays.
 */
#include <errno.h>
#include <libudev.h>
#include <string.h>

#include "mock.h"

#define MAX_DEVICES	4

struct device {
	const char *path;
	const char *node;
	const char *name, *kind, *size, *resident, *open, *mapped;
	bool gone;
};

static struct {
	struct device devices[MAX_DEVICES];
	size_t nr_devices;
	int refs;
	int scan_error;
	bool udev_fails, enumerate_fails, device_memory_fails;
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
static struct udev_enumerate *const the_enumerate = UNTOUCHED(struct udev_enumerate);

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

struct udev_enumerate *udev_enumerate_new(struct udev *udev)
{
	assert_ptr_equal(udev, the_udev);
	if (fake.enumerate_fails)
		return NULL;
	fake.refs++;
	return the_enumerate;
}

struct udev_enumerate *udev_enumerate_unref(struct udev_enumerate *enumerate)
{
	if (enumerate)
		fake.refs--;
	return NULL;
}

int udev_enumerate_add_match_subsystem(struct udev_enumerate *enumerate, const char *subsystem)
{
	assert_ptr_equal(enumerate, the_enumerate);
	assert_string_equal(subsystem, "mymap");
	return 0;
}

int udev_enumerate_scan_devices(struct udev_enumerate *enumerate)
{
	assert_ptr_equal(enumerate, the_enumerate);
	return fake.scan_error;
}

static struct udev_list_entry *entry_of(size_t i)
{
	return i < fake.nr_devices ? (struct udev_list_entry *)&fake.devices[i] : NULL;
}

static struct device *device_of(const void *pointer)
{
	return (struct device *)(uintptr_t)pointer;
}

struct udev_list_entry *udev_enumerate_get_list_entry(struct udev_enumerate *enumerate)
{
	assert_ptr_equal(enumerate, the_enumerate);
	return entry_of(0);
}

struct udev_list_entry *udev_list_entry_get_next(struct udev_list_entry *entry)
{
	return entry_of((size_t)(device_of(entry) - fake.devices) + 1);
}

const char *udev_list_entry_get_name(struct udev_list_entry *entry)
{
	return device_of(entry)->path;
}

struct udev_device *udev_device_new_from_syspath(struct udev *udev, const char *path)
{
	size_t i;

	assert_ptr_equal(udev, the_udev);
	for (i = 0; i < fake.nr_devices; i++)
		if (!strcmp(fake.devices[i].path, path))
			break;
	assert_true(i < fake.nr_devices);
	errno = fake.device_memory_fails ? ENOMEM : ENODEV;
	if (fake.devices[i].gone)
		return NULL;
	fake.refs++;
	return (struct udev_device *)&fake.devices[i];
}

struct udev_device *udev_device_unref(struct udev_device *device)
{
	if (device)
		fake.refs--;
	return NULL;
}

const char *udev_device_get_devnode(struct udev_device *device)
{
	return device_of(device)->node;
}

const char *udev_device_get_sysattr_value(struct udev_device *device, const char *attribute)
{
	const struct device *d = device_of(device);

	return !strcmp(attribute, "name") ? d->name :
	       !strcmp(attribute, "kind") ? d->kind :
	       !strcmp(attribute, "size") ? d->size :
	       !strcmp(attribute, "resident") ? d->resident :
	       !strcmp(attribute, "open") ? d->open :
	       !strcmp(attribute, "mapped") ? d->mapped : NULL;
}

/* ------------------------------------------------------------------ the tests */

static const struct device tx = {
	.path = "/sys/devices/virtual/mymap/mymap0", .node = "/dev/mymap0", .name = "tx",
	.kind = "pages", .size = "17179869184", .resident = "8589934592", .open = "3", .mapped = "1",
};

static const struct device rx = {
	.path = "/sys/devices/virtual/mymap/mymap1", .node = "/dev/mymap1", .name = "rx",
	.kind = "other", .size = "4096", .resident = "0", .open = "0", .mapped = "0",
};

static void add(const struct device *device)
{
	fake.devices[fake.nr_devices++] = *device;
}

static void sorted(void **state)
{
	const struct mymap_named *named;
	struct mymap_list *list;

	(void)state;
	add(&tx);
	add(&rx);
	assert_int_equal(mymap_list_new(&list), 0);
	assert_int_equal(mymap_list_get_length(list), 2);
	named = mymap_list_get(list, 0);
	assert_string_equal(mymap_named_get_name(named), "rx");
	assert_string_equal(mymap_named_get_node(named), "/dev/mymap1");
	assert_string_equal(mymap_named_get_kind_name(named), "other");
	assert_int_equal(mymap_named_get_size(named), 4096);
	assert_int_equal(mymap_named_get_open_files(named), 0);
	assert_false(mymap_named_is_mapped(named));
	named = mymap_list_get(list, 1);
	assert_string_equal(mymap_named_get_name(named), "tx");
	assert_int_equal(mymap_named_get_size(named), 1ULL << 34);
	assert_int_equal(mymap_named_get_resident(named), 1ULL << 33);
	assert_int_equal(mymap_named_get_open_files(named), 3);
	assert_true(mymap_named_is_mapped(named));
	assert_null(mymap_list_get(list, 2));
	mymap_list_free(list);
}

static void nothing(void **state)
{
	struct mymap_list *list;

	(void)state;
	assert_int_equal(mymap_list_new(&list), 0);
	assert_int_equal(mymap_list_get_length(list), 0);
	assert_null(mymap_list_get(list, 0));
	mymap_list_free(list);
}

static void gone_meanwhile(void **state)
{
	struct mymap_list *list;

	(void)state;
	add(&tx);
	fake.devices[0].gone = true;
	add(&rx);
	/* it went while it was read */
	add(&tx);
	fake.devices[2].path = "/sys/devices/virtual/mymap/mymap2";
	fake.devices[2].name = NULL;
	assert_int_equal(mymap_list_new(&list), 0);
	assert_int_equal(mymap_list_get_length(list), 1);
	assert_string_equal(mymap_named_get_name(mymap_list_get(list, 0)), "rx");
	mymap_list_free(list);
}

static void expect_error(int error)
{
	struct mymap_list *list = UNTOUCHED(struct mymap_list);

	assert_int_equal(mymap_list_new(&list), error);
	assert_ptr_equal(list, UNTOUCHED(struct mymap_list));
}

static void errors(void **state)
{
	(void)state;
	fake.udev_fails = true;
	expect_error(-ENOMEM);
	fake.udev_fails = false;
	fake.enumerate_fails = true;
	expect_error(-ENOMEM);
	fake.enumerate_fails = false;
	fake.scan_error = -EIO;
	expect_error(-EIO);
	fake.scan_error = 0;
	add(&rx);
	add(&tx);
	fake.devices[1].gone = true;
	fake.device_memory_fails = true;
	expect_error(-ENOMEM);
}

static void no_memory(void **state)
{
	(void)state;
	SKIP_WITHOUT_FAILING_ALLOCATION();
	mock_fail_allocation();
	expect_error(-ENOMEM);
}

static void free_null(void **state)
{
	(void)state;
	mymap_list_free(NULL);
}

#undef TEST
#define TEST(text, function)	{ text, function, setup, teardown, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("list: all of each, in the order of their names", sorted),
		TEST("list: no buffer is no error", nothing),
		TEST("list: what goes meanwhile is left out", gone_meanwhile),
		TEST("list: errors are passed on, nothing is left open", errors),
		TEST("list: no memory is ENOMEM", no_memory),
		TEST("list: NULL is fine", free_null),
	};

	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
