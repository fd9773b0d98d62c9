// SPDX-License-Identifier: GPL-2.0-only
/*
 * What makes mymap the driver of a device: only a driver may call the DMA API for
 * it.
 *
 * - The platform driver has a device of its own, which is always there, and takes
 *   nodes of the device tree that are meant for mymap.
 * - The PCI driver takes no device by itself: its table of ids is empty. It takes
 *   the one that an administrator gives it, by driver_override.
 */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "compat/compat.h"
#include "devices.h"
#include "mymap.h"

#define MYMAP_MIN_DMA_BITS	24

static ssize_t dma_bits_show(struct device *dev, struct device_attribute *attr,
			     char *to)
{
	return sysfs_emit(to, "%u\n", fls64(dma_get_mask(dev)));
}

/*
 * How many bits the device has for addresses, as its manual says. The attribute is
 * taken away before the device goes.
 */
static ssize_t dma_bits_store(struct device *dev, struct device_attribute *attr,
			      const char *from, size_t len)
{
	struct mymap_device *device = dev_get_drvdata(dev);
	unsigned int bits;
	int err;

	err = kstrtouint(from, 0, &bits);
	if (err)
		return err;
	if (bits < MYMAP_MIN_DMA_BITS || bits > 64)
		return -EINVAL;

	mutex_lock(&device->lock);
	/* Addresses that were told may be beyond the new mask. */
	if (!list_empty(&device->users))
		err = -EBUSY;
	else
		err = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(bits));
	mutex_unlock(&device->lock);
	return err ?: len;
}
static DEVICE_ATTR_RW(dma_bits);

static struct attribute *mymap_driver_attrs[] = {
	&dev_attr_dma_bits.attr,
	NULL
};
ATTRIBUTE_GROUPS(mymap_driver);

/* A device that is ready for DMA is one of ours from here on. */
static int mymap_driver_add(struct device *dev,
			    const struct mymap_region *region, bool is_own)
{
	struct mymap_device *device;
	int err;

	/* A run of memory is told as one, however long it is. */
	dma_set_max_seg_size(dev, UINT_MAX);
	device = mymap_devices_add(dev, region, is_own);
	if (IS_ERR(device))
		return PTR_ERR(device);
	dev_set_drvdata(dev, device);
	/* By ourselves: what drivers have for that, PCI has not on all kernels. */
	err = sysfs_create_groups(&dev->kobj, mymap_driver_groups);
	if (err)
		mymap_devices_remove(device);
	return err;
}

static void mymap_driver_remove(struct device *dev)
{
	/* It waits for who reads or writes them. */
	sysfs_remove_groups(&dev->kobj, mymap_driver_groups);
	mymap_devices_remove(dev_get_drvdata(dev));
}

/* A node may be called so, too. */
static bool mymap_is_own_device(const struct platform_device *pdev)
{
	return !pdev->dev.of_node && !strcmp(pdev->name, MYMAP_OWN_DEVICE);
}

/* Not before mymap_drivers_start(). */
static bool mymap_takes_nodes;

static int mymap_platform_probe(struct platform_device *pdev)
{
	struct mymap_region region = {};
	int err;

	if (pdev->dev.of_node && !READ_ONCE(mymap_takes_nodes))
		return -EPROBE_DEFER;
	/* What the bus cannot reach, the kernel knows from the device tree. */
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (err)
		return err;
	err = mymap_node_get_memory(&pdev->dev, &region);
	if (err)
		return err;
	err = mymap_driver_add(&pdev->dev, &region, mymap_is_own_device(pdev));
	if (err)
		goto err_put_memory;
	err = mymap_node_add_buffer(dev_get_drvdata(&pdev->dev));
	if (err)
		goto err_remove;
	return 0;

err_remove:
	mymap_driver_remove(&pdev->dev);
err_put_memory:
	mymap_node_put_memory(&pdev->dev);
	return err;
}

static COMPAT_PLATFORM_REMOVE(mymap_platform_remove)
{
	mymap_node_remove_buffer(dev_get_drvdata(&pdev->dev));
	mymap_driver_remove(&pdev->dev);
	mymap_node_put_memory(&pdev->dev);
	return COMPAT_PLATFORM_REMOVED;
}

