/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mymap, private: the objects and the doors between the rooms.
 *
 * Objects
 *
 *   struct mymap_buffer   a size and its memory. Counted by @ref: one reference
 *                         for each open file that uses it, one of its name if it
 *                         has one, and one of the module for the default buffer.
 *   struct mymap_pages    the memory of one buffer, inside of it.
 *   struct mymap_frames   the memory of one buffer of the device kind.
 *   struct mymap_device   a device that mymap is the driver of, or was: counted by
 *                         those who have or once had memory for it.
 *   struct mymap_name     a name that a buffer can be found by, and its device.
 *                         It owns a reference to the buffer, and the buffer
 *                         points back without one.
 *   the inode             what files and mappings of a buffer share. It exists
 *                         only while some file uses the buffer, because it pins
 *                         the pseudo filesystem and so the module: an idle
 *                         buffer, default or named, must not keep the module
 *                         from going.
 *
 * Lock order, outermost first
 *
 *   inode.i_rwsem > mymap_buffer.lock > page lock > inode.i_lock
 *   inode.i_rwsem > mymap_names_lock > the core's locks of devices
 *   mmap_lock > mymap_buffer.lock > the address space's lock of mappings
 *   the core's lock of a device > mymap_device.lock > mymap_buffer.lock
 *   the core's lock of a node's device > mymap_names_lock
 *   mymap_notify.waiters.lock > that of an eventfd, those of epoll
 *
 *   inode.i_rwsem, of the buffer's inode, is held while the size changes and by
 *   fallocate: one of them at a time. No page fault, read or write takes it.
 *   mymap_names_lock is taken under it, to tell that the size has changed:
 *   truncate comes with it held, and so does chmod, which asks whether there is a
 *   name. Nothing is done under mymap_names_lock that
 *   opens, closes or resizes a buffer, so that nobody who holds that one waits
 *   for an inode of ours; the inodes that the core makes for nodes are of
 *   another filesystem.
 *   mymap_names_lock is never taken under mymap_buffer.lock: a device is removed
 *   under it, which waits for readers of attributes, and those take the
 *   buffer's.
 *   mymap_buffer.lock is never held across an access to user memory. It is
 *   taken in page faults, so nothing that holds it may wait for one to end;
 *   with one exception that gives up after a while, in memory_remove.c.
 *
 * Who calls whom: main > chardev > ioctl > bufferfs > inode > vm, file_io, names >
 * sysfs > buffer > limits, memory_pages, memory_remove, memory_contiguous >
 * memory_chunks > memory_broken; vm > vm_frames; ioctl > buffer_device > buffer; ioctl > dmabuf >
 * bufferfs, vm, buffer, memory_gather; other modules > client > the same, names and
 * notify; buffer, file_io, vm_frames > memory_frames > memory_region, devices;
 * buffer_device, buffer > memory_segments > memory_gather > memory_chunks;
 * memory_segments > devices; main > drivers > node > names, buffer; drivers >
 * devices; and handle, buffer > notify, never upwards. main > debugfs > stats, and
 * everybody may count in stats and tell trace.
 */
#ifndef _MYMAP_H
#define _MYMAP_H

#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/mm.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <linux/xarray.h>
#include <linux/mymap.h>

#include "limits.h"
#include "notify.h"

struct device;
struct iov_iter;
struct mem_cgroup;
struct mymap_device;
struct mymap_dma_map;
struct mymap_frames;
struct mymap_name;

/* memory_pages.c, memory_remove.c: where pages come from and go to */

/**
 * enum mymap_effort - what to do where memory is short
 * @MYMAP_MAY_FAIL: give up with -ENOMEM before anybody is killed for it, now or
 *	for want of what is left; for system calls, which can tell their caller
 * @MYMAP_MUST_TRY: the same as any page fault: the OOM killer may have to run
 */
enum mymap_effort {
	MYMAP_MAY_FAIL,
	MYMAP_MUST_TRY,
};

/**
 * struct mymap_pages - the pages of one buffer
 * @slots: what each run of MYMAP_SLOT_PAGES pages is made of. Written under
 *	@lock, read under RCU.
 * @lock: the buffer's mutex; guards all members but @memcg, which never changes
 * @mapping: the address space that every page belongs to, or NULL while no file
 *	uses the buffer. A user of the buffer may read it without @lock, since it
 *	is stable as long as there is a user.
 * @memcg: who pays, a reference of ours; NULL where nobody does
 * @nr_pages: size of the buffer in pages; read without @lock by everybody
 * @nr_open: what is below may be looked up without @lock. The same as @nr_pages
 *	but while memory is being taken away, when it is less; see memory_remove.c
 * @nr_resident: pages allocated; read without @lock for reports
 * @nr_huge: those of them that stand in chunks of MYMAP_HUGE_ORDER
 */
