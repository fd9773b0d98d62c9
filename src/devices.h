/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices, and memory that is theirs.
 */
#ifndef _MYMAP_DEVICES_H
#define _MYMAP_DEVICES_H

#include <linux/dma-direction.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/mymap.h>
#include <linux/pgtable.h>
#include <linux/types.h>

struct device;
struct iommu_domain;
struct mymap_buffer;
struct mymap_dma_map;
struct mymap_pages;
struct mymap_segment;
struct sg_table;
struct vm_area_struct;

/* devices.c: the devices that there is memory for */

/* What the platform driver is called, and the module's own device where it can be. */
#define MYMAP_OWN_DEVICE	"mymap"

/**
 * struct mymap_region - memory that is reserved for one device
 * @start: where it is
 * @size: bytes, a multiple of the page size; 0 where there is none
 * @cache: MYMAP_CACHE_*: how it is mapped, for all buffers alike
 * @keep: a buffer finds in it what the one before left
 * @taken: a buffer has it; guarded by the device's lock. The rest never changes
 */
struct mymap_region {
	phys_addr_t start;
	size_t size;
	u32 cache;
	bool keep;
	bool taken;
};

/**
 * struct mymap_device - a device that mymap is the driver of, or was
 * @ref: one as long as it is bound, and one for each buffer that is for it
 * @lock: guards @dev and @users, and is held around calls into the DMA API
 * @node: among all devices
 * @dev: the device; NULL when it is gone
 * @users: what has to be given back before it goes
 * @region: where memory of the device kind is; without one it is the DMA API's
 * @is_own: it is the module's own; never changes
 * @own_id: which buffer was made for its node, or 0; what became of that is not
 *	known here. Only its driver looks at this and at @own_name
 * @own_name: the name that it was given
 * @name: as the kernel calls it; never changes
 */
struct mymap_device {
	struct kref ref;
	struct mutex lock;
	struct list_head node;
	struct device *dev;
	struct list_head users;
	struct mymap_region region;
	bool is_own;
	u32 own_id;
	char own_name[MYMAP_NAME_SIZE];
	char name[MYMAP_DEVICE_NAME_SIZE];
};

/**
 * struct mymap_device_user - what belongs to a device
 * @node: among the users of the device
 * @gone: the device goes: give it back now. Called once, under the device's lock,
 *	when this has left the list; takes the buffer's lock
 */
struct mymap_device_user {
	struct list_head node;
	void (*gone)(struct mymap_device_user *user);
};

struct mymap_device *mymap_devices_add(struct device *dev,
				       const struct mymap_region *region,
				       bool is_own);
void mymap_devices_remove(struct mymap_device *device);
struct mymap_device *mymap_devices_get(const char *name);
void mymap_device_put(struct mymap_device *device);

/* memory_cache.c: how a device's memory is cached */

const char *mymap_cache_name(u32 cache);
u32 mymap_cache_by_name(const char *name);
bool mymap_cache_has_pool(const struct device *dev);
bool mymap_cache_is_by_dma(const struct mymap_device *device);
u32 mymap_cache_of_device(const struct mymap_device *device);
u32 mymap_cache_of_region(struct device *dev, u32 wanted);
bool mymap_cache_is_possible(const struct mymap_device *device, u32 cache);
bool mymap_cache_change(void *address, size_t size, u32 cache);
pgprot_t mymap_cache_prot(u32 cache, bool by_dma, pgprot_t prot);

/* memory_region.c: memory that is reserved for a device */

void *mymap_region_take(struct mymap_device *device, size_t size,
			dma_addr_t *dma);
void mymap_region_give(struct mymap_device *device, size_t size, void *address,
		       dma_addr_t dma);

/* node.c: what the device tree says */

int mymap_node_get_memory(struct device *dev, struct mymap_region *region);
void mymap_node_put_memory(struct device *dev);
int mymap_node_add_buffer(struct mymap_device *device);
void mymap_node_remove_buffer(struct mymap_device *device);

/* memory_frames.c: memory that the DMA API allocates, or a region */

/**
 * struct mymap_frames - the memory of one buffer of the device kind
 * @user: among those of the device
 * @device: the device, which the buffer has a reference to
 * @pages: the buffer's, none of which is there; its lock guards @address
 * @address: where the kernel sees the memory; NULL when it is gone
 * @dma: where the device sees it
 * @pfn: the first frame
 * @size: bytes
 * @cache: MYMAP_CACHE_*: how it is mapped, by the kernel and by all; never changes
 * @is_by_dma: the DMA API has mapped it anew; never changes
 * @is_changed: the kernel's mapping was in another mode, and will be again
 */
struct mymap_frames {
	struct mymap_device_user user;
	struct mymap_device *device;
	struct mymap_pages *pages;
	void *address;
	dma_addr_t dma;
	unsigned long pfn;
	size_t size;
	u32 cache;
	bool is_by_dma;
	bool is_changed;
};

struct mymap_frames *mymap_frames_create(struct mymap_pages *pages,
					 struct mymap_device *device,
					 u32 cache);
void mymap_frames_destroy(struct mymap_frames *frames);
bool mymap_frames_begin(struct mymap_frames *frames);
void mymap_frames_end(struct mymap_frames *frames);
bool mymap_frames_are_gone(const struct mymap_frames *frames);
bool mymap_frames_are_kept(const struct mymap_frames *frames);
int mymap_frames_copy(struct mymap_frames *frames, u64 pos, void *data,
		      size_t len, bool write);

/* memory_gather.c: pages of a range together */

int mymap_gather_table(struct mymap_pages *pages, pgoff_t first, pgoff_t last,
		       size_t max_run, struct sg_table *table);
void *mymap_gather_address(struct mymap_pages *pages, pgoff_t first,
			   pgoff_t last);

/* memory_segments.c: pages mapped for a device */

struct iommu_domain *mymap_translation_of(struct device *dev);
bool mymap_device_reaches(struct device *dev, phys_addr_t start, size_t size);
struct mymap_dma_map *mymap_segments_create(struct mymap_pages *pages,
					    struct mymap_device *device);
void mymap_segments_destroy(struct mymap_dma_map *segments);
unsigned int mymap_segments_tell(const struct mymap_dma_map *segments,
				 struct mymap_segment *to, unsigned int first,
				 unsigned int nr, unsigned int *total);
int mymap_segments_synchronize(struct mymap_dma_map *segments, u64 offset,
			       u64 len, enum dma_data_direction direction,
			       bool end);

/* buffer_device.c: what a buffer is for its device */

u32 mymap_buffer_cache(const struct mymap_buffer *buffer);
int mymap_buffer_get_segments(struct mymap_buffer *buffer,
			      struct mymap_segment *to, unsigned int first,
			      unsigned int *nr, unsigned int *total);
int mymap_buffer_synchronize(struct mymap_buffer *buffer, u64 offset, u64 len,
			     enum dma_data_direction direction, bool end);

#endif /* _MYMAP_DEVICES_H */
