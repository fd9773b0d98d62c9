// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reserved region: memory that the device tree keeps from the kernel and gives to
 * one device. The kernel has no mapping of it and no pages that anybody may take,
 * and what is in it outlives buffers, this module, and often a reboot.
 *
 * One buffer has it at a time, from its first byte on. Whether a buffer finds what
 * was there before is for the device tree to say.
 */
#include <linux/dma-direct.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/string.h>

#include "devices.h"

/*
 * There are no pages: to the DMA API it would be like registers. That is right for
 * an IOMMU. Without one it would take the processor's address for the device's, and
 * warn where the device does not reach it.
 */
static bool mymap_region_map(struct device *dev, phys_addr_t start,
			     size_t size, dma_addr_t *dma)
{
	if (!mymap_translation_of(dev)) {
		*dma = phys_to_dma(dev, start);
		return mymap_device_reaches(dev, start, size);
	}
	*dma = dma_map_resource(dev, start, size, DMA_BIDIRECTIONAL, 0);
	return !dma_mapping_error(dev, *dma);
}

/**
 * mymap_region_take() - get the region of a device
 * @device: the device, which has one; the caller holds its lock
 * @size: bytes, a multiple of the page size
 * @dma: where to put where the device sees it
 *
 * Context: process context, may sleep.
 * Return: where the kernel sees it, until mymap_region_give(); NULL where it is
 * taken, is not that large, cannot be mapped, or not reached by the device.
 */
void *mymap_region_take(struct mymap_device *device, size_t size,
			dma_addr_t *dma)
{
	struct mymap_region *region = &device->region;
	void *address;

	lockdep_assert_held(&device->lock);
	if (region->taken || size > region->size)
		return NULL;
	address = memremap(region->start, size,
			   region->cache == MYMAP_CACHE_CACHED ? MEMREMAP_WB :
							 MEMREMAP_WC);
	if (!address)
		return NULL;
	if (!mymap_region_map(device->dev, region->start, size, dma)) {
		memunmap(address);
		return NULL;
	}
	if (!region->keep)
		memset(address, 0, size);
	region->taken = true;
	return address;
}

/**
 * mymap_region_give() - the mirror of mymap_region_take()
 * @device: the device, whose lock the caller holds
 * @size: bytes, as taken
 * @address: where the kernel saw it
 * @dma: where the device saw it
 *
 * Context: process context, may sleep.
 */
void mymap_region_give(struct mymap_device *device, size_t size, void *address,
		       dma_addr_t dma)
{
	lockdep_assert_held(&device->lock);
	if (mymap_translation_of(device->dev))
		dma_unmap_resource(device->dev, dma, size, DMA_BIDIRECTIONAL,
				   0);
	memunmap(address);
	device->region.taken = false;
}