struct mymap_pages {
	struct xarray slots;
	struct mutex *lock;
	struct address_space *mapping;
	struct mem_cgroup *memcg;
	unsigned long nr_pages;
	unsigned long nr_open;
	unsigned long nr_resident;
	unsigned long nr_huge;
};

/*
 * So many pages are mapped by one fault of a batched mapping, at most, and so many
 * of them are locked at a time.
 */
#define MYMAP_FAULT_PAGES	512
#define MYMAP_RUN_PAGES		64

/**
 * struct mymap_run - pages that follow each other in a buffer
 * @page: the pages; the head of each is locked and has one reference, however
 *	many of its pages are in here
 * @nr: how many
 */
struct mymap_run {
	struct page *page[MYMAP_RUN_PAGES];
	unsigned int nr;
};

extern const unsigned long mymap_huge_page_size;

void mymap_pages_init(struct mymap_pages *pages, struct mutex *lock,
		      unsigned long nr_pages);
void mymap_pages_destroy(struct mymap_pages *pages);
void mymap_pages_attach(struct mymap_pages *pages,
			struct address_space *mapping);
void mymap_pages_detach(struct mymap_pages *pages);
struct page *mymap_pages_lookup(struct mymap_pages *pages, pgoff_t pgoff);
pgoff_t mymap_pages_chunk_end(struct mymap_pages *pages, pgoff_t pgoff);
struct page *mymap_pages_get(struct mymap_pages *pages, pgoff_t pgoff,
			     enum mymap_effort effort);
bool mymap_pages_holds(struct mymap_pages *pages, pgoff_t pgoff,
		       struct page *page);
bool mymap_run_begin(struct mymap_pages *pages, pgoff_t pgoff,
		     struct mymap_run *run);
void mymap_pages_extend(struct mymap_pages *pages, pgoff_t pgoff,
			struct mymap_run *run, unsigned long nr);
void mymap_run_release(struct mymap_run *run);
int mymap_pages_populate(struct mymap_pages *pages, pgoff_t first,
			 pgoff_t last);
pgoff_t mymap_pages_next(struct mymap_pages *pages, pgoff_t pgoff, bool data);
void mymap_pages_grow(struct mymap_pages *pages, unsigned long nr_pages);
int mymap_pages_shrink(struct mymap_pages *pages, unsigned long nr_pages);
int mymap_pages_punch(struct mymap_pages *pages, pgoff_t first, pgoff_t last);

/* memory_contiguous.c: the same pages, but in one run */

int mymap_pages_fill_contiguous(struct mymap_pages *pages);

/* drivers.c: how a device becomes one of them */

int mymap_drivers_init(void);
void mymap_drivers_start(void);
void mymap_drivers_exit(void);

/* buffer.c: lifetime, size, seals */

/**
 * struct mymap_rights - whose a buffer is
 * @uid: the owner
 * @gid: the group
 * @mode: permission bits
 * @given: they were asked for; else @uid is who made the buffer, and a named
 *	buffer may be used by all who may open the door
 */
struct mymap_rights {
	kuid_t uid;
	kgid_t gid;
	umode_t mode;
	bool given;
};

/**
 * struct mymap_buffer - a size and its memory
 * @ref: one for each open file, one of its name, one of the module for the
 *	default buffer
 * @lock: guards @inode, @nr_users, @nr_freezes, @charge, @seals and the writing
 *	side of @pages
 * @inode: through which it is used at this moment, or NULL; owned by bufferfs.c
 * @nr_users: open files
 * @nr_freezes: dma-bufs of it, and clients that have mapped something: as long as
 *	there is one, it keeps its size and gets no holes. Read without @lock for
 *	reports
 * @charge: what the limits count of it, given back with the buffer
 * @seals: MYMAP_SEAL_* bits: what may not be done to it any more; read without
 *	@lock for reports
 * @kind: MYMAP_KIND_*; never changes
 * @device: the device that it is for, a reference of ours, or NULL; never changes
 * @pages: its memory, and so its size
 * @frames: its memory instead, of the device kind; NULL of all others
 * @segments: its pages are mapped for @device, so that the size is frozen; NULL
 *	until then. Written under @lock and that of @device
 * @rights: whose it is; set before anybody else sees the buffer, never changes
 * @name: by which it can be found, or NULL; owned by names.c, guarded by its
 *	lock
 * @notify: its rings
 * @id: tells it from others in traces, and is its inode's number; never changes.
 *	Numbers come again after 2^32 buffers, as those of inodes do
 */
