// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cache modes: how the processor caches a device's memory.
 *
 * Two mappings of one page that differ in their cache mode are not allowed by any
 * architecture that has them: what one reads need not be what the other has
 * written. So the mode is the buffer's and never a mapping's, and it is that of the
 * kernel's own mapping. Only x86 can change that one for ordinary memory; elsewhere
 * a mode is to be had where the kernel's mapping is made for the buffer.
 */
#include <linux/device.h>
#include <linux/dma-map-ops.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/stringify.h>
#ifdef CONFIG_X86
#include <asm/set_memory.h>
#endif

#include "devices.h"

/* Of a protection, those that say how memory is cached, or more. */
#ifdef CONFIG_ARM
#define MYMAP_CACHE_BITS	L_PTE_MT_MASK
#else
#define MYMAP_CACHE_BITS	(~0ULL)
#endif

static const char *const mymap_cache_names[] = {
	[MYMAP_CACHE_CACHED]		= "cached",
	[MYMAP_CACHE_WRITE_COMBINED]	= "write-combined",
	[MYMAP_CACHE_UNCACHED]		= "uncached",
};

/**
 * mymap_cache_name() - a mode as text
 * @cache: MYMAP_CACHE_*
 *
 * Context: any.
 * Return: a constant.
 */
const char *mymap_cache_name(u32 cache)
{
	return mymap_cache_names[cache];
}

/**
 * mymap_cache_by_name() - a mode by its name
 * @name: the name
 *
 * Context: any.
 * Return: MYMAP_CACHE_*, or 0 where there is none of that name.
 */
u32 mymap_cache_by_name(const char *name)
{
	u32 cache;

	for (cache = MYMAP_CACHE_UNCACHED; cache; cache--)
		if (!strcmp(name, mymap_cache_names[cache]))
			break;
	return cache;
}

/*
 * What memremap() makes of MEMREMAP_WC: where there is no such mapping, it takes that
 * of registers.
 */
static u32 mymap_cache_of_remap(void)
{
	return strcmp(__stringify(ioremap_wc), "ioremap") ?
		MYMAP_CACHE_WRITE_COMBINED : MYMAP_CACHE_UNCACHED;
}

/* What the DMA API makes of memory for a device that does not see the caches. */
static u32 mymap_cache_of_dma(void)
{
	return (pgprot_val(pgprot_dmacoherent(__pgprot(0))) & MYMAP_CACHE_BITS) ==
	       (pgprot_val(pgprot_writecombine(__pgprot(0))) & MYMAP_CACHE_BITS) ?
		MYMAP_CACHE_WRITE_COMBINED : MYMAP_CACHE_UNCACHED;
}

/**
 * mymap_cache_has_pool() - has the DMA API a pool for the device alone
 * @dev: the device
 *
 * It has mapped that by memremap(), and takes nothing from elsewhere.
 *
 * Context: any.
 * Return: true where it has.
 */
bool mymap_cache_has_pool(const struct device *dev)
{
#ifdef CONFIG_DMA_DECLARE_COHERENT
	return dev->dma_mem;
#else
	return false;
#endif
}

/**
 * mymap_cache_is_by_dma() - does the DMA API map memory of a device anew
 * @device: a device that is there; the caller holds its lock
 *
 * Then all bits of a mapping are to be those of the DMA API.
 *
 * Context: any.
 * Return: true where it does.
 */
bool mymap_cache_is_by_dma(const struct mymap_device *device)
{
	return !device->region.size && !mymap_cache_has_pool(device->dev) &&
		!dev_is_dma_coherent(device->dev);
}

/**
 * mymap_cache_of_device() - the mode in which the kernel maps memory of a device
 * @device: a device that is there; the caller holds its lock
 *
 * Context: any.
 * Return: MYMAP_CACHE_*.
 */
u32 mymap_cache_of_device(const struct mymap_device *device)
{
	if (device->region.size)
		return device->region.cache;
	if (mymap_cache_has_pool(device->dev))
		return mymap_cache_of_remap();
	return mymap_cache_is_by_dma(device) ? mymap_cache_of_dma() :
					       MYMAP_CACHE_CACHED;
}

/**
 * mymap_cache_of_region() - the mode of a reserved region
 * @dev: the device that has it
 * @wanted: MYMAP_CACHE_*, or 0 for what is usual
 *
 * It is one for all buffers in it: what one leaves in the caches would be written
 * over what the next one has written past them.
 *
 * Context: any.
 * Return: MYMAP_CACHE_*, or 0 where @wanted is not to be had.
 */
u32 mymap_cache_of_region(struct device *dev, u32 wanted)
{
	u32 uncached = mymap_cache_of_remap();
	/* An IOMMU would map it as registers are, past the caches. */
	bool coherent = dev_is_dma_coherent(dev) && !mymap_translation_of(dev);

	if (!wanted)
		return coherent ? MYMAP_CACHE_CACHED : uncached;
	if (wanted == MYMAP_CACHE_CACHED)
		return coherent ? wanted : 0;
	return wanted == uncached ? wanted : 0;
}

/**
 * mymap_cache_is_possible() - can memory of a device be had in a mode
 * @device: a device that is there; the caller holds its lock
 * @cache: MYMAP_CACHE_*
 *
 * Context: any.
 * Return: true where it can, but for want of memory.
 */
bool mymap_cache_is_possible(const struct mymap_device *device, u32 cache)
{
	u32 usual = mymap_cache_of_device(device);

	return cache == usual ||
	       (IS_ENABLED(CONFIG_X86) && usual == MYMAP_CACHE_CACHED &&
		!device->region.size);
}

#ifdef CONFIG_X86
/**
 * mymap_cache_change() - change how the kernel maps memory that it maps anyway
 * @address: where; nobody else uses it
 * @size: bytes, a multiple of the page size
 * @cache: MYMAP_CACHE_*; MYMAP_CACHE_CACHED before the memory is given back
 *
 * What the caches have of it is written back. Mappings of user space follow, since
 * the kernel remembers the mode of each page and puts it into what maps the page.
 * Where it fails, some of it may have been changed.
 *
 * Context: process context, may sleep.
 * Return: true where all of it was changed; false where it was not, for want of
 * memory.
 */
bool mymap_cache_change(void *address, size_t size, u32 cache)
{
	unsigned long start = (unsigned long)address;
	int nr = size >> PAGE_SHIFT;

	switch (cache) {
	case MYMAP_CACHE_WRITE_COMBINED:
		return !set_memory_wc(start, nr);
	case MYMAP_CACHE_UNCACHED:
		return !set_memory_uc(start, nr);
	default:
		return !set_memory_wb(start, nr);
	}
}
#else
bool mymap_cache_change(void *address, size_t size, u32 cache)
{
	return false;
}
#endif

/**
 * mymap_cache_prot() - how memory is mapped in a mode
 * @cache: MYMAP_CACHE_*
 * @by_dma: as mymap_cache_is_by_dma() said of the device
 * @prot: as ordinary memory is mapped there
 *
 * Context: any.
 * Return: the protection bits.
 */
pgprot_t mymap_cache_prot(u32 cache, bool by_dma, pgprot_t prot)
{
	if (by_dma)
		return pgprot_dmacoherent(prot);
	switch (cache) {
	case MYMAP_CACHE_WRITE_COMBINED:
		return pgprot_writecombine(prot);
	case MYMAP_CACHE_UNCACHED:
		return pgprot_noncached(prot);
	default:
		return prot;
	}
}
