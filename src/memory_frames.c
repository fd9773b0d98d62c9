// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device kind: memory that the DMA API allocates for a device, from CMA, from
 * a reserved pool or from the free pages; or the region that is reserved for it. It
 * is one run, in memory and for the device.
 *
 * These are raw frames: if there are pages behind them, they are not ours, and
 * nobody may hold a reference to one. So they are mapped without (VM_PFNMAP), they
 * cannot be pinned, and they can be taken away at any moment: when the device goes.
 *
 * Whoever uses them holds the buffer's lock meanwhile, and looks under it whether
 * they are there.
 */
#include <linux/device.h>
#include <linux/dma-direct.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat/compat.h"
#include "devices.h"
#include "memory_chunks.h"
#include "mymap.h"
#include "stats.h"

/*
 * One run also where an IOMMU could make many look like one: then they may be
 * mapped by their first frame. What is not to be had is told, not logged.
 */
#define MYMAP_FRAMES_ATTRS	(DMA_ATTR_FORCE_CONTIGUOUS | DMA_ATTR_NO_WARN)

static void mymap_frames_count(struct mymap_pages *pages, unsigned long nr)
{
	mymap_stats_add_resident((long)nr - (long)pages->nr_resident, 0);
	WRITE_ONCE(pages->nr_resident, nr);
}

/* Have it as it came. What was changed by pages needs no memory to be so again. */
static bool mymap_frames_restore(const struct mymap_frames *frames)
{
	if (!frames->is_changed ||
	    mymap_cache_change(frames->address, frames->size,
			       MYMAP_CACHE_CACHED))
		return true;
	/* Better lost than with somebody who takes it for cached. */
	dev_warn(frames->device->dev,
		 "%zu bytes cannot be cached again, and are lost\n",
		 frames->size);
	return false;
}

/* Give the memory back: under the device's lock, and not used by anybody. */
static void mymap_frames_free(struct mymap_frames *frames)
{
	struct mymap_device *device = frames->device;

	if (device->region.size)
		mymap_region_give(device, frames->size, frames->address,
				  frames->dma);
	else if (mymap_frames_restore(frames))
		dma_free_attrs(device->dev, frames->size, frames->address,
			       frames->dma, MYMAP_FRAMES_ATTRS);
	frames->address = NULL;
}

/* The device goes. */
static void mymap_frames_gone(struct mymap_device_user *user)
{
	struct mymap_frames *frames =
		container_of(user, struct mymap_frames, user);
	struct mymap_pages *pages = frames->pages;

	mutex_lock(pages->lock);
	/*
	 * Faults look under the lock, so that what is unmapped here stays so. A
	 * mapping that is being made has no page yet.
	 */
	if (pages->mapping)
		unmap_mapping_range(pages->mapping, 0, 0, 1);
	mymap_frames_free(frames);
	mymap_frames_count(pages, 0);
	mutex_unlock(pages->lock);
}

static unsigned long mymap_frames_pfn(const struct mymap_frames *frames)
{
	struct device *dev = frames->device->dev;
	void *address = frames->address;

	/*
	 * No IOMMU stands between a device and its pool: node.c refuses that. How
	 * the kernel maps one is not to be looked up: 5.10 cannot where it is
	 * mapped by large pages.
	 */
	if (mymap_cache_has_pool(dev))
		return PHYS_PFN(dma_to_phys(dev, frames->dma));
	return is_vmalloc_addr(address) ? vmalloc_to_pfn(address) :
		PHYS_PFN(virt_to_phys(address));
}

/*
 * Where it is not from a pool or from CMA, it is from the pages that all have: the
 * creator's memory cgroup pays, and nobody is killed for it. The DMA API takes a
 * power of two of them.
 */
static void *mymap_frames_take(struct mymap_frames *frames)
{
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN | __GFP_RETRY_MAYFAIL |
		COMPAT_GFP_ACCOUNT;
	struct device *dev = frames->device->dev;
	struct mem_cgroup *old;
	void *address;

	if (!mymap_cache_has_pool(dev) &&
	    !mymap_memory_is_there(1UL << get_order(frames->size)))
		return NULL;
	old = compat_memcg_enter(frames->pages->memcg);
	address = dma_alloc_attrs(dev, frames->size, &frames->dma, gfp,
				  MYMAP_FRAMES_ATTRS);
	compat_memcg_enter(old);
	return address;
}

/* What the DMA API allocates for the device. */
static int mymap_frames_allocate_dma(struct mymap_frames *frames)
{
	struct mymap_device *device = frames->device;

	frames->address = mymap_frames_take(frames);
	if (!frames->address)
		return -ENOMEM;
	frames->pfn = mymap_frames_pfn(frames);
	if (frames->cache == mymap_cache_of_device(device))
		return 0;
	/* Also where it fails: then some of it may be. */
	frames->is_changed = true;
	if (mymap_cache_change(frames->address, frames->size, frames->cache))
		return 0;
	mymap_frames_free(frames);
	return -ENOMEM;
}