struct mymap_buffer {
	struct kref ref;
	struct mutex lock;
	struct inode *inode;
	unsigned int nr_users;
	unsigned int nr_freezes;
	struct mymap_charge charge;
	u32 seals;
	u32 kind;
	struct mymap_device *device;
	struct mymap_pages pages;
	struct mymap_frames *frames;
	struct mymap_dma_map *segments;
	struct mymap_rights rights;
	struct mymap_name *name;
	struct mymap_notify notify;
	u32 id;
};

/**
 * struct mymap_wish - what somebody wants a buffer to be
 * @size: bytes, a multiple of the page size
 * @seals: MYMAP_SEAL_* bits that it has from the beginning
 * @kind: MYMAP_KIND_*
 * @cache: MYMAP_CACHE_*, or 0 for what is usual for that memory
 * @device: the device that it is for, or NULL
 */
struct mymap_wish {
	u64 size;
	u32 seals;
	u32 kind;
	u32 cache;
	struct mymap_device *device;
};

/**
 * struct mymap_usage - the memory of one buffer
 * @resident: bytes allocated
 * @resident_huge: those of them in pages of mymap_huge_page_size
 */
struct mymap_usage {
	u64 resident;
	u64 resident_huge;
};

/**
 * struct mymap_users - who uses a buffer at this moment
 * @nr_open: open files
 * @mapped: there is a mapping of it
 */
struct mymap_users {
	unsigned int nr_open;
	bool mapped;
};

struct mymap_buffer *mymap_buffer_create(const struct mymap_wish *wish);
struct mymap_buffer *mymap_buffer_create_uncharged(u64 size);
struct mymap_buffer *mymap_buffer_create_for_device(struct mymap_device *device,
						    u64 size, u32 cache);
const char *mymap_buffer_kind_name(const struct mymap_buffer *buffer);
bool mymap_buffer_is_pinnable(const struct mymap_buffer *buffer);
bool mymap_buffer_is_gone(const struct mymap_buffer *buffer);
void mymap_buffer_put(struct mymap_buffer *buffer);
int mymap_buffer_fill(struct mymap_buffer *buffer, const void *from,
		      size_t len);
int mymap_buffer_populate(struct mymap_buffer *buffer, u64 first, u64 last);
int mymap_buffer_resize(struct mymap_buffer *buffer, u64 length, u64 size);
int mymap_buffer_punch(struct mymap_buffer *buffer, u64 first, u64 last);
u64 mymap_buffer_next(struct mymap_buffer *buffer, u64 pos, bool data);
int mymap_buffer_freeze(struct mymap_buffer *buffer, u64 offset, u64 len);
void mymap_buffer_thaw(struct mymap_buffer *buffer);
int mymap_buffer_add_seals(struct mymap_buffer *buffer, u32 seals);
void mymap_buffer_get_usage(struct mymap_buffer *buffer,
			    struct mymap_usage *usage);
void mymap_buffer_get_users(struct mymap_buffer *buffer,
			    struct mymap_users *users);

/* sysfs.c: the devices of named buffers */

struct device *mymap_sysfs_add(struct mymap_name *name, dev_t number);
void mymap_sysfs_remove(struct device *device);
void mymap_sysfs_changed(struct device *device);
int mymap_sysfs_init(void);
void mymap_sysfs_exit(void);

/* names.c: which buffers have a name */

/**
 * struct mymap_name - a name of a buffer
 * @node: among all names
 * @buffer: the buffer, of which it has a reference; NULL until it is published
 * @device: the device; there as long as it is published
 * @minor: N of /dev/mymapN, the name's from reservation to removal
 * @text: the name
 *
 * Guarded by mymap_names_lock; what the device's attributes read does not change
 * while there is a device.
 */
struct mymap_name {
	struct hlist_node node;
	struct mymap_buffer *buffer;
	struct device *device;
	u32 minor;
	char text[MYMAP_NAME_SIZE];
};

extern bool mymap_unprivileged_names;

int mymap_names_may_give(const struct mymap_rights *rights);
struct mymap_name *mymap_names_reserve(const char *text);
void mymap_names_release(struct mymap_name *name);
int mymap_names_publish(struct mymap_name *name, struct mymap_buffer *buffer);
struct mymap_buffer *mymap_names_open(const char *text, fmode_t wanted,
				      fmode_t door);
struct mymap_buffer *mymap_names_get_by_minor(unsigned int minor);
int mymap_names_destroy(const char *text);
struct mymap_buffer *mymap_names_get(const char *text);
void mymap_names_forget(const char *text, u32 id);
bool mymap_names_tell(struct mymap_buffer *buffer, char *text, u32 *minor);
bool mymap_names_has(struct mymap_buffer *buffer);
void mymap_names_changed(struct mymap_buffer *buffer);
dev_t mymap_names_first(unsigned int *nr);
int mymap_names_init(void);
void mymap_names_exit(void);

