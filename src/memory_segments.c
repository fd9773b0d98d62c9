// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a buffer is for its device: runs of addresses on the device's bus.
 *
 * Pages are mapped for the device once, by the DMA API, and stay so as long as the
 * buffer is there: what the device was told may be used at any time. So the buffer
 * keeps its size and gets no holes.
 *
 * Where the DMA API would copy (swiotlb), because the device cannot reach the
 * memory itself, there are no addresses to be told: nobody would know when to copy.
 */
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "compat/compat.h"
#include "devices.h"
#include "mymap.h"

/**
 * struct mymap_dma_map - the pages of one buffer, mapped for its device
 * @user: among those of the device
 * @device: the device, which the buffer has a reference to
 * @table: the pages, and where the device sees them
 * @nr_told: as how many segments the device is told of them
 * @mapped: @table is mapped; guarded by the device's lock
 * @coherent: the processor and the device see the same through their caches
 */
struct mymap_dma_map {
	struct mymap_device_user user;
	struct mymap_device *device;
	struct sg_table table;
	unsigned int nr_told;
	bool mapped;
	bool coherent;
};

static void mymap_segments_unmap(struct mymap_dma_map *segments)
{
	dma_unmap_sgtable(segments->device->dev, &segments->table,
			  DMA_BIDIRECTIONAL, 0);
	segments->mapped = false;
}

static void mymap_segments_gone(struct mymap_device_user *user)
{
	mymap_segments_unmap(container_of(user, struct mymap_dma_map, user));
}

/**
 * mymap_translation_of() - what translates the addresses of a device
 * @dev: the device
 *
 * Context: any, while the device is ours.
 * Return: the domain, or NULL where a device is told addresses of its bus.
 */
struct iommu_domain *mymap_translation_of(struct device *dev)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev);

	return domain && domain->type != IOMMU_DOMAIN_IDENTITY ? domain : NULL;
}

/**
 * mymap_device_reaches() - does a device reach memory by itself
 * @dev: the device; nothing translates for it
 * @start: where the memory is
 * @size: bytes, not 0
 *
 * The DMA API is not to be asked: it would map a copy, or warn that it cannot.
 *
 * Context: any, while the device is ours.
 * Return: true where it does.
 */
bool mymap_device_reaches(struct device *dev, phys_addr_t start, size_t size)
{
	u64 last = min_not_zero(dma_get_mask(dev), (u64)dev->bus_dma_limit);
	u64 first = phys_to_dma(dev, start);

	return first <= last && size - 1 <= last - first;
}

static bool mymap_segments_are_reached(struct device *dev,
				       const struct sg_table *table)
{
	struct scatterlist *sg;
	unsigned int i;

	if (mymap_translation_of(dev))
		return true;
	for_each_sgtable_sg(table, sg, i) {
		if (!mymap_device_reaches(dev, sg_phys(sg), sg->length))
			return false;
	}
	return true;
}

/*
 * Is any of it a copy nevertheless, as swiotlb=force has it? Behind an IOMMU, see
 * where the first address leads to. Without, an address follows from where the
 * memory is, and the DMA API merges no runs: each is where it would be, or a copy.
 */
static bool mymap_segments_are_bounced(struct device *dev,
				       const struct sg_table *table)
{
	struct iommu_domain *domain = mymap_translation_of(dev);
	struct scatterlist *sg;
	unsigned int i;

	if (domain)
		return iommu_iova_to_phys(domain, sg_dma_address(table->sgl)) !=
			sg_phys(table->sgl);
	for_each_sgtable_dma_sg(table, sg, i) {
		if (sg_dma_address(sg) != phys_to_dma(dev, sg_phys(sg)))
			return true;
	}
	return false;
}

/*
 * Does a segment begin with the run? Not every driver of an IOMMU makes one run of
 * those that follow each other (Intel's of 5.10 does not), and without one a struct
 * scatterlist ends a run before 4 GiB.
 */
static bool mymap_segment_begins(const struct scatterlist *sg, u64 last_end)
{
	return !last_end || sg_dma_address(sg) != last_end;
}

static u64 mymap_run_end(const struct scatterlist *sg)
{
	return (u64)sg_dma_address(sg) + sg_dma_len(sg);
}

static unsigned int mymap_segments_count(const struct sg_table *table)
{
	struct scatterlist *sg;
	unsigned int i, nr = 0;
	u64 last_end = 0;

	for_each_sgtable_dma_sg(table, sg, i) {
		nr += mymap_segment_begins(sg, last_end);
		last_end = mymap_run_end(sg);
	}
	return nr;
}

static int mymap_segments_map(struct mymap_dma_map *segments)
{
	struct mymap_device *device = segments->device;
	int err;

	if (!mymap_segments_are_reached(device->dev, &segments->table))
		return -EOPNOTSUPP;
	err = dma_map_sgtable(device->dev, &segments->table,
			      DMA_BIDIRECTIONAL, DMA_ATTR_NO_WARN);
	/* The same where there is no room for a copy, which is not wanted. */
	if (err)
		return err == -ENOMEM ? err : -EOPNOTSUPP;
	segments->mapped = true;
	if (mymap_segments_are_bounced(device->dev, &segments->table)) {
		mymap_segments_unmap(segments);
		return -EOPNOTSUPP;
	}
	segments->coherent = dev_is_dma_coherent(device->dev);
	segments->nr_told = mymap_segments_count(&segments->table);
	list_add_tail(&segments->user.node, &device->users);
	return 0;
}