/* The mirror of mymap_frames_free(). */
static int mymap_frames_allocate(struct mymap_frames *frames, u32 cache)
{
	struct mymap_device *device = frames->device;

	if (!device->dev)
		return -ENXIO;
	frames->cache = cache ?: mymap_cache_of_device(device);
	if (!mymap_cache_is_possible(device, frames->cache))
		return -EOPNOTSUPP;
	frames->is_by_dma = mymap_cache_is_by_dma(device);
	/*
	 * The DMA API shares it with the host, unencrypted, which a mapping of a
	 * process would have to be told: it would see noise.
	 */
	if (compat_is_encrypted_guest())
		return -EOPNOTSUPP;
	if (!device->region.size)
		return mymap_frames_allocate_dma(frames);
	frames->address = mymap_region_take(device, frames->size,
					    &frames->dma);
	if (!frames->address)
		return -ENOMEM;
	frames->pfn = PHYS_PFN(device->region.start);
	return 0;
}

/**
 * mymap_frames_create() - allocate memory of a device
 * @pages: the memory of the buffer, empty; without a single page it has its size
 *	and its mapping
 * @device: the device, which the caller has a reference to; so have the frames
 * @cache: MYMAP_CACHE_*, or 0 for what is usual there
 *
 * Context: process context, may sleep, takes the device's lock.
 * Return: the frames, full of zeros where they are not kept; ERR_PTR(-ENOMEM),
 * ERR_PTR(-EOPNOTSUPP) where the mode is not to be had, or none because the memory of
 * this guest is encrypted, or ERR_PTR(-ENXIO) where the device is gone.
 */
struct mymap_frames *mymap_frames_create(struct mymap_pages *pages,
					 struct mymap_device *device,
					 u32 cache)
{
	struct mymap_frames *frames;
	int err;

	/* On 32 bits a buffer may be larger than what the kernel can map. */
	if (pages->nr_pages > SIZE_MAX >> PAGE_SHIFT) {
		mymap_stats_count(MYMAP_STAT_ALLOCATION_FAILURES);
		return ERR_PTR(-ENOMEM);
	}
	frames = kzalloc(sizeof(*frames), GFP_KERNEL_ACCOUNT);
	if (!frames)
		return ERR_PTR(-ENOMEM);
	frames->user.gone = mymap_frames_gone;
	frames->device = device;
	frames->pages = pages;
	frames->size = (size_t)pages->nr_pages << PAGE_SHIFT;

	mutex_lock(&device->lock);
	err = mymap_frames_allocate(frames, cache);
	if (!err) {
		list_add_tail(&frames->user.node, &device->users);
		/* Before the device can go, which takes them back. */
		mymap_frames_count(pages, pages->nr_pages);
	}
	mutex_unlock(&device->lock);
	if (err) {
		if (err == -ENOMEM)
			mymap_stats_count(MYMAP_STAT_ALLOCATION_FAILURES);
		kfree(frames);
		return ERR_PTR(err);
	}
	return frames;
}

/**
 * mymap_frames_destroy() - the mirror of mymap_frames_create()
 * @frames: the frames, or NULL; nobody uses the buffer any more
 *
 * Context: process context, may sleep, takes the device's lock.
 */
void mymap_frames_destroy(struct mymap_frames *frames)
{
	struct mymap_device *device;

	if (!frames)
		return;
	device = frames->device;
	mutex_lock(&device->lock);
	/* Where the device is gone, so is the memory. */
	if (frames->address) {
		list_del(&frames->user.node);
		mymap_frames_free(frames);
		mymap_frames_count(frames->pages, 0);
	}
	mutex_unlock(&device->lock);
	kfree(frames);
}

/**
 * mymap_frames_begin() - begin to use frames
 * @frames: the frames
 *
 * Context: process context, may sleep, takes the buffer's lock, which is held
 * until mymap_frames_end() where they are there.
 * Return: false where they are gone; then there is nothing to end.
 */
bool mymap_frames_begin(struct mymap_frames *frames)
{
	mutex_lock(frames->pages->lock);
	if (frames->address)
		return true;
	mutex_unlock(frames->pages->lock);
	return false;
}

/**
 * mymap_frames_end() - end what mymap_frames_begin() began
 * @frames: the frames
 *
 * Context: process context.
 */
void mymap_frames_end(struct mymap_frames *frames)
{
	mutex_unlock(frames->pages->lock);
}

/**
 * mymap_frames_are_gone() - has the memory gone with its device
 * @frames: the frames
 *
 * Context: any; it may be so the next moment.
 * Return: true where it has.
 */
bool mymap_frames_are_gone(const struct mymap_frames *frames)
{
	return !READ_ONCE(frames->address);
}

/**
 * mymap_frames_are_kept() - does what is in it outlive the buffer
 * @frames: the frames
 *
 * Context: any.
 * Return: true where the next one finds it.
 */
bool mymap_frames_are_kept(const struct mymap_frames *frames)
{
	return frames->device->region.keep;
}

/**
 * mymap_frames_copy() - copy from or to frames
 * @frames: the frames
 * @pos: bytes, where
 * @data: kernel memory
 * @len: bytes; all of them are inside of the buffer
 * @write: to the frames
 *
 * Context: process context, may sleep, takes the buffer's lock.
 * Return: 0, or -ENXIO where they are gone.
 */
int mymap_frames_copy(struct mymap_frames *frames, u64 pos, void *data,
		      size_t len, bool write)
{
	if (!mymap_frames_begin(frames))
		return -ENXIO;
	if (write)
		memcpy(frames->address + pos, data, len);
	else
		memcpy(data, frames->address + pos, len);
	mymap_frames_end(frames);
	return 0;
}
