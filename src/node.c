// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes of the device tree: which memory is a device's, and the named buffer that
 * it is to have. docs/device-tree.md is what they may say.
 *
 * A node that says something which cannot be done has no driver: half of a board's
 * description is worse than a line in the log.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/string.h>

#include "devices.h"
#include "mymap.h"
#include "name.h"
#include "range.h"

/* 0 where the node does not say. */
static int mymap_node_get_cache(struct device *dev, u32 *cache)
{
	const char *name;

	*cache = 0;
	if (!of_find_property(dev->of_node, "mymap,cache", NULL))
		return 0;
	if (!of_property_read_string(dev->of_node, "mymap,cache", &name))
		*cache = mymap_cache_by_name(name);
	return *cache ? 0 : dev_err_probe(dev, -EINVAL,
					  "mymap,cache: not a cache mode\n");
}

static int mymap_node_get_pool(struct device *dev)
{
	int err;

	if (of_property_read_bool(dev->of_node, "mymap,keep"))
		return dev_err_probe(dev, -EINVAL,
				     "mymap,keep: a shared-dma-pool keeps nothing\n");
	err = of_reserved_mem_device_init(dev);
	if (err)
		return dev_err_probe(dev, err, "memory-region: no such pool\n");
	/*
	 * The DMA API looks into such a pool before it thinks of the IOMMU, and
	 * the addresses that it tells lead nowhere. CMA has no such shortcut.
	 */
	if (mymap_cache_has_pool(dev) && mymap_translation_of(dev)) {
		of_reserved_mem_device_release(dev);
		return dev_err_probe(dev, -EOPNOTSUPP,
				     "memory-region: a pool with no-map, and an IOMMU\n");
	}
	return 0;
}

/*
 * Memory that was in use when the kernel was to set it aside is listed as reserved
 * nevertheless, and is the kernel's.
 */
static bool mymap_node_is_set_aside(const struct reserved_mem *memory)
{
	return region_intersects(memory->base, memory->size,
				 IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE) ==
		REGION_DISJOINT;
}

static int mymap_node_get_region(struct device *dev,
				 struct device_node *node,
				 struct mymap_region *region)
{
	struct reserved_mem *memory;
	u32 cache;
	int err;

	/* Else the kernel has a mapping of it, and with another cache mode. */
	if (!of_property_read_bool(node, "no-map"))
		return dev_err_probe(dev, -EINVAL,
				     "memory-region: %pOF has no no-map\n", node);
	memory = of_reserved_mem_lookup(node);
	if (!memory || !mymap_node_is_set_aside(memory))
		return dev_err_probe(dev, -ENODEV,
				     "memory-region: %pOF is not reserved\n",
				     node);
	if (!IS_ALIGNED(memory->base | memory->size, PAGE_SIZE) ||
	    memory->size > SIZE_MAX)
		return dev_err_probe(dev, -EINVAL,
				     "memory-region: %pOF is not made of pages\n",
				     node);
	err = mymap_node_get_cache(dev, &cache);
	if (err)
		return err;
	region->cache = mymap_cache_of_region(dev, cache);
	if (!region->cache)
		return dev_err_probe(dev, -EOPNOTSUPP,
				     "mymap,cache: not with this memory\n");
	region->start = memory->base;
	region->size = memory->size;
	region->keep = of_property_read_bool(dev->of_node, "mymap,keep");
	return 0;
}

/**
 * mymap_node_get_memory() - the memory that the node of a device names
 * @dev: the device, with a node or without
 * @region: where to put the region, untouched where the node names none
 *
 * A pool is the DMA API's from here on, which allocates from it for the device.
 *
 * Context: process context, may sleep.
 * Return: 0, also where there is nothing to get; -EINVAL, -ENODEV, -EOPNOTSUPP or
 * -ENOMEM, and it has been logged.
 */
int mymap_node_get_memory(struct device *dev, struct mymap_region *region)
{
	struct device_node *node;
	int err;

	node = of_parse_phandle(dev->of_node, "memory-region", 0);
	if (!node) {
		if (of_property_read_bool(dev->of_node, "mymap,keep"))
			return dev_err_probe(dev, -EINVAL,
					     "mymap,keep: there is no memory-region\n");
		return 0;
	}
	if (of_device_is_compatible(node, "shared-dma-pool"))
		err = mymap_node_get_pool(dev);
	else
		err = mymap_node_get_region(dev, node, region);
	of_node_put(node);
	return err;
}