/**
 * mymap_buffer_size() - the size of a buffer at this moment
 * @buffer: the buffer
 *
 * One load of one word: it never shows half of a change, also where a u64 takes
 * two.
 *
 * Context: any. Who must not see it change holds the buffer's lock.
 * Return: bytes, a multiple of the page size.
 */
static inline u64 mymap_buffer_size(const struct mymap_buffer *buffer)
{
	return (u64)READ_ONCE(buffer->pages.nr_pages) << PAGE_SHIFT;
}

/* vm.c: mappings */

/**
 * struct mymap_window - what part of a buffer may be mapped
 * @first: the first page
 * @last: the page behind the last one; 0 where all may
 */
struct mymap_window {
	pgoff_t first;
	pgoff_t last;
};

int mymap_vm_mmap(struct mymap_buffer *buffer, struct vm_area_struct *vma);
int mymap_vm_mmap_window(struct mymap_buffer *buffer,
			 const struct mymap_window *window,
			 struct vm_area_struct *vma);

/* vm_frames.c: those of raw frames */

int mymap_vm_mmap_frames(struct mymap_buffer *buffer,
			 struct vm_area_struct *vma);

/* file_io.c: read, write, lseek, holes */

ssize_t mymap_file_read(struct mymap_buffer *buffer, struct kiocb *iocb,
			struct iov_iter *to);
ssize_t mymap_file_write(struct mymap_buffer *buffer, struct kiocb *iocb,
			 struct iov_iter *from);
loff_t mymap_file_llseek(struct mymap_buffer *buffer, struct file *file,
			 loff_t offset, int whence);
void mymap_file_zero(struct mymap_buffer *buffer, u64 first, u64 last);
int mymap_file_punch(struct mymap_buffer *buffer, u64 offset, u64 len);
u64 mymap_file_chunk_end(struct mymap_buffer *buffer, u64 offset);

/* handle.c: what an open file has of its own */

/**
 * struct mymap_handle - an open file of a buffer, or of the door
 * @buffer: the buffer, which the file holds; NULL on the door where there is no
 *	default buffer
 * @listener: without meaning where @buffer is NULL
 * @window: what may be mapped through it; set before anybody else sees the file
 *
 * What file->private_data points to.
 */
struct mymap_handle {
	struct mymap_buffer *buffer;
	struct mymap_listener listener;
	struct mymap_window window;
};

static inline struct mymap_handle *mymap_handle_of(const struct file *file)
{
	return file->private_data;
}

static inline struct mymap_buffer *mymap_file_buffer(const struct file *file)
{
	return mymap_handle_of(file)->buffer;
}

struct mymap_handle *mymap_handle_create(struct mymap_buffer *buffer);
void mymap_handle_destroy(struct mymap_handle *handle);

/* inode.c: size and rights, as the inode of a buffer has them */

extern const struct inode_operations mymap_inode_ops;

struct mymap_buffer *mymap_inode_get_buffer(struct inode *inode);
int mymap_inode_resize(struct inode *inode, struct mymap_buffer *buffer,
		       u64 length, u64 size);
int mymap_inode_fallocate(struct inode *inode, struct mymap_buffer *buffer,
			  int mode, u64 offset, u64 len);

/* bufferfs.c: inodes and files of buffers */

/* Those of files of buffers, and of no others: nodes have theirs. */
extern const struct file_operations mymap_buffer_fops;

int mymap_bufferfs_init(void);
void mymap_bufferfs_exit(void);
int mymap_bufferfs_use(struct mymap_buffer *buffer);
void mymap_bufferfs_unuse(struct mymap_buffer *buffer);
struct file *mymap_bufferfs_file(struct mymap_buffer *buffer, int flags);
struct file *mymap_bufferfs_open(struct mymap_buffer *buffer, int flags);
int mymap_bufferfs_resize(struct mymap_buffer *buffer, u64 size);

/* dmabuf.c: buffers for drivers of other devices */

int mymap_dmabuf_export(struct mymap_buffer *buffer, u64 offset, u64 len);

/*
 * ioctl.c, with ioctl_names.c, ioctl_size.c, ioctl_notify.c, ioctl_device.c and
 * ioctl_export.c: commands, and all user memory of theirs
 */

extern bool mymap_expose_addresses;

long mymap_ioctl_door(struct mymap_handle *handle, fmode_t mode,
		      unsigned int cmd, void __user *arg);
long mymap_ioctl_buffer(struct mymap_handle *handle, fmode_t mode,
			unsigned int cmd, void __user *arg);

/* chardev.c: /dev/mymap and the default buffer behind it; /dev/mymapN */

int mymap_chardev_init(unsigned long default_size);
void mymap_chardev_exit(void);

/* debugfs.c: the counters of stats.h, for root */

void mymap_debugfs_init(void);
void mymap_debugfs_exit(void);

#endif /* _MYMAP_H */
