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
struct mymap_buffer;
struct mymap_dma_map;
struct mymap_pages;
struct mymap_segment;
struct sg_table;
struct vm_area_struct;

/* devices.c: the devices that there is memory for */

/* What the module's own device is called, and the platform driver. */
#define MYMAP_OWN_DEVICE	"mymap"

/**
 * struct mymap_device - a device that mymap is the driver of, or was
 * @ref: one as long as it is bound, and one for each buffer that is for it
 * @lock: guards @dev and @users, and is held around calls into the DMA API
 * @node: among all devices
 * @dev: the device; NULL when it is gone
 * @users: what has to be given back before it goes
 * @name: as the kernel calls it; never changes
 */
struct mymap_device {
	struct kref ref;
	struct mutex lock;
	struct list_head node;
	struct device *dev;
	struct list_head users;
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

struct mymap_device *mymap_devices_add(struct device *dev);
void mymap_devices_remove(struct mymap_device *device);
struct mymap_device *mymap_devices_get(const char *name);
void mymap_device_put(struct mymap_device *device);

/* memory_frames.c: memory that the DMA API allocates */

/**
 * struct mymap_frames - the memory of one buffer of the device kind
 * @user: among those of the device
 * @device: the device, which the buffer has a reference to
 * @pages: the buffer's, none of which is there; its lock guards @address
 * @address: where the kernel sees the memory; NULL when it is gone
 * @dma: where the device sees it
 * @pfn: the first frame
 * @size: bytes
 * @coherent: the processor and the device see the same through their caches
 */
struct mymap_frames {
	struct mymap_device_user user;
	struct mymap_device *device;
	struct mymap_pages *pages;
	void *address;
	dma_addr_t dma;
	unsigned long pfn;
	size_t size;
	bool coherent;
};

struct mymap_frames *mymap_frames_create(struct mymap_pages *pages,
					 struct mymap_device *device);
void mymap_frames_destroy(struct mymap_frames *frames);
bool mymap_frames_begin(struct mymap_frames *frames);
void mymap_frames_end(struct mymap_frames *frames);
bool mymap_frames_are_gone(const struct mymap_frames *frames);
int mymap_frames_copy(struct mymap_frames *frames, u64 pos, void *data,
		      size_t len, bool write);
pgprot_t mymap_frames_prot(const struct mymap_frames *frames, pgprot_t prot);

/* memory_gather.c: pages of a range together */

int mymap_gather_table(struct mymap_pages *pages, pgoff_t first, pgoff_t last,
		       size_t max_run, struct sg_table *table);
void *mymap_gather_address(struct mymap_pages *pages, pgoff_t first,
			   pgoff_t last);

/* memory_segments.c: pages mapped for a device */

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

int mymap_buffer_get_segments(struct mymap_buffer *buffer,
			      struct mymap_segment *to, unsigned int first,
			      unsigned int *nr, unsigned int *total);
int mymap_buffer_synchronize(struct mymap_buffer *buffer, u64 offset, u64 len,
			     enum dma_data_direction direction, bool end);

#endif /* _MYMAP_DEVICES_H */