/**
 * mymap_node_put_memory() - the mirror of mymap_node_get_memory()
 * @dev: the device, for which nothing is allocated any more
 *
 * Context: process context.
 */
void mymap_node_put_memory(struct device *dev)
{
	/* Of a device without a pool it does nothing. */
	of_reserved_mem_device_release(dev);
}

/* A number of one cell or of two; without one, all of the region. */
static int mymap_node_get_size(struct mymap_device *device, u64 *size)
{
	const struct device_node *node = device->dev->of_node;
	u64 wanted = device->region.size;
	u32 cell;

	if (of_find_property(node, "mymap,size", NULL)) {
		if (of_property_read_u64(node, "mymap,size", &wanted)) {
			if (of_property_read_u32(node, "mymap,size", &cell))
				return -EINVAL;
			wanted = cell;
		}
		if (!wanted)
			return -EINVAL;
	}
	*size = 0;
	if (!wanted)
		return 0;
	return mymap_round_up_size(wanted, PAGE_SIZE, size) &&
	       *size <= mymap_max_file_size ? 0 : -EINVAL;
}

static struct mymap_name *mymap_node_reserve_name(struct device *dev)
{
	char text[MYMAP_NAME_SIZE] = {};
	const char *label;
	int len;

	if (of_property_read_string(dev->of_node, "label", &label))
		len = snprintf(text, sizeof(text), "%pOFn", dev->of_node);
	else
		len = snprintf(text, sizeof(text), "%s", label);
	if (len >= sizeof(text) || !mymap_name_is_valid(text))
		return ERR_PTR(-EINVAL);
	return mymap_names_reserve(text);
}

/**
 * mymap_node_add_buffer() - make the named buffer that a device is to have
 * @device: the device
 *
 * No limit counts it: it is part of the board.
 *
 * Context: process context, may sleep.
 * Return: 0, also where there is none to make; -errno, and it has been logged.
 */
int mymap_node_add_buffer(struct mymap_device *device)
{
	struct device *dev = device->dev;
	struct mymap_buffer *buffer;
	struct mymap_name *name;
	u32 cache;
	u64 size;
	int err;

	err = mymap_node_get_size(device, &size);
	if (err)
		return dev_err_probe(dev, err, "mymap,size: not a size\n");
	err = mymap_node_get_cache(dev, &cache);
	if (err)
		return err;
	if (!size) {
		if (cache && !device->region.size)
			return dev_err_probe(dev, -EINVAL,
					     "mymap,cache: there is no buffer\n");
		return 0;
	}

	name = mymap_node_reserve_name(dev);
	if (IS_ERR(name))
		return dev_err_probe(dev, PTR_ERR(name),
				     "label: no name for a buffer, or taken\n");
	buffer = mymap_buffer_create_for_device(device, size, cache);
	if (IS_ERR(buffer)) {
		err = PTR_ERR(buffer);
		/* Not by dev_err_probe(), which says nothing of ENOMEM. */
		if (err == -EOPNOTSUPP)
			dev_err(dev, "mymap,cache: not with this memory\n");
		else
			dev_err(dev, "mymap,size: no run of %llu bytes: error %d\n",
				size, err);
		goto err_release_name;
	}
	/* The name keeps it, and not we: who destroys the name frees the memory. */
	device->own_id = buffer->id;
	memcpy(device->own_name, name->text, sizeof(name->text));
	err = mymap_names_publish(name, buffer);
	mymap_buffer_put(buffer);
	if (!err)
		return 0;
	dev_err(dev, "label: no device for the name: error %d\n", err);

err_release_name:
	mymap_names_release(name);
	return err;
}

/**
 * mymap_node_remove_buffer() - the mirror of mymap_node_add_buffer()
 * @device: the device
 *
 * Whoever uses the buffer keeps it, and loses its memory with the device.
 *
 * Context: process context, may sleep.
 */
void mymap_node_remove_buffer(struct mymap_device *device)
{
	if (device->own_id)
		mymap_names_forget(device->own_name, device->own_id);
}
