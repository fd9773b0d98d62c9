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
 *   mmap_lock > mymap_buffer.lock > page lock > inode.i_lock
 *   mymap_names_lock > the core's locks of devices
 *
 *   mymap_names_lock is not taken under mymap_buffer.lock, nor the other way.
 *   mymap_buffer.lock is never held across an access to user memory. It is
 *   taken in page faults, so nothing that holds it may wait for one.
 *
 * Who calls whom: main > chardev > ioctl > bufferfs > vm, file_io, names >
 * sysfs > buffer > memory_pages, never upwards.
 */
#ifndef _MYMAP_H
#define _MYMAP_H

#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <linux/xarray.h>
#include <linux/mymap.h>

struct device;
struct iov_iter;
struct mem_cgroup;
struct mymap_name;

/* memory_pages.c: where pages come from and go to */

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
 * @lock: the buffer's mutex; guards all members but @nr_pages and @memcg, which
 *	never change
 * @mapping: the address space that every page belongs to, or NULL while no file
 *	uses the buffer. A user of the buffer may read it without @lock, since it
 *	is stable as long as there is a user.
 * @memcg: who pays, a reference of ours; NULL where nobody does
 * @nr_pages: size of the buffer in pages
 * @nr_resident: pages allocated; read without @lock for reports
 * @nr_huge: those of them that stand in chunks of MYMAP_HUGE_ORDER
 */
struct mymap_pages {
	struct xarray slots;
	struct mutex *lock;
	struct address_space *mapping;
	struct mem_cgroup *memcg;
	unsigned long nr_pages;
	unsigned long nr_resident;
	unsigned long nr_huge;
};

extern const unsigned long mymap_huge_page_size;

void mymap_pages_init(struct mymap_pages *pages, struct mutex *lock,
		      unsigned long nr_pages);
void mymap_pages_destroy(struct mymap_pages *pages);
void mymap_pages_attach(struct mymap_pages *pages,
			struct address_space *mapping);
void mymap_pages_detach(struct mymap_pages *pages);
struct page *mymap_pages_lookup(struct mymap_pages *pages, pgoff_t pgoff);
struct page *mymap_pages_get(struct mymap_pages *pages, pgoff_t pgoff,
			     enum mymap_effort effort);
bool mymap_pages_holds(struct mymap_pages *pages, pgoff_t pgoff,
		       struct page *page);
int mymap_pages_populate(struct mymap_pages *pages);

/* buffer.c: lifetime, size, limits */

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
 * @lock: guards @inode, @nr_users and the writing side of @pages
 * @inode: through which it is used at this moment, or NULL; owned by bufferfs.c
 * @nr_users: open files
 * @charged: bytes that count against the limits, given back with the buffer
 * @size: bytes, a multiple of the page size; never changes
 * @pages: its memory
 * @rights: whose it is; set before anybody else sees the buffer, never changes
 * @name: by which it can be found, or NULL; owned by names.c, guarded by its
 *	lock
 */
struct mymap_buffer {
	struct kref ref;
	struct mutex lock;
	struct inode *inode;
	unsigned int nr_users;
	u64 charged;
	u64 size;
	struct mymap_pages pages;
	struct mymap_rights rights;
	struct mymap_name *name;
};

/**
 * struct mymap_limits - the limits and what is used of them
 * @max_buffer_size: bytes one buffer may have
 * @max_total_size: bytes all created buffers together may have
 * @total_size: bytes they have
 */
struct mymap_limits {
	u64 max_buffer_size;
	u64 max_total_size;
	u64 total_size;
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

extern const u64 mymap_max_file_size;

int mymap_limits_init(unsigned long max_buffer_size,
		      unsigned long max_total_size);
void mymap_limits_get(struct mymap_limits *limits);
struct mymap_buffer *mymap_buffer_create(u64 size);
struct mymap_buffer *mymap_buffer_create_uncharged(u64 size);
void mymap_buffer_put(struct mymap_buffer *buffer);
int mymap_buffer_fill(struct mymap_buffer *buffer, const void *from,
		      size_t len);
int mymap_buffer_populate(struct mymap_buffer *buffer);
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
bool mymap_names_tell(struct mymap_buffer *buffer, char *text, u32 *minor);
void mymap_names_changed(struct mymap_buffer *buffer);
dev_t mymap_names_first(unsigned int *nr);
int mymap_names_init(void);
void mymap_names_exit(void);

/* vm.c: mappings */

int mymap_vm_mmap(struct mymap_buffer *buffer, struct vm_area_struct *vma);

/* file_io.c: read, write, lseek */

ssize_t mymap_file_read(struct mymap_buffer *buffer, struct kiocb *iocb,
			struct iov_iter *to);
ssize_t mymap_file_write(struct mymap_buffer *buffer, struct kiocb *iocb,
			 struct iov_iter *from);

/* bufferfs.c: inodes and files of buffers */

int mymap_bufferfs_init(void);
void mymap_bufferfs_exit(void);
int mymap_bufferfs_use(struct mymap_buffer *buffer);
void mymap_bufferfs_unuse(struct mymap_buffer *buffer);
struct file *mymap_bufferfs_file(struct mymap_buffer *buffer, int flags);

/* ioctl.c: commands, and all user memory of theirs */

long mymap_ioctl_door(struct mymap_buffer *default_buffer, fmode_t mode,
		      unsigned int cmd, void __user *arg);
long mymap_ioctl_buffer(struct mymap_buffer *buffer, unsigned int cmd,
			void __user *arg);

/* chardev.c: /dev/mymap and the default buffer behind it; /dev/mymapN */

int mymap_chardev_init(unsigned long default_size);
void mymap_chardev_exit(void);

#endif /* _MYMAP_H */