static const struct of_device_id mymap_of_ids[] = {
	{ .compatible = "mymap,buffer" },
	{}
};

/* Not by the table: a 64-bit modpost cannot read that of a 32-bit kernel. */
MODULE_ALIAS("of:N*T*Cmymap,buffer");
MODULE_ALIAS("of:N*T*Cmymap,bufferC*");

static struct platform_driver mymap_platform_driver = {
	.probe	= mymap_platform_probe,
	.remove	= mymap_platform_remove,
	.driver	= {
		.name		= MYMAP_OWN_DEVICE,
		.of_match_table	= mymap_of_ids,
	},
};

static int mymap_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	static const struct mymap_region none;
	int err;

	err = pci_enable_device(pdev);
	if (err)
		return err;
	/* As the core has it for a device that it knows nothing about. */
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(32));
	if (err)
		goto err_disable;
	err = mymap_driver_add(&pdev->dev, &none, false);
	if (err)
		goto err_disable;
	/* From here on it may read and write memory. */
	pci_set_master(pdev);
	return 0;

err_disable:
	pci_disable_device(pdev);
	return err;
}

static void mymap_pci_remove(struct pci_dev *pdev)
{
	/* Before its memory is given back. */
	pci_clear_master(pdev);
	mymap_driver_remove(&pdev->dev);
	pci_disable_device(pdev);
}

static const struct pci_device_id mymap_pci_ids[] = {
	{}
};

static struct pci_driver mymap_pci_driver = {
	.name		= "mymap",
	.id_table	= mymap_pci_ids,
	.probe		= mymap_pci_probe,
	.remove		= mymap_pci_remove,
};

static struct platform_device *mymap_own_device;

/*
 * The device is called as the driver, unless a node of the device tree is: then it
 * gets a number. To try would be logged as a mistake of ours.
 */
static int mymap_own_device_id(void)
{
	struct device *other = bus_find_device_by_name(&platform_bus_type, NULL,
						       MYMAP_OWN_DEVICE);

	put_device(other);
	return other ? PLATFORM_DEVID_AUTO : PLATFORM_DEVID_NONE;
}

/**
 * mymap_drivers_init() - register the drivers, and make the module's own device
 *
 * Context: module init.
 * Return: 0 or -errno.
 */
int mymap_drivers_init(void)
{
	int err;

	err = platform_driver_register(&mymap_platform_driver);
	if (err)
		return err;

	mymap_own_device =
		platform_device_register_simple(MYMAP_OWN_DEVICE,
						mymap_own_device_id(), NULL, 0);
	if (IS_ERR(mymap_own_device)) {
		err = PTR_ERR(mymap_own_device);
		goto err_unregister_platform;
	}

	err = pci_register_driver(&mymap_pci_driver);
	if (err)
		goto err_unregister_device;
	return 0;

err_unregister_device:
	platform_device_unregister(mymap_own_device);
err_unregister_platform:
	platform_driver_unregister(&mymap_platform_driver);
	return err;
}

/**
 * mymap_drivers_start() - take the nodes of the device tree
 *
 * They have named buffers, which are told of at once: whoever hears of one opens
 * it, so that this is not before nodes can be opened, and nothing of the module
 * may fail from here on.
 *
 * Context: module init, when all else is done.
 */
void mymap_drivers_start(void)
{
	int err;

	WRITE_ONCE(mymap_takes_nodes, true);
	err = driver_attach(&mymap_platform_driver.driver);
	if (err)
		pr_err("cannot look for nodes of the device tree: error %d\n",
		       err);
}

/**
 * mymap_drivers_exit() - the mirror of mymap_drivers_init()
 *
 * Context: module exit: there is no buffer any more.
 */
void mymap_drivers_exit(void)
{
	pci_unregister_driver(&mymap_pci_driver);
	platform_device_unregister(mymap_own_device);
	platform_driver_unregister(&mymap_platform_driver);
}
