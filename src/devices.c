// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devices that there is memory for: those that mymap is the driver of.
 *
 * A device comes when it is bound and goes when it is unbound, at any moment and
 * whoever uses its memory. The object here stays as long as a buffer has a
 * reference to it; what it points to is there until it is gone.
 *
 * What belongs to a device, memory and mappings of memory for it, is on the list
 * of its users. The device may not go before each of them has been told and has
 * given back what it has: that is done under the device's lock, which is held
 * around all calls into the DMA API.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "devices.h"
#include "mymap.h"

/* Guards the list, and that who is on it is not gone. */
static DEFINE_MUTEX(mymap_devices_lock);
static LIST_HEAD(mymap_devices);

static void mymap_device_release(struct kref *ref)
{
	struct mymap_device *device =
		container_of(ref, struct mymap_device, ref);

	mutex_destroy(&device->lock);
	kfree(device);
}

/**
 * mymap_device_put() - give back a reference
 * @device: the device, or NULL
 *
 * Context: process context.
 */
void mymap_device_put(struct mymap_device *device)
{
	if (device)
		kref_put(&device->ref, mymap_device_release);
}

/*
 * Memory of two devices could be mapped in two cache modes, and each of two buffers
 * would be the other one.
 */
static bool mymap_devices_share(const struct mymap_region *region)
{
	const struct mymap_device *other;

	lockdep_assert_held(&mymap_devices_lock);
	if (!region->size)
		return false;
	list_for_each_entry(other, &mymap_devices, node) {
		/* By their last bytes: memory may reach up to the last address. */
		if (other->region.size &&
		    region->start <= other->region.start + (other->region.size - 1) &&
		    other->region.start <= region->start + (region->size - 1))
			return true;
	}
	return false;
}

/**
 * mymap_devices_add() - a device has been bound
 * @dev: the device, ready for DMA; it stays until mymap_devices_remove()
 * @region: the memory that is reserved for it, or none
 * @is_own: it is the module's own
 *
 * Context: process context, may sleep.
 * Return: what stands for it, with a reference that mymap_devices_remove() puts;
 * ERR_PTR(-ENOMEM), ERR_PTR(-ENAMETOOLONG) where nobody could ask for it, or
 * ERR_PTR(-EBUSY) where another device has the region.
 */
struct mymap_device *mymap_devices_add(struct device *dev,
				       const struct mymap_region *region,
				       bool is_own)
{
	struct mymap_device *device;

	if (strlen(dev_name(dev)) >= sizeof(device->name))
		return ERR_PTR(-ENAMETOOLONG);
	device = kzalloc(sizeof(*device), GFP_KERNEL);
	if (!device)
		return ERR_PTR(-ENOMEM);
	kref_init(&device->ref);
	mutex_init(&device->lock);
	INIT_LIST_HEAD(&device->users);
	device->dev = dev;
	device->region = *region;
	device->is_own = is_own;
	strscpy(device->name, dev_name(dev), sizeof(device->name));

	mutex_lock(&mymap_devices_lock);
	if (mymap_devices_share(region)) {
		mutex_unlock(&mymap_devices_lock);
		dev_err(dev, "memory-region: another device has it, or a part of it\n");
		mymap_device_put(device);
		return ERR_PTR(-EBUSY);
	}
	list_add_tail(&device->node, &mymap_devices);
	mutex_unlock(&mymap_devices_lock);
	return device;
}

/**
 * mymap_devices_remove() - the mirror of mymap_devices_add()
 * @device: the device, which does no DMA any more
 *
 * When this returns, nothing of the device's memory is mapped or allocated, and
 * nobody calls the DMA API for it.
 *
 * Context: process context, may sleep, takes the locks of buffers.
 */
void mymap_devices_remove(struct mymap_device *device)
{
	struct mymap_device_user *user;

	mutex_lock(&mymap_devices_lock);
	list_del(&device->node);
	mutex_unlock(&mymap_devices_lock);

	mutex_lock(&device->lock);
	while (!list_empty(&device->users)) {
		user = list_first_entry(&device->users,
					struct mymap_device_user, node);
		/* It stays as long as it is on the list, or we have the lock. */
		list_del_init(&user->node);
		user->gone(user);
	}
	device->dev = NULL;
	mutex_unlock(&device->lock);
	mymap_device_put(device);
}

/**
 * mymap_devices_get() - a device by its name
 * @name: as the kernel calls it; empty for the module's own
 *
 * Context: process context, may sleep.
 * Return: the device with a reference that the caller must put, or
 * ERR_PTR(-ENOENT).
 */
struct mymap_device *mymap_devices_get(const char *name)
{
	struct mymap_device *device;

	mutex_lock(&mymap_devices_lock);
	list_for_each_entry(device, &mymap_devices, node) {
		if (name[0] ? strcmp(device->name, name) : !device->is_own)
			continue;
		kref_get(&device->ref);
		mutex_unlock(&mymap_devices_lock);
		return device;
	}
	mutex_unlock(&mymap_devices_lock);
	return ERR_PTR(-ENOENT);
}