/**
 * mymap_segments_create() - map the pages of a buffer for its device
 * @pages: the pages, all of which are there, and stay until
 *	mymap_segments_destroy()
 * @device: the device, which is there; the caller has a reference to it that
 *	lasts as long
 *
 * Context: process context, holds the locks of the device and of the buffer.
 * Return: the segments, ERR_PTR(-ENOMEM), ERR_PTR(-EIO) where a page is broken, or
 * ERR_PTR(-EOPNOTSUPP) where the device cannot reach the memory.
 */
struct mymap_dma_map *mymap_segments_create(struct mymap_pages *pages,
					    struct mymap_device *device)
{
	struct mymap_dma_map *segments;
	int err;

	lockdep_assert_held(&device->lock);
	lockdep_assert_held(pages->lock);
	segments = kzalloc(sizeof(*segments), GFP_KERNEL_ACCOUNT);
	if (!segments)
		return ERR_PTR(-ENOMEM);
	segments->user.gone = mymap_segments_gone;
	segments->device = device;
	err = mymap_gather_table(pages, 0, pages->nr_pages, SIZE_MAX,
				 &segments->table);
	if (err)
		goto err_free;
	err = mymap_segments_map(segments);
	if (err)
		goto err_free_table;
	return segments;

err_free_table:
	sg_free_table(&segments->table);
err_free:
	kfree(segments);
	return ERR_PTR(err);
}

/**
 * mymap_segments_tell() - where the pages are for the device
 * @segments: the segments
 * @to: where to put them
 * @first: the first one wanted
 * @nr: room in @to
 * @total: how many there are
 *
 * Context: process context, holds the device's lock.
 * Return: how many were put there.
 */
unsigned int mymap_segments_tell(const struct mymap_dma_map *segments,
				 struct mymap_segment *to, unsigned int first,
				 unsigned int nr, unsigned int *total)
{
	unsigned int i, found = 0, filled = 0;
	struct scatterlist *sg;
	u64 last_end = 0;

	*total = segments->nr_told;
	for_each_sgtable_dma_sg(&segments->table, sg, i) {
		if (mymap_segment_begins(sg, last_end)) {
			if (filled == nr)
				break;
			if (found++ >= first)
				to[filled++] = (struct mymap_segment){
					.address = sg_dma_address(sg),
				};
		}
		if (filled)
			to[filled - 1].length += sg_dma_len(sg);
		last_end = mymap_run_end(sg);
	}
	return filled;
}

/**
 * mymap_segments_destroy() - the mirror of mymap_segments_create()
 * @segments: the segments, or NULL; nobody uses the buffer any more
 *
 * Context: process context, may sleep, takes the device's lock.
 */
void mymap_segments_destroy(struct mymap_dma_map *segments)
{
	struct mymap_device *device;

	if (!segments)
		return;
	device = segments->device;
	mutex_lock(&device->lock);
	/* Where the device is gone, nothing is mapped for it. */
	if (segments->mapped) {
		list_del(&segments->user.node);
		mymap_segments_unmap(segments);
	}
	mutex_unlock(&device->lock);
	sg_free_table(&segments->table);
	kfree(segments);
}

/*
 * The part of a range that lies in one run of pages and in one of addresses, both
 * of which cover the buffer in the same order.
 */
static void mymap_segments_sync(struct mymap_dma_map *segments, u64 offset,
				u64 len, enum dma_data_direction direction,
				bool end)
{
	struct device *dev = segments->device->dev;
	struct scatterlist *run = segments->table.sgl;
	struct scatterlist *dma = segments->table.sgl;
	u64 run_end = run->length, dma_end = sg_dma_len(dma);

	while (len) {
		dma_addr_t address;
		u64 part;

		while (offset >= run_end) {
			run = sg_next(run);
			run_end += run->length;
		}
		while (offset >= dma_end) {
			dma = sg_next(dma);
			dma_end += sg_dma_len(dma);
		}
		part = min3(len, run_end - offset, dma_end - offset);
		address = sg_dma_address(dma) + sg_dma_len(dma) -
			(dma_end - offset);
		if (end)
			dma_sync_single_for_device(dev, address, part,
						   direction);
		else
			dma_sync_single_for_cpu(dev, address, part, direction);
		offset += part;
		len -= part;
		cond_resched();
	}
}

/**
 * mymap_segments_synchronize() - let the processor and the device see the same
 * @segments: the segments
 * @offset: bytes
 * @len: bytes; the range is inside of the pages
 * @direction: which way the data go
 * @end: the processor is done with it, rather than about to begin
 *
 * Context: process context, may sleep, takes the device's lock where there is
 * something to be done.
 * Return: 0, or -ENXIO where the device is gone.
 */
int mymap_segments_synchronize(struct mymap_dma_map *segments, u64 offset,
			       u64 len, enum dma_data_direction direction,
			       bool end)
{
	int err = 0;

	if (segments->coherent && READ_ONCE(segments->mapped))
		return 0;

	mutex_lock(&segments->device->lock);
	if (segments->mapped)
		mymap_segments_sync(segments, offset, len, direction, end);
	else
		err = -ENXIO;
	mutex_unlock(&segments->device->lock);
	return err;
}
