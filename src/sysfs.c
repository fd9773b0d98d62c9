// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/class/mymap: a device for each named buffer, its attributes and events.
 * docs/ABI/sysfs-class-mymap describes them.
 *
 * The core allocates the devices, and its own code frees them: whoever still has
 * a reference to one may put it when this module is gone. No code of ours runs
 * for a device once device_unregister() has returned, which waits for readers of
 * attributes.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/sysfs.h>

#include "compat/compat.h"
#include "devices.h"
#include "mymap.h"

/* Set before there is any device. */
static struct class *mymap_class;

static struct mymap_name *mymap_device_name(const struct device *device)
{
	return dev_get_drvdata(device);
}

static struct mymap_buffer *mymap_device_buffer(const struct device *device)
{
	return mymap_device_name(device)->buffer;
}

static ssize_t size_show(struct device *device, struct device_attribute *attr,
			 char *to)
{
	return sysfs_emit(to, "%llu\n",
			  mymap_buffer_size(mymap_device_buffer(device)));
}
static DEVICE_ATTR_RO(size);

static ssize_t name_show(struct device *device, struct device_attribute *attr,
			 char *to)
{
	return sysfs_emit(to, "%s\n", mymap_device_name(device)->text);
}
static DEVICE_ATTR_RO(name);

static ssize_t kind_show(struct device *device, struct device_attribute *attr,
			 char *to)
{
	return sysfs_emit(to, "%s\n",
			  mymap_buffer_kind_name(mymap_device_buffer(device)));
}
static DEVICE_ATTR_RO(kind);

static ssize_t cache_show(struct device *device, struct device_attribute *attr,
			  char *to)
{
	u32 cache = mymap_buffer_cache(mymap_device_buffer(device));

	return sysfs_emit(to, "%s\n", mymap_cache_name(cache));
}
static DEVICE_ATTR_RO(cache);

static ssize_t resident_show(struct device *device,
			     struct device_attribute *attr, char *to)
{
	struct mymap_usage usage;

	mymap_buffer_get_usage(mymap_device_buffer(device), &usage);
	return sysfs_emit(to, "%llu\n", usage.resident);
}
static DEVICE_ATTR_RO(resident);

static ssize_t mapped_show(struct device *device, struct device_attribute *attr,
			   char *to)
{
	struct mymap_users users;

	mymap_buffer_get_users(mymap_device_buffer(device), &users);
	return sysfs_emit(to, "%d\n", users.mapped);
}
static DEVICE_ATTR_RO(mapped);

static ssize_t open_show(struct device *device, struct device_attribute *attr,
			 char *to)
{
	struct mymap_users users;

	mymap_buffer_get_users(mymap_device_buffer(device), &users);
	return sysfs_emit(to, "%u\n", users.nr_open);
}
static DEVICE_ATTR_RO(open);

static struct attribute *mymap_attrs[] = {
	&dev_attr_size.attr,
	&dev_attr_name.attr,
	&dev_attr_kind.attr,
	&dev_attr_cache.attr,
	&dev_attr_resident.attr,
	&dev_attr_mapped.attr,
	&dev_attr_open.attr,
	NULL
};
ATTRIBUTE_GROUPS(mymap);

/*
 * Not for everyone even before udev has given it to its group. The kernel makes
 * the node, so that it has its mode from the first moment on.
 */
static char *COMPAT_DEVNODE(mymap_devnode)
{
	const struct mymap_rights *rights = &mymap_device_buffer(dev)->rights;

	if (mode)
		*mode = rights->given ? rights->mode : 0660;
	return NULL;
}

/*
 * The name, for who hears of a device that is gone already. Where rights were
 * given, DEVUID and DEVGID are those of the node, as the core tells them of
 * devices that have an owner: udev obeys them at each event.
 */
static int COMPAT_DEV_UEVENT(mymap_dev_uevent)
{
	const struct mymap_rights *rights = &mymap_device_buffer(dev)->rights;
	int err;

	err = add_uevent_var(env, "MYMAP_NAME=%s",
			     mymap_device_name(dev)->text);
	if (err || !rights->given)
		return err;
	err = add_uevent_var(env, "MYMAP_RIGHTS=given");
	if (err)
		return err;
	err = add_uevent_var(env, "DEVUID=%u",
			     from_kuid(&init_user_ns, rights->uid));
	if (err)
		return err;
	return add_uevent_var(env, "DEVGID=%u",
			      from_kgid(&init_user_ns, rights->gid));
}

/**
 * mymap_sysfs_add() - make the device of a named buffer
 * @name: the name, with its buffer; it stays until mymap_sysfs_remove()
 * @number: the device's number
 *
 * Attributes are there when the event tells of the device.
 *
 * Context: process context, may sleep.
 * Return: the device, or ERR_PTR(-errno).
 */
struct device *mymap_sysfs_add(struct mymap_name *name, dev_t number)
{
	return device_create(mymap_class, NULL, number, name, "mymap%u",
			     name->minor);
}

/**
 * mymap_sysfs_remove() - the mirror of mymap_sysfs_add()
 * @device: the device; nobody reads its attributes when this returns
 *
 * Context: process context, may sleep; no lock is held that an attribute takes.
 */
void mymap_sysfs_remove(struct device *device)
{
	device_unregister(device);
}

/**
 * mymap_sysfs_changed() - tell user space that a device is not what it was
 * @device: the device
 *
 * Context: process context, may sleep.
 */
void mymap_sysfs_changed(struct device *device)
{
	/* Best effort: without memory for the event nobody hears of it. */
	kobject_uevent(&device->kobj, KOBJ_CHANGE);
}

/**
 * mymap_sysfs_init() - make the class
 *
 * Context: module init.
 * Return: 0 or -errno.
 */
int mymap_sysfs_init(void)
{
	struct class *class = compat_class_create("mymap");

	if (IS_ERR(class))
		return PTR_ERR(class);
	class->dev_groups = mymap_groups;
	class->devnode = mymap_devnode;
	class->dev_uevent = mymap_dev_uevent;
	mymap_class = class;
	return 0;
}

/**
 * mymap_sysfs_exit() - the mirror of mymap_sysfs_init()
 *
 * Context: module exit: no device is left.
 */
void mymap_sysfs_exit(void)
{
	class_destroy(mymap_class);
}
